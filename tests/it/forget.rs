//! What was deleted is gone: from what anybody can ask for, and from the files.
//!
//! **SQLite**: `secure_delete` writes zeros over what is deleted, FTS5 takes words out of its index, bodies
//! stand in a table whose rows are never moved, and the write-ahead log is emptied every few minutes and at
//! each stop. Single words (of the index) and reactions' names can stay behind all the same, in pages that
//! SQLite rearranged; once a day the server writes the file anew, and then no file in the data directory has any.
//!
//! **PostgreSQL**: once the tables have been vacuumed (which it does by itself), no row of any table has
//! it, nor do the planner's statistics. What the bytes of its files still have, in parts of pages that
//! nothing refers to and in write-ahead logs that it has not recycled, only `VACUUM FULL` and time
//! take away: a program beside it can't, so it isn't promised.

use std::collections::BTreeMap;
use std::path::Path;

use futures_util::future::join_all;
use loggia::storage::{Conn, meta};
use serde_json::{Value, json};

use crate::support::{Database, Person, Random, TestServer, eventually, run_sql};

const MESSAGES: usize = 1_200;
const CHANNELS: usize = 4;
const WRITERS: usize = 8;
/// So often are words repeated around a message's own: some fit a page many times, some fill several.
const FILLING_MAX: usize = 600;
const WORD_LETTERS: usize = 20;
/// What of a word is looked for: an index may keep only what a word does not share with the one before.
const TAIL_LETTERS: usize = 12;
/// Letters that are in no hexadecimal text.
const LETTERS: &[u8] = b"ghijklmnopqrstuvwxyz";

fn is_letter(byte: u8) -> bool {
    (b'g'..=b'z').contains(&byte)
}

/// A word that is said once.
fn word(random: &mut Random) -> String {
    (0..WORD_LETTERS).map(|_| char::from(*random.pick::<u8>(LETTERS))).collect()
}

/// Which of the words a file has, in small or capital letters.
fn words_in(bytes: &[u8], words: &BTreeMap<Vec<u8>, String>) -> Vec<String> {
    let (mut found, mut run) = (Vec::new(), 0);
    let small = bytes.to_ascii_lowercase();
    for (at, byte) in small.iter().enumerate() {
        run = if is_letter(*byte) { run + 1 } else { 0 };
        if run >= TAIL_LETTERS {
            found.extend(words.get(&small[at + 1 - TAIL_LETTERS..=at]).cloned());
        }
    }
    found
}

fn by_tail(words: &[String]) -> BTreeMap<Vec<u8>, String> {
    let tail = |word: &String| word.as_bytes()[WORD_LETTERS - TAIL_LETTERS..].to_vec();
    words.iter().map(|word| (tail(word), word.clone())).collect()
}

/// What a person said, and the words that go with it.
struct Said {
    path: String,
    by: Person,
    words: Vec<String>,
    /// The name of a reaction, and its path.
    reaction: Option<(String, String)>,
}

/// Says something with a word of its own in it, edits it sometimes, reacts to it sometimes.
async fn say(person: Person, channel: String, nonce: String, mut random: Random) -> Said {
    let mut words = vec![word(&mut random)];
    let filling = if random.one_in(8) { random.below(FILLING_MAX) } else { random.below(10) };
    let filling = "Filler, Words. ".repeat(filling);
    let text = |word: &str| format!("{} {filling}{}", word.to_uppercase(), word);
    let sent = person.say(&channel, &nonce, &text(&words[0])).await;
    let path = format!("/channels/{channel}/messages/{}", sent["id"].as_str().expect("an id"));
    if random.one_in(3) {
        words.push(word(&mut random));
        person.patch(&path, json!({ "text": text(&words[1]) })).await.expect(200);
    }
    let mut reaction = None;
    if random.one_in(3) {
        let name = word(&mut random);
        let at = format!("{path}/reactions/:{name}:");
        person.put(&at, Value::Null).await.expect(204);
        reaction = Some((name, at));
    }
    Said { path, by: person, words, reaction }
}

/// Many messages in several channels, most of which go again in no order: what is gone and what stays.
async fn said_and_deleted(
    server: &TestServer,
    messages: usize,
    random: &mut Random,
) -> (Vec<String>, Vec<String>) {
    let people =
        join_all((0..WRITERS).map(|n| async move { server.person(&format!("writer{n}")).await })).await;
    let mut channels = Vec::new();
    for n in 0..CHANNELS {
        channels.push(people[0].channel(&format!("Channel {n}")).await);
    }
    for channel in &channels {
        join_all(people[1..].iter().map(|person| person.join(channel))).await;
    }
    let mut said = Vec::new();
    for round in 0..messages / WRITERS {
        let saying = people.iter().map(|person| {
            say(person.clone(), random.pick::<String>(&channels).clone(), format!("n{round}"), random.fork())
        });
        said.extend(join_all(saying.collect::<Vec<_>>()).await);
    }
    let (mut gone, mut kept) = (Vec::new(), Vec::new());
    let mut going: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for said in &said {
        let paths = going.entry(&said.by.name).or_default();
        if !random.one_in(4) {
            paths.insert(random.below(paths.len() + 1), said.path.clone());
            gone.extend(said.words.clone());
            gone.extend(said.reaction.as_ref().map(|(name, _)| name.clone()));
        } else {
            kept.extend(said.words.clone());
            if let Some((name, path)) = &said.reaction {
                paths.push(path.clone());
                gone.push(name.clone());
            }
        }
    }
    let deleting = people.iter().map(|person| {
        let paths = going.remove(person.name.as_str()).unwrap_or_default();
        async move {
            for path in paths {
                person.delete(&path).await.expect(204);
            }
        }
    });
    join_all(deleting.collect::<Vec<_>>()).await;
    (gone, kept)
}

