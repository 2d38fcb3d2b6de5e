//! Messages that are kept for so many days, and not longer.

use reqwest::Method;
use serde_json::{Value, json};

use loggia::domain::verify::verify_all;
use loggia::storage::Conn;

use super::registration::administrator;
use crate::both;
use crate::support::{Person, Stream, TestServer};

pub(super) const DAY_MS: i64 = 24 * 3_600_000;

pub(super) async fn keep(person: &Person, channel: &str, days: Value) -> Value {
    let patch = json!({ "policy": { "retention_days": days } });
    person.patch(&format!("/channels/{channel}"), patch).await.expect(200)
}

/// Has the server look for what is old enough, and waits until it is gone from a channel.
async fn expire(server: &TestServer, person: &Person, channel: &str, left: &[&str]) {
    let domain = server.running.as_ref().expect("running").domain.clone();
    domain.expire().await.expect("expired");
    assert_eq!(person.texts(channel).await, left);
}

pub(super) fn id(message: &Value) -> &str {
    message["id"].as_str().expect("an id")
}

both!(
    async fn what_was_kept_long_enough_is_gone_wherever_it_showed(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        bob.join(&channel).await;
        let file = ann.upload("secret.txt", b"secret file".to_vec()).await;
        ann.say_with(&channel, "n0", &file).await;
        let body = json!({ "nonce": "n1", "text": "secret one @bob" });
        let sent = ann.post(&format!("{path}/messages"), body).await.expect(201);
        let message = format!("{path}/messages/{}", id(&sent));
        ann.patch(&message, json!({ "text": "secret two @bob" })).await.expect(200);
        bob.put(&format!("{message}/reactions/secret"), Value::Null).await.expect(204);
        ann.put(&format!("{path}/pins/{}", id(&sent)), Value::Null).await.expect(204);
        bob.put(&format!("/me/saved/{channel}/{}", id(&sent)), Value::Null).await.expect(204);
        bob.post(&format!("{message}/reports"), json!({ "reason": "look" })).await.expect(204);
        let reply = json!({ "nonce": "n2", "text": "secret reply", "thread": sent["id"] });
        bob.post(&format!("{path}/messages"), reply).await.expect(201);
        server.later(31 * DAY_MS);
        let young = json!({ "nonce": "n3", "text": "young reply", "thread": sent["id"] });
        bob.post(&format!("{path}/messages"), young).await.expect(201);
        ann.say(&channel, "n4", "young").await;
        let (mut stream, _) = Stream::open(&bob, json!({})).await;

        let changed = keep(&ann, &channel, json!(30)).await;
        assert_eq!(changed["policy"]["retention_days"], 30);
        // Nobody has to wait for it: that the policy changed is enough.
        let told = stream.until(|frame| frame["d"]["kept_from_seq"].as_i64() > Some(0)).await;
        assert_eq!(told.last().expect("a frame")["t"], "channel.updated");
        assert_eq!(ann.texts(&channel).await, ["young reply", "young"]);
        let now = bob.get(&path).await.expect(200);
        assert!(now["kept_from_seq"].as_i64() > sent["seq"].as_i64(), "{now}");
        assert_eq!((&now["pins"], &now["mentions"], &now["unread"]), (&json!([]), &json!(0), &json!(1)));

        ann.get(&message).await.problem(404, "message_not_found");
        ann.get(&format!("{message}/edits")).await.problem(404, "message_not_found");
        for person in [&ann, &bob] {
            for place in ["", "/messages", "/pins", "/members", "/log", &format!("/threads/{}", id(&sent))] {
                let answer = person.get(&format!("{path}{place}")).await.expect(200);
                assert!(!answer.to_string().contains("secret"), "{place}: {answer}");
            }
            for place in
                ["/notifications", "/sync", "/channels", "/me/saved", "/me/export", "/search?q=secret"]
            {
                let answer = person.get(place).await.expect(200);
                let hits = answer["results"].as_array().map(Vec::len);
                assert!(hits.unwrap_or(0) == 0, "{place}: {answer}");
                assert!(hits.is_some() || !answer.to_string().contains("secret"), "{place}: {answer}");
            }
        }
        let hash = file["hash"].as_str().expect("a hash");
        bob.get(&format!("/files/{hash}/secret.txt")).await.problem(404, "file_not_found");
        // The thread goes on.
        let thread = bob.get(&format!("{path}/threads/{}", id(&sent))).await.expect(200);
        assert_eq!(
            (&thread["root"]["deleted"], thread["messages"].as_array().map(Vec::len)),
            (&json!(true), Some(1))
        );
        let more = json!({ "nonce": "n5", "text": "more", "thread": sent["id"] });
        ann.post(&format!("{path}/messages"), more).await.expect(201);
        // The name is of no message.
        let log = bob.get(&format!("{path}/log")).await.expect(200);
        assert!(log.to_string().contains(r#""name":"General""#), "{log}");
        // Nothing is done to what is gone.
        ann.patch(&message, json!({ "text": "again" })).await.problem(404, "message_not_found");
        bob.put(&format!("{message}/reactions/x"), Value::Null).await.problem(404, "message_not_found");
        ann.put(&format!("{path}/pins/{}", id(&sent)), Value::Null).await.problem(410, "redacted");
        // But for other servers, which may have it still.
        ann.delete(&message).await.expect(204);
    }
);

both!(
    async fn what_grows_old_goes_and_does_not_come_back(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let elsewhere = ann.channel("Elsewhere").await;
        ann.say(&elsewhere, "n1", "for ever").await;
        keep(&ann, &channel, json!(2)).await;
        ann.say(&channel, "n1", "one").await;
        server.later(DAY_MS);
        ann.say(&channel, "n2", "two").await;
        expire(&server, &ann, &channel, &["one", "two"]).await;
        server.later(DAY_MS + 3_600_000);
        expire(&server, &ann, &channel, &["two"]).await;
        assert_eq!(bob.get(&format!("/channels/{channel}")).await.expect(200)["unread"], 1);
        assert_eq!(keep(&ann, &channel, Value::Null).await["policy"].get("retention_days"), None);
        server.later(80 * DAY_MS);
        expire(&server, &ann, &channel, &["two"]).await;
        expire(&server, &ann, &elsewhere, &["for ever"]).await;
    }
);

both!(
    async fn nothing_is_left_of_it_and_the_log_is_whole(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        // More than go with one commit.
        for n in 0..120 {
            ann.say(&channel, &format!("n{n}"), &format!("secret {n}")).await;
        }
        let message = ann.say(&channel, "m", "secret with more").await;
        let path = format!("/channels/{channel}/messages/{}", id(&message));
        ann.patch(&path, json!({ "text": "secret edited" })).await.expect(200);
        ann.put(&format!("{path}/reactions/x"), Value::Null).await.expect(204);
        server.later(2 * DAY_MS);
        ann.say(&channel, "young", "young").await;
        keep(&ann, &channel, json!(1)).await;
        expire(&server, &ann, &channel, &["young"]).await;
        let now = ann.get(&format!("/channels/{channel}")).await.expect(200);
        assert_eq!((&now["unread"], &now["last_message"]["text"]), (&json!(0), &json!("young")));
        let url = server.database_url();
        let audits = tokio::task::spawn_blocking(move || {
            verify_all(&mut Conn::open(&url).expect("a database")).expect("an audit")
        });
        let audits = audits.await.expect("no panic");
        let audit = &audits.iter().find(|(id, _)| *id == channel).expect("the channel").1;
        assert_eq!(audit.findings, []);
        // The name, and what is young, are there; 121 messages, an edit and a reaction are not.
        assert_eq!((audit.bodies, audit.deleted, audit.missing), (2, 123, 0));
    }
);

both!(
    async fn the_owner_says_how_long(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let path = format!("/channels/{channel}");
        for bad in [json!(0), json!(-1), json!(36_501)] {
            let patch = json!({ "policy": { "retention_days": bad } });
            ann.patch(&path, patch).await.problem(400, "bad_retention");
        }
        ann.patch(&path, json!({ "policy": { "retention_days": "30" } })).await.problem(400, "bad_json");
        let patch = json!({ "policy": { "retention_days": 30 } });
        bob.patch(&path, patch.clone()).await.problem(403, "not_authorised");
        // A whole number, however it is written.
        ann.patch(&path, json!({ "policy": { "retention_days": 31.0 } })).await.expect(200);
        ann.patch(&path, patch).await.expect(200);
        // Other settings leave it as it is.
        let policy = json!({ "policy": { "history": "since_join" } });
        assert_eq!(ann.patch(&path, policy).await.expect(200)["policy"]["retention_days"], 30);
        let dm = ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
        let path = format!("/channels/{}", id(&dm));
        ann.patch(&path, json!({ "policy": { "retention_days": 1 } })).await.problem(403, "not_authorised");
    }
);

both!(
    [("LOGGIA_MESSAGES__RETENTION_DAYS", "10")]
    async fn a_server_keeps_nothing_longer_than_it_says(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        assert_eq!(ann.get("/server").await.expect(200)["retention_days"], 10);
        let (short, long) = (ann.channel("Short").await, ann.channel("Long").await);
        keep(&ann, &short, json!(2)).await;
        keep(&ann, &long, json!(20)).await;
        let dm = ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
        let channels = [short.as_str(), long.as_str(), id(&dm)];
        for channel in channels {
            let said = ann.say(channel, "n1", "hello").await;
            ann.put(&format!("/channels/{channel}/pins/{}", id(&said)), Value::Null).await.expect(204);
        }
        for (days, left) in [(3, [0, 1, 1]), (8, [0, 0, 0])] {
            server.later(days * DAY_MS);
            server.running.as_ref().expect("running").domain.expire().await.expect("expired");
            for (channel, left) in channels.iter().zip(left) {
                assert_eq!(ann.texts(channel).await.len(), left, "after {days} days more");
            }
        }
        // Where the channel keeps it, its pin stays for others, and can be taken away.
        for (channel, left) in [(&short, 0), (&long, 1)] {
            let path = format!("/channels/{channel}");
            let pins = ann.get(&path).await.expect(200)["pins"].clone();
            assert_eq!(pins.as_array().map(Vec::len), Some(left), "{channel}");
            assert_eq!(ann.get(&format!("{path}/pins")).await.expect(200)["messages"], json!([]));
        }
        let pins = ann.get(&format!("/channels/{long}")).await.expect(200)["pins"].clone();
        let pin = format!("/channels/{long}/pins/{}", pins[0].as_str().expect("an id"));
        ann.delete(&pin).await.expect(204);
        assert_eq!(ann.get(&format!("/channels/{long}")).await.expect(200)["pins"], json!([]));
        let url = server.database_url();
        let audits = tokio::task::spawn_blocking(move || {
            verify_all(&mut Conn::open(&url).expect("a database")).expect("an audit")
        });
        for (channel, audit) in audits.await.expect("no panic") {
            assert_eq!((audit.findings, audit.deleted, audit.missing), (vec![], 1, 0), "{channel}");
        }
    }
);

both!(
    async fn whoever_comes_back_is_told_what_went_from_this_server_alone(server: TestServer) {
        let mut server = server;
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let root = administrator(&server, "root").await;
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let said = ann.say(&channel, "n1", "secret").await;
        let remove = format!("/admin/channels/{channel}/messages/{}", id(&said));
        root.ask(Method::DELETE, &remove, json!({ "only_here": true })).await.expect(204);
        let head = ann.get(&format!("/channels/{channel}")).await.expect(200)["head"].clone();
        let told = async |server: &TestServer, cursors: Value| {
            let (_, frames) = Stream::open(&bob.at(&server.base), cursors).await;
            frames.into_iter().filter(|frame| frame["t"] == "message.deleted").collect::<Vec<_>>()
        };
        for _ in 0..2 {
            // A cursor at the end of the log: no entry says it.
            let frames = told(&server, json!({ &channel: head })).await;
            assert_eq!(frames.len(), 1, "{frames:?}");
            assert_eq!((&frames[0]["d"]["id"], &frames[0]["seq"]), (&said["id"], &Value::Null));
            assert!(told(&server, json!({})).await.is_empty(), "whoever has nothing need forget nothing");
            server.restart().await;
        }
        server.later(30 * 24 * 3_600_000);
        assert!(told(&server, json!({ &channel: head })).await.is_empty());
    }
);

both!(
    async fn an_administrator_takes_a_message_from_this_server_alone(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let root = administrator(&server, "root").await;
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let said = ann.say(&channel, "n1", "secret").await;
        let message = format!("/channels/{channel}/messages/{}", id(&said));
        bob.put(&format!("{message}/reactions/x"), Value::Null).await.expect(204);
        bob.post(&format!("{message}/reports"), json!({})).await.expect(204);
        let (mut stream, _) = Stream::open(&bob, json!({})).await;
        let remove = format!("/admin{message}");
        let only_here = json!({ "only_here": true, "reason": "the law" });
        bob.ask(Method::DELETE, &remove, only_here.clone()).await.problem(403, "admin_only");
        let head = ann.get(&format!("/channels/{channel}")).await.expect(200)["head"].clone();
        root.ask(Method::DELETE, &remove, only_here.clone()).await.expect(204);
        let told = stream.until(|frame| frame["t"] == "message.deleted").await;
        let told = told.last().expect("a frame");
        assert_eq!((&told["d"]["id"], &told["seq"]), (&said["id"], &Value::Null), "{told}");
        for person in [&ann, &bob] {
            let shown = person.get(&message).await.expect(200);
            assert_eq!((&shown["deleted"], &shown["reactions"]), (&json!(true), &json!([])));
            let log = person.get(&format!("/channels/{channel}/log")).await.expect(200);
            assert!(!log.to_string().contains("secret"), "{log}");
        }
        // The log has nothing of it; the record has.
        assert_eq!(ann.get(&format!("/channels/{channel}")).await.expect(200)["head"], head);
        let acts = root.get("/admin/acts").await.expect(200);
        let act = &acts["acts"][0];
        assert_eq!(
            (&act["kind"], &act["user"], &act["reason"]),
            (&json!("message_withheld"), &json!(ann.id), &json!("the law"))
        );
        let reports = root.get("/reports?closed=true").await.expect(200);
        assert_eq!(reports["reports"].as_array().map(Vec::len), Some(1), "{reports}");
        // Twice is once; what comes after it changes nothing.
        root.ask(Method::DELETE, &remove, only_here).await.expect(204);
        let again = root.get("/admin/acts").await.expect(200);
        assert_eq!(again["acts"].as_array().map(Vec::len), acts["acts"].as_array().map(Vec::len));
        ann.patch(&message, json!({ "text": "secret again" })).await.problem(410, "redacted");
        bob.put(&format!("{message}/reactions/y"), Value::Null).await.problem(410, "redacted");
        // It can still be deleted for everybody.
        for _ in 0..2 {
            ann.delete(&message).await.expect(204);
            let log = ann.get(&format!("/channels/{channel}/log")).await.expect(200);
            let last = log["entries"].as_array().and_then(|entries| entries.last()).expect("an entry");
            assert_eq!(last["event"]["type"], "redact", "once");
            assert_eq!(last["entry"]["seq"].as_i64(), head.as_i64().map(|head| head + 1));
        }
    }
);
