//! What is unread, and whom it mentions: exact after every step.

use serde_json::{Value, json};

use crate::both;
use crate::support::{Person, TestServer};

/// (unread, mentions) of a channel, the same wherever they are answered.
#[track_caller]
fn counts(channel: &Value) -> (i64, i64) {
    (channel["unread"].as_i64().expect("a count"), channel["mentions"].as_i64().expect("a count"))
}

async fn now(person: &Person, channel: &str) -> (i64, i64) {
    let one = counts(&person.get(&format!("/channels/{channel}")).await.expect(200));
    let of_list = |list: &Value| {
        let listed = list["channels"].as_array().expect("channels");
        counts(listed.iter().find(|found| found["id"] == channel).expect("the channel"))
    };
    assert_eq!(of_list(&person.get("/channels").await.expect(200)), one);
    assert_eq!(of_list(&person.get("/sync").await.expect(200)), one);
    one
}

async fn mark(person: &Person, channel: &str, seq: i64) -> (i64, i64) {
    let state = person.put(&format!("/channels/{channel}/read"), json!({ "seq": seq })).await.expect(200);
    assert_eq!(counts(&state), now(person, channel).await);
    counts(&state)
}

fn seq(message: &Value) -> i64 {
    message["seq"].as_i64().expect("a seq")
}

async fn delete(person: &Person, message: &Value) {
    let text = |key: &str| message[key].as_str().expect("text").to_owned();
    person.delete(&format!("/channels/{}/messages/{}", text("channel"), text("id"))).await.expect(204);
}

both!(
    async fn counts_follow_sending_reading_and_deleting(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        ann.say(&channel, "n0", "before bob came").await;
        bob.join(&channel).await;
        assert_eq!(now(&bob, &channel).await, (0, 0), "a newcomer has nothing unread");
        let one = ann.say(&channel, "n1", "one").await;
        let two = ann.say(&channel, "n2", "two @bob").await;
        let three = ann.say(&channel, "n3", "three @channel").await;
        assert_eq!(now(&bob, &channel).await, (3, 2));
        assert_eq!(now(&ann, &channel).await, (0, 0), "one's own are read");
        // What is no message is not unread.
        ann.patch(&format!("/channels/{channel}"), json!({ "topic": "new" })).await.expect(200);
        let path = format!("/channels/{channel}/messages/{}", one["id"].as_str().expect("an id"));
        ann.patch(&path, json!({ "text": "one, edited" })).await.expect(200);
        ann.put(&format!("{path}/reactions/x"), Value::Null).await.expect(204);
        assert_eq!(now(&bob, &channel).await, (3, 2));
        assert_eq!(mark(&bob, &channel, seq(&one)).await, (2, 2));
        assert_eq!(mark(&bob, &channel, seq(&two)).await, (1, 1));
        assert_eq!(mark(&bob, &channel, seq(&two)).await, (1, 1), "twice is once");
        delete(&ann, &one).await;
        assert_eq!(now(&bob, &channel).await, (1, 1), "what was read and is deleted changes nothing");
        delete(&ann, &three).await;
        assert_eq!(now(&bob, &channel).await, (0, 0));
        let four = ann.say(&channel, "n4", "four").await;
        assert_eq!(now(&bob, &channel).await, (1, 0));
        // Back: the first of those that are left is unread again; a mention that was seen stays seen.
        assert_eq!(mark(&bob, &channel, seq(&two) - 1).await, (2, 0));
        assert_eq!(mark(&bob, &channel, -1).await, (3, 0));
        delete(&ann, &two).await;
        assert_eq!(now(&bob, &channel).await, (2, 0));
        assert_eq!(mark(&bob, &channel, i64::MAX).await, (0, 0));
        assert_eq!(mark(&bob, &channel, i64::MIN).await, (2, 0));
        assert_eq!(mark(&bob, &channel, seq(&four)).await, (0, 0));
    }
);

