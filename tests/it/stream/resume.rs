//! Resuming from cursors: exactly what is missing, in order, once.

use serde_json::{Value, json};

use crate::both;
use crate::support::{Person, Stream, TestServer};

/// Ann's and Bob's channels, with nothing said in them yet.
async fn channels(server: &TestServer, count: usize) -> (Person, Person, Vec<String>) {
    let (ann, bob) = (server.person("ann").await, server.person("bob").await);
    let mut channels = Vec::new();
    for n in 0..count {
        let channel = ann.channel(&format!("Channel {n}")).await;
        bob.join(&channel).await;
        channels.push(channel);
    }
    (ann, bob, channels)
}

async fn head(person: &Person, channel: &str) -> i64 {
    person.get(&format!("/channels/{channel}")).await.expect(200)["head"].as_i64().expect("a seq")
}

/// Says `count` things at once; the log has as many more entries.
async fn say_many(person: &Person, channel: &str, name: &str, count: usize) {
    let sends = (0..count).map(|n| {
        let (person, channel, nonce) = (person.clone(), channel.to_owned(), format!("{name}-{n}"));
        async move { person.say(&channel, &nonce, &nonce).await }
    });
    for chunk in sends.collect::<Vec<_>>().into_iter().fold(vec![Vec::new()], |mut chunks, send| {
        if chunks.last().is_some_and(|chunk: &Vec<_>| chunk.len() == 64) {
            chunks.push(Vec::new());
        }
        chunks.last_mut().expect("a chunk").push(send);
        chunks
    }) {
        futures_util::future::join_all(chunk).await;
    }
}

/// The seqs of the channel's events among the frames.
fn seqs(frames: &[Value], channel: &str) -> Vec<i64> {
    let of = frames.iter().filter(|frame| frame["op"] == "event" && frame["channel"] == channel);
    of.filter_map(|frame| frame["seq"].as_i64()).collect()
}

fn ready(frames: &[Value]) -> &Value {
    &frames.last().expect("a ready frame")["d"]
}

