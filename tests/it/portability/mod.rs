//! Taking conversations along: pages for a browser, and archives of other programs.

mod backup;
mod discord;
mod html;
mod lost;
mod slack;

use std::io::Write;
use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::support::process::Process;
use crate::support::{Database, Person};

/// A test's data: a directory, and a database of its own on PostgreSQL if there is one.
struct Data {
    dir: tempfile::TempDir,
    database: Option<Database>,
}

impl Data {
    fn sqlite() -> Data {
        Data { dir: tempfile::tempdir().expect("a directory"), database: None }
    }

    /// None when no PostgreSQL server is named in the environment.
    async fn postgresql() -> Option<Data> {
        Some(Data { database: Some(Database::create().await?), ..Data::sqlite() })
    }

    fn url(&self) -> &str {
        self.database.as_ref().map_or("", |database| &database.url)
    }

    fn path(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    fn run(&self, arguments: &[&str]) -> (bool, String) {
        Process::run(&self.path(), self.url(), arguments)
    }

    #[track_caller]
    fn must(&self, arguments: &[&str]) -> String {
        let (good, said) = self.run(arguments);
        assert!(good, "{said}");
        said
    }

    fn start(&self) -> Process {
        Process::start(&self.path(), self.url(), 0)
    }

    async fn end(self) {
        if let Some(database) = self.database {
            database.drop_it().await;
        }
    }
}

/// Somebody who was made on the command line.
async fn log_in(base: &str, name: &str) -> Person {
    let nobody = Person::nobody(base);
    let body = json!({ "username": name, "password": "correct horse battery" });
    let session = nobody.ask(Method::POST, "/sessions", body).await.expect(201);
    nobody.with_token(session["session"]["token"].as_str().expect("a token"))
}

/// The person's channel of this name, and its messages.
async fn channel(person: &Person, name: &str) -> (Value, Vec<Value>) {
    let mine = person.get("/channels").await.expect(200);
    let found: Vec<&Value> = mine["channels"]
        .as_array()
        .expect("channels")
        .iter()
        .filter(|channel| channel["name"] == name)
        .collect();
    assert_eq!(found.len(), 1, "{name}: {mine}");
    let id = found[0]["id"].as_str().expect("an id");
    let page = person.get(&format!("/channels/{id}/messages?limit=100")).await.expect(200);
    (found[0].clone(), page["messages"].as_array().expect("messages").clone())
}

fn zip(path: &Path, files: &[(&str, Vec<u8>)]) {
    let mut zip = ZipWriter::new(std::fs::File::create(path).expect("a file"));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("begun");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("finished");
}
