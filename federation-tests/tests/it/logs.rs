//! What a host's log may hold and not: keys that change, cards that lie, things that nobody knows.

use federation_tests::peer::{key, now_s};
use federation_tests::{Hosted, Peer, Person, Reply, World, eventually};
use loggia::protocol::body::Body;
use loggia::protocol::event::{Event, EventType, SignedEvent};
use loggia::protocol::head::{Head, SignedHead};
use serde_json::{Value, json};

/// One server, a peer, and somebody on the server.
async fn world() -> (World, Peer, Person) {
    let (world, mut peers) = World::among(1, &["evil.test"]).await;
    let bob = world.servers[0].person("bob").await;
    (world, peers.remove(0), bob)
}

/// A key is replaced in the middle of a batch. What the new one signs after that counts, what the old one signs does
/// not, whenever that says it was; and the head is the new key's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_changes_in_a_batch_counts_by_its_place() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let (from, second) = (hosted.size(), key("evil.test/k2"));
    hosted.say("with the old one");
    let content = json!({ "ends": evil.kid, "kid": "k2", "public": second.public() });
    hosted.append(hosted.state(EventType::ServerKey, "evil.test/k2", content), None);
    let (said, body) = hosted.message("with the new one");
    let said = Event { kid: "k2".parse().expect("an id"), ..said };
    hosted.append_signed(SignedEvent::sign(said, &second), Some(body));
    let (said, body) = hosted.message("void: with the old one, dated back");
    let dated = Event { origin_ts: said.origin_ts - 86_400_000, ..said };
    let void = hosted.append(dated, Some(body)).seq;
    let mut batch = hosted.batch(from);
    // The old key can't sign for a log in which it has ended.
    hosted.push(to, batch.clone()).await.problem(401, "bad_signature");
    let head = Head { kid: "k2".parse().expect("an id"), ..hosted.head(hosted.size()) };
    batch["head"] = json!(SignedHead::sign(head, &second));
    let answer = hosted.push(to, batch).await.expect(200);
    assert_eq!((&answer["size"], &answer["void"]), (&json!(hosted.size()), &json!([void])));
    assert_eq!(bob.texts(hosted.channel.as_str()).await, ["with the old one", "with the new one"]);
    assert!(to.has_alarm("void_entry"));
    let (sound, said) = to.run(&["verify"]);
    assert!(sound, "{said}");
}

/// Who has got hold of a key that has ended can't show two logs with it that go on after its end; with the one that is in
/// force, the host can.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_has_ended_is_no_evidence() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let (from, second) = (hosted.size(), key("evil.test/k2"));
    let content = json!({ "ends": evil.kid, "kid": "k2", "public": second.public() });
    hosted.append(hosted.state(EventType::ServerKey, "evil.test/k2", content), None);
    let by_second =
        |head: Head| SignedHead::sign(Head { kid: "k2".parse().expect("an id"), ..head }, &second);
    let (said, body) = hosted.message("with the new one");
    let said = Event { kid: "k2".parse().expect("an id"), ..said };
    hosted.append_signed(SignedEvent::sign(said, &second), Some(body));
    let mut batch = hosted.batch(from);
    batch["head"] = json!(by_second(hosted.head(hosted.size())));
    hosted.push(to, batch).await.expect(200);
    let (other, size) = (hosted.copy(), hosted.size() + 1);
    hosted.say("one");
    other.say("two");
    let channel = hosted.channel.as_str();
    let path = format!("/channels/{channel}/evidence");
    let pair = json!({ "a": hosted.signed_head(size), "b": other.signed_head(size) });
    evil.ask(to, "POST", &path, Some(pair)).await.expect(204);
    assert_eq!((to.evidence(channel), to.alarms()), (None, vec![]));
    let pair = json!({ "a": by_second(hosted.head(size)), "b": by_second(other.head(size)) });
    evil.ask(to, "POST", &path, Some(pair)).await.expect(204);
    assert!(to.evidence(channel).is_some());
}

/// What the host said of the log before somebody joined is kept, and held against the log that comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_the_log_contradicts_is_evidence() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    let other = hosted.copy();
    hosted.say("one truth");
    other.say("another truth");
    let card = other.card().to_string();
    evil.script(move |heard| heard.target.contains("/aliases/").then(|| Reply::Json(200, card.clone())));
    hosted.welcome(to, &bob).await;
    let channel = hosted.channel.as_str();
    let (a, b) = eventually("evidence", async || to.evidence(channel)).await;
    let heads: Vec<SignedHead> =
        [a, b].iter().map(|head| serde_json::from_str(head).expect("a head")).collect();
    assert!(heads.iter().all(|head| head.verify(&evil.key.public()).is_ok()));
    assert!(to.has_alarm("fork"), "{:?}", to.alarms());
    let path = format!("/channels/{channel}/messages");
    bob.post(&path, json!({ "nonce": "n", "text": "hm" })).await.problem(409, "fork");
}