both!(
    async fn exactly_what_is_missing_comes_in_order_and_once(server: TestServer) {
        let (ann, bob, channels) = channels(&server, 3).await;
        let (one, two, three) = (channels[0].as_str(), channels[1].as_str(), channels[2].as_str());
        let (from_one, from_two) = (head(&bob, one).await, head(&bob, two).await);
        say_many(&ann, one, "a", 20).await;
        say_many(&ann, two, "b", 5).await;
        say_many(&ann, three, "c", 5).await;
        let cursors = json!({ one: from_one + 7, two: from_two });
        let (mut stream, frames) = Stream::open(&bob, cursors).await;
        assert_eq!(seqs(&frames, one), (from_one + 8..=from_one + 20).collect::<Vec<_>>());
        assert_eq!(seqs(&frames, two), (from_two + 1..=from_two + 5).collect::<Vec<_>>());
        // Without a cursor nothing is missing: it begins where the channel stands.
        assert!(seqs(&frames, three).is_empty());
        let heads = json!({ one: from_one + 20, two: from_two + 5, three: head(&bob, three).await });
        assert_eq!(ready(&frames)["heads"], heads);
        // What follows comes once.
        let sent = ann.say(one, "next", "next").await;
        let frames = stream.until_seq(one, &sent["seq"]).await;
        assert_eq!(seqs(&frames, one), [from_one + 21]);
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resumed_stream_is_the_same_after_a_restart_on_sqlite() {
    after_a_restart(TestServer::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resumed_stream_is_the_same_after_a_restart_on_postgresql() {
    let Some(server) = TestServer::postgresql_with(&[]).await else { return };
    after_a_restart(server).await;
}

async fn after_a_restart(mut server: TestServer) {
    let (ann, bob, channels) = channels(&server, 2).await;
    let (one, two) = (channels[0].as_str(), channels[1].as_str());
    let from = head(&bob, one).await;
    say_many(&ann, one, "a", 12).await;
    let cursors = json!({ one: from + 2, two: head(&bob, two).await });
    let (stream, before) = Stream::open(&bob, cursors.clone()).await;
    drop(stream);
    server.restart().await;
    let (ann, bob) = (ann.at(&server.base), bob.at(&server.base));
    let (mut stream, after) = Stream::open(&bob, cursors).await;
    assert_eq!(seqs(&after, one), (from + 3..=from + 12).collect::<Vec<_>>());
    let events = |frames: &[Value]| -> Vec<Value> {
        frames.iter().filter(|frame| frame["op"] == "event").cloned().collect()
    };
    assert_eq!(events(&before), events(&after));
    assert_eq!(ready(&before)["heads"], ready(&after)["heads"]);
    let sent = ann.say(one, "next", "next").await;
    assert_eq!(sent["seq"], from + 13);
    stream.until_seq(one, &sent["seq"]).await;
}

both!(
    async fn past_a_thousand_entries_the_client_is_told_to_page(server: TestServer) {
        let (ann, bob, channels) = channels(&server, 2).await;
        let (one, two) = (channels[0].as_str(), channels[1].as_str());
        let from = head(&bob, one).await;
        say_many(&ann, one, "a", 1_000).await;
        ann.say(two, "b", "just one").await;
        let two_head = head(&bob, two).await;
        // A thousand fit.
        let (_, frames) = Stream::open(&bob, json!({ one: from, two: two_head - 1 })).await;
        assert_eq!(seqs(&frames, one), (from + 1..=from + 1_000).collect::<Vec<_>>());
        assert!(frames.iter().all(|frame| frame["op"] != "resync"));
        // One more does not; the other channel is resumed all the same.
        ann.say(one, "more", "one more, @bob").await;
        let (mut stream, frames) = Stream::open(&bob, json!({ one: from, two: two_head - 1 })).await;
        assert_eq!((seqs(&frames, one), seqs(&frames, two)), (vec![], vec![two_head]));
        let resync = frames.iter().find(|frame| frame["op"] == "resync").expect("a resync");
        assert_eq!(resync["d"]["heads"], json!({ one: from + 1_001 }));
        let fresh = bob.get(&format!("/channels/{one}")).await.expect(200);
        let counts = json!({ "unread": fresh["unread"], "mentions": fresh["mentions"] });
        assert_eq!((&counts["unread"], &counts["mentions"]), (&json!(1_001), &json!(1)));
        assert_eq!(resync["d"]["counts"], json!({ one: counts }));
        assert_eq!(ready(&frames)["heads"], json!({ one: from + 1_001, two: two_head }));
        let sent = ann.say(one, "next", "next").await;
        assert_eq!(seqs(&stream.until_seq(one, &sent["seq"]).await, one), [from + 1_002]);
        // To ask for it again gives the same.
        stream.send(json!({ "op": "subscribe", "d": { "channels": { one: from } } })).await;
        let frames = stream.until(|frame| frame["op"] == "resync").await;
        assert_eq!(frames[0]["d"]["heads"], json!({ one: from + 1_002 }));
    }
);

both!(
    async fn a_cursor_of_a_channel_one_has_left_is_answered_with_its_leaving(server: TestServer) {
        let (ann, bob, channels) = channels(&server, 2).await;
        let (left, kicked) = (channels[0].as_str(), channels[1].as_str());
        let cursors = json!({ left: head(&bob, left).await, kicked: head(&bob, kicked).await });
        bob.post(&format!("/channels/{left}/leave"), Value::Null).await.expect(204);
        let path = format!("/channels/{kicked}/members/{}", bob.id);
        let why = json!({ "membership": "banned", "reason": "calm down" });
        ann.put(&path, why).await.expect(200);
        for channel in [left, kicked] {
            ann.say(channel, "n", "without Bob").await;
        }
        let (mut stream, frames) = Stream::open(&bob, cursors.clone()).await;
        let mut gone: Vec<&str> = frames
            .iter()
            .filter(|frame| frame["t"] == "channel.left")
            .filter_map(|frame| frame["d"]["id"].as_str())
            .collect();
        gone.sort_unstable();
        // Of where one did not leave of oneself, by whom it was and why.
        let removals: Vec<&Value> = frames.iter().filter_map(|frame| frame["d"].get("removal")).collect();
        assert_eq!(removals, [&json!({ "banned": true, "by": ann.id, "reason": "calm down" })]);
        let mut expected = [left, kicked];
        expected.sort_unstable();
        assert_eq!((gone.as_slice(), ready(&frames)["heads"].clone()), (&expected[..], json!({})));
        assert_eq!(frames.len(), 4, "nothing else: {frames:?}");
        stream.send(json!({ "op": "subscribe", "d": { "channels": cursors } })).await;
        let frames = stream.until_pong().await;
        assert!(frames.len() == 3 && frames[..2].iter().all(|frame| frame["t"] == "channel.left"));
        // An invitation is no leaving, though it may be told just now.
        ann.put(&path, json!({ "membership": "left" })).await.expect(200);
        ann.put(&path, json!({ "membership": "invited" })).await.expect(200);
        let (mut stream, mut frames) = Stream::open(&bob, json!({ kicked: 1 })).await;
        stream.send(json!({ "op": "subscribe", "d": { "channels": { kicked: 1 } } })).await;
        frames.extend(stream.until_pong().await);
        assert!(frames.iter().all(|frame| frame["t"] != "channel.left"), "{frames:?}");
        // Nor does whoever was never there learn by whom, and why, they may not come.
        let cem = server.person("cem").await;
        let banned = json!({ "membership": "banned", "reason": "I know where you live" });
        ann.put(&format!("/channels/{left}/members/{}", cem.id), banned).await.expect(200);
        let (_, frames) = Stream::open(&cem, json!({ left: 0 })).await;
        assert!(frames.iter().all(|frame| frame["d"].get("removal").is_none()), "{frames:?}");
        // What is no channel's id is nothing at all.
        let (_, frames) = Stream::open(&bob, json!({ "general": 4, "": 1 })).await;
        assert_eq!(frames.len(), 2, "{frames:?}");
    }
);

both!(
    async fn a_channel_joined_while_away_begins_where_the_client_is(server: TestServer) {
        let (ann, bob, channels) = channels(&server, 1).await;
        let (known, new) = (channels[0].as_str(), ann.channel("New").await);
        let cursors = json!({ known: head(&bob, known).await });
        bob.join(&new).await;
        ann.say(&new, "n", "welcome").await;
        let (mut stream, frames) = Stream::open(&bob, cursors).await;
        assert_eq!((frames.len(), &ready(&frames)["heads"][&new]), (2, &json!(head(&bob, &new).await)));
        let sent = ann.say(&new, "m", "so").await;
        stream.until_seq(&new, &sent["seq"]).await;
    }
);

both!(
    async fn a_gap_is_filled_by_subscribing(server: TestServer) {
        let (ann, bob, channels) = channels(&server, 2).await;
        let (one, two) = (channels[0].as_str(), channels[1].as_str());
        let (from, from_two) = (head(&bob, one).await, head(&bob, two).await);
        say_many(&ann, one, "a", 10).await;
        let (mut stream, frames) = Stream::open(&bob, json!({})).await;
        assert!(seqs(&frames, one).is_empty());
        let subscribe = json!({ "channels": { one: from + 4, two: from_two } });
        stream.send(json!({ "op": "subscribe", "d": subscribe })).await;
        let frames = stream.until_pong().await;
        assert_eq!(seqs(&frames, one), (from + 5..=from + 10).collect::<Vec<_>>());
        assert_eq!(frames.len(), 7, "{frames:?}");
        let sent = ann.say(one, "next", "next").await;
        assert_eq!(seqs(&stream.until_seq(one, &sent["seq"]).await, one), [from + 11]);
    }
);

both!(
    async fn a_cursor_beyond_the_end_is_answered_with_where_that_is(server: TestServer) {
        // As a client has it of a server that was restored from a backup since.
        let (ann, bob, channels) = channels(&server, 1).await;
        let one = channels[0].as_str();
        // That he joined may still be on its way to his streams; once he has heard something said there, it is not.
        let (mut heard, _) = Stream::open(&bob, json!({})).await;
        heard.until_seq(one, &ann.say(one, "first", "first").await["seq"]).await;
        let end = head(&bob, one).await;
        let (mut stream, frames) = Stream::open(&bob, json!({ one: end + 5 })).await;
        let resync = frames.iter().find(|frame| frame["op"] == "resync").expect("a resync");
        assert_eq!(resync["d"]["heads"], json!({ one: end }));
        assert_eq!(ready(&frames)["heads"], json!({ one: end }));
        let sent = ann.say(one, "next", "next").await;
        assert_eq!(seqs(&stream.until_seq(one, &sent["seq"]).await, one), [end + 1]);
        stream.send(json!({ "op": "subscribe", "d": { "channels": { one: end + 2 } } })).await;
        let frames = stream.until(|frame| frame["op"] == "resync").await;
        assert_eq!(frames[0]["d"]["heads"], json!({ one: end + 1 }));
    }
);

both!(
    async fn those_who_come_back_together_are_told_alike_and_each_what_they_may_know(server: TestServer) {
        let (ann, bob, channels) = channels(&server, 1).await;
        let one = channels[0].as_str();
        let from = head(&bob, one).await;
        let first = ann.say(one, "a", "before").await["id"].as_str().expect("an id").to_owned();
        ann.say(one, "b", "beside").await;
        let told = async |person: &Person| -> Vec<Value> {
            let frames = Stream::open(person, json!({ one: from })).await.1;
            frames.into_iter().filter(|frame| frame["op"] == "event").collect()
        };
        let whole = told(&bob).await;
        assert_eq!(seqs(&whole, one), [from + 1, from + 2]);
        assert_eq!(told(&ann).await, whole);
        // Nothing that was true for those before is told after it changed.
        ann.patch(&format!("/channels/{one}/messages/{first}"), json!({ "text": "edited" }))
            .await
            .expect(200);
        let again = told(&bob).await;
        assert_eq!((&again[0]["d"]["text"], &again[2]["t"]), (&json!("edited"), &json!("message.edited")));
        assert_eq!(told(&ann).await, again);
        ann.delete(&format!("/channels/{one}/messages/{first}")).await.expect(204);
        for person in [&bob, &ann] {
            let frames = told(person).await;
            assert!(!frames.is_empty());
            assert!(!json!(frames).to_string().contains(r#""text":"edited""#), "{frames:?}");
        }
        // Whoever may not read the past is not told what others are, by the same cursor.
        let policy = json!({ "policy": { "history": "since_join" } });
        ann.patch(&format!("/channels/{one}"), policy).await.expect(200);
        let late = server.person("late").await;
        late.join(one).await;
        let seen = told(&late).await;
        assert!(json!(told(&ann).await).to_string().contains("beside"));
        assert!(!json!(seen).to_string().contains("beside"), "{seen:?}");
    }
);

both!(
    async fn what_is_filled_in_comes_before_what_happens_meanwhile(server: TestServer) {
        let (ann, bob, channels) = channels(&server, 1).await;
        let channel = channels[0].as_str();
        let from = head(&bob, channel).await;
        say_many(&ann, channel, "a", 300).await;
        let (mut stream, _) = Stream::open(&bob, json!({})).await;
        for round in 0..10 {
            let saying = {
                let (ann, channel) = (ann.clone(), channel.to_owned());
                tokio::spawn(async move { say_many(&ann, &channel, &format!("r{round}"), 10).await })
            };
            stream.send(json!({ "op": "subscribe", "d": { "channels": { channel: from } } })).await;
            let frames = stream.until_pong().await;
            saying.await.expect("said");
            let last = ann.say(channel, &format!("last{round}"), "last").await;
            let frames = [frames, stream.until_seq(channel, &last["seq"]).await].concat();
            let seqs = seqs(&frames, channel);
            let again = seqs.iter().position(|seq| *seq == from + 1).expect("the first entry again");
            let expected: Vec<i64> = (from + 1..=last["seq"].as_i64().expect("a seq")).collect();
            assert_eq!(seqs[again..], expected, "round {round}");
        }
    }
);

both!(
    /// Its emoji is gone. That is no edit, which a bot might pass on.
    async fn a_reaction_taken_back_while_away_is_told_by_the_message_that_is_left(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let sent = ann.say(&channel, "n", "hello").await;
        let reactions =
            format!("/channels/{channel}/messages/{}/reactions", sent["id"].as_str().expect("an id"));
        for emoji in ["x", "y"] {
            ann.put(&format!("{reactions}/{emoji}"), Value::Null).await.expect(204);
        }
        ann.delete(&format!("{reactions}/x")).await.expect(204);
        let end = head(&bob, &channel).await;
        for cursor in [end - 3, end - 1] {
            let (_, frames) = Stream::open(&bob, json!({ channel.as_str(): cursor })).await;
            let told: Vec<&Value> = frames.iter().filter(|frame| frame["seq"] == end).collect();
            assert_eq!((told.len(), &told[0]["t"]), (1, &json!("message.updated")), "{frames:?}");
            let message = &told[0]["d"];
            assert_eq!((&message["id"], &message["text"]), (&sent["id"], &json!("hello")));
            assert!(message["edited_ts"].is_null(), "{message}");
            let left = message["reactions"].as_array().expect("reactions");
            assert_eq!((left.len(), &left[0]["emoji"]), (1, &json!("y")));
        }
    }
);

both!(
    async fn a_newcomer_who_sees_no_past_gets_none_by_resuming(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("Fresh").await;
        let policy = json!({ "policy": { "history": "since_join" } });
        ann.patch(&format!("/channels/{channel}"), policy).await.expect(200);
        let old = ann.say(&channel, "n", "a secret of old").await;
        let id = old["id"].as_str().expect("an id");
        bob.join(&channel).await;
        let joined = head(&bob, &channel).await;
        let reaction = format!("/channels/{channel}/messages/{id}/reactions/x");
        ann.put(&reaction, Value::Null).await.expect(204);
        ann.delete(&reaction).await.expect(204);
        bob.get(&format!("/channels/{channel}/messages/{id}")).await.problem(404, "message_not_found");
        for cursor in [-1, joined, joined + 1] {
            let (_, frames) = Stream::open(&bob, json!({ channel.as_str(): cursor })).await;
            assert!(!format!("{frames:?}").contains("a secret of old"), "from {cursor}: {frames:?}");
            assert!(seqs(&frames, &channel).iter().all(|seq| *seq >= joined), "{frames:?}");
        }
    }
);

both!(
    async fn what_an_edit_after_it_says_is_told_once(server: TestServer) {
        let (ann, bob, channels) = channels(&server, 1).await;
        let channel = channels[0].as_str();
        let sent = ann.say(channel, "a", "one").await;
        let (from, path) = (head(&bob, channel).await, format!("/channels/{channel}"));
        let message = format!("{path}/messages/{}", sent["id"].as_str().expect("an id"));
        for change in ["two", "three", "four"] {
            ann.patch(&message, json!({ "text": change })).await.expect(200);
            ann.patch(&path, json!({ "topic": change })).await.expect(200);
        }
        let (_, frames) = Stream::open(&bob, json!({ channel: from })).await;
        assert_eq!(seqs(&frames, channel), [from + 5, from + 6]);
        let told: Vec<_> = frames.iter().filter(|frame| frame["op"] == "event").collect();
        assert_eq!((&told[0]["t"], &told[0]["d"]["text"]), (&json!("message.edited"), &json!("four")));
        assert_eq!((&told[1]["t"], &told[1]["d"]["topic"]), (&json!("channel.updated"), &json!("four")));
        assert_eq!(ready(&frames)["heads"], json!({ channel: from + 6 }));
    }
);

both!(
    async fn past_some_megabytes_the_client_is_told_to_page(server: TestServer) {
        let (ann, bob, channels) = channels(&server, 1).await;
        let channel = channels[0].as_str();
        let from = head(&bob, channel).await;
        let text = "x".repeat(16_000);
        for n in 0..140 {
            ann.say(channel, &format!("long-{n}"), &text).await;
        }
        // Two megabytes fit.
        let (_, frames) = Stream::open(&bob, json!({ channel: from + 20 })).await;
        assert_eq!(seqs(&frames, channel).len(), 120);
        let (_, frames) = Stream::open(&bob, json!({ channel: from })).await;
        assert_eq!(seqs(&frames, channel), [0; 0]);
        let resync = frames.iter().find(|frame| frame["op"] == "resync").expect("a resync");
        assert_eq!(resync["d"]["heads"], json!({ channel: from + 140 }));
        // By what its files are called a message is as long.
        let file = ann.upload("a.txt", b"a".to_vec()).await;
        let files: Vec<Value> = (0..10)
            .map(|n| json!({ "file": file["hash"], "name": format!("{n}"), "description": "\u{1f600}".repeat(1_000) }))
            .collect();
        let from = head(&bob, channel).await;
        for n in 0..55 {
            let body = json!({ "nonce": format!("files-{n}"), "text": "", "attachments": files });
            ann.post(&format!("/channels/{channel}/messages"), body).await.expect(201);
        }
        let (_, frames) = Stream::open(&bob, json!({ channel: from })).await;
        assert!(frames.iter().any(|frame| frame["op"] == "resync"));
    }
);
