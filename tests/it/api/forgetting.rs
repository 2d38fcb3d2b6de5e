//! What must go right while messages go that were kept long enough.

use reqwest::Method;
use serde_json::{Value, json};

use super::registration::administrator;
use super::retention::{DAY_MS, id, keep};
use crate::both;
use crate::support::{Stream, TestServer, eventually, run_sql};

async fn expire(server: &TestServer) {
    server.running.as_ref().expect("running").domain.expire().await.expect("expired");
}

both!(
    async fn whoever_was_away_hears_of_all_but_what_is_gone(server: TestServer) {
        let (ann, bob, cat) =
            (server.person("ann").await, server.person("bob").await, server.person("cat").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let known = ann.say(&channel, "n1", "secret").await;
        keep(&ann, &channel, json!(1)).await;
        ann.say(&channel, "n2", "secret, too").await;
        ann.patch(&format!("/channels/{channel}"), json!({ "name": "Renamed" })).await.expect(200);
        cat.join(&channel).await;
        server.later(2 * DAY_MS);
        ann.say(&channel, "n3", "young").await;
        expire(&server).await;
        let (_, frames) = Stream::open(&bob, json!({ channel.clone(): known["seq"] })).await;
        let of = |t: &str| frames.iter().filter(|frame| frame["t"] == t).collect::<Vec<_>>();
        assert_eq!(of("channel.updated").last().expect("the name")["d"]["name"], "Renamed");
        assert_eq!(of("member.updated").last().expect("cat")["d"]["user"]["id"], json!(cat.id));
        let told = of("message.created");
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0]["d"]["text"], "young");
        // Where nothing was said since, too, one learns what is gone.
        let head = ann.get(&format!("/channels/{channel}")).await.expect(200)["head"].clone();
        let (_, frames) = Stream::open(&bob, json!({ channel.clone(): head })).await;
        let ready = frames.iter().find(|frame| frame["op"] == "ready").expect("ready");
        assert!(ready["d"]["kept_from_seqs"][&channel].as_i64() > known["seq"].as_i64(), "{ready}");
    }
);

both!(
    async fn a_thread_whose_beginning_is_gone_is_listed_and_goes_on(server: TestServer) {
        let (ann, bob, cat) =
            (server.person("ann").await, server.person("bob").await, server.person("cat").await);
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}/messages");
        bob.join(&channel).await;
        cat.join(&channel).await;
        let root = ann.say(&channel, "n1", "root").await;
        let reply = |nonce: &str, text: &str| json!({ "nonce": nonce, "text": text, "thread": root["id"] });
        bob.post(&path, reply("n2", "reply")).await.expect(201);
        ann.post(&path, reply("n3", "an unread reply")).await.expect(201);
        let (mut stream, _) = Stream::open(&bob, json!({})).await;
        server.later(2 * DAY_MS);
        ann.post(&path, reply("n4", "young")).await.expect(201);
        stream.until(|frame| frame["t"] == "thread.updated" && frame["d"]["unread"] == 2).await;
        keep(&ann, &channel, json!(1)).await;
        expire(&server).await;
        stream.until(|frame| frame["t"] == "thread.updated" && frame["d"]["unread"] == 1).await;
        ann.post(&path, reply("n5", "more @cat")).await.expect(201);
        for person in [&bob, &cat] {
            let synced = person.get("/sync").await.expect(200);
            let listed = person.get("/threads").await.expect(200);
            assert_eq!(synced["threads"].as_array().map(Vec::len), Some(1), "{synced}");
            assert_eq!(listed["threads"].as_array().map(Vec::len), Some(1), "{listed}");
            assert_eq!(listed["threads"][0]["root"]["deleted"], true);
        }
    }
);

both!(
    async fn a_policy_that_is_taken_back_stops_what_is_under_way(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        for n in 0..600 {
            ann.say(&channel, &format!("n{n}"), "keep me").await;
        }
        server.later(2 * DAY_MS);
        keep(&ann, &channel, json!(1)).await;
        eventually("some are gone", async || {
            (ann.get(&path).await.expect(200)["kept_from_seq"] != 0).then_some(())
        })
        .await;
        let taken = keep(&ann, &channel, Value::Null).await;
        assert!(!ann.texts(&channel).await.is_empty(), "all went before it was taken back");
        expire(&server).await;
        assert_eq!(ann.get(&path).await.expect(200)["kept_from_seq"], taken["kept_from_seq"]);
    }
);

