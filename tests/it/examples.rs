//! The bot and the client of examples/, run against the real server by Node.js, which is there because the web client needs it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::support::person::PASSWORD;
use crate::support::{Person, Process, TestServer, eventually};

const BOT: &str = "@reminder:a.test";

/// A program of examples/; ended with the test.
struct Example(Child);

impl Example {
    fn start(base: &str, username: &str, script: &str, argument: impl AsRef<OsStr>) -> Example {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(script);
        let mut command = Command::new("node");
        // Node.js 20 has WebSocket behind this; later ones know the flag still.
        command.arg("--experimental-websocket").arg(script).arg(argument);
        command.env("LOGGIA_URL", base).env("LOGGIA_USERNAME", username).env("LOGGIA_PASSWORD", PASSWORD);
        Example(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Node.js 20 or later"))
    }

    /// As a crash would.
    fn kill(mut self) {
        self.0.kill().expect("a program to kill");
        self.0.wait().expect("an end");
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A proxy that can be told to answer itself.
struct Gate {
    url: String,
    /// What it answers itself, the next last.
    refusals: watch::Sender<Vec<u16>>,
}

impl Gate {
    async fn before(base: &str) -> Gate {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let behind = base.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let (refusals, _) = watch::channel(Vec::new());
        let told = refusals.clone();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut refusal = None;
                told.send_if_modified(|left| {
                    refusal = left.pop();
                    false
                });
                let (mut closed, behind) = (told.subscribe(), behind.clone());
                tokio::spawn(async move {
                    if let Some(status) = refusal {
                        let _ = socket.read(&mut [0; 4_096]).await;
                        let answer =
                            format!("HTTP/1.1 {status} -\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                        return drop(socket.write_all(answer.as_bytes()).await);
                    }
                    let Ok(mut server) = TcpStream::connect(behind).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut socket, &mut server) => {}
                        _ = closed.changed() => {}
                    }
                });
            }
        });
        Gate { url, refusals }
    }

    /// Ends all connections, and answers the next with these.
    fn close(&self, statuses: &[u16]) {
        self.refusals.send_replace(statuses.iter().rev().copied().collect());
    }
}

/// What the bot wrote in a channel, the oldest first.
async fn said(reader: &Person, channel: &str) -> Vec<String> {
    let found = reader.get(&format!("/search?from={BOT}&in={channel}&limit=50")).await.expect(200);
    let found = found["results"].as_array().expect("results").iter().rev();
    found.map(|hit| hit["message"]["text"].as_str().expect("a text").to_owned()).collect()
}

