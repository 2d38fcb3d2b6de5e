//! Web clients that are served from elsewhere: a browser asks first, and shows them what it is told it may.

use reqwest::header::HeaderMap;
use reqwest::{Method, Response};
use serde_json::json;

use super::servers_with;
use crate::both;
use crate::support::person::PASSWORD;
use crate::support::{Person, TestServer};

const APP: &str = "https://app.example.org";

/// What a browser asks before a write with a token.
async fn preflight(base: &str, path: &str, origin: &str) -> Response {
    let request = reqwest::Client::new()
        .request(Method::OPTIONS, format!("{base}/api/v1{path}"))
        .header("origin", origin)
        .header("access-control-request-method", "PATCH")
        .header("access-control-request-headers", "authorization,content-type,upload-offset");
    request.send().await.expect("an answer")
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().expect("text"))
}

#[tokio::test]
async fn pages_from_named_origins_use_a_token_and_are_told_what_they_need() {
    for server in servers_with(&[("LOGGIA_SERVER__CLIENT_ORIGINS", "https://app.example.org")]).await {
        let asked = preflight(&server.base, "/me", APP).await;
        assert_eq!(asked.status(), 200);
        assert_eq!(header(asked.headers(), "access-control-allow-origin"), Some(APP));
        assert_eq!(header(asked.headers(), "access-control-allow-credentials"), None, "no cookies");
        assert!(
            header(asked.headers(), "access-control-allow-methods").is_some_and(|all| all.contains("PATCH"))
        );
        let allowed =
            header(asked.headers(), "access-control-allow-headers").unwrap_or_default().to_ascii_lowercase();
        for needed in ["authorization", "content-type", "upload-offset"] {
            assert!(allowed.contains(needed), "{allowed}");
        }

        let ann = server.person("ann").await;
        let answer = ann.send(ann.request(Method::GET, "/me").header("origin", APP)).await;
        assert_eq!(header(&answer.headers, "access-control-allow-origin"), Some(APP));
        let told = header(&answer.headers, "access-control-expose-headers").unwrap_or_default().to_owned();
        for needed in ["retry-after", "x-request-id", "etag", "upload-offset", "ratelimit"] {
            assert!(told.split(", ").any(|name| name == needed), "{needed} in {told}");
        }
        assert_eq!(answer.expect(200)["id"], "@ann:a.test");
        let write = ann.request(Method::PATCH, "/me").header("origin", APP);
        let named = ann.send(write.json(&json!({ "display_name": "Ann" }))).await.expect(200);
        assert_eq!(named["display_name"], "Ann");

        // A refusal is told them, too.
        let nobody = Person::nobody(&server.base);
        let refused = nobody.send(nobody.request(Method::GET, "/me").header("origin", APP)).await;
        assert_eq!(header(&refused.headers, "access-control-allow-origin"), Some(APP));
        refused.problem(401, "unauthenticated");

        // Others are told nothing, and neither may use this server's own cookie.
        let other = preflight(&server.base, "/me", "https://evil.example").await;
        assert_eq!(header(other.headers(), "access-control-allow-origin"), None);
        let body = json!({ "username": "ann", "password": PASSWORD, "cookie": true });
        let request = nobody.request(Method::POST, "/sessions").header("origin", APP).json(&body);
        nobody.send(request).await.problem(403, "bad_origin");
    }
}

#[tokio::test]
async fn any_origin_may_be_allowed() {
    for server in servers_with(&[("LOGGIA_SERVER__CLIENT_ORIGINS", "*")]).await {
        for origin in [APP, "null"] {
            let asked = preflight(&server.base, "/me", origin).await;
            assert_eq!(header(asked.headers(), "access-control-allow-origin"), Some("*"));
            assert_eq!(header(asked.headers(), "access-control-allow-credentials"), None, "no cookies");
        }
    }
}

both!(
    async fn without_that_setting_no_origin_is_told_anything(server: TestServer) {
        let asked = preflight(&server.base, "/me", APP).await;
        assert_eq!(header(asked.headers(), "access-control-allow-origin"), None);
        let ann = server.person("ann").await;
        let answer = ann.send(ann.request(Method::GET, "/me").header("origin", APP)).await;
        assert_eq!(header(&answer.headers, "access-control-allow-origin"), None);
        assert_eq!(answer.status, 200, "a token is a token, wherever it comes from");
    }
);
