//! Messages and what refers to them.

use super::{Capability, Membership, Refusal, Rules, capable_role, joined_role};
use crate::protocol::{
    event::{Event, EventType, Rel},
    state::{Member, State, Target},
};

pub(super) fn authorise_message(rules: &Rules, state: &State, event: &Event) -> Result<(), Refusal> {
    capable_role(rules, state, event, Capability::Post)?;
    let Some(relates) = &event.relates else { return Ok(()) };
    let target = target_of_kind(state, event, &EventType::Message)?;
    // AUTH-41: threads have one level: the root of a thread stands in no thread.
    let nested = target.relates.as_ref().is_some_and(|outer| outer.rel == Rel::Thread);
    if relates.rel == Rel::Thread && nested { Err(Refusal::TargetKind) } else { Ok(()) }
}

pub(super) fn authorise_edit(rules: &Rules, state: &State, event: &Event) -> Result<(), Refusal> {
    capable_role(rules, state, event, Capability::Post)?;
    let target = target_of_kind(state, event, &EventType::Message)?;
    // AUTH-42: an edit is the author's own.
    if target.sender != event.sender {
        return Err(Refusal::NotAuthor);
    }
    not_redacted(target)
}

pub(super) fn authorise_reaction(rules: &Rules, state: &State, event: &Event) -> Result<(), Refusal> {
    capable_role(rules, state, event, Capability::React)?;
    not_redacted(target_of_kind(state, event, &EventType::Message)?)
}

pub(super) fn authorise_redact(rules: &Rules, state: &State, event: &Event) -> Result<(), Refusal> {
    let membership = state.members.get(&event.sender).map(|member| member.membership);
    let target = target(state, event);
    let is_own = target.is_ok_and(|target| target.sender == event.sender);
    // AUTH-44: one's own events may be deleted after leaving too, but not by somebody who is banned.
    let role = match membership {
        Some(Membership::Left | Membership::Invited | Membership::Knocking) if is_own => None,
        _ => Some(joined_role(state, event)?),
    };
    let target = target?;
    // AUTH-41: deletions, keys and the genesis have nothing to delete.
    if matches!(target.kind, EventType::Redact | EventType::ChannelCreate | EventType::ServerKey) {
        return Err(Refusal::TargetKind);
    }
    not_redacted(target)?;
    let Some(role) = role.filter(|_| !is_own) else { return Ok(()) };
    capable_role(rules, state, event, Capability::RedactOthers)?;
    // AUTH-28: an author who is not joined ranks as a member.
    let author = state.members.get(&target.sender).filter(|member| member.membership == Membership::Joined);
    if role > Member::rank(author) { Ok(()) } else { Err(Refusal::RankTooLow) }
}

/// AUTH-45: a type that this release does not know takes the capability to post, and has no effect.
pub(super) fn authorise_other(rules: &Rules, state: &State, event: &Event) -> Result<(), Refusal> {
    capable_role(rules, state, event, Capability::Post)?;
    if event.relates.is_some() { target(state, event).map(drop) } else { Ok(()) }
}

/// AUTH-40: the related event stands earlier in this log and took effect.
fn target<'a>(state: &'a State, event: &Event) -> Result<&'a Target, Refusal> {
    let to = event.relates.as_ref().map(|relates| &relates.to);
    let target = to.and_then(|to| state.targets.get(to));
    target.filter(|target| !target.void).ok_or(Refusal::TargetMissing)
}

fn target_of_kind<'a>(state: &'a State, event: &Event, kind: &EventType) -> Result<&'a Target, Refusal> {
    let target = target(state, event)?;
    // AUTH-41: it is of the kind that the relation is for.
    if target.kind == *kind { Ok(target) } else { Err(Refusal::TargetKind) }
}

// AUTH-43: what is deleted is neither edited, nor reacted to, nor deleted again.
fn not_redacted(target: &Target) -> Result<(), Refusal> {
    if target.redacted { Err(Refusal::TargetRedacted) } else { Ok(()) }
}
