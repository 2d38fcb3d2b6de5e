//! What browsers have: a cookie that no script reads, and writes from this server's own pages only.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::servers_with;
use crate::both;
use crate::support::person::{Answer, PASSWORD};
use crate::support::{Person, TestServer};

/// Somebody without a token who sends this cookie and Origin with everything.
struct Browser {
    nobody: Person,
    cookie: String,
}

impl Browser {
    async fn log_in(base: &str, username: &str) -> (Browser, Answer) {
        let nobody = Person::nobody(base);
        let body = json!({ "username": username, "password": PASSWORD, "cookie": true });
        let request = nobody.request(Method::POST, "/sessions").header("origin", base).json(&body);
        let answer = nobody.send(request).await;
        let cookie = cookie_of(&answer).split(';').next().expect("a pair").to_owned();
        (Browser { nobody, cookie }, answer)
    }

    fn request(&self, method: Method, path: &str, origin: Option<&str>) -> RequestBuilder {
        let request = self.nobody.request(method, path).header("cookie", &self.cookie);
        match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        }
    }

    async fn ask(&self, method: Method, path: &str, origin: Option<&str>, body: Value) -> Answer {
        self.nobody.send(self.request(method, path, origin).json(&body)).await
    }
}

fn cookie_of(answer: &Answer) -> String {
    answer.headers["set-cookie"].to_str().expect("text").to_owned()
}

both!(
    async fn the_cookie_is_strict_and_no_script_reads_it(server: TestServer) {
        server.person("ann").await;
        let (browser, answer) = Browser::log_in(&server.base, "ann").await;
        let cookie = cookie_of(&answer);
        assert!(cookie.starts_with("loggia_session="), "{cookie}");
        for flag in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=7776000"] {
            assert!(cookie.split("; ").any(|part| part == flag), "{flag} in {cookie}");
        }
        assert!(!cookie.contains("Secure"), "plain http, so far");
        let begun = answer.expect(201);
        assert_eq!(begun["session"]["token"], Value::Null);
        let me = browser.nobody.send(browser.request(Method::GET, "/me", None)).await.expect(200);
        assert_eq!(me["id"], "@ann:a.test");
    }
);

both!(
    async fn a_cookie_is_set_for_our_own_pages_only(server: TestServer) {
        server.person("ann").await;
        let nobody = Person::nobody(&server.base);
        for origin in [None, Some("https://evil.example"), Some("null"), Some("http://127.0.0.1:1")] {
            for (path, username) in [("/sessions", "ann"), ("/accounts", "bob")] {
                let mut request = nobody.request(Method::POST, path);
                if let Some(origin) = origin {
                    request = request.header("origin", origin);
                }
                let body = json!({ "username": username, "password": PASSWORD, "cookie": true });
                let answer = nobody.send(request.json(&body)).await;
                assert!(!answer.headers.contains_key("set-cookie"));
                answer.problem(403, "bad_origin");
            }
        }
        // The refusals made no account.
        let body = json!({ "username": "bob", "password": PASSWORD, "cookie": true });
        let request =
            nobody.request(Method::POST, "/accounts").header("origin", server.base.as_str()).json(&body);
        nobody.send(request).await.expect(201);
    }
);

both!(
    async fn writes_with_a_cookie_need_our_own_origin(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let (browser, _) = Browser::log_in(&server.base, "ann").await;
        let head = ann.get(&format!("/channels/{channel}")).await.expect(200)["head"].clone();
        let port_less = "http://127.0.0.1";
        for origin in [None, Some("https://evil.example"), Some("null"), Some(port_less), Some("")] {
            let writes = [
                (
                    Method::POST,
                    format!("/channels/{channel}/messages"),
                    json!({ "nonce": "n", "text": "forged" }),
                ),
                (Method::PATCH, "/me".to_owned(), json!({ "bio": "forged" })),
                (Method::PUT, format!("/channels/{channel}/read"), json!({ "seq": -1 })),
                (Method::POST, "/channels".to_owned(), json!({ "name": "forged" })),
                (Method::DELETE, "/sessions/current".to_owned(), Value::Null),
                (Method::DELETE, "/me".to_owned(), json!({ "password": PASSWORD })),
            ];
            for (method, path, body) in writes {
                browser.ask(method, &path, origin, body).await.problem(403, "bad_origin");
            }
            // Reading gives nothing away: another site's script does not see the answer.
            browser.nobody.send(browser.request(Method::GET, "/me", origin)).await.expect(200);
        }
        let now = ann.get(&format!("/channels/{channel}")).await.expect(200);
        assert_eq!((&now["head"], now["unread"].as_i64()), (&head, Some(0)));
        assert_eq!(ann.get("/me").await.expect(200)["bio"], "");
        assert_eq!(ann.get("/channels").await.expect(200)["channels"].as_array().map(Vec::len), Some(1));
        let sent = json!({ "nonce": "n", "text": "from our page" });
        let path = format!("/channels/{channel}/messages");
        browser.ask(Method::POST, &path, Some(&server.base), sent).await.expect(201);
    }
);

both!(
    async fn a_token_needs_no_origin_and_goes_before_the_cookie(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let (browser, _) = Browser::log_in(&server.base, "ann").await;
        let foreign = bob.request(Method::PATCH, "/me").header("origin", "https://other.example");
        let changed =
            bob.send(foreign.header("cookie", &browser.cookie).json(&json!({ "bio": "mine" }))).await;
        assert_eq!(changed.expect(200)["id"], "@bob:a.test");
        assert_eq!(ann.get("/me").await.expect(200)["bio"], "");
        let mut forged = bob.clone();
        "no-token".clone_into(&mut forged.token);
        let request = forged.request(Method::GET, "/me").header("cookie", &browser.cookie);
        forged.send(request).await.problem(401, "unauthenticated");
    }
);

both!(
    async fn logging_out_takes_the_cookie_away(server: TestServer) {
        server.person("ann").await;
        let (browser, _) = Browser::log_in(&server.base, "ann").await;
        let answer = browser.ask(Method::DELETE, "/sessions/current", Some(&server.base), Value::Null).await;
        let cookie = cookie_of(&answer);
        assert!(cookie.starts_with("loggia_session=;") && cookie.contains("Max-Age=0"), "{cookie}");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        answer.expect(204);
        let after = browser.nobody.send(browser.request(Method::GET, "/me", None)).await;
        after.problem(401, "unauthenticated");
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_https_the_cookie_is_secure_and_the_configured_origin_is_the_only_one() {
    for server in servers_with(&[("LOGGIA_SERVER__PUBLIC_URL", "https://chat.a.test/")]).await {
        server.person("ann").await;
        let nobody = Person::nobody(&server.base);
        let log_in = async |origin: &str| {
            let body = json!({ "username": "ann", "password": PASSWORD, "cookie": true });
            nobody.send(nobody.request(Method::POST, "/sessions").header("origin", origin).json(&body)).await
        };
        for other in [server.base.as_str(), "http://chat.a.test", "https://chat.a.test.evil.example"] {
            log_in(other).await.problem(403, "bad_origin");
        }
        let answer = log_in("https://chat.a.test").await;
        assert!(cookie_of(&answer).contains("; Secure"));
        answer.expect(201);
    }
}
