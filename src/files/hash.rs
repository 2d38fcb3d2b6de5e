//! The name of a file's bytes.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer};

/// SHA-256 of a file's bytes: 43 characters of base64url.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hash(String);

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a SHA-256 in base64url, 43 characters")]
pub struct BadHash;

impl Hash {
    pub fn of(digest: &[u8; 32]) -> Hash {
        Hash(URL_SAFE_NO_PAD.encode(digest))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Hash {
    type Err = BadHash;

    fn from_str(text: &str) -> Result<Hash, BadHash> {
        // The decoder refuses the texts that would say the same bytes otherwise.
        let digest: [u8; 32] =
            URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(BadHash)?;
        Ok(Hash::of(&digest))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_one_spelling() {
        let hash = Hash::of(&[7; 32]);
        assert_eq!(hash.as_str().len(), 43);
        assert_eq!(hash.as_str().parse(), Ok(hash));
        for bad in
            ["", "x", "../../etc/passwd", &"A".repeat(42), &"A".repeat(44), &format!("{}B", "A".repeat(42))]
        {
            assert_eq!(bad.parse::<Hash>(), Err(BadHash), "{bad}");
        }
    }
}
