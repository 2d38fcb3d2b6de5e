use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::protocol::{
    json::tests::any_value,
    testing::{ALICE, World, blank, create_content, genesis_of, key, sign},
};

fn reparse(change: impl FnOnce(&mut Value)) -> Result<Event, EventError> {
    let mut value = serde_json::to_value(World::full().message(ALICE)).unwrap();
    change(&mut value);
    Event::parse(&serde_json_canonicalizer::to_vec(&value).unwrap())
}

#[test]
fn the_id_of_a_known_event() {
    let mut event = blank("@alice:a.example", EventType::Message);
    event.channel = Some(ChannelId::from_hash(Hash([0; 32])));
    event.seen = Some(Seen { root: Hash([0; 32]), size: 1042 });
    event.body_hash = Some(Hash([0; 32]));
    let bytes = event.canonical();
    let zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let expected = format!(
        "{{\"body_hash\":\"{zeros}\",\"channel\":\"!{zeros}\",\"kid\":\"k1\",\"nonce\":\"n\",\"origin_ts\":1790000000123,\
         \"seen\":{{\"root\":\"{zeros}\",\"size\":1042}},\"sender\":\"@alice:a.example\",\"type\":\"message\",\"v\":1}}"
    );
    assert_eq!(String::from_utf8(bytes.clone()).unwrap(), expected);
    // Computed with Python's hashlib from the text above.
    assert_eq!(event_id(&bytes).as_str(), "$QIiQKKvvpAM4JZ8V4NVUhr_LJV-jh3jwL94nuBs-xoo");
}

#[test]
fn signed_parts_round_trip() {
    let world = World::full();
    let signed = sign(world.message(ALICE));
    let again = SignedEvent::from_parts(signed.bytes.clone(), signed.signature).unwrap();
    assert_eq!(again, signed);
    assert_eq!(SignedEvent::from_event(signed.event.clone(), signed.signature).unwrap(), signed);
    assert_eq!(again.verify(&key("a.example", "k1").public()), Ok(()));
    assert_eq!(again.channel_id(), world.state.channel);
    assert!(again.verify(&key("b.example", "k1").public()).is_err());

    let genesis = genesis_of(ALICE, create_content("channel"));
    assert_eq!(genesis.channel_id().hash(), genesis.id.hash());
}

#[test]
fn only_the_closed_schema_in_canonical_form() {
    assert!(reparse(|_| ()).is_ok());
    let code = |result: Result<Event, EventError>| result.unwrap_err().code();
    assert_eq!(code(reparse(|value| value["extra"] = json!(1))), "bad_header");
    assert_eq!(code(reparse(|value| value["seen"]["extra"] = json!(1))), "bad_header");
    assert_eq!(code(reparse(|value| value["relates"] = Value::Null)), "bad_header");
    assert_eq!(code(reparse(|value| value["relates"] = json!(["edit", "$x"]))), "bad_header");
    assert_eq!(code(reparse(|value| value["sender"] = json!("alice"))), "bad_header");
    assert_eq!(code(reparse(|value| value["type"] = json!("Message"))), "bad_header");
    assert_eq!(code(reparse(|value| drop(value.as_object_mut().unwrap().remove("nonce")))), "bad_header");
    assert_eq!(code(reparse(|value| value["v"] = json!(2))), "bad_header");
    assert_eq!(code(reparse(|value| value["origin_ts"] = json!(-1))), "bad_header");
    assert_eq!(code(reparse(|value| value["origin_ts"] = json!(1u64 << 53))), "bad_json");
    assert_eq!(code(reparse(|value| value["seen"]["size"] = json!(0))), "bad_header");

    let bytes = World::full().message(ALICE).canonical();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert_eq!(code(Event::parse(format!(" {text}").as_bytes())), "not_canonical");
    assert_eq!(code(Event::parse(text.replace("\"v\":1", "\"v\":1,\"v\":1").as_bytes())), "bad_json");
    assert_eq!(code(Event::parse(text.replace("\"v\":1", "\"v\":1.0").as_bytes())), "bad_json");
    assert_eq!(code(Event::parse(text.replace("\"v\":1", "\"v\":1e0").as_bytes())), "bad_json");
    assert_eq!(code(Event::parse(text.replace("message", "messag\\u0065").as_bytes())), "not_canonical");
    assert_eq!(code(Event::parse(&vec![b' '; 64 * 1024 + 1])), "too_large");
    assert_eq!(code(Event::parse(b"\xff")), "bad_json");
    // A field by its place is no spelling of the object.
    assert_eq!(code(Event::parse(b"[]")), "bad_header");
}

