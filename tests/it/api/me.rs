//! One's own profile.

use serde_json::json;

use crate::both;
use crate::support::{Stream, TestServer};

both!(
    async fn a_profile_changes_where_it_is_asked_to(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let changed =
            ann.patch("/me", json!({ "display_name": " Ann B. ", "bio": "line\nline" })).await.expect(200);
        assert_eq!((&changed["display_name"], &changed["bio"]), (&json!("Ann B."), &json!("line\nline")));
        let changed = ann.patch("/me", json!({ "bio": "" })).await.expect(200);
        assert_eq!((&changed["display_name"], &changed["bio"]), (&json!("Ann B."), &json!("")));
        assert_eq!(ann.patch("/me", json!({})).await.expect(200), changed);
        assert_eq!(ann.get("/me").await.expect(200), changed);
        let mut seen = bob.get("/users/@ann:a.test").await.expect(200);
        assert_eq!(seen.get("role"), None, "what the account may do is its owner's business");
        seen["role"] = json!("user");
        assert_eq!(seen, changed);
        assert_eq!(bob.get("/me").await.expect(200)["display_name"], "bob");
    }
);

both!(
    async fn a_profile_keeps_to_its_bounds(server: TestServer) {
        let ann = server.person("ann").await;
        for bad in ["", "  ", "a\nb", "\u{1b}[1m", "\u{200b}", "\u{3164} \u{2800}", &"x".repeat(65)] {
            let problem =
                ann.patch("/me", json!({ "display_name": bad })).await.problem(400, "bad_display_name");
            assert_eq!(problem["errors"][0]["pointer"], "/display_name");
        }
        for bad in ["\u{0}", &"x".repeat(501)] {
            let problem = ann.patch("/me", json!({ "bio": bad })).await.problem(400, "bad_bio");
            assert_eq!(problem["errors"][0]["pointer"], "/bio");
        }
        // All of it, or nothing.
        ann.patch("/me", json!({ "display_name": "New", "bio": "\u{0}" })).await.problem(400, "bad_bio");
        assert_eq!(ann.get("/me").await.expect(200)["display_name"], "ann");
        ann.patch("/me", json!({ "display_name": "ä".repeat(64), "bio": "ä".repeat(500) })).await.expect(200);
    }
);

both!(
    async fn whoever_has_a_stream_open_is_online(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        assert_eq!(bob.get("/users/@ann:a.test").await.expect(200)["presence"], "offline");
        let (stream, _) = Stream::open(&ann, json!({})).await;
        for path in ["/users/@ann:a.test", "/users?ids=@ann:a.test", "/users?query=ann"] {
            let answer = bob.get(path).await.expect(200);
            let user = if answer["users"].is_array() { &answer["users"][0] } else { &answer };
            assert_eq!(user["presence"], "online", "{path}");
        }
        assert_eq!(ann.get("/me").await.expect(200)["presence"], "online");
        drop(stream);
        crate::support::eventually("she is offline", || async {
            let user = bob.get("/users/@ann:a.test").await.expect(200);
            (user["presence"] == "offline").then_some(())
        })
        .await;
    }
);
