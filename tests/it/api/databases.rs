//! Both databases give the same answers: a long script of random steps, told twice, compared throughout.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Dice;
use crate::support::person::Answer;
use crate::support::{Person, TestServer};

const PEOPLE: [&str; 4] = ["ann", "bob", "carl", "dora"];
const STEPS: usize = 160;
/// After how many steps everything that everybody sees is compared.
const LOOK_EVERY: usize = 20;

/// What one server answered, with ids and times replaced by names that don't depend on it.
struct Told {
    people: Vec<Person>,
    /// Channels and messages in the order in which they were made.
    channels: Vec<String>,
    messages: Vec<(String, String)>,
    names: HashMap<String, String>,
}

impl Told {
    async fn new(server: &TestServer) -> Told {
        let mut people = Vec::new();
        for name in PEOPLE {
            people.push(server.person(name).await);
        }
        Told { people, channels: Vec::new(), messages: Vec::new(), names: HashMap::new() }
    }

    /// Notes a new channel or message.
    fn note(&mut self, answer: &Answer) {
        let Some(id) = answer.body["id"].as_str().filter(|_| answer.status == 201) else { return };
        let name = match answer.body["channel"].as_str() {
            Some(channel) => {
                self.messages.push((channel.to_owned(), id.to_owned()));
                format!("message {}", self.messages.len())
            }
            None => {
                self.channels.push(id.to_owned());
                format!("channel {}", self.channels.len())
            }
        };
        self.names.insert(id.to_owned(), name);
    }

    /// The same on every server: known ids by name, nothing that tells the time.
    fn normal(&self, value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                let own = ["request_id", "next", "sessions"];
                let kept = fields.iter().filter(|(key, _)| !own.contains(&key.as_str()));
                let told = kept.map(|(key, value)| {
                    let timed = key.ends_with("_ts") || key == "ts";
                    let value = if timed { json!(value.is_null()) } else { self.normal(value) };
                    (self.name(key), value)
                });
                Value::Object(told.collect::<Map<_, _>>())
            }
            Value::Array(items) => items.iter().map(|item| self.normal(item)).collect(),
            Value::String(text) => json!(self.name(text)),
            other => other.clone(),
        }
    }

    fn name(&self, text: &str) -> String {
        self.names.get(text).cloned().unwrap_or_else(|| text.to_owned())
    }

    async fn ask(&mut self, step: &Step) -> Value {
        let fill = |text: &str| self.fill(text);
        let body: Value = serde_json::from_str(&fill(&step.body.to_string())).expect("JSON");
        let answer = self.people[step.by].ask(step.method.clone(), &fill(&step.path), body).await;
        self.note(&answer);
        json!({ "status": answer.status, "body": self.normal(&answer.body) })
    }

    /// Puts this server's ids in the place of `{c3}` and `{m7}`, and a message's channel for `{c of m7}`.
    fn fill(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (n, channel) in self.channels.iter().enumerate() {
            filled = filled.replace(&format!("{{c{n}}}"), channel);
        }
        for (n, (channel, message)) in self.messages.iter().enumerate() {
            filled =
                filled.replace(&format!("{{m{n}}}"), message).replace(&format!("{{c of m{n}}}"), channel);
        }
        filled
    }

    /// All that everybody sees.
    async fn world(&self) -> Value {
        let mut seen = Vec::new();
        for person in &self.people {
            let own = ["/me", "/sync", "/channels", "/directory", "/notifications", "/users", "/me/export"];
            let mut paths: Vec<String> = own.map(str::to_owned).to_vec();
            for channel in &self.channels {
                let below = ["", "/messages?limit=100", "/messages?after=3&limit=5", "/members", "/pins"];
                paths.extend(below.map(|below| format!("/channels/{channel}{below}")));
                paths.push(format!("/channels/{channel}/members?membership=left"));
            }
            for (channel, message) in self.messages.iter().step_by(5) {
                paths.push(format!("/channels/{channel}/messages/{message}/edits"));
                paths.push(format!("/channels/{channel}/threads/{message}"));
            }
            for path in paths {
                let answer = person.get(&path).await;
                seen.push(json!([answer.status, self.normal(&answer.body)]));
            }
        }
        Value::Array(seen)
    }
}

/// Something that somebody does, whichever server it is done on.
#[derive(Debug)]
struct Step {
    by: usize,
    method: Method,
    path: String,
    body: Value,
}