both!(
    async fn whoever_writes_has_read_what_stands_before(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        ann.say(&channel, "n1", "one @bob").await;
        ann.say(&channel, "n2", "two").await;
        assert_eq!(now(&bob, &channel).await, (2, 1));
        let (mut stream, _) = crate::support::Stream::open(&bob, json!({})).await;
        let sent = bob.say(&channel, "n1", "three").await;
        assert_eq!(now(&bob, &channel).await, (0, 0));
        let inbox = bob.get("/notifications").await.expect(200);
        assert_eq!((&inbox["unread"], &inbox["notifications"][0]["read"]), (&json!(0), &json!(true)));
        let told = stream.event("read.updated").await;
        assert_eq!((counts(&told["d"]), &told["d"]["read_seq"]), ((0, 0), &sent["seq"]));
        assert_eq!(now(&ann, &channel).await, (1, 0));
    }
);

both!(
    async fn ones_own_messages_are_never_unread(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let first = bob.say(&channel, "n1", "own").await;
        let second = ann.say(&channel, "n1", "by ann").await;
        bob.say(&channel, "n2", "own again").await;
        assert_eq!(mark(&bob, &channel, -1).await, (1, 0));
        delete(&bob, &first).await;
        assert_eq!(now(&bob, &channel).await, (1, 0), "deleting one's own takes nothing from what is unread");
        ann.say(&channel, "n2", "by ann too").await;
        assert_eq!(now(&bob, &channel).await, (2, 0));
        delete(&ann, &second).await;
        assert_eq!(now(&bob, &channel).await, (1, 0));
        assert_eq!(mark(&bob, &channel, -1).await, (1, 0));
    }
);

both!(
    async fn leaving_and_coming_back_begins_at_nothing(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        ann.say(&channel, "n1", "one @bob").await;
        bob.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
        let two = ann.say(&channel, "n2", "two @bob").await;
        let seen = bob.get(&format!("/channels/{channel}")).await.expect(200);
        assert_eq!((counts(&seen), &seen["read_seq"]), ((0, 0), &json!(-1)));
        bob.join(&channel).await;
        assert_eq!(now(&bob, &channel).await, (0, 0));
        delete(&ann, &two).await;
        assert_eq!(now(&bob, &channel).await, (0, 0));
        ann.say(&channel, "n3", "three @bob").await;
        assert_eq!(now(&bob, &channel).await, (1, 1));
    }
);

/// Against a model, through many steps that nobody chose.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_agree_with_counting() {
    for server in super::servers_with(&[]).await {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let mut dice = super::Dice::new(7);
        // (message, by ann, deleted)
        let mut said: Vec<(Value, bool, bool)> = Vec::new();
        let mut read = now_seq(&bob, &channel).await;
        for step in 0..120 {
            match dice.below(10) {
                0..4 => said.push((ann.say(&channel, &format!("a{step}"), "hello").await, true, false)),
                4..5 => {
                    let own = bob.say(&channel, &format!("b{step}"), "hello").await;
                    read = seq(&own);
                    said.push((own, false, false));
                }
                5..7 if !said.is_empty() => {
                    let at = dice.below(said.len());
                    let (message, by_ann, deleted) = &mut said[at];
                    delete(if *by_ann { &ann } else { &bob }, message).await;
                    *deleted = true;
                }
                _ => {
                    let head = now_seq(&bob, &channel).await;
                    let to = i64::try_from(dice.below(usize::try_from(head).expect("small") + 3))
                        .expect("small")
                        - 1;
                    read = to.min(head);
                    mark(&bob, &channel, to).await;
                }
            }
            let unread =
                said.iter().filter(|(message, by_ann, deleted)| *by_ann && !deleted && seq(message) > read);
            let expected = i64::try_from(unread.count()).expect("small");
            let channel_now = bob.get(&format!("/channels/{channel}")).await.expect(200);
            assert_eq!(
                (counts(&channel_now), channel_now["read_seq"].as_i64()),
                ((expected, 0), Some(read)),
                "step {step}"
            );
        }
    }
}

async fn now_seq(person: &Person, channel: &str) -> i64 {
    person.get(&format!("/channels/{channel}")).await.expect(200)["head"].as_i64().expect("a head")
}

