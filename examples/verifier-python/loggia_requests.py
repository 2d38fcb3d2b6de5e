"""Chapter 7: whether a request that came from another server is signed by it."""

import base64
import hashlib
import re

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from loggia_format import KEY_ID, Malformed, encode, is_server, matches, verifies

MAX_SKEW = MAX_LIFETIME = 300  # seconds, REQ-7
MAX_INPUT_OCTETS = 1024
ALWAYS = ("@method", "@authority", "@path", "@query", "loggia-origin", "loggia-destination", "loggia-version")  # REQ-4
WITH_BODY = (*ALWAYS, "content-digest", "content-type")

# What REQ-3 to REQ-6 leave of RFC 8941 is so little that patterns say it all.
SIGNATURE = re.compile(r"s2s=:([A-Za-z0-9+/]{86}==):")
SIGNATURE_INPUT = re.compile(r's2s=(\(("[a-z@-]+"(?: "[a-z@-]+")*)\)((?:;[a-z]+=(?:"[!#-\[\]-~]*"|[0-9]{1,15}))+))')
PARAMETERS = {
    "created": re.compile(r"0|[1-9][0-9]*"),
    "expires": re.compile(r"0|[1-9][0-9]*"),
    "nonce": re.compile(r'"[A-Za-z0-9_-]{8,64}"'),
    "keyid": re.compile(r'"[a-z0-9_]*"'),
    "tag": re.compile(r'"loggia-s2s"'),
    "alg": re.compile(r'"ed25519"'),
}
TEXT = re.compile(r"[!-~]([ -~]*[!-~])?")


class Refused(Malformed):
    """A request that is not believed; `code` says why."""

    def __init__(self, code, why):
        super().__init__(f"{code}: {why}")
        self.code = code


def demand(condition, code, why):
    if not condition:
        raise Refused(code, why)


def verify_request(request, now, public):
    """The id of the key that signed it, which is `public`."""
    components, parameters, member, signature = read_signature(request)
    check_time(int(parameters["created"]), int(parameters["expires"]), now)
    covered = WITH_BODY if request["body"] else ALWAYS
    if request["body"]:
        demand("content-digest" in components, "bad_digest", "REQ-4")
        demand(request["content-digest"] == [content_digest(request["body"])], "bad_digest", "REQ-8")
    demand(sorted(components) == sorted(covered), "bad_signature", "REQ-4")
    base = signature_base(request, components, member)
    demand(verifies(public, b"", base.encode(), signature), "bad_signature", "REQ-9")
    return parameters["keyid"].strip('"')


def check_address(fields, receiver, authority):
    """REQ-10: origin and authority of a request that is for this receiver. `fields` has all values of each."""
    def only(name):
        demand(len(fields[name]) == 1, "bad_signature", f"REQ-10: {name}")
        return fields[name][0]

    demand(only("loggia-version") == "1", "version", "REQ-10")
    destination, origin = only("loggia-destination"), only("loggia-origin")
    demand(is_server(destination) and is_server(origin), "bad_signature", "REQ-10: no name")
    demand(len(fields["host"]) == 1, "wrong_destination", "REQ-10: host")
    host = fields["host"][0].lower().removesuffix(":443")
    demand(destination == receiver and host == authority, "wrong_destination", "REQ-10")
    return origin, host


def take_nonces(requests):
    """REQ-11, for requests that verified."""
    taken = set()
    for request in requests:
        one = request["origin"], request["nonce"]
        replayed = one in taken
        taken.add(one)
    demand(not replayed, "replay", "REQ-11")


def sign_request(request, created, expires, nonce, keyid, key):
    """7.2: the three fields; `key` is the private key's 32 octets."""
    digest = content_digest(request["body"]) if request["body"] else None
    components = WITH_BODY if request["body"] else ALWAYS
    listed = " ".join(f'"{name}"' for name in components)
    member = f'({listed});created={created};expires={expires};nonce="{nonce}";keyid="{keyid}";tag="loggia-s2s"'
    base = signature_base(request | {"content-digest": [digest]}, components, member)
    signature = Ed25519PrivateKey.from_private_bytes(key).sign(base.encode())
    octets = base64.b64encode(signature).decode()
    return {"content-digest": digest, "signature-input": f"s2s={member}", "signature": f"s2s=:{octets}:"}


def content_digest(body):  # REQ-8
    return "sha-256=:" + base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() + ":"


def signature_base(request, components, member):
    lines = [f'"{name}": {value_of(request, name)}' for name in components]
    return "\n".join([*lines, f'"@signature-params": {member}'])


def read_signature(request):
    """REQ-3, REQ-5, REQ-6: components, parameters as written, the member that is signed, the signature."""
    inputs, signatures = request["signature-input"], request["signature"]
    demand(len(inputs) == len(signatures) == 1 and len(inputs[0]) <= MAX_INPUT_OCTETS, "bad_signature", "REQ-3")
    input_, signature = SIGNATURE_INPUT.fullmatch(inputs[0]), SIGNATURE.fullmatch(signatures[0])
    demand(input_ and signature, "bad_signature", "REQ-3")
    octets = base64.b64decode(signature[1])
    demand(base64.b64encode(octets).decode() == signature[1], "bad_signature", "REQ-3")
    pairs = [parameter.split("=", 1) for parameter in input_[3][1:].split(";")]
    parameters = dict(pairs)
    demand(len(parameters) == len(pairs), "bad_signature", "REQ-3")
    demand(parameters.keys() | {"alg"} == PARAMETERS.keys(), "bad_signature", "REQ-5")
    for name, value in pairs:
        demand(PARAMETERS[name].fullmatch(value), "bad_signature", f"REQ-5, REQ-6: {name}")
    demand(matches(KEY_ID, parameters["keyid"].strip('"')), "bad_signature", "REQ-6")
    return re.findall(r'"(.+?)"', input_[2]), parameters, input_[1], encode(octets)


def check_time(created, expires, now):  # REQ-7
    demand(abs(now - created) <= MAX_SKEW, "clock_skew", "created")
    demand(created <= expires <= created + MAX_LIFETIME and now <= expires, "clock_skew", "expires")


def value_of(request, component):  # REQ-2
    if component == "@query":
        return "?" + (request["query"] or "")
    if component == "content-digest":
        return request[component][0]
    value = request[component.removeprefix("@")]
    demand(matches(TEXT, value), "bad_signature", f"REQ-2: {component}")
    return value
