#!/usr/bin/env python3
"""Verifies an exported Loggia channel, offline: verify.py export.jsonl

Prints a summary, then a line for each finding. Exit code: 0 nothing is wrong, 1 there are findings,
2 the file can't be read or is no export.
"""

import sys
from dataclasses import dataclass, field

from loggia_export import FIRST_TERM, parse_line, read_channel, read_entry, read_head, read_lines
from loggia_format import (
    BODY_DOMAIN,
    EVENT_DOMAIN,
    HEAD_DOMAIN,
    Malformed,
    Tree,
    canonical,
    check_body,
    digest,
    leaf,
    parse_event,
    require,
    server_of,
    verifies,
)
from loggia_rules import State, Void

MAX_FINDINGS = 100
OK, FINDINGS, NO_EXPORT = 0, 1, 2


class Stop(Exception):
    """Nothing that follows can be judged."""


def broken_rule(before, entry):
    """The rule that keeps an entry from standing after the one before (None: from being the first)."""
    if before is None:
        return None if entry["term"] == FIRST_TERM else "LOG-5"
    if entry["host_ts"] < before["host_ts"]:
        return "LOG-4"
    return None if 0 <= entry["term"] - before["term"] <= 1 else "LOG-5"


@dataclass
class Verifier:
    """Takes an export line by line; what it found is in `findings`."""

    channel: str
    tree: Tree = field(default_factory=Tree)
    state: State | None = None
    last: dict | None = None  # the entry before
    seen: set = field(default_factory=set)  # ids of the events so far, void ones included
    servers: set = field(default_factory=set)  # whose users did something effective
    bodies: list = field(default_factory=list)  # (seq, id) of each event whose body is here
    absent: list = field(default_factory=list)  # (id, related id) of each event whose body is not
    void: int = 0
    deleted: int = 0
    missing: int = 0
    findings: list = field(default_factory=list)

    def find(self, code, place, detail):
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(f"{place}: {code}: {detail}")

    def stop(self, code, place, detail):
        self.find(code, place, detail)
        raise Stop

    def read(self, lines):
        """All lines after the first (EXPORT-1): the entries and the head."""
        try:
            has_head = False
            for number, raw in lines:
                try:
                    require(not has_head, "something after the head")
                    has_head = self.read_line(raw)
                except Malformed as error:
                    self.stop("bad_line", f"seq {self.tree.size}", f"line {number}: {error}")
            if not has_head:
                self.find("no_head", "head", "there is no signed head")
            self.check_bodies()
        except Stop:
            pass

    def read_line(self, raw):
        """True if it was the head."""
        kind, text = parse_line(raw)
        if kind == "entry":
            self.check_entry(*read_entry(text))
            return False
        require(kind == "head", f"an unexpected kind, {kind!r}")
        self.check_head(*read_head(text))
        return True

    # Entries

    def check_entry(self, entry, signature, line):
        seq, raw = self.tree.size, line["event"].encode()
        if entry["seq"] != seq:  # LOG-3
            self.stop("missing_entry", f"seq {seq}", f"entry {entry['seq']} stands here instead")
        self.check_follows(entry)
        self.tree.append(leaf(entry))
        self.last = entry
        event, problem = self.judge(entry, raw, signature)
        self.note_verdict(seq, problem, "void" in line)
        self.check_body(seq, entry["event"], event, raw, line.get("body"))

    def check_follows(self, entry):
        if (rule := broken_rule(self.last, entry)) is not None:
            self.find("bad_entry", f"seq {entry['seq']}", rule)

    def judge(self, entry, raw, signature):
        """The event, if these bytes are one, and what is wrong with it: a code and a rule, or None."""
        if digest(EVENT_DOMAIN, raw) != entry["event"][1:]:
            return None, ("event_mismatch", "LOG-7")
        try:
            event = parse_event(raw)
        except Malformed:
            return None, ("bad_event", "AUTH-3")
        event_id = entry["event"]
        repeated = event_id in self.seen
        self.seen.add(event_id)
        try:
            if self.state is None:
                self.found(event_id, event, raw, signature)
            elif repeated:
                raise Void("AUTH-1")
            else:
                self.append(event_id, event, raw, signature, entry["seq"])
        except Void as void:
            return event, ("bad_signature" if void.rule == "AUTH-7" else "refused", void.rule)
        self.servers.add(server_of(event["sender"]))
        return event, None

    def found(self, event_id, event, raw, signature):
        state = State.found("!" + event_id[1:], event_id, event)
        self.require_signature(state, event, raw, signature, 0)
        if state.channel != self.channel:
            self.stop("wrong_channel", "seq 0", f"the genesis founds {state.channel}")
        self.state = state

    def append(self, event_id, event, raw, signature, seq):
        self.state.judge(event, seq)
        self.require_signature(self.state, event, raw, signature, seq)
        self.state.fold(event_id, event, seq)

    @staticmethod
    def require_signature(state, event, raw, signature, seq):
        if not verifies(state.signing_key(event, seq), EVENT_DOMAIN, raw, signature):
            raise Void("AUTH-7")

    def note_verdict(self, seq, problem, marked_void):
        """EXPORT-4: a difference between the verdicts is a finding. A log has no void genesis."""
        if self.state is None:
            self.stop(problem[0], f"seq {seq}", problem[1])
        if problem and not marked_void:
            self.find(problem[0], f"seq {seq}", problem[1])
        elif problem:
            self.void += 1
        elif marked_void:
            self.find("void_mismatch", f"seq {seq}", "marked as void, but it is effective")

    # Bodies

    def check_body(self, seq, event_id, event, raw, body):
        named = event and event.get("body_hash")
        if body is None:
            if named:
                self.absent.append((event_id, event.get("relates", {}).get("to")))
        elif not named:
            self.find("body_unexpected", f"seq {seq}", "the event has no body")
        else:
            self.bodies.append((seq, event_id))
            self.check_content(seq, named, len(raw), body.encode())

    def check_content(self, seq, named, header_bytes, body):
        try:
            check_body(body, header_bytes)
            require(digest(BODY_DOMAIN, body) == named, "BODY-2")
        except Malformed as error:
            self.find("body_mismatch", f"seq {seq}", error)

    def is_deleted(self, event_id):
        return (logged := self.state.events.get(event_id)) is not None and logged.deleted

    def check_bodies(self):
        """EXPORT-3, at the end. With a message, the bodies of its edits and reactions are deleted as well."""
        for seq, event_id in self.bodies:
            if self.is_deleted(event_id):
                self.find("body_not_deleted", f"seq {seq}", "the event is deleted, but its body is here")
        self.deleted = sum(self.is_deleted(event) or self.is_deleted(related) for event, related in self.absent)
        self.missing = len(self.absent) - self.deleted

    # The head

    def check_head(self, head, signature):
        """HEAD-3, HEAD-7, and that it is the head of this log."""
        if self.state is None:
            self.stop("missing_entry", "seq 0", "the head stands here instead")
        if head["channel"] != self.channel:
            self.find("head_channel", "head", f"it is of {head['channel']}")
        if head["size"] != self.tree.size:
            self.find("head_size", "head", f"{self.tree.size} entries, but it says {head['size']}")
        elif head["root"] != self.tree.root():
            self.find("head_root", "head", "it has another root")
        if head["term"] != self.last["term"]:
            self.find("head_term", "head", f"it says {head['term']}")
        key = self.state.host_key(head["host"], head["kid"], self.tree.size - 1)
        if key is None:
            self.find("head_key", "head", f"{head['kid']} is no key of the host in force")
        elif not verifies(key, HEAD_DOMAIN, canonical(head), signature):
            self.find("head_signature", "head", "its signature does not verify")

    def summary(self):
        verdict = "chain NOT complete" if self.findings else "chain complete"
        return (
            f"{self.tree.size:,} entries, {len(self.servers):,} servers, {verdict}, {len(self.bodies):,} bodies, "
            f"{self.deleted:,} bodies deleted, {self.missing:,} bodies missing, {self.void:,} void"
        )


def verify(file):
    lines = enumerate(read_lines(file), 1)
    verifier = Verifier(read_channel(*parse_line(next(lines, (1, b""))[1])))
    verifier.read(lines)
    return verifier


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return NO_EXPORT
    try:
        with open(arguments[0], "rb") as file:
            verifier = verify(file)
    except (OSError, Malformed) as error:
        print(f"{arguments[0]}: no export: {error}", file=sys.stderr)
        return NO_EXPORT
    print(verifier.summary())
    for finding in verifier.findings:
        print(f"  {finding}")
    return FINDINGS if verifier.findings else OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
