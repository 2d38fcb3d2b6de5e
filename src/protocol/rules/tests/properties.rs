//! What must hold in any channel, whatever people try.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::protocol::{
    event::{Relates, SignedEvent, StateChange},
    ids::{EventId, Hash},
    json::tests::any_value,
    log::Entry,
    state::State,
    testing::PEOPLE,
};

/// Something that somebody tries: small numbers, made into an event by [`event`].
type Attempt = (u8, prop::sample::Index, prop::sample::Index, u8, u8, prop::sample::Index);

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let attempt = (
        0u8..32,
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        0u8..5,
        0u8..6,
        any::<prop::sample::Index>(),
    );
    prop::collection::vec(attempt, 1..70)
}

fn caps(a: u8, b: u8) -> Value {
    let mut caps = json!({});
    let capability = Capability::ALL[usize::from(a + b) % Capability::ALL.len()];
    caps[capability.as_str()] = json!(Role::ALL[usize::from(b) % 4].as_str());
    caps["set_policy"] = json!(Role::ALL[1 + usize::from(a) % 3].as_str());
    caps
}

fn event(world: &World, attempt: &Attempt) -> Event {
    let (kind, sender, user, a, b, target) = attempt;
    let sender = PEOPLE[sender.index(PEOPLE.len())];
    let user = PEOPLE[user.index(PEOPLE.len())];
    let target = world.log[target.index(world.log.len())].0.event.clone();
    let membership = Membership::ALL[usize::from(*a)].as_str();
    let role = Role::ALL.get(usize::from(*b)).map(|role| role.as_str());
    match kind {
        0..=4 => world.member(sender, user, membership, None),
        5..=9 => world.member(sender, user, membership, role),
        10..=11 => world.member(sender, sender, membership, None),
        12..=13 => world.member(sender, user, "joined", role),
        14 => world.policy(sender, JoinPolicy::ALL[usize::from(*a) % 3].as_str(), caps(*a, *b)),
        15 => {
            let denied = ["b.example", "*.example", "c.example"][usize::from(*a) % 3];
            world.servers(sender, json!({ "deny": [denied] }))
        }
        16 => world.servers(sender, json!({})),
        17 => world.archive(sender, *a == 0),
        18 => world.archive(sender, false),
        19 => world.server_key(sender, &format!("k{a}"), (*b == 0).then_some("k1")),
        20 => {
            let mut event = world.server_key(sender, &format!("k{a}"), (*b < 2).then_some("k1"));
            event.kid = format!("k{b}").parse().unwrap();
            event
        }
        21..=24 => world.message(sender),
        25 => world.relation(sender, EventType::Message, Rel::Thread, &target),
        26 => world.relation(sender, EventType::Edit, Rel::Edit, &target),
        27 => world.relation(sender, EventType::Reaction, Rel::React, &target),
        28..=29 => world.redact(sender, &target),
        30 => Event { kid: format!("k{a}").parse().unwrap(), ..world.message(sender) },
        _ => world.relation(sender, EventType::Other("x".into()), Rel::Reply, &target),
    }
}

fn start(kind: u8) -> World {
    match kind {
        0 => World::founded(create_content("channel")),
        1 => World::open(),
        2 => World::dm(),
        _ => World::full(),
    }
}

/// The part of the state that `reads` promises is enough.
fn partial(state: &State, event: &Event, id: &EventId) -> State {
    let reads = reads(event);
    let mut users: BTreeSet<_> = reads.users.into_iter().collect();
    let target = reads.target.as_ref().and_then(|target| state.targets.get(target));
    if reads.target_sender {
        users.extend(target.map(|target| target.sender.clone()));
    }
    let mut part = state.clone();
    part.members.retain(|user, _| users.contains(user));
    part.targets.retain(|target, _| target == id || Some(target) == reads.target.as_ref());
    part.keys.retain(|(server, _), _| *server == reads.server);
    part
}

/// Whether nothing differs but that `part` has fewer rows.
fn agrees(whole: &State, before: &State, part: &State) -> bool {
    let strip = |state: &State| {
        let mut state = state.clone();
        (state.members, state.keys, state.targets) = Default::default();
        state
    };
    // Whatever the event changed in the whole state is in the part, and as there.
    strip(whole) == strip(part)
        && whole
            .members
            .iter()
            .all(|(id, row)| part.members.get(id).map_or(before.members.get(id) == Some(row), |at| at == row))
        && whole
            .keys
            .iter()
            .all(|(id, row)| part.keys.get(id).map_or(before.keys.get(id) == Some(row), |at| at == row))
        && whole
            .targets
            .iter()
            .all(|(id, row)| part.targets.get(id).map_or(before.targets.get(id) == Some(row), |at| at == row))
}

