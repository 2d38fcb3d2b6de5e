//! Deletion that deletes.

use loggia::domain::verify::verify_all;
use loggia::storage::Conn;
use serde_json::{Value, json};

use crate::both;
use crate::support::{Database, Person, Process, TestServer, run_sql};

both!(
    async fn a_deleted_message_is_empty_wherever_it_shows(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        bob.join(&channel).await;
        let body = json!({ "nonce": "n1", "text": "secret one @bob" });
        let sent = ann.post(&format!("{path}/messages"), body).await.expect(201);
        let id = sent["id"].as_str().expect("an id");
        let message = format!("{path}/messages/{id}");
        ann.patch(&message, json!({ "text": "secret two @bob" })).await.expect(200);
        bob.put(&format!("{message}/reactions/secret"), Value::Null).await.expect(204);
        ann.put(&format!("{path}/pins/{id}"), Value::Null).await.expect(204);
        let reply = json!({ "nonce": "n2", "text": "in the thread", "thread": id, "reply_to": id });
        bob.post(&format!("{path}/messages"), reply).await.expect(201);
        ann.delete(&message).await.expect(204);

        let gone = ann.get(&message).await.expect(200);
        for (key, value) in
            [("deleted", json!(true)), ("text", json!("")), ("reactions", json!([])), ("mentions", json!([]))]
        {
            assert_eq!(gone[key], value, "{key}");
        }
        assert_eq!(
            (&gone["id"], &gone["seq"], &gone["sender"]),
            (&sent["id"], &sent["seq"], &sent["sender"])
        );
        assert_eq!(gone["thread_count"], 1, "the thread goes on without its first message");
        for person in [&ann, &bob] {
            for place in ["", "/messages", "/pins", "/members", "/log", &format!("/threads/{id}")] {
                let answer = person.get(&format!("{path}{place}")).await.expect(200);
                assert!(!answer.to_string().contains("secret"), "{place}: {answer}");
            }
            for place in ["/notifications", "/sync", "/channels", "/me/export"] {
                let answer = person.get(place).await.expect(200);
                assert!(!answer.to_string().contains("secret"), "{place}: {answer}");
            }
        }
        assert_eq!(ann.get(&format!("{message}/edits")).await.expect(200)["edits"], json!([]));
        assert_eq!(ann.get(&format!("{path}/pins")).await.expect(200)["messages"], json!([]));
        assert_eq!(bob.get("/notifications").await.expect(200)["unread"], 0);
    }
);

both!(
    async fn deleting_twice_changes_nothing(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let sent = bob.say(&channel, "n1", "hello").await;
        let path = format!("/channels/{channel}/messages/{}", sent["id"].as_str().expect("an id"));
        bob.delete(&path).await.expect(204);
        let head = ann.get(&format!("/channels/{channel}")).await.expect(200)["head"].clone();
        for person in [&bob, &ann] {
            person.delete(&path).await.expect(204);
        }
        let delete = reqwest::Method::DELETE;
        ann.ask(delete.clone(), &path, json!({ "reason": "x".repeat(501) })).await.problem(400, "bad_reason");
        ann.ask(delete.clone(), &path, json!({ "why": "x" })).await.problem(400, "bad_json");
        let plain = ann.request(delete, &path).header("content-type", "text/plain").body("hello");
        ann.send(plain).await.problem(415, "unsupported_media_type");
        assert_eq!(ann.get(&format!("/channels/{channel}")).await.expect(200)["head"], head);
    }
);

