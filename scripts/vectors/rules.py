"""Vectors for state and rules: logs that a host would have let grow so, and one more event that is judged.

Nothing in here judges anything: what must come of an event is written beside it.
"""

import copy
import json

import crypto
from crypto import Key, b64, canonical, digest
from objects import HASH, message

ALICE, ANN, BOB, CAROL, DAVE = "@alice:a.example", "@ann:a.example", "@bob:b.example", "@carol:c.example", "@dave:d.example"


def key_of(user, kid="k1"):
    return Key(user.split(":")[1], kid)


KEYS = {}


def key(server, kid):
    if (server, kid) not in KEYS:
        KEYS[server, kid] = Key(server, kid)
    return KEYS[server, kid]


def signed(event, signer=None):
    """The event as it is sent: its octets as text, and a signature by its own key or another one."""
    signer = signer or key(event["sender"].split(":")[1], event["kid"])
    text = canonical(event)
    return {"event": text.decode(), "signature": signer.sign("event", text)}


def id_of(event):
    return "$" + b64(digest("event", canonical(event)))


def create(kind="channel", **changes):
    public = key("a.example", "k1").public
    return {"host": "a.example", "key": {"kid": "k1", "public": public}, "kind": kind, "rules": 1, **changes}


def genesis(content, **changes):
    return message(
        **{
            "type": "channel.create",
            "channel": None,
            "seen": None,
            "body_hash": None,
            "state": {"content": content, "key": ""},
            **changes,
        }
    )


class Log:
    """A log that grows, and composes what comes next."""

    def __init__(self, content):
        self.items, self.leaves, self.ids, self.count = [], [], {}, 0
        first = genesis(content)
        self.channel = "!" + id_of(first)[1:]
        self.push(first)

    def copy(self):
        return copy.deepcopy(self)

    def push(self, event, name=None, void=None):
        """The next entry; `void` is the rule that makes it so."""
        item = self.item(signed(event), event)
        if void:
            item["void"] = void
        self.items.append(item)
        self.leaves.append(crypto.leaf(item["entry"]))
        if name:
            self.ids[name] = id_of(event)
        return self

    def item(self, sent, event):
        place = {"event": id_of(event), "host_ts": 1790000000000 + len(self.items), "seq": len(self.items), "term": 1}
        return {"entry": place, **sent}

    def event(self, sender, kind, **changes):
        self.count += 1
        seen = {"root": b64(crypto.root(self.leaves)), "size": len(self.leaves)}
        made = dict(sender=sender, type=kind, channel=self.channel, seen=seen, nonce=f"n{self.count}", body_hash=None)
        return message(**{**made, **changes})

    def state(self, sender, kind, at, content, **changes):
        body = HASH if kind in ("channel.name", "channel.topic", "channel.avatar", "channel.pins") else None
        return self.event(sender, kind, **{"state": {"content": content, "key": at}, "body_hash": body, **changes})

    def member(self, sender, user, membership, role=None):
        content = {"membership": membership} | ({"role": role} if role else {})
        return self.state(sender, "member", user, content)

    def policy(self, sender, join="open", caps=None):
        return self.state(sender, "channel.policy", "", {"caps": caps or {}, "history": "all", "join": join})

    def servers(self, sender, **lists):
        return self.state(sender, "channel.servers", "", lists)

    def archive(self, sender, archived):
        return self.state(sender, "channel.archive", "", {"archived": archived})

    def server_key(self, sender, kid="k1", signed_by=None, **more):
        server = sender.split(":")[1]
        content = {"kid": kid, "public": key(server, kid).public, **more}
        return self.state(sender, "server.key", f"{server}/{kid}", content, kid=signed_by or kid)

    def message(self, sender, rel=None, to=None):
        relates = {"rel": rel, "to": self.ids[to]} if rel else None
        return self.event(sender, "message", body_hash=HASH, relates=relates)

    def about(self, sender, kind, rel, to):
        target = self.ids.get(to, to)
        body = None if kind == "redact" else HASH
        return self.event(sender, kind, body_hash=body, relates={"rel": rel, "to": target})


def founded():
    return Log(create())


def open_log():
    """Alice's open channel; the servers of Bob and Carol have bound their keys."""
    log = founded()
    log.push(log.member(ALICE, ALICE, "joined"))
    log.push(log.policy(ALICE))
    log.push(log.server_key(BOB))
    return log.push(log.server_key(CAROL))


def full():
    """Alice owns, Ann moderates, Bob is a member, Carol a guest; some messages."""
    log = open_log()
    for user in (ANN, BOB, CAROL):
        log.push(log.member(user, user, "joined"))
    log.push(log.member(ALICE, ANN, "joined", "moderator"))
    log.push(log.member(ALICE, CAROL, "joined", "guest"))
    log.push(log.message(ALICE), "alice's")
    log.push(log.message(BOB), "bob's")
    log.push(log.message(BOB, "thread", "bob's"), "in thread")
    log.push(log.about(BOB, "reaction", "react", "alice's"), "reaction")
    log.push(log.message(BOB), "deleted")
    return log.push(log.about(BOB, "redact", "redact", "deleted"), "redaction")


