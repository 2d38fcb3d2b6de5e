//! Who is there is seen on all servers that share a channel with them.

use federation_tests::{Guest, Peer, Person, Reply, Stream, World, eventually};
use serde_json::{Value, json};

fn is_presence(frame: &Value, person: &Person, presence: &str) -> bool {
    frame["t"] == "presence" && frame["d"]["users"] == json!([{ "id": person.id, "presence": presence }])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_there_is_seen_elsewhere() {
    let world = World::of(3).await;
    let ann = world.servers[0].person("ann").await;
    let bob = world.servers[1].person("bob").await;
    let carol = world.servers[2].person("carol").await;
    let channel = ann.channel("general").await;
    // Carol and Bob are guests of Ann's server: they hear of each other all the same.
    for guest in [&bob, &carol] {
        guest.join("#general:a.test").await;
    }
    eventually("all to know all", async || {
        for person in [&ann, &bob, &carol] {
            let members = person.get(&format!("/channels/{channel}/members")).await.expect(200);
            if members["members"].as_array().is_none_or(|members| members.len() < 3) {
                return None;
            }
        }
        Some(())
    })
    .await;
    let mut at_a = Stream::of(&ann).await;
    let mut at_c = Stream::of(&carol).await;
    let mut at_b = Stream::of(&bob).await;
    for stream in [&mut at_a, &mut at_c] {
        stream.next(|frame| is_presence(frame, &bob, "online")).await;
    }
    let seen = ann.get(&format!("/users/{}", bob.id)).await.expect(200);
    assert_eq!(seen["presence"], "online");
    at_b.close().await;
    for stream in [&mut at_a, &mut at_c] {
        stream.next(|frame| is_presence(frame, &bob, "offline")).await;
    }
    let seen = ann.get(&format!("/users/{}", bob.id)).await.expect(200);
    assert_eq!(seen["presence"], "offline");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_types_is_seen_elsewhere() {
    let world = World::of(3).await;
    let ann = world.servers[0].person("ann").await;
    let bob = world.servers[1].person("bob").await;
    let carol = world.servers[2].person("carol").await;
    let channel = ann.channel("general").await;
    for guest in [&bob, &carol] {
        guest.join("#general:a.test").await;
    }
    carol.say(&channel, "n1", "all are here").await;
    bob.hears(&channel, "all are here").await;
    let mut at_c = Stream::of(&carol).await;
    let mut at_a = Stream::of(&ann).await;
    let typing = |frame: &Value| {
        frame["t"] == "typing" && frame["channel"] == channel && frame["d"]["user"] == json!(bob.id)
    };
    bob.post(&format!("/channels/{channel}/typing"), Value::Null).await.expect(204);
    at_a.next(typing).await;
    at_c.next(typing).await;
}

/// Whoever is put out, and their server, hear no more of who types.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_gone_hears_of_no_typing() {
    let (world, peers) = World::among(1, &["evil.test", "good.test"]).await;
    let to = &world.servers[0];
    let ann = to.person("ann").await;
    let channel = ann.channel("general").await;
    for peer in &peers {
        peer.script(|heard| {
            heard.is("POST", "/entries").then(|| {
                let head = &heard.json()["head"]["head"];
                let answer = json!({ "size": head["size"], "root": head["root"], "void": [] });
                Reply::Json(200, answer.to_string())
            })
        });
        let guest = Guest::of(peer, "guest", &channel, &ann).await;
        guest.join(to).await.expect(200);
    }
    let told = |peer: &Peer| {
        let mut heard = peer.heard();
        heard.retain(|heard| heard.json()["signals"][0]["type"] == "typing");
        heard.len()
    };
    let typing = format!("/channels/{channel}/typing");
    eventually("both hear of it", async || {
        ann.post(&typing, Value::Null).await.expect(204);
        (told(&peers[0]) > 0 && told(&peers[1]) > 0).then_some(())
    })
    .await;
    let path = format!("/channels/{channel}/members/@guest:evil.test");
    ann.put(&path, json!({ "membership": "left" })).await.expect(200);
    let kept = json!([{ "server": "good.test", "behind": 0 }]);
    eventually("no copy for evil.test", async || {
        let seen = ann.get(&format!("/channels/{channel}")).await.expect(200);
        (seen["sync"]["servers"] == kept).then_some(())
    })
    .await;
    let before = peers.iter().map(told).collect::<Vec<_>>();
    eventually("good.test hears more", async || {
        ann.post(&typing, Value::Null).await.expect(204);
        (told(&peers[1]) > before[1] + 1).then_some(())
    })
    .await;
    assert_eq!(told(&peers[0]), before[0]);
}
