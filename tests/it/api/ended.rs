//! What was asked for in time and comes too late: the session, the password or the account is gone by then.

use futures_util::future::join_all;
use loggia::domain::attention::AttentionChange;
use loggia::domain::settings::SettingKey;
use loggia::domain::{Actor, Domain, Error};
use serde_json::json;

use super::registration::administrator;
use crate::both;
use crate::support::person::PASSWORD;
use crate::support::{Person, TestServer};

fn domain(server: &TestServer) -> &Domain {
    &server.running.as_ref().expect("a server").domain
}

async fn actor(server: &TestServer, person: &Person) -> Actor {
    domain(server).actor(&person.token).await.expect("a database").expect("a session")
}

/// What somebody may have on its way while their session ends; answers what came of each.
async fn all_at_once(domain: &Domain, actor: &Actor, other: &Person) -> Vec<(&'static str, Error)> {
    let key = || SettingKey::parse("theme").expect("a key");
    let attention = AttentionChange { keywords: Some(vec!["tea".to_owned()]), ..AttentionChange::default() };
    let password = PASSWORD.to_owned();
    let errors = [
        ("setting", domain.put_setting(actor, key(), &json!(1)).await.err()),
        ("no setting", domain.delete_setting(actor, key()).await.err()),
        ("attention", domain.change_attention(actor, attention).await.err()),
        ("picture", domain.change_avatar(actor, None).await.err()),
        ("seen", domain.mark_notifications_seen(actor, 1, false).await.err()),
        ("block", domain.block(actor, other.id.parse().expect("an id")).await.err()),
        ("upload", domain.begin_upload(actor, "a.txt", 3).await.err()),
        ("session", domain.end_session(actor, actor.session.clone()).await.err()),
        ("codes", domain.begin_totp(actor, password.clone()).await.err()),
        ("password", domain.change_password(actor, password.clone(), "another one".to_owned()).await.err()),
        ("account", domain.delete_account(actor, password).await.err()),
    ];
    errors
        .into_iter()
        .map(|(what, error)| (what, error.unwrap_or_else(|| panic!("{what} was done"))))
        .collect()
}

both!(
    async fn nothing_is_done_for_a_session_that_is_over(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let late = actor(&server, &ann).await;
        // An intruder has it; Ann ends it from another device.
        let log_in = json!({ "username": "ann", "password": PASSWORD });
        let again = Person::nobody(&server.base).post("/sessions", log_in).await.expect(201);
        let ann = ann.with_token(again["session"]["token"].as_str().expect("a token"));
        ann.delete(&format!("/sessions/{}", late.session)).await.expect(204);
        for (what, error) in all_at_once(domain(&server), &late, &bob).await {
            assert_eq!(error.code(), "unauthenticated", "{what}");
        }
        assert_eq!(ann.get("/me/settings").await.expect(200)["settings"], json!([]));
        assert_eq!(ann.get("/me/attention").await.expect(200)["keywords"], json!([]));
        assert_eq!(ann.get("/me/blocks").await.expect(200)["blocks"], json!([]));
    }
);

both!(
    async fn nothing_is_kept_for_an_account_that_is_deleted(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let late = actor(&server, &ann).await;
        ann.ask(reqwest::Method::DELETE, "/me", json!({ "password": PASSWORD })).await.expect(204);
        for (what, error) in all_at_once(domain(&server), &late, &bob).await {
            // Whoever is asked for a password has none any more.
            let expected = match what {
                "codes" | "password" | "account" => "bad_credentials",
                _ => "unauthenticated",
            };
            assert_eq!(error.code(), expected, "{what}");
        }
        let begun = domain(&server).begin_session(&ann.id, None, "").await;
        assert_eq!(begun.err().map(|error| error.code()), Some("bad_credentials"));
    }
);

both!(
    async fn a_password_comes_too_late_for_an_account_that_is_deleted(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let ann = server.person("ann").await;
        let changes = (0..6).map(|n| {
            let body = json!({ "current": PASSWORD, "new": format!("a new password {n}") });
            ann.put("/me/password", body)
        });
        let path = format!("/admin/users/{}", ann.id);
        let (_, deleted) = tokio::join!(join_all(changes), admin.delete(&path));
        deleted.expect(204);
        for password in (0..6).map(|n| format!("a new password {n}")).chain([PASSWORD.to_owned()]) {
            let log_in = json!({ "username": "ann", "password": password });
            Person::nobody(&server.base).post("/sessions", log_in).await.problem(401, "bad_credentials");
        }
    }
);

both!(
    async fn of_two_new_passwords_at_once_one_is_taken(server: TestServer) {
        let ann = server.person("ann").await;
        let changes = (0..4).map(|n| {
            let body = json!({ "current": PASSWORD, "new": format!("a new password {n}") });
            ann.put("/me/password", body)
        });
        let answers = join_all(changes).await;
        let taken = answers.iter().filter(|answer| answer.status == 204).count();
        assert_eq!(taken, 1, "each was shown the same one from before");
    }
);