def dm():
    log = Log(create("dm", users=[ALICE, BOB]))
    log.push(log.member(ALICE, ALICE, "joined"))
    log.push(log.server_key(BOB))
    log.push(log.member(BOB, BOB, "joined"))
    log.push(log.message(ALICE), "alice's")
    return log


def after(log, *makers):
    log = log.copy()
    for make in makers:
        log.push(make(log))
    return log


def founding():
    """Entry 0, judged without a log."""
    dave = create(key={"kid": "k1", "public": key("d.example", "k1").public}, host="d.example")
    users = lambda *people: genesis(create("dm", users=list(people)))
    many = [f"@u{number}:a.example" for number in range(10)]
    cases = [
        ("AUTH-12", "a channel", genesis(create()), None),
        ("AUTH-12", "a direct conversation", users(ALICE, BOB), None),
        ("AUTH-12", "with oneself", users(ALICE), None),
        ("AUTH-12", "of ten", users(ALICE, *many[:9]), None),
        ("AUTH-11", "rules that nobody knows", genesis(create(rules=2)), "version"),
        ("AUTH-12", "hosted by another server", genesis(create(host="b.example")), "bad_header"),
        ("AUTH-12", "another key id than the one it binds", genesis(create(), kid="k2"), "bad_header"),
        ("AUTH-12", "a channel with people", genesis(create(users=[ALICE])), "bad_header"),
        ("AUTH-12", "a direct conversation without people", genesis(create("dm")), "bad_header"),
        ("AUTH-12", "without its creator", users(BOB), "bad_header"),
        ("AUTH-12", "people out of order", users(BOB, ALICE), "bad_header"),
        ("AUTH-12", "somebody twice", users(ALICE, ALICE), "bad_header"),
        ("AUTH-12", "of eleven", users(ALICE, *many), "bad_header"),
        ("AUTH-14", "a member that nobody knows", genesis(create(name="x")), "bad_header"),
        ("AUTH-14", "no host", genesis({name: value for name, value in create().items() if name != "host"}), "bad_header"),
        ("AUTH-14", "null for absent", genesis(create(users=None)), "bad_header"),
        ("SIGN-3", "a key that is none", genesis(create(key={"kid": "k1", "public": "A" * 43})), "bad_header"),
        ("AUTH-12", "not a genesis", message(), "bad_header"),
    ]
    made = [(rule, why, signed(event), code) for rule, why, event, code in cases]
    made.append(("AUTH-12", "signed by a key that it does not bind", signed(genesis(create()), key("a.example", "k2")), "bad_signature"))
    made.append(("AUTH-12", "of another server, signed by its own key", signed(genesis(dave, sender=DAVE)), None))
    return {}, made


def places():
    log = full()
    ended = after(log, lambda log: log.server_key(BOB, "k2", "k1", ends="k1"))
    repeated = log.copy()
    again = repeated.message(BOB)
    repeated.push(again)
    void = log.copy()
    unwelcome = void.message(DAVE)
    void.push(unwelcome, void="AUTH-17")
    malformed = {"event": '{"v":1}', "signature": "A" * 86}
    elsewhere = log.message(BOB)
    elsewhere["channel"] = "!" + HASH
    size = len(log.items)
    seen = lambda size_: {**log.message(BOB), "seen": {"root": HASH, "size": size_}}
    begun = founded()
    cases = [
        ("AUTH-1", "said once", "full", log.message(BOB), None),
        ("AUTH-1", "said twice", "repeated", again, "duplicate"),
        ("AUTH-1", "said again after it was void", "void", unwelcome, "duplicate"),
        ("AUTH-2", "another channel's", "full", elsewhere, "path_mismatch"),
        ("AUTH-3", "no event at all", "full", malformed, "bad_header"),
        ("AUTH-3", "octets that are not canonical", "full", {"event": " " + signed(log.message(BOB))["event"], "signature": "A" * 86}, "bad_header"),
        ("AUTH-4", "it has seen all that there is", "full", seen(size), None),
        ("AUTH-4", "it has seen more than there is", "full", seen(size + 1), "seen_ahead"),
        ("AUTH-5", "a key that is not bound", "full", {**log.message(BOB), "kid": "k9"}, "key_unknown"),
        ("AUTH-6", "a key that was ended", "ended", ended.message(BOB), "key_expired"),
        ("AUTH-6", "its successor", "ended", {**ended.message(BOB), "kid": "k2"}, None),
        ("AUTH-6", "what was sent before counts where it is logged", "ended", {**ended.message(BOB), "origin_ts": 0}, "key_expired"),
        ("AUTH-7", "signed by another server's key", "full", signed(log.message(BOB), key("c.example", "k1")), "bad_signature"),
        ("AUTH-8", "the creator enters", "founded", begun.member(ALICE, ALICE, "joined"), None),
        ("AUTH-8", "the creator does something else first", "founded", begun.server_key(ALICE, "k2", "k1"), "not_authorised"),
        ("AUTH-10", "a second genesis", "full", genesis(create(), nonce="again"), "not_authorised"),
        ("AUTH-13", "hand-over", "full", log.state(ALICE, "channel.host", "", {}), "not_authorised"),
    ]
    logs = {"full": log, "ended": ended, "repeated": repeated, "void": void, "founded": begun}
    mismatch = {**signed(log.message(BOB)), "names": id_of(log.message(BOB))}
    return logs, [*cases, ("LOG-7", "the entry names another event", "full", mismatch, "event_mismatch")]


