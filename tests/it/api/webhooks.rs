//! Webhooks: other programs post to a channel.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::registration::administrator;
use crate::both;
use crate::support::person::PASSWORD;
use crate::support::{Person, TestServer, run_sql};

/// Makes a webhook; answers it and the path at which it is posted to.
async fn hook(owner: &Person, channel: &str, name: &str) -> (Value, String) {
    let made =
        owner.post(&format!("/channels/{channel}/webhooks"), json!({ "name": name })).await.expect(201);
    let url = made["url"].as_str().expect("an address");
    let (_, path) = url.split_once("/api/v1").expect("an address of the API");
    (made["webhook"].clone(), path.to_owned())
}

/// Posts what is no JSON.
async fn post_as(at: &Person, path: &str, media_type: &str, body: &str) -> (StatusCode, String) {
    let request = at.request(Method::POST, path).header(CONTENT_TYPE, media_type).body(body.to_owned());
    let answer = request.send().await.expect("an answer");
    (answer.status(), answer.text().await.expect("a text"))
}

both!(
    async fn what_other_programs_post_is_said_in_the_channel(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("Alerts").await;
        bob.join(&channel).await;
        let (webhook, path) = hook(&ann, &channel, "Build server").await;
        let nobody = Person::nobody(&server.base);
        // Where nothing else is set, the address is where one came by.
        let made = ann.post(&format!("/channels/{channel}/webhooks"), json!({ "name": "Another" })).await;
        assert!(made.expect(201)["url"].as_str().is_some_and(|url| url.starts_with(&server.base)));

        let answer = nobody.request(Method::POST, &path).json(&json!({ "text": "*Done* &amp; dusted" }));
        let answer = answer.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.text().await.expect("a text"), "ok");
        let form = "payload=%7B%22attachments%22%3A%5B%7B%22title%22%3A%22A+form%22%7D%5D%7D";
        for (media_type, body) in [
            ("application/json", r#"{"content":"*as it is*","username":"x"}"#),
            ("application/x-www-form-urlencoded", form),
            ("text/plain; charset=utf-8", "plain ünd simple"),
        ] {
            assert_eq!(post_as(&nobody, &path, media_type, body).await, (StatusCode::OK, "ok".to_owned()));
        }
        assert_eq!(
            bob.texts(&channel).await,
            ["**Done** & dusted", "*as it is*", "**A form**", "plain ünd simple"]
        );

        let messages = bob.get(&format!("/channels/{channel}/messages")).await.expect(200);
        let sender = messages["messages"][0]["sender"].as_str().expect("a sender").to_owned();
        assert_eq!(webhook["user"]["id"], json!(sender));
        let user = bob.get(&format!("/users/{sender}")).await.expect(200);
        assert_eq!((&user["display_name"], &user["bot"]), (&json!("Build server"), &json!(true)));
        let of_ann = bob.get("/users/@ann:a.test").await.expect(200);
        assert_eq!(of_ann["bot"], Value::Null);
        // It notifies and counts as what people say does.
        let unread = bob.get(&format!("/channels/{channel}")).await.expect(200);
        assert_eq!(unread["unread"], json!(4), "{unread}");
    }
);

both!(
    async fn what_cannot_be_posted_is_refused(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("Alerts").await;
        let (_, path) = hook(&ann, &channel, "Build server").await;
        let nobody = Person::nobody(&server.base);
        nobody.post("/webhooks/no-such", json!({ "text": "x" })).await.problem(404, "webhook_not_found");
        for body in [json!({}), json!({ "text": " " }), json!({ "attachments": [] })] {
            nobody.post(&path, body).await.problem(400, "text_empty");
        }
        nobody.post(&path, json!(["text"])).await.problem(400, "bad_json");
        for (media_type, body, code) in [
            ("application/x-www-form-urlencoded", "text=x", "bad_json"),
            ("application/xml", "<text/>", "unsupported_media_type"),
        ] {
            let (_, answer) = post_as(&nobody, &path, media_type, body).await;
            assert!(answer.contains(code), "{answer}");
        }
        // An alarm that is too long is better than none.
        let limit =
            ann.get("/server").await.expect(200)["limits"]["message_bytes"].as_u64().expect("a limit");
        let long = "line of an alarm\n".repeat(usize::try_from(limit).expect("small") / 16 + 1);
        nobody.post(&path, json!({ "content": long })).await;
        let texts = ann.texts(&channel).await;
        assert_eq!(texts.len(), 1);
        assert!(texts[0].ends_with("\n…") && texts[0].len() as u64 <= limit, "{}", texts[0].len());
    }
);

