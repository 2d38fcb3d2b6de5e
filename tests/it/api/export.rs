//! One's own data.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::both;
use crate::support::TestServer;

fn texts(export: &Value) -> Vec<&str> {
    let messages = export["messages"].as_array().expect("messages");
    messages.iter().map(|message| message["text"].as_str().expect("text")).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

both!(
    async fn an_export_has_what_one_wrote_as_it_stands(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let (one, two) = (ann.channel("One").await, ann.channel("Two").await);
        bob.join(&one).await;
        bob.join(&two).await;
        let edited = bob.say(&two, "n1", "in two, firt").await;
        let kept = bob.say(&one, "n1", "in one").await;
        let deleted = bob.say(&one, "n2", "deleted").await;
        ann.say(&one, "n1", "by ann").await;
        let path = |message: &Value| {
            let text = |key: &str| message[key].as_str().expect("text").to_owned();
            format!("/channels/{}/messages/{}", text("channel"), text("id"))
        };
        bob.patch(&path(&edited), json!({ "text": "in two, first" })).await.expect(200);
        bob.delete(&path(&deleted)).await.expect(204);
        bob.post(&format!("/channels/{two}/leave"), Value::Null).await.expect(204);
        let export = bob.get("/me/export").await.expect(200);
        assert_eq!(export["user"], bob.get("/me").await.expect(200));
        assert_eq!(export["channels"], bob.get("/channels").await.expect(200)["channels"]);
        assert_eq!(texts(&export), ["in one", "in two, first"], "of channels that one left, too");
        for key in ["channel", "seq", "id", "ts"] {
            assert_eq!(export["messages"][0][key], kept[key], "{key}");
        }
        assert_eq!(export["next"], Value::Null);
        let upload = bob.upload("later.txt", b"later".to_vec()).await;
        bob.patch("/me/attention", json!({ "keywords": ["deploy"] })).await.expect(200);
        // What one wrote is whole, and so is what one did beside.
        let send = async |body: Value| bob.post(&format!("/channels/{one}/messages"), body).await.expect(201);
        let root = text(&kept["id"]);
        send(json!({ "nonce": "n3", "text": "an answer", "reply_to": root })).await;
        send(json!({ "nonce": "n4", "text": "in a thread", "thread": root })).await;
        let thumb = format!("/channels/{one}/messages/{root}/reactions/%F0%9F%91%8D");
        bob.put(&thumb, Value::Null).await.expect(204);
        bob.put(&format!("/channels/{one}/messages/{root}/reactions/%F0%9F%8E%89"), Value::Null)
            .await
            .expect(204);
        bob.delete(&thumb).await.expect(204);
        let export = bob.get("/me/export").await.expect(200);
        assert_eq!(texts(&export), ["in one", "an answer", "in a thread", "in two, first"]);
        let [first, answer, reply, edited] = [0, 1, 2, 3].map(|n| &export["messages"][n]);
        assert_eq!((&answer["reply_to"], &reply["thread"]), (&json!(root), &json!(root)));
        assert!(edited["edited_ts"].is_i64() && first.get("edited_ts").is_none(), "{export}");
        let given = &export["reactions"];
        assert_eq!((given.as_array().map(Vec::len), &given[0]["emoji"]), (Some(1), &json!("🎉")), "{given}");
        assert_eq!((&given[0]["channel"], &given[0]["message"]), (&json!(one), &json!(root)));
        assert_eq!(export["threads"], json!([{ "channel": one, "message": root }]));
        let sessions = bob.get("/sessions").await.expect(200)["sessions"].clone();
        assert_eq!(export["sessions"][0]["id"], sessions[0]["id"]);
        assert!(export["sessions"][0].get("token_hash").is_none());
        assert_eq!((&export["pending"], &export["refusals"]), (&json!([]), &json!([])));
        assert_eq!(export["uploads"][0]["hash"], upload["hash"]);
        assert_eq!((&export["attention"]["keywords"], &export["email"]), (&json!(["deploy"]), &Value::Null));
        bob.get("/me/export?cursor=x").await.problem(400, "bad_cursor");
        bob.get("/me/export?cursor=YQ").await.problem(400, "bad_cursor");
        bob.get("/me/export?page=1").await.problem(400, "bad_query");
    }
);

both!(
    async fn pages_of_an_export_are_disjoint_and_complete(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let (one, two) = (ann.channel("One").await, ann.channel("Two").await);
        bob.join(&two).await;
        let nonces: Vec<String> = (0..505).map(|n| format!("n{n}")).collect();
        for some in nonces.chunks(50) {
            join_all(some.iter().map(|nonce| ann.say(&one, nonce, nonce))).await;
            join_all(some.iter().map(|nonce| ann.say(&two, nonce, nonce))).await;
        }
        bob.say(&two, "n", "by bob").await;
        let mut found: Vec<(String, String)> = Vec::new();
        let mut sizes = Vec::new();
        let mut path = "/me/export".to_owned();
        loop {
            let page = ann.get(&path).await.expect(200);
            let messages = page["messages"].as_array().expect("messages");
            sizes.push(messages.len());
            let text = |message: &Value, key: &str| message[key].as_str().expect("text").to_owned();
            found.extend(messages.iter().map(|message| (text(message, "channel"), text(message, "text"))));
            let Some(cursor) = page["next"].as_str() else { break };
            path = format!("/me/export?cursor={cursor}");
        }
        assert_eq!(sizes, [1_000, 10]);
        let mut expected: Vec<(String, String)> = Vec::new();
        for channel in [&one, &two] {
            expected.extend(nonces.iter().map(|nonce| (channel.clone(), nonce.clone())));
        }
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
    }
);
