//! Messages that people keep for later.

use reqwest::Method;
use serde_json::{Value, json};

use super::walk;
use crate::both;
use crate::support::person::PASSWORD;
use crate::support::{Person, Stream, TestServer, run_sql};

fn path(message: &Value) -> String {
    let [channel, id] = [&message["channel"], &message["id"]].map(|value| value.as_str().expect("text"));
    format!("/me/saved/{channel}/{id}")
}

async fn save(person: &Person, message: &Value) {
    person.put(&path(message), Value::Null).await.expect(204);
}

async fn unsave(person: &Person, message: &Value) {
    person.delete(&path(message)).await.expect(204);
}

/// The texts of what somebody saved, a list per page of the first path.
async fn texts(person: &Person, first: &str) -> Vec<Vec<String>> {
    let pages = walk(person, first, "saved").await;
    let text = |item: &Value| item["message"]["text"].as_str().expect("a text").to_owned();
    pages.iter().map(|page| page.iter().map(text).collect()).collect()
}

async fn list(person: &Person) -> Vec<String> {
    texts(person, "/me/saved").await.concat()
}

both!(
    async fn what_is_saved_is_listed_newest_first_and_once(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let (one, two) = (ann.channel("One").await, bob.channel("Two").await);
        ann.join(&two).await;
        assert_eq!(ann.get("/me/saved").await.expect(200), json!({ "saved": [], "next": null }));
        let first = ann.say(&one, "n1", "first").await;
        let second = bob.say(&two, "n2", "second").await;
        let third = ann.say(&one, "n3", "third").await;
        for message in [&second, &third, &first] {
            save(&ann, message).await;
        }
        assert_eq!(list(&ann).await, ["first", "third", "second"], "in the order of saving");
        // What is there already stays where it is.
        save(&ann, &second).await;
        assert_eq!(list(&ann).await, ["first", "third", "second"]);
        assert_eq!(
            texts(&ann, "/me/saved?limit=2").await,
            [vec!["first".to_owned(), "third".to_owned()], vec!["second".to_owned()]]
        );
        assert_eq!(texts(&ann, "/me/saved?limit=3").await.len(), 1, "no empty page at the end");
        // The message is as it is elsewhere, with one's own reactions and the last edit.
        let id = second["id"].as_str().expect("an id");
        let message = format!("/channels/{two}/messages/{id}");
        ann.put(&format!("{message}/reactions/x"), Value::Null).await.expect(204);
        bob.patch(&message, json!({ "text": "changed" })).await.expect(200);
        let listed = ann.get("/me/saved").await.expect(200)["saved"].clone();
        let last = &listed[2];
        assert_eq!(last["channel"], two.as_str());
        assert_eq!(last["message"], ann.get(&message).await.expect(200));
        assert_eq!(
            (&last["message"]["text"], &last["message"]["reactions"][0]["me"]),
            (&json!("changed"), &json!(true))
        );
        let times = [0, 1, 2].map(|n| listed[n]["saved_ts"].as_i64().expect("a time"));
        assert!(times.is_sorted_by(|newer, older| newer > older), "{times:?}");
        unsave(&ann, &third).await;
        unsave(&ann, &third).await;
        assert_eq!(list(&ann).await, ["first", "changed"]);
        save(&ann, &third).await;
        assert_eq!(list(&ann).await, ["third", "first", "changed"]);
    }
);