both!(
    [("LOGGIA_MESSAGES__RETENTION_DAYS", "10")]
    async fn a_conversation_that_is_opened_again_counts_what_is_there(server: TestServer) {
        let ann = server.person("ann").await;
        let unread = async |channel: &str| {
            ann.get(&format!("/channels/{channel}")).await.expect(200)["unread"].clone()
        };
        // Several: on PostgreSQL some are opened on another connection than what they say is deleted on.
        let mut dms = Vec::new();
        for n in 0..6 {
            let other = server.person(&format!("p{n}")).await;
            let dm = ann.post("/dms", json!({ "users": [other.id] })).await.expect(201);
            for m in 0..3 {
                other.say(id(&dm), &format!("m{m}"), "hello").await;
            }
            other.put(&format!("/me/blocks/{}", ann.id), Value::Null).await.expect(204);
            other.post(&format!("/channels/{}/leave", id(&dm)), Value::Null).await.expect(204);
            let again = ann.post("/dms", json!({ "users": [other.id] })).await.expect(200);
            assert_eq!(again["unread"], 3);
            dms.push((other, id(&dm).to_owned()));
        }
        server.later(20 * DAY_MS);
        expire(&server).await;
        for (other, channel) in &dms {
            other.delete(&format!("/me/blocks/{}", ann.id)).await.expect(204);
            let again = ann.post("/dms", json!({ "users": [other.id] })).await.expect(200);
            assert_eq!((&again["unread"], unread(channel).await), (&json!(0), json!(0)));
        }
    }
);

both!(
    async fn everybody_counts_what_is_left(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let mut readers = Vec::new();
        for n in 0..6 {
            let reader = server.person(&format!("r{n}")).await;
            reader.join(&channel).await;
            readers.push(reader);
        }
        let mut said = Vec::new();
        for n in 0..8 {
            // A message of one's own is never unread, wherever the marker is.
            let by = [&ann, &bob, &readers[0]][n % 3];
            said.push(by.say(&channel, &format!("n{n}"), "hello").await["seq"].clone());
        }
        let places =
            [json!(-1), said[0].clone(), said[2].clone(), said[3].clone(), said[5].clone(), said[7].clone()];
        for (reader, seq) in readers.iter().zip(&places) {
            reader.put(&format!("/channels/{channel}/read"), json!({ "seq": seq })).await.expect(200);
        }
        server.later(2 * DAY_MS);
        for n in 0..2 {
            ann.say(&channel, &format!("y{n}"), "young").await;
        }
        let counts = async || {
            let mut counts = Vec::new();
            for reader in &readers {
                counts.push(reader.get(&format!("/channels/{channel}")).await.expect(200)["unread"].as_i64());
            }
            counts
        };
        assert_eq!(counts().await, [Some(8), Some(9), Some(7), Some(6), Some(4), Some(2)]);
        keep(&ann, &channel, json!(1)).await;
        expire(&server).await;
        assert_eq!(counts().await, [Some(2); 6]);
    }
);

both!(
    [("LOGGIA_MESSAGES__RETENTION_DAYS", "10")]
    async fn what_only_this_server_forgot_can_be_deleted_everywhere(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let said = ann.say(&channel, "n1", "secret").await;
        server.later(20 * DAY_MS);
        expire(&server).await;
        ann.delete(&format!("/channels/{channel}/messages/{}", id(&said))).await.expect(204);
        let log = ann.get(&format!("/channels/{channel}/log")).await.expect(200);
        let last = log["entries"].as_array().and_then(|entries| entries.last()).expect("an entry");
        assert_eq!(last["event"]["type"], "redact");
    }
);

both!(
    async fn one_damaged_channel_keeps_no_other_from_it(server: TestServer) {
        let mut server = server;
        let ann = server.person("ann").await;
        let (bad, good) = (ann.channel("Bad").await, ann.channel("Good").await);
        for channel in [&bad, &good] {
            ann.say(channel, "n1", "secret").await;
            keep(&ann, channel, json!(1)).await;
        }
        let damage = format!("UPDATE channels SET creator = 'x y', host = 'x y' WHERE id = '{bad}'");
        run_sql(&server.database_url(), damage).await;
        server.restart().await;
        server.later(2 * DAY_MS);
        expire(&server).await;
        let zed = server.person("zed").await;
        zed.join(&good).await;
        assert_eq!(zed.texts(&good).await.len(), 0);
    }
);

both!(
    async fn a_thread_hears_of_a_reply_that_was_taken_from_this_server(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let root = administrator(&server, "root").await;
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let first = bob.say(&channel, "n1", "first").await;
        let reply = json!({ "nonce": "n2", "text": "@bob secret", "thread": first["id"] });
        let reply = ann.post(&format!("/channels/{channel}/messages"), reply).await.expect(201);
        let (mut stream, _) = Stream::open(&bob, json!({})).await;
        let path = format!("/admin/channels/{channel}/messages/{}", id(&reply));
        root.ask(Method::DELETE, &path, json!({ "only_here": true })).await.expect(204);
        let frames = stream.until(|frame| frame["t"] == "thread.updated").await;
        assert_eq!(frames.last().expect("a frame")["d"]["unread"], 0);
        let deleted = stream.until(|frame| frame["t"] == "message.deleted").await;
        let deleted = frames.iter().chain(&deleted).find(|frame| frame["t"] == "message.deleted");
        assert_eq!(deleted.expect("deleted")["d"]["id"], reply["id"]);
        assert_eq!(bob.get("/notifications").await.expect(200)["unread"], 0);
    }
);
