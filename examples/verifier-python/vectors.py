#!/usr/bin/env python3
"""Runs the specification's test vectors through the verifier: vectors.py spec/vectors

Prints how many agree, then those that do not. Exit code: 0 all agree, 1 some do not. All of them are run but those in
`federation/`, which are asked of a server that runs.
"""

import hashlib
import json
import sys
from pathlib import Path

from loggia_documents import check_chain, check_document, is_public, key_at, redirected
from loggia_export import parse_entry, read_head
from loggia_format import (
    BODY_DOMAIN,
    EVENT_DOMAIN,
    HASH_BYTES,
    HEAD_DOMAIN,
    KEY_BYTES,
    KEY_ID,
    NONCE,
    SIGNATURE_BYTES,
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
from loggia_proofs import finding, is_consistent, is_included
from loggia_requests import Refused, check_address, demand, sign_request, take_nonces, verify_request
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


def address(given, _logs):
    origin, authority = check_address(given["fields"], given["receiver"], given["authority"])
    return {"origin": origin, "authority": authority}


def nonces(given, _logs):
    take_nonces(given["requests"])
    return {}


def sign(given, _logs):
    """The private key is made from its name: see the vectors' README."""
    key = hashlib.sha256(f"test key\n{given['server']}/{given['keyid']}".encode()).digest()
    return sign_request(given, given["created"], given["expires"], given["nonce"], given["keyid"], key)


def include(given, _logs):
    require(is_included(*(given[name] for name in ("leaf", "index", "size", "proof", "root"))), "no proof")
    return {}


def extend(given, _logs):
    require(is_consistent(*(given[name] for name in ("old_size", "old_root", "new_size", "new_root", "proof"))), "no proof")
    return {}


def compare(given, _logs):
    return {"finding": finding(given["evidence"], decode(given["public"], KEY_BYTES))}


def read_document(given, _logs):
    document = check_document(octets(given), given["server"], given["now"])
    return {"kids": [key["kid"] for key in document["keys"]], "serial": document["serial"]}


def find_key(given, _logs):
    return {"public": key_at(given["set"], given["kid"], given["now"])}


def chain_sets(given, _logs):
    check_chain(given["known"], given["shown"], given.get("between", []))
    return {}


def redirect(given, _logs):
    return {"url": redirected(given["server"], given["location"])}


def look_up(given, _logs):
    demand(is_public(given["address"]), "refused", "KEYDOC-11")
    return {}


def has_length(text, length):
    decode(text, length)
    return True


def is_alias(name):
    return name.startswith("#") and is_user("@" + name[1:])


NAMES = {
    "alias": is_alias,
    "hash": lambda name: has_length(name, HASH_BYTES),
    "signature": lambda name: has_length(name, SIGNATURE_BYTES),
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


def follow_log(given):
    """Everything before the last entry is effective; the last one's problem, and the verifier after it."""
    log = given["log"]
    verifier = Verifier("!" + log[0]["entry"]["event"][1:])
    problem = None
    for line in log:
        require(problem is None, f"before {line['entry']['seq']}: {problem}")
        require(broken_rule(verifier.last, line["entry"]) is None, "LOG-4, LOG-5")
        seen = json.loads(line["event"]).get("seen", {"root": verifier.tree.root()})
        require(seen["root"] == verifier.tree.root(), "5.5")
        verifier.tree.append(leaf(line["entry"]))
        verifier.last = line["entry"]
        _, problem = verifier.judge(line["entry"], line["event"].encode(), line["signature"])
    return verifier, problem


def people(given, _logs):
    verifier, problem = follow_log(given)
    require(problem is None, problem)
    return {"owner": verifier.state.owner, "members": {user: list(seat) for user, seat in verifier.state.members.items()}}


def check_whole(given, _logs):
    verifier, problem = follow_log(given)
    require(problem is None, problem)
    verifier.check_head(*read_head(canonical(given["signed"]).decode()))
    if verifier.findings:
        _, code, detail = verifier.findings[0].split(": ", 2)
        raise Refused(code, detail)
    return {}


RUNNERS = {
    "documents/check.json": read_document,
    "documents/keys.json": find_key,
    "documents/chain.json": chain_sets,
    "documents/redirects.json": redirect,
    "documents/addresses.json": look_up,
    "flows/members.json": people,
    "flows/conversations.json": people,
    "log/inclusion.json": include,
    "log/consistency.json": extend,
    "log/evidence.json": compare,
    "log/whole.json": check_whole,
    "requests/sign.json": sign,
    "requests/address.json": address,
    "requests/nonces.json": nonces,
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


def main(directory):
    agreeing, disagreeing = 0, []
    runners = RUNNERS | {f"rules/{path.name}": judge for path in sorted((directory / "rules").glob("*.json"))}
    unknown = {path.relative_to(directory).as_posix() for path in directory.glob("*/*.json")} - runners.keys()
    disagreeing += [f"{name}: nobody runs these" for name in sorted(unknown) if not name.startswith("federation/")]
    for name, run in runners.items():
        file = json.loads((directory / name).read_text(encoding="utf-8"))
        for vector in file["vectors"]:
            problem = disagreement(run, vector, file.get("logs", {}))
            agreeing += problem is None
            disagreeing += [f"{vector['id']} ({vector['why']}): {problem}"] if problem else []
    print(f"{agreeing} vectors agree, {len(disagreeing)} do not")
    for line in disagreeing:
        print(f"  {line}")
    return 1 if disagreeing or not agreeing else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
