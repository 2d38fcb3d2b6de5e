#!/usr/bin/env python3
"""Checks what two servers said to each other: transcripts.py spec/transcripts

Every key document, signature, digest, address and nonce of the requests, every event, entry, root and head in their bodies.
Exit code: 0 all of it holds, 1 something does not.
"""

import json
import sys
from pathlib import Path

from loggia_documents import check_document, key_at
from loggia_format import EVENT_DOMAIN, KEY_BYTES, Malformed, decode, digest, require
from loggia_export import members, read_head
from loggia_requests import check_address, take_nonces, verify_request
from verify import Verifier

FIELDS = ("content-digest", "signature-input", "signature")


class Transcript:
    def __init__(self, channel):
        self.verifier = Verifier(channel)
        self.documents = {}
        self.requests = []  # origin and nonce of each
        self.promised = []  # entries that the host answered with
        self.placed = {}

    def check(self, exchange, now):
        request, response = exchange["request"], exchange["response"]
        if request["target"] == "/.well-known/loggia":
            server = exchange["to"]
            self.documents[server] = check_document(response["body"].encode(), server, now)
            return
        self.check_request(exchange, now)
        kind = request["target"].rpartition("/")[2]
        if kind in ("join", "events"):
            self.check_submission(request["body"], json.loads(response["body"]))
        elif kind == "entries":
            self.check_batch(request["body"], json.loads(response["body"]))
        elif kind == "heads":
            size, root = self.verifier.tree.size, self.verifier.tree.root()
            claim = json.loads(request["body"])["heads"][0]
            require(claim == {"channel": self.verifier.channel, "root": root, "size": size}, "another head was claimed")

    def check_request(self, exchange, now):
        """7.3"""
        request, to = exchange["request"], exchange["to"]
        fields = {name: [value] for name, value in request["fields"].items()}
        authority = self.documents[to]["endpoint"].removeprefix("https://")
        origin, host = check_address(fields, to, authority)
        path, _, query = request["target"].partition("?")
        received = {
            **{name: request["fields"].get(name) for name in ("loggia-origin", "loggia-destination", "loggia-version", "content-type")},
            **{name: fields.get(name, []) for name in FIELDS},
            "method": request["method"], "authority": host, "path": path, "query": query, "body": request["body"],
        }  # fmt: skip
        keyid = request["fields"]["signature-input"].partition('keyid="')[2].partition('"')[0]
        key = key_at(self.documents[origin], keyid, now)
        verify_request(received, now // 1000, decode(key, KEY_BYTES))
        nonce = request["fields"]["signature-input"].partition('nonce="')[2].partition('"')[0]
        self.requests.append({"origin": origin, "nonce": nonce})
        take_nonces(self.requests)

    def check_submission(self, body, answer):
        """The events are the octets between the braces, as in an export."""
        for event, result in zip(events_of(body, "events"), answer["results"], strict=True):
            require(result["entry"]["event"] == "$" + digest(EVENT_DOMAIN, event["event"].encode()), "LOG-7")
            self.promised.append(result["entry"])

    def check_batch(self, body, answer):
        for line in events_of(body, "entries"):
            entry = json.loads(line["entry"])
            self.placed[entry["seq"]] = entry
            self.verifier.check_entry(entry, json.loads(line["signature"]), line)
        head, signature = read_head(members(body)["head"])
        self.verifier.check_head(head, signature)
        require(not self.verifier.findings, self.verifier.findings)
        require(answer == {"size": head["size"], "root": head["root"], "void": []}, "another answer")

    def check_end(self):
        require(all(self.placed.get(entry["seq"]) == entry for entry in self.promised), "an entry is not where it was promised")


def events_of(body, name):
    """The members of each item of a list, as text."""
    listed = members(body)[name]
    decoder, at, found = json.JSONDecoder(), 1, []
    while listed[at] != "]":
        _, end = decoder.raw_decode(listed, at)
        found.append(members(listed[at:end]))
        at = end + (listed[end] == ",")
    return found


def main(directory):
    bad = 0
    for path in sorted(directory.glob("*.json")):
        file = json.loads(path.read_text(encoding="utf-8"))
        transcript, count, step = Transcript(file["channel"]), 0, None
        try:
            for step in file["steps"]:
                for exchange in step["exchanges"]:
                    transcript.check(exchange, step["now"])
                    count += 1
            transcript.check_end()
            print(f"{path.name}: {count} exchanges hold, {transcript.verifier.tree.size} entries")
        except (Malformed, KeyError) as error:
            bad += 1
            print(f"{path.name}: exchange {count + 1}, {step['step']}: {error}")
    return 1 if bad or not list(directory.glob("*.json")) else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
