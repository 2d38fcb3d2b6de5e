//! Slow channels: so many seconds between two messages of one person, as the host's clock has it.

use futures_util::future::join_all;
use loggia::storage::{Conn, slow as rows};
use reqwest::Method;
use serde_json::{Value, json};

use crate::both;
use crate::support::person::Answer;
use crate::support::{Person, TestServer};

async fn slow(person: &Person, channel: &str, seconds: Value) -> Value {
    let patch = json!({ "policy": { "slow_seconds": seconds } });
    person.patch(&format!("/channels/{channel}"), patch).await.expect(200)
}

async fn send(person: &Person, channel: &str, nonce: &str, more: Value) -> Answer {
    let mut body = json!({ "nonce": nonce, "text": nonce });
    let fields = more.as_object().cloned().unwrap_or_default();
    body.as_object_mut().expect("an object").extend(fields);
    person.post(&format!("/channels/{channel}/messages"), body).await
}

/// Refused; answers in how many seconds it would not be.
#[track_caller]
fn seconds_left(answer: Answer) -> u64 {
    let after = answer.headers.get("retry-after").and_then(|after| after.to_str().ok());
    let after = after.and_then(|after| after.parse().ok());
    let problem = answer.problem(429, "slow_mode");
    let after = after.expect("a number");
    let detail = problem["detail"].as_str().expect("a text");
    assert!(detail.contains(&format!("in {after} s")), "{detail}");
    after
}

async fn role(owner: &Person, channel: &str, of: &Person, role: &str) {
    let path = format!("/channels/{channel}/members/{}", of.id);
    owner.put(&path, json!({ "role": role })).await.expect(200);
}

both!(
    async fn one_message_in_a_while_and_moderators_as_many_as_they_like(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        assert_eq!(
            bob.get(&format!("/channels/{channel}")).await.expect(200)["policy"].get("slow_seconds"),
            None
        );
        let anns = send(&ann, &channel, "a0", json!({})).await.expect(201);
        // What was written before counts.
        let first = send(&bob, &channel, "b1", json!({})).await.expect(201);
        let changed = slow(&ann, &channel, json!(600)).await;
        assert_eq!(changed["policy"]["slow_seconds"], 600);
        let left = seconds_left(send(&bob, &channel, "b2", json!({})).await);
        assert!((590..=600).contains(&left), "{left}");
        // In a thread and as an answer, too; but what is said already can be changed, and sent again.
        let root = json!({ "thread": anns["id"] });
        seconds_left(send(&bob, &channel, "b3", root.clone()).await);
        seconds_left(send(&bob, &channel, "b4", json!({ "reply_to": first["id"] })).await);
        let path = format!("/channels/{channel}/messages/{}", first["id"].as_str().expect("an id"));
        bob.patch(&path, json!({ "text": "b1" })).await.expect(200);
        bob.patch(&path, json!({ "text": "changed" })).await.expect(200);
        bob.put(&format!("{path}/reactions/x"), Value::Null).await.expect(204);
        bob.patch(&path, json!({ "text": "b1" })).await.expect(200);
        assert_eq!(send(&bob, &channel, "b1", json!({})).await.expect(200)["id"], first["id"]);
        send(&bob, &channel, "b1", json!({ "text": "other" })).await.problem(409, "nonce_reused");
        for nonce in ["a1", "a2"] {
            send(&ann, &channel, nonce, json!({})).await.expect(201);
        }
        // Refusals put nothing off.
        server.later(300_000);
        let left = seconds_left(send(&bob, &channel, "b2", json!({})).await);
        assert!((290..=300).contains(&left), "{left}");
        // What was deleted was said.
        bob.delete(&path).await.expect(204);
        seconds_left(send(&bob, &channel, "b2", json!({})).await);
        server.later(300_000);
        send(&bob, &channel, "b2", root).await.expect(201);
        seconds_left(send(&bob, &channel, "b5", json!({})).await);

        role(&ann, &channel, &bob, "moderator").await;
        send(&bob, &channel, "b6", json!({})).await.expect(201);
        send(&bob, &channel, "b7", json!({})).await.expect(201);
        // Whoever is no moderator any more waits from their last message on.
        role(&ann, &channel, &bob, "member").await;
        seconds_left(send(&bob, &channel, "b8", json!({})).await);
        // It goes by the capability, whoever has it.
        let path = format!("/channels/{channel}");
        let caps = json!({ "policy": { "caps": { "redact_others": "member" } } });
        ann.patch(&path, caps).await.expect(200);
        send(&bob, &channel, "b8", json!({})).await.expect(201);
        ann.patch(&path, json!({ "policy": { "caps": {} } })).await.expect(200);
        seconds_left(send(&bob, &channel, "b9", json!({})).await);
        // Leaving and coming back helps nobody.
        bob.post(&format!("/channels/{channel}/leave"), json!({})).await.expect(204);
        bob.join(&channel).await;
        seconds_left(send(&bob, &channel, "b9", json!({})).await);
        let off = slow(&ann, &channel, Value::Null).await;
        assert_eq!(off["policy"].get("slow_seconds"), None);
        send(&bob, &channel, "b9", json!({})).await.expect(201);
        send(&bob, &channel, "b10", json!({})).await.expect(201);
    }
);

