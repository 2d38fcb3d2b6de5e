//! The vocabulary of roles, memberships, capabilities and policies.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::ToSchema;

use crate::protocol::ids::Parsed;
use crate::protocol::limits::{RETENTION_DAYS_MAX, SLOW_SECONDS_MAX};

/// Text that is none of an enumeration's names: which they are, each with a space before it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("must be one of:{0}")]
pub struct NameError(&'static str);

/// An enumeration that is written as one of a few names: in JSON (also as a key), in the database, and in the API's document.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, ToSchema)]
        pub enum $name {
            $($(#[$variant_doc])* #[schema(rename = $text)] $variant,)*
        }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err(NameError(concat!($(" ", $text),*))),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Parsed::new())
            }
        }
    };
}
names!(/// From the least to the most that one may do: comparisons are comparisons of rank.
Role {
    Guest = "guest",
    Member = "member",
    Moderator = "moderator",
    Owner = "owner",
});

names!(/// How somebody stands in a channel.
Membership {
    Invited = "invited",
    Joined = "joined",
    Left = "left",
    Banned = "banned",
    Knocking = "knocking",
});

names!(/// What a role may be allowed to do.
Capability {
    Post = "post",
    React = "react",
    Invite = "invite",
    Pin = "pin",
    /// Name, topic and avatar of the channel.
    SetProfile = "set_profile",
    RedactOthers = "redact_others",
    Kick = "kick",
    Ban = "ban",
    /// Kept by the servers that notify: a mention stands in the body, which rules do not see.
    MentionAll = "mention_all",
    SetPolicy = "set_policy",
});

names!(/// What a channel is: one that people come to, or a direct conversation.
ChannelKind {
    Channel = "channel",
    /// A direct conversation of a fixed set of people.
    Dm = "dm",
});

names!(/// Who may join without being invited.
JoinPolicy {
    Open = "open",
    Invite = "invite",
    Knock = "knock",
});

names!(/// Which bodies a member may read: kept by the servers that hold them.
HistoryPolicy {
    All = "all",
    SinceJoin = "since_join",
});

/// The content of `channel.policy`, whole: a new one replaces the old.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The minimum role per capability where it is not the default.
    pub caps: BTreeMap<Capability, Role>,
    pub history: HistoryPolicy,
    pub join: JoinPolicy,
    /// How many days servers keep what was said (BODY-7); without it, for ever.
    #[serde(default, deserialize_with = "days", skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<i64>,
    /// How many seconds the host lets pass between two messages of one person (REPL-35); without it, none.
    #[serde(default, deserialize_with = "seconds", skip_serializing_if = "Option::is_none")]
    pub slow_seconds: Option<i64>,
}

/// From 1 to [`RETENTION_DAYS_MAX`]; absent is not null.
fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let days = i64::deserialize(deserializer)?;
    match (1..=RETENTION_DAYS_MAX).contains(&days) {
        true => Ok(Some(days)),
        false => Err(de::Error::custom("not a number of days that something can be kept")),
    }
}

/// From 1 to [`SLOW_SECONDS_MAX`]; absent is not null.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let seconds = i64::deserialize(deserializer)?;
    match (1..=SLOW_SECONDS_MAX).contains(&seconds) {
        true => Ok(Some(seconds)),
        false => Err(de::Error::custom("not a number of seconds between two messages")),
    }
}

impl Default for Policy {
    /// STATE-3: before the first `channel.policy`: by invitation, all history, default capabilities.
    fn default() -> Self {
        Self {
            caps: BTreeMap::new(),
            history: HistoryPolicy::All,
            join: JoinPolicy::Invite,
            retention_days: None,
            slow_seconds: None,
        }
    }
}

/// A minimum role for every capability.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CapabilityDefaults {
    pub post: Role,
    pub react: Role,
    pub invite: Role,
    pub pin: Role,
    pub set_profile: Role,
    pub redact_others: Role,
    pub kick: Role,
    pub ban: Role,
    pub mention_all: Role,
    pub set_policy: Role,
}

impl CapabilityDefaults {
    pub const V1: Self = Self {
        post: Role::Member,
        react: Role::Guest,
        invite: Role::Member,
        pin: Role::Member,
        set_profile: Role::Moderator,
        redact_others: Role::Moderator,
        kick: Role::Moderator,
        ban: Role::Moderator,
        mention_all: Role::Member,
        set_policy: Role::Owner,
    };

    pub fn minimum_role(&self, capability: Capability) -> Role {
        match capability {
            Capability::Post => self.post,
            Capability::React => self.react,
            Capability::Invite => self.invite,
            Capability::Pin => self.pin,
            Capability::SetProfile => self.set_profile,
            Capability::RedactOthers => self.redact_others,
            Capability::Kick => self.kick,
            Capability::Ban => self.ban,
            Capability::MentionAll => self.mention_all,
            Capability::SetPolicy => self.set_policy,
        }
    }
}