/// (unread, mentions, following) in a thread, the same wherever they are answered.
async fn in_thread(person: &Person, channel: &str, root: &Value) -> (i64, i64, bool) {
    let id = root["id"].as_str().expect("an id");
    let thread = person.get(&format!("/channels/{channel}/threads/{id}")).await.expect(200);
    let read = &thread["read"];
    let (unread, mentions) = counts(read);
    let following = read["following"].as_bool().expect("a bool");
    let page = person.get("/threads").await.expect(200);
    let all = page["threads"].as_array().expect("threads");
    let listed = all.iter().find(|each| each["root"]["id"] == id).map(|each| &each["read"]);
    assert_eq!(listed, following.then_some(read));
    let sync = person.get("/sync").await.expect(200);
    let news = sync["threads"].as_array().expect("threads").iter().find(|each| each["thread"] == id);
    assert_eq!(news, (following && unread > 0).then_some(read));
    let only_new = person.get("/threads?unread=true").await.expect(200);
    let found = only_new["threads"].as_array().expect("threads").iter().any(|each| each["root"]["id"] == id);
    assert_eq!(found, following && unread > 0);
    (unread, mentions, following)
}

async fn reply(person: &Person, root: &Value, nonce: &str, text: &str) -> Value {
    let channel = root["channel"].as_str().expect("a channel");
    let body = json!({ "nonce": nonce, "text": text, "thread": root["id"] });
    person.post(&format!("/channels/{channel}/messages"), body).await.expect(201)
}

async fn read_thread(person: &Person, root: &Value, seq: i64) -> (i64, i64, bool) {
    let (channel, id) = (root["channel"].as_str().expect("one"), root["id"].as_str().expect("one"));
    let path = format!("/channels/{channel}/threads/{id}/read");
    let state = person.put(&path, json!({ "seq": seq })).await.expect(200);
    let now = in_thread(person, channel, root).await;
    assert_eq!((counts(&state), state["following"].as_bool()), ((now.0, now.1), Some(now.2)));
    now
}

