//! Joining, leaving, and acting upon others.

use super::*;

fn refused(world: &World, sender: &str, user: &str, membership: &str, role: Option<&str>) -> Option<Refusal> {
    world.refusal(world.member(sender, user, membership, role))
}

#[test]
fn joining() {
    let mut world = World::open();
    assert_eq!(refused(&world, BOB, BOB, "joined", None), None);
    assert_eq!(refused(&world, BOB, BOB, "joined", Some("member")), None);
    for role in ["guest", "moderator", "owner"] {
        assert_eq!(refused(&world, BOB, BOB, "joined", Some(role)), Some(Refusal::JoinRole), "{role}");
    }
    assert_eq!(refused(&world, ALICE, ALICE, "joined", None), Some(Refusal::NoChange));
    assert_eq!(refused(&world, ALICE, BOB, "joined", None), Some(Refusal::BadTarget));
    assert_eq!(refused(&world, ALICE, BOB, "joined", Some("member")), Some(Refusal::BadTarget));

    for policy in ["invite", "knock"] {
        world.must(world.policy(ALICE, policy, json!({})));
        assert_eq!(refused(&world, BOB, BOB, "joined", None), Some(Refusal::JoinPolicy));
    }
    world.must(world.member(ALICE, BOB, "invited", Some("guest")));
    assert_eq!(refused(&world, BOB, BOB, "joined", Some("member")), Some(Refusal::JoinRole));
    world.must(world.member(BOB, BOB, "joined", None));
    let bob = &world.state.members[&user(BOB)];
    assert_eq!(
        (bob.role, bob.invited_by.clone(), bob.joined),
        (Role::Guest, Some(user(ALICE)), Some(bob.since))
    );
    assert_eq!(world.state.joined_count, 2);
}

#[test]
fn the_entry_after_the_genesis_is_the_creators_join() {
    let world = World::founded(create_content("channel"));
    let join = |sender: &str, role| refused(&world, sender, sender, "joined", role);
    assert_eq!(join(ALICE, None), None);
    assert_eq!(join(ALICE, Some("owner")), None);
    assert_eq!(join(ALICE, Some("member")), Some(Refusal::JoinRole));
    assert_eq!(join(ANN, None), Some(Refusal::OwnerFirst));
    let key = Event { kid: "k1".parse().unwrap(), ..world.server_key(ALICE, "k2", None) };
    assert_eq!(world.refusal(key), Some(Refusal::NotCreatorsJoin));
    assert_eq!(world.refusal(world.message(ALICE)), Some(Refusal::NotMember));
}

#[test]
fn leaving_declining_and_knocking() {
    let mut world = World::full();
    assert_eq!(refused(&world, BOB, BOB, "left", None), None);
    assert_eq!(refused(&world, "@x:a.example", "@x:a.example", "left", None), Some(Refusal::NoChange));
    assert_eq!(refused(&world, ALICE, ALICE, "left", None), Some(Refusal::OwnerMustTransfer));
    world.must(world.member(ANN, ANN, "left", None));
    world.must(world.member(BOB, BOB, "left", None));
    // STATE-4: roles end with memberships.
    for id in [ANN, BOB] {
        assert_eq!(world.state.members[&user(id)].role, Role::Member);
    }
    world.must(world.member(ANN, ANN, "joined", None));
    world.must(world.member(ALICE, ANN, "joined", Some("moderator")));
    assert_eq!(refused(&world, BOB, BOB, "left", None), Some(Refusal::NoChange));
    assert_eq!(refused(&world, BOB, BOB, "knocking", None), Some(Refusal::KnockPolicy));

    world.must(world.policy(ALICE, "knock", json!({})));
    assert_eq!(refused(&world, ALICE, BOB, "knocking", None), Some(Refusal::BadTarget));
    assert_eq!(refused(&world, CAROL, CAROL, "knocking", None), Some(Refusal::BadTarget));
    world.must(world.member(BOB, BOB, "knocking", None));
    assert_eq!(refused(&world, BOB, BOB, "knocking", None), Some(Refusal::NoChange));
    assert_eq!(refused(&world, BOB, BOB, "joined", None), Some(Refusal::JoinPolicy));
    assert_eq!(refused(&world, ANN, BOB, "left", None), None);
    world.must(world.member(ANN, BOB, "invited", None));
    assert_eq!(refused(&world, BOB, BOB, "knocking", None), Some(Refusal::BadTarget));
    world.must(world.member(BOB, BOB, "left", None));
    assert_eq!(world.state.members[&user(BOB)].invited_by, None);
}

