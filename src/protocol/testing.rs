//! A small world for tests: servers with keys, people, and a channel that grows as a host would let it grow.

use serde_json::{Value, json};

use super::{
    event::{Event, EventType, Rel, Relates, Seen, SignedEvent, StateChange},
    ids::{EventId, Hash, UserId},
    log::Entry,
    rules::Refusal,
    sign::{SigningKey, hash},
    state::{State, Verdict},
};

pub const ALICE: &str = "@alice:a.example";
pub const ANN: &str = "@ann:a.example";
pub const BOB: &str = "@bob:b.example";
pub const CAROL: &str = "@carol:c.example";
pub const PEOPLE: [&str; 4] = [ALICE, ANN, BOB, CAROL];

/// The key `kid` of `server`, the same in every run.
pub fn key(server: &str, kid: &str) -> SigningKey {
    SigningKey::from_seed(hash(b"test key\n", format!("{server}/{kid}").as_bytes()).0)
}

pub fn blank(sender: &str, kind: EventType) -> Event {
    Event {
        body_hash: None,
        channel: None,
        kid: "k1".parse().unwrap(),
        nonce: "n".parse().unwrap(),
        origin_ts: 1_790_000_000_123,
        relates: None,
        seen: None,
        sender: sender.parse().unwrap(),
        state: None,
        kind,
        v: 1,
    }
}

pub fn sign(event: Event) -> SignedEvent {
    let key = key(event.sender.server_str(), event.kid.as_str());
    SignedEvent::sign(event, &key)
}

pub fn genesis_of(sender: &str, content: Value) -> SignedEvent {
    let mut event = blank(sender, EventType::ChannelCreate);
    event.state = Some(StateChange { content, key: String::new() });
    sign(event)
}

pub fn create_content(kind: &str) -> Value {
    json!({
        "host": "a.example", "kind": kind, "rules": 1,
        "key": { "kid": "k1", "public": key("a.example", "k1").public() },
    })
}

#[derive(Clone)]
pub struct World {
    pub state: State,
    pub log: Vec<(Entry, SignedEvent)>,
    nonce: u32,
}

impl World {
    /// A channel that Alice founded and nobody has entered yet.
    pub fn founded(content: Value) -> Self {
        let genesis = genesis_of(ALICE, content);
        let state = State::genesis(&genesis).unwrap();
        let entry = Entry { event: genesis.id.clone(), host_ts: 0, seq: 0, term: 1 };
        Self { state, log: vec![(entry, genesis)], nonce: 0 }
    }

    /// An open channel that Alice owns, with keys for all servers.
    pub fn open() -> Self {
        let mut world = Self::founded(create_content("channel"));
        world.must(world.member(ALICE, ALICE, "joined", None));
        world.must(world.policy(ALICE, "open", json!({})));
        world.must(world.server_key(BOB, "k1", None));
        world.must(world.server_key(CAROL, "k1", None));
        world
    }

    /// [`Self::open`] with everybody in it: Ann as moderator, Bob as member, Carol as guest.
    pub fn full() -> Self {
        let mut world = Self::open();
        for user in [ANN, BOB, CAROL] {
            world.must(world.member(user, user, "joined", None));
        }
        world.must(world.member(ALICE, ANN, "joined", Some("moderator")));
        world.must(world.member(ALICE, CAROL, "joined", Some("guest")));
        world
    }

    /// A conversation of Alice and Bob that both have entered.
    pub fn dm() -> Self {
        let mut content = create_content("dm");
        content["users"] = json!([ALICE, BOB]);
        let mut world = Self::founded(content);
        world.must(world.member(ALICE, ALICE, "joined", None));
        world.must(world.server_key(BOB, "k1", None));
        world.must(world.member(BOB, BOB, "joined", None));
        world
    }

    pub fn seq(&self) -> i64 {
        self.log.len() as i64
    }

    pub fn event(&self, sender: &str, kind: EventType) -> Event {
        let mut event = blank(sender, kind);
        event.channel = Some(self.state.channel.clone());
        event.nonce = format!("n{}", self.nonce).parse().unwrap();
        event.seen = Some(Seen { root: Hash([7; 32]), size: 1 });
        event
    }

    pub fn state_event(&self, sender: &str, kind: EventType, key: &str, content: Value) -> Event {
        let mut event = self.event(sender, kind);
        event.state = Some(StateChange { content, key: key.to_owned() });
        event
    }

    pub fn member(&self, sender: &str, user: &str, membership: &str, role: Option<&str>) -> Event {
        let mut content = json!({ "membership": membership });
        if let Some(role) = role {
            content["role"] = json!(role);
        }
        self.state_event(sender, EventType::Member, user, content)
    }

    pub fn policy(&self, sender: &str, join: &str, caps: Value) -> Event {
        let content = json!({ "caps": caps, "history": "all", "join": join });
        self.state_event(sender, EventType::ChannelPolicy, "", content)
    }

    pub fn archive(&self, sender: &str, archived: bool) -> Event {
        self.state_event(sender, EventType::ChannelArchive, "", json!({ "archived": archived }))
    }

    pub fn servers(&self, sender: &str, content: Value) -> Event {
        self.state_event(sender, EventType::ChannelServers, "", content)
    }

    /// `kid` of the sender's server, signed by itself; set `kid` of the event for a later one.
    pub fn server_key(&self, sender: &str, kid: &str, ends: Option<&str>) -> Event {
        let server = sender.parse::<UserId>().unwrap().server();
        let mut content = json!({ "kid": kid, "public": key(server.as_str(), kid).public() });
        if let Some(ends) = ends {
            content["ends"] = json!(ends);
        }
        let mut event = self.state_event(sender, EventType::ServerKey, &format!("{server}/{kid}"), content);
        event.kid = kid.parse().unwrap();
        event
    }

    pub fn message(&self, sender: &str) -> Event {
        let mut event = self.event(sender, EventType::Message);
        event.body_hash = Some(Hash([1; 32]));
        event
    }

    pub fn relation(&self, sender: &str, kind: EventType, rel: Rel, to: &EventId) -> Event {
        let mut event = self.event(sender, kind);
        event.body_hash = Some(Hash([1; 32]));
        event.relates = Some(Relates { rel, to: to.clone() });
        event
    }

    pub fn redact(&self, sender: &str, to: &EventId) -> Event {
        self.relation(sender, EventType::Redact, Rel::Redact, to)
    }

    /// Signs the event and lets it be the next entry, whatever the verdict.
    pub fn append(&mut self, event: Event) -> (EventId, Verdict) {
        self.append_signed(sign(event))
    }

    pub fn append_signed(&mut self, signed: SignedEvent) -> (EventId, Verdict) {
        let entry = Entry { event: signed.id.clone(), host_ts: 0, seq: self.seq(), term: 1 };
        let verdict = self.state.evaluate(&entry, &signed);
        self.nonce += 1;
        let id = signed.id.clone();
        self.log.push((entry, signed));
        (id, verdict)
    }

    pub fn must(&mut self, event: Event) -> EventId {
        let (id, verdict) = self.append(event);
        assert_eq!(verdict, Verdict::Effective);
        id
    }

    /// What the next entry would be refused for; the world stays as it is.
    pub fn refusal(&self, event: Event) -> Option<Refusal> {
        let signed = sign(event);
        let entry = Entry { event: signed.id.clone(), host_ts: 0, seq: self.seq(), term: 1 };
        self.state.check(&entry, &signed).err()
    }
}
