//! Reminders of messages that somebody saved.

use loggia::storage::pushes;
use reqwest::Method;
use serde_json::{Value, json};

use super::scheduled::{DAY_MS, HOUR_MS, MINUTE_MS, after};
use super::servers_with;
use crate::both;
use crate::support::person::{Answer, PASSWORD};
use crate::support::push_service::PushService;
use crate::support::smtp::MailServer;
use crate::support::{Person, Stream, TestServer, eventually, run_sql};

fn path(message: &Value) -> String {
    let [channel, id] = [&message["channel"], &message["id"]].map(|value| value.as_str().expect("text"));
    format!("/me/saved/{channel}/{id}")
}

async fn ask(person: &Person, message: &Value, remind_ts: Value) -> Answer {
    person.put(&path(message), json!({ "remind_ts": remind_ts })).await
}

async fn remind(person: &Person, message: &Value, remind_ts: i64) {
    ask(person, message, json!(remind_ts)).await.expect(204);
}

/// What is saved, the newest first: its text, and when one is reminded of it.
async fn list(person: &Person) -> Value {
    let saved = person.get("/me/saved").await.expect(200)["saved"].clone();
    let items = saved.as_array().expect("a list").iter();
    items.map(|item| json!([item["message"]["text"], item["remind_ts"]])).collect()
}

/// The reminders in somebody's inbox, the newest first, by what they are of; and how much of all is unseen.
async fn inbox(person: &Person) -> (Vec<String>, i64) {
    let page = person.get("/notifications").await.expect(200);
    let items = page["notifications"].as_array().expect("notifications").iter();
    let reminders = items.filter(|item| item["kind"] == "reminder");
    let texts = reminders.map(|item| item["message"]["text"].as_str().expect("text").to_owned()).collect();
    (texts, page["unread"].as_i64().expect("a count"))
}

/// Has the server look for what is due.
async fn look(server: &TestServer) {
    let domain = server.running.as_ref().expect("running").domain.clone();
    domain.remind_due().await.expect("told");
}

/// Ann and bob in a channel of bob's.
async fn scene(server: &TestServer) -> (Person, Person, String) {
    let (ann, bob) = (server.person("ann").await, server.person("bob").await);
    let channel = bob.channel("General").await;
    ann.join(&channel).await;
    (ann, bob, channel)
}

fn page_of(texts: &[&str], unread: i64) -> (Vec<String>, i64) {
    (texts.iter().map(|text| (*text).to_owned()).collect(), unread)
}

both!(
    async fn it_is_set_changed_and_taken_back(server: TestServer) {
        let (ann, bob, channel) = scene(&server).await;
        let [one, two] = [bob.say(&channel, "n1", "one").await, bob.say(&channel, "n2", "two").await];
        let login = json!({ "username": "ann", "password": PASSWORD });
        let session = ann.post("/sessions", login).await.expect(201)["session"].clone();
        let other = ann.with_token(session["token"].as_str().expect("a token"));
        let (mut others, _) = Stream::open(&other, json!({})).await;
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        let (soon, later) = (after(HOUR_MS), after(2 * HOUR_MS));
        // What was not saved is by that.
        remind(&ann, &one, soon).await;
        let heard = others.event("saved.updated").await["d"].clone();
        let saved_ts = ann.get("/me/saved").await.expect(200)["saved"][0]["saved_ts"].clone();
        let frame = |remind_ts: Value| json!({ "channel": channel, "message": one["id"], "saved": true, "saved_ts": saved_ts, "remind_ts": remind_ts });
        assert_eq!(heard, frame(json!(soon)));
        ann.put(&path(&two), Value::Null).await.expect(204);
        let heard = others.event("saved.updated").await["d"].clone();
        assert_eq!((&heard["message"], &heard["remind_ts"]), (&two["id"], &Value::Null));
        assert_eq!(list(&ann).await, json!([["two", null], ["one", soon]]));
        // Without a body, or the field, it stays as it is, and nothing is told.
        ann.put(&path(&one), Value::Null).await.expect(204);
        ann.put(&path(&one), json!({})).await.expect(204);
        remind(&ann, &one, soon).await;
        remind(&ann, &one, later).await;
        assert_eq!(others.event("saved.updated").await["d"], frame(json!(later)));
        assert_eq!(list(&ann).await, json!([["two", null], ["one", later]]), "it stays where it is");
        ask(&ann, &one, Value::Null).await.expect(204);
        assert_eq!(others.event("saved.updated").await["d"], frame(Value::Null));
        assert_eq!(list(&ann).await, json!([["two", null], ["one", null]]));
        // What is taken off the list takes its reminder with it.
        remind(&ann, &two, soon).await;
        others.event("saved.updated").await;
        ann.delete(&path(&two)).await.expect(204);
        let heard = others.event("saved.updated").await["d"].clone();
        assert_eq!((&heard["saved"], &heard["remind_ts"]), (&json!(false), &Value::Null));
        server.later(3 * HOUR_MS);
        look(&server).await;
        assert_eq!(inbox(&ann).await, page_of(&[], 0));
        let quiet = bobs.until_pong().await;
        assert!(quiet.iter().all(|frame| frame["t"] != "saved.updated"), "theirs alone: {quiet:?}");
    }
);

