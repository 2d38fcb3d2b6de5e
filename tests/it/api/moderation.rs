//! What administrators do to others, and the record of it.

use reqwest::Method;
use serde_json::{Value, json};

use super::registration::administrator;
use super::walk;
use crate::both;
use crate::support::person::PASSWORD;
use crate::support::{Answer, Person, Process, TestServer};

const REASON: &str = "against the law";

fn id(of: &Value) -> &str {
    of["id"].as_str().expect("an id")
}

async fn private(owner: &Person) -> String {
    let body = json!({ "name": "Quiet", "visibility": "private" });
    id(&owner.post("/channels", body).await.expect(201)).to_owned()
}

async fn let_in(owner: &Person, channel: &str, person: &Person) {
    let path = format!("/channels/{channel}/members/{}", person.id);
    owner.put(&path, json!({ "membership": "invited" })).await.expect(200);
    person.join(channel).await;
}

async fn remove(admin: &Person, channel: &str, message: &Value) -> Answer {
    let path = format!("/admin/channels/{channel}/messages/{}", id(message));
    admin.ask(Method::DELETE, &path, json!({ "reason": REASON })).await
}

async fn hand_over(admin: &Person, channel: &str, user: &str) -> Answer {
    let body = json!({ "user": user, "reason": REASON });
    admin.put(&format!("/admin/channels/{channel}/owner"), body).await
}

/// What was done since the administrator was made, which is what the record begins with.
async fn acts(admin: &Person) -> Vec<Value> {
    let mut told = admin.get("/admin/acts").await.expect(200)["acts"].as_array().expect("acts").clone();
    let first = told.pop().expect("an act");
    assert_eq!((&first["kind"], &first["user"]), (&json!("admin_given"), &json!(admin.id)));
    told
}

/// The last entry of the log: its event, and what stands in its body.
async fn last(person: &Person, channel: &str) -> (Value, Value) {
    let log = person.get(&format!("/channels/{channel}/log")).await.expect(200);
    let entry = log["entries"].as_array().and_then(|entries| entries.last()).expect("an entry").clone();
    (entry["event"].clone(), entry["body"]["content"].clone())
}

async fn role(person: &Person, channel: &str, of: &Person) -> (Value, Value) {
    let members = person.get(&format!("/channels/{channel}/members")).await.expect(200);
    let members = members["members"].as_array().expect("members").clone();
    let member = members.iter().find(|member| member["user"]["id"] == of.id.as_str());
    member.map_or((Value::Null, Value::Null), |member| (member["membership"].clone(), member["role"].clone()))
}

both!(
    async fn an_administrator_deletes_what_they_cannot_read(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = private(&ann).await;
        let_in(&ann, &channel, &bob).await;
        let sent = bob.say(&channel, "n", "unlawful words").await;
        admin.get(&format!("/channels/{channel}")).await.problem(404, "channel_not_found");
        remove(&ann, &channel, &sent).await.problem(403, "admin_only");
        remove(&admin, &channel, &sent).await.expect(204);
        for person in [&ann, &bob] {
            let log = person.get(&format!("/channels/{channel}/log")).await.expect(200);
            assert!(!log.to_string().contains("unlawful words"));
            let gone = person.get(&format!("/channels/{channel}/messages/{}", id(&sent))).await.expect(200);
            assert_eq!((&gone["deleted"], &gone["text"]), (&json!(true), &json!("")));
        }
        // In the author's name, and the log says who it was.
        let (event, content) = last(&ann, &channel).await;
        assert_eq!((&event["type"], &event["sender"]), (&json!("redact"), &json!(bob.id)));
        assert_eq!(content, json!({ "reason": REASON, "administrator": admin.id }));
        // Twice is once.
        remove(&admin, &channel, &sent).await.expect(204);
        let told = acts(&admin).await;
        assert_eq!(told.len(), 1, "{told:?}");
        for (field, value) in [
            ("administrator", json!(admin.id)),
            ("kind", json!("message_deleted")),
            ("user", json!(bob.id)),
            ("channel", json!(channel)),
            ("message", sent["id"].clone()),
            ("reason", json!(REASON)),
        ] {
            assert_eq!(told[0][field], value, "{field}");
        }
        assert!(told[0]["ts"].as_i64() > Some(0));
    }
);

both!(
    async fn what_the_author_may_not_delete_goes_in_the_owners_name(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let sent = bob.say(&channel, "n", "hello").await;
        let path = format!("/channels/{channel}/members/{}", bob.id);
        ann.put(&path, json!({ "membership": "banned" })).await.expect(200);
        remove(&admin, &channel, &sent).await.expect(204);
        let (event, content) = last(&ann, &channel).await;
        assert_eq!((&event["type"], &event["sender"]), (&json!("redact"), &json!(ann.id)));
        assert_eq!(content["administrator"], admin.id.as_str());
    }
);

