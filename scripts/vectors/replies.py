"""Vectors for what a server answers: requests octet by octet, and the status and code of the answer to the last of them.

The server is a.example, reached under its name, with an account of Alice; its clock stands at NOW. The caller is b.example, whose document has
`k1`, and the ended key `old`. Before all others it makes the request in `before`: it invites Alice to a channel that it hosts. She asks to be let
in, which it answers with 503 `busy`: so entries are wanted (9.4, step 1). The server hosts a channel, too: what is in hosted.jsonl, where it was written down (federation-tests/tests/it/replies.rs).
"""

import copy
import hashlib
import json
from pathlib import Path
from urllib.parse import quote

import crypto
from crypto import Key, b64, canonical, digest
from objects import HASH
from requests import NOW, content_digest, signed
from rules import ALICE, BOB, CAROL, Log, create, genesis, id_of

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


class Here(Log):
    """The channel that a.example hosts, and what Bob's server sends there."""

    def __init__(self):
        entries = [json.loads(line)["line"] for line in HOSTED.splitlines()[1:-1]]
        self.channel = "!" + entries[0]["entry"]["event"][1:]
        self.events, self.count = [line["event"] for line in entries], 0
        self.items, self.leaves, self.ids = entries, [crypto.leaf(line["entry"]) for line in entries], {}
        messages = [line["entry"]["event"] for line in entries if line["event"]["type"] == "message"]
        self.with_file, self.said, self.deleted = messages

    def composed(self, sender=BOB, kind="message", text="hi", signer=None, **changes):
        """An event as it is handed in."""
        has_body = kind == "message"
        body = {"content": {"text": text, **changes.pop("content", {})}, "salt": "A" * 22}
        made = self.event(sender, kind, **{"body_hash": b64(digest("body", canonical(body))) if has_body else None, **changes})
        signer = signer or Key(sender.split(":")[1], made["kid"])
        sent = {"event": made, "signature": signer.sign("event", canonical(made))}
        return sent | ({"body": body} if has_body else {})

    def seat(self, user, membership, sender=BOB, **more):
        return self.composed(sender, "member", state={"content": {"membership": membership}, "key": user}, **more)

    def key(self, kid, private=None):
        private = private or Key(THERE, kid)
        content = {"kid": kid, "public": private.public}
        return self.composed(kind="server.key", state={"content": content, "key": f"{THERE}/{kid}"}, kid=kid, signer=private)


HOSTED = (Path(__file__).parent / "hosted.jsonl").read_text(encoding="utf-8")
FILES = {name: b64(hashlib.sha256(text.encode()).digest()) for name, text in {
    "sent": "what the vectors ask for", "deleted": "what was deleted", "unsent": "what was never sent",
}.items()}  # fmt: skip
PICTURE = "opBBoXBbBKGNdhR_kxH47xN5qWAe-x7j6SoRJyGteYE"  # what the server makes of pixel.png
FILES["picture"] = PICTURE
HERE_LOG = Here()
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


def report(**changes):
    body = {"message": f"${HASH}", "reason": "spam", **changes}
    return request("POST", f"/channels/{CHANNEL}/reports", {key: value for key, value in body.items() if value is not None})


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


def under_a_head(batch):
    """The batch under a head over just its entries."""
    leaves = [crypto.leaf(item["entry"]) for item in batch["entries"]]
    return batch | {"head": LOG.head(root=b64(crypto.root(leaves)))}


