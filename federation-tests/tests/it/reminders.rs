//! Reminders of messages in channels of other servers.

use federation_tests::{World, eventually};
use loggia::domain::clock::{Clock, SystemClock};

use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ones_own_server_tells_whether_or_not_the_channels_host_is_there() {
    let mut world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let said = ann.say(&channel, "n1", "clean the oven").await;
    bob.hears(&channel, "clean the oven").await;
    let path = format!("/me/saved/{channel}/{}", said["id"].as_str().expect("an id"));
    world.kill(0);
    let body = json!({ "remind_ts": SystemClock.now() + 1_000 });
    bob.put(&path, body).await.expect(204);
    let told = eventually("bob is told", async || {
        let page = bob.get("/notifications").await.expect(200);
        page["notifications"].as_array()?.iter().find(|item| item["kind"] == "reminder").cloned()
    })
    .await;
    assert_eq!((&told["message"]["id"], &told["channel"]), (&said["id"], &json!(channel)));
    assert_eq!(bob.get("/me/saved").await.expect(200)["saved"][0]["remind_ts"], Value::Null);
}
