#!/usr/bin/env python3
"""Verifies an exported Loggia channel, offline: verify.py export.jsonl

Written from spec/ alone, and in its order; what stands in capitals with a number is a rule there. Prints a
summary, then a line for each finding. Exit code: 0 nothing is wrong, 1 something is, 2 it is no export.
"""

import base64
import hashlib
import json
import re
import sys
from collections import namedtuple
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Refused(ValueError):
    """`code` is one of chapter 21, `rule` says why."""

    def __init__(self, code, rule):
        super().__init__(f"{code}: {rule}")
        self.code, self.rule = code, rule


# Most rules name their code behind them: "- **JSON-4** .. [`bad_json`]".
SPEC = Path(__file__).resolve().parents[2] / "spec"
CHAPTERS = "".join(path.read_text("utf-8") for path in SPEC.glob("[0-9]*.md"))
CODE_OF = dict(re.findall(r"^- \*\*([A-Z]+-[0-9]+)\*\*.*?\[`([a-z_]+)`", CHAPTERS, re.MULTILINE))


def need(condition, rule, code=None):
    if not condition:
        raise Refused(code or CODE_OF[rule], rule)


@contextmanager
def refusing_as(code, rule=None):
    try:
        yield
    except (ValueError, RecursionError) as error:
        raise Refused(code, rule or str(error)) from error


# Chapter 2: canonical JSON.

MAX_INTEGER = 2**53 - 1


def parse(octets):
    """JSON in any spelling."""

    def unique(pairs):
        need(len(dict(pairs)) == len(pairs), "JSON-7")
        return dict(pairs)

    def exact(digits):  # no int has a fraction or an exponent, and none is NaN
        need(digits != "-0", "JSON-5")
        return int(digits)

    need(len(octets) <= 65_536, "JSON-1")
    hooks = dict.fromkeys(("parse_int", "parse_float", "parse_constant"), exact)
    with refusing_as("bad_json"):
        value = json.loads(octets.decode(), object_pairs_hook=unique, **hooks)
        canonical(value)  # JSON-6: a surrogate without its partner can't be written
    return value


def canonical(value):
    """The escapes of Python's json are those of RFC 8785."""
    return json.dumps(ordered(value, 16), ensure_ascii=False, separators=(",", ":")).encode()


def ordered(value, depth):
    """With the keys in the order of JSON-8; within the limits of JSON-2 to JSON-4."""
    need(not isinstance(value, dict | list) or depth > 0, "JSON-4")
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return {ordered(key, 0): ordered(value[key], depth - 1) for key in keys}
    if isinstance(value, list):
        return [ordered(item, depth - 1) for item in value]
    need(not isinstance(value, str) or "\0" not in value, "JSON-3")
    need(not isinstance(value, int) or abs(value) <= MAX_INTEGER, "JSON-2")
    return value


def read(octets, schema=None):
    """A signed object: canonical, and of this form."""
    value = parse(octets)
    need(canonical(value) == octets, "JSON-9")
    need(schema is None or fits(value, {"$ref": schema}), f"not as in {schema}", "bad_header")
    return value


# Forms of names (chapter 1) and of signed objects stand in schemas/: JSON Schema, of which this is enough.

SCHEMAS = {path.name: json.loads(path.read_text("utf-8"))
           for path in SPEC.glob("schemas/*.json")}  # fmt: skip
# The contents of states are judged later than the rest of an event, and the number of patterns by AUTH-52.
EVENT = SCHEMAS["event.json"]
EVENT["$defs"]["states"] = {"allOf": [part for part in EVENT["allOf"] if part["$comment"].startswith("AUTH")]}
EVENT["allOf"] = [part for part in EVENT["allOf"] if part["$comment"].startswith("EVENT")]
for patterns in EVENT["$defs"]["servers"]["properties"].values():
    del patterns["maxItems"]

