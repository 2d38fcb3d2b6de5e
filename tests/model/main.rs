//! A small model of one channel, explored whole: whatever order things happen in, within small bounds.
//!
//! A host and two members' servers; events are written, sent, lost, delivered twice and out of order; the host commits, crashes, is
//! restored from a backup, and may all the while show two logs; members store, crash, and are restored. Trees, heads, proofs and evidence are the protocol's own. What is explored: every
//! interleaving of the steps in [`world::Action`] up to a depth, with at most [`world::MESSAGES_MAX`] messages on their way,
//! [`world::EVENTS_MAX`] events, and as many mishaps as each test says. That a message is lost is covered by its never being
//! delivered.
//!
//! What is assumed: a commit is durable or not, as a whole; the members are the same all the time; asking a member is one
//! step; host and member are not both restored (a test shows what is lost then). The conducts that are wrong show that the invariants can break.
#![cfg(test)]

mod explore;
mod log;
mod world;

use explore::{Explored, Invariant, explore};
use world::{Action, Conduct, Mishaps};

const NONE: Mishaps =
    Mishaps { crashes: 0, backups: 0, restores: 0, duplicates: 0, member_crashes: 0, member_restores: 0 };

/// Two people have written, the host has taken both, and signed two logs in which they stand the other way round.
const LYING: &[Action] = &[
    Action::Write { member: 0 },
    Action::Deliver { message: 0 },
    Action::Write { member: 1 },
    Action::Deliver { message: 0 },
    Action::Fork,
    Action::Commit { second: false },
    Action::Commit { second: true },
];

/// Somebody has written, and the entry has come to their own server, which stores it.
const RECEIVED: &[Action] = &[
    Action::Write { member: 0 },
    Action::Deliver { message: 0 },
    Action::Commit { second: false },
    Action::Send { to: 0, start: 0, second: false },
    Action::Deliver { message: 0 },
];

/// Explores, and says how much: `cargo test --test model -- --nocapture`.
fn explored(conduct: Conduct, mishaps: Mishaps, first: &[Action], depth_max: usize) -> Explored {
    let found = explore(conduct, mishaps, first, depth_max);
    let Explored { worlds, steps, depth, forked, .. } = &found;
    println!(
        "{conduct:?}, {mishaps:?}: {worlds} worlds by {steps} steps, {depth} deep after {}, {forked} of them forked",
        first.len()
    );
    found
}

/// Nothing is broken in so many worlds, which were come by through each of the steps that can be taken.
#[track_caller]
fn assert_sound(found: &Explored, worlds_min: usize, kinds: usize) {
    assert!(found.broken.is_empty(), "{:#?}", found.broken);
    assert!(found.worlds >= worlds_min, "only {} worlds: is a step never taken?", found.worlds);
    assert_eq!(found.kinds_of_steps.len(), kinds, "kinds of steps that lead anywhere");
}

/// The same, of a host that lies: in some of the worlds there was something to find, and it was found.
#[track_caller]
fn assert_found_out(found: &Explored, worlds_min: usize, kinds: usize) {
    assert_sound(found, worlds_min, kinds);
    assert!(found.forked >= 100, "only {} worlds in which there was anything to find", found.forked);
}

/// These are broken, the first of all in so many steps.
#[track_caller]
fn assert_broken(found: &Explored, invariants: &[Invariant], steps: usize) {
    assert!(invariants.iter().all(|invariant| found.broken.contains_key(invariant)), "{:#?}", found.broken);
    assert_eq!(found.broken.values().map(Vec::len).min(), Some(steps), "{:#?}", found.broken);
}

/// Nothing is ever signed twice, not even unseen: what was signed was durable.
#[test]
fn a_host_that_crashes_loses_nothing() {
    let mishaps = Mishaps { crashes: 1, duplicates: 1, ..NONE };
    assert_sound(&explored(Conduct::Honest, mishaps, &[], 11), 50_000, 9);
}

/// Whatever anybody has taken is never contradicted.
#[test]
fn a_restored_host_adopts_what_it_signed() {
    let mishaps = Mishaps { backups: 1, restores: 1, ..NONE };
    assert_sound(&explored(Conduct::Honest, mishaps, &[], 11), 30_000, 9);
}

#[test]
fn everything_that_can_go_wrong_does() {
    let mishaps = Mishaps { crashes: 1, backups: 1, restores: 1, duplicates: 1, ..NONE };
    assert_sound(&explored(Conduct::Honest, mishaps, &[], 10), 100_000, 11);
}

/// A batch that was received and not stored comes again, and nobody was told of it.
#[test]
fn members_that_crash_lose_nothing() {
    let mishaps = Mishaps { crashes: 1, duplicates: 1, member_crashes: 1, ..NONE };
    assert_sound(&explored(Conduct::Honest, mishaps, RECEIVED, 8), 40_000, 11);
}

/// They come back to what they had, and get the rest anew.
#[test]
fn members_that_are_restored_catch_up() {
    let mishaps = Mishaps { crashes: 1, duplicates: 1, member_restores: 1, ..NONE };
    assert_sound(&explored(Conduct::Honest, mishaps, RECEIVED, 8), 20_000, 10);
}