/// Waits until the bot has said so much.
async fn answers(reader: &Person, channel: &str, count: usize) -> Vec<String> {
    let what = format!("{count} messages of the bot");
    eventually(&what, || async {
        let said = said(reader, channel).await;
        (said.len() >= count).then_some(said)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bot_answers_once_whatever_dies() {
    let dir = tempfile::tempdir().expect("a directory");
    let state = dir.path().join("state.json");
    let server = Process::start(dir.path(), "", 0);
    let base = server.base.clone();
    let port =
        base.rsplit(':').next().and_then(|port| port.trim_end_matches('/').parse().ok()).expect("a port");
    let ann = Person::register(&base, "ann").await;
    Person::register(&base, "reminder").await;
    let start = || Example::start(&base, "reminder", "bot/bot.mjs", &state);

    // It joins where it is invited, and listens there to what is said to it.
    let bot = start();
    let room = ann.channel("Room").await;
    let invited = json!({ "membership": "invited" });
    ann.put(&format!("/channels/{room}/members/{BOT}"), invited).await.expect(200);
    let dm = json!({ "users": [BOT] });
    let dm = ann.post("/dms", dm).await.expect(201)["id"].as_str().expect("an id").to_owned();
    ann.say(&dm, "d1", "in 1 second stand up").await;
    let mut told = answers(&ann, &dm, 2).await;
    // On a slow machine it is due before it is promised.
    told.sort();
    assert!(told[1].starts_with("I will, on "), "{told:?}");
    assert_eq!(told[0], "@ann:a.test: stand up");
    eventually("a bot that is in", || async {
        let channel = ann.get(&format!("/channels/{room}")).await.expect(200);
        (channel["member_count"] == 2).then_some(())
    })
    .await;
    ann.say(&room, "r1", "nobody asked you").await;
    ann.say(&room, "r2", "@reminder in 2h look at the oven").await;
    assert_eq!(answers(&ann, &room, 1).await.len(), 1);

    // The server dies, and is back.
    server.kill();
    let server = Process::start(dir.path(), "", port);
    ann.say(&room, "r3", "@reminder list").await;
    let told = answers(&ann, &room, 2).await;
    assert!(told[1].ends_with(": look at the oven"), "{told:?}");

    // The bot dies, misses more than the stream repeats, and is back.
    bot.kill();
    ann.say(&dm, "d2", "in 1 second sit down").await;
    // What was deleted meanwhile is not answered.
    let gone = ann.say(&dm, "gone", "never mind").await;
    let gone = gone["id"].as_str().expect("an id");
    ann.delete(&format!("/channels/{dm}/messages/{gone}")).await.expect(204);
    for n in 0..1_010 {
        ann.say(&room, &format!("x{n}"), "small talk").await;
    }
    ann.say(&room, "r4", "@reminder forget 1").await;
    // Conversations come meanwhile, too.
    let ben = Person::register(&base, "ben").await;
    let new = json!({ "users": [BOT] });
    let new = ben.post("/dms", new).await.expect(201)["id"].as_str().expect("an id").to_owned();
    ben.say(&new, "n1", "help").await;
    let cellar = ben.channel("Cellar").await;
    let invited = json!({ "membership": "invited" });
    ben.put(&format!("/channels/{cellar}/members/{BOT}"), invited).await.expect(200);
    let bot = start();
    assert!(answers(&ben, &new, 1).await[0].starts_with("I remind you"));
    eventually("a bot that is in", || async {
        let channel = ben.get(&format!("/channels/{cellar}")).await.expect(200);
        (channel["member_count"] == 2).then_some(())
    })
    .await;
    assert_eq!(answers(&ann, &room, 3).await[2], "Forgotten: look at the oven");
    let told = answers(&ann, &dm, 4).await;
    assert!(told.contains(&"@ann:a.test: sit down".to_owned()), "{told:?}");

    // Another whose name begins so is not meant; nor is it asked where it is answered.
    ann.say(&room, "r5", "@reminder-two help").await;
    // All that it promised fits one message, however long.
    for n in 0..20 {
        ann.say(&dm, &format!("l{n}"), &format!("in 2 days {}", "w".repeat(990))).await;
    }
    ann.say(&dm, "l", "list").await;
    let told = answers(&ann, &dm, 25).await;
    assert_eq!(told[24].lines().count(), 20, "{told:?}");
    assert_eq!(said(&ann, &room).await.len(), 3);

    // It dies before it noted what it had answered: what it says again is not said twice.
    bot.kill();
    let mut kept: Value = serde_json::from_slice(&std::fs::read(&state).expect("a state")).expect("JSON");
    kept["cursors"][&dm] = json!(2);
    std::fs::write(&state, kept.to_string()).expect("a state");
    let _bot = start();
    ann.say(&dm, "d3", "help").await;
    let told = answers(&ann, &dm, 26).await;
    assert!(told[25].starts_with("I remind you"), "{told:?}");
    assert_eq!(said(&ann, &dm).await.len(), 26);
    server.kill();
}

/// A proxy before the server answers in its place, or nobody does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bot_waits_for_a_server_that_is_away() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Process::start(dir.path(), "", 0);
    let base = server.base.clone();
    let ann = Person::register(&base, "ann").await;
    Person::register(&base, "reminder").await;
    let gate = Gate::before(&base).await;
    let _bot = Example::start(&gate.url, "reminder", "bot/bot.mjs", dir.path().join("state.json"));
    let dm = json!({ "users": [BOT] });
    let dm = ann.post("/dms", dm).await.expect(201)["id"].as_str().expect("an id").to_owned();
    ann.say(&dm, "d1", "help").await;
    answers(&ann, &dm, 1).await;
    // What may be tried again at once, and what ends an attempt.
    gate.close(&[502, 500, 504, 500]);
    ann.say(&dm, "d2", "help").await;
    answers(&ann, &dm, 2).await;
    assert_eq!(*gate.refusals.borrow(), Vec::<u16>::new());
    server.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_shows_a_channel_and_says_what_is_typed() {
    let server = TestServer::sqlite().await;
    let ann = server.person("ann").await;
    let bob = server.person("bob").await;
    let new = json!({ "name": "General", "alias": "general", "visibility": "public" });
    let channel = ann.post("/channels", new).await.expect(201)["id"].as_str().expect("an id").to_owned();
    ann.say(&channel, "1", "before").await;
    let mut client = Example::start(&server.base, "bob", "client/client.mjs", "#general:a.test");
    let mut shown = BufReader::new(client.0.stdout.take().expect("its output")).lines();
    let mut line = move || shown.next().expect("a line").expect("UTF-8");
    assert!(tokio::task::block_in_place(&mut line).ends_with(" ann: before"));
    let mut typed = client.0.stdin.take().expect("its input");
    typed.write_all(b"from a terminal\n").expect("a line");
    assert!(tokio::task::block_in_place(&mut line).ends_with(" bob: from a terminal"));
    ann.say(&channel, "2", "bell\u{7} and more").await;
    assert!(tokio::task::block_in_place(&mut line).ends_with(" ann: bell\u{fffd} and more"));
    // What it showed is read, and with its end its session ends.
    eventually("a read mark", || async {
        let mine = bob.get(&format!("/channels/{channel}")).await.expect(200);
        (mine["unread"] == 0).then_some(())
    })
    .await;
    drop(typed);
    assert!(client.0.wait().expect("an end").success());
    let sessions = bob.get("/sessions").await.expect(200);
    assert_eq!(sessions["sessions"].as_array().map(Vec::len), Some(1), "{sessions}");
    server.stop().await;
}
