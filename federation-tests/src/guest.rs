//! Somebody of a scripted peer in a channel that a real server hosts.

use std::cell::Cell;

use loggia::protocol::body::Body;
use loggia::protocol::event::{Event, EventType, Seen, SignedEvent, StateChange};
use loggia::protocol::ids::{ChannelId, UserId};
use loggia::protocol::log::Entry;
use loggia::protocol::sign::SigningKey;
use serde_json::{Value, json};

use crate::hosted::text;
use crate::peer::{Peer, now_s};
use crate::person::Answer;
use crate::{Person, Server};

pub struct Guest<'a> {
    pub peer: &'a Peer,
    pub user: UserId,
    pub channel: ChannelId,
    seen: Seen,
    nonce: Cell<u32>,
}

impl<'a> Guest<'a> {
    /// `@local` of the peer, outside as yet. What the log begins with is asked of a member.
    pub async fn of(peer: &'a Peer, local: &str, channel: &str, member: &Person) -> Guest<'a> {
        let (entries, _) = member.log(channel).await;
        let first: Entry = serde_json::from_value(entries[0]["entry"].clone()).expect("an entry");
        Guest {
            peer,
            user: format!("@{local}:{}", peer.name).parse().expect("an id"),
            channel: channel.parse().expect("an id"),
            seen: Seen { size: 1, root: first.leaf() },
            nonce: Cell::new(0),
        }
    }

    pub fn event(&self, kind: EventType) -> Event {
        self.nonce.set(self.nonce.get() + 1);
        Event {
            body_hash: None,
            channel: Some(self.channel.clone()),
            kid: self.peer.kid.clone(),
            nonce: format!("{}-{}", self.user.local(), self.nonce.get()).parse().expect("a nonce"),
            origin_ts: now_s() * 1_000,
            relates: None,
            seen: Some(self.seen),
            sender: self.user.clone(),
            state: None,
            kind,
            v: 1,
        }
    }

    pub fn state(&self, kind: EventType, key: &str, content: Value) -> Event {
        Event { state: Some(StateChange { content, key: key.to_owned() }), ..self.event(kind) }
    }

    pub fn member(&self, membership: &str) -> Event {
        self.state(EventType::Member, self.user.as_str(), json!({ "membership": membership }))
    }

    pub fn message(&self, said: &str) -> (Event, Body) {
        let body = text(said);
        (Event { body_hash: Some(body.hash()), ..self.event(EventType::Message) }, body)
    }

    /// Binds a key of the peer's in the channel.
    pub fn key(&self) -> Event {
        let content = json!({ "kid": self.peer.kid, "public": self.peer.key.public() });
        self.state(EventType::ServerKey, &format!("{}/{}", self.peer.name, self.peer.kid), content)
    }

    /// As it is sent, signed with the peer's key.
    pub fn wire(&self, event: Event, body: Option<&Body>) -> Value {
        signed(event, body, &self.peer.key)
    }

    /// Sends events to an endpoint of the channel: `join`, `leave`, `knock` or `events`.
    pub async fn send(&self, to: &Server, endpoint: &str, events: Vec<Value>) -> Answer {
        let path = format!("/channels/{}/{endpoint}", self.channel);
        self.peer.ask(to, "POST", &path, Some(json!({ "events": events }))).await
    }

    /// Sends one event; answers the code of its refusal, or nothing if it has its place.
    pub async fn submit(&self, to: &Server, event: Event, body: Option<&Body>) -> Option<String> {
        code(&self.send(to, "events", vec![self.wire(event, body)]).await.expect(200))
    }

    pub async fn join(&self, to: &Server) -> Answer {
        self.send(to, "join", vec![self.wire(self.key(), None), self.wire(self.member("joined"), None)]).await
    }

    pub async fn say(&self, to: &Server, said: &str) -> Option<String> {
        let (event, body) = self.message(said);
        self.submit(to, event, Some(&body)).await
    }
}

/// An event as it is sent, signed with whatever key.
pub fn signed(event: Event, body: Option<&Body>, key: &SigningKey) -> Value {
    let signed = SignedEvent::sign(event, key);
    let event: Value = serde_json::from_slice(&signed.bytes).expect("JSON");
    let mut sent = json!({ "event": event, "signature": signed.signature });
    if let Some(body) = body {
        sent["body"] = serde_json::from_slice(&body.canonical()).expect("JSON");
    }
    sent
}

/// The code of the last outcome's refusal.
pub fn code(answer: &Value) -> Option<String> {
    let results = answer["results"].as_array().expect("results");
    results.last().expect("an outcome")["error"]["code"].as_str().map(str::to_owned)
}
