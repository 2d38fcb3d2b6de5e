//! JSON, names, events, bodies, signatures.

use loggia::protocol::body::Body;
use loggia::protocol::event::{Event, event_id};
use loggia::protocol::ids::{Alias, ChannelId, EventId, Hash, KeyId, Nonce, ServerName, UserId};
use loggia::protocol::json;
use loggia::protocol::sign::{PublicKey, Signature};
use serde_json::{Value, json as value};

use crate::{octets, run, text};

#[test]
fn signed_json_is_canonical_or_refused() {
    run("json/canonical.json", |_, input| {
        json::parse_canonical(&octets(input)).map(|_| value!({})).map_err(|error| error.code().to_owned())
    });
}

#[test]
fn json_has_one_spelling() {
    run("json/serialise.json", |_, input| {
        let parsed = json::parse_strict(&octets(input)).map_err(|error| error.code().to_owned())?;
        let bytes = json::to_canonical(&parsed).map_err(|error| error.code().to_owned())?;
        Ok(value!({ "canonical": String::from_utf8(bytes).expect("UTF-8") }))
    });
}

#[test]
fn names_are_taken_or_refused() {
    run("names/names.json", |_, input| {
        let name = text(&input["name"]);
        let fits = match text(&input["kind"]).as_str() {
            "server" => name.parse::<ServerName>().is_ok(),
            "user" => name.parse::<UserId>().is_ok(),
            "alias" => name.parse::<Alias>().is_ok(),
            "channel" => name.parse::<ChannelId>().is_ok(),
            "event" => name.parse::<EventId>().is_ok(),
            "kid" => name.parse::<KeyId>().is_ok(),
            "nonce" => name.parse::<Nonce>().is_ok(),
            "hash" => name.parse::<Hash>().is_ok(),
            "signature" => name.parse::<Signature>().is_ok(),
            other => panic!("a kind of name that this test does not know: {other}"),
        };
        if fits { Ok(value!({})) } else { Err("bad_header".to_owned()) }
    });
}

#[test]
fn headers_have_their_form_and_their_id() {
    run("events/headers.json", |_, input| {
        let bytes = octets(input);
        Event::parse(&bytes).map_err(|error| error.code().to_owned())?;
        Ok(value!({ "id": event_id(&bytes) }))
    });
}

#[test]
fn bodies_have_their_form_and_their_hash() {
    run("events/bodies.json", |_, input| {
        let bytes = octets(input);
        let body = Body::parse(&bytes).map_err(|error| error.code().to_owned())?;
        assert_eq!(body.hash(), Body::hash_bytes(&bytes));
        Ok(value!({ "body_hash": body.hash() }))
    });
}

#[test]
fn signatures_are_verified_strictly() {
    run("events/signatures.json", |_, input: &Value| {
        let public = text(&input["public"]).parse::<PublicKey>().map_err(|_| "bad_header")?;
        let signature = text(&input["signature"]).parse::<Signature>().map_err(|_| "bad_header")?;
        let verified = public.verify_in(text(&input["domain"]).as_bytes(), &octets(input), &signature);
        verified.map(|()| value!({})).map_err(|_| "bad_signature".to_owned())
    });
}
