//! A PostgreSQL server for worlds that are to use one: `LOGGIA_TEST_POSTGRES_URL`, a superuser's.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::World;

fn admin() -> Option<String> {
    std::env::var("LOGGIA_TEST_POSTGRES_URL").ok()
}

/// Runs SQL as the superuser, on a thread of its own.
pub fn sql(statement: String) {
    let admin = admin().expect("LOGGIA_TEST_POSTGRES_URL");
    let ran = std::thread::spawn(move || {
        loggia::storage::Conn::open(&admin).and_then(|mut conn| conn.run_script(&statement))
    });
    ran.join().expect("run").expect("done");
}

/// The address of another database of the same server.
pub fn url(name: &str) -> Option<String> {
    Some(format!("{}/{name}", admin()?.rsplit_once('/').expect("a database's name").0))
}

/// Plays in a world of `count` servers, each with a database of its own. Nothing without a PostgreSQL server.
pub async fn play(count: usize, story: impl AsyncFnOnce(World)) {
    static PLAYED: AtomicU32 = AtomicU32::new(0);
    let play = format!("loggia_fed_{}_{}", std::process::id(), PLAYED.fetch_add(1, Ordering::Relaxed));
    let names: Vec<String> = (0..count).map(|n| format!("{play}_{n}")).collect();
    let Some(urls) = names.iter().map(|name| url(name)).collect::<Option<Vec<_>>>() else { return };
    for name in &names {
        sql(format!("CREATE DATABASE {name}"));
    }
    let world = World::with(count, |n, settings| {
        settings.insert("LOGGIA_DATABASE_URL".to_owned(), urls[n].clone());
    });
    story(world.await).await;
    for name in &names {
        sql(format!("DROP DATABASE {name} WITH (FORCE)"));
    }
}

/// Two tests of one story in a world of so many servers: on SQLite, and on PostgreSQL when there is one.
#[macro_export]
macro_rules! on_both_databases {
    ($story:ident, $servers:expr) => {
        mod $story {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$story($crate::World::of($servers).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgresql() {
                $crate::postgresql::play($servers, super::$story).await;
            }
        }
    };
}
