"""Vectors for signed requests (chapter 7): a request as it was received, and the fields that sign one."""

import base64
import hashlib
import re

from crypto import Key
from objects import numbered

NOW = 1790000000
ALICES = Key("a.example", "k1")
STRANGERS = Key("c.example", "k1")

ALWAYS = ["@method", "@authority", "@path", "@query", "loggia-origin", "loggia-destination", "loggia-version"]
WITH_BODY = [*ALWAYS, "content-digest", "content-type"]
PARAMS = {"created": NOW, "expires": NOW + 300, "nonce": "0ZtpmQvkRZmyVb3VLYVFcg", "keyid": "k1", "tag": "loggia-s2s"}

GET = {
    "method": "GET", "authority": "b.example", "path": "/federation/v1/check", "query": None,
    "loggia-origin": "a.example", "loggia-destination": "b.example", "loggia-version": "1",
    "content-type": None, "body": None,
}  # fmt: skip
POST = GET | {"method": "POST", "path": "/federation/v1/heads", "content-type": "application/json", "body": '{"heads":[]}'}


def sequence(octets):
    return f":{base64.b64encode(octets).decode()}:"


def content_digest(body):
    return "sha-256=" + sequence(hashlib.sha256(body.encode()).digest())


def written(value):
    return str(value) if isinstance(value, int) else f'"{value}"'


def member(components, params):
    """A list of components with parameters, as RFC 8941 spells it."""
    listed = " ".join(f'"{name}"' for name in components)
    return f"({listed})" + "".join(f";{name}={written(value)}" for name, value in params.items())


def value(request, component, digest):
    derived = {
        "@method": request["method"], "@authority": request["authority"], "@path": request["path"],
        "@query": "?" + (request["query"] or ""), "content-digest": digest,
    }  # fmt: skip
    return derived[component] if component in derived else request.get(component, "anything")


def base(request, components, signature_params, digest):
    lines = [f'"{name}": {value(request, name, digest)}' for name in components]
    return "\n".join([*lines, f'"@signature-params": {signature_params}'])


def signed(request, components=None, params=PARAMS, key=ALICES, text=None):
    """The request with the fields that sign it. `text` is the member of signature-input, if not what follows from the rest."""
    digest = content_digest(request["body"]) if request["body"] else None
    components = components or (WITH_BODY if request["body"] else ALWAYS)
    text = text or member(components, params)
    octets = key.sign_octets(base(request, components, text, digest).encode())
    return {
        **request,
        "content-digest": [digest] if digest else [],
        "signature-input": [f"s2s={text}"],
        "signature": [f"s2s={sequence(octets)}"],
    }


def without(names, name):
    return [other for other in names if other != name]


