//! The log (spec: LOG-n): entries, and the RFC 9162 Merkle tree over them.
//!
//! Only the host composes entries. A range of entries and one signed head prove all of it, because the
//! tree's root depends on every entry's bytes and place.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    Seq, Ts,
    ids::{EventId, Hash},
    json::{self, ParseError},
    limits,
    sign::domain,
};

mod frontier;
mod proof;
#[cfg(test)]
mod tests;

pub use frontier::{Frontier, FrontierError};
pub use proof::{
    consistency_proof, consistency_proof_with, inclusion_proof, inclusion_proof_with, verify_consistency,
    verify_inclusion,
};

/// One place in a channel's log. Fields stand in the order of canonical JSON.
// LOG-1: the schema is closed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub event: EventId,
    /// When the host took it, by the host's clock: never earlier than the entry before.
    pub host_ts: Ts,
    pub seq: Seq,
    /// Counts the hosts of the channel, from 1.
    pub term: i64,
}

/// Why an entry cannot follow another.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EntryError {
    #[error("LOG-2: a number of the entry is out of range")]
    Range,
    #[error("LOG-3: seq does not follow")]
    Seq,
    #[error("LOG-4: host_ts goes back")]
    HostTs,
    #[error("LOG-5: term goes back or leaps")]
    Term,
}

impl Entry {
    pub fn canonical(&self) -> Vec<u8> {
        json::write_typed(self)
    }

    /// # Errors
    /// [`ParseError`] (LOG-1, LOG-2).
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let entry: Self = json::parse_typed(bytes, limits::JSON_BYTES_MAX)?;
        let schema = |error: EntryError| ParseError::Schema { detail: error.to_string().into() };
        entry.check().map_err(|error| json::blame(bytes, schema(error)))?;
        Ok(entry)
    }

    /// LOG-6: the RFC 9162 leaf hash, SHA-256(0x00 || "loggia/entry/1\n" || JCS(entry)).
    pub fn leaf(&self) -> Hash {
        let entry = self.canonical();
        Hash(
            Sha256::new().chain_update([0]).chain_update(domain::ENTRY).chain_update(entry).finalize().into(),
        )
    }

    /// # Errors
    /// [`EntryError::Range`] (LOG-2).
    pub fn check(&self) -> Result<(), EntryError> {
        // LOG-2: seq and host_ts in 0..2^53, term in 1..2^53.
        let range = 0..=limits::JSON_INT_MAX;
        let fits = range.contains(&self.seq) && range.contains(&self.host_ts) && range.contains(&self.term);
        if fits && self.term >= 1 { Ok(()) } else { Err(EntryError::Range) }
    }

    /// Whether this entry can stand after `previous` (`None`: whether it can be the first). A host that signs a
    /// head over entries for which this fails is at fault; such a batch is rejected, not replayed.
    ///
    /// # Errors
    /// [`EntryError`] (LOG-2 to LOG-5).
    pub fn check_follows(&self, previous: Option<&Self>) -> Result<(), EntryError> {
        self.check()?;
        let Some(previous) = previous else {
            // LOG-5: terms count from 1.
            return if self.term == 1 { self.check_seq(0) } else { Err(EntryError::Term) };
        };
        self.check_seq(previous.seq.saturating_add(1))?;
        // LOG-4: host_ts never goes back.
        if self.host_ts < previous.host_ts {
            return Err(EntryError::HostTs);
        }
        // LOG-5: a hand-over raises the term by one; nothing lowers it.
        let step = self.term.saturating_sub(previous.term);
        if (0..=1).contains(&step) { Ok(()) } else { Err(EntryError::Term) }
    }

    // LOG-3: seq counts from 0 without gaps.
    fn check_seq(&self, expected: Seq) -> Result<(), EntryError> {
        if self.seq == expected { Ok(()) } else { Err(EntryError::Seq) }
    }
}

/// RFC 9162 section 2.1.1: the hash of an inner node.
pub(super) fn node(left: &Hash, right: &Hash) -> Hash {
    Hash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// RFC 9162 section 2.1.1: the root of an empty tree.
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}
