//! One server per database: a second one does not start, and one that lost its claim to another stops.

use std::time::{Duration, Instant};

use loggia::storage::Conn;
use tokio::net::{TcpListener, TcpStream};

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

#[tokio::test(flavor = "multi_thread")]
async fn a_server_waits_for_a_database_that_is_still_starting() {
    let Some(database) = Database::create().await else { return };
    let (before, name) = database.url.rsplit_once('/').expect("a database in the URL");
    let (user, real) = before.rsplit_once('@').expect("a user in the URL");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("{user}@{}/{name}", listener.local_addr().expect("an address"));
    let real = real.to_owned();
    let passing_on = tokio::spawn(async move {
        // Hangs up on whoever asks first, as a database does that takes nobody in yet.
        drop(listener.accept().await.expect("a connection"));
        while let Ok((mut client, _)) = listener.accept().await {
            let mut server = TcpStream::connect(&real).await.expect("the database");
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut server).await });
        }
    });
    let data = tempfile::tempdir().expect("a directory");
    let path = data.path().to_owned();
    let started = tokio::task::spawn_blocking(move || Process::start(&path, &url, 0));
    started.await.expect("ready").kill();
    passing_on.abort();
    database.drop_it().await;
}
