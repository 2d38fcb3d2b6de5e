//! A server whose clock the test moves: what it remembers of requests, it lets go of in time.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use federation_tests::ca::Authority;
use federation_tests::fixed::{Fixed, settings};
use federation_tests::peer::{Draft, read_answer};
use federation_tests::person::Answer;
use federation_tests::{Guest, Heard, Peer, Person, Reply, Server, eventually};
use loggia::config::Config;
use loggia::protocol::ids::ServerName;
use loggia::server::{now, start_at};
use loggia::storage::Conn;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

async fn ask(port: u16, draft: &Draft) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    stream.write_all(&draft.signed().bytes()).await.expect("sent");
    let answer = tokio::time::timeout(Duration::from_secs(20), read_answer(&mut stream));
    answer.await.expect("an answer in time")
}

/// A nonce counts once for as long as its request could be sent again, and is forgotten then. If none ever were, a
/// server that asks often would be locked out one day.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonces_are_let_go_when_their_requests_have_ended() {
    let dir = tempfile::tempdir().expect("a directory");
    let authority = Authority::new(dir.path());
    let caller = Peer::start(&authority, dir.path(), "b.test").await;
    let name: ServerName = "a.test".parse().expect("a name");
    let data = dir.path().join("data");
    let resolve = format!("b.test={}", caller.address);
    let config = Config::load(None, settings(&name, &data, &authority.certificate, &resolve).into_iter());
    let began = now();
    let clock = Arc::new(Fixed::at(began));
    let running = start_at(Arc::new(config.expect("settings")), clock.clone()).await.expect("a server");
    let (port, to) = (running.address.port(), Server::new("a.test", Default::default()));
    let at = |after_s: i64| Draft {
        nonce: "the-same-nonce".to_owned(),
        created: began / 1_000 + 2 + after_s,
        ..caller.request(&to, "GET", "/check", None)
    };
    clock.forward(2_000);
    ask(port, &at(0)).await.expect(200);
    ask(port, &at(0)).await.problem(401, "replay");
    clock.forward(299_000);
    // Signed anew, and still within the time of the first.
    ask(port, &at(299)).await.problem(401, "replay");
    clock.forward(400_000);
    ask(port, &at(699)).await.expect(200);
    ask(port, &at(699)).await.problem(401, "replay");
    running.stop().await;
}

/// What a host sent of a channel, as its batches came, and a member's answers made of that.
#[derive(Default)]
struct Copy(Mutex<Vec<Value>>);

impl Copy {
    fn size(&self) -> i64 {
        let batches = self.0.lock().expect("batches");
        batches.last().map_or(0, |batch| batch["head"]["head"]["size"].as_i64().expect("a size"))
    }

    /// Answers as a member's server does that has what it was sent.
    fn answer(&self, heard: &Heard) -> Option<Reply> {
        let mut batches = self.0.lock().expect("batches");
        if heard.is("POST", "/entries") {
            let batch = heard.json();
            let size = |batch: &Value| batch["head"]["head"]["size"].as_i64();
            // What it has it keeps.
            if batches.last().is_none_or(|last| size(&batch) > size(last)) {
                batches.push(batch);
            }
            let head = &batches.last()?["head"]["head"];
            let answer = json!({ "size": head["size"], "root": head["root"], "void": [] });
            return Some(Reply::Json(200, answer.to_string()));
        }
        let newest = batches.last()?.clone();
        if heard.is("POST", "/heads") {
            return Some(Reply::Json(200, json!({ "heads": [newest["head"]] }).to_string()));
        }
        if !heard.is("GET", "/entries") {
            return None;
        }
        let from = heard.target.split("from=").nth(1)?.split('&').next()?.parse::<i64>().ok()?;
        let batch = batches.iter().find(|batch| {
            let end = batch["head"]["head"]["size"].as_i64().expect("a size");
            (batch["entries"][0]["entry"]["seq"].as_i64().expect("a place")..end).contains(&from)
        });
        let mut batch = batch?.clone();
        let entries = batch["entries"].as_array_mut()?;
        entries.retain(|placed| placed["entry"]["seq"].as_i64() >= Some(from));
        Some(Reply::Json(200, batch.to_string()))
    }
}

