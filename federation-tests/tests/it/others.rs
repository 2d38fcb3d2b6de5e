//! What a host does not give comes from others that have it too, and proves itself; what comes too early waits.

use federation_tests::hosted::Placed;
use federation_tests::{Fault, Hosted, Peer, Person, Reply, Stream, World, eventually};
use loggia::protocol::body::Body;
use loggia::protocol::event::{Event, EventType, SignedEvent, event_id};
use loggia::protocol::head::SignedHead;
use serde_json::{Value, json};

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

/// Under `since_join` the name that a channel has where somebody joins is asked for as well, and given by others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_of_before_comes_from_others() {
    let (world, evil) = trap().await;
    let (hosted, [first, second]) = (Hosted::found(&evil), [&world.servers[0], &world.servers[1]]);
    let (bob, cem) = (first.person("bob").await, second.person("cem").await);
    hosted.welcome(first, &bob).await;
    let policy = json!({ "caps": {}, "history": "since_join", "join": "open" });
    hosted.append(hosted.state(EventType::ChannelPolicy, "", policy), None);
    for name in ["Hall", "Lounge"] {
        let content = json!({ "name": name }).as_object().expect("an object").clone();
        let body = Body::new([7; 16], content);
        let event = hosted.state(EventType::ChannelName, "", json!({}));
        hosted.append(Event { body_hash: Some(body.hash()), ..event }, Some(body));
    }
    hosted.deliver(first, 0).await;
    let before = hosted.size();
    let withhold = async {
        eventually("the join", async || (hosted.size() > before).then_some(())).await;
        let mut batch = hosted.batch(0);
        for entry in batch["entries"].as_array_mut().expect("entries") {
            entry.as_object_mut().expect("an entry").remove("body");
        }
        hosted.push(second, batch).await.expect(200);
        hosted.deliver(first, before).await;
    };
    tokio::join!(cem.join("#trap:evil.test"), withhold);
    let channel = hosted.channel.to_string();
    eventually("the name", async || {
        let seen = cem.get(&format!("/channels/{channel}")).await.expect(200);
        (seen["name"] == "Lounge").then_some(())
    })
    .await;
    // What was before it is nobody's to read who came later.
    let asked = evil.count("GET", "/body");
    let data = std::path::PathBuf::from(&second.settings["LOGGIA_DATA_DIR"]);
    for file in std::fs::read_dir(&data).expect("files").flatten() {
        let bytes = std::fs::read(file.path()).unwrap_or_default();
        assert!(!bytes.windows(15).any(|some| some == b"{\"name\":\"Hall\"}"), "{:?}", file.path());
    }
    assert!(asked >= 1, "the host is asked first");
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
    // Whoever looks at the channel sees that something is held.
    let path = format!("/channels/{}", hosted.channel);
    let sync = bob.get(&path).await.expect(200)["sync"].clone();
    assert_eq!((&sync["state"], &sync["behind"]), (&json!("replaying"), &json!(1)));
    hosted.say("from today");
    hosted.deliver(to, before).await;
    bob.hears(hosted.channel.as_ref(), "from today").await;
    assert_eq!(bob.get(&path).await.expect(200)["sync"]["state"], "live");
}

/// A member's server that is asked for what the host does not give forges entries below heads that the host did sign. They
/// are dropped, say nothing against the host, and what that sends goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_cant_make_its_host_a_liar() {
    // Another entry at a place that was just filled; entries of the future.
    for ahead_ms in [0, 24 * 3_600_000] {
        let (world, peers) = World::among(1, &["good.test", "evil.test"]).await;
        let (good, evil, to) = (&peers[0], &peers[1], &world.servers[0]);
        let (hosted, bob) = (Hosted::found(good), to.person("bob").await);
        let channel = hosted.channel.as_str();
        hosted.welcome(to, &bob).await;
        join(&hosted, evil);
        hosted.deliver(to, 0).await;
        let from = hosted.size();
        hosted.say("one");
        hosted.say("two");
        hosted.say("three");
        let heads = [hosted.signed_head(from + 1), hosted.signed_head(from + 2)];
        let forge = |placed: &Placed| {
            let mut forged = placed.clone();
            forged.event = forged.event.replace(r#""nonce":"e"#, r#""nonce":"forged"#);
            forged.entry.event = event_id(forged.event.as_bytes());
            forged.entry.host_ts += ahead_ms;
            forged.json()
        };
        let (forged, genuine) = {
            let log = hosted.log.lock().expect("a log");
            let new = &log.placed[from as usize..];
            (vec![forge(&new[0]), forge(&new[1])], vec![new[0].json()])
        };
        let mut ranges: Vec<(Vec<Value>, SignedHead)> = vec![(forged, heads[1].clone())];
        let mut shown = vec![heads[1].clone()];
        if ahead_ms == 0 {
            ranges.push((genuine, heads[0].clone()));
            shown.insert(0, heads[0].clone());
        }
        evil.script(move |heard| {
            if heard.is("POST", "/heads") {
                return Some(Reply::Json(200, json!({ "heads": shown }).to_string()));
            }
            heard.is("GET", "/entries").then(|| match ranges.pop() {
                Some((entries, head)) => {
                    Reply::Json(200, json!({ "entries": entries, "head": head }).to_string())
                }
                None => Reply::problem(403, "not_member"),
            })
        });
        // What comes too early makes it ask.
        hosted.push(to, hosted.batch(from + 2)).await.expect(200);
        eventually("a question", async || (evil.count("GET", "/entries") > 0).then_some(())).await;
        if ahead_ms == 0 {
            bob.hears(channel, "one").await;
        }
        // That waits for what is missing, longer than it takes to get a range.
        hosted.push(to, hosted.batch(from + 2)).await.expect(200);
        hosted.deliver(to, from).await;
        assert_eq!(bob.texts(channel).await, ["one", "two", "three"]);
        assert_eq!((to.evidence(channel), to.alarms()), (None, vec![]));
    }
}

/// Somebody of another server is in the channel.
pub fn join(hosted: &Hosted<'_>, server: &Peer) {
    let user = format!("@mallory:{}", server.name);
    let content = json!({ "kid": server.kid, "public": server.key.public() });
    let bound = hosted.state(EventType::ServerKey, &format!("{}/{}", server.name, server.kid), content);
    let joined = hosted.state(EventType::Member, &user, json!({ "membership": "joined" }));
    for event in [bound, joined] {
        let event = Event { sender: user.parse().expect("an id"), kid: server.kid.clone(), ..event };
        hosted.append_signed(SignedEvent::sign(event, &server.key), None);
    }
}
