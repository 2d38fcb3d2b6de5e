"""Vectors for JSON, names, events, bodies and signatures: each case is written down by hand, with what must come of it."""

import hashlib

from crypto import BASE, ORDER, Key, b64, canonical, digest, encode, multiply, scalar_of, unb64

ZERO = "A" * 43
HASH = b64(bytes(range(32)))
OTHER = b64(bytes(range(1, 33)))


def octets(value):
    """As text where it is some, else as hexadecimal digits."""
    if isinstance(value, str):
        return {"text": value}
    try:
        return {"text": value.decode()}
    except UnicodeDecodeError:
        return {"hex": value.hex()}


def numbered(area, cases):
    """[(rule, why, input, expect)] as vectors with ids."""
    counts, made = {}, []
    for rule, why, given, expect in cases:
        counts[rule] = counts.get(rule, 0) + 1
        expect = {"reject": expect} if isinstance(expect, str) else {"ok": expect}
        made.append({"id": f"{area}/{rule}/{counts[rule]}", "rule": rule, "why": why, "input": given, "expect": expect})
    return made


def json_parse():
    """Octets that are signed: canonical, or refused."""
    deep = lambda depth: "[" * depth + "]" * depth
    large = lambda size: '"' + "a" * (size - 2) + '"'
    good = [
        ("JSON-9", "an empty object", "{}"),
        ("JSON-9", "literals", "[null,true,false]"),
        ("JSON-9", "sorted keys, no spaces", '{"a":1,"b":[2,"c"]}'),
        ("JSON-9", "short escapes", r'"\b\t\n\f\r\"\\"'),
        ("JSON-9", "the other control characters, in lower case", r'"\u0001\u001f"'),
        ("JSON-9", "everything else as itself", '"/\u007f\u0080\u2028\u20ac\U0001f600"'),
        ("JSON-9", "keys in the order of UTF-16: U+1F600 before U+FB33", '{"\U0001f600":1,"\ufb33":2}'),
        ("JSON-9", "the empty key comes first", '{"":0,"\u0080":1}'),
        ("JSON-2", "the largest integers", "[9007199254740991,-9007199254740991]"),
        ("JSON-2", "nought", "0"),
        ("JSON-4", "sixteen containers", deep(16)),
        ("JSON-1", "as large as can be", large(65536)),
    ]
    bad = [
        ("JSON-1", "one octet too many", large(65537), "too_large"),
        ("JSON-2", "2^53", "9007199254740992", "bad_json"),
        ("JSON-2", "-2^53", "-9007199254740992", "bad_json"),
        ("JSON-2", "beyond 64 bits", "18446744073709551616", "bad_json"),
        ("JSON-3", "NUL in a string", r'"a\u0000b"', "bad_json"),
        ("JSON-3", "NUL in a key", r'{"\u0000":1}', "bad_json"),
        ("JSON-4", "seventeen containers", deep(17), "bad_json"),
        ("JSON-4", "seventeen, mixed", '{"a":' * 8 + deep(9) + "}" * 8, "bad_json"),
        ("JSON-5", "a fraction", "1.5", "bad_json"),
        ("JSON-5", "a whole number with a fraction", "1.0", "bad_json"),
        ("JSON-5", "an exponent", "1e2", "bad_json"),
        ("JSON-5", "minus zero", "-0", "bad_json"),
        ("JSON-6", "no UTF-8", b'"\xff"', "bad_json"),
        ("JSON-6", "an overlong encoding", b'"\xc0\xaf"', "bad_json"),
        ("JSON-6", "a surrogate in UTF-8", b'"\xed\xa0\x80"', "bad_json"),
        ("JSON-6", "a lone surrogate as an escape", r'"\ud83d"', "bad_json"),
        ("JSON-6", "surrogates in the wrong order", r'"\ude00\ud83d"', "bad_json"),
        ("JSON-6", "a byte order mark", b"\xef\xbb\xbf{}", "bad_json"),
        ("JSON-7", "a key twice", '{"a":1,"a":1}', "bad_json"),
        ("JSON-7", "a key twice, once escaped", r'{"a":1,"\u0061":2}', "bad_json"),
        ("JSON-8", "two values", "{} {}", "bad_json"),
        ("JSON-8", "nothing at all", "", "bad_json"),
        ("JSON-8", "a comma too many", "[1,]", "bad_json"),
        ("JSON-8", "a comment", "/**/{}", "bad_json"),
        ("JSON-8", "a number that begins with nought", "01", "bad_json"),
        ("JSON-8", "not a number", "NaN", "bad_json"),
        ("JSON-9", "a space", '{"a": 1}', "not_canonical"),
        ("JSON-9", "a line feed at the end", "{}\n", "not_canonical"),
        ("JSON-9", "keys out of order", '{"b":1,"a":2}', "not_canonical"),
        ("JSON-9", "keys in the order of code points", '{"\ufb33":2,"\U0001f600":1}', "not_canonical"),
        ("JSON-9", "a needless escape", r'"\u0061"', "not_canonical"),
        ("JSON-9", "an escaped slash", r'"\/"', "not_canonical"),
        ("JSON-9", "upper-case digits", r'"\u001F"', "not_canonical"),
        ("JSON-9", "a long escape where there is a short one", r'"\u000a"', "not_canonical"),
        ("JSON-9", "a pair of surrogates escaped", r'"\ud83d\ude00"', "not_canonical"),
    ]
    cases = [(rule, why, octets(text), {}) for rule, why, text in good]
    return numbered("json", cases + [(rule, why, octets(text), code) for rule, why, text, code in bad])


