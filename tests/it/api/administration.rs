//! What administrators see and do.

use reqwest::Method;
use serde_json::{Value, json};

use super::registration::administrator;
use super::walk;
use crate::both;
use crate::support::person::PASSWORD;
use crate::support::{Person, Process, Stream, TestServer};

async fn account(admin: &Person, name: &str) -> Value {
    let listed = admin.get(&format!("/admin/users?query={name}")).await.expect(200);
    let users = listed["users"].as_array().expect("users");
    users.iter().find(|user| user["username"] == name).expect("the account").clone()
}

async fn log_in(person: &Person) -> crate::support::Answer {
    let body = json!({ "username": person.name, "password": PASSWORD });
    Person::nobody(&person.base).post("/sessions", body).await
}

both!(
    async fn whoever_forgot_their_password_gets_another(server: TestServer) {
        let (admin, ann) = (administrator(&server, "admin").await, server.person("ann").await);
        let path = |user: &str| format!("/admin/users/{user}/password");
        ann.post(&path(&admin.id), Value::Null).await.problem(403, "admin_only");
        admin.post(&path(&admin.id), Value::Null).await.problem(409, "bad_target");
        admin.post(&path("@nobody:a.test"), Value::Null).await.problem(404, "user_not_found");
        admin.post(&path("@ann:b.test"), Value::Null).await.problem(404, "user_not_found");
        let (mut stream, _) = Stream::open(&ann, json!({})).await;
        let issued = admin.post(&path(&ann.id), Value::Null).await.expect(200);
        let password = issued["password"].as_str().expect("a password");
        assert_eq!(password.len(), 16);
        stream.end().await;
        ann.get("/me").await.problem(401, "unauthenticated");
        log_in(&ann).await.problem(401, "bad_credentials");
        let body = json!({ "username": "ann", "password": password });
        Person::nobody(&ann.base).post("/sessions", body).await.expect(201);
        let acts = admin.get("/admin/acts").await.expect(200);
        let act = &acts["acts"][0];
        assert_eq!((&act["kind"], &act["user"]), (&json!("password_set"), &json!(ann.id)));
        assert_eq!(act["administrator"], json!(admin.id));
        let again = admin.post(&path(&ann.id), Value::Null).await.expect(200);
        assert_ne!(again["password"], issued["password"]);
    }
);

both!(
    async fn accounts_are_listed_with_what_they_may_do_and_use(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let ann = server.person("ann").await;
        server.person("bob").await;
        log_in(&ann).await.expect(201);
        let listed = account(&admin, "ann").await;
        assert_eq!((&listed["id"], &listed["role"]), (&json!(ann.id), &json!("user")));
        assert_eq!((&listed["disabled"], &listed["sessions"]), (&json!(false), &json!(2)));
        assert!(listed["last_used_ts"].as_i64() > Some(0) && listed["created_ts"].as_i64() > Some(0));
        assert_eq!(listed["file_bytes"], 0);
        assert_eq!(account(&admin, "admin").await["role"], "admin");
        let pages = walk(&admin, "/admin/users?limit=2", "users").await;
        let names: Vec<&Value> = pages.iter().flatten().map(|user| &user["username"]).collect();
        assert_eq!(names, ["admin", "ann", "bob"]);
        // A deleted account is none any more.
        ann.ask(Method::DELETE, "/me", json!({ "password": PASSWORD })).await.expect(204);
        assert_eq!(admin.get("/admin/users?query=ann").await.expect(200)["users"], json!([]));
        admin
            .patch(&format!("/admin/users/{}", ann.id), json!({ "role": "admin" }))
            .await
            .problem(404, "user_not_found");
    }
);

both!(
    async fn a_role_holds_at_once_and_own_devices_hear_of_it(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let ann = server.person("ann").await;
        let path = format!("/admin/users/{}", ann.id);
        ann.get("/admin/users").await.problem(403, "admin_only");
        let (mut stream, _) = Stream::open(&ann, json!({})).await;
        let changed = admin.patch(&path, json!({ "role": "admin" })).await.expect(200);
        assert_eq!(changed["role"], "admin");
        assert_eq!(stream.event("account.updated").await["d"], json!({ "role": "admin" }));
        assert_eq!(ann.get("/me").await.expect(200)["role"], "admin");
        ann.get("/admin/users").await.expect(200);
        assert_eq!(admin.patch(&path, json!({ "role": "user" })).await.expect(200)["role"], "user");
        assert_eq!(stream.event("account.updated").await["d"], json!({ "role": "user" }));
        ann.get("/admin/users").await.problem(403, "admin_only");
        ann.patch(&path, json!({ "role": "admin" })).await.problem(403, "admin_only");
    }
);

both!(
    async fn who_is_disabled_is_out_at_once_and_stays_out(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let ann = server.person("ann").await;
        let path = format!("/admin/users/{}", ann.id);
        let (mut stream, _) = Stream::open(&ann, json!({})).await;
        let changed = admin.patch(&path, json!({ "disabled": true })).await.expect(200);
        assert_eq!((&changed["disabled"], &changed["sessions"]), (&json!(true), &json!(0)));
        assert_eq!(stream.end().await, 4003);
        ann.get("/me").await.problem(401, "unauthenticated");
        log_in(&ann).await.problem(403, "account_disabled");
        // Whoever does not know the password learns nothing of it.
        let wrong = json!({ "username": "ann", "password": "wrong password" });
        Person::nobody(&server.base).post("/sessions", wrong).await.problem(401, "bad_credentials");
        assert_eq!(account(&admin, "ann").await["disabled"], true);
        admin.patch(&path, json!({ "disabled": false })).await.expect(200);
        log_in(&ann).await.expect(201);
    }
);

