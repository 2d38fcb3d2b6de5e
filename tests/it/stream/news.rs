//! News that no log holds: typing, presence, read markers, profiles.

use std::time::Instant;

use serde_json::{Value, json};

use crate::both;
use crate::support::person::PASSWORD;
use crate::support::{Person, Stream, TestServer};

/// Ann's channel with Bob in it.
async fn shared(server: &TestServer) -> (Person, Person, String) {
    let (ann, bob) = (server.person("ann").await, server.person("bob").await);
    let channel = ann.channel("General").await;
    bob.join(&channel).await;
    (ann, bob, channel)
}

/// The events up to one that everybody hears, said by `by`.
async fn up_to_now(stream: &mut Stream, by: &Person, channel: &str, nonce: &str) -> Vec<Value> {
    let sent = by.say(channel, nonce, "now").await;
    stream.until_seq(channel, &sent["seq"]).await
}

fn of<'a>(frames: &'a [Value], t: &'a str) -> Vec<&'a Value> {
    frames.iter().filter(|frame| frame["t"] == t).collect()
}

both!(
    async fn typing_reaches_others_in_the_channel_and_not_oneself(server: TestServer) {
        let (ann, bob, channel) = shared(&server).await;
        let eve = server.person("eve").await;
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        let (mut eves, _) = Stream::open(&eve, json!({})).await;
        anns.send(json!({ "op": "typing", "d": { "channel": channel } })).await;
        let typing = bobs.event("typing").await;
        assert_eq!((&typing["channel"], &typing["d"]["user"]), (&json!(channel), &json!(ann.id)));
        assert!(typing["d"]["expires_ms"].is_i64() && typing["seq"].is_null());
        let carl = server.person("carl").await;
        carl.join(&channel).await;
        carl.post(&format!("/channels/{channel}/typing"), Value::Null).await.expect(204);
        assert_eq!(bobs.event("typing").await["d"]["user"], carl.id.as_str());
        let by_ann = |frame: &&Value| frame["d"]["user"] == ann.id.as_str();
        let heard = up_to_now(&mut anns, &bob, &channel, "n").await;
        assert!(!of(&heard, "typing").into_iter().any(|frame| by_ann(&frame)));
        // Who is not in the channel can't say that they type, and doesn't hear who does.
        eves.send(json!({ "op": "typing", "d": { "channel": channel } })).await;
        assert!(of(&eves.until_pong().await, "typing").is_empty());
        assert!(of(&up_to_now(&mut bobs, &ann, &channel, "m").await, "typing").is_empty());
    }
);

both!(
    async fn typing_is_told_once_in_a_while_however_often_it_is_said(server: TestServer) {
        let (ann, bob, channel) = shared(&server).await;
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        let began = Instant::now();
        // On however many streams.
        for _ in 0..5 {
            let (mut anns, _) = Stream::open(&ann, json!({})).await;
            for _ in 0..50 {
                anns.send(json!({ "op": "typing", "d": { "channel": channel } })).await;
            }
            anns.until_pong().await;
        }
        ann.post(&format!("/channels/{channel}/typing"), Value::Null).await.expect(204);
        let told = of(&up_to_now(&mut bobs, &ann, &channel, "n").await, "typing").len() as u64;
        assert!((1..=began.elapsed().as_secs() + 1).contains(&told), "{told} in {:?}", began.elapsed());
    }
);

both!(
    async fn presence_reaches_those_who_share_a_channel(server: TestServer) {
        let (ann, bob, channel) = shared(&server).await;
        let eve = server.person("eve").await;
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        let (mut eves, _) = Stream::open(&eve, json!({})).await;
        let (bobs, frames) = Stream::open(&bob, json!({})).await;
        let mut online: Vec<&str> =
            frames[1]["d"]["online"].as_array().expect("online").iter().filter_map(Value::as_str).collect();
        online.sort_unstable();
        assert_eq!(online, [ann.id.as_str(), bob.id.as_str()]);
        let came = anns.event("presence").await;
        assert_eq!(came["d"], json!({ "users": [{ "id": bob.id, "presence": "online" }] }));
        let members = ann.get(&format!("/channels/{channel}/members")).await.expect(200);
        assert!(
            members["members"].as_array().expect("members").iter().all(|m| m["user"]["presence"] == "online")
        );
        // A second device changes nothing when it goes.
        let (second, _) = Stream::open(&bob, json!({})).await;
        drop(second);
        drop(bobs);
        let went = loop {
            let frame = anns.event("presence").await;
            if frame["d"]["users"][0]["presence"] == "offline" {
                break frame;
            }
        };
        assert_eq!(went["d"], json!({ "users": [{ "id": bob.id, "presence": "offline" }] }));
        assert_eq!(ann.get(&format!("/users/{}", bob.id)).await.expect(200)["presence"], "offline");
        assert!(of(&eves.until_pong().await, "presence").is_empty());
    }
);

