//! Who may do what (spec: AUTH-n, in `spec/04-state-and-rules.md`).
//!
//! [`authorise`] looks at the state before an event and at the event's header, and at nothing else: no clock, no body, no
//! key fetched from anywhere. So every replica of a log refuses the same entries.
//!
//! What differs between versions of the rules are values of [`Rules`]. [`reads`] says which rows of a large
//! channel's state the verdict on one event can depend on.

use super::{
    event::{Event, EventType},
    ids::EventId,
    limits,
    state::State,
};

mod content;
mod keys;
mod member;
mod policy;
mod reads;
mod refusal;
mod settings;
#[cfg(test)]
mod tests;

pub use policy::{
    Capability, CapabilityDefaults, ChannelKind, HistoryPolicy, JoinPolicy, Membership, NameError, Policy,
    Role,
};
pub use reads::{Reads, reads};
pub use refusal::Refusal;

/// A version of the rules. A channel keeps the version that its genesis names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rules {
    pub version: i64,
    /// The minimum role per capability unless the channel's policy says otherwise.
    pub minimum_roles: CapabilityDefaults,
    /// The same in a direct conversation.
    pub minimum_roles_dm: CapabilityDefaults,
    /// The highest role that an invitation may carry.
    pub invite_role_max: Role,
    pub server_keys_active_max: usize,
    pub server_patterns_max: usize,
    pub dm_users_max: usize,
}

impl Rules {
    pub const V1: Self = Self {
        version: 1,
        minimum_roles: CapabilityDefaults::V1,
        minimum_roles_dm: CapabilityDefaults { set_profile: Role::Member, ..CapabilityDefaults::V1 },
        invite_role_max: Role::Member,
        server_keys_active_max: limits::SERVER_KEYS_ACTIVE_MAX,
        server_patterns_max: limits::SERVER_PATTERNS_MAX,
        dm_users_max: limits::DM_USERS_MAX,
    };

    /// `None` for a version that this release does not know: such a channel is read-only here.
    pub fn by_version(version: i64) -> Option<&'static Self> {
        const KNOWN: &[Rules] = &[Rules::V1];
        KNOWN.iter().find(|rules| rules.version == version)
    }

    /// The least role that holds `capability` in a channel of `kind` under `policy`.
    pub fn minimum_role(&self, kind: ChannelKind, policy: &Policy, capability: Capability) -> Role {
        let defaults = match kind {
            ChannelKind::Channel => &self.minimum_roles,
            ChannelKind::Dm => &self.minimum_roles_dm,
        };
        policy.caps.get(&capability).copied().unwrap_or_else(|| defaults.minimum_role(capability))
    }

    /// Whether `role` holds `capability` in the channel as it stands.
    pub fn allows(&self, state: &State, role: Role, capability: Capability) -> bool {
        role >= self.minimum_role(state.create.kind, &state.policy, capability)
    }
}

/// Whether `event`, named `id`, may follow the log that `state` is the fold of. Key and signature are not looked at: see
/// [`State::check`] for all that a replica does.
///
/// # Errors
/// The [`Refusal`], with the id of the rule.
pub fn authorise(rules: &Rules, state: &State, event: &Event, id: &EventId) -> Result<(), Refusal> {
    check_place(state, event, id)?;
    // AUTH-15: nothing from a server that the channel's server list excludes.
    if !state.allows_server(event.sender.server_str()) {
        return Err(Refusal::ServerBlocked);
    }
    check_archived(state, event)?;
    match &event.kind {
        // AUTH-10: a channel has one genesis.
        EventType::ChannelCreate => Err(Refusal::SecondGenesis),
        // AUTH-13: hand-over is reserved.
        EventType::ChannelHost => Err(Refusal::HostReserved),
        EventType::Member => member::authorise(rules, state, event),
        EventType::ServerKey => keys::authorise(rules, state, event),
        EventType::ChannelPolicy => settings::authorise_policy(rules, state, event),
        EventType::ChannelServers => settings::authorise_servers(rules, state, event),
        EventType::ChannelArchive => settings::authorise_archive(rules, state, event),
        EventType::ChannelName | EventType::ChannelTopic | EventType::ChannelAvatar => {
            settings::authorise_profile(rules, state, event, Capability::SetProfile)
        }
        EventType::ChannelPins => settings::authorise_profile(rules, state, event, Capability::Pin),
        EventType::Message => content::authorise_message(rules, state, event),
        EventType::Edit => content::authorise_edit(rules, state, event),
        EventType::Reaction => content::authorise_reaction(rules, state, event),
        EventType::Redact => content::authorise_redact(rules, state, event),
        EventType::Other(_) => content::authorise_other(rules, state, event),
    }
}

fn check_place(state: &State, event: &Event, id: &EventId) -> Result<(), Refusal> {
    // AUTH-1: an event stands once in a log, effective or void.
    if state.targets.contains_key(id) {
        return Err(Refusal::Repeated);
    }
    // AUTH-10, here too because a genesis names no channel.
    if event.kind == EventType::ChannelCreate {
        return Err(Refusal::SecondGenesis);
    }
    // AUTH-2: an event belongs to the channel that it names.
    if event.channel.as_ref() != Some(&state.channel) {
        return Err(Refusal::WrongChannel);
    }
    // AUTH-3: the header keeps EVENT-1 to EVENT-8.
    event.check_shape().map_err(|_| Refusal::Malformed)
}

/// AUTH-16: in an archived channel one may leave, delete, replace a key and unarchive.
fn check_archived(state: &State, event: &Event) -> Result<(), Refusal> {
    if !state.archived {
        return Ok(());
    }
    let still_allowed = match event.kind {
        EventType::Redact => true,
        EventType::Member => member::is_leave(event),
        EventType::ServerKey => state.has_key_of(event.sender.server_str()),
        EventType::ChannelArchive => !settings::archives(event),
        _ => false,
    };
    if still_allowed { Ok(()) } else { Err(Refusal::Archived) }
}

/// The sender's role, provided that the sender has joined.
fn joined_role(state: &State, event: &Event) -> Result<Role, Refusal> {
    let member = state.members.get(&event.sender);
    match member.map(|member| (member.membership, member.role)) {
        Some((Membership::Joined, role)) => Ok(role),
        // AUTH-18: a banned user does nothing.
        Some((Membership::Banned, _)) => Err(Refusal::Banned),
        // AUTH-17: whoever acts in a channel has joined it.
        _ => Err(Refusal::NotMember),
    }
}

/// The sender's role, provided that it holds `capability`.
fn capable_role(
    rules: &Rules,
    state: &State,
    event: &Event,
    capability: Capability,
) -> Result<Role, Refusal> {
    let role = joined_role(state, event)?;
    // AUTH-19: the role holds the capability that the act needs.
    if rules.allows(state, role, capability) { Ok(role) } else { Err(Refusal::MissingCapability(capability)) }
}
