//! What integration tests share: a server per test, people, streams, waits with a deadline.
//!
//! A test runs on both databases through [`both!`]: on SQLite in a directory of its own, and on
//! PostgreSQL in a database of its own when `LOGGIA_TEST_POSTGRES_URL` names a server.

pub mod documented;
pub mod person;
pub mod process;
pub mod push_service;
pub mod random;
pub mod smtp;
pub mod stream;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use loggia::config::Config;
use loggia::domain::clock::{Clock, SystemClock};
use loggia::server::{self, Running};
use loggia::storage::Conn;
use tempfile::TempDir;

pub use person::{Answer, Person};
pub use process::Process;
pub use random::Random;
pub use stream::Stream;

/// How long anything may take before a test gives up.
pub const DEADLINE: Duration = Duration::from_secs(90);

/// Defines a test on both databases: `both!(async fn name(server: TestServer) { .. });`, or with
/// settings of its own: `both!([("LOGGIA_..", "..")] async fn name(server: TestServer) { .. });`
#[macro_export]
macro_rules! both {
    ($(#[$meta:meta])* async fn $name:ident($server:ident: TestServer) $body:block) => {
        $crate::both!([] $(#[$meta])* async fn $name($server: TestServer) $body);
    };
    ($settings:tt $(#[$meta:meta])* async fn $name:ident($server:ident: TestServer) $body:block) => {
        mod $name {
            use super::*;

            $(#[$meta])*
            async fn run($server: TestServer) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run(TestServer::sqlite_with(&$settings).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgresql() {
                let Some(server) = TestServer::postgresql_with(&$settings).await else { return };
                run(server).await;
            }
        }
    };
}

/// A server of the test's own, in this process, over a real socket.
pub struct TestServer {
    pub running: Option<Running>,
    pub base: String,
    pub config: Arc<Config>,
    dir: TempDir,
    database: Option<Database>,
    clock: Arc<Ahead>,
}

/// The system's clock, and as much more as a test says.
#[derive(Default)]
struct Ahead {
    passed: AtomicI64,
    set: AtomicI64,
}

impl Clock for Ahead {
    fn now(&self) -> i64 {
        SystemClock.now() + self.passed.load(Ordering::SeqCst) + self.set.load(Ordering::SeqCst)
    }

    fn steady(&self) -> i64 {
        SystemClock.steady() + self.passed.load(Ordering::SeqCst)
    }
}

/// A PostgreSQL database that goes with its test.
pub struct Database {
    pub url: String,
    admin: String,
    name: String,
}

static NEXT: AtomicU64 = AtomicU64::new(1);

/// Settings of a test server: quick hashing, no rate limits, a free port.
pub fn settings(data_dir: &str, database: &str) -> Vec<(String, String)> {
    let settings = [
        ("LOGGIA_SERVER_NAME", "a.test"),
        ("LOGGIA_LISTEN", "127.0.0.1:0"),
        ("LOGGIA_DATA_DIR", data_dir),
        ("LOGGIA_DATABASE_URL", database),
        ("LOGGIA_LIMITS__ENABLED", "false"),
        ("LOGGIA_PREVIEWS__ENABLED", "false"),
        ("LOGGIA_SERVER__HTTP_THREADS", "1"),
        ("LOGGIA_SERVER__SHUTDOWN_GRACE_S", "1"),
        ("LOGGIA_DATABASE__READ_THREADS", "2"),
        ("LOGGIA_DATABASE__WRITE_THREADS", "2"),
        ("LOGGIA_ACCOUNTS__ARGON2_MEMORY_KIB", "64"),
        ("LOGGIA_ACCOUNTS__ARGON2_PASSES", "1"),
    ];
    settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

impl Database {
    /// A fresh database on the server that the environment names, if it names one.
    pub async fn create() -> Option<Database> {
        let admin = std::env::var("LOGGIA_TEST_POSTGRES_URL").ok()?;
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("loggia_{}_{n}", std::process::id());
        let (prefix, rest) = admin.rsplit_once('/').expect("a database in the URL");
        let query = rest.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        let url = format!("{prefix}/{name}{query}");
        run_sql(&admin, format!("CREATE DATABASE {name}")).await;
        Some(Database { url, admin, name })
    }

    pub async fn drop_it(self) {
        run_sql(&self.admin, format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).await;
    }
}

/// Runs SQL on a connection of its own, on a thread of its own.
pub async fn run_sql(url: &str, sql: String) {
    let url = url.to_owned();
    let ran = std::thread::spawn(move || Conn::open(&url).and_then(|mut conn| conn.run_script(&sql)));
    tokio::task::spawn_blocking(move || ran.join().expect("no panic").expect("SQL")).await.expect("joined");
}

impl TestServer {
    pub async fn sqlite() -> TestServer {
        TestServer::sqlite_with(&[]).await
    }

    pub async fn sqlite_with(more: &[(&str, &str)]) -> TestServer {
        TestServer::start(None, more).await
    }

    /// None when no PostgreSQL server is named in the environment.
    pub async fn postgresql_with(more: &[(&str, &str)]) -> Option<TestServer> {
        let database = Database::create().await;
        if database.is_none() {
            eprintln!("LOGGIA_TEST_POSTGRES_URL is not set: not run on PostgreSQL");
        }
        Some(TestServer::start(Some(database?), more).await)
    }

    /// A server with settings of its own (`LOGGIA_*`).
    pub async fn start(database: Option<Database>, more: &[(&str, &str)]) -> TestServer {
        let dir = tempfile::tempdir().expect("a directory");
        let url = database.as_ref().map(|database| database.url.clone()).unwrap_or_default();
        let mut env = settings(&dir.path().to_string_lossy(), &url);
        for (name, value) in more {
            env.retain(|(known, _)| known != name);
            env.push(((*name).to_owned(), (*value).to_owned()));
        }
        let config = Arc::new(Config::load(None, env.into_iter()).expect("settings"));
        let clock = Arc::<Ahead>::default();
        let running = server::start_at(config.clone(), clock.clone()).await.expect("a server");
        let base = format!("http://127.0.0.1:{}", running.address.port());
        TestServer { running: Some(running), base, config, dir, database, clock }
    }

    /// So much later all of a sudden, for the server.
    pub fn later(&self, ms: i64) {
        self.clock.passed.fetch_add(ms, Ordering::SeqCst);
    }

    /// Somebody sets the server's clock by so much.
    pub fn set_clock(&self, ms: i64) {
        self.clock.set.fetch_add(ms, Ordering::SeqCst);
    }

    /// Stops the server and starts it again on the same data (at another port).
    pub async fn restart(&mut self) {
        self.running.take().expect("running").stop().await;
        let running = server::start_at(self.config.clone(), self.clock.clone()).await.expect("a server");
        self.base = format!("http://127.0.0.1:{}", running.address.port());
        self.running = Some(running);
    }

    pub fn data_dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    pub fn database_url(&self) -> String {
        self.config.database_url()
    }

    /// Where figures are told, if the settings say so.
    pub fn figures(&self) -> Option<std::net::SocketAddr> {
        self.running.as_ref().and_then(|running| running.scraped.as_ref()).map(|scraped| scraped.address)
    }

    /// Registers somebody with a name of their own.
    pub async fn person(&self, name: &str) -> Person {
        Person::register(&self.base, name).await
    }

    pub async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let (running, database) = (self.running.take(), self.database.take());
        // A runtime of its own: the test's may be ending.
        let cleaning = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                drop(running);
                if let Some(database) = database {
                    database.drop_it().await;
                }
            });
        });
        let _ = cleaning.join();
    }
}

/// Tries until `check` answers something, or the deadline passes.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut check: impl FnMut() -> F) -> T {
    let begun = std::time::Instant::now();
    loop {
        if let Some(found) = check().await {
            return found;
        }
        assert!(begun.elapsed() < DEADLINE, "waited too long: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
