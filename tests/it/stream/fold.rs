//! What a client makes of frames: a channel as it stands, from a fresh answer and the events since.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::support::Person;

/// One channel in one person's client.
#[derive(Debug, Clone)]
pub struct Fold {
    me: String,
    pub channel: String,
    /// The last entry that is in here.
    pub cursor: i64,
    info: Map<String, Value>,
    messages: BTreeMap<String, Value>,
    members: BTreeMap<String, Value>,
    notifications: BTreeMap<i64, Value>,
}

/// What a channel's `channel.updated` tells.
const INFO: &[&str] = &[
    "id",
    "kind",
    "name",
    "topic",
    "avatar",
    "alias",
    "host",
    "visibility",
    "policy",
    "archived",
    "created_ts",
    "member_count",
    "pins",
];
/// What is one's own in a channel.
const OWN: &[&str] = &["membership", "role", "read_seq", "unread", "mentions"];

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn number(value: &Value) -> i64 {
    value.as_i64().expect("a number")
}

fn picked(from: &Value, fields: &[&str]) -> Map<String, Value> {
    fields.iter().map(|field| ((*field).to_owned(), from[*field].clone())).collect()
}

/// A message with its reactions by emoji, whoever looks at it.
fn message(shown: &Value) -> Value {
    let mut message = shown.clone();
    let mut reactions = Map::new();
    for reaction in shown["reactions"].as_array().expect("reactions") {
        let mut users: Vec<String> = reaction["users"].as_array().expect("users").iter().map(text).collect();
        users.sort();
        reactions.insert(text(&reaction["emoji"]), json!({ "count": reaction["count"], "users": users }));
    }
    message["reactions"] = reactions.into();
    message
}

impl Fold {
    /// The channel as the person's client finds it.
    pub async fn fresh(person: &Person, channel: &str) -> Fold {
        let shown = person.get(&format!("/channels/{channel}")).await.expect(200);
        let mut info = picked(&shown, INFO);
        info.extend(picked(&shown, OWN));
        let mut fold = Fold {
            me: person.id.clone(),
            channel: channel.to_owned(),
            cursor: number(&shown["head"]),
            info,
            messages: BTreeMap::new(),
            members: BTreeMap::new(),
            notifications: BTreeMap::new(),
        };
        let mut after = -1;
        loop {
            let path = format!("/channels/{channel}/messages?limit=100&after={after}");
            let page = person.get(&path).await.expect(200);
            let Some(last) = page["messages"].as_array().and_then(|page| page.last()) else { break };
            after = number(&last["seq"]);
            for shown in page["messages"].as_array().expect("messages") {
                fold.messages.insert(text(&shown["id"]), message(shown));
            }
        }
        let page = person.get(&format!("/channels/{channel}/members?limit=200")).await.expect(200);
        for member in page["members"].as_array().expect("members") {
            fold.put_member(member);
        }
        let page = person.get("/notifications?limit=100").await.expect(200);
        for notification in page["notifications"].as_array().expect("notifications") {
            if notification["channel"] == channel {
                fold.put_notification(notification, &notification["read"]);
            }
        }
        fold
    }

    /// Everything that frames bring to a client that is there.
    pub fn whole(&self) -> Value {
        let mut view = self.log_alone();
        view["own"] = self.info.clone().into();
        view["notifications"] = json!(self.notifications.values().collect::<Vec<_>>());
        view["members"] = json!(self.members);
        view
    }

    /// What the log says, which is what comes again to a client that was away.
    pub fn log_alone(&self) -> Value {
        let mut members = self.members.clone();
        for member in members.values_mut() {
            member["user"] = member["user"]["id"].clone();
        }
        json!({
            "cursor": self.cursor,
            "info": picked(&Value::Object(self.info.clone()), INFO),
            "messages": self.messages,
            "members": members,
        })
    }

    /// Applies one frame of the stream.
    pub fn apply(&mut self, frame: &Value) {
        if frame["op"] != "event" {
            return;
        }
        let d = &frame["d"];
        if frame["t"] == "user.updated" {
            if let Some(member) = self.members.get_mut(&text(&d["id"])) {
                member["user"] = without_presence(d);
            }
            return;
        }
        if frame["channel"] != self.channel.as_str() {
            return;
        }
        match frame["t"].as_str().expect("a type") {
            "read.updated" => self.read(d),
            "notification.created" => self.notified(d),
            "thread.updated" => self.read_thread(d),
            "typing" | "presence" | "channel.joined" => {}
            "channel.left" => panic!("the tests' observers stay"),
            t => {
                let seq = number(&frame["seq"]);
                assert!(seq > self.cursor, "each entry comes once, and in order: {frame} at {}", self.cursor);
                self.cursor = seq;
                self.entry(t, d);
            }
        }
    }

    fn entry(&mut self, t: &str, d: &Value) {
        match t {
            "message.created" => self.created(d),
            "message.edited" | "message.updated" => {
                let known = self.messages.get(&text(&d["id"])).map_or(0, thread_count);
                let mut edited = message(d);
                set_thread_count(&mut edited, known.max(thread_count(d)));
                self.messages.insert(text(&d["id"]), edited);
            }
            "message.deleted" => self.deleted(&text(&d["id"])),
            "reaction.added" | "reaction.removed" => self.reacted(d, t == "reaction.added"),
            "channel.updated" => self.info.extend(picked(d, INFO)),
            "member.updated" => {
                if d["user"]["id"] == self.me.as_str() {
                    self.info.insert("role".to_owned(), d["role"].clone());
                }
                self.info.insert("member_count".to_owned(), d["member_count"].clone());
                if d["role"] == "owner" {
                    self.one_owner();
                }
                self.put_member(d);
            }
            other => panic!("an event that no client knows: {other}"),
        }
    }

