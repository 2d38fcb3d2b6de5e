"""Vectors for whole logs: what memberships come to, step after step, and whether a head is that of a log.

A flow is a list of (who, what, more) that a log is made of; what must come of it stands beside it.
"""

import crypto
from crypto import b64, canonical
from objects import HASH, OTHER, numbered
from rules import ALICE, ANN, BOB, CAROL, DAVE, Log, create, founded, key

EVE = "@eve:b.example"


def grown(log, *steps):
    """The log after steps; each composes an event by the log so far."""
    for step in steps:
        log.push(step(log))
    return log


def member(sender, user, membership, role=None):
    return lambda log: log.member(sender, user, membership, role)


def own(user, membership, role=None):
    return member(user, user, membership, role)


def joins(policy):
    return lambda log: log.policy(ALICE, policy)


def binds(user, *arguments, **more):
    return lambda log: log.server_key(user, *arguments, **more)


def says(user):
    return lambda log: log.message(user)


def servers(sender, **lists):
    return lambda log: log.servers(sender, **lists)


def closes(archived=True):
    return lambda log: log.archive(ALICE, archived)


START = (own(ALICE, "joined"),)
OPEN = (*START, joins("open"))
WITH_BOB = (*OPEN, binds(BOB), own(BOB, "joined"))
KNOCKING = (*START, joins("knock"), binds(BOB), own(BOB, "knocking"))
INVITED = (*START, member(ALICE, BOB, "invited"), binds(BOB))


def people(owner=ALICE, **members):
    """What is said of a log: the memberships that were ever set, by local part."""
    names = {"alice": ALICE, "ann": ANN, "bob": BOB, "carol": CAROL, "dave": DAVE, "eve": EVE}
    seats = {"alice": "joined owner"} | members
    return {"owner": owner, "members": {names[name]: seat.split() for name, seat in sorted(seats.items()) if seat}}


def vectors(area, found, good, bad):
    cases = [(rule, why, {"log": grown(found(), *steps).items}, outcome) for rule, why, steps, outcome in good]
    cases += [(rule, why, {"log": grown(found(), *steps).items}, code) for rule, why, steps, code in bad]
    return numbered(area, cases)


