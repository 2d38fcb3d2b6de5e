//! What `state.content` and `state.key` hold, per type.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};

use crate::protocol::{
    event::Event,
    ids::{IdError, KeyId, Parsed, ServerName, UserId, is_label},
    limits,
    rules::{Membership, Refusal, Role},
    sign::PublicKey,
};

pub use crate::protocol::rules::ChannelKind;

/// The content of a state event as a `T`.
///
/// # Errors
/// [`Refusal::BadContent`] (AUTH-14).
pub fn of<T: DeserializeOwned + Serialize>(event: &Event) -> Result<T, Refusal> {
    let content = &event.state.as_ref().ok_or(Refusal::BadContent)?.content;
    let value = T::deserialize(content).map_err(|_| Refusal::BadContent)?;
    // AUTH-14: content is of the type's closed schema, in its one spelling: what serde would also accept, such as
    // null for absent, is refused.
    match serde_json::to_value(&value) {
        Ok(written) if written == *content => Ok(value),
        _ => Err(Refusal::BadContent),
    }
}

/// The key that the genesis binds for the host's server.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HostKey {
    pub kid: KeyId,
    pub public: PublicKey,
}

/// `channel.create`
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CreateContent {
    pub host: ServerName,
    pub key: HostKey,
    pub kind: ChannelKind,
    pub rules: i64,
    /// In a direct conversation only: everybody in it, sorted, the creator too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<UserId>>,
}

/// `member`, with the user's id as key
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MemberContent {
    pub membership: Membership,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

impl MemberContent {
    /// # Errors
    /// [`Refusal::BadContent`] (AUTH-14).
    pub fn of(event: &Event) -> Result<(UserId, Self), Refusal> {
        let content = of(event)?;
        let key = event.state.as_ref().map(|state| state.key.as_str()).unwrap_or_default();
        Ok((key.parse().map_err(|_| Refusal::BadContent)?, content))
    }
}

/// `server.key`, with `server/kid` as key
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeyContent {
    /// An older key of the same server that signs nothing after this event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<KeyId>,
    pub kid: KeyId,
    pub public: PublicKey,
}

impl KeyContent {
    /// # Errors
    /// [`Refusal::BadContent`] (AUTH-14), also when the key id differs from the one in `state.key`.
    pub fn of(event: &Event) -> Result<(ServerName, Self), Refusal> {
        let content: Self = of(event)?;
        let key = event.state.as_ref().map(|state| state.key.as_str()).unwrap_or_default();
        let (server, kid) = key.split_once('/').ok_or(Refusal::BadContent)?;
        if kid != content.kid.as_str() {
            return Err(Refusal::BadContent);
        }
        Ok((server.parse().map_err(|_| Refusal::BadContent)?, content))
    }
}

/// `channel.archive`
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveContent {
    pub archived: bool,
}

/// `channel.name`, `channel.topic`, `channel.avatar`, `channel.pins`: what they say stands in the body.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EmptyContent {}

/// `channel.servers`, whole: a new one replaces the old.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ServerList {
    /// Absent: every server. Empty: the host's server alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow: Option<Vec<ServerPattern>>,
    /// Wins over `allow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deny: Option<Vec<ServerPattern>>,
}

impl ServerList {
    /// STATE-5: no pattern of `deny` matches, and one of `allow` does if there is an `allow`. Linear.
    pub fn allows(&self, server: &str) -> bool {
        let matches = |patterns: &[ServerPattern]| patterns.iter().any(|pattern| pattern.matches(server));
        !self.deny.as_deref().is_some_and(matches) && self.allow.as_deref().is_none_or(matches)
    }

    /// Patterns in both lists.
    pub fn len(&self) -> usize {
        let count = |list: &Option<Vec<_>>| list.as_ref().map_or(0, Vec::len);
        count(&self.allow) + count(&self.deny)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A server's name, or `*.` and a suffix of one label or more that matches every name below it, but not the suffix
/// itself.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ServerPattern(Arc<str>);

impl ServerPattern {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn matches(&self, server: &str) -> bool {
        match self.0.strip_prefix('*') {
            // The suffix keeps its dot, so `*.b.example` does not match `ab.example`.
            Some(suffix) => server.len() > suffix.len() && server.ends_with(suffix),
            None => *self.0 == *server,
        }
    }
}

impl FromStr for ServerPattern {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let fits = match text.strip_prefix("*.") {
            Some(suffix) => text.len() <= limits::SERVER_NAME_BYTES_MAX && suffix.split('.').all(is_label),
            None => text.parse::<ServerName>().is_ok(),
        };
        if fits { Ok(Self(text.into())) } else { Err(IdError::Server) }
    }
}

impl fmt::Display for ServerPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for ServerPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ServerPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parsed::new())
    }
}
