//! Files of a channel: what its messages carry now.

use image::ImageFormat;
use serde_json::{Value, json};

use super::files::{picture, text};
use super::retention::{DAY_MS, keep};
use super::walk;
use crate::both;
use crate::support::{Person, TestServer, run_sql};

/// Sends a message with these files.
async fn send(person: &Person, channel: &str, nonce: &str, more: Value, files: &[&Value]) -> Value {
    let attached: Vec<Value> =
        files.iter().map(|file| json!({ "file": file["hash"], "name": file["name"] })).collect();
    let mut body = json!({ "nonce": nonce, "text": nonce, "attachments": attached });
    for (key, value) in more.as_object().into_iter().flatten() {
        body[key] = value.clone();
    }
    person.post(&format!("/channels/{channel}/messages"), body).await.expect(201)
}

/// A picture, a film, a sound, a document.
async fn some(person: &Person) -> [Value; 4] {
    [
        person.upload("a.png", picture(ImageFormat::Png, 4, 3)).await,
        person.upload("b.mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00film".to_vec()).await,
        person.upload("c.mp3", b"ID3\x03sound".to_vec()).await,
        person.upload("d.pdf", b"%PDF-1.7 document".to_vec()).await,
    ]
}

fn names(files: &[Value]) -> Vec<&str> {
    files.iter().map(|file| text(&file["attachment"]["name"])).collect()
}

async fn listed(person: &Person, channel: &str, query: &str) -> Vec<Value> {
    let page = person.get(&format!("/channels/{channel}/files{query}")).await.expect(200);
    page["files"].as_array().expect("files").clone()
}

both!(
    async fn files_of_a_channel_are_listed_newest_first(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        assert_eq!(listed(&ann, &channel, "").await, Vec::<Value>::new());
        let [a, b, c, d] = some(&ann).await;
        let first = send(&ann, &channel, "first", json!({}), &[&a, &d]).await;
        ann.say(&channel, "words", "nothing but words").await;
        let reply = send(&ann, &channel, "reply", json!({ "thread": first["id"] }), &[&b]).await;
        let last = send(&ann, &channel, "last", json!({}), &[&c]).await;
        let files = listed(&bob, &channel, "").await;
        assert_eq!(names(&files), ["c.mp3", "b.mp4", "a.png", "d.pdf"]);
        let carrying = [&last, &reply, &first, &first];
        for (file, message) in files.iter().zip(carrying) {
            for (told, of_message) in [("message", "id"), ("seq", "seq"), ("sender", "sender"), ("ts", "ts")]
            {
                assert_eq!(file[told], message[of_message], "{told}");
            }
            let carried = message["attachments"].as_array().expect("attachments");
            assert!(carried.contains(&file["attachment"]), "as it is in the message");
        }
        assert_eq!((&files[1]["thread"], files[0].get("thread")), (&first["id"], None));
        for (kind, expected) in
            [("image", "a.png"), ("video", "b.mp4"), ("audio", "c.mp3"), ("other", "d.pdf")]
        {
            assert_eq!(names(&listed(&bob, &channel, &format!("?kind={kind}")).await), [expected], "{kind}");
        }
        let path = format!("/channels/{channel}/files");
        for (query, code) in [
            ("limit=0", "bad_limit"),
            ("limit=101", "bad_limit"),
            ("cursor=x", "bad_cursor"),
            ("cursor=MQ", "bad_cursor"),
            ("kind=any", "bad_query"),
            ("kind=", "bad_query"),
            ("before=1", "bad_query"),
        ] {
            ann.get(&format!("{path}?{query}")).await.problem(400, code);
        }
        let carl = server.person("carl").await;
        carl.get(&path).await.problem(403, "not_member");
    }
);

both!(
    async fn pages_of_files_are_exact_wherever_they_begin(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let [a, b, c, d] = some(&ann).await;
        let mut again = a.clone();
        again["name"] = json!("again.png");
        let (mut all, mut pictures) = (Vec::new(), Vec::new());
        for n in 0..5 {
            // A file that a message carries under two names is there twice.
            let carried = if n % 2 == 0 { vec![&d, &a, &c, &again] } else { vec![&b] };
            let sent = send(&ann, &channel, &format!("n{n}"), json!({}), &carried).await;
            ann.say(&channel, &format!("w{n}"), "words").await;
            let entry = |file: &&Value| (sent["seq"].clone(), file["name"].clone());
            let is_picture = |file: &&&Value| file["media_type"] == "image/png";
            all.splice(0..0, carried.iter().map(entry));
            pictures.splice(0..0, carried.iter().filter(is_picture).map(entry));
        }
        for limit in [1, 2, 3, 4, 5, 13, 14, 15, 100] {
            for (kind, expected) in [("", &all), ("kind=image&", &pictures)] {
                let path = format!("/channels/{channel}/files?{kind}limit={limit}");
                let pages = walk(&ann, &path, "files").await;
                let full = pages.iter().rev().skip(1).all(|page| page.len() == limit);
                assert!(full && pages.iter().all(|page| !page.is_empty()), "{kind}{limit}");
                let of = |file: &Value| (file["seq"].clone(), file["attachment"]["name"].clone());
                let found: Vec<(Value, Value)> = pages.concat().iter().map(of).collect();
                assert_eq!(&found, expected, "{kind}{limit}");
            }
        }
    }
);

