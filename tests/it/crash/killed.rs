//! The real program, killed again and again in the middle of its work: nothing acknowledged is lost,
//! nothing stands twice, every log is whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::writer::{Said, Writer};
use crate::support::{Database, Person, Process, Random, eventually};

const ROUNDS_ON_SQLITE: usize = 50;
const ROUNDS_ON_POSTGRESQL: usize = 15;
/// The logs are checked from their first entry on after so many rounds, and at the end.
const CHECK_EVERY: usize = 10;
const WRITERS: usize = 8;
const CHANNELS: usize = 3;
/// The server is killed after at most so many acknowledgements of a round.
const ACKNOWLEDGED_MAX: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_has_lost_nothing_and_repeats_nothing_on_sqlite() {
    survives("", ROUNDS_ON_SQLITE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_has_lost_nothing_and_repeats_nothing_on_postgresql() {
    let Some(database) = Database::create().await else { return };
    survives(&database.url, ROUNDS_ON_POSTGRESQL).await;
    database.drop_it().await;
}

struct Scene {
    writers: Vec<Writer>,
    /// Somebody who only reads.
    reader: Person,
    channels: Arc<Vec<String>>,
}

async fn begin(base: &str, random: &mut Random) -> Scene {
    let reader = Person::register(base, "reader").await;
    let mut channels = Vec::new();
    for n in 0..CHANNELS {
        channels.push(reader.channel(&format!("Channel {n}")).await);
    }
    let channels = Arc::new(channels);
    let mut writers = Vec::new();
    for n in 0..WRITERS {
        let person = Person::register(base, &format!("writer{n}")).await;
        for channel in channels.iter() {
            person.join(channel).await;
        }
        writers.push(Writer::new(person, channels.clone(), random.fork()));
    }
    Scene { writers, reader, channels }
}

async fn survives(database: &str, rounds: usize) {
    let mut random = Random::of("killed");
    let dir = tempfile::tempdir().expect("a directory");
    let mut server = Process::start(dir.path(), database, 0);
    let mut scene = begin(&server.base, &mut random).await;
    for round in 1..=rounds {
        scene.writers = one_round(scene.writers, server, &mut random).await;
        if round % CHECK_EVERY == 0 || round == rounds {
            chains_are_complete(dir.path(), database, CHANNELS);
        }
        server = Process::start(dir.path(), database, 0);
        if round % CHECK_EVERY == 0 || round == rounds {
            scene = check(scene, &server.base).await;
        }
    }
    let sum = |count: fn(&Writer) -> usize| scene.writers.iter().map(count).sum::<usize>();
    let (said, retried) = (sum(|writer| writer.said.len()), sum(|writer| writer.retried));
    let unheard = sum(|writer| writer.done_unheard);
    eprintln!(
        "killed: {rounds} rounds, {said} messages, {retried} retries, {unheard} of them of sends done unheard"
    );
    assert!(retried > rounds, "the server was killed in the middle of something");
    server.kill();
    chains_are_complete(dir.path(), database, CHANNELS);
}

/// Everybody writes; the server is killed after some acknowledgements, and a moment more.
async fn one_round(writers: Vec<Writer>, server: Process, random: &mut Random) -> Vec<Writer> {
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let writing: Vec<_> = writers
        .into_iter()
        .map(|writer| tokio::spawn(writer.write(server.base.clone(), acknowledged.clone())))
        .collect();
    let enough = random.below(ACKNOWLEDGED_MAX) + 1;
    eventually("acknowledgements", || async {
        (acknowledged.load(Ordering::Relaxed) >= enough).then_some(())
    })
    .await;
    // A moment by chance, so that it is not always just after an acknowledgement.
    tokio::time::sleep(Duration::from_micros(random.next() % 5_000)).await;
    server.kill();
    join_all(writing).await.into_iter().map(|writer| writer.expect("a writer")).collect()
}

pub fn chains_are_complete(data_dir: &Path, database: &str, channels: usize) {
    let (sound, output) = Process::run(data_dir, database, &["verify"]);
    assert!(sound, "{output}");
    assert_eq!(output.matches("chain complete").count(), channels, "{output}");
}

/// What was under way is done again; then what everybody sees is what was acknowledged, and no more.
async fn check(mut scene: Scene, base: &str) -> Scene {
    for writer in &mut scene.writers {
        writer.settle(base).await;
    }
    scene.reader = scene.reader.at(base);
    for (n, channel) in scene.channels.iter().enumerate() {
        let shown = timeline(&scene.reader, channel).await;
        let mut expected = BTreeMap::new();
        for writer in &scene.writers {
            for said in writer.said.iter().filter(|said| said.channel == n) {
                let twice = expected.insert(said.seq, as_shown(said, &writer.person));
                assert!(twice.is_none(), "two messages were acknowledged at {}", said.seq);
            }
        }
        assert_eq!(
            shown.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(),
            expected.keys().copied().collect::<Vec<_>>()
        );
        for (seq, message) in &shown {
            assert_eq!(*message, expected[seq], "seq {seq}");
        }
        let unread = expected.values().filter(|message| message["deleted"] == json!(false)).count();
        log_is_whole(&scene.reader, channel, unread).await;
    }
    scene
}

fn as_shown(said: &Said, by: &Person) -> Value {
    json!({
        "id": said.id, "sender": by.id, "nonce": said.nonce, "text": said.text, "deleted": said.deleted,
        "reactions": said.reactions,
    })
}

/// Every message of the channel, in the order in which it is shown.
async fn timeline(person: &Person, channel: &str) -> Vec<(i64, Value)> {
    let mut shown: Vec<(i64, Value)> = Vec::new();
    loop {
        let after = shown.last().map_or(-1, |(seq, _)| *seq);
        let path = format!("/channels/{channel}/messages?limit=100&after={after}");
        let page = person.get(&path).await.expect(200);
        let page = page["messages"].as_array().expect("messages");
        if page.is_empty() {
            return shown;
        }
        for message in page {
            let reactions = message["reactions"].as_array().expect("reactions").iter();
            let emoji: BTreeSet<&str> = reactions.filter_map(|reaction| reaction["emoji"].as_str()).collect();
            let seq = message["seq"].as_i64().expect("a seq");
            shown.push((
                seq,
                json!({
                    "id": message["id"], "sender": message["sender"], "nonce": message["nonce"],
                    "text": message["text"], "deleted": message["deleted"] == true, "reactions": emoji,
                }),
            ));
        }
    }
}

/// The log counts from 0 to its head without a gap, has each (sender, nonce) once, and the channel's counters fit.
async fn log_is_whole(person: &Person, channel: &str, unread: usize) {
    let shown = person.get(&format!("/channels/{channel}")).await.expect(200);
    let head = shown["head"].as_i64().expect("a seq");
    let (mut next, mut nonces) = (0, BTreeSet::new());
    while next <= head {
        let page = person.get(&format!("/channels/{channel}/log?from={next}")).await.expect(200);
        assert_eq!(page["head"]["head"]["size"], json!(head + 1), "the signed head is of all entries");
        for entry in page["entries"].as_array().expect("entries") {
            assert_eq!(entry["entry"]["seq"], json!(next));
            let (sender, nonce) = (entry["event"]["sender"].to_string(), entry["event"]["nonce"].to_string());
            assert!(nonces.insert((sender, nonce)), "the same nonce twice: {entry}");
            next += 1;
        }
    }
    assert_eq!(next, head + 1);
    assert_eq!(shown["unread"], json!(unread), "what the reader has not read");
    assert_eq!(shown["member_count"], json!(WRITERS + 1));
}