    fn created(&mut self, d: &Value) {
        let created = message(d);
        if let Some(root) = d["thread"].as_str().and_then(|root| self.messages.get_mut(root)) {
            let count = thread_count(root).max(d["thread_index"].as_i64().unwrap_or(0));
            set_thread_count(root, count);
        }
        self.messages.insert(text(&d["id"]), created);
        if d["sender"] == self.me.as_str() {
            self.info.insert("read_seq".to_owned(), d["seq"].clone());
            self.info.insert("unread".to_owned(), json!(0));
        } else if d["deleted"] != true {
            self.add("unread", 1);
        }
    }

    fn deleted(&mut self, id: &str) {
        let Some(message) = self.messages.get_mut(id).and_then(Value::as_object_mut) else { return };
        if message.get("deleted") == Some(&json!(true)) {
            return;
        }
        message.insert("text".to_owned(), json!(""));
        message.insert("deleted".to_owned(), json!(true));
        message.insert("reactions".to_owned(), json!({}));
        message.insert("mentions".to_owned(), json!([]));
        message.insert("attachments".to_owned(), json!([]));
        message.remove("edited_ts");
        message.remove("mentions_all");
        message.remove("mentions_here");
        let (seq, sender) = (number(&message["seq"]), text(&message["sender"]));
        if let Some(pins) = self.info["pins"].as_array_mut() {
            pins.retain(|pin| pin != id);
        }
        if seq > number(&self.info["read_seq"]) && sender != self.me {
            self.add("unread", -1);
        }
        let about = |notification: &Value| notification["message"] == id;
        let unseen =
            self.notifications.values().filter(|known| about(known) && known["read"] == false).count();
        self.notifications.retain(|_, notification| !about(notification));
        self.add("mentions", -i64::try_from(unseen).expect("a number"));
    }

    fn reacted(&mut self, d: &Value, added: bool) {
        let Some(message) = self.messages.get_mut(&text(&d["message"])) else { return };
        let emoji = text(&d["emoji"]);
        let reactions = message["reactions"].as_object_mut().expect("reactions");
        let known = reactions.entry(emoji.clone()).or_insert_with(|| json!({ "count": 0, "users": [] }));
        let mut users: Vec<String> = known["users"].as_array().expect("users").iter().map(text).collect();
        users.retain(|user| d["user"] != user.as_str());
        if added {
            users.push(text(&d["user"]));
        }
        users.sort();
        *known = json!({ "count": d["count"], "users": users });
        if d["count"] == 0 {
            reactions.remove(&emoji);
        }
    }

    fn read(&mut self, d: &Value) {
        self.info.extend(picked(d, &["read_seq", "unread", "mentions"]));
        let read_seq = number(&d["read_seq"]);
        for notification in self.notifications.values_mut() {
            let outside = notification["thread"].is_null() || d["threads"] == true;
            if number(&notification["seq"]) <= read_seq && outside {
                notification["read"] = json!(true);
            }
        }
    }

    /// One's own reply, or a marker that moved: what stands before it in the thread is seen.
    fn read_thread(&mut self, d: &Value) {
        let (thread, read_seq) = (&d["thread"], number(&d["read_seq"]));
        for notification in self.notifications.values_mut() {
            if notification["thread"] == *thread && number(&notification["seq"]) <= read_seq {
                notification["read"] = json!(true);
            }
        }
    }

    fn notified(&mut self, d: &Value) {
        if !self.notifications.contains_key(&number(&d["id"])) {
            self.put_notification(d, &json!(false));
            self.add("mentions", 1);
        }
    }

    fn add(&mut self, field: &str, n: i64) {
        let sum = number(&self.info[field]) + n;
        self.info.insert(field.to_owned(), json!(sum));
    }

    fn put_notification(&mut self, d: &Value, read: &Value) {
        let (about, seq) = (&d["message"]["id"], &d["message"]["seq"]);
        let thread = &d["message"]["thread"];
        let known = json!({ "id": d["id"], "kind": d["kind"], "message": about, "thread": thread, "seq": seq, "ts": d["ts"], "read": read });
        self.notifications.insert(number(&d["id"]), known);
    }

    /// There is one owner: whoever hands it over is a moderator.
    fn one_owner(&mut self) {
        for (id, member) in &mut self.members {
            if member["role"] == "owner" {
                member["role"] = json!("moderator");
                if *id == self.me {
                    self.info.insert("role".to_owned(), json!("moderator"));
                }
            }
        }
    }

    /// Lists have those who are in or asked in.
    fn put_member(&mut self, d: &Value) {
        let id = text(&d["user"]["id"]);
        if !["joined", "invited", "knocking"].contains(&d["membership"].as_str().expect("a membership")) {
            self.members.remove(&id);
            return;
        }
        let mut member = picked(d, &["user", "membership", "role", "since_seq"]);
        member.insert("user".to_owned(), without_presence(&d["user"]));
        self.members.insert(id, member.into());
    }
}

/// Presence has frames of its own, which come later.
fn without_presence(user: &Value) -> Value {
    let mut user = user.clone();
    if let Some(user) = user.as_object_mut() {
        user.remove("presence");
    }
    user
}

fn thread_count(message: &Value) -> i64 {
    message["thread_count"].as_i64().unwrap_or(0)
}

fn set_thread_count(message: &mut Value, count: i64) {
    if count > 0 {
        message["thread_count"] = json!(count);
    }
}
