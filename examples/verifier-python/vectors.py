#!/usr/bin/env python3
"""Runs the specification's test vectors through the verifier: vectors.py spec/vectors

Prints how many agree, then those that do not. Exit code: 0 all agree, 1 some do not. Of what a verifier of exports has
no use for, requests are judged here too; proofs, evidence, aliases, files and signing are left out.
"""

import json
import sys
from pathlib import Path

from loggia_export import parse_entry, read_head
from loggia_format import (
    BODY_DOMAIN,
    EVENT_DOMAIN,
    HASH_BYTES,
    HEAD_DOMAIN,
    KEY_BYTES,
    KEY_ID,
    NONCE,
    Malformed,
    Tree,
    canonical,
    check_body,
    check_id,
    decode,
    digest,
    encode,
    is_server,
    is_user,
    leaf,
    matches,
    parse_canonical,
    parse_event,
    parse_strict,
    require,
    verifies,
)
from loggia_requests import Refused, verify_request
from verify import Verifier, broken_rule


def octets(given):
    return bytes.fromhex(given["hex"]) if "hex" in given else given["text"].encode()


def read_canonical(given, _logs):
    parse_canonical(octets(given))
    return {}


def serialise(given, _logs):
    return {"canonical": canonical(parse_strict(octets(given))).decode()}


def read_header(given, _logs):
    parse_event(octets(given))
    return {"id": "$" + digest(EVENT_DOMAIN, octets(given))}


def read_body(given, _logs):
    check_body(octets(given), header_bytes=0)
    return {"body_hash": digest(BODY_DOMAIN, octets(given))}


def verify_signature(given, _logs):
    domain = given["domain"].encode()
    require(verifies(decode(given["public"], KEY_BYTES), domain, octets(given), given["signature"]), "SIGN-2")
    return {}


def read_entry(given, _logs):
    return {"leaf": encode(leaf(parse_entry(octets(given))))}


def follow(given, _logs):
    before, entry = given["previous"], given["entry"]
    parse_entry(canonical(entry))
    require(entry["seq"] == (before["seq"] + 1 if before else 0), "LOG-3")
    require(broken_rule(before, entry) is None, "LOG-4, LOG-5")
    return {}


def compute_root(given, _logs):
    tree = Tree()
    for node in given["leaves"]:
        tree.append(decode(node, HASH_BYTES))
    return {"root": tree.root()}


def verify_head(given, _logs):
    head, signature = read_head(octets(given).decode())
    require(verifies(decode(given["public"], KEY_BYTES), HEAD_DOMAIN, canonical(head), signature), "HEAD-3")
    return {}


def receive(given, _logs):
    return {"keyid": verify_request(given, given["now"], decode(given["public"], KEY_BYTES))}


NAMES = {
    "server": is_server,
    "user": is_user,
    "kid": lambda name: matches(KEY_ID, name),
    "nonce": lambda name: matches(NONCE, name),
    "channel": lambda name: check_id(name, "!") is None,
    "event": lambda name: check_id(name, "$") is None,
}


def read_name(given, _logs):
    require(NAMES[given["kind"]](given["name"]), "not such a name")
    return {}


def judge(given, logs):
    """The entry after a log, or entry 0."""
    before = logs[given["log"]] if "log" in given else []
    event = given["event"].encode()
    entry = given.get("entry") or {"seq": 0, "event": "$" + digest(EVENT_DOMAIN, event)}
    first = before[0]["entry"] if before else entry
    verifier = Verifier("!" + first["event"][1:])
    for line in before:
        _, problem = verifier.judge(line["entry"], line["event"].encode(), line["signature"])
        require((problem is not None) == ("void" in line), f"entry {line['entry']['seq']} of the log: {problem}")
    _, problem = verifier.judge(entry, event, given["signature"])
    require(problem is None, problem)
    return {}


RUNNERS = {
    "json/canonical.json": read_canonical,
    "json/serialise.json": serialise,
    "names/names.json": read_name,
    "events/headers.json": read_header,
    "events/bodies.json": read_body,
    "events/signatures.json": verify_signature,
    "log/entries.json": read_entry,
    "log/chain.json": follow,
    "log/roots.json": compute_root,
    "log/heads.json": verify_head,
    "requests/verify.json": receive,
}


def disagreement(run, vector, logs):
    """What is wrong with the outcome, or None."""
    wanted = vector["expect"]
    try:
        got = run(vector["input"], logs)
    except Refused as refusal:
        return None if refusal.code == wanted.get("reject") else str(refusal)
    except Malformed as refusal:
        return None if "reject" in wanted else f"refused: {refusal}"
    if "reject" in wanted:
        return f"accepted, instead of {wanted['reject']}"
    return None if got == wanted["ok"] else f"{got}, instead of {wanted['ok']}"


def concerns_exports(name, vector):
    return name != "names/names.json" or vector["input"]["kind"] in NAMES


def main(directory):
    agreeing, disagreeing = 0, []
    runners = RUNNERS | {f"rules/{path.name}": judge for path in sorted((directory / "rules").glob("*.json"))}
    for name, run in runners.items():
        file = json.loads((directory / name).read_text(encoding="utf-8"))
        for vector in filter(lambda vector: concerns_exports(name, vector), file["vectors"]):
            problem = disagreement(run, vector, file.get("logs", {}))
            agreeing += problem is None
            disagreeing += [f"{vector['id']} ({vector['why']}): {problem}"] if problem else []
    print(f"{agreeing} vectors agree, {len(disagreeing)} do not")
    for line in disagreeing:
        print(f"  {line}")
    return 1 if disagreeing or not agreeing else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
