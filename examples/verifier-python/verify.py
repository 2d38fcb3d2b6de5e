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
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# What the specification says in a form that a program can read is taken from there: the code of each rule,
# the forms of names and signed objects, and the table of capabilities.
SPEC = Path(__file__).resolve().parents[2] / "spec"
CHAPTERS = "".join(path.read_text("utf-8") for path in SPEC.glob("[0-9]*.md"))
RULES = dict(re.findall(r"^- \*\*([A-Z]+-[0-9]+)\*\* (.*)", CHAPTERS, re.MULTILINE))


class Refused(ValueError):
    """`code` is one of chapter 21, `rule` says why."""

    def __init__(self, code, rule):
        super().__init__(f"{code}: {rule}")
        self.code, self.rule = code, rule


def need(condition, rule, code=None):
    """The condition, or a refusal by a rule: with this code, or the first in brackets behind the rule."""
    if not condition:
        raise Refused(code or re.search(r"\[`(\w+)`", RULES[rule])[1], rule)
    return condition


@contextmanager
def refusing_as(code, rule=None):
    try:
        yield
    except (ValueError, RecursionError) as error:
        raise Refused(code, rule or str(error)) from error


# Chapter 2: canonical JSON. Objects have their members in its order from the moment they are read.


def ordered(pairs):
    """JSON-7, and step 4 of the serialisation."""
    need(len(dict(pairs)) == len(pairs), "JSON-7")
    return dict(sorted(pairs, key=lambda pair: pair[0].encode("utf-16-be")))


def integer(digits):
    """JSON-2, JSON-5. No int has a fraction or an exponent, and none is NaN."""
    need(digits != "-0" and abs(int(digits)) < 2**53, "JSON-5")
    return int(digits)


def check_value(value, levels=16):
    """JSON-3, JSON-4, and of JSON-6 that a surrogate without its partner can't be encoded."""
    if isinstance(value, dict | list):
        need(levels > 0, "JSON-4")
        for part in [*value, *value.values()] if isinstance(value, dict) else value:
            check_value(part, levels - 1)
    need(not isinstance(value, str) or b"\0" not in value.encode(), "JSON-3")


def parse(octets):
    """JSON-1 to JSON-8: a value in any spelling."""
    need(len(octets) <= 65_536, "JSON-1")
    hooks = dict.fromkeys(("parse_int", "parse_float", "parse_constant"), integer)
    with refusing_as("bad_json"):
        value = json.loads(octets.decode(), object_pairs_hook=ordered, **hooks)
        check_value(value)
    return value


