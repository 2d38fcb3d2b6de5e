#!/usr/bin/env python3
"""Verifies an exported Loggia channel, offline: verify.py export.jsonl

Written from the text of spec/ alone, and in its order; what stands in capitals with a number is a rule there. Prints
a summary, then a line for each finding. Exit code: 0 nothing is wrong, 1 something is, 2 it is no export.
"""

import base64
import hashlib
import json
import re
import sys
from collections import namedtuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Refused(ValueError):
    """`code` is one of chapter 21, `rule` says why."""

    def __init__(self, code, rule):
        super().__init__(f"{code}: {rule}")
        self.code, self.rule = code, rule


def need(condition, code, rule):
    if not condition:
        raise Refused(code, rule)


def renamed(code, rule, function, *arguments):
    """What the function gives; what it refuses has this code here."""
    try:
        return function(*arguments)
    except ValueError as error:
        raise Refused(code, rule or str(error)) from error


# Chapter 1: names. A kind is a function that says whether a value is one.


def text(pattern):
    matches = re.compile(pattern).fullmatch
    return lambda value: isinstance(value, str) and matches(value) is not None


def integer(least):
    return lambda value: type(value) is int and least <= value <= MAX_INTEGER


def is_a(kind):
    return lambda value: type(value) is kind


def one_of(*known):
    return lambda value: isinstance(value, str) and value in known


def list_of(kind, least=0, most=None):
    return (
        lambda value: isinstance(value, list) and least <= len(value) <= (most or MAX_INTEGER) and all(map(kind, value))
    )


def closed(members):
    """An object with exactly these members, of these kinds; those with a `?` may be absent."""
    kinds = {name.rstrip("?"): kind for name, kind in members.items()}
    always = {name for name in members if not name.endswith("?")}

    def fits(value):
        has_these = isinstance(value, dict) and always <= value.keys() <= kinds.keys()
        return has_these and all(kinds[name](value[name]) for name in value)

    return fits


MAX_INTEGER = 2**53 - 1
NATURAL, POSITIVE = integer(0), integer(1)
H = "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"  # NAME-1: 32 octets, and no bits to spare
HASH, SIGNATURE, SALT = text(H), text("[A-Za-z0-9_-]{85}[AQgw]"), text("[A-Za-z0-9_-]{21}[AQgw]")
CHANNEL, EVENT_ID, KEY_ID, NONCE = text("!" + H), text(r"\$" + H), text("[a-z0-9_]{1,32}"), text("[A-Za-z0-9_-]{1,64}")
LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
SERVER_NAME = rf"(?=.{{1,230}}\Z)(?:{LABEL}\.)+(?!(?:[0-9]+|0x[0-9a-f]*)\Z){LABEL}"  # NAME-2
SERVER = text(SERVER_NAME)
USER, ALIAS = (text(rf"{sigil}[a-z0-9][a-z0-9._-]{{0,63}}:{SERVER_NAME}") for sigil in "@#")  # NAME-3
PATTERN = text(rf"{SERVER_NAME}|(?=.{{1,230}}\Z)\*(?:\.{LABEL})+")  # STATE-5


def server_of(user):
    return user.partition(":")[2]


# Chapter 2: canonical JSON.


def refuse(octets):
    raise Refused("bad_json", f"JSON-5 or JSON-7: {octets}")


def parse(octets):
    """JSON in any spelling."""

    def unique(pairs):
        return dict(pairs) if len(dict(pairs)) == len(pairs) else refuse(pairs)

    def integer(digits):
        return int(digits) if digits != "-0" else refuse(digits)

    need(len(octets) <= 65_536, "too_large", "JSON-1")
    refusals = {"parse_float": refuse, "parse_constant": refuse}
    try:
        value = json.loads(octets.decode(), object_pairs_hook=unique, parse_int=integer, **refusals)
        check_limits(value, 16)
        canonical(value)  # a surrogate without its partner can't be written (JSON-6)
    except (ValueError, RecursionError) as error:
        raise Refused("bad_json", str(error)) from error
    return value


