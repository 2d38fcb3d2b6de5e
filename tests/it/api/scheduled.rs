//! Messages that are sent later.

use loggia::domain::clock::{Clock, SystemClock};
use reqwest::Method;
use serde_json::{Value, json};

use super::files_contain;
use crate::both;
use crate::support::person::{Answer, PASSWORD};
use crate::support::{Person, Stream, TestServer, eventually, run_sql};

pub(super) const MINUTE_MS: i64 = 60_000;
pub(super) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(super) const DAY_MS: i64 = 24 * HOUR_MS;

/// So long from now, as a server has it that was not brought forward.
pub(super) fn after(ms: i64) -> i64 {
    SystemClock.now() + ms
}

async fn ask(person: &Person, channel: &str, nonce: &str, send_ts: i64, more: Value) -> Answer {
    let mut body = json!({ "nonce": nonce, "text": nonce, "send_ts": send_ts });
    let fields = more.as_object().cloned().unwrap_or_default();
    body.as_object_mut().expect("an object").extend(fields);
    person.post(&format!("/channels/{channel}/scheduled"), body).await
}

/// Schedules a message that says its nonce, and answers it.
pub(super) async fn schedule(person: &Person, channel: &str, nonce: &str, send_ts: i64) -> Value {
    ask(person, channel, nonce, send_ts, Value::Null).await.expect(201)
}

pub(super) fn path(scheduled: &Value) -> String {
    format!("/me/scheduled/{}", scheduled["id"].as_str().expect("an id"))
}

pub(super) async fn send_now(person: &Person, scheduled: &Value) -> Answer {
    person.post(&format!("{}/send", path(scheduled)), Value::Null).await
}

pub(super) async fn list(person: &Person) -> Vec<Value> {
    person.get("/me/scheduled").await.expect(200)["scheduled"].as_array().expect("a list").clone()
}

async fn texts(person: &Person) -> Vec<String> {
    list(person).await.iter().map(|item| item["text"].as_str().expect("a text").to_owned()).collect()
}

/// Waits until a channel says this, the oldest first.
pub(super) async fn said(person: &Person, channel: &str, texts: &[&str]) {
    eventually("what was scheduled is sent", || async {
        (person.texts(channel).await == texts).then_some(())
    })
    .await;
}

/// Has the server look for what is due.
pub(super) async fn look(server: &TestServer) {
    let domain = server.running.as_ref().expect("running").domain.clone();
    domain.send_due(true).await.expect("sent");
}

/// Waits until a message of the list can't be sent, and answers why.
pub(super) async fn failed(person: &Person, scheduled: &Value) -> String {
    eventually("it fails", || async {
        let item = list(person).await.into_iter().find(|item| item["id"] == scheduled["id"])?;
        item["failed"].as_str().map(str::to_owned)
    })
    .await
}

both!(
    async fn it_is_sent_at_its_time_and_not_before(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let send_ts = after(HOUR_MS);
        let kept = schedule(&ann, &channel, "later", send_ts).await;
        let fields = ["channel", "nonce", "text", "attachments", "previews", "send_ts", "failed"];
        assert_eq!(
            json!(fields.map(|field| kept[field].clone())),
            json!([channel, "later", "later", [], [], send_ts, null])
        );
        assert_eq!(list(&ann).await, [kept]);
        look(&server).await;
        assert_eq!(ann.texts(&channel).await, [""; 0]);
        assert_eq!(list(&bob).await, [Value::Null; 0], "nobody else's");
        server.later(HOUR_MS - MINUTE_MS);
        look(&server).await;
        assert_eq!((ann.texts(&channel).await.len(), texts(&ann).await.len()), (0, 1));
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        server.later(MINUTE_MS);
        // By itself.
        let frame = bobs.event("message.created").await;
        assert_eq!((&frame["d"]["sender"], &frame["d"]["text"]), (&json!(ann.id), &json!("later")));
        assert!(frame["d"]["ts"].as_i64().expect("a time") >= send_ts);
        eventually("it is off the list", || async { list(&ann).await.is_empty().then_some(()) }).await;
        look(&server).await;
        assert_eq!(bob.texts(&channel).await, ["later"]);
    }
);

both!(
    async fn the_list_is_in_the_order_in_which_it_is_sent(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let dm = ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
        let dm = dm["id"].as_str().expect("an id").to_owned();
        let same = after(HOUR_MS);
        for (nonce, send_ts) in
            [("two", same), ("three", same), ("four", same), ("last", same + 1), ("one", same - 1)]
        {
            schedule(&ann, &channel, nonce, send_ts).await;
        }
        schedule(&ann, &dm, "direct", same + 2).await;
        assert_eq!(texts(&ann).await, ["one", "two", "three", "four", "last", "direct"]);
        server.later(2 * HOUR_MS);
        said(&ann, &channel, &["one", "two", "three", "four", "last"]).await;
        said(&bob, &dm, &["direct"]).await;
    }
);