both!(
    async fn own_devices_hear_of_it_and_nobody_else(server: TestServer) {
        let (ann, bob, eve) =
            (server.person("ann").await, server.person("bob").await, server.person("eve").await);
        let private = json!({ "name": "Secret", "visibility": "private" });
        let made = ann.post("/channels", private).await.expect(201);
        let channel = made["id"].as_str().expect("an id");
        let joined = json!({ "membership": "invited" });
        ann.put(&format!("/channels/{channel}/members/{}", bob.id), joined).await.expect(200);
        bob.join(channel).await;
        let said = bob.say(channel, "n1", "keep this").await;
        let login = json!({ "username": "ann", "password": PASSWORD });
        let session = ann.post("/sessions", login).await.expect(201)["session"].clone();
        let other = ann.with_token(session["token"].as_str().expect("a token"));
        let (mut others, _) = Stream::open(&other, json!({})).await;
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        let before = bob.get("/sync").await.expect(200);
        save(&ann, &said).await;
        let heard = others.event("saved.updated").await;
        let saved_ts = ann.get("/me/saved").await.expect(200)["saved"][0]["saved_ts"].clone();
        let frame = json!({ "channel": channel, "message": said["id"], "saved": true, "saved_ts": saved_ts, "remind_ts": null });
        assert_eq!((&heard["d"], &heard["channel"], heard.get("seq")), (&frame, &json!(channel), None));
        save(&ann, &said).await;
        unsave(&ann, &said).await;
        let heard = others.event("saved.updated").await;
        let frame = json!({ "channel": channel, "message": said["id"], "saved": false, "saved_ts": null, "remind_ts": null });
        assert_eq!(heard["d"], frame, "saving again told nothing");
        unsave(&ann, &said).await;
        save(&ann, &said).await;
        let quiet = |frames: Vec<Value>| frames.iter().all(|frame| frame["t"] != "saved.updated");
        assert!(quiet(bobs.until_pong().await), "theirs alone");
        assert_eq!(bob.get("/sync").await.expect(200), before);
        assert_eq!(list(&bob).await, [""; 0]);
        let shown = bob.get(&format!("/channels/{channel}/messages")).await.expect(200);
        assert!(!shown.to_string().contains("saved"), "{shown}");
        // Whoever can't read it can't save it, and learns nothing by taking it off a list.
        let (mut eves, _) = Stream::open(&eve, json!({})).await;
        eve.put(&path(&said), Value::Null).await.problem(404, "channel_not_found");
        let made_up = json!({ "channel": channel, "id": format!("${}", "A".repeat(43)) });
        for message in [&said, &made_up] {
            eve.delete(&path(message)).await.expect(204);
        }
        assert!(quiet(eves.until_pong().await));
        assert_eq!(list(&ann).await, ["keep this"]);
        ann.put(&path(&made_up), Value::Null).await.problem(404, "message_not_found");
        ann.put("/me/saved/x/y", Value::Null).await.problem(400, "bad_path");
        ann.get("/me/saved?limit=101").await.problem(400, "bad_limit");
        ann.get("/me/saved?cursor=%25").await.problem(400, "bad_cursor");
        ann.get("/me/saved?cursor=YQ").await.problem(400, "bad_cursor");
        ann.get("/me/saved?page=1").await.problem(400, "bad_query");
    }
);

both!(
    async fn what_can_be_read_no_longer_is_not_listed(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let (one, two) = (bob.channel("One").await, bob.channel("Two").await);
        for channel in [&one, &two] {
            ann.join(channel).await;
        }
        let kept = bob.say(&one, "n1", "kept").await;
        let gone = bob.say(&one, "n2", "gone").await;
        let left = bob.say(&two, "n3", "left").await;
        let last = bob.say(&one, "n4", "last").await;
        for message in [&kept, &gone, &left, &last] {
            save(&ann, message).await;
        }
        let id = gone["id"].as_str().expect("an id");
        bob.delete(&format!("/channels/{one}/messages/{id}")).await.expect(204);
        ann.put(&path(&gone), Value::Null).await.problem(410, "redacted");
        ann.post(&format!("/channels/{two}/leave"), Value::Null).await.expect(204);
        ann.put(&path(&left), Value::Null).await.problem(403, "not_member");
        // What is hidden takes no place on a page.
        assert_eq!(texts(&ann, "/me/saved?limit=1").await, [["last"], ["kept"]]);
        ann.join(&two).await;
        assert_eq!(list(&ann).await, ["last", "left", "kept"], "whoever comes back finds it");
        // Unless the channel shows nothing of the time before.
        ann.post(&format!("/channels/{two}/leave"), Value::Null).await.expect(204);
        bob.patch(&format!("/channels/{two}"), json!({ "policy": { "history": "since_join" } }))
            .await
            .expect(200);
        ann.join(&two).await;
        assert_eq!(list(&ann).await, ["last", "kept"]);
        ann.put(&path(&left), Value::Null).await.problem(404, "message_not_found");
        // It can be taken off all the same.
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        for message in [&gone, &left] {
            unsave(&ann, message).await;
            assert_eq!(anns.event("saved.updated").await["d"]["message"], message["id"]);
        }
    }
);

