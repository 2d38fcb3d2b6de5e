//! What a host does not give comes from others that have it too, and proves itself; what comes too early waits.

use federation_tests::{Fault, Hosted, Peer, Person, Stream, World, eventually};
use serde_json::json;

/// Two servers, a scripted host, and somebody on each who is in its channel.
async fn trap() -> (World, Peer) {
    let (world, mut peers) = World::among(2, &["evil.test"]).await;
    (world, peers.remove(0))
}

async fn welcome(world: &World, hosted: &Hosted<'_>) -> (Person, Person) {
    let (bob, cem) = (world.servers[0].person("bob").await, world.servers[1].person("cem").await);
    hosted.welcome(&world.servers[0], &bob).await;
    hosted.welcome(&world.servers[1], &cem).await;
    hosted.deliver(&world.servers[0], 0).await;
    (bob, cem)
}

/// A host dies when it has told one of two servers: the other gets what it lacks from that one, under the host's heads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ranges_come_from_others() {
    let mut world = World::of(3).await;
    let (ann, bob, cem) = (
        world.servers[0].person("ann").await,
        world.servers[1].person("bob").await,
        world.servers[2].person("cem").await,
    );
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    cem.join("#general:a.test").await;
    ann.say(&channel, "n0", "for all").await;
    bob.hears(&channel, "for all").await;
    world.fault(0, 1, Fault::Cut);
    world.fault(1, 0, Fault::Cut);
    for n in 1..=300 {
        ann.say(&channel, &format!("n{n}"), &format!("not for b: {n}")).await;
    }
    cem.hears(&channel, "not for b: 300").await;
    world.kill(0);
    // Whoever wants something of the host finds out that it is away.
    let body = json!({ "nonce": "w", "text": "where is everybody?" });
    bob.post(&format!("/channels/{channel}/messages"), body).await.expect(201);
    bob.hears(&channel, "not for b: 300").await;
    assert_eq!(bob.head(&channel).await, cem.head(&channel).await);
    // The host is back, and nothing came twice.
    world.fault(0, 1, Fault::None);
    world.fault(1, 0, Fault::None);
    world.start(0);
    bob.hears(&channel, "where is everybody?").await;
    let ann = ann.at(&world.servers[0].base);
    eventually("equal heads", async || {
        let (here, there) = (ann.head(&channel).await?, bob.head(&channel).await?);
        (here == there).then_some(())
    })
    .await;
    for server in &world.servers {
        let (sound, said) = server.run(&["verify"]);
        assert!(sound && said.contains("0 void") && said.contains("0 bodies missing"), "{said}");
    }
}

/// A body that the host keeps back, or gives otherwise, is had from another server; what does not fit is never shown.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_come_from_others() {
    let (world, evil) = trap().await;
    let hosted = Hosted::found(&evil);
    let (bob, cem) = welcome(&world, &hosted).await;
    let channel = hosted.channel.to_string();
    let mut device = Stream::of(&cem).await;
    for (said, forged) in [("kept back", None), ("forged", Some("something else"))] {
        let before = hosted.size();
        hosted.say(said);
        hosted.deliver(&world.servers[0], before).await;
        bob.hears(&channel, said).await;
        let mut batch = hosted.batch(before);
        match forged {
            None => drop(batch["entries"][0].as_object_mut().expect("an entry").remove("body")),
            Some(other) => batch["entries"][0]["body"]["content"]["text"] = json!(other),
        }
        hosted.push(&world.servers[1], batch).await.expect(200);
        assert!(!cem.texts(&channel).await.contains(&"something else".to_owned()));
        let heard = cem.hears(&channel, said).await;
        assert_eq!(heard["seq"], before);
        // Whoever looks on is told of the entry in its place, and of what it says without one.
        let told = device.next(|frame| frame["t"] == "message.created").await;
        assert_eq!((&told["seq"], &told["d"]["text"]), (&json!(before), &json!("")));
        let told = device.next(|frame| frame["t"] == "message.updated").await;
        assert_eq!((&told["channel"], &told["seq"]), (&json!(channel), &serde_json::Value::Null));
        assert_eq!((&told["d"]["id"], &told["d"]["text"]), (&heard["id"], &json!(said)));
    }
    let found = cem.get("/search?q=kept").await.expect(200);
    assert_eq!(found["results"][0]["message"]["text"], "kept back", "{found}");
}

/// Batches that overtake each other are put in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_wait_for_those_before_them() {
    let (world, mut peers) = World::among(1, &["evil.test"]).await;
    let (evil, to) = (peers.remove(0), &world.servers[0]);
    let hosted = Hosted::found(&evil);
    let bob = to.person("bob").await;
    hosted.welcome(to, &bob).await;
    let first = hosted.size();
    hosted.say("one");
    let batch = hosted.batch(first);
    let second = hosted.size();
    hosted.say("two");
    let (late, early) = tokio::join!(hosted.push(to, hosted.batch(second)), async {
        // Some round trips later.
        for _ in 0..3 {
            evil.ask(to, "GET", "/check", None).await.expect(200);
        }
        hosted.push(to, batch).await
    });
    early.expect(200);
    assert_eq!(late.expect(200)["size"], hosted.size());
    bob.hears(hosted.channel.as_ref(), "two").await;
    // What nobody sends is not waited for without end.
    let gap = hosted.size();
    hosted.say("never sent");
    hosted.say("too early");
    let answer = hosted.push(to, hosted.batch(gap + 1)).await.expect(200);
    assert_eq!(answer["size"], gap);
}

/// An entry of the future is held until it is none, and makes nothing void.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_ahead_of_time_is_held() {
    let (world, mut peers) = World::among(1, &["evil.test"]).await;
    let (evil, to) = (peers.remove(0), &world.servers[0]);
    let hosted = Hosted::found(&evil);
    let bob = to.person("bob").await;
    hosted.welcome(to, &bob).await;
    let (before, ahead) = (hosted.size(), hosted.copy());
    let entry = ahead.say("from tomorrow");
    {
        let mut log = ahead.log.lock().expect("a log");
        let placed = log.placed.pop().expect("it");
        log.roots.pop();
        *log = hosted.log.lock().expect("a log").clone();
        let host_ts = entry.host_ts + 24 * 3_600_000;
        let entry = loggia::protocol::log::Entry { host_ts, ..entry };
        log.push_entry(entry, placed.event, placed.signature, placed.body);
    }
    ahead.push(to, ahead.batch(before)).await.problem(401, "clock_skew");
    assert!(to.has_alarm("host_ahead"), "{:?}", to.alarms());
    hosted.say("from today");
    hosted.deliver(to, before).await;
    bob.hears(hosted.channel.as_ref(), "from today").await;
}
