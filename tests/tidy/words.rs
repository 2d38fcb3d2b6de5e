//! Notes to oneself and left-over debugging do not stay.

use crate::source::{Source, is_word, repository};
use crate::{assert_complaints, assert_tidy, sample};

const NOTES: &[&str] = &["TODO", "FIXME", "XXX"];
const DEBUGGING: &[&str] = &["dbg!(", "console.log("];

fn complaints(sources: &[Source]) -> Vec<String> {
    sources.iter().filter(|source| !source.is_generated()).flat_map(of_file).collect()
}

fn of_file(source: &Source) -> Vec<String> {
    let lines = source.code.lines().zip(source.comments.lines()).enumerate();
    let mut found = Vec::new();
    for (at, (code, comment)) in lines {
        for note in NOTES.iter().filter(|note| has_word(code, note) || has_word(comment, note)) {
            found.push(format!(
                "{}: {note}: do it now, or open an issue and say what holds today",
                source.at(at + 1)
            ));
        }
        for call in DEBUGGING.iter().filter(|call| code.contains(**call)) {
            found.push(format!(
                "{}: {call}..): remove it, or log it for whoever runs this",
                source.at(at + 1)
            ));
        }
    }
    found
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|char| !is_word(char)).any(|found| found == word)
}

#[test]
fn nothing_is_left_lying_around() {
    assert_tidy(&complaints(&repository().expect("the repository can be read")));
}

#[test]
fn notes_and_debugging_are_refused() {
    let found = complaints(&[
        sample("src/a.rs", "// TODO: later\nlet a = dbg!(b);\nlet c = \"TODO\"; /* FIXME */\n"),
        sample("web/src/a.ts", "console.log(a);\nconst TODOS = 1;\nsay('console.log(a)');\n"),
    ]);
    assert_complaints(
        &found,
        &["src/a.rs:1: TODO", "src/a.rs:2: dbg!(", "src/a.rs:3: FIXME", "a.ts:1: console.log("],
    );
}
