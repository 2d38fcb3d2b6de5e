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
