//! Every operation of the document: refuses those without a session, and strangers get and change nothing.

use std::collections::BTreeMap;

use loggia::domain::clock::{Clock, SystemClock};
use reqwest::Method;
use serde_json::{Value, json};

use super::registration::administrator;
use crate::both;
use crate::support::documented::{Operation, operations};
use crate::support::person::PASSWORD;
use crate::support::{Person, TestServer};

/// The path with its parts filled in.
pub fn fill(template: &str, channel: &str, message: &str, user: &str) -> String {
    let path = template.replace("{channel}", channel).replace("{message}", message).replace("{user}", user);
    let path = path.replace("{hash}", &"A".repeat(43)).replace("{upload}", "none").replace("{name}", "x.png");
    let path = path
        .replace("{emoji}", "x")
        .replace("{session}", "current")
        .replace("{code}", "no-such-code")
        .replace("{token}", "no-such-token")
        .replace("{webhook}", "no-such-webhook")
        .replace("{report}", "1")
        .replace("{scheduled}", "no-such-message")
        .replace("{key}", "no-such-key");
    assert!(!path.contains('{'), "a new kind of part in {template}: say here what to put there");
    path
}

/// A good body for the operation, null where it takes none. `user` is whom it is about, if anybody.
pub fn body(operation: &str, user: &str) -> Value {
    match operation {
        "create_account" => json!({ "username": "new", "password": PASSWORD }),
        "create_session" => json!({ "username": "eve", "password": PASSWORD }),
        "update_me" => json!({ "bio": "changed by eve", "status": { "text": "eve was here" }, "bot": true }),
        "delete_me" => json!({ "password": PASSWORD }),
        "change_password" => json!({ "current": PASSWORD, "new": PASSWORD }),
        "create_invite" => json!({ "uses": 1 }),
        "create_channel" => json!({ "name": "eve's" }),
        "update_channel" => json!({ "name": "eve was here", "visibility": "public" }),
        "create_join" => json!({ "alias": "#secret:a.test" }),
        "update_member" => json!({ "membership": "invited" }),
        "create_dm" => json!({ "users": [user] }),
        "send_message" => json!({ "nonce": "n", "text": "eve was here" }),
        "edit_message" | "update_scheduled" => json!({ "text": "eve was here" }),
        "save_message" => json!({ "remind_ts": SystemClock.now() + 60_000 }),
        "schedule_message" => {
            json!({ "nonce": "n", "text": "eve was here", "send_ts": SystemClock.now() + 60_000 })
        }
        "delete_message" | "remove_message" | "delete_account" | "exclude_user" => {
            json!({ "reason": "eve was here" })
        }
        "hand_over_channel" => json!({ "user": user }),
        "upload_file" | "append_upload" => json!("eve was here"),
        "set_avatar" | "set_channel_avatar" => json!({ "file": "A".repeat(43) }),
        "mark_read" | "mark_thread_read" => json!({ "seq": 0 }),
        "read_notifications" => json!({ "up_to": i64::MAX }),
        "put_setting" => json!({ "value": "eve was here" }),
        "update_account" => json!({ "role": "admin", "disabled": true }),
        "create_report" => json!({ "reason": "eve was here" }),
        "update_report" => json!({ "closed": true }),
        "begin_totp" => json!({ "password": PASSWORD }),
        "confirm_totp" => json!({ "code": "123456" }),
        "renew_recovery_codes" | "delete_totp" => json!({ "password": PASSWORD, "code": "123456" }),
        "create_webhook" => json!({ "name": "eve was here" }),
        "post_webhook" => json!({ "text": "eve was here" }),
        "set_notify" => json!({ "level": "none" }),
        "update_attention" => json!({ "keywords": ["eve"] }),
        "set_email" => json!({ "address": "eve@b.test" }),
        "update_email" => json!({ "missed": true }),
        "verify_email" => json!({ "token": "no-such-token" }),
        "request_reset" => json!({ "username": "ann" }),
        "reset_password" => json!({ "password": PASSWORD }),
        "set_push" => super::push::subscription("https://push.test/eve"),
        _ => Value::Null,
    }
}

fn method(operation: &Operation) -> Method {
    Method::from_bytes(operation.method.as_bytes()).expect("a method")
}

/// Code is made of the document: bytes are not a list of numbers.
#[test]
fn bytes_are_documented_as_bytes() {
    let document = loggia::client_api::document();
    for place in [
        "/paths/~1files/post/requestBody/content/application~1octet-stream",
        "/paths/~1files~1uploads~1{upload}/patch/requestBody/content/application~1offset+octet-stream",
        "/paths/~1files~1{hash}~1{name}/get/responses/206/content/*~1*",
        "/paths/~1files~1{hash}~1thumbnail/get/responses/200/content/image~1*",
        "/paths/~1me~1avatar/put/requestBody/content/application~1octet-stream",
    ] {
        let schema = document.pointer(&format!("{place}/schema")).expect(place);
        assert_eq!(*schema, json!({ "type": "string", "format": "binary" }), "{place}");
    }
}

