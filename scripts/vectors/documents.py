"""Vectors for key documents (chapter 8): form, signatures, times, keys, and what may follow what."""

from crypto import Key, b64, canonical, digest, known_key
from objects import numbered, octets

SERVER = "b.example"
NOW = 1790000000000
HOUR = 3_600_000
DAY = 24 * HOUR
ROOT = Key(SERVER, "root")
SMALL = b64(bytes([1]) + bytes(31))  # the encoding of a point of low order
# KEYDOC-12: private keys that stand in RFC 8032 section 7 and RFC 9421 appendix B.1.4, and the one of noughts.
KNOWN = {
    "RFC 8032, TEST 1": "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "RFC 8032, TEST 2": "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "RFC 8032, TEST 3": "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "RFC 8032, TEST 1024": "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
    "RFC 8032, TEST SHA(abc)": "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    "RFC 8032, Ed25519ctx": "0305334e381af78f141cb666f6199f57bc3495335a256a95bd2a55bf546663f6",
    "RFC 8032, Ed25519ctx, the other": "ab9c2853ce297ddab85c993b3ae14bcad39b2c682beabc27d6d4eb20711d6560",
    "RFC 9421, test-key-ed25519": "9f8362f87a484a954e6e740c5b4c0e84229139a20aa8ab56ff66586f6a7d29c5",
    "noughts": "00" * 32,
}


def published(kid="k1", from_ts=NOW - DAY, until_ts=None):
    key = {"from_ts": from_ts, "kid": kid, "public": Key(SERVER, kid).public}
    return key if until_ts is None else {**key, "until_ts": until_ts}


def key_set(*keys, **changes):
    made = {"keys": list(keys) or [published()], "root": ROOT.public, "serial": 1, "server": SERVER, **changes}
    return {name: value for name, value in made.items() if value is not None}


def hash_of(value):
    return b64(digest("keyset", canonical(value)))


def later(before, *keys, **changes):
    return key_set(*keys, **{"serial": before["serial"] + 1, "prev": hash_of(before), **changes})


def document(of=None, root=ROOT, signer=None, unsigned=(), **changes):
    """A document as it is published. What `unsigned` names is changed after it was signed."""
    of = of or key_set()
    made = {
        **of,
        "endpoint": "https://chat.b.example:8448",
        "kid": "k1",
        "root_signature": root.sign("keyset", canonical(of)),
        "ts": NOW,
        "valid_until": NOW + 7 * DAY,
        "versions": [1],
        **changes,
    }
    made = {name: value for name, value in made.items() if value is not None}
    signer = signer or Key(SERVER, made.get("kid", "k1"))
    return {**made, "signature": signer.sign("keys", canonical(made)), **dict(unsigned)}


