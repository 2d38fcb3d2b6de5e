//! Sessions: which there are, and how they end.

use loggia::domain::Error;
use reqwest::Method;
use serde_json::{Value, json};

use crate::both;
use crate::support::person::PASSWORD;
use crate::support::{Person, Process, Stream, TestServer, eventually, run_sql};

/// Another session of the same person.
pub async fn log_in(person: &Person, device: &str) -> Person {
    let body = json!({ "username": person.name, "password": PASSWORD, "device_name": device });
    let begun = Person::nobody(&person.base).post("/sessions", body).await.expect(201);
    person.with_token(begun["session"]["token"].as_str().expect("a token"))
}

async fn sessions(person: &Person) -> Vec<Value> {
    person.get("/sessions").await.expect(200)["sessions"].as_array().expect("sessions").clone()
}

both!(
    async fn each_device_is_listed_once_and_marked_when_it_asks(server: TestServer) {
        let ann = server.person("ann").await;
        let phone = log_in(&ann, "phone\u{7}").await;
        let names = |listed: &[Value], current: bool| -> Vec<String> {
            let chosen = listed.iter().filter(|session| session["current"] == current);
            chosen.map(|session| session["device_name"].as_str().expect("a name").to_owned()).collect()
        };
        let listed = sessions(&phone).await;
        assert_eq!(listed.len(), 2);
        assert_eq!(names(&listed, true), ["phone"]);
        assert_eq!(names(&sessions(&ann).await, false), ["phone"]);
        for session in &listed {
            assert!(session["created_ts"].as_i64() > Some(0) && session["last_used_ts"].as_i64() > Some(0));
            assert!(session.get("token").is_none() && session.get("token_hash").is_none());
        }
        let long = log_in(&ann, &"x".repeat(500)).await;
        assert!(names(&sessions(&long).await, true).iter().all(|name| name.len() == 100));
    }
);

both!(
    async fn a_revoked_session_is_over_at_once_and_its_stream_closes(server: TestServer) {
        let ann = server.person("ann").await;
        let phone = log_in(&ann, "phone").await;
        let (mut stream, _) = Stream::open(&phone, json!({})).await;
        let listed = sessions(&ann).await;
        let other = listed.iter().find(|session| session["current"] == false).expect("the phone");
        let path = format!("/sessions/{}", other["id"].as_str().expect("an id"));
        ann.delete(&path).await.expect(204);
        phone.get("/me").await.problem(401, "unauthenticated");
        assert_eq!(stream.end().await, 4003);
        ann.delete(&path).await.problem(404, "session_not_found");
        assert_eq!(sessions(&ann).await.len(), 1);
    }
);

both!(
    async fn logging_out_ends_the_session_that_asks(server: TestServer) {
        let ann = server.person("ann").await;
        let (phone, tablet) = (log_in(&ann, "phone").await, log_in(&ann, "tablet").await);
        phone.delete("/sessions/current").await.expect(204);
        phone.get("/me").await.problem(401, "unauthenticated");
        let own =
            sessions(&tablet).await.into_iter().find(|session| session["current"] == true).expect("its own");
        tablet.delete(&format!("/sessions/{}", own["id"].as_str().expect("an id"))).await.expect(204);
        tablet.get("/me").await.problem(401, "unauthenticated");
        ann.get("/me").await.expect(200);
    }
);

both!(
    async fn nobody_ends_the_sessions_of_others(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let listed = sessions(&ann).await;
        let path = format!("/sessions/{}", listed[0]["id"].as_str().expect("an id"));
        bob.delete(&path).await.problem(404, "session_not_found");
        ann.get("/me").await.expect(200);
        bob.delete("/sessions/no-such-session").await.problem(404, "session_not_found");
    }
);

both!(
    async fn changing_the_password_ends_all_other_sessions(server: TestServer) {
        let ann = server.person("ann").await;
        let (phone, bob) = (log_in(&ann, "phone").await, server.person("bob").await);
        let (mut stream, _) = Stream::open(&phone, json!({})).await;
        let change = |current: &str, new: &str| json!({ "current": current, "new": new });
        ann.put("/me/password", change("wrong horse", "another horse")).await.problem(403, "wrong_password");
        ann.put("/me/password", change(PASSWORD, "short")).await.problem(400, "password_too_short");
        ann.put("/me/password", change(PASSWORD, &"x".repeat(1_025))).await.problem(400, "password_too_long");
        phone.get("/me").await.expect(200);
        ann.put("/me/password", change(PASSWORD, "another horse")).await.expect(204);
        phone.get("/me").await.problem(401, "unauthenticated");
        assert_eq!(stream.end().await, 4003);
        ann.get("/me").await.expect(200);
        bob.get("/me").await.expect(200);
        let log_in = |password: &str| {
            let body = json!({ "username": "ann", "password": password });
            let nobody = Person::nobody(&server.base);
            async move { nobody.post("/sessions", body).await }
        };
        log_in(PASSWORD).await.problem(401, "bad_credentials");
        log_in("another horse").await.expect(201);
    }
);

both!(
    async fn a_session_that_was_to_begin_with_the_password_before_does_not(server: TestServer) {
        let ann = server.person("ann").await;
        let domain = server.running.as_ref().expect("running").domain.clone();
        let (user, proof) = domain.authenticate("ann", PASSWORD.to_owned()).await.expect("it is hers");
        let change = json!({ "current": PASSWORD, "new": "another horse" });
        ann.put("/me/password", change).await.expect(204);
        let begun = domain.begin_session(&user.id, Some(proof), "late").await;
        assert!(matches!(begun, Err(Error::Credentials)));
        assert_eq!(sessions(&ann).await.len(), 1);
        let (_, proof) = domain.authenticate("ann", "another horse".to_owned()).await.expect("it is hers");
        domain.begin_session(&user.id, Some(proof), "right").await.expect("a session");
    }
);