both!(
    async fn messages_of_conversations_are_deleted_and_their_owners_are_not_looked_for(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let dm = ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
        let sent = ann.say(id(&dm), "n", "hello").await;
        // It is not in the log when only its author has gone.
        ann.ask(Method::DELETE, "/me", json!({ "password": PASSWORD })).await.expect(204);
        remove(&admin, id(&dm), &sent).await.expect(204);
        let gone = bob.get(&format!("/channels/{}/messages/{}", id(&dm), id(&sent))).await.expect(200);
        assert_eq!(gone["deleted"], true);
        hand_over(&admin, id(&dm), &admin.id).await.problem(403, "out_of_reach");
        // Without a reason, none stands anywhere.
        let other = bob.say(id(&dm), "n", "again").await;
        let path = format!("/admin/channels/{}/messages/{}", id(&dm), id(&other));
        admin.delete(&path).await.expect(204);
        let told = acts(&admin).await;
        assert_eq!((&told[0]["reason"], &told[1]["reason"]), (&Value::Null, &json!(REASON)));
        assert_eq!(last(&bob, id(&dm)).await.1, json!({ "administrator": admin.id }));
    }
);

both!(
    async fn what_is_not_there_can_not_be_deleted(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let sent = ann.say(&channel, "n", "hello").await;
        let other = ann.channel("Other").await;
        remove(&admin, &other, &sent).await.problem(404, "message_not_found");
        let nowhere = format!("!{}", &other[1..].chars().rev().collect::<String>());
        let path = format!("/admin/channels/{nowhere}/messages/{}", id(&sent));
        assert!([400, 404].contains(&admin.delete(&path).await.status));
        let path = format!("/admin/channels/{channel}/messages/{}", id(&sent));
        let long = json!({ "reason": "x".repeat(501) });
        admin.ask(Method::DELETE, &path, long).await.problem(400, "bad_reason");
        assert_eq!(acts(&admin).await, Vec::<Value>::new());
        assert_eq!(ann.texts(&channel).await, ["hello"]);
    }
);

both!(
    async fn a_channel_without_its_owner_gets_another(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = private(&ann).await;
        let_in(&ann, &channel, &bob).await;
        ann.patch(&format!("/channels/{channel}"), json!({ "archived": true })).await.expect(200);
        let path = format!("/admin/users/{}", ann.id);
        admin.patch(&path, json!({ "disabled": true })).await.expect(200);
        hand_over(&bob, &channel, &bob.id).await.problem(403, "admin_only");
        hand_over(&admin, &channel, "@nobody:a.test").await.problem(404, "user_not_found");
        // A member, and then somebody who is none: the administrator.
        hand_over(&admin, &channel, &bob.id).await.expect(204);
        assert_eq!(role(&bob, &channel, &bob).await, (json!("joined"), json!("owner")));
        assert_eq!(role(&bob, &channel, &ann).await, (json!("joined"), json!("moderator")));
        assert_eq!(bob.get(&format!("/channels/{channel}")).await.expect(200)["archived"], false);
        let (event, content) = last(&bob, &channel).await;
        assert_eq!((&event["sender"], &event["state"]["key"]), (&json!(ann.id), &json!(bob.id)));
        assert_eq!(content, json!({ "reason": REASON, "administrator": admin.id }));
        hand_over(&admin, &channel, &admin.id).await.expect(204);
        assert_eq!(role(&admin, &channel, &admin).await, (json!("joined"), json!("owner")));
        admin.patch(&format!("/channels/{channel}"), json!({ "archived": true })).await.expect(200);
        // To whom it is already, nothing is done.
        let size = admin.get(&format!("/channels/{channel}")).await.expect(200)["head"].clone();
        hand_over(&admin, &channel, &admin.id).await.expect(204);
        assert_eq!(admin.get(&format!("/channels/{channel}")).await.expect(200)["head"], size);
        let told = acts(&admin).await;
        let kinds: Vec<(&Value, &Value)> = told.iter().map(|act| (&act["kind"], &act["user"])).collect();
        let (over, out) = (json!("channel_handed_over"), json!("account_disabled"));
        let (to_admin, to_bob, of_ann) = (json!(admin.id), json!(bob.id), json!(ann.id));
        assert_eq!(kinds, [(&over, &to_admin), (&over, &to_bob), (&out, &of_ann)]);
        assert_eq!(told[0]["channel"], channel.as_str());
    }
);

both!(
    async fn who_may_not_be_in_a_channel_does_not_get_it(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let path = format!("/channels/{channel}/members/{}", bob.id);
        ann.put(&path, json!({ "membership": "banned" })).await.expect(200);
        let head = ann.get(&format!("/channels/{channel}")).await.expect(200)["head"].clone();
        hand_over(&admin, &channel, &bob.id).await.problem(409, "bad_target");
        // Whoever is alone can leave; then it is nobody's here to give.
        assert_eq!(ann.get(&format!("/channels/{channel}")).await.expect(200)["head"], head);
        ann.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
        hand_over(&admin, &channel, &admin.id).await.problem(403, "out_of_reach");
        assert_eq!(acts(&admin).await, Vec::<Value>::new());
    }
);

