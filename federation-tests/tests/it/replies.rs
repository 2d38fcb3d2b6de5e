//! What a server answers to requests that are given octet by octet: `spec/vectors/federation/replies.json`.
//!
//! Some are about a channel that this server hosts. It comes out the same in every run, because clock and random numbers do;
//! `LOGGIA_WRITE_HOSTED=1` writes it for `scripts/vectors/make.py`, which composes the requests about it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use federation_tests::ca::Authority;
use federation_tests::fixed::{BEGUN, Fixed, key, prepare, settings};
use federation_tests::{Peer, Person, Reply, eventually};
use loggia::config::Config;
use loggia::domain::archive;
use loggia::protocol::ids::ServerName;
use loggia::protocol::key_document::{KeyDocument, KeySet, PublishedKey};
use loggia::server::start_at;
use loggia::storage::{Conn, channels};
use serde_json::{Value, json};

/// How long the server has run.
const AGE_MS: i64 = 400_000;

/// The document of the caller: `k1`, and `old`, which was ended a day ago.
fn document(server: &ServerName) -> String {
    const DAY: i64 = 24 * 3_600_000;
    let published = |kid: &str, until_ts| PublishedKey {
        from_ts: BEGUN - 9 * DAY,
        kid: kid.parse().expect("an id"),
        public: key(&format!("{server}/{kid}")).public(),
        until_ts,
    };
    let root = key(&format!("{server}/root"));
    let keys = vec![published("k1", None), published("old", Some(BEGUN - DAY))];
    let set = KeySet { keys, prev: None, root: root.public(), serial: 1, server: server.clone() };
    let (kid, signer) = ("k1".parse().expect("an id"), key(&format!("{server}/k1")));
    KeyDocument::make(&set.sign(&root), &format!("https://{server}"), &kid, &signer, BEGUN).json
}

/// The channel that the vectors ask about, as it is exported: messages with files, a deleted one; and the hash of Alice's picture.
async fn hosted(alice: &Person, data: &Path) -> (String, Value) {
    let channel = alice.channel("vectors").await;
    let notes = alice.upload("notes.txt", b"what the vectors ask for").await;
    alice.send_file(&channel, "with-a-file", &notes).await;
    alice.say(&channel, "said", "Hello").await;
    let secret = alice.upload("secret.txt", b"what was deleted").await;
    let gone = alice.send_file(&channel, "deleted", &secret).await;
    let gone = gone["id"].as_str().expect("an id").to_owned();
    alice.delete(&format!("/channels/{channel}/messages/{gone}")).await.expect(204);
    alice.upload("unsent.txt", b"what was never sent").await;
    let picture = alice.upload("alice.png", PICTURE).await;
    let mut shown = alice.put("/me/avatar", json!({ "file": picture["hash"] })).await.expect(200);
    let mut conn = Conn::open(&data.join("loggia.db").to_string_lossy()).expect("the database");
    let row = channels::by_id(&mut conn, &channel).expect("read").expect("the channel");
    let mut text = Vec::new();
    archive::write(&mut conn, &row, &mut text).expect("written");
    (String::from_utf8(text).expect("text"), shown["avatar"].take())
}

/// A pixel.
const PICTURE: &[u8] = include_bytes!("../../../scripts/vectors/pixel.png");

/// Status and body of the answer.
fn ask(port: u16, request: &Value) -> (u16, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let body = text(&request["body"]);
    let mut bytes = format!("{} {} HTTP/1.1\r\n", text(&request["method"]), text(&request["target"]));
    for field in request["fields"].as_array().expect("fields") {
        bytes += &format!("{}: {}\r\n", text(&field[0]), text(&field[1]));
    }
    if !request["body"].is_null() {
        bytes += &format!("content-length: {}\r\n", body.len());
    }
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    stream.write_all(format!("{bytes}connection: close\r\n\r\n{body}").as_bytes()).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    // A picture is no text.
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, body.to_owned())
}

/// Asks, and says what is otherwise than it should be.
fn judge(port: u16, vector: &Value) -> Option<String> {
    let requests = vector["input"]["requests"].as_array().expect("requests");
    let answers: Vec<(u16, String)> = requests.iter().map(|request| ask(port, request)).collect();
    let (status, octets) = answers.last().expect("an answer");
    let body: Value = serde_json::from_str(octets).unwrap_or_default();
    // What a host says of an event stands in the answer that was a success.
    let refused =
        body["results"].as_array().and_then(|results| results.last()).map(|last| &last["error"]["code"]);
    let code = refused.unwrap_or(&body["code"]);
    let wanted = &vector["expect"]["reject"];
    let is_problem = *status < 400 || body["status"] == vector["status"] && body["type"].is_string();
    let is_file = vector["octets"].as_str().is_none_or(|wanted| wanted == octets);
    let fits = vector["status"] == *status && code == wanted && is_problem && is_file;
    (!fits).then(|| format!("{} ({}): {status} {octets}", vector["id"], vector["why"]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_are_answered_as_the_vectors_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/vectors/federation/replies.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("vectors")).expect("JSON");
    assert_eq!(file["now"], BEGUN);
    let dir = tempfile::tempdir().expect("a directory");
    let authority = Authority::new(dir.path());
    let caller = Peer::start(&authority, dir.path(), "b.example").await;
    caller.publish(&document(&caller.name));
    let name: ServerName = "a.example".parse().expect("a name");
    let data = dir.path().join("data");
    prepare(&name, &data);
    let resolve = format!("b.example={}", caller.address);
    let config = Config::load(None, settings(&name, &data, &authority.certificate, &resolve).into_iter());
    // What was signed before a server started is refused: it has run for a while.
    let clock = Arc::new(Fixed::at(BEGUN - AGE_MS));
    let running = start_at(Arc::new(config.expect("settings")), clock.clone()).await.expect("a server");
    clock.forward(AGE_MS);
    let port = running.address.port();
    let base = format!("http://127.0.0.1:{port}");
    let alice = Person::register(&base, "alice").await;
    Person::register(&base, "carol").await;
    let (found, picture) = hosted(&alice, &data).await;
    if std::env::var("LOGGIA_WRITE_HOSTED").is_ok() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/vectors/hosted.jsonl");
        std::fs::write(path, &found).expect("written");
    }
    assert_eq!(file["hosted"], found, "LOGGIA_WRITE_HOSTED=1 writes it anew");
    assert_eq!(file["picture"], picture, "PICTURE in scripts/vectors/replies.py");
    for request in file["before"].as_array().expect("requests") {
        let (status, body) = tokio::task::block_in_place(|| ask(port, request));
        assert_eq!(status, 202, "{body}");
    }
    let invited = eventually("the invitation", async || {
        let channels = alice.get("/channels").await.expect(200);
        let invited = channels["channels"].as_array()?.iter().find(|one| one["host"] == "b.example")?;
        invited["id"].as_str().map(str::to_owned)
    })
    .await;
    // Without that its entries are not wanted.
    caller.script(|heard| heard.is("POST", "/join").then(|| Reply::problem(503, "busy")));
    let asked = alice.post(&format!("/channels/{invited}/join"), Value::Null).await;
    assert!(asked.status >= 500, "{asked:?}");
    let vectors = file["vectors"].as_array().expect("vectors");
    let wrong: Vec<String> =
        tokio::task::block_in_place(|| vectors.iter().filter_map(|vector| judge(port, vector)).collect());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
    assert!(vectors.len() > 70);
    running.stop().await;
}