def verify():
    given = lambda received, now=NOW: {**received, "now": now, "public": ALICES.public}
    get, post = signed(GET), signed(POST)
    params = lambda **changes: {name: value for name, value in (PARAMS | changes).items() if value is not None}
    respelled = lambda pattern, text: re.sub(pattern, text, member(ALWAYS, PARAMS), count=1)
    odd = lambda pattern, text: signed(GET, text=respelled(pattern, text))
    fields = lambda request, name, *values: {**request, name: list(values)}
    (input_,), (octets,) = get["signature-input"], get["signature"]
    backwards = dict(reversed(params().items()))

    good = [
        ("REQ-9", "no body", given(get)),
        ("REQ-9", "a body", given(post)),
        ("REQ-2", "a query", given(signed(GET | {"query": "from=1&to=%2b"}))),
        ("REQ-2", "an empty query is as none", given({**get, "query": ""})),
        ("REQ-2", "a port that is not that of HTTPS", given(signed(GET | {"authority": "b.example:8448"}))),
        ("REQ-4", "components in another order", given(signed(POST, components=WITH_BODY[::-1]))),
        ("REQ-4", "a content-type without a body is not signed", given({**get, "content-type": "text/plain"})),
        ("REQ-5", "parameters in another order", given(signed(GET, params=backwards))),
        ("REQ-5", "the algorithm is said", given(signed(GET, params=params(alg="ed25519")))),
        ("REQ-6", "the shortest nonce", given(signed(GET, params=params(nonce="abcd-_09")))),
        ("REQ-6", "the longest nonce", given(signed(GET, params=params(nonce="n" * 64)))),
        ("REQ-7", "a clock that is 300 seconds ahead of ours", given(get, NOW - 300)),
        ("REQ-7", "one that is 300 seconds behind", given(get, NOW + 300)),
        ("REQ-7", "the last second of a short life", given(signed(GET, params=params(expires=NOW + 10)), NOW + 10)),
        ("REQ-8", "a body that is no JSON", given(signed(POST | {"body": "\x00\n"}))),
    ]  # fmt: skip
    outcome = {"keyid": "k1"}
    bad = [
        ("REQ-1", "no signature", fields(fields(get, "signature-input"), "signature")),
        ("REQ-1", "no signature-input", fields(get, "signature-input")),
        ("REQ-1", "only a signature-input", fields(get, "signature")),
        ("REQ-2", "another method", get | {"method": "HEAD"}),
        ("REQ-2", "another authority", get | {"authority": "c.example"}),
        ("REQ-2", "another path", get | {"path": "/federation/v1/Check"}),
        ("REQ-2", "another spelling of the path", get | {"path": "/federation/v1/chec%6b"}),
        ("REQ-2", "another query", get | {"query": "a"}),
        ("REQ-2", "another origin", get | {"loggia-origin": "c.example"}),
        ("REQ-2", "another destination", get | {"loggia-destination": "c.example"}),
        ("REQ-2", "another version", get | {"loggia-version": "2"}),
        ("REQ-2", "another content-type", post | {"content-type": "text/json"}),
        ("REQ-2", "no content-type", post | {"content-type": None}),
        ("REQ-2", "another body with its digest", post | {"body": "[]", "content-digest": [content_digest("[]")]}),
        ("REQ-3", "two signatures in two fields", fields(get, "signature-input", input_, input_)),
        ("REQ-3", "two signatures in one field", fields(get, "signature-input", f"{input_}, {input_.replace('s2s', 'b', 1)}")),
        ("REQ-3", "the same signature twice in one field", fields(get, "signature-input", f"{input_}, {input_}")),
        ("REQ-3", "two octet sequences", fields(get, "signature", octets, octets)),
        ("REQ-3", "two octet sequences in one field", fields(get, "signature", f"{octets}, b={octets[4:]}")),
        ("REQ-3", "another label", fields(fields(get, "signature-input", input_.replace("s2s", "sig1", 1)), "signature", octets.replace("s2s", "sig1", 1))),
        ("REQ-3", "labels that differ", fields(get, "signature", octets.replace("s2s", "sig1", 1))),
        ("REQ-3", "a parameter that stands twice", odd(";expires", f";created={NOW};expires")),
        ("REQ-3", "a needless space", odd(r"\(", "( ")),
        ("REQ-3", "a space before a parameter", odd(";created", "; created")),
        ("REQ-3", "base64 without padding", fields(get, "signature", octets.replace("==", ""))),
        ("REQ-3", "a signature of 63 octets", fields(get, "signature", f"s2s={sequence(bytes(63))}")),
        ("REQ-3", "a parameter of the signature", fields(get, "signature", f"{octets};a")),
        ("REQ-3", "not a list", fields(get, "signature-input", "s2s=1")),
        ("REQ-3", "empty fields", fields(fields(get, "signature-input", ""), "signature", "")),
        *(("REQ-4", f"{name} is not covered", signed(GET, components=without(ALWAYS, name))) for name in ALWAYS),
        ("REQ-4", "content-type is not covered", signed(POST, components=without(WITH_BODY, "content-type"))),
        ("REQ-4", "one component more", signed(GET, components=[*ALWAYS, "date"])),
        ("REQ-4", "one component twice", signed(GET, components=[*ALWAYS, "@path"])),
        ("REQ-4", "a component with a parameter", odd('"@path"', '"@path";req')),
        ("REQ-4", "the digest of a body that is not there", get | {"signature-input": post["signature-input"], "signature": post["signature"], "content-digest": post["content-digest"]}),
        *(("REQ-5", f"no {name}", signed(GET, params=params(**{name: None}))) for name in PARAMS),
        ("REQ-5", "another tag", signed(GET, params=params(tag="web-bot-auth"))),
        ("REQ-5", "another algorithm", signed(GET, params=params(alg="hmac-sha256"))),
        ("REQ-5", "the algorithm as a token", odd(";tag", ";alg=ed25519;tag")),
        ("REQ-5", "one parameter more", signed(GET, params=params(realm="a"))),
        ("REQ-5", "a time with a fraction", odd(str(NOW), f"{NOW}.5")),
        ("REQ-5", "a time as a string", signed(GET, params=params(created=str(NOW)))),
        ("REQ-6", "a nonce of 7", signed(GET, params=params(nonce="abcdefg"))),
        ("REQ-6", "a nonce of 65", signed(GET, params=params(nonce="n" * 65))),
        ("REQ-6", "a nonce of base64", signed(GET, params=params(nonce="abcdefgh+/=="))),
        ("REQ-6", "a key id in upper case", signed(GET, params=params(keyid="K1"))),
        ("REQ-6", "a nonce with a semicolon", signed(GET, params=params(nonce="abcd;efgh"))),
        ("REQ-9", "a stranger's key", signed(GET, key=STRANGERS)),
        ("REQ-9", "one octet is another", fields(get, "signature", octets.replace(octets[10], "A" if octets[10] != "A" else "B", 1))),
        ("REQ-9", "a later time than was signed", fields(get, "signature-input", input_.replace(str(NOW), str(NOW + 1)))),
    ]  # fmt: skip
    late = [
        ("a clock that is 301 seconds ahead of ours", get, NOW - 301),
        ("one that is 301 seconds behind", get, NOW + 301),
        ("a short life is over", signed(GET, params=params(expires=NOW + 10)), NOW + 11),
        ("a life of 301 seconds", signed(GET, params=params(expires=NOW + 301)), NOW),
        ("it ended before it began", signed(GET, params=params(expires=NOW - 1)), NOW - 2),
    ]
    altered = [
        ("REQ-8", "a body that has changed", post | {"body": '{"heads":[ ]}'}),
        ("REQ-8", "a digest of something else", fields(post, "content-digest", content_digest(""))),
        ("REQ-8", "no digest", fields(post, "content-digest")),
        ("REQ-8", "two digests", fields(post, "content-digest", *post["content-digest"] * 2)),
        ("REQ-8", "only SHA-512", fields(post, "content-digest", "sha-512=" + sequence(hashlib.sha512(POST["body"].encode()).digest()))),
        ("REQ-8", "SHA-512 as well", fields(post, "content-digest", post["content-digest"][0] + ", sha-512=:AAAA:")),
        ("REQ-4", "the digest of a body is not covered", signed(POST, components=without(WITH_BODY, "content-digest"))),
        ("REQ-4", "a body that came later", get | {"body": "{}", "content-type": "application/json", "content-digest": [content_digest("{}")]}),
    ]  # fmt: skip
    cases = [(*case, outcome) for case in good]
    cases += [(rule, why, given(received), "bad_signature") for rule, why, received in bad]
    cases += [("REQ-7", why, given(received, now), "clock_skew") for why, received, now in late]
    cases += [(rule, why, given(received), "bad_digest") for rule, why, received in altered]
    return numbered("requests", cases)