def check():
    """A document as it came, the server that was asked, and the reader's clock."""
    given = lambda made, now=NOW, server=SERVER: {"server": server, "now": now, **octets(made if isinstance(made, str) else canonical(made))}
    first = key_set()
    two = later(first, published("k2", NOW), published("k1", until_ts=NOW + HOUR))
    sixteen = [published(f"k{number}") for number in range(1, 17)]
    outcome = lambda kids=("k1",), serial=1: {"kids": list(kids), "serial": serial}
    good = [
        ("KEYDOC-1", "a first document", given(document()), outcome()),
        ("KEYDOC-1", "a second set, after a change of keys", given(document(two, kid="k2")), outcome(("k2", "k1"), 2)),
        ("KEYDOC-3", "the old key still signs it", given(document(two)), outcome(("k2", "k1"), 2)),
        ("KEYDOC-4", "sixteen keys", given(document(key_set(*sixteen))), outcome([key["kid"] for key in sixteen])),
        ("KEYDOC-4", "300 seconds ahead of the reader", given(document(), NOW - 300_000), outcome()),
        ("KEYDOC-4", "its last millisecond", given(document(), NOW + 7 * DAY - 1), outcome()),
        ("KEYDOC-4", "valid for an hour", given(document(valid_until=NOW + HOUR)), outcome()),
        ("KEYDOC-5", "a key whose time comes within 300 seconds", given(document(key_set(published("k1", NOW + 300_000)))), outcome()),
        ("KEYDOC-6", "an endpoint without a port", given(document(endpoint="https://b.example")), outcome()),
        ("KEYDOC-6", "an endpoint of another name", given(document(endpoint="https://c.example:1")), outcome()),
        ("KEYDOC-1", "more versions than one", given(document(versions=[1, 2])), outcome()),
        ("KEYDOC-1", "sixteen versions", given(document(versions=list(range(1, 17)))), outcome()),
    ]
    text = canonical(document()).decode()
    thief = Key("c.example", "k1")
    without = lambda name: {key: value for key, value in document().items() if key != name}
    no_prev = key_set(serial=2)
    bad = [
        ("KEYDOC-1", "no JSON", given("{"), "bad_json"),
        ("KEYDOC-1", "too large", given('"' + "a" * 65536 + '"'), "too_large"),
        ("KEYDOC-1", "a space", given(text.replace(":", ": ", 1)), "not_canonical"),
        ("KEYDOC-1", "no object", given("[]"), "bad_header"),
        *(("KEYDOC-1", f"no {name}", given(without(name)), "bad_header") for name in sorted(document())),
        ("KEYDOC-1", "one field more", given(document(note="x")), "bad_header"),
        ("KEYDOC-1", "null for a prev", given({**document(), "prev": None}), "bad_header"),
        ("KEYDOC-1", "a first set with a prev", given(document(key_set(prev=hash_of(first)))), "bad_header"),
        ("KEYDOC-1", "a second set without one", given(document(no_prev)), "bad_header"),
        ("KEYDOC-1", "serial 0", given(document(key_set(serial=0))), "bad_header"),
        ("KEYDOC-1", "no versions", given(document(versions=[])), "bad_header"),
        ("KEYDOC-1", "version 0", given(document(versions=[0])), "bad_header"),
        ("KEYDOC-1", "seventeen versions", given(document(versions=list(range(1, 18)))), "bad_header"),
        ("KEYDOC-1", "another server's", given(document(), server="c.example"), "other_server"),
        ("KEYDOC-2", "another root signed the set", given(document(root=thief)), "bad_signature"),
        ("KEYDOC-2", "a key that the root did not sign", given(document(unsigned=[("keys", [published("k1"), published("k2")])])), "bad_signature"),
        ("KEYDOC-2", "another serial than the root signed", given(document({**first, "serial": 2, "prev": hash_of(first)}, root_signature=document()["root_signature"])), "bad_signature"),
        ("KEYDOC-2", "signed as a document, not as a set", given(document(root_signature=ROOT.sign("keys", canonical(first)))), "bad_signature"),
        ("KEYDOC-2", "a root that is no key (SIGN-3)", given(document(key_set(root=SMALL))), "bad_header"),
        ("KEYDOC-3", "signed by a key that it does not hold", given(document(kid="k2")), "key_unknown"),
        ("KEYDOC-3", "signed by a key that has ended", given(document(key_set(published("k1", until_ts=NOW)))), "key_expired"),
        ("KEYDOC-3", "signed by another key than it says", given(document(signer=thief)), "bad_signature"),
        ("KEYDOC-3", "signed by the root itself", given(document(signer=ROOT)), "bad_signature"),
        ("KEYDOC-3", "another endpoint than was signed", given(document(unsigned=[("endpoint", "https://evil.example")])), "bad_signature"),
        ("KEYDOC-3", "a later end than was signed", given(document(valid_until=NOW + HOUR, unsigned=[("valid_until", NOW + 7 * DAY)])), "bad_signature"),
        ("KEYDOC-3", "signed as a set, not as a document", given({**document(), "signature": Key(SERVER, "k1").sign("keyset", canonical(without("signature")))}), "bad_signature"),
        ("KEYDOC-4", "valid for 7 days and a millisecond", given(document(valid_until=NOW + 7 * DAY + 1)), "not_now"),
        ("KEYDOC-4", "over", given(document(), NOW + 7 * DAY), "not_now"),
        ("KEYDOC-4", "301 seconds ahead of the reader", given(document(), NOW - 301_000), "not_now"),
        ("KEYDOC-4", "it ends before it begins", given(document(ts=NOW + 200_000, valid_until=NOW + 100_000)), "not_now"),
        ("KEYDOC-4", "seventeen keys", given(document(key_set(*sixteen, published("k17")))), "bad_header"),
        ("KEYDOC-4", "no keys", given(document({**first, "keys": []})), "bad_header"),
        ("KEYDOC-4", "a key id twice", given(document(key_set(published(), published("k1", until_ts=NOW + HOUR)))), "bad_header"),
        ("KEYDOC-4", "a key that ends before it begins", given(document(key_set(published(), published("k2", NOW, NOW - 1)))), "bad_header"),
        ("KEYDOC-5", "a key whose time comes in 301 seconds", given(document(key_set(published("k1", NOW + 301_000)))), "key_expired"),
        *(
            ("KEYDOC-6", why, given(document(endpoint=endpoint)), "bad_header")
            for why, endpoint in [
                ("HTTP", "http://b.example"),
                ("an address", "https://127.0.0.1"),
                ("an IPv6 address", "https://[::1]"),
                ("an address as a number", "https://b.0x7f"),
                ("a path", "https://b.example/chat"),
                ("a slash at the end", "https://b.example/"),
                ("a query", "https://b.example?a"),
                ("somebody's name", "https://bob@b.example"),
                ("port 0", "https://b.example:0"),
                ("no port after the colon", "https://b.example:"),
                ("a port with a nought in front", "https://b.example:0443"),
                ("port 65536", "https://b.example:65536"),
                ("a signed port", "https://b.example:+443"),
                ("upper case", "https://B.example"),
                ("one label", "https://localhost"),
                ("a dot at the end", "https://b.example."),
            ]
        ),
    ]  # fmt: skip
    for name, seed in KNOWN.items():
        known = known_key(seed)
        of = key_set({**published(), "public": known.public})
        bad.append(("KEYDOC-12", f"the key of {name}", given(document(of, signer=known)), "insecure_key"))
    known = known_key(KNOWN["RFC 8032, TEST 1"])
    bad.append(("KEYDOC-12", "a root that everybody has", given(document(key_set(root=known.public), root=known)), "insecure_key"))
    return numbered("documents/check", good + bad)