both!(
    async fn it_is_as_it_would_be_if_it_were_sent_then(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let first = bob.say(&channel, "n1", "a question").await;
        let send_ts = after(HOUR_MS);
        let more = json!({ "text": "@bob see https://x.test/a", "reply_to": first["id"], "thread": first["id"],
            "previews": [{ "url": "https://x.test/a", "title": "A" }] });
        let kept = ask(&ann, &channel, "n2", send_ts, more.clone()).await.expect(201);
        for field in ["reply_to", "thread", "text"] {
            assert_eq!(kept[field], more[field]);
        }
        // Again, as after an answer that was lost.
        assert_eq!(ask(&ann, &channel, "n2", send_ts, more.clone()).await.expect(200), kept);
        ask(&ann, &channel, "n2", send_ts + 1, more).await.problem(409, "nonce_reused");
        ask(&ann, &channel, "n2", send_ts, json!({ "text": "other" })).await.problem(409, "nonce_reused");
        ann.say(&channel, "n3", "said").await;
        ask(&ann, &channel, "n3", send_ts, Value::Null).await.problem(409, "nonce_reused");
        server.later(HOUR_MS);
        let thread = format!("/channels/{channel}/threads/{}", first["id"].as_str().expect("an id"));
        let reply = eventually("it is sent", || async {
            let page = bob.get(&thread).await.expect(200);
            page["messages"].as_array().and_then(|messages| messages.last().cloned())
        })
        .await;
        assert_eq!(
            (&reply["text"], &reply["nonce"], &reply["reply_to"], &reply["mentions"]),
            (&kept["text"], &json!("n2"), &first["id"], &json!([bob.id]))
        );
        assert_eq!(reply["previews"][0]["title"], "A");
        let sync = bob.get("/sync").await.expect(200);
        assert_eq!(sync["channels"][0]["mentions"], 1, "whoever it mentions is notified");
    }
);

both!(
    async fn what_can_not_be_kept_is_refused(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let (channel, archived) = (ann.channel("General").await, ann.channel("Old").await);
        let soon = after(HOUR_MS);
        for wrong in [0, -1, after(-1), after(120 * DAY_MS + MINUTE_MS), 9_007_199_254_740_991] {
            let problem = ask(&ann, &channel, "n", wrong, Value::Null).await.problem(400, "bad_send_ts");
            assert_eq!(problem["errors"][0]["pointer"], "/send_ts");
        }
        for (more, code) in [
            (json!({ "text": " " }), "text_empty"),
            (json!({ "text": "x".repeat(100_000) }), "text_too_long"),
            (json!({ "reply_to": format!("${}", "A".repeat(43)) }), "bad_reference"),
            (json!({ "previews": [{ "url": "https://x.test/", "title": "A" }] }), "bad_preview"),
            (json!({ "send_ts": "soon" }), "bad_json"),
            (json!({ "more": 1 }), "bad_json"),
        ] {
            ask(&ann, &channel, "n", soon, more).await.problem(400, code);
        }
        let none = json!({ "attachments": [{ "file": "A".repeat(43), "name": "x" }] });
        ask(&ann, &channel, "n", soon, none).await.problem(404, "file_not_found");
        ask(&bob, &channel, "n", soon, Value::Null).await.problem(403, "not_member");
        ann.patch(&format!("/channels/{archived}"), json!({ "archived": true })).await.expect(200);
        ask(&ann, &archived, "n", soon, Value::Null).await.problem(403, "archived");
        ann.post(&format!("/channels/{channel}/scheduled"), json!({ "nonce": "n", "text": "x" }))
            .await
            .problem(400, "bad_json");
        assert_eq!(list(&ann).await, [Value::Null; 0]);
        schedule(&ann, &channel, "far", after(120 * DAY_MS - MINUTE_MS)).await;
    }
);

both!(
    async fn there_are_so_many_and_no_more(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let send_ts = after(HOUR_MS);
        let first = schedule(&ann, &channel, "first", send_ts).await;
        for n in 1..100 {
            schedule(&ann, &channel, &format!("n{n}"), send_ts).await;
        }
        ask(&ann, &channel, "more", send_ts, Value::Null).await.problem(409, "scheduled_full");
        assert_eq!(list(&ann).await.len(), 100);
        // What is there already is there.
        assert_eq!(ask(&ann, &channel, "first", send_ts, Value::Null).await.expect(200), first);
        schedule(&bob, &channel, "bobs", send_ts).await;
        ann.delete(&path(&first)).await.expect(204);
        schedule(&ann, &channel, "more", send_ts).await;
    }
);

