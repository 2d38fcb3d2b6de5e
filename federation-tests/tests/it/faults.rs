//! Servers that are killed and wires that fail while people write: whatever was acknowledged is there once, in order,
//! on all servers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use federation_tests::{Fault, Person, World, eventually, on_both_databases};
use reqwest::Method;
use serde_json::json;

/// A small generator of numbers, so that a seed says all.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn seed() -> u64 {
    let given: Option<u64> = std::env::var("LOGGIA_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| std::process::id().into()) | 1;
    println!("LOGGIA_TEST_SEED={seed}");
    seed
}

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(otherwise)
}

/// Most that one writer says while servers are killed: whoever can't be killed in time is done at some point.
const SAID_MAX: usize = 3_000;

/// Somebody who writes one message after the other, each until it is acknowledged. Where their server is may change.
struct Writer {
    person: Person,
    base: Arc<std::sync::Mutex<String>>,
    sent: Vec<String>,
}

impl Writer {
    fn new(person: &Person) -> Writer {
        let base = Arc::new(std::sync::Mutex::new(person.base.clone()));
        Writer { person: person.clone(), base, sent: Vec::new() }
    }

    async fn write(&mut self, channel: &str, stop: &AtomicBool, most: usize) {
        while !stop.load(Ordering::Relaxed) && self.sent.len() < most {
            let name = self.person.id.replace(['@', ':', '.'], "-");
            let text = format!("{name}-{}", self.sent.len());
            loop {
                let base = self.base.lock().expect("a base").clone();
                let body = json!({ "nonce": text, "text": text });
                let path = format!("/channels/{channel}/messages");
                match self.person.at(&base).try_ask(Method::POST, &path, body).await {
                    Ok(answer) if answer.status < 300 => break,
                    Ok(answer) => assert!(answer.status >= 500 || answer.status == 429, "{answer:?}"),
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
            self.sent.push(text);
        }
    }
}

/// All messages of the channel as (sender, text), as this person's server has them.
async fn all(person: &Person, channel: &str) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut from = 0;
    loop {
        let page = person.get(&format!("/channels/{channel}/log?from={from}")).await;
        let entries = page.body["entries"].as_array()?.clone();
        let size = page.body["head"]["head"]["size"].as_i64()?;
        if entries.is_empty() {
            return None;
        }
        for entry in &entries {
            if entry["event"]["type"] == "message" {
                let text = entry["body"]["content"]["text"].as_str()?.to_owned();
                found.push((entry["event"]["sender"].as_str()?.to_owned(), text));
            }
        }
        from += entries.len() as i64;
        if from >= size {
            return Some(found);
        }
    }
}

/// All servers end with one log, in which each message stands once and each writer's in their order.
async fn settle(world: &World, people: &[Person], channel: &str, writers: &[Writer]) {
    let expected: usize = writers.iter().map(|writer| writer.sent.len()).sum();
    let found = eventually("one log with all in it", async || {
        let head = people[0].head(channel).await?;
        for person in &people[1..] {
            if person.head(channel).await? != head {
                return None;
            }
        }
        let found = all(&people[0], channel).await?;
        (found.len() >= expected).then_some(found)
    })
    .await;
    assert_eq!(found.len(), expected);
    for writer in writers {
        let theirs: Vec<&String> =
            found.iter().filter(|(sender, _)| *sender == writer.person.id).map(|(_, text)| text).collect();
        assert_eq!(theirs, writer.sent.iter().collect::<Vec<_>>());
    }
    for person in &people[1..] {
        assert_eq!(all(person, channel).await.as_ref(), Some(&found));
    }
    for server in &world.servers {
        let (sound, said) = server.run(&["verify"]);
        assert!(sound && !said.contains("1 void"), "{said}");
        assert_eq!(server.alarms(), []);
    }
}

async fn together(world: &World) -> (Vec<Person>, String) {
    let mut people = Vec::new();
    for (n, server) in world.servers.iter().enumerate() {
        people.push(server.person(["ann", "bob", "cem", "dan", "eve"][n]).await);
    }
    let channel = people[0].channel("general").await;
    for person in &people[1..] {
        person.join("#general:a.test").await;
    }
    (people, channel)
}

/// Writers go on while `trouble` happens.
async fn write_through(
    people: &[Person],
    channel: &str,
    most: usize,
    trouble: impl AsyncFnOnce(&[Arc<std::sync::Mutex<String>>]),
) -> Vec<Writer> {
    let stop = Arc::new(AtomicBool::new(false));
    let mut bases = Vec::new();
    let mut running = Vec::new();
    for person in people {
        let mut writer = Writer::new(person);
        bases.push(writer.base.clone());
        let (channel, stop) = (channel.to_owned(), stop.clone());
        running.push(tokio::spawn(async move {
            writer.write(&channel, &stop, most).await;
            writer
        }));
    }
    trouble(&bases).await;
    stop.store(true, Ordering::Relaxed);
    let mut writers = Vec::new();
    for writer in running {
        writers.push(writer.await.expect("a writer"));
    }
    writers
}

/// kill -9, of the host and of the member, at any moment, while both write.
async fn servers_that_are_killed_lose_nothing(mut world: World) {
    let (mut people, channel) = together(&world).await;
    let mut dice = Dice(seed());
    let began = std::time::Instant::now();
    let writers = write_through(&people.clone(), &channel, SAID_MAX, async |bases| {
        for _ in 0..number("LOGGIA_TEST_ROUNDS", 50) {
            tokio::time::sleep(Duration::from_millis(dice.roll(120))).await;
            let victim = dice.roll(world.servers.len() as u64) as usize;
            world.kill(victim);
            tokio::time::sleep(Duration::from_millis(dice.roll(60))).await;
            world.start(victim);
            *bases[victim].lock().expect("a base") = world.servers[victim].base.clone();
        }
    })
    .await;
    let said: Vec<usize> = writers.iter().map(|writer| writer.sent.len()).collect();
    println!("killed for {:?}; said {said:?}", began.elapsed());
    for (n, person) in people.iter_mut().enumerate() {
        *person = person.at(&world.servers[n].base);
    }
    settle(&world, &people, &channel, &writers).await;
}

on_both_databases!(servers_that_are_killed_lose_nothing, 2);

/// Every fault, one after the other, on wires between three servers.
async fn wires_that_fail_lose_nothing(world: World) {
    let (people, channel) = together(&world).await;
    let mut dice = Dice(seed());
    let writers = write_through(&people, &channel, 200, async |_| {
        for fault in Fault::ALL {
            let (from, to) = (dice.roll(3) as usize, dice.roll(2) as usize);
            let to = (from + 1 + to) % 3;
            world.fault(from, to, fault);
            tokio::time::sleep(Duration::from_millis(100 + dice.roll(150))).await;
            world.fault(from, to, Fault::None);
        }
    })
    .await;
    settle(&world, &people, &channel, &writers).await;
}

on_both_databases!(wires_that_fail_lose_nothing, 3);

/// Two halves of a channel that don't hear of each other for a while, both of which write: first a member is apart,
/// then the host is.
async fn partitions_heal(world: World) {
    let (people, channel) = together(&world).await;
    let writers = write_through(&people, &channel, 60, async |_| {
        for (apart, fault) in [(1, Fault::Cut), (0, Fault::Cut), (2, Fault::Stalled)] {
            world.isolate(apart, fault);
            tokio::time::sleep(Duration::from_millis(400)).await;
            world.isolate(apart, Fault::None);
        }
    })
    .await;
    settle(&world, &people, &channel, &writers).await;
}

on_both_databases!(partitions_heal, 3);

/// Connections that lead nowhere, though neither end knows, and a server that is killed meanwhile: requests on them
/// end, and others take their place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_open_connections_are_given_up() {
    let mut world = World::of(2).await;
    let (mut people, channel) = together(&world).await;
    people[0].say(&channel, "n0", "before").await;
    people[1].hears(&channel, "before").await;
    world.isolate(1, Fault::HalfOpen);
    people[0].say(&channel, "n1", "into nowhere").await;
    let path = format!("/channels/{channel}/messages");
    let waits = people[1].post(&path, json!({ "nonce": "n2", "text": "and back" })).await;
    assert_eq!(waits.body["status"], "pending", "{waits:?}");
    world.kill(1);
    world.start(1);
    people[1] = people[1].at(&world.servers[1].base);
    world.isolate(1, Fault::None);
    people[0].hears(&channel, "and back").await;
    people[1].hears(&channel, "and back").await;
    assert_eq!(people[1].texts(&channel).await.len(), 3);
}