def contents():
    log = full()
    member = lambda content, user=CAROL: log.state(ALICE, "member", user, content)
    policy = lambda **changes: log.state(ALICE, "channel.policy", "", {"caps": {}, "history": "all", "join": "open", **changes})
    bob_key = lambda at, **content: log.state(BOB, "server.key", at, {"kid": "k2", "public": key("b.example", "k2").public, **content}, kid="k1")
    bad = [
        ("a membership that nobody knows", member({"membership": "gone"})),
        ("a role that nobody knows", member({"membership": "joined", "role": "king"})),
        ("no membership", member({"role": "member"})),
        ("null for absent", member({"membership": "left", "role": None})),
        ("a member that nobody knows", member({"membership": "left", "reason": "x"})),
        ("no user", member({"membership": "left"}, "carol")),
        ("a role for somebody who goes", member({"membership": "left", "role": "member"})),
        ("a role for somebody who is banned", member({"membership": "banned", "role": "guest"})),
        ("a capability that nobody knows", policy(caps={"fly": "owner"})),
        ("no history", log.state(ALICE, "channel.policy", "", {"caps": {}, "join": "open"})),
        ("a join policy that nobody knows", policy(join="closed")),
        ("a pattern that is none", log.servers(ALICE, deny=["b.*"])),
        ("a pattern for everything", log.servers(ALICE, deny=["*"])),
        ("archived by a number", log.state(ALICE, "channel.archive", "", {"archived": 1})),
        ("a name in state", log.state(ALICE, "channel.name", "", {"name": "x"})),
        ("a key without its server", bob_key("k2")),
        ("another key id", bob_key("b.example/k3")),
        ("a public key that is none", bob_key("b.example/k2", public="A" * 43)),
    ]
    good = [
        ("a policy", policy(caps={"post": "guest", "set_policy": "owner"}, history="since_join")),
        ("a list", log.servers(ALICE, allow=["a.example", "*.example"], deny=[])),
        ("a list of nothing", log.servers(ALICE)),
        ("a pattern of one label", log.servers(ALICE, deny=["*.test"])),
        ("a name", log.state(ALICE, "channel.name", "", {})),
        ("a key", bob_key("b.example/k2")),
    ]
    suffix = ".".join(["a" * 63] * 3 + ["b" * 36])
    longest = [("STATE-5", "a pattern of 230 octets", "full", log.servers(ALICE, deny=[f"*.{suffix}"]), None)]
    longest.append(("STATE-5", "a pattern of 231", "full", log.servers(ALICE, deny=[f"*.{suffix}b"]), "bad_header"))
    longest.append(("STATE-5", "a suffix that is a number", "full", log.servers(ALICE, deny=["*.1"]), None))
    longest.append(("STATE-5", "a suffix without a label", "full", log.servers(ALICE, deny=["*."]), "bad_header"))
    longest.append(("AUTH-14", "a server without its key", "full", bob_key("b.example"), "bad_header"))
    kept = [
        ("messages that are kept for a day", policy(retention_days=1), None),
        ("messages that are kept for a hundred years", policy(retention_days=36_500), None),
        ("messages that are kept for no day", policy(retention_days=0), "bad_header"),
        ("messages that are kept for more than a hundred years", policy(retention_days=36_501), "bad_header"),
        ("null for messages that are kept for ever", policy(retention_days=None), "bad_header"),
        ("a text for a number of days", policy(retention_days="30"), "bad_header"),
        ("a second between two messages", policy(slow_seconds=1), None),
        ("six hours between two messages", policy(slow_seconds=21_600, retention_days=1), None),
        ("no second between two messages", policy(slow_seconds=0), "bad_header"),
        ("more than six hours between two messages", policy(slow_seconds=21_601), "bad_header"),
        ("null for no time between two messages", policy(slow_seconds=None), "bad_header"),
        ("a text for a number of seconds", policy(slow_seconds="10"), "bad_header"),
    ]
    cases = [("AUTH-14", why, "full", event, None) for why, event in good]
    cases += [("AUTH-14", why, "full", event, "bad_header") for why, event in bad]
    cases += longest + [("AUTH-14", why, "full", event, code) for why, event, code in kept]
    slow = after(log, lambda log: policy(slow_seconds=21_600), lambda log: log.message(BOB))
    # The host's own rule: whoever has the log sees that it was broken, and takes the message.
    cases.append(("REPL-35", "a message that comes too soon in a slow channel", "slow", slow.message(BOB), None))
    return {"full": log, "slow": slow}, cases


