"""Fills a fresh server with people, channels and messages, and prints Schemathesis's settings with their ids.

    prepare.py URL PASSWORD      PASSWORD is that of the account `admin`

Without real ids nearly every answer would be a 404. What the tests may destroy (a channel that is left, a
message that is deleted) is not what the other operations need, so each has a list of its own. Only what would
end the tests' own session is never reached: deleting the account, and changing its password.
"""

import base64
import json
import sys
import time
import urllib.parse
import urllib.request

PASSING_CHANNELS = 24
DOOMED_MESSAGES = 40
LIVE_MESSAGES = 12
LEAVERS = 12
WEBHOOKS = 12
REPORTS = 3
SCHEDULED = 12
PEOPLE = ("ann", "bob", "carol", "dan")
# A picture of one pixel, which is shown, and something that is downloaded.
FILES = {
    "pixel.png": base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
    ),
    "words.bin": b"hello",
}


class Client:
    def __init__(self, url, token=None):
        self.url = url
        self.token = token

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        return self.ask(method, path, data, "application/json")

    def upload(self, name, content):
        return self.ask("POST", f"/files?name={name}", content, "application/octet-stream")

    def ask(self, method, path, data, content_type):
        headers = {"Content-Type": content_type} if data else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            text = response.read()
        return json.loads(text) if text else None

    def session(self, path, **body):
        begun = self.call("POST", path, body)
        return Client(self.url, begun["session"]["token"]), begun["user"]["id"]

    def send(self, channel, nonce, text, **more):
        body = {"nonce": nonce, "text": text, **more}
        return self.call("POST", f"/channels/{channel}/messages", body)["id"]


def quoted(text):
    """As a string of TOML, which these are in JSON too."""
    return json.dumps(text, ensure_ascii=False)


def dictionary(name, values):
    return f"[dictionaries.{name}]\nvalues = [{', '.join(map(quoted, values))}]\n"


def operation(name, parameters=None, also_expected=(), refused=()):
    """An operation's own settings: its lists, and what else may be answered to a request of the documented shape."""
    lines = [f'[[operations]]\ninclude-operation-id = "{name}"']
    if parameters:
        lines += ["[operations.parameters]", bindings(parameters)]
    if also_expected:
        lines += ["[operations.checks.positive_data_acceptance]", expected_statuses(also_expected)]
    if refused:
        lines += ["[operations.checks.negative_data_rejection]", f"expected-statuses = {json.dumps(refused)}"]
    return "\n".join(lines) + "\n"


def bindings(parameters):
    return "\n".join(
        f'"{place}" = {{ dictionary = "{values}", probability = 0.8 }}' for place, values in parameters.items()
    )


def expected_statuses(more=()):
    statuses = ["2xx", "401", "403", "404", "409", "410", *more]
    return f"expected-statuses = {json.dumps(statuses)}"


def cursors(client, channel):
    """A list of cursors per operation that takes any."""
    pages = {
        "list_members": f"/channels/{channel}/members",
        "list_users": "/users",
        "list_directory": "/directory",
        "list_notifications": "/notifications",
        "list_accounts": "/admin/users",
        "list_all_channels": "/admin/channels",
    }
    found = {f"cursors_{name}": [client.call("GET", f"{path}?limit=1")["next"]] for name, path in pages.items()}
    # These have no second page here, so their cursors are written as the server would.
    written = {
        "export_me": b"1.1",
        "list_blocks": b"@ann:loggia.localhost",
        "list_peers": b"a.test",
        "list_reports": b"1",
        "list_saved": b"1",
        "list_files": b"1.0",
        "list_settings": b"a",
        "list_acts": b"1",
        "list_exclusions": b"1",
        "list_edits": b"1",
        "list_threads": b"1.1.1",
    }
    for name, place in written.items():
        found[f"cursors_{name}"] = [base64.urlsafe_b64encode(place).decode().rstrip("=")]
    return found


