//! An exported file, to be tampered with.

use loggia::protocol::event::event_id;
use loggia::protocol::ids::Hash;
use loggia::protocol::log::{Entry, Frontier};
use loggia::protocol::sign::{SigningKey, domain};
use serde_json::{Value, json};

/// The lines of an export. Values of signed objects print as the canonical bytes that they are.
#[derive(Clone)]
pub struct File {
    pub channel: Value,
    /// What `line` holds of each entry.
    pub entries: Vec<Value>,
    pub head: Value,
}

impl File {
    pub fn parse(text: &str) -> File {
        let mut lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let head = lines.pop().expect("a head");
        let channel = lines.remove(0);
        assert_eq!((&channel["kind"], &head["kind"]), (&json!("channel"), &json!("head")));
        File { channel, head, entries: lines.into_iter().map(|mut line| line["line"].take()).collect() }
    }

    pub fn text(&self) -> String {
        let entries = self.entries.iter().map(|line| json!({ "kind": "entry", "line": line }));
        let lines = std::iter::once(self.channel.clone()).chain(entries).chain([self.head.clone()]);
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// The place of the first entry whose event is so.
    #[track_caller]
    pub fn find(&self, is_so: impl Fn(&Value) -> bool) -> usize {
        self.entries.iter().position(is_so).expect("such an entry")
    }

    /// The place of the first message whose body is there.
    #[track_caller]
    pub fn message(&self) -> usize {
        self.find(|line| line["event"]["type"] == "message" && line.get("body").is_some())
    }

    /// The place of the first membership.
    #[track_caller]
    pub fn member(&self) -> usize {
        self.find(|line| line["event"]["type"] == "member")
    }

    pub fn line_of(&self, seq: usize) -> String {
        format!("{}\n", json!({ "kind": "entry", "line": self.entries[seq] }))
    }

    /// Gives the event at `seq` a new content, its new id, and the signature of `key`.
    pub fn sign(&mut self, seq: usize, event: Value, key: &SigningKey) {
        let bytes = event.to_string().into_bytes();
        let line = &mut self.entries[seq];
        line["entry"]["event"] = json!(event_id(&bytes));
        line["signature"] = json!(key.sign_in(domain::EVENT, &bytes));
        line["event"] = event;
    }

    /// Numbers the entries anew.
    pub fn renumber(&mut self) {
        for (seq, line) in self.entries.iter_mut().enumerate() {
            line["entry"]["seq"] = json!(seq);
        }
    }

    /// A head over the entries as they are, signed by `key`.
    pub fn sign_head(&mut self, key: &SigningKey) {
        let root = self.root();
        let head = &mut self.head["line"];
        head["head"]["size"] = json!(self.entries.len());
        head["head"]["root"] = json!(root);
        head["signature"] = json!(key.sign_in(domain::HEAD, head["head"].to_string().as_bytes()));
    }

    pub fn root(&self) -> Hash {
        let mut frontier = Frontier::new();
        for line in &self.entries {
            let entry: Entry = serde_json::from_value(line["entry"].clone()).expect("an entry");
            frontier.push(entry.leaf());
        }
        frontier.root()
    }
}

/// Changes a character in the middle of a text, so that it still is base64url with zero pad bits.
pub fn flip(text: &mut Value) {
    let old = text.as_str().expect("a text");
    let at = old.len() / 2;
    let other = if old.as_bytes()[at] == b'A' { "B" } else { "A" };
    *text = json!(format!("{}{other}{}", &old[..at], &old[at + 1..]));
}
