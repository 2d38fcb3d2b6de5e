use proptest::prelude::*;

use super::*;

/// RFC 9162 section 2.1, word by word and with no regard to cost.
mod naive {
    use sha2::{Digest as _, Sha256};

    use crate::protocol::ids::Hash;

    fn split(n: usize) -> usize {
        let mut k = 1;
        while k * 2 < n {
            k *= 2;
        }
        k
    }

    pub fn root(leaves: &[Hash]) -> Hash {
        match leaves.len() {
            0 => Hash(Sha256::digest(b"").into()),
            1 => leaves[0],
            n => {
                let (left, right) = leaves.split_at(split(n));
                Hash(Sha256::digest([&[1][..], &root(left).0, &root(right).0].concat()).into())
            }
        }
    }

    pub fn path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let k = split(leaves.len());
        let (left, right) = leaves.split_at(k);
        let (mut proof, last) =
            if m < k { (path(m, left), root(right)) } else { (path(m - k, right), root(left)) };
        proof.push(last);
        proof
    }

    pub fn subproof(m: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
        if m == leaves.len() {
            return if whole { Vec::new() } else { vec![root(leaves)] };
        }
        let k = split(leaves.len());
        let (left, right) = leaves.split_at(k);
        let (mut proof, last) = if m <= k {
            (subproof(m, left, whole), root(right))
        } else {
            (subproof(m - k, right, false), root(left))
        };
        proof.push(last);
        proof
    }
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|index| crate::protocol::sign::hash(b"leaf", &index.to_be_bytes())).collect()
}

fn frontier_of(leaves: &[Hash]) -> Frontier {
    let mut frontier = Frontier::new();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier
}

#[test]
fn the_leaf_of_a_known_entry() {
    let entry = Entry { event: EventId::from_hash(Hash([0; 32])), host_ts: 5, seq: 7, term: 1 };
    assert_eq!(entry.canonical(), serde_json_canonicalizer::to_vec(&entry).unwrap());
    // Computed with Python's hashlib.
    assert_eq!(entry.leaf().to_string(), "K-YoOhP1xcZ43Rid7e7EraHOptmOGwP2RC_p7n5N388");
    assert_eq!(Entry::parse(&entry.canonical()).unwrap(), entry);
    assert_eq!(
        Entry::parse(&Entry { term: 0, ..entry.clone() }.canonical()).unwrap_err().code(),
        "bad_header"
    );
    assert_eq!(
        Entry::parse(&[entry.canonical(), b" ".to_vec()].concat()).unwrap_err().code(),
        "not_canonical"
    );
}

#[test]
fn entries_follow_each_other() {
    let entry = |term, seq, host_ts| Entry { event: EventId::from_hash(Hash([0; 32])), host_ts, seq, term };
    let check = |previous: Entry, next: Entry| next.check_follows(Some(&previous));
    assert_eq!(entry(1, 0, 9).check_follows(None), Ok(()));
    assert_eq!(entry(2, 0, 9).check_follows(None), Err(EntryError::Term));
    assert_eq!(entry(1, 1, 9).check_follows(None), Err(EntryError::Seq));
    assert_eq!(check(entry(1, 0, 9), entry(1, 1, 9)), Ok(()));
    assert_eq!(check(entry(1, 0, 9), entry(2, 1, 10)), Ok(()));
    assert_eq!(check(entry(1, 0, 9), entry(1, 2, 9)), Err(EntryError::Seq));
    assert_eq!(check(entry(1, 0, 9), entry(1, 0, 9)), Err(EntryError::Seq));
    assert_eq!(check(entry(1, 0, 9), entry(1, 1, 8)), Err(EntryError::HostTs));
    assert_eq!(check(entry(2, 4, 9), entry(1, 5, 9)), Err(EntryError::Term));
    assert_eq!(check(entry(2, 4, 9), entry(4, 5, 9)), Err(EntryError::Term));
    assert_eq!(check(entry(1, 0, 9), entry(1, 1, 1 << 53)), Err(EntryError::Range));
    assert_eq!(check(entry(i64::MIN, i64::MAX, 9), entry(1, 1, 9)), Err(EntryError::Seq));
}

