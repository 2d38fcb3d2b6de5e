//! A database that is not what the server wrote, as a disk that breaks leaves it.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;

use crate::support::{Person, Process};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_database_is_named_with_what_to_do() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Process::start(dir.path(), "", 0);
    Person::register(&server.base, "ann").await.channel("general").await;
    server.kill();
    // It also brings into the file what the server had in its log.
    assert!(Process::run(dir.path(), "", &["compact"]).0);
    let file = dir.path().join("loggia.db");
    let before = std::fs::read(&file).expect("a database");
    let named = format!(": {} is damaged. Stop the server", file.display());
    for (what, from) in [("database disk image is malformed", 4_096), ("file is not a database", 0)] {
        std::fs::write(&file, &before).expect("as it was");
        let pages = vec![0xff; before.len() - from];
        let opened = OpenOptions::new().write(true).open(&file).expect("a file");
        opened.write_all_at(&pages, u64::try_from(from).expect("a place")).expect("overwritten");
        let backup = dir.path().join("backup.zip");
        let backup = backup.to_string_lossy();
        for arguments in [&["serve"][..], &["user", "list"], &["verify"], &["backup", &backup]] {
            let (code, said) = Process::run_with(dir.path(), "", arguments, &[]);
            assert_eq!(code, Some(1), "{arguments:?}: {said}");
            for words in [what, &named, "restore the last backup"] {
                assert!(said.contains(words), "{arguments:?}, {words:?}: {said}");
            }
        }
    }
}
