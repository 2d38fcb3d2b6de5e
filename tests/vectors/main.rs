//! The specification's test vectors, through the protocol as the server uses it.
//!
//! They were composed from the text of `spec/` by `scripts/vectors/`, without this code. Where a vector fails,
//! text, vector or code is wrong: find out which before changing any of them.

#![cfg(test)]

mod coverage;
mod documents;
mod exports;
mod flows;
mod foreign;
mod logs;
mod objects;
mod requests;
mod rules;
mod transcript;

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// A case: what is given, and what must come of it.
#[derive(Deserialize)]
pub struct Vector {
    pub id: String,
    pub rule: String,
    pub why: String,
    pub input: Value,
    pub expect: Expect,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    Ok(Value),
    Reject(String),
}

/// A file of vectors.
#[derive(Deserialize)]
pub struct File {
    #[serde(default)]
    pub logs: Value,
    pub vectors: Vec<Vector>,
}

pub fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/vectors")
}

pub fn load(name: &str) -> File {
    let text = fs::read_to_string(directory().join(name)).expect("a file of vectors");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Runs every vector of a file; fails with all those that come out otherwise.
pub fn run(name: &str, judge: impl Fn(&Value, &Value) -> Result<Value, String>) {
    let file = load(name);
    assert!(!file.vectors.is_empty(), "{name} has no vectors");
    let wrong: Vec<String> = file
        .vectors
        .iter()
        .filter_map(|vector| {
            let found = match judge(&file.logs, &vector.input) {
                Ok(value) => Expect::Ok(value),
                Err(code) => Expect::Reject(code),
            };
            let Vector { id, why, expect, .. } = vector;
            (found != *expect).then(|| format!("{id} ({why}): {found:?} instead of {expect:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
}

/// The octets of an input: `text`, or `hex` where they are no text.
pub fn octets(input: &Value) -> Vec<u8> {
    let digits = |hex: &str| {
        let pairs = (0..hex.len()).step_by(2);
        pairs.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits")).collect()
    };
    match input["hex"].as_str() {
        Some(hex) => digits(hex),
        None => text(&input["text"]).into_bytes(),
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

pub fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(value: &Value) -> T {
    text(value).parse().expect("a name")
}

pub fn number(value: &Value) -> i64 {
    value.as_i64().expect("a number")
}
