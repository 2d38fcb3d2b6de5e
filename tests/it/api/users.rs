//! Finding people.

use futures_util::future::join_all;
use loggia::storage::Conn;
use loggia::storage::users::{self, NewUser};
use serde_json::{Value, json};

use super::{ids, walk};
use crate::both;
use crate::support::TestServer;

both!(
    async fn people_are_found_by_any_part_of_their_names(server: TestServer) {
        let ann = server.person("ann").await;
        server.person("joanna").await;
        let bob = server.person("bob").await;
        bob.patch("/me", json!({ "display_name": "Søren 100% A_B \\o/" })).await.expect(200);
        let found = async |query: &str| {
            let page = ann.get(&format!("/users?query={query}")).await.expect(200);
            ids(&page["users"])
        };
        assert_eq!(found("ann").await, ["@ann:a.test", "@joanna:a.test"]);
        assert_eq!(found("ANN").await, ["@ann:a.test", "@joanna:a.test"]);
        for of_bob in ["bob", "S%C3%98REN", "100%25", "a_b", "%5Co/", "100%25%20a"] {
            assert_eq!(found(of_bob).await, ["@bob:a.test"], "{of_bob}");
        }
        for nobody in ["nobody", "a%25b", "a__", "%5C%5C", "ann%20bob"] {
            assert_eq!(found(nobody).await, [""; 0], "{nobody}");
        }
        assert_eq!(found("").await.len(), 3);
        ann.get("/users?query=a%00b").await.problem(400, "bad_query");
    }
);

both!(
    async fn whoever_is_called_so_comes_first(server: TestServer) {
        let ann = server.person("ann").await;
        for name in ["abob", "bobby", "bob", "zbob"] {
            server.person(name).await;
        }
        ann.patch("/me", json!({ "display_name": "Bob's friend" })).await.expect(200);
        let expected = ["@bob:a.test", "@bobby:a.test", "@abob:a.test", "@ann:a.test", "@zbob:a.test"];
        for query in ["bob", "BOB"] {
            for limit in 1..=6 {
                let pages = walk(&ann, &format!("/users?query={query}&limit={limit}"), "users").await;
                assert_eq!(ids(&Value::Array(pages.concat())), expected, "{limit}");
                assert_eq!(pages.len(), 5_usize.div_ceil(limit), "no empty page at the end");
            }
        }
        assert_eq!(ids(&ann.get("/users?query=@bob").await.expect(200)["users"]), expected[..2]);
    }
);

both!(
    async fn pages_of_people_are_disjoint_and_complete(server: TestServer) {
        let ann = server.person("ann").await;
        let names: Vec<String> = (0..7).map(|n| format!("find{n}")).collect();
        join_all(names.iter().map(|name| server.person(name))).await;
        let expected: Vec<String> = names.iter().map(|name| format!("@{name}:a.test")).collect();
        for limit in [1, 2, 3, 6, 7, 8] {
            let pages = walk(&ann, &format!("/users?query=find&limit={limit}"), "users").await;
            let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
            let full = 7 / limit;
            assert!(sizes.iter().take(full).all(|size| *size == limit), "{sizes:?}");
            assert_eq!(pages.len(), 7_usize.div_ceil(limit), "no empty page at the end");
            assert_eq!(ids(&Value::Array(pages.concat())), expected);
        }
        for (query, code) in [
            ("limit=0", "bad_limit"),
            ("limit=101", "bad_limit"),
            ("limit=x", "bad_query"),
            ("limit=-1", "bad_query"),
        ] {
            ann.get(&format!("/users?{query}")).await.problem(400, code);
        }
        for cursor in ["!!", "%00", "AA=="] {
            ann.get(&format!("/users?cursor={cursor}")).await.problem(400, "bad_cursor");
        }
    }
);

both!(
    async fn people_are_looked_up_by_id(server: TestServer) {
        let (ann, _bob) = (server.person("ann").await, server.person("bob").await);
        let page =
            ann.get("/users?ids=@bob:a.test,@nobody:a.test,@ann:a.test,@x:b.example").await.expect(200);
        assert_eq!(ids(&page["users"]), ["@ann:a.test", "@bob:a.test"]);
        assert_eq!(ann.get("/users?ids=").await.expect(200)["users"], json!([]));
        for bad in ["bob", "@bob", "@BOB:a.test", "@bob:a.test,%00"] {
            ann.get(&format!("/users?ids={bad}")).await.problem(400, "bad_query");
        }
        let many = |count: usize| vec!["@bob:a.test"; count].join(",");
        ann.get(&format!("/users?ids={}", many(101))).await.problem(400, "bad_query");
        assert_eq!(
            ids(&ann.get(&format!("/users?ids={}", many(100))).await.expect(200)["users"]),
            ["@bob:a.test"]
        );
        assert_eq!(ann.get("/users/@bob:a.test").await.expect(200)["username"], "bob");
        ann.get("/users/@nobody:a.test").await.problem(404, "user_not_found");
        ann.get("/users/@bob:b.example").await.problem(404, "user_not_found");
        for bad in ["bob", "@Bob:a.test", "@bob:A.test", "@bob:a", "%00", "%FF"] {
            ann.get(&format!("/users/{bad}")).await.problem(400, "bad_path");
        }
    }
);

both!(
    async fn whoever_is_met_in_two_channels_at_once_is_one_person(server: TestServer) {
        let url = server.database_url();
        let met = tokio::task::spawn_blocking(move || {
            let stranger = NewUser {
                id: "@far:b.test",
                server: "b.test",
                display_name: "far",
                bio: "",
                password_hash: None,
                role: "user",
                created_ts: 1,
                search: "far",
            };
            let mut conn = Conn::open(&url).expect("a database");
            [(); 2].map(|()| conn.write(|conn| users::meet(conn, &stranger)).expect("somebody"))
        });
        let [first, second] = met.await.expect("no panic");
        assert_eq!(first, second);
    }
);

both!(
    async fn whoever_is_called_exactly_so_comes_first(server: TestServer) {
        let ann = server.person("ann").await;
        for name in ["max0", "max1", "max", "maxim"] {
            server.person(name).await;
        }
        let of = |pages: Vec<Vec<Value>>| {
            pages.iter().flatten().map(|user| user["id"].clone()).collect::<Vec<_>>()
        };
        let expected = json!(["@max:a.test", "@max0:a.test", "@max1:a.test", "@maxim:a.test"]);
        for path in ["/users?query=max", "/users?query=Max&limit=2", "/users?query=@max&limit=3"] {
            assert_eq!(json!(of(walk(&ann, path, "users").await)), expected, "{path}");
        }
        let one_by_one = of(walk(&ann, "/users?query=max&limit=1", "users").await);
        // One by one they come in the order of their ids.
        assert_eq!(
            json!(one_by_one),
            json!(["@max0:a.test", "@max1:a.test", "@max:a.test", "@maxim:a.test"])
        );
    }
);