def json_write():
    """Acceptable JSON in any spelling, and its canonical one."""
    cases = [
        ("JSON-9", "spaces and order", ' { "b" : [ 1 , 2 ] , "a" : { } } ', {"b": [1, 2], "a": {}}),
        ("JSON-9", "escapes", r'"\u20ac\u0024\u000F\u000aA\u0027\u0042\u0022\u005c\\\"\/"', "\u20ac$\u000f\nA'B\"\\\\\"/"),
        (
            "JSON-9",
            "the keys of RFC 8785, section 3.2.3",
            r'{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",'
            r'"\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}',
            {
                "\u20ac": "Euro Sign",
                "\r": "Carriage Return",
                "\ufb33": "Hebrew Letter Dalet With Dagesh",
                "1": "One",
                "\U0001f600": "Emoji: Grinning Face",
                "\u0080": "Control",
                "\u00f6": "Latin Small Letter O With Diaeresis",
            },
        ),
    ]
    good = [(rule, why, {"text": text}, {"canonical": canonical(value).decode()}) for rule, why, text, value in cases]
    bad = [
        ("JSON-5", "not rounded", {"text": " 1.0 "}, "bad_json"),
        ("JSON-2", "not rounded either", {"text": "[9007199254740993]"}, "bad_json"),
        ("JSON-7", "not the last one either", {"text": '{"a":1, "a":2}'}, "bad_json"),
    ]
    return numbered("json-write", good + bad)