def canonical(value):
    """The escapes of Python's json are those of RFC 8785."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def read(octets, schema=None):
    """Signed octets: canonical, and of this form."""
    value = parse(octets)
    need(canonical(value) == octets, "JSON-9")
    need(schema is None or fits(value, SCHEMAS[schema]), f"not as in {schema}", "bad_header")
    return value


# Chapter 1 and schemas/: names and signed objects. This is as much of JSON Schema as they take.

SCHEMAS = {}
for path in SPEC.glob("schemas/*.json"):
    SCHEMAS[path.name] = json.loads(path.read_text("utf-8").replace('"#/', f'"{path.name}#/'))
    parts = SCHEMAS[path.name].get("$defs", {})
    SCHEMAS |= {f"{path.name}#/$defs/{name}": part for name, part in parts.items()}
SCHEMAS["names.json#/$defs/public"]["isPoint"] = True  # SIGN-3, which no schema can say

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
KEYWORDS = {  # what each asks of a value, given its own value and the schema; in this order
    "type": lambda it, name, _: type(it) is TYPES[name],
    "$ref": lambda it, name, _: fits(it, SCHEMAS[name]),
    "const": lambda it, other, _: type(it) is type(other) and it == other,
    "enum": lambda it, known, _: it in known,
    "minimum": lambda it, least, _: it >= least,
    "maximum": lambda it, most, _: it <= most,
    "maxLength": lambda it, most, _: len(it.encode()) <= most,  # in octets, as EVENT-6 has it
    "pattern": lambda it, pattern, _: re.search(re.sub(r"(?<!\\)\$", r"\\Z", pattern), it),  # $: the very end
    "isPoint": lambda it, *_: is_point(decode(it)),
    "minItems": lambda it, least, _: len(it) >= least,
    **dict.fromkeys(("maxItems", "maxProperties"), lambda it, most, _: len(it) <= most),
    **dict.fromkeys(("items", "propertyNames"), lambda it, each, _: all(fits(part, each) for part in it)),
    "required": lambda it, names, _: it.keys() >= {*names},
    "allOf": lambda it, parts, _: all(fits(it, part) for part in parts),
    "anyOf": lambda it, parts, _: any(fits(it, part) for part in parts),
    "oneOf": lambda it, parts, _: sum(fits(it, part) for part in parts) == 1,
    "not": lambda it, other, _: not fits(it, other),
    "if": lambda it, test, schema: fits(it, schema.get("then" if fits(it, test) else "else", True)),
}


def fits(value, schema):
    if isinstance(schema, bool):
        return schema
    of, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    parts = value.items() if isinstance(value, dict) else ()
    is_one = all(asks(value, schema[name], schema) for name, asks in KEYWORDS.items() if name in schema)
    return is_one and all(fits(part, of.get(name, others)) for name, part in parts)


def is_name(kind, value):
    return fits(value, SCHEMAS[f"names.json#/$defs/{kind}"])


def server_of(user):
    return user.partition(":")[2]


# 5.1: hashes and signatures.

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
LOW_ORDER = {0, 1, P - 1, ORDER_8, P - ORDER_8}  # their y


def encode(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decode(name):
    return base64.urlsafe_b64decode(name + "=" * (-len(name) % 4))


def digest(kind, octets):
    return encode(hashlib.sha256(f"loggia/{kind}/1\n".encode() + octets).digest())


def is_point(octets):
    """SIGN-3: the canonical encoding of a point that is not of low order."""
    y = int.from_bytes(octets, "little") & ~(1 << 255)
    square = (y * y - 1) * 121666 * pow(121666 - 121665 * y * y, -1, P)  # of x, by the curve's equation
    return y < P and y not in LOW_ORDER and pow(square, (P - 1) // 2, P) == 1


def verifies(public, octets, signature):
    """SIGN-2. The library uses no cofactor, and compares R as it was sent."""
    key, signature = decode(public), decode(signature)
    with suppress(InvalidSignature, ValueError):
        Ed25519PublicKey.from_public_bytes(key).verify(signature, octets)
        s = int.from_bytes(signature[32:], "little")
        return s < ORDER and is_point(key) and is_point(signature[:32])
    return False


def signed_as(kind, public, octets, signature):
    return verifies(public, f"loggia/{kind}/1\n".encode() + octets, signature)


# Chapter 4: state and rules. In the table: capability, least role in a channel, in a dm, what needs it.

CAPS = re.findall(r"^\| `(\w+)` \| (\w+) \| (\w+) \| (.*)", (SPEC / "versions/1.md").read_text("utf-8"), re.M)
NEEDS = {kind: name for name, _, _, uses in CAPS for kind in re.findall(r"`(reaction|channel\.\w+)`", uses)}
RANK = {"guest": 0, "member": 1, "moderator": 2, "owner": 3}
LEFT = ["left", "member"]

# AUTH-14: the contents of states are judged later than the rest of an event, and their number by AUTH-52.
EVENT = SCHEMAS["event.json"]
CONTENTS = {"allOf": [part for part in EVENT["allOf"] if part["$comment"].startswith("AUTH")]}
EVENT["allOf"] = [part for part in EVENT["allOf"] if part["$comment"].startswith("EVENT")]
for patterns in EVENT["$defs"]["servers"]["properties"].values():
    del patterns["maxItems"]


def admits(servers, server, host=None):
    """STATE-5."""
    is_allowed = any(fnmatchcase(server, pattern) for pattern in servers.get("allow", ["*"]))
    is_denied = any(fnmatchcase(server, pattern) for pattern in servers.get("deny", []))
    return server == host or (is_allowed and not is_denied)


class State:
    """STATE-1: what the log so far adds up to. It has no host until entry 0 has founded it.

    `members` has membership and role by user, `keys` has public keys by server and key id, and `ended` the
    last `seq` of some; `events` has headers by id, and None for a void one.
    """

    def __init__(self, channel):
        self.channel, self.host, self.deleted = channel, None, set()
        self.members, self.keys, self.ended, self.events = {}, {}, {}, {}
        self.policy = {"caps": {}, "history": "all", "join": "invite"}  # STATE-3
        self.servers, self.archive = {}, {"archived": False}

    def membership(self, user):
        return self.members.get(user, LEFT)[0]

    def rank(self, user):
        return RANK[self.members.get(user, LEFT)[1]]

    def minima(self, policy):
        """4.9: by capability, the least rank that holds it."""
        return {name: RANK[policy["caps"].get(name, role)] for name, role in self.defaults.items()}

    def require(self, user, capability):
        need(self.membership(user) == "joined", "AUTH-17")
        need(self.rank(user) >= self.minima(self.policy)[capability], "AUTH-19")

    def anybody_joined(self, but=None):
        return any(membership == "joined" for user, (membership, _) in self.members.items() if user != but)

    def joining_role(self, user):
        """STATE-4, for somebody who is neither joined nor banned."""
        if self.people:
            return need(user in self.people and "member", "AUTH-29")
        if not self.anybody_joined():
            return need(user == self.owner and "owner", "AUTH-23")
        need(self.membership(user) == "invited" or self.policy["join"] == "open", "AUTH-21")
        return self.members.get(user, LEFT)[1]

    def in_force(self, server, seq):
        """KEY-6: public keys by id."""
        keys = self.keys.get(server, {}).items()
        return {kid: public for kid, public in keys if seq <= self.ended.get((server, kid), seq)}

    def judge(self, event_id, event, octets, signature, seq):
        """4.10, from step 3. An effective event changes the state; any other is refused by a rule."""
        if not self.host:
            return self.found(event_id, event, octets, signature)
        kind, sender, kid, server = event["type"], event["sender"], event["kid"], server_of(event["sender"])
        content, key = event.get("state", {"content": {}, "key": None}).values()  # in the order of JSON-9
        need(kind != "channel.create", "AUTH-10")
        need(event["channel"] == self.channel, "AUTH-2")
        need(admits(self.servers, server, self.host), "AUTH-15")
        oneself = content.get("membership") if kind == "member" and key == sender else None
        reopens = kind == "channel.archive" and content.get("archived") is False
        survives = oneself == "left" or kind == "redact" or (kind == "server.key" and server in self.keys)
        need(survives or reopens or not self.archive["archived"], "AUTH-16")
        need(kind != "channel.host", "AUTH-13")
        need(fits(event, CONTENTS), "AUTH-14")
        need(self.membership(sender) != "banned", "AUTH-18")
        match kind:
            case "member":
                (self.judge_oneself if key == sender else self.judge_other)(sender, key, **content)
            case "server.key":
                self.judge_key(server, event, seq, *key.split("/"), **content)
            case _:
                self.judge_relation(kind, sender, **event.get("relates", {}))
                self.judge_setting(kind, sender, content)
        need(event["seen"]["size"] <= seq, "AUTH-4")
        need(seq != 1 or (oneself == "joined" and sender == self.creator), "AUTH-8")
        own = {content["kid"]: content["public"]} if kind == "server.key" else {}
        public = need(self.keys.get(server, own).get(kid), "AUTH-5")
        need(seq <= self.ended.get((server, kid), seq), "AUTH-6")
        need(signed_as("event", public, octets, signature), "AUTH-7")
        self.fold(kind, server, event, key, content, seq)

    def found(self, event_id, event, octets, signature):
        """Entry 0."""
        need(event["type"] == "channel.create", "AUTH-12")
        content, sender = event["state"]["content"], event["sender"]
        need(fits(content.get("rules"), {"const": 1}), "AUTH-11")
        need(fits(event, CONTENTS), "AUTH-14")
        kid, public, users = content["key"]["kid"], content["key"]["public"], content.get("users")
        need((content["host"], kid) == (server_of(sender), event["kid"]), "AUTH-12")
        need(users is None or (users == sorted(set(users)) and sender in users), "AUTH-12")
        need(signed_as("event", public, octets, signature), "AUTH-7")
        need("!" + event_id[1:] == self.channel, "step 5", "wrong_channel")
        self.host, self.creator, self.people = content["host"], sender, users  # people: those of a dm
        self.owner = None if users else sender
        self.defaults = {name: dm if users else channel for name, channel, dm, _ in CAPS}
        self.keys[self.host] = {kid: public}  # STATE-7

    def judge_oneself(self, user, _, membership, role=None):  # 4.4
        before = self.membership(user)
        need(membership in ("joined", "knocking", "left"), "AUTH-26")
        need(membership != before, "AUTH-20")
        if membership == "joined":
            need(role in (None, self.joining_role(user)), "AUTH-22")
        elif membership == "knocking":
            need(before == "left", "AUTH-26")
            need(self.policy["join"] == "knock", "AUTH-25")  # a dm has no policy but the first
        elif before == "joined" and user == self.owner:
            need(not self.anybody_joined(but=user), "AUTH-24")

    def judge_other(self, sender, user, membership, role=None):  # 4.5
        need(self.membership(sender) == "joined", "AUTH-17")
        need(not self.people or (membership == "invited" and user in self.people), "AUTH-29")
        before, outranks = self.membership(user), self.rank(user) < self.rank(sender)
        if membership == "invited":
            self.require(sender, "invite")
            need(admits(self.servers, server_of(user), self.host), "AUTH-15")
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
            need(self.rank(user) != RANK[role], "AUTH-20")
            need(RANK[role] < self.rank(sender) or sender == self.owner, "AUTH-27")

    def judge_relation(self, kind, sender, rel=None, to=None):  # 4.6
        if kind != "redact":
            self.require(sender, NEEDS.get(kind, "post"))
        target = rel and need(self.events.get(to), "AUTH-40")
        if not target or kind not in ("message", "edit", "reaction", "redact"):  # AUTH-45
            return
        author, related = target["sender"], target.get("relates", {}).get("rel")
        is_deletable = target["type"] not in ("redact", "channel.create", "server.key")
        is_open = target["type"] == "message" and not rel == related == "thread"
        need(is_deletable if rel == "redact" else is_open, "AUTH-41")
        need(rel != "edit" or author == sender, "AUTH-42")
        need(to not in self.deleted or rel in ("thread", "reply"), "AUTH-43")
        if rel == "redact" and author != sender:  # AUTH-44
            self.require(sender, "redact_others")
            rank = self.rank(author) if self.membership(author) == "joined" else RANK["member"]
            need(rank < self.rank(sender), "AUTH-28")

    def judge_setting(self, kind, sender, content):  # 4.7
        if kind == "channel.archive":
            need(content != self.archive, "AUTH-20")
        elif kind == "channel.policy":
            before, after = self.minima(self.policy), self.minima(content)
            changed = [max(before[name], after[name]) for name in before if before[name] != after[name]]
            need(all(minimum <= self.rank(sender) for minimum in changed), "AUTH-50")
        elif kind == "channel.servers":
            need(sender == self.owner, "AUTH-51")
            need(sum(map(len, content.values())) <= 1_000, "AUTH-52")
            need(admits(content, self.host) and admits(content, server_of(sender)), "AUTH-53")

    def judge_key(self, server, event, seq, named_server, named, kid, public, ends=None):  # 4.8
        in_force, sender = self.in_force(server, seq), event["sender"]
        need(named == kid, "AUTH-14")
        need(named_server == server, "AUTH-60")
        need(kid not in self.keys.get(server, {}), "AUTH-61")
        if self.membership(sender) == "left" and self.policy["join"] != "knock":
            with refusing_as("not_member", "AUTH-65"):
                self.joining_role(sender)
        need(event["kid"] in (in_force or (kid,)), "AUTH-62")
        need(ends is None or ends in in_force, "AUTH-63")
        need(len(in_force.keys() - {ends}) < 16, "AUTH-64")

    def fold(self, kind, server, event, key, content, seq):
        """4.1."""
        match kind:
            case "redact":
                self.deleted.add(event["relates"]["to"])  # STATE-8
            case "member":
                self.fold_member(key, **content)
            case "server.key":  # STATE-7
                self.keys.setdefault(server, {})[content["kid"]] = content["public"]
                self.ended[server, content.get("ends")] = seq
            case "channel.policy" | "channel.servers" | "channel.archive":
                setattr(self, kind.removeprefix("channel."), content)

    def fold_member(self, user, membership, role=None):
        """STATE-4, STATE-6."""
        if membership == "joined" and self.membership(user) != "joined":
            role = self.joining_role(user)
        if role == "owner" and user != self.owner:
            self.members[self.owner], self.owner = ["joined", "moderator"], user
        self.members[user] = [membership, role or "member"]


# Chapter 5: log and heads.


def follows(previous, entry):
    """LOG-3 to LOG-5, after another entry, or after none."""
    last = previous or {"seq": -1, "host_ts": 0, "term": 1}
    need(entry["seq"] == last["seq"] + 1, "LOG-3", "bad_entry")
    need(entry["host_ts"] >= last["host_ts"], "LOG-4", "bad_entry")
    need(0 <= entry["term"] - last["term"] <= (previous is not None), "LOG-5", "bad_entry")


def leaf(entry):
    """LOG-6."""
    return hashlib.sha256(b"\0loggia/entry/1\n" + canonical(entry)).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(leaves):
    """5.3."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return node(root_of(leaves[:left]), root_of(leaves[left:]))


