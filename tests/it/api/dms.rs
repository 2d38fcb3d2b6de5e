//! Direct messages: one channel per set of people.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::ids;
use super::membership::set;
use crate::both;
use crate::support::person::Answer;
use crate::support::{Person, TestServer, eventually};

async fn open(person: &Person, with: &[&str]) -> Answer {
    let users: Vec<String> = with.iter().map(|name| format!("@{name}:a.test")).collect();
    person.post("/dms", json!({ "users": users })).await
}

both!(
    async fn a_set_of_people_has_one_channel(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let made = open(&ann, &["bob"]).await.expect(201);
        assert_eq!((&made["kind"], &made["visibility"]), (&json!("dm"), &json!("private")));
        assert_eq!(ids(&made["people"]), ["@ann:a.test", "@bob:a.test"]);
        assert_eq!((&made["membership"], &made["member_count"]), (&json!("joined"), &json!(2)));
        for (person, with) in
            [(&ann, &["bob"][..]), (&ann, &["ann", "bob"]), (&bob, &["ann"]), (&bob, &["ann", "ann"])]
        {
            assert_eq!(open(person, with).await.expect(200)["id"], made["id"]);
        }
        let channel = made["id"].as_str().expect("an id");
        ann.say(channel, "n1", "psst").await;
        assert_eq!(bob.texts(channel).await, ["psst"]);
        let mine = bob.get("/channels").await.expect(200)["channels"][0].clone();
        assert_eq!((&mine["id"], &mine["unread"], &mine["mentions"]), (&made["id"], &json!(1), &json!(1)));
        assert_eq!(bob.get("/notifications").await.expect(200)["notifications"][0]["kind"], "dm");
        assert_eq!(bob.get("/directory").await.expect(200)["channels"], json!([]));
    }
);

both!(
    async fn many_at_once_open_the_same_channel(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let tries = (0..8).map(|n| if n % 2 == 0 { open(&ann, &["bob"]) } else { open(&bob, &["ann"]) });
        let answers = join_all(tries).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
        assert!(answers.iter().all(|answer| answer.body["id"] == answers[0].body["id"]));
    }
);

both!(
    async fn groups_and_notes_to_oneself_are_sets_of_their_own(server: TestServer) {
        let names = ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b1", "b2"];
        let people = join_all(names.iter().map(|name| server.person(name))).await;
        let me = &people[0];
        let alone = open(me, &[]).await.expect(201);
        assert_eq!(open(me, &["a1"]).await.expect(200)["id"], alone["id"]);
        assert_eq!(ids(&alone["people"]), ["@a1:a.test"]);
        let pair = open(me, &["a2"]).await.expect(201);
        let trio = open(me, &["a2", "a3"]).await.expect(201);
        assert_ne!(pair["id"], trio["id"]);
        let ten = open(me, &names[..10]).await.expect(201);
        assert_eq!(ten["people"].as_array().map(Vec::len), Some(10));
        assert_eq!(open(&people[9], &names[..9]).await.expect(200)["id"], ten["id"]);
        for too_many in [&names[..], &names[1..]] {
            let problem = open(me, too_many).await.problem(400, "bad_users");
            assert_eq!(problem["errors"][0]["pointer"], "/users");
        }
    }
);

both!(
    async fn a_dm_with_nobody_is_none(server: TestServer) {
        let (ann, _bob) = (server.person("ann").await, server.person("bob").await);
        open(&ann, &["nobody"]).await.problem(404, "user_not_found");
        open(&ann, &["bob", "nobody"]).await.problem(404, "user_not_found");
        ann.post("/dms", json!({ "users": ["@bob:b.example"] })).await.problem(404, "user_not_found");
        for bad in [
            json!({ "users": ["bob"] }),
            json!({ "users": [1] }),
            json!({ "users": "@bob:a.test" }),
            json!({}),
        ] {
            ann.post("/dms", bad).await.problem(400, "bad_json");
        }
        assert_eq!(ann.get("/channels").await.expect(200)["channels"], json!([]));
    }
);