#[test]
fn every_small_tree_equals_the_naive_one() {
    let all = leaves(70);
    for size in 0..=all.len() {
        let leaves = &all[..size];
        let frontier = frontier_of(leaves);
        assert_eq!(frontier.size(), size as i64);
        assert_eq!(frontier.root(), naive::root(leaves), "size {size}");
        let stored = Frontier::from_bytes(frontier.size(), &frontier.to_bytes()).unwrap();
        assert_eq!(stored, frontier);
    }
}

#[test]
fn every_small_proof_equals_the_naive_one_and_verifies() {
    let all = leaves(34);
    for size in 1..=all.len() {
        let leaves = &all[..size];
        let root = naive::root(leaves);
        for index in 0..size {
            let proof = inclusion_proof(leaves, index as i64);
            assert_eq!(proof, naive::path(index, leaves), "{index} in {size}");
            assert!(verify_inclusion(&leaves[index], index as i64, size as i64, &proof, &root));
        }
        for old in 1..=size {
            let proof = consistency_proof(leaves, old as i64);
            assert_eq!(proof, naive::subproof(old, leaves, true), "{old} in {size}");
            let old_root = naive::root(&leaves[..old]);
            assert!(verify_consistency(old as i64, &old_root, size as i64, &root, &proof), "{old} in {size}");
        }
    }
}

#[test]
fn an_empty_tree_is_a_prefix_of_all() {
    let root = naive::root(&leaves(5));
    assert!(verify_consistency(0, &empty_root(), 5, &root, &[]));
    assert!(verify_consistency(0, &empty_root(), 0, &empty_root(), &[]));
    assert!(!verify_consistency(0, &root, 5, &root, &[]));
    assert!(!verify_consistency(0, &empty_root(), 0, &root, &[]));
    assert!(!verify_consistency(0, &empty_root(), 5, &root, &[root]));
    assert!(inclusion_proof(&[], 0).is_empty());
    assert!(inclusion_proof(&leaves(3), 3).is_empty());
    assert!(inclusion_proof(&leaves(3), -1).is_empty());
    assert!(consistency_proof(&leaves(3), 4).is_empty());
}

#[test]
fn stored_frontiers_fit_their_size() {
    let bytes = frontier_of(&leaves(7)).to_bytes();
    assert_eq!(bytes.len(), 96);
    for (size, bytes) in
        [(7, &bytes[..95]), (7, &bytes[..64]), (6, &bytes[..]), (-1, &bytes[..]), (0, &bytes[..32])]
    {
        assert!(Frontier::from_bytes(size, bytes).is_err(), "{size}");
    }
    assert!(Frontier::from_bytes(i64::MIN, &bytes[..32]).is_err());
    assert!(Frontier::from_bytes(1 << 53, &bytes[..32]).is_err());
}

#[test]
fn a_tree_tells_of_smaller_ones() {
    let leaves = leaves(130);
    for size in 0..=leaves.len() {
        for most in 0..=size {
            let smaller = frontier_of(&leaves[..size]).within(i64::try_from(most).expect("small"));
            let had = usize::try_from(smaller.size()).expect("small");
            // As large as it can be: what it lacks is less than one of the larger tree's perfect subtrees.
            assert!(had <= most && most - had < size.max(1).next_power_of_two());
            assert_eq!(smaller, frontier_of(&leaves[..had]));
            assert_eq!(Frontier::from_peaks(smaller.size(), smaller.peaks().to_vec()), Ok(smaller.clone()));
        }
    }
}

