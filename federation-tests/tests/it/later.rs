//! Messages that are sent later to channels of other servers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use federation_tests::{Person, World, eventually};
use loggia::domain::clock::{Clock, SystemClock};
use serde_json::{Value, json};

async fn schedule(person: &Person, channel: &str, nonce: &str, ms: i64) {
    let body = json!({ "nonce": nonce, "text": nonce, "send_ts": SystemClock.now() + ms });
    person.post(&format!("/channels/{channel}/scheduled"), body).await.expect(201);
}

async fn list(person: &Person) -> Vec<Value> {
    person.get("/me/scheduled").await.expect(200)["scheduled"].as_array().expect("a list").clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_are_sent_by_their_authors_server_and_wait_for_a_host_that_is_away() {
    let mut world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    schedule(&bob, &channel, "one", 1_000).await;
    ann.hears(&channel, "one").await;

    schedule(&bob, &channel, "two", 1_500).await;
    schedule(&bob, &channel, "three", 1_600).await;
    world.kill(0);
    eventually("they wait as all else does", async || {
        let waiting = bob.get(&format!("/channels/{channel}/pending")).await.expect(200);
        let waits = waiting["pending"].as_array().is_some_and(|waiting| waiting.len() == 2);
        (waits && list(&bob).await.is_empty()).then_some(())
    })
    .await;
    world.start(0);
    let ann = ann.at(&world.servers[0].base);
    ann.hears(&channel, "three").await;
    assert_eq!(ann.texts(&channel).await, ["one", "two", "three"], "each once, in order");
    let refusals = bob.get("/me/refusals").await.expect(200);
    assert_eq!(refusals["refusals"], json!([]));

    // Its host knows of a ban first; whoever is banned reads why it was not sent.
    let member = format!("/channels/{channel}/members/{}", bob.id);
    schedule(&bob, &channel, "four", 3_000).await;
    ann.put(&member, json!({ "membership": "banned" })).await.expect(200);
    eventually("it can't be sent", async || {
        let failed = list(&bob).await.first()?["failed"].as_str()?.to_owned();
        ["banned", "not_member", "channel_not_found"].contains(&failed.as_str()).then_some(())
    })
    .await;
    assert_eq!(ann.texts(&channel).await, ["one", "two", "three"]);
}

/// Whoever has many messages to send to a server that is away holds up nobody else, and not the rest of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_what_others_send_to_a_server_that_is_away() {
    const SENT_AT_ONCE: usize = 40;
    let mut world = World::of(2).await;
    let ann = world.servers[0].person("ann").await;
    let (bob, carl) = (world.servers[1].person("bob").await, world.servers[1].person("carl").await);
    let away = ann.channel("away").await;
    bob.join("#away:a.test").await;
    let mut here = Vec::new();
    for n in 0..8 {
        here.push(bob.channel(&format!("here-{n}")).await);
    }
    let of_carl = carl.channel("carls").await;
    for n in 0..SENT_AT_ONCE {
        schedule(&bob, &away, &format!("away-{n}"), 3_600_000).await;
    }
    let listed = list(&bob).await;
    world.kill(0);
    for channel in &here {
        schedule(&bob, channel, "here", 2_000).await;
    }
    schedule(&carl, &of_carl, "carls", 2_000).await;
    let began = Instant::now();
    let bob = Arc::new(bob);
    let sends: Vec<_> = listed
        .iter()
        .map(|scheduled| {
            let path = format!("/me/scheduled/{}/send", scheduled["id"].as_str().expect("an id"));
            let bob = bob.clone();
            tokio::spawn(async move { bob.post(&path, Value::Null).await.status })
        })
        .collect();
    carl.hears(&of_carl, "carls").await;
    for channel in &here {
        bob.hears(channel, "here").await;
    }
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
    let mut refused = 0;
    for sent in sends {
        refused += usize::from(sent.await.expect("an answer") == 503);
    }
    assert!(refused >= SENT_AT_ONCE / 2, "so many at a time are enough: {refused}");
}
