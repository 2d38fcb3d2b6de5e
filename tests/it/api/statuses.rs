//! What people do just now, and who is a program.

use serde_json::{Value, json};

use crate::both;
use crate::support::person::PASSWORD;
use crate::support::{Person, Stream, TestServer};
use loggia::domain::accounts::NewAccount;
use loggia::domain::view::AccountRole;

async fn shown(to: &Person, user: &str) -> Value {
    to.get(&format!("/users/{user}")).await.expect(200)["status"].clone()
}

both!(
    async fn a_status_is_shown_and_told_and_taken_back(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        assert_eq!(ann.get("/me").await.expect(200)["status"], Value::Null);
        let channel = ann.channel("general").await;
        bob.join(&channel).await;
        let (mut stream, _) = Stream::open(&bob, json!({})).await;
        let until = loggia::server::now() + 3_600_000;
        let given = json!({ "emoji": "\u{2764}", "text": " In a meeting ", "until_ts": until });
        let changed = ann.patch("/me", json!({ "status": given })).await.expect(200);
        let status = json!({ "emoji": "\u{2764}\u{fe0f}", "text": "In a meeting", "until_ts": until });
        assert_eq!(changed["status"], status);
        assert_eq!(stream.event("user.updated").await["d"]["status"], status);
        // Wherever a person is shown.
        assert_eq!(shown(&bob, &ann.id).await, status);
        let members = bob.get(&format!("/channels/{channel}/members")).await.expect(200);
        let of = |list: &Value, at: &str| -> Value {
            let list = list.as_array().expect("a list").iter();
            let user = list.map(|entry| entry.pointer(at).expect("a user"));
            user.into_iter().find(|user| user["id"] == ann.id.as_str()).expect("ann")["status"].clone()
        };
        assert_eq!(of(&members["members"], "/user"), status);
        let dm = bob.post("/dms", json!({ "users": [ann.id] })).await.expect(201);
        assert_eq!(of(&dm["people"], ""), status);
        assert_eq!(ann.get("/me/export").await.expect(200)["user"]["status"], status);
        // What is not named stays; what was read can be sent again.
        ann.patch("/me", json!({ "bio": "x" })).await.expect(200);
        assert_eq!(shown(&bob, &ann.id).await, status);
        ann.patch("/me", json!({ "status": status })).await.expect(200);
        for (given, emoji, text) in [
            (json!({ "text": "Away" }), Value::Null, "Away"),
            (json!({ "text": "", "emoji": ":tada:" }), json!(":tada:"), ""),
            (json!({ "emoji": "x" }), json!("x"), ""),
        ] {
            let changed = ann.patch("/me", json!({ "status": given })).await.expect(200);
            assert_eq!(changed["status"], json!({ "emoji": emoji, "text": text, "until_ts": null }));
        }
        assert_eq!(ann.patch("/me", json!({ "status": null })).await.expect(200)["status"], Value::Null);
        while !stream.event("user.updated").await["d"]["status"].is_null() {}
        assert_eq!(shown(&bob, &ann.id).await, Value::Null);
    }
);

both!(
    async fn a_status_keeps_to_its_bounds(server: TestServer) {
        let ann = server.person("ann").await;
        let now = loggia::server::now();
        let kept = ann.patch("/me", json!({ "status": { "text": "ä".repeat(100) } })).await.expect(200);
        for (bad, pointer) in [
            (json!({}), "/status/text"),
            (json!({ "text": " " }), "/status/text"),
            (json!({ "text": "a\nb" }), "/status/text"),
            (json!({ "text": "\u{1b}[1m" }), "/status/text"),
            (json!({ "text": "\u{200b}" }), "/status/text"),
            (json!({ "text": "x".repeat(101) }), "/status/text"),
            (json!({ "text": "x", "emoji": "" }), "/status/emoji"),
            (json!({ "text": "x", "emoji": "a b" }), "/status/emoji"),
            (json!({ "text": "x", "emoji": "\u{202e}x" }), "/status/emoji"),
            (json!({ "text": "x", "emoji": "x".repeat(65) }), "/status/emoji"),
            (json!({ "text": "x", "until_ts": 0 }), "/status/until_ts"),
            (json!({ "text": "x", "until_ts": now - 1 }), "/status/until_ts"),
            (json!({ "text": "x", "until_ts": now + 367 * 86_400_000 }), "/status/until_ts"),
            (json!({ "text": "x", "until_ts": i64::MAX }), "/status/until_ts"),
        ] {
            let problem =
                ann.patch("/me", json!({ "status": bad, "bio": "new" })).await.problem(400, "bad_status");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{bad}");
        }
        for bad in [json!("x"), json!([]), json!({ "text": null }), json!({ "text": "x", "more": 1 })] {
            ann.patch("/me", json!({ "status": bad })).await.problem(400, "bad_json");
        }
        ann.patch("/me", json!({ "bot": "yes" })).await.problem(400, "bad_json");
        assert_eq!(ann.get("/me").await.expect(200), kept);
    }
);