JSON_TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
KEYWORDS = {  # what each is about, and what it asks of (value, its own value, the schema, the schema's file)
    "type": (object, lambda value, name, *_: type(value) is JSON_TYPES[name]),
    "const": (object, lambda value, other, *_: type(value) is type(other) and value == other),
    "enum": (object, lambda value, known, *_: value in known),
    "pattern": (str, lambda value, pattern, *_: compiled(pattern).search(value)),
    "maxLength": (str, lambda value, most, *_: len(value) <= most),
    "minimum": (int, lambda value, least, *_: value >= least),
    "maximum": (int, lambda value, most, *_: value <= most),
    "minItems": (list, lambda value, least, *_: len(value) >= least),
    "maxItems": (list, lambda value, most, *_: len(value) <= most),
    "uniqueItems": (list, lambda value, *_: all(item not in value[:at] for at, item in enumerate(value))),
    "items": (list, lambda value, each, _, file: all(fits(item, each, file) for item in value)),
    "maxProperties": (dict, lambda value, most, *_: len(value) <= most),
    "required": (dict, lambda value, names, *_: value.keys() >= set(names)),
    "propertyNames": (dict, lambda value, each, _, file: all(fits(name, each, file) for name in value)),
    "properties": (dict, lambda value, of, _, file: all(
        fits(value[name], of[name], file) for name in value.keys() & of.keys())),
    "additionalProperties": (dict, lambda value, each, schema, file: all(
        fits(value[name], each, file) for name in value.keys() - schema.get("properties", {}).keys())),
    "allOf": (object, lambda value, parts, _, file: all(fits(value, part, file) for part in parts)),
    "anyOf": (object, lambda value, parts, _, file: any(fits(value, part, file) for part in parts)),
    "oneOf": (object, lambda value, parts, _, file: sum(fits(value, part, file) for part in parts) == 1),
    "not": (object, lambda value, other, _, file: not fits(value, other, file)),
    "if": (object, lambda value, test, schema, file:
        fits(value, schema.get("then" if fits(value, test, file) else "else", True), file)),
    "$ref": (object, lambda value, target, _, file: refers(value, *target.split("#/$defs/"), file=file)),
}  # fmt: skip


@cache
def compiled(pattern):
    return re.compile(re.sub(r"(?<!\\)\$", r"\\Z", pattern))  # its $ is the very end, Python's is \Z


def fits(value, schema, file=None):
    if isinstance(schema, bool):
        return schema
    rules = ((*KEYWORDS[name], rule) for name, rule in schema.items() if name in KEYWORDS)
    return all(asks(value, rule, schema, file) for kind, asks, rule in rules if isinstance(value, kind))


def refers(value, name, part=None, file=None):
    target = SCHEMAS[name or file]
    is_fit = fits(value, target["$defs"][part] if part else target, name or file)
    return is_fit and (part != "public" or is_point(decode(value)))


def is_name(kind, value):
    return fits(value, {"$ref": f"names.json#/$defs/{kind}"})


def server_of(user):
    return user.partition(":")[2]


# 5.1: hashes and signatures.

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
LOW_ORDER = {0, 1, P - 1, ORDER_8, P - ORDER_8}  # their y


def encode(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decode(name):
    return base64.urlsafe_b64decode(name + "=" * (-len(name) % 4))


def digest(kind, octets):
    return encode(hashlib.sha256(f"loggia/{kind}/1\n".encode() + octets).digest())


def y_of(point):
    return int.from_bytes(point, "little") & ~(1 << 255)


def is_point(octets):
    """SIGN-3: the canonical encoding of a point that is not of low order."""
    y = y_of(octets)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P)
    return y < P and y not in LOW_ORDER and pow(square, (P - 1) // 2, P) == 1


def verifies(public, octets, signature):
    """SIGN-2. The library uses no cofactor, and compares R as it was sent."""
    key, signature = decode(public), decode(signature)
    s = int.from_bytes(signature[32:], "little")
    if not is_point(key) or y_of(signature[:32]) in LOW_ORDER or s >= ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, octets)
    except InvalidSignature:
        return False
    return True


def signed_as(kind, public, octets, signature):
    return verifies(public, f"loggia/{kind}/1\n".encode() + octets, signature)


# Chapter 3: events and bodies.


def read_event(octets):
    """3.4, steps 1 to 3."""
    event = read(octets, "event.json")
    need(len(event.get("state", {"key": ""})["key"].encode()) <= 320, "EVENT-6")
    return event


def read_body(octets, header_octets=0):
    body = read(octets, "body.json")
    need(header_octets + len(octets) <= 65_536, "BODY-3")
    return body


