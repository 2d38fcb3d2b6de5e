//! Inclusion and consistency proofs (RFC 9162 sections 2.1.3 and 2.1.4).
//!
//! Provers ask for the hashes of perfect subtrees by `(level, index)`, as [`super::Frontier::push_with`] reports
//! them, so a long log need not be in memory. Verifiers take whatever arrives.

use std::convert::Infallible;

use super::{empty_root, node};
use crate::protocol::{ids::Hash, limits};

/// The proof that `leaves[index]` is in the tree over `leaves`, from the leaf upwards. Empty when there is no such leaf.
pub fn inclusion_proof(leaves: &[Hash], index: i64) -> Vec<Hash> {
    in_memory(inclusion_proof_with(size_of(leaves), index, &mut |level, index| {
        Ok(subtree(leaves, level, index))
    }))
}

/// The proof that the tree over `leaves[..old_size]` is a prefix of the tree over `leaves`. Empty when `old_size` is
/// 0, all, or out of range.
pub fn consistency_proof(leaves: &[Hash], old_size: i64) -> Vec<Hash> {
    let mut at = |level, index| Ok(subtree(leaves, level, index));
    in_memory(consistency_proof_with(old_size, size_of(leaves), &mut at))
}

/// [`inclusion_proof`] in a tree of `size` leaves whose perfect subtrees `subtree_at(level, index)` knows.
///
/// # Errors
/// What `subtree_at` fails with.
pub fn inclusion_proof_with<E>(
    size: i64,
    index: i64,
    subtree_at: &mut impl FnMut(u32, i64) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    if index < 0 || index >= size {
        return Ok(Vec::new());
    }
    let (mut start, mut end) = (0, size);
    let mut proof = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(range_root(middle, end, subtree_at)?);
            end = middle;
        } else {
            proof.push(range_root(start, middle, subtree_at)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// [`consistency_proof`] between trees of `old_size` and `new_size` leaves.
///
/// # Errors
/// What `subtree_at` fails with.
pub fn consistency_proof_with<E>(
    old_size: i64,
    new_size: i64,
    subtree_at: &mut impl FnMut(u32, i64) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    if old_size <= 0 || old_size >= new_size {
        return Ok(Vec::new());
    }
    // SUBPROOF of RFC 9162 section 2.1.4.1, as a descent along the old tree's right edge.
    let (mut start, mut end) = (0, new_size);
    let mut proof = Vec::new();
    while end != old_size {
        let middle = start + split(end - start);
        if old_size <= middle {
            proof.push(range_root(middle, end, subtree_at)?);
            end = middle;
        } else {
            proof.push(range_root(start, middle, subtree_at)?);
            start = middle;
        }
    }
    // A verifier has the old root already when the descent ends at the whole old tree.
    if start != 0 {
        proof.push(range_root(start, end, subtree_at)?);
    }
    proof.reverse();
    Ok(proof)
}

/// RFC 9162 section 2.1.3.2. Never panics; any number out of range is `false`.
pub fn verify_inclusion(leaf: &Hash, index: i64, size: i64, proof: &[Hash], root: &Hash) -> bool {
    if index < 0 || index >= size || proof.len() > limits::PROOF_HASHES_MAX {
        return false;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if is_odd(place) || place == last {
            hash = node(sibling, &hash);
            (place, last) = skip_even(place, last);
        } else {
            hash = node(&hash, sibling);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    last == 0 && hash == *root
}

/// RFC 9162 section 2.1.4.2; an empty tree is a prefix of every tree. Never panics.
pub fn verify_consistency(
    old_size: i64,
    old_root: &Hash,
    new_size: i64,
    new_root: &Hash,
    proof: &[Hash],
) -> bool {
    if old_size < 0 || old_size > new_size || proof.len() > limits::PROOF_HASHES_MAX {
        return false;
    }
    if old_size == 0 {
        return proof.is_empty() && *old_root == empty_root() && (new_size > 0 || old_root == new_root);
    }
    if old_size == new_size {
        return proof.is_empty() && old_root == new_root;
    }
    // A whole old tree is its own first hash, and the prover leaves it out.
    let (first, rest) = match proof.split_first() {
        _ if old_size & (old_size - 1) == 0 => (old_root, proof),
        Some((first, rest)) => (first, rest),
        None => return false,
    };
    let ones = (old_size - 1).trailing_ones();
    let (mut place, mut last) = ((old_size - 1) >> ones, (new_size - 1) >> ones);
    let (mut old, mut new) = (*first, *first);
    for hash in rest {
        if last == 0 {
            return false;
        }
        if is_odd(place) || place == last {
            (old, new) = (node(hash, &old), node(hash, &new));
            (place, last) = skip_even(place, last);
        } else {
            new = node(&new, hash);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    last == 0 && old == *old_root && new == *new_root
}

fn is_odd(place: i64) -> bool {
    place & 1 == 1
}

/// Climbs past the levels on which `place` is a left child without a sibling.
fn skip_even(place: i64, last: i64) -> (i64, i64) {
    let levels = if place == 0 { 0 } else { place.trailing_zeros() };
    (place >> levels, last >> levels)
}

/// The largest power of two below `count`, for `count` > 1.
fn split(count: i64) -> i64 {
    1 << (i64::BITS - 1 - (count - 1).leading_zeros())
}

/// The root over `start..end`, where `start` is a multiple of the largest power of two within.
fn range_root<E>(
    start: i64,
    end: i64,
    subtree_at: &mut impl FnMut(u32, i64) -> Result<Hash, E>,
) -> Result<Hash, E> {
    let count = end - start;
    if count & (count - 1) == 0 {
        let level = count.trailing_zeros();
        return subtree_at(level, start >> level);
    }
    let middle = start + split(count);
    // At most as deep as a 64-bit number has digits.
    let left = range_root(start, middle, subtree_at)?;
    Ok(node(&left, &range_root(middle, end, subtree_at)?))
}

fn size_of(leaves: &[Hash]) -> i64 {
    i64::try_from(leaves.len()).unwrap_or(i64::MAX)
}

/// A perfect subtree of leaves in memory.
fn subtree(leaves: &[Hash], level: u32, index: i64) -> Hash {
    let leaf = usize::try_from(index).ok().and_then(|index| leaves.get(index));
    match level.checked_sub(1) {
        None => leaf.copied().unwrap_or_else(empty_root),
        Some(below) => node(&subtree(leaves, below, index * 2), &subtree(leaves, below, index * 2 + 1)),
    }
}

fn in_memory(proof: Result<Vec<Hash>, Infallible>) -> Vec<Hash> {
    match proof {
        Ok(proof) => proof,
        Err(never) => match never {},
    }
}
