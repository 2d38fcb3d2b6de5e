"""What servers show each other: proofs and evidence (chapter 5), signed requests (7), key documents (8)."""

import base64
import hashlib
import ipaddress
import re
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from verify import canonical, decode, digest, encode, halves, is_name, need, node, read, root_of, signed_as
from verify import verifies

# 5.3: proofs. Their last hash belongs to the top of the tree, so they are read from there.


def root_above(leaf, index, size, proof):
    if size == 1 and not proof:
        return leaf
    (left, right), (*below, other) = halves(size), proof
    if index < left:
        return node(root_above(leaf, index, left, below), other)
    return node(other, root_above(leaf, index - left, right, below))


def roots_above(old_size, size, proof, old_root):
    """Of the old tree and of the new. The old root is known until the way has led to the right."""
    if old_size == size:
        (known,) = [*proof, old_root] if old_root else proof
        return known, known
    (left, right), (*below, other) = halves(size), proof
    if old_size <= left:
        old, new = roots_above(old_size, left, below, old_root)
        return old, node(new, other)
    old, new = roots_above(old_size - left, right, below, None)
    return node(other, old), node(other, new)


def is_included(leaf, index, size, proof, root):
    with suppress(ValueError):
        found = 0 <= index < size and root_above(decode(leaf), index, size, [*map(decode, proof)])
        return bool(found) and len(proof) <= 54 and encode(found) == root
    return False


def is_consistent(old_size, old_root, new_size, new_root, proof):
    if old_size == 0:
        return new_size >= 0 and not proof and old_root == (encode(root_of([])) if new_size else new_root)
    with suppress(ValueError):
        hashes = 0 < old_size <= new_size and [*map(decode, [old_root, *proof])]
        roots = hashes and roots_above(old_size, new_size, hashes[1:], hashes[0])
        return bool(roots) and len(proof) <= 54 and [old_root, new_root] == [*map(encode, roots)]
    return False


def finding(public, a, b, proof=()):
    """5.4: what two heads of one key show."""
    is_signed = all(signed_as("head", public, canonical(it["head"]), it["signature"]) for it in (a, b))
    a, b = sorted((a["head"], b["head"]), key=lambda head: head["size"])
    if not is_signed or (a["channel"], a["term"]) != (b["channel"], b["term"]):
        return "nothing"
    if a["size"] == b["size"]:
        return "consistent" if a["root"] == b["root"] else "fork"
    return "consistent" if is_consistent(a["size"], a["root"], b["size"], b["root"], proof) else "open"


# Chapter 7: what REQ-3 to REQ-6 leave of RFC 8941 is so little that patterns say it all.

ALWAYS = ["@method", "@authority", "@path", "@query", "loggia-origin", "loggia-destination", "loggia-version"]
WITH_BODY = [*ALWAYS, "content-digest", "content-type"]
MEMBER = re.compile(r"s2s=:([A-Za-z0-9+/]{85}[AQgw]==):")
INPUT = re.compile(
    r's2s=(\(("[a-z@-]+"(?: "[a-z@-]+")*)\)((?:;[a-z]+=(?:"[!#-\[\]-~]*"|0|[1-9][0-9]{0,14}))+))'
)
PARAMETERS = {
    "created": "[0-9]+", "expires": "[0-9]+", "nonce": '"[A-Za-z0-9_-]{8,64}"', "keyid": '"[a-z0-9_]{1,32}"',
    "tag": '"loggia-s2s"', "alg": '"ed25519"',
}  # fmt: skip


def check_address(fields, receiver, authority):
    """REQ-10. `fields` has all values of each."""
    for name in ("loggia-version", "loggia-destination", "loggia-origin"):
        need(len(fields[name]) == 1, "REQ-10", "bad_signature")
    need(fields["loggia-version"] == ["1"], "REQ-10", "version")
    (destination,), (origin,) = fields["loggia-destination"], fields["loggia-origin"]
    need(is_name("server", destination) and is_name("server", origin), "REQ-10", "bad_signature")
    hosts = [host.lower().removesuffix(":443") for host in fields["host"]]
    need(destination == receiver and hosts == [authority], "REQ-10", "wrong_destination")
    return {"origin": origin, "authority": authority}


def read_signature(request):
    """REQ-3, REQ-5, REQ-6: components, parameters, the member that is signed, the signature."""
    inputs, signatures = request["signature-input"], request["signature"]
    need(len(inputs) == len(signatures) == 1 and len(inputs[0]) <= 1024, "REQ-3")
    given, signature = INPUT.fullmatch(inputs[0]), MEMBER.fullmatch(signatures[0])
    need(given and signature, "REQ-3")
    pairs = re.findall(r';([a-z]+)=("[^"]*"|[0-9]+)', given[3])
    need(len(dict(pairs)) == len(pairs) and {"alg", *dict(pairs)} == PARAMETERS.keys(), "REQ-5")
    need(all(re.fullmatch(PARAMETERS[name], value) for name, value in pairs), "REQ-6")
    parameters = {name: value.strip('"') for name, value in pairs}
    return re.findall('"(.+?)"', given[2]), parameters, given[1], encode(base64.b64decode(signature[1]))


def verify_request(request, now, public):
    """7.3, steps 2 to 6, with the key of step 4 at hand: the parameters."""
    components, parameters, member, signature = read_signature(request)
    created, expires = int(parameters["created"]), int(parameters["expires"])
    need(abs(now - created) <= 300 and max(created, now) <= expires <= created + 300, "REQ-7")
    if request["body"]:
        need("content-digest" in components, "REQ-4", "bad_digest")
        need(request["content-digest"] == [content_digest(request["body"])], "REQ-8")
    need(sorted(components) == sorted(WITH_BODY if request["body"] else ALWAYS), "REQ-4")
    need(verifies(public, signature_base(request, components, member), signature), "REQ-9")
    return parameters


