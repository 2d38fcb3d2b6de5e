//! Binding servers' keys to places in the log.

use super::{Refusal, Rules, joined_role, member};
use crate::protocol::{
    event::Event,
    state::{Membership, State, content::KeyContent},
};

pub(super) fn authorise(rules: &Rules, state: &State, event: &Event) -> Result<(), Refusal> {
    let (server, content) = KeyContent::of(event)?;
    // AUTH-60: a server binds its own keys only.
    if server.as_str() != event.sender.server_str() {
        return Err(Refusal::KeyForeign);
    }
    let name = (server, content.kid);
    // AUTH-61: a key id names one key for ever, also after its end.
    if state.keys.contains_key(&name) {
        return Err(Refusal::KeyTaken);
    }
    check_sender(state, event)?;
    let (server, kid) = name;
    let in_force =
        state.keys.iter().filter(|((owner, _), key)| *owner == server && key.until.is_none()).count();
    if in_force == 0 {
        // AUTH-62: the first key is signed by itself, which needs no other.
        if event.kid != kid {
            return Err(Refusal::KeySigner);
        }
    } else if !state.is_key_in_force(&server, &event.kid) {
        // AUTH-62: a later one is signed by a key in force.
        return Err(Refusal::KeySigner);
    }
    match content.ends {
        // AUTH-63: only a key in force can be ended. Its successor takes its place, so the number does not grow.
        Some(ended) if !state.is_key_in_force(&server, &ended) => Err(Refusal::KeyEnds),
        Some(_) => Ok(()),
        // AUTH-64: a bounded number of keys is in force at a time.
        None if in_force >= rules.server_keys_active_max => Err(Refusal::TooManyKeys),
        None => Ok(()),
    }
}

/// AUTH-65: the sender is in the channel, or invited or knocking, or could be at once, archived or not.
fn check_sender(state: &State, event: &Event) -> Result<(), Refusal> {
    let membership = state.members.get(&event.sender).map(|member| member.membership);
    match membership {
        Some(Membership::Joined | Membership::Invited | Membership::Knocking) => Ok(()),
        Some(Membership::Banned) => Err(Refusal::Banned),
        Some(Membership::Left) | None if member::may_join(state, &event.sender, membership).is_ok() => Ok(()),
        Some(Membership::Left) | None => {
            member::may_knock(state).or_else(|_| joined_role(state, event).map(drop))
        }
    }
}
