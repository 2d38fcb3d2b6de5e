//! What two servers say to each other, octet by octet: `spec/transcripts/two-servers.json` is what these two say now.
//!
//! Both are real, in this process, with keys, a clock and random numbers that are the same in every run. Before each
//! stands a wire that writes down what passes. `LOGGIA_WRITE_TRANSCRIPT=1` writes the file anew.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use federation_tests::ca::Authority;
use federation_tests::fixed::{BEGUN, Fixed, prepare, settings};
use federation_tests::{Heard, Peer, Person, Reply, eventually};
use loggia::config::Config;
use loggia::domain::clock::Clock;
use loggia::server::{Running, start_at};
use serde_json::{Map, Value, json};

const SIGNED_FIELDS: [&str; 8] = [
    "host",
    "loggia-origin",
    "loggia-destination",
    "loggia-version",
    "content-type",
    "content-digest",
    "signature-input",
    "signature",
];

/// How long the requests of a step may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request and its answer.
#[derive(Clone)]
struct Exchange {
    to: String,
    heard: Heard,
    status: u16,
    answer: String,
}

impl Exchange {
    fn field(&self, name: &str) -> Option<&str> {
        self.heard.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn json(&self) -> Value {
        let fields: Map<String, Value> = SIGNED_FIELDS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), json!(self.field(name)?))))
            .collect();
        let body = String::from_utf8(self.heard.body.clone()).expect("text");
        json!({
            "from": self.field("loggia-origin"),
            "to": self.to,
            "request": {
                "method": self.heard.method,
                "target": self.heard.target,
                "fields": fields,
                "body": Some(body).filter(|body| !body.is_empty()),
            },
            "response": { "status": self.status, "body": Some(&self.answer).filter(|body| !body.is_empty()) },
        })
    }
}

/// One of the two: its data, the wire before it, and the server while it runs.
struct Side {
    wire: Peer,
    settings: Vec<(String, String)>,
    clock: Arc<Fixed>,
    /// Where the server behind the wire is.
    behind: Arc<Mutex<Option<SocketAddr>>>,
    /// Nothing passes.
    cut: Arc<AtomicBool>,
    running: Option<Running>,
}

impl Side {
    fn new(
        wire: Peer,
        settings: Vec<(String, String)>,
        clock: Arc<Fixed>,
        heard: Arc<Mutex<Vec<Exchange>>>,
    ) -> Side {
        let (behind, cut) = (Arc::new(Mutex::new(None)), Arc::new(AtomicBool::new(false)));
        let (to, address, is_cut) = (wire.name.as_str().to_owned(), behind.clone(), cut.clone());
        wire.script(move |asked| {
            let address: Option<SocketAddr> = *address.lock().expect("an address");
            let address = address.filter(|_| !is_cut.load(Ordering::SeqCst));
            let answered =
                address.and_then(|address| tokio::task::block_in_place(|| forward(address, asked)));
            let Some((status, answer, raw)) = answered else { return Some(Reply::Close) };
            let exchange = Exchange { to: to.clone(), heard: asked.clone(), status, answer };
            heard.lock().expect("what was heard").push(exchange);
            Some(Reply::Raw(raw))
        });
        Side { wire, settings, clock, behind, cut, running: None }
    }

    async fn start(&mut self) {
        let config = Config::load(None, self.settings.clone().into_iter()).expect("settings");
        let running = start_at(Arc::new(config), self.clock.clone()).await.expect("a server");
        let address = SocketAddr::from(([127, 0, 0, 1], running.address.port()));
        *self.behind.lock().expect("an address") = Some(address);
        self.running = Some(running);
    }

    async fn stop(&mut self) {
        *self.behind.lock().expect("an address") = None;
        self.running.take().expect("running").stop().await;
    }

    fn base(&self) -> String {
        format!("http://{}", self.behind.lock().expect("an address").expect("running"))
    }
}

/// Hands a request on, and answers status, body, and all octets of the answer.
fn forward(address: SocketAddr, asked: &Heard) -> Option<(u16, String, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).ok()?;
    let mut bytes = format!("{} {} HTTP/1.1\r\n", asked.method, asked.target).into_bytes();
    for (name, value) in asked.headers.iter().filter(|(name, _)| name != "connection") {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"connection: close\r\n\r\n");
    bytes.extend_from_slice(&asked.body);
    stream.write_all(&bytes).ok()?;
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw).ok()?;
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&raw[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = String::from_utf8(raw[end + 4..].to_vec()).ok()?;
    assert!(!head.to_ascii_lowercase().contains("transfer-encoding"), "{head}");
    Some((status, body, raw))
}

