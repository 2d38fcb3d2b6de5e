//! The channel's policy, server list, archive and profile.

use super::{Capability, Policy, Refusal, Role, Rules, capable_role};
use crate::protocol::{
    event::Event,
    state::{
        State,
        content::{self, ArchiveContent, EmptyContent, ServerList},
    },
};

pub(super) fn authorise_policy(rules: &Rules, state: &State, event: &Event) -> Result<(), Refusal> {
    let policy: Policy = content::of(event)?;
    let role = capable_role(rules, state, event, Capability::SetPolicy)?;
    for capability in Capability::ALL {
        let old = rules.minimum_role(state.create.kind, &state.policy, *capability);
        let new = rules.minimum_role(state.create.kind, &policy, *capability);
        // AUTH-50: one moves only what one holds, and not above one's own role.
        if old != new && (role < old || role < new) {
            return Err(Refusal::PolicyTooHigh);
        }
    }
    Ok(())
}

pub(super) fn authorise_servers(rules: &Rules, state: &State, event: &Event) -> Result<(), Refusal> {
    let list: ServerList = content::of(event)?;
    // AUTH-52: a list is bounded, because each event is matched against it.
    if list.len() > rules.server_patterns_max {
        return Err(Refusal::TooManyPatterns);
    }
    let role = capable_role(rules, state, event, Capability::SetPolicy)?;
    // AUTH-51: excluding a server acts upon everybody there, whatever their role, so it takes the owner.
    if role != Role::Owner {
        return Err(Refusal::ServersOwnerOnly);
    }
    // AUTH-53: the list excludes neither the host's server nor the sender's.
    let keeps = |server: &str| list.allows(server);
    if keeps(state.create.host.as_str()) && keeps(event.sender.server_str()) {
        Ok(())
    } else {
        Err(Refusal::ServersExcludeSelf)
    }
}

pub(super) fn authorise_archive(rules: &Rules, state: &State, event: &Event) -> Result<(), Refusal> {
    let content: ArchiveContent = content::of(event)?;
    capable_role(rules, state, event, Capability::SetPolicy)?;
    // AUTH-20.
    if content.archived == state.archived { Err(Refusal::NoChange) } else { Ok(()) }
}

pub(super) fn archives(event: &Event) -> bool {
    content::of::<ArchiveContent>(event).is_ok_and(|content| content.archived)
}

/// Name, topic, avatar and pins: what they say stands in the body.
pub(super) fn authorise_profile(
    rules: &Rules,
    state: &State,
    event: &Event,
    capability: Capability,
) -> Result<(), Refusal> {
    let EmptyContent {} = content::of(event)?;
    capable_role(rules, state, event, capability).map(drop)
}