def names():
    good = {
        "server": ["a.example", "chat.xn--bcher-kva.example", "1a.2b", "a-b.c-d.e", "x.0x1g", "x.a1", "a" * 63 + ".example", ("a" * 55 + ".") * 4 + "abcdef"],
        "user": ["@alice:a.example", "@0:a.b", "@a._-:a.example", "@" + "a" * 64 + ":a.example"],
        "alias": ["#general:a.example"],
        "channel": ["!" + HASH, "!" + ZERO],
        "event": ["$" + HASH],
        "kid": ["k1", "0", "_", "a" * 32],
        "nonce": ["a", "A-z_9", "a" * 64],
        "hash": [HASH],
        "signature": ["A" * 86, "_" * 85 + "w"],
    }
    bad = {
        "server": [
            "", "localhost", "A.example", "a.example.", ".a.example", "a..example", "-a.example", "a-.example", "a_b.example", "a.example:8080", "127.0.0.1",
            "[::1]", "a.1", "a.0x1f", "a.0x", "b\u00fccher.example", "a" * 64 + ".example", ("a" * 55 + ".") * 4 + "abcdefg", "a.example\n",
        ],
        "user": ["alice:a.example", "@alice", "@:a.example", "@Alice:a.example", "@.alice:a.example", "@-a:a.example", "@al ice:a.example", "@alice:a", "@alice:a.example:1", "@" + "a" * 65 + ":a.example", "#alice:a.example"],
        "alias": ["@general:a.example", "#General:a.example", "#:a.example"],
        "channel": ["!" + HASH[:-1], "!" + HASH + "A", "$" + HASH, "!" + "A" * 42 + "B", "!" + "A" * 42 + "=", "!" + "A" * 42 + "+"],
        "event": ["!" + HASH, HASH, "$"],
        "kid": ["", "K1", "k-1", "a" * 33],
        "nonce": ["", "a b", "a=", "a" * 65, "\u00e4"],
        "hash": ["A" * 44, "A" * 42 + "F"],
        "signature": ["A" * 85, "A" * 85 + "B", "A" * 86 + "=="],
    }
    rules = {"server": "NAME-2", "user": "NAME-3", "alias": "NAME-3", "kid": "NAME-4", "nonce": "NAME-5"}
    cases = []
    for lists, expect in ((good, {}), (bad, "bad_header")):
        for kind, texts in lists.items():
            cases += [(rules.get(kind, "NAME-1"), f"a {kind}", {"kind": kind, "name": text}, expect) for text in texts]
    return numbered("names", cases)


def message(**changes):
    """A message's header; None takes a member away."""
    header = {
        "body_hash": HASH,
        "channel": "!" + HASH,
        "kid": "k1",
        "nonce": "n",
        "origin_ts": 1790000000123,
        "seen": {"root": HASH, "size": 1},
        "sender": "@alice:a.example",
        "type": "message",
        "v": 1,
        **changes,
    }
    return {name: value for name, value in header.items() if value is not None}


def state_event(kind, key, content, **changes):
    return message(type=kind, state={"content": content, "key": key}, **changes)