/// The two, and what was written down so far.
struct Play {
    a: Side,
    b: Side,
    heard: Arc<Mutex<Vec<Exchange>>>,
    steps: Vec<Value>,
}

impl Play {
    async fn begin(dir: &Path) -> Play {
        let authority = Authority::new(dir);
        let wires = [
            Peer::start(&authority, dir, "a.example").await,
            Peer::start(&authority, dir, "b.example").await,
        ];
        let resolve: Vec<String> =
            wires.iter().map(|wire| format!("{}={}", wire.name, wire.address)).collect();
        let resolve = resolve.join(",");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let clock = Arc::new(Fixed::at(BEGUN));
        let [mut a, mut b] = wires.map(|wire| {
            let data = dir.join(wire.name.as_str());
            let settings = settings(&wire.name, &data, &authority.certificate, &resolve);
            Side::new(wire, settings, clock.clone(), heard.clone())
        });
        for side in [&mut a, &mut b] {
            prepare(&side.wire.name, &dir.join(side.wire.name.as_str()));
            side.start().await;
        }
        Play { a, b, heard, steps: Vec::new() }
    }

    /// A minute later.
    fn tick(&self) {
        self.a.clock.forward(60_000);
    }

    /// Waits until exactly these requests were answered, and writes them down under a name.
    async fn step(&mut self, name: &str, expected: &[&str]) -> Result<(), String> {
        let is_asked = |one: &Exchange, wanted: &str| {
            format!("{} {}", one.heard.method, one.heard.target).contains(wanted)
        };
        let heard = self.heard.clone();
        let enough = async || (heard.lock().expect("heard").len() >= expected.len()).then_some(());
        let _ = tokio::time::timeout(PATIENCE, eventually(name, enough)).await;
        let mut came = std::mem::take(&mut *heard.lock().expect("heard"));
        let seen: Vec<String> = came
            .iter()
            .map(|one| format!("{} {} {}", one.heard.method, one.heard.target, one.status))
            .collect();
        // What went on side by side has no order: it stands as it is expected.
        let mut ordered = Vec::new();
        for wanted in expected {
            let at = came.iter().position(|one| is_asked(one, wanted));
            let at = at.ok_or_else(|| format!("{name}: no {wanted}: {seen:#?}"))?;
            ordered.push(came.remove(at).json());
        }
        if !came.is_empty() {
            return Err(format!("{name}: more than expected: {seen:#?}"));
        }
        let now = self.a.clock.now();
        self.steps.push(json!({ "step": name, "now": now, "exchanges": ordered }));
        Ok(())
    }
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/transcripts/two-servers.json")
}

