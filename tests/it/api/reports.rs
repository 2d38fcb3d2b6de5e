//! What members report, and who sees to it.

use reqwest::Method;
use serde_json::{Value, json};

use super::registration::administrator;
use super::walk;
use crate::both;
use crate::support::person::PASSWORD;
use crate::support::{Answer, Person, Stream, TestServer, run_sql};

/// How many of one person's can be open.
const OPEN_MAX: usize = 50;

fn id(of: &Value) -> &str {
    of["id"].as_str().expect("an id")
}

async fn report(person: &Person, channel: &str, message: &Value, reason: &str) -> Answer {
    let path = format!("/channels/{channel}/messages/{}/reports", id(message));
    person.post(&path, json!({ "reason": reason })).await
}

async fn listed(person: &Person, query: &str) -> Vec<Value> {
    let page = person.get(&format!("/reports{query}")).await.expect(200);
    page["reports"].as_array().expect("reports").clone()
}

async fn close(person: &Person, report: &Value, closed: bool) -> Answer {
    person.patch(&format!("/reports/{}", report["id"]), json!({ "closed": closed })).await
}

/// How many are open for somebody, as `/sync` and the list have it.
async fn open(person: &Person) -> Value {
    let synced = person.get("/sync").await.expect(200)["reports_open"].clone();
    let counted = person.get("/reports?limit=1").await.expect(200)["open"].clone();
    assert_eq!(synced.as_i64().unwrap_or(0), counted.as_i64().expect("a count"));
    synced
}

/// A channel of ann's, who is its owner, with bob and cem in it.
async fn community(server: &TestServer) -> (Person, [Person; 3], String) {
    let admin = administrator(server, "admin").await;
    let people = [server.person("ann").await, server.person("bob").await, server.person("cem").await];
    let channel = people[0].channel("School").await;
    for person in &people[1..] {
        person.join(&channel).await;
    }
    (admin, people, channel)
}

both!(
    async fn what_is_reported_reaches_who_can_do_something(server: TestServer) {
        let (admin, [ann, bob, cem], channel) = community(&server).await;
        let (mut admins, _) = Stream::open(&admin, json!({})).await;
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        assert_eq!(
            (open(&admin).await, open(&ann).await, open(&cem).await),
            (json!(0), json!(0), Value::Null)
        );
        let sent = bob.say(&channel, "n", "you are all stupid").await;
        report(&cem, &channel, &sent, "an insult").await.expect(204);
        assert_eq!(admins.event("reports.updated").await["d"], json!({ "open": 1 }));
        assert_eq!(anns.event("reports.updated").await["d"], json!({ "open": 1 }));
        // Whom it is about is told nothing.
        assert!(bobs.until_pong().await.iter().all(|frame| frame["t"] != "reports.updated"));

        let told = listed(&admin, "").await;
        assert_eq!(told.len(), 1);
        for (field, value) in [
            ("/channel", json!({ "id": channel, "kind": "channel", "name": "School" })),
            ("/message_id", sent["id"].clone()),
            ("/seq", sent["seq"].clone()),
            ("/author/id", json!(bob.id)),
            ("/message/text", json!("you are all stupid")),
            ("/reason", json!("an insult")),
            ("/reporter/id", json!(cem.id)),
            ("/server", json!("a.test")),
            ("/closed", json!(false)),
            ("/handled_by", Value::Null),
            ("/closed_ts", Value::Null),
        ] {
            assert_eq!(told[0].pointer(field), Some(&value), "{field}");
        }
        let exported = cem.get("/me/export").await.expect(200)["reports"].clone();
        let expected = json!([
            { "channel": channel, "message": sent["id"], "ts": told[0]["ts"], "reason": "an insult" },
        ]);
        assert_eq!(exported, expected);
        assert_eq!(bob.get("/me/export").await.expect(200)["reports"], json!([]));
        // A moderator is not told by whom.
        let seen = listed(&ann, "").await;
        assert_eq!((&seen[0]["id"], &seen[0]["reporter"]), (&told[0]["id"], &Value::Null));
        assert_eq!((&seen[0]["server"], &seen[0]["message"]["text"]), (&Value::Null, &sent["text"]));
        for person in [&bob, &cem] {
            assert_eq!(listed(person, "").await, Vec::<Value>::new());
            close(person, &told[0], true).await.problem(404, "report_not_found");
            assert_eq!(open(person).await, Value::Null);
        }
    }
);