def access():
    """Who may do anything at all."""
    log = full()
    denied = after(log, lambda log: log.servers(ALICE, deny=["b.example", "*.evil.example"]))
    allowed = after(log, lambda log: log.servers(ALICE, allow=["a.example", "c.example"]))
    archived = after(log, lambda log: log.archive(ALICE, True))
    banned = after(log, lambda log: log.member(ALICE, BOB, "banned"))
    lowered = after(log, lambda log: log.policy(ALICE, caps={"post": "guest"}))
    raised = after(log, lambda log: log.policy(ALICE, caps={"react": "moderator"}))
    cases = [
        ("AUTH-15", "of an excluded server", "denied", denied.message(BOB), "server_blocked"),
        ("AUTH-15", "of another", "denied", denied.member(CAROL, CAROL, "left"), None),
        ("AUTH-15", "nobody of an excluded server is invited", "denied", denied.member(ALICE, "@eve:x.evil.example", "invited"), "server_blocked"),
        ("STATE-5", "a suffix does not match itself", "denied", denied.member(ALICE, "@eve:evil.example", "invited"), None),
        ("STATE-5", "a suffix is whole labels", "denied", denied.member(ALICE, "@eve:notevil.example", "invited"), None),
        ("AUTH-15", "not among those allowed", "allowed", allowed.message(BOB), "server_blocked"),
        ("STATE-5", "the host always is", "allowed", allowed.message(ALICE), None),
        ("AUTH-16", "nothing is written", "archived", archived.message(ALICE), "archived"),
        ("AUTH-16", "nobody enters", "archived", archived.member(DAVE, DAVE, "joined"), "archived"),
        ("AUTH-16", "nobody is removed", "archived", archived.member(ALICE, BOB, "left"), "archived"),
        ("AUTH-16", "one leaves", "archived", archived.member(BOB, BOB, "left"), None),
        ("AUTH-16", "one deletes", "archived", archived.about(BOB, "redact", "redact", "bob's"), None),
        ("AUTH-16", "a server that is there changes its key", "archived", archived.server_key(BOB, "k2", "k1"), None),
        ("AUTH-16", "a new server does not come", "archived", archived.server_key(DAVE), "archived"),
        ("AUTH-16", "it is opened again", "archived", archived.archive(ALICE, False), None),
        ("AUTH-16", "it is not archived again", "archived", archived.archive(ALICE, True), "archived"),
        ("AUTH-17", "a stranger writes", "full", log.message(DAVE), "not_member"),
        ("AUTH-17", "a stranger removes somebody", "full", log.member(DAVE, BOB, "left"), "not_member"),
        ("AUTH-18", "a banned user writes", "banned", banned.message(BOB), "banned"),
        ("AUTH-18", "leaves", "banned", banned.member(BOB, BOB, "left"), "banned"),
        ("AUTH-18", "comes back", "banned", banned.member(BOB, BOB, "joined"), "banned"),
        ("AUTH-18", "deletes their own", "banned", banned.about(BOB, "redact", "redact", "bob's"), "banned"),
        ("AUTH-19", "a guest writes", "full", log.message(CAROL), "not_authorised"),
        ("AUTH-19", "where the policy lets guests write", "lowered", lowered.message(CAROL), None),
        ("AUTH-19", "a guest reacts", "full", log.about(CAROL, "reaction", "react", "alice's"), None),
        ("AUTH-19", "where it takes a moderator", "raised", raised.about(BOB, "reaction", "react", "alice's"), "not_authorised"),
        ("AUTH-19", "a member names the channel", "full", log.state(BOB, "channel.name", "", {}), "not_authorised"),
        ("AUTH-19", "a moderator does", "full", log.state(ANN, "channel.name", "", {}), None),
        ("AUTH-19", "a member pins", "full", log.state(BOB, "channel.pins", "", {}), None),
        ("AUTH-19", "a moderator sets the policy", "full", log.policy(ANN), "not_authorised"),
        ("STATE-3", "a new policy replaces the old one whole", "raised", raised.policy(ALICE, caps={"post": "guest"}), None),
    ]
    logs = {"full": log, "denied": denied, "allowed": allowed, "archived": archived, "banned": banned, "lowered": lowered, "raised": raised}
    return logs, cases