both!(
    async fn what_is_gone_or_hidden_is_not_among_the_files(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        let [a, b, c, d] = some(&ann).await;
        send(&ann, &channel, "before", json!({}), &[&a]).await;
        let since_join = json!({ "policy": { "history": "since_join" } });
        ann.patch(&path, since_join).await.expect(200);
        bob.join(&channel).await;
        let edited = send(&ann, &channel, "edited", json!({}), &[&b]).await;
        let doomed = send(&ann, &channel, "doomed", json!({}), &[&c, &d]).await;
        let edit = json!({ "text": "in other words" });
        ann.patch(&format!("{path}/messages/{}", text(&edited["id"])), edit).await.expect(200);
        assert_eq!(names(&listed(&bob, &channel, "").await), ["c.mp3", "d.pdf", "b.mp4"]);
        assert_eq!(names(&listed(&ann, &channel, "").await), ["c.mp3", "d.pdf", "b.mp4", "a.png"]);
        ann.delete(&format!("{path}/messages/{}", text(&doomed["id"]))).await.expect(204);
        assert_eq!(names(&listed(&bob, &channel, "").await), ["b.mp4"]);
        assert_eq!(listed(&ann, &channel, "?kind=other").await, Vec::<Value>::new());
        // Whom one blocks is there, as in the channel's messages.
        bob.put(&format!("/me/blocks/{}", ann.id), Value::Null).await.expect(204);
        assert_eq!(names(&listed(&bob, &channel, "").await), ["b.mp4"]);
    }
);

both!(
    async fn what_was_kept_long_enough_is_not_among_the_files(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let [a, b, ..] = some(&ann).await;
        send(&ann, &channel, "old", json!({}), &[&a]).await;
        server.later(31 * DAY_MS);
        send(&ann, &channel, "young", json!({}), &[&b]).await;
        keep(&ann, &channel, json!(30)).await;
        let domain = server.running.as_ref().expect("running").domain.clone();
        domain.expire().await.expect("expired");
        assert_eq!(names(&listed(&ann, &channel, "").await), ["b.mp4"]);
        assert_eq!(listed(&ann, &channel, "?kind=image").await, Vec::<Value>::new());
    }
);

/// The statement of the migration that lists what was shared before.
fn filling(up: &str) -> &str {
    &up[up.find("INSERT").expect("a statement that fills")..]
}

both!(
    async fn what_was_shared_before_is_listed_by_the_migration(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let [a, b, c, d] = some(&ann).await;
        send(&ann, &channel, "two", json!({}), &[&a, &d]).await;
        let edited = send(&ann, &channel, "edited", json!({}), &[&b]).await;
        let doomed = send(&ann, &channel, "doomed", json!({}), &[&c]).await;
        ann.say(&channel, "words", "\"attachments\"").await;
        let at = |message: &Value| format!("/channels/{channel}/messages/{}", text(&message["id"]));
        ann.patch(&at(&edited), json!({ "text": "in other words" })).await.expect(200);
        ann.delete(&at(&doomed)).await.expect(204);
        let mut before = Vec::new();
        let kinds = ["", "?kind=image", "?kind=video", "?kind=audio", "?kind=other"];
        for kind in kinds {
            before.push(listed(&ann, &channel, kind).await);
        }
        assert_eq!(before.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1, 1, 0, 1]);
        let (sqlite, postgresql) = (
            include_str!("../../../migrations/sqlite/0029_shared_files/up.sql"),
            include_str!("../../../migrations/postgresql/0029_shared_files/up.sql"),
        );
        let url = server.database_url();
        run_sql(&url, "DELETE FROM shared_files".to_owned()).await;
        assert_eq!(listed(&ann, &channel, "").await, Vec::<Value>::new());
        let up = if loggia::storage::is_postgres(&url) { postgresql } else { sqlite };
        run_sql(&url, filling(up).to_owned()).await;
        for (kind, files) in kinds.into_iter().zip(before) {
            assert_eq!(listed(&ann, &channel, kind).await, files, "{kind}");
        }
    }
);
