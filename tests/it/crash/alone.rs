//! One server per database: a second one does not start, and one that lost its claim to another stops.

use std::time::{Duration, Instant};

use loggia::storage::Conn;

use crate::support::{Database, Process};

const CLAIM_LIMIT: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_is_kept_from_a_database_in_use() {
    let Some(database) = Database::create().await else { return };
    let (first, second) =
        (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    let running = Process::start(first.path(), &database.url, 0);
    let (url, data) = (database.url.clone(), second.path().to_owned());
    let refused = tokio::task::spawn_blocking(move || Process::run(&data, &url, &["serve"]));
    let (good, said) = refused.await.expect("joined");
    assert!(!good && said.contains("another server is using this database"), "{said}");
    running.kill();
    // The database may take a moment to notice that its user is gone.
    Process::start(second.path(), &database.url, 0).kill();
    database.drop_it().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_lost_its_database_to_another_stops() {
    let Some(database) = Database::create().await else { return };
    let data = tempfile::tempdir().expect("a directory");
    let mut running = Process::start(data.path(), &database.url, 0);
    let url = database.url.clone();
    let take = move || {
        let mut thief = Conn::open(&url).expect("connected");
        let begun = Instant::now();
        while !thief.claim().expect("an answer") {
            assert!(begun.elapsed() < CLAIM_LIMIT, "the lock was not let go of");
            thief
                .run_script(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
                )
                .expect("ended");
        }
        thief
    };
    let thief = std::thread::spawn(take).join().expect("taken");
    let begun = Instant::now();
    while !running.has_ended() {
        assert!(begun.elapsed() < CLAIM_LIMIT, "the server goes on without its database");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Its runtime must not be dropped inside another.
    std::thread::spawn(move || drop(thief)).join().expect("dropped");
    database.drop_it().await;
}
