use serde_json::{Value, json};

use super::*;
use crate::protocol::{
    event::Rel,
    ids::Hash,
    testing::{ALICE, ANN, BOB, CAROL, World, create_content, genesis_of, key, sign},
};

fn entry_of(world: &World, signed: &SignedEvent) -> Entry {
    Entry { event: signed.id.clone(), host_ts: 0, seq: world.seq(), term: 1 }
}

#[test]
fn a_genesis_founds_a_channel() {
    let genesis = genesis_of(ALICE, create_content("channel"));
    let state = State::genesis(&genesis).unwrap();
    assert_eq!(state.channel, genesis.channel_id());
    assert_eq!(state.create.host.as_str(), "a.example");
    assert_eq!((state.joined_count, state.owner.as_ref().map(UserId::as_str)), (0, Some(ALICE)));
    let binding = &state.keys[&(state.create.host.clone(), "k1".parse().unwrap())];
    assert_eq!((binding.public, binding.from, binding.until), (key("a.example", "k1").public(), 0, None));
    assert_eq!(state.targets[&genesis.id].seq, 0);
}

#[test]
fn contradictory_geneses_are_refused() {
    let refusal = |sender: &str, change: fn(&mut Value)| {
        let mut content = create_content("channel");
        change(&mut content);
        State::genesis(&genesis_of(sender, content)).err()
    };
    assert_eq!(refusal(ALICE, |_| ()), None);
    assert_eq!(refusal(BOB, |_| ()), Some(Refusal::BadGenesis));
    assert_eq!(refusal(ALICE, |content| content["host"] = json!("b.example")), Some(Refusal::BadGenesis));
    assert_eq!(refusal(ALICE, |content| content["rules"] = json!(2)), Some(Refusal::UnknownRules));
    assert_eq!(refusal(ALICE, |content| content["extra"] = json!(2)), Some(Refusal::BadContent));
    assert_eq!(refusal(ALICE, |content| content["users"] = Value::Null), Some(Refusal::BadContent));
    assert_eq!(refusal(ALICE, |content| content["users"] = json!([ALICE])), Some(Refusal::BadGenesis));
    assert_eq!(refusal(ALICE, |content| content["kind"] = json!("dm")), Some(Refusal::BadGenesis));
    assert_eq!(refusal(ALICE, |content| content["key"]["kid"] = json!("k2")), Some(Refusal::BadGenesis));
    let foreign = |content: &mut Value| content["key"]["public"] = json!(key("b.example", "k1").public());
    assert_eq!(refusal(ALICE, foreign), Some(Refusal::BadSignature));
    let weak = |content: &mut Value| content["key"]["public"] = json!(Hash([0; 32]));
    assert_eq!(refusal(ALICE, weak), Some(Refusal::BadContent));

    let dm = |users: Value| {
        let mut content = create_content("dm");
        content["users"] = users;
        State::genesis(&genesis_of(ALICE, content)).err()
    };
    let many: Vec<_> = (0..11).map(|index| format!("@alice{index:02}:a.example")).collect();
    assert_eq!(dm(json!([ALICE])), None);
    assert_eq!(dm(json!([ALICE, BOB, CAROL])), None);
    assert_eq!(dm(json!([BOB, ALICE])), Some(Refusal::BadGenesis));
    assert_eq!(dm(json!([ALICE, ALICE])), Some(Refusal::BadGenesis));
    assert_eq!(dm(json!([BOB, CAROL])), Some(Refusal::BadGenesis));
    assert_eq!(dm(json!([])), Some(Refusal::BadGenesis));
    assert_eq!(dm(json!([[ALICE.to_owned()].to_vec(), many].concat())), Some(Refusal::BadGenesis));

    let message = sign(World::full().message(ALICE));
    assert_eq!(State::genesis(&message), Err(Refusal::BadGenesis));
}

