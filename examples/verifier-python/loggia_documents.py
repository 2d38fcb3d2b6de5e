"""Chapter 8: a server's key document, the keys in it, and what may follow it."""

import ipaddress
from urllib.parse import urljoin, urlsplit

from loggia_format import (
    HASH_BYTES,
    KEY_BYTES,
    KEY_ID,
    SIGNATURE_BYTES,
    canonical,
    decode,
    digest,
    fields,
    is_integer,
    is_public_key,
    is_server,
    matches,
    parse_canonical,
    require,
    verifies,
)
from loggia_requests import demand

SET_DOMAIN = b"loggia/keyset/1\n"
DOCUMENT_DOMAIN = b"loggia/keys/1\n"
MAX_VALIDITY = 7 * 24 * 3_600_000  # milliseconds, KEYDOC-4
MAX_SKEW = 300_000
MAX_KEYS = 16
MAX_ENDPOINT = 300
SET_FIELDS = ("keys", "prev", "root", "serial", "server")
ALWAYS = {"endpoint", "keys", "kid", "root", "root_signature", "serial", "server", "signature", "ts", "valid_until", "versions"}
# KEYDOC-11: what is not public, of IPv4 and of 2000::/3.
NOT_PUBLIC = [ipaddress.ip_network(block) for block in (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 "
    "192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3 "
    "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20"
).split()]  # fmt: skip

# KEYDOC-12: RFC 8032 section 7, RFC 9421 appendix B.1.4, 32 zero octets.
KNOWN_TO_ALL = {
    "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw",
    "_FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU",
    "J4EX_BRMcjQPZ9DyMW6Dhs7_vyskKMnFH-98WX8dQm4",
    "7Bcrk61eVjv0kyxw4SRQNMNUZ-8u_U1k6_gZaDRn4r8",
    "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
    "38lCXk-Wj38MKfAlnPX5rtaFHCu0rYv7hgz-4KskgpI",
    "Dx0SdJQ7kUFYiRUuiT2A6TJ1ofwLZf1xtLDdoQrX13I",
    "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik",
}


def check_document(raw, server, now):
    """The document, if it holds (8.1)."""
    document = fields(parse_canonical(raw), ALWAYS, {"prev"})
    check_form(document)
    demand(document["server"] == server, "other_server", "KEYDOC-1")
    publics = [document["root"], *(key["public"] for key in document["keys"])]
    demand(not KNOWN_TO_ALL.intersection(publics), "insecure_key", "KEYDOC-12")
    lasts = document["valid_until"] - document["ts"]
    demand(0 < lasts <= MAX_VALIDITY and document["ts"] <= now + MAX_SKEW and now < document["valid_until"], "not_now", "KEYDOC-4")
    of = key_set(document)
    root = decode(of["root"], KEY_BYTES)
    demand(verifies(root, SET_DOMAIN, canonical(of), document["root_signature"]), "bad_signature", "KEYDOC-2")
    key = decode(key_at(of, document["kid"], document["ts"]), KEY_BYTES)
    unsigned = {name: value for name, value in document.items() if name != "signature"}
    demand(verifies(key, DOCUMENT_DOMAIN, canonical(unsigned), document["signature"]), "bad_signature", "KEYDOC-3")
    return document


def check_form(document):
    """KEYDOC-1, KEYDOC-4, KEYDOC-6."""
    keys, versions = document["keys"], document["versions"]
    require(is_integer(document["serial"], 1) and ("prev" in document) == (document["serial"] > 1), "KEYDOC-1: prev")
    require(isinstance(keys, list) and 1 <= len(keys) <= MAX_KEYS, "KEYDOC-4: keys")
    for key in keys:
        fields(key, {"from_ts", "kid", "public"}, {"until_ts"})
        require(matches(KEY_ID, key["kid"]) and is_public_key(decode(key["public"], KEY_BYTES)), "KEYDOC-1: key")
        require(is_integer(key["from_ts"]) and is_integer(key.get("until_ts", key["from_ts"]), key["from_ts"]), "KEYDOC-4: times")
    require(len({key["kid"] for key in keys}) == len(keys), "KEYDOC-4: a key id twice")
    require(isinstance(versions, list) and versions and all(is_integer(version, 1) for version in versions), "KEYDOC-1: versions")
    require(is_endpoint(document["endpoint"]) and is_server(document["server"]), "KEYDOC-6")
    require(matches(KEY_ID, document["kid"]) and is_integer(document["ts"]) and is_integer(document["valid_until"]), "KEYDOC-1")
    require(is_public_key(decode(document["root"], KEY_BYTES)), "SIGN-3")
    for name in ("signature", "root_signature"):
        decode(document[name], SIGNATURE_BYTES)
    decode(document.get("prev", document["root"]), HASH_BYTES)


def is_endpoint(text):
    if not isinstance(text, str) or not text.startswith("https://") or len(text) > MAX_ENDPOINT:
        return False
    host, colon, port = text.removeprefix("https://").partition(":")
    has_port = port.isascii() and port.isdigit() and 0 < int(port) < 65_536 and str(int(port)) == port
    return is_server(host) and (has_port or not colon)


def key_set(document):
    """KEYDOC-2: what the root signs."""
    return {name: document[name] for name in SET_FIELDS if name in document}


def key_at(of, kid, now):
    """KEYDOC-5: the public key."""
    found = [key for key in of["keys"] if key["kid"] == kid]
    demand(found, "key_unknown", "KEYDOC-5")
    key = found[0]
    demand(key["from_ts"] <= now + MAX_SKEW and now < key.get("until_ts", now + 1), "key_expired", "KEYDOC-5")
    return key["public"]


def check_follows(known, shown):
    """KEYDOC-7, KEYDOC-8."""
    demand(shown["root"] == known["root"], "new_root", "KEYDOC-7")
    demand(shown["serial"] >= known["serial"], "rolled_back", "KEYDOC-8")
    demand(shown["serial"] != known["serial"] or shown == known, "broken_chain", "KEYDOC-8")
    is_next = shown["serial"] == known["serial"] + 1
    demand(not is_next or shown["prev"] == digest(SET_DOMAIN, canonical(known)), "broken_chain", "KEYDOC-8")


def check_chain(known, shown, between):
    """KEYDOC-8: from the set that is known to the one that is shown, by those between."""
    demand(shown["root"] == known["root"], "new_root", "KEYDOC-7")
    last = known
    for signed in between:
        of = signed["set"]
        if last["serial"] < of["serial"] < shown["serial"]:
            by_root = verifies(decode(known["root"], KEY_BYTES), SET_DOMAIN, canonical(of), signed["root_signature"])
            demand(by_root and of["serial"] == last["serial"] + 1, "broken_chain", "KEYDOC-8")
            check_follows(last, of)
            last = of
    check_follows(last, shown)
    demand(shown["serial"] <= last["serial"] + 1, "broken_chain", "KEYDOC-8")


def redirected(server, location):
    """KEYDOC-10: where a redirect may lead."""
    target = urlsplit(urljoin(f"https://{server}/.well-known/loggia", location))
    has_place = target.scheme == "https" and target.netloc in (server, f"{server}:443")
    demand(has_place, "refused", "KEYDOC-10")
    return target._replace(netloc=server).geturl()


def is_public(text):
    """KEYDOC-11."""
    address = ipaddress.ip_address(text)
    in_range = address.version == 4 or address in ipaddress.ip_network("2000::/3")
    return in_range and not any(address in block for block in NOT_PUBLIC if block.version == address.version)
