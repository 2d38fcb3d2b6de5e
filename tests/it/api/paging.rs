//! Pages of messages: exact at every boundary.

use serde_json::{Value, json};

use crate::both;
use crate::support::{Person, TestServer};

/// Messages with other entries between them: seqs are not dense.
async fn fill(ann: &Person, channel: &str) -> Vec<i64> {
    let mut seqs = Vec::new();
    for n in 0..9 {
        let said = ann.say(channel, &format!("n{n}"), &format!("text {n}")).await;
        seqs.push(said["seq"].as_i64().expect("a seq"));
        if n % 3 == 1 {
            ann.patch(&format!("/channels/{channel}"), json!({ "topic": format!("topic {n}") }))
                .await
                .expect(200);
        }
    }
    seqs
}

fn seqs_of(page: &Value) -> Vec<i64> {
    let messages = page["messages"].as_array().expect("messages");
    messages.iter().map(|message| message["seq"].as_i64().expect("a seq")).collect()
}

both!(
    async fn a_page_is_exact_wherever_it_lies(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let seqs = fill(&ann, &channel).await;
        let path = format!("/channels/{channel}/messages");
        let head = ann.get(&path).await.expect(200)["head"].as_i64().expect("a head");
        let newest = |wanted: Vec<i64>, limit: usize| wanted[wanted.len().saturating_sub(limit)..].to_vec();
        for limit in [1, 2, 3, 8, 9, 10, 100] {
            for at in -1..=head + 2 {
                let ask = async |place: &str| {
                    let page = ann.get(&format!("{path}?{place}={at}&limit={limit}")).await.expect(200);
                    assert_eq!((page["head"].as_i64(), page["oldest"].as_i64()), (Some(head), Some(seqs[0])));
                    seqs_of(&page)
                };
                let before = newest(seqs.iter().copied().filter(|seq| *seq < at).collect(), limit);
                assert_eq!(ask("before").await, before, "before {at} limit {limit}");
                let after: Vec<i64> = seqs.iter().copied().filter(|seq| *seq > at).take(limit).collect();
                assert_eq!(ask("after").await, after, "after {at} limit {limit}");
                let up_to =
                    newest(seqs.iter().copied().filter(|seq| *seq <= at).collect(), limit.div_ceil(2));
                let later = seqs.iter().copied().filter(|seq| *seq > at).take(limit / 2);
                let around: Vec<i64> = up_to.into_iter().chain(later).collect();
                assert_eq!(ask("around").await, around, "around {at} limit {limit}");
            }
            let page = ann.get(&format!("{path}?limit={limit}")).await.expect(200);
            assert_eq!(seqs_of(&page), newest(seqs.clone(), limit));
        }
    }
);

both!(
    async fn walking_back_and_forth_sees_each_message_once(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let seqs = fill(&ann, &channel).await;
        let path = format!("/channels/{channel}/messages");
        let (mut back, mut forth) = (Vec::new(), Vec::new());
        let mut query = "limit=2".to_owned();
        loop {
            let page = seqs_of(&ann.get(&format!("{path}?{query}")).await.expect(200));
            let Some(first) = page.first() else { break };
            query = format!("limit=2&before={first}");
            back.splice(0..0, page);
        }
        let mut query = "limit=2&after=-1".to_owned();
        loop {
            let page = seqs_of(&ann.get(&format!("{path}?{query}")).await.expect(200));
            let Some(last) = page.last() else { break };
            query = format!("limit=2&after={last}");
            forth.extend(page);
        }
        assert_eq!((&back, &forth), (&seqs, &seqs));
    }
);

both!(
    async fn an_empty_channel_has_an_empty_page(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let page = ann.get(&format!("/channels/{channel}/messages")).await.expect(200);
        assert_eq!((&page["messages"], &page["oldest"]), (&json!([]), &Value::Null));
        assert_eq!(page["head"], ann.get(&format!("/channels/{channel}")).await.expect(200)["head"]);
    }
);

