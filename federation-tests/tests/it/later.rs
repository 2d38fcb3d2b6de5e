//! Messages that are sent later to channels of other servers.

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
