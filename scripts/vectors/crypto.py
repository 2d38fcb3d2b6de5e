"""Canonical JSON, SHA-256 domains, Ed25519 (RFC 8032, section 5.1) and the Merkle tree (RFC 9162), written from spec/ and the RFCs.

Slow and not constant in time: for vectors only.
"""

import base64
import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
BASE = (15112221349535400772501151409588531511454012693041857206046113283949847762202, 4 * pow(5, -1, P) % P)


def b64(octets):
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def canonical(value):
    """The canonical octets (chapter 2) of None, bool, int, str, list, dict."""
    return write(value).encode()


def write(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(map(escape, value)) + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
    return "{" + ",".join(f"{write(key)}:{write(item)}" for key, item in members) + "}"


SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def escape(char):
    return SHORT.get(char) or (f"\\u{ord(char):04x}" if char < " " else char)


def digest(kind, octets):
    return hashlib.sha256(f"loggia/{kind}/1\n".encode() + octets).digest()


def add(one, other):
    (x, y), (u, v) = one, other
    product = D * x * u * y * v % P
    return (x * v + y * u) * pow(1 + product, -1, P) % P, (y * v + x * u) * pow(1 - product, -1, P) % P


def multiply(scalar, point):
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def encode(point):
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def scalar_of(octets):
    return int.from_bytes(octets, "little")


class Key:
    """A server's key; the same in every run."""

    def __init__(self, server, kid, seed=None):
        self.server, self.kid = server, kid
        expanded = hashlib.sha512(seed or hashlib.sha256(f"test key\n{server}/{kid}".encode()).digest()).digest()
        self.secret = scalar_of(expanded[:32]) & (1 << 254) - 8 | 1 << 254
        self.prefix = expanded[32:]
        self.octets = encode(multiply(self.secret, BASE))
        self.public = b64(self.octets)

    def sign(self, kind, octets):
        return b64(self.sign_octets(f"loggia/{kind}/1\n".encode() + octets))

    def sign_octets(self, message):
        nonce = scalar_of(hashlib.sha512(self.prefix + message).digest()) % ORDER
        commitment = encode(multiply(nonce, BASE))
        challenge = scalar_of(hashlib.sha512(commitment + self.octets + message).digest())
        return commitment + ((nonce + challenge * self.secret) % ORDER).to_bytes(32, "little")


def known_key(seed):
    """A key that stands in a specification: its seed, in hexadecimal digits."""
    return Key("known", "k1", bytes.fromhex(seed))


def leaf(entry):
    return hashlib.sha256(b"\0loggia/entry/1\n" + canonical(entry)).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def split(count):
    return 1 << (count - 1).bit_length() - 1


def root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = split(len(leaves))
    return node(root(leaves[:middle]), root(leaves[middle:]))


def inclusion(index, leaves):
    """PATH of RFC 9162, section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    middle = split(len(leaves))
    if index < middle:
        return [*inclusion(index, leaves[:middle]), root(leaves[middle:])]
    return [*inclusion(index - middle, leaves[middle:]), root(leaves[:middle])]


def consistency(old, leaves, whole=True):
    """SUBPROOF of RFC 9162, section 2.1.4.1."""
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    middle = split(len(leaves))
    if old <= middle:
        return [*consistency(old, leaves[:middle], whole), root(leaves[middle:])]
    return [*consistency(old - middle, leaves[middle:], False), root(leaves[:middle])]
