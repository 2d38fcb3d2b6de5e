"""The values of rules version 1, and what `state.key` and `state.content` hold (AUTH-12, AUTH-14)."""

from loggia_format import (
    KEY_BYTES,
    KEY_ID,
    decode,
    fields,
    is_pattern,
    is_public_key,
    is_server,
    is_user,
    matches,
    require,
    server_of,
)

RULES_VERSION = 1
MAX_DM_USERS = 10  # AUTH-12

ROLES = ("guest", "member", "moderator", "owner")
RANK = {role: rank for rank, role in enumerate(ROLES)}
MEMBERSHIPS = {"invited", "joined", "left", "banned", "knocking"}
JOIN_POLICIES = {"open", "invite", "knock"}
HISTORIES = {"all", "since_join"}

DEFAULT_ROLES = {
    "post": "member", "react": "guest", "invite": "member", "pin": "member", "set_profile": "moderator",
    "redact_others": "moderator", "kick": "moderator", "ban": "moderator", "mention_all": "member",
    "set_policy": "owner",
}  # fmt: skip
DM_DEFAULT_ROLES = DEFAULT_ROLES | {"set_profile": "member"}


def check_genesis(event):  # AUTH-12
    content = fields(event["state"]["content"], {"host", "key", "kind", "rules"}, {"users"})
    key = fields(content["key"], {"kid", "public"})
    _check_public(key["public"])
    require(key["kid"] == event["kid"], "kid")
    require(content["host"] == server_of(event["sender"]), "host")
    require(content["kind"] in ("channel", "dm"), "kind")
    require(("users" in content) == (content["kind"] == "dm"), "users")
    users = content.get("users", [event["sender"]])
    require(isinstance(users, list) and 1 <= len(users) <= MAX_DM_USERS and all(map(is_user, users)), "users")
    require(users == sorted(set(users)) and event["sender"] in users, "users")


def _check_member(key, content):
    fields(content, {"membership"}, {"role"})
    require(is_user(key) and _one_of(content["membership"], MEMBERSHIPS), "member")
    if "role" in content:
        require(_one_of(content["role"], RANK) and content["membership"] in ("invited", "joined"), "role")


def _check_key(key, content):
    fields(content, {"kid", "public"}, {"ends"})
    server, _, kid = key.partition("/")
    require(is_server(server) and matches(KEY_ID, kid) and kid == content["kid"], "server.key")
    require("ends" not in content or matches(KEY_ID, content["ends"]), "ends")
    _check_public(content["public"])


def _check_policy(_key, content):
    fields(content, {"caps", "history", "join"})
    require(_one_of(content["join"], JOIN_POLICIES) and _one_of(content["history"], HISTORIES), "policy")
    require(isinstance(content["caps"], dict) and set(content["caps"]) <= set(DEFAULT_ROLES), "caps")
    require(all(_one_of(role, RANK) for role in content["caps"].values()), "caps")


def _check_servers(_key, content):
    fields(content, (), {"allow", "deny"})
    for patterns in content.values():
        require(isinstance(patterns, list) and all(map(is_pattern, patterns)), "pattern")


def _check_archive(_key, content):
    require(isinstance(fields(content, {"archived"})["archived"], bool), "archived")


def _check_empty(_key, content):
    fields(content, ())


CONTENT_CHECKS = {
    "member": _check_member, "server.key": _check_key, "channel.policy": _check_policy,
    "channel.servers": _check_servers, "channel.archive": _check_archive, "channel.name": _check_empty,
    "channel.topic": _check_empty, "channel.avatar": _check_empty, "channel.pins": _check_empty,
}  # fmt: skip


def _check_public(text):
    require(is_public_key(decode(text, KEY_BYTES)), "SIGN-3")


def _one_of(value, known):
    return isinstance(value, str) and value in known
