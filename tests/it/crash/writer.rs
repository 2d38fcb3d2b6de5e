//! Somebody who writes until the server is gone, and remembers what was acknowledged.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::person::Answer;
use crate::support::{Person, Random};

const EMOJI: &[&str] = &["x", "y", "z"];

/// What the server acknowledged of one message.
#[derive(Debug, Clone)]
pub struct Said {
    pub channel: usize,
    pub id: String,
    pub seq: i64,
    pub nonce: String,
    pub text: String,
    pub deleted: bool,
    pub reactions: BTreeSet<&'static str>,
}

/// Something to be done, and done again until it is acknowledged.
#[derive(Debug, Clone)]
enum Act {
    Send { channel: usize, nonce: String, text: String },
    Edit { at: usize, text: String },
    Delete { at: usize },
    React { at: usize, emoji: &'static str, on: bool },
}

pub struct Writer {
    pub person: Person,
    pub said: Vec<Said>,
    channels: Arc<Vec<String>>,
    random: Random,
    /// What was under way when the server went, which may have happened or not.
    pending: Option<Act>,
    acts: usize,
    pub retried: usize,
    /// Retries of what had been done already, though nobody had said so.
    pub done_unheard: usize,
}

impl Writer {
    pub fn new(person: Person, channels: Arc<Vec<String>>, random: Random) -> Writer {
        let said = Vec::new();
        Writer { person, said, channels, random, pending: None, acts: 0, retried: 0, done_unheard: 0 }
    }

    /// Does what is pending, then more, until the server is gone; counts what is acknowledged.
    pub async fn write(mut self, base: String, acknowledged: Arc<AtomicUsize>) -> Writer {
        self.person = self.person.at(&base);
        while self.step().await {
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }
        self
    }

    /// Does what is pending against a server that stays.
    pub async fn settle(&mut self, base: &str) {
        self.person = self.person.at(base);
        while self.pending.is_some() {
            assert!(self.step().await, "the server stays");
        }
    }

    /// False when the server is gone.
    async fn step(&mut self) -> bool {
        let again = self.pending.is_some();
        let act = match self.pending.take() {
            Some(act) => act,
            None => self.next_act(),
        };
        self.retried += usize::from(again);
        match self.attempt(&act).await {
            Ok(answer) => {
                self.acknowledge(act, &answer, again);
                true
            }
            Err(_) => {
                self.pending = Some(act);
                false
            }
        }
    }

    fn next_act(&mut self) -> Act {
        self.acts += 1;
        let at = self.random.below(self.said.len().max(1));
        let known = self.said.get(at).filter(|said| !said.deleted).is_some();
        let text = format!("{} says {}", self.person.name, self.acts);
        match self.random.below(10) {
            6 | 7 if known => Act::Edit { at, text: format!("{text} instead") },
            8 if known => Act::Delete { at },
            9 if known => {
                Act::React { at, emoji: self.random.pick::<&str>(EMOJI), on: !self.random.one_in(3) }
            }
            _ => {
                let channel = self.random.below(self.channels.len());
                Act::Send { channel, nonce: format!("n{}", self.acts), text }
            }
        }
    }

    async fn attempt(&self, act: &Act) -> Result<Answer, reqwest::Error> {
        let message = |at: &usize| {
            let said = &self.said[*at];
            format!("/channels/{}/messages/{}", self.channels[said.channel], said.id)
        };
        let (method, path, body) = match act {
            Act::Send { channel, nonce, text } => (
                Method::POST,
                format!("/channels/{}/messages", self.channels[*channel]),
                json!({ "nonce": nonce, "text": text }),
            ),
            Act::Edit { at, text } => (Method::PATCH, message(at), json!({ "text": text })),
            Act::Delete { at } => (Method::DELETE, message(at), Value::Null),
            Act::React { at, emoji, on } => {
                let method = if *on { Method::PUT } else { Method::DELETE };
                (method, format!("{}/reactions/{emoji}", message(at)), Value::Null)
            }
        };
        self.person.try_ask(method, &path, body).await
    }

    fn acknowledge(&mut self, act: Act, answer: &Answer, again: bool) {
        match act {
            Act::Send { channel, nonce, text } => {
                assert!(answer.status == 201 || (again && answer.status == 200), "{answer:?}");
                self.done_unheard += usize::from(answer.status == 200);
                let (id, seq) = (answer.body["id"].as_str().expect("an id").to_owned(), &answer.body["seq"]);
                let seq = seq.as_i64().expect("a seq");
                let before =
                    self.said.iter().filter(|said| said.channel == channel).map(|said| said.seq).max();
                assert!(before.is_none_or(|before| before < seq), "what is said later stands later");
                let reactions = BTreeSet::new();
                self.said.push(Said { channel, id, seq, nonce, text, deleted: false, reactions });
            }
            Act::Edit { at, text } => {
                assert_eq!((answer.status, &answer.body["text"]), (200, &json!(text)), "{answer:?}");
                self.said[at].text = text;
            }
            Act::Delete { at } => {
                assert_eq!(answer.status, 204, "{answer:?}");
                let said = &mut self.said[at];
                (said.deleted, said.text, said.reactions) = (true, String::new(), BTreeSet::new());
            }
            Act::React { at, emoji, on } => {
                assert_eq!(answer.status, 204, "{answer:?}");
                let reactions = &mut self.said[at].reactions;
                if on {
                    reactions.insert(emoji)
                } else {
                    reactions.remove(emoji)
                };
            }
        }
    }
}