/// The words that any file below the directory has, with the file. Another process reads them: when one closes a
/// file, all its locks on it are gone (POSIX), also those that SQLite has in the server that runs in this one.
async fn words_in_files(dir: &Path, words: &BTreeMap<Vec<u8>, String>) -> Vec<(String, String)> {
    // A file that goes away meanwhile, such as the log of a server that stops, makes it begin anew.
    let copy = eventually("a copy of the files", || async {
        let copy = tempfile::tempdir().expect("a directory");
        let copied =
            std::process::Command::new("cp").arg("-r").arg(dir).arg(copy.path()).output().expect("cp");
        copied.status.success().then_some(copy)
    })
    .await;
    words_below(copy.path(), words)
}

fn words_below(dir: &Path, words: &BTreeMap<Vec<u8>, String>) -> Vec<(String, String)> {
    let files = std::fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry").path());
    files
        .flat_map(|path| {
            if path.is_dir() {
                return words_below(&path, words);
            }
            let found = words_in(&std::fs::read(&path).expect("a file"), words);
            found.into_iter().map(move |word| (path.display().to_string(), word)).collect::<Vec<_>>()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_file_of_sqlite_has_a_deleted_word() {
    let mut random = Random::of("forget");
    let mut server = TestServer::sqlite_with(&[("LOGGIA_DATABASE__COMPACT_AFTER_S", "1")]).await;
    let (gone, kept) = said_and_deleted(&server, MESSAGES, &mut random).await;
    let log = format!("{}-wal", server.database_url());
    let url = server.database_url();
    // The index and the reactions have rows that SQLite moves: what that leaves behind goes when the file is
    // written anew, which the server does by itself.
    eventually("the file is written anew", || async {
        Conn::open(&url)
            .and_then(|mut conn| meta::compacted_before_deletion(&mut conn))
            .expect("read")
            .is_none()
            .then_some(())
    })
    .await;
    eventually("a checkpoint", || async {
        Conn::open(&url).and_then(|mut conn| conn.empty_log()).expect("a checkpoint");
        (std::fs::metadata(&log).map_or(0, |log| log.len()) == 0).then_some(())
    })
    .await;
    let found = words_in_files(server.data_dir(), &by_tail(&kept)).await;
    let mut seen: Vec<&String> = found.iter().map(|(_, word)| word).collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), kept.len(), "what was not deleted is found, so that it could be");
    let left = words_in_files(server.data_dir(), &by_tail(&gone)).await;
    assert!(left.is_empty(), "{} of {} deleted words are still there: {left:?}", left.len(), gone.len());
    server.running.take().expect("running").stop().await;
    assert_eq!(words_in_files(server.data_dir(), &by_tail(&gone)).await, []);
}

/// Fails if any column of any table has one of these words, or the planner's statistics have.
fn refuse_words(words: &[String]) -> String {
    let tails: Vec<&str> = words.iter().map(|word| &word[WORD_LETTERS - TAIL_LETTERS..]).collect();
    let pattern = tails.join("|");
    format!(
        "DO $$ DECLARE t record; found bigint; BEGIN
           FOR t IN SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND n.nspname = 'public' LOOP
             EXECUTE format('SELECT count(*) FROM %s r WHERE r::text ~* %L', t.name, '{pattern}') INTO found;
             IF found > 0 THEN RAISE EXCEPTION 'a word is in % rows of %', found, t.name; END IF;
           END LOOP;
           SELECT count(*) INTO found FROM pg_stats s WHERE s::text ~* '{pattern}';
           IF found > 0 THEN RAISE EXCEPTION 'a word is in % statistics', found; END IF;
         END $$"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_row_of_postgresql_has_a_deleted_word() {
    let Some(database) = Database::create().await else { return };
    let url = database.url.clone();
    let mut random = Random::of("forget");
    let server = TestServer::start(Some(database), &[]).await;
    let ann = server.person("ann").await;
    let channel = ann.channel("General").await;
    let mut all = Vec::new();
    for n in 0..40 {
        all.push(say(ann.clone(), channel.clone(), format!("n{n}"), random.fork()).await);
    }
    // What the planner remembers of the values that it saw must not outlive them.
    run_sql(&url, "ANALYZE".to_owned()).await;
    let mut gone = Vec::new();
    for said in &all {
        gone.extend(said.words.clone());
        gone.extend(said.reaction.as_ref().map(|(name, _)| name.clone()));
    }
    assert!(can_be_found(&url, &gone[..1]).await, "a word is found while it is there");
    for said in &all {
        ann.delete(&said.path).await.expect(204);
    }
    for table in ["bodies", "reactions", "message_search", "messages"] {
        run_sql(&url, format!("VACUUM {table}")).await;
    }
    run_sql(&url, "CHECKPOINT".to_owned()).await;
    for some in gone.chunks(50) {
        run_sql(&url, refuse_words(some)).await;
    }
}

async fn can_be_found(url: &str, words: &[String]) -> bool {
    let (url, sql) = (url.to_owned(), refuse_words(words));
    tokio::spawn(async move { run_sql(&url, sql).await }).await.is_err()
}
