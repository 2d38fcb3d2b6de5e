//! People of whom somebody wants to hear nothing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{ids, servers_with, walk};
use crate::both;
use crate::support::person::PASSWORD;
use crate::support::push_service::PushService;
use crate::support::{Answer, Person, Stream, TestServer, run_sql};

async fn block(person: &Person, whom: &Person) {
    person.put(&format!("/me/blocks/{}", whom.id), Value::Null).await.expect(204);
}

async fn unblock(person: &Person, whom: &Person) {
    person.delete(&format!("/me/blocks/{}", whom.id)).await.expect(204);
}

async fn open(person: &Person, with: &[&Person]) -> Answer {
    let users: Vec<&str> = with.iter().map(|other| other.id.as_str()).collect();
    person.post("/dms", json!({ "users": users })).await
}

async fn dm(person: &Person, with: &[&Person]) -> String {
    open(person, with).await.body["id"].as_str().expect("an id").to_owned()
}

/// (unread, mentions) of a channel as `/sync` has it; none where it is not in there.
async fn counts(person: &Person, channel: &str) -> Option<(i64, i64)> {
    let sync = person.get("/sync").await.expect(200);
    let found = sync["channels"].as_array()?.iter().find(|one| one["id"] == channel)?.clone();
    Some((found["unread"].as_i64()?, found["mentions"].as_i64()?))
}

async fn inbox(person: &Person) -> usize {
    let inbox = person.get("/notifications").await.expect(200);
    inbox["notifications"].as_array().expect("notifications").len()
}

async fn write(person: &Person, channel: &str, body: Value) -> Value {
    person.post(&format!("/channels/{channel}/messages"), body).await.expect(201)
}

both!(
    async fn one_blocks_and_unblocks_as_often_as_one_likes(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        assert_eq!(ann.get("/me/blocks").await.expect(200), json!({ "blocks": [], "next": null }));
        block(&ann, &bob).await;
        assert_eq!(anns.event("blocks.updated").await["d"], json!({ "user": bob.id, "blocked": true }));
        block(&ann, &bob).await;
        let listed = ann.get("/me/blocks").await.expect(200)["blocks"].clone();
        assert_eq!((&listed[0]["user"]["id"], &listed[1]), (&json!(bob.id), &Value::Null));
        assert!(listed[0]["created_ts"].is_i64());
        assert_eq!(ann.get("/sync").await.expect(200)["blocks"], json!([bob.id]));
        assert_eq!(ann.get("/me/export").await.expect(200)["blocks"], json!([bob.id]));
        unblock(&ann, &bob).await;
        assert_eq!(anns.event("blocks.updated").await["d"], json!({ "user": bob.id, "blocked": false }));
        unblock(&ann, &bob).await;
        ann.delete("/me/blocks/@nobody:a.test").await.expect(204);
        assert_eq!(ann.get("/me/blocks").await.expect(200)["blocks"], json!([]));
        assert!(anns.until_pong().await.iter().all(|frame| frame["t"] != "blocks.updated"), "told once each");
        assert!(bobs.until_pong().await.iter().all(|frame| frame["t"] != "blocks.updated"), "theirs alone");
        assert_eq!(bob.get("/sync").await.expect(200)["blocks"], json!([]));
        ann.put("/me/blocks/@nobody:a.test", Value::Null).await.problem(404, "user_not_found");
        ann.put("/me/blocks/@bob:b.example", Value::Null).await.problem(404, "user_not_found");
        ann.put("/me/blocks/bob", Value::Null).await.problem(400, "bad_path");
        ann.put(&format!("/me/blocks/{}", ann.id), Value::Null).await.problem(409, "bad_target");
        ann.get("/me/blocks?limit=101").await.problem(400, "bad_limit");
        ann.get("/me/blocks?cursor=%25").await.problem(400, "bad_cursor");
    }
);

