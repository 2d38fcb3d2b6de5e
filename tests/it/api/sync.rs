//! One answer to begin with: the same as the separate ones.

use serde_json::{Value, json};

use super::ids;
use super::membership::set;
use crate::both;
use crate::support::TestServer;

both!(
    async fn sync_equals_the_separate_answers(server: TestServer) {
        let (ann, bob, carl) =
            (server.person("ann").await, server.person("bob").await, server.person("carl").await);
        let empty = bob.get("/sync").await.expect(200);
        assert_eq!((&empty["channels"], &empty["notifications_unread"]), (&json!([]), &json!(0)));
        assert_eq!(ids(&empty["users"]), ["@bob:a.test"]);

        let general = ann.channel("General").await;
        bob.join(&general).await;
        let sent = ann.say(&general, "n1", "hello @bob").await;
        bob.put(
            &format!("/channels/{general}/messages/{}/reactions/x", sent["id"].as_str().expect("an id")),
            Value::Null,
        )
        .await
        .expect(204);
        bob.post("/dms", json!({ "users": [carl.id] })).await.expect(201);
        let body = json!({ "name": "Secret", "visibility": "private" });
        let secret = ann.post("/channels", body).await.expect(201)["id"].as_str().expect("an id").to_owned();
        ann.say(&secret, "n1", "not for bob yet").await;
        set(&ann, &secret, &bob, json!({ "membership": "invited" })).await.expect(200);
        let left = ann.channel("Left").await;
        bob.join(&left).await;
        bob.post(&format!("/channels/{left}/leave"), Value::Null).await.expect(204);

        let sync = bob.get("/sync").await.expect(200);
        assert_eq!(sync["user"], bob.get("/me").await.expect(200));
        assert_eq!((&sync["server"], &sync["notifications_unread"]), (&json!("a.test"), &json!(1)));
        assert_eq!(sync["channels"], bob.get("/channels").await.expect(200)["channels"]);
        assert_eq!(sync["channels"].as_array().map(Vec::len), Some(3));
        for channel in sync["channels"].as_array().expect("channels") {
            let path = format!("/channels/{}", channel["id"].as_str().expect("an id"));
            let mut alone = bob.get(&path).await.expect(200);
            // Told where one channel is asked for.
            let inviter = alone.as_object_mut().expect("a channel").remove("invited_by");
            assert_eq!(inviter.is_some(), channel["membership"] == "invited");
            assert_eq!(*channel, alone);
            if channel["membership"] == "joined" {
                let page = bob.get(&format!("{path}/messages?limit=1")).await.expect(200);
                let last = page["messages"].as_array().expect("messages").last().cloned().unwrap_or_default();
                assert_eq!((&channel["last_message"], &channel["head"]), (&last, &page["head"]));
            }
        }
        let known = bob.get(&format!("/users?ids={}", ids(&sync["users"]).join(","))).await.expect(200);
        let mut in_view = ids(&sync["users"]);
        in_view.sort();
        assert_eq!(in_view, ["@ann:a.test", "@bob:a.test", "@carl:a.test"]);
        for user in sync["users"].as_array().expect("users") {
            assert!(known["users"].as_array().expect("users").contains(user));
        }
        assert!(!sync.to_string().contains("not for bob yet"));
    }
);
