"""Vectors for what a server answers: requests octet by octet, and the status and code of the answer to the last of them.

The server is a.example, reached under its name, with an account of Alice; its clock stands at NOW. The caller is b.example, whose document has
`k1`, and the ended key `old`. Before all others it makes the request in `before`: it invites Alice to a channel that it hosts.
"""

import copy
import json

import crypto
from crypto import Key, b64, canonical, digest
from objects import HASH
from requests import NOW, content_digest, signed
from rules import ALICE, BOB, Log, create, genesis, id_of

HERE, THERE = "a.example", "b.example"
OWN = Key(THERE, "k1")
COUNT = iter(range(10_000))


class Hosted(Log):
    """A channel that Bob's server hosts."""

    def __init__(self):
        self.items, self.leaves, self.ids, self.count = [], [], {}, 0
        key = {"kid": "k1", "public": OWN.public}
        first = genesis(create(host=THERE, key=key), sender=BOB)
        self.channel = "!" + id_of(first)[1:]
        self.push(first)

    def head(self, key=OWN, **changes):
        value = {
            "channel": self.channel, "host": THERE, "kid": "k1", "root": b64(crypto.root(self.leaves)), "size": len(self.leaves),
            "term": 1, "ts": NOW * 1000, **changes,
        }  # fmt: skip
        return {"head": value, "signature": key.sign("head", canonical(value))}

    def lines(self, start=0):
        return [{"entry": item["entry"], "event": json.loads(item["event"]), "signature": item["signature"]} for item in self.items[start:]]

    def batch(self, start=0, **changes):
        return {"entries": self.lines(start), "head": self.head(), **changes}


def log():
    hosted = Hosted()
    hosted.push(hosted.member(BOB, BOB, "joined"))
    hosted.push(hosted.policy(BOB))
    return hosted.push(hosted.member(BOB, ALICE, "invited"))


LOG = log()
CHANNEL = LOG.channel
UNKNOWN = "!" + HASH


def request(method, path, body=None, query=None, now=NOW, kid="k1", key=None, host=HERE, text=None, edit=None, **changes):
    """Signed as chapter 7 says; `changes` are other fields, `edit` changes what goes out after it was signed."""
    made = {
        "method": method, "authority": host.lower().removesuffix(":443"), "path": "/federation/v1" + path, "query": query,
        "loggia-origin": THERE, "loggia-destination": HERE, "loggia-version": "1",
        "content-type": "application/json" if body is not None else None,
        "body": body if body is None or isinstance(body, str) else canonical(body).decode(), **changes,
    }  # fmt: skip
    params = {"created": now, "expires": now + 300, "nonce": f"vector-{next(COUNT):04}", "keyid": kid, "tag": "loggia-s2s"}
    made = signed(made, params=params, key=key or Key(THERE, kid), text=text)
    names = ("loggia-origin", "loggia-destination", "loggia-version", "content-type")
    fields = [["host", host], *([name, made[name]] for name in names if made[name] is not None)]
    fields += [[name, value] for name in ("content-digest", "signature-input", "signature") for value in made[name]]
    target = made["path"] + (f"?{query}" if query is not None else "")
    wire = {"method": method, "target": target, "fields": fields, "body": made["body"]}
    if edit:
        edit(wire)
    return wire


def dropped(name):
    return lambda wire: wire.update(fields=[field for field in wire["fields"] if field[0] != name])


def put(name, value):
    return lambda wire: wire.update(fields=[[known, value if known == name else old] for known, old in wire["fields"]])


def twice(name):
    return lambda wire: wire["fields"].extend([field for field in wire["fields"] if field[0] == name])


def card(hosted=LOG, **changes):
    (first,) = hosted.lines()[:1]
    founding = {"event": first["event"], "signature": first["signature"]}
    return {"channel": hosted.channel, "name": "vectors", "topic": "", "alias": None, "member_count": 1, "genesis": founding, "head": hosted.head(), **changes}


def invitation(**changes):
    return {"card": card(), "inviter": BOB, "invitee": ALICE, "ts": NOW * 1000, **changes}


