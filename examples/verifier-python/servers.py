"""What servers show each other: proofs and evidence (chapter 5), signed requests (7), key documents (8)."""

import base64
import hashlib
import ipaddress
import re
from urllib.parse import urljoin, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from verify import HASH, KEY_ID, NATURAL, POSITIVE, SERVER, SIGNATURE, Tree, canonical, closed, decode, digest, encode
from verify import is_public_key, list_of, need, node, read, signed_as, text, verifies

# 5.3: proofs


def walk(first, second, hashes, start):
    """The walk of both proofs: the hash over what stands to the left, and over all. None if it ends elsewhere."""
    left = whole = start
    for other in hashes:
        if second == 0:
            return None
        if first & 1 or first == second:
            left, whole = node(other, left), node(other, whole)
            while first and first & 1 == 0:
                first, second = first >> 1, second >> 1
        else:
            whole = node(whole, other)
        first, second = first >> 1, second >> 1
    return (encode(left), encode(whole)) if second == 0 else None


def is_included(leaf, index, size, proof, root):
    if not 0 <= index < size or len(proof) > 54:
        return False
    walked = walk(index, size - 1, map(decode, proof), decode(leaf))
    return walked is not None and walked[1] == root


def is_consistent(old_size, old_root, new_size, new_root, proof):
    if not 0 <= old_size <= new_size or len(proof) > 54:
        return False
    if old_size in (0, new_size):
        return not proof and old_root == (Tree().root() if old_size < new_size else new_root)
    if not proof:
        return False
    hashes = [decode(name) for name in ([old_root] if old_size & (old_size - 1) == 0 else []) + proof]
    first, second = old_size - 1, new_size - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    return walk(first, second, hashes[1:], hashes[0]) == (old_root, new_root)


def finding(a, b, public, proof=None):
    """5.4: what two heads of one key show."""
    if not all(signed_as("head", public, canonical(signed["head"]), signed["signature"]) for signed in (a, b)):
        return "nothing"
    a, b = sorted((a["head"], b["head"]), key=lambda head: head["size"])
    if (a["channel"], a["term"]) != (b["channel"], b["term"]):
        return "nothing"
    if a["size"] == b["size"]:
        return "consistent" if a["root"] == b["root"] else "fork"
    holds = is_consistent(a["size"], a["root"], b["size"], b["root"], proof or [])
    return "consistent" if holds else "open"


# Chapter 7: what REQ-3 to REQ-6 leave of RFC 8941 is so little that patterns say it all.

ALWAYS = ("@method", "@authority", "@path", "@query", "loggia-origin", "loggia-destination", "loggia-version")
WITH_BODY = (*ALWAYS, "content-digest", "content-type")
MEMBER = re.compile(r"s2s=:([A-Za-z0-9+/]{85}[AQgw]==):")
INPUT = re.compile(r's2s=(\(("[a-z@-]+"(?: "[a-z@-]+")*)\)((?:;[a-z]+=(?:"[!#-\[\]-~]*"|[0-9]{1,15}))+))')
TIME = text("0|[1-9][0-9]*")
PARAMETERS = closed({
    "created": TIME, "expires": TIME, "nonce": text('"[A-Za-z0-9_-]{8,64}"'), "keyid": text('"[a-z0-9_]{1,32}"'),
    "tag": text('"loggia-s2s"'), "alg?": text('"ed25519"'),
})  # fmt: skip
VALUE = text("[!-~]([ -~]*[!-~])?")


def check_address(fields, receiver, authority):
    """REQ-10. `fields` has all values of each."""
    for name in ("loggia-version", "loggia-destination", "loggia-origin"):
        need(len(fields[name]) == 1, "bad_signature", f"REQ-10: {name}")
    need(fields["loggia-version"] == ["1"], "version", "REQ-10")
    (destination,), (origin,) = fields["loggia-destination"], fields["loggia-origin"]
    need(SERVER(destination) and SERVER(origin), "bad_signature", "REQ-10: no name")
    hosts = [host.lower().removesuffix(":443") for host in fields["host"]]
    need(destination == receiver and hosts == [authority], "wrong_destination", "REQ-10")
    return {"origin": origin, "authority": authority}


