//! That the vectors are worth something: each rule has one, or stands in a list that only shrinks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::{Expect, File, directory};

/// Every file of vectors, by its path below spec/vectors.
fn files() -> BTreeMap<String, File> {
    let mut found = BTreeMap::new();
    for area in fs::read_dir(directory()).expect("spec/vectors").flatten().filter(|area| area.path().is_dir())
    {
        for file in fs::read_dir(area.path()).expect("an area").flatten() {
            let name = format!("{}/{}", area.file_name().display(), file.file_name().display());
            found.insert(name.clone(), crate::load(&name));
        }
    }
    found
}

/// The ids that the text defines: `**AUTH-7**`.
fn rules_of_text() -> BTreeSet<String> {
    let chapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec");
    let mut found = BTreeSet::new();
    for chapter in fs::read_dir(chapters).expect("spec").flatten() {
        let Ok(text) = fs::read_to_string(chapter.path()) else { continue };
        let bold = text.split("**").skip(1).step_by(2);
        found.extend(bold.filter(|word| is_id(word)).map(str::to_owned));
    }
    found
}

fn is_id(word: &str) -> bool {
    word.split_once('-').is_some_and(|(chapter, number)| {
        !number.is_empty()
            && chapter.len() >= 3
            && chapter.bytes().all(|byte| byte.is_ascii_uppercase())
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// How many rules had no vector when this was last looked at. It only goes down: a new rule comes with its vector, or with one for
/// another rule that had none.
const UNCOVERED_MAX: usize = 24;

#[test]
fn every_rule_has_a_vector_or_is_listed() {
    let text = rules_of_text();
    assert!(text.len() > 80, "the text defines only {} rules", text.len());
    let cited: BTreeSet<String> =
        files().into_values().flat_map(|file| file.vectors).map(|vector| vector.rule).collect();
    let unknown: Vec<_> = cited.difference(&text).collect();
    assert!(unknown.is_empty(), "vectors cite rules that spec/ does not define: {unknown:?}");

    let list = fs::read_to_string(directory().join("uncovered.txt")).expect("the list");
    let listed: BTreeSet<String> = list
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect();
    let uncovered: BTreeSet<String> = text.difference(&cited).cloned().collect();
    assert_eq!(uncovered, listed, "left: rules without a vector; right: spec/vectors/uncovered.txt");
    assert_eq!(listed.len(), UNCOVERED_MAX, "the list only shrinks, and its bound with it");
}

/// What MUST be is a rule: the sentence stands in a paragraph with an id of its own, or it could have no vector.
#[test]
fn every_must_stands_in_a_rule() {
    let chapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec");
    let mut found = 0;
    for chapter in fs::read_dir(chapters).expect("spec").flatten() {
        let name = chapter.file_name().to_string_lossy().into_owned();
        if !name.starts_with(|first: char| first.is_ascii_digit()) {
            continue;
        }
        let text = fs::read_to_string(chapter.path()).expect("a chapter");
        for line in text.lines().filter(|line| line.contains("MUST")) {
            let id = line.strip_prefix("- **").and_then(|rest| rest.split("**").next());
            assert!(id.is_some_and(is_id), "{name}: a MUST without an id: {line}");
            found += 1;
        }
    }
    assert!(found > 20, "only {found}");
}

#[test]
fn ids_are_unique_and_refusals_are_half() {
    let mut ids = BTreeSet::new();
    let mut by_area: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (name, file) in files() {
        let area = name.split('/').next().expect("an area").to_owned();
        let (valid, invalid) = by_area.entry(area).or_default();
        for vector in file.vectors {
            // What two heads show is a finding, not a refusal: here `ok` is bad news too.
            let refused = matches!(&vector.expect, Expect::Reject(_))
                || matches!(&vector.expect, Expect::Ok(value) if value.get("finding").is_some_and(|found| found != "consistent"));
            *(if refused { &mut *invalid } else { &mut *valid }) += 1;
            assert!(!vector.why.is_empty(), "{}: why?", vector.id);
            assert!(ids.insert(vector.id.clone()), "{} stands twice", vector.id);
        }
    }
    for (area, (valid, invalid)) in by_area {
        assert!(invalid >= valid, "{area}: {valid} valid, but only {invalid} invalid vectors");
    }
}