both!(
    async fn of_what_comes_at_once_one_is_taken(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        slow(&ann, &channel, json!(60)).await;
        let nonces: Vec<String> = (0..12).map(|n| format!("n{n}")).collect();
        let sent = join_all(nonces.iter().map(|nonce| send(&bob, &channel, nonce, json!({})))).await;
        let taken = sent.iter().filter(|answer| answer.status == 201).count();
        let refused = sent.iter().filter(|answer| answer.body["code"] == "slow_mode").count();
        assert_eq!((taken, refused), (1, 11));
        assert_eq!(bob.texts(&channel).await.len(), 1);
    }
);

both!(
    async fn a_restart_forgets_nothing_and_a_clock_that_was_set_back_keeps_nobody(server: TestServer) {
        let mut server = server;
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        slow(&ann, &channel, json!(5)).await;
        send(&bob, &channel, "b1", json!({})).await.expect(201);
        server.later(6_000);
        send(&bob, &channel, "b2", json!({})).await.expect(201);
        // What is known of the last five seconds is not enough any more.
        server.later(6_000);
        slow(&ann, &channel, json!(3_600)).await;
        let left = seconds_left(send(&bob, &channel, "b3", json!({})).await);
        assert!((3_580..=3_594).contains(&left), "{left}");
        server.restart().await;
        let (ann, bob) = (ann.at(&server.base), bob.at(&server.base));
        let left = seconds_left(send(&bob, &channel, "b3", json!({})).await);
        assert!((3_570..=3_594).contains(&left), "{left}");
        // Never longer than from one message to the next, though the clock says so.
        server.later(-1_800_000);
        assert_eq!(seconds_left(send(&bob, &channel, "b3", json!({})).await), 3_600);
        server.later(-3_600_000);
        send(&bob, &channel, "b3", json!({})).await.expect(201);
        slow(&ann, &channel, Value::Null).await;
    }
);

both!(
    async fn webhooks_need_not_wait(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        slow(&ann, &channel, json!(21_600)).await;
        let made = ann.post(&format!("/channels/{channel}/webhooks"), json!({ "name": "Builds" })).await;
        let url = made.expect(201)["url"].as_str().expect("an address").to_owned();
        let (_, path) = url.split_once("/api/v1").expect("an address of the API");
        for text in ["one", "two"] {
            ann.ask(Method::POST, path, json!({ "text": text })).await.expect(200);
        }
        assert_eq!(ann.texts(&channel).await, ["one", "two"]);
    }
);

both!(
    async fn the_owner_says_how_slow(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let path = format!("/channels/{channel}");
        let patch = |seconds: Value| json!({ "policy": { "slow_seconds": seconds } });
        for bad in [json!(0), json!(-1), json!(21_601)] {
            let problem = ann.patch(&path, patch(bad)).await.problem(400, "bad_slow");
            assert_eq!(problem["errors"][0]["pointer"], "/policy/slow_seconds");
        }
        for bad in [json!("30"), json!(1.5)] {
            ann.patch(&path, patch(bad)).await.problem(400, "bad_json");
        }
        bob.patch(&path, patch(json!(30))).await.problem(403, "not_authorised");
        // A whole number, however it is written; and other settings leave it as it is.
        ann.patch(&path, patch(json!(5.0))).await.expect(200);
        let kept = ann.patch(&path, json!({ "policy": { "retention_days": 1 } })).await.expect(200);
        assert_eq!(
            (&kept["policy"]["slow_seconds"], &kept["policy"]["retention_days"]),
            (&json!(5), &json!(1))
        );
        let dm = ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
        let path = format!("/channels/{}", dm["id"].as_str().expect("an id"));
        ann.patch(&path, patch(json!(30))).await.problem(403, "not_authorised");
    }
);

both!(
    async fn those_are_known_who_wrote_lately_the_latest_first(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let mut sent = Vec::new();
        for (person, nonce) in [(&ann, "n1"), (&bob, "n2"), (&ann, "n3"), (&bob, "n4"), (&ann, "n5")] {
            sent.push(
                send(person, &channel, nonce, json!({})).await.expect(201)["ts"].as_i64().expect("a time"),
            );
            server.later(1_000);
        }
        let url = server.database_url();
        let last = tokio::task::spawn_blocking(move || {
            let mut conn = Conn::open(&url)?;
            let asked = [(sent[0] - 1, 9), (sent[3], 9), (0, 1), (sent[4], 9)];
            let find = |(since, limit)| rows::last_of_each(&mut conn, 1, (99, since), limit);
            let found: Result<Vec<_>, _> = asked.into_iter().map(find).collect();
            let times = found?.into_iter().map(|rows| rows.into_iter().map(|(_, ts)| ts).collect::<Vec<_>>());
            let expected = [vec![sent[4], sent[3]], vec![sent[4]], vec![sent[4]], vec![]];
            assert_eq!(times.collect::<Vec<_>>(), expected);
            Ok::<_, loggia::storage::Error>(())
        });
        last.await.expect("no panic").expect("found");
    }
);
