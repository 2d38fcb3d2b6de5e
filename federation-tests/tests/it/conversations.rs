//! Direct conversations over servers that somebody has left.

use federation_tests::{World, eventually, on_both_databases};
use serde_json::{Value, json};

/// Whoever left is in it again when something is said there, on whichever server they and the others are.
async fn a_conversation_is_open_again_for_all(world: World) {
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    ann.channel("general").await;
    bob.join("#general:a.test").await;
    let made = ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
    let channel = made["id"].as_str().expect("an id");
    bob.becomes(channel, Some("joined")).await;
    let leave = format!("/channels/{channel}/leave");
    let members = format!("/channels/{channel}/members?membership=left");
    // Her server is the host, and what is said comes from another.
    ann.post(&leave, Value::Null).await.expect(204);
    eventually("bob hears", async || {
        bob.get(&members).await.expect(200).to_string().contains(&ann.id).then_some(())
    })
    .await;
    bob.say(channel, "n1", "are you there?").await;
    ann.hears(channel, "are you there?").await;
    assert_eq!(ann.membership(channel).await.as_deref(), Some("joined"));
    let told = ann.get("/notifications").await.expect(200);
    assert_eq!(told["notifications"][0]["kind"], "dm", "{told}");
    // He is of another server than the host's.
    bob.post(&leave, Value::Null).await.expect(204);
    eventually("ann hears", async || {
        ann.get(&members).await.expect(200).to_string().contains(&bob.id).then_some(())
    })
    .await;
    assert_eq!(bob.membership(channel).await, None);
    ann.say(channel, "n2", "I am").await;
    bob.becomes(channel, Some("joined")).await;
    bob.hears(channel, "I am").await;
}

on_both_databases!(a_conversation_is_open_again_for_all, 2);
