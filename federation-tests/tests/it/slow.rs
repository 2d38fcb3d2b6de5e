//! Slow channels: the host has people of other servers wait, too.

use federation_tests::hosted::text;
use federation_tests::{Guest, Person, Reply, Stream, World, eventually};
use loggia::protocol::body::Body;
use loggia::protocol::event::{Event, EventType, Rel, Relates};
use loggia::protocol::ids::EventId;
use serde_json::{Value, json};

async fn send(person: &Person, channel: &str, nonce: &str) -> (u16, Value) {
    let body = json!({ "nonce": nonce, "text": nonce });
    let sent = person.post(&format!("/channels/{channel}/messages"), body).await;
    (sent.status, sent.body)
}

async fn refusals(person: &Person) -> Vec<(String, String)> {
    let refused = person.get("/me/refusals").await.expect(200);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let of = |one: &Value| (text(&one["code"]), text(&one["pending"]["message"]["text"]));
    refused["refusals"].as_array().expect("a list").iter().map(of).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_elsewhere_waits_and_is_told() {
    let mut world = World::of(2).await;
    let ann = world.servers[0].person("ann").await;
    let (bob, eve) = (world.servers[1].person("bob").await, world.servers[1].person("eve").await);
    let channel = ann.channel("general").await;
    for person in [&bob, &eve] {
        person.join("#general:a.test").await;
    }
    let slow = json!({ "policy": { "slow_seconds": 3_600 } });
    ann.patch(&format!("/channels/{channel}"), slow).await.expect(200);
    eventually("the other server knows", async || {
        let shown = bob.get(&format!("/channels/{channel}")).await.expect(200);
        (shown["policy"]["slow_seconds"] == 3_600).then_some(())
    })
    .await;
    let first = send(&bob, &channel, "b1").await;
    assert_eq!(first.0, 201, "{}", first.1);
    let body = json!({ "nonce": "b2", "text": "b2" });
    let refused = bob.post(&format!("/channels/{channel}/messages"), body).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (429, Some("slow_mode")), "{}", refused.body);
    let left = refused.retry_after.expect("it says when");
    assert!((3_500..=3_600).contains(&left), "{left}");
    // The same again is what was sent, and others are not held up.
    assert_eq!(send(&bob, &channel, "b1").await.1["id"], first.1["id"]);
    assert_eq!(send(&eve, &channel, "e1").await.0, 201);
    let waiting = bob.get(&format!("/channels/{channel}/pending")).await.expect(200);
    assert_eq!((&waiting["pending"], refusals(&bob).await.len()), (&json!([]), 0));

    // What was written while the host was away goes in order: the first of it is taken, the rest comes back.
    let dan = world.servers[1].person("dan").await;
    dan.join("#general:a.test").await;
    world.kill(0);
    for nonce in ["d1", "d2", "d3"] {
        assert_eq!(send(&dan, &channel, nonce).await.1["status"], "pending");
    }
    let mut device = Stream::of(&dan).await;
    world.start(0);
    eventually("what was too much is refused", async || {
        let expected = ["d2", "d3"].map(|text| ("slow_mode".to_owned(), text.to_owned()));
        (refusals(&dan).await == expected).then_some(())
    })
    .await;
    let told = device.next(|frame| frame["d"]["state"] == "refused").await;
    assert_eq!(told["d"]["code"], "slow_mode");
    dan.hears(&channel, "d1").await;
    assert_eq!(dan.texts(&channel).await, ["b1", "e1", "d1"]);
    let waiting = dan.get(&format!("/channels/{channel}/pending")).await.expect(200);
    assert_eq!(waiting["pending"], json!([]));
    assert_eq!(world.servers[1].alarms(), []);
}

/// Whatever a server sends in the name of its people, and however much at once, one of it is taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_pretends_gets_no_more_into_a_slow_channel() {
    let (world, mut peers) = World::among(1, &["evil.test"]).await;
    let evil = peers.remove(0);
    evil.script(|heard| heard.is("POST", "/entries").then(|| Reply::problem(503, "busy")));
    let (to, ann) = (&world.servers[0], world.servers[0].person("ann").await);
    let channel = ann.channel("general").await;
    let slow = json!({ "policy": { "slow_seconds": 3_600 } });
    ann.patch(&format!("/channels/{channel}"), slow).await.expect(200);
    let root = ann.say(&channel, "a1", "root").await;
    let root: EventId = root["id"].as_str().expect("an id").parse().expect("an id");
    let guest = Guest::of(&evil, "hook-mallory", &channel, &ann).await;
    guest.join(to).await.expect(200);
    let imported = json!({ "text": "brought", "imported": { "from": "slack", "author": "m", "ts": 1 } });
    let imported = Body::new([7; 16], imported.as_object().expect("an object").clone());
    let message = |body: &Body, rel: Option<Rel>| {
        let relates = rel.map(|rel| Relates { rel, to: root.clone() });
        let event = guest.event(EventType::Message);
        guest.wire(Event { body_hash: Some(body.hash()), relates, ..event }, Some(body))
    };
    let first = message(&text("first"), None);
    let sent = vec![
        first.clone(),
        message(&text("second"), None),
        message(&text("in the thread"), Some(Rel::Thread)),
        message(&text("an answer"), Some(Rel::Reply)),
        message(&imported, None),
        first,
    ];
    let answer = guest.send(to, "events", sent).await.expect(200);
    let results = answer["results"].as_array().expect("results");
    let codes: Vec<Option<&str>> = results.iter().map(|each| each["error"]["code"].as_str()).collect();
    let refused = Some("slow_mode");
    assert_eq!(codes, [None, refused, refused, refused, refused, None]);
    // The same again is what was sent.
    assert_eq!(results[0], results[5]);
    for each in &results[1..5] {
        let left = each["error"]["retry_after"].as_i64().expect("a number");
        assert!((3_500..=3_600).contains(&left), "{each}");
    }
    assert_eq!(ann.texts(&channel).await, ["root", "first"]);
    // Out and in again is no way around it.
    for membership in ["left", "joined"] {
        assert_eq!(guest.submit(to, guest.member(membership), None).await, None);
    }
    assert_eq!(guest.say(to, "again").await.as_deref(), Some("slow_mode"));
}