def keys():
    """Which key of a set signs requests now."""
    of = key_set(published(), published("k2", NOW - DAY, NOW), published("k3", NOW), published("k4", NOW - DAY, NOW + HOUR))
    given = lambda kid, now=NOW: {"set": of, "kid": kid, "now": now}
    key = lambda kid: {"public": Key(SERVER, kid).public}
    good = [
        ("without an end", given("k1"), key("k1")),
        ("in years", given("k1", NOW + 10_000 * DAY), key("k1")),
        ("the last millisecond", given("k2", NOW - 1), key("k2")),
        ("300 seconds early", given("k3", NOW - 300_000), key("k3")),
        ("the first millisecond", given("k3"), key("k3")),
        ("replaced, within the hour", given("k4", NOW + HOUR - 1), key("k4")),
    ]
    bad = [
        ("no such id", given("k9"), "key_unknown"),
        ("an id that begins alike", given("k"), "key_unknown"),
        ("when it ends", given("k2"), "key_expired"),
        ("long after", given("k2", NOW + DAY), "key_expired"),
        ("301 seconds early", given("k3", NOW - 301_000), "key_expired"),
        ("replaced, after the hour", given("k4", NOW + HOUR), "key_expired"),
    ]
    return numbered("documents/keys", [("KEYDOC-5", *case) for case in good + bad])


