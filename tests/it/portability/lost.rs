//! Files whose bytes the store has lost: they are named, by whatever looks.

use std::io::Read;
use std::path::PathBuf;

use zip::read::ZipArchive;

use super::Data;
use crate::support::{Person, Process, eventually};

/// Where the bytes of a file are.
fn bytes_of(data: &Data, hash: &str) -> PathBuf {
    data.path().join("files/objects/files").join(&hash[..2]).join(hash)
}

struct Sent {
    ann: Person,
    channel: String,
    /// Their hashes.
    whole: String,
    missing: String,
    damaged: String,
    /// The message that carries the missing one.
    message: String,
}

/// A server that has lost one of three files, and of which another is not what it was.
async fn fill(data: &Data) -> Sent {
    let running = data.start();
    let ann = Person::register(&running.base, "ann").await;
    let channel = ann.channel("General").await;
    let (mut hashes, mut messages) = (Vec::new(), Vec::new());
    for name in ["whole", "missing", "damaged"] {
        let file = ann.upload(&format!("{name}.txt"), format!("the file {name}").into_bytes()).await;
        messages.push(ann.say_with(&channel, name, &file).await["id"].as_str().expect("an id").to_owned());
        hashes.push(file["hash"].as_str().expect("a hash").to_owned());
    }
    let [whole, missing, damaged] = hashes.try_into().expect("three");
    running.kill();
    std::fs::remove_file(bytes_of(data, &missing)).expect("it was there");
    std::fs::write(bytes_of(data, &damaged), "the file domaged").expect("it was there");
    Sent { ann, channel, whole, missing, damaged, message: messages.swap_remove(1) }
}

async fn are_named(data: Data) {
    let sent = fill(&data).await;
    let named = format!(
        "file {} (text/plain, 16 bytes) is missing in the store; carried by {} in {}\n",
        sent.missing, sent.message, sent.channel
    );
    let damaged = format!("file {} (text/plain, 16 bytes) is damaged", sent.damaged);
    let (good, said) = data.run(&["verify"]);
    assert!(!good && said.contains(&named) && said.contains("3 files, 1 lost\n"), "{said}");
    let (good, said) = data.run(&["verify", "--files"]);
    assert!(!good && said.contains(&named) && said.contains(&damaged), "{said}");

    // All else is in it.
    let to = data.dir.path().join("backup.zip");
    let path = to.to_str().expect("a path");
    let (good, said) = data.run(&["backup", path]);
    assert!(!good && said.contains(" and 1 files were written\n"), "{said}");
    assert!(said.contains(&named) && said.contains(&damaged), "{said}");
    let mut archive = ZipArchive::new(std::fs::File::open(&to).expect("a file")).expect("an archive");
    let files: Vec<String> = archive
        .file_names()
        .map(|name| name.expect("a name").into_owned())
        .filter(|name| name.starts_with("files/"))
        .collect();
    assert_eq!(files, [format!("files/{}", sent.whole)]);
    let again = data.dir.path().join("again.zip");
    data.must(&["backup", "--may-lack-files", again.to_str().expect("a path")]);
    let other = Data::sqlite();
    let said = other.must(&["restore", path]);
    assert!(said.contains(&format!("file {} is missing\n", sent.missing)), "{said}");
    assert!(said.contains(&format!("file {} is missing\n", sent.damaged)), "{said}");

    // Put back, all is well.
    let older = bytes_of(&data, &sent.missing);
    std::fs::write(older, "the file missing").expect("written");
    std::fs::write(bytes_of(&data, &sent.damaged), "the file damaged").expect("written");
    let said = data.must(&["verify", "--files"]);
    assert!(said.contains("3 files, 0 lost\n"), "{said}");
    let mut bytes = String::new();
    let whole = archive.by_name(&format!("files/{}", sent.whole));
    whole.expect("an entry").read_to_string(&mut bytes).expect("text");
    assert_eq!(bytes, "the file whole");
    data.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_files_are_named_on_sqlite() {
    are_named(Data::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_files_are_named_on_postgresql() {
    let Some(data) = Data::postgresql().await else { return };
    are_named(data).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_without_the_files_says_so() {
    let data = Data::sqlite();
    let sent = fill(&data).await;
    let log = data.dir.path().join("log");
    let file = std::fs::File::create(&log).expect("a file");
    let running = Process::start_logging(&data.path(), "", 0, &[], file);
    let said = eventually("the log says what is missing", || async {
        let said = std::fs::read_to_string(&log).expect("a log");
        said.contains("files that people sent are missing in the store").then_some(said)
    })
    .await;
    assert!(said.contains("missing=1 of=3") && said.contains(&sent.missing), "{said}");
    // What is deleted is missed by nobody.
    let ann = sent.ann.at(&running.base);
    ann.delete(&format!("/channels/{}/messages/{}", sent.channel, sent.message)).await.expect(204);
    let said = data.must(&["verify"]);
    assert!(said.contains("2 files, 0 lost\n"), "{said}");
    running.kill();
}

/// A disk that has forgotten something.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_archive_names_what_is_damaged() {
    let data = Data::sqlite();
    let sent = fill(&data).await;
    let to = data.dir.path().join("backup.zip");
    let path = to.to_str().expect("a path");
    data.run(&["backup", path]);
    let mut bytes = std::fs::read(&to).expect("a backup");
    let at = bytes.windows(14).position(|window| window == b"the file whole").expect("it is not packed");
    bytes[at] = b'T';
    std::fs::write(&to, &bytes).expect("written");
    let (good, said) = Data::sqlite().run(&["restore", path]);
    assert!(!good && said.contains(&format!("files/{} in the archive: ", sent.whole)), "{said}");
}