both!(
    async fn what_is_no_time_is_refused(server: TestServer) {
        let (ann, bob, channel) = scene(&server).await;
        let said = bob.say(&channel, "n1", "one").await;
        for wrong in [after(-MINUTE_MS), 0, after(366 * DAY_MS)] {
            let problem = ask(&ann, &said, json!(wrong)).await.problem(400, "bad_remind_ts");
            assert_eq!(problem["errors"][0]["pointer"], "/remind_ts", "{problem}");
        }
        for wrong in [json!({ "remind_ts": "soon" }), json!({ "remind_at": 1 }), json!([])] {
            ann.put(&path(&said), wrong).await.problem(400, "bad_json");
        }
        assert_eq!(list(&ann).await, json!([]), "nor is it saved");
        remind(&ann, &said, after(364 * DAY_MS)).await;
        // Whoever can't read it is told nothing of it.
        let eve = server.person("eve").await;
        ask(&eve, &said, json!(after(HOUR_MS))).await.problem(403, "not_member");
    }
);

both!(
    async fn it_is_told_once_when_it_is_due(server: TestServer) {
        let (ann, bob, channel) = scene(&server).await;
        let said = bob.say(&channel, "n1", "clean the oven").await;
        let body = json!({ "nonce": "n2", "text": "@ann in a thread", "thread": said["id"] });
        let reply = bob.post(&format!("/channels/{channel}/messages"), body).await.expect(201);
        let due_ts = after(HOUR_MS);
        remind(&ann, &said, due_ts).await;
        remind(&ann, &reply, due_ts + 1).await;
        let mentions = async || {
            let of = ann.get(&format!("/channels/{channel}")).await.expect(200);
            let threads = ann.get("/threads").await.expect(200);
            (of["mentions"].clone(), threads["threads"][0]["read"]["mentions"].clone())
        };
        server.later(HOUR_MS - MINUTE_MS);
        look(&server).await;
        assert_eq!(inbox(&ann).await, page_of(&[], 1));
        let before = mentions().await;
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        server.later(MINUTE_MS + 1);
        // By itself, in one go with the list.
        let frame = anns.event("saved.updated").await;
        assert_eq!((&frame["d"]["message"], &frame["d"]["remind_ts"]), (&said["id"], &Value::Null));
        let frame = anns.event("notification.created").await;
        let told = &frame["d"];
        assert_eq!(
            (&told["kind"], &told["channel"], &told["read"], &frame["channel"]),
            (&json!("reminder"), &json!(channel), &json!(false), &json!(channel))
        );
        assert_eq!(told["message"], ann.get(&message_path(&said)).await.expect(200));
        assert!(told["ts"].as_i64().expect("a time") >= due_ts);
        anns.event("notification.created").await;
        assert_eq!(inbox(&ann).await, page_of(&["@ann in a thread", "clean the oven"], 3));
        assert_eq!(list(&ann).await, json!([["@ann in a thread", null], ["clean the oven", null]]));
        look(&server).await;
        server.later(HOUR_MS);
        look(&server).await;
        assert_eq!(inbox(&ann).await.0.len(), 2, "once each");
        assert_eq!(inbox(&bob).await, page_of(&[], 0));
        // It is no news of the channel, nor of the thread, and is not seen by reading there.
        assert_eq!(mentions().await, before);
        ann.put(&format!("/channels/{channel}/read"), json!({ "seq": reply["seq"] })).await.expect(200);
        assert_eq!(inbox(&ann).await.1, 2);
        let sync = ann.get("/sync").await.expect(200);
        assert_eq!((&sync["notifications_unread"], &sync["reminders_unread"]), (&json!(2), &json!(2)));
        // One alone is seen.
        let page = ann.get("/notifications").await.expect(200);
        let newest = page["notifications"][0]["id"].clone();
        ann.post("/notifications/read", json!({ "up_to": newest, "only": true })).await.expect(204);
        let seen = anns.event("notifications.read").await["d"].clone();
        assert_eq!(seen, json!({ "up_to": newest, "only": true, "unread": 1, "reminders_unread": 1 }));
        let page = ann.get("/notifications").await.expect(200);
        let read = |n: usize| page["notifications"][n]["read"].clone();
        assert_eq!((read(0), read(1)), (json!(true), json!(false)));
        ann.post("/notifications/read", json!({ "up_to": newest })).await.expect(204);
        assert_eq!(inbox(&ann).await.1, 0);
        // Again, as often as one likes.
        remind(&ann, &said, after(3 * HOUR_MS)).await;
        server.later(HOUR_MS);
        look(&server).await;
        assert_eq!(inbox(&ann).await, page_of(&["clean the oven", "@ann in a thread", "clean the oven"], 1));
    }
);

