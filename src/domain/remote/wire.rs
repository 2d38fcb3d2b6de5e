//! What servers send each other, as JSON (spec: replication). Events and bodies stand in it exactly as they
//! were signed and hashed.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::protocol::event::{EventError, SignedEvent};
use crate::protocol::head::SignedHead;
use crate::protocol::ids::{ChannelId, EventId, Hash, UserId};
use crate::protocol::json;
use crate::protocol::log::Entry;
use crate::protocol::rules::{HistoryPolicy, JoinPolicy};
use crate::protocol::sign::Signature;
use crate::protocol::{Seq, Ts};

use crate::domain::content::if_good;
use crate::domain::writer::{Incoming, OutgoingEvent};

/// REQ-13: what is hashed or signed stands in its canonical octets; another spelling is refused.
fn canonical<'de, D: Deserializer<'de>, T: DeserializeOwned + Serialize>(reader: D) -> Result<T, D::Error> {
    let raw = Box::<RawValue>::deserialize(reader)?;
    let value: T = serde_json::from_str(raw.get()).map_err(D::Error::custom)?;
    let spelt = json::to_canonical(&value).map_err(D::Error::custom)?;
    if spelt == raw.get().as_bytes() { Ok(value) } else { Err(D::Error::custom("is not canonical JSON")) }
}

/// A signed event with its body.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WireEvent {
    /// The canonical header, exactly as it was signed.
    #[schema(value_type = Object)]
    pub event: Box<RawValue>,
    /// The author's server's Ed25519 signature, base64url.
    #[schema(value_type = String)]
    pub signature: Signature,
    /// The canonical body, exactly as it was hashed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub body: Option<Box<RawValue>>,
}

impl WireEvent {
    pub fn of(event: &OutgoingEvent) -> serde_json::Result<WireEvent> {
        Ok(WireEvent {
            event: RawValue::from_string(event.event.clone())?,
            signature: event.signature,
            body: event.body.clone().map(RawValue::from_string).transpose()?,
        })
    }

    pub fn signed(&self) -> Result<SignedEvent, EventError> {
        SignedEvent::from_parts(self.event.get().as_bytes().to_vec(), self.signature)
    }

    pub fn body_bytes(&self) -> Option<Vec<u8>> {
        self.body.as_ref().map(|body| body.get().as_bytes().to_vec())
    }
}

/// An entry with the event that it places, and the body where the receiver may have it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WireEntry {
    /// `{event, host_ts, seq, term}`, canonical.
    #[serde(deserialize_with = "canonical")]
    #[schema(value_type = Object)]
    pub entry: Entry,
    #[schema(value_type = Object)]
    pub event: Box<RawValue>,
    #[schema(value_type = String)]
    pub signature: Signature,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub body: Option<Box<RawValue>>,
}

impl WireEntry {
    pub fn body_bytes(&self) -> Option<Vec<u8>> {
        self.body.as_ref().map(|body| body.get().as_bytes().to_vec())
    }

    pub fn incoming(self) -> Incoming {
        Incoming {
            entry: self.entry,
            event: self.event.get().as_bytes().to_vec(),
            signature: self.signature,
            body: self.body.map(|body| body.get().as_bytes().to_vec()),
        }
    }
}

/// Entries in order, and a head whose size is the last one's `seq` + 1. Without entries: the head alone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    pub entries: Vec<WireEntry>,
    #[serde(deserialize_with = "canonical")]
    #[schema(value_type = Object)]
    pub head: SignedHead,
}

/// The newest entries of a log, up to the head, with what proves their place: the tree over the entries before them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The genesis: it names the host and its first key, and its hash is the channel's id.
    pub genesis: WireEvent,
    /// Roots of the perfect subtrees over the entries before the first, largest first (RFC 9162 section 2.1).
    #[schema(value_type = Vec<String>)]
    pub frontier: Vec<Hash>,
    /// At least one, in order.
    pub entries: Vec<WireEntry>,
    #[serde(deserialize_with = "canonical")]
    #[schema(value_type = Object)]
    pub head: SignedHead,
    /// How much of the past newcomers may read: `all` or `since_join`.
    #[schema(value_type = String)]
    pub history: HistoryPolicy,
}

/// What the receiver of a batch has now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BatchAnswer {
    pub size: i64,
    #[schema(value_type = String)]
    pub root: Hash,
    /// Entries of the batch that have no effect.
    pub void: Vec<Seq>,
}

