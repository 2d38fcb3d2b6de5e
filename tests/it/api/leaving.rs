//! Deleting an account.

use reqwest::Method;
use serde_json::{Value, json};

use super::membership::set;
use crate::both;
use crate::support::person::{Answer, PASSWORD};
use crate::support::{Person, Stream, TestServer};

async fn delete_account(person: &Person, password: &str) -> Answer {
    person.ask(Method::DELETE, "/me", json!({ "password": password })).await
}

both!(
    async fn a_deleted_account_is_gone_and_what_it_wrote_stays(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        bob.patch("/me", json!({ "display_name": "Bobby", "bio": "about me" })).await.expect(200);
        bob.say(&channel, "n1", "hello").await;
        let (mut stream, _) = Stream::open(&bob, json!({})).await;
        delete_account(&bob, "wrong horse").await.problem(403, "wrong_password");
        bob.get("/me").await.expect(200);
        let answer = delete_account(&bob, PASSWORD).await;
        assert!(answer.headers["set-cookie"].to_str().expect("text").contains("Max-Age=0"));
        answer.expect(204);
        bob.get("/me").await.problem(401, "unauthenticated");
        assert_eq!(stream.end().await, 4003);
        let log_in = json!({ "username": "bob", "password": PASSWORD });
        Person::nobody(&server.base).post("/sessions", log_in.clone()).await.problem(401, "bad_credentials");
        // The name stays taken: logs name it.
        Person::nobody(&server.base).post("/accounts", log_in).await.problem(409, "username_taken");
        let seen = ann.get("/users/@bob:a.test").await.expect(200);
        let shown = (&seen["deactivated"], &seen["display_name"], &seen["bio"], &seen["avatar"]);
        assert_eq!(shown, (&json!(true), &json!(""), &json!(""), &Value::Null));
        assert_eq!(ann.get("/users?query=bob").await.expect(200)["users"], json!([]));
        assert_eq!(ann.texts(&channel).await, ["hello"]);
        assert_eq!(ann.get(&format!("/channels/{channel}")).await.expect(200)["member_count"], 1);
        set(&ann, &channel, &bob, json!({ "membership": "invited" })).await.problem(404, "user_not_found");
        ann.post("/dms", json!({ "users": [bob.id] })).await.problem(404, "user_not_found");
    }
);

both!(
    async fn channels_pass_to_whoever_stands_next(server: TestServer) {
        let (ann, bob, carl) =
            (server.person("ann").await, server.person("bob").await, server.person("carl").await);
        let (led, flat, alone) =
            (ann.channel("Led").await, ann.channel("Flat").await, ann.channel("Alone").await);
        let archived = ann.channel("Archived").await;
        for channel in [&led, &flat, &archived] {
            bob.join(channel).await;
            carl.join(channel).await;
        }
        set(&ann, &led, &carl, json!({ "role": "moderator" })).await.expect(200);
        ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
        let body = json!({ "name": "Asked in", "visibility": "private" });
        let asked = bob.post("/channels", body).await.expect(201)["id"].as_str().expect("an id").to_owned();
        set(&bob, &asked, &ann, json!({ "membership": "invited" })).await.expect(200);
        ann.patch(&format!("/channels/{archived}"), json!({ "archived": true })).await.expect(200);
        delete_account(&ann, PASSWORD).await.expect(204);
        let role = async |person: &Person, channel: &str| {
            person.get(&format!("/channels/{channel}")).await.expect(200)["role"].clone()
        };
        assert_eq!((role(&bob, &led).await, role(&carl, &led).await), (json!("member"), json!("owner")));
        assert_eq!((role(&bob, &flat).await, role(&carl, &flat).await), (json!("owner"), json!("member")));
        assert_eq!(role(&bob, &archived).await, "owner");
        for (channel, count) in [(&led, 2), (&flat, 2), (&alone, 0), (&archived, 2), (&asked, 1)] {
            let now = bob.get(&format!("/channels/{channel}")).await.expect(200);
            assert_eq!(now["member_count"], count);
        }
        let invited = bob.get(&format!("/channels/{asked}/members?membership=invited")).await.expect(200);
        assert_eq!(invited["members"], json!([]));
        // An archived channel takes no hand-over: it is open again, and its new owner may close it.
        let path = format!("/channels/{archived}");
        assert_eq!(bob.get(&path).await.expect(200)["archived"], false);
        assert_eq!(bob.patch(&path, json!({ "archived": true })).await.expect(200)["archived"], true);
    }
);

both!(
    /// Nobody could take them out of it again.
    async fn nobody_keeps_a_seat_that_they_took_while_their_account_was_deleted(server: TestServer) {
        const AT_ONCE: usize = 24;
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let mut channels = Vec::new();
        for n in 0..AT_ONCE {
            channels.push(ann.channel(&format!("Open {n}")).await);
        }
        let busy: Vec<_> = channels
            .iter()
            .cloned()
            .enumerate()
            .map(|(n, channel)| {
                let bob = bob.with_token(&bob.token);
                tokio::spawn(async move {
                    for round in 0.. {
                        let joined = bob.post(&format!("/channels/{channel}/join"), json!({})).await;
                        let made = bob
                            .post(
                                "/channels",
                                json!({ "name": format!("Mine {n} {round}"), "visibility": "public" }),
                            )
                            .await;
                        if joined.status == 401 && made.status == 401 {
                            break;
                        }
                    }
                })
            })
            .collect();
        delete_account(&bob, PASSWORD).await.expect(204);
        for task in busy {
            task.await.expect("joined");
        }
        for channel in channels {
            assert_eq!(ann.get(&format!("/channels/{channel}")).await.expect(200)["member_count"], 1);
        }
        let listed = ann.get("/directory?query=mine&limit=100").await.expect(200);
        let listed = listed["channels"].as_array().expect("channels").iter();
        let kept: Vec<&Value> = listed.filter(|channel| channel["member_count"] != 0).collect();
        assert!(kept.is_empty(), "{kept:?}");
    }
);

both!(
    async fn what_a_deleted_account_asked_for_is_taken_back(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("Door").await;
        let path = format!("/channels/{channel}");
        ann.patch(&path, json!({ "policy": { "join": "knock" } })).await.expect(200);
        set(&bob, &channel, &bob, json!({ "membership": "knocking" })).await.expect(200);
        delete_account(&bob, PASSWORD).await.expect(204);
        let knocks = ann.get(&format!("{path}/members?membership=knocking")).await.expect(200);
        assert_eq!(knocks["members"], json!([]));
    }
);
