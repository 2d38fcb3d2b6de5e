use serde_json::json;

use super::*;
use crate::protocol::{
    event::{EVENT_VERSION, Event, EventType, Rel, Relates, Seen, StateChange},
    head::Head,
    sign::SigningKey,
};

/// An entry, its event's bytes and signature, and its body.
type Kept = (Entry, Vec<u8>, Signature, Option<Vec<u8>>);

/// A log of a few entries, as its host keeps it.
struct Log {
    key: SigningKey,
    kid: &'static str,
    frontier: Frontier,
    channel: Option<ChannelId>,
    items: Vec<Kept>,
}

impl Log {
    fn new() -> Log {
        let key = SigningKey::from_seed([7; 32]);
        let mut log = Log { key, kid: "k1", frontier: Frontier::new(), channel: None, items: Vec::new() };
        let create = json!({ "host": "a.test", "key": { "kid": "k1", "public": log.key.public() }, "kind": "channel", "rules": 1 });
        log.push(EventType::ChannelCreate, Some(("", create)), None);
        log.push(EventType::Member, Some(("@ann:a.test", json!({ "membership": "joined" }))), None);
        log.push(EventType::Message, None, Some("hello"));
        log.push(EventType::Message, None, Some("world"));
        log
    }

    fn push(&mut self, kind: EventType, state: Option<(&str, serde_json::Value)>, text: Option<&str>) {
        let body = text.map(|text| {
            let content = json!({ "text": text }).as_object().unwrap().clone();
            Body::new([1; 16], content).canonical()
        });
        self.push_body(kind, state, body);
    }

    fn push_body(
        &mut self,
        kind: EventType,
        state: Option<(&str, serde_json::Value)>,
        body: Option<Vec<u8>>,
    ) {
        let event = Event {
            state: state.map(|(key, content)| StateChange { key: key.to_owned(), content }),
            ..self.event(kind, body.as_deref())
        };
        self.append(event, body);
    }

    fn push_related(&mut self, kind: EventType, relates: Relates) {
        let event = Event { relates: Some(relates), ..self.event(kind, None) };
        self.append(event, None);
    }

    fn event(&self, kind: EventType, body: Option<&[u8]>) -> Event {
        let seq = self.frontier.size();
        Event {
            body_hash: body.map(Body::hash_bytes),
            channel: self.channel.clone(),
            kid: self.kid.parse().unwrap(),
            nonce: format!("n{seq}").parse().unwrap(),
            origin_ts: 1_000 + seq,
            relates: None,
            seen: (seq > 0).then(|| Seen { root: self.frontier.root(), size: seq }),
            sender: "@ann:a.test".parse().unwrap(),
            state: None,
            kind,
            v: EVENT_VERSION,
        }
    }

    fn append(&mut self, event: Event, body: Option<Vec<u8>>) {
        let seq = self.frontier.size();
        let signed = SignedEvent::sign(event, &self.key);
        self.channel = Some(signed.channel_id());
        let entry = Entry { event: signed.id.clone(), host_ts: 1_000 + seq, seq, term: 1 };
        self.frontier.push(entry.leaf());
        self.items.push((entry, signed.bytes, signed.signature, body));
    }

    fn head(&self) -> SignedHead {
        let head = Head {
            channel: self.channel.clone().unwrap(),
            host: "a.test".parse().unwrap(),
            kid: self.kid.parse().unwrap(),
            root: self.frontier.root(),
            size: self.frontier.size(),
            term: 1,
            ts: 9_000,
        };
        SignedHead::sign(head, &self.key)
    }

    fn items(&self) -> impl Iterator<Item = Item<'_>> {
        self.items.iter().map(|(entry, event, signature, body)| Item {
            entry: entry.clone(),
            event: event.clone(),
            signature: *signature,
            body: body.as_deref(),
            void: false,
            gone: false,
        })
    }

    /// The codes of what is found.
    fn audit(&self, head: &SignedHead) -> Vec<&'static str> {
        let mut audit = Audit::new(self.channel.clone().unwrap());
        for item in self.items() {
            if !audit.entry(item) {
                break;
            }
        }
        audit.head(head);
        audit.finish();
        audit.findings.iter().map(|finding| finding.code).collect()
    }
}

#[test]
fn a_sound_log_has_no_findings() {
    let log = Log::new();
    assert_eq!(log.audit(&log.head()), Vec::<&str>::new());
}

