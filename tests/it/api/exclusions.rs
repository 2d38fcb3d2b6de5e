//! People of other servers who are kept off this one. What comes of it between servers is `federation-tests`' to say.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::registration::administrator;
use super::{ids, walk};
use crate::both;
use crate::support::{Person, TestServer, eventually, run_sql};

const EVE: &str = "@eve:b.test";

fn at(user: &str) -> String {
    format!("/admin/exclusions/{user}")
}

async fn listed(admin: &Person) -> Vec<Value> {
    admin.get("/admin/exclusions").await.expect(200)["exclusions"].as_array().expect("a list").clone()
}

/// What an administrator was last recorded to have done.
async fn acts(admin: &Person) -> Vec<(String, Value, Value)> {
    let acts = admin.get("/admin/acts").await.expect(200)["acts"].as_array().expect("acts").clone();
    let told = |act: Value| {
        let kind = act["kind"].as_str().expect("a kind").to_owned();
        kind.starts_with("person_").then(|| (kind, act["user"].clone(), act["reason"].clone()))
    };
    acts.into_iter().filter_map(told).collect()
}

both!(
    async fn somebody_is_kept_off_and_readmitted(server: TestServer) {
        let (admin, ann) = (administrator(&server, "admin").await, server.person("ann").await);
        assert!(listed(&admin).await.is_empty());
        let made = admin.put(&at(EVE), json!({ "reason": "  spam\n" })).await.expect(200);
        assert_eq!(made["user"]["id"], EVE);
        assert_eq!((&made["reason"], &made["channels"]), (&json!("spam"), &json!(0)));
        assert_eq!(made["administrator"], admin.id.as_str());
        // The same again changes nothing, another reason that alone.
        assert_eq!(admin.put(&at(EVE), json!({ "reason": "spam" })).await.expect(200), made);
        let other = admin.put(&at(EVE), Value::Null).await.expect(200);
        assert_eq!((&other["reason"], &other["created_ts"]), (&Value::Null, &made["created_ts"]));
        assert_eq!(listed(&admin).await, [other]);
        admin.delete(&at(EVE)).await.expect(204);
        admin.delete(&at(EVE)).await.expect(204);
        admin.delete(&at("@never:b.test")).await.expect(204);
        assert!(listed(&admin).await.is_empty());
        let told = |kind: &str, reason: Value| (kind.to_owned(), json!(EVE), reason);
        assert_eq!(
            acts(&admin).await,
            [
                told("person_readmitted", Value::Null),
                told("person_excluded", Value::Null),
                told("person_excluded", json!("spam"))
            ]
        );
        ann.put(&at(EVE), Value::Null).await.problem(403, "admin_only");
        ann.delete(&at(EVE)).await.problem(403, "admin_only");
        ann.get("/admin/exclusions").await.problem(403, "admin_only");
    }
);

both!(
    async fn what_makes_no_sense_is_refused(server: TestServer) {
        let (admin, ann) = (administrator(&server, "admin").await, server.person("ann").await);
        for id in [ann.id.as_str(), admin.id.as_str(), "@nobody:a.test"] {
            admin.put(&at(id), Value::Null).await.problem(409, "user_is_local");
            admin.delete(&at(id)).await.problem(409, "user_is_local");
        }
        // Another spelling of an id is none.
        for id in [
            "eve",
            "@Eve:b.test",
            "@eve:B.test",
            "@eve",
            "@eve:b.test.",
            "@%D0%B5ve:b.test",
            "@eve:b.test%20",
        ] {
            admin.put(&at(id), Value::Null).await.problem(400, "bad_path");
        }
        admin.put(&at(EVE), json!({ "reason": "x".repeat(501) })).await.problem(400, "bad_reason");
        admin.put(&at(EVE), json!({ "reason": "a\u{1}b" })).await.problem(400, "bad_reason");
        admin.put(&at(EVE), json!({ "because": "x" })).await.problem(400, "bad_json");
        admin.get("/admin/exclusions?limit=101").await.problem(400, "bad_limit");
        admin.get("/admin/exclusions?cursor=%25").await.problem(400, "bad_cursor");
        assert!(listed(&admin).await.is_empty() && acts(&admin).await.is_empty());
    }
);

