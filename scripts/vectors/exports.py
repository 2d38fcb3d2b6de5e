"""Vectors for exports (chapter 20): whole files, with what a verifier counts, or the first thing that it finds."""

import json

from crypto import Key, b64, canonical, digest, leaf, root
from flows import OPEN, grown, key, own
from objects import HASH, numbered
from rules import ALICE, BOB, CAROL, founded

SALT = "A" * 22


class Export:
    """A channel that two people talk in, and its file."""

    def __init__(self):
        self.log, self.bodies, self.ids = grown(founded(), *OPEN), {}, {}
        self.log.push(self.log.server_key(BOB))
        self.log.push(self.log.member(BOB, BOB, "joined"))

    def say(self, name, sender=ALICE, kind="message", rel=None, to=None, content=None, void=None):
        body = {"content": content or {"text": name}, "salt": SALT}
        relates = {"rel": rel, "to": self.ids[to]} if rel else None
        made = self.log.event(sender, kind, body_hash=b64(digest("body", canonical(body))), relates=relates)
        self.log.push(made, void=void)
        self.ids[name] = self.log.items[-1]["entry"]["event"]
        self.bodies[self.ids[name]] = body
        return self

    def keep(self, **days):
        """The policy says how long messages are kept, or no longer does."""
        content = {"caps": {}, "history": "all", "join": "open", **days}
        self.log.push(self.log.state(ALICE, "channel.policy", "", content))
        return self

    def delete(self, name, sender=ALICE):
        self.log.push(self.log.event(sender, "redact", relates={"rel": "redact", "to": self.ids[name]}))
        self.bodies.pop(self.ids[name])
        return self

    def raw(self, text, **changes):
        """An entry of octets that are no event, or not the ones that it names."""
        seq, octets = len(self.log.items), text.encode()
        place = {"event": "$" + b64(digest("event", octets)), "host_ts": 1790000000000 + seq, "seq": seq, "term": 1, **changes}
        self.log.items.append({"entry": place, "event": text, "signature": "A" * 86, "void": "AUTH-3"})
        self.log.leaves.append(leaf(place))
        return self

    def head(self, **changes):
        place = {"root": b64(root(self.log.leaves)), "size": len(self.log.leaves), "term": 1, "ts": 1790000000460}
        value = {"channel": self.log.channel, "host": "a.example", "kid": "k1", **place, **changes}
        return {"head": value, "signature": key("a.example", "k1").sign("head", canonical(value))}

    def lines(self):
        """Of each entry the text of its members, in an order that can be changed."""
        made = []
        for item in self.log.items:
            line = {"entry": canonical(item["entry"]).decode(), "event": item["event"], "signature": json.dumps(item["signature"])}
            body = self.bodies.get(item["entry"]["event"])
            line |= {"body": canonical(body).decode()} if body else {}
            made.append(line | ({"void": json.dumps(item["void"])} if "void" in item else {}))
        return made

    def file(self, change=None, head=None, first=None, after="", end="\n"):
        """`change` is given the entries' members."""
        entries = self.lines()
        if change:
            change(entries)
        channel = first or json.dumps({"kind": "channel", "line": {"channel": self.log.channel, "format": 1}})
        texts = [channel, *(line if isinstance(line, str) else written(line) for line in entries)]
        if head is not False:
            texts.append(f'{{"kind":"head","line":{canonical(head or self.head()).decode()}}}')
        return {"text": "\n".join(texts) + after + end}


def written(line):
    return '{"kind":"entry","line":{' + ",".join(f'"{name}":{text}' for name, text in line.items()) + "}}"


def counts(entries, servers=2, bodies=0, deleted=0, missing=0, void=0):
    return {"entries": entries, "servers": servers, "bodies": bodies, "deleted": deleted, "missing": missing, "void": void}


def put(place, **members):
    """Gives the line of an entry other members, or takes them away (None)."""

    def change(entries):
        entries[place] = {name: text for name, text in {**entries[place], **members}.items() if text is not None}

    return change


