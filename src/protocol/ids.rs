//! Names (spec: NAME-n). Each is a validated, cheaply cloned string: whoever holds one never doubts it.
//!
//! Grammar, in one place:
//!
//! ```text
//! server  = label 1*("." label)        lower-case A-labels, no port, no IP literal, no trailing dot
//! user    = "@" local ":" server       local = [a-z0-9][a-z0-9._-]{0,63}
//! channel = "!" h      event = "$" h   alias = "#" local ":" server      file = h
//! kid     = [a-z0-9_]{1,32}            nonce = [A-Za-z0-9_-]{1,64}
//! h       = 43 base64url characters without padding, zero pad bits (32 octets)
//! ```

use std::{fmt, str::FromStr, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::limits;

#[cfg(test)]
mod tests;

/// Why a string is not a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IdError {
    #[error("not a server name such as chat.example.org (a-z 0-9 - between dots, no port)")]
    Server,
    #[error("not a user id such as @ann:chat.example.org (up to 64 of a-z 0-9 . _ - before the colon)")]
    User,
    #[error("not a channel id (! and 43 base64url characters)")]
    Channel,
    #[error("not an event id, as messages have ($ and 43 base64url characters)")]
    Event,
    #[error("not an alias such as #general:chat.example.org (up to 64 of a-z 0-9 . _ - before the colon)")]
    Alias,
    #[error("not a hash: 43 base64url characters with zero pad bits")]
    Hash,
    #[error("not a key id (1 to 32 of a-z 0-9 _)")]
    Key,
    #[error("not a nonce (1 to 64 of A-Z a-z 0-9 _ -)")]
    Nonce,
}

/// 32 octets, written as 43 base64url characters.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Hash(pub [u8; 32]);

const HASH_CHARS: usize = 43;

impl Hash {
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn write(self, f: &mut dyn fmt::Write, sigil: &str) -> fmt::Result {
        f.write_str(sigil)?;
        with_base64(&self.0, |text| f.write_str(text))
    }
}

/// Encodes on the stack; `bytes` is a hash, a key or a signature, so at most 64 octets.
pub(super) fn with_base64<T>(bytes: &[u8], then: impl FnOnce(&str) -> T) -> T {
    let mut buffer = [0; 86];
    let length = URL_SAFE_NO_PAD.encode_slice(bytes, &mut buffer).unwrap_or(0);
    let text = buffer.get(..length).and_then(|text| std::str::from_utf8(text).ok());
    then(text.unwrap_or_default())
}

/// NAME-1: exactly N octets of base64url without padding, and with zero pad bits.
pub(super) fn decode_base64<const N: usize>(text: &str) -> Option<[u8; N]> {
    // The decoder wants room for whole groups of four characters, hence the slack.
    let mut buffer = [0; 96];
    let length = URL_SAFE_NO_PAD.decode_slice(text, &mut buffer).ok()?;
    buffer.get(..length)?.try_into().ok()
}

impl FromStr for Hash {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        decode_base64(text).map(Hash).ok_or(IdError::Hash)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, "")
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        with_base64(&self.0, |text| serializer.serialize_str(text))
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parsed::new())
    }
}

/// Deserialises whatever has a `FromStr`, without an intermediate `String`.
pub(super) struct Parsed<T>(std::marker::PhantomData<T>);

impl<T> Parsed<T> {
    pub(super) fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<T: FromStr<Err: fmt::Display>> de::Visitor<'_> for Parsed<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $check:expr, $error:expr) => {
        $(#[$doc])*
        #[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(Arc<str>);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let valid: fn(&str) -> bool = $check;
                if valid(text) { Ok(Self(text.into())) } else { Err($error) }
            }
        }

        impl TryFrom<&str> for $name {
            type Error = IdError;
            fn try_from(text: &str) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Parsed::new())
            }
        }
    };
}

name!(/// A homeserver's name, `a.example`: a DNS name, never an address.
    ServerName, is_server_name, IdError::Server);
name!(/// `@alice:a.example`.
    UserId, |text| is_sigil_local_server(text, '@'), IdError::User);
name!(/// `!` and the hash of the channel's genesis event, whoever hosts it.
    ChannelId, |text| is_sigil_hash(text, '!'), IdError::Channel);
name!(/// `$` and the event's hash.
    EventId, |text| is_sigil_hash(text, '$'), IdError::Event);
name!(/// `#general:a.example`: a server's own name for a channel.
    Alias, |text| is_sigil_local_server(text, '#'), IdError::Alias);
name!(/// The SHA-256 of a file's octets.
    FileHash, |text| Hash::from_str(text).is_ok(), IdError::Hash);
