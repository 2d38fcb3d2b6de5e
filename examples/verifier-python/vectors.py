#!/usr/bin/env python3
"""Runs the specification's vectors and transcripts: vectors.py ../../spec/vectors ../../spec/transcripts

Prints how many agree, then those that do not. Exit code: 0 all agree, 1 some do not. All are run but those of
`federation/`, which are asked of a server that runs.
"""

import hashlib
import io
import json
import sys
from pathlib import Path

import servers
import verify
from verify import Refused, canonical, digest, encode, need, read


def octets(given):
    return bytes.fromhex(given["hex"]) if "hex" in given else given["text"].encode()


def passed(condition, code="bad_header", **found):
    need(condition, code, "it does not hold")
    return found


def done(_value):
    return {}


def founding(first):
    return verify.Verifier("!" + first["entry"]["event"][1:])


def after(log):
    """The verifier after a log in which only those entries are void that say so."""
    verifier = founding(log[0])
    for line in log:
        _, problem = verifier.judge(line["entry"], line["event"].encode(), line["signature"])
        need((problem is not None) == ("void" in line), "log", f"entry {line['entry']['seq']}: {problem}")
    return verifier


def judge(given, logs):
    """The entry after a log, or entry 0."""
    entry = given.get("entry") or {"seq": 0, "event": "$" + digest("event", given["event"].encode())}
    verifier = after(logs[given["log"]]) if "log" in given else founding({"entry": entry})
    _, problem = verifier.judge(entry, given["event"].encode(), given["signature"])
    if problem:
        raise problem
    return {}


def key_of(given, logs):
    key = after(logs[given["log"]]).state.keys.get(given["server"], {}).get(given["kid"])
    passed(key and key.since <= given["seq"], "key_unknown")
    return passed(given["seq"] <= key.ended, "key_expired", public=key.public)


def export(given):
    try:
        verifier = verify.verify(io.BytesIO(octets(given)))
    except Refused as refusal:
        raise Refused("no_export", str(refusal)) from refusal
    for _, code, detail in verifier.findings:
        raise Refused(code, detail)
    counted = {"entries": verifier.tree.size, "servers": len(verifier.servers), "bodies": len(verifier.bodies)}
    return counted | {"deleted": verifier.deleted, "missing": verifier.missing, "void": verifier.void}


def grown(log):
    """The verifier after a log that is effective but for the last entry, whose problem is raised."""
    verifier = founding(log[0])
    for line in log:
        seen = json.loads(line["event"]).get("seen")
        need(not seen or seen["root"] == verifier.tree.root(), "log", "5.5")
        problem = verifier.check_entry(line["entry"], line["event"].encode(), line["signature"], None, False)
        need(problem is None or line is log[-1], "log", f"entry {line['entry']['seq']}: {problem}")
    if problem:
        raise problem
    return verifier


def people(given):
    state = grown(given["log"]).state
    return {"owner": state.owner, "members": {user: list(seat) for user, seat in state.seats.items()}}


def whole(given):
    verifier = grown(given["log"])
    verifier.check_head(**given["signed"])
    for _, code, detail in verifier.findings:
        raise Refused(code, detail)
    return {}


def body(given):
    verify.read_body(octets(given), 0)
    return {"body_hash": digest("body", octets(given))}


def header(given):
    verify.read_event(octets(given))
    return {"id": "$" + digest("event", octets(given))}


def root(given):
    tree = verify.Tree()
    for leaf in given["leaves"]:
        tree.append(verify.decode(leaf))
    return {"root": tree.root()}


def head(given):
    signed = read(verify.SIGNED_HEAD, octets(given))
    return passed(
        verify.signed_as("head", given["public"], canonical(signed["head"]), signed["signature"]), "bad_signature"
    )


def signature(given):
    passed(verify.is_public_key(given["public"]) and verify.SIGNATURE(given["signature"]))
    return passed(
        verify.verifies(given["public"], given["domain"].encode() + octets(given), given["signature"]), "bad_signature"
    )


def document(given):
    checked = servers.check_document(octets(given), given["server"], given["now"])
    return {"kids": [key["kid"] for key in checked["keys"]], "serial": checked["serial"]}


def request(given):
    return {"keyid": servers.verify_request(given, given["now"], given["public"])["keyid"]}


def sign(given):
    """The private key is made from its name, as the vectors' README says."""
    key = hashlib.sha256(f"test key\n{given['server']}/{given['keyid']}".encode()).digest()
    return servers.sign_request(given, *(given[name] for name in ("created", "expires", "nonce", "keyid")), key)


KINDS = {
    "alias": verify.ALIAS, "channel": verify.CHANNEL, "event": verify.EVENT_ID, "hash": verify.HASH,
    "kid": verify.KEY_ID, "nonce": verify.NONCE, "server": verify.SERVER, "signature": verify.SIGNATURE,
    "user": verify.USER,
}  # fmt: skip
RUNS = {
    "json/canonical.json": lambda given: done(read(lambda _value: True, octets(given))),
    "json/serialise.json": lambda given: {"canonical": canonical(verify.parse(octets(given))).decode()},
    "names/names.json": lambda given: passed(KINDS[given["kind"]](given["name"])),
    "events/headers.json": header,
    "events/bodies.json": body,
    "events/signatures.json": signature,
    "log/entries.json": lambda given: {"leaf": encode(verify.leaf(read(verify.ENTRY, octets(given))))},
    "log/chain.json": lambda given: done(verify.follows(given["previous"], given["entry"])),
    "log/roots.json": root,
    "log/heads.json": head,
    "log/whole.json": whole,
    "log/inclusion.json": lambda given: passed(servers.is_included(**given), "bad_proof"),
    "log/consistency.json": lambda given: passed(servers.is_consistent(**given), "bad_proof"),
    "log/evidence.json": lambda given: {"finding": servers.finding(public=given["public"], **given["evidence"])},
    "export/files.json": export,
    "flows/members.json": people,
    "flows/conversations.json": people,
    "documents/check.json": document,
    "documents/keys.json": lambda given: {"public": servers.key_at(given["set"], given["kid"], given["now"])},
    "documents/chain.json": lambda given: done(servers.check_chain(**given)),
    "documents/redirects.json": lambda given: {"url": servers.redirected(**given)},
    "documents/addresses.json": lambda given: done(servers.check_public(given["address"])),
    "requests/verify.json": request,
    "requests/address.json": lambda given: servers.check_address(**given),
    "requests/nonces.json": lambda given: done(servers.take_nonces(given["requests"])),
    "requests/sign.json": sign,
}


