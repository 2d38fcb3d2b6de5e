//! Reads that were read before, and heads of reads.

use reqwest::Method;
use serde_json::Value;

use crate::both;
use crate::support::TestServer;

both!(
    async fn a_read_that_is_known_is_not_told_again(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}/messages");
        let ask =
            async |tag: &str| ann.send(ann.request(Method::GET, &path).header("if-none-match", tag)).await;
        let first = ann.get(&path).await;
        let tag = first.headers["etag"].to_str().expect("a tag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let answer = ask(&known).await;
            assert_eq!((answer.status, answer.bytes.len()), (304, 0), "{known}");
            assert_eq!(answer.headers["etag"], tag.as_str());
        }
        assert_eq!(ask("\"other\"").await.expect(200), first.expect(200));
        ann.say(&channel, "n1", "something new").await;
        let answer = ask(&tag).await;
        assert_ne!(answer.headers["etag"], tag.as_str());
        answer.expect(200);
        // What is no read has none.
        let created =
            ann.post("/channels", serde_json::json!({ "name": "Other", "visibility": "public" })).await;
        assert!(!created.headers.contains_key("etag"));
    }
);

both!(
    async fn the_head_of_a_read_is_that_of_the_read(server: TestServer) {
        let ann = server.person("ann").await;
        let whole = ann.get("/me").await;
        let url = format!("{}/api/v1/me", server.base);
        let client = reqwest::Client::new();
        // The name of a scheme has no case.
        let head = client.head(&url).header("authorization", format!("BEARER {}", ann.token)).send();
        let head = head.await.expect("an answer");
        assert_eq!(head.status(), 200);
        assert_eq!(
            (&head.headers()["etag"], &head.headers()["content-type"]),
            (&whole.headers["etag"], &whole.headers["content-type"])
        );
        assert_eq!(head.headers()["content-length"], whole.bytes.len().to_string().as_str());
        assert!(head.bytes().await.expect("an end").is_empty());
        assert_eq!(client.head(&url).send().await.expect("an answer").status(), 401);
        assert_eq!(ann.ask(Method::GET, "/me", Value::Null).await.status, 200);
    }
);
