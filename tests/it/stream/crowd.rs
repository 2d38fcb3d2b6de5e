//! Many clients that come and go while others write: each ends with exactly the log.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::json;
use tokio::sync::watch;

use crate::both;
use crate::support::stream::Frame;
use crate::support::{Person, Random, Stream, TestServer};

const PEOPLE: usize = 50;
const DEVICES_PER_PERSON: usize = 4;
const CHANNELS: usize = 4;
const WRITERS: usize = 10;
const MESSAGES_PER_WRITER: usize = 50;
/// A client goes away after one in so many frames.
const LEAVES_ONE_IN: usize = 60;

/// The seq of the last message per channel, once all is written.
type Ends = BTreeMap<String, i64>;

/// A client that remembers what it was told, and merges nothing.
struct Device {
    person: Person,
    random: Random,
    ends: watch::Receiver<Option<Ends>>,
    cursors: BTreeMap<String, i64>,
    messages: BTreeMap<String, Vec<i64>>,
    visits: usize,
}

impl Device {
    async fn watch(mut self) -> Device {
        while !self.visit().await {}
        self
    }

    /// Connects and reads until it goes away by chance. True when it has everything.
    async fn visit(&mut self) -> bool {
        self.visits += 1;
        let mut stream = Stream::connect(&self.person.base).await;
        let identify = json!({ "token": self.person.token, "channels": self.cursors });
        stream.send(json!({ "op": "identify", "d": identify })).await;
        loop {
            if self.has_everything() {
                return true;
            }
            tokio::select! {
                frame = stream.next() => match frame {
                    Frame::Json(frame) => self.hear(&frame),
                    Frame::Closed(code) => panic!("closed with {code}"),
                },
                changed = self.ends.changed() => changed.expect("the writers"),
            }
            if self.random.one_in(LEAVES_ONE_IN) {
                return false;
            }
        }
    }

    fn hear(&mut self, frame: &serde_json::Value) {
        assert_ne!(frame["op"], "resync", "nobody missed that much: {frame}");
        if let Some(heads) = frame["d"]["heads"].as_object() {
            let heads = heads.iter().map(|(id, head)| (id.clone(), head.as_i64().expect("a seq")));
            self.cursors.extend(heads);
        }
        let (Some(channel), Some(seq)) = (frame["channel"].as_str(), frame["seq"].as_i64()) else { return };
        self.cursors.insert(channel.to_owned(), seq);
        if frame["t"] == "message.created" {
            self.messages.entry(channel.to_owned()).or_default().push(seq);
        }
    }

    fn has_everything(&self) -> bool {
        let ends = self.ends.borrow();
        let cursor = |channel: &String| self.cursors.get(channel).copied().unwrap_or(-1);
        ends.as_ref().is_some_and(|ends| ends.iter().all(|(channel, end)| cursor(channel) >= *end))
    }
}

async fn log(person: &Person, channel: &str) -> Vec<i64> {
    let mut seqs = vec![-1];
    loop {
        let after = seqs.last().expect("a seq");
        let page =
            person.get(&format!("/channels/{channel}/messages?limit=100&after={after}")).await.expect(200);
        let messages = page["messages"].as_array().expect("messages");
        if messages.is_empty() {
            seqs.remove(0);
            return seqs;
        }
        seqs.extend(messages.iter().map(|message| message["seq"].as_i64().expect("a seq")));
    }
}

both!(
    async fn two_hundred_clients_that_come_and_go_see_exactly_the_log(server: TestServer) {
        let mut random = Random::of("crowd");
        let names: Vec<String> = (0..PEOPLE).map(|n| format!("person{n}")).collect();
        let people = join_all(names.iter().map(|name| server.person(name))).await;
        let mut channels = Vec::new();
        for n in 0..CHANNELS {
            channels.push(people[0].channel(&format!("Channel {n}")).await);
        }
        for channel in &channels {
            join_all(people[1..].iter().map(|person| person.join(channel))).await;
        }
        let mut cursors = BTreeMap::new();
        for channel in &channels {
            let shown = people[0].get(&format!("/channels/{channel}")).await.expect(200);
            cursors.insert(channel.clone(), shown["head"].as_i64().expect("a seq"));
        }
        let (written, ends) = watch::channel(None);
        let devices: Vec<_> = people
            .iter()
            .flat_map(|person| std::iter::repeat_n(person, DEVICES_PER_PERSON))
            .map(|person| {
                let (person, random) = (person.clone(), random.fork());
                let (ends, cursors) = (ends.clone(), cursors.clone());
                let messages = channels.iter().map(|channel| (channel.clone(), Vec::new())).collect();
                tokio::spawn(Device { person, random, ends, cursors, messages, visits: 0 }.watch())
            })
            .collect();
        let writers = people[..WRITERS].iter().map(|person| {
            let (person, channels, mut random) = (person.clone(), channels.clone(), random.fork());
            tokio::spawn(async move {
                for n in 0..MESSAGES_PER_WRITER {
                    person
                        .say(
                            random.pick::<String>(&channels),
                            &format!("n{n}"),
                            &format!("{} says {n}", person.name),
                        )
                        .await;
                }
            })
        });
        for writer in join_all(writers.collect::<Vec<_>>()).await {
            writer.expect("a writer");
        }
        let mut logs = BTreeMap::new();
        for channel in &channels {
            logs.insert(channel.clone(), log(&people[0], channel).await);
        }
        assert_eq!(logs.values().map(Vec::len).sum::<usize>(), WRITERS * MESSAGES_PER_WRITER);
        let last = |log: &Vec<i64>| *log.last().expect("a message");
        written.send(Some(logs.iter().map(|(id, log)| (id.clone(), last(log))).collect())).expect("clients");
        let mut visits = 0;
        for device in join_all(devices).await {
            let device = device.expect("a client");
            assert_eq!(device.messages, logs, "what {} saw", device.person.name);
            visits += device.visits;
        }
        assert!(visits > PEOPLE * DEVICES_PER_PERSON * 2, "they came and went: {visits}");
        eprintln!("crowd: {visits} visits");
    }
);