def chain():
    """A key set that a reader knows, and the one that it is shown."""
    one = key_set()
    two = later(one, published("k2", NOW), published("k1", until_ts=NOW + HOUR))
    other = later(one, published("k3", NOW))
    three = later(two, published("k3", NOW))
    stranger = key_set(root=Key("c.example", "root").public)
    four = later(three, published("k4", NOW))
    signed = lambda of, root=ROOT: {"root_signature": root.sign("keyset", canonical(of)), "set": of}
    given = lambda known, shown, *between: {"known": known, "shown": shown, **({"between": list(between)} if between else {})}
    good = [
        ("KEYDOC-8", "the same", given(one, one)),
        ("KEYDOC-8", "the next", given(one, two)),
        ("KEYDOC-8", "and the next", given(two, three)),
        ("KEYDOC-8", "one was missed, and asked for", given(one, three, signed(two))),
        ("KEYDOC-8", "two were, and more came than was missed", given(one, four, *map(signed, (one, two, three, four)))),
        ("KEYDOC-7", "the same root with other keys", given(two, three)),
    ]
    bad = [
        ("KEYDOC-7", "another root", given(one, stranger), "new_root"),
        ("KEYDOC-7", "another root that goes on", given(one, later(one, root=stranger["root"])), "new_root"),
        ("KEYDOC-7", "another root, and an older set", given(three, stranger), "new_root"),
        ("KEYDOC-8", "back by one", given(two, one), "rolled_back"),
        ("KEYDOC-8", "back to the first", given(three, one), "rolled_back"),
        ("KEYDOC-8", "two sets of one serial", given(two, other), "broken_chain"),
        ("KEYDOC-8", "two first sets", given(one, key_set(published("k2"))), "broken_chain"),
        ("KEYDOC-8", "the next, but of another", given(other, three), "broken_chain"),
        ("KEYDOC-8", "the next, of nothing known", given(one, later(one, prev=hash_of(two))), "broken_chain"),
        ("KEYDOC-8", "one was missed, and is not there", given(one, three), "broken_chain"),
        ("KEYDOC-8", "of two that were missed the first is not there", given(one, four, signed(three)), "broken_chain"),
        ("KEYDOC-8", "of two that were missed the second is not there", given(one, four, signed(two)), "broken_chain"),
        ("KEYDOC-8", "another lies between", given(one, three, signed(other)), "broken_chain"),
        ("KEYDOC-8", "another's root signed what lies between", given(one, three, signed(two, Key("c.example", "root"))), "broken_chain"),
    ]
    return numbered("documents/chain", [(*case, {}) for case in good] + bad)


def redirects():
    """Where a redirect of the document may lead: the field `location` of the answer."""
    at = lambda location: {"server": SERVER, "location": location}
    to = lambda path: {"url": f"https://{SERVER}{path}"}
    good = [
        ("a path", at("/loggia/keys"), to("/loggia/keys")),
        ("a relative path", at("loggia2"), to("/.well-known/loggia2")),
        ("the whole", at("https://b.example/x?y=1"), to("/x?y=1")),
        ("the port of HTTPS", at("https://b.example:443/x"), to("/x")),
    ]
    bad = [
        ("another host", at("https://c.example/.well-known/loggia")),
        ("a name below", at("https://www.b.example/.well-known/loggia")),
        ("another host without a scheme", at("//c.example/x")),
        ("HTTP", at("http://b.example/x")),
        ("another port", at("https://b.example:8448/x")),
        ("an address", at("https://127.0.0.1/x")),
        ("somebody's name", at("https://me@b.example/x")),
        ("a file", at("file:///etc/passwd")),
    ]
    return numbered("documents/redirects", [("KEYDOC-10", *case) for case in good] + [("KEYDOC-10", why, case, "refused") for why, case in bad])


def addresses():
    """What a name was found to stand for."""
    good = ["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "198.20.0.1", "223.255.255.255", "2606:4700::1111", "2a00::1", "2001:200::1"]  # fmt: skip
    bad = [
        ("this network", "0.0.0.0"), ("private", "10.0.0.1"), ("private", "172.16.0.1"), ("private", "192.168.1.1"), ("shared", "100.64.0.1"),
        ("this machine", "127.0.0.1"), ("this link", "169.254.169.254"), ("for documentation", "192.0.2.1"), ("6to4", "192.88.99.1"),
        ("for measurements", "198.18.0.1"), ("many receivers", "224.0.0.1"), ("reserved", "240.0.0.1"), ("everybody", "255.255.255.255"),
        ("none", "::"), ("this machine", "::1"), ("IPv4 inside", "::ffff:127.0.0.1"), ("IPv4 inside, though public", "::ffff:1.1.1.1"),
        ("NAT64", "64:ff9b::7f00:1"), ("Teredo", "2001::1"), ("for documentation", "2001:db8::1"), ("6to4", "2002:7f00:1::1"),
        ("for documentation", "3fff::1"), ("unique local", "fd12::1"), ("this link", "fe80::1"), ("many receivers", "ff02::1"),
    ]  # fmt: skip
    cases = [("KEYDOC-11", "public", {"address": address}, {}) for address in good]
    return numbered("documents/addresses", cases + [("KEYDOC-11", why, {"address": address}, "refused") for why, address in bad])
