//! All of a server in one file, and back, from one database into the other.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use loggia::domain::clock::{Clock, SystemClock};
use reqwest::Method;
use serde_json::{Value, json};
use zip::read::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::Data;
use crate::support::person::PASSWORD;
use crate::support::{Person, Process};

const FILE: &[u8] = b"the bytes of a file";

async fn fill(data: &Data) -> (Person, Value) {
    let running = data.start();
    let (ann, bob) =
        (Person::register(&running.base, "ann").await, Person::register(&running.base, "bob").await);
    let channel = ann.channel("General").await;
    bob.join(&channel).await;
    let first = ann.say(&channel, "n1", "hello \"quoted\" \u{1F980} @bob").await;
    let gone = bob.say(&channel, "n2", "a word that goes").await;
    bob.delete(&format!("/channels/{channel}/messages/{}", gone["id"].as_str().expect("an id")))
        .await
        .expect(204);
    let id = first["id"].as_str().expect("an id");
    bob.put(&format!("/channels/{channel}/messages/{id}/reactions/%F0%9F%91%8D"), Value::Null)
        .await
        .expect(204);
    let file = ann.upload("notes.txt", FILE.to_vec()).await;
    ann.say_with(&channel, "n3", &file).await;
    ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
    let later = json!({ "nonce": "later", "text": "later", "send_ts": SystemClock.now() + 3_600_000 });
    bob.post(&format!("/channels/{channel}/scheduled"), later).await.expect(201);
    let seen = what_is_seen(&bob, &channel).await;
    // While the server runs.
    let path = backup_file(data);
    let said = data.must(&["backup", path.to_str().expect("a path")]);
    assert!(said.ends_with(" and 1 files were written\n"), "{said}");
    running.kill();
    (bob, json!({ "channel": channel, "seen": seen, "file": file }))
}

fn backup_file(data: &Data) -> PathBuf {
    data.dir.path().join("backup.zip")
}

async fn what_is_seen(person: &Person, channel: &str) -> Value {
    let channels = person.get("/channels").await.expect(200);
    let page = person.get(&format!("/channels/{channel}/messages")).await.expect(200);
    let found = person.get("/search?q=quoted").await.expect(200);
    let notified = person.get("/notifications").await.expect(200);
    assert_eq!(found["results"].as_array().map(Vec::len), Some(1), "{found}");
    json!([channels, page, found, notified])
}