def lines():
    talk = lambda: Export().say("one").say("two", BOB, rel="reply", to="one")
    about = lambda name: talk().say("an edit", kind="edit", rel="edit", to=name)
    gone = lambda: talk().say("three", BOB).say("an edit", BOB, "edit", "edit", "three", {"text": "four"}).delete("three", BOB)
    stranger = lambda: talk().say("out of nowhere", "@dave:a.example", void="AUTH-17")
    deep = "[" * 5_000 + "]" * 5_000
    reversed_members = lambda entries: entries.__setitem__(5, dict(reversed(entries[5].items())))
    spaced = lambda entries: entries.__setitem__(5, ' { "line" :\t' + written(entries[5]).split('"line":')[1][:-1] + ' , "kind":"entry"}\r')
    good = [
        ("EXPORT-1", "a channel", talk().file(), counts(7, bodies=2)),
        ("EXPORT-1", "the last line has no end", talk().file(end=""), counts(7, bodies=2)),
        ("EXPORT-1", "only the creator has come", Export.file(alone()), counts(2, servers=1)),
        ("EXPORT-2", "members in another order", talk().file(reversed_members), counts(7, bodies=2)),
        ("EXPORT-2", "white space around what is hashed", talk().file(spaced), counts(7, bodies=2)),
        ("EXPORT-2", "a signature with an escape", talk().file(put(0, signature=escaped(talk().lines()[0]["signature"]))), counts(7, bodies=2)),
        ("EXPORT-3", "a message was deleted, and its edit with it", without(gone(), "an edit").file(), counts(10, bodies=2, deleted=2)),
        ("EXPORT-3", "the edit of a deleted message is still there", gone().file(), counts(10, bodies=3, deleted=1)),
        ("EXPORT-4", "a void entry", stranger().file(), counts(8, bodies=3, void=1)),
        ("EXPORT-4", "a void entry, and another rule is named", stranger().file(put(7, void='"AUTH-5"')), counts(8, bodies=3, void=1)),
        ("EXPORT-4", "an event that is a number", talk().raw("1.50").file(), counts(8, bodies=2, void=1)),
        ("EXPORT-4", "an event that is a text", talk().raw(r'"\u0041"').file(), counts(8, bodies=2, void=1)),
        ("EXPORT-5", "an event that is nested deeply", talk().raw(deep).file(), counts(8, bodies=2, void=1)),
        ("EXPORT-4", "an entry that names another event", talk().raw("{}", event="$" + HASH).file(), counts(8, bodies=2, void=1)),
        ("BODY-4", "a reply to a message whose body is not there", without(talk(), "one").file(), counts(7, bodies=1, missing=1)),
        ("BODY-4", "a body that says something else than its type would", talk().say("odd", content={"text": 5}).file(), counts(8, bodies=3)),
        ("BODY-5", "a deleted message keeps its place", talk().delete("one").file(), counts(8, bodies=1, deleted=1)),
        ("BODY-7", "a message was kept long enough, and what is about it", without(without(about("one").keep(retention_days=1), "one"), "an edit").file(), counts(9, bodies=1, deleted=2)),
        ("BODY-7", "nothing was old enough", about("one").keep(retention_days=1).file(), counts(9, bodies=3)),
        ("BODY-7", "messages are kept for ever again", without(talk().keep(retention_days=1).keep(), "one").file(), counts(9, bodies=1, missing=1)),
        ("BODY-6", "a body is missing, and nothing else is wrong", without(talk(), "two").file(), counts(7, bodies=1, missing=1)),
    ]  # fmt: skip
    other = canonical({"content": {"text": "another"}, "salt": SALT}).decode()
    # Together with the header one octet too many.
    large = lambda: talk().say("l" * (65_537 - 46 - len(talk().say("x").lines()[7]["event"])))
    sound = talk().lines()
    bad = [
        ("EXPORT-1", "nothing", {"text": ""}, "no_export"),
        ("EXPORT-1", "another format", talk().file(first=json.dumps({"kind": "channel", "line": {"channel": talk().log.channel, "format": 2}})), "no_export"),
        ("EXPORT-1", "no channel in the first line", talk().file(first=json.dumps({"kind": "channel", "line": {"channel": "!abc", "format": 1}})), "no_export"),
        ("EXPORT-1", "an entry in the first line", talk().file(first=written(sound[0])), "no_export"),
        ("EXPORT-1", "another channel's name", talk().file(first=json.dumps({"kind": "channel", "line": {"channel": "!" + HASH, "format": 1}})), "wrong_channel"),
        ("EXPORT-1", "a gap", talk().file(lambda entries: entries.pop(3)), "missing_entry"),
        ("LIMIT-2", "the log without its beginning", talk().file(lambda entries: entries.__delitem__(slice(3))), "missing_entry"),
        ("EXPORT-1", "two entries in the wrong order", talk().file(lambda entries: entries.insert(5, entries.pop(6))), "missing_entry"),
        ("EXPORT-1", "no entries", talk().file(lambda entries: entries.clear()), "missing_entry"),
        ("EXPORT-1", "no head", talk().file(head=False), "no_head"),
        ("EXPORT-1", "two heads", talk().file(lambda entries: entries.append(f'{{"kind":"head","line":{canonical(talk().head()).decode()}}}')), "bad_line"),
        ("EXPORT-1", "something after the head", talk().file(after="\n{}"), "bad_line"),
        ("EXPORT-1", "an empty line", talk().file(after="\n"), "bad_line"),
        ("EXPORT-1", "a kind of line that nobody knows", talk().file(lambda entries: entries.append('{"kind":"note","line":{}}')), "bad_line"),
        ("EXPORT-2", "a space in an entry", talk().file(put(2, entry=sound[2]["entry"].replace(":2,", ": 2,"))), "bad_line"),
        ("EXPORT-2", "a space in an event", talk().file(put(2, event=sound[2]["event"].replace('"v":1', '"v": 1'))), "event_mismatch"),
        ("EXPORT-2", "a space in a body", talk().file(put(5, body=sound[5]["body"].replace('"salt":', '"salt": '))), "body_mismatch"),
        ("EXPORT-2", "a space in the head", talk().file(lambda entries: entries.append(f'{{"kind":"head","line":{canonical(talk().head()).decode().replace(":7,", ": 7,")}}}'), head=False), "bad_line"),
        ("EXPORT-2", "a member that nobody knows", talk().file(put(2, note="1")), "bad_line"),
        ("EXPORT-2", "a member twice", talk().file(lambda entries: entries.__setitem__(2, written(entries[2]).replace('"line":{', '"line":{"signature":"",'))), "bad_line"),
        ("EXPORT-2", "a member less", talk().file(put(2, signature=None)), "bad_line"),
        ("EXPORT-2", "null for a body", talk().file(put(5, body="null")), "body_mismatch"),
        ("EXPORT-2", "null for a rule", talk().file(put(5, void="null")), "bad_line"),
        ("EXPORT-2", "a signature with bits to spare", talk().file(put(2, signature=sound[2]["signature"][:-2] + 'B"')), "bad_line"),
        ("EXPORT-2", "no JSON, deep within an event", talk().file(put(2, event='{"a":[1 2]}')), "bad_line"),
        ("EXPORT-2", "a line of 262,145 octets", talk().file(lambda entries: entries.__setitem__(2, written(entries[2]).ljust(262_145))), "bad_line"),
        ("EXPORT-3", "a body where there is none", talk().file(put(1, body=other)), "body_unexpected"),
        ("EXPORT-4", "a void entry that does not say so", stranger().file(put(7, void=None)), "refused"),
        ("EXPORT-5", "no event, nested deeply, and it does not say so", talk().raw(deep).file(put(7, void=None)), "bad_event"),
        ("EXPORT-4", "no event, and it does not say so", talk().raw("{}").file(put(7, void=None)), "bad_event"),
        ("EXPORT-4", "an effective entry that is called void", talk().file(put(5, void='"AUTH-17"')), "void_mismatch"),
        ("EXPORT-4", "a genesis that is called void", talk().file(put(0, void='"AUTH-12"')), "void_mismatch"),
        ("EXPORT-4", "a genesis that does not hold, and is called void", talk().file(put(0, signature=sound[1]["signature"], void='"AUTH-7"')), "bad_signature"),
        ("EXPORT-4", "another's signature, and it does not say so", talk().file(put(5, signature=sound[6]["signature"])), "bad_signature"),
        ("BODY-3", "a body that is too large with its header", large().file(), "body_mismatch"),
        ("BODY-5", "the body of a deleted message", gone().file(put(7, body=canonical({"content": {"text": "three"}, "salt": SALT}).decode())), "body_not_deleted"),
        ("BODY-6", "another body", talk().file(put(5, body=other)), "body_mismatch"),
        ("BODY-6", "two bodies in each other's place", talk().file(lambda entries: (put(5, body=sound[6]["body"])(entries), put(6, body=sound[5]["body"])(entries))), "body_mismatch"),
        ("LOG-4", "a time that goes back", talk().file(put(6, entry=sound[6]["entry"].replace("1790000000006", "1"))), "bad_entry"),
    ]  # fmt: skip
    return numbered("export", good + bad)


