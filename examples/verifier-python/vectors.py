#!/usr/bin/env python3
"""Runs the specification's vectors and transcripts: vectors.py ../../spec/vectors ../../spec/transcripts

Prints how many agree, then those that do not. Exit code: 0 all agree, 1 some do not. All are run but those of
`federation/`, which are asked of a server that runs. A function whose name is that of a file of vectors, or
of a directory, takes their `input` and gives what their `expect` asks for.
"""

import base64
import hashlib
import io
import json
import re
import sys
from contextlib import suppress
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import verify
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from verify import Refused, canonical, decode, digest, encode, is_name, need, node, read, signed_as

# Chapters 1 to 6, and 20: what a verifier does.

json_canonical, log_chain = read, verify.follows


def json_serialise(octets):
    return {"canonical": canonical(verify.parse(octets)).decode()}


def names(kind, name):
    need(is_name(kind, name), "NAME", "bad_header")


def events_headers(octets):
    read(octets, "event.json")
    return {"id": "$" + digest("event", octets)}


def events_bodies(octets):
    return {"body_hash": verify.body_hash(octets)}


def events_signatures(octets, public, domain, signature):
    need(is_name("public", public) and is_name("signature", signature), "SIGN-3")
    need(verify.verifies(public, domain.encode() + octets, signature), "SIGN-2")


def log_entries(octets):
    return {"leaf": encode(verify.leaf(read(octets, "entry.json")))}


def log_roots(leaves):
    return {"root": encode(verify.root_of([*map(decode, leaves)]))}


def log_heads(octets, public):
    signed = read(octets, "head.json")
    need(signed_as("head", public, canonical(signed["head"]), signed["signature"]), "HEAD-3", "bad_signature")


def replay(log):
    """The verifier after a log. Its entries are void where it says so; of the last, the rule decides."""
    verifier = verify.Verifier("!" + digest("event", log[0]["event"].encode()))
    for line in log:
        entry = line.get("entry", {"seq": 0, "event": "$" + verifier.state.channel[1:]})
        _, refusal = verifier.judge(entry, line["event"].encode(), line["signature"])
        code = refusal.code if refusal and line is log[-1] else "log"
        need(bool(refusal) == ("void" in line), f"entry {entry['seq']}: {refusal}", code)
    return verifier


def first_finding(verifier):
    for _, code, detail in verifier.findings:
        raise Refused(code, detail)
    return verifier.counts


def rules(log=(), **last):
    replay([*log, last])


def flows(log):
    return vars(replay(log).state)


def log_keys(log, server, kid, seq):
    state = replay(log[: seq + 1]).state
    need(kid in state.keys.get(server, {}), "AUTH-5")
    return {"public": need(state.in_force(server, seq).get(kid), "AUTH-6")}


def log_whole(log, signed):
    verifier = replay(log)
    verifier.check_head(**signed)
    first_finding(verifier)


def export_files(octets):
    return first_finding(verify.verify(io.BytesIO(octets)))


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
    return need(not others and (encode(old), encode(new)), "5.3", "bad_proof")


@verify.refusing_as("bad_proof", "5.3")
def log_inclusion(leaf, index, size, proof, root):
    need(0 <= index < size and len(proof) <= 54, "5.3", "bad_proof")
    need(climb(leaf, index, size - 1, proof)[1] == root, "5.3", "bad_proof")


@verify.refusing_as("bad_proof", "5.3")
def log_consistency(old_size, old_root, new_size, new_root, proof):
    known = {0: encode(verify.root_of([])), new_size: new_root}
    if old_size in known:
        return need(new_size >= 0 and not proof and old_root == known[old_size], "5.3", "bad_proof")
    need(0 < old_size < new_size and len(proof) <= 54, "5.3", "bad_proof")
    level = (old_size & -old_size).bit_length() - 1  # of the last whole tree within the old one
    index, last = (old_size - 1) >> level, (new_size - 1) >> level
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
    return verify_request(lambda _: {"public": public}, request, **request)


def verify_request(key_of, fields, now, **request):
    """7.3, steps 2 to 6: the parameters. `fields` has all values of each, `key_of` does step 4."""
    given = re.fullmatch(INPUT, "\n".join(fields["signature-input"]))  # which none and several never match
    signature = re.fullmatch(SIGNATURE, "\n".join(fields["signature"]))
    need(given and signature and len(given[0]) <= 1024, "REQ-3")
    components, pairs = re.findall('"(.+?)"', given[2]), re.findall(r';([a-z]+)="?([^";]+)', given[3])
    parameters, allowed = dict(pairs), {*re.findall("([a-z]+)=", PARAMETER)}
    need(len(parameters) == len(pairs) and {"alg", *parameters} == allowed, "REQ-5")
    created, expires = int(parameters["created"]), int(parameters["expires"])
    need(abs(now - created) <= 300 and max(created, now) <= expires <= created + 300, "REQ-7")
    public = key_of(parameters["keyid"])["public"]
    if request["body"]:
        need("content-digest" in components, "REQ-4", "bad_digest")
        need(fields["content-digest"] == [content_digest(request["body"])], "REQ-8")
    need(sorted(components) == sorted(WITH_BODY if request["body"] else ALWAYS), "REQ-4")
    base = signature_base(request, components, given[1])
    need(verify.verifies(public, base, encode(base64.b64decode(signature[1]))), "REQ-9")
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
GLOBAL_6, *NOT_GLOBAL = map(ip_network, re.findall("`([0-9a-f.:]+/[0-9]+)`", verify.RULES["KEYDOC-11"]))
KNOWN_TO_ALL = {*re.findall("`([A-Za-z0-9_-]{43})`", verify.RULES["KEYDOC-12"])}


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
        expected = [last["root"], last["serial"] + 1, digest("keyset", canonical(last))]
        place = [following.get(name) for name in ("root", "serial", "prev")]
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