both!(
    async fn once_is_enough_and_not_everything_can_be_reported(server: TestServer) {
        let (admin, [ann, bob, cem], channel) = community(&server).await;
        let dan = server.person("dan").await;
        let sent = bob.say(&channel, "n", "spam").await;
        let path = format!("/channels/{channel}/messages/{}/reports", id(&sent));
        cem.ask(Method::POST, &path, Value::Null).await.expect(204);
        report(&cem, &channel, &sent, "again").await.expect(204);
        let told = listed(&admin, "").await;
        assert_eq!((told.len(), &told[0]["reason"]), (1, &Value::Null));
        report(&ann, &channel, &sent, "").await.expect(204);
        assert_eq!(listed(&admin, "").await.len(), 2);

        report(&bob, &channel, &sent, "mine").await.problem(409, "bad_target");
        report(&dan, &channel, &sent, "not in there").await.problem(403, "not_member");
        report(&cem, &channel, &json!({ "id": format!("${}", "A".repeat(43)) }), "")
            .await
            .problem(404, "message_not_found");
        report(&cem, &channel, &sent, &"x".repeat(501)).await.problem(400, "bad_reason");
        cem.post(&path, json!({ "why": "x" })).await.problem(400, "bad_json");
        let gone = bob.say(&channel, "m", "soon gone").await;
        bob.delete(&format!("/channels/{channel}/messages/{}", id(&gone))).await.expect(204);
        report(&cem, &channel, &gone, "too late").await.problem(410, "redacted");
        admin.get("/reports?limit=101").await.problem(400, "bad_limit");
        admin.get("/reports?cursor=%25").await.problem(400, "bad_cursor");
        admin.get("/reports?closed=perhaps").await.problem(400, "bad_query");
        admin.patch("/reports/x", json!({ "closed": true })).await.problem(400, "bad_path");
        admin.patch("/reports/77", json!({ "closed": true })).await.problem(404, "report_not_found");
    }
);

both!(
    /// Anybody can found a channel, and be a friend of whom is reported there: what they close is open for administrators.
    async fn a_moderator_closes_for_moderators_and_an_administrator_for_all(server: TestServer) {
        let (admin, [ann, bob, cem], channel) = community(&server).await;
        let sent = bob.say(&channel, "n", "spam").await;
        report(&cem, &channel, &sent, "spam").await.expect(204);
        let told = listed(&admin, "").await.remove(0);
        let handled = close(&ann, &told, true).await.expect(200);
        assert_eq!((&handled["closed"], &handled["handled_by"]["id"]), (&json!(true), &json!(ann.id)));
        assert_eq!((open(&ann).await, open(&admin).await), (json!(0), json!(1)));
        assert_eq!((listed(&ann, "").await.len(), listed(&ann, "?closed=true").await.len()), (0, 1));
        let still = listed(&admin, "").await.remove(0);
        assert_eq!((&still["closed"], &still["handled_by"]["id"]), (&json!(false), &json!(ann.id)));
        close(&ann, &told, false).await.expect(200);
        assert_eq!(open(&ann).await, json!(1));
        close(&ann, &told, true).await.expect(200);

        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        let closed = close(&admin, &told, true).await.expect(200);
        assert_eq!((&closed["closed"], &closed["closed_by"]["id"]), (&json!(true), &json!(admin.id)));
        assert_eq!(anns.event("reports.updated").await["d"], json!({ "open": 0 }));
        assert_eq!((listed(&admin, "").await.len(), listed(&admin, "?closed=true").await.len()), (0, 1));
        close(&ann, &told, false).await.problem(403, "admin_only");
        close(&ann, &told, true).await.expect(200);
        // Opened again it is what it was for moderators.
        let again = close(&admin, &told, false).await.expect(200);
        assert_eq!((&again["closed"], &again["closed_by"]), (&json!(false), &Value::Null));
        assert_eq!((open(&ann).await, open(&admin).await), (json!(0), json!(1)));
        // Reported again it is open for moderators again, and still one.
        report(&cem, &channel, &sent, "still there").await.expect(204);
        assert_eq!((open(&ann).await, listed(&admin, "").await.len()), (json!(1), 1));
        close(&admin, &told, true).await.expect(200);
        report(&cem, &channel, &sent, "still there").await.expect(204);
        let again = listed(&admin, "").await;
        assert_eq!((again.len(), &again[0]["reason"]), (1, &json!("still there")));
        // What changes nothing is told to nobody.
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        close(&admin, &again[0], false).await.expect(200);
        assert!(anns.until_pong().await.iter().all(|frame| frame["t"] != "reports.updated"));
    }
);

