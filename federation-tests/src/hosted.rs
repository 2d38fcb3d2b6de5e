//! A channel that a scripted peer hosts, by the rules until a test breaks them.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use loggia::protocol::body::Body;
use loggia::protocol::event::{Event, EventType, Seen, SignedEvent, StateChange};
use loggia::protocol::head::{Head, SignedHead};
use loggia::protocol::ids::{ChannelId, Hash, UserId};
use loggia::protocol::limits::BATCH_ENTRIES_MAX;
use loggia::protocol::log::{Entry, Frontier};
use loggia::protocol::sign::Signature;
use serde_json::{Value, json};

use crate::peer::{Heard, Peer, Reply, now_s};
use crate::person::Answer;
use crate::{Person, Server};

/// An entry as it is sent. Each part may be another than it should be.
#[derive(Debug, Clone)]
pub struct Placed {
    pub entry: Entry,
    pub event: String,
    pub signature: Signature,
    pub body: Option<String>,
}

impl Placed {
    pub fn json(&self) -> Value {
        let event: Value = serde_json::from_str(&self.event).expect("JSON");
        let mut sent = json!({ "entry": self.entry, "event": event, "signature": self.signature });
        if let Some(body) = &self.body {
            sent["body"] = serde_json::from_str(body).expect("JSON");
        }
        sent
    }
}

#[derive(Debug, Clone)]
pub struct Log {
    pub placed: Vec<Placed>,
    pub roots: Vec<Hash>,
    /// How far the clock of whoever writes it is ahead, in seconds; negative where it is behind.
    pub ahead_s: i64,
    frontier: Frontier,
}

impl Log {
    fn new(ahead_s: i64) -> Log {
        Log { placed: Vec::new(), roots: Vec::new(), ahead_s, frontier: Frontier::new() }
    }

    /// Gives it the next place.
    pub fn push(&mut self, event: String, signature: Signature, body: Option<String>) -> Entry {
        let id = loggia::protocol::event::event_id(event.as_bytes());
        let seq = self.placed.len() as i64;
        let entry = Entry { event: id, host_ts: (now_s() + self.ahead_s) * 1_000, seq, term: 1 };
        self.push_entry(entry.clone(), event, signature, body);
        entry
    }

    pub fn push_entry(&mut self, entry: Entry, event: String, signature: Signature, body: Option<String>) {
        self.frontier.push(entry.leaf());
        self.roots.push(self.frontier.root());
        self.placed.push(Placed { entry, event, signature, body });
    }
}

/// The channel, with its host's keys.
pub struct Hosted<'a> {
    pub peer: &'a Peer,
    pub channel: ChannelId,
    pub owner: UserId,
    pub log: Arc<Mutex<Log>>,
    nonce: std::cell::Cell<u32>,
}

/// The end of the log, as an honest host gives it, with this head.
fn snapshot(log: &Log, head: SignedHead) -> Value {
    let from = log.placed.len().saturating_sub(BATCH_ENTRIES_MAX);
    let mut tree = Frontier::new();
    for placed in &log.placed[..from] {
        tree.push(placed.entry.leaf());
    }
    let entries: Vec<Value> = log.placed[from..].iter().map(Placed::json).collect();
    let genesis = card(log, head.clone())["genesis"].clone();
    json!({ "genesis": genesis, "frontier": tree.peaks(), "entries": entries, "head": head, "history": "all" })
}

/// A body of a message.
pub fn text(text: &str) -> Body {
    Body::new([7; 16], json!({ "text": text }).as_object().expect("an object").clone())
}

/// What a host says of a channel of its own, with this head.
fn card(log: &Log, head: SignedHead) -> Value {
    let genesis = &log.placed[0];
    json!({
        "channel": head.head.channel, "name": "trap", "topic": "", "alias": format!("#trap:{}", head.head.host),
        "member_count": 1,
        "genesis": {
            "event": serde_json::from_str::<Value>(&genesis.event).expect("JSON"), "signature": genesis.signature,
        },
        "head": head,
    })
}