both!(
    async fn somebody_is_always_left_to_administer(server: TestServer) {
        let (admin, second) = (administrator(&server, "admin").await, administrator(&server, "second").await);
        let path = |of: &Person| format!("/admin/users/{}", of.id);
        // Both send each other away at the same moment: one of them stays.
        let (demote, disable) = (json!({ "role": "user" }), json!({ "disabled": true }));
        let (to_second, to_admin) = (path(&second), path(&admin));
        let answers = futures_util::future::join(
            admin.patch(&to_second, demote.clone()),
            second.patch(&to_admin, demote.clone()),
        )
        .await;
        let done = [&answers.0, &answers.1].iter().filter(|answer| answer.status == 200).count();
        assert_eq!(done, 1, "{:?} {:?}", answers.0.body, answers.1.body);
        let left = if answers.0.status == 200 { &admin } else { &second };
        for change in [demote, disable, json!({ "role": "user", "disabled": true })] {
            left.patch(&path(left), change).await.problem(409, "last_admin");
        }
        let leave = json!({ "password": crate::support::person::PASSWORD });
        left.ask(reqwest::Method::DELETE, "/me", leave.clone()).await.problem(409, "last_admin");
        left.patch(&path(left), json!({})).await.expect(200);
        left.patch(&path(left), json!({ "role": "owner" })).await.problem(400, "bad_json");
        left.patch("/admin/users/@nobody:a.test", json!({})).await.problem(404, "user_not_found");
        left.get("/admin/users").await.expect(200);
        let other = if answers.0.status == 200 { &second } else { &admin };
        left.patch(&path(other), json!({ "role": "admin" })).await.expect(200);
        left.ask(reqwest::Method::DELETE, "/me", leave.clone()).await.expect(204);
        // Alone, one may go.
        other.ask(reqwest::Method::DELETE, "/me", leave).await.expect(204);
    }
);

both!(
    async fn channels_are_listed_by_their_figures_and_conversations_are_not(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let private = json!({ "name": "Quiet", "visibility": "private" });
        let quiet = ann.post("/channels", private).await.expect(201)["id"].clone();
        let loud = ann.channel("Loud").await;
        bob.join(&loud).await;
        ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
        ann.say(&loud, "n", "Secret").await;
        let listed = admin.get("/admin/channels").await.expect(200);
        let channels = listed["channels"].as_array().expect("channels");
        let ids: Vec<&Value> = channels.iter().map(|channel| &channel["id"]).collect();
        assert_eq!(ids, [&quiet, &json!(loud)]);
        let head = ann.get(&format!("/channels/{loud}")).await.expect(200)["head"].as_i64().expect("a seq");
        assert_eq!(channels[1]["entries"], head + 1);
        assert_eq!((&channels[1]["member_count"], &channels[1]["local_members"]), (&json!(2), &json!(2)));
        assert_eq!(channels[0]["visibility"], "private");
        assert!(!listed.to_string().contains("Secret"));
        let pages = walk(&admin, "/admin/channels?limit=1", "channels").await;
        assert_eq!(pages.len(), 2);
        assert_eq!(
            admin.get("/admin/channels?query=lou").await.expect(200)["channels"][0]["id"],
            json!(loud)
        );
    }
);

both!(
    async fn figures_count_what_is_there(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let before = admin.get("/admin/storage").await.expect(200);
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        ann.say(&channel, "n", "hello").await;
        let uploaded = ann.send(ann.request(Method::POST, "/files?name=a.txt").body("12345")).await;
        uploaded.expect(201);
        let after = admin.get("/admin/storage").await.expect(200);
        let grown = |field: &str| {
            after[field].as_i64().expect("a number") - before[field].as_i64().expect("a number")
        };
        assert_eq!((grown("accounts"), grown("channels")), (1, 1));
        assert_eq!((grown("files"), grown("file_bytes")), (1, 5));
        assert!(grown("commits") >= 3, "{before} {after}");
        assert!(grown("entries") >= 2 && after["database_bytes"].as_i64() > Some(0));
        assert_eq!(account(&admin, "ann").await["file_bytes"], 5);
        assert_eq!(admin.get("/admin/peers").await.expect(200)["peers"], json!([]));
    }
);

both!(
    /// Whoever runs the server can, also where no administrator can log in.
    async fn the_operator_keeps_somebody_out_and_lets_them_in_again(server: TestServer) {
        let (admin, ann) = (administrator(&server, "admin").await, server.person("ann").await);
        let run = async |word: &'static str, name: &'static str| {
            let database = server.config.settings.database.url.to_string();
            let dir = server.data_dir().to_owned();
            let ran =
                tokio::task::spawn_blocking(move || Process::run(&dir, &database, &["user", word, name]));
            ran.await.expect("a command")
        };
        let (done, said) = run("disable", "ann").await;
        assert!(done && said.contains("ann is kept out"), "{said}");
        log_in(&ann).await.problem(403, "account_disabled");
        ann.get("/me").await.problem(401, "unauthenticated");
        assert_eq!(account(&admin, "ann").await["disabled"], true);
        let (done, said) = run("enable", "ann").await;
        assert!(done && said.contains("ann can log in"), "{said}");
        log_in(&ann).await.expect(201);
        let acts = admin.get("/admin/acts").await.expect(200);
        let kinds: Vec<&Value> =
            acts["acts"].as_array().expect("acts").iter().map(|act| &act["kind"]).collect();
        assert_eq!(kinds[..2], ["account_enabled", "account_disabled"]);
        // Somebody has to be left who administers.
        let (done, said) = run("disable", "admin").await;
        assert!(!done && said.contains("administer"), "{said}");
        let (done, _) = run("disable", "nobody").await;
        assert!(!done);
    }
);