def members():
    kick, ban = member(ALICE, BOB, "left"), member(ALICE, BOB, "banned")
    good = [
        ("AUTH-8", "founding: the creator joins first, and owns", START, people()),
        ("AUTH-21", "inviting: who is invited joins", (*INVITED, own(BOB, "joined")), people(bob="joined member")),
        ("STATE-4", "an invitation as a guest", (*START, member(ALICE, BOB, "invited", "guest"), binds(BOB), own(BOB, "joined")), people(bob="joined guest")),
        ("STATE-4", "an invitation that is renewed with another role", (*INVITED, member(ALICE, BOB, "invited", "guest"), own(BOB, "joined")), people(bob="joined guest")),
        ("AUTH-65", "declining", (*INVITED, own(BOB, "left")), people(bob="left member")),
        ("AUTH-26", "an invitation is taken back", (*INVITED, kick), people(bob="left member")),
        ("AUTH-25", "knocking", KNOCKING, people(bob="knocking member")),
        ("AUTH-21", "knocking, being let in, joining", (*KNOCKING, member(ALICE, BOB, "invited"), own(BOB, "joined")), people(bob="joined member")),
        ("AUTH-26", "a knock is refused", (*KNOCKING, kick), people(bob="left member")),
        ("AUTH-20", "a knock is taken back, and made again", (*KNOCKING, own(BOB, "left"), own(BOB, "knocking")), people(bob="knocking member")),
        ("AUTH-26", "kicking", (*WITH_BOB, kick), people(bob="left member")),
        ("AUTH-21", "kicked from an open channel, and back", (*WITH_BOB, kick, own(BOB, "joined"), says(BOB)), people(bob="joined member")),
        ("STATE-4", "a moderator who leaves and comes back is a member", (*WITH_BOB, member(ALICE, BOB, "joined", "moderator"), own(BOB, "left"), own(BOB, "joined")), people(bob="joined member")),
        ("AUTH-18", "banning", (*WITH_BOB, ban), people(bob="banned member")),
        ("AUTH-26", "banning somebody who never was there", (*OPEN, ban), people(bob="banned member")),
        ("AUTH-28", "a ban is lifted, and they come back", (*WITH_BOB, ban, kick, own(BOB, "joined")), people(bob="joined member")),
        ("AUTH-15", "a server is excluded: its people stay as they are", (*WITH_BOB, servers(ALICE, deny=["b.example"])), people(bob="joined member")),
        ("AUTH-15", "an excluded server's people are removed by others", (*WITH_BOB, servers(ALICE, deny=["b.example"]), kick), people(bob="left member")),
        ("AUTH-15", "a server is admitted again, and its people go on", (*WITH_BOB, servers(ALICE, deny=["b.example"]), servers(ALICE), says(BOB)), people(bob="joined member")),
        ("AUTH-24", "the owner hands over, and leaves", (*WITH_BOB, member(ALICE, BOB, "joined", "owner"), own(ALICE, "left")), people(owner=BOB, alice="left member", bob="joined owner")),
        ("AUTH-23", "the last one leaves, and the owner comes back", (*START, own(ALICE, "left"), own(ALICE, "joined")), people()),
        ("AUTH-16", "leaving an archived channel", (*WITH_BOB, closes(), own(BOB, "left")), people(bob="left member")),
        ("AUTH-62", "two people of one server, one key", (*WITH_BOB, own(EVE, "joined")), people(bob="joined member", eve="joined member")),
        ("AUTH-63", "a key is replaced, and the new one signs", (*WITH_BOB, binds(BOB, "k2", "k1", ends="k1"), lambda log: log.event(BOB, "message", kid="k2", body_hash=HASH)), people(bob="joined member")),
    ]
    good += [
        ("STATE-1", "all that a log adds up to of people", (*WITH_BOB, own(EVE, "joined"), own(ANN, "joined"), member(ALICE, ANN, "joined", "moderator"), member(ANN, EVE, "banned"), own(BOB, "left"), binds(CAROL), own(CAROL, "joined")), people(ann="joined moderator", bob="left member", carol="joined member", eve="banned member")),
    ]
    bad = [
        ("AUTH-17", "founding: a setting before anybody has joined", (joins("open"),), "not_member"),
        ("AUTH-21", "not invited", (*START, binds(BOB)), "not_member"),
        ("AUTH-20", "invited, joined, joined again", (*INVITED, own(BOB, "joined"), own(BOB, "joined")), "no_change"),
        ("AUTH-21", "declined, and joined after all", (*INVITED, own(BOB, "left"), own(BOB, "joined")), "policy"),
        ("AUTH-21", "taken back, and joined after all", (*INVITED, kick, own(BOB, "joined")), "policy"),
        ("AUTH-17", "invited, and speaking at once", (*INVITED, says(BOB)), "not_member"),
        ("AUTH-22", "invited as a guest, joined as a member", (*START, member(ALICE, BOB, "invited", "guest"), binds(BOB), own(BOB, "joined", "member")), "not_authorised"),
        ("AUTH-26", "declined for another", (*INVITED, member(EVE, BOB, "left")), "not_member"),
        ("AUTH-20", "knocking twice", (*KNOCKING, own(BOB, "knocking")), "no_change"),
        ("AUTH-21", "knocking, and joining without an answer", (*KNOCKING, own(BOB, "joined")), "policy"),
        ("AUTH-17", "knocking, and speaking", (*KNOCKING, says(BOB)), "not_member"),
        ("AUTH-25", "knocking where everybody may join", (*OPEN, binds(BOB), own(BOB, "knocking")), "policy"),
        ("AUTH-26", "invited, and knocking", (*START, joins("knock"), member(ALICE, BOB, "invited"), binds(BOB), own(BOB, "knocking")), "bad_target"),
        ("AUTH-26", "joining another", (*WITH_BOB, member(ALICE, CAROL, "joined")), "bad_target"),
        ("AUTH-17", "kicked, and speaking", (*WITH_BOB, kick, says(BOB)), "not_member"),
        ("AUTH-21", "kicked, and back where one is invited", (*WITH_BOB, joins("invite"), kick, own(BOB, "joined")), "policy"),
        ("AUTH-26", "kicked twice", (*WITH_BOB, kick, kick), "bad_target"),
        ("AUTH-28", "kicking the owner", (*WITH_BOB, member(ALICE, BOB, "joined", "moderator"), member(BOB, ALICE, "left")), "not_authorised"),
        ("AUTH-18", "banned, and joining", (*WITH_BOB, ban, own(BOB, "joined")), "banned"),
        ("AUTH-18", "banned, and leaving", (*WITH_BOB, ban, own(BOB, "left")), "banned"),
        ("AUTH-18", "banned, and speaking", (*WITH_BOB, ban, says(BOB)), "banned"),
        ("AUTH-26", "banned, and invited", (*WITH_BOB, ban, member(ALICE, BOB, "invited")), "bad_target"),
        ("AUTH-15", "an excluded server's person speaks", (*WITH_BOB, servers(ALICE, deny=["b.example"]), says(BOB)), "server_blocked"),
        ("AUTH-15", "an excluded server's person leaves", (*WITH_BOB, servers(ALICE, deny=["b.example"]), own(BOB, "left")), "server_blocked"),
        ("AUTH-15", "an excluded server's other person joins", (*WITH_BOB, servers(ALICE, deny=["b.example"]), own(EVE, "joined")), "server_blocked"),
        ("AUTH-15", "a server that is not among those allowed", (*WITH_BOB, servers(ALICE, allow=["a.example", "c.example"]), says(BOB)), "server_blocked"),
        ("AUTH-24", "the owner leaves others behind", (*WITH_BOB, own(ALICE, "left")), "owner_must_transfer"),
        ("AUTH-23", "the last one leaves, and somebody else comes", (*OPEN, binds(BOB), own(ALICE, "left"), own(BOB, "joined")), "policy"),
        ("AUTH-16", "joining an archived channel", (*OPEN, binds(BOB), closes(), own(BOB, "joined")), "archived"),
        ("AUTH-6", "a key is replaced, and the old one signs", (*WITH_BOB, binds(BOB, "k2", "k1", ends="k1"), says(BOB)), "key_expired"),
        ("AUTH-5", "no key was bound", (*OPEN, own(BOB, "joined")), "key_unknown"),
        ("STATE-1", "what is remembered of memberships: who was banned and let off is not in", (*WITH_BOB, ban, kick, says(BOB)), "not_member"),
    ]  # fmt: skip
    return vectors("flows/members", founded, good, bad)