#[test]
fn stored_subtrees_prove_without_leaves() {
    let leaves = leaves(21);
    let mut stored = std::collections::BTreeMap::new();
    let mut frontier = Frontier::new();
    for leaf in &leaves {
        frontier.push_with(*leaf, |level, index, hash| {
            assert_eq!(stored.insert((level, index), hash), None);
        });
    }
    let mut at = |level, index| stored.get(&(level, index)).copied().ok_or((level, index));
    for index in 0..21 {
        assert_eq!(inclusion_proof_with(21, index, &mut at), Ok(inclusion_proof(&leaves, index)));
        assert_eq!(consistency_proof_with(index, 21, &mut at), Ok(consistency_proof(&leaves, index)));
    }
    // A subtree that nobody stored: the caller's error comes back.
    assert_eq!(inclusion_proof_with(22, 0, &mut at), Err((1, 10)));
}

proptest! {
    #[test]
    fn tampered_inclusion_fails(size in 2usize..200, index: prop::sample::Index, what in 0..7, at: prop::sample::Index, byte in 0usize..32) {
        let leaves = leaves(size);
        let index = index.index(size);
        let root = frontier_of(&leaves).root();
        let (mut leaf, mut place, mut count) = (leaves[index], index as i64, size as i64);
        let (mut proof, mut tampered_root) = (inclusion_proof(&leaves, place), root);
        prop_assert!(verify_inclusion(&leaf, place, count, &proof, &root));
        match what {
            0 => leaf.0[byte] ^= 1,
            1 => place = (place + 1) % count,
            2 => { let at = at.index(proof.len()); proof[at].0[byte] ^= 1; }
            3 => proof.push(root),
            4 => drop(proof.pop()),
            5 => tampered_root.0[byte] ^= 1,
            _ => count = place,
        }
        prop_assert!(!verify_inclusion(&leaf, place, count, &proof, &tampered_root));
    }

    #[test]
    fn tampered_consistency_fails(size in 2usize..200, old: prop::sample::Index, what in 0..5, at: prop::sample::Index, byte in 0usize..32) {
        let leaves = leaves(size);
        let old = 1 + old.index(size - 1);
        let (mut old_root, mut root) = (frontier_of(&leaves[..old]).root(), frontier_of(&leaves).root());
        let mut proof = consistency_proof(&leaves, old as i64);
        prop_assert!(verify_consistency(old as i64, &old_root, size as i64, &root, &proof));
        match what {
            0 => old_root.0[byte] ^= 1,
            1 => root.0[byte] ^= 1,
            2 => { let at = at.index(proof.len()); proof[at].0[byte] ^= 1; }
            3 => proof.push(root),
            _ => drop(proof.pop()),
        }
        prop_assert!(!verify_consistency(old as i64, &old_root, size as i64, &root, &proof));
    }

    /// A host that rewrote one leaf of the past cannot prove that it did not.
    #[test]
    fn rewritten_history_has_no_proof(size in 2usize..100, old: prop::sample::Index, at: prop::sample::Index) {
        let honest = leaves(size);
        let old = 1 + old.index(size - 1);
        let mut rewritten = honest.clone();
        rewritten[at.index(old)].0[0] ^= 1;
        let proof = consistency_proof(&rewritten, old as i64);
        let (old_root, root) = (frontier_of(&honest[..old]).root(), frontier_of(&rewritten).root());
        prop_assert!(!verify_consistency(old as i64, &old_root, size as i64, &root, &proof));
    }

    #[test]
    fn verifiers_never_panic(a: i64, b: i64, hashes in prop::collection::vec(any::<[u8; 32]>(), 0..60)) {
        let proof: Vec<_> = hashes.into_iter().map(Hash).collect();
        let root = empty_root();
        prop_assert!(!verify_inclusion(&root, a, b, &proof, &root));
        let _ = verify_consistency(a, &root, b, &root, &proof);
        let _ = verify_consistency(a & 0xff, &root, b & 0xffff, &root, &proof);
    }
}
