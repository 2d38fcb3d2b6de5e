#!/usr/bin/env python3
"""Runs the specification's vectors and transcripts: vectors.py ../../spec/vectors ../../spec/transcripts

Prints how many agree, then those that do not. Exit code: 0 all agree, 1 some do not. All are run but those of
`federation/`, which are asked of a server that runs. A function whose name is that of a file of vectors, or
of a directory, takes their `input` and gives what their `expect` asks for; so do those of servers.py.
"""

import io
import json
import sys
from functools import partial
from pathlib import Path

import servers
import verify
from verify import Refused, canonical, decode, digest, encode, is_name, need, parse, read, signed_as, verifies

json_canonical, log_chain = read, verify.follows


def json_serialise(octets):
    return {"canonical": canonical(parse(octets)).decode()}


def names(kind, name):
    need(is_name(kind, name), "NAME", "bad_header")


def events_headers(octets):
    read(octets, "event.json")
    return {"id": "$" + digest("event", octets)}


def events_bodies(octets):
    return {"body_hash": verify.body_hash(octets)}


def events_signatures(octets, public, domain, signature):
    need(is_name("public", public) and is_name("signature", signature), "SIGN-3")
    need(verifies(public, domain.encode() + octets, signature), "SIGN-2")


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


def run_vectors(area, file):
    """What disagrees."""
    known = vars(servers) | globals()
    run = known.get(area.replace("/", "_")) or known[area.partition("/")[0]]
    for vector in file["vectors"]:
        given = vector["input"]
        if "text" in given or "hex" in given:
            text, octets = given.pop("text", ""), bytes.fromhex(given.pop("hex", ""))
            given["octets"] = octets or text.encode()
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
            self.documents[to] = servers.documents_check(response["body"].encode(), to, now)
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
        address = servers.requests_address(every, to, self.documents[to]["endpoint"].removeprefix("https://"))
        keys, (path, _, query) = self.documents[address["origin"]], target.partition("?")
        parts = {**request, **fields, **address, "path": path, "query": query, "now": now // 1000}
        key_of = partial(servers.documents_keys, keys, now=now)
        parameters = servers.verify_request(key_of, fields=every, **parts)
        self.requests.append({**address, **parameters})
        servers.requests_nonces(self.requests)

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
