//! Who may register: invitations, closed servers.

use serde_json::{Value, json};

use super::servers_with;
use crate::support::person::{Answer, PASSWORD};
use crate::support::{Person, TestServer, eventually};
use loggia::domain::accounts::NewAccount;
use loggia::domain::view::AccountRole;

/// An administrator, made as the operator makes one.
pub async fn administrator(server: &TestServer, name: &str) -> Person {
    let new = NewAccount {
        username: name.to_owned(),
        password: PASSWORD.to_owned(),
        display_name: None,
        invite: None,
        bot: false,
    };
    let domain = &server.running.as_ref().expect("running").domain;
    domain.create_account(new, AccountRole::Admin, None).await.expect("an account");
    let mut admin = Person::nobody(&server.base);
    let begun = admin.post("/sessions", json!({ "username": name, "password": PASSWORD })).await.expect(201);
    assert_eq!(begun["user"]["role"], "admin");
    begun["session"]["token"].as_str().expect("a token").clone_into(&mut admin.token);
    begun["user"]["id"].as_str().expect("an id").clone_into(&mut admin.id);
    name.clone_into(&mut admin.name);
    admin
}

async fn register(server: &TestServer, username: &str, invite: Value) -> Answer {
    let body = json!({ "username": username, "password": PASSWORD, "invite": invite });
    Person::nobody(&server.base).post("/accounts", body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invite_lets_in_as_many_as_it_says() {
    for server in servers_with(&[("LOGGIA_REGISTRATION", "invite")]).await {
        let admin = administrator(&server, "admin").await;
        register(&server, "ann", Value::Null).await.problem(403, "invite_needed");
        for unknown in ["", "no-such-code"] {
            register(&server, "ann", json!(unknown)).await.problem(403, "invite_invalid");
        }
        let invite = admin.post("/invites", json!({ "uses": 2 })).await.expect(201);
        assert_eq!((&invite["uses_left"], &invite["expires_ts"]), (&json!(2), &Value::Null));
        let code = invite["code"].clone();
        assert_eq!(admin.get("/invites").await.expect(200)["invites"], json!([invite]));
        register(&server, "ann", code.clone()).await.expect(201);
        // A try that fails uses nothing up.
        register(&server, "ann", code.clone()).await.problem(409, "username_taken");
        register(&server, "b b", code.clone()).await.problem(400, "bad_username");
        assert_eq!(admin.get("/invites").await.expect(200)["invites"][0]["uses_left"], 1);
        register(&server, "bob", code.clone()).await.expect(201);
        register(&server, "carl", code).await.problem(403, "invite_invalid");
        assert_eq!(admin.get("/invites").await.expect(200)["invites"], json!([]));
        // Whoever is kept out does not come back by a code of their own.
        let second = administrator(&server, "second").await;
        let code = second.post("/invites", json!({ "uses": 2 })).await.expect(201)["code"].clone();
        let path = format!("/admin/users/{}", second.id);
        admin.patch(&path, json!({ "disabled": true })).await.expect(200);
        register(&server, "dora", code.clone()).await.problem(403, "invite_invalid");
        admin.patch(&path, json!({ "disabled": false })).await.expect(200);
        register(&server, "dora", code.clone()).await.expect(201);
        admin.delete(&path).await.expect(204);
        register(&server, "emil", code).await.problem(403, "invite_invalid");
    }
}

/// However somebody came to have an account, and not again once they have left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn newcomers_begin_in_the_channels_that_the_settings_name() {
    for server in servers_with(&[("LOGGIA_ACCOUNTS__DEFAULT_CHANNELS", "nowhere,general")]).await {
        let ann = server.person("ann").await;
        let general = json!({ "name": "General", "alias": "general" });
        let general = ann.post("/channels", general).await.expect(201)["id"].clone();
        let other = ann.channel("Other").await;
        let channels = async |person: &Person| {
            let listed = person.get("/channels").await.expect(200)["channels"].clone();
            json!(listed.as_array().expect("channels").iter().map(|one| &one["id"]).collect::<Vec<_>>())
        };
        let bob = server.person("bob").await;
        assert_eq!(channels(&bob).await, json!([general]));
        let made = administrator(&server, "made").await;
        assert_eq!(channels(&made).await, json!([general]));
        // It is not said twice, and who has left stays away.
        let path = format!("/channels/{}", general.as_str().expect("an id"));
        bob.post(&format!("{path}/leave"), json!({})).await.expect(204);
        bob.join(&other).await;
        bob.post(&format!("/channels/{other}/leave"), json!({})).await.expect(204);
        bob.post("/sessions", json!({ "username": "bob", "password": PASSWORD })).await.expect(201);
        assert_eq!(channels(&bob).await, json!([]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_do_not_stretch_an_invite() {
    for server in servers_with(&[("LOGGIA_REGISTRATION", "invite")]).await {
        let admin = administrator(&server, "admin").await;
        let code = admin.post("/invites", json!({ "uses": 3 })).await.expect(201)["code"].clone();
        let names: Vec<String> = (0..9).map(|n| format!("p{n}")).collect();
        let tries = names.iter().map(|name| register(&server, name, code.clone()));
        let answers = futures_util::future::join_all(tries).await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        let refused = answers.iter().filter(|answer| answer.body["code"] == "invite_invalid").count();
        assert_eq!((made, refused), (3, 6));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invite_ends_when_it_is_deleted_or_over() {
    for server in servers_with(&[("LOGGIA_REGISTRATION", "invite")]).await {
        let admin = administrator(&server, "admin").await;
        let deleted = admin.post("/invites", Value::Null).await.expect(201);
        assert_eq!(deleted["uses_left"], 1);
        let path = format!("/invites/{}", deleted["code"].as_str().expect("a code"));
        admin.delete(&path).await.expect(204);
        admin.delete(&path).await.problem(404, "invite_not_found");
        register(&server, "ann", deleted["code"].clone()).await.problem(403, "invite_invalid");
        let short = admin.post("/invites", json!({ "expires_in_s": 1 })).await.expect(201);
        let lives_ms =
            short["expires_ts"].as_i64().zip(short["created_ts"].as_i64()).map(|(end, begin)| end - begin);
        assert_eq!(lives_ms, Some(1_000));
        eventually("the invite is over", || async {
            let left = admin.get("/invites").await.expect(200);
            (left["invites"] == json!([])).then_some(())
        })
        .await;
        register(&server, "ann", short["code"].clone()).await.problem(403, "invite_invalid");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invites_are_for_administrators_and_within_bounds() {
    for server in servers_with(&[]).await {
        let (admin, ann) = (administrator(&server, "admin").await, server.person("ann").await);
        ann.get("/invites").await.problem(403, "admin_only");
        ann.post("/invites", json!({})).await.problem(403, "admin_only");
        ann.delete("/invites/abc").await.problem(403, "admin_only");
        for uses in [0, -1, 10_001, i64::MAX] {
            admin.post("/invites", json!({ "uses": uses })).await.problem(400, "bad_uses");
        }
        for seconds in [0, -1, 31_536_001, i64::MAX] {
            admin.post("/invites", json!({ "expires_in_s": seconds })).await.problem(400, "bad_expiry");
        }
        // Where registration is open a code is not needed, and not looked at.
        register(&server, "bob", json!("whatever")).await.expect(201);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_server_takes_nobody() {
    for server in servers_with(&[("LOGGIA_REGISTRATION", "closed")]).await {
        let admin = administrator(&server, "admin").await;
        let code = admin.post("/invites", json!({})).await.expect(201)["code"].clone();
        register(&server, "ann", Value::Null).await.problem(403, "registration_closed");
        register(&server, "ann", code).await.problem(403, "registration_closed");
        let info = Person::nobody(&server.base).get("/server").await.expect(200);
        assert_eq!(info["registration"], "closed");
    }
}
