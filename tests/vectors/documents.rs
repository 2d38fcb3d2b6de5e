//! Key documents: form, signatures, times, what may follow what, and where they may be fetched from.

use loggia::federation::discovery::redirected;
use loggia::net::is_public;
use loggia::protocol::key_document::{KeyDocument, KeySet, SignedKeySet, check_chain};
use serde_json::{Value, json as value};

use crate::{number, octets, parsed, run, text};

fn set(given: &Value) -> KeySet {
    serde_json::from_value(given.clone()).expect("a set of keys")
}

#[test]
fn documents_are_believed_or_refused() {
    run("documents/check.json", |_, input| {
        let checked = KeyDocument::check(&octets(input), &parsed(&input["server"]), number(&input["now"]));
        let document = checked.map_err(|error| error.code().to_owned())?;
        let kids: Vec<&str> = document.set.keys.iter().map(|key| key.kid.as_str()).collect();
        Ok(value!({ "kids": kids, "serial": document.set.serial }))
    });
}

#[test]
fn keys_sign_in_their_time() {
    run("documents/keys.json", |_, input| {
        let key = set(&input["set"]).key_at(&parsed(&input["kid"]), number(&input["now"]));
        let key = key.map_err(|problem| problem.code().to_owned())?;
        Ok(value!({ "public": key }))
    });
}

#[test]
fn sets_of_keys_follow_each_other() {
    run("documents/chain.json", |_, input| {
        let between = input.get("between").cloned().unwrap_or_else(|| value!([]));
        let between: Vec<SignedKeySet> = serde_json::from_value(between).expect("sets of keys");
        let follows = check_chain(&set(&input["known"]), &between, &set(&input["shown"]));
        follows.map(|()| value!({})).map_err(|why| why.code().to_owned())
    });
}

#[test]
fn documents_stay_where_they_are() {
    run("documents/redirects.json", |_, input| {
        let url = redirected(&parsed(&input["server"]), &text(&input["location"]));
        url.map(|url| value!({ "url": url })).ok_or_else(|| "refused".to_owned())
    });
}

#[test]
fn addresses_are_public() {
    run("documents/addresses.json", |_, input| {
        let is_public = is_public(text(&input["address"]).parse().expect("an address"));
        if is_public { Ok(value!({})) } else { Err("refused".to_owned()) }
    });
}