def oneself():
    log = full()
    left = after(log, lambda log: log.member(BOB, BOB, "left"))
    closed = after(log, lambda log: log.policy(ALICE, "invite"), lambda log: log.member(ALICE, DAVE, "invited"), lambda log: log.server_key(DAVE))
    guest = after(closed, lambda log: log.member(ALICE, DAVE, "invited", "guest"))
    knock = after(log, lambda log: log.policy(ALICE, "knock"), lambda log: log.member(BOB, BOB, "left"))
    knocking = after(knock, lambda log: log.member(BOB, BOB, "knocking"))
    alone = after(open_log())
    empty = after(alone, lambda log: log.member(ALICE, ALICE, "left"))
    gone = after(closed, lambda log: log.member(BOB, BOB, "left"))
    expected = after(knock, lambda log: log.member(ALICE, DAVE, "invited"), lambda log: log.server_key(DAVE))
    raised = after(guest, lambda log: log.member(BOB, DAVE, "invited"))
    quiet = after(dm(), lambda log: log.member(BOB, BOB, "left"))
    private = after(quiet, lambda log: log.member(ALICE, BOB, "invited", "guest"))
    back = after(private, lambda log: log.member(BOB, BOB, "joined"))
    join = lambda log, user, role=None: log.member(user, user, "joined", role)
    leave = lambda log, user: log.member(user, user, "left")
    ask = lambda log, user: log.member(user, user, "knocking")
    cases = [
        ("AUTH-20", "one who is in enters", "full", join(log, BOB), "no_change"),
        ("AUTH-20", "one who is out leaves", "left", leave(left, BOB), "no_change"),
        ("AUTH-20", "one who never was in leaves", "full", leave(log, DAVE), "no_change"),
        ("AUTH-20", "one who knocks knocks", "knocking", ask(knocking, BOB), "no_change"),
        ("AUTH-20", "an open channel is opened", "full", log.archive(ALICE, False), "no_change"),
        ("AUTH-20", "an invitation is renewed", "closed", closed.member(ALICE, DAVE, "invited"), None),
        ("AUTH-21", "into an open channel", "left", join(left, BOB), None),
        ("AUTH-21", "by invitation", "closed", join(closed, DAVE), None),
        ("AUTH-21", "without one", "gone", join(gone, BOB), "policy"),
        ("AUTH-21", "whoever knocks still needs one", "knocking", join(knocking, BOB), "policy"),
        ("AUTH-22", "as the member that one becomes", "left", join(left, BOB, "member"), None),
        ("AUTH-22", "as a moderator", "left", join(left, BOB, "moderator"), "not_authorised"),
        ("AUTH-22", "as a guest, invited as a guest", "guest", join(guest, DAVE, "guest"), None),
        ("AUTH-22", "as a member, invited as a guest", "guest", join(guest, DAVE, "member"), "not_authorised"),
        ("AUTH-23", "the last owner enters the empty channel", "empty", join(empty, ALICE, "owner"), None),
        ("AUTH-23", "somebody else does", "empty", join(empty, BOB), "policy"),
        ("AUTH-24", "the owner leaves others behind", "full", leave(log, ALICE), "owner_must_transfer"),
        ("AUTH-24", "the owner leaves last", "alone", leave(alone, ALICE), None),
        ("AUTH-24", "a member leaves", "full", leave(log, BOB), None),
        ("AUTH-25", "one knocks", "knock", ask(knock, BOB), None),
        ("AUTH-25", "at an open door", "left", ask(left, BOB), "policy"),
        ("AUTH-26", "from inside", "knock", ask(knock, CAROL), "bad_target"),
        ("STATE-4", "a knock is withdrawn", "knocking", leave(knocking, BOB), None),
        ("STATE-4", "an invitation is declined", "closed", leave(closed, DAVE), None),
        ("AUTH-26", "whoever is invited knocks", "expected", ask(expected, DAVE), "bad_target"),
        ("AUTH-25", "at a conversation that one left", "quiet", ask(quiet, BOB), "policy"),
        ("AUTH-20", "an invitation is renewed by another, for less", "closed", closed.member(BOB, DAVE, "invited", "guest"), None),
        ("AUTH-20", "for more", "guest", guest.member(BOB, DAVE, "invited"), None),
        ("STATE-4", "the renewed invitation is the one that counts", "raised", join(raised, DAVE, "member"), None),
        ("STATE-4", "and not the earlier", "raised", join(raised, DAVE, "guest"), "not_authorised"),
        ("STATE-4", "into a conversation as a member, invited as a guest", "private", join(private, BOB, "member"), None),
        ("STATE-4", "not as the guest of the invitation", "private", join(private, BOB, "guest"), "not_authorised"),
        ("STATE-4", "and is a member there", "back", back.message(BOB), None),
    ]
    logs = {"full": log, "left": left, "closed": closed, "guest": guest, "knock": knock, "knocking": knocking, "alone": alone, "empty": empty, "gone": gone}
    logs |= {"quiet": quiet, "expected": expected, "raised": raised, "private": private, "back": back}
    return logs, cases


