//! How often one may try.

use reqwest::header::HeaderValue;
use serde_json::{Value, json};

use super::servers_with;
use crate::support::Person;
use crate::support::person::{Answer, PASSWORD};

const LIMITED: &[(&str, &str)] = &[
    ("LOGGIA_LIMITS__ENABLED", "true"),
    ("LOGGIA_LIMITS__LOGINS_PER_MINUTE", "3"),
    ("LOGGIA_LIMITS__REGISTRATIONS_PER_HOUR", "2"),
    ("LOGGIA_LIMITS__WRITES_PER_MINUTE", "4"),
    ("LOGGIA_LIMITS__CHANNELS_PER_HOUR", "1"),
    ("LOGGIA_LIMITS__REQUESTS_PER_MINUTE", "30"),
];

#[track_caller]
fn assert_limited(answer: Answer, policy: &str) {
    let header = |name: &str| answer.headers[name].to_str().expect("text").to_owned();
    let wait: u64 = header("retry-after").parse().expect("seconds");
    assert!((1..=3_600).contains(&wait));
    assert_eq!(header("ratelimit-policy"), policy);
    let (name, _) = policy.split_once(';').expect("a name");
    assert_eq!(header("ratelimit"), format!("{name};r=0;t={wait}"));
    answer.problem(429, "rate_limited");
}