both!(
    async fn who_joins_while_connected_is_seen_to_be_online(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        let (_bobs, _) = Stream::open(&bob, json!({})).await;
        bob.join(&channel).await;
        let joined = anns.event("member.updated").await;
        assert_eq!(
            (&joined["d"]["user"]["id"], &joined["d"]["user"]["presence"]),
            (&json!(bob.id), &json!("online"))
        );
    }
);

both!(
    async fn a_read_marker_reaches_own_devices_only(server: TestServer) {
        let (ann, bob, channel) = shared(&server).await;
        for n in 0..3 {
            ann.say(&channel, &format!("n{n}"), "hi @bob").await;
        }
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        let (mut first, _) = Stream::open(&bob, json!({})).await;
        let (mut second, _) = Stream::open(&bob, json!({})).await;
        let head =
            bob.get(&format!("/channels/{channel}")).await.expect(200)["head"].as_i64().expect("a seq");
        for (seq, unread) in [(head, 0), (head - 2, 2)] {
            let path = format!("/channels/{channel}/read");
            let answer = bob.put(&path, json!({ "seq": seq })).await.expect(200);
            assert_eq!((&answer["read_seq"], &answer["unread"]), (&json!(seq), &json!(unread)));
            for stream in [&mut first, &mut second] {
                let frame = stream.event("read.updated").await;
                assert!(frame["seq"].is_null());
                let fresh = bob.get(&format!("/channels/{channel}")).await.expect(200);
                for field in ["read_seq", "unread", "mentions"] {
                    assert_eq!(frame["d"][field], fresh[field], "{field}");
                    assert_eq!(frame["d"][field], answer[field], "{field}");
                }
                assert_eq!(frame["d"]["channel"], channel.as_str());
            }
        }
        assert!(of(&up_to_now(&mut anns, &bob, &channel, "n").await, "read.updated").is_empty());
    }
);

both!(
    async fn a_notification_reaches_the_person_only(server: TestServer) {
        let (ann, bob, channel) = shared(&server).await;
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        let sent = ann.say(&channel, "n", "look @bob").await;
        let frame = bobs.event("notification.created").await;
        let listed = bob.get("/notifications").await.expect(200)["notifications"][0].clone();
        assert_eq!((&frame["d"]["id"], &frame["d"]["kind"]), (&listed["id"], &json!("mention")));
        assert_eq!(frame["d"]["message"]["id"], sent["id"]);
        assert!(of(&up_to_now(&mut anns, &bob, &channel, "m").await, "notification.created").is_empty());
    }
);

both!(
    async fn a_changed_profile_reaches_those_who_share_a_channel(server: TestServer) {
        let (ann, bob, _) = shared(&server).await;
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        bob.patch("/me", json!({ "display_name": "Bobby", "bio": "digs" })).await.expect(200);
        let fresh = ann.get(&format!("/users/{}", bob.id)).await.expect(200);
        for stream in [&mut anns, &mut bobs] {
            assert_eq!(stream.event("user.updated").await["d"], fresh);
        }
        bob.ask(reqwest::Method::DELETE, "/me", json!({ "password": PASSWORD })).await.expect(204);
        assert_eq!(bobs.end().await, 4003);
        let gone = anns.event("user.updated").await;
        assert_eq!((&gone["d"]["deactivated"], &gone["d"]["display_name"]), (&json!(true), &json!("")));
    }
);

/// Bob, who writes in a channel, and what his other device hears of his read marker there.
struct Writes {
    ann: Person,
    bob: Person,
    channel: String,
    /// Where Ann says that all has been heard.
    fence: String,
    device: Stream,
    count: usize,
}

impl Writes {
    async fn says(&mut self, by: &Person, text: &str) -> Value {
        self.count += 1;
        by.say(&self.channel, &format!("n{}", self.count), text).await
    }

    async fn ann_says(&mut self, text: &str) -> Value {
        let ann = self.ann.clone();
        self.says(&ann, text).await
    }