both!(
    async fn a_status_ends_by_itself(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("general").await;
        bob.join(&channel).await;
        let until = loggia::server::now() + 3_600_000;
        let status = json!({ "text": "Lunch", "until_ts": until });
        let changed = ann.patch("/me", json!({ "status": status })).await.expect(200);
        assert_eq!(changed["status"]["text"], "Lunch");
        assert_eq!(shown(&bob, &ann.id).await["text"], "Lunch");
        server.later(3_600_000);
        assert_eq!(shown(&bob, &ann.id).await, Value::Null);
        assert_eq!(ann.get("/me").await.expect(200)["status"], Value::Null);
        let sync = bob.get("/sync").await.expect(200);
        assert!(!sync.to_string().contains("Lunch"), "{sync}");
        let members = bob.get(&format!("/channels/{channel}/members")).await.expect(200);
        assert!(!members.to_string().contains("Lunch"), "{members}");
        // Nor is it told with what changes otherwise, or told again.
        let (mut stream, missed) = Stream::open(&bob, json!({ &channel: 0 })).await;
        assert!(missed.iter().any(|frame| frame["t"] == "member.updated"), "{missed:?}");
        assert!(!json!(missed).to_string().contains("Lunch"), "{missed:?}");
        ann.patch("/me", json!({ "bio": "back" })).await.expect(200);
        let told = stream.event("user.updated").await;
        assert_eq!((&told["d"]["bio"], &told["d"]["status"]), (&json!("back"), &Value::Null));
    }
);

both!(
    async fn a_status_goes_with_the_account(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let mine = json!({ "status": { "emoji": "x", "text": "Away" }, "bot": true });
        ann.patch("/me", mine).await.expect(200);
        let password = json!({ "password": PASSWORD });
        ann.ask(reqwest::Method::DELETE, "/me", password).await.expect(204);
        let gone = bob.get(&format!("/users/{}", ann.id)).await.expect(200);
        assert_eq!(
            (&gone["deactivated"], &gone["status"], gone.get("bot")),
            (&json!(true), &Value::Null, None)
        );
    }
);

both!(
    async fn whoever_says_so_is_a_bot_and_can_be_written_to(server: TestServer) {
        let (ann, helper) = (server.person("ann").await, server.person("helper").await);
        assert_eq!(helper.get("/me").await.expect(200).get("bot"), None);
        let changed = helper.patch("/me", json!({ "bot": true })).await.expect(200);
        assert_eq!((&changed["bot"], &changed["role"]), (&json!(true), &json!("user")));
        let user = ann.get(&format!("/users/{}", helper.id)).await.expect(200);
        assert_eq!((&user["bot"], user.get("webhook")), (&json!(true), None));
        // A webhook says more of itself.
        let channel = ann.channel("general").await;
        let hook = ann.post(&format!("/channels/{channel}/webhooks"), json!({ "name": "Build" })).await;
        let hook = hook.expect(201)["webhook"]["user"].clone();
        assert_eq!((&hook["bot"], &hook["webhook"]), (&json!(true), &json!(true)));
        // It is found, invited, mentioned and written to as anybody.
        let found = ann.get("/users?query=helper").await.expect(200);
        assert_eq!(found["users"][0]["id"], helper.id.as_str());
        let path = format!("/channels/{channel}/members/{}", helper.id);
        ann.put(&path, json!({ "membership": "invited" })).await.expect(200);
        helper.post(&format!("/channels/{channel}/join"), json!(null)).await.expect(200);
        ann.put(&path, json!({ "role": "moderator" })).await.expect(200);
        let said = json!({ "nonce": "n", "text": "@helper hello" });
        let said = ann.post(&format!("/channels/{channel}/messages"), said).await.expect(201);
        assert_eq!(said["mentions"], json!([helper.id]));
        ann.post("/dms", json!({ "users": [helper.id] })).await.expect(201);
        let changed = helper.patch("/me", json!({ "bot": false })).await.expect(200);
        assert_eq!(changed.get("bot"), None);
    }
);

both!(
    async fn the_operator_makes_a_bot(server: TestServer) {
        let ann = server.person("ann").await;
        let new = NewAccount {
            username: "helper".to_owned(),
            password: PASSWORD.to_owned(),
            display_name: None,
            invite: None,
            bot: true,
        };
        let domain = &server.running.as_ref().expect("running").domain;
        let made = domain.create_account(new, AccountRole::User, None).await.expect("an account");
        assert_eq!((made.bot, made.webhook), (Some(true), None));
        assert_eq!(ann.get(&format!("/users/{}", made.id)).await.expect(200)["bot"], true);
    }
);