both!(
    async fn an_administrator_deletes_an_account(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        ann.say(&channel, "n", "hello").await;
        let path = format!("/admin/users/{}", ann.id);
        bob.delete(&path).await.problem(403, "admin_only");
        admin.delete("/admin/users/@nobody:a.test").await.problem(404, "user_not_found");
        admin.delete(&format!("/admin/users/{}", admin.id)).await.problem(409, "last_admin");
        admin
            .ask(Method::DELETE, &path, json!({ "reason": "x".repeat(501) }))
            .await
            .problem(400, "bad_reason");
        admin.ask(Method::DELETE, &path, json!({ "reason": REASON })).await.expect(204);
        ann.get("/me").await.problem(401, "unauthenticated");
        assert_eq!(bob.get(&format!("/users/{}", ann.id)).await.expect(200)["deactivated"], true);
        assert_eq!(role(&bob, &channel, &bob).await.1, "owner");
        assert_eq!(bob.texts(&channel).await, ["hello"]);
        admin.delete(&path).await.problem(404, "user_not_found");
        let told = acts(&admin).await;
        assert_eq!(told.len(), 1, "{told:?}");
        let act = (&told[0]["kind"], &told[0]["user"], &told[0]["reason"]);
        assert_eq!(act, (&json!("account_deleted"), &json!(ann.id), &json!(REASON)));
    }
);

both!(
    async fn the_record_has_pages_and_is_for_administrators(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let ann = server.person("ann").await;
        ann.get("/admin/acts").await.problem(403, "admin_only");
        let path = format!("/admin/users/{}", ann.id);
        for change in [
            json!({ "role": "admin" }),
            // What changes nothing is no act.
            json!({ "role": "admin", "disabled": false }),
            json!({ "role": "user", "disabled": true }),
            json!({ "disabled": false }),
        ] {
            admin.patch(&path, change).await.expect(200);
        }
        let code = admin.post("/invites", Value::Null).await.expect(201)["code"].clone();
        let invite = format!("/invites/{}", code.as_str().expect("a code"));
        admin.delete(&invite).await.expect(204);
        admin.delete(&invite).await.problem(404, "invite_not_found");
        let pages = walk(&admin, "/admin/acts?limit=3", "acts").await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
        let kinds: Vec<&Value> = pages.iter().flatten().map(|act| &act["kind"]).collect();
        let of_ann = ["account_enabled", "account_disabled", "admin_taken", "admin_given"];
        let all = [["invite_deleted", "invite_made"].as_slice(), &of_ann, &["admin_given"]].concat();
        assert_eq!(kinds, all);
    }
);

both!(
    async fn what_the_operators_commands_do_is_recorded_too(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let ann = server.person("ann").await;
        let run = async |should: bool, command: &'static [&'static str]| {
            let (dir, database) =
                (server.data_dir().to_owned(), server.config.settings.database.url.to_string());
            let ran = tokio::task::spawn_blocking(move || Process::run(&dir, &database, command));
            let (done, said) = ran.await.expect("joined");
            assert_eq!(done, should, "{said}");
            said
        };
        let refused = run(false, &["user", "role", "admin", "user"]).await;
        assert!(refused.contains("Nobody would be left to administer this server."), "{refused}");
        // As they are listed, too.
        run(true, &["user", "passwd", "@ann:a.test", "--password", "another horse"]).await;
        run(true, &["user", "role", "@ann", "admin"]).await;
        run(true, &["user", "create", "carol", "--display-name", "Carol C.", "--password", "a third horse"])
            .await;
        let shown = admin.get("/users/@carol:a.test").await.expect(200);
        assert_eq!(shown["display_name"], "Carol C.");
        admin.patch(&format!("/admin/users/{}", ann.id), json!({ "disabled": true })).await.expect(200);
        let told = acts(&admin).await;
        let kinds: Vec<_> = told.iter().map(|act| (&act["kind"], &act["administrator"])).collect();
        let (out, given, set) = (json!("account_disabled"), json!("admin_given"), json!("password_set"));
        let by = json!(admin.id);
        assert_eq!(kinds, [(&out, &by), (&given, &Value::Null), (&set, &Value::Null)]);
        assert!(told.iter().all(|act| act["user"] == ann.id.as_str()), "{told:?}");
        let listed = run(true, &["user", "list"]).await;
        let lines: Vec<&str> = listed.lines().filter(|line| line.starts_with('@')).collect();
        assert_eq!(lines.len(), 3, "{listed}");
        assert!(lines[0].starts_with(&format!("{} admin since 20", admin.id)), "{listed}");
        assert!(lines[1].starts_with(&format!("{} admin since 20", ann.id)), "{listed}");
        assert!(!lines[0].ends_with(" disabled") && lines[1].ends_with(" disabled"), "{listed}");
    }
);