def events():
    to = "$" + HASH
    joined = {"membership": "joined"}
    create = dict(channel=None, seen=None, body_hash=None)
    founding = {"host": "a.example", "key": {"kid": "k1", "public": Key("a.example", "k1").public}, "kind": "channel", "rules": 1}
    good = [
        ("EVENT-12", "a message", message()),
        ("EVENT-12", "the same a millisecond later: another event", message(origin_ts=1790000000124)),
        ("EVENT-2", "the least and the largest numbers", message(origin_ts=0, seen={"root": HASH, "size": 2**53 - 1})),
        ("EVENT-3", "a genesis", state_event("channel.create", "", founding, **create)),
        ("EVENT-4", "a reply", message(relates={"rel": "reply", "to": to})),
        ("EVENT-4", "a message in a thread", message(relates={"rel": "thread", "to": to})),
        ("EVENT-4", "an edit", message(type="edit", relates={"rel": "edit", "to": to})),
        ("EVENT-4", "a reaction", message(type="reaction", relates={"rel": "react", "to": to})),
        ("EVENT-7", "a redaction without a body", message(type="redact", body_hash=None, relates={"rel": "redact", "to": to})),
        ("EVENT-5", "a type that nobody knows, with everything", state_event("org.example.vote", "k", {"x": None}, relates={"rel": "edit", "to": to})),
        ("EVENT-5", "and with nothing", message(type="org.example.vote", body_hash=None)),
        ("EVENT-6", "a member", state_event("member", "@bob:b.example", joined, body_hash=None)),
        ("EVENT-6", "a key of 320 octets", state_event("org.example.vote", "k" * 320, {})),
        ("EVENT-7", "a topic", state_event("channel.topic", "", {})),
        ("EVENT-8", "the longest type", message(type="a" * 64)),
    ]
    bad = [
        ("EVENT-1", "another version", message(v=2)),
        ("EVENT-2", "a negative time", message(origin_ts=-1)),
        ("EVENT-2", "nothing seen", message(seen={"root": HASH, "size": 0})),
        ("EVENT-3", "a message without a channel", message(channel=None)),
        ("EVENT-3", "a message that has seen nothing", message(seen=None)),
        ("EVENT-3", "a genesis that names a channel", state_event("channel.create", "", {}, seen=None, body_hash=None)),
        ("EVENT-3", "a genesis that has seen something", state_event("channel.create", "", {}, channel=None, body_hash=None)),
        ("EVENT-4", "an edit of nothing", message(type="edit")),
        ("EVENT-4", "an edit that reacts", message(type="edit", relates={"rel": "react", "to": to})),
        ("EVENT-4", "a message that edits", message(relates={"rel": "edit", "to": to})),
        ("EVENT-4", "a policy that replies", state_event("channel.policy", "", {}, relates={"rel": "reply", "to": to})),
        ("EVENT-5", "a message with state", state_event("message", "", {})),
        ("EVENT-5", "a member without state", message(type="member")),
        ("EVENT-6", "a key where there is one value", state_event("channel.name", "k", {})),
        ("EVENT-6", "content that is no object", state_event("member", "@bob:b.example", [])),
        ("EVENT-6", "a key of 321 octets", state_event("org.example.vote", "k" * 321, {})),
        ("EVENT-6", "a key of 162 characters and 324 octets", state_event("org.example.vote", "\u00e4" * 162, {})),
        ("EVENT-7", "a message without a body", message(body_hash=None)),
        ("EVENT-7", "a genesis with a body", state_event("channel.create", "", {}, channel=None, seen=None)),
        ("EVENT-7", "a key with a body", state_event("server.key", "a.example/k1", {})),
        ("EVENT-8", "a type in capitals", message(type="Message")),
        ("EVENT-8", "no type", message(type="")),
        ("EVENT-8", "a type that is too long", message(type="a" * 65)),
        ("EVENT-9", "a member that nobody knows", message(signature="A" * 86)),
        ("EVENT-9", "a member of seen that nobody knows", message(seen={"root": HASH, "size": 1, "term": 1})),
        ("EVENT-9", "a relation that nobody knows", message(relates={"rel": "like", "to": to})),
        ("EVENT-9", "no nonce", message(nonce=None)),
        ("EVENT-9", "a number as text", message(origin_ts="1790000000123")),
        ("EVENT-9", "no object", []),
    ]
    cases = [(rule, why, octets(canonical(header)), {"id": "$" + b64(digest("event", canonical(header)))}) for rule, why, header in good]
    cases += [(rule, why, octets(canonical(header)), "bad_header") for rule, why, header in bad]
    text = canonical(message()).decode()
    return numbered(
        "events",
        cases
        + [
            ("EVENT-9", "null for absent", octets(canonical({**message(), "relates": None})), "bad_header"),
            ("EVENT-10", "a space", octets(text.replace('"v":1', '"v": 1')), "not_canonical"),
            ("EVENT-10", "members out of order", octets('{"v":1,' + text[1:].replace(',"v":1', "")), "not_canonical"),
            ("EVENT-10", "a float", octets(text.replace('"v":1', '"v":1.0')), "bad_json"),
            ("EVENT-11", "too large", octets(canonical(state_event("org.example.vote", "", {"x": "a" * 65536}))), "too_large"),
        ],
    )


