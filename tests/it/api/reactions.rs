//! Reactions.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::both;
use crate::support::{Person, TestServer};

both!(
    async fn reacting_twice_counts_once_and_me_is_the_asker(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let sent = ann.say(&channel, "n1", "hello").await;
        let message = format!("/channels/{channel}/messages/{}", sent["id"].as_str().expect("an id"));
        let thumb = format!("{message}/reactions/%F0%9F%91%8D");
        let head = async || ann.get(&format!("/channels/{channel}")).await.expect(200)["head"].as_i64();
        ann.put(&thumb, Value::Null).await.expect(204);
        let after_one = head().await;
        ann.put(&thumb, Value::Null).await.expect(204);
        assert_eq!(head().await, after_one, "the second adds nothing to the log");
        bob.put(&thumb, Value::Null).await.expect(204);
        bob.put(&format!("{message}/reactions/:party:"), Value::Null).await.expect(204);
        let reaction = |emoji: &str, me: bool, users: Value| json!({ "emoji": emoji, "count": users.as_array().map(Vec::len), "me": me, "users": users });
        let (a, b) = ("@ann:a.test", "@bob:a.test");
        let seen_by_ann =
            json!([reaction("\u{1f44d}", true, json!([a, b])), reaction(":party:", false, json!([b]))]);
        let seen_by_bob =
            json!([reaction("\u{1f44d}", true, json!([a, b])), reaction(":party:", true, json!([b]))]);
        assert_eq!(ann.get(&message).await.expect(200)["reactions"], seen_by_ann);
        assert_eq!(bob.get(&message).await.expect(200)["reactions"], seen_by_bob);
        let page = ann.get(&format!("/channels/{channel}/messages")).await.expect(200);
        assert_eq!(page["messages"][0]["reactions"], seen_by_ann);
        ann.delete(&thumb).await.expect(204);
        let after_removal = head().await;
        ann.delete(&thumb).await.expect(204);
        ann.delete(&format!("{message}/reactions/never")).await.expect(204);
        assert_eq!(head().await, after_removal);
        let left = json!([reaction("\u{1f44d}", false, json!([b])), reaction(":party:", false, json!([b]))]);
        assert_eq!(ann.get(&message).await.expect(200)["reactions"], left);
        ann.put(&thumb, Value::Null).await.expect(204);
        assert_eq!(
            ann.get(&message).await.expect(200)["reactions"][0]["users"],
            json!([b, a]),
            "in order of time"
        );
    }
);

both!(
    async fn one_emoji_counts_once_however_it_is_written(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let sent = ann.say(&channel, "n1", "hello").await;
        let message = format!("/channels/{channel}/messages/{}", sent["id"].as_str().expect("an id"));
        // A heart with and without the sign that makes it a picture; an accent that is composed or not.
        let (bare, picture, line) = ("%E2%9D%A4", "%E2%9D%A4%EF%B8%8F", "%E2%9D%A4%EF%B8%8E");
        let (apart, composed) = (":cafe%CC%81:", ":caf%C3%A9:");
        for (person, emoji) in [(&ann, bare), (&bob, picture), (&ann, line), (&ann, apart), (&bob, composed)]
        {
            person.put(&format!("{message}/reactions/{emoji}"), Value::Null).await.expect(204);
        }
        let both = json!(["@ann:a.test", "@bob:a.test"]);
        let reaction = |emoji: &str| json!({ "emoji": emoji, "count": 2, "me": true, "users": both });
        let seen = ann.get(&message).await.expect(200)["reactions"].clone();
        assert_eq!(seen, json!([reaction("\u{2764}\u{fe0f}"), reaction(":caf\u{e9}:")]));
        for emoji in [line, composed] {
            ann.delete(&format!("{message}/reactions/{emoji}")).await.expect(204);
        }
        let left = ann.get(&message).await.expect(200)["reactions"].clone();
        assert!(left.as_array().is_some_and(|left| left.iter().all(|one| one["count"] == 1)), "{left}");
        // What nobody sees is none.
        for bad in ["%EF%B8%8F", "%E2%80%8B", ":%E2%80%8B:", "::"] {
            let answer = ann.put(&format!("{message}/reactions/{bad}"), Value::Null).await;
            answer.problem(400, "bad_emoji");
        }
    }
);

both!(
    async fn a_reaction_is_an_emoji_within_bounds(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let sent = ann.say(&channel, "n1", "hello").await;
        let message = format!("/channels/{channel}/messages/{}", sent["id"].as_str().expect("an id"));
        for bad in ["%20", "a%20b", "%00", "%0A", "%3Cb%3E", &"x".repeat(65)] {
            for method in ["PUT", "DELETE"] {
                let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
                let answer = ann.ask(method, &format!("{message}/reactions/{bad}"), Value::Null).await;
                assert_eq!(answer.status, 400, "{bad}: {}", answer.body);
            }
        }
        let emoji: Vec<String> = (0..50).map(|n| format!("e{n}")).collect();
        let paths: Vec<String> = emoji.iter().map(|emoji| format!("{message}/reactions/{emoji}")).collect();
        let answers = join_all(paths.iter().map(|path| ann.put(path, Value::Null))).await;
        assert!(answers.iter().all(|answer| answer.status == 204));
        ann.put(&format!("{message}/reactions/one-more"), Value::Null).await.problem(400, "too_many_emoji");
        ann.put(&paths[0], Value::Null).await.expect(204);
        ann.delete(&paths[0]).await.expect(204);
        ann.put(&format!("{message}/reactions/{}", "x".repeat(64)), Value::Null).await.expect(204);
        assert_eq!(ann.get(&message).await.expect(200)["reactions"].as_array().map(Vec::len), Some(50));
    }
);

both!(
    async fn moderators_delete_the_reactions_of_others(server: TestServer) {
        let (ann, bob, carl) =
            (server.person("ann").await, server.person("bob").await, server.person("carl").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        carl.join(&channel).await;
        let sent = ann.say(&channel, "n1", "hello").await;
        let message = format!("/channels/{channel}/messages/{}", sent["id"].as_str().expect("an id"));
        let abuse = format!("{message}/reactions/:go_away:");
        bob.put(&abuse, Value::Null).await.expect(204);
        carl.put(&abuse, Value::Null).await.expect(204);
        let of = |person: &Person| format!("{abuse}?user={}", person.id);
        carl.delete(&of(&bob)).await.problem(403, "not_authorised");
        ann.delete(&of(&bob)).await.expect(204);
        ann.delete(&of(&bob)).await.expect(204);
        let left = ann.get(&message).await.expect(200)["reactions"].clone();
        assert_eq!(left, json!([{ "emoji": ":go_away:", "count": 1, "me": false, "users": [carl.id] }]));
        carl.delete(&of(&carl)).await.expect(204);
        assert_eq!(ann.get(&message).await.expect(200)["reactions"], json!([]));
        ann.delete(&format!("{abuse}?user=@nobody:a.test")).await.problem(404, "user_not_found");
    }
);
