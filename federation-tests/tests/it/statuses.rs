//! What people of other servers do just now, and which of them are programs.

use federation_tests::{Guest, Heard, Person, Reply, World, eventually};
use serde_json::{Value, json};

async fn shows(to: &Person, user: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/users/{user}");
    eventually(what, async || Some(to.get(&path).await.expect(200)).filter(|user| is_so(user))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_is_seen_elsewhere_until_it_ends() {
    let world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    // What was said before somebody met them is known, too.
    ann.patch("/me", json!({ "status": { "emoji": "\u{1f3e0}", "text": "At home" } })).await.expect(200);
    ann.channel("general").await;
    bob.join("#general:a.test").await;
    let at_home = json!({ "emoji": "\u{1f3e0}", "text": "At home", "until_ts": null });
    shows(&bob, &ann.id, "the status", |user| user["status"] == at_home).await;
    let until = loggia::server::now() + 5_000;
    let lunch = json!({ "emoji": null, "text": "Lunch", "until_ts": until });
    ann.patch("/me", json!({ "status": lunch })).await.expect(200);
    shows(&bob, &ann.id, "the next one", |user| user["status"] == lunch).await;
    // Nobody says so: both servers know when.
    shows(&bob, &ann.id, "its end", |user| user["status"].is_null()).await;
    assert!(loggia::server::now() >= until, "it ended before its time");
    ann.patch("/me", json!({ "status": { "text": "Back" } })).await.expect(200);
    shows(&bob, &ann.id, "another", |user| user["status"]["text"] == "Back").await;
    ann.patch("/me", json!({ "status": null })).await.expect(200);
    shows(&bob, &ann.id, "none", |user| user["status"].is_null()).await;
}

/// A bot is somebody: what a webhook is not asked, it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_of_another_server_can_be_written_to() {
    let world = World::of(2).await;
    let (ann, helper) = (world.servers[0].person("ann").await, world.servers[1].person("helper").await);
    helper.patch("/me", json!({ "bot": true })).await.expect(200);
    let channel = ann.channel("general").await;
    helper.join("#general:a.test").await;
    let user = shows(&ann, &helper.id, "that it is a bot", |user| user["bot"] == true).await;
    assert_eq!(user.get("webhook"), None);
    let found = ann.get("/users?query=helper").await.expect(200);
    assert_eq!(found["users"][0]["id"], helper.id.as_str());
    let said = json!({ "nonce": "n", "text": format!("{} hello", helper.id) });
    let said = ann.post(&format!("/channels/{channel}/messages"), said).await.expect(201);
    assert_eq!(said["mentions"], json!([helper.id]));
    let private = ann.post("/channels", json!({ "name": "Private", "visibility": "private" })).await;
    let private = private.expect(201)["id"].as_str().expect("an id").to_owned();
    let member = format!("/channels/{private}/members/{}", helper.id);
    ann.put(&member, json!({ "membership": "invited" })).await.expect(200);
    helper.becomes(&private, Some("invited")).await;
    let dm = ann.post("/dms", json!({ "users": [helper.id] })).await.expect(201);
    let dm = dm["id"].as_str().expect("an id");
    helper.becomes(dm, Some("joined")).await;
    helper.patch("/me", json!({ "bot": false })).await.expect(200);
    shows(&ann, &helper.id, "that it is none", |user| user.get("bot").is_none()).await;
}

/// Whatever another server says of its people, it is shown as far as it can be, and the rest of the profile stands.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_hostile_server_says_is_bounded() {
    let (world, peers) = World::among(1, &["evil.test"]).await;
    let (to, evil) = (&world.servers[0], &peers[0]);
    let ann = to.person("ann").await;
    let channel = ann.channel("general").await;
    let guest = Guest::of(evil, "mallory", &channel, &ann).await;
    guest.join(to).await.expect(200);
    let user = guest.user.as_str();
    let now = loggia::server::now();
    let long = "x".repeat(100);
    let cases = [
        (json!({ "text": "plain" }), json!({ "emoji": null, "text": "plain", "until_ts": null })),
        (json!({ "text": "y".repeat(60_000), "emoji": "<b>" }), json!("y".repeat(100))),
        (json!({ "text": "a\u{1b}\nb", "emoji": "\u{202e}x" }), json!("a  b")),
        (json!({ "text": format!("{long}z"), "emoji": "e".repeat(65), "more": {} }), json!(long)),
        (json!({ "text": "", "emoji": "" }), Value::Null),
        (json!({ "text": "c", "until_ts": now - 1 }), Value::Null),
        (json!({ "text": "d", "until_ts": "never" }), Value::Null),
        (json!({ "text": 7 }), Value::Null),
        (json!({ "emoji": "x" }), Value::Null),
        (json!("busy"), Value::Null),
        (json!([1]), Value::Null),
        (json!({ "text": "e", "emoji": {} }), Value::Null),
        (json!({ "text": "f", "until_ts": i64::MAX }), json!("f")),
    ];
    for (at, (status, shown)) in cases.into_iter().enumerate() {
        let name = format!("case {at}");
        let profile = json!({
            "user": user, "display_name": name, "bio": "", "avatar": null, "deactivated": false, "ts": 1,
            "status": status, "automated": { "no": 1 },
        });
        evil.script(move |heard: &Heard| {
            heard.target.ends_with("/profile").then(|| Reply::Json(200, profile.to_string()))
        });
        let signals = json!({ "signals": [{ "type": "profile", "user": user }] });
        evil.ask(to, "POST", &format!("/channels/{channel}/signals"), Some(signals)).await.expect(204);
        let seen = shows(&ann, user, &name, |user| user["display_name"] == name.as_str()).await;
        assert_eq!(seen.get("bot"), None, "{name}");
        let of = if shown.is_string() { &seen["status"]["text"] } else { &seen["status"] };
        assert_eq!(*of, shown, "{name}");
        // An end that is too far away is brought near.
        let until = seen["status"]["until_ts"].as_i64();
        assert!(until.is_none_or(|until| until < now + 367 * 86_400_000), "{name}: {until:?}");
        assert_eq!(until.is_some(), shown == "f", "{name}");
    }
    // Those of earlier versions say nothing of this, and mean a webhook by `bot`.
    let profile = json!({
        "user": user, "display_name": "Build", "bio": "", "avatar": null, "deactivated": false, "bot": true, "ts": 1,
    });
    evil.script(move |heard: &Heard| {
        heard.target.ends_with("/profile").then(|| Reply::Json(200, profile.to_string()))
    });
    let signals = json!({ "signals": [{ "type": "profile", "user": user }] });
    evil.ask(to, "POST", &format!("/channels/{channel}/signals"), Some(signals)).await.expect(204);
    let seen = shows(&ann, user, "a webhook", |user| user["display_name"] == "Build").await;
    assert_eq!((&seen["bot"], &seen["webhook"], &seen["status"]), (&json!(true), &json!(true), &Value::Null));
    ann.post("/dms", json!({ "users": [user] })).await.problem(404, "user_not_found");
}
