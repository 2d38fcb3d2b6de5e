//! Heads (spec: HEAD-n): the host's signature over the whole log so far, and what two of them can prove.

use serde::{Deserialize, Serialize};

use super::{
    Ts,
    ids::{ChannelId, Hash, KeyId, ServerName},
    json::{self, ParseError},
    limits,
    log::verify_consistency,
    sign::{PublicKey, Signature, SignatureError, SigningKey, domain},
};

#[cfg(test)]
mod tests;

/// The log of `size` entries has the tree root `root`. Fields stand in the order of canonical JSON.
// HEAD-1: the schema is closed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub channel: ChannelId,
    pub host: ServerName,
    pub kid: KeyId,
    pub root: Hash,
    pub size: i64,
    pub term: i64,
    pub ts: Ts,
}

impl Head {
    pub fn canonical(&self) -> Vec<u8> {
        json::write_typed(self)
    }

    /// HEAD-2: size and term are at least 1, ts at least 0, all below 2^53.
    pub fn is_in_range(&self) -> bool {
        let fits = |number: i64, least: i64| (least..=limits::JSON_INT_MAX).contains(&number);
        fits(self.size, 1) && fits(self.term, 1) && fits(self.ts, 0)
    }
}

/// `{"head":{..},"signature":".."}`
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SignedHead {
    pub head: Head,
    pub signature: Signature,
}

impl SignedHead {
    /// HEAD-3: the signature is over "loggia/head/1\n" || JCS(head).
    pub fn sign(head: Head, key: &SigningKey) -> Self {
        let signature = key.sign_in(domain::HEAD, &head.canonical());
        Self { head, signature }
    }

    /// Canonical or reject. The signature is not verified.
    ///
    /// # Errors
    /// [`ParseError`] (HEAD-1, HEAD-2, JSON-n).
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let signed: Self = json::parse_typed(bytes, limits::JSON_BYTES_MAX)?;
        if signed.head.is_in_range() {
            Ok(signed)
        } else {
            let error = ParseError::Schema { detail: "HEAD-2: a number is out of range".into() };
            Err(json::blame(bytes, error))
        }
    }

    /// Whether `key` signed it. That `key` is the host's, named `kid`, is for the caller to know.
    ///
    /// # Errors
    /// [`SignatureError::Mismatch`], also for a head that is out of range (HEAD-2).
    pub fn verify(&self, key: &PublicKey) -> Result<(), SignatureError> {
        if !self.head.is_in_range() {
            return Err(SignatureError::Mismatch);
        }
        key.verify_in(domain::HEAD, &self.head.canonical(), &self.signature)
    }
}

/// Two signed heads of one channel, and the consistency proof between them if anybody has one.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub a: SignedHead,
    pub b: SignedHead,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Vec<Hash>>,
}

/// What two heads show.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Finding {
    /// Both cannot be true: anybody who checks it concludes the same.
    Fork,
    /// One extends the other, or they are equal in what they claim.
    Consistent,
    /// They differ in size and no valid proof came along: the host has to show one.
    Open,
    /// Different channels or terms, or a signature that does not verify: it shows nothing.
    Nothing,
}

impl Evidence {
    /// `key_a` and `key_b` are the keys of the hosts that the heads name, found by `kid`.
    pub fn check(&self, key_a: &PublicKey, key_b: &PublicKey) -> Finding {
        let (a, b) = (&self.a.head, &self.b.head);
        // HEAD-4: evidence is about one channel and one term, and both signatures verify.
        if a.channel != b.channel
            || a.term != b.term
            || self.a.verify(key_a).is_err()
            || self.b.verify(key_b).is_err()
        {
            return Finding::Nothing;
        }
        // HEAD-5: the same size with another root is a fork.
        if a.size == b.size {
            return if a.root == b.root { Finding::Consistent } else { Finding::Fork };
        }
        // HEAD-6: different sizes are settled by a consistency proof; without one they stay open.
        let (old, new) = if a.size < b.size { (a, b) } else { (b, a) };
        let proof = self.proof.as_deref().unwrap_or_default();
        if verify_consistency(old.size, &old.root, new.size, &new.root, proof) {
            Finding::Consistent
        } else {
            Finding::Open
        }
    }
}
