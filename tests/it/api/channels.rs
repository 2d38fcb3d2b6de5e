//! Channels: made, looked at, changed; their aliases.

use serde_json::{Value, json};

use super::ids;
use super::registration::administrator;
use crate::both;
use crate::support::TestServer;

both!(
    async fn a_new_channel_belongs_to_whoever_made_it(server: TestServer) {
        let ann = server.person("ann").await;
        let wanted = json!({ "name": " General ", "topic": "All\nof it", "alias": "General" });
        let made = ann.post("/channels", wanted).await.expect(201);
        let expected = json!({
            "kind": "channel", "name": "General", "topic": "All\nof it", "alias": "#general:a.test", "host": "a.test",
            "visibility": "public", "archived": false, "member_count": 1, "pins": [],
            "policy": { "join": "open", "history": "all", "caps": {} },
            "membership": "joined", "role": "owner", "unread": 0, "mentions": 0, "notify": "all",
            "last_message": null, "people": [],
        });
        for (key, value) in expected.as_object().expect("an object") {
            assert_eq!(&made[key], value, "{key}");
        }
        let path = format!("/channels/{}", made["id"].as_str().expect("an id"));
        assert_eq!(ann.get(&path).await.expect(200), made);
        assert_eq!(ann.get("/channels").await.expect(200)["channels"], json!([made]));
        let private = json!({ "name": "Secret", "visibility": "private" });
        let made = ann.post("/channels", private).await.expect(201);
        assert_eq!((&made["visibility"], &made["policy"]["join"]), (&json!("private"), &json!("invite")));
        assert_eq!((&made["alias"], &made["topic"]), (&Value::Null, &json!("")));
    }
);

both!(
    async fn names_topics_and_aliases_keep_to_their_bounds(server: TestServer) {
        let ann = server.person("ann").await;
        let try_to = async |body: Value| ann.post("/channels", body).await;
        for bad in ["", "  ", "a\nb", "a\u{0}", "\u{2060}\u{301}", &"x".repeat(81)] {
            let problem = try_to(json!({ "name": bad })).await.problem(400, "bad_name");
            assert_eq!(problem["errors"][0]["pointer"], "/name");
        }
        for bad in ["a\u{0}", &"x".repeat(501)] {
            try_to(json!({ "name": "n", "topic": bad })).await.problem(400, "bad_topic");
        }
        for bad in ["", "-a", "a b", "ä", "a:b.example", "#a:b.example", &"x".repeat(65)] {
            let problem = try_to(json!({ "name": "n", "alias": bad })).await.problem(400, "bad_alias");
            assert_eq!(problem["errors"][0]["pointer"], "/alias", "{bad:?}");
        }
        for (body, pointer) in [
            (json!({}), "/name"),
            (json!({ "name": 1 }), "/name"),
            (json!({ "name": "n", "visibility": "secret" }), "/visibility"),
        ] {
            let problem = try_to(body).await.problem(400, "bad_json");
            assert_eq!(problem["errors"][0]["pointer"], pointer);
        }
        assert_eq!(ann.get("/channels").await.expect(200)["channels"], json!([]));
        try_to(json!({ "name": "\u{1f600}".repeat(80), "topic": "ä".repeat(500), "alias": "x".repeat(64) }))
            .await
            .expect(201);
    }
);

