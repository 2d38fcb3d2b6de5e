//! A lint is silenced only where it is expected to speak, and with a reason.

use crate::source::{Source, repository};
use crate::{assert_complaints, assert_tidy, sample};

fn complaints(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| source.is_rust()) {
        for (line, attribute) in attributes(&source.code) {
            if has_call(attribute, "allow") {
                found.push(format!(
                    "{}: `allow` stays when its cause is gone: write #[expect(.., reason = \"..\")]",
                    source.at(line)
                ));
            }
            if has_call(attribute, "expect") && !attribute.contains("reason =") {
                found.push(format!("{}: say why: #[expect(.., reason = \"..\")]", source.at(line)));
            }
        }
    }
    found
}

/// The text between the brackets of each attribute, with its line.
fn attributes(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices('#') {
        let Some((before, rest)) = code.split_at_checked(at + 1) else { continue };
        let Some(rest) = rest.strip_prefix('!').unwrap_or(rest).strip_prefix('[') else { continue };
        let mut depth = 1;
        let end = rest.find(|char| {
            depth += match char {
                '[' => 1,
                ']' => -1,
                _ => 0,
            };
            depth == 0
        });
        let inner = rest.split_at_checked(end.unwrap_or(rest.len())).map_or(rest, |(inner, _)| inner);
        found.push((before.lines().count(), inner));
    }
    found
}

fn has_call(attribute: &str, name: &str) -> bool {
    attribute.match_indices(name).any(|(at, _)| {
        let (before, after) = attribute.split_at(at);
        !before.ends_with(crate::source::is_word)
            && after.strip_prefix(name).is_some_and(|after| after.starts_with('('))
    })
}

#[test]
fn lints_are_silenced_with_a_reason() {
    assert_tidy(&complaints(&repository().expect("the repository can be read")));
}

#[test]
fn silence_without_a_reason_is_refused() {
    let found = complaints(&[
        sample("src/a.rs", "#![allow(dead_code)]\n#[expect(dead_code)]\nfn f() {}\n"),
        sample("src/b.rs", "#[cfg_attr(\n    test,\n    allow(dead_code)\n)]\nfn f() {}\n"),
        sample(
            "src/c.rs",
            "#[expect(\n    dead_code,\n    reason = \"[#allow(x)]\"\n)]\n// #[allow(x)]\nfn f() {}\n",
        ),
        sample("src/d.rs", "#[should_panic(expected = \"x\")]\nfn f() { a.expect(\"b\"); b[0] }\n"),
    ]);
    assert_complaints(&found, &["src/a.rs:1: `allow`", "src/a.rs:2: say why", "src/b.rs:1: `allow`"]);
}
