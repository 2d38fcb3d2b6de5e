//! The state that a genesis founds.

use std::collections::BTreeMap;

use super::{
    Create, KeyBinding, State,
    content::{self, ChannelKind, CreateContent, ServerList},
};
use crate::protocol::{
    event::{EventType, SignedEvent},
    ids::{ChannelId, UserId},
    rules::{Policy, Refusal, Rules},
};

impl State {
    /// The state after entry 0. The genesis is checked whole, signature included: it binds its own key.
    ///
    /// # Errors
    /// [`Refusal::Malformed`], [`Refusal::BadContent`], [`Refusal::UnknownRules`], [`Refusal::BadGenesis`],
    /// [`Refusal::BadSignature`].
    pub fn genesis(signed: &SignedEvent) -> Result<Self, Refusal> {
        let event = &signed.event;
        event.check_shape().map_err(|_| Refusal::Malformed)?;
        if event.kind != EventType::ChannelCreate {
            return Err(Refusal::BadGenesis);
        }
        let content: CreateContent = content::of(event)?;
        // AUTH-11: the rules are known.
        let rules = Rules::by_version(content.rules).ok_or(Refusal::UnknownRules)?;
        check_genesis(rules, &event.sender, &content)?;
        if event.kid != content.key.kid {
            return Err(Refusal::BadGenesis);
        }
        signed.verify(&content.key.public).map_err(|_| Refusal::BadSignature)?;

        let owner = (content.kind == ChannelKind::Channel).then(|| event.sender.clone());
        let binding = KeyBinding { public: content.key.public, from: 0, until: None };
        let mut state = Self {
            channel: ChannelId::from_hash(signed.id.hash()),
            keys: BTreeMap::from([((content.host.clone(), content.key.kid.clone()), binding)]),
            create: Create {
                rules: content.rules,
                kind: content.kind,
                host: content.host,
                key: content.key,
                creator: event.sender.clone(),
                users: content.users.unwrap_or_default(),
            },
            policy: Policy::default(),
            servers: ServerList::default(),
            archived: false,
            owner,
            joined_count: 0,
            members: BTreeMap::new(),
            targets: BTreeMap::new(),
        };
        state.remember(0, event, &signed.id, false);
        Ok(state)
    }
}

/// AUTH-12: host, signer and creator are of one server; the key that the genesis binds signed it; a direct conversation lists its people.
fn check_genesis(rules: &Rules, creator: &UserId, content: &CreateContent) -> Result<(), Refusal> {
    let people_fit = match (content.kind, &content.users) {
        (ChannelKind::Channel, users) => users.is_none(),
        (ChannelKind::Dm, None) => false,
        (ChannelKind::Dm, Some(users)) => {
            users.len() <= rules.dm_users_max && users.is_sorted_by(|a, b| a < b) && users.contains(creator)
        }
    };
    if people_fit && content.host.as_str() == creator.server_str() {
        Ok(())
    } else {
        Err(Refusal::BadGenesis)
    }
}
