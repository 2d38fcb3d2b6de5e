//! Replies and threads.

use serde_json::{Value, json};

use crate::both;
use crate::support::{Person, TestServer};

async fn write(person: &Person, channel: &str, body: Value) -> Value {
    person.post(&format!("/channels/{channel}/messages"), body).await.expect(201)
}

both!(
    async fn a_reply_names_what_it_answers(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let first = ann.say(&channel, "n1", "question").await;
        let reply =
            write(&bob, &channel, json!({ "nonce": "n1", "text": "answer", "reply_to": first["id"] })).await;
        assert_eq!((&reply["reply_to"], reply.get("thread")), (&first["id"], None));
        let inbox = ann.get("/notifications").await.expect(200);
        assert_eq!((&inbox["notifications"][0]["kind"], &inbox["unread"]), (&json!("reply"), &json!(1)));
        // In a thread, too.
        let body = json!({ "nonce": "n2", "text": "inside", "thread": first["id"], "reply_to": reply["id"] });
        let inside = write(&ann, &channel, body).await;
        assert_eq!((&inside["thread"], &inside["reply_to"]), (&first["id"], &reply["id"]));
        let path = format!("/channels/{channel}/messages/{}", inside["id"].as_str().expect("an id"));
        assert_eq!(ann.get(&path).await.expect(200), inside);
        assert_eq!(bob.get("/notifications").await.expect(200)["notifications"][0]["kind"], "reply");
        // Whoever answers themselves needs no news of it.
        write(&ann, &channel, json!({ "nonce": "n3", "text": "to myself", "reply_to": first["id"] })).await;
        assert_eq!(
            ann.get("/notifications").await.expect(200)["notifications"].as_array().map(Vec::len),
            Some(1)
        );
    }
);

both!(
    async fn a_thread_has_one_level_and_counts_its_replies(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let root = ann.say(&channel, "root", "topic").await;
        let mut replies = Vec::new();
        for n in 0..5 {
            // Each names the reply before it: they are all of one thread.
            let within = replies.last().unwrap_or(&root)["id"].clone();
            let body = json!({ "nonce": format!("r{n}"), "text": format!("reply {n}"), "thread": within });
            let reply = write(if n % 2 == 0 { &bob } else { &ann }, &channel, body).await;
            assert_eq!((&reply["thread"], &reply["thread_index"]), (&root["id"], &json!(n + 1)));
            replies.push(reply);
            bob.say(&channel, &format!("m{n}"), "elsewhere").await;
        }
        let thread = |id: &Value, query: &str| {
            format!("/channels/{channel}/threads/{}{query}", id.as_str().expect("an id"))
        };
        let by_root = ann.get(&thread(&root["id"], "")).await.expect(200);
        assert_eq!((&by_root["root"]["id"], &by_root["root"]["thread_count"]), (&root["id"], &json!(5)));
        assert_eq!(by_root["messages"], json!(replies));
        assert_eq!(by_root["oldest"], replies[0]["seq"]);
        assert_eq!(
            ann.get(&thread(&replies[3]["id"], "")).await.expect(200),
            by_root,
            "by any message in it"
        );
        let seq = |n: usize| replies[n]["seq"].as_i64().expect("a seq");
        for (query, expected) in [
            ("?limit=2".to_owned(), &replies[3..]),
            (format!("?before={}&limit=2", seq(3)), &replies[1..3]),
            (format!("?after={}&limit=2", seq(0)), &replies[1..3]),
            (format!("?after={}", seq(4)), &replies[5..]),
            (format!("?around={}&limit=3", seq(2)), &replies[1..4]),
        ] {
            let page = ann.get(&thread(&root["id"], &query)).await.expect(200);
            assert_eq!(page["messages"], json!(expected), "{query}");
            assert_eq!(page["oldest"], replies[0]["seq"]);
        }
        let page = ann.get(&format!("/channels/{channel}/messages?limit=100")).await.expect(200);
        let listed: Vec<&Value> = page["messages"].as_array().expect("messages").iter().collect();
        assert_eq!(
            (listed.len(), &listed[0]["thread_count"]),
            (11, &json!(5)),
            "threads stand in the channel"
        );
        let lonely = ann.get(&thread(&listed[2]["id"], "")).await.expect(200);
        assert_eq!((&lonely["messages"], &lonely["oldest"]), (&json!([]), &Value::Null));
        ann.get(&thread(&json!(format!("${}", "A".repeat(43))), "")).await.problem(404, "message_not_found");
        ann.get(&thread(&root["id"], "?limit=0")).await.problem(400, "bad_limit");
        ann.get(&thread(&root["id"], "?before=1&after=1")).await.problem(400, "bad_place");
    }
);

both!(
    async fn a_thread_outlives_its_first_message(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}/messages");
        let root = ann.say(&channel, "n1", "root").await;
        let reply = json!({ "nonce": "n2", "text": "reply", "thread": root["id"] });
        let reply = ann.post(&path, reply).await.expect(201);
        ann.delete(&format!("{path}/{}", root["id"].as_str().expect("an id"))).await.expect(204);
        for (n, thread) in [&root["id"], &reply["id"]].into_iter().enumerate() {
            let more = json!({ "nonce": format!("m{n}"), "text": "more", "thread": thread });
            assert_eq!(ann.post(&path, more).await.expect(201)["thread"], root["id"]);
        }
        ann.delete(&format!("{path}/{}", reply["id"].as_str().expect("an id"))).await.expect(204);
        let more = json!({ "nonce": "m3", "text": "more", "thread": reply["id"] });
        assert_eq!(ann.post(&path, more).await.expect(201)["thread"], root["id"]);
    }
);