both!(
    async fn a_page_that_makes_no_sense_is_refused(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        for (query, code) in [
            ("limit=0", "bad_limit"),
            ("limit=101", "bad_limit"),
            ("limit=4294967296", "bad_query"),
            ("limit=ten", "bad_query"),
            ("before=1&after=1", "bad_place"),
            ("around=1&after=1", "bad_place"),
            ("before=-2", "bad_place"),
            ("after=-2", "bad_place"),
            ("around=9223372036854775807", "bad_place"),
            ("before=9223372036854775808", "bad_query"),
            ("before=1.5", "bad_query"),
            ("cursor=1", "bad_query"),
            ("before=1&before=2", "bad_query"),
        ] {
            ann.get(&format!("/channels/{channel}/messages?{query}")).await.problem(400, code);
        }
    }
);

both!(
    async fn since_join_hides_what_was_said_before(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        ann.patch(&path, json!({ "policy": { "history": "since_join" } })).await.expect(200);
        let early = ann.say(&channel, "n1", "early secret").await;
        ann.put(&format!("{path}/pins/{}", early["id"].as_str().expect("an id")), Value::Null)
            .await
            .expect(204);
        bob.join(&channel).await;
        let fresh = bob.get(&path).await.expect(200);
        assert_eq!((&fresh["last_message"], &fresh["unread"]), (&Value::Null, &json!(0)));
        assert_eq!(bob.get("/sync").await.expect(200)["channels"][0]["last_message"], Value::Null);
        let page = bob.get(&format!("{path}/messages?after=-1")).await.expect(200);
        assert_eq!((&page["messages"], &page["oldest"]), (&json!([]), &Value::Null));
        let threaded = json!({ "nonce": "n2", "text": "late", "thread": early["id"] });
        let late = ann.post(&format!("{path}/messages"), threaded).await.expect(201);
        let page = bob.get(&format!("{path}/messages?after=-1")).await.expect(200);
        assert_eq!((&page["messages"], &page["oldest"]), (&json!([late]), &late["seq"]));
        for query in ["?before=100", "?around=0&limit=100", "?around=100&limit=100", "?limit=100"] {
            let found = bob.get(&format!("{path}/messages{query}")).await.expect(200);
            assert!(!found.to_string().contains("early"), "{query}");
        }
        let hidden = format!("{path}/messages/{}", early["id"].as_str().expect("an id"));
        bob.get(&hidden).await.problem(404, "message_not_found");
        bob.get(&format!("{hidden}/edits")).await.problem(404, "message_not_found");
        bob.put(&format!("{hidden}/reactions/x"), Value::Null).await.problem(404, "message_not_found");
        for message in [&early, &late] {
            let thread = format!("{path}/threads/{}", message["id"].as_str().expect("an id"));
            bob.get(&thread).await.problem(404, "message_not_found");
            let answer = json!({ "nonce": "n3", "text": "there", "thread": message["id"] });
            bob.post(&format!("{path}/messages"), answer).await.problem(400, "bad_reference");
        }
        let answer = json!({ "nonce": "n3", "text": "to it", "reply_to": early["id"] });
        bob.post(&format!("{path}/messages"), answer).await.problem(400, "bad_reference");
        assert_eq!(bob.get(&format!("{path}/pins")).await.expect(200)["messages"], json!([]));
        let log = bob.get(&format!("{path}/log")).await.expect(200);
        assert!(!log.to_string().contains("early"), "headers stay, bodies don't");
        assert!(log.to_string().contains("late"));
        // Marked unread from the very beginning, what can't be read does not count.
        let read = bob.put(&format!("{path}/read"), json!({ "seq": -1 })).await.expect(200);
        assert_eq!(read["unread"], 1);
        ann.delete(&hidden).await.expect(204);
        assert_eq!(bob.get(&path).await.expect(200)["unread"], 1);
        // Whoever comes back sees from then on.
        bob.post(&format!("{path}/leave"), Value::Null).await.expect(204);
        bob.join(&channel).await;
        assert_eq!(bob.texts(&channel).await, [""; 0]);
    }
);
