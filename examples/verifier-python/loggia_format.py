"""Canonical JSON, names, hashes, signatures, the Merkle tree and the event header of Loggia."""

import base64
import hashlib
import json
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MAX_JSON_BYTES = 64 * 1024  # JSON-1, EVENT-11, BODY-3
MAX_DEPTH = 16  # JSON-4
MAX_INTEGER = 2**53 - 1  # JSON-2
MAX_SERVER_OCTETS = 230  # NAME-2
MAX_STATE_KEY_OCTETS = 320  # EVENT-6
HASH_BYTES, KEY_BYTES, SIGNATURE_BYTES, SALT_BYTES = 32, 32, 64, 16

EVENT_DOMAIN, BODY_DOMAIN, ENTRY_DOMAIN, HEAD_DOMAIN = (
    f"loggia/{kind}/1\n".encode() for kind in ("event", "body", "entry", "head")
)
LEAF_PREFIX, NODE_PREFIX = b"\x00", b"\x01"  # RFC 9162 section 2.1

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
LOCAL_PART = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
KEY_ID = re.compile(r"[a-z0-9_]{1,32}")
NONCE = re.compile(r"[A-Za-z0-9_-]{1,64}")
TYPE_NAME = re.compile(r"[a-z0-9_.]{1,64}")

FIELD_PRIME = 2**255 - 19
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE_D = -121665 * pow(121666, -1, FIELD_PRIME) % FIELD_PRIME
SIGN_BIT = 1 << 255
_ORDER_8_Y = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
LOW_ORDER_Y = {0, 1, FIELD_PRIME - 1, _ORDER_8_Y, FIELD_PRIME - _ORDER_8_Y}

STATE_TYPES = {
    "channel.create", "channel.host", "member", "server.key", "channel.policy", "channel.servers",
    "channel.archive", "channel.name", "channel.topic", "channel.avatar", "channel.pins",
}  # fmt: skip
KEYED_TYPES = {"member", "server.key"}
RELATIONS = {"message": {None, "thread", "reply"}, "edit": {"edit"}, "reaction": {"react"}, "redact": {"redact"}}
ALL_RELATIONS = {"edit", "redact", "react", "thread", "reply"}
KNOWN_TYPES = STATE_TYPES | set(RELATIONS)
WITH_BODY = {"message", "edit", "reaction", "channel.name", "channel.topic", "channel.avatar", "channel.pins"}
WITHOUT_BODY = {"channel.create", "server.key"}
EVENT_FIELDS = {"v", "type", "sender", "origin_ts", "nonce", "kid"}
EVENT_OPTIONAL = {"channel", "seen", "body_hash", "relates", "state"}


class Malformed(ValueError):
    """Something has not the form that the specification gives it."""


def require(condition, what):
    if not condition:
        raise Malformed(what)


def fields(value, required, optional=frozenset()):
    """A closed object: the required fields and maybe the optional ones (EVENT-9, LOG-1, HEAD-1, BODY-1)."""
    require(isinstance(value, dict), "not an object")
    required = set(required)
    require(required <= set(value) <= required | set(optional), "missing or unknown field")
    return value


# Canonical JSON


def parse_canonical(raw):
    """The value of bytes that equal their own canonical serialisation (JSON-9)."""
    value = parse_strict(raw)
    require(canonical(value) == raw, "JSON-9")
    return value


def parse_strict(raw):
    """The value of JSON in any spelling, within JSON-1 to JSON-8."""
    require(len(raw) <= MAX_JSON_BYTES, "JSON-1")
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_int=_integer,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
        _check_limits(value, MAX_DEPTH)
        canonical(value)  # which has no way to write a lone surrogate (JSON-6)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from error
    return value


def canonical(value):
    """RFC 8785 for what JSON-2 to JSON-6 leave: json's own escapes are those of RFC 8785."""
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _sorted(value):
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=_utf16)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _utf16(key):
    return key.encode("utf-16-be")


def _unique(pairs):
    require(len(dict(pairs)) == len(pairs), "JSON-7")
    return dict(pairs)


def _integer(text):
    return int(text) if text != "-0" else _refuse(text)


def _refuse(number):
    raise Malformed(f"JSON-5: {number}")


def _check_limits(value, depth):
    if isinstance(value, dict | list):
        require(depth > 0, "JSON-4")
        for item in value.values() if isinstance(value, dict) else value:
            _check_limits(item, depth - 1)
        for key in value if isinstance(value, dict) else ():
            require("\0" not in key, "JSON-3")
    elif isinstance(value, str):
        require("\0" not in value, "JSON-3")
    elif isinstance(value, int):
        require(abs(value) <= MAX_INTEGER, "JSON-2")


# Names


def is_integer(value, least=0):
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= MAX_INTEGER


def matches(pattern, value):
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def is_server(name):  # NAME-2
    if not isinstance(name, str) or len(name) > MAX_SERVER_OCTETS:
        return False
    *others, last = name.split(".")
    return bool(others) and are_labels(name) and not matches(NUMERIC_LABEL, last)


def are_labels(name):
    return all(matches(LABEL, label) for label in name.split("."))


def is_pattern(pattern):  # STATE-5
    if isinstance(pattern, str) and pattern.startswith("*."):
        return len(pattern) <= MAX_SERVER_OCTETS and are_labels(pattern[2:])
    return is_server(pattern)