async fn check(data: &Data, bob: &Person, before: &Value) {
    let running = data.start();
    let bob = bob.at(&running.base);
    let channel = before["channel"].as_str().expect("a channel");
    // Sessions, too, are those of before.
    assert_eq!(what_is_seen(&bob, channel).await, before["seen"]);
    let hash = before["file"]["hash"].as_str().expect("a hash");
    assert_eq!(bob.get(&format!("/files/{hash}/notes.txt")).await.bytes, FILE);
    // What was taken off a list since the backup stands there again.
    let listed = bob.get("/me/scheduled").await.expect(200);
    assert_eq!(listed["scheduled"][0]["failed"], "restored", "{listed}");
    // Everything goes on: with the next numbers, and with the same names.
    Person::register(&running.base, "carol").await;
    bob.channel("Another").await;
    let next = bob.say(channel, "n9", "and on it goes").await;
    let last = before["seen"][1]["head"].as_i64().expect("a number");
    assert_eq!(next["seq"].as_i64().map(|seq| seq > last - 1), Some(true), "{next}");
    let again = json!({ "username": "ann", "password": PASSWORD });
    Person::nobody(&running.base).ask(Method::POST, "/sessions", again).await.expect(201);
    running.kill();
    let said = data.must(&["verify"]);
    assert!(said.contains("chain complete"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_moves_from_one_database_to_the_other_and_back() {
    let Some(second) = Data::postgresql().await else { return };
    let (first, third) = (Data::sqlite(), Data::sqlite());
    let (bob, before) = fill(&first).await;
    let file = backup_file(&first);
    second.must(&["restore", file.to_str().expect("a path")]);
    let back = backup_file(&second);
    second.must(&["backup", back.to_str().expect("a path")]);
    check(&second, &bob, &before).await;
    third.must(&["restore", back.to_str().expect("a path")]);
    check(&third, &bob, &before).await;
    second.end().await;
}

/// The archive with something else in it.
fn changed(from: &Path, to: &Path, change: impl Fn(&str, Vec<u8>) -> Vec<u8>) {
    let mut archive = ZipArchive::new(std::fs::File::open(from).expect("a file")).expect("an archive");
    let mut zip = ZipWriter::new(std::fs::File::create(to).expect("a file"));
    for n in 0..archive.len() {
        let mut entry = archive.by_index(n).expect("an entry");
        let name = entry.name().expect("a name").into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("its bytes");
        zip.start_file(name.as_str(), SimpleFileOptions::default()).expect("begun");
        zip.write_all(&change(&name, bytes)).expect("written");
    }
    zip.finish().expect("finished");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_restored_changes_nothing() {
    let (first, second) = (Data::sqlite(), Data::sqlite());
    fill(&first).await;
    let (file, other) = (backup_file(&first), backup_file(&second));
    let refused = |data: &Data, path: &Path, why: &str| {
        let (good, said) = data.run(&["restore", path.to_str().expect("a path")]);
        assert!(!good && said.contains(why), "{why}: {said}");
    };
    refused(&first, &file, "the database is in use already");
    assert!(!first.path().join("restoring.part").exists());
    let (good, said) = first.run(&["backup", file.to_str().expect("a path")]);
    assert!(!good && said.contains("exists"), "{said}");
    // What a run that was stopped left, or somebody put there, is neither in the way nor written to.
    let (again, link) = (first.path().join("again.zip"), first.path().join("again.zip.part"));
    std::os::unix::fs::symlink(first.path().join("elsewhere"), &link).expect("a link");
    first.must(&["backup", again.to_str().expect("a path")]);
    assert!(again.exists() && !link.exists() && !first.path().join("elsewhere").exists());
    std::fs::write(&other, b"no archive").expect("written");
    refused(&second, &other, "the archive");
    let text = |bytes: Vec<u8>, from: &str, to: &str| {
        String::from_utf8(bytes).expect("text").replace(from, to).into_bytes()
    };
    changed(&file, &other, |name, bytes| match name {
        "backup.json" => text(bytes, "\"a.test\"", "\"b.test\""),
        _ => bytes,
    });
    refused(&second, &other, "belongs to the server \"b.test\"");
    // Of a newer release, though with the same tables: nothing is made, not even where it would go.
    let fresh = Data::sqlite();
    let newest = format!("\"{}\"", loggia::storage::migrations::newest());
    changed(&file, &other, |name, bytes| match name {
        "backup.json" => text(bytes, &newest, "\"9999\""),
        _ => bytes,
    });
    refused(&fresh, &other, "of a newer release (version ");
    assert!(!fresh.path().exists());
    changed(&file, &other, |name, bytes| match name {
        "backup.json" => text(bytes, "\"seed\"", "\"seeds\""),
        _ => bytes,
    });
    refused(&second, &other, "of another release");
    changed(&file, &other, |name, bytes| match name.starts_with("files/") {
        true => b"other bytes".to_vec(),
        false => bytes,
    });
    refused(&second, &other, "is damaged");
    // The last table fails; nothing of those before it stays.
    changed(&file, &other, |name, bytes| match name {
        "tables/reactions.jsonl" => b"[1]\n".to_vec(),
        _ => bytes,
    });
    refused(&second, &other, "NOT NULL");
    // A start now would make a server with other keys under the same name.
    let (began, said) = second.run(&["user", "create", "ann", "--password", "correct horse"]);
    assert!(!began && said.contains("a restore did not finish"), "{said}");
    second.must(&["restore", file.to_str().expect("a path")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_whose_bytes_are_lost_is_none_after_a_restore() {
    let (first, second) = (Data::sqlite(), Data::sqlite());
    let (bob, before) = fill(&first).await;
    let (file, other) = (backup_file(&first), backup_file(&second));
    let mut archive = ZipArchive::new(std::fs::File::open(&file).expect("a file")).expect("an archive");
    let mut zip = ZipWriter::new(std::fs::File::create(&other).expect("a file"));
    for n in 0..archive.len() {
        let mut entry = archive.by_index(n).expect("an entry");
        let name = entry.name().expect("a name").into_owned();
        if !name.starts_with("files/") {
            zip.start_file(name.as_str(), SimpleFileOptions::default()).expect("begun");
            std::io::copy(&mut entry, &mut zip).expect("copied");
        }
    }
    zip.finish().expect("finished");
    let said = second.must(&["restore", other.to_str().expect("a path")]);
    assert!(said.contains(" and 0 files were restored") && said.contains("bytes of 1 files"), "{said}");
    let running = second.start();
    let bob = bob.at(&running.base);
    let path = format!("/files/{}/notes.txt", before["file"]["hash"].as_str().expect("a hash"));
    bob.get(&path).await.problem(404, "file_not_found");
    // Whoever has the bytes gives them back to all.
    let carol = Person::register(&running.base, "carol").await;
    carol.upload("mine.txt", FILE.to_vec()).await;
    assert_eq!(bob.get(&path).await.bytes, FILE);
}

/// Whoever forgot to name their server makes no second one where they stand.
#[test]
fn what_is_not_named_is_not_begun() {
    let dir = tempfile::tempdir().expect("a directory");
    for arguments in [&["user", "create", "ann"][..], &["migrate"], &["restore", "a.zip"], &["doctor"]] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_loggia"));
        command.args(arguments).env_clear().current_dir(dir.path());
        let output = command.stdin(std::process::Stdio::null()).output().expect("the program");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("name its settings with --config"), "{arguments:?}: {said}");
        assert_eq!(output.status.code(), Some(1));
    }
    assert_eq!(dir.path().read_dir().expect("a directory").count(), 0);
}

#[test]
fn a_command_that_wants_data_makes_none() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().join("elsewhere");
    let file = dir.path().join("empty.zip");
    let file = file.to_str().expect("a path");
    for arguments in wanting(file) {
        let (good, said) = Process::run(&data, "", &arguments);
        assert!(!good && said.contains("there is no server's data in"), "{arguments:?}: {said}");
    }
    assert!(!data.exists() && !std::path::Path::new(file).exists());
}

/// Commands that are about a server's data.
fn wanting(file: &str) -> [Vec<&str>; 9] {
    let commands: [&[&str]; 9] = [
        &["backup", file],
        &["keys", "export-root"],
        &["verify"],
        &["peers", "list"],
        &["compact"],
        &["user", "list"],
        &["user", "role", "ann", "admin"],
        &["recover"],
        &["export", "channel", "#general:a.test"],
    ];
    commands.map(<[&str]>::to_vec)
}

/// Nobody ran a server on it: an empty file, a database of which only the tables were made, or none of PostgreSQL's.
async fn is_no_server(data: &Data) {
    let file = data.dir.path().join("empty.zip");
    let file = file.to_str().expect("a path");
    for arguments in wanting(file) {
        let (good, said) = data.run(&arguments);
        assert!(!good && said.contains("there is no server's data in"), "{arguments:?}: {said}");
    }
    assert!(!std::path::Path::new(file).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_database_is_no_server() {
    let data = Data::sqlite();
    std::fs::create_dir(data.path()).expect("a directory");
    std::fs::write(data.path().join("loggia.db"), "").expect("a file");
    is_no_server(&data).await;
    assert_eq!(data.path().join("loggia.db").metadata().expect("a file").len(), 0, "nothing is made");
    data.must(&["migrate"]);
    is_no_server(&data).await;
    data.must(&["user", "create", "ann", "--password", "correct horse"]);
    assert!(data.must(&["user", "list"]).starts_with("@ann:a.test user since"));
    data.must(&["verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_database_of_postgresql_is_no_server() {
    let Some(data) = Data::postgresql().await else { return };
    is_no_server(&data).await;
    data.must(&["migrate"]);
    is_no_server(&data).await;
    data.must(&["user", "create", "ann", "--password", "correct horse"]);
    assert!(data.must(&["user", "list"]).starts_with("@ann:a.test user since"));
    data.end().await;
}

#[test]
fn what_is_wrong_with_a_file_names_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = |name: &str| dir.path().join(name).to_string_lossy().into_owned();
    let (data, there, nowhere) = (dir.path().join("data"), path("there.zip"), path("no/where.zip"));
    std::fs::write(&there, "no archive").expect("a file");
    assert!(Process::run(&data, "", &["user", "create", "ann", "--password", "correct horse"]).0);
    assert!(Process::run(&data, "", &["keys", "show"]).0);
    for command in [&["backup"][..], &["restore"], &["keys", "rotate", "--root-key"]] {
        for file in [&there, &nowhere] {
            let (good, said) = Process::run(&data, "", &[command, &[file]].concat());
            assert!(!good && said.contains(file), "{command:?}: {said}");
        }
    }
}