/// One line for each exchange.
fn written(channel: &str, steps: &[Value]) -> String {
    let steps: Vec<String> = steps
        .iter()
        .map(|step| {
            let lines: Vec<String> =
                step["exchanges"].as_array().expect("exchanges").iter().map(Value::to_string).collect();
            let head = format!(r#"{{"step":{},"now":{},"exchanges":["#, step["step"], step["now"]);
            format!("{head}\n{}\n]}}", lines.join(",\n"))
        })
        .collect();
    format!("{{\"channel\":{},\"steps\":[\n{}\n]}}\n", json!(channel), steps.join(",\n"))
}

#[track_caller]
fn same(one: &Person, other: &Person, channel: &str) -> impl Future<Output = ()> {
    let what = format!("the same log on both sides, line {}", std::panic::Location::caller().line());
    let (one, other, channel) = (one.clone(), other.clone(), channel.to_owned());
    async move {
        eventually(&what, async || {
            let (one, other) = (one.head(&channel).await?, other.head(&channel).await?);
            (one == other).then_some(())
        })
        .await;
    }
}

/// How often the play is played. A host may send a batch twice (the cursor is not stored safely), which costs a nonce:
/// such a play is as good, and not the one that is written down.
const PLAYS_MAX: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn two_servers_say_what_is_written_down() {
    let mut differs = String::new();
    for _ in 0..PLAYS_MAX {
        let found = match play().await {
            Ok(found) => found,
            Err(why) => {
                differs = why;
                continue;
            }
        };
        if std::env::var("LOGGIA_WRITE_TRANSCRIPT").is_ok() {
            std::fs::create_dir_all(file().parent().expect("a directory")).expect("made");
            std::fs::write(file(), &found).expect("written");
        }
        let kept = std::fs::read_to_string(file()).unwrap_or_default();
        if kept == found {
            return;
        }
        let mut lines = kept.lines().zip(found.lines()).enumerate();
        let other = lines.find(|(_, (one, other))| one != other);
        differs = other.map_or_else(
            || "the transcript has another length".to_owned(),
            |(at, (one, other))| format!("line {}: {one}\nnow: {other}", at + 1),
        );
    }
    panic!("{}: {differs}\nLOGGIA_WRITE_TRANSCRIPT=1 writes it anew", file().display());
}

/// Plays it once, on two new servers.
async fn play() -> Result<String, String> {
    let dir = tempfile::tempdir().expect("a directory");
    let mut play = Play::begin(dir.path()).await;
    let alice = Person::register(&play.a.base(), "alice").await;
    let bob = Person::register(&play.b.base(), "bob").await;
    let channel = alice.channel("story").await;
    let to = |end: &str| format!("POST /federation/v1/channels/{channel}/{end}");
    let entries = to("entries");

    play.tick();
    bob.join("#story:a.example").await;
    same(&alice, &bob, &channel).await;
    play.step(
        "discover and join",
        &[
            "GET /.well-known/loggia",
            // In the order of answers: a looks who b is before it answers b.
            "GET /.well-known/loggia",
            "GET /federation/v1/aliases/",
            &to("join"),
            &entries,
            "alice%3Aa%2Eexample/profile",
            "bob%3Ab%2Eexample/profile",
        ],
    )
    .await?;

    play.tick();
    bob.patch("/me", json!({ "display_name": "Bob B." })).await.expect(200);
    play.step("a profile that changed", &[&to("signals"), "bob%3Ab%2Eexample/profile"]).await?;

    play.tick();
    bob.post(&format!("/channels/{channel}/typing"), Value::Null).await.expect(204);
    play.step("typing", &[&to("signals")]).await?;

    play.tick();
    let said = bob.say(&channel, "first-words", "Hello from the other side").await;
    same(&alice, &bob, &channel).await;
    play.step("send", &[&to("events"), &entries]).await?;

    play.tick();
    let second = bob.say(&channel, "second-words", "This will be gone").await;
    same(&alice, &bob, &channel).await;
    play.step("send again", &[&to("events"), &entries]).await?;

    play.tick();
    alice.say(&channel, "an-answer", "Welcome, **Bob**").await;
    same(&alice, &bob, &channel).await;
    play.step("send at the host", &[&entries]).await?;

    play.tick();
    let message =
        |said: &Value| format!("/channels/{channel}/messages/{}", said["id"].as_str().expect("an id"));
    bob.patch(&message(&said), json!({ "text": "Hello from this side" })).await.expect(200);
    same(&alice, &bob, &channel).await;
    play.step("edit", &[&to("events"), &entries]).await?;

    play.tick();
    bob.delete(&message(&second)).await.expect(204);
    same(&alice, &bob, &channel).await;
    play.step("delete", &[&to("events"), &entries]).await?;

    play.tick();
    play.b.cut.store(true, Ordering::SeqCst);
    play.b.stop().await;
    alice.say(&channel, "in-absence", "Where are you?").await;
    play.tick();
    play.b.start().await;
    let bob = bob.at(&play.b.base());
    eventually("b asks what it missed", async || {
        (!play.heard.lock().expect("heard").is_empty()).then_some(())
    })
    .await;
    play.b.cut.store(false, Ordering::SeqCst);
    same(&alice, &bob, &channel).await;
    play.step("catch up", &["POST /federation/v1/heads", &entries]).await?;

    play.tick();
    let seat = format!("/channels/{channel}/members/{}", bob.id);
    alice.put(&seat, json!({ "membership": "left", "reason": "for the record" })).await.expect(200);
    play.step("kick", &[&entries]).await?;

    play.b.stop().await;
    play.a.stop().await;
    Ok(written(&channel, &play.steps))
}
