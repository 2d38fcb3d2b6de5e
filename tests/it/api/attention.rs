//! Words that notify, and silence: the same for all of somebody's devices.

use serde_json::{Value, json};

use super::servers_with;
use crate::both;
use crate::support::person::PASSWORD;
use crate::support::push_service::PushService;
use crate::support::{Stream, TestServer};

both!(
    async fn words_notify_those_who_watch_for_them(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        ann.say(&channel, "n0", "deploy before bob is here").await;
        bob.join(&channel).await;
        let words = json!({ "keywords": ["Deploy", "on  call", "deploy"] });
        let set = bob.patch("/me/attention", words).await.expect(200);
        assert_eq!(set["keywords"], json!(["deploy", "on call"]));
        assert_eq!(bob.get("/me/attention").await.expect(200), set);
        for (nonce, text) in [
            ("n1", "redeployed"),
            ("n2", "Time to DEPLOY!"),
            ("n3", "who is on call?"),
            ("n4", "@bob deploy"),
        ] {
            ann.say(&channel, nonce, text).await;
        }
        bob.say(&channel, "n1", "I deploy").await;
        let inbox = bob.get("/notifications").await.expect(200);
        let told: Vec<(&str, &str)> = inbox["notifications"]
            .as_array()
            .expect("notifications")
            .iter()
            .map(|item| {
                let text = item["message"]["text"].as_str().expect("text");
                (item["kind"].as_str().expect("a kind"), text)
            })
            .collect();
        let expected =
            [("mention", "@bob deploy"), ("keyword", "who is on call?"), ("keyword", "Time to DEPLOY!")];
        assert_eq!(told, expected);
        assert_eq!(ann.get("/notifications").await.expect(200)["notifications"], json!([]));
        // A silent channel, and no words any more.
        bob.put(&format!("/channels/{channel}/notify"), json!({ "level": "none" })).await.expect(204);
        ann.say(&channel, "n5", "deploy").await;
        bob.put(&format!("/channels/{channel}/notify"), json!({ "level": "all" })).await.expect(204);
        bob.patch("/me/attention", json!({ "keywords": [] })).await.expect(200);
        ann.say(&channel, "n6", "deploy").await;
        assert_eq!(
            bob.get("/notifications").await.expect(200)["notifications"].as_array().map(Vec::len),
            Some(3)
        );
    }
);

both!(
    async fn silence_is_told_to_ones_other_devices_and_to_nobody_else(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let empty = json!({ "keywords": [], "quiet_until_ts": null, "schedule": null });
        assert_eq!(ann.get("/me/attention").await.expect(200), empty);
        let login = json!({ "username": "ann", "password": PASSWORD });
        let session = ann.post("/sessions", login).await.expect(201);
        let other = ann.with_token(session["session"]["token"].as_str().expect("a token"));
        let (mut stream, _) = Stream::open(&other, json!({})).await;
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        let schedule = json!({ "zone": "Europe/Berlin", "from_min": 1320, "to_min": 480 });
        let set = ann.patch("/me/attention", json!({ "schedule": schedule })).await.expect(200);
        assert_eq!(set["schedule"], schedule);
        let frames = stream.until(|frame| frame["t"] == "attention.updated").await;
        assert_eq!(frames.last().expect("a frame")["d"], set);
        let set =
            ann.patch("/me/attention", json!({ "quiet_until_ts": 1_900_000_000_000_i64 })).await.expect(200);
        assert_eq!((&set["schedule"], &set["quiet_until_ts"]), (&schedule, &json!(1_900_000_000_000_i64)));
        let set =
            ann.patch("/me/attention", json!({ "schedule": null, "quiet_until_ts": null })).await.expect(200);
        assert_eq!(set, empty);
        let channel = bob.channel("Fence").await;
        let before = bobs.until(|frame| frame["t"] == "channel.joined" && frame["channel"] == *channel).await;
        assert!(before.iter().all(|frame| frame["t"] != "attention.updated"), "{before:?}");
    }
);

both!(
    async fn bad_wishes_are_refused_whole(server: TestServer) {
        let ann = server.person("ann").await;
        let before = ann.patch("/me/attention", json!({ "keywords": ["kept"] })).await.expect(200);
        let schedule = |zone: &str, from: i64| json!({ "zone": zone, "from_min": from, "to_min": 1 });
        for (body, code) in [
            (json!({ "keywords": ["a"] }), "bad_keywords"),
            (json!({ "keywords": vec!["word"; 51] }), "bad_keywords"),
            (json!({ "keywords": [], "schedule": schedule("Nowhere/Town", 0) }), "bad_schedule"),
            (json!({ "keywords": [], "schedule": schedule("UTC", 1_440) }), "bad_schedule"),
            (json!({ "keywords": [], "quiet_until_ts": -1 }), "bad_schedule"),
            (json!({ "keywords": [], "quiet_until_ts": 1_i64 << 53 }), "bad_schedule"),
            (json!({ "schedule": schedule("UTC", -1) }), "bad_json"),
            (json!({ "keywords": "word" }), "bad_json"),
        ] {
            ann.patch("/me/attention", body).await.problem(400, code);
        }
        assert_eq!(ann.get("/me/attention").await.expect(200), before);
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pushes_keep_the_silence() {
    let service = PushService::start().await;
    for (n, server) in
        servers_with(&service.settings(&[("LOGGIA_PUSH__DELAY_MS", "0")])).await.iter().enumerate()
    {
        let (ann, bob, eve) =
            (server.person("ann").await, server.person("bob").await, server.person("eve").await);
        let channel = ann.channel("General").await;
        for (person, path) in [(&bob, "/bob"), (&eve, "/eve")] {
            person.join(&channel).await;
            person.put("/me/push", service.subscription(path, "mine")).await.expect(200);
        }
        bob.patch("/me/attention", json!({ "quiet_until_ts": 9_000_000_000_000_i64 })).await.expect(200);
        eve.patch("/me/attention", json!({ "keywords": ["lunch"] })).await.expect(200);
        ann.say(&channel, "n1", "@bob: lunch").await;
        service.wait_for(n * 2 + 1).await;
        bob.patch("/me/attention", json!({ "quiet_until_ts": Value::Null })).await.expect(200);
        ann.say(&channel, "n2", "@bob: still there?").await;
        let paths: Vec<String> =
            service.wait_for(n * 2 + 2).await[n * 2..].iter().map(|pushed| pushed.path.clone()).collect();
        assert_eq!(paths, ["/eve", "/bob"]);
    }
}
