use serde_json::{Value, json};

use super::*;
use crate::protocol::{
    event::Rel,
    ids::UserId,
    limits::{RETENTION_DAYS_MAX, SLOW_SECONDS_MAX},
    state::Verdict,
    testing::{ALICE, ANN, BOB, CAROL, World, create_content, genesis_of, sign},
};

mod members;
mod properties;

fn user(id: &str) -> UserId {
    id.parse().unwrap()
}

#[test]
fn every_refusal_names_a_rule_of_the_chapters() {
    let chapters = [
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/spec/04-state-and-rules.md")),
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/spec/05-log-and-heads.md")),
    ];
    let source = include_str!("refusal.rs");
    let rules: Vec<_> =
        source.split('"').filter(|text| text.starts_with("AUTH-") || text.starts_with("LOG-")).collect();
    assert!(rules.len() > 40);
    for rule in rules {
        assert!(chapters.iter().any(|chapter| chapter.contains(&format!("- **{rule}** "))), "{rule}");
    }
}

#[test]
fn who_writes_no_name_there_is_reads_which_there_are() {
    let said = "boss".parse::<Role>().map_err(|error| error.to_string());
    assert_eq!(said, Err("must be one of: guest member moderator owner".to_owned()));
}

#[test]
fn place_in_the_channel() {
    let mut world = World::full();
    let message = world.message(BOB);
    let mut elsewhere = message.clone();
    elsewhere.channel =
        Some(World::founded(create_content("dm").tap(|c| c["users"] = json!([ALICE]))).state.channel);
    assert_eq!(world.refusal(elsewhere), Some(Refusal::WrongChannel));
    assert_eq!(world.refusal(genesis_of(ALICE, create_content("channel")).event), Some(Refusal::Repeated));
    let mut another = genesis_of(ALICE, create_content("channel")).event;
    another.nonce = "other".parse().unwrap();
    assert_eq!(world.refusal(another), Some(Refusal::SecondGenesis));
    assert_eq!(world.refusal(Event { body_hash: None, ..message.clone() }), Some(Refusal::Malformed));
    let handover = world.state_event(ALICE, EventType::ChannelHost, "", json!({}));
    assert_eq!(world.refusal(handover), Some(Refusal::HostReserved));

    world.must(message.clone());
    assert_eq!(world.refusal(message), Some(Refusal::Repeated));
}

trait Tap: Sized {
    fn tap(self, change: impl FnOnce(&mut Self)) -> Self;
}