# Chapter 20: exports.

MAX_LINE = 262_144
STRING = r'"(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"'
SCALAR = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null"
TOKEN = re.compile(rf"(?s)(?P<s>{STRING})|(?P<v>{SCALAR})|[\[\]{{}}:,]|(?P<space>[ \t\n\r]+)|(?P<bad>.)")
WHOLE = re.compile(r"\[([sv](,[sv])*)?\]|\{(s:[sv](,s:[sv])*)?\}")  # a string is `s`, another value `v`
FOUND = {"AUTH-3": "bad_event", "AUTH-7": "bad_signature", "LOG-7": "event_mismatch"}
FOUND |= {"step 5": "wrong_channel"}  # anything else is `refused`


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
            kind = need(WHOLE.fullmatch("".join([*tokens, kind])) and "v", "no JSON", "bad_line")
        if kind in ("s", "v") and len(levels) == 2:
            found.append(text[begin : token.end()])
        if kind != "space":
            levels[-1][0].append(kind)
    need(len(levels) == 1 and levels[0][0] == ["v"], "no JSON", "bad_line")
    return found


def members(text):
    found = items(text)
    names = [json.loads(name) for name in found[::2]]
    need(text.lstrip(" \t\n\r").startswith("{") and len({*names}) == len(names), "JSON-7", "bad_line")
    return dict(zip(names, found[1::2], strict=True))