def check_limits(value, depth):
    if isinstance(value, dict | list):
        need(depth > 0, "bad_json", "JSON-4")
        for item in [*value, *value.values()] if isinstance(value, dict) else value:
            check_limits(item, depth - 1)
    need(not isinstance(value, str) or "\0" not in value, "bad_json", "JSON-3")
    need(not isinstance(value, int) or abs(value) <= MAX_INTEGER, "bad_json", "JSON-2")


def canonical(value):
    """The escapes of Python's json are those of RFC 8785."""

    def sort(value):
        if isinstance(value, dict):
            return {key: sort(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
        return [sort(item) for item in value] if isinstance(value, list) else value

    return json.dumps(sort(value), ensure_ascii=False, separators=(",", ":")).encode()


def read(kind, octets):
    """A signed object: canonical, and of this kind."""
    value = parse(octets)
    need(canonical(value) == octets, "not_canonical", "JSON-9")
    need(kind(value), "bad_header", "another form")
    return value


# 5.1: hashes and signatures.

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
LOW_ORDER = {0, 1, P - 1, ORDER_8, P - ORDER_8}  # their y


def encode(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decode(name):
    return base64.urlsafe_b64decode(name + "=" * (-len(name) % 4))


def digest(kind, octets):
    return encode(hashlib.sha256(f"loggia/{kind}/1\n".encode() + octets).digest())


def little_endian_y(octets):
    return int.from_bytes(octets, "little") & ~(1 << 255)


def is_public_key(value):
    """SIGN-3: the canonical encoding of a point that is not of low order."""
    if not HASH(value):
        return False
    y = little_endian_y(decode(value))
    square = (y * y - 1) * pow(D * y * y + 1, -1, P)
    return y < P and y not in LOW_ORDER and pow(square, (P - 1) // 2, P) == 1


def verifies(public, octets, signature):
    """SIGN-2. The library uses no cofactor, and compares R as it was sent."""
    octets_of = decode(signature)
    s = int.from_bytes(octets_of[32:], "little")
    if not is_public_key(public) or little_endian_y(octets_of[:32]) in LOW_ORDER or s >= ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(decode(public)).verify(octets_of, octets)
    except InvalidSignature:
        return False
    return True


def signed_as(kind, public, octets, signature):
    return verifies(public, f"loggia/{kind}/1\n".encode() + octets, signature)


# Chapter 3: events and bodies. 3.2 and 4.3 are one table.

ROLES = ("guest", "member", "moderator", "owner")  # versions/1, the lowest first
RANK = {role: rank for rank, role in enumerate(ROLES)}
DEFAULTS = {
    "post": "member", "react": "guest", "invite": "member", "pin": "member", "mention_all": "member",
    "set_profile": "moderator", "redact_others": "moderator", "kick": "moderator", "ban": "moderator",
    "set_policy": "owner",
}  # fmt: skip
# Whether it has a body, what it relates by, `state.content` where it has a state, `state.key`, the capability for it.
Type = namedtuple("Type", "body relates content key capability", defaults=((None,), None, one_of(""), "post"))

KEY = {"kid": KEY_ID, "public": is_public_key}
KIND, JOIN, HISTORY = one_of("channel", "dm"), one_of("open", "invite", "knock"), one_of("all", "since_join")
GENESIS = closed({"host": SERVER, "key": closed(KEY), "kind": KIND, "rules": POSITIVE, "users?": list_of(USER, 1, 10)})
CAPS = closed({f"{capability}?": one_of(*ROLES) for capability in DEFAULTS})
POLICY = closed({"caps": CAPS, "history": HISTORY, "join": JOIN})
PATTERNS = closed({"allow?": list_of(PATTERN), "deny?": list_of(PATTERN)})
PRESENT = closed({"membership": one_of("invited", "joined"), "role?": one_of(*ROLES)})
ABSENT = closed({"membership": one_of("left", "banned", "knocking")})
SERVER_KEY = closed({"ends?": KEY_ID, **KEY})
SHOWN = {"body": "must", "content": closed({})}
TYPES = {
    "message": Type("must", (None, "thread", "reply")),
    "edit": Type("must", ("edit",)),
    "reaction": Type("must", ("react",), capability="react"),
    "redact": Type("may", ("redact",)),
    "channel.create": Type("never", content=GENESIS),
    "channel.policy": Type("may", content=POLICY, capability="set_policy"),
    "channel.servers": Type("may", content=PATTERNS, capability="set_policy"),
    "channel.archive": Type("may", content=closed({"archived": is_a(bool)}), capability="set_policy"),
    "channel.host": Type("may", content=lambda value: True),
    "member": Type("may", content=lambda value: PRESENT(value) or ABSENT(value), key=USER),
    "server.key": Type("never", content=SERVER_KEY, key=lambda key: SERVER(key.partition("/")[0])),
    "channel.name": Type(**SHOWN, capability="set_profile"),
    "channel.topic": Type(**SHOWN, capability="set_profile"),
    "channel.avatar": Type(**SHOWN, capability="set_profile"),
    "channel.pins": Type(**SHOWN, capability="pin"),
}
RELATES = closed({"rel": one_of("edit", "redact", "react", "thread", "reply"), "to": EVENT_ID})
STATE = closed({"key": lambda value: isinstance(value, str) and len(value.encode()) <= 320, "content": is_a(dict)})
EVENT = closed({
    "v": lambda value: value == 1 and POSITIVE(value), "type": text("[a-z0-9_.]{1,64}"), "sender": USER, "kid": KEY_ID,
    "nonce": NONCE, "origin_ts": NATURAL, "channel?": CHANNEL, "seen?": closed({"size": POSITIVE, "root": HASH}),
    "body_hash?": HASH, "relates?": RELATES, "state?": STATE,
})  # fmt: skip
BODY = closed({"salt": SALT, "content": is_a(dict)})
ENTRY = closed({"event": EVENT_ID, "host_ts": NATURAL, "seq": NATURAL, "term": POSITIVE})
PLACE = {"size": POSITIVE, "term": POSITIVE, "ts": NATURAL}
HEAD = closed({"channel": CHANNEL, "host": SERVER, "kid": KEY_ID, "root": HASH, **PLACE})
SIGNED_HEAD = closed({"head": HEAD, "signature": SIGNATURE})


def read_event(octets):
    """3.4, steps 1 to 3."""
    event = read(EVENT, octets)
    founds, kind = event["type"] == "channel.create", TYPES.get(event["type"])
    need(("channel" in event) == ("seen" in event) == (not founds), "bad_header", "EVENT-3")
    if kind:
        need(event.get("relates", {}).get("rel") in kind.relates, "bad_header", "EVENT-4")
        need(("state" in event) == (kind.content is not None), "bad_header", "EVENT-5")
        has_key = event.get("state", {}).get("key")
        need(not has_key or event["type"] in ("member", "server.key"), "bad_header", "EVENT-6")
        need(kind.body == "may" or ("body_hash" in event) == (kind.body == "must"), "bad_header", "EVENT-7")
    return event


def read_body(octets, header_octets):
    body = read(BODY, octets)
    need(header_octets + len(octets) <= 65_536, "too_large", "BODY-3")
    return body


# Chapter 4: state and rules, version 1.

CODES = {
    "duplicate": "1", "path_mismatch": "2", "bad_header": "12 14", "seen_ahead": "4", "key_unknown": "5 62",
    "key_expired": "6", "bad_signature": "7", "version": "11", "not_authorised": "8 10 13 19 22 27 28 42 50 51",
    "server_blocked": "15", "archived": "16", "not_member": "17 65", "banned": "18", "no_change": "20",
    "policy": "21 23 25 29 53 61 63 64", "owner_must_transfer": "24", "bad_target": "26 40 41", "redacted": "43",
    "too_large": "52", "bad_origin": "60",
}  # fmt: skip
CODE_OF = {f"AUTH-{number}": code for code, numbers in CODES.items() for number in numbers.split()}


def hold(condition, rule):
    """An event for which this fails is void by this rule."""
    need(condition, CODE_OF.get(rule), rule)


Key = namedtuple("Key", "public since ended", defaults=(0, MAX_INTEGER))  # KEY-6: the entries at which it is in force
Seat = namedtuple("Seat", "membership role", defaults=("left", "member"))
Logged = namedtuple("Logged", "sender kind rel")  # what later events need to know of an effective one


def admits(servers, server):
    """STATE-5, but for the host's own server."""

    def matches(pattern):
        return server.endswith(pattern[1:]) if pattern.startswith("*.") else server == pattern

    allowed = "allow" not in servers or any(map(matches, servers["allow"]))
    return allowed and not any(map(matches, servers.get("deny", ())))


class State:
    """STATE-1: what the log so far adds up to, and whether one more event may follow."""

    def __init__(self, event_id, event):
        """Entry 0 (4.10)."""
        hold(event["type"] == "channel.create", "AUTH-12")
        content, sender = event["state"]["content"], event["sender"]
        hold(content.get("rules") == 1 and POSITIVE(content["rules"]), "AUTH-11")
        hold(GENESIS(content), "AUTH-14")
        users = content.get("users", [sender])
        hold(content["host"] == server_of(sender) and content["key"]["kid"] == event["kid"], "AUTH-12")
        hold(("users" in content) == (content["kind"] == "dm"), "AUTH-12")
        hold(users == sorted(set(users)) and sender in users, "AUTH-12")
        self.channel, self.host, self.creator = "!" + event_id[1:], content["host"], sender
        self.people = content.get("users")  # None, except in a dm
        self.owner = None if self.people else sender
        self.defaults = DEFAULTS | {"set_profile": "member"} if self.people else DEFAULTS
        self.policy, self.servers, self.archived = (
            {"caps": {}, "history": "all", "join": "invite"},
            {},
            False,
        )  # STATE-3
        self.seats, self.joined = {}, 0
        self.keys = {self.host: {event["kid"]: Key(content["key"]["public"])}}  # STATE-7
        self.events, self.deleted = {event_id: Logged(sender, event["type"], None)}, set()

    # What the rules ask

    def seat(self, user):
        return self.seats.get(user, Seat())

    def rank(self, user, counted=("joined", "invited")):  # AUTH-28
        return RANK[self.seat(user).role if self.seat(user).membership in counted else "member"]

    def minimum(self, capability, policy):
        return RANK[policy["caps"].get(capability, self.defaults[capability])]

    def require(self, user, capability):
        hold(self.seat(user).membership == "joined", "AUTH-17")
        hold(self.rank(user) >= self.minimum(capability, self.policy), "AUTH-19")

    def admits(self, server):
        return server == self.host or admits(self.servers, server)

    def bar_to_joining(self, user):
        """The rule that keeps out somebody who is neither joined nor banned, or None."""
        if self.people:
            return None if user in self.people else "AUTH-29"
        if not self.joined:
            return None if user == self.owner else "AUTH-23"
        return None if self.seat(user).membership == "invited" or self.policy["join"] == "open" else "AUTH-21"

    def bar_to_knocking(self):
        return None if not self.people and self.policy["join"] == "knock" else "AUTH-25"

    def joining_role(self, user):  # STATE-4
        if self.people:
            return "member"
        return "owner" if user == self.owner and not self.joined else self.seat(user).role

    def in_force(self, server, seq):
        return {kid: key.public for kid, key in self.keys.get(server, {}).items() if key.since <= seq <= key.ended}

    # 4.10

    def judge(self, event_id, event, octets, signature, seq):
        """Steps 4 to 9; an effective event changes the state."""
        kind, sender = TYPES.get(event["type"], Type("may")), event["sender"]
        key, content = event.get("state", {}).get("key"), event.get("state", {}).get("content", {})
        hold(event["type"] != "channel.create", "AUTH-10")
        hold(event["channel"] == self.channel, "AUTH-2")
        hold(self.admits(server_of(sender)), "AUTH-15")
        leaves = event["type"] == "member" and key == sender and content.get("membership") == "left"
        reopens = event["type"] == "channel.archive" and content.get("archived") is False
        rebinds = event["type"] == "server.key" and server_of(sender) in self.keys
        hold(not self.archived or leaves or reopens or rebinds or event["type"] == "redact", "AUTH-16")
        hold(event["type"] != "channel.host", "AUTH-13")
        hold(not kind.content or (kind.key(key) and kind.content(content)), "AUTH-14")
        hold(self.seat(sender).membership != "banned", "AUTH-18")
        match event["type"]:
            case "member" if key == sender:
                self.judge_oneself(sender, **content)
            case "member":
                self.judge_other(sender, key, **content)
            case "server.key":
                self.judge_key(event, *key.split("/"), seq, **content)
            case "redact":
                self.judge_redact(sender, event["relates"]["to"])
            case _:
                self.require(sender, kind.capability)
                self.judge_relation(event, **event.get("relates", {}))
                self.judge_setting(sender, event["type"], content)
        hold(event["seen"]["size"] <= seq, "AUTH-4")
        founds = event["type"] == "member" and content["membership"] == "joined" and sender == key == self.creator
        hold(seq != 1 or founds, "AUTH-8")
        own = content["public"] if event["type"] == "server.key" else None
        public = self.signing_key(server_of(sender), event["kid"], seq, own)
        hold(signed_as("event", public, octets, signature), "AUTH-7")
        self.events[event_id] = Logged(sender, event["type"], event.get("relates", {}).get("rel"))
        self.fold(event, key, content, seq)

    def judge_oneself(self, user, membership, role=None):  # 4.4
        before = self.seat(user).membership
        hold(membership in ("joined", "knocking", "left"), "AUTH-26")
        hold(membership != before, "AUTH-20")
        if membership == "joined":
            hold(not self.bar_to_joining(user), self.bar_to_joining(user))
            hold(role in (None, self.joining_role(user)), "AUTH-22")
        elif membership == "knocking":
            hold(before == "left", "AUTH-26")
            hold(not self.bar_to_knocking(), "AUTH-25")
        else:
            hold(before != "joined" or user != self.owner or self.joined == 1, "AUTH-24")

    def judge_other(self, sender, user, membership, role=None):  # 4.5
        hold(self.seat(sender).membership == "joined", "AUTH-17")
        hold(not self.people or (membership == "invited" and user in self.people), "AUTH-29")
        before, outranks = self.seat(user).membership, self.rank(user) < self.rank(sender)
        if membership == "invited":
            self.require(sender, "invite")
            hold(self.admits(server_of(user)), "AUTH-15")
            hold(before not in ("joined", "banned"), "AUTH-26")
            hold(role in (None, "guest", "member") and RANK[role or "member"] <= self.rank(sender), "AUTH-27")
        elif membership in ("left", "banned"):
            hold(before != "left" or membership != "left", "AUTH-26")
            self.require(sender, "ban" if "banned" in (before, membership) else "kick")
            hold(before != membership, "AUTH-20")
            hold(outranks or before == "banned", "AUTH-28")
        else:
            hold(membership == before == "joined" and role, "AUTH-26")
            hold(outranks, "AUTH-28")
            hold(self.seat(user).role != role, "AUTH-20")
            hold(RANK[role] < self.rank(sender) or sender == self.owner, "AUTH-27")

    def judge_redact(self, sender, to):  # 4.6
        hold(to in self.events, "AUTH-40")
        author, kind, _ = self.events[to]
        hold(kind not in ("redact", "channel.create", "server.key"), "AUTH-41")
        hold(to not in self.deleted, "AUTH-43")
        if sender != author:  # AUTH-44
            self.require(sender, "redact_others")
            hold(self.rank(author, counted=("joined",)) < self.rank(sender), "AUTH-28")

    def judge_relation(self, event, rel=None, to=None):
        hold(rel is None or to in self.events, "AUTH-40")
        if rel and event["type"] in TYPES:  # and not AUTH-45
            author, kind, related = self.events[to]
            hold(kind == "message" and (rel != "thread" or related != "thread"), "AUTH-41")
            hold(rel != "edit" or author == event["sender"], "AUTH-42")
            hold(to not in self.deleted or rel in ("thread", "reply"), "AUTH-43")

    def judge_setting(self, sender, kind, content):  # 4.7
        if kind == "channel.archive":
            hold(content["archived"] != self.archived, "AUTH-20")
        elif kind == "channel.policy":
            for capability in DEFAULTS:
                before, after = self.minimum(capability, self.policy), self.minimum(capability, content)
                hold(before == after or max(before, after) <= self.rank(sender), "AUTH-50")
        elif kind == "channel.servers":
            hold(sender == self.owner, "AUTH-51")
            hold(sum(map(len, content.values())) <= 1_000, "AUTH-52")
            hold(admits(content, self.host) and admits(content, server_of(sender)), "AUTH-53")

    def judge_key(self, event, server, named, seq, kid, public, ends=None):  # 4.8
        in_force, sender = self.in_force(server, seq), event["sender"]
        hold(named == kid, "AUTH-14")
        hold(server == server_of(sender), "AUTH-60")
        hold(kid not in self.keys.get(server, {}), "AUTH-61")
        present = self.seat(sender).membership in ("joined", "invited", "knocking")
        hold(present or not self.bar_to_joining(sender) or not self.bar_to_knocking(), "AUTH-65")
        hold(event["kid"] in (in_force or (kid,)), "AUTH-62")
        hold(ends is None or ends in in_force, "AUTH-63")
        hold(len(in_force.keys() - {ends}) < 16, "AUTH-64")

    def signing_key(self, server, kid, seq, own):  # step 8
        bound = self.keys.get(server, {kid: Key(own)} if own else {})
        hold(kid in bound, "AUTH-5")
        hold(seq <= bound[kid].ended, "AUTH-6")
        return bound[kid].public

    # 4.1

    def fold(self, event, key, content, seq):
        match event["type"]:
            case "redact":
                self.deleted.add(event["relates"]["to"])  # STATE-8
            case "member":
                self.fold_member(key, **content)
            case "server.key":  # STATE-7
                bound = self.keys.setdefault(server_of(event["sender"]), {})
                bound[content["kid"]] = Key(content["public"], seq)
                if "ends" in content:
                    bound[content["ends"]] = bound[content["ends"]]._replace(ended=seq)
            case "channel.policy":
                self.policy = content
            case "channel.servers":
                self.servers = content
            case "channel.archive":
                self.archived = content["archived"]

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
    need(entry["seq"] == last["seq"] + 1, "bad_entry", "LOG-3")
    need(entry["host_ts"] >= last["host_ts"], "bad_entry", "LOG-4")
    need(0 <= entry["term"] - last["term"] <= (before is not None), "bad_entry", "LOG-5")


def leaf(entry):
    """LOG-6."""
    return hashlib.sha256(b"\0loggia/entry/1\n" + canonical(entry)).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """5.3: what is kept is the frontier."""

    def __init__(self):
        self.size, self.frontier = 0, []

    def append(self, hash_):
        size = self.size
        while size & 1:
            hash_, size = node(self.frontier.pop(), hash_), size >> 1
        self.frontier.append(hash_)
        self.size += 1

    def root(self):
        if not self.frontier:
            return encode(hashlib.sha256().digest())
        root = self.frontier[-1]
        for left in reversed(self.frontier[:-1]):
            root = node(left, root)
        return encode(root)


# Chapter 20: exports.

MAX_LINE = 262_144
STRING = r'"(?:[^"\\]|\\.)*"'
TOKEN = re.compile(
    rf"(?P<open>[\[{{])|(?P<close>[\]}}])|{STRING}(?=[ \t\n\r]*:)|(?P<value>{STRING}|[^\s\[\]{{}}:,]+)|.", re.DOTALL
)


def members(line, names):
    """The members of an object, each as the text that it is, because that is what was hashed; a `?` makes one optional.

    An event may be nested deeply: each array and object is read for itself, with `[number]` for every value in it.
    """
    spans, levels, found = [], [(0, [])], []
    try:
        for token in TOKEN.finditer(line):
            begin, piece = token.start(), token[0]
            if token["open"]:
                levels.append((begin, [piece]))
                continue
            if token["close"]:
                begin, pieces = levels.pop()
                found = json.loads("".join([*pieces, piece]), object_pairs_hook=list)
            elif token["value"]:
                json.loads(piece, parse_constant=refuse)
            if token["close"] or token["value"]:
                spans.append(line[begin : token.end()] if len(levels) < 3 else None)
                piece = f"[{len(spans) - 1}]"
            levels[-1][1].append(piece)
        ((_, pieces),) = levels
        need(json.loads("".join(pieces)) and line.lstrip().startswith("{"), "bad_line", "no object")
    except (ValueError, IndexError) as error:
        raise Refused("bad_line", str(error)) from error
    values = {name: spans[number] for name, (number,) in found}
    need(len(values) == len(found), "bad_line", "a member twice")
    need(closed({name: lambda value: True for name in names.split()})(values), "bad_line", "other members")
    return values


def string(value):
    need(value.startswith('"'), "bad_line", "no string")
    return json.loads(value)


FINDINGS = {"AUTH-3": "bad_event", "LOG-7": "event_mismatch", "AUTH-7": "bad_signature", "step 5": "wrong_channel"}


class Verifier:
    """Takes the lines of an export one by one. What it found is in `findings`: place, code, detail."""

    def __init__(self, channel):
        self.channel, self.state, self.tree, self.last, self.has_head = channel, None, Tree(), None, False
        self.seen = set()  # ids of the events so far, void ones included
        self.servers = set()  # whose people did something effective
        self.bodies, self.absent = [], []  # place, event, related event: of bodies that are here, and that are not
        self.void = self.deleted = self.missing = 0
        self.place, self.findings = "seq 0", []

    def find(self, code, detail, place=None):
        if len(self.findings) < 100:
            self.findings.append((place or self.place, code, detail))

    def read(self, lines):
        """All lines after the first. What is raised stops it."""
        try:
            for line in lines:
                self.place = f"seq {self.tree.size}"
                need(not self.has_head, "bad_line", "something after the head")
                self.read_line(*parse_line(line))
            if not self.has_head:
                self.find("no_head", "there is none", "head")
            self.check_deletions()
        except Refused as stop:
            self.find(stop.code, stop.rule)

    def read_line(self, kind, line):
        need(kind in ("entry", "head"), "bad_line", f"an unexpected kind, {kind}")
        if kind == "entry":
            return self.check_entry(*read_entry(line))
        signed = as_line(SIGNED_HEAD, line)
        need(self.last, "missing_entry", "the head stands here")
        self.place, self.has_head = "head", True
        self.check_head(**signed)

    def check_entry(self, entry, octets, signature, body, is_void):
        """Steps 2 to 8."""
        need(entry["seq"] == self.tree.size, "missing_entry", f"entry {entry['seq']} stands here")
        try:
            follows(self.last, entry)
        except Refused as refusal:
            self.find(refusal.code, refusal.rule)
        self.tree.append(leaf(entry))
        self.last = entry
        event, problem = self.judge(entry, octets, signature)
        rule = problem and problem.rule
        need(self.state, FINDINGS.get(rule, "refused"), rule)
        if problem and not is_void:
            self.find(FINDINGS.get(rule, "refused"), rule)
        elif is_void and not problem:
            self.find("void_mismatch", "it is effective")
        self.void += bool(problem and is_void)
        self.check_body(entry["event"], event or {}, len(octets), body)
        return problem

    def judge(self, entry, octets, signature):
        """4.10: the event, if it is one, and why it is void."""
        event = None
        try:
            need("$" + digest("event", octets) == entry["event"], "event_mismatch", "LOG-7")
            event = renamed("bad_header", "AUTH-3", read_event, octets)
            repeated = entry["event"] in self.seen
            self.seen.add(entry["event"])
            hold(not repeated, "AUTH-1")
            if self.state:
                self.state.judge(entry["event"], event, octets, signature, entry["seq"])
            else:
                state = State(entry["event"], event)
                hold(signed_as("event", event["state"]["content"]["key"]["public"], octets, signature), "AUTH-7")
                need(state.channel == self.channel, "wrong_channel", "step 5")
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
        try:
            read_body(body, header_octets)
            need(digest("body", body) == event["body_hash"], "body_mismatch", "BODY-2")
        except Refused as refusal:
            self.find("body_mismatch", refusal.rule)

    def check_head(self, head, signature):
        """Steps 10 and 11."""
        log = {"channel": self.channel, "size": self.tree.size, "root": self.tree.root(), "term": self.last["term"]}
        for name, value in log.items():
            if head[name] != value and (name != "root" or head["size"] == self.tree.size):
                self.find(f"head_{name}", f"{head[name]} is not that of the log")
        keys = self.state.in_force(self.state.host, self.last["seq"]) if head["host"] == self.state.host else {}
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

    def summary(self):
        verdict = "chain NOT complete" if self.findings else "chain complete"
        return (
            f"{self.tree.size:,} entries, {len(self.servers):,} servers, {verdict}, {len(self.bodies):,} bodies, "
            f"{self.deleted:,} bodies deleted, {self.missing:,} bodies missing, {self.void:,} void"
        )


def parse_line(octets):
    """Its kind, and the text of what it carries."""
    need(len(octets) <= MAX_LINE, "bad_line", "too long")
    outer = members(renamed("bad_line", "no UTF-8", octets.decode), "kind line")
    return string(outer["kind"]), outer["line"]


def as_line(kind, octets):
    return renamed("bad_line", None, read, kind, octets.encode())


def read_entry(line):
    """The entry, the event's octets, the signature, the body's octets or None, and whether it is called void."""
    found = members(line, "entry event signature body? void?")
    rule, signature = string(found.get("void", '"AUTH-1"')), string(found["signature"])
    need(text("[A-Z]+-[0-9]+")(rule) and SIGNATURE(signature), "bad_line", "no rule, or no signature")
    body = found["body"].encode() if "body" in found else None
    return as_line(ENTRY, found["entry"]), found["event"].encode(), signature, body, "void" in found


def verify(file):
    lines = iter(lambda: file.readline(MAX_LINE + 2), b"")
    lines = (line.removesuffix(b"\n") for line in lines)
    kind, first = parse_line(next(lines, b""))
    first = members(first, "channel format") if kind == "channel" else {}
    need(first.get("format") == "1" and CHANNEL(string(first["channel"])), "bad_line", "it names no channel")
    verifier = Verifier(string(first["channel"]))
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
    print(verifier.summary())
    for finding in verifier.findings:
        print("  {}: {}: {}".format(*finding))
    return 1 if verifier.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