both!(
    async fn moderators_see_nothing_about_themselves_and_nothing_of_conversations(server: TestServer) {
        let (admin, [ann, bob, cem], channel) = community(&server).await;
        let own = ann.say(&channel, "n", "from above").await;
        report(&bob, &channel, &own, "the owner").await.expect(204);
        assert_eq!((open(&ann).await, open(&admin).await), (json!(0), json!(1)));
        close(&ann, &listed(&admin, "").await[0], true).await.problem(404, "report_not_found");
        let member = format!("/channels/{channel}/members/{}", cem.id);
        ann.put(&member, json!({ "role": "moderator" })).await.expect(200);
        assert_eq!(open(&cem).await, json!(1), "another moderator does");
        ann.put(&member, json!({ "role": "member" })).await.expect(200);
        assert_eq!(open(&cem).await, Value::Null);

        let dm = ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
        let dm = id(&dm).to_owned();
        let file = ann.upload("a.txt", b"evidence".to_vec()).await;
        let said = ann.say_with(&dm, "f", &file).await;
        let of_file = format!("/files/{}/a.txt", file["hash"].as_str().expect("a hash"));
        admin.get(&of_file).await.problem(404, "file_not_found");
        report(&bob, &dm, &said, "threatens").await.expect(204);
        let told = listed(&admin, "").await.remove(0);
        assert_eq!(told["channel"], json!({ "id": dm, "kind": "dm", "name": "" }));
        assert_eq!(told["message"]["attachments"][0]["hash"], file["hash"]);
        // What is reported can be looked at, for as long as it is open.
        let seen = admin.send(admin.request(Method::GET, &of_file)).await;
        assert_eq!(seen.status, 200);
        cem.get(&of_file).await.problem(404, "file_not_found");
        admin.get(&format!("/channels/{dm}/messages")).await.problem(404, "channel_not_found");
        let closed = close(&admin, &told, true).await.expect(200);
        assert_eq!((&closed["message"], &closed["deleted"]), (&Value::Null, &json!(false)));
        admin.get(&of_file).await.problem(404, "file_not_found");
        // What people say to each other is not looked into again because it pleases.
        close(&admin, &told, false).await.problem(409, "bad_target");
        assert_eq!(listed(&admin, "?closed=true").await[0]["message"], Value::Null);
    }
);

both!(
    async fn whoever_deletes_the_message_has_seen_to_it(server: TestServer) {
        let (admin, [ann, bob, cem], channel) = community(&server).await;
        let mut sent = Vec::new();
        for nonce in ["by-author", "by-moderator", "by-admin"] {
            sent.push(bob.say(&channel, nonce, "bad words").await);
            report(&cem, &channel, &sent[sent.len() - 1], nonce).await.expect(204);
        }
        let path = |message: &Value| format!("/channels/{channel}/messages/{}", id(message));
        // It was said all the same: somebody may have to talk to them.
        bob.delete(&path(&sent[0])).await.expect(204);
        assert_eq!((open(&ann).await, open(&admin).await), (json!(3), json!(3)));
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        ann.delete(&path(&sent[1])).await.expect(204);
        assert_eq!(anns.event("reports.updated").await["d"], json!({ "open": 2 }));
        assert_eq!((open(&ann).await, open(&admin).await), (json!(2), json!(3)));
        admin.delete(&format!("/admin{}", path(&sent[2]))).await.expect(204);
        assert_eq!((open(&ann).await, open(&admin).await), (json!(1), json!(2)));
        let closed = listed(&admin, "?closed=true").await.remove(0);
        assert_eq!((&closed["reason"], &closed["closed_by"]["id"]), (&json!("by-admin"), &json!(admin.id)));
        let told = listed(&admin, "").await;
        assert_eq!(
            (&told[0]["reason"], &told[0]["handled_by"]["id"]),
            (&json!("by-moderator"), &json!(ann.id))
        );
        assert_eq!((&told[1]["author"]["id"], &told[1]["message"]), (&json!(bob.id), &Value::Null));
        assert!(!json!(told).to_string().contains("bad words"), "what is deleted is deleted");
    }
);

both!(
    async fn there_are_so_many_and_no_more_and_they_outlive_the_account(server: TestServer) {
        let (admin, [_, bob, cem], channel) = community(&server).await;
        let mut sent = Vec::new();
        for index in 0..=OPEN_MAX {
            sent.push(bob.say(&channel, &format!("n{index}"), "spam").await);
        }
        for message in &sent[..OPEN_MAX] {
            report(&cem, &channel, message, "spam").await.expect(204);
        }
        report(&cem, &channel, &sent[OPEN_MAX], "spam").await.problem(409, "reports_full");
        report(&cem, &channel, &sent[0], "an old one").await.expect(204);
        let pages = walk(&admin, "/reports?limit=20", "reports").await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [20, 20, 10]);
        let newest = pages[0][0].clone();
        assert_eq!(newest["message_id"], sent[OPEN_MAX - 1]["id"]);
        close(&admin, &newest, true).await.expect(200);
        report(&cem, &channel, &sent[OPEN_MAX], "spam").await.expect(204);
        cem.ask(Method::DELETE, "/me", json!({ "password": PASSWORD })).await.expect(204);
        let told = listed(&admin, "?limit=1").await.remove(0);
        assert_eq!((&told["reporter"], &told["reason"]), (&Value::Null, &json!("spam")));
        run_sql(&server.database_url(), "UPDATE reports SET state = 2 WHERE state < 2".to_owned()).await;
        assert_eq!(open(&admin).await, json!(0));
    }
);

