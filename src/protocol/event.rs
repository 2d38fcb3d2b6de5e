//! Events (spec: EVENT-n): what an author's homeserver composes, signs and never takes back.
//!
//! The id is a hash of the canonical header alone, so it depends neither on the place in the log nor on the
//! host: the author knows it at once, and sending again is harmless. Text, names and reasons stand in the
//! detachable [`super::body::Body`]; whatever authorisation needs stands here and is never stripped.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Ts,
    ids::{ChannelId, EventId, Hash, KeyId, Nonce, UserId},
    json::{self, JsonError, ParseError},
    limits,
    sign::{self, PublicKey, Signature, SignatureError, SigningKey, domain},
};

mod kind;
#[cfg(test)]
mod tests;

pub use kind::{EventType, EventTypeError};

/// Why bytes or fields are not an event.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EventError {
    #[error(transparent)]
    Parse(#[from] ParseError),
    #[error("{rule}: {detail}")]
    Header { rule: &'static str, detail: &'static str },
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

impl EventError {
    /// The code in a problem document: a [`ParseError::code`], `bad_header` or `bad_signature`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Parse(error) => error.code(),
            Self::Header { .. } => "bad_header",
            Self::Signature(_) => "bad_signature",
        }
    }
}

impl From<JsonError> for EventError {
    fn from(error: JsonError) -> Self {
        Self::Parse(error.into())
    }
}

fn header(rule: &'static str, detail: &'static str) -> Result<(), EventError> {
    Err(EventError::Header { rule, detail })
}

/// The last head that the author's server had verified: the free fork detector.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    pub root: Hash,
    pub size: i64,
}

/// How an event relates to an earlier one.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rel {
    Edit,
    Redact,
    React,
    Thread,
    Reply,
}

#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Relates {
    pub rel: Rel,
    pub to: EventId,
}

/// A new value for the state entry (`type`, `key`). `content` is an object.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StateChange {
    #[serde(serialize_with = "json::serialize_canonical")]
    pub content: Value,
    pub key: String,
}

/// The header. Fields stand in the order of canonical JSON, which makes plain serialisation canonical.
// EVENT-9: the schema is closed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_hash: Option<Hash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    pub kid: KeyId,
    pub nonce: Nonce,
    pub origin_ts: Ts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relates: Option<Relates>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
    pub sender: UserId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<StateChange>,
    #[serde(rename = "type")]
    pub kind: EventType,
    pub v: i64,
}

/// The only version of the header there is.
pub const EVENT_VERSION: i64 = 1;

impl Event {
    /// The bytes that are hashed and signed. Do this once; [`SignedEvent`] keeps them.
    pub fn canonical(&self) -> Vec<u8> {
        json::write_typed(self)
    }

    /// Canonical or reject, then [`Self::check_shape`].
    ///
    /// # Errors
    /// [`EventError::Parse`] (EVENT-9, EVENT-10, EVENT-11), [`EventError::Header`].
    pub fn parse(bytes: &[u8]) -> Result<Self, EventError> {
        let event: Self = json::parse_typed(bytes, limits::EVENT_AND_BODY_BYTES_MAX)?;
        event.check_shape().map_err(|error| json::blame(bytes, error))?;
        Ok(event)
    }

    /// What can be said of an event without its channel.
    ///
    /// # Errors
    /// [`EventError::Header`] with the rule broken; [`EventError::Parse`] for `state.content` (JSON-2 to JSON-4).
    pub fn check_shape(&self) -> Result<(), EventError> {
        // EVENT-1: v is 1.
        if self.v != EVENT_VERSION {
            return header("EVENT-1", "unknown version of the header");
        }
        self.check_numbers()?;
        self.check_origin()?;
        self.check_relation()?;
        self.check_state()?;
        self.check_body()
    }

    fn check_numbers(&self) -> Result<(), EventError> {
        // EVENT-2: origin_ts in 0..2^53, seen.size in 1..2^53.
        if !(0..=limits::JSON_INT_MAX).contains(&self.origin_ts) {
            return header("EVENT-2", "origin_ts out of range");
        }
        match self.seen {
            Some(seen) if !(1..=limits::JSON_INT_MAX).contains(&seen.size) => {
                header("EVENT-2", "seen.size out of range")
            }
            _ => Ok(()),
        }
    }

    fn check_origin(&self) -> Result<(), EventError> {
        // EVENT-3: the genesis has neither channel nor seen, every other event has both.
        let genesis = self.kind == EventType::ChannelCreate;
        if self.channel.is_some() == genesis || self.seen.is_some() == genesis {
            return header("EVENT-3", "channel and seen stand in every event but the genesis");
        }
        Ok(())
    }

