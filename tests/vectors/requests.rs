//! Signed requests between servers.

use loggia::protocol::http_sig::{Address, Nonces, Params, Request, SigError, parse, sign};
use loggia::protocol::ids::ServerName;
use loggia::protocol::sign::SigningKey;
use serde_json::{Value, json as value};
use sha2::{Digest as _, Sha256};

use crate::{number, parsed, run, text};

struct Names {
    origin: ServerName,
    destination: ServerName,
}

fn names(input: &Value) -> Names {
    Names { origin: parsed(&input["loggia-origin"]), destination: parsed(&input["loggia-destination"]) }
}

fn request<'a>(input: &'a Value, names: &'a Names) -> Request<'a> {
    let part = |name: &str| input[name].as_str().expect("a part of a request");
    Request {
        method: part("method"),
        authority: part("authority"),
        path: part("path"),
        query: input["query"].as_str(),
        origin: &names.origin,
        destination: &names.destination,
        version: part("loggia-version"),
        content_type: input["content-type"].as_str(),
        body: input["body"].as_str().map(str::as_bytes),
    }
}

/// In the order of 7.3.
fn verify(input: &Value) -> Result<Value, SigError> {
    let fields = |name: &str| -> Vec<&str> {
        input[name].as_array().expect("fields").iter().map(|field| field.as_str().expect("a field")).collect()
    };
    let claim = parse(&fields("signature-input"), &fields("signature"))?;
    claim.check_time(number(&input["now"]))?;
    let names = names(input);
    claim.verify(&request(input, &names), &fields("content-digest"), &parsed(&input["public"]))?;
    Ok(value!({ "keyid": claim.keyid() }))
}

#[test]
fn requests_are_believed_or_refused() {
    run("requests/verify.json", |_, input| verify(input).map_err(|error| error.code().to_owned()));
}

#[test]
fn requests_are_signed_alike() {
    run("requests/sign.json", |_, input| {
        let named = format!("test key\n{}/{}", text(&input["server"]), text(&input["keyid"]));
        let key = SigningKey::from_seed(Sha256::digest(named).into());
        let params = Params {
            created: number(&input["created"]),
            expires: number(&input["expires"]),
            nonce: parsed(&input["nonce"]),
            keyid: parsed(&input["keyid"]),
        };
        let names = names(input);
        let signed = sign(&request(input, &names), &params, &key).map_err(|error| error.code().to_owned())?;
        Ok(value!({
            "content-digest": signed.content_digest,
            "signature-input": signed.signature_input,
            "signature": signed.signature,
        }))
    });
}

#[test]
fn requests_are_for_their_receiver() {
    run("requests/address.json", |_, input| {
        let fields = |name: &str| -> Vec<&str> {
            let values = input["fields"][name].as_array().expect("fields");
            values.iter().map(|value| value.as_str().expect("a field")).collect()
        };
        let address = Address {
            origin: &fields("loggia-origin"),
            destination: &fields("loggia-destination"),
            version: &fields("loggia-version"),
            host: &fields("host"),
        };
        let addressed = address.check(&parsed(&input["receiver"]), &text(&input["authority"]));
        let addressed = addressed.map_err(|error| error.code().to_owned())?;
        Ok(value!({ "origin": addressed.origin, "authority": addressed.authority }))
    });
}

#[test]
fn nonces_are_taken_once() {
    run("requests/nonces.json", |_, input| {
        let mut nonces = Nonces::default();
        let mut last = false;
        for request in input["requests"].as_array().expect("requests") {
            nonces.forget(number(&request["now"]));
            last = nonces.take(
                &parsed(&request["origin"]),
                &parsed(&request["nonce"]),
                number(&request["expires"]),
            );
        }
        if last { Ok(value!({})) } else { Err("replay".to_owned()) }
    });
}
