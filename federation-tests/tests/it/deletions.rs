//! What another server deletes is deleted here.

use std::sync::atomic::Ordering;

use federation_tests::hosted::text;
use federation_tests::{Hosted, World, eventually};
use loggia::protocol::body::Body;
use loggia::protocol::event::{Event, EventType, Rel, Relates};
use loggia::protocol::log::Entry;
use loggia::storage::{channels, entries, missing};
use serde_json::{Value, json};

/// What is deleted is gone from all that was made of it, whatever it was; and an edit that went with its message was not
/// itself deleted, so that it can be.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_topics_and_edits_can_be_deleted_too() {
    let (world, peers) = World::among(1, &["b.test"]).await;
    let bob = world.servers[0].person("bob").await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&peers[0]));
    hosted.welcome(to, &bob).await;
    let channel = hosted.channel.as_str();
    let from = hosted.size();
    let to_id = |rel: Rel, entry: &Entry| Some(Relates { rel, to: entry.event.clone() });
    let redact = |entry: &Entry| {
        let event = Event { relates: to_id(Rel::Redact, entry), ..hosted.event(EventType::Redact) };
        hosted.append(event, None)
    };
    let stated = |kind: EventType, field: &str, value: &str| {
        let body = Body::new([7; 16], json!({ field: value }).as_object().expect("an object").clone());
        let event = Event { body_hash: Some(body.hash()), ..hosted.state(kind, "", json!({})) };
        hosted.append(event, Some(body))
    };
    let edit = |entry: &Entry, said: &str| {
        let body = text(said);
        let event = Event { body_hash: Some(body.hash()), ..hosted.event(EventType::Edit) };
        hosted.append(Event { relates: to_id(Rel::Edit, entry), ..event }, Some(body))
    };
    let named = stated(EventType::ChannelName, "name", "nameword");
    let topic = stated(EventType::ChannelTopic, "topic", "topicword");
    let said = hosted.say("firstword");
    let second = edit(&said, "secondword");
    let third = edit(&said, "thirdword");
    hosted.deliver(to, from).await;
    let shown = async || bob.get(&format!("/channels/{channel}")).await.expect(200);
    let found = async |word: &str| {
        let found = bob.get(&format!("/search?q={word}")).await.expect(200);
        found["results"].as_array().expect("results").len()
    };
    let before = shown().await;
    assert_eq!((&before["name"], &before["topic"]), (&json!("nameword"), &json!("topicword")));
    assert_eq!(found("thirdword").await, 1);

    let from = hosted.size();
    redact(&named);
    redact(&topic);
    redact(&third);
    assert_eq!(hosted.deliver(to, from).await["void"], json!([]));
    let after = shown().await;
    assert_eq!((&after["name"], &after["topic"]), (&json!(""), &json!("")));
    assert_eq!(bob.texts(channel).await, ["secondword"]);
    assert_eq!((found("thirdword").await, found("secondword").await), (0, 1));
    // The one before it is shown no longer: there is nothing to show anew.
    let from = hosted.size();
    redact(&second);
    assert_eq!(hosted.deliver(to, from).await["void"], json!([]));
    assert_eq!(bob.texts(channel).await, ["firstword"]);
    assert_eq!((found("secondword").await, found("firstword").await), (0, 1));

    let fourth = edit(&said, "fourthword");
    let from = hosted.size() - 1;
    redact(&said);
    redact(&fourth);
    assert_eq!(hosted.deliver(to, from).await["void"], json!([]));
    assert_eq!((found("fourthword").await, found("firstword").await), (0, 0));
    assert_eq!(to.alarms(), []);
    let (sound, said) = to.run(&["verify"]);
    assert!(sound, "{said}");
}