both!(
    async fn there_are_so_many_and_no_more_and_they_go_with_the_account(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        server.person("cem").await;
        block(&ann, &bob).await;
        let url = server.config.database_url();
        let fill = async |sql: &str| run_sql(&url, sql.to_owned()).await;
        fill(
            "INSERT INTO users (id, server, display_name, bio, role, created_ts, search)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
            SELECT '@x' || CAST(i AS TEXT) || ':b.test', 'b.test', 'x', '', 'user', 1, '' FROM n",
        )
        .await;
        fill(
            "INSERT INTO blocks (user_num, blocked, created_ts)
            SELECT b.user_num, u.num, 1 FROM blocks b, users u WHERE u.server = 'b.test'",
        )
        .await;
        ann.put("/me/blocks/@cem:a.test", Value::Null).await.problem(409, "blocks_full");
        block(&ann, &bob).await;
        let pages = walk(&ann, "/me/blocks?limit=90", "blocks").await;
        let people: BTreeSet<&str> =
            pages.iter().flatten().map(|block| block["user"]["id"].as_str().expect("an id")).collect();
        assert_eq!((pages.len(), people.len()), (12, 1_000));
        unblock(&ann, &bob).await;
        ann.put("/me/blocks/@cem:a.test", Value::Null).await.expect(204);
        ann.ask(reqwest::Method::DELETE, "/me", json!({ "password": PASSWORD })).await.expect(204);
        // Fails where any is left: it is there already.
        fill(
            "INSERT INTO blocks (user_num, blocked, created_ts)
            SELECT a.num, u.num, 1 FROM users a, users u WHERE a.id = '@ann:a.test' AND u.id <> a.id",
        )
        .await;
    }
);