#[test]
fn an_empty_channel_waits_for_its_owner() {
    let mut world = World::open();
    world.must(world.member(ALICE, ALICE, "left", None));
    assert_eq!((world.state.joined_count, world.state.owner.clone()), (0, Some(user(ALICE))));
    assert_eq!(refused(&world, BOB, BOB, "joined", None), Some(Refusal::OwnerFirst));
    assert_eq!(refused(&world, ALICE, ALICE, "joined", Some("member")), Some(Refusal::JoinRole));
    world.must(world.member(ALICE, ALICE, "joined", None));
    assert_eq!(world.state.members[&user(ALICE)].role, Role::Owner);
}

#[test]
fn inviting() {
    let mut world = World::full();
    let x = "@x:d.example";
    assert_eq!(refused(&world, BOB, x, "invited", None), None);
    assert_eq!(refused(&world, BOB, x, "invited", Some("guest")), None);
    assert_eq!(refused(&world, ALICE, x, "invited", Some("moderator")), Some(Refusal::RoleTooHigh));
    assert_eq!(
        refused(&world, CAROL, x, "invited", None),
        Some(Refusal::MissingCapability(Capability::Invite))
    );
    assert_eq!(refused(&world, "@y:a.example", x, "invited", None), Some(Refusal::NotMember));
    assert_eq!(refused(&world, BOB, CAROL, "invited", None), Some(Refusal::BadTarget));
    assert_eq!(refused(&world, BOB, BOB, "invited", None), Some(Refusal::BadTarget));
    world.must(world.policy(ALICE, "open", json!({"invite": "guest"})));
    assert_eq!(refused(&world, CAROL, x, "invited", None), Some(Refusal::RoleTooHigh));
    assert_eq!(refused(&world, CAROL, x, "invited", Some("guest")), None);
    world.must(world.member(BOB, x, "invited", None));
    assert_eq!(refused(&world, ANN, x, "invited", None), None);
    world.must(world.member(ANN, x, "banned", None));
    assert_eq!(refused(&world, ALICE, x, "invited", None), Some(Refusal::BadTarget));
}

#[test]
fn removing() {
    let mut world = World::full();
    let (kick, ban) = (Capability::Kick, Capability::Ban);
    for (sender, target, membership, refusal) in [
        (ALICE, ANN, "left", None),
        (ANN, BOB, "left", None),
        (ANN, ALICE, "left", Some(Refusal::RankTooLow)),
        (ANN, ALICE, "banned", Some(Refusal::RankTooLow)),
        (BOB, CAROL, "left", Some(Refusal::MissingCapability(kick))),
        (BOB, CAROL, "banned", Some(Refusal::MissingCapability(ban))),
        (ANN, "@x:d.example", "left", Some(Refusal::BadTarget)),
        (ANN, "@x:d.example", "banned", None),
        (ANN, ANN, "banned", Some(Refusal::BadTarget)),
        ("@x:a.example", BOB, "left", Some(Refusal::NotMember)),
        ("@x:a.example", "@y:a.example", "left", Some(Refusal::NotMember)),
    ] {
        assert_eq!(
            refused(&world, sender, target, membership, None),
            refusal,
            "{sender} {target} {membership}"
        );
    }
    world.must(world.member(ANN, BOB, "banned", None));
    assert_eq!(refused(&world, ANN, BOB, "banned", None), Some(Refusal::NoChange));
    for membership in ["joined", "left", "knocking"] {
        assert_eq!(refused(&world, BOB, BOB, membership, None), Some(Refusal::Banned), "{membership}");
    }
    assert_eq!(world.refusal(world.message(BOB)), Some(Refusal::Banned));
    assert_eq!(refused(&world, CAROL, BOB, "left", None), Some(Refusal::MissingCapability(ban)));
    world.must(world.member(ANN, BOB, "left", None));
    assert_eq!(refused(&world, BOB, BOB, "joined", None), None);
    // With the capability lowered, rank still counts.
    world.must(world.policy(ALICE, "open", json!({"kick": "guest", "ban": "member"})));
    world.must(world.member(BOB, BOB, "joined", None));
    assert_eq!(refused(&world, BOB, CAROL, "left", None), None);
    assert_eq!(refused(&world, CAROL, BOB, "left", None), Some(Refusal::RankTooLow));
    assert_eq!(refused(&world, BOB, "@x:d.example", "banned", None), Some(Refusal::RankTooLow));
}

