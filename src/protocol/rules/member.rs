//! Memberships and roles: joining, leaving, inviting, knocking, removing, promoting.

use super::{Capability, JoinPolicy, Membership, Refusal, Role, Rules, capable_role, joined_role};
use crate::protocol::{
    event::Event,
    ids::UserId,
    state::{ChannelKind, Member, State, content::MemberContent},
};

pub(super) fn authorise(rules: &Rules, state: &State, event: &Event) -> Result<(), Refusal> {
    let (user, content) = MemberContent::of(event)?;
    let current = state.members.get(&user);
    // A role says something only about somebody who is, or is to be, in the channel.
    if content.role.is_some() && !matches!(content.membership, Membership::Joined | Membership::Invited) {
        return Err(Refusal::BadContent);
    }
    if user == event.sender {
        return match content.membership {
            Membership::Joined => join(state, &user, current, content.role),
            Membership::Left => leave(state, current),
            Membership::Knocking => knock(state, current),
            // AUTH-26: nobody invites or bans themselves.
            Membership::Invited | Membership::Banned => Err(Refusal::BadTarget),
        };
    }
    // AUTH-29: in a direct conversation the only act upon others is to invite them.
    if state.create.kind == ChannelKind::Dm && content.membership != Membership::Invited {
        return Err(Refusal::DmFixed);
    }
    match content.membership {
        Membership::Joined => change_role(state, event, current, content.role),
        Membership::Invited => invite(rules, state, event, &user, content.role),
        Membership::Left => remove(rules, state, event, current),
        Membership::Banned => ban(rules, state, event, current),
        // AUTH-26: nobody knocks for another.
        Membership::Knocking => Err(Refusal::BadTarget),
    }
}

/// Whether the event is a user's own departure, which little forbids.
pub(super) fn is_leave(event: &Event) -> bool {
    MemberContent::of(event)
        .is_ok_and(|(user, content)| user == event.sender && content.membership == Membership::Left)
}

fn join(state: &State, user: &UserId, current: Option<&Member>, role: Option<Role>) -> Result<(), Refusal> {
    let membership = current.map(|member| member.membership);
    // AUTH-20: an event changes something.
    if membership == Some(Membership::Joined) {
        return Err(Refusal::NoChange);
    }
    may_join(state, user, membership)?;
    // AUTH-22: the role on joining is the invitation's, else member; naming another is refused.
    if role.is_some_and(|role| role != state.role_on_join(user)) {
        return Err(Refusal::JoinRole);
    }
    Ok(())
}

/// Whether the state lets `user`, now `membership`, join.
pub(super) fn may_join(state: &State, user: &UserId, membership: Option<Membership>) -> Result<(), Refusal> {
    // AUTH-18.
    if membership == Some(Membership::Banned) {
        return Err(Refusal::Banned);
    }
    if state.create.kind == ChannelKind::Dm {
        // AUTH-29: the people of a direct conversation are those that its genesis lists.
        return if state.create.users.contains(user) { Ok(()) } else { Err(Refusal::DmFixed) };
    }
    // AUTH-23: while nobody is joined, only the owner (at first the creator, later the last owner) may join.
    if state.joined_count == 0 {
        return if state.owner.as_ref() == Some(user) { Ok(()) } else { Err(Refusal::OwnerFirst) };
    }
    // AUTH-21: under the policies `invite` and `knock` one joins by invitation.
    if state.policy.join == JoinPolicy::Open || membership == Some(Membership::Invited) {
        Ok(())
    } else {
        Err(Refusal::JoinPolicy)
    }
}

/// Leaves, declines an invitation or withdraws a knock.
fn leave(state: &State, current: Option<&Member>) -> Result<(), Refusal> {
    // AUTH-20: who never was anything has left.
    let Some(member) = current else { return Err(Refusal::NoChange) };
    match member.membership {
        // AUTH-18: leaving does not lift a ban.
        Membership::Banned => Err(Refusal::Banned),
        Membership::Left => Err(Refusal::NoChange),
        // AUTH-24: the owner leaves last, or transfers first.
        Membership::Joined if member.role == Role::Owner && state.joined_count > 1 => {
            Err(Refusal::OwnerMustTransfer)
        }
        Membership::Joined | Membership::Invited | Membership::Knocking => Ok(()),
    }
}