def fill(url, password):
    """Makes what the tests work on; gives the token to work with and the lists of ids."""
    admin, admin_id = Client(url).session("/sessions", username="admin", password=password)
    people = {name: Client(url).session("/accounts", username=name, password=password) for name in PEOPLE}
    ann, ann_id = people["ann"]

    steady = admin.call("POST", "/channels", {"name": "Steady", "alias": "steady"})["id"]
    for person, _ in people.values():
        person.call("POST", f"/channels/{steady}/join")
    live = [admin.send(steady, f"live-{n}", f"message {n}") for n in range(LIVE_MESSAGES)]
    ann.send(steady, "reply", "@admin, an answer", reply_to=live[0])
    ann.send(steady, "thread", "in a thread", thread=live[1])
    admin.call("PATCH", f"/channels/{steady}/messages/{live[2]}", {"text": "edited"})
    ann.call("PUT", f"/channels/{steady}/messages/{live[3]}/reactions/{urllib.parse.quote('👍')}")
    admin.call("PUT", f"/channels/{steady}/pins/{live[4]}")
    (other, _) = next(person for name, person in people.items() if name != "ann")
    for n in range(REPORTS):
        other.call("POST", f"/channels/{steady}/messages/{ann.send(steady, f'rude-{n}', 'rude words')}/reports")
    doomed = [admin.send(steady, f"doomed-{n}", f"message {n}") for n in range(DOOMED_MESSAGES)]

    dm = admin.call("POST", "/dms", {"users": [ann_id]})["id"]
    ann.send(dm, "dm", "hello")
    ann.send(dm, "dm-2", "hello again")
    passing = [admin.call("POST", "/channels", {"name": f"Passing {n}"})["id"] for n in range(PASSING_CHANNELS)]
    open_to_all = [ann.call("POST", "/channels", {"name": f"Ann's {n}"})["id"] for n in range(PASSING_CHANNELS)]
    leavers = [Client(url).session("/accounts", username=f"leaver{n}", password=password)[1] for n in range(LEAVERS)]
    files = [admin.upload(name, content)["hash"] for name, content in FILES.items()]
    invites = [admin.call("POST", "/invites", {})["code"] for _ in range(DOOMED_MESSAGES)]
    sessions = [
        Client(url).call("POST", "/sessions", {"username": "admin", "password": password})["session"]["id"]
        for _ in range(DOOMED_MESSAGES)
    ]
    soon = int(time.time() * 1000) + 3_600_000
    scheduled = [
        admin.call("POST", f"/channels/{steady}/scheduled", {"nonce": f"later-{n}", "text": "later", "send_ts": soon})
        for n in range(SCHEDULED)
    ]
    webhooks = [admin.call("POST", f"/channels/{steady}/webhooks", {"name": f"Hook {n}"}) for n in range(WEBHOOKS)]
    return admin.token, {
        "webhooks": [made["webhook"]["id"] for made in webhooks[1:]],
        "scheduled": [kept["id"] for kept in scheduled],
        "times": [soon + n for n in range(SCHEDULED)],
        "reports": [report["id"] for report in admin.call("GET", "/reports")["reports"]],
        "webhook_tokens": [webhooks[0]["url"].rpartition("/")[2]],
        "steady": [steady],
        "readable": [steady, dm],
        "live": live,
        "doomed": doomed,
        "passing": passing,
        "open": open_to_all,
        "users": [admin_id, *(id for _, id in people.values())],
        "leavers": leavers,
        "files": files,
        "invites": invites,
        "sessions": sessions,
        "emoji": ["👍", "🎉", ":tada:", "❤️"],
        "links": ["https://example.org/a", "http://example.org/b", "https://example.org/?c=d#e"],
        "names": list(PEOPLE),
        "passwords": [password],
        "aliases": ["#steady:loggia.localhost"],
        **cursors(admin, steady),
    }


# What stands in the lists, by where it goes.
PLACES = {
    "path.channel": "steady",
    "path.message": "live",
    "path.user": "users",
    "path.session": "sessions",
    "path.code": "invites",
    "path.webhook": "webhooks",
    "path.report": "reports",
    "path.scheduled": "scheduled",
    "body.send_ts": "times",
    "body.remind_ts": "times",
    "path.emoji": "emoji",
    "path.hash": "files",
    "body.user": "users",
    "body.users[*]": "users",
    "body.alias": "aliases",
    "body.previews[*].url": "links",
    "body.reply_to": "live",
    "body.thread": "live",
}