impl Tap for Value {
    fn tap(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

#[test]
fn contents_have_one_spelling() {
    let world = World::full();
    let policy =
        |content: Value| world.refusal(world.state_event(ALICE, EventType::ChannelPolicy, "", content));
    assert_eq!(policy(json!({"caps": {"post": "guest"}, "history": "all", "join": "open"})), None);
    for content in [
        json!({"caps": {}, "history": "all"}),
        json!({"caps": {}, "history": "all", "join": "shut"}),
        json!({"caps": {}, "history": "all", "join": {"open": null}}),
        json!({"caps": {"fly": "guest"}, "history": "all", "join": "open"}),
        json!({"caps": {"post": "king"}, "history": "all", "join": "open"}),
        json!({"caps": {}, "history": "all", "join": "open", "extra": 1}),
        json!({"caps": [], "history": "all", "join": "open"}),
    ] {
        assert_eq!(policy(content.clone()), Some(Refusal::BadContent), "{content}");
    }
    let kept = |days: Value| json!({"caps": {}, "history": "all", "join": "open", "retention_days": days});
    for days in [json!(1), json!(RETENTION_DAYS_MAX)] {
        assert_eq!(policy(kept(days.clone())), None, "{days}");
    }
    for days in [json!(null), json!(0), json!(-1), json!(RETENTION_DAYS_MAX + 1), json!("1")] {
        assert_eq!(policy(kept(days.clone())), Some(Refusal::BadContent), "{days}");
    }
    let slow =
        |seconds: Value| json!({"caps": {}, "history": "all", "join": "open", "slow_seconds": seconds});
    for seconds in [json!(1), json!(SLOW_SECONDS_MAX)] {
        assert_eq!(policy(slow(seconds.clone())), None, "{seconds}");
    }
    for seconds in [json!(null), json!(0), json!(-1), json!(SLOW_SECONDS_MAX + 1), json!("1"), json!(true)] {
        assert_eq!(policy(slow(seconds.clone())), Some(Refusal::BadContent), "{seconds}");
    }
    for (key, content) in [
        (CAROL, json!({"membership": "joined", "role": null})),
        (CAROL, json!({"membership": "left", "role": "guest"})),
        (CAROL, json!({"role": "member"})),
        ("carol", json!({"membership": "left"})),
        ("", json!({"membership": "left"})),
    ] {
        let event = world.state_event(ANN, EventType::Member, key, content.clone());
        assert_eq!(world.refusal(event), Some(Refusal::BadContent), "{key} {content}");
    }
    let name = world.state_event(ANN, EventType::ChannelName, "", json!({"name": "x"}));
    assert_eq!(
        world.refusal(Event { body_hash: Some(crate::protocol::ids::Hash([1; 32])), ..name }),
        Some(Refusal::BadContent)
    );
}

#[test]
fn capabilities_follow_roles_and_policy() {
    let mut world = World::full();
    assert_eq!(world.refusal(world.message(BOB)), None);
    assert_eq!(world.refusal(world.message(CAROL)), Some(Refusal::MissingCapability(Capability::Post)));
    let profile = |world: &World, sender| {
        let event = world.state_event(sender, EventType::ChannelTopic, "", json!({}));
        world.refusal(Event { body_hash: Some(crate::protocol::ids::Hash([1; 32])), ..event })
    };
    assert_eq!(profile(&world, ANN), None);
    assert_eq!(profile(&world, BOB), Some(Refusal::MissingCapability(Capability::SetProfile)));
    world.must(world.policy(ALICE, "open", json!({"post": "guest", "set_profile": "owner"})));
    assert_eq!(world.refusal(world.message(CAROL)), None);
    assert_eq!(profile(&world, ANN), Some(Refusal::MissingCapability(Capability::SetProfile)));
    let pins = world.state_event(BOB, EventType::ChannelPins, "", json!({}));
    assert_eq!(world.refusal(Event { body_hash: Some(crate::protocol::ids::Hash([1; 32])), ..pins }), None);
    let unknown = world.event(BOB, EventType::Other("poll.vote".into()));
    assert_eq!(world.refusal(unknown.clone()), None);
    assert_eq!(world.refusal(Event { sender: user("@eve:b.example"), ..unknown }), Some(Refusal::NotMember));
}

#[test]
fn policies_give_only_what_the_sender_holds() {
    let mut world = World::full();
    assert_eq!(
        world.refusal(world.policy(ANN, "open", json!({}))),
        Some(Refusal::MissingCapability(Capability::SetPolicy))
    );
    world.must(world.policy(ALICE, "open", json!({"set_policy": "moderator", "ban": "owner"})));
    // Ann keeps what she does not hold as it is, and moves the rest.
    assert_eq!(
        world.refusal(world.policy(
            ANN,
            "invite",
            json!({"set_policy": "moderator", "ban": "owner", "kick": "member"})
        )),
        None
    );
    for caps in [
        json!({"set_policy": "moderator"}),
        json!({"set_policy": "moderator", "ban": "guest"}),
        json!({"set_policy": "owner", "ban": "owner"}),
        json!({"set_policy": "moderator", "ban": "owner", "post": "owner"}),
    ] {
        assert_eq!(
            world.refusal(world.policy(ANN, "open", caps.clone())),
            Some(Refusal::PolicyTooHigh),
            "{caps}"
        );
    }
    assert_eq!(
        world.refusal(world.servers(ANN, json!({"deny": ["c.example"]}))),
        Some(Refusal::ServersOwnerOnly)
    );
}

#[test]
fn server_lists() {
    let mut world = World::full();
    for (list, refusal) in [
        (json!({"deny": ["a.example"]}), Some(Refusal::ServersExcludeSelf)),
        (json!({"deny": ["*.example"]}), Some(Refusal::ServersExcludeSelf)),
        (json!({"allow": ["b.example"]}), Some(Refusal::ServersExcludeSelf)),
        (json!({"allow": ["a.example", "*.example"], "deny": []}), None),
        (json!({"deny": ["*.*.example"]}), Some(Refusal::BadContent)),
        (json!({"deny": ["*"]}), Some(Refusal::BadContent)),
        (json!({"deny": ["b.*"]}), Some(Refusal::BadContent)),
        (json!({"deny": [".example"]}), Some(Refusal::BadContent)),
        (json!({"deny": vec!["*.x"; 1_000]}), None),
        (json!({"deny": vec!["*.x"; 600], "allow": vec!["*.example"; 401]}), Some(Refusal::TooManyPatterns)),
    ] {
        assert_eq!(world.refusal(world.servers(ALICE, list.clone())), refusal, "{list}");
    }
    world.must(world.servers(ALICE, json!({"deny": ["b.example", "*.c.example"]})));
    assert_eq!(world.refusal(world.message(BOB)), Some(Refusal::ServerBlocked));
    assert_eq!(world.refusal(world.member(BOB, BOB, "left", None)), Some(Refusal::ServerBlocked));
    assert_eq!(
        world.refusal(world.member(ALICE, "@x:b.example", "invited", None)),
        Some(Refusal::ServerBlocked)
    );
    assert_eq!(
        world.refusal(world.member(ALICE, "@x:sub.c.example", "invited", None)),
        Some(Refusal::ServerBlocked)
    );
    assert_eq!(world.refusal(world.member(ALICE, "@x:c.example", "invited", None)), None);
    assert_eq!(world.refusal(world.member(ALICE, "@x:xc.example", "invited", None)), None);
    // Those who are still listed can be removed.
    assert_eq!(world.refusal(world.member(ALICE, BOB, "left", None)), None);
    world.must(world.servers(ALICE, json!({})));
    assert_eq!(world.refusal(world.message(BOB)), None);
}

#[test]
fn archived_channels_only_wind_down() {
    let mut world = World::full();
    let message = world.must(world.message(BOB));
    assert_eq!(world.refusal(world.archive(ALICE, false)), Some(Refusal::NoChange));
    assert_eq!(
        world.refusal(world.archive(ANN, true)),
        Some(Refusal::MissingCapability(Capability::SetPolicy))
    );
    world.must(world.archive(ALICE, true));
    for event in [
        world.message(BOB),
        world.archive(ALICE, true),
        world.policy(ALICE, "open", json!({})),
        world.member(ALICE, BOB, "left", None),
        world.member(ALICE, BOB, "banned", None),
        world.member("@x:a.example", "@x:a.example", "joined", None),
        world.server_key("@x:d.example", "k1", None),
        world.relation(CAROL, EventType::Reaction, Rel::React, &message),
    ] {
        assert_eq!(world.refusal(event.clone()), Some(Refusal::Archived), "{event:?}");
    }
    let rotation = Event { kid: "k1".parse().unwrap(), ..world.server_key(BOB, "k2", None) };
    for event in [
        world.member(BOB, BOB, "left", None),
        world.redact(BOB, &message),
        world.archive(ALICE, false),
        rotation,
    ] {
        assert_eq!(world.refusal(event.clone()), None, "{event:?}");
    }
    world.must(world.archive(ALICE, false));
    assert_eq!(world.refusal(world.message(BOB)), None);
}

#[test]
fn relations_need_a_target_of_their_kind() {
    let mut world = World::full();
    let nowhere = sign(world.message(ANN)).id;
    let message = world.must(world.message(BOB));
    let reaction = world.must(world.relation(CAROL, EventType::Reaction, Rel::React, &message));
    let threaded = world.must(world.relation(ANN, EventType::Message, Rel::Thread, &message));
    let (void, verdict) = world.append(world.message(CAROL));
    assert!(matches!(verdict, Verdict::Void(_)));
    let all = [
        (EventType::Message, Rel::Thread),
        (EventType::Message, Rel::Reply),
        (EventType::Edit, Rel::Edit),
        (EventType::Reaction, Rel::React),
        (EventType::Redact, Rel::Redact),
    ];
    for (kind, rel) in all {
        let refusal = |to| world.refusal(world.relation(BOB, kind.clone(), rel, to));
        assert_eq!(refusal(&message), None, "{kind} {rel:?}");
        for missing in [&nowhere, &void] {
            assert_eq!(refusal(missing), Some(Refusal::TargetMissing), "{kind} {rel:?}");
        }
        if rel != Rel::Redact {
            assert_eq!(refusal(&reaction), Some(Refusal::TargetKind), "{kind} {rel:?}");
        }
    }
    let to_threaded = |rel| world.refusal(world.relation(BOB, EventType::Message, rel, &threaded));
    assert_eq!(to_threaded(Rel::Thread), Some(Refusal::TargetKind));
    assert_eq!(to_threaded(Rel::Reply), None);
    let genesis = world.log[0].0.event.clone();
    assert_eq!(world.refusal(world.redact(ALICE, &genesis)), Some(Refusal::TargetKind));
    assert_eq!(
        world.refusal(world.relation(ANN, EventType::Edit, Rel::Edit, &message)),
        Some(Refusal::NotAuthor)
    );
}

#[test]
fn deletions() {
    let mut world = World::full();
    let of_bob = world.must(world.message(BOB));
    let of_ann = world.must(world.message(ANN));
    let of_alice = world.must(world.message(ALICE));
    let reaction = world.must(world.relation(CAROL, EventType::Reaction, Rel::React, &of_bob));
    let refusal = |world: &World, sender, to| world.refusal(world.redact(sender, to));
    assert_eq!(refusal(&world, CAROL, &reaction), None);
    assert_eq!(refusal(&world, CAROL, &of_bob), Some(Refusal::MissingCapability(Capability::RedactOthers)));
    assert_eq!(refusal(&world, BOB, &of_ann), Some(Refusal::MissingCapability(Capability::RedactOthers)));
    assert_eq!(refusal(&world, ANN, &of_bob), None);
    assert_eq!(refusal(&world, ANN, &of_alice), Some(Refusal::RankTooLow));
    world.must(world.member(ALICE, BOB, "joined", Some("moderator")));
    assert_eq!(refusal(&world, ANN, &of_bob), Some(Refusal::RankTooLow));
    world.must(world.member(ALICE, BOB, "joined", Some("member")));
    assert_eq!(refusal(&world, "@eve:a.example", &of_bob), Some(Refusal::NotMember));

    world.must(world.member(BOB, BOB, "left", None));
    assert_eq!(refusal(&world, BOB, &of_bob), None);
    assert_eq!(refusal(&world, BOB, &reaction), Some(Refusal::NotMember));
    assert_eq!(
        world.refusal(world.relation(BOB, EventType::Edit, Rel::Edit, &of_bob)),
        Some(Refusal::NotMember)
    );
    assert_eq!(refusal(&world, ANN, &of_bob), None);
    world.must(world.member(ANN, BOB, "banned", None));
    assert_eq!(refusal(&world, BOB, &of_bob), Some(Refusal::Banned));

    let deletion = world.must(world.redact(ANN, &of_bob));
    assert_eq!(refusal(&world, ANN, &of_bob), Some(Refusal::TargetRedacted));
    assert_eq!(refusal(&world, ALICE, &deletion), Some(Refusal::TargetKind));
    assert_eq!(
        world.refusal(world.relation(ANN, EventType::Reaction, Rel::React, &of_bob)),
        Some(Refusal::TargetRedacted)
    );
    assert_eq!(world.refusal(world.relation(ANN, EventType::Message, Rel::Reply, &of_bob)), None);
    world.must(world.redact(ANN, &of_ann));
    assert_eq!(
        world.refusal(world.relation(ANN, EventType::Edit, Rel::Edit, &of_ann)),
        Some(Refusal::TargetRedacted)
    );
}
