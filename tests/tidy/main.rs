//! What must hold of the source and no compiler checks.
//!
//! A module per habit. Each is a function from sources to complaints (`file:line: what, and what to do`), run over
//! this repository and, so that it is known to bite, over small bad samples. To add one: a module with
//! such a function and both kinds of tests.
#![cfg(test)]

mod attacks;
mod attributes;
mod dead_files;
mod documented;
mod imports;
mod migrations;
mod paths;
mod rule_ids;
mod sizes;
mod source;
mod words;

use source::Source;

/// Fails with every complaint, not only the first.
#[track_caller]
fn assert_tidy(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n\n{}\n", complaints.join("\n"));
}

/// Fails unless there is one complaint for each expected text, in order, that contains it.
#[track_caller]
fn assert_complaints(complaints: &[String], expected: &[&str]) {
    let matching = complaints.iter().zip(expected).filter(|(complaint, part)| complaint.contains(**part));
    assert!(
        complaints.len() == expected.len() && matching.count() == expected.len(),
        "expected complaints about\n{expected:#?}\ngot\n{complaints:#?}"
    );
}

fn sample(path: &str, text: &str) -> Source {
    Source::new(path, text.to_owned())
}

#[test]
fn the_repository_is_found() {
    let sources = source::repository().expect("the repository can be read");
    assert!(sources.iter().any(|source| source.path == "src/lib.rs"));
    assert!(sources.iter().any(|source| source.path == "tests/tidy/main.rs"));
    assert!(
        !sources.iter().any(|source| source.path.contains("node_modules") || source.path.contains("target/"))
    );
}