def others():
    log = full()
    banned = after(log, lambda log: log.member(ALICE, BOB, "banned"))
    transferred = after(log, lambda log: log.member(ALICE, ANN, "joined", "owner"))
    private = dm()
    strict = after(log, lambda log: log.policy(ALICE, caps=dict.fromkeys(("invite", "kick", "ban", "set_policy", "redact_others"), "owner")))
    act = log.member
    cases = [
        ("AUTH-26", "somebody new is invited", "full", act(BOB, DAVE, "invited"), None),
        ("AUTH-26", "somebody who is in", "full", act(ALICE, BOB, "invited"), "bad_target"),
        ("AUTH-26", "somebody who is banned", "banned", banned.member(ALICE, BOB, "invited"), "bad_target"),
        ("AUTH-26", "oneself", "full", act(BOB, BOB, "invited"), "bad_target"),
        ("AUTH-26", "one bans oneself", "full", act(ANN, ANN, "banned"), "bad_target"),
        ("AUTH-26", "one makes another enter", "full", act(ALICE, DAVE, "joined", "member"), "bad_target"),
        ("AUTH-26", "one knocks for another", "full", act(ALICE, DAVE, "knocking"), "bad_target"),
        ("AUTH-26", "somebody who was never there is removed", "full", act(ALICE, DAVE, "left"), "bad_target"),
        ("AUTH-26", "somebody who was never there is banned", "full", act(ALICE, DAVE, "banned"), None),
        ("AUTH-20", "somebody who is banned is banned", "banned", banned.member(ALICE, BOB, "banned"), "no_change"),
        ("AUTH-20", "the role that somebody has", "full", act(ALICE, BOB, "joined", "member"), "no_change"),
        ("AUTH-27", "an owner makes a moderator", "full", act(ALICE, BOB, "joined", "moderator"), None),
        ("AUTH-27", "a moderator does not", "full", act(ANN, BOB, "joined", "moderator"), "not_authorised"),
        ("AUTH-27", "a moderator makes a guest", "full", act(ANN, BOB, "joined", "guest"), None),
        ("AUTH-27", "the owner gives the channel away", "full", act(ALICE, BOB, "joined", "owner"), None),
        ("AUTH-27", "a moderator gives it away", "full", act(ANN, BOB, "joined", "owner"), "not_authorised"),
        ("AUTH-27", "an invitation as a moderator", "full", act(ALICE, DAVE, "invited", "moderator"), "not_authorised"),
        ("AUTH-27", "an invitation as a guest", "full", act(BOB, DAVE, "invited", "guest"), None),
        ("STATE-6", "whoever gave the channel away is a moderator", "transferred", transferred.member(ALICE, ANN, "left"), "not_authorised"),
        ("STATE-6", "and may leave", "transferred", transferred.member(ALICE, ALICE, "left"), None),
        ("AUTH-28", "a moderator removes a member", "full", act(ANN, BOB, "left"), None),
        ("AUTH-28", "a moderator removes the owner", "full", act(ANN, ALICE, "left"), "not_authorised"),
        ("AUTH-28", "the owner bans a moderator", "full", act(ALICE, ANN, "banned"), None),
        ("AUTH-28", "a member removes a guest", "full", act(BOB, CAROL, "left"), "not_authorised"),
        ("AUTH-28", "a ban is lifted by a moderator", "banned", banned.member(ANN, BOB, "left"), None),
        ("AUTH-29", "one of its people is invited", "dm-left", None, None),
        ("AUTH-29", "a stranger is invited", "dm", private.member(ALICE, CAROL, "invited"), "policy"),
        ("AUTH-29", "somebody is removed", "dm", private.member(ALICE, BOB, "left"), "policy"),
        ("AUTH-29", "somebody is made a moderator", "dm", private.member(ALICE, BOB, "joined", "moderator"), "policy"),
        ("AUTH-29", "somebody comes back", "dm-left", "return", None),
        ("AUTH-29", "a member names it", "dm", private.state(BOB, "channel.name", "", {}), None),
        ("AUTH-29", "nobody sets its policy", "dm", private.policy(ALICE), "not_authorised"),
        ("AUTH-27", "a role changes without any capability", "strict", strict.member(ANN, BOB, "joined", "guest"), None),
        ("AUTH-19", "which removing takes", "strict", strict.member(ANN, BOB, "left"), "not_authorised"),
        ("AUTH-28", "but not an equal's", "strict", strict.member(ANN, ALICE, "joined", "guest"), "not_authorised"),
        ("AUTH-28", "nor does a guest change a member's", "strict", strict.member(CAROL, BOB, "joined", "guest"), "not_authorised"),
    ]
    went = after(private, lambda log: log.member(BOB, BOB, "left"))
    made = {None: went.member(ALICE, BOB, "invited"), "return": went.member(BOB, BOB, "joined")}
    cases = [(rule, why, name, made.get(event, event) if event is None or event == "return" else event, code) for rule, why, name, event, code in cases]
    return {"full": log, "banned": banned, "transferred": transferred, "dm": private, "dm-left": went, "strict": strict}, cases


