"""Vectors for entries, trees, proofs, heads and evidence."""

import hashlib

import crypto
from crypto import Key, b64, canonical, leaf
from objects import HASH, OTHER, numbered, octets

HOST = Key("a.example", "k1")


def entry(seq, **changes):
    return {"event": "$" + HASH, "host_ts": 1790000000000 + seq, "seq": seq, "term": 1, **changes}


def without(value, name):
    return {key: item for key, item in value.items() if key != name}


def entries():
    """An entry alone, and after another one."""
    alone = lambda value: octets(canonical(value))
    good = [
        ("LOG-6", "an entry", entry(0)),
        ("LOG-6", "another seq, another leaf", entry(1)),
        ("LOG-2", "the largest numbers", entry(2**53 - 1, host_ts=2**53 - 1, term=2**53 - 1)),
        ("LOG-2", "the least", entry(0, host_ts=0)),
    ]
    bad = [
        ("LOG-1", "no host_ts", without(entry(0), "host_ts")),
        ("LOG-1", "a fifth member", {**entry(0), "root": HASH}),
        ("LOG-1", "an event without its sigil", entry(0, event=HASH)),
        ("LOG-2", "a negative seq", entry(-1)),
        ("LOG-2", "a negative time", entry(0, host_ts=-1)),
        ("LOG-2", "term 0", entry(0, term=0)),
    ]
    cases = [(rule, why, alone(value), {"leaf": b64(leaf(value))}) for rule, why, value in good]
    cases += [(rule, why, alone(value), "bad_header") for rule, why, value in bad]
    cases.append(("JSON-9", "a space", octets(canonical(entry(0)).replace(b":0", b": 0")), "not_canonical"))
    return numbered("entries", cases)


def chain():
    """Whether an entry can stand after another one (none: at the beginning)."""
    pair = lambda before, after: {"previous": before, "entry": after}
    late = {"host_ts": 1790000000009}
    good = [
        ("LOG-3", "the first", pair(None, entry(0))),
        ("LOG-3", "the next", pair(entry(0), entry(1))),
        ("LOG-4", "in the same millisecond", pair(entry(5, **late), entry(6, **late))),
        ("LOG-5", "the next term", pair(entry(5), entry(6, term=2))),
    ]
    bad = [
        ("LOG-3", "the first is not 0", pair(None, entry(1))),
        ("LOG-3", "a gap", pair(entry(0), entry(2))),
        ("LOG-3", "the same again", pair(entry(1), entry(1))),
        ("LOG-4", "time goes back", pair(entry(5, **late), entry(6, host_ts=1790000000008))),
        ("LOG-5", "the first term is not 1", pair(None, entry(0, term=2))),
        ("LOG-5", "the term goes back", pair(entry(5, term=2), entry(6, term=1))),
        ("LOG-5", "the term leaps", pair(entry(5), entry(6, term=3))),
    ]
    return numbered("chain", [(*case, {}) for case in good] + [(*case, "bad_entry") for case in bad])


def leaves(count):
    return [hashlib.sha256(f"leaf {number}".encode()).digest() for number in range(count)]


def texts(hashes):
    return [b64(octets_) for octets_ in hashes]


def roots():
    sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16]
    return numbered("roots", [("LOG-6", f"{size} leaves", {"leaves": texts(leaves(size))}, {"root": b64(crypto.root(leaves(size)))}) for size in sizes])


def inclusion():
    def given(size, index):
        tree = leaves(size)
        proof = texts(crypto.inclusion(index, tree))
        return {"leaf": b64(tree[index]), "index": index, "size": size, "proof": proof, "root": b64(crypto.root(tree))}

    good = [(f"leaf {index} of {size}", given(size, index)) for size, index in ((1, 0), (2, 1), (3, 2), (7, 0), (7, 6), (8, 5), (9, 8), (13, 11))]
    sound = given(13, 11)["proof"]
    broken = lambda **changes: {**given(13, 11), **changes}
    bad = [
        ("another leaf", broken(leaf=HASH)),
        ("another index", broken(index=10)),
        ("an index beyond the tree", broken(index=13)),
        ("a negative index", broken(index=-1)),
        ("another size", broken(size=12)),
        ("another root", broken(root=HASH)),
        ("a hash too few", broken(proof=sound[:-1])),
        ("a hash too many", broken(proof=[*sound, HASH])),
        ("hashes out of order", broken(proof=sound[::-1])),
        ("nothing in an empty tree", {**given(1, 0), "size": 0}),
        ("a hash for the only leaf", {**given(1, 0), "proof": [HASH]}),
    ]
    return numbered("inclusion", [("LOG-6", why, case, {}) for why, case in good] + [("LOG-6", why, case, "bad_proof") for why, case in bad])


