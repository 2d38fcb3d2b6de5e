//! Sending and getting messages.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::both;
use crate::support::TestServer;

fn id(message: &Value) -> &str {
    message["id"].as_str().expect("an id")
}

both!(
    async fn a_message_is_answered_as_it_stands(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}/messages");
        bob.join(&channel).await;
        let text = "hello <b>*world*</b> \u{1f600}\u{0301}\t\r\n \u{feff}end  ";
        let sent = ann.say(&channel, "n-1_A", text).await;
        for (key, value) in [
            ("channel", json!(channel)),
            ("sender", json!("@ann:a.test")),
            ("text", json!(text)),
            ("nonce", json!("n-1_A")),
            ("reactions", json!([])),
            ("attachments", json!([])),
            ("mentions", json!([])),
            ("status", json!("sent")),
        ] {
            assert_eq!(sent[key], value, "{key}");
        }
        for absent in
            ["edited_ts", "deleted", "reply_to", "thread", "thread_index", "thread_count", "mentions_all"]
        {
            assert_eq!(sent.get(absent), None, "{absent}");
        }
        let one = format!("{path}/{}", id(&sent));
        assert_eq!(ann.get(&one).await.expect(200), sent);
        assert_eq!(bob.get(&one).await.expect(200), sent);
        assert_eq!(bob.get(&path).await.expect(200)["messages"], json!([sent]));
        let seen = bob.get(&format!("/channels/{channel}")).await.expect(200);
        assert_eq!((&seen["last_message"], &seen["head"]), (&sent, &sent["seq"]));
    }
);

both!(
    async fn a_nonce_sends_once_for_ever(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}/messages");
        bob.join(&channel).await;
        let body = json!({ "nonce": "n1", "text": "hello" });
        let first = ann.post(&path, body.clone()).await.expect(201);
        assert_eq!(ann.post(&path, body.clone()).await.expect(200), first);
        let other = json!({ "nonce": "n1", "text": "hello!" });
        ann.post(&path, other).await.problem(409, "nonce_reused");
        let reply = json!({ "nonce": "n1", "text": "hello", "reply_to": first["id"] });
        ann.post(&path, reply).await.problem(409, "nonce_reused");
        let threaded = json!({ "nonce": "n1", "text": "hello", "thread": first["id"] });
        ann.post(&path, threaded).await.problem(409, "nonce_reused");
        // A nonce is its author's and its channel's.
        bob.post(&path, body.clone()).await.expect(201);
        let second = ann.channel("Other").await;
        ann.post(&format!("/channels/{second}/messages"), body.clone()).await.expect(201);
        // An edit changes what it says now, not what was sent; a deletion leaves nothing to compare.
        let one = format!("{path}/{}", id(&first));
        ann.patch(&one, json!({ "text": "edited" })).await.expect(200);
        assert_eq!(ann.post(&path, body.clone()).await.expect(200)["text"], "edited");
        ann.delete(&one).await.expect(204);
        let again = ann.post(&path, body).await.expect(200);
        assert_eq!((&again["deleted"], &again["text"]), (&json!(true), &json!("")));
        assert_eq!(ann.texts(&channel).await, ["", "hello"]);
    }
);

both!(
    async fn the_same_nonce_in_another_thread_is_another_message(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}/messages");
        let (one, two) = (ann.say(&channel, "n1", "one").await, ann.say(&channel, "n2", "two").await);
        let within = |root: &Value| json!({ "nonce": "n3", "text": "reply", "thread": root });
        let reply = ann.post(&path, within(&one["id"])).await.expect(201);
        assert_eq!(ann.post(&path, within(&one["id"])).await.expect(200), reply);
        assert_eq!(
            ann.post(&path, within(&reply["id"])).await.expect(200),
            reply,
            "the same thread by another name"
        );
        ann.post(&path, within(&two["id"])).await.problem(409, "nonce_reused");
    }
);

both!(
    async fn many_tries_at_once_send_one_message(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}/messages");
        let body = json!({ "nonce": "n1", "text": "hello" });
        let answers = join_all((0..8).map(|_| ann.post(&path, body.clone()))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 7);
        assert!(answers.windows(2).all(|pair| pair[0].body == pair[1].body));
        assert_eq!(ann.texts(&channel).await, ["hello"]);
    }
);

both!(
    async fn texts_and_nonces_keep_to_their_bounds(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}/messages");
        let send =
            async |nonce: &str, text: &str| ann.post(&path, json!({ "nonce": nonce, "text": text })).await;
        for (text, code) in [
            ("", "text_empty"),
            (" \n\t", "text_empty"),
            ("a\u{0}b", "bad_text"),
            (&"x".repeat(16_385), "text_too_long"),
            (&"ä".repeat(8_193), "text_too_long"),
        ] {
            let problem = send("n", text).await.problem(400, code);
            assert_eq!(problem["errors"][0]["pointer"], "/text");
        }
        for bad in ["", "a b", "ä", "a.b", &"x".repeat(65)] {
            let problem = send(bad, "hello").await.problem(400, "bad_json");
            assert_eq!(problem["errors"][0]["pointer"], "/nonce");
        }
        // Control characters are written as six bytes each in a log, where 64 KiB is all there is.
        send("c", &"\u{1}".repeat(16_384)).await.problem(413, "too_large");
        assert_eq!(ann.texts(&channel).await, [""; 0]);
        send(&"n".repeat(64), &"ä".repeat(8_192)).await.expect(201);
        send("r", &"\u{1}".repeat(10_000)).await.expect(201);
    }
);

both!(
    async fn a_message_is_found_in_its_own_channel_only(server: TestServer) {
        let ann = server.person("ann").await;
        let (one, two) = (ann.channel("One").await, ann.channel("Two").await);
        let said = ann.say(&one, "n1", "hello").await;
        let at = |channel: &str, message: &str| format!("/channels/{channel}/messages/{message}");
        ann.get(&at(&one, id(&said))).await.expect(200);
        ann.get(&at(&two, id(&said))).await.problem(404, "message_not_found");
        let unknown = format!("${}", "A".repeat(43));
        ann.get(&at(&one, &unknown)).await.problem(404, "message_not_found");
        let create = ann.get(&format!("/channels/{one}/log?to=0")).await.expect(200);
        let event = create["entries"][0]["entry"]["event"].as_str().expect("an id").to_owned();
        ann.get(&at(&one, &event)).await.problem(404, "message_not_found");
        for (method, below) in [("PATCH", ""), ("DELETE", ""), ("PUT", "/reactions/x"), ("GET", "/edits")] {
            let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
            let body = if method == "PATCH" { json!({ "text": "x" }) } else { Value::Null };
            let path = at(&two, id(&said)) + below;
            ann.ask(method, &path, body).await.problem(404, "message_not_found");
        }
        for bad in
            [json!({ "reply_to": said["id"] }), json!({ "thread": said["id"] }), json!({ "thread": event })]
        {
            let mut body = json!({ "nonce": "n", "text": "x" });
            body.as_object_mut().expect("an object").extend(bad.as_object().expect("an object").clone());
            ann.post(&format!("/channels/{two}/messages"), body).await.problem(400, "bad_reference");
        }
        for bad in ["x", "$x", &format!("!{}", "A".repeat(43)), "%00"] {
            ann.get(&at(&one, bad)).await.problem(400, "bad_path");
        }
    }
);
