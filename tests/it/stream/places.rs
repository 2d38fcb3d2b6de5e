//! Which channels are one's own: every device hears of it, and gets the channel's frames from then on.

use serde_json::{Value, json};

use crate::both;
use crate::support::{Person, Stream, TestServer};

async fn set_member(by: &Person, channel: &str, who: &Person, change: Value) {
    by.put(&format!("/channels/{channel}/members/{}", who.id), change).await.expect(200);
}

/// What a device hears when somebody speaks in both channels, the second of which it is in: whether
/// it hears of the first.
async fn hears(device: &mut Stream, by: &Person, channel: &str, known: &str, nonce: &str) -> bool {
    let first = by.say(channel, nonce, "here").await;
    let second = by.say(known, nonce, "there").await;
    let frames = device.until_seq(known, &second["seq"]).await;
    frames.iter().any(|frame| frame["channel"] == channel && frame["d"]["id"] == first["id"])
}

both!(
    async fn joining_and_leaving_from_another_device_is_heard_by_every_device(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let (channel, known) = (ann.channel("General").await, ann.channel("Known").await);
        bob.join(&known).await;
        let (mut device, frames) = Stream::open(&bob, json!({})).await;
        assert_eq!(frames.len(), 2, "{frames:?}");
        assert!(!hears(&mut device, &ann, &channel, &known, "before").await);
        for round in 0..2 {
            bob.join(&channel).await;
            let joined = device.event("channel.joined").await;
            let fresh = bob.get(&format!("/channels/{channel}")).await.expect(200);
            assert_eq!(joined["channel"], channel.as_str());
            assert_eq!((&joined["seq"], &joined["d"]["head"]), (&fresh["head"], &fresh["head"]));
            for (field, value) in joined["d"].as_object().expect("a channel") {
                assert_eq!(*value, fresh[field], "{field}");
            }
            assert!(joined["d"]["unread"].is_null(), "frames carry nothing per viewer: {joined}");
            assert!(hears(&mut device, &ann, &channel, &known, &format!("in{round}")).await);
            bob.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
            let left = device.event("channel.left").await;
            assert_eq!((&left["channel"], &left["d"]), (&json!(channel), &json!({ "id": channel })));
            assert!(left["seq"].is_null(), "the place was told by `member.updated`, and is no news: {left}");
            assert!(!hears(&mut device, &ann, &channel, &known, &format!("out{round}")).await);
        }
    }
);

both!(
    async fn an_invitation_a_kick_and_a_ban_are_heard_by_the_one_concerned(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let known = ann.channel("Known").await;
        bob.join(&known).await;
        let made =
            ann.post("/channels", json!({ "name": "Quiet", "visibility": "private" })).await.expect(201);
        let channel = made["id"].as_str().expect("an id");
        let (mut device, _) = Stream::open(&bob, json!({})).await;
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        // The news that she made the channel may still be on its way; what she says after it comes after it.
        ann.say(&known, "fence", "so far").await;
        anns.event("message.created").await;
        set_member(&ann, channel, &bob, json!({ "membership": "invited" })).await;
        let invited = device.event("channel.joined").await;
        assert_eq!((&invited["d"]["id"], &invited["d"]["membership"]), (&json!(channel), &json!("invited")));
        assert_eq!(invited["d"]["name"], "Quiet");
        assert!(!hears(&mut device, &ann, channel, &known, "invited").await);
        bob.join(channel).await;
        assert_eq!(device.event("channel.joined").await["d"]["membership"], "joined");
        assert!(hears(&mut device, &ann, channel, &known, "joined").await);
        set_member(&ann, channel, &bob, json!({ "membership": "left" })).await;
        assert_eq!(device.event("channel.left").await["d"]["id"], channel);
        assert!(!hears(&mut device, &ann, channel, &known, "kicked").await);
        // An invitation can be taken back, and somebody banned who is not there.
        set_member(&ann, channel, &bob, json!({ "membership": "invited" })).await;
        device.event("channel.joined").await;
        set_member(&ann, channel, &bob, json!({ "membership": "banned" })).await;
        let removal = json!({ "banned": true, "by": ann.id, "reason": null });
        assert_eq!(device.event("channel.left").await["d"], json!({ "id": channel, "removal": removal }));
        assert!(!hears(&mut device, &ann, channel, &known, "banned").await);
        // Who was never there, or wants to hear nothing of whoever does it, is told nothing but the fact.
        let (cem, dan) = (server.person("cem").await, server.person("dan").await);
        let (mut cems, _) = Stream::open(&cem, json!({})).await;
        let (mut dans, _) = Stream::open(&dan, json!({})).await;
        set_member(&ann, channel, &dan, json!({ "membership": "invited" })).await;
        dans.event("channel.joined").await;
        dan.put(&format!("/me/blocks/{}", ann.id), Value::Null).await.expect(204);
        for (person, theirs) in [(&cem, &mut cems), (&dan, &mut dans)] {
            let why = json!({ "membership": "banned", "reason": "I know where you live" });
            set_member(&ann, channel, person, why).await;
            assert_eq!(theirs.event("channel.left").await["d"], json!({ "id": channel }));
            // Nor is being let in again a removal.
            set_member(&ann, channel, person, json!({ "membership": "left" })).await;
            let frames = theirs.until_pong().await;
            assert!(frames.iter().all(|frame| frame["d"].get("removal").is_none()), "{frames:?}");
        }
        // Ann, who stayed, heard of none of this as a place of her own.
        let last = ann.say(channel, "last", "and that is all").await;
        let frames = anns.until_seq(channel, &last["seq"]).await;
        assert!(frames.iter().all(|frame| frame["t"] != "channel.joined" && frame["t"] != "channel.left"));
        assert_eq!(frames.iter().filter(|frame| frame["t"] == "member.updated").count(), 10);
    }
);

both!(
    async fn a_new_channel_and_a_direct_message_appear_on_every_device(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        let body = json!({ "name": "General", "topic": "all", "alias": "general" });
        let made = ann.post("/channels", body).await.expect(201);
        let frames = anns.until_seq(made["id"].as_str().expect("an id"), &made["head"]).await;
        let frames: Vec<&Value> = frames.iter().filter(|frame| frame["op"] == "event").collect();
        assert_eq!(frames[0]["t"], "channel.joined", "{frames:?}");
        let last = frames.iter().rev().find(|frame| frame["t"] == "channel.updated").expect("an update");
        for field in ["name", "topic", "alias", "visibility", "policy", "member_count"] {
            assert_eq!(last["d"][field], made[field], "{field}");
        }
        let dm = ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
        for stream in [&mut anns, &mut bobs] {
            let joined = stream.event("channel.joined").await;
            assert_eq!((&joined["d"]["id"], &joined["d"]["kind"]), (&dm["id"], &json!("dm")));
        }
        let id = dm["id"].as_str().expect("an id");
        let sent = bob.say(id, "n", "psst").await;
        anns.until_seq(id, &sent["seq"]).await;
        assert_eq!(anns.event("notification.created").await["d"]["kind"], "dm");
    }
);
