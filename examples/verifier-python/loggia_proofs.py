"""Chapter 5: proofs between trees, and what two heads show."""

import hashlib

from loggia_format import HASH_BYTES, HEAD_DOMAIN, NODE_PREFIX, canonical, decode, encode, verifies

MAX_HASHES = 54
EMPTY_ROOT = encode(hashlib.sha256().digest())


def _node(left, right):
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


def _climb(first, second, hashes, step):
    """The walk that both proofs share: `step(hash, is_left)` for each hash. False if it ends too early or too late."""
    for node in hashes:
        if second == 0:
            return False
        is_left = first & 1 == 1 or first == second
        step(node, is_left)
        while is_left and first & 1 == 0 and first != 0:
            first, second = first >> 1, second >> 1
        first, second = first >> 1, second >> 1
    return second == 0


def is_included(leaf, index, size, proof, root):
    if not 0 <= index < size or len(proof) > MAX_HASHES:
        return False
    found = decode(leaf, HASH_BYTES)

    def step(node, is_left):
        nonlocal found
        found = _node(node, found) if is_left else _node(found, node)

    return _climb(index, size - 1, [decode(node, HASH_BYTES) for node in proof], step) and encode(found) == root


def is_consistent(old_size, old_root, new_size, new_root, proof):
    if not 0 <= old_size <= new_size or len(proof) > MAX_HASHES:
        return False
    if old_size in (0, new_size):
        return not proof and old_root == (new_root if old_size == new_size else EMPTY_ROOT)
    hashes = [decode(node, HASH_BYTES) for node in ([old_root] if old_size & (old_size - 1) == 0 else []) + proof]
    if not hashes or not proof:
        return False
    first, second = old_size - 1, new_size - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    old = new = hashes[0]

    def step(node, is_left):
        nonlocal old, new
        old, new = (_node(node, old), _node(node, new)) if is_left else (old, _node(new, node))

    return _climb(first, second, hashes[1:], step) and (encode(old), encode(new)) == (old_root, new_root)


def finding(evidence, key):
    """HEAD-4 to HEAD-6: what two heads of one key show."""
    one, other = sorted((evidence["a"], evidence["b"]), key=lambda signed: signed["head"]["size"])
    if any(not verifies(key, HEAD_DOMAIN, canonical(signed["head"]), signed["signature"]) for signed in (one, other)):
        return "nothing"
    a, b = one["head"], other["head"]
    if (a["channel"], a["term"]) != (b["channel"], b["term"]):
        return "nothing"
    if a["size"] == b["size"]:
        return "consistent" if a["root"] == b["root"] else "fork"
    proof = evidence.get("proof")
    holds = proof is not None and is_consistent(a["size"], a["root"], b["size"], b["root"], proof)
    return "consistent" if holds else "open"
