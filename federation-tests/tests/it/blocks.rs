//! Somebody of another server of whom one wants to hear nothing: what that server sends is taken, and notifies nobody.

use federation_tests::{Person, World, eventually, on_both_databases};
use serde_json::{Value, json};

/// The ids of all channels that the person is shown.
async fn shown(person: &Person) -> Vec<String> {
    let answer = person.get("/channels").await.expect(200);
    let all = answer["channels"].as_array().expect("channels");
    all.iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}

async fn sees(person: &Person, channel: &str) {
    eventually("the channel", async || shown(person).await.iter().any(|id| id == channel).then_some(()))
        .await;
}

async fn invite(person: &Person, channel: &str, other: &Person) {
    let path = format!("/channels/{channel}/members/{}", other.id);
    person.put(&path, json!({ "membership": "invited" })).await.expect(200);
}

async fn private(person: &Person, name: &str) -> String {
    let made = person.post("/channels", json!({ "name": name, "visibility": "private" })).await.expect(201);
    made["id"].as_str().expect("an id").to_owned()
}

async fn dm(person: &Person, other: &Person) -> String {
    let made = person.post("/dms", json!({ "users": [other.id] })).await.expect(201);
    made["id"].as_str().expect("an id").to_owned()
}

/// Ann of one server is blocked by Bob of the other, where Cem hears all that Bob would.
async fn nothing_of_theirs_arrives(world: World) {
    let ann = world.servers[0].person("ann").await;
    let (bob, cem) = (world.servers[1].person("bob").await, world.servers[1].person("cem").await);
    let general = ann.channel("general").await;
    bob.join("#general:a.test").await;
    cem.join("#general:a.test").await;
    ann.say(&general, "n0", "begin").await;
    bob.hears(&general, "begin").await;
    let path = format!("/me/blocks/{}", ann.id);
    bob.put(&path, Value::Null).await.expect(204);

    ann.say(&general, "n1", "@bob:b.test @cem:b.test").await;
    cem.hears(&general, "@bob:b.test @cem:b.test").await;
    assert_eq!(cem.get("/notifications").await.expect(200)["unread"], 1);
    assert_eq!(bob.get("/notifications").await.expect(200)["unread"], 0);

    // By their server's word, while nobody of this one is in the channel.
    let quiet = private(&ann, "quiet").await;
    for person in [&bob, &cem] {
        invite(&ann, &quiet, person).await;
    }
    sees(&cem, &quiet).await;
    // By the log, which comes here for somebody else.
    let busy = private(&ann, "busy").await;
    invite(&ann, &busy, &cem).await;
    sees(&cem, &busy).await;
    cem.post(&format!("/channels/{busy}/join"), Value::Null).await.expect(200);
    invite(&ann, &busy, &bob).await;
    ann.say(&busy, "n1", "after").await;
    cem.hears(&busy, "after").await;
    // A conversation, which needs no consent of those who know each other.
    let conversation = dm(&ann, &bob).await;
    ann.say(&conversation, "n1", "psst").await;
    let other = dm(&ann, &cem).await;
    sees(&cem, &other).await;
    assert_eq!(shown(&bob).await, std::slice::from_ref(&general));
    assert_eq!(bob.get("/notifications").await.expect(200)["unread"], 0);

    // What the log says is there once they are heard again.
    bob.delete(&path).await.expect(204);
    sees(&bob, &busy).await;
    let later = private(&ann, "later").await;
    invite(&ann, &later, &bob).await;
    sees(&bob, &later).await;
    for server in &world.servers {
        assert!(server.run(&["verify"]).0);
        assert_eq!(server.alarms(), [], "{}", server.name);
    }
}

on_both_databases!(nothing_of_theirs_arrives, 2);