#[test]
fn each_kind_of_tampering_has_its_name() {
    let sound = Log::new();
    let head = sound.head();
    let tamper = |change: fn(&mut Log), code: &str| {
        let mut log = Log::new();
        change(&mut log);
        let found = log.audit(&head);
        assert!(found.contains(&code), "{code}: {found:?}");
    };
    tamper(|log| log.items[2].2.0[0] ^= 1, "bad_signature");
    tamper(|log| log.items[2].3 = Some(b"{}".to_vec()), "body_mismatch");
    tamper(|log| log.items[1].3 = Some(b"{}".to_vec()), "body_unexpected");
    tamper(|log| drop(log.items.remove(2)), "missing_entry");
    tamper(|log| log.items.swap(2, 3), "missing_entry");
    tamper(|log| drop(log.items.pop()), "head_size");
    tamper(|log| log.items[2].1 = log.items[3].1.clone(), "event_mismatch");
    tamper(|log| log.items[3].0.host_ts = 1, "bad_entry");
    tamper(|log| log.items[3].0.host_ts = 5_000, "head_root");
    tamper(|log| log.items[0].1[5] ^= 1, "event_mismatch");
}

#[test]
fn a_head_of_another_key_or_log_is_found() {
    let log = Log::new();
    let mut head = log.head();
    head.signature.0[1] ^= 1;
    assert_eq!(log.audit(&head), ["head_signature"]);
    let mut stranger = log.head().head;
    stranger.kid = "k2".parse().unwrap();
    assert_eq!(log.audit(&SignedHead::sign(stranger, &log.key)), ["head_key"]);
    let mut later = log.head().head;
    later.term = 2;
    assert_eq!(log.audit(&SignedHead::sign(later, &log.key)), ["head_term"]);
}

#[test]
fn a_key_that_was_ended_signs_no_later_head() {
    let mut log = Log::new();
    let next = SigningKey::from_seed([8; 32]);
    let content = json!({ "ends": "k1", "kid": "k2", "public": next.public() });
    log.push(EventType::ServerKey, Some(("a.test/k2", content)), None);
    // The entry that ends a key is the last at which it is in force.
    assert_eq!(log.audit(&log.head()), Vec::<&str>::new());
    log.key = next;
    log.push(EventType::Message, None, Some("signed by the new key, but under the old one's name"));
    assert_eq!(log.audit(&log.head()), ["refused", "head_key"]);
}

#[test]
fn a_head_of_another_term_or_of_an_ended_key_is_found() {
    let mut log = Log::new();
    let later = Head { term: 2, ..log.head().head };
    assert_eq!(log.audit(&SignedHead::sign(later, &log.key)), ["head_term"]);
    let key = json!({ "ends": "k1", "kid": "k2", "public": SigningKey::from_seed([8; 32]).public() });
    log.push(EventType::ServerKey, Some(("a.test/k2", key)), None);
    // HEAD-7: the entry that ends a key is the last at which it is in force.
    assert_eq!(log.audit(&log.head()), Vec::<&str>::new());
    log.kid = "k2";
    log.key = SigningKey::from_seed([8; 32]);
    log.push(EventType::Message, None, Some("again"));
    assert_eq!(log.audit(&log.head()), Vec::<&str>::new());
    log.kid = "k1";
    log.key = SigningKey::from_seed([7; 32]);
    assert_eq!(log.audit(&log.head()), ["head_key"]);
}

#[test]
fn a_body_is_the_events_in_its_one_spelling() {
    let mut log = Log::new();
    let spaced = String::from_utf8(log.items[2].3.clone().unwrap()).unwrap().replace(':', ": ");
    // The author's server signed the hash of a body that nobody accepts.
    log.push_body(EventType::Message, None, Some(spaced.into_bytes()));
    assert_eq!(log.audit(&log.head()), ["body_mismatch"]);
}

#[test]
fn a_genesis_is_never_void_and_nothing_is_said_of_what_follows_a_bad_one() {
    let log = Log::new();
    let mut audit = Audit::new(log.channel.clone().unwrap());
    let (entry, event, ..) = log.items[0].clone();
    let item = Item { entry, event, signature: Signature([0; 64]), body: None, void: true, gone: false };
    assert!(!audit.entry(item));
    audit.head(&log.head());
    audit.finish();
    let codes: Vec<_> = audit.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["bad_signature"]);
}

#[test]
fn bodies_that_are_not_there_are_deleted_or_missing() {
    let mut log = Log::new();
    for seq in [2, 3] {
        log.items[seq].3 = None;
    }
    let to = log.items[2].0.event.clone();
    log.push_related(EventType::Redact, Relates { rel: Rel::Redact, to });
    let mut audit = Audit::new(log.channel.clone().unwrap());
    for item in log.items() {
        assert!(audit.entry(item));
    }
    audit.head(&log.head());
    audit.finish();
    assert_eq!((audit.findings.len(), audit.deleted, audit.missing), (0, 1, 1));
}