fn message_path(message: &Value) -> String {
    let [channel, id] = [&message["channel"], &message["id"]].map(|value| value.as_str().expect("text"));
    format!("/channels/{channel}/messages/{id}")
}

both!(
    async fn what_came_due_while_the_server_was_down_is_told_once(server: TestServer) {
        let mut server = server;
        let (ann, bob, channel) = scene(&server).await;
        let [one, two] = [bob.say(&channel, "n1", "one").await, bob.say(&channel, "n2", "two").await];
        remind(&ann, &one, after(MINUTE_MS)).await;
        remind(&ann, &two, after(600 * MINUTE_MS)).await;
        server.later(5 * MINUTE_MS);
        server.restart().await;
        let ann = ann.at(&server.base);
        eventually("it is told", || async { (!inbox(&ann).await.0.is_empty()).then_some(()) }).await;
        server.restart().await;
        let ann = ann.at(&server.base);
        look(&server).await;
        assert_eq!(inbox(&ann).await, page_of(&["one"], 1));
        let left = list(&ann).await;
        assert!(left[0][1].is_i64() && left[1][1].is_null(), "{left}");
    }
);

both!(
    async fn what_can_be_read_no_longer_is_not_told_of(server: TestServer) {
        let (ann, bob, one) = scene(&server).await;
        let two = bob.channel("Two").await;
        ann.join(&two).await;
        let eve = server.person("eve").await;
        eve.join(&one).await;
        let deleted = bob.say(&one, "n1", "deleted").await;
        let left = bob.say(&two, "n2", "left").await;
        let blocked = eve.say(&one, "n3", "blocked").await;
        let own = ann.say(&one, "n4", "one's own").await;
        for message in [&deleted, &left, &blocked, &own] {
            remind(&ann, message, after(HOUR_MS)).await;
        }
        bob.delete(&message_path(&deleted)).await.expect(204);
        ask(&ann, &deleted, json!(after(HOUR_MS))).await.problem(410, "redacted");
        ann.post(&format!("/channels/{two}/leave"), Value::Null).await.expect(204);
        ann.put(&format!("/me/blocks/{}", eve.id), Value::Null).await.expect(204);
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        server.later(HOUR_MS + MINUTE_MS);
        // The server itself may have looked before, and still be about to say so.
        look(&server).await;
        let mut heard = anns.until(|frame| frame["d"]["message"] == own["id"]).await;
        assert_eq!(inbox(&ann).await, page_of(&["one's own"], 1));
        heard.extend(anns.until_pong().await);
        let told = |id: &Value| heard.iter().any(|frame| frame["d"]["message"] == *id);
        assert!(told(&blocked["id"]) && told(&own["id"]), "{heard:?}");
        assert!(!told(&deleted["id"]) && !told(&left["id"]), "{heard:?}");
        // None of them comes later.
        ann.join(&two).await;
        look(&server).await;
        assert_eq!(inbox(&ann).await.0.len(), 1);
        assert_eq!(list(&ann).await, json!([["one's own", null], ["blocked", null], ["left", null]]));
        // What was told of goes with its message, and with one's seat.
        ann.delete(&message_path(&own)).await.expect(204);
        assert_eq!(inbox(&ann).await, page_of(&[], 0));
        remind(&ann, &left, after(2 * HOUR_MS)).await;
        server.later(HOUR_MS);
        look(&server).await;
        assert_eq!(inbox(&ann).await, page_of(&["left"], 1));
        ann.post(&format!("/channels/{two}/leave"), Value::Null).await.expect(204);
        assert_eq!(inbox(&ann).await, page_of(&[], 0));
    }
);