def conversations():
    """Direct conversations of Alice, Bob and Carol."""
    people_of = lambda *joined: {"owner": None, "members": {user: ["joined", "member"] for user in sorted(joined)}}
    three = lambda: Log(create("dm", users=[ALICE, BOB, CAROL]))
    bob = (binds(BOB), own(BOB, "joined"))
    gone = people_of(ALICE, BOB)["members"] | {BOB: ["left", "member"]}
    good = [
        ("AUTH-29", "the creator joins", START, people_of(ALICE)),
        ("AUTH-29", "another joins without an invitation", (*START, *bob, says(BOB)), people_of(ALICE, BOB)),
        ("AUTH-29", "one is invited, and joins", (*START, member(ALICE, BOB, "invited"), *bob), people_of(ALICE, BOB)),
        ("STATE-4", "an invitation as a guest makes a member", (*START, member(ALICE, BOB, "invited", "guest"), *bob), people_of(ALICE, BOB)),
        ("AUTH-29", "one leaves", (*START, *bob, own(BOB, "left")), {"owner": None, "members": gone}),
        ("AUTH-29", "one leaves, and comes back", (*START, *bob, own(BOB, "left"), own(BOB, "joined")), people_of(ALICE, BOB)),
        ("AUTH-24", "the creator leaves, and the rest goes on", (*START, *bob, own(ALICE, "left"), says(BOB)), {"owner": None, "members": {ALICE: ["left", "member"], BOB: ["joined", "member"]}}),
        ("AUTH-29", "all three", (*START, *bob, binds(CAROL), own(CAROL, "joined")), people_of(ALICE, BOB, CAROL)),
    ]
    bad = [
        ("AUTH-29", "somebody else joins", (*START, binds(BOB), own(EVE, "joined")), "policy"),
        ("AUTH-29", "somebody else is invited", (*START, member(ALICE, DAVE, "invited")), "policy"),
        ("AUTH-65", "somebody else's server binds a key", (*START, binds(DAVE)), "not_member"),
        ("AUTH-29", "kicking", (*START, *bob, member(ALICE, BOB, "left")), "policy"),
        ("AUTH-29", "banning", (*START, *bob, member(ALICE, BOB, "banned")), "policy"),
        ("AUTH-29", "a role", (*START, *bob, member(ALICE, BOB, "joined", "moderator")), "policy"),
        ("AUTH-25", "knocking", (*START, binds(BOB), own(BOB, "knocking")), "policy"),
        ("AUTH-19", "a policy", (*START, joins("open")), "not_authorised"),
        ("AUTH-17", "speaking before joining", (*START, binds(BOB), says(BOB)), "not_member"),
        ("AUTH-20", "joining twice", (*START, *bob, own(BOB, "joined")), "no_change"),
    ]  # fmt: skip
    return vectors("flows/conversations", three, good, bad)