both!(
    async fn an_alias_names_one_channel_and_leads_into_it(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let with_alias = |alias: &str| json!({ "name": "n", "alias": alias });
        let first = ann.post("/channels", with_alias("general")).await.expect(201);
        for same in ["general", "GENERAL", "#general", "#general:a.test"] {
            bob.post("/channels", with_alias(same)).await.problem(409, "alias_taken");
        }
        assert_eq!(
            bob.get("/channels").await.expect(200)["channels"],
            json!([]),
            "a refused channel is none"
        );
        let join = |alias: &str| json!({ "alias": alias });
        let joined = bob.post("/joins", join("#general:a.test")).await.expect(200);
        assert_eq!((&joined["id"], &joined["membership"]), (&first["id"], &json!("joined")));
        assert_eq!(bob.post("/joins", join("#general:a.test")).await.expect(200)["member_count"], 2);
        bob.post("/joins", join("#other:a.test")).await.problem(404, "alias_not_found");
        bob.post("/joins", join("#general:b.example")).await.problem(404, "alias_not_found");
        for bad in ["general", "#general", "#General:a.test", ""] {
            let problem = bob.post("/joins", join(bad)).await.problem(400, "bad_json");
            assert_eq!(problem["errors"][0]["pointer"], "/alias");
        }
        let path = format!("/channels/{}", first["id"].as_str().expect("an id"));
        let second = bob.post("/channels", with_alias("second")).await.expect(201);
        let second_path = format!("/channels/{}", second["id"].as_str().expect("an id"));
        bob.patch(&second_path, join("general")).await.problem(409, "alias_taken");
        assert_eq!(ann.patch(&path, json!({ "alias": null })).await.expect(200)["alias"], Value::Null);
        bob.post("/joins", join("#general:a.test")).await.problem(404, "alias_not_found");
        assert_eq!(bob.patch(&second_path, join("general")).await.expect(200)["alias"], "#general:a.test");
        assert_eq!(
            bob.patch(&second_path, json!({ "topic": "t" })).await.expect(200)["alias"],
            "#general:a.test"
        );
        ann.post("/channels", with_alias("second")).await.expect(201);
    }
);

both!(
    async fn the_alias_of_a_private_channel_tells_strangers_nothing(server: TestServer) {
        let (ann, eve) = (server.person("ann").await, server.person("eve").await);
        let body = json!({ "name": "Plans", "visibility": "private", "alias": "plans" });
        ann.post("/channels", body).await.expect(201);
        let strip = |mut problem: Value| {
            problem.as_object_mut().expect("an object").remove("request_id");
            problem
        };
        let known =
            eve.post("/joins", json!({ "alias": "#plans:a.test" })).await.problem(404, "alias_not_found");
        let unknown =
            eve.post("/joins", json!({ "alias": "#nothing:a.test" })).await.problem(404, "alias_not_found");
        assert_eq!(strip(known), strip(unknown));
    }
);

both!(
    async fn a_channel_changes_all_of_it_or_nothing(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        let change = json!({ "name": "Lounge", "topic": "Tea", "policy": { "history": "since_join" } });
        let changed = ann.patch(&path, change).await.expect(200);
        assert_eq!((&changed["name"], &changed["topic"]), (&json!("Lounge"), &json!("Tea")));
        assert_eq!(changed["policy"], json!({ "join": "open", "history": "since_join", "caps": {} }));
        bob.join(&channel).await;
        ann.put(&format!("{path}/members/@bob:a.test"), json!({ "role": "moderator" })).await.expect(200);
        // A moderator may name it, but not set its policy; so neither happens.
        let before = ann.get(&path).await.expect(200);
        let both = json!({ "name": "Mine", "policy": { "join": "invite" } });
        bob.patch(&path, both).await.problem(403, "not_authorised");
        bob.patch(&path, json!({ "name": "Mine", "visibility": "private" }))
            .await
            .problem(403, "not_authorised");
        bob.patch(&path, json!({ "name": "Mine", "alias": "mine" })).await.problem(403, "not_authorised");
        ann.patch(&path, json!({ "name": "New", "topic": "\u{0}" })).await.problem(400, "bad_topic");
        assert_eq!(ann.get(&path).await.expect(200), before);
        assert_eq!(bob.patch(&path, json!({ "name": "Ours" })).await.expect(200)["name"], "Ours");
        // To ask for what is so adds nothing to the log.
        let head = ann.get(&path).await.expect(200)["head"].clone();
        ann.patch(&path, json!({ "name": "Ours", "topic": "Tea", "visibility": "public" })).await.expect(200);
        assert_eq!(ann.patch(&path, json!({})).await.expect(200)["head"], head);
    }
);