both!(
    async fn it_can_be_changed_deleted_and_sent_at_once(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let (soon, late) = (after(HOUR_MS), after(2 * HOUR_MS));
        let preview = json!([{ "url": "https://x.test/", "title": "A" }]);
        let more = json!({ "text": "see https://x.test/", "previews": preview });
        let one = ask(&ann, &channel, "one", soon, more).await.expect(201);
        let two = schedule(&ann, &channel, "two", soon).await;
        let three = schedule(&ann, &channel, "three", soon).await;
        let changed = ann.patch(&path(&one), json!({ "text": "changed" })).await.expect(200);
        assert_eq!(
            (&changed["text"], &changed["previews"], &changed["send_ts"]),
            (&json!("changed"), &json!([]), &json!(soon))
        );
        let moved = ann.patch(&path(&two), json!({ "send_ts": late })).await.expect(200);
        assert_eq!((&moved["text"], &moved["send_ts"]), (&json!("two"), &json!(late)));
        assert_eq!(texts(&ann).await, ["changed", "three", "two"]);
        for (body, code) in [
            (json!({ "text": "" }), "text_empty"),
            (json!({ "text": "x".repeat(100_000) }), "text_too_long"),
            (json!({ "send_ts": after(-HOUR_MS) }), "bad_send_ts"),
            (json!({ "send_ts": after(121 * DAY_MS) }), "bad_send_ts"),
            (json!({ "channel": channel }), "bad_json"),
        ] {
            ann.patch(&path(&one), body).await.problem(400, code);
        }
        // Nobody else can.
        bob.patch(&path(&one), json!({ "text": "bob was here" })).await.problem(404, "scheduled_not_found");
        bob.delete(&path(&one)).await.problem(404, "scheduled_not_found");
        send_now(&bob, &one).await.problem(404, "scheduled_not_found");
        ann.delete(&path(&three)).await.expect(204);
        ann.delete(&path(&three)).await.problem(404, "scheduled_not_found");
        let sent = send_now(&ann, &one).await.expect(201);
        assert_eq!(
            (&sent["text"], &sent["nonce"], &sent["status"]),
            (&json!("changed"), &json!("one"), &json!("sent"))
        );
        for answer in
            [send_now(&ann, &one).await, ann.patch(&path(&one), json!({ "text": "too late" })).await]
        {
            answer.problem(404, "scheduled_not_found");
        }
        assert_eq!(texts(&ann).await, ["two"]);
        server.later(HOUR_MS + MINUTE_MS);
        look(&server).await;
        assert_eq!(bob.texts(&channel).await, ["changed"]);
        server.later(HOUR_MS);
        said(&bob, &channel, &["changed", "two"]).await;
    }
);

both!(
    async fn its_files_are_kept_for_it(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let [kept, dropped] =
            [ann.upload("kept.txt", b"kept".to_vec()).await, ann.upload("gone.txt", b"gone".to_vec()).await];
        let carry = |file: &Value| json!({ "text": "", "attachments": [{ "file": file["hash"], "name": file["name"] }] });
        let get = async |person: &Person, file: &Value| {
            let hash = file["hash"].as_str().expect("a hash");
            person.get(&format!("/files/{hash}/x.txt")).await.status
        };
        let send_ts = after(40 * DAY_MS);
        let shown = ask(&ann, &channel, "kept", send_ts, carry(&kept)).await.expect(201);
        assert_eq!(
            (&shown["attachments"][0]["name"], &shown["attachments"][0]["size"]),
            (&json!("kept.txt"), &json!(4))
        );
        let other = ask(&ann, &channel, "gone", send_ts, carry(&dropped)).await.expect(201);
        // Its text may go: there is something else.
        ann.patch(&path(&shown), json!({ "text": "look" })).await.expect(200);
        ann.patch(&path(&shown), json!({ "text": "" })).await.expect(200);
        // A message that carries it, too, takes nothing with it.
        let said = ann.say_with(&channel, "now", &kept).await;
        let message = format!("/channels/{channel}/messages/{}", said["id"].as_str().expect("an id"));
        ann.delete(&message).await.expect(204);
        let domain = server.running.as_ref().expect("running").domain.clone();
        server.later(39 * DAY_MS);
        domain.sweep_files().await.expect("swept");
        assert_eq!(
            (get(&ann, &kept).await, get(&bob, &kept).await, get(&ann, &dropped).await),
            (200, 404, 200)
        );
        ann.delete(&path(&other)).await.expect(204);
        assert_eq!(get(&ann, &dropped).await, 404);
        server.later(DAY_MS);
        eventually("it is sent", || async { (get(&bob, &kept).await == 200).then_some(()) }).await;
        eventually("it is off the list", || async { list(&ann).await.is_empty().then_some(()) }).await;
        // And it goes with the message, as all files do.
        let page = bob.get(&format!("/channels/{channel}/messages")).await.expect(200);
        let id = page["messages"].as_array().and_then(|all| all.last()).map(|last| last["id"].clone());
        let message =
            format!("/channels/{channel}/messages/{}", id.as_ref().and_then(Value::as_str).expect("an id"));
        ann.delete(&message).await.expect(204);
        assert_eq!(get(&ann, &kept).await, 404);
    }
);