OPAQUE = "a cursor is opaque: only what the server gave is one"

# Requests of the documented shape that are refused with 400 all the same, for reasons that JSON Schema can't tell.
REFUSED = {
    OPAQUE: (
        "list_members",
        "list_users",
        "list_directory",
        "list_notifications",
        "list_accounts",
        "list_all_channels",
        "list_blocks",
        "list_peers",
        "list_acts",
        "list_edits",
        "list_exclusions",
        "list_files",
        "list_reports",
        "list_saved",
        "list_settings",
        "list_threads",
        "export_me",
    ),
    "a search has words or operators that make sense, and its cursor is opaque": ("search_messages",),
    "a name is needed but with tus, where it is in a header": ("upload_file",),
    "a picture has to be one": ("set_avatar", "set_channel_avatar"),
    "pictures are made in a few sizes": ("get_thumbnail",),
    "before, after and around exclude each other": ("list_messages", "get_thread"),
    "from is not after to": ("get_log",),
    "membership or role is needed, either of them": ("update_member",),
    "a device is at a host's name, and its key is a point on a curve": ("set_push",),
    "a time zone is one that there is, and words have two characters when blanks are gone": ("update_attention",),
    "a username or an email, one of the two": ("request_reset",),
    "a reference is a message's id, and there need be no such message": ("send_message",),
    "who is listed is more than their id, and stands in no path": ("exclude_user", "readmit_user"),
    "a message is sent later than now, and a reference is a message's id": ("schedule_message",),
    "a message that carries no file says something, and is sent later than now": ("update_scheduled",),
    "a preview is of a link that stands in the text": ("edit_message",),
    "a link has a host": ("get_preview",),
    "a few names are not for people": ("create_account",),
    "something has to be said": ("post_webhook",),
    "of ten people one has to be oneself": ("create_dm",),
    "a status says something, and ends within a year": ("update_me",),
    "one is reminded later than now, and within a year": ("save_message",),
}


# tus wants headers that say its version, and answers 412 without.
TUS = ("get_upload", "append_upload", "delete_upload")


# What was deleted is still there, and says so: its place in the log stays.
STAYS = "[operations.checks.use_after_free]\nenabled = false\n"

# What other programs send is read as far as it is understood.
LENIENT = {"post_webhook": ["2xx", "4xx"]}


def settings(token, ids):
    own = {
        **{name: {"query.cursor": f"cursors_{name}"} for name in REFUSED[OPAQUE]},
        "create_session": {"body.username": "names", "body.password": "passwords"},
        "delete_message": {"path.message": "doomed"},
        "remove_message": {"path.message": "doomed"},
        "delete_account": {"path.user": "leavers"},
        "issue_password": {"path.user": "leavers"},
        "hand_over_channel": {"path.channel": "passing"},
        "join_channel": {"path.channel": "open"},
        "leave_channel": {"path.channel": "passing"},
        "update_channel": {"path.channel": "passing"},
        "update_member": {"path.channel": "passing"},
        "create_webhook": {"path.channel": "passing"},
        "post_webhook": {"path.token": "webhook_tokens"},
    }
    refused = {name for names in REFUSED.values() for name in names}
    parts = [
        f"[auth.openapi.bearer]\nbearer = {quoted(token)}\n",
        f"[checks.positive_data_acceptance]\n{expected_statuses()}\n",
        *(dictionary(name, values) for name, values in ids.items()),
        f"[parameters]\n{bindings(PLACES)}\n",
        # It answers requests that are no upgrade with 426; what comes after an upgrade, OpenAPI can't describe.
        operation("open_stream", also_expected=["426"]),
        operation("get_message") + STAYS,
        *(operation(name, also_expected=["412", "415"], refused=["4xx"]) for name in TUS),
        *(
            operation(name, own.get(name), ["400"] if name in refused else (), LENIENT.get(name, ()))
            + (STAYS if name == "list_edits" else "")
            for name in sorted(refused | own.keys())
        ),
    ]
    return "\n".join(parts)


def main():
    url, password = sys.argv[1:]
    print(settings(*fill(url, password)))


if __name__ == "__main__":
    main()
