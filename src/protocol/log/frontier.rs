//! What must be kept of a tree so that it can grow.

use super::{empty_root, node};
use crate::protocol::{ids::Hash, limits};

/// The right edge of an RFC 9162 tree: the roots of its perfect subtrees, largest first. There is one for
/// each bit of `size` that is set, so pushing and taking the root are O(log n).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Frontier {
    size: i64,
    peaks: Vec<Hash>,
}

/// Stored bytes that are no frontier of that size.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{bytes} bytes are not the frontier of a tree of {size} leaves")]
pub struct FrontierError {
    pub size: i64,
    pub bytes: usize,
}

impl Frontier {
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of leaves.
    pub fn size(&self) -> i64 {
        self.size
    }

    pub fn push(&mut self, leaf: Hash) {
        self.push_with(leaf, |_, _, _| {});
    }

    /// [`Self::push`] that tells of every perfect subtree it completes: `(level, index, hash)` covers the
    /// leaves `index << level .. (index + 1) << level`. Storing these makes proofs O(log n) without the leaves.
    pub fn push_with(&mut self, leaf: Hash, mut completed: impl FnMut(u32, i64, Hash)) {
        let mut hash = leaf;
        completed(0, self.size, hash);
        // Each trailing one of the size is a peak of the same height as the subtree in hand.
        for level in 0..self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            hash = node(&left, &hash);
            completed(level + 1, self.size >> (level + 1), hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The tree's root (RFC 9162 section 2.1.1).
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return empty_root() };
        peaks.fold(*last, |right, left| node(left, &right))
    }

    /// The roots of the perfect subtrees, largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// # Errors
    /// [`FrontierError`] when there are not as many peaks as `size` demands, or `size` is out of range.
    pub fn from_peaks(size: i64, peaks: Vec<Hash>) -> Result<Self, FrontierError> {
        let fits = usize::try_from(size.count_ones()).is_ok_and(|count| count == peaks.len());
        if !(0..=limits::JSON_INT_MAX).contains(&size) || !fits {
            return Err(FrontierError { size, bytes: peaks.len().saturating_mul(32) });
        }
        Ok(Self { size, peaks })
    }

    /// The largest tree of at most `size` leaves that begins this one and can be told from its peaks alone.
    pub fn within(mut self, size: i64) -> Self {
        while self.size > size.max(0) {
            self.peaks.pop();
            // The last peak is over as many leaves as the lowest bit says.
            self.size &= self.size - 1;
        }
        self
    }

    /// 32 octets per peak, largest subtree first. The size is kept beside it.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.peaks.iter().flat_map(|peak| peak.0).collect()
    }

    /// # Errors
    /// [`FrontierError`] when `bytes` is not as long as `size` demands, or `size` is out of range.
    pub fn from_bytes(size: i64, bytes: &[u8]) -> Result<Self, FrontierError> {
        let (peaks, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() {
            return Err(FrontierError { size, bytes: bytes.len() });
        }
        Self::from_peaks(size, peaks.iter().copied().map(Hash).collect())
    }
}
