"""What servers show each other: proofs and evidence (chapter 5), signed requests (7), key documents (8).

A function whose name is that of a file of vectors takes their `input` and gives what their `expect` asks for.
"""

import base64
import hashlib
import re
from contextlib import suppress
from ipaddress import ip_address, ip_network
from urllib.parse import urljoin, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from verify import RULES, Refused, canonical, decode, digest, encode, is_name, need, node, read, refusing_as
from verify import root_of, signed_as, verifies

# 5.3, 5.4: proofs and evidence.


def climb(first, index, last, proof):
    """From one hash of a level to the top: the root of the tree that ends with it, and that of the whole."""
    old = new = decode(first)
    others = [decode(other) for other in reversed(proof)]
    while last:
        if index % 2 or index < last:
            other = need(others, "5.3", "bad_proof").pop()
            old, new = (node(other, old), node(other, new)) if index % 2 else (old, node(new, other))
        index, last = index // 2, last // 2
    need(not others, "5.3", "bad_proof")
    return encode(old), encode(new)


@refusing_as("bad_proof", "5.3")
def log_inclusion(leaf, index, size, proof, root):
    need(0 <= index < size and len(proof) <= 54, "5.3", "bad_proof")
    need(climb(leaf, index, size - 1, proof)[1] == root, "5.3", "bad_proof")


@refusing_as("bad_proof", "5.3")
def log_consistency(old_size, old_root, new_size, new_root, proof):
    known = {0: encode(root_of([])), new_size: new_root}
    if old_size in known:
        return need(new_size >= 0 and not proof and old_root == known[old_size], "5.3", "bad_proof")
    need(0 < old_size < new_size and len(proof) <= 54, "5.3", "bad_proof")
    index, last = old_size - 1, new_size - 1
    while index % 2:
        index, last = index // 2, last // 2
    first, *others = proof if index else [old_root, *proof]  # 0: the old size is a power of two
    need(climb(first, index, last, others) == (old_root, new_root), "5.3", "bad_proof")


def log_evidence(public, evidence):
    """What two heads of one key show: HEAD-4 to HEAD-6."""
    pair = evidence["a"], evidence["b"]
    is_signed = all(signed_as("head", public, canonical(it["head"]), it["signature"]) for it in pair)
    a, b = sorted((it["head"] for it in pair), key=lambda head: head["size"])
    if not is_signed or (a["channel"], a["term"]) != (b["channel"], b["term"]):
        return {"finding": "nothing"}
    proof = evidence.get("proof", []) if a["size"] != b["size"] else []
    with suppress(Refused):
        log_consistency(a["size"], a["root"], b["size"], b["root"], proof)
        return {"finding": "consistent"}
    return {"finding": "fork" if a["size"] == b["size"] else "open"}


# Chapter 7: what REQ-3 to REQ-6 leave of RFC 8941 is so little that patterns say it all.

ALWAYS = ["@method", "@authority", "@path", "@query", "loggia-origin", "loggia-destination", "loggia-version"]
WITH_BODY = [*ALWAYS, "content-digest", "content-type"]
TIME, NONCE, KID = "(?:0|[1-9][0-9]{0,14})", '"[A-Za-z0-9_-]{8,64}"', '"[a-z0-9_]{1,32}"'
PARAMETER = f';(?:created={TIME}|expires={TIME}|nonce={NONCE}|keyid={KID}|tag="loggia-s2s"|alg="ed25519")'
INPUT = rf's2s=(\(("[a-z@-]+"(?: "[a-z@-]+")*)\)((?:{PARAMETER})+))'
SIGNATURE = "s2s=:([A-Za-z0-9+/]{85}[AQgw]==):"


def requests_address(fields, receiver, authority):
    """REQ-10. `fields` has all values of each."""
    for name in ("loggia-version", "loggia-destination", "loggia-origin"):
        need(len(fields[name]) == 1, "REQ-10", "bad_signature")
    need(fields["loggia-version"] == ["1"], "REQ-10", "version")
    (destination,), (origin,) = fields["loggia-destination"], fields["loggia-origin"]
    need(is_name("server", destination) and is_name("server", origin), "REQ-10", "bad_signature")
    hosts = [host.lower().removesuffix(":443") for host in fields["host"]]
    need(destination == receiver and hosts == [authority], "REQ-10", "wrong_destination")
    return {"origin": origin, "authority": authority}


def requests_verify(public, **request):
    return verify_request(lambda _: {"public": public}, fields=request, **request)


def verify_request(key_of, now, fields, **request):
    """7.3, steps 2 to 6: the parameters. `fields` has all values of each, `key_of` does step 4."""
    given = re.fullmatch(INPUT, "\n".join(fields["signature-input"]))  # which none and several never match
    signature = re.fullmatch(SIGNATURE, "\n".join(fields["signature"]))
    need(given and signature and len(given[0]) <= 1024, "REQ-3")
    components, pairs = re.findall('"(.+?)"', given[2]), re.findall(r';([a-z]+)="?([^";]+)', given[3])
    names = sorted(name for name, _ in pairs if name != "alg")
    need(names == ["created", "expires", "keyid", "nonce", "tag"] and len(pairs) <= 6, "REQ-5")
    parameters = dict(pairs)
    created, expires = int(parameters["created"]), int(parameters["expires"])
    need(abs(now - created) <= 300 and max(created, now) <= expires <= created + 300, "REQ-7")
    public = key_of(parameters["keyid"])["public"]
    if request["body"]:
        need("content-digest" in components, "REQ-4", "bad_digest")
        need(fields["content-digest"] == [content_digest(request["body"])], "REQ-8")
    need(sorted(components) == sorted(WITH_BODY if request["body"] else ALWAYS), "REQ-4")
    base = signature_base(request, components, given[1])
    need(verifies(public, base, encode(base64.b64decode(signature[1]))), "REQ-9")
    return parameters