both!(
    async fn there_are_so_many_and_no_more(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let (one, two) = (bob.channel("One").await, bob.channel("Two").await);
        for channel in [&one, &two] {
            ann.join(channel).await;
        }
        let first = bob.say(&one, "n1", "first").await;
        let second = bob.say(&one, "n2", "second").await;
        let many = bob.say(&two, "n3", "many").await;
        let url = server.config.database_url();
        let run = async |sql: &str| run_sql(&url, sql.to_owned()).await;
        save(&ann, &first).await;
        run("UPDATE saved SET saved_ts = 1").await;
        save(&ann, &many).await;
        run("INSERT INTO messages
                (channel, seq, id, sender, ts, nonce, body_seq, deleted, thread_count, has_reactions)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4998)
            SELECT m.channel, 10000 + i, '$x' || CAST(i AS TEXT), m.sender, m.ts, 'x', m.body_seq, FALSE, 0, FALSE
            FROM n, messages m WHERE m.nonce = 'n3'")
        .await;
        run("INSERT INTO saved (user_num, channel, seq, saved_ts)
            SELECT s.user_num, m.channel, m.seq, s.saved_ts - m.seq FROM messages m, saved s
            WHERE m.nonce = 'x' AND s.saved_ts > 1")
        .await;
        ann.put(&path(&second), Value::Null).await.problem(409, "saved_full");
        save(&ann, &many).await;
        let pages = texts(&ann, "/me/saved?limit=100").await;
        assert_eq!((pages.len(), pages.concat().len()), (50, 5_000));
        // What was deleted gives way.
        run("UPDATE messages SET deleted = TRUE WHERE nonce = 'x' AND seq = 10001").await;
        save(&ann, &second).await;
        let third = bob.say(&one, "n4", "third").await;
        ann.put(&path(&third), Value::Null).await.problem(409, "saved_full");
        // However much lies between that can't be read, a page goes on after it.
        ann.post(&format!("/channels/{two}/leave"), Value::Null).await.expect(204);
        assert_eq!(texts(&ann, "/me/saved?limit=1").await, [["second"], ["first"]]);
        let shows = async |history: &str| {
            let change = json!({ "policy": { "history": history } });
            bob.patch(&format!("/channels/{two}"), change).await.expect(200);
        };
        shows("since_join").await;
        ann.join(&two).await;
        run("UPDATE members SET joined_seq = 20000
            WHERE channel = (SELECT channel FROM messages WHERE nonce = 'n3')")
        .await;
        assert_eq!(texts(&ann, "/me/saved?limit=1").await, [["second"], ["first"]]);
        // It gives way, too, and then is gone for good.
        save(&ann, &third).await;
        shows("all").await;
        assert_eq!(list(&ann).await, ["third", "second", "first"]);
    }
);

both!(
    async fn they_are_exported_and_go_with_the_account(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = bob.channel("General").await;
        ann.join(&channel).await;
        let (one, two) = (bob.say(&channel, "n1", "one").await, bob.say(&channel, "n2", "two").await);
        for message in [&one, &two] {
            save(&ann, message).await;
        }
        let id = one["id"].as_str().expect("an id");
        bob.delete(&format!("/channels/{channel}/messages/{id}")).await.expect(204);
        let exported = ann.get("/me/export").await.expect(200)["saved"].clone();
        let saved = |n: usize| (&exported[n]["channel"], &exported[n]["message"]);
        let channel = json!(channel);
        assert_eq!((saved(0), saved(1)), ((&channel, &two["id"]), (&channel, &one["id"])));
        assert!(exported[0]["saved_ts"].as_i64() > exported[1]["saved_ts"].as_i64(), "{exported}");
        assert_eq!(bob.get("/me/export").await.expect(200)["saved"], json!([]));
        ann.ask(Method::DELETE, "/me", json!({ "password": PASSWORD })).await.expect(204);
        // Fails where any is left: it is there already.
        run_sql(
            &server.config.database_url(),
            "INSERT INTO saved (user_num, channel, seq, saved_ts)
            SELECT u.num, m.channel, m.seq, m.seq FROM users u, messages m WHERE u.id = '@ann:a.test'"
                .to_owned(),
        )
        .await;
    }
);