def consistency():
    def given(old, new):
        tree = leaves(new)
        proof = texts(crypto.consistency(old, tree)) if 0 < old < new else []
        return {
            "old_size": old,
            "old_root": b64(crypto.root(tree[:old])),
            "new_size": new,
            "new_root": b64(crypto.root(tree)),
            "proof": proof,
        }

    pairs = ((1, 2), (2, 3), (3, 4), (3, 7), (4, 7), (6, 8), (7, 8), (8, 13), (5, 13), (7, 7), (0, 5), (0, 0))
    good = [(f"{old} leaves, then {new}", given(old, new)) for old, new in pairs]
    sound = given(5, 13)["proof"]
    broken = lambda **changes: {**given(5, 13), **changes}
    bad = [
        ("another old root", broken(old_root=HASH)),
        ("another new root", broken(new_root=HASH)),
        ("another old size", broken(old_size=6)),
        ("another new size", broken(new_size=17)),
        ("a hash too few", broken(proof=sound[1:])),
        ("a hash too many", broken(proof=[*sound, HASH])),
        ("hashes out of order", broken(proof=sound[::-1])),
        ("no proof", broken(proof=[])),
        ("no proof for a power of two", {**given(8, 13), "proof": []}),
        ("the smaller after the larger", broken(old_size=13, new_size=5)),
        ("the same size with another root", {**given(7, 7), "old_root": HASH}),
        ("the same size with a proof", {**given(7, 7), "proof": [HASH]}),
        ("an empty tree with another root", {**given(0, 5), "old_root": HASH}),
        ("an empty tree with a proof", {**given(0, 5), "proof": [HASH]}),
        ("a negative size", broken(old_size=-1)),
    ]
    return numbered("consistency", [("LOG-6", why, case, {}) for why, case in good] + [("LOG-6", why, case, "bad_proof") for why, case in bad])


def head(key=HOST, **changes):
    value = {
        "channel": "!" + HASH,
        "host": "a.example",
        "kid": "k1",
        "root": b64(crypto.root(leaves(5))),
        "size": 5,
        "term": 1,
        "ts": 1790000000460,
        **changes,
    }
    return {"head": value, "signature": key.sign("head", canonical(value))}


def heads():
    given = lambda signed, key=HOST: {"public": key.public, **octets(canonical(signed))}
    flipped = head()
    flipped["head"]["size"] = 6
    as_event = head()
    as_event["signature"] = HOST.sign("event", canonical(as_event["head"]))
    return numbered(
        "heads",
        [
            ("HEAD-3", "a head", given(head()), {}),
            ("HEAD-2", "the largest numbers", given(head(size=2**53 - 1, term=2**53 - 1, ts=2**53 - 1)), {}),
            ("HEAD-2", "the least", given(head(size=1, ts=0)), {}),
            ("HEAD-1", "no kid", given({**head(), "head": without(head()["head"], "kid")}), "bad_header"),
            ("HEAD-1", "a member that nobody knows", given(head(note="x")), "bad_header"),
            ("HEAD-1", "a third member beside the head", given({**head(), "note": "x"}), "bad_header"),
            ("HEAD-1", "a signature of 63 octets", given({**head(), "signature": b64(bytes(63))}), "bad_header"),
            ("HEAD-2", "of nothing", given(head(size=0)), "bad_header"),
            ("HEAD-2", "term 0", given(head(term=0)), "bad_header"),
            ("HEAD-2", "before 1970", given(head(ts=-1)), "bad_header"),
            ("HEAD-3", "another size than was signed", given(flipped), "bad_signature"),
            ("HEAD-3", "another key", given(head(), Key("a.example", "k2")), "bad_signature"),
            ("SIGN-1", "signed as an event", given(as_event), "bad_signature"),
            ("JSON-9", "a space", {"public": HOST.public, **octets(canonical(head()).replace(b'"size":', b'"size": '))}, "not_canonical"),
        ],
    )


def evidence():
    """What two heads show. `public` is the key of both."""

    def given(one, other, proof=None):
        found = {"a": one, "b": other}
        if proof is not None:
            found["proof"] = texts(proof)
        return {"public": HOST.public, "evidence": found}

    tree = leaves(13)
    at = lambda size, **changes: head(**{"size": size, "root": b64(crypto.root(tree[:size])), **changes})
    forged = at(5)
    forged["signature"] = HOST.sign("event", canonical(forged["head"]))
    proof = crypto.consistency(5, tree)
    cases = [
        ("HEAD-5", "the same head", given(at(5), at(5)), "consistent"),
        ("HEAD-5", "the same said later", given(at(5), at(5, ts=1790000000999)), "consistent"),
        ("HEAD-5", "the same size, another root", given(at(5), at(5, root=HASH)), "fork"),
        ("HEAD-6", "one extends the other", given(at(5), at(13), proof), "consistent"),
        ("HEAD-6", "in the other order", given(at(13), at(5), proof), "consistent"),
        ("HEAD-6", "no proof", given(at(5), at(13)), "open"),
        ("HEAD-6", "a proof that does not hold", given(at(5), at(13), proof[::-1]), "open"),
        ("HEAD-6", "another root, and nobody can prove it", given(at(5, root=HASH), at(13), proof), "open"),
        ("HEAD-4", "another channel", given(at(5), at(5, channel="!" + OTHER, root=HASH)), "nothing"),
        ("HEAD-4", "another term", given(at(5), at(5, term=2, root=HASH)), "nothing"),
        ("HEAD-4", "a signature that does not verify", given(forged, at(5, root=HASH)), "nothing"),
    ]
    return numbered("evidence", [(rule, why, case, {"finding": finding}) for rule, why, case, finding in cases])