both!(
    async fn what_came_due_while_the_server_was_down_is_sent_once(server: TestServer) {
        let mut server = server;
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        for (nonce, minutes) in [("one", 1), ("two", 2), ("much-later", 600)] {
            schedule(&ann, &channel, nonce, after(minutes * MINUTE_MS)).await;
        }
        // It was sent, and the crash came before it was taken off the list.
        schedule(&ann, &channel, "sent", after(3 * MINUTE_MS)).await;
        let url = server.database_url();
        let nonce =
            |from: &str, to: &str| format!("UPDATE scheduled SET nonce = '{to}' WHERE nonce = '{from}'");
        run_sql(&url, nonce("sent", "other")).await;
        ann.say(&channel, "sent", "sent").await;
        run_sql(&url, nonce("other", "sent")).await;
        server.later(5 * MINUTE_MS);
        server.restart().await;
        let ann = ann.at(&server.base);
        said(&ann, &channel, &["sent", "one", "two"]).await;
        eventually("they are off the list", || async { (texts(&ann).await == ["much-later"]).then_some(()) })
            .await;
        server.restart().await;
        let ann = ann.at(&server.base);
        look(&server).await;
        assert_eq!(ann.texts(&channel).await, ["sent", "one", "two"]);
        // Where something else was said with the nonce, it fails, and has another once it is tried again.
        let clash = schedule(&ann, &channel, "clash", after(6 * MINUTE_MS)).await;
        ann.say(&channel, "clash", "something else").await;
        server.later(MINUTE_MS);
        assert_eq!(failed(&ann, &clash).await, "nonce_reused");
        send_now(&ann, &clash).await.expect(201);
        assert_eq!(ann.texts(&channel).await, ["sent", "one", "two", "something else", "clash"]);
    }
);

both!(
    async fn own_devices_hear_of_it_and_nobody_else(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let login = json!({ "username": "ann", "password": PASSWORD });
        let session = ann.post("/sessions", login).await.expect(201)["session"].clone();
        let other = ann.with_token(session["token"].as_str().expect("a token"));
        let (mut others, _) = Stream::open(&other, json!({})).await;
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        let kept = schedule(&ann, &channel, "secret", after(HOUR_MS)).await;
        let heard = others.event("scheduled.updated").await;
        assert_eq!(
            (&heard["d"], heard.get("channel")),
            (&json!({ "id": kept["id"], "scheduled": kept }), None)
        );
        let changed = ann.patch(&path(&kept), json!({ "text": "changed" })).await.expect(200);
        assert_eq!(others.event("scheduled.updated").await["d"]["scheduled"], changed);
        ann.delete(&path(&kept)).await.expect(204);
        let gone = |id: &Value| json!({ "id": id, "scheduled": null });
        assert_eq!(others.event("scheduled.updated").await["d"], gone(&kept["id"]));
        let sent = schedule(&ann, &channel, "public", after(HOUR_MS)).await;
        others.event("scheduled.updated").await;
        server.later(HOUR_MS);
        assert_eq!(others.event("scheduled.updated").await["d"], gone(&sent["id"]));
        bobs.event("message.created").await;
        let frames = bobs.until_pong().await;
        assert!(frames.iter().all(|frame| frame["t"] != "scheduled.updated"), "{frames:?}");
    }
);