/// A host whose clock was an hour ahead when it wrote what it lost takes that back all the same, now that its clock is
/// right: it is what it said itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_host_takes_back_what_it_wrote_by_a_wrong_clock() {
    const AHEAD_S: i64 = 3_600;
    let dir = tempfile::tempdir().expect("a directory");
    let authority = Authority::new(dir.path());
    let evil = Peer::start(&authority, dir.path(), "b.test").await;
    let name: ServerName = "a.test".parse().expect("a name");
    let data = dir.path().join("data");
    let resolve = format!("b.test={}", evil.address);
    let settings = settings(&name, &data, &authority.certificate, &resolve);
    let start = async |ahead_s: i64| {
        let config = Config::load(None, settings.clone().into_iter()).expect("settings");
        let clock = Arc::new(Fixed::at(now() + ahead_s * 1_000));
        evil.ahead_s.store(ahead_s + 1, Ordering::SeqCst);
        let running = start_at(Arc::new(config), clock.clone()).await.expect("a server");
        // What was signed before the start is not taken.
        clock.forward(2_000);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(50)).await;
                clock.forward(50);
            }
        });
        let base = format!("http://{}", running.address);
        (running, base)
    };
    let copy = Arc::new(Copy::default());
    let answers = copy.clone();
    evil.script(move |heard| answers.answer(heard));
    let (running, base) = start(AHEAD_S).await;
    let ann = Person::register(&base, "ann").await;
    let channel = ann.channel("general").await;
    let guest = Guest::of(&evil, "mallory", &channel, &ann).await;
    let events =
        json!({ "events": [guest.wire(guest.key(), None), guest.wire(guest.member("joined"), None)] });
    let to = Server::new("a.test", Default::default());
    let join = evil.request(&to, "POST", &format!("/channels/{channel}/join"), Some(events));
    ask(running.address.port(), &join).await.expect(200);
    let (entries, _) = ann.log(&channel).await;
    let size = i64::try_from(entries.len()).expect("a size");
    eventually("the log", async || (copy.size() == size).then_some(())).await;
    running.stop().await;
    // Those that read close a moment after the server has stopped. The last connection takes the write-ahead log along, unless
    // two are the last at once: then the next one does.
    let closed = async || {
        let (database, log) = (data.join("loggia.db"), data.join("loggia.db-wal"));
        let is_closed = async || {
            drop(Conn::open(&database.to_string_lossy()).and_then(|mut conn| conn.empty_log()));
            (!log.exists()).then_some(())
        };
        eventually("the database is closed", is_closed).await;
    };
    closed().await;
    let put = |from: &Path, to: &Path| {
        std::fs::copy(from.join("loggia.db"), to.join("loggia.db")).expect("copied");
    };
    let backup = dir.path().join("backup");
    std::fs::create_dir(&backup).expect("made");
    put(&data, &backup);
    let (running, base) = start(AHEAD_S).await;
    ann.at(&base).say(&channel, "n1", "lost").await;
    eventually("what is lost later", async || (copy.size() == size + 1).then_some(())).await;
    running.stop().await;
    closed().await;
    put(&backup, &data);
    let (running, base) = start(0).await;
    let ann = ann.at(&base);
    ann.hears(&channel, "lost").await;
    eventually("it writes again", async || {
        let body = json!({ "nonce": "n2", "text": "found" });
        let said = ann.post(&format!("/channels/{channel}/messages"), body).await;
        (said.status == 201).then_some(())
    })
    .await;
    assert_eq!(ann.texts(&channel).await, ["lost", "found"]);
    running.stop().await;
}
