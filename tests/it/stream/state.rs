//! State and frames together are fresh state: for every kind of event, live and after an absence.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::fold::Fold;
use crate::both;
use crate::support::{Person, Random, Stream, TestServer};

const RANDOM_STEPS: usize = 120;
/// A client's state is kept every so many steps, to be resumed from at the end.
const KEPT_EVERY: usize = 9;
/// One client goes away and comes back after so many steps.
const ABSENCE_STEPS: usize = 5;

struct Stage {
    people: Vec<Person>,
    channel: String,
    /// Where nothing else happens: what is told of it comes after all that was told before.
    fence: String,
    messages: Vec<String>,
    steps: usize,
}

/// A client that has been there all along.
struct Device {
    person: Person,
    stream: Stream,
    fold: Fold,
    heard: BTreeSet<String>,
}

impl Device {
    async fn open(person: &Person, channel: &str) -> Device {
        let (stream, _) = Stream::open(person, json!({})).await;
        let fold = Fold::fresh(person, channel).await;
        Device { person: person.clone(), stream, fold, heard: BTreeSet::new() }
    }

    /// Hears all that was told so far, and holds it against a fresh answer.
    async fn is_fresh(&mut self, fence: &str, after: &str) {
        self.person.put(&format!("/channels/{fence}/read"), json!({ "seq": 0 })).await.expect(200);
        let told = |frame: &Value| frame["t"] == "read.updated" && frame["channel"] == fence;
        for frame in self.stream.until(told).await {
            self.heard.extend(frame["t"].as_str().map(str::to_owned));
            self.fold.apply(&frame);
        }
        let fresh = Fold::fresh(&self.person, &self.fold.channel).await;
        same(&self.fold.whole(), &fresh.whole(), after);
    }
}

/// Resumes from what is known, and holds it against a fresh answer.
async fn resumes(person: &Person, mut known: Fold, after: &str) -> Fold {
    let (stream, frames) = Stream::open(person, json!({ known.channel.as_str(): known.cursor })).await;
    drop(stream);
    for frame in &frames {
        known.apply(frame);
    }
    known.cursor = frames.last().expect("ready")["d"]["heads"][&known.channel].as_i64().expect("a head");
    let fresh = Fold::fresh(person, &known.channel).await;
    same(&known.log_alone(), &fresh.log_alone(), after);
    known
}

/// Says where two states differ.
fn same(folded: &Value, fresh: &Value, after: &str) {
    for (part, fresh) in fresh.as_object().expect("parts") {
        let folded = &folded[part];
        if folded == fresh {
            continue;
        }
        for (key, fresh) in fresh.as_object().into_iter().flatten() {
            assert_eq!(&folded[key], fresh, "{part} {key} (left: folded) after {after}");
        }
        assert_eq!(folded, fresh, "{part} (left: folded) after {after}");
    }
}

impl Stage {
    async fn set(server: &TestServer) -> Stage {
        let mut people = Vec::new();
        for name in ["ann", "bob", "cid", "dee"] {
            people.push(server.person(name).await);
        }
        let (channel, fence) = (people[0].channel("General").await, people[0].channel("Fence").await);
        for person in &people[1..] {
            person.join(&channel).await;
            person.join(&fence).await;
        }
        Stage { people, channel, fence, messages: Vec::new(), steps: 0 }
    }

    /// Asks below the channel; refusals are as good as anything.
    async fn ask(&mut self, who: usize, method: Method, path: &str, body: Value) -> Value {
        let path = format!("/channels/{}{path}", self.channel);
        let answer = self.people[who].ask(method, &path, body).await;
        assert!(answer.status < 500, "{path}: {answer:?}");
        answer.body
    }

    async fn say(&mut self, who: usize, text: &str, more: Value) -> String {
        self.steps += 1;
        let mut body = json!({ "nonce": format!("n{}", self.steps), "text": text });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let sent = self.ask(who, Method::POST, "/messages", body).await;
        let id = sent["id"].as_str().unwrap_or_default().to_owned();
        if !id.is_empty() {
            self.messages.push(id.clone());
        }
        id
    }

    async fn set_member(&mut self, by: usize, who: usize, change: Value) {
        let path = format!("/members/{}", self.people[who].id);
        self.ask(by, Method::PUT, &path, change).await;
    }

    async fn on(&mut self, who: usize, method: Method, message: &str, what: &str, body: Value) {
        self.ask(who, method, &format!("/messages/{message}{what}"), body).await;
    }