def parse_line(octets):
    """Step 1, but for its place: the kind and the members. Event and body are the octets that they are."""
    need(len(octets) <= MAX_LINE, "too long", "bad_line")
    with refusing_as("bad_line"):
        line = members(octets.decode())
        need(line.keys() == {"kind", "line"}, "other members", "bad_line")
        kind, texts = parse(line["kind"].encode()), members(line["line"])
        as_is = ("event", "body") if kind == "entry" else ()
        values = {name: (bytes if name in as_is else parse)(text.encode()) for name, text in texts.items()}
        shown = {"kind": kind, "line": {name: values[name] for name in values if name not in as_is[1:]}}
        need(fits(shown, SCHEMAS["export-line.json"]), "not as in export-line.json", "bad_line")
        if kind != "channel":
            read((line["line"] if kind == "head" else texts["entry"]).encode())
    return kind, values


class Verifier:
    """Takes the lines of an export one by one.

    What it found is in `findings`: place, code, detail. `bodies` has place, whether it is here, its event,
    the event to which that relates, and its type.
    """

    def __init__(self, channel):
        self.state, self.place, self.entries, self.bodies, self.findings = State(channel), "seq 0", [], [], []
        self.counts = dict.fromkeys(("bodies", "deleted", "missing", "void"), 0)

    def expect(self, condition, code, detail, place=None):
        if not condition:
            self.findings.append((place or self.place, code, detail))

    @contextmanager
    def finding(self, code=None):
        try:
            yield
        except Refused as refusal:
            self.expect(False, code or refusal.code, refusal.rule)

    def check(self, line):
        """A line after the first."""
        kind, values = parse_line(line)
        need(kind != "channel", "another channel", "bad_line")
        self.check_entry(**values) if kind == "entry" else self.check_head(**values)

    def check_entry(self, entry, event, signature, body=None, void=None):
        """Steps 2 to 8."""
        need(entry["seq"] == len(self.entries), f"entry {entry['seq']} stands here", "missing_entry")
        with self.finding():
            follows(self.entries[-1] if self.entries else None, entry)
        header, refusal = self.judge(entry, event, signature)
        if refusal:
            code = FOUND.get(refusal.rule, "refused")
            need(self.state.host, refusal.rule, code)
            self.expect(void, code, refusal.rule)
            self.counts["void"] += bool(void)
        self.expect(refusal or not void, "void_mismatch", "it is effective")
        hashed = header and header.get("body_hash")
        self.expect(hashed or body is None, "body_unexpected", "the event has none")
        if hashed:
            related = header.get("relates", {}).get("to")
            self.bodies.append((self.place, body is not None, entry["event"], related, header["type"]))
            self.counts["bodies"] += body is not None
            with self.finding("body_mismatch"):
                need(body is None or body_hash(body, len(event)) == hashed, "BODY-2", "body_mismatch")

    def judge(self, entry, event, signature):
        """4.10: the header, if it is one, and why it is void."""
        header, known = None, self.state.events
        self.entries.append(entry)
        try:
            need("$" + digest("event", event) == entry["event"], "LOG-7")
            with refusing_as("bad_header", "AUTH-3"):
                header = read(event, "event.json")
            need(entry["event"] not in known, "AUTH-1")
            known[entry["event"]] = None
            self.state.judge(entry["event"], header, event, signature, entry["seq"])
            known[entry["event"]] = header
        except Refused as refusal:
            return header, refusal
        return header, None

    def check_head(self, head, signature):
        """Steps 9 to 11."""
        need(self.entries, "the head stands here", "missing_entry")
        self.place = "head"
        log = {"channel": self.state.channel, **self.size_and_root(), "term": self.entries[-1]["term"]}
        for name, value in log.items():
            is_equal = head[name] == value or (name == "root" and head["size"] != log["size"])
            self.expect(is_equal, f"head_{name}", f"{head[name]} is not that of the log")
        keys = self.state.in_force(self.state.host, log["size"] - 1)
        public = head["host"] == self.state.host and keys.get(head["kid"])
        self.expect(public, "head_key", f"{head['kid']} is no key of the host in force")
        is_signed = not public or signed_as("head", public, canonical(head), signature)
        self.expect(is_signed, "head_signature", "its signature does not verify")

    def size_and_root(self):
        return {"size": len(self.entries), "root": encode(root_of([*map(leaf, self.entries)]))}

    def check_end(self):
        """Steps 12 and 13. EXPORT-3: with a message go the bodies of its edits and reactions."""
        self.expect(self.place == "head", "no_head", "there is none", "head")
        has_end = "retention_days" in self.state.policy
        for place, is_here, event_id, related, kind in self.bodies:
            is_old = has_end and not is_here and kind in ("message", "edit", "reaction")  # BODY-7
            is_deleted = is_old or event_id in self.state.deleted or (not is_here and related in self.state.deleted)
            self.expect(not is_here or not is_deleted, "body_not_deleted", "the event is deleted", place)
            self.counts["deleted" if is_deleted else "missing"] += not is_here


