//! Data that a server must not run on: another release's, another server's, or what is left of its own.

use std::fs::{self, OpenOptions};
use std::process::Command;

use serde_json::Value;

use crate::support::person::Person;
use crate::support::{Database, Process, run_sql, settings};

fn sqlite(data: &std::path::Path) -> String {
    data.join("loggia.db").to_string_lossy().into_owned()
}

/// The data of a server that ran, and nothing else. A command that ends by itself leaves all of it in one file.
fn begin(data: &std::path::Path) {
    Process::start(data, "", 0).kill();
    let (good, said) = Process::run(data, "", &["keys", "show"]);
    assert!(good, "{said}");
}

/// An older program would go by what is no longer so.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_release_is_left_alone() {
    let databases = [None, Database::create().await];
    for database in databases.into_iter().enumerate().filter(|(n, database)| *n == 0 || database.is_some()) {
        let database = database.1;
        let dir = tempfile::tempdir().expect("a directory");
        let url = database.as_ref().map(|database| database.url.clone()).unwrap_or_default();
        Process::start(dir.path(), &url, 0).kill();
        let at = if url.is_empty() { sqlite(dir.path()) } else { url.clone() };
        let applied =
            "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('9999', CURRENT_TIMESTAMP)";
        run_sql(&at, applied.to_owned()).await;
        let data = dir.path().to_owned();
        let run = move || {
            let backup = data.join("backup.zip").to_string_lossy().into_owned();
            let commands =
                [&["serve"][..], &["migrate"], &["user", "list"], &["keys", "show"], &["backup", &backup]];
            for command in commands {
                let (good, said) = Process::run(&data, &url, command);
                assert!(
                    !good && said.contains("of a newer release: its schema is 9999"),
                    "{command:?}: {said}"
                );
            }
        };
        tokio::task::spawn_blocking(run).await.expect("joined");
        if let Some(database) = database {
            database.drop_it().await;
        }
    }
}

/// The directory holds the files and the note of how far the logs went, whichever the database.
#[tokio::test(flavor = "multi_thread")]
async fn two_databases_are_not_served_from_one_directory() {
    let Some(database) = Database::create().await else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let running = Process::start(dir.path(), &database.url, 0);
    let data = dir.path().to_owned();
    let refused = tokio::task::spawn_blocking(move || Process::run(&data, "", &["serve"])).await;
    let (good, said) = refused.expect("joined");
    assert!(!good && said.contains("another server is using the data directory"), "{said}");
    running.kill();
    database.drop_it().await;
}

/// With new keys it would be a stranger to all others, under the same name.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_database_is_gone_begins_no_other() {
    let dir = tempfile::tempdir().expect("a directory");
    let running = Process::start(dir.path(), "", 0);
    Person::register(&running.base, "ann").await.channel("General").await;
    running.kill();
    let kept = dir.path().join("kept");
    fs::create_dir(&kept).expect("a directory");
    for file in fs::read_dir(dir.path()).expect("a directory").map(|entry| entry.expect("an entry")) {
        let name = file.file_name();
        if name.to_string_lossy().starts_with("loggia.db") {
            fs::rename(file.path(), kept.join(name)).expect("moved");
        }
    }
    let data = dir.path().to_owned();
    let refused = tokio::task::spawn_blocking(move || Process::run(&data, "", &["serve"])).await;
    let (good, said) = refused.expect("joined");
    assert!(!good && said.contains("loggia.mark tells of a server that ran here"), "{said}");
    // As it says: without the note it begins anew.
    fs::remove_file(dir.path().join("loggia.mark")).expect("removed");
    Process::start(dir.path(), "", 0).kill();
}

/// There is one root key, and no other way to it.
#[test]
fn a_root_key_that_can_not_be_printed_stays() {
    let dir = tempfile::tempdir().expect("a directory");
    begin(dir.path());
    let full = OpenOptions::new().write(true).open("/dev/full").expect("a device that is full");
    let mut command = Command::new(env!("CARGO_BIN_EXE_loggia"));
    command.args(["keys", "export-root"]).env_clear();
    command.envs(settings(&dir.path().to_string_lossy(), ""));
    let output = command.stdout(full).output().expect("the program");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("the root key stays"), "{said}");
    let (good, said) = Process::run(dir.path(), "", &["keys", "rotate"]);
    assert!(good, "{said}");
    // What goes through a pipe may be lost at its end.
    let (good, said) = Process::run(dir.path(), "", &["keys", "export-root"]);
    assert!(good && said.contains("still in the database"), "{said}");
    let file = dir.path().join("root.key");
    let mut command = Command::new(env!("CARGO_BIN_EXE_loggia"));
    command.args(["keys", "export-root"]).env_clear();
    command.envs(settings(&dir.path().to_string_lossy(), ""));
    let to = fs::File::create(&file).expect("a file");
    assert!(command.stdout(to).status().expect("the program").success());
    assert!(!Process::run(dir.path(), "", &["keys", "rotate"]).0);
    let file = file.to_str().expect("a path");
    let (good, said) = Process::run(dir.path(), "", &["keys", "rotate", "--root-key", file]);
    assert!(good, "{said}");
}

/// It could be restored nowhere.
#[test]
fn a_backup_under_another_name_is_not_written() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().join("data");
    begin(&data);
    let file = dir.path().join("backup.zip");
    let path = file.to_str().expect("a path");
    let other = [("LOGGIA_SERVER_NAME", "other.test")];
    let (code, said) = Process::run_with(&data, "", &["backup", path], &other);
    assert!(code != Some(0) && said.contains("this data belongs to the server"), "{said}");
    assert!(!file.exists());
    let (good, said) = Process::run(&data, "", &["backup", path]);
    assert!(good, "{said}");
    // What can restore it is told by its schema.
    let newest = loggia::storage::migrations::newest();
    let (_, said) = Process::run(&data, "", &["--version"]);
    assert!(said.contains(&format!("(schema {newest})")), "{said}");
    let mut archive = zip::ZipArchive::new(fs::File::open(&file).expect("a file")).expect("an archive");
    let manifest: Value =
        serde_json::from_reader(archive.by_name("backup.json").expect("a manifest")).expect("JSON");
    assert_eq!(manifest["schema"], newest.as_str());
}

/// Also where no channel's log lies.
#[test]
fn a_damaged_file_is_found_by_verify() {
    let dir = tempfile::tempdir().expect("a directory");
    begin(dir.path());
    let (good, said) = Process::run(dir.path(), "", &["verify"]);
    assert!(good && said.contains("there are no channels"), "{said}");
    let file = sqlite(dir.path());
    let mut bytes = fs::read(&file).expect("the database");
    let last_page = bytes.len() - 4_096;
    bytes[last_page..].fill(0xff);
    fs::write(&file, bytes).expect("written");
    let (good, said) = Process::run(dir.path(), "", &["verify"]);
    assert!(!good && said.contains("the database's file is damaged"), "{said}");
}
