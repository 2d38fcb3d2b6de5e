//! Logs of events that chance composed, most of them against some rule, under keys that the test has.
//! What our state says of each entry stands in the file; the other verifier has to say the same.

use loggia::protocol::event::{SignedEvent, event_id};
use loggia::protocol::log::{Entry, Frontier};
use loggia::protocol::sign::{SigningKey, domain, hash};
use loggia::protocol::state::{Membership, State, Verdict};
use serde_json::{Map, Value, json};

use super::file::File;

const PEOPLE: [&str; 6] = [
    "@alice:a.example",
    "@ann:a.example",
    "@bob:b.example",
    "@cyd:c.example",
    "@dot:d.x.example",
    "@eve:e.x.example",
];
const ROLES: [&str; 4] = ["guest", "member", "moderator", "owner"];
const MEMBERSHIPS: [&str; 5] = ["invited", "joined", "left", "banned", "knocking"];
const CAPABILITIES: [&str; 6] = ["post", "react", "invite", "kick", "ban", "set_policy"];
const RELATIONS: [&str; 5] = ["edit", "redact", "react", "thread", "reply"];
const PATTERNS: [&str; 5] = ["*.x.example", "c.example", "*.example", "b.example", "a.example"];
const KEY_IDS: [&str; 5] = ["k1", "k2", "k3", "k4", "k5"];

/// splitmix64: the same in every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).expect("small")).expect("small")
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}

/// The same in every run.
fn key(server: &str, kid: &str) -> SigningKey {
    SigningKey::from_seed(hash(b"test key\n", format!("{server}/{kid}").as_bytes()).0)
}

fn server_of(user: &str) -> &str {
    user.split_once(':').expect("a user").1
}

/// A log, its state, and the file as it would be exported.
struct Growing {
    chance: Chance,
    state: State,
    frontier: Frontier,
    lines: Vec<Value>,
    /// The key that each server is likely to sign with.
    current: Map<String, Value>,
}

/// A log of so many entries, the same for the same seed.
pub fn log(seed: u64, entries: usize) -> File {
    let mut chance = Chance(seed);
    let mut log = Growing::found(&mut chance);
    log.must(PEOPLE[0], "member", json!({ "key": PEOPLE[0], "content": { "membership": "joined" } }));
    if log.state.owner.is_some() {
        let policy = json!({ "caps": {}, "history": "all", "join": "open" });
        log.must(PEOPLE[0], "channel.policy", json!({ "key": "", "content": policy }));
    }
    while log.lines.len() < entries {
        log.grow();
    }
    log.file()
}

impl Growing {
    fn found(chance: &mut Chance) -> Growing {
        let public = key("a.example", "k1").public();
        let mut content = json!({ "host": "a.example", "key": { "kid": "k1", "public": public }, "kind": "channel", "rules": 1 });
        if chance.one_in(5) {
            content["kind"] = json!("dm");
            content["users"] = json!([PEOPLE[0], PEOPLE[2], PEOPLE[3]]);
        }
        let genesis = json!({ "kid": "k1", "nonce": "n", "origin_ts": 1, "sender": PEOPLE[0], "type": "channel.create", "v": 1,
            "state": { "content": content, "key": "" } });
        let bytes = genesis.to_string().into_bytes();
        let signature = key("a.example", "k1").sign_in(domain::EVENT, &bytes);
        let signed = SignedEvent::from_parts(bytes, signature).expect("an event");
        let state = State::genesis(&signed).expect("a genesis");
        let entry = Entry { event: signed.id, host_ts: 1, seq: 0, term: 1 };
        let mut frontier = Frontier::new();
        frontier.push(entry.leaf());
        let lines = vec![json!({ "entry": entry, "event": genesis, "signature": signature })];
        let current = Map::from_iter([("a.example".to_owned(), json!("k1"))]);
        Growing { chance: Chance(chance.next()), state, frontier, lines, current }
    }

    fn must(&mut self, sender: &str, kind: &str, state: Value) {
        let mut event = self.event(sender, kind);
        event["state"] = state;
        self.append(event, true);
        assert!(self.lines.last().expect("one").get("void").is_none(), "{:?}", self.lines.last());
    }

    fn event(&mut self, sender: &str, kind: &str) -> Value {
        let kid = self.current.get(server_of(sender)).cloned().unwrap_or(json!("k1"));
        let size = self.frontier.size();
        json!({ "channel": self.state.channel, "kid": kid, "nonce": format!("n{size}"), "origin_ts": size, "sender": sender, "type": kind,
            "v": 1, "seen": { "root": self.frontier.root(), "size": size } })
    }

