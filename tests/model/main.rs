//! A small model of one channel, explored whole: whatever order things happen in, within small bounds.
//!
//! A host and two members' servers; events are written, sent, lost, delivered twice and out of order; the host commits, crashes, and is
//! restored from a backup. Trees, heads, proofs and evidence are the protocol's own. What is explored: every
//! interleaving of the steps in [`world::Action`] up to a depth, with at most [`world::MESSAGES_MAX`] messages on their way,
//! [`world::EVENTS_MAX`] events, and as many mishaps as each test says. That a message is lost is covered by its never being
//! delivered.
//!
//! What is assumed: a commit is durable or not, as a whole; members keep what they have; the members are the same all the
//! time; asking a member is one step. The conducts that are wrong show that the invariants can break.
#![cfg(test)]

mod explore;
mod log;
mod world;

use explore::{Explored, Invariant, explore};
use world::{Conduct, Mishaps};

const NONE: Mishaps = Mishaps { crashes: 0, backups: 0, restores: 0, duplicates: 0 };

/// Explores, and says how much: `cargo test --test model -- --nocapture`.
fn explored(conduct: Conduct, mishaps: Mishaps, depth_max: usize) -> Explored {
    let found = explore(conduct, mishaps, depth_max);
    let Explored { worlds, steps, depth, forked, .. } = &found;
    println!(
        "{conduct:?}, {mishaps:?}: {worlds} worlds by {steps} steps, {depth} deep, {forked} of them forked"
    );
    found
}

#[track_caller]
fn assert_sound(found: &Explored, worlds_min: usize, kinds: usize) {
    assert!(found.broken.is_empty(), "{:#?}", found.broken);
    assert!(found.worlds >= worlds_min, "only {} worlds: is a step never taken?", found.worlds);
    assert_eq!(found.kinds_of_steps.len(), kinds, "kinds of steps that lead anywhere");
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
    assert_sound(&explored(Conduct::Honest, mishaps, 11), 50_000, 9);
}

/// Whatever anybody has taken is never contradicted.
#[test]
fn a_restored_host_adopts_what_it_signed() {
    let mishaps = Mishaps { backups: 1, restores: 1, ..NONE };
    assert_sound(&explored(Conduct::Honest, mishaps, 13), 100_000, 9);
}

#[test]
fn everything_that_can_go_wrong_does() {
    let mishaps = Mishaps { crashes: 1, backups: 1, restores: 1, duplicates: 1 };
    assert_sound(&explored(Conduct::Honest, mishaps, 10), 100_000, 11);
}

/// Whenever the members' logs contradict each other, comparing heads shows it, and at no other time.
#[test]
fn two_logs_are_found_out() {
    let found = explored(Conduct::Equivocating, NONE, 12);
    assert_sound(&found, 100_000, 6);
    assert!(found.forked >= 100, "only {} worlds in which there was anything to find", found.forked);
}

#[test]
fn members_that_compare_equal_sizes_only_are_fooled() {
    assert_broken(&explored(Conduct::ComparingSizes, NONE, 11), &[Invariant::ForksAreFound], 11);
}

#[test]
fn a_host_that_appends_without_adopting_is_caught() {
    let found = explored(Conduct::NotAdopting, Mishaps { restores: 1, ..NONE }, 11);
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
    let found = explored(Conduct::AskingOne, Mishaps { restores: 1, ..NONE }, 8);
    assert_broken(&found, &[Invariant::AcknowledgedIsKept], 8);
}

/// The batch that was on its way when the disk was lost arrives after the question whether there is any.
#[test]
fn members_that_take_what_was_sent_before_the_question_are_caught() {
    let found = explored(Conduct::NotFencing, Mishaps { restores: 1, ..NONE }, 9);
    assert_broken(&found, &[Invariant::AcknowledgedIsKept], 9);
}

#[test]
fn a_host_that_announces_before_it_stores_is_caught() {
    let found = explored(Conduct::Hasty, Mishaps { crashes: 1, ..NONE }, 8);
    assert_broken(&found, &[Invariant::AcknowledgedIsKept], 4);
}

/// The same worlds in the same order, however often.
#[test]
fn exploring_is_deterministic() {
    let again = || explore(Conduct::NotFencing, Mishaps { restores: 1, ..NONE }, 9);
    let (one, other) = (again(), again());
    assert_eq!((one.worlds, one.steps, one.broken), (other.worlds, other.steps, other.broken));
}