# Chapter 4: state and rules, version 1.

RANK = {"guest": 0, "member": 1, "moderator": 2, "owner": 3}
DEFAULTS = {"react": "guest", "set_policy": "owner"}  # the roles that capabilities take
DEFAULTS |= dict.fromkeys(("post", "invite", "pin", "mention_all"), "member")
DEFAULTS |= dict.fromkeys(("set_profile", "redact_others", "kick", "ban"), "moderator")
NEEDS = {"reaction": "react", "channel.pins": "pin"}  # of 4.6 and 4.7; what is not here needs `post`
NEEDS |= dict.fromkeys(("channel.name", "channel.topic", "channel.avatar"), "set_profile")
NEEDS |= dict.fromkeys(("channel.policy", "channel.servers", "channel.archive"), "set_policy")


Key = namedtuple("Key", "public since ended", defaults=(0, MAX_INTEGER))  # KEY-6: in force from, until
Seat = namedtuple("Seat", "membership role", defaults=("left", "member"))
Logged = namedtuple("Logged", "sender kind rel")  # what later events need to know of an effective one


def has_content(event):
    """AUTH-14, but for what key and content of a `server.key` have in common."""
    is_named = event["type"] != "server.key" or is_name("server", event["state"]["key"].partition("/")[0])
    return is_named and fits(event, {"$ref": "event.json#/$defs/states"})


def admits(servers, server):
    """STATE-5, but for the host's own server."""

    def is_listed(patterns):
        return any(server.endswith(name[1:]) if name[0] == "*" else server == name for name in patterns)

    return is_listed(servers.get("allow", [server])) and not is_listed(servers.get("deny", []))


