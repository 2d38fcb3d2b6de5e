"""The state of a channel and the authorisation rules, version 1."""

from dataclasses import dataclass, field
from typing import NamedTuple

from loggia_contents import CONTENT_CHECKS, DEFAULT_ROLES, DM_DEFAULT_ROLES, RANK, RULES_VERSION, check_genesis
from loggia_format import KEY_BYTES, KNOWN_TYPES, Malformed, decode, server_of

MAX_PATTERNS = 1000  # AUTH-52
MAX_KEYS_IN_FORCE = 16  # AUTH-64
CAPABILITY = {
    "reaction": "react", "channel.name": "set_profile", "channel.topic": "set_profile",
    "channel.avatar": "set_profile", "channel.pins": "pin", "channel.policy": "set_policy",
    "channel.servers": "set_policy", "channel.archive": "set_policy",
}  # fmt: skip
NEVER_REDACTED = {"redact", "channel.create", "server.key"}  # AUTH-41
FIRST_POLICY = {"caps": {}, "history": "all", "join": "invite"}  # STATE-3


class Void(Exception):
    """The entry breaks this rule and has no effect."""

    def __init__(self, rule):
        super().__init__(rule)
        self.rule = rule


class Member(NamedTuple):
    membership: str
    role: str


ABSENT = Member("left", "member")


@dataclass
class Key:
    public: bytes
    ended: int | None = None  # the last seq that it may sign


@dataclass
class Logged:
    """What later events need to know of an effective one."""

    sender: str
    kind: str
    rel: str | None
    deleted: bool = False


def hold(condition, rule):
    if not condition:
        raise Void(rule)


def _covers(pattern, server):
    return server.endswith(pattern[1:]) if pattern.startswith("*.") else server == pattern


def _admits(servers, server):  # STATE-5, without the exception for the host
    if any(_covers(pattern, server) for pattern in servers.get("deny", ())):
        return False
    return "allow" not in servers or any(_covers(pattern, server) for pattern in servers["allow"])