/// A wire that carries a byte a second holds up nobody but those at its end, and them only for as long as it does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_byte_a_second_holds_up_nobody_else() {
    let world = World::of(3).await;
    let (people, channel) = together(&world).await;
    let slow = Fault::Slow(Duration::from_secs(1));
    world.fault(0, 1, slow);
    world.fault(1, 0, slow);
    let began = std::time::Instant::now();
    for n in 0..10 {
        people[0].say(&channel, &format!("n{n}"), &format!("m{n}")).await;
    }
    people[2].hears(&channel, "m9").await;
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert!(!people[1].texts(&channel).await.contains(&"m9".to_owned()), "the wire is not slow");
    world.fault(0, 1, Fault::None);
    world.fault(1, 0, Fault::None);
    people[1].hears(&channel, "m9").await;
    assert_eq!(people[1].texts(&channel).await, people[0].texts(&channel).await);
}

/// Requests that overtake each other change neither order nor number.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_overtaken_stays_in_order() {
    let world = World::of(2).await;
    let (people, channel) = together(&world).await;
    world.isolate(0, Fault::Reorder(Duration::from_millis(120)));
    let writers = write_through(&people, &channel, 40, async |_| {
        tokio::time::sleep(Duration::from_secs(3)).await;
    })
    .await;
    settle(&world, &people, &channel, &writers).await;
}