def whole():
    """A log, and what claims to be its head."""
    log = grown(founded(), *WITH_BOB, says(BOB))
    rotated = grown(log.copy(), binds(ANN, "k2", "k1", ends="k1"))
    after_it = grown(rotated.copy(), lambda log: log.event(ALICE, "message", kid="k2", body_hash=HASH))

    def head(of, signer=None, host="a.example", **changes):
        kid = changes.get("kid", "k1")
        root = b64(crypto.root(of.leaves))
        value = {"channel": of.channel, "host": host, "kid": kid, "root": root, "size": len(of.leaves), "term": 1, "ts": 1790000000460, **changes}
        return {"head": value, "signature": (signer or key(host, kid)).sign("head", canonical(value))}

    given = lambda of, claimed: {"log": of.items, "signed": claimed}
    b_key = key("b.example", "k1")
    good = [
        ("HEAD-3", "of the whole log", given(log, head(log))),
        ("HEAD-7", "signed with the key that was ended in the last entry", given(rotated, head(rotated))),
        ("HEAD-7", "signed with the one that was bound in it", given(rotated, head(rotated, kid="k2"))),
        ("HEAD-7", "signed with the new key after it", given(after_it, head(after_it, kid="k2"))),
    ]
    bad = [
        ("HEAD-7", "signed with a key that was ended before", given(after_it, head(after_it)), "head_key"),
        ("HEAD-7", "a key that no entry binds", given(log, head(log, kid="k2")), "head_key"),
        ("HEAD-7", "a member's key", given(log, head(log, host="b.example", signer=b_key)), "head_key"),
        ("HEAD-7", "a member's key in the host's name", given(log, head(log, signer=b_key)), "head_signature"),
        ("HEAD-3", "another time than was signed", given(log, {**head(log), "head": {**head(log)["head"], "ts": 1}}), "head_signature"),
        ("HEAD-5", "another root", given(log, head(log, root=HASH)), "head_root"),
        ("HEAD-2", "one entry more", given(log, head(log, size=len(log.items) + 1)), "head_size"),
        ("HEAD-2", "one entry less", given(log, head(log, size=len(log.items) - 1)), "head_size"),
        ("HEAD-1", "another channel", given(log, head(log, channel="!" + OTHER)), "head_channel"),
        ("LOG-5", "another term", given(log, head(log, term=2)), "head_term"),
    ]
    return numbered("log/whole", [(*case, {}) for case in good] + bad)