def read_signature(request):
    """REQ-3, REQ-5, REQ-6: components, parameters, the member that is signed, the signature."""
    inputs, signatures = request["signature-input"], request["signature"]
    need(len(inputs) == len(signatures) == 1 and len(inputs[0]) <= 1024, "bad_signature", "REQ-3")
    given, signature = INPUT.fullmatch(inputs[0]), MEMBER.fullmatch(signatures[0])
    need(given and signature, "bad_signature", "REQ-3")
    pairs = [parameter.split("=", 1) for parameter in given[3][1:].split(";")]
    need(len(dict(pairs)) == len(pairs) and PARAMETERS(dict(pairs)), "bad_signature", "REQ-5, REQ-6")
    parameters = {name: value.strip('"') for name, value in pairs}
    return re.findall('"(.+?)"', given[2]), parameters, given[1], encode(base64.b64decode(signature[1]))


def verify_request(request, now, public):
    """7.3, steps 2 to 6, with the key of step 4 at hand: the parameters."""
    components, parameters, member, signature = read_signature(request)
    created, expires = int(parameters["created"]), int(parameters["expires"])
    need(abs(now - created) <= 300 and created <= expires <= created + 300 and now <= expires, "clock_skew", "REQ-7")
    if request["body"]:
        need("content-digest" in components, "bad_digest", "REQ-4")
        need(request["content-digest"] == [content_digest(request["body"])], "bad_digest", "REQ-8")
    need(sorted(components) == sorted(WITH_BODY if request["body"] else ALWAYS), "bad_signature", "REQ-4")
    base = signature_base(request, components, member)
    need(verifies(public, base.encode(), signature), "bad_signature", "REQ-9")
    return parameters


def sign_request(request, created, expires, nonce, keyid, key):
    """7.2: the three fields; `key` is the private key's 32 octets."""
    made = content_digest(request["body"]) if request["body"] else None
    components = WITH_BODY if request["body"] else ALWAYS
    listed = " ".join(f'"{name}"' for name in components)
    member = f'({listed});created={created};expires={expires};nonce="{nonce}";keyid="{keyid}";tag="loggia-s2s"'
    base = signature_base(request | {"content-digest": [made]}, components, member)
    signature = base64.b64encode(Ed25519PrivateKey.from_private_bytes(key).sign(base.encode())).decode()
    return {"content-digest": made, "signature-input": f"s2s={member}", "signature": f"s2s=:{signature}:"}


def content_digest(body):
    """REQ-8."""
    return "sha-256=:" + base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() + ":"


def signature_base(request, components, member):
    lines = [f'"{name}": {value_of(request, name)}' for name in components]
    return "\n".join([*lines, f'"@signature-params": {member}'])


def value_of(request, component):
    """REQ-2."""
    if component == "@query":
        return "?" + (request["query"] or "")
    value = request[component.removeprefix("@")]
    value = value[0] if component == "content-digest" else value
    need(VALUE(value), "bad_signature", f"REQ-2: {component}")
    return value


def take_nonces(requests):
    """REQ-11, for requests that verified."""
    taken = [(request["origin"], request["nonce"]) for request in requests]
    need(taken[-1] not in taken[:-1], "replay", "REQ-11")


# Chapter 8: key documents


def is_endpoint(value):
    """KEYDOC-6."""
    parts = text("https://([^:]+)(?::([1-9][0-9]{0,4}))?")(value) and value.removeprefix("https://").split(":")
    return bool(parts) and len(value) <= 300 and SERVER(parts[0]) and int(parts[-1] if parts[1:] else 1) < 65_536


# KEYDOC-12: RFC 8032 section 7, RFC 9421 appendix B.1.4, 32 zero octets.
KNOWN_TO_ALL = {
    "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw",
    "_FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU", "J4EX_BRMcjQPZ9DyMW6Dhs7_vyskKMnFH-98WX8dQm4",
    "7Bcrk61eVjv0kyxw4SRQNMNUZ-8u_U1k6_gZaDRn4r8", "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
    "38lCXk-Wj38MKfAlnPX5rtaFHCu0rYv7hgz-4KskgpI", "Dx0SdJQ7kUFYiRUuiT2A6TJ1ofwLZf1xtLDdoQrX13I",
    "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik",
}  # fmt: skip
KEY = closed({"from_ts": NATURAL, "kid": KEY_ID, "public": is_public_key, "until_ts?": NATURAL})
DOCUMENT = closed({
    "endpoint": is_endpoint, "keys": list_of(KEY, 1, 16), "kid": KEY_ID, "prev?": HASH, "root": is_public_key,
    "root_signature": SIGNATURE, "serial": POSITIVE, "server": SERVER, "signature": SIGNATURE, "ts": NATURAL,
    "valid_until": NATURAL, "versions": list_of(POSITIVE, 1),
})  # fmt: skip