    async fn pin(&mut self, who: usize, method: Method, message: &str) {
        self.ask(who, method, &format!("/pins/{message}"), Value::Null).await;
    }

    /// Something that somebody might do; says what.
    async fn something(&mut self, random: &mut Random) -> String {
        let who = random.below(self.people.len());
        let target = random.below(self.people.len() - 2) + 2;
        let message =
            self.messages.get(random.below(self.messages.len().max(1))).cloned().unwrap_or_default();
        let emoji = *random.pick(&["x", "y", "%F0%9F%91%8D"]);
        let kind = random.below(24);
        match kind {
            0..4 => drop(self.say(who, &format!("word {kind} @bob"), json!({})).await),
            4 => drop(self.say(who, "reply", json!({ "reply_to": message })).await),
            5..7 => drop(self.say(who, "in a thread", json!({ "thread": message })).await),
            7..9 => {
                self.on(who, Method::PATCH, &message, "", json!({ "text": format!("edited {}", self.steps) }))
                    .await
            }
            9 => self.on(who, Method::DELETE, &message, "", Value::Null).await,
            10..14 => self.on(who, Method::PUT, &message, &format!("/reactions/{emoji}"), Value::Null).await,
            14..16 => {
                self.on(who, Method::DELETE, &message, &format!("/reactions/{emoji}"), Value::Null).await
            }
            16 => self.pin(who, Method::PUT, &message).await,
            17 => self.pin(who, Method::DELETE, &message).await,
            18 => drop(
                self.ask(who, Method::PATCH, "", json!({ "name": format!("Name {}", random.below(9)) }))
                    .await,
            ),
            19 => drop(
                self.ask(who, Method::PATCH, "", json!({ "topic": format!("Topic {}", random.below(9)) }))
                    .await,
            ),
            20 => {
                let (visibility, alias) =
                    (*random.pick(&["public", "private"]), format!("alias-{}", random.below(3)));
                let patch = json!({ "visibility": visibility, "alias": alias });
                drop(self.ask(who, Method::PATCH, "", patch).await);
            }
            21 => {
                let membership = *random.pick(&["invited", "left", "banned"]);
                self.set_member(who, target, json!({ "membership": membership })).await;
            }
            22 => {
                let role = *random.pick(&["moderator", "member", "guest"]);
                self.set_member(who, target, json!({ "role": role })).await;
            }
            _ => {
                let what = *random.pick(&["/join", "/leave"]);
                drop(self.ask(target, Method::POST, what, Value::Null).await);
            }
        }
        format!("{kind} by {who} to {target} on {message}")
    }
}