both!(
    async fn every_operation_needs_a_session_or_says_that_it_does_not(server: TestServer) {
        let hash = "A".repeat(43);
        let (channel, message) = (format!("!{hash}"), format!("${hash}"));
        let mut for_anybody = Vec::new();
        for operation in operations() {
            let path = fill(&operation.template, &channel, &message, "@ann:a.test");
            let body = body(&operation.id, "@ann:a.test");
            assert_eq!(body.is_null(), !operation.has_body, "{}: give it a body in this file", operation.id);
            if !operation.needs_session {
                for_anybody.push(operation.id.as_str());
                continue;
            }
            let mut ghost = Person::nobody(&server.base);
            let refused = async |ghost: &Person| {
                let answer = ghost.ask(method(operation), &path, body.clone()).await;
                // An answer to HEAD has no body to say why.
                match operation.method.as_str() {
                    "HEAD" => assert_eq!(answer.status, 401),
                    _ => drop(answer.problem(401, "unauthenticated")),
                }
            };
            refused(&ghost).await;
            "no-such-token".clone_into(&mut ghost.token);
            refused(&ghost).await;
        }
        for_anybody.sort_unstable();
        assert_eq!(
            for_anybody,
            [
                "create_account",
                "create_session",
                "get_server",
                "options_files",
                "post_webhook",
                "request_reset",
                "reset_password",
                "show_unsubscribe",
                "unsubscribe_email",
                "verify_email"
            ]
        );
    }
);

/// What a stranger is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Problem(u16, &'static str),
    /// The same in an answer to HEAD, which has no body.
    Silence(u16),
    /// The operation is about the asker's own things, or about what everybody may see: the secret isn't in it.
    Fine,
}

/// What eve is answered when she aims the operation at ann's private channel, session or server. A new
/// operation on a channel needs no line here; any other does.
fn expected(operation: &Operation) -> Option<Expected> {
    if operation.template.starts_with("/admin/") {
        return Some(Expected::Problem(403, "admin_only"));
    }
    // Says nothing of what there is.
    if operation.id == "unsave_message" {
        return Some(Expected::Fine);
    }
    if operation.template.contains("{channel}") {
        return Some(Expected::Problem(404, "channel_not_found"));
    }
    match operation.id.as_str() {
        "create_join" => Some(Expected::Problem(404, "alias_not_found")),
        "search_messages" => Some(Expected::Problem(400, "search_empty")),
        "upload_file" => Some(Expected::Problem(400, "bad_file_name")),
        "append_upload" | "delete_upload" => Some(Expected::Problem(412, "tus_version")),
        "get_upload" => Some(Expected::Silence(412)),
        "get_file" | "get_thumbnail" | "set_avatar" => Some(Expected::Problem(404, "file_not_found")),
        "head_file" => Some(Expected::Silence(404)),
        "set_email" | "request_reset" => Some(Expected::Problem(403, "email_disabled")),
        "update_email" => Some(Expected::Problem(404, "email_not_found")),
        "verify_email" | "reset_password" => Some(Expected::Problem(403, "token_invalid")),
        "show_unsubscribe" | "unsubscribe_email" => Some(Expected::Problem(400, "bad_query")),
        "post_webhook" => Some(Expected::Problem(404, "webhook_not_found")),
        "get_preview" => Some(Expected::Problem(403, "previews_off")),
        "update_report" => Some(Expected::Problem(404, "report_not_found")),
        "update_scheduled" | "delete_scheduled" | "send_scheduled" => {
            Some(Expected::Problem(404, "scheduled_not_found"))
        }
        "confirm_totp" => Some(Expected::Problem(403, "bad_code")),
        "renew_recovery_codes" | "delete_totp" => Some(Expected::Problem(409, "totp_disabled")),
        "delete_session" => Some(Expected::Problem(404, "session_not_found")),
        "get_setting" | "delete_setting" => Some(Expected::Problem(404, "setting_not_found")),
        "create_invite" | "list_invites" | "delete_invite" | "issue_password" => {
            Some(Expected::Problem(403, "admin_only"))
        }
        "get_email" | "delete_email" | "get_attention" | "update_attention" | "get_push" | "set_push"
        | "delete_push" | "options_files" | "delete_avatar" | "get_server" | "create_account"
        | "create_session" | "list_sessions" | "get_me" | "update_me" | "list_refusals"
        | "dismiss_refusal" | "export_me" | "list_users" | "get_user" | "list_settings" | "put_setting"
        | "list_reports" | "get_totp" | "begin_totp" | "list_blocks" | "block_user" | "unblock_user"
        | "list_saved" | "list_scheduled" | "create_channel" | "list_channels" | "list_directory"
        | "create_dm" | "list_notifications" | "list_threads" | "read_notifications" | "get_sync"
        | "change_password" | "delete_me" => Some(Expected::Fine),
        _ => None,
    }
}

