//! Messages that are to be sent later, and can't be.

use serde_json::{Value, json};

use super::registration::administrator;
use super::scheduled::{
    DAY_MS, HOUR_MS, MINUTE_MS, after, failed, list, look, path, said, schedule, send_now,
};
use crate::both;
use crate::support::person::PASSWORD;
use crate::support::{Stream, TestServer, eventually};

both!(
    async fn what_can_be_sent_no_longer_stays_and_says_why(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let (one, two) = (ann.channel("One").await, ann.channel("Two").await);
        for channel in [&one, &two] {
            bob.join(channel).await;
        }
        let put = async |membership: &str| {
            let member = format!("/channels/{one}/members/{}", bob.id);
            ann.put(&member, json!({ "membership": membership })).await.expect(200);
        };
        let soon = after(HOUR_MS);
        let removed = schedule(&bob, &one, "removed", soon).await;
        let archived = schedule(&bob, &two, "archived", soon).await;
        put("left").await;
        ann.patch(&format!("/channels/{two}"), json!({ "archived": true })).await.expect(200);
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        server.later(HOUR_MS);
        let told = [bobs.event("scheduled.updated").await, bobs.event("scheduled.updated").await];
        let mut codes =
            told.map(|frame| frame["d"]["scheduled"]["failed"].clone()).map(|code| code.to_string());
        codes.sort_unstable();
        assert_eq!(codes, ["\"archived\"", "\"not_member\""]);
        assert_eq!(
            (failed(&bob, &removed).await, failed(&bob, &archived).await),
            ("not_member".to_owned(), "archived".to_owned())
        );
        // It is not tried again by itself.
        ann.patch(&format!("/channels/{two}"), json!({ "archived": false })).await.expect(200);
        bob.join(&one).await;
        server.later(DAY_MS);
        look(&server).await;
        assert_eq!((bob.texts(&one).await.len(), bob.texts(&two).await.len()), (0, 0));
        // But once it is changed, at once where its time is over.
        let changed = bob.patch(&path(&removed), json!({ "text": "back" })).await.expect(200);
        assert_eq!(changed["failed"], Value::Null);
        said(&bob, &one, &["back"]).await;
        send_now(&bob, &archived).await.expect(201);
        said(&bob, &two, &["archived"]).await;
        assert_eq!(list(&bob).await, [Value::Null; 0]);
        // What is in the way of sending at once is answered, and stands there too.
        let later = after(HOUR_MS) + 2 * DAY_MS;
        let again = schedule(&bob, &one, "again", later).await;
        put("banned").await;
        send_now(&bob, &again).await.problem(403, "banned");
        assert_eq!(failed(&bob, &again).await, "banned");
        let moved = bob.patch(&path(&again), json!({ "send_ts": later })).await.expect(200);
        assert_eq!((&moved["failed"], &moved["send_ts"]), (&Value::Null, &json!(later)));
        bob.delete(&path(&again)).await.expect(204);
    }
);

both!(
    async fn a_slow_channel_is_waited_for(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("Slow").await;
        bob.join(&channel).await;
        let patch = json!({ "policy": { "slow_seconds": 3_600 } });
        ann.patch(&format!("/channels/{channel}"), patch).await.expect(200);
        bob.say(&channel, "n1", "first").await;
        let soon = after(MINUTE_MS);
        let second = schedule(&bob, &channel, "second", soon).await;
        schedule(&bob, &channel, "third", soon).await;
        server.later(2 * MINUTE_MS);
        look(&server).await;
        assert_eq!(bob.texts(&channel).await, ["first"]);
        send_now(&bob, &second).await.problem(429, "slow_mode");
        assert_eq!(list(&bob).await.iter().filter(|item| item["failed"].is_null()).count(), 2);
        server.later(HOUR_MS);
        eventually("one may be sent", || async { (bob.texts(&channel).await.len() == 2).then_some(()) })
            .await;
        look(&server).await;
        assert_eq!((bob.texts(&channel).await.len(), list(&bob).await.len()), (2, 1));
        server.later(HOUR_MS + MINUTE_MS);
        eventually("the other one too", || async { (bob.texts(&channel).await.len() == 3).then_some(()) })
            .await;
    }
);

both!(
    async fn whoever_is_kept_from_logging_in_sends_nothing(server: TestServer) {
        let (root, ann) = (administrator(&server, "root").await, server.person("ann").await);
        let channel = ann.channel("General").await;
        root.join(&channel).await;
        schedule(&ann, &channel, "later", after(HOUR_MS)).await;
        let disable = async |disabled: bool| {
            let body = json!({ "disabled": disabled });
            root.patch(&format!("/admin/users/{}", ann.id), body).await.expect(200);
        };
        disable(true).await;
        server.later(HOUR_MS);
        look(&server).await;
        look(&server).await;
        assert_eq!(root.texts(&channel).await, [""; 0]);
        disable(false).await;
        let login = json!({ "username": "ann", "password": PASSWORD });
        let session = root.post("/sessions", login).await.expect(201)["session"].clone();
        let ann = ann.with_token(session["token"].as_str().expect("a token"));
        assert_eq!(list(&ann).await[0]["failed"], "account_disabled");
        look(&server).await;
        assert_eq!(root.texts(&channel).await, [""; 0], "not by itself");
        send_now(&ann, &list(&ann).await[0]).await.expect(201);
    }
);