def check_document(octets, server, now):
    """8.2, steps 1 to 5: the document."""
    document = read(DOCUMENT, octets)
    keys, lasts = document["keys"], document["valid_until"] - document["ts"]
    need(("prev" in document) == (document["serial"] > 1), "bad_header", "KEYDOC-1")
    need(all(key["from_ts"] <= key.get("until_ts", key["from_ts"]) for key in keys), "bad_header", "KEYDOC-1")
    need(len({key["kid"] for key in keys}) == len(keys), "bad_header", "KEYDOC-4")
    need(document["server"] == server, "other_server", "KEYDOC-1")
    publics = {document["root"], *(key["public"] for key in keys)}
    need(not KNOWN_TO_ALL & publics, "insecure_key", "KEYDOC-12")
    need(0 < lasts <= 604_800_000 and document["ts"] <= now + 300_000, "not_now", "KEYDOC-4")
    need(now < document["valid_until"], "not_now", "KEYDOC-4")
    key_set = {name: document[name] for name in ("keys", "prev", "root", "serial", "server") if name in document}
    by_root = signed_as("keyset", document["root"], canonical(key_set), document["root_signature"])
    need(by_root, "bad_signature", "KEYDOC-2")
    key = key_at(key_set, document["kid"], document["ts"])
    unsigned = {name: value for name, value in document.items() if name != "signature"}
    need(signed_as("keys", key, canonical(unsigned), document["signature"]), "bad_signature", "KEYDOC-3")
    return document


def key_at(key_set, kid, now):
    """KEYDOC-5: the public key."""
    for key in key_set["keys"]:
        if key["kid"] == kid:
            need(key["from_ts"] <= now + 300_000 and now < key.get("until_ts", now + 1), "key_expired", "KEYDOC-5")
            return key["public"]
    need(False, "key_unknown", "KEYDOC-5")


def check_follows(known, shown):
    """KEYDOC-7, KEYDOC-8."""
    ahead = shown["serial"] - known["serial"]
    need(shown["root"] == known["root"], "new_root", "KEYDOC-7")
    need(ahead >= 0, "rolled_back", "KEYDOC-8")
    need(ahead > 0 or shown == known, "broken_chain", "KEYDOC-8")
    need(ahead != 1 or shown["prev"] == digest("keyset", canonical(known)), "broken_chain", "KEYDOC-8")


def check_chain(known, shown, between=()):
    """KEYDOC-8: from the set that is known to the one that is shown, by those between."""
    need(shown["root"] == known["root"], "new_root", "KEYDOC-7")
    last = known
    for signed in between:
        following = signed["set"]
        if last["serial"] < following["serial"] < shown["serial"]:
            by_root = signed_as("keyset", known["root"], canonical(following), signed["root_signature"])
            need(by_root and following["serial"] == last["serial"] + 1, "broken_chain", "KEYDOC-8")
            check_follows(last, following)
            last = following
    check_follows(last, shown)
    need(shown["serial"] <= last["serial"] + 1, "broken_chain", "KEYDOC-8")


def redirected(server, location):
    """KEYDOC-10: where a redirect may lead."""
    target = urlsplit(urljoin(f"https://{server}/.well-known/loggia", location))
    need(target.scheme == "https" and target.netloc in (server, f"{server}:443"), "refused", "KEYDOC-10")
    return target._replace(netloc=server).geturl()


NOT_PUBLIC = [ipaddress.ip_network(block) for block in (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
    "192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 "
    "198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3 2001::/23 2001:db8::/32 2002::/16 "
    "2620:4f:8000::/48 3fff::/20"
).split()]  # fmt: skip


def check_public(value):
    """KEYDOC-11."""
    address = ipaddress.ip_address(value)
    is_unicast = address.version == 4 or address in ipaddress.ip_network("2000::/3")
    need(is_unicast and not any(address in block for block in NOT_PUBLIC), "refused", "KEYDOC-11")