/// Five servers, all of which write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_servers_share_a_channel() {
    let world = World::of(5).await;
    let (people, channel) = together(&world).await;
    let stop = AtomicBool::new(false);
    let mut writers: Vec<Writer> = people.iter().map(Writer::new).collect();
    futures_util::future::join_all(writers.iter_mut().map(|writer| writer.write(&channel, &stop, 20))).await;
    settle(&world, &people, &channel, &writers).await;
}

/// A member that was away while thousands of messages were written has them soon after it is back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_away_long_catches_up() {
    let mut world = World::of(2).await;
    let (mut people, channel) = together(&world).await;
    world.kill(1);
    let messages = number("LOGGIA_TEST_MESSAGES", 5_000);
    let mut authors = Vec::new();
    for n in 0..20 {
        let author = world.servers[0].person(&format!("w{n}")).await;
        author.join("#general:a.test").await;
        authors.push(author);
    }
    let stop = AtomicBool::new(false);
    let mut writers: Vec<Writer> = authors.iter().map(Writer::new).collect();
    let each = messages / writers.len();
    futures_util::future::join_all(writers.iter_mut().map(|writer| writer.write(&channel, &stop, each)))
        .await;
    world.start(1);
    people[1] = people[1].at(&world.servers[1].base);
    let began = std::time::Instant::now();
    settle(&world, &people, &channel, &writers).await;
    println!("caught up and compared in {:?}", began.elapsed());
}

/// A member that was put back to an earlier state has everything again, though nobody writes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_was_put_back_catches_up() {
    let mut world = World::of(2).await;
    let (mut people, channel) = together(&world).await;
    people[0].say(&channel, "n1", "before the backup").await;
    people[1].hears(&channel, "before the backup").await;
    world.kill(1);
    let data = std::path::PathBuf::from(&world.servers[1].settings["LOGGIA_DATA_DIR"]);
    let backup = world.dir.path().join("backup");
    copy(&data, &backup);
    world.start(1);
    people[1] = people[1].at(&world.servers[1].base);
    people[0].say(&channel, "n2", "after the backup").await;
    people[1].hears(&channel, "after the backup").await;
    world.kill(1);
    std::fs::remove_dir_all(&data).expect("removed");
    copy(&backup, &data);
    world.start(1);
    people[1] = people[1].at(&world.servers[1].base);
    people[1].hears(&channel, "after the backup").await;
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for file in std::fs::read_dir(from).expect("files").flatten() {
        if file.path().is_dir() {
            copy(&file.path(), &to.join(file.file_name()));
        } else {
            std::fs::copy(file.path(), to.join(file.file_name())).expect("copied");
        }
    }
}
