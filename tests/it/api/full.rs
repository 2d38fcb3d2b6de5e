//! When there is no room for anything more.

use futures_util::future::join_all;
use loggia::domain::verify::verify_all;
use loggia::storage::Conn;
use reqwest::Method;
use serde_json::{Value, json};

use super::sessions::log_in;
use crate::both;
use crate::support::{Person, TestServer, eventually, run_sql};

/// How large SQLite's file may be, in pages; never smaller than it is.
async fn limit(server: &TestServer, pages: u32) {
    let domain = server.running.as_ref().expect("running").domain.clone();
    let script = format!("PRAGMA max_page_count = {pages}");
    domain.writer.other("test", move |work| Ok(work.conn.run_script(&script)?)).await.expect("a limit");
}

/// Nothing is half done, neighbours in a commit included, and all goes on when there is room again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_database_says_so_and_goes_on_when_there_is_room_again() {
    let server = TestServer::sqlite().await;
    let ann = server.person("ann").await;
    let (one, other) = (ann.channel("One").await, ann.channel("Other").await);
    let rested = log_in(&ann, "rested").await;
    run_sql(&server.database_url(), "UPDATE sessions SET last_used_ts = last_used_ts - 600000".to_owned())
        .await;
    limit(&server, 1).await;
    let mut refused = None;
    for round in 0..200 {
        let posts = (0..8).map(|n| {
            let (ann, channel) = (&ann, if n % 2 == 0 { &one } else { &other });
            // Some are short: they may still fit.
            let text = "word ".repeat(if n % 3 == 0 { 1 } else { 2_000 });
            let body = json!({ "nonce": format!("{round}-{n}"), "text": text });
            async move { ann.post(&format!("/channels/{channel}/messages"), body).await }
        });
        for answer in join_all(posts).await {
            match answer.status {
                201 => {}
                // What shared a commit with it.
                503 => drop(answer.problem(503, "busy")),
                _ => refused = Some(answer),
            }
        }
        if refused.is_some() {
            break;
        }
    }
    let refused = refused.expect("the database is full");
    assert_eq!(refused.headers["retry-after"], "60");
    refused.problem(507, "storage_full");
    ann.get(&format!("/channels/{one}/messages")).await.expect(200);
    // Not even that they were here can be noted.
    rested.get(&format!("/channels/{one}/messages")).await.expect(200);
    limit(&server, 1_000_000).await;
    ann.say(&one, "again", "there is room").await;
    assert_eq!(ann.texts(&one).await.last().map(String::as_str), Some("there is room"));
    let url = server.database_url();
    let audits = tokio::task::spawn_blocking(move || {
        verify_all(&mut Conn::open(&url).expect("a database")).expect("an audit")
    });
    let audits = audits.await.expect("no panic");
    assert!(audits.iter().all(|(_, audit)| audit.findings.is_empty()));
}

async fn ready(server: &TestServer) -> (u16, Option<String>, Value) {
    let asked = reqwest::get(format!("{}/ready", server.base)).await.expect("an answer");
    let after = asked.headers().get("retry-after").map(|after| after.to_str().expect("text").to_owned());
    (asked.status().as_u16(), after, asked.json().await.expect("JSON"))
}

both!(
    async fn a_server_without_room_is_not_ready(server: TestServer) {
        assert_eq!(ready(&server).await.0, 200);
        let url = server.database_url();
        let (make, take) = match url.starts_with("postgres") {
            false => (
                "CREATE TRIGGER no_room BEFORE INSERT ON meta BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
                "DROP TRIGGER no_room",
            ),
            true => (
                "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file \"base/5/1\": No space left on device' USING ERRCODE = '53100'; END $$; CREATE TRIGGER no_room BEFORE INSERT ON meta FOR EACH ROW EXECUTE FUNCTION no_room()",
                "DROP TRIGGER no_room ON meta",
            ),
        };
        run_sql(&url, make.to_owned()).await;
        // That it could write counts for a moment.
        let (after, said) = eventually("it is not ready", async || {
            let (status, after, said) = ready(&server).await;
            (status != 200).then_some((after, said))
        })
        .await;
        assert_eq!((&said["status"], after.as_deref()), (&json!(507), Some("60")));
        assert_eq!(said["code"], "storage_full");
        run_sql(&url, take.to_owned()).await;
        assert_eq!(ready(&server).await.0, 200);
    }
);

/// The bytes of an upload find no room, on a disk of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_takes_no_upload() {
    let server = TestServer::sqlite().await;
    let ann = server.person("ann").await;
    let parts = server.data_dir().join("files/parts");
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"])
        .arg(&parts)
        .output()
        .is_ok_and(|output| output.status.success());
    if !mounted {
        eprintln!("only root can make a small disk: not run");
        return;
    }
    let sent = upload(&ann).await;
    let left = std::process::Command::new("umount").arg(&parts).status();
    assert!(left.is_ok_and(|status| status.success()));
    assert_eq!(sent, 507);
    assert_eq!(upload(&ann).await, 201);
}

async fn upload(person: &Person) -> u16 {
    let request = person.request(Method::POST, "/files").query(&[("name", "a.bin")]);
    person.send(request.body(vec![7; 1024 * 1024])).await.status
}