def is_user(name):
    if not isinstance(name, str) or not name.startswith("@"):
        return False
    local, colon, server = name[1:].partition(":")
    return colon == ":" and matches(LOCAL_PART, local) and is_server(server)  # NAME-3


def server_of(user):
    return user.partition(":")[2]


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text, length):
    """NAME-1: no padding, zero pad bits, exactly this length."""
    require(isinstance(text, str), "not base64url")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise Malformed("not base64url") from error
    require(len(data) == length and encode(data) == text, "NAME-1")
    return data


def check_id(text, sigil):
    require(isinstance(text, str) and text.startswith(sigil), f"not {sigil}")
    decode(text[len(sigil) :], HASH_BYTES)


def digest(domain, data):
    return encode(hashlib.sha256(domain + data).digest())


# Signatures


def is_public_key(public):
    """SIGN-3: the canonical encoding of a point that is not of low order."""
    y = int.from_bytes(public, "little") & ~SIGN_BIT
    if y >= FIELD_PRIME or y in LOW_ORDER_Y:
        return False
    x_squared = (y * y - 1) * pow(CURVE_D * y * y + 1, -1, FIELD_PRIME)
    return pow(x_squared, (FIELD_PRIME - 1) // 2, FIELD_PRIME) == 1


def verifies(public, domain, data, signature):
    """SIGN-2. The library verifies without cofactor and compares R as encoded, so R is canonical, too."""
    try:
        signature = decode(signature, SIGNATURE_BYTES)
        r_y = int.from_bytes(signature[:32], "little") & ~SIGN_BIT
        s = int.from_bytes(signature[32:], "little")
        require(is_public_key(public) and r_y not in LOW_ORDER_Y and s < GROUP_ORDER, "SIGN-2")
        Ed25519PublicKey.from_public_bytes(public).verify(signature, domain + data)
    except (Malformed, InvalidSignature):
        return False
    return True


def leaf(entry):
    """LOG-6."""
    return hashlib.sha256(LEAF_PREFIX + ENTRY_DOMAIN + canonical(entry)).digest()


class Tree:
    """The Merkle tree of RFC 9162 section 2.1 over leaves that come one by one (LOG-6)."""

    def __init__(self):
        self.size = 0
        self.peaks = []  # of the complete subtrees, the largest first

    def append(self, node):
        size = self.size
        while size & 1:
            node = self._node(self.peaks.pop(), node)
            size >>= 1
        self.peaks.append(node)
        self.size += 1

    def root(self):
        if not self.peaks:
            return encode(hashlib.sha256().digest())
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = self._node(peak, root)
        return encode(root)

    @staticmethod
    def _node(left, right):
        return hashlib.sha256(NODE_PREFIX + left + right).digest()


# Events


def parse_event(raw):
    """The header that these bytes are, if they are a canonical event (EVENT-1 to EVENT-11)."""
    event = fields(parse_canonical(raw), EVENT_FIELDS, EVENT_OPTIONAL)
    kind = event["type"]
    require(is_integer(event["v"]) and event["v"] == 1, "EVENT-1")
    require(is_integer(event["origin_ts"]), "EVENT-2")
    require(matches(TYPE_NAME, kind), "EVENT-8")
    require(is_user(event["sender"]) and matches(KEY_ID, event["kid"]) and matches(NONCE, event["nonce"]), "NAME")
    _check_place(event)
    _check_relation(event)
    _check_state(event)
    if "body_hash" in event:
        decode(event["body_hash"], HASH_BYTES)
    require("body_hash" in event or kind not in WITH_BODY, "EVENT-7")
    require("body_hash" not in event or kind not in WITHOUT_BODY, "EVENT-7")
    return event


def _check_place(event):  # EVENT-3
    genesis = event["type"] == "channel.create"
    require(("channel" in event, "seen" in event) == (not genesis, not genesis), "EVENT-3")
    if not genesis:
        check_id(event["channel"], "!")
        seen = fields(event["seen"], {"size", "root"})
        require(is_integer(seen["size"], 1), "EVENT-2")
        decode(seen["root"], HASH_BYTES)


def _check_relation(event):  # EVENT-4
    kind, rel = event["type"], None
    if "relates" in event:
        relates = fields(event["relates"], {"rel", "to"})
        rel = relates["rel"]
        check_id(relates["to"], "$")
        require(isinstance(rel, str) and rel in ALL_RELATIONS, "EVENT-4")
    require(kind not in KNOWN_TYPES or rel in RELATIONS.get(kind, {None}), "EVENT-4")


def _check_state(event):  # EVENT-5, EVENT-6
    kind = event["type"]
    require(kind not in KNOWN_TYPES or ("state" in event) == (kind in STATE_TYPES), "EVENT-5")
    if "state" in event:
        state = fields(event["state"], {"key", "content"})
        require(isinstance(state["key"], str) and isinstance(state["content"], dict), "EVENT-6")
        require(len(state["key"].encode()) <= MAX_STATE_KEY_OCTETS, "EVENT-6")
        require(not state["key"] or kind in KEYED_TYPES or kind not in KNOWN_TYPES, "EVENT-6")


def check_body(raw, header_bytes):
    """JSON-1 to JSON-9, BODY-1, BODY-3."""
    body = fields(parse_canonical(raw), {"salt", "content"})
    require(header_bytes + len(raw) <= MAX_JSON_BYTES, "BODY-3")
    decode(body["salt"], SALT_BYTES)
    require(isinstance(body["content"], dict), "BODY-1")