    /// Whether the device hears something; if so it is what there is, with nothing unread.
    async fn is_told(&mut self) -> bool {
        let bob = self.bob.clone();
        let sent = self.says(&bob, "written").await;
        let frames = up_to_now(&mut self.device, &self.ann, &self.fence, &format!("n{}", self.count)).await;
        let fresh = bob.get(&format!("/channels/{}", self.channel)).await.expect(200);
        assert_eq!((&fresh["unread"], &fresh["read_seq"]), (&json!(0), &sent["seq"]));
        let read = of(&frames, "read.updated");
        let told = read
            .iter()
            .find(|frame| frame["channel"] == fresh["id"] && frame["d"]["read_seq"] == sent["seq"]);
        for field in ["read_seq", "unread", "mentions"] {
            assert!(told.is_none_or(|frame| frame["d"][field] == fresh[field]), "{field}");
        }
        assert_eq!(fresh["mentions"], 0);
        told.is_some()
    }
}

both!(
    async fn devices_hear_that_one_has_read_by_writing_if_it_changes_anything(server: TestServer) {
        let (ann, bob, channel) = shared(&server).await;
        let fence = ann.channel("Fence").await;
        bob.join(&fence).await;
        let (device, _) = Stream::open(&bob, json!({})).await;
        let mut it = Writes { ann, bob, channel, fence, device, count: 0 };
        let channel = it.channel.clone();
        assert!(!it.is_told().await, "nothing was unread");
        assert!(!it.is_told().await, "nor is it now");
        let first = it.ann_says("one").await;
        assert!(it.is_told().await, "it was unread");
        assert!(!it.is_told().await);
        it.ann_says("two, @bob").await;
        assert!(it.is_told().await, "a mention was unseen");
        assert!(!it.is_told().await);
        // A marker that was moved back.
        it.bob.put(&format!("/channels/{channel}/read"), json!({ "seq": first["seq"] })).await.expect(200);
        assert!(it.is_told().await, "it was unread again");
        assert!(!it.is_told().await);
        // What was read is deleted: one less stands behind the marker.
        let path = format!("/channels/{channel}/messages/{}", first["id"].as_str().expect("an id"));
        it.ann.delete(&path).await.expect(204);
        it.ann_says("three").await;
        assert!(it.is_told().await, "it was unread");
        // What is said while one is away is not unread afterwards.
        it.bob.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
        it.ann_says("four").await;
        it.bob.join(&channel).await;
        assert!(!it.is_told().await, "nothing is unread");
    }
);

both!(
    async fn other_devices_hear_how_loud_a_channel_is(server: TestServer) {
        let (ann, bob, channel) = shared(&server).await;
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        ann.put(&format!("/channels/{channel}/notify"), json!({ "level": "none" })).await.expect(204);
        let told = anns.event("notify.updated").await;
        assert_eq!(told["d"], json!({ "channel": channel, "level": "none" }));
        assert!(of(&up_to_now(&mut bobs, &ann, &channel, "n").await, "notify.updated").is_empty());
    }
);

both!(
    async fn what_is_from_before_somebody_joined_is_not_told_when_it_changes(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        ann.patch(&path, json!({ "policy": { "history": "since_join" } })).await.expect(200);
        let early = ann.say(&channel, "n1", "early secret").await;
        bob.join(&channel).await;
        let later = ann.say(&channel, "n2", "later").await;
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        for (message, text) in [(&early, "an early word"), (&later, "a later word")] {
            let message = format!("{path}/messages/{}", message["id"].as_str().expect("an id"));
            ann.patch(&message, json!({ "text": text })).await.expect(200);
        }
        let end = ann.say(&channel, "n3", "now").await;
        let texts = |frames: &[Value]| -> Vec<Value> {
            of(frames, "message.edited").into_iter().map(|frame| frame["d"]["text"].clone()).collect()
        };
        let heard = anns.until_seq(&channel, &end["seq"]).await;
        assert_eq!(texts(&heard), ["an early word", "a later word"]);
        let heard = bobs.until_seq(&channel, &end["seq"]).await;
        assert_eq!(texts(&heard), ["a later word"]);
        // Nor when they come back.
        let (_, again) = Stream::open(&bob, json!({ &channel: later["seq"] })).await;
        assert_eq!(texts(&again), ["a later word"]);
        let (_, again) = Stream::open(&ann, json!({ &channel: later["seq"] })).await;
        assert_eq!(texts(&again), ["an early word", "a later word"]);
    }
);