class State:
    """STATE-1: what the log so far adds up to, and whether one more event may follow."""

    def __init__(self, event_id, event, octets, signature):
        """Entry 0 (4.10)."""
        need(event["type"] == "channel.create", "AUTH-12")
        content, sender = event["state"]["content"], event["sender"]
        need(fits(content.get("rules"), {"const": 1}), "AUTH-11")
        need(has_content(event), "AUTH-14")
        need(content["host"] == server_of(sender) and content["key"]["kid"] == event["kid"], "AUTH-12")
        self.channel, self.host, self.creator = "!" + event_id[1:], content["host"], sender
        self.people = content.get("users")  # None, except in a dm
        need(not self.people or (self.people == sorted(self.people) and sender in self.people), "AUTH-12")
        need(signed_as("event", content["key"]["public"], octets, signature), "AUTH-7")
        self.owner = None if self.people else sender
        self.defaults = DEFAULTS | {"set_profile": "member"} if self.people else DEFAULTS
        self.settings = {"channel.policy": {"caps": {}, "history": "all", "join": "invite"}}  # STATE-3
        self.settings |= {"channel.servers": {}, "channel.archive": {"archived": False}}
        self.seats, self.joined, self.deleted = {}, 0, set()
        self.keys = {self.host: {event["kid"]: Key(content["key"]["public"])}}  # STATE-7
        self.events = {event_id: Logged(sender, event["type"], None)}

    def seat(self, user):
        return self.seats.get(user, Seat())

    def rank(self, user, counted=("joined", "invited")):  # AUTH-28
        return RANK[self.seat(user).role if self.seat(user).membership in counted else "member"]

    def minimum(self, capability, policy=None):
        caps = (policy or self.settings["channel.policy"])["caps"]
        return RANK[caps.get(capability, self.defaults[capability])]

    def require(self, user, capability):
        need(self.seat(user).membership == "joined", "AUTH-17")
        need(self.rank(user) >= self.minimum(capability), "AUTH-19")

    def admits(self, server):
        return server == self.host or admits(self.settings["channel.servers"], server)

    def bar_to_joining(self, user):
        """The rule that keeps out somebody who is neither joined nor banned, or None."""
        if self.people:
            return None if user in self.people else "AUTH-29"
        if not self.joined:
            return None if user == self.owner else "AUTH-23"
        is_invited = self.seat(user).membership == "invited"
        return None if is_invited or self.joins_by("open") else "AUTH-21"

    def joins_by(self, policy):
        return not self.people and self.settings["channel.policy"]["join"] == policy

    def joining_role(self, user):  # STATE-4
        if self.people:
            return "member"
        return "owner" if user == self.owner and not self.joined else self.seat(user).role

    def in_force(self, server, seq):
        keys = self.keys.get(server, {}).items()
        return {kid: key.public for kid, key in keys if key.since <= seq <= key.ended}

    # 4.10, steps 4 to 9

    def judge(self, event_id, event, octets, signature, seq):
        """An effective event changes the state; any other is refused by a rule."""
        kind, sender, relates = event["type"], event["sender"], event.get("relates", {})
        key, content = event.get("state", {}).get("key"), event.get("state", {}).get("content", {})
        need(kind != "channel.create", "AUTH-10")
        need(event["channel"] == self.channel, "AUTH-2")
        need(self.admits(server_of(sender)), "AUTH-15")
        leaves = kind == "member" and key == sender and content.get("membership") == "left"
        reopens = kind == "channel.archive" and content.get("archived") is False
        rebinds = kind == "server.key" and server_of(sender) in self.keys
        archived = self.settings["channel.archive"]["archived"]
        need(not archived or leaves or reopens or rebinds or kind == "redact", "AUTH-16")
        need(kind != "channel.host", "AUTH-13")
        need(has_content(event), "AUTH-14")
        need(self.seat(sender).membership != "banned", "AUTH-18")
        match kind:
            case "member" if key == sender:
                self.judge_oneself(sender, **content)
            case "member":
                self.judge_other(sender, key, **content)
            case "server.key":
                self.judge_key(event, *key.split("/"), seq, **content)
            case "redact":
                self.judge_relation(kind, sender, **relates)
            case _:
                self.require(sender, NEEDS.get(kind, "post"))
                self.judge_relation(kind, sender, **relates)
                self.judge_setting(kind, sender, content)
        need(event["seen"]["size"] <= seq, "AUTH-4")
        founds = kind == "member" and content["membership"] == "joined" and sender == key == self.creator
        need(seq != 1 or founds, "AUTH-8")
        own = {content["kid"]: Key(content["public"])} if kind == "server.key" else {}
        bound = self.keys.get(server_of(sender), own)
        need(event["kid"] in bound, "AUTH-5")
        need(seq <= bound[event["kid"]].ended, "AUTH-6")
        need(signed_as("event", bound[event["kid"]].public, octets, signature), "AUTH-7")
        self.events[event_id] = Logged(sender, kind, relates.get("rel"))
        self.fold(kind, sender, relates, key, content, seq)

    def judge_oneself(self, user, membership, role=None):  # 4.4
        before = self.seat(user).membership
        need(membership in ("joined", "knocking", "left"), "AUTH-26")
        need(membership != before, "AUTH-20")
        if membership == "joined":
            need(not self.bar_to_joining(user), self.bar_to_joining(user))
            need(role in (None, self.joining_role(user)), "AUTH-22")
        elif membership == "knocking":
            need(before == "left", "AUTH-26")
            need(self.joins_by("knock"), "AUTH-25")
        else:
            need(before != "joined" or user != self.owner or self.joined == 1, "AUTH-24")

    def judge_other(self, sender, user, membership, role=None):  # 4.5
        need(self.seat(sender).membership == "joined", "AUTH-17")
        need(not self.people or (membership == "invited" and user in self.people), "AUTH-29")
        before, outranks = self.seat(user).membership, self.rank(user) < self.rank(sender)
        if membership == "invited":
            self.require(sender, "invite")
            need(self.admits(server_of(user)), "AUTH-15")
            need(before not in ("joined", "banned"), "AUTH-26")
            need(role in (None, "guest", "member") and RANK[role or "member"] <= self.rank(sender), "AUTH-27")
        elif membership in ("left", "banned"):
            need(before != "left" or membership != "left", "AUTH-26")
            self.require(sender, "ban" if "banned" in (before, membership) else "kick")
            need(before != membership, "AUTH-20")
            need(outranks or before == "banned", "AUTH-28")
        else:
            need(membership == before == "joined" and role, "AUTH-26")
            need(outranks, "AUTH-28")
            need(self.seat(user).role != role, "AUTH-20")
            need(RANK[role] < self.rank(sender) or sender == self.owner, "AUTH-27")

    def judge_relation(self, kind, sender, rel=None, to=None):  # 4.6
        need(rel is None or to in self.events, "AUTH-40")
        if rel is None or kind not in ("message", "edit", "reaction", "redact"):  # AUTH-45
            return
        author, target, related = self.events[to]
        if rel == "redact":
            need(target not in ("redact", "channel.create", "server.key"), "AUTH-41")
        else:
            need(target == "message" and not rel == related == "thread", "AUTH-41")
        need(rel != "edit" or author == sender, "AUTH-42")
        need(to not in self.deleted or rel in ("thread", "reply"), "AUTH-43")
        if rel == "redact" and author != sender:  # AUTH-44
            self.require(sender, "redact_others")
            need(self.rank(author, counted=("joined",)) < self.rank(sender), "AUTH-28")

    def judge_setting(self, kind, sender, content):  # 4.7
        if kind == "channel.archive":
            need(content != self.settings[kind], "AUTH-20")
        elif kind == "channel.policy":
            for capability in DEFAULTS:
                before, after = self.minimum(capability), self.minimum(capability, content)
                need(before == after or max(before, after) <= self.rank(sender), "AUTH-50")
        elif kind == "channel.servers":
            need(sender == self.owner, "AUTH-51")
            need(sum(map(len, content.values())) <= 1_000, "AUTH-52")
            need(admits(content, self.host) and admits(content, server_of(sender)), "AUTH-53")

    def judge_key(self, event, server, named, seq, kid, public, ends=None):  # 4.8
        in_force, sender = self.in_force(server, seq), event["sender"]
        need(named == kid, "AUTH-14")
        need(server == server_of(sender), "AUTH-60")
        need(kid not in self.keys.get(server, {}), "AUTH-61")
        present = self.seat(sender).membership in ("joined", "invited", "knocking")
        need(present or not self.bar_to_joining(sender) or self.joins_by("knock"), "AUTH-65")
        need(event["kid"] in (in_force or (kid,)), "AUTH-62")
        need(ends is None or ends in in_force, "AUTH-63")
        need(len(in_force.keys() - {ends}) < 16, "AUTH-64")

    def fold(self, kind, sender, relates, key, content, seq):  # 4.1
        match kind:
            case "redact":
                self.deleted.add(relates["to"])  # STATE-8
            case "member":
                self.fold_member(key, **content)
            case "server.key":  # STATE-7
                bound = self.keys.setdefault(server_of(sender), {})
                bound[content["kid"]] = Key(content["public"], seq)
                if "ends" in content:
                    bound[content["ends"]] = bound[content["ends"]]._replace(ended=seq)
            case _ if kind in self.settings:
                self.settings[kind] = content

    def fold_member(self, user, membership, role=None):  # STATE-4, STATE-6
        was_joined = self.seat(user).membership == "joined"
        if membership == "joined" and not was_joined:
            role = self.joining_role(user)
        if role == "owner" and user != self.owner:
            self.seats[self.owner], self.owner = Seat("joined", "moderator"), user
        self.joined += (membership == "joined") - was_joined
        self.seats[user] = Seat(membership, role or "member")


