//! Each of two servers hosts a channel and has a copy of the other's: what is said between them goes either way.

use federation_tests::{Fault, Person, Stream, World, eventually};
use serde_json::json;

/// Two people, and for each the channel that their own server hosts; both are in both.
async fn two(world: &World) -> [(Person, String); 2] {
    let ann = world.servers[0].person("ann").await;
    let bob = world.servers[1].person("bob").await;
    let (here, there) = (ann.channel("here").await, bob.channel("there").await);
    ann.join("#there:b.test").await;
    bob.join("#here:a.test").await;
    [(ann, here), (bob, there)]
}

/// Typing, presence and new profiles, from the host to its guest and from the guest to its host.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signals_go_both_ways() {
    let world = World::of(2).await;
    let [(ann, here), (bob, there)] = two(&world).await;
    let (mut at_ann, mut at_bob) = (Stream::of(&ann).await, Stream::of(&bob).await);
    for channel in [&here, &there] {
        for (typist, hearer) in [(&ann, &mut at_bob), (&bob, &mut at_ann)] {
            typist.post(&format!("/channels/{channel}/typing"), json!({})).await.expect(204);
            let heard =
                hearer.next(|frame| frame["t"] == "typing" && frame["channel"] == json!(channel)).await;
            assert_eq!(heard["d"]["user"], json!(typist.id));
        }
    }
    for (person, other) in [(&ann, &bob), (&bob, &ann)] {
        let name = format!("{} the second", person.id);
        person.patch("/me", json!({ "display_name": name })).await.expect(200);
        eventually("the new name", async || {
            let seen = other.get(&format!("/users/{}", person.id)).await.expect(200);
            (seen["display_name"] == json!(name) && seen["presence"] == "online").then_some(())
        })
        .await;
    }
}

/// Both write more than a batch while nothing passes; when they have been away too, each hears from the other's heads
/// what it lacks, and gets exactly that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_are_compared_both_ways() {
    const MORE_THAN_A_BATCH: usize = 300;
    let mut world = World::of(2).await;
    let both = two(&world).await;
    world.isolate(0, Fault::Cut);
    for (person, channel) in &both {
        let said = (0..MORE_THAN_A_BATCH).map(|n| async move {
            person.say(channel, &format!("n{n}"), &format!("message {n}")).await;
        });
        futures_util::future::join_all(said).await;
        person.say(channel, "last", "the last").await;
    }
    for n in [0, 1] {
        world.kill(n);
    }
    world.isolate(0, Fault::None);
    for n in [0, 1] {
        world.start(n);
    }
    let [(ann, here), (bob, there)] = &both;
    let (ann, bob) = (ann.at(&world.servers[0].base), bob.at(&world.servers[1].base));
    for (host, guest, channel) in [(&ann, &bob, here), (&bob, &ann, there)] {
        guest.hears(channel, "the last").await;
        assert_eq!(guest.head(channel).await, host.head(channel).await);
    }
}

/// What an author's client found of a page is shown on both servers, as it was sent, and changes with the message.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn previews_of_links_come_with_the_message() {
    let world = World::of(2).await;
    let [(ann, here), (bob, there)] = two(&world).await;
    for (author, reader, channel) in [(&ann, &bob, &here), (&ann, &bob, &there)] {
        let text = "read https://site.test/x";
        let given = json!([{ "url": "https://site.test/x", "title": "A page", "site": "Site" }]);
        let new = json!({ "nonce": "p", "text": text, "previews": given });
        let said = author.post(&format!("/channels/{channel}/messages"), new).await.expect(201);
        assert_eq!(said["previews"], given);
        assert_eq!(reader.hears(channel, text).await["previews"], given);
        let message = format!("/channels/{channel}/messages/{}", said["id"].as_str().expect("an id"));
        author.patch(&message, json!({ "text": "read something else" })).await.expect(200);
        assert_eq!(reader.hears(channel, "read something else").await["previews"], json!([]));
    }
}