/// Types of events and fields of bodies that nobody knows stay as they are, are handed on, and do nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_knows_is_kept_and_does_nothing() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let from = hosted.size();
    let of = |content: Value| Body::new([7; 16], content.as_object().expect("an object").clone());
    let poll = of(json!({ "options": ["a", "b"], "z": { "deep": [1, { "er": null }] } }));
    let event = hosted.event("x.poll".parse().expect("a type"));
    hosted.append(Event { body_hash: Some(poll.hash()), ..event }, Some(poll.clone()));
    let more = of(json!({ "text": "hello", "mood": { "of": ["the", "day"] }, "\u{fb33}": 1 }));
    let event = hosted.event(EventType::Message);
    hosted.append(Event { body_hash: Some(more.hash()), ..event }, Some(more.clone()));
    let answer = hosted.deliver(to, from).await;
    assert_eq!(answer["void"], json!([]));
    let channel = hosted.channel.as_str();
    assert_eq!(bob.texts(channel).await, ["hello"]);
    let (log, _) = bob.log(channel).await;
    let range = format!("/channels/{channel}/entries?from={from}");
    let range = evil.ask(to, "GET", &range, None).await.expect(200);
    for (at, body) in [poll, more].iter().enumerate() {
        let body: Value = serde_json::from_slice(&body.canonical()).expect("JSON");
        assert_eq!(log[from as usize + at]["body"], body);
        assert_eq!(range["entries"][at]["body"], body);
    }
    assert!(to.run(&["verify"]).0);
    assert_eq!(to.alarms(), []);
}

/// Nobody joins a channel whose rules this server does not know: it could not say what counts there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_that_nobody_knows_keep_people_out() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    let content = json!({
        "host": evil.name, "kind": "channel", "rules": 2,
        "key": { "kid": evil.kid, "public": evil.key.public() },
    });
    let genesis = hosted.state(EventType::ChannelCreate, "", content);
    let genesis = SignedEvent::sign(Event { channel: None, seen: None, ..genesis }, &evil.key);
    let channel = genesis.channel_id();
    let head = loggia::protocol::head::Head { channel: channel.clone(), ..hosted.head(1) };
    let mut card = hosted.card();
    card["channel"] = json!(channel);
    card["head"] = json!(SignedHead::sign(head, &evil.key));
    card["genesis"] = json!({
        "event": serde_json::from_slice::<Value>(&genesis.bytes).expect("JSON"), "signature": genesis.signature,
    });
    let invitation = json!({
        "card": card, "inviter": hosted.owner, "invitee": bob.id, "ts": now_s() * 1_000,
    });
    evil.ask(to, "POST", "/invites", Some(invitation)).await.expect(202);
    let card = card.to_string();
    evil.script(move |heard| heard.target.contains("/aliases/").then(|| Reply::Json(200, card.clone())));
    let refused =
        bob.post("/joins", json!({ "alias": "#trap:evil.test" })).await.problem(502, "peer_nonsense");
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("rules")), "{refused}");
    assert_eq!(bob.get("/channels").await.expect(200)["channels"], json!([]));
}

/// The host shows one log here and another there. Whoever finds out tells the others, who judge for themselves: all of
/// them stop writing, and both of their operators know.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_finds_two_logs_tells_the_others() {
    let (world, mut peers) = World::among(2, &["evil.test"]).await;
    let evil = peers.remove(0);
    let hosted = Hosted::found(&evil);
    let (bob, cem) = (world.servers[0].person("bob").await, world.servers[1].person("cem").await);
    hosted.welcome(&world.servers[0], &bob).await;
    hosted.welcome(&world.servers[1], &cem).await;
    hosted.deliver(&world.servers[0], 0).await;
    let (from, other) = (hosted.size(), hosted.copy());
    hosted.say("one truth");
    other.say("another truth");
    hosted.deliver(&world.servers[0], from).await;
    other.deliver(&world.servers[1], from).await;
    let channel = hosted.channel.as_str();
    assert_eq!(world.servers[1].evidence(channel), None);
    other.push(&world.servers[0], other.batch(from)).await.problem(409, "fork");
    for (server, person) in world.servers.iter().zip([&bob, &cem]) {
        eventually("evidence", async || server.evidence(channel)).await;
        assert!(server.has_alarm("fork"), "{}", server.name);
        let path = format!("/channels/{channel}/messages");
        person.post(&path, json!({ "nonce": "n", "text": "hm" })).await.problem(409, "fork");
    }
}

/// Events may be large, and a copy's part of a log ends where its host signed a head: there are enough of them for any part
/// to be handed on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_of_large_events_can_be_handed_on() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    for _ in 0..10 {
        let from = hosted.size();
        for _ in 0..8 {
            let content = json!({ "filler": "x".repeat(55_000) });
            let kind = "x.large".parse().expect("a type");
            hosted.append(hosted.state(kind, &from.to_string(), content), None);
        }
        hosted.deliver(to, from).await;
    }
    hosted.say("at the end");
    hosted.deliver(to, hosted.size() - 1).await;
    // The host has lost it, and asks for it.
    let mut from = 0;
    while from < hosted.size() {
        let path = format!("/channels/{}/entries?from={from}", hosted.channel);
        let part = evil.ask(to, "GET", &path, None).await.expect(200);
        let bytes = part.to_string().len();
        assert!(bytes < 2 * 1_048_576, "{bytes} bytes from {from} on");
        let entries = part["entries"].as_array().expect("entries");
        let end = from + i64::try_from(entries.len()).expect("a count");
        assert!(end > from && part["head"]["head"]["size"] == end, "{}", part["head"]);
        from = end;
    }
}