def run_vectors(name, file):
    """What disagrees."""
    if "logs" in file:
        judges = key_of if name == "log/keys.json" else judge
        return disagreeing(lambda given: judges(given, file["logs"]), file["vectors"])
    return disagreeing(RUNS[name], file["vectors"])


def disagreeing(run, vectors):
    for vector in vectors:
        try:
            got = {"ok": run(vector["input"])}
        except Refused as refusal:
            got = {"reject": refusal.code}
        if got != vector["expect"]:
            yield f"{vector['id']} ({vector['why']}): {got}, instead of {vector['expect']}"


class Transcript:
    """What two servers said to each other, checked as each would (spec/transcripts/README.md)."""

    def __init__(self, channel):
        self.verifier, self.documents, self.requests = verify.Verifier(channel), {}, []
        self.promised, self.placed = [], {}  # entries that the host answered with, and those that it sent

    def check(self, now, request, response, to, **_):
        if request["target"] == "/.well-known/loggia":
            self.documents[to] = servers.check_document(response["body"].encode(), to, now)
            return
        self.check_request(request, to, now)
        answer, kind = json.loads(response["body"] or "null"), request["target"].rpartition("/")[2]
        if kind in ("join", "events"):
            for event, result in zip(items(request["body"], "events"), answer["results"], strict=True):
                event_id = digest("event", verify.members(event, "event signature body?")["event"].encode())
                passed("$" + event_id == result["entry"]["event"], "LOG-7")
                self.promised.append(result["entry"])
        elif kind == "entries":
            self.check_batch(request["body"], answer)
        elif kind == "heads":
            tree = self.verifier.tree
            claim = {"channel": self.verifier.channel, "root": tree.root(), "size": tree.size}
            passed(json.loads(request["body"])["heads"] == [claim], "another head was claimed")

    def check_request(self, request, to, now):
        """7.3."""
        fields = {name: [value] for name, value in request["fields"].items()}
        asked = {name: fields[name] for name in ("loggia-version", "loggia-destination", "loggia-origin", "host")}
        address = servers.check_address(asked, to, self.documents[to]["endpoint"].removeprefix("https://"))
        lists = {name: fields.get(name, []) for name in ("content-digest", "signature-input", "signature")}
        path, _, query = request["target"].partition("?")
        received = (
            {"content-type": None} | request["fields"] | lists | request | address | {"path": path, "query": query}
        )
        keyid = servers.read_signature(received)[1]["keyid"]
        public = servers.key_at(self.documents[address["origin"]], keyid, now)
        parameters = servers.verify_request(received, now // 1000, public)
        self.requests.append({"origin": address["origin"], "nonce": parameters["nonce"]})
        servers.take_nonces(self.requests)

    def check_batch(self, batch, answer):
        for line in items(batch, "entries"):
            entry = verify.read_entry(line)
            self.placed[entry[0]["seq"]] = entry[0]
            self.verifier.check_entry(*entry)
        signed = verify.as_line(verify.SIGNED_HEAD, verify.members(batch, "entries head")["head"])
        self.verifier.check_head(**signed)
        passed(not self.verifier.findings, str(self.verifier.findings))
        head = signed["head"]
        passed(answer == {"size": head["size"], "root": head["root"], "void": []}, "another answer")

    def check_end(self):
        kept = all(self.placed.get(entry["seq"]) == entry for entry in self.promised)
        passed(kept, "an entry is not where it was promised")


def items(text, name):
    """The items of a list in a body, each as its text."""
    listed, decoder, at = verify.members(text, "entries? events? head?")[name], json.JSONDecoder(), 1
    while listed[at] != "]":
        _, end = decoder.raw_decode(listed, at)
        yield listed[at:end]
        at = end + (listed[end] == ",")


def run_transcript(name, file):
    transcript = Transcript(file["channel"])
    for step in file["steps"]:
        for number, exchange in enumerate(step["exchanges"], 1):
            try:
                transcript.check(step["now"], **exchange)
            except Refused as refusal:
                yield f"{name}: {step['step']}, exchange {number}: {refusal}"
                return
    try:
        transcript.check_end()
    except Refused as refusal:
        yield f"{name}: {refusal}"


def main(directories):
    count, wrong = 0, []
    for directory in map(Path, directories):
        for path in sorted(directory.rglob("*.json")):
            name, file = path.relative_to(directory).as_posix(), json.loads(path.read_text(encoding="utf-8"))
            if not name.startswith("federation/"):
                count += len(file.get("vectors", file.get("steps")))
                wrong += run_transcript(name, file) if "steps" in file else run_vectors(name, file)
    print(f"{count - len(wrong)} vectors and steps of transcripts agree, {len(wrong)} do not")
    print("".join(f"  {line}\n" for line in wrong), end="")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