#[test]
fn a_host_is_restored_while_members_crash() {
    let mishaps = Mishaps { backups: 1, restores: 1, member_crashes: 1, ..NONE };
    assert_sound(&explored(Conduct::Honest, mishaps, RECEIVED, 9), 50_000, 11);
}

/// Where the host and the only server that had more are put back, nobody knows what was there.
#[test]
fn what_all_have_lost_is_lost() {
    let mishaps = Mishaps { restores: 1, member_restores: 1, ..NONE };
    assert_broken(&explored(Conduct::Honest, mishaps, RECEIVED, 5), &[Invariant::AcknowledgedIsKept], 5);
}

/// Whenever the members' logs contradict each other, comparing heads shows it, and at no other time.
#[test]
fn two_logs_are_found_out() {
    assert_sound(&explored(Conduct::Equivocating, NONE, &[], 10), 20_000, 5);
    assert_found_out(&explored(Conduct::Equivocating, NONE, LYING, 8), 5_000, 5);
}

#[test]
fn two_logs_are_found_out_though_the_host_crashes() {
    let mishaps = Mishaps { crashes: 1, duplicates: 1, ..NONE };
    assert_found_out(&explored(Conduct::Equivocating, mishaps, LYING, 8), 40_000, 10);
}

/// A host that takes back what it said, by a backup or by having two logs, or both at once.
#[test]
fn two_logs_are_found_out_though_the_host_is_restored() {
    let mishaps = Mishaps { backups: 1, restores: 1, duplicates: 1, ..NONE };
    assert_found_out(&explored(Conduct::Equivocating, mishaps, LYING, 7), 20_000, 11);
}

#[test]
fn two_logs_are_found_out_though_members_crash() {
    let mishaps = Mishaps { crashes: 1, duplicates: 1, member_crashes: 1, ..NONE };
    assert_found_out(&explored(Conduct::Equivocating, mishaps, LYING, 7), 50_000, 12);
}

/// A server that goes back can be shown another log, if nobody else has seen the first.
#[test]
fn a_restored_member_can_be_shown_another_log() {
    let mishaps = Mishaps { member_restores: 1, ..NONE };
    let found = explored(Conduct::Equivocating, mishaps, LYING, 5);
    assert_broken(&found, &[Invariant::NothingIsRewritten], 5);
}

#[test]
fn members_that_tell_before_they_store_are_caught() {
    let mishaps = Mishaps { restores: 1, member_crashes: 1, ..NONE };
    let found = explored(Conduct::HastyMembers, mishaps, RECEIVED, 5);
    assert_broken(&found, &[Invariant::AcknowledgedIsKept], 5);
}

/// The batch that a member was storing when the host asked is stored after the answer.
#[test]
fn members_that_answer_while_they_store_are_caught() {
    let mishaps = Mishaps { restores: 1, member_crashes: 1, ..NONE };
    let found = explored(Conduct::AnsweringEarly, mishaps, RECEIVED, 5);
    assert_broken(&found, &[Invariant::AcknowledgedIsKept], 5);
}

#[test]
fn members_that_compare_equal_sizes_only_are_fooled() {
    // The second log has one entry more, and begins with it.
    let first = [
        Action::Write { member: 0 },
        Action::Deliver { message: 0 },
        Action::Fork,
        Action::Commit { second: false },
        Action::Write { member: 1 },
        Action::Deliver { message: 0 },
        Action::Commit { second: true },
    ];
    assert_broken(&explored(Conduct::ComparingSizes, NONE, &first, 4), &[Invariant::ForksAreFound], 4);
}

#[test]
fn a_host_that_appends_without_adopting_is_caught() {
    let found = explored(Conduct::NotAdopting, Mishaps { restores: 1, ..NONE }, &[], 11);
    let broken = [
        Invariant::PrefixesAgree,
        Invariant::AcknowledgedIsKept,
        Invariant::OneTruth,
        Invariant::NoFalseAlarm,
    ];
    assert_broken(&found, &broken, 6);
}

#[test]
fn a_host_that_asks_one_member_is_caught() {
    let found = explored(Conduct::AskingOne, Mishaps { restores: 1, ..NONE }, &[], 8);
    assert_broken(&found, &[Invariant::AcknowledgedIsKept], 8);
}

/// The batch that was on its way when the disk was lost arrives after the question whether there is any.
#[test]
fn members_that_take_what_was_sent_before_the_question_are_caught() {
    let found = explored(Conduct::NotFencing, Mishaps { restores: 1, ..NONE }, &[], 9);
    assert_broken(&found, &[Invariant::AcknowledgedIsKept], 9);
}

#[test]
fn a_host_that_announces_before_it_stores_is_caught() {
    let found = explored(Conduct::Hasty, Mishaps { crashes: 1, ..NONE }, &[], 8);
    assert_broken(&found, &[Invariant::AcknowledgedIsKept], 4);
}

/// The same worlds in the same order, however often.
#[test]
fn exploring_is_deterministic() {
    let again = || explore(Conduct::NotFencing, Mishaps { restores: 1, ..NONE }, &[], 9);
    let (one, other) = (again(), again());
    assert_eq!((one.worlds, one.steps, one.broken), (other.worlds, other.steps, other.broken));
}