both!(
    async fn nobody_of_here_finds_invites_or_writes_to_them(server: TestServer) {
        let (admin, ann) = (administrator(&server, "admin").await, server.person("ann").await);
        let url = server.config.database_url();
        let met = "INSERT INTO users (id, server, display_name, bio, role, created_ts, search)
            VALUES ('@eve:b.test', 'b.test', 'Eve', '', 'user', 1, '@eve:b.test eve')";
        run_sql(&url, met.to_owned()).await;
        let finds = async |query: &str| {
            let found = ann.get(&format!("/users?query={query}")).await.expect(200);
            ids(&found["users"])
        };
        assert_eq!(finds("eve").await, [EVE]);
        assert_eq!(finds("b.test").await, [EVE]);
        let channel = ann.channel("general").await;
        let member = format!("/channels/{channel}/members/{EVE}");
        let dm = json!({ "users": [EVE] });
        ann.post("/dms", dm.clone()).await.problem(404, "user_not_found");
        admin.put(&at(EVE), Value::Null).await.expect(200);
        assert!(finds("eve").await.is_empty() && finds("b.test").await.is_empty());
        // They are shown where they are named.
        assert_eq!(ann.get(&format!("/users/{EVE}")).await.expect(200)["display_name"], "Eve");
        ann.post("/dms", dm.clone()).await.problem(403, "user_excluded");
        let both = json!({ "users": [EVE, admin.id] });
        ann.post("/dms", both).await.problem(403, "user_excluded");
        ann.put(&member, json!({ "membership": "invited" })).await.problem(403, "user_excluded");
        // To send somebody away is another matter.
        ann.put(&member, json!({ "membership": "banned" })).await.expect(200);
        ann.put(&member, json!({ "membership": "left" })).await.expect(200);
        admin.delete(&at(EVE)).await.expect(204);
        assert_eq!(finds("eve").await, [EVE]);
        ann.post("/dms", dm).await.problem(404, "user_not_found");
    }
);

both!(
    async fn there_are_so_many_and_no_more_and_a_command_is_noticed(server: TestServer) {
        let (admin, ann) = (administrator(&server, "admin").await, server.person("ann").await);
        let url = server.config.database_url();
        let fill = async |sql: &str| run_sql(&url, sql.to_owned()).await;
        fill(
            "INSERT INTO users (id, server, display_name, bio, role, created_ts, search)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
            SELECT '@x' || CAST(i AS TEXT) || ':b.test', 'b.test', 'x', '', 'user', 1, 'x' || CAST(i AS TEXT) FROM n",
        )
        .await;
        fill("INSERT INTO exclusions (user_num, created_ts) SELECT num, num FROM users WHERE server = 'b.test'").await;
        admin.put(&at(EVE), Value::Null).await.problem(409, "exclusions_full");
        ann.get(&format!("/users/{EVE}")).await.problem(404, "user_not_found");
        admin.put(&at("@x1:b.test"), json!({ "reason": "again" })).await.expect(200);
        let dm = json!({ "users": ["@x7777:b.test"] });
        // As a command beside the server would have written it.
        eventually("the server noticed", async || {
            let answer = ann.post("/dms", dm.clone()).await;
            (answer.body["code"] == "user_excluded").then_some(())
        })
        .await;
        let pages = walk(&admin, "/admin/exclusions?limit=100&query=x99", "exclusions").await;
        let people: Vec<&str> =
            pages.iter().flatten().map(|one| one["user"]["id"].as_str().expect("an id")).collect();
        // x99, x990 to x999, x9900 to x9999.
        let set: BTreeSet<&str> = people.iter().copied().collect();
        assert_eq!((pages.len(), people.len(), set.len()), (2, 111, 111));
        let times: Vec<i64> =
            pages.iter().flatten().map(|one| one["created_ts"].as_i64().expect("a time")).collect();
        assert!(times.is_sorted_by(|one, next| one > next), "newest first");
        fill("DELETE FROM exclusions").await;
        eventually("the server noticed", async || {
            let answer = ann.post("/dms", dm.clone()).await;
            (answer.body["code"] == "user_not_found").then_some(())
        })
        .await;
        admin.put(&at(EVE), Value::Null).await.expect(200);
    }
);
