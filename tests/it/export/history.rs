//! A channel in which much has happened, made through the running program.

use serde_json::{Value, json};

use crate::support::Person;

pub struct History {
    pub channel: String,
    /// A message that is going to be deleted.
    doomed: String,
    /// A conversation of two, and a message in it.
    pub dm: String,
    whispered: String,
}

fn id(made: &Value) -> String {
    made["id"].as_str().expect("an id").to_owned()
}

struct Channel<'a> {
    path: &'a str,
}

impl Channel<'_> {
    async fn set(&self, by: &Person, of: &Person, wanted: Value) {
        by.put(&format!("{}/members/{}", self.path, of.id), wanted).await.expect(200);
    }

    async fn change(&self, by: &Person, wanted: Value) {
        by.patch(self.path, wanted).await.expect(200);
    }

    async fn leave(&self, who: &Person) {
        who.post(&format!("{}/leave", self.path), Value::Null).await.expect(204);
    }

    async fn enter(&self, who: &Person) {
        who.post(&format!("{}/join", self.path), Value::Null).await.expect(200);
    }

    async fn say(&self, who: &Person, nonce: &str, more: Value) -> String {
        let mut body =
            json!({ "nonce": nonce, "text": format!("{nonce} says {}: \u{1f600} \"ä\"", who.name) });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let said = who.post(&format!("{}/messages", self.path), body).await.expect(201);
        format!("{}/messages/{}", self.path, id(&said))
    }
}

/// Everything up to the first export: people come and talk.
pub async fn begin(base: &str) -> (History, Vec<Person>) {
    let mut people = Vec::new();
    for name in ["ann", "bob", "cyd", "dot", "eve"] {
        people.push(Person::register(base, name).await);
    }
    let [ann, bob, cyd, dot, eve] = people.as_slice() else { panic!("five people") };
    let channel = id(&ann.post("/channels", json!({ "name": "Tea", "topic": "Green" })).await.expect(201));
    let path = format!("/channels/{channel}");
    let tea = Channel { path: &path };
    tea.enter(bob).await;
    tea.enter(cyd).await;
    tea.set(ann, bob, json!({ "role": "moderator" })).await;
    tea.set(ann, cyd, json!({ "role": "guest" })).await;
    tea.set(ann, dot, json!({ "membership": "invited" })).await;
    tea.enter(dot).await;
    tea.enter(eve).await;
    tea.set(bob, eve, json!({ "membership": "left", "reason": "noise" })).await;
    let first = tea.say(ann, "n1", json!({})).await;
    let thread = first.rsplit('/').next().expect("an id");
    tea.say(bob, "n1", json!({ "thread": thread })).await;
    tea.say(dot, "n1", json!({ "reply_to": thread })).await;
    bob.put(&format!("{first}/reactions/x"), Value::Null).await.expect(204);
    cyd.put(&format!("{first}/reactions/y"), Value::Null).await.expect(204);
    let doomed = tea.say(dot, "n2", json!({})).await;
    dot.patch(&doomed, json!({ "text": "changed" })).await.expect(200);
    let dm = id(&ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201));
    let whispered = id(&ann.say(&dm, "d1", "between us").await);
    bob.say(&dm, "d1", "indeed").await;
    (History { channel, doomed, dm, whispered }, people)
}

/// What happens after it: deletions, bans, settings, another owner, the end.
pub async fn go_on(history: &History, people: &[Person]) {
    let [ann, bob, cyd, dot, eve] = people else { panic!("five people") };
    let path = format!("/channels/{}", history.channel);
    let tea = Channel { path: &path };
    bob.delete(&history.doomed).await.expect(204);
    let mine = tea.say(dot, "n3", json!({})).await;
    dot.patch(&mine, json!({ "text": "better" })).await.expect(200);
    cyd.put(&format!("{mine}/reactions/z"), Value::Null).await.expect(204);
    cyd.delete(&format!("{mine}/reactions/z")).await.expect(204);
    let pin = mine.replace("/messages/", "/pins/");
    dot.put(&pin, Value::Null).await.expect(204);
    dot.delete(&pin).await.expect(204);
    tea.set(bob, eve, json!({ "membership": "banned" })).await;
    tea.set(bob, eve, json!({ "membership": "left" })).await;
    tea.set(ann, eve, json!({ "membership": "invited", "role": "guest" })).await;
    tea.leave(eve).await;
    tea.change(ann, json!({ "name": "Coffee", "topic": "Black" })).await;
    let policy = json!({ "join": "invite", "history": "since_join", "caps": { "pin": "moderator" } });
    tea.change(ann, json!({ "policy": policy })).await;
    dot.delete(&mine).await.expect(204);
    tea.leave(dot).await;
    tea.set(ann, bob, json!({ "role": "owner" })).await;
    tea.say(ann, "n4", json!({})).await;
    tea.change(bob, json!({ "archived": true })).await;
    tea.leave(cyd).await;
    tea.change(bob, json!({ "archived": false })).await;
    tea.say(bob, "n5", json!({})).await;
    tea.change(bob, json!({ "archived": true })).await;
    ann.delete(&format!("/channels/{}/messages/{}", history.dm, history.whispered)).await.expect(204);
}