def relations():
    log = full()
    left = after(log, lambda log: log.member(BOB, BOB, "left"))
    void = log.copy()
    void.push(void.message(DAVE), "void", void="AUTH-17")
    unknown = lambda log, sender, **more: log.event(sender, "org.example.vote", **more)
    about = log.about
    cases = [
        ("AUTH-40", "nothing that is here", "full", about(BOB, "reaction", "react", "$" + HASH), "bad_target"),
        ("AUTH-40", "what is void", "void", void.about(BOB, "reaction", "react", "void"), "bad_target"),
        ("AUTH-41", "a reply", "full", log.message(BOB, "reply", "alice's"), None),
        ("AUTH-41", "a reply within a thread", "full", log.message(BOB, "reply", "in thread"), None),
        ("AUTH-41", "a thread", "full", log.message(ALICE, "thread", "bob's"), None),
        ("AUTH-41", "a thread within a thread", "full", log.message(ALICE, "thread", "in thread"), "bad_target"),
        ("AUTH-41", "a reaction to a reaction", "full", about(BOB, "reaction", "react", "reaction"), "bad_target"),
        ("AUTH-41", "a redaction is deleted", "full", about(BOB, "redact", "redact", "redaction"), "bad_target"),
        ("AUTH-41", "the genesis is deleted", "full", about(ALICE, "redact", "redact", log.items[0]["entry"]["event"]), "bad_target"),
        ("AUTH-42", "one's own", "full", about(BOB, "edit", "edit", "bob's"), None),
        ("AUTH-42", "another's", "full", about(ALICE, "edit", "edit", "bob's"), "not_authorised"),
        ("AUTH-43", "what is deleted is edited", "full", about(BOB, "edit", "edit", "deleted"), "redacted"),
        ("AUTH-43", "reacted to", "full", about(BOB, "reaction", "react", "deleted"), "redacted"),
        ("AUTH-43", "deleted again", "full", about(BOB, "redact", "redact", "deleted"), "redacted"),
        ("AUTH-43", "replied to", "full", log.message(ALICE, "reply", "deleted"), None),
        ("AUTH-44", "one's own", "full", about(BOB, "redact", "redact", "bob's"), None),
        ("AUTH-44", "a reaction is taken back", "full", about(BOB, "redact", "redact", "reaction"), None),
        ("AUTH-44", "one's own, after leaving", "left", left.about(BOB, "redact", "redact", "bob's"), None),
        ("AUTH-44", "another's, after leaving", "left", left.about(BOB, "redact", "redact", "alice's"), "not_member"),
        ("AUTH-44", "a moderator deletes a member's", "full", about(ANN, "redact", "redact", "bob's"), None),
        ("AUTH-44", "a moderator deletes the owner's", "full", about(ANN, "redact", "redact", "alice's"), "not_authorised"),
        ("AUTH-44", "a member deletes another's", "full", about(CAROL, "redact", "redact", "bob's"), "not_authorised"),
        ("AUTH-44", "a moderator deletes that of somebody who left", "left", left.about(ANN, "redact", "redact", "bob's"), None),
        ("AUTH-45", "a type that nobody knows", "full", unknown(log, BOB), None),
        ("AUTH-45", "with state", "full", unknown(log, BOB, state={"content": {"a": [None]}, "key": "k"}), None),
        ("AUTH-45", "by a guest", "full", unknown(log, CAROL), "not_authorised"),
        ("AUTH-45", "about nothing that is here", "full", unknown(log, BOB, relates={"rel": "edit", "to": "$" + HASH}), "bad_target"),
    ]
    # What is deleted stays in force: a policy, and that somebody came in.
    undone = log.copy()
    undone.push(undone.policy(ALICE, "invite"), "policy")
    carols = next(item["entry"]["event"] for item in undone.items if json.loads(item["event"]).get("state", {}).get("key") == CAROL)
    for target in ("policy", carols, "bob's"):
        undone.push(undone.about(ALICE, "redact", "redact", target))
    cases += [
        ("STATE-8", "the header of what is deleted is still there to be answered", "undone", undone.message(ALICE, "thread", "bob's"), None),
        ("STATE-8", "whose coming in was deleted is still in", "undone", undone.about(CAROL, "reaction", "react", "alice's"), None),
        ("STATE-8", "a deleted policy stays in force", "undone", undone.member("@eve:b.example", "@eve:b.example", "joined"), "policy"),
        ("STATE-8", "what is deleted takes no reaction", "undone", undone.about(CAROL, "reaction", "react", "bob's"), "redacted"),
        ("STATE-2", "what is void changes nothing that later entries are judged by", "void", void.about(ALICE, "edit", "edit", "void"), "bad_target"),
        ("STATE-2", "each entry is judged by the state before it", "undone", undone.member(ALICE, "@eve:b.example", "invited"), None),
        ("AUTH-45", "a type that is called as a membership is", "full", log.event(BOB, "left"), None),
    ]
    return {"full": log, "left": left, "void": void, "undone": undone}, cases


def settings():
    log = full()
    shared = after(log, lambda log: log.policy(ALICE, caps={"set_policy": "moderator"}))
    patterns = [f"s{number}.test" for number in range(1000)]
    cases = [
        ("AUTH-50", "the owner moves what is the owner's", "full", log.policy(ALICE, caps={"set_policy": "moderator"}), None),
        ("AUTH-50", "a moderator moves what moderators hold", "shared", shared.policy(ANN, caps={"set_policy": "moderator", "post": "moderator"}), None),
        ("AUTH-50", "above one's own role", "shared", shared.policy(ANN, caps={"set_policy": "moderator", "post": "owner"}), "not_authorised"),
        ("AUTH-50", "and so locks oneself out", "shared", shared.policy(ANN), "not_authorised"),
        ("AUTH-51", "the owner", "full", log.servers(ALICE, deny=["evil.example"]), None),
        ("AUTH-51", "a moderator who may set the policy", "shared", shared.servers(ANN, deny=["evil.example"]), "not_authorised"),
        ("AUTH-52", "a thousand patterns", "full", log.servers(ALICE, deny=patterns), None),
        ("AUTH-52", "one more, in the other list", "full", log.servers(ALICE, deny=patterns, allow=["*.example"]), "too_large"),
        ("AUTH-53", "the host is excluded", "full", log.servers(ALICE, deny=["a.example"]), "policy"),
        ("AUTH-53", "the host is not among those allowed", "full", log.servers(ALICE, allow=["b.example"]), "policy"),
    ]
    return {"full": log, "shared": shared}, cases