name!(/// Names one of a server's signing keys.
    KeyId, is_key_id, IdError::Key);
name!(/// An author's own mark on an event: the same nonce twice is the same event.
    Nonce, is_nonce, IdError::Nonce);

/// NAME-2: two labels or more, lower-case, each beginning and ending with a letter or digit; no port; the last
/// label is not a number, because resolvers read such a name as an IPv4 address (WHATWG URL 3.5).
fn is_server_name(text: &str) -> bool {
    text.len() <= limits::SERVER_NAME_BYTES_MAX
        && text.contains('.')
        && text.split('.').all(is_label)
        && text.rsplit('.').next().is_some_and(|last| !is_number(last))
}

pub(super) fn is_label(label: &str) -> bool {
    let bytes = label.as_bytes();
    let edge = |byte: Option<&u8>| byte.is_some_and(|byte| is_lower_alphanumeric(*byte));
    bytes.len() <= limits::SERVER_LABEL_BYTES_MAX
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|byte| is_lower_alphanumeric(*byte) || *byte == b'-')
}

fn is_number(label: &str) -> bool {
    let hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    label.bytes().all(|byte| byte.is_ascii_digit()) || label.strip_prefix("0x").is_some_and(hex)
}

fn is_lower_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// NAME-3: the local part of a user id or an alias.
fn is_local(text: &str) -> bool {
    text.len() <= limits::LOCAL_PART_BYTES_MAX
        && text.bytes().next().is_some_and(is_lower_alphanumeric)
        && text.bytes().all(|byte| is_lower_alphanumeric(byte) || matches!(byte, b'.' | b'_' | b'-'))
}

fn is_sigil_local_server(text: &str, sigil: char) -> bool {
    let parts = text.strip_prefix(sigil).and_then(|rest| rest.split_once(':'));
    parts.is_some_and(|(local, server)| is_local(local) && is_server_name(server))
}

fn is_sigil_hash(text: &str, sigil: char) -> bool {
    text.strip_prefix(sigil).is_some_and(|hash| Hash::from_str(hash).is_ok())
}

/// NAME-4: a key id.
fn is_key_id(text: &str) -> bool {
    (1..=limits::KEY_ID_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|byte| is_lower_alphanumeric(byte) || byte == b'_')
}

/// NAME-5: a nonce.
fn is_nonce(text: &str) -> bool {
    (1..=limits::NONCE_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// The parts of a validated `sigil local ":" server`.
fn split_name(text: &str) -> (&str, &str) {
    let (head, server) = text.split_once(':').unwrap_or_default();
    (head.get(1..).unwrap_or_default(), server)
}

/// The octets of a validated `sigil h`.
fn hash_of(text: &str) -> Hash {
    Hash(text.get(1..).and_then(decode_base64).unwrap_or_default())
}

fn from_hash(sigil: &str, hash: Hash) -> Arc<str> {
    let mut text = String::with_capacity(1 + HASH_CHARS);
    // Writing to a String cannot fail.
    let _ = hash.write(&mut text, sigil);
    text.into()
}

impl UserId {
    /// # Errors
    /// [`IdError::User`] when `local` breaks NAME-3.
    pub fn new(local: &str, server: &ServerName) -> Result<Self, IdError> {
        format!("@{local}:{server}").parse()
    }

    pub fn local(&self) -> &str {
        split_name(&self.0).0
    }

    pub fn server_str(&self) -> &str {
        split_name(&self.0).1
    }

    /// Allocates; compare with [`Self::server_str`] instead.
    pub fn server(&self) -> ServerName {
        ServerName(self.server_str().into())
    }
}

impl Alias {
    /// # Errors
    /// [`IdError::Alias`] when `local` breaks NAME-3.
    pub fn new(local: &str, server: &ServerName) -> Result<Self, IdError> {
        format!("#{local}:{server}").parse()
    }

    pub fn local(&self) -> &str {
        split_name(&self.0).0
    }

    pub fn server_str(&self) -> &str {
        split_name(&self.0).1
    }

    /// The server whose name this is.
    pub fn server(&self) -> ServerName {
        ServerName(self.server_str().into())
    }
}

impl ChannelId {
    pub fn from_hash(hash: Hash) -> Self {
        Self(from_hash("!", hash))
    }

    pub fn hash(&self) -> Hash {
        hash_of(&self.0)
    }
}

impl EventId {
    pub fn from_hash(hash: Hash) -> Self {
        Self(from_hash("$", hash))
    }

    pub fn hash(&self) -> Hash {
        hash_of(&self.0)
    }
}

impl FileHash {
    pub fn from_hash(hash: Hash) -> Self {
        Self(from_hash("", hash))
    }
}
