#!/usr/bin/env python3
"""Writes spec/vectors/: composed from the text of spec/ alone, without the server's code, so that the two check each other.

    scripts/vectors/make.py      then review what changed, and run `cargo test --test vectors`

The same input gives the same files. A case is a line in one of the files beside this one, with what must come of it.
"""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import documents  # noqa: E402
import exports  # noqa: E402
import flows  # noqa: E402
import logs  # noqa: E402
import objects  # noqa: E402
import replies  # noqa: E402
import requests  # noqa: E402
import rules  # noqa: E402

TARGET = Path(__file__).resolve().parent.parent.parent / "spec" / "vectors"

FILES = {
    "json/canonical.json": objects.json_parse,
    "json/serialise.json": objects.json_write,
    "names/names.json": objects.names,
    "events/headers.json": objects.events,
    "events/bodies.json": objects.bodies,
    "events/signatures.json": objects.signatures,
    "log/entries.json": logs.entries,
    "log/chain.json": logs.chain,
    "log/roots.json": logs.roots,
    "log/inclusion.json": logs.inclusion,
    "log/consistency.json": logs.consistency,
    "log/heads.json": logs.heads,
    "log/evidence.json": logs.evidence,
    "requests/verify.json": requests.verify,
    "requests/sign.json": requests.sign,
    "requests/address.json": requests.address,
    "requests/nonces.json": requests.nonces,
    "documents/check.json": documents.check,
    "documents/keys.json": documents.keys,
    "documents/chain.json": documents.chain,
    "documents/redirects.json": documents.redirects,
    "documents/addresses.json": documents.addresses,
    "log/whole.json": flows.whole,
    "flows/members.json": flows.members,
    "flows/conversations.json": flows.conversations,
    "export/files.json": exports.lines,
}
AREAS = ("founding", "places", "contents", "access", "oneself", "others", "relations", "settings", "keys")


def lines(values):
    """A value a line, so that differences can be read."""
    return ",\n".join(json.dumps(value, ensure_ascii=True, sort_keys=False) for value in values)


def main():
    for name, make in FILES.items():
        path = TARGET / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'{{"vectors":[\n{lines(make())}\n]}}\n', encoding="utf-8")
    judged = {f"rules/{area}": rules.vectors(f"rules/{area}", getattr(rules, area)()) for area in AREAS}
    for name, made in (judged | {"log/keys": exports.keys()}).items():
        kept = ",\n".join(f"{json.dumps(log)}:[\n{lines(items)}\n]" for log, items in made["logs"].items())
        path = TARGET / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'{{"logs":{{\n{kept}\n}},\n"vectors":[\n{lines(made["vectors"])}\n]}}\n', encoding="utf-8")
    made = replies.vectors()
    path = TARGET / "federation" / "replies.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    before = f'"now":{made["now"]},\n"hosted":{json.dumps(made["hosted"])},\n"picture":{json.dumps(made["picture"])},\n"before":[\n{lines(made["before"])}\n]'
    path.write_text(f'{{{before},\n"vectors":[\n{lines(made["vectors"])}\n]}}\n', encoding="utf-8")
    print(f"wrote {len(FILES) + len(judged) + 1} files")


if __name__ == "__main__":
    main()