def body_hash(octets, header_octets=0):
    """BODY-1 to BODY-3."""
    need(read(octets, "body.json") and header_octets + len(octets) <= 65_536, "BODY-3")
    return digest("body", octets)


def verify(file):
    lines = (line.removesuffix(b"\n") for line in iter(lambda: file.readline(MAX_LINE + 2), b""))
    with refusing_as("no_export"):
        kind, first = parse_line(next(lines, b""))
        verifier = Verifier(need(kind == "channel" and first["channel"], "it names no channel", "bad_line"))
    with verifier.finding():
        for line in lines:
            has_head, verifier.place = verifier.place == "head", f"seq {len(verifier.entries)}"
            need(not has_head, "after the head", "bad_line")
            verifier.check(line)
        verifier.check_end()
    verifier.counts |= {"entries": len(verifier.entries), "servers": len(verifier.state.keys)}  # KEY-5
    return verifier


SUMMARY = "{entries:,} entries, {servers:,} servers, chain {verdict}, {bodies:,} bodies, "
SUMMARY += "{deleted:,} bodies deleted, {missing:,} bodies missing, {void:,} void"


def main(arguments):
    try:
        (path,) = arguments
        with open(path, "rb") as file:
            verifier = verify(file)
    except (OSError, ValueError) as error:
        print(__doc__ if len(arguments) != 1 else f"{path}: {error}", file=sys.stderr)
        return 2
    print(SUMMARY.format(verdict="NOT complete" if verifier.findings else "complete", **verifier.counts))
    print("".join("  {}: {}: {}\n".format(*finding) for finding in verifier.findings[:100]), end="")
    return 1 if verifier.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