def sign():
    """The fields for a request, components in the order of REQ-4, parameters in that of REQ-5."""
    long = POST | {"query": "from=0&to=99", "body": "x" * 1000, "content-type": "text/plain; charset=utf-8"}
    cases = []
    for why, request in [("no body", GET), ("a body", POST), ("a query and a longer body", long)]:
        made = signed(request)
        fields = {name: made.pop(name) for name in ("content-digest", "signature-input", "signature")}
        params = {name: PARAMS[name] for name in ("created", "expires", "nonce", "keyid")}
        digest = (fields["content-digest"] or [None])[0]
        outcome = {"content-digest": digest, "signature-input": fields["signature-input"][0], "signature": fields["signature"][0]}
        cases.append(("REQ-9", why, {**made, **params, "server": "a.example"}, outcome))
    return numbered("requests/sign", cases)


def address():
    """From whom to whom: all values of the fields, and who receives it."""
    fields = {"loggia-origin": ["a.example"], "loggia-destination": ["b.example"], "loggia-version": ["1"], "host": ["chat.b.example:8448"]}
    given = lambda name=None, *values, reached="chat.b.example:8448": {
        "fields": fields | ({name: list(values)} if name else {}), "receiver": "b.example", "authority": reached,
    }  # fmt: skip
    outcome = {"origin": "a.example", "authority": "chat.b.example:8448"}
    good = [
        ("for this server", given(), outcome),
        ("the host in upper case", given("host", "CHAT.b.example:8448"), outcome),
        ("the port of HTTPS", given("host", "b.example:443", reached="b.example"), outcome | {"authority": "b.example"}),
        ("no port", given("host", "b.example", reached="b.example"), outcome | {"authority": "b.example"}),
        ("another origin", given("loggia-origin", "c.example"), outcome | {"origin": "c.example"}),
    ]
    bad = [
        *((f"no {name}", given(name), "bad_signature") for name in ("loggia-origin", "loggia-destination", "loggia-version")),
        *((f"{name} twice", given(name, *fields[name] * 2), "bad_signature") for name in ("loggia-origin", "loggia-destination", "loggia-version")),
        ("an origin with a port", given("loggia-origin", "a.example:8448"), "bad_signature"),
        ("an address for an origin", given("loggia-origin", "127.0.0.1"), "bad_signature"),
        ("an origin in upper case", given("loggia-origin", "A.example"), "bad_signature"),
        ("a destination that is no name", given("loggia-destination", "b"), "bad_signature"),
        ("version 2", given("loggia-version", "2"), "version"),
        ("version 01", given("loggia-version", "01"), "version"),
        ("an empty version", given("loggia-version", ""), "version"),
        ("a version before anything else", given("loggia-version", "2") | {"receiver": "c.example"}, "version"),
        ("for another server", given("loggia-destination", "c.example"), "wrong_destination"),
        ("for a name below", given("loggia-destination", "chat.b.example"), "wrong_destination"),
        ("at another authority", given("host", "c.example:8448"), "wrong_destination"),
        ("at another port", given("host", "chat.b.example"), "wrong_destination"),
        ("no host", given("host"), "wrong_destination"),
        ("two hosts", given("host", *fields["host"] * 2), "wrong_destination"),
    ]  # fmt: skip
    return numbered("requests/address", [("REQ-10", *case) for case in good + bad])


