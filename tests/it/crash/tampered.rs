//! Whoever changes the database behind the server's back is found out by `loggia verify`.

use std::path::Path;

use serde_json::Value;

use crate::support::{Process, TestServer, eventually, run_sql};

/// A channel with something of everything in it, and a server that has stopped.
async fn stopped() -> (TestServer, String) {
    let mut server = TestServer::sqlite().await;
    let (ann, bob) = (server.person("ann").await, server.person("bob").await);
    let channel = ann.channel("General").await;
    bob.join(&channel).await;
    let first = ann.say(&channel, "n1", "first").await;
    bob.say(&channel, "n2", "second").await;
    let third = ann.say(&channel, "n3", "third").await;
    let of =
        |message: &Value| format!("/channels/{channel}/messages/{}", message["id"].as_str().expect("an id"));
    bob.put(&format!("{}/reactions/x", of(&first)), Value::Null).await.expect(204);
    ann.delete(&of(&third)).await.expect(204);
    server.running.take().expect("running").stop().await;
    // The last connection to close takes the log of what is not yet in the file away, unless two close at the same moment:
    // then another has to come and go.
    let (url, log) = (server.database_url(), format!("{}-wal", server.database_url()));
    eventually("the database is closed", || async {
        run_sql(&url, "PRAGMA wal_checkpoint(TRUNCATE)".to_owned()).await;
        (!Path::new(&log).exists()).then_some(())
    })
    .await;
    (server, channel)
}

fn verify(data_dir: &Path) -> (bool, String) {
    Process::run(data_dir, "", &["verify"])
}

/// Each change alone, on a log that was whole, is found.
async fn each_is_found(changes: &[(&str, String)]) {
    let (server, channel) = stopped().await;
    let whole = std::fs::read(server.database_url()).expect("the database");
    for (what, sql) in changes {
        for left_over in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{left_over}", server.database_url()));
        }
        std::fs::write(server.database_url(), &whole).expect("the database");
        let (sound, output) = verify(server.data_dir());
        assert!(sound && output.contains(&channel) && output.contains("chain complete"), "{output}");
        let script = format!("PRAGMA foreign_keys = OFF; {sql};");
        run_sql(&server.database_url(), script).await;
        let (sound, output) = verify(server.data_dir());
        assert!(!sound && output.contains("chain NOT complete"), "{what} was not found ({sound}): {output}");
    }
}

/// The bit that is flipped: the lowest of a byte in the middle.
fn flipped(table: &str, column: &str, at: &str) -> String {
    let half = format!("length({column}) / 2");
    let middle = format!("substr({column}, {half}, 1)");
    // The other of two characters that differ in a bit.
    format!(
        "UPDATE {table} SET {column} = substr({column}, 1, {half} - 1) || \
         CASE {middle} WHEN 'a' THEN 'c' ELSE 'a' END || substr({column}, {half} + 1) WHERE {at}"
    )
}

/// As [`flipped`], for bytes: what they are in hexadecimal, with one digit changed.
fn flipped_bytes(table: &str, column: &str, at: &str) -> String {
    format!(
        "UPDATE {table} SET {column} = unhex(CASE substr(hex({column}), 1, 1) WHEN '0' THEN '1' ELSE '0' END || \
         substr(hex({column}), 2)) WHERE {at}"
    )
}

#[tokio::test]
async fn a_changed_bit_is_found_wherever_it_is() {
    let message = "kind = 'message' AND nonce = 'n2'";
    let body = "seq = (SELECT seq FROM entries WHERE nonce = 'n2')";
    each_is_found(&[
        ("an event", flipped("entries", "event", message)),
        ("an event's id", flipped("entries", "event_id", message)),
        ("a signature", flipped_bytes("entries", "signature", message)),
        ("a root", flipped_bytes("entries", "root", message)),
        ("a time", format!("UPDATE entries SET host_ts = host_ts + 1 WHERE {message}")),
        ("a term", format!("UPDATE entries SET term = term + 1 WHERE {message}")),
        ("a sender", format!("UPDATE entries SET sender = 1 WHERE {message}")),
        ("a body", flipped("bodies", "body", body)),
        ("the head's signature", flipped_bytes("channels", "head_signature", "true")),
        ("the head's root", flipped_bytes("channels", "root", "true")),
        ("the head's time", "UPDATE channels SET head_ts = head_ts + 1".to_owned()),
        ("the frontier", flipped_bytes("channels", "frontier", "true")),
        ("the first event", flipped("entries", "event", "seq = 0")),
        ("the last event", flipped("entries", "event", "seq = (SELECT max(seq) FROM entries)")),
    ])
    .await;
}

#[tokio::test]
async fn what_was_removed_moved_or_put_back_is_found() {
    let last = "(SELECT max(seq) FROM entries)";
    let gone = |at: &str| {
        format!(
            "DELETE FROM messages WHERE {at}; DELETE FROM bodies WHERE {at}; DELETE FROM entries WHERE {at}"
        )
    };
    each_is_found(&[
        ("the first entry gone", gone("seq = 0")),
        ("an entry gone", gone("seq = 4")),
        ("the last entry gone", gone(&format!("seq = {last}"))),
        (
            "an entry gone and the rest moved up",
            format!("{}; UPDATE entries SET seq = seq - 1 WHERE seq > 4", gone("seq = 4")),
        ),
        (
            "the last entry gone, and the size made to fit",
            format!("{}; UPDATE channels SET size = size - 1", gone(&format!("seq = {last}"))),
        ),
        (
            "two entries in each other's place",
            "UPDATE entries SET seq = 1000 WHERE seq = 4; UPDATE entries SET seq = 4 WHERE seq = 5; \
             UPDATE entries SET seq = 5 WHERE seq = 1000"
                .to_owned(),
        ),
        (
            "two bodies in each other's place",
            "UPDATE bodies SET seq = 1000 WHERE seq = (SELECT seq FROM entries WHERE nonce = 'n1'); \
             UPDATE bodies SET seq = (SELECT seq FROM entries WHERE nonce = 'n1') WHERE seq = (SELECT seq FROM entries WHERE nonce = 'n2'); \
             UPDATE bodies SET seq = (SELECT seq FROM entries WHERE nonce = 'n2') WHERE seq = 1000"
                .to_owned(),
        ),
        ("the whole log gone", gone("true")),
        ("an entry declared void", "UPDATE entries SET void = 'AUTH-17' WHERE nonce = 'n2'".to_owned()),
        (
            "a body put back where it was deleted",
            "UPDATE bodies SET body = (SELECT body FROM bodies b WHERE b.seq = (SELECT seq FROM entries WHERE nonce = 'n2')) \
             WHERE seq = (SELECT seq FROM entries WHERE nonce = 'n3')"
                .to_owned(),
        ),
        (
            "a body emptied that nobody deleted",
            "UPDATE bodies SET body = '' WHERE seq = (SELECT seq FROM entries WHERE nonce = 'n2')".to_owned(),
        ),
        (
            "a body gone that nobody deleted",
            "DELETE FROM bodies WHERE seq = (SELECT seq FROM entries WHERE nonce = 'n2')".to_owned(),
        ),
    ])
    .await;
}