both!(
    async fn nothing_is_done_to_what_is_deleted(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let sent = ann.say(&channel, "n1", "hello").await;
        let id = sent["id"].as_str().expect("an id");
        let path = format!("/channels/{channel}/messages/{id}");
        ann.delete(&path).await.expect(204);
        ann.patch(&path, json!({ "text": "back" })).await.problem(410, "redacted");
        ann.put(&format!("{path}/reactions/x"), Value::Null).await.problem(410, "redacted");
        ann.delete(&format!("{path}/reactions/x")).await.expect(204);
        ann.put(&format!("/channels/{channel}/pins/{id}"), Value::Null).await.problem(410, "redacted");
        let messages = format!("/channels/{channel}/messages");
        let thread = json!({ "nonce": "n2", "text": "x", "thread": id });
        let problem = ann.post(&messages, thread).await.problem(400, "bad_reference");
        assert_eq!(problem["errors"][0]["pointer"], "/thread");
        assert!(problem["errors"][0]["detail"].as_str().expect("a text").contains("deleted"), "{problem}");
        // Somebody was writing an answer when it went (AUTH-43).
        let answer = json!({ "nonce": "n3", "text": "x", "reply_to": id });
        assert_eq!(ann.post(&messages, answer).await.expect(201)["reply_to"], id);
    }
);

/// What a deleted message said is in no file of the database: not in the log's bodies, the full-text
/// index, or the write-ahead log after a checkpoint.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_text_is_gone_from_the_database_files() {
    let server = TestServer::sqlite().await;
    let (ann, bob) = (server.person("ann").await, server.person("bob").await);
    let channel = ann.channel("General").await;
    bob.join(&channel).await;
    for n in 0..40 {
        ann.say(&channel, &format!("before{n}"), "xylophone keeps staying").await;
    }
    let sent = ann.say(&channel, "n1", "quetzalcoatlus northropi @bob").await;
    let path = format!("/channels/{channel}/messages/{}", sent["id"].as_str().expect("an id"));
    ann.patch(&path, json!({ "text": "pachycephalosaurus @bob" })).await.expect(200);
    bob.put(&format!("{path}/reactions/ankylosaurus"), Value::Null).await.expect(204);
    let reason = json!({ "reason": "wrong" });
    ann.ask(reqwest::Method::DELETE, &path, reason).await.expect(204);
    run_sql(&server.database_url(), "PRAGMA wal_checkpoint(TRUNCATE)".to_owned()).await;
    assert!(super::files_contain(server.data_dir(), "xylophone"), "the search finds what is there");
    for word in ["quetzalcoatlus", "northropi", "pachycephalosaurus", "ankylosaurus"] {
        assert!(!super::files_contain(server.data_dir(), word), "{word} is still there");
    }
}

/// A server that is stopped may stay so: what was deleted the moment before is gone from its files too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_orderly_stop_leaves_nothing_deleted_in_the_log() {
    let mut server = TestServer::sqlite().await;
    let ann = server.person("ann").await;
    let channel = ann.channel("General").await;
    let sent = ann.say(&channel, "n1", "quetzalcoatlus").await;
    assert!(super::files_contain(server.data_dir(), "quetzalcoatlus"), "the search finds what is there");
    // Somebody else, such as who looks at the database with a tool, has it open.
    let mut other = Conn::open(&server.database_url()).expect("a database");
    let path = format!("/channels/{channel}/messages/{}", sent["id"].as_str().expect("an id"));
    ann.delete(&path).await.expect(204);
    server.running.take().expect("running").stop().await;
    assert!(!super::files_contain(server.data_dir(), "quetzalcoatlus"));
    assert!(verify_all(&mut other).is_ok(), "it is still a database");
}

