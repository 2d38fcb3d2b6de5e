//! Every attack of `federation-tests/README.md` is tried by a test or a vector that exists.

use std::collections::BTreeSet;
use std::fs;

use crate::source::{Source, files_below, repository, root};
use crate::{assert_complaints, assert_tidy, sample};

const TABLE: &str = "federation-tests/README.md";

/// Attacks that have to be in the table; more may follow.
const ATTACKS: usize = 56;

/// Ids of vectors, as they stand in `spec/vectors/`.
fn vectors() -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for path in files_below("spec/vectors", &["json"]).expect("vectors can be listed") {
        let text = fs::read_to_string(root().join(path)).expect("vectors can be read");
        let file: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let vectors = file["vectors"].as_array().expect("vectors");
        ids.extend(vectors.iter().filter_map(|vector| vector["id"].as_str().map(str::to_owned)));
    }
    ids
}

/// `file::test` for each test of the files: a function under an attribute that makes it one, or a story of
/// `on_both_databases!`.
fn tests(sources: &[Source]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for source in sources {
        let Some(file) = source.path.strip_prefix("federation-tests/tests/it/") else { continue };
        let file = file.trim_end_matches(".rs");
        let mut is_test = false;
        for line in source.code.lines().map(str::trim) {
            let function = line.strip_prefix("async fn ").or(line.strip_prefix("fn "));
            let story = line.strip_prefix("on_both_databases!(");
            let name = |rest: &str| rest.split(['(', ',']).next().unwrap_or_default().to_owned();
            match (function, story) {
                (Some(rest), _) if is_test => _ = found.insert(format!("{file}::{}", name(rest))),
                (_, Some(rest)) => _ = found.insert(format!("{file}::{}", name(rest))),
                _ => {}
            }
            is_test =
                line.starts_with("#[tokio::test") || line == "#[test]" || is_test && line.starts_with("#[");
        }
    }
    found
}

fn complaints(table: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut expected = 1;
    for (at, line) in table.lines().enumerate() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let (Some(Ok(number)), Some(tried)) = (cells.first().map(|cell| cell.parse::<usize>()), cells.get(3))
        else {
            continue;
        };
        let place = format!("{TABLE}:{}", at + 1);
        if number != expected {
            complaints.push(format!("{place}: attack {expected} is missing"));
        }
        expected = number + 1;
        let names: Vec<&str> = tried.split('`').skip(1).step_by(2).collect();
        if names.is_empty() {
            complaints.push(format!("{place}: attack {number} is tried by nothing: name a test or a vector"));
        }
        let unknown = names.into_iter().filter(|name| !exists(name));
        complaints.extend(unknown.map(|name| format!("{place}: there is no {name}")));
    }
    if expected <= ATTACKS {
        complaints.push(format!("{TABLE}: attack {expected} is missing"));
    }
    complaints
}

#[test]
fn every_attack_is_tried() {
    let table = fs::read_to_string(root().join(TABLE)).expect("the table can be read");
    let tests = tests(&repository().expect("the repository can be read"));
    let vectors = vectors();
    assert_tidy(&complaints(&table, |name| tests.contains(name) || vectors.contains(name)));
}

#[test]
fn an_attack_that_nothing_tries_is_found() {
    let source = sample(
        "federation-tests/tests/it/a.rs",
        "#[tokio::test(flavor = \"x\")]\n#[ignore]\nasync fn one() {}\nfn helper() {}\non_both_databases!(two, 3);\n// #[test]\nfn three() {}\n",
    );
    let tests = tests(&[source]);
    assert_eq!(tests.iter().map(String::as_str).collect::<Vec<_>>(), ["a::one", "a::two"]);
    let rows: String = (3..=ATTACKS).map(|n| format!("| {n} | x | y | `a::two` |\n")).collect();
    let table = format!("| 1 | x | y | `a::one` `a::helper` |\n| 2 | x | y | by hand |\n{rows}");
    assert_complaints(
        &complaints(&table, |name| tests.contains(name)),
        &["no a::helper", "attack 2 is tried by nothing"],
    );
    assert_complaints(&complaints("| 1 | x | y | `a::one` |\n", |_| true), &["attack 2 is missing"]);
}
