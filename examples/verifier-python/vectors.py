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
from verify import Refused, canonical, digest, encode, need, read, refusing_as


def octets(given):
    return bytes.fromhex(given["hex"]) if "hex" in given else given["text"].encode()


def replay(log, last=None):
    """The verifier after a log, whose entries are void where it says so, and one more that is effective."""
    verifier = verify.Verifier("!" + [*log, last][0]["entry"]["event"][1:])
    for line in [*log, last] if last else log:
        header, problem = verifier.judge(line["entry"], line["event"].encode(), line["signature"])
        if problem and line is last:
            raise problem
        need(bool(problem) == ("void" in line), f"entry {line['entry']['seq']}: {problem}", "log")
        verifier.leaves.append(verify.leaf(line["entry"]))
        verifier.last = line["entry"]
    return verifier


def judge(given):
    """The entry after a log, or entry 0."""
    founding = {"seq": 0, "event": "$" + digest("event", given["event"].encode())}
    replay(given.get("log", []), {"entry": founding, **given})


def replay_history(given):
    *log, last = given["log"]
    return replay(log, last)


def raise_first(findings):
    for _, code, detail in findings:
        raise Refused(code, detail)


def check_whole(given):
    verifier = replay_history(given)
    verifier.check_head(**given["signed"])
    raise_first(verifier.findings)


def check_head(given):
    signed = read(octets(given), "head.json")
    holds = verify.signed_as("head", given["public"], canonical(signed["head"]), signed["signature"])
    need(holds, "HEAD-3", "bad_signature")


def check_signature(given):
    need(all(verify.is_name(kind, given[kind]) for kind in ("public", "signature")), "SIGN-3")
    signed = given["domain"].encode() + octets(given)
    need(verify.verifies(given["public"], signed, given["signature"]), "SIGN-2")


def key_of(given):
    key = replay(given["log"]).state.keys.get(given["server"], {}).get(given["kid"])
    need(key and key.since <= given["seq"], "KEY-6", "key_unknown")
    need(given["seq"] <= key.ended, "KEY-6", "key_expired")
    return {"public": key.public}


def people(given):
    state = replay_history(given).state
    return {"owner": state.owner, "members": {user: list(seat) for user, seat in state.seats.items()}}


def export(given):
    with refusing_as("no_export"):
        verifier = verify.verify(io.BytesIO(octets(given)))
    raise_first(verifier.findings)
    return verifier.counts()


def header(given):
    verify.read_event(octets(given))
    return {"id": "$" + digest("event", octets(given))}


def body(given):
    verify.read_body(octets(given))
    return {"body_hash": digest("body", octets(given))}


def document(given):
    checked = servers.check_document(octets(given), given["server"], given["now"])
    return {"kids": [key["kid"] for key in checked["keys"]], "serial": checked["serial"]}


def request(given):
    return {"keyid": servers.verify_request(given, given["now"], given["public"])["keyid"]}


def sign(given):
    """The private key is made from its name, as the vectors' README says."""
    key = hashlib.sha256(f"test key\n{given['server']}/{given['keyid']}".encode()).digest()
    parameters = {name: given[name] for name in ("created", "expires", "nonce", "keyid")}
    return servers.sign_request(given, key, **parameters)


RUNS = {  # by area or directory: what gives something, or nothing where it only refuses
    "json/canonical": lambda given: read(octets(given)) and {},
    "names/names": lambda given: need(verify.is_name(given["kind"], given["name"]), "NAME", "bad_header"),
    "events/signatures": check_signature,
    "log/chain": lambda given: verify.follows(given["previous"], given["entry"]),
    "log/heads": check_head,
    "log/whole": check_whole,
    "log/inclusion": lambda given: need(servers.is_included(**given), "5.3", "bad_proof"),
    "log/consistency": lambda given: need(servers.is_consistent(**given), "5.3", "bad_proof"),
    "rules": judge,
    "documents/chain": lambda given: servers.check_chain(**given),
    "documents/addresses": lambda given: servers.check_public(**given),
    "requests/nonces": lambda given: servers.take_nonces(**given),
    "json/serialise": lambda given: {"canonical": canonical(verify.parse(octets(given))).decode()},
    "events/headers": header,
    "events/bodies": body,
    "log/entries": lambda given: {"leaf": encode(verify.leaf(read(octets(given), "entry.json")))},
    "log/roots": lambda given: {"root": encode(verify.root_of([*map(verify.decode, given["leaves"])]))},
    "log/evidence": lambda given: {"finding": servers.finding(given["public"], **given["evidence"])},
    "log/keys": key_of,
    "export/files": export,
    "flows": people,
    "documents/check": document,
    "documents/keys": lambda given: {"public": servers.key_at(given["set"], given["kid"], given["now"])},
    "documents/redirects": lambda given: {"url": servers.redirected(**given)},
    "requests/verify": request,
    "requests/address": lambda given: servers.check_address(**given),
    "requests/sign": sign,
}