/// All reactions go with their message: one that did not count, because it was there already, and one whose body did not come,
/// which nobody is asked for any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reactions_go_with_their_message_whatever_came_of_them() {
    let (world, peers) = World::among(1, &["b.test"]).await;
    let bob = world.servers[0].person("bob").await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&peers[0]));
    hosted.welcome(to, &bob).await;
    let react = |entry: &Entry, emoji: &str, is_told: bool| {
        let body = Body::new([7; 16], json!({ "emoji": emoji }).as_object().expect("an object").clone());
        let relates = Some(Relates { rel: Rel::React, to: entry.event.clone() });
        let event = Event { body_hash: Some(body.hash()), relates, ..hosted.event(EventType::Reaction) };
        hosted.append(event, is_told.then_some(body))
    };
    let from = hosted.size();
    let (said, other) = (hosted.say("deleted"), hosted.say("stays"));
    let reactions_from = hosted.size();
    for emoji in ["👍", "👍", "👎"] {
        react(&said, emoji, true);
    }
    react(&said, "🎉", false);
    react(&other, "👍", true);
    // (bodies of reactions that are kept, bodies that are looked for)
    let kept = || {
        let (id, first) = (hosted.channel.to_string(), reactions_from);
        to.read(move |conn| {
            let num = channels::num_of(conn, &id)?.expect("the channel");
            let bodies = entries::bodies_between(conn, num, first, i64::MAX)?.len();
            Ok((bodies, missing::count_in(conn, num)?))
        })
    };
    hosted.deliver(to, from).await;
    assert_eq!(kept(), (4, 1));
    let from = hosted.size();
    let relates = Some(Relates { rel: Rel::Redact, to: said.event.clone() });
    hosted.append(Event { relates, ..hosted.event(EventType::Redact) }, None);
    assert_eq!(hosted.deliver(to, from).await["void"], json!([]));
    assert_eq!(kept(), (1, 0));
    let (sound, said) = to.run(&["verify"]);
    assert!(sound, "{said}");
}

/// An administrator reaches as far as their server's own people do: their messages wherever they stand, and everybody's where
/// one of them owns the channel.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn administrators_reach_as_far_as_their_own_people() {
    let world = World::of(2).await;
    let (a, b) = (&world.servers[0], &world.servers[1]);
    let (ann, bob) = (a.person("ann").await, b.person("bob").await);
    let (root, boss) = (a.person("root").await, b.person("boss").await);
    for (server, name) in [(a, "root"), (b, "boss")] {
        server.make_administrator(name);
    }
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let mut said = Vec::new();
    for (person, nonce) in [(&ann, "n1"), (&bob, "n2"), (&bob, "n3")] {
        let sent = person.say(&channel, nonce, &format!("said with {nonce}")).await;
        said.push(sent["id"].as_str().expect("an id").to_owned());
    }
    bob.hears(&channel, "said with n3").await;
    let path = |message: &str| format!("/admin/channels/{channel}/messages/{message}");
    boss.delete(&path(&said[0])).await.problem(403, "out_of_reach");
    let owner = format!("/admin/channels/{channel}/owner");
    boss.put(&owner, json!({ "user": bob.id })).await.problem(403, "out_of_reach");
    // In bob's name, by way of the host; in ann's, who owns the channel.
    boss.delete(&path(&said[1])).await.expect(204);
    root.delete(&path(&said[2])).await.expect(204);
    let left = ["said with n1", "", ""];
    for person in [&ann, &bob] {
        eventually("only one is left", async || (person.texts(&channel).await == left).then_some(())).await;
    }
    let log = bob.get(&format!("/channels/{channel}/log")).await.expect(200);
    let entries = log["entries"].as_array().expect("entries");
    let deleted = entries.iter().filter(|entry| entry["event"]["type"] == "redact");
    let by: Vec<_> = deleted
        .map(|entry| (&entry["event"]["sender"], &entry["body"]["content"]["administrator"]))
        .collect();
    let (ann_id, bob_id, root_id, boss_id) = (json!(ann.id), json!(bob.id), json!(root.id), json!(boss.id));
    assert_eq!(by, [(&bob_id, &boss_id), (&ann_id, &root_id)]);
    for (person, message) in [(&boss, &said[1]), (&root, &said[2])] {
        let acts = person.get("/admin/acts").await.expect(200);
        let first = (&acts["acts"][0]["message"], &acts["acts"][0]["user"]);
        assert_eq!(first, (&json!(message), &bob_id), "{acts}");
    }
    // A member of another server can be made the owner; then nobody here is.
    root.put(&format!("/admin/channels/{channel}/owner"), json!({ "user": bob.id })).await.expect(204);
    root.put(&format!("/admin/channels/{channel}/owner"), json!({ "user": ann.id }))
        .await
        .problem(403, "out_of_reach");
    for server in [a, b] {
        assert_eq!(server.alarms(), []);
    }
}

