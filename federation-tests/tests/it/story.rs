//! People on two servers share a channel.

use federation_tests::{Person, World, eventually, on_both_databases};
use serde_json::json;

/// Finding, joining, talking, reacting, editing, a thread, deleting: first one of two servers hosts the channel, then the
/// other does.
async fn two_people_on_two_servers_talk(world: World) {
    for (host, other) in [(0, 1), (1, 0)] {
        let ann = world.servers[host].person("ann").await;
        let bob = world.servers[other].person("bob").await;
        talk(&world.servers[host].name, &ann, &bob).await;
    }
    for server in &world.servers {
        let (sound, said) = server.run(&["verify"]);
        assert!(sound && said.contains("0 void"), "{said}");
    }
}

on_both_databases!(two_people_on_two_servers_talk, 2);

async fn talk(host: &str, ann: &Person, bob: &Person) {
    let channel = ann.channel("general").await;
    ann.say(&channel, "n1", "before bob came").await;

    let found = bob.get(&format!("/directory?server={host}&query=gener")).await.expect(200);
    let alias = format!("#general:{host}");
    assert_eq!(found["channels"][0]["alias"], alias);
    let joined = bob.join(&alias).await;
    assert_eq!((joined["id"].as_str(), joined["membership"].as_str()), (Some(&*channel), Some("joined")));
    assert_eq!(joined["host"], host);
    assert_eq!(bob.texts(&channel).await, ["before bob came"]);

    let sent = bob.say(&channel, "n1", "hello ann").await;
    assert_eq!(sent["status"], "sent");
    let heard = ann.hears(&channel, "hello ann").await;
    assert_eq!((&heard["id"], &heard["seq"], &heard["sender"]), (&sent["id"], &sent["seq"], &json!(bob.id)));
    let path = format!("/channels/{channel}/messages/{}", sent["id"].as_str().expect("an id"));
    let emoji = format!("{path}/reactions/%F0%9F%91%8D");
    ann.put(&emoji, json!(null)).await.expect(204);
    eventually("the reaction", async || {
        let message = bob.get(&path).await.expect(200);
        (message["reactions"][0]["users"] == json!([ann.id])).then_some(())
    })
    .await;
    bob.patch(&path, json!({ "text": "hello, Ann" })).await.expect(200);
    ann.hears(&channel, "hello, Ann").await;
    let reply = json!({ "nonce": "t1", "text": "in a thread", "thread": sent["id"] });
    bob.post(&format!("/channels/{channel}/messages"), reply).await.expect(201);
    eventually("the thread", async || {
        let message = ann.get(&path).await.expect(200);
        (message["thread_count"] == 1).then_some(())
    })
    .await;
    bob.delete(&path).await.expect(204);
    eventually("the deletion", async || {
        let message = ann.get(&path).await.expect(200);
        (message["deleted"] == true && message["text"] == "").then_some(())
    })
    .await;
    let heads = eventually("equal heads", async || {
        let (here, there) = (ann.head(&channel).await?, bob.head(&channel).await?);
        (here == there).then_some(here)
    });
    assert!(heads.await.0 > 8);
}