def event(hosted=LOG, sender=BOB, **changes):
    """A message as it is handed to a host."""
    body = {"content": {"text": "hi"}, "salt": "A" * 22}
    made = hosted.copy().event(sender, "message", body_hash=b64(digest("body", canonical(body))), **changes)
    return {"event": made, "signature": Key(sender.split(":")[1], "k1").sign("event", canonical(made)), "body": body}


def moved(place, **changes):
    """The whole log with one entry that says something else."""
    batch = copy.deepcopy(LOG.batch())
    batch["entries"][place]["entry"].update(changes)
    return batch


def cases():
    check = lambda **more: request("GET", "/check", **more)
    heads = lambda body={"heads": []}, **more: request("POST", "/heads", body, **more)
    entries = lambda body, channel=CHANNEL: request("POST", f"/channels/{channel}/entries", body)
    events = lambda *sent, channel=UNKNOWN, end="events": request("POST", f"/channels/{channel}/{end}", {"events": list(sent)})
    claim = lambda **changes: {"channel": CHANNEL, "root": HASH, "size": 3, **changes}
    again = check()
    stranger = Key("c.example", "k1")
    good = [
        ("REQ-1", "what am I to you", 200, check()),
        ("REQ-2", "the port of HTTPS is not signed", 200, check(host="a.example:443")),
        ("REQ-7", "signed 299 seconds ago", 200, check(now=NOW - 299)),
        ("REQ-7", "signed 299 seconds from now", 200, check(now=NOW + 299)),
        ("REQ-14", "the sets of keys", 200, request("GET", "/keys")),
        ("REQ-14", "those after the first", 200, request("GET", "/keys", query="since=1")),
        ("DIR-1", "public channels", 200, request("GET", "/directory")),
        ("DIR-1", "public channels by a word", 200, request("GET", "/directory", query="query=chat&cursor=0")),
        ("REPL-18", "nothing to compare", 200, heads()),
        ("REPL-18", "a channel that the other one does not know", 200, heads({"heads": [claim(channel=UNKNOWN)]})),
        ("REPL-6", "an invitation", 202, request("POST", "/invites", invitation())),
        ("REPL-6", "of somebody who isn't there", 202, request("POST", "/invites", invitation(invitee="@nobody:a.example"))),
        ("REPL-6", "with a card that does not hold", 202, request("POST", "/invites", invitation(card=card(channel=UNKNOWN)))),
        ("REPL-13", "entries after the end: what is here is answered", 200, entries(LOG.batch(2))),
        ("SIGNAL-1", "somebody is typing whom nobody knows", 204, request("POST", f"/channels/{CHANNEL}/signals", {"signals": [{"type": "typing", "user": "@eve:b.example"}]})),
        ("REPL-11", "the whole log", 200, entries(LOG.batch())),
        ("REPL-13", "the whole log again", 200, entries(LOG.batch())),
        ("REPL-13", "a head alone", 200, entries({"entries": [], "head": LOG.head()})),
        ("REPL-23", "the host asks for entries", 200, request("GET", f"/channels/{CHANNEL}/entries", query="from=1&to=2")),
        ("REPL-23", "beyond the end there is the newest head", 200, request("GET", f"/channels/{CHANNEL}/entries", query="from=99")),
        ("REPL-25", "that an entry stands in the log", 200, request("GET", f"/channels/{CHANNEL}/proof", query="seq=1&size=3")),
        ("REPL-16", "two heads that agree are heard, and are no evidence", 204, request("POST", f"/channels/{CHANNEL}/evidence", {"a": LOG.head(), "b": LOG.head()})),
    ]  # fmt: skip
    late = [
        ("REPL-25", "an entry beyond the tree", 400, "bad_place", request("GET", f"/channels/{CHANNEL}/proof", query="seq=3&size=3")),
        ("REPL-25", "a tree that is not there yet", 400, "bad_place", request("GET", f"/channels/{CHANNEL}/proof", query="seq=3&size=99")),
        ("REPL-24", "a body of an event that has none", 404, "message_not_found", request("GET", f"/channels/{CHANNEL}/events/{LOG.items[1]['entry']['event']}/body")),
        ("REPL-24", "a body of an event that is not there", 404, "message_not_found", request("GET", f"/channels/{CHANNEL}/events/${HASH}/body")),
        ("REPL-14", "a head of another root for what is here already", 409, "fork", entries({"entries": [], "head": LOG.head(root=HASH)})),
        ("REPL-16", "after that, even the true log", 409, "fork", entries(LOG.batch())),
    ]  # fmt: skip
    bad = [
        ("REQ-1", "no signature", 401, "bad_signature", check(edit=dropped("signature"))),
        ("REQ-3", "two signatures", 401, "bad_signature", check(edit=twice("signature"))),
        ("REQ-4", "a query that was not signed", 401, "bad_signature", check(edit=lambda wire: wire.update(target=wire["target"] + "?a=b"))),
        ("REQ-9", "a stranger's key", 401, "bad_signature", check(key=stranger)),
        ("REQ-9", "a key that the origin's document has not", 401, "key_unknown", check(kid="k9")),
        ("KEYDOC-5", "a key that was ended", 401, "key_expired", check(kid="old")),
        ("REQ-7", "signed 301 seconds ago", 401, "clock_skew", check(now=NOW - 301)),
        ("REQ-7", "signed 301 seconds from now", 401, "clock_skew", check(now=NOW + 301)),
        ("REQ-8", "another body than was signed", 400, "bad_digest", heads(edit=lambda wire: wire.update(body='{"heads":[ ]}'))),
        ("REQ-8", "no digest", 400, "bad_digest", heads(edit=dropped("content-digest"))),
        ("REQ-10", "no origin", 401, "bad_signature", check(edit=dropped("loggia-origin"))),
        ("REQ-10", "two destinations", 401, "bad_signature", check(edit=twice("loggia-destination"))),
        ("REQ-10", "version 2", 426, "version", check(**{"loggia-version": "2"})),
        ("REQ-10", "for another server", 401, "wrong_destination", check(**{"loggia-destination": "c.example"})),
        ("REQ-10", "at another host", 401, "wrong_destination", check(host="c.example")),
        ("REQ-10", "its own name", 403, "server_blocked", check(**{"loggia-origin": HERE})),
        ("REQ-11", "the same request again", 401, "replay", [again, again]),
        ("REQ-12", "text", 415, "unsupported_media_type", heads(**{"content-type": "text/plain"})),
        ("REQ-12", "no content-type", 415, "unsupported_media_type", heads(edit=dropped("content-type"))),
        ("REQ-13", "no JSON", 400, "bad_json", heads("{")),
        ("REQ-13", "no object", 400, "bad_json", heads("[]")),
        ("REQ-13", "a member less", 400, "bad_json", heads({})),
        ("REQ-13", "a member more", 400, "bad_json", heads({"heads": [], "note": 1})),
        ("REQ-13", "a member twice", 400, "bad_json", heads('{"heads":[],"heads":[]}')),
        ("REQ-13", "another kind of value", 400, "bad_json", heads({"heads": {}})),
        ("REQ-13", "a number as text", 400, "bad_json", heads({"heads": [claim(size="3")]})),
        ("REQ-13", "no channel's name", 400, "bad_json", heads({"heads": [claim(channel="!a")]})),
        ("REQ-13", "something after it", 400, "bad_json", heads('{"heads":[]} 1')),
        ("REQ-14", "no such path", 404, "not_found", request("GET", "/nothing")),
        ("REQ-17", "no such path, and the refusal is a problem document", 404, "not_found", request("POST", "/nothing", {})),
        ("REQ-14", "a channel's name that is none", 400, "bad_path", request("GET", "/channels/!abc/entries", query="from=0")),
        ("REQ-14", "an event's name that is none", 400, "bad_path", request("GET", f"/channels/{CHANNEL}/events/abc/body")),
        ("REQ-14", "no beginning of the range", 400, "bad_query", request("GET", f"/channels/{CHANNEL}/entries")),
        ("REQ-14", "a parameter that nobody knows", 400, "bad_query", request("GET", "/keys", query="until=1")),
        ("REQ-14", "a number that is none", 400, "bad_query", request("GET", "/keys", query="since=a")),
        ("DIR-1", "an alias that names nothing", 404, "alias_not_found", request("GET", "/aliases/%23none%3Aa.example")),
        ("REPL-20", "somebody with whom no channel is shared", 404, "user_not_found", request("GET", "/users/%40carol%3Aa.example/profile")),
        ("DIR-2", "somebody who isn't there", 404, "user_not_found", request("GET", "/users/%40nobody%3Aa.example/profile")),
        ("REPL-3", "no events", 413, "too_large", events()),
        ("REPL-9", "65 events", 413, "too_large", events(*[event()] * 65)),
        ("REPL-9", "events for a channel that is not known", 404, "channel_not_found", events(event(channel=UNKNOWN))),
        ("REPL-9", "events for a channel of the caller's own", 404, "channel_not_found", events(event(), channel=CHANNEL)),
        ("REPL-3", "a message at the end for joining", 400, "bad_event", events(event(channel=UNKNOWN), end="join")),
        ("REPL-18", "1,001 heads", 413, "too_large", heads({"heads": [claim()] * 1001})),
        ("REPL-11", "257 entries", 413, "too_large", entries(LOG.batch(entries=LOG.lines()[:1] * 257))),
        ("REPL-14", "entries of a channel that is not known", 404, "channel_not_found", entries(LOG.batch(), UNKNOWN)),
        ("REPL-14", "a time that goes back", 400, "bad_entry", entries(moved(2, host_ts=1))),
        ("REPL-14", "an entry that names another event", 400, "bad_entry", entries(moved(2, event="$" + HASH))),
        ("REPL-14", "another term", 409, "stale_term", entries(moved(2, term=2))),
        ("REPL-14", "another log's genesis", 400, "bad_entry", entries({"entries": other_genesis(), "head": LOG.head()})),
        ("REPL-14", "a head of another root", 400, "bad_head", entries(LOG.batch(head=LOG.head(root=HASH)))),
        ("REPL-14", "a head over more", 400, "bad_head", entries(LOG.batch(head=LOG.head(size=9)))),
        ("REPL-14", "a head over less", 400, "bad_head", entries(LOG.batch(head=LOG.head(size=2)))),
        ("REPL-14", "a head of another channel", 400, "bad_head", entries(LOG.batch(head=LOG.head(channel=UNKNOWN)))),
        ("REPL-14", "a stranger's head", 401, "bad_signature", entries(LOG.batch(head=LOG.head(key=stranger)))),
        ("REPL-14", "a head of a key that the log does not bind", 401, "bad_signature", entries(LOG.batch(head=LOG.head(key=Key(THERE, "k2"), kid="k2")))),
        ("SIGNAL-2", "101 signals", 413, "too_large", request("POST", f"/channels/{CHANNEL}/signals", {"signals": [{"type": "typing", "user": BOB}] * 101})),
        ("SIGNAL-1", "a signal that nobody knows", 400, "bad_json", request("POST", f"/channels/{CHANNEL}/signals", {"signals": [{"type": "shouting", "user": BOB}]})),
        ("SIGNAL-2", "signals of a channel that is not known", 404, "channel_not_found", request("POST", f"/channels/{UNKNOWN}/signals", {"signals": []})),
        ("REPL-17", "a body of a channel that is not known", 404, "channel_not_found", request("GET", f"/channels/{UNKNOWN}/events/${HASH}/body")),
        ("REPL-16", "heads of a channel that is not known", 404, "channel_not_found", request("POST", f"/channels/{UNKNOWN}/evidence", {"a": LOG.head(), "b": LOG.head()})),
    ]  # fmt: skip
    return good, bad, late


def other_genesis():
    other = Hosted()
    first = genesis(create(host=THERE, key={"kid": "k1", "public": OWN.public}), sender=BOB, nonce="other")
    other.items, other.leaves = [], []
    other.push(first)
    return other.lines()


def vectors():
    good, bad, late = cases()
    counts, made = {}, []
    for rule, why, status, code, sent in bad + [(*case[:3], None, case[3]) for case in good] + late:
        counts[rule] = counts.get(rule, 0) + 1
        expect = {"reject": code} if code else {"ok": {}}
        sent = sent if isinstance(sent, list) else [sent]
        made.append({"id": f"federation/{rule}/{counts[rule]}", "rule": rule, "why": why, "status": status, "input": {"requests": sent}, "expect": expect})
    before = [request("POST", "/invites", invitation())]
    return {"now": NOW * 1000, "before": before, "vectors": made}
