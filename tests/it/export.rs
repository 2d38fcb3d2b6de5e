//! An exported channel, verified by us and by a program that was written from the specification alone.

mod chance;
mod file;
mod history;
mod tampering;
mod verifiers;

use std::path::{Path, PathBuf};

use loggia::protocol::sign::SigningKey;
use tempfile::TempDir;

use crate::support::Process;
use file::File;
use tampering::Material;
use verifiers::{loggia, vectors_by_python, verified};

/// The text of `loggia export channel`.
fn exported(data_dir: &Path, channel: &str) -> String {
    let output = loggia(data_dir, &["export", "channel", channel]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn written(dir: &TempDir, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.path().join("export.jsonl");
    std::fs::write(&path, bytes).expect("written");
    path
}

async fn material(dir: &TempDir) -> Material {
    let server = Process::start(dir.path(), "", 0);
    let (history, people) = history::begin(&server.base).await;
    let early = exported(dir.path(), &history.channel);
    history::go_on(&history, &people).await;
    let whole = exported(dir.path(), &history.channel);
    let other = exported(dir.path(), &history.dm);
    server.kill();
    for text in [&early, &whole, &other] {
        assert_sound(dir, text);
    }
    assert_eq!(File::parse(&whole).text().len(), whole.len(), "a file is read and written as it is");
    Material {
        whole: File::parse(&whole),
        early: File::parse(&early),
        other: File::parse(&other),
        stranger: SigningKey::from_seed([7; 32]),
    }
}

/// Both verifiers find nothing wrong, and count the same.
fn assert_sound(dir: &TempDir, text: &str) {
    let verdict = verified(dir.path(), &written(dir, text), "as it was exported");
    let lines = text.lines().count() as u64;
    let [entries, servers, bodies, deleted, missing, void] = verdict.counts();
    assert_eq!((verdict.exit, &verdict.findings), (0, &Vec::new()));
    assert_eq!((entries, servers, missing, void), (lines - 2, 1, 0, 0));
    assert_eq!(bodies, text.matches(r#","body":{"#).count() as u64);
    assert_eq!(bodies + deleted, text.matches(r#"{"body_hash":"#).count() as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tampering_is_found_and_named_by_both() {
    let dir = tempfile::tempdir().expect("a directory");
    let material = material(&dir).await;
    let cases = [tampering::EVENTS, tampering::LOG, tampering::BODIES, tampering::HEADS, tampering::LINES];
    for (what, code, tampered) in cases.concat() {
        let verdict = verified(dir.path(), &written(&dir, tampered(&material)), what);
        assert_eq!((verdict.exit, verdict.first_code()), (1, Some(code)), "{what}: {verdict:?}");
    }
    for (what, tampered) in tampering::NO_EXPORTS {
        let verdict = verified(dir.path(), &written(&dir, tampered(&material)), what);
        assert!(verdict.is_no_export(), "{what}: {verdict:?}");
    }
    what_no_export_can_show(&dir, &material);
}

/// A file proves what it has, not that there is no more.
fn what_no_export_can_show(dir: &TempDir, material: &Material) {
    let mut file = material.whole.clone();
    let at = file.message();
    file.entries[at].as_object_mut().expect("an object").remove("body");
    let verdict = verified(dir.path(), &written(dir, file.text()), "a body is held back");
    assert_eq!((verdict.exit, verdict.counts()[4]), (0, 1), "it is counted as missing");
    // The end is cut off, and the head is the one that was true then.
    let shortened = material.whole.entries[..material.early.entries.len()].to_vec();
    let file = File { entries: shortened, ..material.early.clone() };
    assert_eq!(verified(dir.path(), &written(dir, file.text()), "an older state").exit, 0);
}

/// How many logs of chance, and of how many entries.
const LOGS: u64 = 16;
const ENTRIES: usize = 250;

#[test]
fn both_judge_alike_what_chance_composes() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut rules = std::collections::BTreeMap::<String, u64>::new();
    for seed in 0..LOGS {
        let mut file = chance::log(seed, ENTRIES);
        let verdict = verified(dir.path(), &written(&dir, file.text()), &format!("log {seed}"));
        assert_eq!((verdict.exit, &verdict.findings), (0, &Vec::new()), "log {seed}");
        for line in &mut file.entries {
            let void = line.as_object_mut().expect("an object").remove("void");
            let rule = void.map_or("none".to_owned(), |rule| rule.as_str().expect("a rule").to_owned());
            *rules.entry(rule).or_default() += 1;
        }
        // Nothing is called void now, so that every refusal shows with its code.
        let verdict = verified(dir.path(), &written(&dir, file.text()), &format!("log {seed}, unmarked"));
        assert_eq!(verdict.exit, 1, "log {seed}");
    }
    assert!(rules.len() > 30 && rules["none"] > 1_000, "a good mixture: {rules:?}");
}

#[test]
fn the_verifier_in_python_agrees_with_the_vectors() {
    if let Some((agrees, said)) = vectors_by_python(&verifiers::repository().join("spec/vectors")) {
        assert!(agrees, "{said}");
    }
}

#[test]
fn the_verifier_in_python_believes_the_transcript_and_no_other() {
    let kept = verifiers::repository().join("spec/transcripts");
    let Some((agrees, said)) = vectors_by_python(&kept) else { return };
    assert!(agrees, "{said}");
    let text = std::fs::read_to_string(kept.join("two-servers.json")).expect("the transcript");
    let changes = [
        ("a nonce of a request", r#"nonce=\"B6T"#, r#"nonce=\"B7T"#, "bad_signature"),
        ("a body", "Hello from this side", "Hello from that side", "bad_digest"),
        ("a destination", r#""loggia-destination":"b.example""#, r#""loggia-destination":"c.example""#, ""),
        ("an endpoint", "https://b.example", "https://d.example", "bad_signature"),
        ("a time", r#""now":1790000240000"#, r#""now":1790000941000"#, "clock_skew"),
        ("an answer's root", r#"\"void\":[]"#, r#"\"void\":[1]"#, "another answer"),
        ("a place", r#"\"seq\":5,\"term\":1}}]}"#, r#"\"seq\":6,\"term\":1}}]}"#, "promised"),
    ];
    for (what, from, to, named) in changes {
        assert!(text.contains(from), "{what} is there");
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join("changed.json"), text.replacen(from, to, 1)).expect("written");
        let (agrees, said) = vectors_by_python(dir.path()).expect("Python");
        assert!(!agrees && said.contains(named), "{what}: {said}");
    }
}