#[track_caller]
fn assert_remaining(answer: &Answer, remaining: u32) {
    let rate = answer.headers["ratelimit"].to_str().expect("text");
    assert!(rate.contains(&format!("r={remaining};")), "{rate}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logging_in_is_limited_however_the_name_is_written() {
    // From addresses that proxies speak for, each of which may try often, so that only the account's limit is met.
    let mut settings = LIMITED.to_vec();
    settings.push(("LOGGIA_LIMITS__ADDRESS_LOGINS_PER_MINUTE", "100"));
    settings.push(("LOGGIA_SERVER__TRUSTED_PROXIES", "127.0.0.1"));
    for server in servers_with(&settings).await {
        server.person("ann").await;
        let nobody = Person::nobody(&server.base);
        let log_in = async |address: u8, username: &str, password: &str| {
            let request = nobody.request(reqwest::Method::POST, "/sessions");
            let request = request.header("x-forwarded-for", format!("10.0.0.{address}"));
            nobody.send(request.json(&json!({ "username": username, "password": password }))).await
        };
        for (remaining, username) in ["ann", "@ANN", "@@ann"].into_iter().enumerate() {
            let answer = log_in(1, username, "wrong horse").await;
            assert_remaining(&answer, 2 - u32::try_from(remaining).expect("small"));
            answer.problem(401, "bad_credentials");
        }
        for username in ["ann", "@Ann", "@@@ann", "ann:a.test"] {
            assert_limited(log_in(1, username, PASSWORD).await, "\"logins\";q=3;w=60");
        }
        // Whoever guesses keeps nobody elsewhere out, however often they log in.
        for _ in 0..3 {
            log_in(2, "ann", PASSWORD).await.expect(201);
        }
        // From many addresses there are not as many guesses as one likes.
        let guess = async |n: u8| log_in(10 + n / 3, "ann", "wrong horse").await;
        for n in 0..15 {
            guess(n).await.problem(401, "bad_credentials");
        }
        for username in ["ann", "@Ann", "ann:a.test"] {
            assert_limited(log_in(40, username, PASSWORD).await, "\"logins\";q=18;w=60");
        }
        log_in(8, "somebody-else", PASSWORD).await.problem(401, "bad_credentials");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logging_in_is_limited_by_address_whatever_the_name() {
    for server in servers_with(LIMITED).await {
        let nobody = Person::nobody(&server.base);
        let body = |username: &str| json!({ "username": username, "password": PASSWORD });
        for username in ["a", "b", "c"] {
            nobody.post("/sessions", body(username)).await.problem(401, "bad_credentials");
        }
        // Nobody but a trusted proxy speaks for other addresses.
        let forged = nobody.request(reqwest::Method::POST, "/sessions").header("x-forwarded-for", "10.1.1.1");
        assert_limited(nobody.send(forged.json(&body("d"))).await, "\"logins\";q=3;w=60");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_people_behind_one_address_may_log_in_and_each_account_is_guarded_as_before() {
    let mut settings = LIMITED.to_vec();
    settings.push(("LOGGIA_LIMITS__ADDRESS_LOGINS_PER_MINUTE", "6"));
    for server in servers_with(&settings).await {
        let nobody = Person::nobody(&server.base);
        let log_in = async |username: &str| {
            nobody.post("/sessions", json!({ "username": username, "password": PASSWORD })).await
        };
        for username in ["a", "a", "a"] {
            log_in(username).await.problem(401, "bad_credentials");
        }
        assert_limited(log_in("a").await, "\"logins\";q=3;w=60");
        for username in ["b", "c"] {
            log_in(username).await.problem(401, "bad_credentials");
        }
        assert_limited(log_in("d").await, "\"logins\";q=6;w=60");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_has_another_address_by_a_line_of_their_own_before_the_proxys() {
    let mut settings = LIMITED.to_vec();
    settings.push(("LOGGIA_SERVER__TRUSTED_PROXIES", "127.0.0.1"));
    for server in servers_with(&settings).await {
        let nobody = Person::nobody(&server.base);
        let log_in = async |own: &str, added: &str, username: &str| {
            let request = nobody.request(reqwest::Method::POST, "/sessions");
            let request = request.header("x-forwarded-for", own).header("x-forwarded-for", added);
            nobody.send(request.json(&json!({ "username": username, "password": PASSWORD }))).await
        };
        for n in 0..3 {
            let answer = log_in(&format!("10.9.9.{n}"), "10.0.0.1", &format!("a{n}")).await;
            answer.problem(401, "bad_credentials");
        }
        assert_limited(log_in("10.9.9.9", "10.0.0.1", "b").await, "\"logins\";q=3;w=60");
        // What a proxy could not name is the proxy's, whatever stands before it.
        for n in 0..3 {
            let answer = log_in(&format!("10.9.9.{n}"), "unknown", &format!("c{n}")).await;
            answer.problem(401, "bad_credentials");
        }
        assert_limited(log_in("10.9.9.9", "unknown", "d").await, "\"logins\";q=3;w=60");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_is_not_its_client_whatever_that_writes_before_it() {
    let mut settings = LIMITED.to_vec();
    settings.push(("LOGGIA_SERVER__TRUSTED_PROXIES", "127.0.0.1"));
    for server in servers_with(&settings).await {
        let nobody = Person::nobody(&server.base);
        let log_in = async |forwarded: &[u8], username: &str| {
            let value = HeaderValue::from_bytes(forwarded).expect("a value");
            let request = nobody.request(reqwest::Method::POST, "/sessions").header("x-forwarded-for", value);
            nobody.send(request.json(&json!({ "username": username, "password": PASSWORD }))).await
        };
        for n in 0..3 {
            log_in(b"\xe9, 10.0.0.1", &format!("a{n}")).await.problem(401, "bad_credentials");
        }
        assert_limited(log_in(b"10.0.0.1", "b").await, "\"logins\";q=3;w=60");
        log_in(b"10.0.0.2", "b").await.problem(401, "bad_credentials");
        log_in(b"127.0.0.1", "b").await.problem(401, "bad_credentials");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_addresses_of_one_network_have_a_limit_together() {
    let mut settings = LIMITED.to_vec();
    settings.push(("LOGGIA_SERVER__TRUSTED_PROXIES", "127.0.0.1"));
    for server in servers_with(&settings).await {
        let nobody = Person::nobody(&server.base);
        let log_in = async |from: String, username: String| {
            let request = nobody.request(reqwest::Method::POST, "/sessions").header("x-forwarded-for", from);
            nobody.send(request.json(&json!({ "username": username, "password": PASSWORD }))).await
        };
        for n in 0..24 {
            log_in(format!("2001:db8:7:{n}::1"), format!("a{n}")).await.problem(401, "bad_credentials");
        }
        assert_limited(log_in("2001:db8:7:99::1".into(), "b".into()).await, "\"logins\";q=24;w=60");
        log_in("2001:db8:8:1::1".into(), "b".into()).await.problem(401, "bad_credentials");
        // An account is tried from a network as from one address.
        for n in 0..3 {
            log_in(format!("2001:db8:9:{n}::1"), "c".into()).await.problem(401, "bad_credentials");
        }
        assert_limited(log_in("2001:db8:9:4::1".into(), "c".into()).await, "\"logins\";q=3;w=60");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn registering_is_limited_by_address() {
    for server in servers_with(LIMITED).await {
        let nobody = Person::nobody(&server.base);
        let body = |username: &str| json!({ "username": username, "password": PASSWORD });
        // Who mistypes may try again.
        for _ in 0..3 {
            nobody.post("/accounts", body("a b")).await.problem(400, "bad_username");
        }
        let first = nobody.post("/accounts", body("ann")).await;
        assert_remaining(&first, 1);
        first.expect(201);
        nobody.post("/accounts", body("bob")).await.expect(201);
        assert_limited(nobody.post("/accounts", body("carl")).await, "\"registrations\";q=2;w=3600");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trying_passwords_from_within_a_session_is_limited_too() {
    for server in servers_with(LIMITED).await {
        let ann = server.person("ann").await;
        let body = json!({ "current": "wrong horse", "new": "another horse" });
        ann.put("/me/password", body.clone()).await.problem(403, "wrong_password");
        ann.put("/me/password", body.clone()).await.problem(403, "wrong_password");
        let delete = json!({ "password": "wrong horse" });
        ann.ask(reqwest::Method::DELETE, "/me", delete.clone()).await.problem(403, "wrong_password");
        assert_limited(ann.put("/me/password", body).await, "\"logins\";q=3;w=60");
        assert_limited(ann.ask(reqwest::Method::DELETE, "/me", delete).await, "\"logins\";q=3;w=60");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_guesses_a_password_does_not_keep_its_owner_from_changing_it() {
    for server in servers_with(LIMITED).await {
        let ann = server.person("ann").await;
        let nobody = Person::nobody(&server.base);
        let guess = json!({ "username": "ann", "password": "wrong horse" });
        for _ in 0..3 {
            nobody.post("/sessions", guess.clone()).await.problem(401, "bad_credentials");
        }
        assert_limited(nobody.post("/sessions", guess).await, "\"logins\";q=3;w=60");
        ann.put("/me/password", json!({ "current": PASSWORD, "new": "another horse" })).await.expect(204);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_channels_and_requests_have_limits_of_their_own() {
    for server in servers_with(LIMITED).await {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let another = ann.post("/channels", json!({ "name": "Another" })).await;
        assert_limited(another, "\"channels\";q=1;w=3600");
        let messages = format!("/channels/{channel}/messages");
        for nonce in ["n1", "n2"] {
            ann.say(&channel, nonce, "hello").await;
        }
        let fifth = json!({ "nonce": "n3", "text": "hello" });
        assert_limited(ann.post(&messages, fifth.clone()).await, "\"writes\";q=4;w=60");
        // Somebody else has their own, and reading is another limit; what was refused was not done.
        bob.join(&channel).await;
        bob.say(&channel, "n1", "hello").await;
        assert_eq!(ann.texts(&channel).await.len(), 3);
        let mut last = Value::Null;
        for _ in 0..40 {
            let answer = ann.get("/me").await;
            if answer.status == 429 {
                assert_limited(answer, "\"requests\";q=30;w=60");
                last = json!("limited");
                break;
            }
        }
        assert_eq!(last, "limited");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_tokens_is_limited_by_address() {
    for server in servers_with(LIMITED).await {
        let mut ghost = Person::nobody(&server.base);
        "guess".clone_into(&mut ghost.token);
        let mut statuses = Vec::new();
        for _ in 0..32 {
            statuses.push(ghost.get("/me").await.status);
        }
        assert_eq!(statuses.iter().filter(|status| **status == 401).count().min(30), 30);
        assert_eq!(statuses.last(), Some(&429));
    }
}