fn knock(state: &State, current: Option<&Member>) -> Result<(), Refusal> {
    match current.map(|member| member.membership) {
        Some(Membership::Banned) => return Err(Refusal::Banned),
        // AUTH-20: one knock at a time.
        Some(Membership::Knocking) => return Err(Refusal::NoChange),
        // AUTH-26: whoever is joined or invited does not knock.
        Some(Membership::Joined | Membership::Invited) => return Err(Refusal::BadTarget),
        Some(Membership::Left) | None => {}
    }
    may_knock(state)
}

// AUTH-25: knocking is for channels with the join policy `knock`.
pub(super) fn may_knock(state: &State) -> Result<(), Refusal> {
    let open_to_knocks = state.create.kind == ChannelKind::Channel && state.policy.join == JoinPolicy::Knock;
    if open_to_knocks { Ok(()) } else { Err(Refusal::KnockPolicy) }
}

fn invite(
    rules: &Rules,
    state: &State,
    event: &Event,
    user: &UserId,
    role: Option<Role>,
) -> Result<(), Refusal> {
    let sender_role = capable_role(rules, state, event, Capability::Invite)?;
    // AUTH-29.
    if state.create.kind == ChannelKind::Dm && !state.create.users.contains(user) {
        return Err(Refusal::DmFixed);
    }
    // AUTH-15: nor may somebody be invited from an excluded server.
    if !state.allows_server(user.server_str()) {
        return Err(Refusal::ServerBlocked);
    }
    // AUTH-26: whoever is joined or banned cannot be invited. AUTH-20: an invitation may be renewed, whoever gave it.
    let membership = state.members.get(user).map(|member| member.membership);
    if matches!(membership, Some(Membership::Joined | Membership::Banned)) {
        return Err(Refusal::BadTarget);
    }
    // AUTH-27: an invitation carries member or guest, and never more than the inviter's own role.
    let role = role.unwrap_or(Role::Member);
    if role > rules.invite_role_max || role > sender_role { Err(Refusal::RoleTooHigh) } else { Ok(()) }
}

/// Kicks, withdraws an invitation, rejects a knock, or lifts a ban.
fn remove(rules: &Rules, state: &State, event: &Event, current: Option<&Member>) -> Result<(), Refusal> {
    match current.map(|member| member.membership) {
        // Lifting a ban takes the capability alone: the rank of somebody who is out says nothing.
        Some(Membership::Banned) => capable_role(rules, state, event, Capability::Ban).map(drop),
        Some(Membership::Joined | Membership::Invited | Membership::Knocking) => {
            let role = capable_role(rules, state, event, Capability::Kick)?;
            outranks(role, current)
        }
        // AUTH-17 before AUTH-26, so that an outsider learns nothing of memberships.
        Some(Membership::Left) | None => joined_role(state, event).and(Err(Refusal::BadTarget)),
    }
}

fn ban(rules: &Rules, state: &State, event: &Event, current: Option<&Member>) -> Result<(), Refusal> {
    let role = capable_role(rules, state, event, Capability::Ban)?;
    // AUTH-20.
    if current.is_some_and(|member| member.membership == Membership::Banned) {
        return Err(Refusal::NoChange);
    }
    outranks(role, current)
}

/// Gives a joined member another role, or transfers ownership. Rank is enough for that (AUTH-27).
fn change_role(
    state: &State,
    event: &Event,
    current: Option<&Member>,
    role: Option<Role>,
) -> Result<(), Refusal> {
    let sender_role = joined_role(state, event)?;
    // AUTH-26: nobody makes another join; roles are for those who are in.
    let current =
        current.filter(|member| member.membership == Membership::Joined).ok_or(Refusal::BadTarget)?;
    let role = role.ok_or(Refusal::BadContent)?;
    outranks(sender_role, Some(current))?;
    // AUTH-20.
    if role == current.role {
        return Err(Refusal::NoChange);
    }
    // AUTH-27: one gives roles below one's own; the owner alone gives ownership, and by that gives it up.
    let is_transfer = sender_role == Role::Owner && role == Role::Owner;
    if role < sender_role || is_transfer { Ok(()) } else { Err(Refusal::RoleTooHigh) }
}

// AUTH-28: nobody acts upon an equal or higher role.
fn outranks(sender_role: Role, target: Option<&Member>) -> Result<(), Refusal> {
    if sender_role > Member::rank(target) { Ok(()) } else { Err(Refusal::RankTooLow) }
}