both!(
    async fn threads_have_counts_of_their_own(server: TestServer) {
        let (ann, bob, cid) =
            (server.person("ann").await, server.person("bob").await, server.person("cid").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        cid.join(&channel).await;
        let root = ann.say(&channel, "root", "topic").await;
        mark(&cid, &channel, seq(&root)).await;
        let one = reply(&bob, &root, "r1", "one").await;
        // Who began it and who wrote in it follow; others don't.
        assert_eq!(in_thread(&ann, &channel, &root).await, (1, 0, true));
        assert_eq!(in_thread(&bob, &channel, &root).await, (0, 0, true));
        assert_eq!(in_thread(&cid, &channel, &root).await, (1, 0, false));
        let two = reply(&bob, &root, "r2", "two @ann @cid").await;
        assert_eq!(in_thread(&ann, &channel, &root).await, (2, 1, true));
        assert_eq!(in_thread(&cid, &channel, &root).await, (1, 1, true), "from where it concerns them");
        let three = reply(&bob, &root, "r3", "three").await;
        // To read the channel without its threads leaves them as they are.
        let outside = json!({ "seq": seq(&three), "threads": false });
        let state = ann.put(&format!("/channels/{channel}/read"), outside).await.expect(200);
        assert_eq!((counts(&state), &state["threads"]), ((0, 1), &json!(false)));
        assert_eq!(in_thread(&ann, &channel, &root).await, (3, 1, true));
        ann.say(&channel, "n1", "elsewhere").await;
        assert_eq!(
            in_thread(&ann, &channel, &root).await,
            (3, 1, true),
            "to write outside reads nothing here"
        );
        assert_eq!(read_thread(&ann, &root, seq(&one)).await, (2, 1, true));
        assert_eq!(read_thread(&ann, &root, seq(&two)).await, (1, 0, true));
        assert_eq!(now(&ann, &channel).await, (0, 0), "a mention that was read in its thread is read");
        assert_eq!(read_thread(&ann, &root, -1).await, (3, 0, true));
        delete(&bob, &two).await;
        assert_eq!(in_thread(&ann, &channel, &root).await, (2, 0, true));
        assert_eq!(in_thread(&bob, &channel, &root).await, (0, 0, true));
        assert_eq!(in_thread(&cid, &channel, &root).await, (1, 0, true));
        assert_eq!(read_thread(&ann, &root, seq(&three)).await, (0, 0, true));
        delete(&bob, &one).await;
        assert_eq!(
            in_thread(&ann, &channel, &root).await,
            (0, 0, true),
            "what was read and is gone changes nothing"
        );
        // One's own reply reads what stands before it.
        reply(&bob, &root, "r4", "four @cid").await;
        reply(&cid, &root, "r5", "five").await;
        assert_eq!(in_thread(&cid, &channel, &root).await, (0, 0, true));
        assert_eq!(in_thread(&ann, &channel, &root).await, (2, 0, true));
        // To read the channel with all that is in it reads its threads too.
        let last = reply(&bob, &root, "r6", "six @ann").await;
        assert_eq!(mark(&ann, &channel, seq(&last)).await, (0, 0));
        assert_eq!(in_thread(&ann, &channel, &root).await, (0, 0, true));
    }
);

both!(
    async fn threads_are_followed_until_they_are_not(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let mut roots = Vec::new();
        for n in 0..3 {
            let root = ann.say(&channel, &format!("root{n}"), "topic").await;
            reply(&bob, &root, &format!("r{n}"), "one").await;
            roots.push(root);
        }
        // Pages, those with the latest reply first.
        let mut seen = Vec::new();
        let mut path = "/threads?limit=2".to_owned();
        loop {
            let page = ann.get(&path).await.expect(200);
            seen.extend(
                page["threads"].as_array().expect("threads").iter().map(|each| each["root"]["id"].clone()),
            );
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/threads?limit=2&cursor={next}");
        }
        let backwards: Vec<Value> = roots.iter().rev().map(|root| root["id"].clone()).collect();
        assert_eq!(seen, backwards);
        let follow = |root: &Value| {
            format!("/channels/{channel}/threads/{}/follow", root["id"].as_str().expect("an id"))
        };
        let state = ann.delete(&follow(&roots[0])).await.expect(200);
        assert_eq!((&state["following"], &state["unread"]), (&json!(false), &json!(1)));
        reply(&bob, &roots[0], "again", "more").await;
        assert_eq!(in_thread(&ann, &channel, &roots[0]).await, (2, 0, false));
        ann.put(&follow(&roots[0]), Value::Null).await.expect(200);
        assert_eq!(in_thread(&ann, &channel, &roots[0]).await, (2, 0, true));
        // Whoever leaves follows nothing there any more.
        bob.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
        assert_eq!(bob.get("/threads").await.expect(200)["threads"], json!([]));
        bob.put(&follow(&roots[0]), Value::Null).await.problem(403, "not_member");
        ann.get("/threads?cursor=x").await.problem(400, "bad_cursor");
    }
);

both!(
    async fn a_thread_that_began_before_one_may_read_is_not_shown(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let policy = json!({ "policy": { "history": "since_join" } });
        ann.patch(&format!("/channels/{channel}"), policy).await.expect(200);
        let root = ann.say(&channel, "root", "not for bob").await;
        bob.join(&channel).await;
        reply(&ann, &root, "r1", "but this is, @bob").await;
        assert_eq!(bob.get("/threads").await.expect(200)["threads"], json!([]));
        assert_eq!(bob.get("/sync").await.expect(200)["threads"], json!([]));
        assert_eq!(now(&bob, &channel).await, (1, 1), "the mention is told");
        let id = root["id"].as_str().expect("an id");
        let path = format!("/channels/{channel}/threads/{id}");
        bob.put(&format!("{path}/follow"), Value::Null).await.problem(404, "message_not_found");
        bob.put(&format!("{path}/read"), json!({ "seq": 9 })).await.problem(404, "message_not_found");
    }
);