/// STATE-6, and the count that partial states rely on.
fn check_owner_and_count(state: &State) -> Result<(), TestCaseError> {
    let joined = state.members.iter().filter(|(_, member)| member.membership == Membership::Joined);
    let owners: Vec<_> =
        joined.clone().filter(|(_, member)| member.role == Role::Owner).map(|(user, _)| user).collect();
    prop_assert_eq!(state.joined_count, joined.count() as i64);
    match state.create.kind {
        ChannelKind::Dm => prop_assert!(owners.is_empty() && state.owner.is_none()),
        ChannelKind::Channel if state.joined_count == 0 => {
            prop_assert!(owners.is_empty() && state.owner.is_some())
        }
        ChannelKind::Channel => prop_assert_eq!(owners, state.owner.iter().collect::<Vec<_>>()),
    }
    let own_only = state
        .members
        .values()
        .all(|member| member.membership == Membership::Joined || member.role <= Role::Member);
    prop_assert!(own_only);
    Ok(())
}

/// Nobody lowers, removes or bans somebody of an equal or higher role, or deletes what they wrote.
fn check_rank(before: &State, after: &State, event: &Event) -> Result<(), TestCaseError> {
    let role = |user: &UserId| {
        before
            .members
            .get(user)
            .filter(|member| member.membership == Membership::Joined)
            .map(|member| member.role)
    };
    for (user, member) in &before.members {
        let now = &after.members[user];
        let harmed = *user != event.sender && role(user).is_some() && now != member;
        prop_assert!(!harmed || role(&event.sender) > role(user), "{} upon {}", event.sender, user);
        // Nobody rises by themselves above what an invitation or an empty channel gives.
        let rose = *user == event.sender && now.role > member.role && now.membership == Membership::Joined;
        prop_assert!(!rose || now.role <= Role::Member || before.joined_count == 0);
    }
    for (id, target) in &before.targets {
        if !target.redacted && after.targets[id].redacted && target.sender != event.sender {
            prop_assert!(role(&event.sender) > Some(role(&target.sender).unwrap_or(Role::Member)));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn any_history_keeps_the_invariants(kind in 0u8..6, attempts in attempts()) {
        let mut world = start(kind);
        for attempt in &attempts {
            let before = world.state.clone();
            let signed = sign(event(&world, attempt));
            let entry = Entry { event: signed.id.clone(), host_ts: 0, seq: world.seq(), term: 1 };
            let mut part = partial(&before, &signed.event, &signed.id);

            let (_, verdict) = world.append_signed(signed.clone());
            prop_assert_eq!(part.evaluate(&entry, &signed), verdict);
            prop_assert!(agrees(&world.state, &before, &part));

            if let Verdict::Void(_) = verdict {
                let mut unchanged = world.state.clone();
                unchanged.targets = before.targets.clone();
                prop_assert_eq!(&unchanged, &before);
            }
            check_owner_and_count(&world.state)?;
            check_rank(&before, &world.state, &signed.event)?;
        }
        replays_alike(&world)?;
    }

    #[test]
    fn no_event_panics(kind in 0u8..6, attempt in attempts(), content in any_value(), key in "[a-z@:./]{0,20}", rel in any::<bool>()) {
        let world = start(kind);
        for attempt in &attempt[..1] {
            let mut event = event(&world, attempt);
            let content = if rel { content.clone() } else { json!({ "membership": content, "kid": content, "deny": [content] }) };
            event.state = Some(StateChange { content, key: key.clone() });
            if rel {
                event.relates = Some(Relates { rel: Rel::Redact, to: EventId::from_hash(Hash([5; 32])) });
            }
            let id = EventId::from_hash(Hash([6; 32]));
            let _ = (reads(&event), authorise(&Rules::V1, &world.state, &event, &id));
            world.state.clone().apply(9, &event, &id);
            let _ = State::genesis(&SignedEvent::sign(event.clone(), &crate::protocol::testing::key("a.example", "k1")));
            for kind in ["member", "server.key", "channel.create", "channel.policy", "channel.servers", "channel.archive", "channel.host", "redact", "x"] {
                event.kind = kind.parse().unwrap();
                let _ = (reads(&event), authorise(&Rules::V1, &world.state, &event, &id));
                world.state.clone().apply(9, &event, &id);
                let _ = State::genesis(&sign(event.clone()));
            }
        }
    }
}

/// A second replica, given the bytes alone, reaches every verdict and the state of the first.
fn replays_alike(world: &World) -> Result<(), TestCaseError> {
    let replay = || {
        let mut state = State::genesis(&world.log[0].1).unwrap();
        let verdicts: Vec<_> = world.log[1..]
            .iter()
            .map(|(entry, signed)| state.evaluate_bytes(entry, signed.bytes.clone(), signed.signature).1)
            .collect();
        (state, verdicts)
    };
    let (state, verdicts) = replay();
    prop_assert_eq!(&state, &world.state);
    prop_assert_eq!((state, verdicts), replay());
    Ok(())
}