    fn grow(&mut self) {
        let sender = self.sender();
        if self.state.archived && self.chance.one_in(3) {
            let mut event = self.event(self.owner(), "channel.archive");
            event["state"] = json!({ "content": { "archived": false }, "key": "" });
            return self.append(event, false);
        }
        if self.current.get(server_of(sender)).is_none() && !self.chance.one_in(20) {
            return self.bind(sender);
        }
        let mut event = match self.chance.below(20) {
            0..=5 => self.membership(sender),
            6..=9 => self.said(sender),
            10..=14 => self.related(sender),
            15 => return self.bind(sender),
            16..=17 => self.setting(sender),
            18 => self.unknown(sender),
            _ => self.repeated(),
        };
        if self.chance.one_in(12) {
            self.spoil(&mut event);
        }
        self.append(event, false);
    }

    fn is_joined(&self, user: &str) -> bool {
        let member = self.state.members.iter().find(|(id, _)| id.as_str() == user);
        member.is_some_and(|(_, member)| member.membership == Membership::Joined)
    }

    fn owner(&self) -> &'static str {
        let owner = PEOPLE
            .iter()
            .find(|user| self.state.owner.as_ref().is_some_and(|owner| owner.as_str() == **user));
        owner.unwrap_or(&PEOPLE[0])
    }

    /// Somebody, most likely one who is in.
    fn sender(&mut self) -> &'static str {
        let user = self.chance.of(&PEOPLE);
        if self.is_joined(user) || self.chance.one_in(4) { user } else { self.owner() }
    }

    fn membership(&mut self, sender: &str) -> Value {
        // Whoever is out comes in; whoever is in acts upon others, and now and then upon themselves.
        let comes = self.chance.one_in(2);
        let sender = if comes { self.chance.of(&PEOPLE) } else { sender };
        let user = if comes || self.chance.one_in(8) { sender } else { self.chance.of(&PEOPLE) };
        let mut content = json!({ "membership": self.chance.of(&MEMBERSHIPS) });
        if user == sender && !self.chance.one_in(3) || self.is_joined(user) && self.chance.one_in(2) {
            content["membership"] = json!("joined");
        }
        if self.chance.one_in(if user == sender { 6 } else { 2 }) {
            content["role"] = json!(self.chance.of(&ROLES));
        }
        let mut event = self.event(sender, "member");
        event["state"] = json!({ "content": content, "key": user });
        event
    }

    fn said(&mut self, sender: &str) -> Value {
        let mut event = self.event(sender, "message");
        event["body_hash"] = json!(self.frontier.root());
        if self.chance.one_in(2) {
            let rel = self.chance.of(&["thread", "reply"]);
            event["relates"] = json!({ "rel": rel, "to": self.target() });
        }
        event
    }

    fn related(&mut self, sender: &str) -> Value {
        let (kind, rel) = self.chance.of(&[("edit", "edit"), ("reaction", "react"), ("redact", "redact")]);
        let mut event = self.event(sender, kind);
        event["relates"] = json!({ "rel": rel, "to": self.target() });
        if kind != "redact" {
            event["body_hash"] = json!(self.frontier.root());
        }
        event
    }

    /// The id of an earlier event, most likely a message that took effect.
    fn target(&mut self) -> Value {
        let any = self.chance.one_in(4);
        let fits = |line: &&Value| any || (line.get("void").is_none() && line["event"]["type"] == "message");
        let fitting: Vec<&Value> = self.lines.iter().rev().filter(fits).take(10).collect();
        let line =
            if fitting.is_empty() { &self.lines[0] } else { fitting[self.chance.below(fitting.len())] };
        line["entry"]["event"].clone()
    }

    fn bind(&mut self, sender: &str) {
        let server = server_of(sender);
        let known = self.current.get(server).cloned();
        let kid = if known.is_some() { format!("k{}", self.chance.below(12)) } else { "k1".to_owned() };
        let mut content = json!({ "kid": kid, "public": key(server, &kid).public() });
        if known.is_some() && self.chance.one_in(2) {
            content["ends"] = json!(self.chance.of(&KEY_IDS));
        }
        let named = if self.chance.one_in(12) { "b.example" } else { server };
        let mut event = self.event(sender, "server.key");
        event["state"] = json!({ "content": content, "key": format!("{named}/{kid}") });
        self.append(event, false);
        if self.lines.last().expect("one").get("void").is_none() {
            self.current.insert(server.to_owned(), json!(kid));
        }
    }

    fn setting(&mut self, sender: &str) -> Value {
        let sender = if self.chance.one_in(3) { sender } else { self.owner() };
        let (kind, content) = match self.chance.below(6) {
            0 => ("channel.policy", self.policy()),
            1 => {
                let mut list = json!({ "deny": [self.chance.of(&PATTERNS)] });
                if self.chance.one_in(3) {
                    list["allow"] = json!(["a.example", self.chance.of(&PATTERNS)]);
                }
                ("channel.servers", if self.chance.one_in(3) { list } else { json!({}) })
            }
            2 => ("channel.archive", json!({ "archived": self.chance.one_in(3) })),
            3 => ("channel.host", json!({})),
            _ => (
                self.chance.of(&["channel.name", "channel.topic", "channel.avatar", "channel.pins"]),
                json!({}),
            ),
        };
        let mut event = self.event(sender, kind);
        event["state"] = json!({ "content": content, "key": "" });
        if matches!(kind, "channel.name" | "channel.topic" | "channel.avatar" | "channel.pins") {
            event["body_hash"] = json!(self.frontier.root());
        }
        event
    }

    fn policy(&mut self) -> Value {
        let mut caps = Map::new();
        for _ in 0..self.chance.below(3) {
            caps.insert(self.chance.of(&CAPABILITIES).to_owned(), json!(self.chance.of(&ROLES)));
        }
        let join = self.chance.of(&["open", "open", "invite", "knock"]);
        json!({ "caps": caps, "history": self.chance.of(&["all", "since_join"]), "join": join })
    }

    fn unknown(&mut self, sender: &str) -> Value {
        let mut event = self.event(sender, "poll.vote");
        if self.chance.one_in(2) {
            event["relates"] = json!({ "rel": self.chance.of(&RELATIONS), "to": self.target() });
        }
        if self.chance.one_in(2) {
            event["state"] =
                json!({ "content": { "any": [1, null, { "thing": "\u{1f600}" }] }, "key": "any" });
        }
        event
    }

    fn repeated(&mut self) -> Value {
        let at = self.chance.below(self.lines.len());
        self.lines[at]["event"].clone()
    }

    /// Something about the event that no rule, or no event, allows.
    fn spoil(&mut self, event: &mut Value) {
        match self.chance.below(12) {
            0 => event["v"] = json!(2),
            1 => event["extra"] = json!(1),
            2 => event["channel"] = json!(format!("!{}", self.frontier.root())),
            3 => event["seen"]["size"] = json!(self.frontier.size() + 1),
            4 => event["kid"] = json!(self.chance.of(&KEY_IDS)),
            5 => event["relates"] = Value::Null,
            6 => event["origin_ts"] = json!(1.5),
            7 => {
                event["state"] =
                    json!({ "content": { "membership": "joined", "role": null }, "key": "@x:a.example" })
            }
            8 => event["nonce"] = json!("n n"),
            9 => event["sender"] = json!("@Bob:b.example"),
            10 => event["body_hash"] = json!(self.frontier.root()),
            _ => {
                event["type"] =
                    json!(self.chance.of(&["message", "redact", "member", "channel.create", "x", "X"]))
            }
        }
    }

    /// `fair`: chance does not meddle with it.
    fn append(&mut self, event: Value, fair: bool) {
        let bytes = event.to_string().into_bytes();
        let signer =
            key(event["sender"].as_str().map_or("", server_of), event["kid"].as_str().unwrap_or_default());
        let mut signature = signer.sign_in(domain::EVENT, &bytes);
        if !fair && self.chance.one_in(40) {
            signature.0[self.chance.below(64)] ^= 1;
        }
        let seq = self.frontier.size();
        let mut entry = Entry { event: event_id(&bytes), host_ts: seq + 1, seq, term: 1 };
        if !fair && self.chance.one_in(60) {
            entry.event = event_id(b"another");
        }
        let (_, verdict) = self.state.evaluate_bytes(&entry, bytes, signature);
        let mut line = json!({ "entry": entry, "event": event, "signature": signature });
        if let Verdict::Void(refusal) = verdict {
            line["void"] = json!(refusal.rule());
        }
        self.frontier.push(entry.leaf());
        self.lines.push(line);
    }

    fn file(self) -> File {
        let kid = self.current["a.example"].clone();
        let signer = key("a.example", kid.as_str().expect("a key"));
        let head = json!({ "channel": self.state.channel, "host": "a.example", "kid": kid, "root": self.frontier.root(),
            "size": self.frontier.size(), "term": 1, "ts": 1 });
        let channel = json!({ "kind": "channel", "line": { "channel": self.state.channel, "format": 1 } });
        let head = json!({ "kind": "head", "line": { "head": head, "signature": json!("") } });
        let mut file = File { channel, entries: self.lines, head };
        file.sign_head(&signer);
        file
    }
}
