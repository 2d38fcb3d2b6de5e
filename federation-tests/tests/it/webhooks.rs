//! What other programs post is said on all servers of the channel, by whom it is seen to be.

use federation_tests::{Guest, Reply, World, eventually};
use loggia::protocol::event::EventType;
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
    // Nor is what speaks there anybody to make something of.
    let member = format!("/channels/{channel}/members/{}", heard["sender"].as_str().expect("a sender"));
    bob.put(&member, json!({ "role": "guest" })).await.problem(409, "bad_target");
    bob.post("/dms", json!({ "users": [heard["sender"]] })).await.problem(404, "user_not_found");
}

/// Whatever another server signs in the name of somebody who may.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_server_makes_more_of_a_webhook_than_a_member() {
    let (world, peers) = World::among(1, &["evil.test"]).await;
    let to = &world.servers[0];
    peers[0].script(|heard| heard.is("POST", "/entries").then(|| Reply::problem(503, "busy")));
    let ann = to.person("ann").await;
    let channel = ann.channel("alerts").await;
    let guest = Guest::of(&peers[0], "mallory", &channel, &ann).await;
    guest.join(to).await.expect(200);
    let role = format!("/channels/{channel}/members/{}", guest.user);
    ann.put(&role, json!({ "role": "owner" })).await.expect(200);
    let made = account_of_webhook(&ann, &channel).await;
    for content in [
        json!({ "membership": "joined", "role": "owner" }),
        json!({ "membership": "joined", "role": "moderator" }),
    ] {
        let event = guest.state(EventType::Member, &made, content);
        assert_eq!(guest.submit(to, event, None).await.as_deref(), Some("bad_target"));
    }
    let event = guest.state(EventType::Member, &made, json!({ "membership": "left" }));
    assert_eq!(guest.submit(to, event, None).await, None);
}

/// Whatever a server says of its own people: who they are in a channel is for its moderators to say.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_out_of_reach_because_their_server_calls_them_a_webhook() {
    let (world, peers) = World::among(1, &["evil.test"]).await;
    let to = &world.servers[0];
    peers[0].script(|heard| {
        if !heard.target.ends_with("/profile") {
            // Of the copies that it is sent it takes none.
            return heard.is("POST", "/entries").then(|| Reply::problem(503, "busy"));
        }
        let profile = json!({
            "user": "@mallory:evil.test", "display_name": "Mallory", "bio": "", "avatar": null, "deactivated": false, "bot": true, "ts": 1,
        });
        Some(Reply::Json(200, profile.to_string()))
    });
    let ann = to.person("ann").await;
    let channel = ann.channel("alerts").await;
    let guest = Guest::of(&peers[0], "mallory", &channel, &ann).await;
    guest.join(to).await.expect(200);
    let member = format!("/channels/{channel}/members/{}", guest.user);
    ann.put(&member, json!({ "role": "moderator" })).await.expect(200);
    let signals = json!({ "signals": [{ "type": "profile", "user": guest.user }] });
    let path = format!("/channels/{channel}/signals");
    peers[0].ask(to, "POST", &path, Some(signals)).await.expect(204);
    eventually("it is shown", async || {
        let shown = ann.get(&format!("/users/{}", guest.user)).await.expect(200);
        (shown["webhook"] == true).then_some(())
    })
    .await;
    ann.put(&member, json!({ "role": "member" })).await.expect(200);
    for query in ["mallory", "allor"] {
        let found = ann.get(&format!("/users?query={query}")).await.expect(200);
        assert_eq!(found["users"].as_array().map(Vec::len), Some(1), "{query}");
    }
}

/// Makes a webhook; answers by whose account it speaks.
async fn account_of_webhook(ann: &federation_tests::Person, channel: &str) -> String {
    let made = ann.post(&format!("/channels/{channel}/webhooks"), json!({ "name": "Build server" })).await;
    made.expect(201)["webhook"]["user"]["id"].as_str().expect("an id").to_owned()
}