impl Hosted<'_> {
    /// An open channel with the alias `#trap`, which `@mallory` of the peer owns.
    pub fn found(peer: &Peer) -> Hosted<'_> {
        Hosted::with_nonce(peer, "genesis")
    }

    /// As [`Hosted::found`]; another nonce makes it another channel.
    pub fn with_nonce<'a>(peer: &'a Peer, nonce: &str) -> Hosted<'a> {
        let owner: UserId = format!("@mallory:{}", peer.name).parse().expect("an id");
        let content = json!({
            "host": peer.name, "kind": "channel", "rules": 1,
            "key": { "kid": peer.kid, "public": peer.key.public() },
        });
        let event = Event {
            body_hash: None,
            channel: None,
            kid: peer.kid.clone(),
            nonce: nonce.parse().expect("a nonce"),
            origin_ts: peer.now_s() * 1_000,
            relates: None,
            seen: None,
            sender: owner.clone(),
            state: Some(StateChange { content, key: String::new() }),
            kind: EventType::ChannelCreate,
            v: 1,
        };
        let genesis = SignedEvent::sign(event, &peer.key);
        let channel = genesis.channel_id();
        // An entry whose time is ahead is refused, whatever else is wrong.
        let mut log = Log::new(peer.ahead_s.load(Ordering::SeqCst).min(0));
        log.push(String::from_utf8(genesis.bytes).expect("text"), genesis.signature, None);
        let log = Arc::new(Mutex::new(log));
        let hosted = Hosted { peer, channel, owner: owner.clone(), log, nonce: 0.into() };
        let join = hosted.state(EventType::Member, owner.as_str(), json!({ "membership": "joined" }));
        hosted.append(join, None);
        let policy = json!({ "caps": {}, "history": "all", "join": "open" });
        hosted.append(hosted.state(EventType::ChannelPolicy, "", policy), None);
        hosted.answer();
        hosted
    }

    /// Answers look-ups, joins and events as a host does.
    fn answer(&self) {
        let (log, channel) = (self.log.clone(), self.channel.clone());
        let (name, kid, key) = (self.peer.name.clone(), self.peer.kid.clone(), self.peer.key.clone());
        self.peer.manners(move |heard: &Heard| {
            let mut log = log.lock().expect("a log");
            let is_snapshot = heard.is("GET", "/snapshot");
            if heard.method == "GET" && (heard.target.contains("/aliases/") || is_snapshot) {
                let size = log.placed.len() as i64;
                let head = Head {
                    channel: channel.clone(),
                    host: name.clone(),
                    kid: kid.clone(),
                    root: log.roots[log.roots.len() - 1],
                    size,
                    term: 1,
                    ts: now_s() * 1_000,
                };
                let what = if is_snapshot { snapshot } else { card };
                return Some(Reply::Json(200, what(&log, SignedHead::sign(head, &key)).to_string()));
            }
            let submits = ["/join", "/events", "/leave", "/knock"].iter().any(|end| heard.is("POST", end));
            if submits && heard.target.contains("/channels/") {
                let mut results = Vec::new();
                for event in heard.json()["events"].as_array().expect("events") {
                    let bytes = event["event"].to_string();
                    let id = loggia::protocol::event::event_id(bytes.as_bytes());
                    let known = log.placed.iter().find(|placed| placed.entry.event == id);
                    let entry = match known.map(|placed| placed.entry.clone()) {
                        Some(entry) => entry,
                        None => {
                            let signature =
                                event["signature"].as_str().expect("a signature").parse().expect("one");
                            let body = event.get("body").map(Value::to_string);
                            log.push(bytes, signature, body)
                        }
                    };
                    results.push(json!({ "entry": entry }));
                }
                return Some(Reply::Json(200, json!({ "results": results }).to_string()));
            }
            None
        });
    }

    /// An event of the owner, as the owner's server composes it.
    pub fn event(&self, kind: EventType) -> Event {
        self.nonce.set(self.nonce.get() + 1);
        let log = self.log.lock().expect("a log");
        Event {
            body_hash: None,
            channel: Some(self.channel.clone()),
            kid: self.peer.kid.clone(),
            nonce: format!("e{}", self.nonce.get()).parse().expect("a nonce"),
            origin_ts: now_s() * 1_000,
            relates: None,
            seen: Some(Seen { root: log.roots[log.roots.len() - 1], size: log.roots.len() as i64 }),
            sender: self.owner.clone(),
            state: None,
            kind,
            v: 1,
        }
    }

    pub fn state(&self, kind: EventType, key: &str, content: Value) -> Event {
        Event { state: Some(StateChange { content, key: key.to_owned() }), ..self.event(kind) }
    }

    /// A message and its body.
    pub fn message(&self, said: &str) -> (Event, Body) {
        let body = text(said);
        (Event { body_hash: Some(body.hash()), ..self.event(EventType::Message) }, body)
    }

    /// A direct conversation of these people that the peer has founded, without a log to send: its id, and what its host says of it.
    pub fn conversation(&self, people: &[&str]) -> (ChannelId, Value) {
        let peer = self.peer;
        let mut users = people.to_vec();
        users.sort_unstable();
        let content = json!({
            "host": peer.name, "kind": "dm", "rules": 1, "users": users,
            "key": { "kid": peer.kid, "public": peer.key.public() },
        });
        let genesis =
            Event { channel: None, seen: None, ..self.state(EventType::ChannelCreate, "", content) };
        let genesis = SignedEvent::sign(genesis, &peer.key);
        let channel = genesis.channel_id();
        let head = Head {
            channel: channel.clone(),
            host: peer.name.clone(),
            kid: peer.kid.clone(),
            root: Hash([1; 32]),
            size: 2,
            term: 1,
            ts: now_s() * 1_000,
        };
        let event: Value = serde_json::from_slice(&genesis.bytes).expect("JSON");
        let card = json!({
            "channel": channel, "name": "", "topic": "", "alias": null, "member_count": 1,
            "genesis": { "event": event, "signature": genesis.signature },
            "head": SignedHead::sign(head, &peer.key),
        });
        (channel, card)
    }

    /// Signed by the host, and next in the log.
    pub fn append(&self, event: Event, body: Option<Body>) -> Entry {
        self.append_signed(SignedEvent::sign(event, &self.peer.key), body)
    }

    pub fn append_signed(&self, signed: SignedEvent, body: Option<Body>) -> Entry {
        let body = body.map(|body| String::from_utf8(body.canonical()).expect("text"));
        let event = String::from_utf8(signed.bytes).expect("text");
        self.log.lock().expect("a log").push(event, signed.signature, body)
    }

    pub fn say(&self, said: &str) -> Entry {
        let (event, body) = self.message(said);
        self.append(event, Some(body))
    }

    pub fn size(&self) -> i64 {
        self.log.lock().expect("a log").placed.len() as i64
    }

    /// A copy of the log, to be gone on with otherwise.
    pub fn copy(&self) -> Hosted<'_> {
        let log = Arc::new(Mutex::new(self.log.lock().expect("a log").clone()));
        let nonce = (self.nonce.get() + 1_000).into();
        Hosted { peer: self.peer, channel: self.channel.clone(), owner: self.owner.clone(), log, nonce }
    }

    pub fn head(&self, size: i64) -> Head {
        let root = self.log.lock().expect("a log").roots[size as usize - 1];
        let channel = self.channel.clone();
        let (host, kid) = (self.peer.name.clone(), self.peer.kid.clone());
        Head { channel, host, kid, root, size, term: 1, ts: now_s() * 1_000 }
    }

    pub fn signed_head(&self, size: i64) -> SignedHead {
        SignedHead::sign(self.head(size), &self.peer.key)
    }

    /// What is said of the channel under the newest head.
    pub fn card(&self) -> Value {
        let head = self.signed_head(self.size());
        card(&self.log.lock().expect("a log"), head)
    }

    /// Gives the end of this log under its newest head, changed by `forge`, to whoever asks for a snapshot.
    pub fn show(&self, forge: impl Fn(&mut Value) + Send + 'static) {
        let (log, head, key) = (self.log.clone(), self.head(1), self.peer.key.clone());
        self.peer.script(move |heard| {
            heard.is("GET", "/snapshot").then(|| {
                let log = log.lock().expect("a log");
                let (size, root) = (log.placed.len() as i64, log.roots[log.roots.len() - 1]);
                let head = SignedHead::sign(Head { size, root, ..head.clone() }, &key);
                let mut shown = snapshot(&log, head);
                forge(&mut shown);
                Reply::Json(200, shown.to_string())
            })
        });
    }

    /// An invitation by the owner.
    pub fn invitation(&self, invitee: &str) -> Value {
        json!({ "card": self.card(), "inviter": self.owner, "invitee": invitee, "ts": now_s() * 1_000 })
    }

    /// What an honest host would send to somebody who has `from` entries.
    pub fn batch(&self, from: i64) -> Value {
        let log = self.log.lock().expect("a log").clone();
        let entries: Vec<Value> = log.placed.iter().skip(from as usize).map(Placed::json).collect();
        json!({ "entries": entries, "head": self.signed_head(self.size()) })
    }

    /// Brings a server that has nothing up to date, batch after batch.
    pub async fn replay(&self, to: &Server) {
        let mut from = 0;
        while from < self.size() {
            let end = (from + BATCH_ENTRIES_MAX as i64).min(self.size());
            let mut batch = self.batch(from);
            batch["entries"].as_array_mut().expect("entries").truncate((end - from) as usize);
            batch["head"] = json!(self.signed_head(end));
            self.push(to, batch).await.expect(200);
            from = end;
        }
    }

    /// Sends a batch, whatever it is.
    pub async fn push(&self, to: &Server, batch: Value) -> Answer {
        self.peer.ask(to, "POST", &format!("/channels/{}/entries", self.channel), Some(batch)).await
    }

    /// Brings the server up to date.
    pub async fn deliver(&self, to: &Server, from: i64) -> Value {
        self.push(to, self.batch(from)).await.expect(200)
    }

    /// The person joins by alias, and gets the log.
    pub async fn welcome(&self, to: &Server, person: &Person) {
        let before = self.size();
        let alias = format!("#trap:{}", self.peer.name);
        let deliver = async {
            crate::eventually("the join", async || (self.size() > before).then_some(())).await;
            self.deliver(to, 0).await
        };
        tokio::join!(person.join(&alias), deliver);
    }
}