def alone():
    made = Export()
    made.log = grown(founded(), own(ALICE, "joined"))
    return made


def without(export, name):
    export.bodies.pop(export.ids[name])
    return export


def escaped(text):
    return '"\\u%04x' % ord(text[1]) + text[2:]


def keys():
    """Which key of a server is in force where (6.2)."""
    log = grown(founded(), *OPEN)
    log.push(log.server_key(BOB))  # 3
    log.push(log.member(BOB, BOB, "joined"))
    log.push(log.server_key(BOB, "k2", "k1", ends="k1"))  # 5
    log.push(log.server_key(ALICE, "k2", "k1"))  # 6
    log.push(log.message(ALICE))
    log.push(log.event(CAROL, "message", body_hash=HASH), void="AUTH-17")  # 8
    given = lambda server, kid, seq: {"log": "rotated", "server": server, "kid": kid, "seq": seq}
    public = lambda server, kid: {"public": Key(server, kid).public}
    good = [
        ("KEY-4", "the host's first, from the genesis on", "a.example", "k1", 0),
        ("KEY-6", "and to the end", "a.example", "k1", 8),
        ("KEY-5", "a member's first, from its own entry on", "b.example", "k1", 3),
        ("KEY-6", "the entry that ends a key is its last", "b.example", "k1", 5),
        ("KEY-5", "and the first of the other", "b.example", "k2", 5),
        ("KEY-6", "two at a time", "a.example", "k2", 6),
        ("KEY-6", "the old one beside it", "a.example", "k1", 6),
    ]
    bad = [
        ("KEY-4", "an id that the genesis does not bind", "a.example", "k0", 0, "key_unknown"),
        ("KEY-5", "before it was bound", "b.example", "k1", 2, "key_unknown"),
        ("KEY-5", "another server's, under the same id", "c.example", "k1", 8, "key_unknown"),
        ("KEY-5", "a later key before it was bound", "b.example", "k2", 4, "key_unknown"),
        ("KEY-6", "after it was ended", "b.example", "k1", 6, "key_expired"),
        ("KEY-6", "long after it was ended", "b.example", "k1", 8, "key_expired"),
        ("KEY-3", "an id that looks like the next one", "b.example", "k3", 8, "key_unknown"),
    ]
    cases = [(rule, why, given(*where), public(*where[:2])) for rule, why, *where in good]
    cases += [(rule, why, given(*where), code) for rule, why, *where, code in bad]
    return {"logs": {"rotated": log.items}, "vectors": numbered("log/keys", cases)}