def bodies():
    salt = b64(bytes(range(16)))
    good = [
        ("BODY-1", "a message", {"content": {"text": "Hello **everybody**"}, "salt": salt}),
        ("BODY-1", "nothing in it", {"content": {}, "salt": salt}),
        ("BODY-1", "members that nobody knows", {"content": {"text": "a", "x": [None, {"y": -1}]}, "salt": salt}),
        ("BODY-2", "another salt, another hash", {"content": {"text": "Hello **everybody**"}, "salt": b64(bytes(16))}),
        ("BODY-1", "as deep as can be", {"content": {"a": json_depth(14)}, "salt": salt}),
    ]
    bad = [
        ("BODY-1", "no salt", {"content": {}}, "bad_header"),
        ("BODY-1", "no content", {"salt": salt}, "bad_header"),
        ("BODY-1", "content that is no object", {"content": "text", "salt": salt}, "bad_header"),
        ("BODY-1", "a salt of 15 octets", {"content": {}, "salt": b64(bytes(15))}, "bad_header"),
        ("BODY-1", "a salt with pad bits", {"content": {}, "salt": "A" * 21 + "B"}, "bad_header"),
        ("BODY-1", "a third member", {"content": {}, "kid": "k1", "salt": salt}, "bad_header"),
        ("BODY-1", "no object", [], "bad_header"),
        ("JSON-4", "too deep", {"content": {"a": json_depth(15)}, "salt": salt}, "bad_json"),
        ("BODY-3", "too large", {"content": {"text": "a" * 65536}, "salt": salt}, "too_large"),
    ]
    cases = [(rule, why, octets(canonical(body)), {"body_hash": b64(digest("body", canonical(body)))}) for rule, why, body in good]
    cases += [(rule, why, octets(canonical(body)), code) for rule, why, body, code in bad]
    cases.append(("JSON-9", "a space", octets('{"content": {},"salt":"' + salt + '"}'), "not_canonical"))
    return numbered("bodies", cases)


def json_depth(depth):
    value = []
    for _ in range(depth - 1):
        value = [value]
    return value


def signatures():
    key = Key("a.example", "k1")
    text = canonical(message())
    domain = "loggia/event/1\n"
    signature = key.sign("event", text)
    commitment, answer = signature_parts(signature)
    case = lambda **changes: {"public": key.public, "domain": domain, "text": text.decode(), "signature": signature, **changes}
    low_order = b64(bytes([1]) + bytes(31))
    good = [
        ("SIGN-1", "an event", case()),
        ("SIGN-1", "a head", case(domain="loggia/head/1\n", signature=key.sign("head", text))),
        ("SIGN-2", "an empty text", case(text="", signature=key.sign("event", b""))),
    ]
    bad = [
        ("SIGN-1", "another kind's signature", case(signature=key.sign("body", text)), "bad_signature"),
        ("SIGN-1", "a signature without a domain", case(signature=b64(key.sign_octets(text))), "bad_signature"),
        ("SIGN-2", "another text", case(text=text.decode() + " "), "bad_signature"),
        ("SIGN-2", "another key", case(public=Key("a.example", "k2").public), "bad_signature"),
        ("SIGN-2", "S plus the group order: the equation holds, but S is not reduced", case(signature=b64(commitment + (answer + ORDER).to_bytes(32, "little"))), "bad_signature"),
        ("SIGN-2", "R and S exchanged", case(signature=b64(answer.to_bytes(32, "little") + commitment)), "bad_signature"),
        ("SIGN-2", "nothing but noughts", case(signature="A" * 86), "bad_signature"),
        ("SIGN-2", "R of low order, with S that fits the equation times eight", case(signature=torsion(key, domain.encode() + text)), "bad_signature"),
        ("SIGN-3", "the neutral point", case(public=low_order), "bad_header"),
        ("SIGN-3", "a point of order two", case(public=b64((2**255 - 20).to_bytes(32, "little"))), "bad_header"),
        ("SIGN-3", "a point of order four", case(public=ZERO), "bad_header"),
        ("SIGN-3", "y that is not reduced: p + 1 for 1", case(public=b64((2**255 - 18).to_bytes(32, "little"))), "bad_header"),
        ("SIGN-3", "y of no point", case(public=b64(bytes([2]) + bytes(31))), "bad_header"),
    ]
    return numbered("signatures", [(*head, given, {}) for *head, given in good] + bad)


def signature_parts(text):
    raw = unb64(text)
    return raw[:32], scalar_of(raw[32:])


def torsion(key, message):
    """R is the neutral point: what a verification that multiplies by the cofactor, or compares points, may let through."""
    commitment = bytes([1]) + bytes(31)
    challenge = scalar_of(hashlib.sha512(commitment + key.octets + message).digest())
    answer = challenge * key.secret % ORDER
    assert encode(multiply(answer, BASE)) == encode(multiply(challenge % ORDER, multiply(key.secret, BASE)))
    return b64(commitment + answer.to_bytes(32, "little"))