def requests_sign(server, keyid, created, expires, nonce, **request):
    """7.2: the three fields. The private key is made from its name, as the vectors' README says."""
    secret = hashlib.sha256(f"test key\n{server}/{keyid}".encode()).digest()
    components = WITH_BODY if request["body"] else ALWAYS
    parameters = f'created={created};expires={expires};nonce="{nonce}";keyid="{keyid}";tag="loggia-s2s"'
    member = "({});{}".format(" ".join(f'"{name}"' for name in components), parameters)
    key, base = Ed25519PrivateKey.from_private_bytes(secret), signature_base(request, components, member)
    signature = f"s2s=:{base64.b64encode(key.sign(base)).decode()}:"
    made = content_digest(request["body"]) if request["body"] else None
    return {"content-digest": made, "signature-input": f"s2s={member}", "signature": signature}


def content_digest(body):
    """REQ-8."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}:"


def signature_base(request, components, member):
    """REQ-2."""
    made = {"@query": "?" + (request["query"] or ""), "content-digest": content_digest(request["body"] or "")}
    values = {name: made.get(name) or request[name.removeprefix("@")] for name in components}
    need(all(value and re.fullmatch("[!-~]([ -~]*[!-~])?", value) for value in values.values()), "REQ-2")
    lines = [f'"{name}": {value}' for name, value in values.items()]
    return "\n".join([*lines, f'"@signature-params": {member}']).encode()


def requests_nonces(requests):
    """REQ-11, for requests that verified."""
    taken = [(request["origin"], request["nonce"]) for request in requests]
    need(taken[-1] not in taken[:-1], "REQ-11")


# Chapter 8: key documents.

# What KEYDOC-11 and KEYDOC-12 list.
GLOBAL_6, *NOT_GLOBAL = map(ip_network, re.findall("`([0-9a-f.:]+/[0-9]+)`", RULES["KEYDOC-11"]))
KNOWN_TO_ALL = {*re.findall("`([A-Za-z0-9_-]{43})`", RULES["KEYDOC-12"])}


def documents_check(octets, server, now):
    """8.2, steps 1 to 5."""
    document = read(octets, "key-document.json")
    keys, lasts = document["keys"], document["valid_until"] - document["ts"]
    need(all(key["from_ts"] <= key.get("until_ts", key["from_ts"]) for key in keys), "KEYDOC-1", "bad_header")
    kids, publics = [key["kid"] for key in keys], [document["root"], *(key["public"] for key in keys)]
    need(len({*kids}) == len(kids), "KEYDOC-4", "bad_header")
    need(document["server"] == server, "KEYDOC-1", "other_server")
    need(KNOWN_TO_ALL.isdisjoint(publics), "KEYDOC-12")
    need(0 < lasts <= 604_800_000 and document["ts"] - 300_000 <= now < document["valid_until"], "KEYDOC-4")
    in_set = ("keys", "prev", "root", "serial", "server")
    key_set = {name: value for name, value in document.items() if name in in_set}
    need(signed_as("keyset", document["root"], canonical(key_set), document["root_signature"]), "KEYDOC-2")
    public = documents_keys(document, document["kid"], document["ts"])["public"]
    unsigned = {name: value for name, value in document.items() if name != "signature"}
    need(signed_as("keys", public, canonical(unsigned), document["signature"]), "KEYDOC-3", "bad_signature")
    return document | {"kids": kids}


def documents_keys(set, kid, now):
    """KEYDOC-5: the public key."""
    (key,) = need([key for key in set["keys"] if key["kid"] == kid], "KEYDOC-5", "key_unknown")
    need(key["from_ts"] <= now + 300_000 and now < key.get("until_ts", now + 1), "KEYDOC-5")
    return key


def documents_chain(known, shown, between=()):
    """KEYDOC-7, KEYDOC-8: from the set that is known to the one that is shown, by those between."""
    need(shown["root"] == known["root"], "KEYDOC-7")
    need(shown["serial"] >= known["serial"], "KEYDOC-8", "rolled_back")
    missed = [it for it in between if known["serial"] < it["set"]["serial"] < shown["serial"]]
    for it in missed:
        by_root = signed_as("keyset", known["root"], canonical(it["set"]), it["root_signature"])
        need(by_root, "KEYDOC-8", "broken_chain")
    sets = [known, *(it["set"] for it in missed), shown] if shown != known else []
    for last, following in zip(sets, sets[1:], strict=False):
        place = following["root"], following["serial"], following.get("prev")
        expected = last["root"], last["serial"] + 1, digest("keyset", canonical(last))
        need(place == expected, "KEYDOC-8", "broken_chain")


def documents_redirects(server, location):
    """KEYDOC-10: where a redirect may lead."""
    target = urlsplit(urljoin(f"https://{server}/.well-known/loggia", location))
    need(target.scheme == "https" and target.netloc in (server, f"{server}:443"), "KEYDOC-10", "refused")
    return {"url": target._replace(netloc=server).geturl()}


def documents_addresses(address):
    """KEYDOC-11."""
    address = ip_address(address)
    is_unicast = address.version == 4 or address in GLOBAL_6
    need(is_unicast and not any(address in block for block in NOT_GLOBAL), "KEYDOC-11", "refused")
