//! Every rule that the code cites can be read in spec/.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::source::{Source, files_below, is_word, repository, root};
use crate::{assert_complaints, assert_tidy, sample};

const CHAPTERS: &[&str] = &[
    "AUTH", "EVENT", "LOG", "JSON", "NAME", "KEY", "HEAD", "BODY", "STATE", "SIGN", "EXPORT", "REQ",
    "KEYDOC", "REPL", "FILE", "DIR", "SIGNAL", "MEMBER", "LIMIT",
];

/// One complaint for each unknown rule, at the first place that cites it.
fn complaints(sources: &[Source], spec: &BTreeSet<String>) -> Vec<String> {
    let mut unknown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.is_rust() && source.path.starts_with("src/")) {
        for (at, line) in source.text.lines().enumerate() {
            for id in ids(line).into_iter().filter(|id| !spec.contains(id)) {
                unknown.entry(id).or_default().push(source.at(at + 1));
            }
        }
    }
    let complaint = |(id, places): (String, Vec<String>)| {
        let (first, others) = places.split_first()?;
        let more = if others.is_empty() {
            String::new()
        } else {
            format!(" (places that cite it: {})", others.len() + 1)
        };
        Some(format!("{first}: {id} is not in spec/: write the rule there, or cite the right one{more}"))
    };
    unknown.into_iter().filter_map(complaint).collect()
}

/// `AUTH-7` and the like, in a line of anything.
fn ids(line: &str) -> Vec<String> {
    let is_part = |char: char| is_word(char) || char == '-';
    line.split(|char| !is_part(char))
        .filter_map(|word| {
            let (chapter, rest) = word.split_once('-')?;
            let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
            (CHAPTERS.contains(&chapter) && !number.is_empty()).then(|| format!("{chapter}-{number}"))
        })
        .collect()
}

#[test]
fn every_cited_rule_exists() {
    let mut spec = BTreeSet::new();
    for path in files_below("spec", &["md"]).expect("spec can be listed") {
        let text = fs::read_to_string(root().join(path)).expect("a chapter can be read");
        spec.extend(text.lines().flat_map(ids));
    }
    assert_tidy(&complaints(&repository().expect("the repository can be read"), &spec));
}

#[test]
fn a_rule_that_nobody_wrote_is_refused() {
    let spec = BTreeSet::from_iter(ids("- **AUTH-1** Members only. (See KEY-12.)"));
    let found = complaints(
        &[sample(
            "src/a.rs",
            "// AUTH-1: members only\n// AUTH-2, KEY-12\nlet a = \"LOG-3\"; // UTF-8, PREAUTH-9\n",
        )],
        &spec,
    );
    assert_complaints(&found, &["src/a.rs:2: AUTH-2", "src/a.rs:3: LOG-3"]);
}