/// Events for a channel's host: at most 64.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    pub events: Vec<WireEvent>,
}

/// What became of each event, in order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SubmissionAnswer {
    pub results: Vec<Outcome>,
}

/// An event's place, or why it has none.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Outcome {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub entry: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<OutcomeError>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OutcomeError {
    /// As in problem documents.
    pub code: String,
    pub detail: String,
    /// With `slow_mode`: how many seconds the sender has to wait.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "if_good")]
    pub retry_after: Option<u64>,
}

/// What somebody needs to know of a channel before they can join it.
/// What it says besides is for later versions (REQ-16).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChannelCard {
    #[schema(value_type = String)]
    pub channel: ChannelId,
    pub name: String,
    pub topic: String,
    pub alias: Option<String>,
    pub member_count: i64,
    /// How one comes in, where the host says so: `open`, `invite` or `knock`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<JoinPolicy>)]
    pub join: Option<JoinPolicy>,
    /// The genesis: it names the host and its first key, and its hash is the channel's id.
    pub genesis: WireEvent,
    /// The host's last word on the log.
    #[serde(deserialize_with = "canonical")]
    #[schema(value_type = Object)]
    pub head: SignedHead,
}

/// A page of another server's public channels.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DirectoryPage {
    /// Each by itself: one that can't be read is dropped, and the others stand.
    #[schema(value_type = Vec<ChannelCard>)]
    pub channels: Vec<Box<RawValue>>,
    pub next: Option<String>,
}

/// An invitation: always answered with 202.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    pub card: ChannelCard,
    #[schema(value_type = String)]
    pub inviter: UserId,
    #[schema(value_type = String)]
    pub invitee: UserId,
    pub ts: Ts,
}

/// A message that somebody of the sender thinks should be looked at; by whom is not said.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    #[schema(value_type = String)]
    pub message: EventId,
    /// Plain text of at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What somebody does just now: an emoji, a line of text, or both.
/// What it says besides is for later versions (REQ-16).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProfileStatus {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    pub text: String,
    /// From then on it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_ts: Option<Ts>,
}

/// Somebody's profile, as their own server has it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Profile {
    #[schema(value_type = String)]
    pub user: UserId,
    pub display_name: String,
    pub bio: String,
    pub avatar: Option<String>,
    pub deactivated: bool,
    /// Another program speaks by it, and nobody logs in to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bot: bool,
    /// The account says that a program writes in its name; it reads what it is sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not", deserialize_with = "if_good")]
    pub automated: bool,
    /// What they do just now. One that is of another shape is none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "if_good")]
    pub status: Option<ProfileStatus>,
    pub ts: Ts,
}

/// What the caller has of channels: at most 1,000.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Heads {
    pub heads: Vec<HeadClaim>,
    /// The caller was restored to an earlier state: nothing that it signed before this request is taken any more, and
    /// heads of channels are answered too that it hosts and does not name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fence: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeadClaim {
    #[schema(value_type = String)]
    pub channel: ChannelId,
    pub size: i64,
    #[schema(value_type = String)]
    pub root: Hash,
}

/// Signed heads of those channels in which the answering server has something else.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HeadsAnswer {
    #[schema(value_type = Vec<Object>)]
    pub heads: Vec<SignedHead>,
}

/// What passes: typing and presence. Never stored.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Signals {
    pub signals: Vec<Signal>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Signal {
    /// Somebody is typing.
    Typing {
        #[schema(value_type = String)]
        user: UserId,
    },
    /// Somebody came or went.
    Presence {
        #[schema(value_type = String)]
        user: UserId,
        online: bool,
    },
    /// A profile changed: ask for it.
    Profile {
        #[schema(value_type = String)]
        user: UserId,
    },
}

impl Signal {
    pub fn user(&self) -> &UserId {
        match self {
            Signal::Typing { user } | Signal::Presence { user, .. } | Signal::Profile { user } => user,
        }
    }
}

/// Two heads that can't both be true.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    #[schema(value_type = Object)]
    pub a: SignedHead,
    #[schema(value_type = Object)]
    pub b: SignedHead,
}

/// What the caller looks like from here.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Check {
    pub server: String,
    pub origin: String,
    pub kid: String,
    /// This server's clock when it answered.
    pub ts: Ts,
    pub versions: Vec<i64>,
    /// Host and port under which others know the answering server.
    pub seen_authority: String,
}
