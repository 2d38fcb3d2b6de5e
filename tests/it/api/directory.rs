//! The directory of public channels, and who may know of which channel.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{ids, walk};
use crate::both;
use crate::support::TestServer;

both!(
    async fn public_channels_are_found_by_name_topic_and_alias(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let body = json!({ "name": "Große Runde", "topic": "50% Tee", "alias": "round_table" });
        let made = ann.post("/channels", body).await.expect(201);
        ann.channel("Other").await;
        for query in ["runde", "GRO%C3%9FE", "50%25", "d_t", "round_table:a.test", "%23round"] {
            let found = bob.get(&format!("/directory?query={query}")).await.expect(200);
            assert_eq!(ids(&found["channels"]), [made["id"].as_str().expect("an id")], "{query}");
        }
        for query in ["runden", "5%25%25", "d__t", "%5C"] {
            assert_eq!(
                bob.get(&format!("/directory?query={query}")).await.expect(200)["channels"],
                json!([])
            );
        }
        let listed = bob.get("/directory?query=runde&server=a.test").await.expect(200)["channels"][0].clone();
        assert_eq!((&listed["member_count"], &listed["membership"]), (&json!(1), &Value::Null));
        let own = ann.get("/directory?query=runde").await.expect(200)["channels"][0].clone();
        assert_eq!(own["membership"], "joined");
        let path = format!("/channels/{}", made["id"].as_str().expect("an id"));
        ann.patch(&path, json!({ "name": "Kleine", "alias": null })).await.expect(200);
        assert_eq!(bob.get("/directory?query=round").await.expect(200)["channels"], json!([]));
        assert_eq!(bob.get("/directory?query=kleine").await.expect(200)["channels"][0]["id"], made["id"]);
        bob.get("/directory?query=%00").await.problem(400, "bad_query");
        bob.get("/directory?server=b.example").await.problem(404, "server_not_found");
    }
);

both!(
    async fn pages_of_the_directory_are_disjoint_and_complete(server: TestServer) {
        let ann = server.person("ann").await;
        let names: Vec<String> = (0..5).map(|n| format!("room {n}")).collect();
        let mut made = join_all(names.iter().map(|name| ann.channel(name))).await;
        made.sort();
        ann.post("/channels", json!({ "name": "room, private", "visibility": "private" })).await.expect(201);
        for limit in [1, 2, 4, 5, 6] {
            let pages = walk(&ann, &format!("/directory?query=room&limit={limit}"), "channels").await;
            assert_eq!(pages.len(), 5_usize.div_ceil(limit));
            assert!(pages.iter().take(5 / limit).all(|page| page.len() == limit));
            let mut found = ids(&Value::Array(pages.concat()));
            found.sort();
            assert_eq!(found, made);
        }
        for (query, code) in [
            ("limit=0", "bad_limit"),
            ("limit=101", "bad_limit"),
            ("cursor=x", "bad_cursor"),
            ("cursor=YWJj", "bad_cursor"),
            ("unknown=1", "bad_query"),
            ("limit=1&limit=2", "bad_query"),
        ] {
            ann.get(&format!("/directory?{query}")).await.problem(400, code);
        }
    }
);

both!(
    async fn a_private_channel_is_not_found_by_strangers(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let body = json!({ "name": "Secret plans", "visibility": "private" });
        let made = ann.post("/channels", body).await.expect(201);
        let channel = made["id"].as_str().expect("an id").to_owned();
        let path = format!("/channels/{channel}");
        let unknown = format!("/channels/!{}", "A".repeat(43));
        let strip = |mut problem: Value| {
            problem.as_object_mut().expect("an object").remove("request_id");
            problem
        };
        for below in ["", "/messages", "/members", "/pins", "/log"] {
            let known = bob.get(&format!("{path}{below}")).await.problem(404, "channel_not_found");
            let nothing = bob.get(&format!("{unknown}{below}")).await.problem(404, "channel_not_found");
            assert_eq!(strip(known), strip(nothing), "nothing tells one from the other");
        }
        assert_eq!(bob.get("/directory?query=secret").await.expect(200)["channels"], json!([]));
        bob.post(&format!("{path}/join"), Value::Null).await.problem(404, "channel_not_found");
        // Whoever is invited sees it, and no messages yet.
        ann.put(&format!("{path}/members/@bob:a.test"), json!({ "membership": "invited" })).await.expect(200);
        let seen = bob.get(&path).await.expect(200);
        assert_eq!((&seen["membership"], &seen["role"]), (&json!("invited"), &Value::Null));
        bob.get(&format!("{path}/messages")).await.problem(403, "not_member");
        bob.join(&channel).await;
        assert_eq!(bob.get(&path).await.expect(200)["member_count"], 2);
        // Whoever has left is a stranger again.
        bob.post(&format!("{path}/leave"), Value::Null).await.expect(204);
        bob.get(&path).await.problem(404, "channel_not_found");
    }
);

both!(
    async fn visibility_opens_and_closes_a_channel(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("Lounge").await;
        let path = format!("/channels/{channel}");
        ann.say(&channel, "n1", "hello").await;
        // A public one is known to all; its messages are for those who are in it.
        let seen = bob.get(&path).await.expect(200);
        assert_eq!((&seen["membership"], &seen["last_message"]), (&Value::Null, &Value::Null));
        bob.get(&format!("{path}/messages")).await.problem(403, "not_member");
        bob.get(&format!("{path}/members")).await.problem(403, "not_member");
        let closed = ann.patch(&path, json!({ "visibility": "private" })).await.expect(200);
        assert_eq!(closed["policy"]["join"], "invite");
        bob.get(&path).await.problem(404, "channel_not_found");
        assert_eq!(bob.get("/directory").await.expect(200)["channels"], json!([]));
        let opened = ann.patch(&path, json!({ "visibility": "public" })).await.expect(200);
        assert_eq!(opened["policy"]["join"], "open");
        bob.join(&channel).await;
        // Public and by invitation: found, but not entered.
        let invited = ann.patch(&path, json!({ "policy": { "join": "invite" } })).await.expect(200);
        assert_eq!(invited["visibility"], "public");
        let carl = server.person("carl").await;
        carl.post(&format!("{path}/join"), Value::Null).await.problem(403, "policy");
        assert_eq!(carl.get("/directory").await.expect(200)["channels"][0]["id"], channel.as_str());
    }
);
