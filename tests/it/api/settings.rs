//! What one's clients keep for each other.

use serde_json::json;

use super::walk;
use crate::both;
use crate::support::person::PASSWORD;
use crate::support::{Stream, TestServer, run_sql};

both!(
    async fn what_is_kept_is_found_again_by_its_owner_only(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        ann.get("/me/settings/sidebar").await.problem(404, "setting_not_found");
        let value = json!({ "sections": ["a", { "b": [1, 2.5, null, true] }], "text": "ä\u{0}\n" });
        let kept = ann.put("/me/settings/sidebar", json!({ "value": value })).await.expect(200);
        assert_eq!((&kept["key"], &kept["value"]), (&json!("sidebar"), &value));
        assert_eq!(ann.get("/me/settings/sidebar").await.expect(200), kept);
        let again = ann.put("/me/settings/sidebar", json!({ "value": null })).await.expect(200);
        assert!(again["updated_ts"].as_i64() > kept["updated_ts"].as_i64(), "newer, whatever the clock says");
        assert_eq!(ann.get("/me/settings").await.expect(200)["settings"], json!([again]));
        assert_eq!(ann.get("/me/export").await.expect(200)["settings"], json!([again]));
        bob.get("/me/settings/sidebar").await.problem(404, "setting_not_found");
        bob.delete("/me/settings/sidebar").await.problem(404, "setting_not_found");
        assert_eq!(bob.get("/me/settings").await.expect(200)["settings"], json!([]));
        ann.delete("/me/settings/sidebar").await.expect(204);
        ann.delete("/me/settings/sidebar").await.problem(404, "setting_not_found");
    }
);

both!(
    async fn own_devices_hear_of_it_and_nobody_else(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let (mut anns, _) = Stream::open(&ann, json!({})).await;
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        let path = format!("/me/settings/draft:{channel}");
        let kept = ann.put(&path, json!({ "value": { "text": "half a" } })).await.expect(200);
        assert_eq!(anns.event("settings.updated").await["d"], kept);
        ann.delete(&path).await.expect(204);
        let gone = json!({ "key": format!("draft:{channel}"), "deleted": true });
        assert_eq!(anns.event("settings.updated").await["d"], gone);
        let sent = ann.say(&channel, "n", "now").await;
        let heard = bobs.until_seq(&channel, &sent["seq"]).await;
        assert!(heard.iter().all(|frame| frame["t"] != "settings.updated"));
    }
);

both!(
    async fn keys_and_values_keep_to_their_bounds(server: TestServer) {
        let ann = server.person("ann").await;
        for bad in ["a%20b", "a%2Fb", ".a", "%C3%A4", &"k".repeat(129)] {
            let path = format!("/me/settings/{bad}");
            ann.put(&path, json!({ "value": 1 })).await.problem(400, "bad_path");
            ann.get(&path).await.problem(400, "bad_path");
        }
        let longest = format!("/me/settings/{}", "k".repeat(128));
        // With its quotes.
        ann.put(&longest, json!({ "value": "x".repeat(16 * 1024 - 2) })).await.expect(200);
        let problem = ann.put(&longest, json!({ "value": "x".repeat(16 * 1024 - 1) })).await;
        assert_eq!(problem.problem(400, "setting_too_large")["errors"][0]["pointer"], "/value");
        ann.put(&longest, json!({})).await.problem(400, "bad_json");
        ann.put(&longest, json!({ "value": 1, "more": 1 })).await.problem(400, "bad_json");
        ann.get("/me/settings?limit=0").await.problem(400, "bad_limit");
        ann.get("/me/settings?limit=101").await.problem(400, "bad_limit");
        ann.get("/me/settings?cursor=%25").await.problem(400, "bad_cursor");
    }
);

both!(
    async fn there_are_so_many_and_no_more_and_they_go_with_the_account(server: TestServer) {
        let ann = server.person("ann").await;
        ann.put("/me/settings/k0", json!({ "value": 0 })).await.expect(200);
        let fill = "INSERT INTO settings (user_num, key, value, updated_ts)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 499)
            SELECT user_num, 'k' || CAST(i AS TEXT), '1', 1 FROM settings, n";
        run_sql(&server.config.database_url(), fill.to_owned()).await;
        ann.put("/me/settings/one-more", json!({ "value": 1 })).await.problem(409, "settings_full");
        ann.put("/me/settings/k7", json!({ "value": 7 })).await.expect(200);
        let pages = walk(&ann, "/me/settings?limit=90", "settings").await;
        let keys: std::collections::BTreeSet<String> = pages
            .iter()
            .flatten()
            .map(|setting| setting["key"].as_str().expect("a key").to_owned())
            .collect();
        assert_eq!((pages.len(), keys.len()), (6, 500));
        ann.delete("/me/settings/k7").await.expect(204);
        ann.put("/me/settings/one-more", json!({ "value": 1 })).await.expect(200);
        ann.ask(reqwest::Method::DELETE, "/me", json!({ "password": PASSWORD })).await.expect(204);
        // Fails where any is left: its key is taken.
        let again =
            "INSERT INTO settings (user_num, key, value, updated_ts) SELECT num, 'k1', '1', 1 FROM users";
        run_sql(&server.config.database_url(), again.to_owned()).await;
    }
);