both!(
    /// Administrators are people, too.
    async fn nobody_learns_that_they_were_reported(server: TestServer) {
        let (admin, [_, bob, cem], channel) = community(&server).await;
        let other = administrator(&server, "other").await;
        admin.join(&channel).await;
        let (mut admins, _) = Stream::open(&admin, json!({})).await;
        let sent = admin.say(&channel, "n", "I may do that").await;
        report(&bob, &channel, &sent, "abuses power").await.expect(204);
        assert_eq!((open(&admin).await, open(&other).await), (json!(0), json!(1)));
        assert!(admins.until_pong().await.iter().all(|frame| frame["t"] != "reports.updated"));
        let told = listed(&other, "").await.remove(0);
        close(&admin, &told, true).await.problem(404, "report_not_found");
        assert_eq!(listed(&admin, "?closed=true").await.len(), 0);
        // Nor are they who decides that there is nothing more to do.
        let own = format!("/admin/channels/{channel}/messages/{}", id(&sent));
        admin.delete(&own).await.expect(204);
        admin.delete(&own).await.expect(204);
        let still = listed(&other, "").await.remove(0);
        assert_eq!((&still["id"], &still["deleted"]), (&told["id"], &json!(true)));
        report(&cem, &channel, &bob.say(&channel, "m", "spam").await, "spam").await.expect(204);
        assert_eq!((open(&admin).await, open(&other).await), (json!(1), json!(2)));
    }
);

both!(
    async fn a_moderator_reads_no_further_back_than_they_may(server: TestServer) {
        let (admin, [ann, bob, cem], channel) = community(&server).await;
        ann.patch(&format!("/channels/{channel}"), json!({ "policy": { "history": "since_join" } }))
            .await
            .expect(200);
        let sent = bob.say(&channel, "n", "before dan came").await;
        let dan = server.person("dan").await;
        dan.join(&channel).await;
        let member = format!("/channels/{channel}/members/{}", dan.id);
        ann.put(&member, json!({ "role": "moderator" })).await.expect(200);
        report(&cem, &channel, &sent, "spam").await.expect(204);
        for (person, text) in [(&ann, &sent["text"]), (&admin, &sent["text"]), (&dan, &Value::Null)] {
            let told = listed(person, "").await.remove(0);
            assert_eq!(
                (told["message"].get("text").unwrap_or(&Value::Null), &told["deleted"]),
                (text, &json!(false))
            );
            assert_eq!(told["author"]["id"], json!(bob.id));
        }
    }
);

both!(
    /// On PostgreSQL two threads write at a time: what is deleted, and what is closed, is not to wait for each other.
    async fn deleting_and_closing_at_once_is_no_trouble(server: TestServer) {
        let (admin, [ann, bob, cem], channel) = community(&server).await;
        let mut told = Vec::new();
        for index in 0..40 {
            let sent = bob.say(&channel, &format!("n{index}"), "spam").await;
            report(&cem, &channel, &sent, "spam").await.expect(204);
        }
        for page in walk(&admin, "/reports?limit=20", "reports").await {
            told.extend(page);
        }
        let flood = format!("/channels/{channel}/members/{}/messages?within_s=3600", bob.id);
        let closing = async {
            let closing = told.iter().map(|report| close(&admin, report, true));
            for answer in futures_util::future::join_all(closing).await {
                answer.expect(200);
            }
        };
        let (deleted, ()) = tokio::join!(ann.delete(&flood), closing);
        assert_eq!(deleted.expect(200)["deleted"], 40);
        assert_eq!((open(&admin).await, open(&ann).await), (json!(0), json!(0)));
    }
);

both!(
    /// Who moderates a channel can close what they report there themselves: for administrators it is open all the same.
    async fn closing_ones_own_makes_no_room_for_ever(server: TestServer) {
        let (admin, [ann, bob, _], channel) = community(&server).await;
        let url = server.database_url();
        for round in 0..4 {
            for index in 0..OPEN_MAX {
                let sent = bob.say(&channel, &format!("n{round}-{index}"), "spam").await;
                report(&ann, &channel, &sent, "spam").await.expect(204);
            }
            run_sql(&url, "UPDATE reports SET state = 1".to_owned()).await;
        }
        let last = bob.say(&channel, "last", "spam").await;
        report(&ann, &channel, &last, "spam").await.problem(409, "reports_full");
        assert_eq!((open(&ann).await, open(&admin).await), (json!(0), json!(4 * OPEN_MAX)));
        run_sql(&url, "UPDATE reports SET state = 2".to_owned()).await;
        report(&ann, &channel, &last, "spam").await.expect(204);
    }
);
