//! What the guides say of the API is there: an operation that was renamed is renamed in them, too.

use std::collections::BTreeSet;
use std::fs;

use crate::source::{files_below, root};
use crate::{assert_complaints, assert_tidy};

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
/// Outside of the client API.
const OTHERS: &[&str] = &["/health", "/ready"];

/// `method path` of each operation in text such as `` `GET /channels/{channel}/messages?after=` `` or
/// `` `PUT|DELETE /me/avatar` ``, with its line.
fn named(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (n, line) in text.lines().enumerate() {
        for code in line.split('`').skip(1).step_by(2) {
            let Some((methods, path)) = code.split_once(' ') else { continue };
            let path = path.split(['?', ' ']).next().unwrap_or_default();
            let path = path.strip_prefix("/api/v1").unwrap_or(path);
            let is_one =
                path.starts_with('/') && !path.starts_with("/federation/") && !OTHERS.contains(&path);
            if is_one && methods.split('|').all(|method| METHODS.contains(&method)) {
                found.extend(methods.split('|').map(|method| (n + 1, format!("{method} {path}"))));
            }
        }
    }
    found
}

fn complaints(path: &str, text: &str, operations: &BTreeSet<String>) -> Vec<String> {
    let missing = named(text).into_iter().filter(|(_, operation)| !operations.contains(operation));
    missing
        .map(|(line, operation)| {
            format!("{path}:{line}: {operation} is not in openapi/client.json: say what is there")
        })
        .collect()
}

fn operations() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("openapi/client.json")).expect("openapi/client.json");
    let api: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let paths = api["paths"].as_object().expect("paths");
    let of = |(path, methods): (&String, &serde_json::Value)| {
        let methods = methods.as_object().expect("methods").keys();
        methods.map(|method| format!("{} {path}", method.to_ascii_uppercase())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

#[test]
fn guides_name_what_is_there() {
    let operations = operations();
    let mut guides = vec!["README.md".to_owned(), "examples/bot/README.md".to_owned()];
    guides.extend(files_below("docs", &["md"]).expect("docs"));
    let (mut found, mut count) = (Vec::new(), 0);
    for path in guides {
        let text = fs::read_to_string(root().join(&path)).expect("a guide");
        count += named(&text).len();
        found.extend(complaints(&path, &text, &operations));
    }
    assert!(count >= 20, "the guides name operations: {count}");
    assert_tidy(&found);
}

#[test]
fn what_is_not_there_is_found() {
    let operations = BTreeSet::from(["GET /me".to_owned(), "PUT /me/avatar".to_owned()]);
    let text =
        "`GET /me` and `GET /you`\n`PUT|DELETE /me/avatar?x=` `POST it` `GET /health` `GET /api/v1/me`";
    assert_complaints(
        &complaints("a.md", text, &operations),
        &["a.md:1: GET /you", "a.md:2: DELETE /me/avatar"],
    );
}
