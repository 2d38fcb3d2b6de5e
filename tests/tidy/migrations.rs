//! Both databases have the same migrations, and each can be undone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::source::{files_below, root};
use crate::{assert_complaints, assert_tidy};

const DATABASES: [&str; 2] = ["sqlite", "postgresql"];
const SCRIPTS: [&str; 2] = ["up.sql", "down.sql"];

/// Takes every script as `migrations/sqlite/0001_initial/up.sql` with its content.
fn complaints(scripts: &BTreeMap<String, String>) -> Vec<String> {
    let mut found = Vec::new();
    let migrations: BTreeSet<&str> = scripts.keys().filter_map(|path| path.split('/').nth(2)).collect();
    for migration in migrations {
        for database in DATABASES {
            for script in SCRIPTS {
                let path = format!("migrations/{database}/{migration}/{script}");
                match scripts.get(&path) {
                    None => found.push(format!("{path}:1: is missing: both databases have every migration")),
                    Some(text) if !says_something(text) => {
                        found.push(format!("{path}:1: does nothing: write what it changes or undoes"));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    found
}

fn says_something(script: &str) -> bool {
    script.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with("--"))
}

#[test]
fn both_databases_have_every_migration() {
    let mut scripts = BTreeMap::new();
    for path in files_below("migrations", &["sql"]).expect("migrations can be listed") {
        let text = fs::read_to_string(root().join(&path)).expect("a migration can be read");
        scripts.insert(path, text);
    }
    assert!(!scripts.is_empty(), "there are no migrations");
    assert_tidy(&complaints(&scripts));
}

#[test]
fn a_missing_and_an_empty_script_are_refused() {
    let scripts = [
        ("migrations/sqlite/0001_a/up.sql", "CREATE TABLE a (b TEXT);"),
        ("migrations/sqlite/0001_a/down.sql", "-- nothing\n\n"),
        ("migrations/postgresql/0001_a/up.sql", "CREATE TABLE a (b TEXT);"),
        ("migrations/postgresql/0001_a/down.sql", "DROP TABLE a;"),
        ("migrations/postgresql/0002_b/up.sql", "DROP TABLE a;"),
        ("migrations/postgresql/0002_b/down.sql", "CREATE TABLE a (b TEXT);"),
    ];
    let scripts = scripts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    assert_complaints(
        &complaints(&scripts),
        &[
            "migrations/sqlite/0001_a/down.sql:1: does nothing",
            "migrations/sqlite/0002_b/up.sql:1: is missing",
            "migrations/sqlite/0002_b/down.sql:1: is missing",
        ],
    );
}
