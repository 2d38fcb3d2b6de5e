//! Editing, and what a message said before.

use serde_json::{Value, json};

use super::membership::set;
use super::walk;
use crate::both;
use crate::support::{Person, TestServer};

fn path_of(message: &Value) -> String {
    let text = |key: &str| message[key].as_str().expect("text").to_owned();
    format!("/channels/{}/messages/{}", text("channel"), text("id"))
}

async fn versions(person: &Person, message: &Value) -> Vec<String> {
    let edits = person.get(&format!("{}/edits", path_of(message))).await.expect(200)["edits"].clone();
    let edits = edits.as_array().expect("edits");
    assert!(edits.windows(2).all(|pair| pair[0]["seq"].as_i64() < pair[1]["seq"].as_i64()));
    edits.iter().map(|edit| edit["text"].as_str().expect("text").to_owned()).collect()
}

both!(
    async fn an_edit_replaces_the_text_and_nothing_else(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let first = ann.say(&channel, "n1", "first").await;
        let body = json!({ "nonce": "n2", "text": "helo @bob", "reply_to": first["id"] });
        let sent = ann.post(&format!("/channels/{channel}/messages"), body).await.expect(201);
        bob.put(&format!("{}/reactions/x", path_of(&sent)), Value::Null).await.expect(204);
        let edited = ann.patch(&path_of(&sent), json!({ "text": "hello @ann" })).await.expect(200);
        assert_eq!((&edited["text"], &edited["mentions"]), (&json!("hello @ann"), &json!(["@ann:a.test"])));
        assert!(edited["edited_ts"].as_i64() >= sent["ts"].as_i64());
        for same in ["id", "seq", "ts", "nonce", "sender", "reply_to", "channel"] {
            assert_eq!(edited[same], sent[same], "{same}");
        }
        assert_eq!(
            edited["reactions"],
            json!([{ "emoji": "x", "count": 1, "me": false, "users": ["@bob:a.test"] }])
        );
        assert_eq!(ann.get(&path_of(&sent)).await.expect(200), edited);
        assert_eq!(ann.texts(&channel).await, ["first", "hello @ann"]);
        // The same text again is no edit.
        let head = ann.get(&format!("/channels/{channel}")).await.expect(200)["head"].clone();
        assert_eq!(ann.patch(&path_of(&sent), json!({ "text": "hello @ann" })).await.expect(200), edited);
        assert_eq!(ann.get(&format!("/channels/{channel}")).await.expect(200)["head"], head);
        assert_eq!(
            bob.get(&format!("/channels/{channel}")).await.expect(200)["last_message"]["text"],
            "hello @ann"
        );
    }
);

both!(
    async fn earlier_versions_are_for_the_author_and_moderators(server: TestServer) {
        let (ann, bob, carl) =
            (server.person("ann").await, server.person("bob").await, server.person("carl").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        carl.join(&channel).await;
        let sent = bob.say(&channel, "n1", "one").await;
        assert_eq!(versions(&bob, &sent).await, ["one"]);
        for text in ["two", "three"] {
            bob.patch(&path_of(&sent), json!({ "text": text })).await.expect(200);
        }
        assert_eq!(versions(&bob, &sent).await, ["one", "two", "three"]);
        assert_eq!(versions(&ann, &sent).await, ["one", "two", "three"]);
        let edits = format!("{}/edits", path_of(&sent));
        carl.get(&edits).await.problem(403, "edits_private");
        set(&ann, &channel, &carl, json!({ "role": "moderator" })).await.expect(200);
        assert_eq!(versions(&carl, &sent).await, ["one", "two", "three"]);
        set(&ann, &channel, &carl, json!({ "role": "guest" })).await.expect(200);
        carl.get(&edits).await.problem(403, "edits_private");
        bob.delete(&path_of(&sent)).await.expect(204);
        assert_eq!(versions(&bob, &sent).await, [""; 0]);
    }
);

both!(
    async fn earlier_versions_come_a_page_at_a_time(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let sent = ann.say(&channel, "n1", "0").await;
        for n in 1..7 {
            ann.patch(&path_of(&sent), json!({ "text": n.to_string() })).await.expect(200);
        }
        let pages = walk(&ann, &format!("{}/edits?limit=3", path_of(&sent)), "edits").await;
        let texts = |page: &Vec<Value>| page.iter().map(|edit| edit["text"].clone()).collect::<Vec<_>>();
        let told: Vec<_> = pages.iter().map(texts).collect();
        assert_eq!(json!(told), json!([["0", "1", "2"], ["3", "4", "5"], ["6"]]));
        ann.get(&format!("{}/edits?limit=101", path_of(&sent))).await.problem(400, "bad_limit");
        ann.get(&format!("{}/edits?cursor=x", path_of(&sent))).await.problem(400, "bad_cursor");
    }
);

both!(
    async fn only_the_author_edits(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let sent = bob.say(&channel, "n1", "mine").await;
        let path = path_of(&sent);
        ann.patch(&path, json!({ "text": "forged" })).await.problem(403, "not_yours");
        for (text, code) in
            [("", "text_empty"), ("a\u{0}", "bad_text"), (&"x".repeat(16_385), "text_too_long")]
        {
            bob.patch(&path, json!({ "text": text })).await.problem(400, code);
        }
        bob.patch(&path, json!({ "nonce": "n" })).await.problem(400, "bad_json");
        set(&ann, &channel, &bob, json!({ "role": "guest" })).await.expect(200);
        bob.patch(&path, json!({ "text": "by a guest" })).await.problem(403, "not_authorised");
        set(&ann, &channel, &bob, json!({ "membership": "left" })).await.expect(200);
        bob.patch(&path, json!({ "text": "from outside" })).await.problem(403, "not_member");
        assert_eq!(ann.texts(&channel).await, ["mine"]);
        ann.delete(&path).await.expect(204);
        bob.join(&channel).await;
        bob.patch(&path, json!({ "text": "back" })).await.problem(410, "redacted");
    }
);