def keys():
    log = full()
    ended = after(log, lambda log: log.server_key(BOB, "k2", "k1", ends="k1"))
    sixteen = log.copy()
    for number in range(2, 17):
        sixteen.push(sixteen.server_key(BOB, f"k{number}", "k1"))
    closed = after(log, lambda log: log.policy(ALICE, "invite"))
    foreign = log.server_key(BOB, "k2", "k1")
    foreign["state"]["key"] = "c.example/k2"
    banned = after(log, lambda log: log.member(ALICE, DAVE, "banned"))
    left = after(log, lambda log: log.member(BOB, BOB, "left"))
    archived = after(left, lambda log: log.archive(ALICE, True))
    shut = after(left, lambda log: log.policy(ALICE, "invite"), lambda log: log.archive(ALICE, True))
    knock = after(log, lambda log: log.policy(ALICE, "knock"))
    private = after(Log(create("dm", users=[ALICE, BOB])), lambda log: log.member(ALICE, ALICE, "joined"))
    twice = after(ended, lambda log: log.server_key(BOB, "k3", "k2"))
    cases = [
        ("AUTH-60", "one's own server's", "full", log.server_key(BOB, "k2", "k1"), None),
        ("AUTH-60", "another server's", "full", foreign, "bad_origin"),
        ("AUTH-61", "an id that is taken", "full", log.server_key(BOB, "k1", "k1"), "policy"),
        ("AUTH-61", "an id that was ended", "ended", ended.server_key(BOB, "k1", "k2"), "policy"),
        ("AUTH-62", "the first signs itself", "full", log.server_key(DAVE), None),
        ("AUTH-62", "the first signed by no other", "full", log.server_key(DAVE, "k2", "k1"), "key_unknown"),
        ("AUTH-62", "a later one does not sign itself", "full", log.server_key(BOB, "k2"), "key_unknown"),
        ("AUTH-62", "nor does an ended one sign", "ended", ended.server_key(BOB, "k3", "k1"), "key_unknown"),
        ("AUTH-63", "the one that signs is ended", "full", log.server_key(BOB, "k2", "k1", ends="k1"), None),
        ("AUTH-63", "one that there is not", "full", log.server_key(BOB, "k2", "k1", ends="k9"), "policy"),
        ("AUTH-63", "one that was ended", "ended", ended.server_key(BOB, "k3", "k2", ends="k1"), "policy"),
        ("AUTH-64", "a seventeenth", "sixteen", sixteen.server_key(BOB, "k17", "k1"), "policy"),
        ("AUTH-64", "in place of another", "sixteen", sixteen.server_key(BOB, "k17", "k1", ends="k2"), None),
        ("AUTH-65", "of somebody who could enter", "full", log.server_key(DAVE), None),
        ("AUTH-65", "of somebody who could not", "closed", closed.server_key(DAVE), "not_member"),
        ("AUTH-65", "of somebody who is banned", "banned", banned.server_key(DAVE), "banned"),
        ("STATE-7", "what was signed before stays", "ended", ended.about(CAROL, "reaction", "react", "bob's"), None),
        ("AUTH-65", "of somebody who left an archived open channel", "archived", archived.server_key(BOB, "k2", "k1"), None),
        ("AUTH-65", "who left one that takes an invitation", "shut", shut.server_key(BOB, "k2", "k1"), "not_member"),
        ("AUTH-65", "of somebody who could knock", "knock", knock.server_key(DAVE), None),
        ("AUTH-65", "of one of a conversation's people", "private", private.server_key(BOB), None),
        ("AUTH-65", "of a stranger to it", "private", private.server_key(DAVE), "not_member"),
        ("AUTH-61", "an id that was ended, for the same key", "twice", twice.server_key(BOB, "k1", "k2"), "policy"),
        ("KEY-1", "an id that was used, for another key", "full", log.server_key(BOB, "k1", "k1", public=key("b.example", "k7").public), "policy"),
        ("KEY-7", "an event signed with the key that it ends", "full", log.server_key(BOB, "k2", "k1", ends="k1"), None),
        ("KEY-7", "an event of the same server signed with a key that was ended before", "twice", {**twice.message(BOB), "kid": "k2"}, None),
        ("KEY-7", "and with one that was ended long before", "twice", twice.message(BOB), "key_expired"),
    ]
    logs = {"full": log, "ended": ended, "sixteen": sixteen, "closed": closed, "banned": banned}
    return logs | {"archived": archived, "shut": shut, "knock": knock, "private": private, "twice": twice}, cases


def vectors(area, made):
    """The file of an area: the logs, and what is judged after one of them."""
    logs, cases = made
    counts, found = {}, []
    for rule, why, *rest, code in cases:
        counts[rule] = counts.get(rule, 0) + 1
        given = judged(logs, *rest)
        expect = {"reject": code} if code else {"ok": {}}
        found.append({"id": f"{area}/{rule}/{counts[rule]}", "rule": rule, "why": why, "input": given, "expect": expect})
    return {"logs": {name: log.items for name, log in logs.items()}, "vectors": found}


def judged(logs, *case):
    if len(case) == 1:
        return case[0]
    name, event = case
    if "event" in event:
        # Octets as they stand, which need be no event.
        named = event.pop("names", "$" + b64(digest("event", event["event"].encode())))
        sent = event
    else:
        named, sent = id_of(event), signed(event)
    seq = len(logs[name].items)
    return {"log": name, "entry": {"event": named, "host_ts": 1790000000000 + seq, "seq": seq, "term": 1}, **sent}