#[test]
fn changing_roles() {
    let mut world = World::full();
    for (sender, target, role, refusal) in [
        (ALICE, BOB, "moderator", None),
        (ALICE, BOB, "owner", None),
        (ALICE, BOB, "member", Some(Refusal::NoChange)),
        (ANN, BOB, "guest", None),
        (ANN, CAROL, "member", None),
        (ANN, BOB, "moderator", Some(Refusal::RoleTooHigh)),
        (ANN, BOB, "owner", Some(Refusal::RoleTooHigh)),
        (ANN, ALICE, "member", Some(Refusal::RankTooLow)),
        (BOB, CAROL, "member", Some(Refusal::RoleTooHigh)),
        (CAROL, BOB, "guest", Some(Refusal::RankTooLow)),
        // Self-promotion is an attempt to join again.
        (BOB, BOB, "owner", Some(Refusal::NoChange)),
        ("@x:a.example", BOB, "guest", Some(Refusal::NotMember)),
    ] {
        assert_eq!(
            refused(&world, sender, target, "joined", Some(role)),
            refusal,
            "{sender} {target} {role}"
        );
    }
    assert_eq!(refused(&world, ALICE, BOB, "joined", None), Some(Refusal::BadContent));
    let since = world.state.members[&user(BOB)].since;
    world.must(world.member(ALICE, BOB, "joined", Some("owner")));
    let role = |id: &str| world.state.members[&user(id)].role;
    assert_eq!(
        (role(ALICE), role(BOB), world.state.owner.clone()),
        (Role::Moderator, Role::Owner, Some(user(BOB)))
    );
    assert_eq!(world.state.members[&user(BOB)].since, since);
    assert_eq!(refused(&world, ALICE, ALICE, "left", None), None);
    assert_eq!(refused(&world, BOB, BOB, "left", None), Some(Refusal::OwnerMustTransfer));
}

#[test]
fn direct_conversations_are_fixed_and_equal() {
    let mut world = World::dm();
    assert_eq!(world.state.owner, None);
    assert_eq!(world.refusal(world.message(BOB)), None);
    for event in [
        world.member(ALICE, BOB, "left", None),
        world.member(ALICE, BOB, "banned", None),
        world.member(ALICE, BOB, "joined", Some("guest")),
        world.member(ALICE, CAROL, "invited", None),
        world.member(ANN, ANN, "joined", None),
        world.server_key(CAROL, "k1", None),
    ] {
        let refusal = world.refusal(event.clone());
        assert!(matches!(refusal, Some(Refusal::DmFixed | Refusal::NotMember)), "{refusal:?} {event:?}");
    }
    assert_eq!(
        world.refusal(world.archive(ALICE, true)),
        Some(Refusal::MissingCapability(Capability::SetPolicy))
    );
    assert_eq!(refused(&world, ANN, ANN, "knocking", None), Some(Refusal::KnockPolicy));
    let name = world.state_event(BOB, EventType::ChannelName, "", json!({}));
    assert_eq!(world.refusal(Event { body_hash: Some(crate::protocol::ids::Hash([1; 32])), ..name }), None);
    world.must(world.member(BOB, BOB, "left", None));
    // AUTH-29: an invitation makes nobody less than the others.
    world.must(world.member(ALICE, BOB, "invited", Some("guest")));
    assert_eq!(refused(&world, BOB, BOB, "joined", None), None);
    assert_eq!(refused(&world, BOB, BOB, "joined", Some("guest")), Some(Refusal::JoinRole));
    world.must(world.member(ALICE, ALICE, "left", None));
    world.must(world.member(BOB, BOB, "joined", None));
    assert_eq!(world.state.members[&user(BOB)].role, Role::Member);
}