both!(
    async fn what_somebody_wrote_lately_goes_at_once(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let of = |who: &Person| format!("/channels/{channel}/members/{}/messages", who.id);
        let hello = ann.say(&channel, "n", "hello").await;
        let early = bob.say(&channel, "n", "early").await;
        let deleted = async |message: &Value| {
            let id = message["id"].as_str().expect("an id");
            ann.get(&format!("/channels/{channel}/messages/{id}")).await.expect(200)["deleted"] == json!(true)
        };
        bob.delete(&of(&ann)).await.problem(403, "not_authorised");
        for span in [0, 604_801] {
            ann.delete(&format!("{}?within_s={span}", of(&bob))).await.problem(400, "bad_within");
        }
        let nobody = format!("/channels/{channel}/members/@nobody:a.test/messages");
        ann.delete(&nobody).await.problem(404, "user_not_found");
        let id = early["id"].as_str().expect("an id");
        let ago = format!("UPDATE messages SET ts = ts - 3600000 WHERE id = '{id}'");
        run_sql(&server.database_url(), ago).await;
        for n in 0..103 {
            bob.say(&channel, &format!("s{n}"), "spam").await;
        }
        let hour = format!("{}?within_s=1800", of(&bob));
        assert_eq!(
            ann.delete(&hour).await.expect(200),
            json!({ "deleted": 100, "reactions": 0, "waiting": 0, "more": true })
        );
        assert_eq!(ann.delete(&hour).await.expect(200)["more"], json!(false));
        let nothing = json!({ "deleted": 0, "reactions": 0, "waiting": 0, "more": false });
        assert_eq!(ann.delete(&hour).await.expect(200), nothing);
        assert!(ann.texts(&channel).await.iter().all(String::is_empty));
        assert!(!deleted(&early).await);
        // One's own, and all of the last days.
        bob.delete(&of(&bob)).await.expect(200);
        assert!(deleted(&early).await && !deleted(&hello).await);
        let eve = server.person("eve").await;
        eve.delete(&of(&ann)).await.problem(403, "not_member");
    }
);

both!(
    async fn what_somebody_reacted_with_lately_goes_too(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let hello = ann.say(&channel, "n", "hello").await;
        let path = format!("/channels/{channel}/messages/{}", hello["id"].as_str().expect("an id"));
        let of = |who: &Person| format!("/channels/{channel}/members/{}/messages", who.id);
        let react = async |who: &Person, emoji: &str| {
            who.put(&format!("{path}/reactions/{emoji}"), Value::Null).await.expect(204);
        };
        let shown = async || {
            let message = ann.get(&path).await.expect(200);
            let all = message["reactions"].as_array().cloned().unwrap_or_default();
            all.iter().map(|one| one["emoji"].as_str().expect("text").to_owned()).collect::<Vec<_>>()
        };
        react(&bob, "early").await;
        server.later(3_600_000);
        react(&ann, "kept").await;
        for n in 0..10 {
            react(&bob, &format!("insult{n}")).await;
        }
        bob.say(&channel, "m", "and a message").await;
        bob.delete(&of(&ann)).await.problem(403, "not_authorised");
        let lately = format!("{}?within_s=1800", of(&bob));
        assert_eq!(
            ann.delete(&lately).await.expect(200),
            json!({ "deleted": 1, "reactions": 10, "waiting": 0, "more": false })
        );
        assert_eq!(shown().await, ["early", "kept"]);
        assert_eq!(ann.delete(&of(&bob)).await.expect(200)["reactions"], 1);
        assert_eq!(shown().await, ["kept"]);
    }
);

/// PostgreSQL keeps what was deleted in its pages until they are written anew.
#[tokio::test(flavor = "multi_thread")]
async fn compacting_writes_postgresqls_tables_anew() {
    let Some(database) = Database::create().await else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let (data, url) = (dir.path().to_owned(), database.url.clone());
    let run = |command: &'static [&'static str]| {
        let (data, url) = (data.clone(), url.clone());
        tokio::task::spawn_blocking(move || Process::run(&data, &url, command))
    };
    Process::start(dir.path(), &url, 0).kill();
    let places = "SELECT relname, pg_relation_filenode(oid) AS place FROM pg_class
                  WHERE relname IN ('bodies', 'messages', 'message_search', 'pending')";
    run_sql(&url, format!("CREATE TABLE before AS {places}")).await;
    let (good, said) = run(&["compact"]).await.expect("joined");
    assert!(good && said.contains("done"), "{said}");
    let same = format!(
        "DO $$ BEGIN IF EXISTS (SELECT 1 FROM before JOIN ({places}) AS now USING (relname, place))
         THEN RAISE EXCEPTION 'not written anew'; END IF; END $$"
    );
    run_sql(&url, same).await;
    database.drop_it().await;
}
