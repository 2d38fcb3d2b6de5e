//! The inbox, how loud a channel is, and who is typing.

use serde_json::{Value, json};

use super::{ids, walk};
use crate::both;
use crate::support::{Person, Stream, TestServer, run_sql};

async fn inbox(person: &Person) -> (Vec<String>, i64) {
    let page = person.get("/notifications").await.expect(200);
    let texts = page["notifications"].as_array().expect("notifications").iter();
    let texts = texts.map(|item| item["message"]["text"].as_str().expect("text").to_owned()).collect();
    (texts, page["unread"].as_i64().expect("a count"))
}

both!(
    async fn mentions_reach_those_who_are_in_the_channel(server: TestServer) {
        let (ann, bob, eve) =
            (server.person("ann").await, server.person("bob").await, server.person("eve").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let sent = ann.say(&channel, "n1", "@bob @eve @ann @nobody `@x`").await;
        assert_eq!(sent["mentions"], json!(["@ann:a.test", "@bob:a.test"]));
        assert_eq!(inbox(&bob).await, (vec!["@bob @eve @ann @nobody `@x`".to_owned()], 1));
        assert_eq!(inbox(&eve).await, (vec![], 0));
        assert_eq!(inbox(&ann).await, (vec![], 0), "not to oneself");
        let page = bob.get("/notifications").await.expect(200);
        let item = &page["notifications"][0];
        assert_eq!(
            (&item["kind"], &item["channel"], &item["read"]),
            (&json!("mention"), &json!(channel), &json!(false))
        );
        assert_eq!(item["message"], sent);
        // A reply that mentions is one notification.
        let body = json!({ "nonce": "n2", "text": "@ann yes", "reply_to": sent["id"] });
        bob.post(&format!("/channels/{channel}/messages"), body).await.expect(201);
        assert_eq!(inbox(&ann).await.1, 1);
        let all = ann.say(&channel, "n3", "@channel lunch").await;
        assert_eq!((&all["mentions_all"], &all["mentions"]), (&json!(true), &json!([])));
        assert_eq!(inbox(&bob).await.1, 1, "what was mentioned before, bob has read by writing");
    }
);

both!(
    async fn a_channel_is_as_loud_as_one_sets_it(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        bob.join(&channel).await;
        for (level, expected) in [("mentions", 1), ("none", 1), ("all", 2)] {
            bob.put(&format!("{path}/notify"), json!({ "level": level })).await.expect(204);
            assert_eq!(bob.get(&path).await.expect(200)["notify"], level);
            ann.say(&channel, &format!("n-{level}"), "hello @bob").await;
            assert_eq!(inbox(&bob).await.1, expected, "{level}");
        }
        assert_eq!(ann.get(&path).await.expect(200)["notify"], "all", "each sets their own");
        bob.put(&format!("{path}/notify"), json!({ "level": "loud" })).await.problem(400, "bad_json");
        let eve = server.person("eve").await;
        eve.put(&format!("{path}/notify"), json!({ "level": "none" })).await.problem(403, "not_member");
        // It outlasts leaving and coming back.
        bob.put(&format!("{path}/notify"), json!({ "level": "none" })).await.expect(204);
        bob.post(&format!("{path}/leave"), Value::Null).await.expect(204);
        bob.join(&channel).await;
        assert_eq!(bob.get(&path).await.expect(200)["notify"], "none");
    }
);

both!(
    async fn pages_of_the_inbox_are_disjoint_and_complete(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let mut sent = Vec::new();
        for n in 0..5 {
            sent.insert(0, ann.say(&channel, &format!("n{n}"), "hello @bob").await);
        }
        for limit in [1, 2, 5, 6] {
            let pages = walk(&bob, &format!("/notifications?limit={limit}"), "notifications").await;
            assert_eq!(pages.len(), 5_usize.div_ceil(limit));
            let messages: Vec<Value> = pages.concat().iter().map(|item| item["message"].clone()).collect();
            assert_eq!(messages, sent, "newest first");
        }
        for (query, code) in
            [("limit=0", "bad_limit"), ("limit=101", "bad_limit"), ("cursor=x", "bad_cursor")]
        {
            bob.get(&format!("/notifications?{query}")).await.problem(400, code);
        }
    }
);

both!(
    async fn what_was_seen_is_read_up_to_there(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        for n in 0..3 {
            ann.say(&channel, &format!("n{n}"), "hello @bob").await;
        }
        let page = bob.get("/notifications").await.expect(200);
        let middle = page["notifications"][1]["id"].clone();
        // Of others', nothing changes.
        ann.post("/notifications/read", json!({ "up_to": middle })).await.expect(204);
        assert_eq!(inbox(&bob).await.1, 3);
        bob.post("/notifications/read", json!({ "up_to": middle })).await.expect(204);
        let page = bob.get("/notifications").await.expect(200);
        let read: Vec<&Value> =
            page["notifications"].as_array().expect("items").iter().map(|item| &item["read"]).collect();
        assert_eq!((read, &page["unread"]), (vec![&json!(false), &json!(true), &json!(true)], &json!(1)));
        assert_eq!(bob.get(&format!("/channels/{channel}")).await.expect(200)["mentions"], 1);
        bob.post("/notifications/read", json!({ "up_to": -1 })).await.expect(204);
        assert_eq!(inbox(&bob).await.1, 1);
        bob.post("/notifications/read", json!({ "up_to": i64::MAX })).await.expect(204);
        assert_eq!(inbox(&bob).await.1, 0);
        assert_eq!(bob.get("/sync").await.expect(200)["notifications_unread"], 0);
    }
);

both!(
    async fn a_deleted_message_is_no_news(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let sent = ann.say(&channel, "n1", "oops @bob").await;
        ann.say(&channel, "n2", "right @bob").await;
        ann.delete(&format!("/channels/{channel}/messages/{}", sent["id"].as_str().expect("an id")))
            .await
            .expect(204);
        assert_eq!(inbox(&bob).await, (vec!["right @bob".to_owned()], 1));
        let page = bob.get("/notifications").await.expect(200);
        assert_eq!(page["notifications"].as_array().map(Vec::len), Some(1));
    }
);

both!(
    async fn typing_is_told_to_others_in_the_channel(server: TestServer) {
        let (ann, bob, eve) =
            (server.person("ann").await, server.person("bob").await, server.person("eve").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let (mut stream, _) = Stream::open(&bob, json!({})).await;
        let path = format!("/channels/{channel}/typing");
        eve.post(&path, Value::Null).await.problem(403, "not_member");
        ann.post(&path, Value::Null).await.expect(204);
        let frame = stream.event("typing").await;
        assert_eq!((&frame["channel"], &frame["d"]["user"]), (&json!(channel), &json!("@ann:a.test")));
        assert!(ids(&ann.get("/channels").await.expect(200)["channels"]).contains(&channel));
    }
);

both!(
    async fn here_is_for_those_who_are_there(server: TestServer) {
        let (ann, bob, cid) =
            (server.person("ann").await, server.person("bob").await, server.person("cid").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        cid.join(&channel).await;
        let (_stream, _) = Stream::open(&bob, json!({})).await;
        let sent = ann.say(&channel, "n1", "@here lunch").await;
        assert_eq!((&sent["mentions_here"], &sent["mentions_all"]), (&json!(true), &Value::Null));
        assert_eq!((inbox(&bob).await.1, inbox(&cid).await.1), (1, 0));
        ann.say(&channel, "n2", "@channel lunch").await;
        assert_eq!((inbox(&bob).await.1, inbox(&cid).await.1), (2, 1));
        // It takes the same capability.
        let path = format!("/channels/{channel}");
        let caps = json!({ "policy": { "caps": { "mention_all": "moderator" } } });
        ann.patch(&path, caps).await.expect(200);
        let mine = cid.say(&channel, "n3", "@here and @channel").await;
        assert_eq!((&mine["mentions_here"], &mine["mentions_all"]), (&Value::Null, &Value::Null));
        assert_eq!(inbox(&bob).await.1, 2);
        // What an edit adds notifies nobody, and what it says is shown.
        let id = sent["id"].as_str().expect("an id");
        let edited =
            ann.patch(&format!("{path}/messages/{id}"), json!({ "text": "no lunch" })).await.expect(200);
        assert_eq!(edited["mentions_here"], Value::Null);
    }
);

both!(
    async fn ids_of_notifications_are_never_given_again(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let newest = async || {
            let page = bob.get("/notifications").await.expect(200);
            page["notifications"][0]["id"].as_i64().expect("an id")
        };
        let said = ann.say(&channel, "n1", "@bob one").await;
        let first = newest().await;
        let path = format!("/channels/{channel}/messages/{}", said["id"].as_str().expect("an id"));
        ann.delete(&path).await.expect(204);
        ann.say(&channel, "n2", "@bob two").await;
        assert!(newest().await > first);
    }
);

/// Puts so many people of another server into every channel.
async fn crowd(server: &TestServer, count: usize) {
    let sql = format!(
        "INSERT INTO users (id, server, display_name, bio, role, created_ts, search)
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
         SELECT '@u' || n || ':b.test', 'b.test', 'U', '', 'user', 0, '' FROM numbers;
         INSERT INTO members (channel, user_num, membership, role, since_seq, notify, read_seq, read_base)
         SELECT channels.num, users.num, 'joined', 'member', 0, 'all', -1, 0 FROM channels, users
         WHERE users.server = 'b.test';"
    );
    run_sql(&server.database_url(), sql).await;
}

both!(
    async fn everybody_here_is_notified_however_many_are_of_other_servers(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        crowd(&server, 1_001).await;
        let bob = server.person("bob").await;
        bob.join(&channel).await;
        ann.say(&channel, "n1", "@channel lunch").await;
        assert_eq!(inbox(&bob).await, (vec!["@channel lunch".to_owned()], 1));
        let (_stream, _) = Stream::open(&bob, json!({})).await;
        ann.say(&channel, "n2", "@here lunch").await;
        assert_eq!(inbox(&bob).await.1, 2);
    }
);

both!(
    async fn a_reply_notifies_people_of_this_server_only(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let sent = bob.say(&channel, "n1", "hello").await;
        let reply = async |nonce: &str| {
            let body = json!({ "nonce": nonce, "text": "yes", "reply_to": sent["id"] });
            ann.post(&format!("/channels/{channel}/messages"), body).await.expect(201);
        };
        let is_of = async |name: &str| {
            let sql = format!("UPDATE users SET server = '{name}' WHERE id = '@bob:a.test'");
            run_sql(&server.database_url(), sql).await;
        };
        is_of("b.test").await;
        reply("n2").await;
        is_of("a.test").await;
        assert_eq!(inbox(&bob).await, (vec![], 0));
        reply("n3").await;
        assert_eq!(inbox(&bob).await, (vec!["yes".to_owned()], 1));
    }
);