# Chapter 5: log and heads.


def follows(before, entry):
    """LOG-3 to LOG-5, after another entry, or after none."""
    last = before or {"seq": -1, "host_ts": 0, "term": 1}
    need(entry["seq"] == last["seq"] + 1, "LOG-3", "bad_entry")
    need(entry["host_ts"] >= last["host_ts"], "LOG-4", "bad_entry")
    need(0 <= entry["term"] - last["term"] <= (before is not None), "LOG-5", "bad_entry")


def leaf(entry):
    """LOG-6."""
    return hashlib.sha256(b"\0loggia/entry/1\n" + canonical(entry)).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def halves(size):
    left = 1 << (size - 1).bit_length() - 1
    return left, size - left


def root_of(leaves):
    """5.3."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    left, _ = halves(len(leaves))
    return node(root_of(leaves[:left]), root_of(leaves[left:]))


# Chapter 20: exports.

MAX_LINE = 262_144
STRING = r'"(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"'
SCALAR = r"(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)(?![\w.+-])"
TOKEN = re.compile(rf"(?s)(?P<s>{STRING})|(?P<v>{SCALAR})|[\[\]{{}}:,]|(?P<space>[ \t\n\r]+)|(?P<bad>.)")
WHOLE = re.compile(r"\[([sv](,[sv])*)?\]|\{(s:[sv](,s:[sv])*)?\}")  # a string is `s`, another value `v`


def items(text):
    """What stands in an array, or names and values in an object: each as the text that it is.

    An event may be nested deeply (EXPORT-5), so each array and object within is looked at for itself.
    """
    levels, found = [([], 0)], []  # what is open: its tokens, and where it begins
    for token in TOKEN.finditer(text):
        kind, begin = token.lastgroup or token[0], token.start()
        if kind in ("[", "{"):
            levels.append(([], begin))
        if kind in ("]", "}") and len(levels) > 1:
            tokens, begin = levels.pop()
            need(WHOLE.fullmatch("".join([*tokens, kind])), "no JSON", "bad_line")
            kind = "v"
        if kind in ("s", "v") and len(levels) == 2:
            found.append(text[begin : token.end()])
        if kind != "space":
            levels[-1][0].append(kind)
    need(len(levels) == 1 and levels[0][0] == ["v"], "no JSON", "bad_line")
    return found


def members(text):
    found = items(text) if text.lstrip(" \t\n\r").startswith("{") else ['""', "", '""', ""]
    names = [json.loads(name) for name in found[::2]]
    need(len(set(names)) == len(names), "no object, or a member twice", "bad_line")
    return dict(zip(names, found[1::2], strict=True))


def parse_line(octets):
    """Step 1, but for its place: the kind and the members. Event and body are the octets that they are."""
    need(len(octets) <= MAX_LINE, "too long", "bad_line")
    with refusing_as("bad_line"):
        line = members(octets.decode())
        texts = members(line.get("line", "{}"))
        asis = {name: texts.pop(name).encode() for name in ("event", "body") if name in texts}
        values = {name: parse(text.encode()) for name, text in texts.items()}
        kind = parse(line["kind"].encode()) if "kind" in line else None
        shown = line | {"kind": kind, "line": values | {name: True for name in asis if name == "event"}}
        need(fits(shown, SCHEMAS["export-line.json"], "export-line.json"), "another form", "bad_line")
        need("body" not in asis or kind == "entry", "a body elsewhere", "bad_line")
        signed, text = (values, line["line"]) if kind == "head" else (values.get("entry"), texts.get("entry"))
        need(kind == "channel" or canonical(signed) == text.encode(), "JSON-9", "bad_line")
    return kind, values | asis


FINDINGS = {
    "AUTH-3": "bad_event", "LOG-7": "event_mismatch", "AUTH-7": "bad_signature", "step 5": "wrong_channel",
}  # fmt: skip


class Verifier:
    """Takes the lines of an export one by one. What it found is in `findings`: place, code, detail."""

    def __init__(self, channel):
        self.channel, self.state, self.leaves, self.last = channel, None, [], None
        self.seen, self.servers = set(), set()  # ids of all events; servers that sent something effective
        self.bodies, self.absent = [], []  # place, event, related event: of bodies that are here, and are not
        self.void = self.deleted = self.missing = 0
        self.place, self.findings = "seq 0", []

    def find(self, code, detail, place=None):
        self.findings.append((place or self.place, code, detail))

    @contextmanager
    def finding(self, code=None):
        try:
            yield
        except Refused as refusal:
            self.find(code or refusal.code, refusal.rule)

    def read(self, lines):
        """All lines after the first."""
        with self.finding():
            for line in lines:
                has_head, self.place = self.place == "head", f"seq {len(self.leaves)}"
                kind, values = parse_line(line)
                need(kind != "channel" and not has_head, "another channel, or after the head", "bad_line")
                self.check_entry(**values) if kind == "entry" else self.check_head(**values)
            if self.place != "head":
                self.find("no_head", "there is none", "head")
            self.check_deletions()

    def check_entry(self, entry, event, signature, body=None, void=None):
        """Steps 2 to 8; why it is void."""
        need(entry["seq"] == len(self.leaves), f"entry {entry['seq']} stands here", "missing_entry")
        with self.finding():
            follows(self.last, entry)
        self.leaves.append(leaf(entry))
        self.last = entry
        header, problem = self.judge(entry, event, signature)
        rule = problem and problem.rule
        need(self.state, rule, FINDINGS.get(rule, "refused"))
        if problem and not void:
            self.find(FINDINGS.get(rule, "refused"), rule)
        elif void and not problem:
            self.find("void_mismatch", "it is effective")
        self.void += bool(problem and void)
        self.check_body(entry["event"], header or {}, len(event), body)
        return problem

    def judge(self, entry, octets, signature):
        """4.10: the event, if it is one, and why it is void."""
        event = None
        try:
            need("$" + digest("event", octets) == entry["event"], "LOG-7", "event_mismatch")
            with refusing_as("bad_header", "AUTH-3"):
                event = read_event(octets)
            repeated = entry["event"] in self.seen
            self.seen.add(entry["event"])
            need(not repeated, "AUTH-1")
            if self.state:
                self.state.judge(entry["event"], event, octets, signature, entry["seq"])
            else:
                state = State(entry["event"], event, octets, signature)
                need(state.channel == self.channel, "step 5", "wrong_channel")
                self.state = state
        except Refused as refusal:
            return event, refusal
        self.servers.add(server_of(event["sender"]))
        return event, None

    def check_body(self, event_id, event, header_octets, body):
        if "body_hash" not in event:
            return body is None or self.find("body_unexpected", "the event has none")
        place = self.place, event_id, event.get("relates", {}).get("to")
        if body is None:
            return self.absent.append(place)
        self.bodies.append(place)
        with self.finding("body_mismatch"):
            read_body(body, header_octets)
            need(digest("body", body) == event["body_hash"], "BODY-2", "body_mismatch")

    def check_head(self, head, signature):
        """Steps 9 to 11."""
        need(self.last, "the head stands here", "missing_entry")
        self.place = "head"
        size, root, term = len(self.leaves), encode(root_of(self.leaves)), self.last["term"]
        for name, value in {"channel": self.channel, "size": size, "root": root, "term": term}.items():
            if head[name] != value and (name != "root" or head["size"] == size):
                self.find(f"head_{name}", f"{head[name]} is not that of the log")
        keys = self.state.in_force(self.state.host, size - 1) if head["host"] == self.state.host else {}
        if head["kid"] not in keys:
            self.find("head_key", f"{head['kid']} is no key of the host in force")
        elif not signed_as("head", keys[head["kid"]], canonical(head), signature):
            self.find("head_signature", "its signature does not verify")

    def check_deletions(self):
        """EXPORT-3. With a message, the bodies of its edits and reactions are deleted as well."""
        gone = self.state.deleted if self.state else ()
        for place, event_id, _ in self.bodies:
            if event_id in gone:
                self.find("body_not_deleted", "the event is deleted", place)
        self.deleted = sum(event_id in gone or related in gone for _, event_id, related in self.absent)
        self.missing = len(self.absent) - self.deleted

    def counts(self):
        counted = {"entries": len(self.leaves), "servers": len(self.servers), "bodies": len(self.bodies)}
        return counted | {"deleted": self.deleted, "missing": self.missing, "void": self.void}


SUMMARY = (
    "{entries:,} entries, {servers:,} servers, chain {verdict}, {bodies:,} bodies, "
    "{deleted:,} bodies deleted, {missing:,} bodies missing, {void:,} void"
)


def verify(file):
    lines = (line.removesuffix(b"\n") for line in iter(lambda: file.readline(MAX_LINE + 2), b""))
    kind, first = parse_line(next(lines, b""))
    need(kind == "channel", "it names no channel", "bad_line")
    verifier = Verifier(first["channel"])
    verifier.read(lines)
    return verifier


def main(arguments):
    try:
        (path,) = arguments
        with open(path, "rb") as file:
            verifier = verify(file)
    except (OSError, ValueError) as error:
        print(__doc__ if len(arguments) != 1 else f"{path}: no export: {error}", file=sys.stderr)
        return 2
    verdict = "NOT complete" if verifier.findings else "complete"
    print(SUMMARY.format(verdict=verdict, **verifier.counts()))
    for finding in verifier.findings[:100]:
        print("  {}: {}: {}".format(*finding))
    return 1 if verifier.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