def run_vectors(area, file):
    """What disagrees."""
    run = RUNS.get(area) or RUNS[area.partition("/")[0]]
    for vector in file["vectors"]:
        given = vector["input"]
        if "logs" in file and "log" in given:
            given = given | {"log": file["logs"][given["log"]]}
        try:
            got = {"ok": run(given) or {}}
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
        body, answer = request["body"], json.loads(response["body"] or "null")
        kind = request["target"].rpartition("/")[2]
        if kind == "loggia":
            self.documents[to] = servers.check_document(response["body"].encode(), to, now)
            return
        self.check_request(request, to, now)
        if kind in ("join", "events"):
            events = verify.items(verify.members(body)["events"])
            for event, result in zip(events, answer["results"], strict=True):
                event_id = "$" + digest("event", verify.members(event)["event"].encode())
                need(event_id == result["entry"]["event"], "LOG-7")
                self.promised.append(result["entry"])
        elif kind == "entries":
            self.check_batch(verify.members(body), answer)
        elif kind == "heads":
            claim = {"channel": self.verifier.channel, **self.log()}
            need(json.loads(body)["heads"] == [claim], "another head was claimed", "bad_head")

    def check_request(self, request, to, now):
        """7.3."""
        fields = {name: [value] for name, value in request["fields"].items()}
        address = servers.check_address(fields, to, self.documents[to]["endpoint"].removeprefix("https://"))
        path, _, query = request["target"].partition("?")
        lists = {name: fields.get(name, []) for name in ("content-digest", "signature-input", "signature")}
        received = {**request, **request["fields"], **lists, **address, "path": path, "query": query}
        key_set, keyid = self.documents[address["origin"]], servers.read_signature(received)[1]["keyid"]
        parameters = servers.verify_request(received, now // 1000, servers.key_at(key_set, keyid, now))
        self.requests.append({"origin": address["origin"], "nonce": parameters["nonce"]})
        servers.take_nonces(self.requests)

    def check_batch(self, batch, answer):
        """The lines of an export are made of the same."""
        for line in verify.items(batch["entries"]):
            _, values = verify.parse_line(f'{{"kind":"entry","line":{line}}}'.encode())
            self.placed[values["entry"]["seq"]] = values["entry"]
            self.verifier.check_entry(**values)
        _, values = verify.parse_line(f'{{"kind":"head","line":{batch["head"]}}}'.encode())
        self.verifier.check_head(**values)
        raise_first(self.verifier.findings)
        need(answer == {"void": [], **self.log()}, "another answer", "bad_head")

    def log(self):
        return {"size": len(self.verifier.leaves), "root": encode(verify.root_of(self.verifier.leaves))}

    def check_end(self):
        kept = all(self.placed.get(entry["seq"]) == entry for entry in self.promised)
        need(kept, "an entry is not where it was promised", "bad_entry")


def run_transcript(name, file):
    """What disagrees first."""
    transcript, place = Transcript(file["channel"]), "the end"
    try:
        for step in file["steps"]:
            for number, exchange in enumerate(step["exchanges"], 1):
                place = f"{step['step']}, exchange {number}"
                transcript.check(step["now"], **exchange)
        transcript.check_end()
    except Refused as refusal:
        yield f"{name}: {place}: {refusal}"


def main(directories):
    count, wrong = 0, []
    for directory in map(Path, directories):
        for path in sorted(directory.rglob("*.json")):
            name = path.relative_to(directory).with_suffix("").as_posix()
            file = json.loads(path.read_text("utf-8"))
            if not name.startswith("federation/"):
                count += len(file.get("vectors", file.get("steps")))
                wrong += run_transcript(name, file) if "steps" in file else run_vectors(name, file)
    print(f"{count - len(wrong)} vectors and steps of transcripts agree, {len(wrong)} do not")
    print("".join(f"  {line}\n" for line in wrong), end="")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