/// Everything that ann can see, where it does not tell when she last asked.
async fn world(ann: &Person, channel: &str, message: &str) -> BTreeMap<String, Value> {
    let mut seen = BTreeMap::new();
    let own = ["/me", "/channels", "/sync", "/notifications", "/me/export", "/invites"].map(str::to_owned);
    let of_channel =
        ["", "/messages", "/members?membership=joined", "/members?membership=invited", "/pins", "/log"];
    let paths = own.into_iter().chain(of_channel.map(|below| format!("/channels/{channel}{below}")));
    let of_message = ["", "/edits"].map(|below| format!("/channels/{channel}/messages/{message}{below}"));
    for path in paths.chain(of_message) {
        seen.insert(path.clone(), ann.get(&path).await.expect(200));
    }
    let sessions = ann.get("/sessions").await.expect(200)["sessions"].clone();
    seen.insert("/sessions".to_owned(), json!(super::ids(&sessions)));
    seen
}

both!(
    async fn strangers_get_nothing_and_change_nothing(server: TestServer) {
        let (ann, bob, eve) =
            (administrator(&server, "ann").await, server.person("bob").await, server.person("eve").await);
        let private = json!({ "name": "Secret name", "topic": "Secret topic", "visibility": "private", "alias": "secret" });
        let channel =
            ann.post("/channels", private).await.expect(201)["id"].as_str().expect("an id").to_owned();
        let path = format!("/channels/{channel}");
        ann.put(&format!("{path}/members/@bob:a.test"), json!({ "membership": "invited" })).await.expect(200);
        bob.join(&channel).await;
        let sent = ann.say(&channel, "n1", "Secret text @bob").await;
        let message = sent["id"].as_str().expect("an id").to_owned();
        bob.put(&format!("{path}/messages/{message}/reactions/x"), Value::Null).await.expect(204);
        ann.put(&format!("{path}/pins/{message}"), Value::Null).await.expect(204);
        bob.say(&channel, "n1", "Secret answer @ann").await;
        ann.put(&format!("/me/saved/{channel}/{message}"), Value::Null).await.expect(204);
        ann.post("/invites", json!({ "uses": 5 })).await.expect(201);
        let sessions = ann.get("/sessions").await.expect(200)["sessions"].clone();
        let session = sessions[0]["id"].as_str().expect("an id").to_owned();
        let before = world(&ann, &channel, &message).await;
        let bobs = bob.get("/sync").await.expect(200);

        let mut order: Vec<&Operation> = operations().iter().collect();
        // Last what ends eve's own session.
        order.sort_by_key(|operation| operation.id == "delete_me");
        for operation in order {
            let expected = expected(operation)
                .unwrap_or_else(|| panic!("say what a stranger gets from {}, in this file", operation.id));
            let path = fill(&operation.template, &channel, &message, &bob.id).replace("current", &session);
            let body = body(&operation.id, "@eve:a.test");
            let answer = eve.ask(method(operation), &path, body).await;
            assert!(!answer.body.to_string().contains("Secret"), "{}: {}", operation.id, answer.body);
            match expected {
                Expected::Fine => assert!(answer.status < 300, "{}: {}", operation.id, answer.body),
                Expected::Silence(status) => assert_eq!(answer.status, status, "{}", operation.id),
                Expected::Problem(status, code) => {
                    assert_eq!(
                        (answer.status, answer.body["code"].as_str()),
                        (status, Some(code)),
                        "{}",
                        operation.id
                    );
                }
            }
            let now = world(&ann, &channel, &message).await;
            assert_eq!(now, before, "{} changed something", operation.id);
        }
        assert_eq!(bob.get("/sync").await.expect(200), bobs);
    }
);

both!(
    async fn whoever_was_removed_is_a_stranger_too(server: TestServer) {
        let (ann, eve) = (server.person("ann").await, server.person("eve").await);
        let private = json!({ "name": "Secret", "visibility": "private" });
        let channel =
            ann.post("/channels", private).await.expect(201)["id"].as_str().expect("an id").to_owned();
        let member = format!("/channels/{channel}/members/@eve:a.test");
        for gone in ["left", "banned"] {
            ann.put(&member, json!({ "membership": "invited" })).await.expect(200);
            eve.join(&channel).await;
            let sent = eve.say(&channel, &format!("n-{gone}"), "while I was in").await;
            let message = sent["id"].as_str().expect("an id").to_owned();
            ann.put(&member, json!({ "membership": gone })).await.expect(200);
            for operation in operations().iter().filter(|operation| operation.template.contains("{channel}"))
            {
                let path = fill(&operation.template, &channel, &message, "@ann:a.test");
                let answer = eve.ask(method(operation), &path, body(&operation.id, "@ann:a.test")).await;
                let told = match operation.id.as_str() {
                    // One's own list is one's own.
                    "unsave_message" => (204, None),
                    _ if operation.template.starts_with("/admin/") => (403, Some("admin_only")),
                    _ => (404, Some("channel_not_found")),
                };
                assert_eq!(
                    (answer.status, answer.body["code"].as_str()),
                    told,
                    "{} by somebody who is {gone}",
                    operation.id
                );
            }
        }
    }
);