both!(
    async fn webhooks_are_for_the_owner_and_moderators(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("Alerts").await;
        bob.join(&channel).await;
        let path = format!("/channels/{channel}/webhooks");
        let (webhook, _) = hook(&ann, &channel, "One").await;
        let one = format!("{path}/{}", webhook["id"].as_str().expect("an id"));
        bob.post(&path, json!({ "name": "Mine" })).await.problem(403, "moderators_only");
        bob.get(&path).await.problem(403, "moderators_only");
        bob.delete(&one).await.problem(403, "moderators_only");
        ann.put(&format!("/channels/{channel}/members/{}", bob.id), json!({ "role": "moderator" }))
            .await
            .expect(200);
        hook(&bob, &channel, "Two").await;
        let listed = bob.get(&path).await.expect(200);
        let names = |listed: &Value| {
            let hooks = listed["webhooks"].as_array().expect("a list");
            hooks.iter().map(|hook| hook["user"]["display_name"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&listed), ["One", "Two"]);
        assert_eq!(listed["webhooks"][1]["created_by"], json!(bob.id));
        assert!(!listed.to_string().contains("token"), "{listed}");
        for name in ["", " ", "\u{200b}"] {
            ann.post(&path, json!({ "name": name })).await.problem(400, "bad_display_name");
        }
        for n in 2..20 {
            hook(&ann, &channel, &n.to_string()).await;
        }
        ann.post(&path, json!({ "name": "one too many" })).await.problem(409, "webhooks_full");
        ann.delete(&format!("{path}/no-such")).await.problem(404, "webhook_not_found");
        let dm = ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
        let dm = dm["id"].as_str().expect("an id");
        let refused = ann.post(&format!("/channels/{dm}/webhooks"), json!({ "name": "In private" })).await;
        assert_eq!(refused.status, 403, "{}", refused.body);
    }
);

both!(
    async fn a_webhook_that_was_taken_away_says_nothing_more(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("Alerts").await;
        let (webhook, path) = hook(&ann, &channel, "Build server").await;
        let nobody = Person::nobody(&server.base);
        assert_eq!(webhook["last_used_ts"], Value::Null);
        nobody
            .request(Method::POST, &path)
            .json(&json!({ "text": "before" }))
            .send()
            .await
            .expect("an answer");
        let hooks = format!("/channels/{channel}/webhooks");
        let used = ann.get(&hooks).await.expect(200)["webhooks"][0]["last_used_ts"].clone();
        assert!(used.as_i64() > webhook["created_ts"].as_i64(), "{used}");
        ann.delete(&format!("{hooks}/{}", webhook["id"].as_str().expect("an id"))).await.expect(204);
        nobody.post(&path, json!({ "text": "after" })).await.problem(404, "webhook_not_found");
        assert_eq!(ann.texts(&channel).await, ["before"]);
        assert_eq!(ann.get(&hooks).await.expect(200)["webhooks"], json!([]));
        let members = ann.get(&format!("/channels/{channel}/members?membership=joined")).await.expect(200);
        assert_eq!(members["members"].as_array().map(Vec::len), Some(1));

        // Whom a moderator sends away does not speak either, until it is brought back.
        let (webhook, path) = hook(&ann, &channel, "Another").await;
        let user = webhook["user"]["id"].as_str().expect("an id");
        ann.put(&format!("/channels/{channel}/members/{user}"), json!({ "membership": "left" }))
            .await
            .expect(200);
        let refused = nobody.post(&path, json!({ "text": "after" })).await;
        assert!((400..500).contains(&refused.status), "{}", refused.body);
        let member = format!("/channels/{channel}/members/{user}");
        let back = ann.put(&member, json!({ "membership": "invited" })).await.expect(200);
        assert_eq!(back["membership"], json!("joined"), "{back}");
        assert_eq!(
            nobody
                .request(Method::POST, &path)
                .json(&json!({ "text": "back" }))
                .send()
                .await
                .expect("it")
                .status(),
            200
        );
        for role in ["owner", "moderator", "guest"] {
            ann.put(&member, json!({ "role": role })).await.problem(409, "bad_target");
        }
        let other = ann.channel("Other").await;
        let elsewhere = format!("/channels/{other}/members/{user}");
        ann.put(&elsewhere, json!({ "membership": "invited" })).await.problem(409, "bad_target");
        ann.delete(&format!("{hooks}/{}", webhook["id"].as_str().expect("an id"))).await.expect(204);
        assert_eq!(ann.texts(&channel).await, ["before", "back"]);
    }
);

both!(
    async fn nobody_is_a_webhook_and_a_webhook_is_nobody(server: TestServer) {
        let ann = administrator(&server, "ann").await;
        let channel = ann.channel("Alerts").await;
        let (webhook, path) = hook(&ann, &channel, "Build server").await;
        let user = webhook["user"]["id"].as_str().expect("an id").to_owned();
        let account = json!({ "username": "hook-mine", "password": "correct horse" });
        ann.post("/accounts", account).await.problem(400, "bad_username");
        let people = ann.get("/users?query=build").await.expect(200);
        assert_eq!(people["users"], json!([]));
        let accounts = ann.get("/admin/users").await.expect(200);
        assert!(!accounts.to_string().contains("hook-"), "{accounts}");
        ann.patch(&format!("/admin/users/{user}"), json!({ "role": "admin" }))
            .await
            .problem(404, "user_not_found");
        ann.post(&format!("/admin/users/{user}/password"), Value::Null).await.problem(404, "user_not_found");
        ann.post("/dms", json!({ "users": [user] })).await.problem(404, "user_not_found");
        // An administrator gets rid of it, as of any account.
        ann.delete(&format!("/admin/users/{user}")).await.expect(204);
        ann.post(&path, json!({ "text": "after" })).await.problem(404, "webhook_not_found");
        let hooks = ann.get(&format!("/channels/{channel}/webhooks")).await.expect(200);
        assert_eq!(hooks["webhooks"], json!([]));
    }
);

both!(
    async fn whoever_is_banned_does_not_write_on_by_a_webhook(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("Alerts").await;
        bob.join(&channel).await;
        let member = format!("/channels/{channel}/members/{}", bob.id);
        ann.put(&member, json!({ "role": "moderator" })).await.expect(200);
        let (_, mine) = hook(&ann, &channel, "Ann's").await;
        let (_, his) = hook(&bob, &channel, "Bob's").await;
        ann.put(&member, json!({ "membership": "banned" })).await.expect(200);
        let nobody = Person::nobody(&server.base);
        nobody.post(&his, json!({ "text": "still here" })).await.problem(404, "webhook_not_found");
        nobody.request(Method::POST, &mine).json(&json!({ "text": "fine" })).send().await.expect("an answer");
        assert_eq!(ann.texts(&channel).await, ["fine"]);
        // It is theirs again when they are there again.
        ann.put(&member, json!({ "membership": "left" })).await.expect(200);
        nobody.post(&his, json!({ "text": "nearly" })).await.problem(403, "not_member");
        bob.join(&channel).await;
        nobody.request(Method::POST, &his).json(&json!({ "text": "back" })).send().await.expect("an answer");
        assert_eq!(ann.texts(&channel).await, ["fine", "back"]);
    }
);

both!(
    async fn whoever_is_kept_out_does_not_write_on_by_a_webhook(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let bob = server.person("bob").await;
        let channel = admin.channel("Alerts").await;
        bob.join(&channel).await;
        let member = format!("/channels/{channel}/members/{}", bob.id);
        admin.put(&member, json!({ "role": "moderator" })).await.expect(200);
        let (_, his) = hook(&bob, &channel, "Bob's").await;
        let (nobody, account) = (Person::nobody(&server.base), format!("/admin/users/{}", bob.id));
        admin.patch(&account, json!({ "disabled": true })).await.expect(200);
        nobody.post(&his, json!({ "text": "still here" })).await.problem(404, "webhook_not_found");
        admin.patch(&account, json!({ "disabled": false })).await.expect(200);
        nobody.request(Method::POST, &his).json(&json!({ "text": "back" })).send().await.expect("an answer");
        assert_eq!(admin.texts(&channel).await, ["back"]);
        admin.delete(&account).await.expect(204);
        nobody.post(&his, json!({ "text": "from beyond" })).await.problem(404, "webhook_not_found");
    }
);

both!(
    async fn a_webhook_is_told_of_nothing_and_heir_to_nothing(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("Alerts").await;
        let (webhook, _) = hook(&ann, &channel, "Build server").await;
        bob.join(&channel).await;
        let name = webhook["user"]["username"].as_str().expect("a name");
        ann.say(&channel, "n", &format!("@channel @{name}")).await;
        bob.get("/notifications").await.expect(200);
        run_sql(&server.database_url(), told_of_nothing(name)).await;
        // It was there before bob.
        ann.ask(Method::DELETE, "/me", json!({ "password": PASSWORD })).await.expect(204);
        assert_eq!(bob.get(&format!("/channels/{channel}")).await.expect(200)["role"], json!("owner"));
    }
);

/// Fails where the account has notifications.
fn told_of_nothing(name: &str) -> String {
    format!(
        "CREATE TABLE told (n BIGINT CHECK (n = 0));
         INSERT INTO told SELECT count(*) FROM notifications JOIN users ON users.num = user_num WHERE users.id LIKE '@{name}:%'"
    )
}

both!(
    async fn a_webhook_says_nothing_while_its_maker_is_not_in_the_channel(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("Alerts").await;
        bob.join(&channel).await;
        let of_bob = format!("/channels/{channel}/members/{}", bob.id);
        ann.put(&of_bob, json!({ "role": "moderator" })).await.expect(200);
        let (_, path) = hook(&bob, &channel, "Build server").await;
        let nobody = Person::nobody(&server.base);
        let post = async |text: &str| post_as(&nobody, &path, "text/plain", text).await.0;
        let refused = async |text: &str| nobody.post(&path, json!({ "text": text })).await;
        // What another role is not to do, a member may.
        ann.put(&of_bob, json!({ "role": "member" })).await.expect(200);
        assert_eq!(post("one").await, 200);
        ann.put(&of_bob, json!({ "membership": "left" })).await.expect(200);
        refused("two").await.problem(403, "not_member");
        bob.join(&channel).await;
        assert_eq!(post("three").await, 200);
        bob.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
        refused("four").await.problem(403, "not_member");
        assert_eq!(ann.texts(&channel).await, ["one", "three"]);
    }
);