/// The next step, where there are so many channels and messages.
fn step(dice: &mut Dice, n: usize, channels: usize, messages: usize) -> Step {
    let by = dice.below(PEOPLE.len());
    let step = |method: Method, path: String, body: Value| Step { by, method, path, body };
    let other = format!("@{}:a.test", PEOPLE[dice.below(PEOPLE.len())]);
    let visibility = if dice.below(3) == 0 { "private" } else { "public" };
    if channels < 2 || dice.below(25) == 0 {
        let history = format!("Channel {n} {}", ["Äpfel", "100%", "a_b", "\u{1f600}"][dice.below(4)]);
        return step(
            Method::POST,
            "/channels".to_owned(),
            json!({ "name": history, "visibility": visibility }),
        );
    }
    let channel = format!("/channels/{{c{}}}", dice.below(channels));
    if messages == 0 || dice.below(10) < 4 {
        return send(dice, step, n, &channel, messages);
    }
    let m = dice.below(messages);
    let message = format!("/channels/{{c of m{m}}}/messages/{{m{m}}}");
    let emoji = ["x", "%F0%9F%91%8D", ":ok:"][dice.below(3)];
    match dice.below(16) {
        0..3 => step(Method::POST, format!("{channel}/join"), Value::Null),
        3 => step(Method::POST, format!("{channel}/leave"), Value::Null),
        4 => {
            let wanted = ["invited", "left", "banned"][dice.below(3)];
            step(Method::PUT, format!("{channel}/members/{other}"), json!({ "membership": wanted }))
        }
        5 => {
            let role = ["guest", "member", "moderator", "owner"][dice.below(4)];
            step(Method::PUT, format!("{channel}/members/{other}"), json!({ "role": role }))
        }
        6 => step(Method::PATCH, message, json!({ "text": format!("edited in step {n} @bob") })),
        7 => step(Method::DELETE, message, Value::Null),
        8..10 => step(Method::PUT, format!("{message}/reactions/{emoji}"), Value::Null),
        10 => step(Method::DELETE, format!("{message}/reactions/{emoji}"), Value::Null),
        11 => step(Method::PUT, format!("/channels/{{c of m{m}}}/pins/{{m{m}}}"), Value::Null),
        12 => {
            let seq = i64::try_from(dice.below(40)).expect("small") - 1;
            step(Method::PUT, format!("{channel}/read"), json!({ "seq": seq }))
        }
        13 => {
            let history = ["all", "since_join"][dice.below(2)];
            let policy = json!({ "topic": format!("step {n}"), "policy": { "history": history } });
            step(Method::PATCH, channel, policy)
        }
        14 => step(Method::POST, "/dms".to_owned(), json!({ "users": [other] })),
        _ => {
            let level = ["all", "mentions", "none"][dice.below(3)];
            step(Method::PUT, format!("{channel}/notify"), json!({ "level": level }))
        }
    }
}

fn send(
    dice: &mut Dice,
    step: impl Fn(Method, String, Value) -> Step,
    n: usize,
    channel: &str,
    messages: usize,
) -> Step {
    let whom = ["", "@bob", "@ann and @carl", "@channel", "\u{1f600} Ω %_\\"][dice.below(5)];
    // Now and then a nonce comes again.
    let nonce = if dice.below(12) == 0 { n.saturating_sub(1) } else { n };
    let mut body = json!({ "nonce": format!("n{nonce}"), "text": format!("step {nonce} {whom}") });
    if messages > 0 && dice.below(3) == 0 {
        let m = dice.below(messages);
        let relation = ["reply_to", "thread"][dice.below(2)];
        body[relation] = json!(format!("{{m{m}}}"));
        return step(Method::POST, format!("/channels/{{c of m{m}}}/messages"), body);
    }
    step(Method::POST, format!("{channel}/messages"), body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_tell_the_same_story() {
    for seed in [1, 2, 3] {
        let servers = super::servers_with(&[]).await;
        let [sqlite, postgresql] = servers.as_slice() else {
            eprintln!("LOGGIA_TEST_POSTGRES_URL is not set: nothing to compare with");
            return;
        };
        let (mut one, mut two) = (Told::new(sqlite).await, Told::new(postgresql).await);
        let mut dice = Dice::new(seed);
        let mut refused = 0;
        for n in 0..STEPS {
            let step = step(&mut dice, n, one.channels.len(), one.messages.len());
            let (first, second) = (one.ask(&step).await, two.ask(&step).await);
            assert_eq!(first, second, "seed {seed}, step {n}: {step:?}");
            refused += usize::from(first["status"].as_u64() >= Some(400));
            if n % LOOK_EVERY == LOOK_EVERY - 1 {
                assert_eq!(one.world().await, two.world().await, "seed {seed}, after step {n}");
            }
        }
        assert!(one.messages.len() > STEPS / 8, "seed {seed}: hardly anything was said");
        assert!(refused < STEPS * 2 / 3, "seed {seed}: {refused} steps were refused");
    }
}