#[test]
fn signatures_and_what_was_seen() {
    let world = World::full();
    let mut event = world.message(BOB);
    event.seen = event.seen.map(|seen| super::super::event::Seen { size: world.seq(), ..seen });
    assert_eq!(world.refusal(event.clone()), None);
    event.seen = event.seen.map(|seen| super::super::event::Seen { size: world.seq() + 1, ..seen });
    assert_eq!(world.refusal(event), Some(Refusal::SeenAhead));

    let forged = SignedEvent::sign(world.message(BOB), &key("a.example", "k1"));
    assert_eq!(world.state.check(&entry_of(&world, &forged), &forged), Err(Refusal::BadSignature));
    let unknown = Event { kid: "k9".parse().unwrap(), ..world.message(BOB) };
    assert_eq!(world.refusal(unknown), Some(Refusal::KeyUnknown));
    // The key of another server does not serve under its own name either.
    let mut stolen = world.message(ANN);
    stolen.sender = BOB.parse().unwrap();
    let stolen = SignedEvent::sign(stolen, &key("a.example", "k1"));
    assert_eq!(world.state.check(&entry_of(&world, &stolen), &stolen), Err(Refusal::BadSignature));
}

#[test]
fn void_entries_leave_no_trace_but_their_id() {
    let mut world = World::full();
    let before = world.state.clone();
    let event = world.member(BOB, ALICE, "banned", None);
    let (id, verdict) = world.append(event.clone());
    assert!(matches!(verdict, Verdict::Void(_)));
    assert!(world.state.targets[&id].void);
    let mut unchanged = world.state.clone();
    unchanged.targets = before.targets.clone();
    assert_eq!(unchanged, before);
    let (_, verdict) = world.append(event);
    assert_eq!(verdict, Verdict::Void(Refusal::Repeated));
    assert!(world.state.targets[&id].void);
}

#[test]
fn an_event_does_not_become_effective_at_a_second_place() {
    let mut world = World::open();
    let message = world.message(BOB);
    assert_eq!(world.append(message.clone()).1, Verdict::Void(Refusal::NotMember));
    world.must(world.member(BOB, BOB, "joined", None));
    assert_eq!(world.append(message).1, Verdict::Void(Refusal::Repeated));
}

#[test]
fn bytes_that_are_no_event_are_void() {
    let mut world = World::full();
    let signature = sign(world.message(ALICE)).signature;
    for bytes in [&b"poison"[..], b"{}", b"", b"\xff", &[b'['; 100_000]] {
        let entry = Entry { event: event_id(bytes), host_ts: 0, seq: world.seq(), term: 1 };
        let before = world.state.clone();
        let (signed, verdict) = world.state.evaluate_bytes(&entry, bytes.to_vec(), signature);
        assert_eq!((signed, verdict), (None, Verdict::Void(Refusal::Malformed)));
        assert_eq!(world.state, before);
    }
    let signed = sign(world.message(ALICE));
    let entry = Entry { event: event_id(b"other"), host_ts: 0, seq: world.seq(), term: 1 };
    let (_, verdict) = world.state.evaluate_bytes(&entry, signed.bytes.clone(), signed.signature);
    assert_eq!(verdict, Verdict::Void(Refusal::EventMismatch));
    assert_eq!(world.state.evaluate(&entry, &signed), Verdict::Void(Refusal::EventMismatch));
    assert!(!world.state.targets.contains_key(&signed.id));
}

fn with_kid(event: Event, kid: &str) -> Event {
    Event { kid: kid.parse().unwrap(), ..event }
}