def cases():
    check = lambda **more: request("GET", "/check", **more)
    heads = lambda body={"heads": []}, **more: request("POST", "/heads", body, **more)
    entries = lambda body, channel=CHANNEL: request("POST", f"/channels/{channel}/entries", body)
    events = lambda *sent, channel=UNKNOWN, end="events": request("POST", f"/channels/{channel}/{end}", {"events": list(sent)})
    claim = lambda **changes: {"channel": CHANNEL, "root": HASH, "size": 3, **changes}
    again = check()
    stranger = Key("c.example", "k1")
    misfit = LOG.copy()
    misfit.push(misfit.event(BOB, "message", body_hash=HASH))
    with_body = misfit.lines(len(LOG.items))
    with_body[0]["body"] = {"content": {"text": "hi"}, "salt": "A" * 22}
    good = [
        ("REQ-1", "what am I to you", 200, check()),
        ("REQ-2", "the port of HTTPS is not signed", 200, check(host="a.example:443")),
        ("REQ-7", "signed 299 seconds ago", 200, check(now=NOW - 299)),
        ("REQ-7", "signed 299 seconds from now", 200, check(now=NOW + 299)),
        ("REQ-14", "the sets of keys", 200, request("GET", "/keys")),
        ("REQ-14", "those after the first", 200, request("GET", "/keys", query="since=1")),
        ("DIR-1", "public channels", 200, request("GET", "/directory")),
        ("DIR-1", "public channels by a word", 200, request("GET", "/directory", query="query=chat&cursor=0")),
        ("MEMBER-8", "a message that nobody knows is reported", 202, report()),
        ("MEMBER-8", "without a reason", 202, report(reason=None)),
        ("MEMBER-8", "a reason of two lines", 202, report(reason="rude\nand again")),
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
        ("REQ-16", "what is asked for is one JSON object", 200, check()),
        ("REQ-16", "what is only taken is answered with nothing", 204, request("POST", f"/channels/{CHANNEL}/signals", {"signals": []})),
        ("LIMIT-1", "1,000 heads", 200, heads({"heads": [claim()] * 1000})),
        ("REPL-16", "two heads that agree are heard, and are no evidence", 204, request("POST", f"/channels/{CHANNEL}/evidence", {"a": LOG.head(), "b": LOG.head()})),
    ]  # fmt: skip
    late = [
        ("REPL-15", "a body that is not the one of its event is not kept, and the entry is", 404, "message_not_found", [entries({"entries": with_body, "head": misfit.head()}), request("GET", f"/channels/{CHANNEL}/events/{misfit.items[-1]['entry']['event']}/body")]),
        ("REPL-25", "an entry beyond the tree", 400, "bad_place", request("GET", f"/channels/{CHANNEL}/proof", query="seq=3&size=3")),
        ("REPL-25", "a tree that is not there yet", 400, "bad_place", request("GET", f"/channels/{CHANNEL}/proof", query="seq=3&size=99")),
        ("REPL-24", "a body of an event that has none", 404, "message_not_found", request("GET", f"/channels/{CHANNEL}/events/{LOG.items[1]['entry']['event']}/body")),
        ("REPL-24", "a body of an event that is not there", 404, "message_not_found", request("GET", f"/channels/{CHANNEL}/events/${HASH}/body")),
        ("REPL-14", "a head of another root for what is here already", 409, "fork", entries({"entries": [], "head": LOG.head(root=HASH)})),
        ("REPL-16", "after that, even the true log", 409, "fork", entries(LOG.batch())),
        ("HEAD-9", "what was found is kept, whatever comes", 409, "fork", entries({"entries": [], "head": LOG.head()})),
        ("REPL-27", "entries that were sent before the host said that it was put back", 409, "fenced", [heads({"heads": [], "fence": True}, now=NOW + 1), entries(LOG.batch())]),
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
        ("REQ-15", "a body of more than 4 MiB is not read", 413, "too_large", heads(edit=lambda wire: wire.update(body=None, fields=[*wire["fields"], ["content-length", "4194305"]]))),
        ("REQ-16", "a refusal is no success", 404, "not_found", request("GET", "/check/again")),
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
        ("REPL-31", "a time that is 301 seconds ahead", 401, "clock_skew", entries(under_a_head(moved(3, host_ts=(NOW + 301) * 1000)))),
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
        ("MEMBER-8", "a report of a channel that is not known", 404, "channel_not_found", request("POST", f"/channels/{UNKNOWN}/reports", {"message": f"${HASH}"})),
        ("MEMBER-8", "a reason that is too long", 400, "bad_json", report(reason="x" * 501)),
        ("MEMBER-8", "a reason with a control character", 400, "bad_json", report(reason="a\u0007b")),
        ("MEMBER-8", "a report that says by whom", 400, "bad_json", report(reporter="@bob:b.example")),
        ("REPL-17", "a body of a channel that is not known", 404, "channel_not_found", request("GET", f"/channels/{UNKNOWN}/events/${HASH}/body")),
        ("REPL-16", "heads of a channel that is not known", 404, "channel_not_found", request("POST", f"/channels/{UNKNOWN}/evidence", {"a": LOG.head(), "b": LOG.head()})),
        ("REQ-12", "a content coding", 415, "unsupported_media_type", heads(edit=lambda wire: wire["fields"].append(["content-encoding", "gzip"]))),
        ("REQ-13", "an entry in another spelling", 400, "bad_json", request("POST", f"/channels/{CHANNEL}/entries", canonical(LOG.batch()).decode().replace('"seq":0', '"seq": 0'))),
        ("REQ-13", "a head in another spelling", 400, "bad_json", request("POST", f"/channels/{CHANNEL}/entries", canonical(LOG.batch()).decode().replace('"head":{"channel"', '"head":{ "channel"'))),
        ("REQ-14", "a number with a sign", 400, "bad_query", request("GET", "/keys", query="since=-1")),
        ("REQ-14", "a number with another sign", 400, "bad_query", request("GET", "/keys", query="since=%2B1")),
    ]  # fmt: skip
    return good, bad, late