def nonces():
    """Nonces of requests that verified, one after the other; the last is judged."""
    took = lambda nonce, now=NOW, origin="a.example", expires=None: {
        "origin": origin, "nonce": nonce, "expires": expires or NOW + 300, "now": now,
    }  # fmt: skip
    good = [
        ("the first", [took("abcdefgh")]),
        ("another", [took("abcdefgh"), took("abcdefgi")]),
        ("another case is another nonce", [took("abcdefgh"), took("Abcdefgh")]),
        ("another origin's", [took("abcdefgh"), took("abcdefgh", origin="c.example")]),
    ]
    bad = [
        ("the same", [took("abcdefgh"), took("abcdefgh")]),
        ("the same after others", [took("abcdefgh"), took("bbbbbbbb"), took("cccccccc"), took("abcdefgh")]),
        ("while its signature lasts", [took("abcdefgh"), took("abcdefgh", NOW + 300)]),
        ("with another end", [took("abcdefgh"), took("abcdefgh", NOW + 1, expires=NOW + 301)]),
        ("after another server's", [took("abcdefgh"), took("abcdefgh", origin="c.example"), took("abcdefgh")]),
    ]
    steps = lambda cases: [(why, {"requests": requests}) for why, requests in cases]
    return numbered("requests/nonces", [("REQ-11", *case, {}) for case in steps(good)] + [("REQ-11", *case, "replay") for case in steps(bad)])


def example():
    """The two blocks of 7.4."""
    made = signed(POST)
    (digest,), (input_,), (octets,) = made["content-digest"], made["signature-input"], made["signature"]
    request = [
        f"{made['method']} {made['path']} HTTP/1.1", f"host: {made['authority']}",
        *(f"{name}: {made[name]}" for name in ("loggia-origin", "loggia-destination", "loggia-version", "content-type")),
        f"content-digest: {digest}", f"signature-input: {input_}", f"signature: {octets}", "", made["body"],
    ]  # fmt: skip
    text = base(made, WITH_BODY, input_.removeprefix("s2s="), digest)
    return ["".join(f"    {line}".rstrip() + "\n" for line in lines) for lines in (request, text.split("\n"))]