both!(
    async fn so_many_wait_and_no_more(server: TestServer) {
        let (ann, bob, channel) = scene(&server).await;
        let first = bob.say(&channel, "n1", "first").await;
        let last = bob.say(&channel, "n2", "last").await;
        remind(&ann, &first, after(HOUR_MS)).await;
        let url = server.config.database_url();
        run_sql(
            &url,
            "INSERT INTO saved (user_num, channel, seq, saved_ts, remind_ts)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 499)
            SELECT s.user_num, s.channel, 10000 + i, s.saved_ts - i, s.remind_ts FROM n, saved s"
                .to_owned(),
        )
        .await;
        ask(&ann, &last, json!(after(HOUR_MS))).await.problem(409, "reminders_full");
        assert_eq!(list(&ann).await.as_array().map(Vec::len), Some(1), "nor is it saved");
        ann.put(&path(&last), Value::Null).await.expect(204);
        ask(&ann, &last, json!(after(HOUR_MS))).await.problem(409, "reminders_full");
        // One that waits is put off all the same, and one taken back makes room.
        remind(&ann, &first, after(2 * HOUR_MS)).await;
        remind(&bob, &last, after(2 * HOUR_MS)).await;
        ask(&ann, &first, Value::Null).await.expect(204);
        remind(&ann, &last, after(2 * HOUR_MS)).await;
        // What is told of makes room, too.
        server.later(HOUR_MS + MINUTE_MS);
        look(&server).await;
        remind(&ann, &first, after(2 * HOUR_MS)).await;
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn devices_are_told_also_of_silent_channels_but_not_in_silence() {
    let service = PushService::start().await;
    for (n, server) in
        servers_with(&service.settings(&[("LOGGIA_PUSH__DELAY_MS", "0")])).await.iter().enumerate()
    {
        let (ann, bob, channel) = scene(server).await;
        ann.put("/me/push", service.subscription("/ann", "mine")).await.expect(200);
        let said = bob.say(&channel, "n1", "clean the oven").await;
        let hushed = bob.say(&channel, "n2", "hushed").await;
        ann.put(&format!("/channels/{channel}/read"), json!({ "seq": hushed["seq"] })).await.expect(200);
        ann.put(&format!("/channels/{channel}/notify"), json!({ "level": "none" })).await.expect(204);
        remind(&ann, &said, after(HOUR_MS)).await;
        remind(&ann, &hushed, after(3 * HOUR_MS)).await;
        server.later(HOUR_MS);
        let before = n * 3;
        let pushed = service.wait_for(before + 1).await.pop().expect("a push");
        let expected = json!({
            "title": "bob · #General", "body": "clean the oven", "channel": channel, "seq": said["seq"],
            "message": said["id"], "kind": "reminder",
        });
        assert_eq!((pushed.path.as_str(), &pushed.payload), ("/ann", &expected));
        assert_eq!(pushed.header("urgency"), "high");
        // What is new there does not stand in for it, nor the other way round.
        let quiet_until = after(4 * HOUR_MS);
        ann.patch("/me/attention", json!({ "quiet_until_ts": quiet_until })).await.expect(200);
        server.later(2 * HOUR_MS);
        look(server).await;
        assert_eq!(inbox(&ann).await, page_of(&["hushed", "clean the oven"], 2), "it waits in the inbox");
        let domain = server.running.as_ref().expect("running").domain.clone();
        eventually("nothing waits to be pushed", || async {
            let waits = domain.reads.read(|conn| pushes::any_due(conn, i64::MAX)).await.expect("read");
            (!waits).then_some(())
        })
        .await;
        ann.patch("/me/attention", json!({ "quiet_until_ts": null })).await.expect(200);
        ann.put(&format!("/channels/{channel}/notify"), json!({ "level": "all" })).await.expect(204);
        remind(&ann, &said, after(4 * HOUR_MS)).await;
        server.later(HOUR_MS);
        bob.say(&channel, "n3", "@ann news").await;
        let pushed = service.wait_for(before + 3).await;
        let mut last: Vec<&Value> =
            pushed[before + 1..].iter().map(|pushed| &pushed.payload["body"]).collect();
        last.sort_by_key(|body| body.to_string());
        assert_eq!(last, ["@ann news", "clean the oven"]);
        let topics: Vec<&str> = pushed[before..].iter().map(|pushed| pushed.header("topic")).collect();
        let news = pushed[before..].iter().position(|pushed| pushed.payload["body"] == "@ann news");
        let of_news = topics[news.expect("news")];
        assert_eq!(topics.iter().filter(|topic| **topic == of_news).count(), 1, "{topics:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_tells_of_it_as_what_it_is() {
    for n in 0..2 {
        let mail = MailServer::start().await;
        let settings = mail.settings(&[("LOGGIA_EMAIL__DELAY_S", "1")]);
        let Some(server) = servers_with(&settings).await.into_iter().nth(n) else { return };
        let (ann, bob, channel) = scene(&server).await;
        ann.put("/me/email", json!({ "address": "ann@b.test" })).await.expect(200);
        let token = mail.letter("ann@b.test", 1).await.after("https://chat.a.test/#/verify/");
        ann.post("/email/verify", json!({ "token": token })).await.expect(204);
        let said = bob.say(&channel, "n1", "clean the oven").await;
        remind(&ann, &said, after(HOUR_MS)).await;
        server.later(HOUR_MS);
        look(&server).await;
        server.later(MINUTE_MS);
        let letter = mail.letter("ann@b.test", 2).await;
        assert!(letter.body.contains("Reminder: bob · #General: clean the oven\n"), "{letter:?}");
    }
}

both!(
    async fn they_are_exported_and_go_with_the_account(server: TestServer) {
        let (ann, bob, channel) = scene(&server).await;
        let [one, two] = [bob.say(&channel, "n1", "one").await, bob.say(&channel, "n2", "two").await];
        let remind_ts = after(HOUR_MS);
        ann.put(&path(&one), Value::Null).await.expect(204);
        remind(&ann, &two, remind_ts).await;
        let exported = ann.get("/me/export").await.expect(200)["saved"].clone();
        assert_eq!(
            (&exported[0]["remind_ts"], &exported[1]["remind_ts"]),
            (&json!(remind_ts), &Value::Null),
            "{exported}"
        );
        ann.ask(Method::DELETE, "/me", json!({ "password": PASSWORD })).await.expect(204);
        server.later(2 * HOUR_MS);
        look(&server).await;
        // Fails where any is left.
        run_sql(
            &server.config.database_url(),
            "INSERT INTO users (num) SELECT NULL FROM notifications WHERE kind = 'reminder'".to_owned(),
        )
        .await;
    }
);