#[test]
fn relations_states_and_bodies_fit_the_type() {
    let world = World::full();
    let rule = |event: Event| match event.check_shape() {
        Err(EventError::Header { rule, .. }) => rule,
        other => panic!("{other:?}"),
    };
    let target = EventId::from_hash(Hash([3; 32]));
    let with = |kind: &EventType, rel: Option<Rel>| {
        let mut event = world.message(ALICE);
        event.kind = kind.clone();
        event.relates = rel.map(|rel| Relates { rel, to: target.clone() });
        event
    };
    let rels =
        [None, Some(Rel::Edit), Some(Rel::Redact), Some(Rel::React), Some(Rel::Thread), Some(Rel::Reply)];
    let fitting: [(EventType, &[usize]); 5] = [
        (EventType::Message, &[0, 4, 5]),
        (EventType::Edit, &[1]),
        (EventType::Redact, &[2]),
        (EventType::Reaction, &[3]),
        (EventType::Other("poll.vote".into()), &[0, 1, 2, 3, 4, 5]),
    ];
    for (kind, allowed) in fitting {
        for (index, rel) in rels.iter().enumerate() {
            let event = with(&kind, *rel);
            if allowed.contains(&index) {
                assert_eq!(event.check_shape(), Ok(()), "{kind} {rel:?}");
            } else {
                assert_eq!(rule(event), "EVENT-4", "{kind} {rel:?}");
            }
        }
    }
    let state = || world.archive(ALICE, true);
    assert_eq!(state().check_shape(), Ok(()));
    assert_eq!(rule(Event { relates: with(&EventType::Edit, rels[1]).relates, ..state() }), "EVENT-4");
    assert_eq!(rule(Event { state: None, ..state() }), "EVENT-5");
    assert_eq!(rule(Event { state: state().state, ..world.message(ALICE) }), "EVENT-5");
    assert_eq!(rule(Event { channel: None, ..state() }), "EVENT-3");
    assert_eq!(rule(Event { seen: None, ..state() }), "EVENT-3");
    assert_eq!(rule(Event { body_hash: None, ..world.message(ALICE) }), "EVENT-7");
    let genesis = genesis_of(ALICE, create_content("channel")).event;
    assert_eq!(rule(Event { body_hash: Some(Hash([1; 32])), ..genesis.clone() }), "EVENT-7");
    assert_eq!(rule(Event { channel: state().channel, ..genesis }), "EVENT-3");

    let state_with = |key: &str, content: Value| Event {
        state: Some(StateChange { content, key: key.into() }),
        ..state()
    };
    assert_eq!(rule(state_with("x", json!({}))), "EVENT-6");
    assert_eq!(rule(state_with("", json!([]))), "EVENT-6");
    let other = |key: &str| Event { kind: EventType::Other("x".into()), ..state_with(key, json!({})) };
    assert_eq!(other("any key").check_shape(), Ok(()));
    assert_eq!(rule(other("a\0b")), "EVENT-6");
    assert_eq!(rule(other(&"k".repeat(321))), "EVENT-6");
    for content in
        [json!({"a": 1.5}), json!({"a": "\0"}), (0..14).fold(json!({}), |inner, _| json!({ "a": inner }))]
    {
        let event = state_with("", content);
        assert_eq!(event.check_shape().unwrap_err().code(), "bad_json");
        assert_eq!(Event::parse(&event.canonical()).unwrap_err().code(), "bad_json");
    }
}

#[test]
fn types_are_their_names() {
    for name in ["message", "channel.create", "server.key", "x", "a.b_9"] {
        let kind: EventType = name.parse().unwrap();
        assert_eq!(kind.as_str(), name);
        assert_eq!(matches!(kind, EventType::Other(_)), matches!(name, "x" | "a.b_9"));
    }
    for name in ["", "Message", "a-b", "a b", &"a".repeat(65)] {
        assert!(name.parse::<EventType>().is_err(), "{name}");
    }
}

proptest! {
    #[test]
    fn plain_serialisation_is_canonical(content in any_value(), key in "[^\0]{0,20}", relates: bool) {
        let mut event = World::founded(create_content("channel")).state_event(ALICE, EventType::Other("x".into()), &key, json!({ "c": content }));
        if relates {
            event.relates = Some(Relates { rel: Rel::Reply, to: EventId::from_hash(Hash([3; 32])) });
        }
        let bytes = event.canonical();
        prop_assert_eq!(&bytes, &serde_json_canonicalizer::to_vec(&event).unwrap());
        prop_assert_eq!(Event::parse(&bytes).unwrap(), event);
    }

    #[test]
    fn changed_bytes_never_panic_and_never_keep_the_id(at in 0usize..200, byte: u8) {
        let mut bytes = World::founded(create_content("channel")).message(ALICE).canonical();
        let before = event_id(&bytes);
        let at = at % bytes.len();
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        if let Ok(event) = Event::parse(&bytes) {
            prop_assert_eq!(event.canonical(), bytes.clone());
        }
        prop_assert_ne!(event_id(&bytes), before);
    }
}