#[test]
fn a_servers_first_key_binds_itself() {
    let mut world = World::full();
    let dave = "@dave:d.example";
    assert_eq!(world.refusal(world.server_key(dave, "k1", None)), None);
    assert_eq!(world.refusal(with_kid(world.server_key(dave, "k1", None), "k2")), Some(Refusal::KeySigner));
    let other = SignedEvent::sign(world.server_key(dave, "k1", None), &key("d.example", "k2"));
    assert_eq!(world.state.check(&entry_of(&world, &other), &other), Err(Refusal::BadSignature));
    let mut foreign = world.server_key(dave, "k1", None);
    foreign.sender = BOB.parse().unwrap();
    assert_eq!(world.refusal(foreign), Some(Refusal::KeyForeign));
    assert_eq!(world.refusal(world.server_key(dave, "k1", Some("k1"))), Some(Refusal::KeyEnds));

    world.must(world.policy(ALICE, "invite", json!({})));
    assert_eq!(world.refusal(world.server_key(dave, "k1", None)), Some(Refusal::NotMember));
    world.must(world.member(BOB, dave, "invited", None));
    assert_eq!(world.refusal(world.server_key(dave, "k1", None)), None);
    world.must(world.member(ANN, dave, "banned", None));
    assert_eq!(world.refusal(world.server_key(dave, "k1", None)), Some(Refusal::Banned));
    world.must(world.policy(ALICE, "knock", json!({})));
    assert_eq!(world.refusal(world.server_key("@x:d.example", "k1", None)), None);
}

#[test]
fn keys_are_judged_by_place_in_the_log() {
    let mut world = World::full();
    assert_eq!(world.refusal(world.server_key(BOB, "k1", None)), Some(Refusal::KeyTaken));
    assert_eq!(world.refusal(world.server_key(BOB, "k2", None)), Some(Refusal::KeySigner));
    assert_eq!(
        world.refusal(with_kid(world.server_key(BOB, "k2", Some("k7")), "k1")),
        Some(Refusal::KeyEnds)
    );
    world.must(with_kid(world.server_key(BOB, "k2", Some("k1")), "k1"));
    // Backdating does not help: `origin_ts` is not looked at.
    let backdated = Event { origin_ts: 0, ..world.message(BOB) };
    assert_eq!(world.refusal(backdated), Some(Refusal::KeyEnded));
    assert_eq!(world.refusal(with_kid(world.message(BOB), "k2")), None);
    assert_eq!(world.refusal(with_kid(world.server_key(BOB, "k3", None), "k1")), Some(Refusal::KeySigner));
    assert_eq!(
        world.refusal(with_kid(world.server_key(BOB, "k3", Some("k1")), "k2")),
        Some(Refusal::KeyEnds)
    );
    assert_eq!(world.refusal(with_kid(world.server_key(BOB, "k1", None), "k2")), Some(Refusal::KeyTaken));
    let server = "b.example".parse::<ServerName>().unwrap();
    let binding = &world.state.keys[&(server, "k1".parse().unwrap())];
    assert_eq!(binding.until, Some(world.seq() - 1));
    // Only a server without any key may introduce itself.
    let stranger = world.server_key(BOB, "k9", None);
    assert_eq!(world.state.signer(&stranger, world.seq()), Err(Refusal::KeyUnknown));
    assert!(binding.is_in_force_at(world.seq() - 1) && !binding.is_in_force_at(world.seq()));
}

#[test]
fn keys_in_force_are_bounded_but_rotation_goes_on() {
    let mut world = World::full();
    for index in 2..=16 {
        world.must(with_kid(world.server_key(BOB, &format!("k{index}"), None), "k1"));
    }
    assert_eq!(world.refusal(with_kid(world.server_key(BOB, "k17", None), "k1")), Some(Refusal::TooManyKeys));
    for index in 17..40 {
        let (new, old) = (format!("k{index}"), format!("k{}", index - 1));
        world.must(with_kid(world.server_key(BOB, &new, Some(&old)), &old));
    }
}

#[test]
fn a_redacted_target_is_remembered() {
    let mut world = World::full();
    let message = world.must(world.message(BOB));
    let edit = world.must(world.relation(BOB, EventType::Edit, Rel::Edit, &message));
    world.must(world.redact(BOB, &message));
    assert!(world.state.targets[&message].redacted);
    assert!(!world.state.targets[&edit].redacted);
}
