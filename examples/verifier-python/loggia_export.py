"""The lines of an exported channel, with the text of what was hashed as it stands there."""

import json
import re

from loggia_format import (
    HASH_BYTES,
    KEY_ID,
    SIGNATURE_BYTES,
    Malformed,
    check_id,
    decode,
    fields,
    is_integer,
    is_server,
    matches,
    parse_canonical,
    require,
)

FORMAT = "1"  # EXPORT-1
MAX_LINE_BYTES = 262_144
FIRST_TERM = 1

SPACE = re.compile(r"[ \t\n\r]*")
TOKEN = re.compile(
    r"""(?P<mark>[{}\[\],:])
    |(?P<string>"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")
    |(?P<scalar>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)""",
    re.VERBOSE,
)
RULE_ID = re.compile(r"[A-Z]+-[0-9]+")
VALUE = frozenset({"{", "[", "string", "scalar"})


def read_lines(file):
    """The lines, without their ends; of one that is too long, enough to see that it is."""
    while raw := file.readline(MAX_LINE_BYTES + 2):
        yield raw.removesuffix(b"\n")


def parse_line(raw):
    """The kind of a line and what it carries, as text."""
    require(len(raw) <= MAX_LINE_BYTES, "longer than allowed")
    try:
        line = fields(members(raw.decode("utf-8")), {"kind", "line"})
        return json.loads(line["kind"]), line["line"]
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8") from error


def members(text):
    """The members of the object that `text` is: key -> the text of the value."""
    found, at = {}, _skip(text, 0)
    require(text[at : at + 1] == "{", "not an object")
    require(_skip(text, value_end(text, at)) == len(text), "something after the object")
    at = _skip(text, at + 1)
    while text[at] != "}":
        key_end = value_end(text, at)
        key = json.loads(text[at:key_end])
        require(key not in found, f"{key!r} twice")
        begin = _skip(text, _skip(text, key_end) + 1)
        at = value_end(text, begin)
        found[key] = text[begin:at]
        at = _skip(text, at)
        at = _skip(text, at + 1) if text[at] == "," else at
    return found


def value_end(text, at):
    """Where the JSON value that begins at `at` ends. Not recursive: a poisoned event may be nested deeply."""
    open_marks, expected, in_key = [], VALUE, False
    while True:
        token = TOKEN.match(text, _skip(text, at))
        kind = token and (token["mark"] or token.lastgroup)
        require(kind in expected, f"not JSON at {at}")
        at = token.end()
        if kind in ("{", "["):
            open_marks.append(kind)
            in_key = kind == "{"
            expected = {"string", "}"} if in_key else VALUE | {"]"}
        elif kind == "string" and in_key:
            in_key, expected = False, {":"}
        elif kind == ":":
            expected = VALUE
        elif kind == ",":
            in_key = open_marks[-1] == "{"
            expected = {"string"} if in_key else VALUE
        else:
            if kind in ("}", "]"):
                open_marks.pop()
            if not open_marks:
                return at
            expected = {",", "}" if open_marks[-1] == "{" else "]"}
            in_key = False


def _skip(text, at):
    return SPACE.match(text, at).end()


def read_channel(kind, text):
    """The channel that the first line names."""
    require(kind == "channel", "the first line names no channel")
    line = fields(members(text), {"channel", "format"})
    require(line["format"] == FORMAT, "unknown format")
    channel = json.loads(line["channel"])
    check_id(channel, "!")
    return channel


def read_entry(text):
    """Entry, signature and all members; event and body are judged later, as the text that they are."""
    line = fields(members(text), {"entry", "event", "signature"}, {"body", "void"})
    require("void" not in line or matches(RULE_ID, json.loads(line["void"])), "void")
    signature = json.loads(line["signature"])
    decode(signature, SIGNATURE_BYTES)
    return parse_entry(line["entry"].encode()), signature, line


def parse_entry(raw):
    """LOG-1, LOG-2."""
    entry = fields(parse_canonical(raw), {"event", "host_ts", "seq", "term"})
    check_id(entry["event"], "$")
    require(is_integer(entry["seq"]) and is_integer(entry["host_ts"]), "LOG-2")
    require(is_integer(entry["term"], FIRST_TERM), "LOG-2")
    return entry


def read_head(text):
    """Head and signature."""
    signed = fields(parse_canonical(text.encode()), {"head", "signature"})
    decode(signed["signature"], SIGNATURE_BYTES)
    head = fields(signed["head"], {"channel", "host", "kid", "root", "size", "term", "ts"})  # HEAD-1
    check_id(head["channel"], "!")
    require(is_server(head["host"]) and matches(KEY_ID, head["kid"]), "HEAD-1")
    decode(head["root"], HASH_BYTES)
    numbers = is_integer(head["size"], 1), is_integer(head["term"], FIRST_TERM), is_integer(head["ts"])
    require(all(numbers), "HEAD-2")
    return head, signed["signature"]