both!(
    async fn a_password_that_the_operator_sets_ends_the_streams_of_the_running_server(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let (mut hers, _) = Stream::open(&ann, json!({})).await;
        let (mut his, _) = Stream::open(&bob, json!({})).await;
        let (dir, database) = (server.data_dir().to_owned(), server.config.settings.database.url.to_string());
        let command = ["user", "passwd", "ann", "--password", "another horse"];
        let ran = tokio::task::spawn_blocking(move || Process::run(&dir, &database, &command));
        let (done, said) = ran.await.expect("joined");
        assert!(done, "{said}");
        assert_eq!(hers.end().await, 4003);
        ann.get("/me").await.problem(401, "unauthenticated");
        his.until_pong().await;
        bob.get("/me").await.expect(200);
    }
);

both!(
    async fn a_stream_is_use_and_ends_with_a_session_that_rested_too_long(server: TestServer) {
        let ann = server.person("ann").await;
        let phone = log_in(&ann, "phone").await;
        let (mut stream, _) = Stream::open(&phone, json!({})).await;
        let sql = "UPDATE sessions SET last_used_ts = 1000 WHERE device_name = 'phone'";
        let rest = async || run_sql(&server.database_url(), sql.to_owned()).await;
        rest().await;
        eventually("the stream counts as use", || async {
            let listed = sessions(&ann).await;
            let other = listed.iter().find(|session| session["current"] == false).expect("the phone");
            other["last_used_ts"].as_i64().filter(|used| *used > 1_000)
        })
        .await;
        let domain = server.running.as_ref().expect("running").domain.clone();
        eventually("it ends before it is looked at again", || async {
            rest().await;
            let ended = domain.end_idle_sessions().await.expect("a count");
            (ended == 1).then_some(())
        })
        .await;
        assert_eq!(stream.end().await, 4003);
    }
);

both!(
    async fn a_stream_with_a_token_that_is_over_is_refused(server: TestServer) {
        let ann = server.person("ann").await;
        let phone = log_in(&ann, "phone").await;
        phone.delete("/sessions/current").await.expect(204);
        let mut stream = Stream::connect(&server.base).await;
        stream.send(json!({ "op": "identify", "d": { "token": phone.token } })).await;
        assert_eq!(stream.end().await, 4001);
    }
);

both!(
    async fn a_browser_that_is_used_stays_logged_in(server: TestServer) {
        let ann = server.person("ann").await;
        let browser = Person::nobody(&server.base);
        let request =
            browser.request(reqwest::Method::POST, "/sessions").header("origin", server.base.as_str());
        let body = json!({ "username": "ann", "password": PASSWORD, "cookie": true });
        let begun = browser.send(request.json(&body)).await;
        let cookie = begun.headers["set-cookie"].to_str().expect("text").to_owned();
        assert!(cookie.contains("Max-Age=") && cookie.contains("HttpOnly"), "{cookie}");
        let pair = cookie.split(';').next().expect("a name and a value");
        let request = browser.request(reqwest::Method::GET, "/me").header("cookie", pair);
        let me = browser.send(request).await;
        assert_eq!(me.headers["set-cookie"].to_str().expect("text"), cookie);
        // Programs have no use for one.
        assert!(ann.get("/me").await.headers.get("set-cookie").is_none());
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_file_has_neither_tokens_nor_passwords_in_it() {
    let mut server = TestServer::sqlite().await;
    let ann = server.person("ann").await;
    let phone = log_in(&ann, "the device's own name").await;
    phone.get("/me").await.expect(200);
    let cookie = Person::nobody(&server.base);
    let request = cookie.request(reqwest::Method::POST, "/sessions").header("origin", server.base.as_str());
    let body = json!({ "username": "ann", "password": PASSWORD, "cookie": true });
    let answer = cookie.send(request.json(&body)).await;
    let set_cookie = answer.headers["set-cookie"].to_str().expect("text").to_owned();
    let value = set_cookie.split(['=', ';']).nth(1).expect("a value").to_owned();
    assert!(value.len() > 20);
    let searched = |needle: &str| super::files_contain(server.data_dir(), needle);
    assert!(searched("the device's own name"), "the search finds what is there");
    for secret in [ann.token.as_str(), phone.token.as_str(), value.as_str(), PASSWORD] {
        assert!(!searched(secret));
    }
    server.restart().await;
    assert!(!super::files_contain(server.data_dir(), &ann.token));
    // The token still is one.
    ann.at(&server.base).get("/me").await.expect(200);
}

/// For whoever keeps guessers out by what the log says.
#[tokio::test]
async fn a_login_that_failed_is_in_the_log_with_its_address() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("log");
    let log = std::fs::File::create(&path).expect("a file");
    let more = [("LOGGIA_LOG__LEVEL", "info"), ("LOGGIA_SERVER__TRUSTED_PROXIES", "127.0.0.1")];
    let server = Process::start_logging(&dir.path().join("data"), "", 0, &more, log);
    let nobody = Person::nobody(&server.base);
    let body = json!({ "username": "my secret", "password": "wrong" });
    let tried =
        nobody.request(Method::POST, "/sessions").header("x-forwarded-for", "2001:db8::7").json(&body);
    nobody.send(tried).await.problem(401, "bad_credentials");
    let said = std::fs::read_to_string(&path).expect("a log");
    assert!(said.contains("a login failed") && said.contains("address=2001:db8::7"), "{said}");
    assert!(!said.contains("secret"), "{said}");
    server.kill();
}