    fn check_relation(&self) -> Result<(), EventError> {
        // EVENT-4: the relation is the one that the type demands.
        let rel = self.relates.as_ref().map(|relates| relates.rel);
        let fits = match self.kind {
            EventType::Message => matches!(rel, None | Some(Rel::Thread | Rel::Reply)),
            EventType::Edit => rel == Some(Rel::Edit),
            EventType::Reaction => rel == Some(Rel::React),
            EventType::Redact => rel == Some(Rel::Redact),
            EventType::Other(_) => true,
            _ => rel.is_none(),
        };
        if fits { Ok(()) } else { header("EVENT-4", "the type demands another relation") }
    }

    fn check_state(&self) -> Result<(), EventError> {
        // EVENT-5: state events have `state`, the others have none; an unknown type may be either.
        let known = !matches!(self.kind, EventType::Other(_));
        if known && self.state.is_some() != self.kind.is_state() {
            return header("EVENT-5", "state stands in state events only");
        }
        let Some(state) = &self.state else { return Ok(()) };
        // EVENT-6: the key is short, without NUL, and empty unless the type has an entry per key; content is an object.
        if state.key.len() > limits::STATE_KEY_BYTES_MAX || state.key.contains('\0') {
            return header("EVENT-6", "state.key too long or with NUL");
        }
        if known && !self.kind.is_keyed() && !state.key.is_empty() {
            return header("EVENT-6", "state.key must be empty for this type");
        }
        if !state.content.is_object() {
            return header("EVENT-6", "state.content is not an object");
        }
        // Two levels are the event and its `state`.
        Ok(json::check_value(&state.content, limits::JSON_DEPTH_MAX - 2)?)
    }

    fn check_body(&self) -> Result<(), EventError> {
        // EVENT-7: content-bearing types have a body, the genesis and keys have none.
        use EventType as T;
        let fits = match self.kind {
            T::Message
            | T::Edit
            | T::Reaction
            | T::ChannelName
            | T::ChannelTopic
            | T::ChannelAvatar
            | T::ChannelPins => self.body_hash.is_some(),
            T::ChannelCreate | T::ServerKey => self.body_hash.is_none(),
            _ => true,
        };
        if fits { Ok(()) } else { header("EVENT-7", "body_hash is missing or out of place") }
    }
}

/// An event with the bytes it was signed as. `id` and `bytes` always belong to `event`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedEvent {
    pub event: Event,
    pub bytes: Vec<u8>,
    pub id: EventId,
    pub signature: Signature,
}

impl SignedEvent {
    /// Composes and signs. The caller fills every field, `kid` of `key` included; a shape that is wrong is refused
    /// by everybody who evaluates the event.
    pub fn sign(event: Event, key: &SigningKey) -> Self {
        let bytes = event.canonical();
        let signature = key.sign_in(domain::EVENT, &bytes);
        Self { id: event_id(&bytes), event, bytes, signature }
    }

    /// From storage or the network. The signature is not verified.
    ///
    /// # Errors
    /// As [`Event::parse`].
    pub fn from_parts(bytes: Vec<u8>, signature: Signature) -> Result<Self, EventError> {
        let event = Event::parse(&bytes)?;
        Ok(Self { id: event_id(&bytes), event, bytes, signature })
    }

    /// From an event that was embedded in other JSON. The signature is not verified.
    ///
    /// # Errors
    /// As [`Event::check_shape`], and [`JsonError::TooLarge`] (EVENT-11).
    pub fn from_event(event: Event, signature: Signature) -> Result<Self, EventError> {
        event.check_shape()?;
        let bytes = event.canonical();
        let bytes_max = limits::EVENT_AND_BODY_BYTES_MAX;
        if bytes.len() > bytes_max {
            return Err(JsonError::TooLarge { bytes: bytes.len(), bytes_max }.into());
        }
        Ok(Self { id: event_id(&bytes), event, bytes, signature })
    }

    /// # Errors
    /// [`SignatureError::Mismatch`].
    pub fn verify(&self, key: &PublicKey) -> Result<(), SignatureError> {
        key.verify_in(domain::EVENT, &self.bytes, &self.signature)
    }

    /// The channel the event belongs to: a genesis founds the channel of its own hash.
    pub fn channel_id(&self) -> ChannelId {
        self.event.channel.clone().unwrap_or_else(|| ChannelId::from_hash(self.id.hash()))
    }
}

/// EVENT-12: the id of an event's canonical bytes, parsable or not.
pub fn event_id(bytes: &[u8]) -> EventId {
    EventId::from_hash(sign::hash(domain::EVENT, bytes))
}