def sign_request(request, key, created, expires, nonce, keyid):
    """7.2: the three fields; `key` is the private key's 32 octets."""
    made = content_digest(request["body"]) if request["body"] else None
    components = WITH_BODY if request["body"] else ALWAYS
    listed = " ".join(f'"{name}"' for name in components)
    member = f'({listed});created={created};expires={expires};nonce="{nonce}";keyid="{keyid}"'
    member += ';tag="loggia-s2s"'
    base = signature_base(request | {"content-digest": [made]}, components, member)
    signature = base64.b64encode(Ed25519PrivateKey.from_private_bytes(key).sign(base)).decode()
    return {"content-digest": made, "signature-input": f"s2s={member}", "signature": f"s2s=:{signature}:"}


def content_digest(body):
    """REQ-8."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}:"


def signature_base(request, components, member):
    """REQ-2."""
    values = {"@query": "?" + (request["query"] or "")}
    for name in components:
        values.setdefault(name, request[name.removeprefix("@")])
        value = values[name] = values[name][0] if name == "content-digest" else values[name]
        need(name == "@query" or (value and re.fullmatch("[!-~]([ -~]*[!-~])?", value)), "REQ-2")
    lines = [f'"{name}": {values[name]}' for name in components]
    return "\n".join([*lines, f'"@signature-params": {member}']).encode()


def take_nonces(requests):
    """REQ-11, for requests that verified."""
    taken = [(request["origin"], request["nonce"]) for request in requests]
    need(taken[-1] not in taken[:-1], "REQ-11")


# Chapter 8: key documents

# KEYDOC-12: RFC 8032 section 7, RFC 9421 appendix B.1.4, 32 zero octets.
KNOWN_TO_ALL = {
    "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw",
    "_FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU", "J4EX_BRMcjQPZ9DyMW6Dhs7_vyskKMnFH-98WX8dQm4",
    "7Bcrk61eVjv0kyxw4SRQNMNUZ-8u_U1k6_gZaDRn4r8", "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
    "38lCXk-Wj38MKfAlnPX5rtaFHCu0rYv7hgz-4KskgpI", "Dx0SdJQ7kUFYiRUuiT2A6TJ1ofwLZf1xtLDdoQrX13I",
    "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik",
}  # fmt: skip


def check_document(octets, server, now):
    """8.2, steps 1 to 5: the document."""
    document = read(octets, "key-document.json")
    keys, lasts = document["keys"], document["valid_until"] - document["ts"]
    need(all(key["from_ts"] <= key.get("until_ts", key["from_ts"]) for key in keys), "KEYDOC-1", "bad_header")
    need(len({key["kid"] for key in keys}) == len(keys), "KEYDOC-4", "bad_header")
    need(document["server"] == server, "KEYDOC-1", "other_server")
    need(not KNOWN_TO_ALL & {document["root"], *(key["public"] for key in keys)}, "KEYDOC-12")
    need(0 < lasts <= 604_800_000 and document["ts"] - 300_000 <= now < document["valid_until"], "KEYDOC-4")
    named = ("keys", "prev", "root", "serial", "server")
    key_set = {name: document[name] for name in named if name in document}
    by_root = signed_as("keyset", document["root"], canonical(key_set), document["root_signature"])
    need(by_root, "KEYDOC-2")
    key = key_at(key_set, document["kid"], document["ts"])
    unsigned = {name: value for name, value in document.items() if name != "signature"}
    need(signed_as("keys", key, canonical(unsigned), document["signature"]), "KEYDOC-3", "bad_signature")
    return document


def key_at(key_set, kid, now):
    """KEYDOC-5: the public key."""
    found = [key for key in key_set["keys"] if key["kid"] == kid]
    need(found, "KEYDOC-5", "key_unknown")
    need(found[0]["from_ts"] <= now + 300_000 and now < found[0].get("until_ts", now + 1), "KEYDOC-5")
    return found[0]["public"]


def check_chain(known, shown, between=()):
    """KEYDOC-7, KEYDOC-8: from the set that is known to the one that is shown, by those between."""
    need(shown["root"] == known["root"], "KEYDOC-7")
    need(shown["serial"] >= known["serial"], "KEYDOC-8", "rolled_back")
    last = known
    for signed in between:
        following = signed["set"]
        if last["serial"] < following["serial"] < shown["serial"]:
            by_root = signed_as("keyset", known["root"], canonical(following), signed["root_signature"])
            need(by_root and is_next(last, following), "KEYDOC-8", "broken_chain")
            last = following
    need(shown == last or is_next(last, shown), "KEYDOC-8", "broken_chain")


def is_next(last, following):
    place = following["root"], following["serial"], following.get("prev")
    return place == (last["root"], last["serial"] + 1, digest("keyset", canonical(last)))


def redirected(server, location):
    """KEYDOC-10: where a redirect may lead."""
    target = urlsplit(urljoin(f"https://{server}/.well-known/loggia", location))
    need(target.scheme == "https" and target.netloc in (server, f"{server}:443"), "KEYDOC-10", "refused")
    return target._replace(netloc=server).geturl()


NOT_PUBLIC = [ipaddress.ip_network(block) for block in (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 "
    "198.51.100.0/24 203.0.113.0/24 224.0.0.0/3 2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20"
).split()]  # fmt: skip


def check_public(address):
    """KEYDOC-11."""
    address = ipaddress.ip_address(address)
    is_unicast = address.version == 4 or address in ipaddress.ip_network("2000::/3")
    need(is_unicast and not any(address in block for block in NOT_PUBLIC), "KEYDOC-11", "refused")
