//! What other programs post is said on all servers of the channel, by whom it is seen to be.

use federation_tests::{World, eventually};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_is_heard_and_known_on_other_servers() {
    let world = World::of(2).await;
    let ann = world.servers[0].person("ann").await;
    let bob = world.servers[1].person("bob").await;
    let channel = ann.channel("alerts").await;
    bob.join("#alerts:a.test").await;
    let path = format!("/channels/{channel}/webhooks");
    let made = ann.post(&path, json!({ "name": "Build server" })).await.expect(201);
    let (_, hook) = made["url"].as_str().and_then(|url| url.split_once("/api/v1")).expect("an address");
    ann.post(hook, json!({ "text": "*red*" })).await.expect(200);
    let heard = bob.hears(&channel, "**red**").await;
    assert_eq!(heard["sender"], made["webhook"]["user"]["id"]);
    let user = format!("/users/{}", heard["sender"].as_str().expect("a sender"));
    eventually("the profile", async || {
        let known = bob.get(&user).await.expect(200);
        (known["display_name"] == "Build server" && known["bot"] == true).then_some(())
    })
    .await;

    // Where the channel is hosted is where its webhooks are.
    let role = format!("/channels/{channel}/members/{}", bob.id);
    ann.put(&role, json!({ "role": "moderator" })).await.expect(200);
    eventually("the role", async || {
        let refused = bob.post(&path, json!({ "name": "Mine" })).await;
        (refused.body["code"] == "not_host").then_some(())
    })
    .await;
    bob.post("/dms", json!({ "users": [heard["sender"]] })).await.problem(404, "user_not_found");
}