both!(
    async fn they_are_exported_and_go_with_the_account(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = bob.channel("General").await;
        ann.join(&channel).await;
        let file = ann.upload("x.txt", b"secret file".to_vec()).await;
        let carry = json!({ "attachments": [{ "file": file["hash"], "name": "x.txt" }] });
        let one = ask(&ann, &channel, "one", after(HOUR_MS), carry).await.expect(201);
        let two = schedule(&ann, &channel, "two", after(2 * HOUR_MS)).await;
        assert_eq!(ann.get("/me/export").await.expect(200)["scheduled"], json!([one, two]));
        assert_eq!(bob.get("/me/export").await.expect(200)["scheduled"], json!([]));
        ann.ask(Method::DELETE, "/me", json!({ "password": PASSWORD })).await.expect(204);
        server.later(3 * HOUR_MS);
        look(&server).await;
        assert_eq!(bob.texts(&channel).await, [""; 0]);
        // Each fails where any is left.
        let left = |table: &str| format!("INSERT INTO users (num) SELECT NULL FROM {table}");
        let url = server.database_url();
        for table in ["scheduled", "scheduled_files"] {
            run_sql(&url, left(table)).await;
        }
        let domain = server.running.as_ref().expect("running").domain.clone();
        domain.sweep_files().await.expect("swept");
        assert!(!files_contain(server.data_dir(), "secret file"));
    }
);

both!(
    async fn what_its_author_has_not_read_stays_so_when_it_is_sent(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let counts = async || {
            let of = ann.get(&format!("/channels/{channel}")).await.expect(200);
            (of["unread"].clone(), of["mentions"].clone(), of["read_seq"].clone())
        };
        schedule(&ann, &channel, "first", after(HOUR_MS)).await;
        schedule(&ann, &channel, "second", after(2 * HOUR_MS)).await;
        bob.say(&channel, "n1", "Are you there, @ann?").await;
        bob.say(&channel, "n2", "No?").await;
        let before = counts().await;
        assert_eq!((&before.0, &before.1), (&json!(2), &json!(1)));
        server.later(HOUR_MS + MINUTE_MS);
        look(&server).await;
        said(&ann, &channel, &["Are you there, @ann?", "No?", "first"]).await;
        assert_eq!(counts().await, before);
        // Also once the server has forgotten who had read how much.
        let more = ann.get("/sync").await.expect(200);
        let of = more["channels"].as_array().expect("channels").iter().find(|of| of["id"] == *channel);
        assert_eq!(of.map(|of| &of["unread"]), Some(&before.0));

        // Who has read all has read what sends itself.
        let head = ann.get(&format!("/channels/{channel}")).await.expect(200)["head"].clone();
        ann.put(&format!("/channels/{channel}/read"), json!({ "seq": head })).await.expect(200);
        server.later(HOUR_MS);
        look(&server).await;
        said(&ann, &channel, &["Are you there, @ann?", "No?", "first", "second"]).await;
        let now = counts().await;
        assert_eq!((&now.0, &now.1), (&json!(0), &json!(0)));
        assert_ne!(now.2, head);
    }
);

both!(
    /// Whoever got in by the password before may have written it.
    async fn a_new_password_holds_back_what_other_sessions_scheduled(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("general").await;
        let log_in = json!({ "username": "ann", "password": PASSWORD });
        let answer = Person::nobody(&server.base).post("/sessions", log_in).await.expect(201);
        let intruder = ann.with_token(answer["session"]["token"].as_str().expect("a token"));
        let own = schedule(&ann, &channel, "own", after(60_000)).await;
        let theirs = schedule(&intruder, &channel, "theirs", after(60_000)).await;
        let changed = schedule(&ann, &channel, "changed", after(60_000)).await;
        intruder.patch(&path(&changed), json!({ "text": "otherwise" })).await.expect(200);
        let password = json!({ "current": PASSWORD, "new": "another horse battery" });
        ann.put("/me/password", password).await.expect(204);
        for held in [&theirs, &changed] {
            assert_eq!(failed(&ann, held).await, "password_changed");
        }
        server.later(61_000);
        look(&server).await;
        said(&ann, &channel, &[own["text"].as_str().expect("text")]).await;
        // One's own after all.
        send_now(&ann, &changed).await.expect(201);
        // Nobody is known to be in by the new one yet.
        let last = schedule(&ann, &channel, "last", after(120_000)).await;
        let domain = server.running.as_ref().expect("running").domain.clone();
        domain.reset_password("ann", "a third horse battery".to_owned()).await.expect("reset");
        let answer = Person::nobody(&server.base)
            .post("/sessions", json!({ "username": "ann", "password": "a third horse battery" }))
            .await
            .expect(201);
        let ann = ann.with_token(answer["session"]["token"].as_str().expect("a token"));
        assert_eq!(failed(&ann, &last).await, "password_changed");
    }
);
