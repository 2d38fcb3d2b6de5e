//! Bodies (spec: BODY-n): the part of an event that can be deleted everywhere while the log stays valid.
//!
//! The header commits to the body by hash. The salt keeps a short deleted text from being guessed from it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use super::{
    ids::{Hash, decode_base64, with_base64},
    json::{self, CanonicalMap, JsonError, ParseError},
    limits,
    sign::{self, domain},
};

#[cfg(test)]
mod tests;

/// Sixteen random octets and free content. Unknown fields of the content are preserved.
// BODY-1: exactly the fields salt (16 octets) and content (an object).
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    #[serde(serialize_with = "write_content")]
    pub content: Map<String, Value>,
    #[serde(serialize_with = "write_salt", deserialize_with = "read_salt")]
    pub salt: [u8; 16],
}

impl fmt::Debug for Body {
    /// Shows nothing of the content: what people write does not belong in a log file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

impl Body {
    /// `salt` comes from a cryptographic source. Content that JSON-2 to JSON-4 forbid makes a body that nobody accepts:
    /// use [`Self::check`] where it comes from outside.
    pub fn new(salt: [u8; 16], content: Map<String, Value>) -> Self {
        Self { content, salt }
    }

    pub fn canonical(&self) -> Vec<u8> {
        json::write_typed(self)
    }

    /// BODY-2: what `body_hash` must be.
    pub fn hash(&self) -> Hash {
        Self::hash_bytes(&self.canonical())
    }

    /// [`Self::hash`] of canonical bytes.
    pub fn hash_bytes(bytes: &[u8]) -> Hash {
        sign::hash(domain::BODY, bytes)
    }

    /// # Errors
    /// [`ParseError`] (BODY-1, JSON-1 to JSON-9).
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let body: Self = json::parse_typed(bytes, limits::EVENT_AND_BODY_BYTES_MAX)?;
        body.check()?;
        Ok(body)
    }

    /// Whether the content is within the restrictions of canonical JSON.
    ///
    /// # Errors
    /// [`JsonError::Bad`] (JSON-2 to JSON-4).
    pub fn check(&self) -> Result<(), JsonError> {
        json::check_map(&self.content, limits::JSON_DEPTH_MAX - 1)
    }
}

/// BODY-3: an event and its body together are at most 64 KiB.
///
/// # Errors
/// [`JsonError::TooLarge`].
pub fn check_size(event_bytes: usize, body_bytes: usize) -> Result<(), JsonError> {
    let (bytes, bytes_max) = (event_bytes.saturating_add(body_bytes), limits::EVENT_AND_BODY_BYTES_MAX);
    if bytes > bytes_max { Err(JsonError::TooLarge { bytes, bytes_max }) } else { Ok(()) }
}

fn write_content<S: Serializer>(content: &Map<String, Value>, serializer: S) -> Result<S::Ok, S::Error> {
    CanonicalMap(content).serialize(serializer)
}

fn write_salt<S: Serializer>(salt: &[u8; 16], serializer: S) -> Result<S::Ok, S::Error> {
    with_base64(salt, |text| serializer.serialize_str(text))
}

fn read_salt<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 16], D::Error> {
    let text = String::deserialize(deserializer)?;
    decode_base64(&text).ok_or_else(|| de::Error::custom("salt: 22 base64url characters"))
}