def hosted_cases():
    """What the caller asks of the channel that a.example hosts, one after the other: before Bob has joined, while he is there, and after."""
    here = HERE_LOG
    place = f"/channels/{here.channel}"
    get = lambda end, query=None, **more: request("GET", place + end, query=query, **more)
    submit = lambda *events, end="events": request("POST", f"{place}/{end}", {"events": list(events)})
    typing = lambda user: request("POST", f"{place}/signals", {"signals": [{"type": "typing", "user": user}]})
    body_of = lambda event: get(f"/events/{event}/body")

    def file(name, event=None, query=None, **more):
        used = query if query is not None else f"channel={quote(here.channel)}&event={quote(event or here.with_file)}"
        return request("GET", f"/files/{FILES.get(name, name)}", query=used, **more)

    ranged = lambda text: file("sent", edit=lambda wire: wire["fields"].append(["range", text]))
    profile = lambda user: request("GET", f"/users/{quote(user)}/profile")
    key, join = here.key("k1"), here.seat(BOB, "joined")
    said, named = here.composed(nonce="once"), here.composed(content={"attachments": [attachment("unsent")]})
    before = [
        ("REPL-23", "the log, before anybody has joined", 403, "not_member", get("/entries", "from=0")),
        ("REPL-24", "a body, before anybody has joined", 403, "not_member", body_of(here.said)),
        ("REPL-25", "a proof, before anybody has joined", 403, "not_member", get("/proof", "seq=0")),
        ("REPL-34", "the end of the log, before anybody has joined", 403, "not_member", get("/snapshot")),
        ("MEMBER-8", "a report, before anybody has joined", 403, "not_member", request("POST", f"/channels/{here.channel}/reports", {"message": here.said})),
        ("REPL-19", "who is typing where nobody has joined", 403, "not_member", typing(BOB)),
        ("FILE-2", "a file of a channel that nobody has joined", 404, "file_not_found", file("sent")),
        ("FILE-3", "a picture of somebody with whom no channel is shared", 404, "file_not_found", file("picture", query=f"user={quote(ALICE)}")),
        ("MEMBER-3", "joined by the key of another server", 200, "key_unknown", submit(here.seat(BOB, "joined", kid="k9", signer=Key("c.example", "k1")), end="join")),
        ("REPL-2", "joined before the server's key is bound", 200, "key_unknown", submit(join, end="join")),
        ("REPL-4", "a key that the server's document has not", 200, "key_unknown", submit(here.key("k5"))),
        ("REPL-4", "a key under another id than in the document", 200, "key_unknown", submit(here.key("k6", OWN))),
        ("REPL-3", "two memberships", 400, "bad_event", submit(key, join, join, end="join")),
        ("REPL-3", "somebody else's membership", 400, "bad_event", submit(here.seat("@eve:b.example", "joined"), end="join")),
        ("REPL-3", "joining where one knocks", 400, "bad_event", submit(key, join, end="knock")),
        ("REPL-2", "the server's key, and Bob", 200, None, submit(key, join, end="join")),
        ("REPL-9", "the same again: where it stands already", 200, None, submit(key, join, end="join")),
    ]
    # What is told of files and people, to those who may see them.
    inside = [
        ("REPL-23", "the log", 200, None, get("/entries", "from=0")),
        ("REPL-24", "a body", 200, None, body_of(here.said)),
        ("REPL-24", "a body that was deleted", 410, "redacted", body_of(here.deleted)),
        ("REPL-25", "a proof", 200, None, get("/proof", "seq=0")),
        ("REPL-34", "the end of the log", 200, None, get("/snapshot")),
        ("REPL-19", "Bob is typing", 204, None, typing(BOB)),
        ("REPL-20", "Alice's profile", 200, None, profile(ALICE)),
        ("REPL-20", "Carol's, whom he never met", 404, "user_not_found", profile("@carol:a.example")),
        ("FILE-1", "a file of a message", (200, "what the vectors ask for"), None, file("sent")),
        ("FILE-2", "the same file for another message", 404, "file_not_found", file("sent", here.said)),
        ("FILE-2", "a file of a message that was deleted", 404, "file_not_found", file("deleted", here.deleted)),
        ("FILE-2", "a file that was never sent", 404, "file_not_found", file("unsent")),
        ("FILE-2", "a hash that nobody has", 404, "file_not_found", file(HASH)),
        ("FILE-2", "no hash at all", 404, "file_not_found", file("abc")),
        ("FILE-2", "for nothing", 404, "file_not_found", file("sent", query="")),
        ("FILE-2", "for a message and a profile", 404, "file_not_found", file("sent", query=f"channel={quote(here.channel)}&user={quote(ALICE)}")),
        ("REQ-14", "a parameter that nobody knows, of a file", 400, "bad_query", file("sent", query="for=me")),
        ("FILE-3", "Alice's picture", 200, None, file("picture", query=f"user={quote(ALICE)}")),
        ("FILE-3", "another file for her picture", 404, "file_not_found", file("sent", query=f"user={quote(ALICE)}")),
        ("FILE-3", "a picture of somebody whom he never met", 404, "file_not_found", file("picture", query="user=%40carol%3Aa.example")),
        ("FILE-4", "some of the bytes", (206, "the"), None, ranged("bytes=5-7")),
        ("FILE-4", "two ranges are not looked at", (200, "what the vectors ask for"), None, ranged("bytes=0-1,3-4")),
        ("FILE-4", "bytes behind the end", 416, "bad_range", ranged("bytes=99-")),
        ("FILE-6", "a file that Bob's message names, and that nobody got from his server", 404, "file_not_found", [submit(named), file("unsent", id_of(named["event"]))]),
    ]
    events = [
        ("REPL-9", "a message", 200, None, submit(said)),
        ("REPL-9", "the same message again", 200, None, submit(said)),
        ("REPL-9", "one that is refused does not keep the next from being taken", 200, None, submit(here.composed(kid="k7", signer=OWN), here.composed())),
        ("REPL-9", "and one that is taken not the next from being refused", 200, "key_unknown", submit(here.composed(), here.composed(kid="k7", signer=OWN))),
        ("LIMIT-1", "64 events", 200, None, submit(*[said] * 64)),
        ("REPL-5", "a message of another server's", 200, "bad_origin", submit(here.composed(CAROL))),
        ("REPL-5", "a message of the host's own people", 200, "bad_origin", submit(here.composed(ALICE))),
        ("EVENT-13", "a message of Bob's that another server signed", 200, "bad_signature", submit(here.composed(signer=Key(HERE, "k1")))),
        ("REPL-22", "another message with the same nonce", 200, "nonce_reused", submit(here.composed(nonce="once", text="something else"))),
        ("REPL-22", "an invitation of somebody whom the host has not", 200, "user_not_found", submit(here.seat("@nobody:a.example", "invited"))),
        ("AUTH-2", "another channel's message", 200, "path_mismatch", submit(here.composed(channel=UNKNOWN))),
        ("BODY-1", "a body without salt", 200, "bad_header", submit({**here.composed(), "body": {"content": {}}})),
        ("BODY-2", "another body than its header says", 200, "bad_header", submit({**here.composed(), "body": {"content": {"text": "another"}, "salt": "A" * 22}})),
        ("EVENT-9", "a member that nobody knows", 200, "bad_header", submit(here.composed(note="x"))),
        ("AUTH-19", "what takes more than a member", 200, "not_authorised", submit(here.composed(kind="channel.archive", state={"content": {"archived": True}, "key": ""}))),
        ("MEMBER-2", "a second person of the server joins, with nothing but that", 200, None, submit(here.seat("@eve:b.example", "joined", sender="@eve:b.example"), end="join")),
        ("MEMBER-2", "and is in", 200, "no_change", submit(here.seat("@eve:b.example", "joined", sender="@eve:b.example"), end="join")),
        ("MEMBER-6", "she goes", 200, None, submit(here.seat("@eve:b.example", "left", sender="@eve:b.example"), end="leave")),
        ("REPL-30", "an event that has seen more of the log than there is: the host asks the server that sent it", 503, "recovering", submit(here.composed(seen={"root": HASH, "size": 999}))),
        ("MEMBER-6", "Bob goes", 200, None, submit(here.seat(BOB, "left"), end="leave")),
        ("MEMBER-6", "and says something more", 200, "not_member", submit(here.composed())),
        ("REPL-12", "what came after the last one went", 403, "not_member", get("/entries", "from=0")),
        ("FILE-1", "a file, after the last one went", 404, "file_not_found", file("sent")),
    ]  # fmt: skip
    return before + inside + events


def attachment(name):
    return {"hash": FILES[name], "name": f"{name}.txt", "media_type": "text/plain", "size": 19}


def other_genesis():
    other = Hosted()
    first = genesis(create(host=THERE, key={"kid": "k1", "public": OWN.public}), sender=BOB, nonce="other")
    other.items, other.leaves = [], []
    other.push(first)
    return other.lines()


def vectors():
    good, bad, late = cases()
    counts, made = {}, []
    for rule, why, status, code, sent in bad + [(*case[:3], None, case[3]) for case in good] + hosted_cases() + late:
        counts[rule] = counts.get(rule, 0) + 1
        expect = {"reject": code} if code else {"ok": {}}
        status, octets = status if isinstance(status, tuple) else (status, None)
        sent = sent if isinstance(sent, list) else [sent]
        vector = {"id": f"federation/{rule}/{counts[rule]}", "rule": rule, "why": why, "status": status, "input": {"requests": sent}, "expect": expect}
        made.append(vector | ({"octets": octets} if octets else {}))
    before = [request("POST", "/invites", invitation())]
    return {"now": NOW * 1000, "hosted": HOSTED, "picture": PICTURE, "before": before, "vectors": made}
