//! The types of events. A type that this release does not know is kept and has no effect.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::protocol::{ids::Parsed, limits};

#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum EventType {
    Message,
    Edit,
    Reaction,
    Redact,
    ChannelCreate,
    ChannelPolicy,
    ChannelServers,
    ChannelArchive,
    Member,
    ServerKey,
    ChannelHost,
    ChannelName,
    ChannelTopic,
    ChannelAvatar,
    ChannelPins,
    /// A name that [`EventType::from_str`] accepted and that is none of the above.
    Other(Arc<str>),
}

/// A type's name outside `[a-z0-9_.]{1,64}` (EVENT-8).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("EVENT-8: not the name of an event type")]
pub struct EventTypeError;

impl EventType {
    /// Whether it says what a channel shows: of each of these kinds the last one counts, and its value stands in its body.
    pub fn is_shown(&self) -> bool {
        matches!(self, Self::ChannelName | Self::ChannelTopic | Self::ChannelAvatar | Self::ChannelPins)
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Message => "message",
            Self::Edit => "edit",
            Self::Reaction => "reaction",
            Self::Redact => "redact",
            Self::ChannelCreate => "channel.create",
            Self::ChannelPolicy => "channel.policy",
            Self::ChannelServers => "channel.servers",
            Self::ChannelArchive => "channel.archive",
            Self::Member => "member",
            Self::ServerKey => "server.key",
            Self::ChannelHost => "channel.host",
            Self::ChannelName => "channel.name",
            Self::ChannelTopic => "channel.topic",
            Self::ChannelAvatar => "channel.avatar",
            Self::ChannelPins => "channel.pins",
            Self::Other(name) => name,
        }
    }

    /// Whether events of this type set a state entry. Unknown types may, without effect.
    pub fn is_state(&self) -> bool {
        !matches!(self, Self::Message | Self::Edit | Self::Reaction | Self::Redact | Self::Other(_))
    }

    /// Whether there is a state entry per `state.key`, rather than one for the channel.
    pub fn is_keyed(&self) -> bool {
        matches!(self, Self::Member | Self::ServerKey)
    }

    fn known(name: &str) -> Option<Self> {
        Some(match name {
            "message" => Self::Message,
            "edit" => Self::Edit,
            "reaction" => Self::Reaction,
            "redact" => Self::Redact,
            "channel.create" => Self::ChannelCreate,
            "channel.policy" => Self::ChannelPolicy,
            "channel.servers" => Self::ChannelServers,
            "channel.archive" => Self::ChannelArchive,
            "member" => Self::Member,
            "server.key" => Self::ServerKey,
            "channel.host" => Self::ChannelHost,
            "channel.name" => Self::ChannelName,
            "channel.topic" => Self::ChannelTopic,
            "channel.avatar" => Self::ChannelAvatar,
            "channel.pins" => Self::ChannelPins,
            _ => return None,
        })
    }
}

impl FromStr for EventType {
    type Err = EventTypeError;
    fn from_str(text: &str) -> Result<Self, EventTypeError> {
        if let Some(known) = Self::known(text) {
            return Ok(known);
        }
        // EVENT-8: the name of a type is [a-z0-9_.]{1,64}.
        let fits = (1..=limits::EVENT_TYPE_BYTES_MAX).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.'));
        if fits { Ok(Self::Other(text.into())) } else { Err(EventTypeError) }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for EventType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for EventType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parsed::new())
    }
}