@dataclass
class State:
    """STATE-1. `found` makes one from a genesis, `judge` and `fold` take it from entry to entry."""

    channel: str
    creator: str
    host: str
    people: frozenset | None  # of a dm, those that the genesis lists
    defaults: dict
    owner: str | None
    keys: dict  # server -> kid -> Key
    policy: dict = field(default_factory=lambda: FIRST_POLICY)
    servers: dict = field(default_factory=dict)
    archived: bool = False
    members: dict = field(default_factory=dict)
    joined: int = 0
    events: dict = field(default_factory=dict)  # id -> Logged, of effective events

    @classmethod
    def found(cls, channel, event_id, event):
        hold(event["type"] == "channel.create", "AUTH-10")
        content, sender = event["state"]["content"], event["sender"]
        hold(content.get("rules") == RULES_VERSION and content["rules"] is not True, "AUTH-11")
        try:
            check_genesis(event)
        except Malformed as error:
            raise Void("AUTH-12") from error
        dm = content["kind"] == "dm"
        state = cls(
            channel=channel,
            creator=sender,
            host=content["host"],
            people=frozenset(content["users"]) if dm else None,
            defaults=DM_DEFAULT_ROLES if dm else DEFAULT_ROLES,
            owner=None if dm else sender,
            keys={content["host"]: {event["kid"]: Key(decode(content["key"]["public"], KEY_BYTES))}},  # STATE-7
        )
        state.events[event_id] = Logged(sender, event["type"], None)
        return state

    # What the rules ask

    def member(self, user):
        return self.members.get(user, ABSENT)

    def rank_upon(self, user):
        """AUTH-28: joined and invited people have their role, everybody else counts as a member."""
        membership, role = self.member(user)
        return RANK[role if membership in ("joined", "invited") else "member"]

    def minimum(self, capability, policy=None):
        return RANK[(policy or self.policy)["caps"].get(capability, self.defaults[capability])]

    def can(self, user, capability):  # AUTH-19
        member = self.member(user)
        return member.membership == "joined" and RANK[member.role] >= self.minimum(capability)

    def admits(self, server):
        return server == self.host or _admits(self.servers, server)

    def join_refusal(self, user):
        """The rule that keeps somebody who is neither joined nor banned from joining now, or None."""
        if self.people is not None:
            return None if user in self.people else "AUTH-29"
        if not self.joined:
            return None if user == self.owner else "AUTH-23"
        invited = self.member(user).membership == "invited"
        return None if invited or self.policy["join"] == "open" else "AUTH-21"

    def joining_role(self, user):  # STATE-4
        if self.people is not None:
            return "member"
        if user == self.owner and not self.joined:
            return "owner"
        member = self.member(user)
        return member.role if member.membership == "invited" else "member"

    def keys_in_force(self, server):
        return {kid: key for kid, key in self.keys.get(server, {}).items() if key.ended is None}

    def signing_key(self, event, seq):
        """The key that an event at this place must be signed with (AUTH-5, AUTH-6, AUTH-62)."""
        server = server_of(event["sender"])
        bound = self.keys.get(server)
        if not bound and event["type"] == "server.key":
            content = event["state"]["content"]
            hold(event["kid"] == content["kid"], "AUTH-62")
            return decode(content["public"], KEY_BYTES)
        hold(bound and event["kid"] in bound, "AUTH-5")
        key = bound[event["kid"]]
        hold(key.ended is None or seq <= key.ended, "AUTH-6")
        return key.public

    def host_key(self, host, kid, seq):
        """The key that a head whose last entry is `seq` is signed with, or None (HEAD-7)."""
        key = self.keys[self.host].get(kid) if host == self.host else None
        return key.public if key and (key.ended is None or seq <= key.ended) else None

    # Judging

    def judge(self, event, seq):
        """Raises Void if the event breaks a rule at this place. The signature is the caller's (AUTH-7)."""
        kind, sender = event["type"], event["sender"]
        hold(kind != "channel.create", "AUTH-10")
        hold(event["channel"] == self.channel, "AUTH-2")
        self._judge_content(event)
        hold(self.admits(server_of(sender)), "AUTH-15")
        hold(not self.archived or self._allowed_in_archive(event), "AUTH-16")
        hold(kind != "channel.host", "AUTH-13")
        hold(self.member(sender).membership != "banned", "AUTH-18")
        self._judge_act(kind, sender, event)
        hold(event["seen"]["size"] <= seq, "AUTH-4")
        hold(seq != 1 or self._is_creators_join(event), "AUTH-8")

    def _judge_act(self, kind, sender, event):
        if kind == "member":
            self._judge_member(sender, event["state"]["key"], event["state"]["content"])
        elif kind == "server.key":
            self._judge_key(sender, event)
        elif kind == "redact":
            self._judge_redact(sender, self._target(event))
        else:
            hold(self.member(sender).membership == "joined", "AUTH-17")
            hold(self.can(sender, CAPABILITY.get(kind, "post")), "AUTH-19")
            self._judge_relation(event)
            self._judge_setting(sender, event)

    def _judge_content(self, event):  # AUTH-14
        check = CONTENT_CHECKS.get(event["type"])
        if check:
            try:
                check(event["state"]["key"], event["state"]["content"])
            except Malformed as error:
                raise Void("AUTH-14") from error

    def _is_creators_join(self, event):
        joins = event["type"] == "member" and event["state"]["content"]["membership"] == "joined"
        return joins and event["sender"] == self.creator == event["state"]["key"]

    def _allowed_in_archive(self, event):
        kind, sender = event["type"], event["sender"]
        if kind == "member":
            return event["state"]["key"] == sender and event["state"]["content"]["membership"] == "left"
        if kind == "channel.archive":
            return not event["state"]["content"]["archived"]
        return kind == "redact" or (kind == "server.key" and server_of(sender) in self.keys)

    def _judge_member(self, sender, user, content):
        act, role = content["membership"], content.get("role")
        if sender != user:
            self._judge_act_upon(sender, user, act, role)
        elif act == "joined":
            self._judge_join(user, role)
        elif act == "knocking":
            self._judge_knock(user)
        else:
            hold(act == "left", "AUTH-26")
            self._judge_leave(user)

    def _judge_join(self, user, role):
        hold(self.member(user).membership != "joined", "AUTH-20")
        refusal = self.join_refusal(user)
        hold(refusal is None, refusal)
        hold(role in (None, self.joining_role(user)), "AUTH-22")

    def _judge_knock(self, user):
        hold(self.member(user).membership != "knocking", "AUTH-20")
        hold(self.member(user).membership == "left", "AUTH-26")
        hold(self._may_knock(), "AUTH-25")

    def _may_knock(self):
        return self.people is None and self.policy["join"] == "knock"

    def _judge_leave(self, user):
        hold(self.member(user).membership != "left", "AUTH-20")
        joined = self.member(user).membership == "joined"
        hold(not joined or user != self.owner or self.joined == 1, "AUTH-24")

    def _judge_act_upon(self, sender, user, act, role):
        hold(self.member(sender).membership == "joined", "AUTH-17")
        if self.people is not None:
            hold(act == "invited" and user in self.people, "AUTH-29")
        target = self.member(user).membership
        if act == "invited":
            hold(target not in ("joined", "banned"), "AUTH-26")
            self._judge_invitation(sender, user, role or "member")
        elif act == "left" and target == "banned":
            hold(self.can(sender, "ban"), "AUTH-19")
        elif act in ("left", "banned"):
            hold(target != ("banned" if act == "banned" else "left"), "AUTH-26")
            hold(self.can(sender, "kick" if act == "left" else "ban"), "AUTH-19")
            self._judge_rank(sender, user)
        else:
            hold(act == "joined" and role and target == "joined", "AUTH-26")
            self._judge_role(sender, user, role)

    def _judge_invitation(self, sender, user, role):
        hold(self.can(sender, "invite"), "AUTH-19")
        hold(self.admits(server_of(user)), "AUTH-15")
        hold(role in ("guest", "member") and RANK[role] <= self.rank_upon(sender), "AUTH-27")

    def _judge_role(self, sender, user, role):
        self._judge_rank(sender, user)
        hold(self.member(user).role != role, "AUTH-20")
        hold(sender == self.owner or RANK[role] < self.rank_upon(sender), "AUTH-27")

    def _judge_rank(self, sender, user):
        hold(self.rank_upon(user) < self.rank_upon(sender), "AUTH-28")

    def _judge_key(self, sender, event):
        content, server = event["state"]["content"], server_of(sender)
        hold(event["state"]["key"].partition("/")[0] == server, "AUTH-60")
        hold(content["kid"] not in self.keys.get(server, {}), "AUTH-61")
        in_force = self.keys_in_force(server)
        hold("ends" not in content or content["ends"] in in_force, "AUTH-63")
        hold(len(in_force) + ("ends" not in content) <= MAX_KEYS_IN_FORCE, "AUTH-64")
        present = self.member(sender).membership in ("joined", "invited", "knocking")
        hold(present or self.join_refusal(sender) is None or self._may_knock(), "AUTH-65")

    def _target(self, event):
        target = self.events.get(event["relates"]["to"])
        hold(target is not None, "AUTH-40")
        return target

    def _judge_redact(self, sender, target):
        hold(target.kind not in NEVER_REDACTED, "AUTH-41")
        hold(not target.deleted, "AUTH-43")
        if sender != target.sender:  # AUTH-44
            hold(self.member(sender).membership == "joined", "AUTH-17")
            hold(self.can(sender, "redact_others"), "AUTH-19")
            author = self.member(target.sender)
            author_rank = RANK[author.role if author.membership == "joined" else "member"]
            hold(author_rank < self.rank_upon(sender), "AUTH-28")

    def _judge_relation(self, event):
        if "relates" not in event:
            return
        target, rel = self._target(event), event["relates"]["rel"]
        if event["type"] not in KNOWN_TYPES:  # AUTH-45
            return
        hold(target.kind == "message" and (rel != "thread" or target.rel != "thread"), "AUTH-41")
        hold(rel != "edit" or target.sender == event["sender"], "AUTH-42")
        hold(not target.deleted or rel in ("thread", "reply"), "AUTH-43")

    def _judge_setting(self, sender, event):
        if event["type"] == "channel.archive":
            hold(event["state"]["content"]["archived"] != self.archived, "AUTH-20")
        elif event["type"] == "channel.policy":
            self._judge_policy(sender, event["state"]["content"])
        elif event["type"] == "channel.servers":
            self._judge_servers(sender, event["state"]["content"])

    def _judge_policy(self, sender, policy):  # AUTH-50
        for capability in self.defaults:
            before, after = self.minimum(capability), self.minimum(capability, policy)
            hold(before == after or max(before, after) <= self.rank_upon(sender), "AUTH-50")

    def _judge_servers(self, sender, servers):
        hold(sender == self.owner, "AUTH-51")
        hold(sum(map(len, servers.values())) <= MAX_PATTERNS, "AUTH-52")
        hold(_admits(servers, self.host) and _admits(servers, server_of(sender)), "AUTH-53")

    # Folding

    def fold(self, event_id, event, seq):
        """Lets an effective event change the state."""
        kind, relates = event["type"], event.get("relates", {})
        self.events[event_id] = Logged(event["sender"], kind, relates.get("rel"))
        if kind == "redact":
            self.events[relates["to"]].deleted = True  # STATE-8
        elif kind in FOLDS:
            FOLDS[kind](self, event["state"]["key"], event["state"]["content"], seq)

    def _fold_member(self, user, content, _seq):  # STATE-4
        membership, role = content["membership"], "member"
        if membership == "invited":
            role = content.get("role", "member")
        elif membership == "joined" and self.member(user).membership == "joined":
            role = content["role"]
        elif membership == "joined":
            role = self.joining_role(user)
        if role == "owner" and user != self.owner:  # STATE-6
            self.members[self.owner] = Member("joined", "moderator")
            self.owner = user
        self.joined += (membership == "joined") - (self.member(user).membership == "joined")
        self.members[user] = Member(membership, role)

    def _fold_key(self, key, content, seq):  # STATE-7
        bound = self.keys.setdefault(key.partition("/")[0], {})
        if "ends" in content:
            bound[content["ends"]].ended = seq
        bound[content["kid"]] = Key(decode(content["public"], KEY_BYTES))

    def _fold_policy(self, _key, content, _seq):
        self.policy = content

    def _fold_servers(self, _key, content, _seq):
        self.servers = content

    def _fold_archive(self, _key, content, _seq):
        self.archived = content["archived"]


FOLDS = {
    "member": State._fold_member, "server.key": State._fold_key, "channel.policy": State._fold_policy,
    "channel.servers": State._fold_servers, "channel.archive": State._fold_archive,
}  # fmt: skip