/// Each kind of event at least once, and what goes together.
async fn everything(stage: &mut Stage, step: usize) -> Option<&'static str> {
    let first = stage.messages.first().cloned().unwrap_or_default();
    let second = stage.messages.get(1).cloned().unwrap_or_default();
    let channel = stage.channel.clone();
    let (put, delete, patch) = (Method::PUT, Method::DELETE, Method::PATCH);
    Some(match step {
        0 => (stage.say(0, "first, @bob and @cid", json!({})).await, "a mention").1,
        1 => (stage.say(1, "second", json!({})).await, "an own message").1,
        2 => (stage.say(2, "a reply", json!({ "reply_to": second })).await, "a reply").1,
        // Bob follows it from here on.
        3 => (stage.say(1, "a thread", json!({ "thread": first })).await, "a thread").1,
        4 => {
            (
                stage.say(0, "goes on", json!({ "thread": first, "reply_to": second })).await,
                "a thread's second",
            )
                .1
        }
        5 => (stage.on(0, put.clone(), &second, "/reactions/x", Value::Null).await, "a reaction").1,
        6 => (stage.on(1, put.clone(), &second, "/reactions/x", Value::Null).await, "the same reaction").1,
        7 => (stage.on(2, put, &second, "/reactions/y", Value::Null).await, "another reaction").1,
        8 => {
            (
                stage.on(1, patch.clone(), &second, "", json!({ "text": "second, edited @dee" })).await,
                "an edit",
            )
                .1
        }
        9 => (stage.on(0, delete.clone(), &second, "/reactions/x", Value::Null).await, "a reaction gone").1,
        10 => (stage.on(2, delete.clone(), &second, "/reactions/y", Value::Null).await, "an emoji gone").1,
        11 => (stage.pin(0, Method::PUT, &first).await, "a pin").1,
        12 => (stage.pin(0, Method::PUT, &second).await, "another pin").1,
        13 => (stage.pin(0, Method::DELETE, &first).await, "a pin gone").1,
        14 => (stage.on(0, delete.clone(), &first, "", Value::Null).await, "a deleted mention").1,
        15 => (stage.on(0, delete, &second, "", json!({ "reason": "off" })).await, "a moderated message").1,
        16 => {
            (stage.ask(0, patch.clone(), "", json!({ "name": "New", "topic": "Things" })).await, "a name").1
        }
        17 => (stage.ask(0, patch.clone(), "", json!({ "alias": "new" })).await, "an alias").1,
        18 => (stage.ask(0, patch.clone(), "", json!({ "visibility": "private" })).await, "private").1,
        19 => {
            (
                stage.ask(0, patch.clone(), "", json!({ "policy": { "caps": { "pin": "member" } } })).await,
                "caps",
            )
                .1
        }
        20 => {
            (
                stage.ask(0, patch.clone(), "", json!({ "alias": null, "visibility": "public" })).await,
                "public",
            )
                .1
        }
        21 => (stage.set_member(0, 2, json!({ "role": "moderator" })).await, "a moderator").1,
        22 => (stage.set_member(2, 3, json!({ "membership": "left" })).await, "a kick").1,
        23 => (stage.set_member(2, 3, json!({ "membership": "invited" })).await, "an invitation").1,
        24 => (stage.ask(3, Method::POST, "/join", Value::Null).await, "a join").1,
        25 => (stage.set_member(0, 3, json!({ "membership": "banned" })).await, "a ban").1,
        26 => (stage.set_member(0, 3, json!({ "membership": "left" })).await, "a ban lifted").1,
        27 => (stage.ask(3, Method::POST, "/join", Value::Null).await, "a join again").1,
        28 => (stage.set_member(0, 2, json!({ "role": "owner" })).await, "a new owner").1,
        29 => (stage.set_member(2, 0, json!({ "role": "owner" })).await, "the old owner").1,
        30 => (stage.set_member(0, 1, json!({ "role": "moderator" })).await, "an own role").1,
        31 => (stage.ask(0, patch.clone(), "", json!({ "archived": true })).await, "archived").1,
        32 => (stage.ask(0, patch, "", json!({ "archived": false })).await, "not archived").1,
        33 => {
            let profile = json!({ "display_name": "Cid the Great" });
            (stage.people[2].patch("/me", profile).await.expect(200), "a profile").1
        }
        34 => (stage.say(2, "@all look", json!({})).await, "everybody mentioned").1,
        35 => (stage.ask(1, Method::PUT, "/read", json!({ "seq": 9 })).await, "marked unread").1,
        36 => (stage.ask(1, Method::PUT, "/read", json!({ "seq": 1_i64 << 40 })).await, "read").1,
        37 => (stage.people[2].post(&format!("/channels/{channel}/typing"), Value::Null).await, "typing").1,
        _ => return None,
    })
}

both!(
    async fn state_and_frames_together_are_fresh_state(server: TestServer) {
        let mut random = Random::of("state");
        let mut stage = Stage::set(&server).await;
        let (ann, bob, channel) = (stage.people[0].clone(), stage.people[1].clone(), stage.channel.clone());
        let mut devices = [Device::open(&bob, &channel).await, Device::open(&ann, &channel).await];
        let mut kept = vec![Fold::fresh(&bob, &channel).await];
        let mut comes_and_goes = kept[0].clone();
        let mut step = 0;
        while step < 38 + RANDOM_STEPS {
            let after = match everything(&mut stage, step).await {
                Some(what) => format!("{what} (step {step})"),
                None => format!("step {step}: {}", stage.something(&mut random).await),
            };
            for device in &mut devices {
                device.is_fresh(&stage.fence, &after).await;
            }
            if step % KEPT_EVERY == 0 {
                kept.push(devices[0].fold.clone());
            }
            if step % ABSENCE_STEPS == 0 {
                comes_and_goes = resumes(&bob, comes_and_goes, &after).await;
            }
            step += 1;
        }
        for known in kept {
            let after = format!("an absence since {}", known.cursor);
            resumes(&bob, known, &after).await;
        }
        let heard: Vec<&str> =
            devices[0].heard.iter().map(String::as_str).filter(|t| *t != "presence").collect();
        let every = [
            "channel.updated",
            "member.updated",
            "message.created",
            "message.deleted",
            "message.edited",
            "notification.created",
            "reaction.added",
            "reaction.removed",
            "read.updated",
            "thread.updated",
            "typing",
            "user.updated",
        ];
        assert_eq!(heard, every);
    }
);
