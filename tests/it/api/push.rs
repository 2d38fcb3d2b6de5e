//! Web Push: what reaches a device that has no window open, against a push service of the test's own.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::servers_with;
use crate::both;
use crate::support::person::PASSWORD;
use crate::support::push_service::PushService;
use crate::support::{Person, TestServer, eventually};

const AT_ONCE: &[(&str, &str)] = &[("LOGGIA_PUSH__DELAY_MS", "0")];

/// A subscription with the keys of RFC 8291, appendix A.
pub fn subscription(endpoint: &str) -> Value {
    let p256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    json!({ "endpoint": endpoint, "keys": { "p256dh": p256dh, "auth": "BTBZMqHH6r4Tts7J_aSIgg" } })
}

/// Ann and bob in a channel; bob's device is at /bob.
async fn scene(server: &TestServer, service: &PushService, scope: &str) -> (Person, Person, String) {
    let (ann, bob) = (server.person("ann").await, server.person("bob").await);
    let channel = ann.channel("General").await;
    bob.join(&channel).await;
    bob.put("/me/push", service.subscription("/bob", scope)).await.expect(200);
    (ann, bob, channel)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_concerns_somebody_reaches_their_device_encrypted() {
    let service = PushService::start().await;
    for (n, server) in servers_with(&service.settings(AT_ONCE)).await.iter().enumerate() {
        let (ann, bob, channel) = scene(server, &service, "mine").await;
        let before = n * 3;
        ann.say(&channel, "n0", "nothing of bob's").await;
        bob.say(&channel, "n0", "my own @bob").await;
        let said = ann.say(&channel, "n1", "Hello **@bob**,\n\nhow are `you`?").await;
        let pushed = service.wait_for(before + 1).await.pop().expect("a push");
        let expected = json!({
            "title": "ann · #General", "body": "Hello @bob, how are you?",
            "channel": channel, "seq": said["seq"], "message": said["id"],
        });
        assert_eq!((pushed.path.as_str(), &pushed.payload), ("/bob", &expected));
        assert_eq!((pushed.header("urgency"), pushed.header("topic").len()), ("high", 32));
        let ttl: u32 = pushed.header("ttl").parse().expect("a number");
        assert!((86_000..=86_400).contains(&ttl), "{ttl}");
        let key =
            ann.get("/server").await.expect(200)["push"]["vapid_key"].as_str().expect("a key").to_owned();
        assert!(pushed.header("authorization").ends_with(&format!("k={key}")));

        let dm = ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
        ann.say(dm["id"].as_str().expect("an id"), "n2", "psst").await;
        let pushed = service.wait_for(before + 2).await.pop().expect("a push");
        assert_eq!((&pushed.payload["title"], &pushed.payload["body"]), (&json!("ann"), &json!("psst")));

        let own = bob.say(&channel, "n3", "a question").await;
        let body = json!({ "nonce": "n4", "text": "an answer", "reply_to": own["id"] });
        ann.post(&format!("/channels/{channel}/messages"), body).await.expect(201);
        let pushed = service.wait_for(before + 3).await;
        assert_eq!(pushed.last().expect("a push").payload["body"], "an answer");
        assert_eq!(pushed.len(), before + 3, "each once, and nothing else: {pushed:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_read_deleted_or_is_unwanted_by_then_is_not_pushed() {
    let service = PushService::start().await;
    for (n, server) in
        servers_with(&service.settings(&[("LOGGIA_PUSH__DELAY_MS", "1500")])).await.iter().enumerate()
    {
        let (ann, bob, read) = scene(server, &service, "mine").await;
        let mut channels = vec![read];
        for name in ["Deleted", "Silent", "Left", "Told"] {
            let channel = ann.channel(name).await;
            bob.join(&channel).await;
            channels.push(channel);
        }
        let mut said = Vec::new();
        for channel in &channels {
            said.push(ann.say(channel, "n1", "for @bob: first").await);
        }
        bob.put(&format!("/channels/{}/read", channels[0]), json!({ "seq": said[0]["seq"] }))
            .await
            .expect(200);
        let deleted = said[1]["id"].as_str().expect("an id");
        ann.delete(&format!("/channels/{}/messages/{deleted}", channels[1])).await.expect(204);
        bob.put(&format!("/channels/{}/notify", channels[2]), json!({ "level": "none" })).await.expect(204);
        bob.post(&format!("/channels/{}/leave", channels[3]), Value::Null).await.expect(204);
        // Of one channel the newest.
        ann.say(&channels[4], "n2", "for @bob: second").await;
        let last = ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
        ann.say(last["id"].as_str().expect("an id"), "n1", "the last").await;
        let mut bodies: Vec<String> = service.wait_for(n * 2 + 2).await[n * 2..]
            .iter()
            .map(|pushed| pushed.payload["body"].as_str().expect("text").to_owned())
            .collect();
        bodies.sort();
        assert_eq!(bodies, ["for @bob: second", "the last"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_pushed_to_who_wants_everything() {
    let service = PushService::start().await;
    for (n, server) in servers_with(&service.settings(AT_ONCE)).await.iter().enumerate() {
        let (ann, bob, channel) = scene(server, &service, "all").await;
        ann.say(&channel, "n1", "for nobody in particular").await;
        let pushed = service.wait_for(n * 2 + 1).await.pop().expect("a push");
        assert_eq!(pushed.payload["body"], "for nobody in particular");
        assert_eq!(pushed.header("urgency"), "normal");
        bob.put(&format!("/channels/{channel}/notify"), json!({ "level": "mentions" })).await.expect(204);
        ann.say(&channel, "n2", "not this").await;
        ann.say(&channel, "n3", "but this, @bob").await;
        let pushed = service.wait_for(n * 2 + 2).await;
        assert_eq!(pushed.last().expect("a push").payload["body"], "but this, @bob");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_busy_gets_it_later_and_no_sooner_than_it_says() {
    let service = PushService::start().await;
    for (n, server) in servers_with(&service.settings(AT_ONCE)).await.iter().enumerate() {
        let (ann, _, channel) = scene(server, &service, "mine").await;
        service.answer_next(&[(500, None), (429, Some(2))]);
        ann.say(&channel, "n1", "@bob").await;
        let pushed = &service.wait_for(n * 3 + 3).await[n * 3..];
        assert!(pushed[2].at - pushed[1].at >= Duration::from_secs(2));
        assert_eq!(pushed[2].payload, pushed[0].payload);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_is_gone_is_forgotten() {
    let service = PushService::start().await;
    for (n, server) in servers_with(&service.settings(AT_ONCE)).await.iter().enumerate() {
        let (ann, bob, channel) = scene(server, &service, "mine").await;
        let before = n * 2;
        service.answer_next(&[(410, None)]);
        ann.say(&channel, "n1", "@bob one").await;
        service.wait_for(before + 1).await;
        eventually("the device is forgotten", || async {
            bob.get("/me/push").await.expect(200)["device"].is_null().then_some(())
        })
        .await;
        // Another device of bob's hears of what comes next, alone.
        let login = json!({ "username": "bob", "password": PASSWORD });
        let session = bob.post("/sessions", login).await.expect(201);
        let other = bob.with_token(session["session"]["token"].as_str().expect("a token"));
        other.put("/me/push", service.subscription("/bob-2", "mine")).await.expect(200);
        ann.say(&channel, "n2", "@bob two").await;
        let pushed = service.wait_for(before + 2).await;
        let last = pushed.last().expect("a push");
        assert_eq!((last.path.as_str(), &last.payload["body"]), ("/bob-2", &json!("@bob two")));
        assert_eq!(pushed.len(), before + 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_goes_with_its_session_and_with_its_next_owner() {
    let service = PushService::start().await;
    for (n, server) in servers_with(&service.settings(AT_ONCE)).await.iter().enumerate() {
        let (ann, bob, channel) = scene(server, &service, "mine").await;
        let eve = server.person("eve").await;
        eve.join(&channel).await;
        // The same browser, now eve's: bob's session has no device any more.
        eve.put("/me/push", service.subscription("/bob", "mine")).await.expect(200);
        assert_eq!(bob.get("/me/push").await.expect(200), json!({ "device": null }));
        let again = bob.put("/me/push", service.subscription("/bob-2", "all")).await.expect(200);
        assert_eq!(again["scope"], "all");
        assert_eq!(bob.get("/me/push").await.expect(200)["device"], again);
        let login = json!({ "username": "bob", "password": PASSWORD });
        let session = bob.post("/sessions", login).await.expect(201);
        let other = bob.with_token(session["session"]["token"].as_str().expect("a token"));
        assert_eq!(other.get("/me/push").await.expect(200), json!({ "device": null }));
        bob.delete("/sessions/current").await.expect(204);
        // Eve ends hers by hand, and asks for another.
        eve.delete("/me/push").await.expect(204);
        eve.delete("/me/push").await.expect(204);
        eve.put("/me/push", service.subscription("/eve", "mine")).await.expect(200);
        ann.say(&channel, "n1", "@bob @eve").await;
        let pushed = service.wait_for(n + 1).await;
        assert_eq!((pushed.len(), pushed.last().expect("a push").path.as_str()), (n + 1, "/eve"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_outlives_the_process_and_so_does_the_key() {
    let service = PushService::start().await;
    let settings = service.settings(&[("LOGGIA_PUSH__DELAY_MS", "1000")]);
    for (n, mut server) in servers_with(&settings).await.into_iter().enumerate() {
        let (ann, bob, channel) = scene(&server, &service, "mine").await;
        let key = ann.get("/server").await.expect(200)["push"].clone();
        ann.say(&channel, "n1", "@bob").await;
        server.restart().await;
        assert_eq!(ann.at(&server.base).get("/server").await.expect(200)["push"], key);
        service.wait_for(n + 1).await;
        assert!(bob.at(&server.base).get("/me/push").await.expect(200)["device"].is_object());
    }
}

both!(
    async fn bad_subscriptions_are_refused(server: TestServer) {
        let ann = server.person("ann").await;
        let good = subscription("https://push.test/x");
        let with = |pointer: &str, value: Value| {
            let mut body = good.clone();
            *body.pointer_mut(pointer).expect("a field") = value;
            body
        };
        for (body, code) in [
            (with("/endpoint", json!("http://push.test/x")), "bad_endpoint"),
            (with("/endpoint", json!("https://127.0.0.1/x")), "bad_endpoint"),
            (with("/endpoint", json!("https://push.test:22/x")), "bad_endpoint"),
            (with("/endpoint", json!("https://push.test/\u{0}")), "bad_endpoint"),
            (with("/endpoint", json!(format!("https://push.test/{}", "x".repeat(1_024)))), "bad_endpoint"),
            (with("/keys/p256dh", json!("AAAA")), "bad_push_keys"),
            (with("/keys/auth", json!("AAAA")), "bad_push_keys"),
            (with("/keys", json!({})), "bad_json"),
        ] {
            ann.put("/me/push", body).await.problem(400, code);
        }
        assert_eq!(ann.get("/me/push").await.expect(200), json!({ "device": null }));
        ann.put("/me/push", good).await.expect(200);
    }
);

both!([("LOGGIA_PUSH__ENABLED", "false")]
    async fn a_server_that_pushes_nothing_says_so(server: TestServer) {
        let ann = server.person("ann").await;
        assert_eq!(ann.get("/server").await.expect(200)["push"], json!({ "vapid_key": null }));
        ann.put("/me/push", subscription("https://push.test/x")).await.problem(403, "push_disabled");
        let answer = ann.ask(Method::GET, "/me/push", Value::Null).await.expect(200);
        assert_eq!(answer, json!({ "device": null }));
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_browser_says_of_its_subscription_is_taken_as_it_is() {
    for server in servers_with(&[]).await {
        let ann = server.person("ann").await;
        for expires in [Value::Null, json!(1_800_000_000_000_i64), json!(1_800_000_000_000.5)] {
            let mut said = subscription("https://push.example/ann");
            said["expirationTime"] = expires;
            ann.put("/me/push", said).await.expect(200);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_answer_says_nothing_of_where_a_device_is_now() {
    let service = PushService::start().await;
    for (n, server) in servers_with(&service.settings(AT_ONCE)).await.iter().enumerate() {
        let (ann, bob, channel) = scene(server, &service, "mine").await;
        service.hold(true);
        service.answer_next(&[(410, None)]);
        ann.say(&channel, "n1", "@bob one").await;
        service.wait_for(n * 2 + 1).await;
        // The browser has another address meanwhile.
        bob.put("/me/push", service.subscription("/bob-2", "mine")).await.expect(200);
        service.hold(false);
        let pushed = service.wait_for(n * 2 + 2).await.pop().expect("a push");
        assert_eq!((pushed.path.as_str(), &pushed.payload["body"]), ("/bob-2", &json!("@bob one")));
        assert!(!bob.get("/me/push").await.expect(200)["device"].is_null());
    }
}