both!(
    async fn nothing_of_theirs_notifies(server: TestServer) {
        let (ann, bob, cem) =
            (server.person("ann").await, server.person("bob").await, server.person("cem").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        cem.join(&channel).await;
        let root = ann.say(&channel, "n1", "topic").await;
        ann.patch("/me/attention", json!({ "keywords": ["deploy"] })).await.expect(200);
        bob.say(&channel, "n0", "@ann before").await;
        cem.say(&channel, "n0", "@ann too").await;
        assert_eq!(ann.get("/notifications").await.expect(200)["unread"], 2);
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        block(&ann, &bob).await;
        let left = json!({ "up_to": 0, "only": false, "unread": 1, "reminders_unread": 0 });
        assert_eq!(anns.event("notifications.read").await["d"], left);
        assert_eq!(counts(&ann, &channel).await.map(|(_, mentions)| mentions), Some(1));
        ann.post("/notifications/read", json!({ "up_to": 1_000 })).await.expect(204);
        bob.say(&channel, "n1", "@ann hello").await;
        bob.say(&channel, "n2", "@channel hello").await;
        bob.say(&channel, "n3", "@here hello").await;
        bob.say(&channel, "n4", "deploy").await;
        write(&bob, &channel, json!({ "nonce": "n5", "text": "an answer", "reply_to": root["id"] })).await;
        let reply = json!({ "nonce": "n6", "text": "@ann in a thread", "thread": root["id"] });
        let last = write(&bob, &channel, reply).await;
        let heard = anns.until_seq(&channel, &last["seq"]).await;
        assert!(heard.iter().all(|frame| frame["t"] != "notification.created"), "{heard:?}");
        assert_eq!((inbox(&ann).await, inbox(&cem).await), (2, 1), "others hear of it as ever");
        let sync = ann.get("/sync").await.expect(200);
        assert_eq!((&sync["notifications_unread"], &sync["threads"]), (&json!(0), &json!([])));
        // What was said is there to be read.
        assert_eq!(ann.texts(&channel).await.len(), 9);
        // In a thread that one follows already, too.
        let reply = |nonce: &str| json!({ "nonce": nonce, "text": "another", "thread": root["id"] });
        write(&cem, &channel, reply("c1")).await;
        let sync = ann.get("/sync").await.expect(200);
        let unread = sync["threads"][0]["unread"].as_i64().expect("a number");
        let read = format!("/channels/{channel}/threads/{}/read", root["id"].as_str().expect("an id"));
        ann.put(&read, json!({ "seq": 1_000 })).await.expect(200);
        assert!(unread > 0);
        write(&bob, &channel, reply("b7")).await;
        assert_eq!(ann.get("/sync").await.expect(200)["threads"], json!([]));
        unblock(&ann, &bob).await;
        bob.say(&channel, "n8", "@ann hello").await;
        assert_eq!(inbox(&ann).await, 3);
    }
);

both!(
    async fn a_conversation_with_them_is_read_and_stays_closed(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = dm(&bob, &[&ann]).await;
        bob.say(&channel, "n1", "one").await;
        assert_eq!(counts(&ann, &channel).await, Some((1, 1)));
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        block(&ann, &bob).await;
        assert_eq!(counts(&ann, &channel).await, Some((0, 0)), "what was said is read");
        anns.until_pong().await;
        let said = bob.say(&channel, "n2", "two").await;
        assert_eq!((counts(&ann, &channel).await, inbox(&ann).await), (Some((0, 0)), 1));
        let read = anns.event("read.updated").await["d"].clone();
        assert_eq!((&read["read_seq"], &read["unread"]), (&said["seq"], &json!(0)));
        assert_eq!(counts(&bob, &channel).await, Some((0, 0)));
        bob.delete(&format!("/channels/{channel}/messages/{}", said["id"].as_str().expect("an id")))
            .await
            .expect(204);
        assert_eq!(counts(&ann, &channel).await, Some((0, 0)));
        // Whoever left is not brought back.
        ann.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
        bob.say(&channel, "n3", "three").await;
        assert_eq!(open(&bob, &[&ann]).await.expect(200)["id"], channel.as_str(), "it is there for him");
        assert_eq!((counts(&ann, &channel).await, inbox(&ann).await), (None, 0));
        unblock(&ann, &bob).await;
        bob.say(&channel, "n4", "four").await;
        assert!(counts(&ann, &channel).await.is_some());
    }
);

both!(
    async fn they_begin_no_conversation_and_invite_nowhere(server: TestServer) {
        let (ann, bob, cem) =
            (server.person("ann").await, server.person("bob").await, server.person("cem").await);
        let private = json!({ "name": "bob's", "visibility": "private" });
        let made = bob.post("/channels", private).await.expect(201);
        let channel = made["id"].as_str().expect("an id");
        let member = format!("/channels/{channel}/members/{}", ann.id);
        let invited = json!({ "membership": "invited" });
        bob.put(&member, invited.clone()).await.expect(200);
        assert_eq!(counts(&ann, channel).await, Some((0, 0)));
        block(&ann, &bob).await;
        assert_eq!(counts(&ann, channel).await, None, "an open invitation is shown no longer");
        assert_eq!(ann.get("/channels").await.expect(200)["channels"], json!([]));
        ann.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
        bob.put(&member, invited.clone()).await.problem(403, "not_accepted");
        open(&bob, &[&ann]).await.problem(403, "not_accepted");
        open(&bob, &[&ann, &cem]).await.problem(403, "not_accepted");
        assert_eq!(cem.get("/channels").await.expect(200)["channels"], json!([]), "nothing was begun");
        open(&bob, &[&cem]).await.expect(201);
        // Others may bring the two together, and ann may write to bob.
        let group = open(&cem, &[&ann, &bob]).await.expect(201);
        assert_eq!(ids(&group["people"]).len(), 3);
        open(&ann, &[&bob]).await.expect(201);
        unblock(&ann, &bob).await;
        bob.put(&member, invited).await.expect(200);
        assert_eq!(counts(&ann, channel).await, Some((0, 0)));
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_theirs_is_pushed() {
    let service = PushService::start().await;
    let late = service.settings(&[("LOGGIA_PUSH__DELAY_MS", "1000")]);
    for (n, server) in servers_with(&late).await.iter().enumerate() {
        let (ann, bob, cem) =
            (server.person("ann").await, server.person("bob").await, server.person("cem").await);
        let (one, two) = (ann.channel("One").await, ann.channel("Two").await);
        for channel in [&one, &two] {
            bob.join(channel).await;
            cem.join(channel).await;
        }
        ann.put("/me/push", service.subscription("/ann", "all")).await.expect(200);
        // Blocked while it waits.
        bob.say(&one, "n1", "@ann one").await;
        block(&ann, &bob).await;
        bob.say(&two, "n2", "@ann two").await;
        cem.say(&two, "n1", "three").await;
        bob.say(&two, "n3", "four").await;
        let pushed = service.wait_for(n + 1).await;
        assert_eq!(pushed.len(), n + 1, "{pushed:?}");
        assert_eq!(pushed.last().expect("a push").payload["body"], "three", "what came after it is no news");
    }
}
