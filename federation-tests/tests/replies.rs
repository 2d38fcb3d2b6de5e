//! What a server answers to requests that are given octet by octet: `spec/vectors/federation/replies.json`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use federation_tests::ca::Authority;
use federation_tests::fixed::{BEGUN, Fixed, key, prepare, settings};
use federation_tests::{Peer, Person, eventually};
use loggia::config::Config;
use loggia::protocol::ids::ServerName;
use loggia::protocol::key_document::{KeyDocument, KeySet, PublishedKey};
use loggia::server::start_at;
use serde_json::Value;

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

/// Status and body of the answer.
fn ask(port: u16, request: &Value) -> (u16, Value) {
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
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, serde_json::from_str(body).unwrap_or_default())
}

/// Asks, and says what is otherwise than it should be.
fn judge(port: u16, vector: &Value) -> Option<String> {
    let requests = vector["input"]["requests"].as_array().expect("requests");
    let answers: Vec<(u16, Value)> = requests.iter().map(|request| ask(port, request)).collect();
    let (status, body) = answers.last().expect("an answer");
    let code = &body["code"];
    let wanted = &vector["expect"]["reject"];
    let is_problem = wanted.is_null() || body["status"] == vector["status"] && body["type"].is_string();
    let fits = vector["status"] == *status && code == wanted && is_problem;
    (!fits).then(|| format!("{} ({}): {status} {body}", vector["id"], vector["why"]))
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
    for request in file["before"].as_array().expect("requests") {
        let (status, body) = tokio::task::block_in_place(|| ask(port, request));
        assert_eq!(status, 202, "{body}");
    }
    eventually("the invitation", async || {
        let channels = alice.get("/channels").await.expect(200);
        channels["channels"].as_array().is_some_and(|all| !all.is_empty()).then_some(())
    })
    .await;
    let vectors = file["vectors"].as_array().expect("vectors");
    let wrong: Vec<String> =
        tokio::task::block_in_place(|| vectors.iter().filter_map(|vector| judge(port, vector)).collect());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
    assert!(vectors.len() > 70);
    running.stop().await;
}