both!(
    async fn a_dm_stays_between_its_people(server: TestServer) {
        let (ann, bob, eve) =
            (server.person("ann").await, server.person("bob").await, server.person("eve").await);
        let made = open(&ann, &["bob"]).await.expect(201);
        let channel = made["id"].as_str().expect("an id").to_owned();
        let path = format!("/channels/{channel}");
        eve.get(&path).await.problem(404, "channel_not_found");
        eve.post(&format!("{path}/join"), Value::Null).await.problem(404, "channel_not_found");
        for wanted in
            [json!({ "membership": "left" }), json!({ "membership": "banned" }), json!({ "role": "guest" })]
        {
            set(&ann, &channel, &bob, wanted).await.problem(403, "policy");
        }
        set(&ann, &channel, &eve, json!({ "membership": "invited" })).await.problem(403, "policy");
        ann.patch(&path, json!({ "visibility": "public" })).await.problem(403, "not_authorised");
        ann.patch(&path, json!({ "alias": "ours" })).await.problem(403, "not_authorised");
        let now = ann.get(&path).await.expect(200);
        assert_eq!(
            (&now["visibility"], &now["alias"], &now["member_count"]),
            (&json!("private"), &Value::Null, &json!(2))
        );
        assert_eq!(bob.patch(&path, json!({ "name": "Us" })).await.expect(200)["name"], "Us");
    }
);

both!(
    async fn whoever_left_a_dm_is_in_again_when_it_is_opened(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = open(&ann, &["bob"]).await.expect(201)["id"].as_str().expect("an id").to_owned();
        ann.say(&channel, "n1", "hello").await;
        bob.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
        assert_eq!(bob.get("/channels").await.expect(200)["channels"], json!([]));
        assert_eq!(bob.get("/notifications").await.expect(200)["unread"], 0);
        assert_eq!(open(&ann, &["bob"]).await.expect(200)["member_count"], 2);
        assert_eq!(bob.texts(&channel).await, ["hello"]);
        bob.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
        ann.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
        assert_eq!(open(&bob, &["ann"]).await.expect(200)["id"], channel.as_str());
    }
);

both!(
    async fn whoever_left_is_in_again_when_something_is_said(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let dm = open(&ann, &["bob"]).await.expect(201);
        let channel = dm["id"].as_str().expect("an id");
        ann.say(channel, "n1", "one").await;
        bob.put(&format!("/channels/{channel}/read"), json!({ "seq": 100 })).await.expect(200);
        bob.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
        assert_eq!(bob.get("/channels").await.expect(200)["channels"], json!([]));
        let answer = json!({ "nonce": "n2", "text": "two", "reply_to": "$nothing" });
        ann.post(&format!("/channels/{channel}/messages"), answer).await.expect(400);
        assert_eq!(bob.get("/channels").await.expect(200)["channels"], json!([]));
        ann.say(channel, "n2", "two").await;
        let mine = bob.get("/channels").await.expect(200)["channels"][0].clone();
        assert_eq!((&mine["id"], &mine["unread"], &mine["mentions"]), (&dm["id"], &json!(1), &json!(1)));
        assert_eq!(bob.texts(channel).await, ["one", "two"]);
        // What was said before they were brought back is unread, too.
        bob.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
        let mine = open(&ann, &["bob"]).await.expect(200)["id"].clone();
        assert_eq!(mine, dm["id"]);
        assert_eq!(bob.get("/channels").await.expect(200)["channels"][0]["unread"], 1);
    }
);

/// On PostgreSQL another lane, or another server's invitation in it, may keep the same people's conversation at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_kept_at_the_same_moment_is_the_one() {
    let Some(server) = TestServer::postgresql_with(&[]).await else { return };
    let (ann, _bob) = (server.person("ann").await, server.person("bob").await);
    let made = open(&ann, &["bob"]).await.expect(201);
    let (other, connection) =
        tokio_postgres::connect(&server.database_url(), tokio_postgres::NoTls).await.expect("a connection");
    tokio::spawn(connection);
    let id = made["id"].as_str().expect("an id");
    let people = "'@ann:a.test @bob:a.test'";
    let set = |people: &str| format!("UPDATE channels SET people = {people} WHERE id = '{id}'");
    let begun = [set("NULL"), "BEGIN".to_owned(), set(people)];
    for sql in &begun {
        other.batch_execute(sql).await.expect("begun");
    }
    let kept = async {
        let waits =
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        eventually("it waits", async || {
            let waiting = other.query(waits, &[]).await.expect("rows");
            (!waiting.is_empty()).then_some(())
        })
        .await;
        other.batch_execute("COMMIT").await.expect("kept");
    };
    let (opened, ()) = tokio::join!(open(&ann, &["bob"]), kept);
    assert_eq!(opened.expect(200)["id"], made["id"]);
    server.stop().await;
}