# Vectors and transcripts.


def run_vectors(area, file):
    """What disagrees."""
    run = globals().get(area.replace("/", "_")) or globals()[area.partition("/")[0]]
    for vector in file["vectors"]:
        given = vector["input"]
        if "text" in given or "hex" in given:
            given["octets"] = bytes.fromhex(given.pop("hex", "")) or given.pop("text", "").encode()
        if "logs" in file and "log" in given:
            given["log"] = file["logs"][given["log"]]
        try:
            got = run(**given)
            got = {"ok": {name: got[name] for name in vector["expect"].get("ok", {})}}
        except Refused as refusal:
            got = {"reject": refusal.code}
        if got != vector["expect"]:
            yield f"{vector['id']} ({vector['why']}): {got}, instead of {vector['expect']}"


class Transcript:
    """What two servers said to each other, checked as each would (spec/transcripts/README.md)."""

    def __init__(self, channel):
        self.verifier, self.documents, self.requests, self.promised = verify.Verifier(channel), {}, [], []

    def check(self, now, request, response, to, **_):
        kind = request["target"].rpartition("/")[2]
        if kind == "loggia":
            self.documents[to] = documents_check(response["body"].encode(), to, now)
            return
        self.check_request(now, to, **request)
        body, answer = verify.members(request["body"] or "{}"), json.loads(response["body"] or "null")
        if kind in ("join", "events"):
            for line, result in zip(verify.items(body["events"]), answer["results"], strict=True):
                event_id = "$" + digest("event", verify.members(line)["event"].encode())
                need(event_id == result["entry"]["event"], "LOG-7")
                self.promised.append(result["entry"])
        elif kind == "entries":  # these are lines of an export
            for line in verify.items(body["entries"]):
                self.verifier.check(b'{"kind":"entry","line":%b}' % line.encode())
            self.verifier.check(b'{"kind":"head","line":%b}' % body["head"].encode())
            first_finding(self.verifier)
            need(answer == {"void": [], **self.verifier.size_and_root()}, "another answer", "bad_head")
        elif kind == "heads":
            claim = {"channel": self.verifier.state.channel, **self.verifier.size_and_root()}
            need(json.loads(body["heads"]) == [claim], "another head was claimed", "bad_head")

    def check_request(self, now, to, target, fields, **request):
        """7.3."""
        every = {name: [value] for name, value in fields.items()}
        address = requests_address(every, to, self.documents[to]["endpoint"].removeprefix("https://"))
        keys, (path, _, query) = self.documents[address["origin"]], target.partition("?")
        parts = {**request, **fields, **address, "path": path, "query": query, "now": now // 1000}
        parameters = verify_request(lambda kid: documents_keys(keys, kid, now), every, **parts)
        self.requests.append({**address, **parameters})
        requests_nonces(self.requests)


def run_transcript(name, file):
    """What disagrees first."""
    transcript = Transcript(file["channel"])
    try:
        for step in file["steps"]:
            for number, exchange in enumerate(step["exchanges"], 1):
                place = f"{step['step']}, exchange {number}"
                transcript.check(step["now"], **exchange)
        place = "the end"
        kept = all(entry in transcript.verifier.entries for entry in transcript.promised)
        need(kept, "an entry is not where it was promised", "bad_entry")
    except Refused as refusal:
        yield f"{name}: {place}: {refusal}"


def main(directories):
    count, wrong = 0, []
    for directory in map(Path, directories):
        for path in sorted(directory.rglob("*.json")):
            name = path.relative_to(directory).with_suffix("").as_posix()
            file = json.loads(path.read_text("utf-8"), object_pairs_hook=verify.ordered)
            if not name.startswith("federation/"):
                count += len(file.get("vectors", file.get("steps")))
                wrong += run_transcript(name, file) if "steps" in file else run_vectors(name, file)
    print(f"{count - len(wrong)} vectors and steps of transcripts agree, {len(wrong)} do not")
    print("".join(f"  {line}\n" for line in wrong), end="")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