both!(
    async fn capabilities_are_moved_by_who_holds_them(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        bob.join(&channel).await;
        let caps = json!({ "policy": { "caps": { "post": "moderator", "set_profile": "member" } } });
        assert_eq!(ann.patch(&path, caps).await.expect(200)["policy"]["caps"]["post"], "moderator");
        let hello = json!({ "nonce": "n", "text": "hello" });
        bob.post(&format!("{path}/messages"), hello.clone()).await.problem(403, "not_authorised");
        bob.patch(&path, json!({ "topic": "by a member" })).await.expect(200);
        bob.patch(&path, json!({ "policy": { "caps": {} } })).await.problem(403, "not_authorised");
        // Whole: what is not named has its default again.
        let reset = ann.patch(&path, json!({ "policy": { "caps": {} } })).await.expect(200);
        assert_eq!(reset["policy"]["caps"], json!({}));
        bob.post(&format!("{path}/messages"), hello).await.expect(201);
        for bad in [
            json!({ "caps": { "fly": "owner" } }),
            json!({ "caps": { "post": "king" } }),
            json!({ "join": "x" }),
        ] {
            ann.patch(&path, json!({ "policy": bad })).await.problem(400, "bad_json");
        }
        let twice = ann.request(reqwest::Method::PATCH, &path).header("content-type", "application/json");
        let twice = twice.body(r#"{"policy":{"caps":{"post":"owner","post":"guest"}}}"#);
        ann.send(twice).await.problem(400, "bad_json");
    }
);

both!(
    async fn an_archived_channel_is_read_and_left_but_not_written_to(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        bob.join(&channel).await;
        let said = bob.say(&channel, "n1", "before").await;
        let message = format!("{path}/messages/{}", said["id"].as_str().expect("an id"));
        bob.patch(&path, json!({ "archived": true })).await.problem(403, "not_authorised");
        assert_eq!(ann.patch(&path, json!({ "archived": true })).await.expect(200)["archived"], true);
        let hello = json!({ "nonce": "n2", "text": "after" });
        bob.post(&format!("{path}/messages"), hello.clone()).await.problem(403, "archived");
        bob.patch(&message, json!({ "text": "changed" })).await.problem(403, "archived");
        bob.put(&format!("{message}/reactions/x"), Value::Null).await.problem(403, "archived");
        ann.patch(&path, json!({ "name": "New" })).await.problem(403, "archived");
        assert_eq!(bob.texts(&channel).await, ["before"]);
        assert!(!ids(&bob.get("/directory").await.expect(200)["channels"]).contains(&channel));
        bob.delete(&message).await.expect(204);
        bob.post(&format!("{path}/leave"), Value::Null).await.expect(204);
        bob.post(&format!("{path}/join"), Value::Null).await.problem(403, "archived");
        assert_eq!(ann.patch(&path, json!({ "archived": false })).await.expect(200)["archived"], false);
        bob.join(&channel).await;
        bob.post(&format!("{path}/messages"), hello).await.expect(201);
        // With other changes: it is archived after them, and opened before them.
        for (archived, name) in [(true, "Closed"), (false, "Open")] {
            let changed = ann.patch(&path, json!({ "archived": archived, "name": name })).await.expect(200);
            assert_eq!((&changed["archived"], &changed["name"]), (&json!(archived), &json!(name)));
        }
    }
);

both!(
    async fn who_asks_for_one_channel_hears_which_servers_it_admits(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        assert_eq!(ann.get(&path).await.expect(200).get("servers"), None, "all are admitted");
        let servers = json!({ "allow": ["a.test", "*.c.test"], "deny": ["x.c.test"] });
        // The host's own and one's own have to be among them.
        ann.patch(&path, json!({ "servers": { "allow": ["b.test"] } })).await.problem(403, "policy");
        ann.patch(&path, json!({ "servers": servers })).await.expect(200);
        assert_eq!(ann.get(&path).await.expect(200)["servers"], servers);
        assert_eq!(ann.get("/channels").await.expect(200)["channels"][0].get("servers"), None);
        ann.patch(&path, json!({ "servers": { "deny": ["y.test"] } })).await.expect(200);
        let expected = json!({ "allow": null, "deny": ["y.test"] });
        assert_eq!(ann.get(&path).await.expect(200)["servers"], expected, "whole, not merged");
        ann.patch(&path, json!({ "servers": {} })).await.expect(200);
        assert_eq!(ann.get(&path).await.expect(200).get("servers"), None);
    }
);

both!(
    [("LOGGIA_ACCOUNTS__CREATE_CHANNELS", "administrators")]
    async fn where_the_settings_say_so_administrators_alone_found_channels(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        assert_eq!(ann.get("/server").await.expect(200)["create_channels"], "administrators");
        ann.post("/channels", json!({ "name": "Mine" })).await.problem(403, "admin_only");
        let channel = admin.channel("Ours").await;
        bob.join(&channel).await;
        // Conversations are everybody's.
        ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
    }
);