/// What a channel of another server has kept for long enough goes here, too, with what comes about it later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_keep_nothing_longer_than_the_channel_says() {
    const DAY_S: i64 = 24 * 3_600;
    let (world, peers) = World::among(1, &["b.test"]).await;
    let to = &world.servers[0];
    let bob = to.person("bob").await;
    peers[0].ahead_s.store(-40 * DAY_S, Ordering::SeqCst);
    let hosted = Hosted::found(&peers[0]);
    peers[0].ahead_s.store(0, Ordering::SeqCst);
    hosted.welcome(to, &bob).await;
    let channel = hosted.channel.as_str();
    let from = hosted.size();
    let about = |kind: EventType, rel: Rel, to: &Entry, content: Value| {
        let body = Body::new([7; 16], content.as_object().expect("an object").clone());
        let relates = Some(Relates { rel, to: to.event.clone() });
        let event = Event { relates, body_hash: Some(body.hash()), ..hosted.event(kind) };
        hosted.append(event, Some(body))
    };
    let old = hosted.say("secret");
    let other = hosted.say("secret, too");
    about(EventType::Edit, Rel::Edit, &old, json!({ "text": "secret, edited" }));
    hosted.deliver(to, from).await;
    assert_eq!(bob.texts(channel).await, ["secret, edited", "secret, too"]);

    hosted.log.lock().expect("a log").ahead_s = 0;
    let from = hosted.size();
    let root = hosted.say("young");
    let policy = json!({ "caps": {}, "history": "all", "join": "open", "retention_days": 30 });
    hosted.append(hosted.state(EventType::ChannelPolicy, "", policy), None);
    hosted.deliver(to, from).await;
    eventually("what is old goes", async || (bob.texts(channel).await == ["young"]).then_some(())).await;
    let shown = bob.get(&format!("/channels/{channel}")).await.expect(200);
    assert_eq!(shown["policy"]["retention_days"], 30);
    assert!(shown["kept_from_seq"].as_i64() > Some(other.seq), "{shown}");

    // By the rules they are there still: all of this counts, and none of it shows anything.
    let from = hosted.size();
    about(EventType::Edit, Rel::Edit, &old, json!({ "text": "secret again" }));
    about(EventType::Reaction, Rel::React, &old, json!({ "emoji": "secret" }));
    about(EventType::Reaction, Rel::React, &root, json!({ "emoji": "x" }));
    for gone in [&old, &other] {
        let relates = Some(Relates { rel: Rel::Redact, to: gone.event.clone() });
        hosted.append(Event { relates, ..hosted.event(EventType::Redact) }, None);
    }
    assert_eq!(hosted.deliver(to, from).await["void"], json!([]));
    assert_eq!(bob.texts(channel).await, ["young"]);
    let log = bob.get(&format!("/channels/{channel}/log")).await.expect(200);
    let last = log["entries"].as_array().and_then(|entries| entries.last()).expect("entries");
    assert_eq!(last["entry"]["seq"], hosted.size() - 1);
    assert!(!log.to_string().contains("secret"), "{log}");
    let shown = bob.get(&format!("/channels/{channel}")).await.expect(200);
    assert_eq!(shown["unread"], 1, "{shown}");
    let young = bob.get(&format!("/channels/{channel}/messages")).await.expect(200);
    assert_eq!(young["messages"][0]["reactions"][0]["emoji"], "x");
    assert_eq!(to.alarms(), []);
}
