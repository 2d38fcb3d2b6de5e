//! Registering and logging in.

use serde_json::{Value, json};

use crate::both;
use crate::support::person::PASSWORD;
use crate::support::{Person, TestServer};

async fn register(server: &TestServer, username: &str, password: &str) -> crate::support::person::Answer {
    let body = json!({ "username": username, "password": password });
    Person::nobody(&server.base).post("/accounts", body).await
}

async fn log_in(server: &TestServer, username: &str, password: &str) -> crate::support::person::Answer {
    let body = json!({ "username": username, "password": password });
    Person::nobody(&server.base).post("/sessions", body).await
}

both!(
    async fn registering_makes_an_account_and_a_session(server: TestServer) {
        let body = json!({ "username": "ann", "password": PASSWORD, "display_name": " Ann B. ", "device_name": "phone" });
        let mut ann = Person::nobody(&server.base);
        let made = ann.post("/accounts", body).await.expect(201);
        let user = &made["user"];
        assert_eq!(
            (user["id"].as_str(), user["username"].as_str(), user["server"].as_str()),
            (Some("@ann:a.test"), Some("ann"), Some("a.test"))
        );
        assert_eq!((user["display_name"].as_str(), user["role"].as_str()), (Some("Ann B."), Some("user")));
        assert_eq!(user["deactivated"], false);
        made["session"]["token"].as_str().expect("a token").clone_into(&mut ann.token);
        assert_eq!(ann.get("/me").await.expect(200), *user);
        let sessions = ann.get("/sessions").await.expect(200);
        assert_eq!(sessions["sessions"][0]["device_name"], "phone");
        assert_eq!(sessions["sessions"][0]["id"], made["session"]["id"]);
    }
);

both!(
    async fn whoever_registered_can_log_in_with_capitals_too(server: TestServer) {
        register(&server, "ann", PASSWORD).await.expect(201);
        for typed in ["ann", "ANN", "@Ann"] {
            let begun = log_in(&server, typed, PASSWORD).await.expect(201);
            assert_eq!(begun["user"]["id"], "@ann:a.test");
        }
    }
);

both!(
    async fn unknown_names_and_wrong_passwords_get_the_same_answer(server: TestServer) {
        register(&server, "ann", PASSWORD).await.expect(201);
        let strip = |mut problem: Value| {
            problem.as_object_mut().expect("an object").remove("request_id");
            problem
        };
        let wrong = log_in(&server, "ann", "wrong horse battery").await;
        let wrong_headers: Vec<String> = wrong.headers.keys().map(ToString::to_string).collect();
        let wrong = strip(wrong.problem(401, "bad_credentials"));
        let long = "x".repeat(5_000);
        for nobody in ["bob", "@bob", "not a name", "", "all", "ann:a.test", long.as_str()] {
            let answer = log_in(&server, nobody, PASSWORD).await;
            let headers: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
            assert_eq!(headers, wrong_headers);
            assert_eq!(strip(answer.problem(401, "bad_credentials")), wrong, "{nobody:?}");
        }
    }
);

both!(
    async fn a_name_is_taken_once_whatever_its_capitals(server: TestServer) {
        let made = register(&server, "Ann", PASSWORD).await.expect(201);
        assert_eq!(made["user"]["id"], "@ann:a.test");
        for same in ["ann", "ANN", "aNN"] {
            register(&server, same, PASSWORD).await.problem(409, "username_taken");
        }
    }
);

both!(
    async fn only_one_of_many_at_once_gets_a_name(server: TestServer) {
        let tries = (0..8).map(|_| register(&server, "ann", PASSWORD));
        let answers = futures_util::future::join_all(tries).await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        let taken = answers.iter().filter(|answer| answer.body["code"] == "username_taken").count();
        assert_eq!((made, taken), (1, 7));
    }
);

both!(
    async fn usernames_keep_to_their_grammar(server: TestServer) {
        let longest = "a".repeat(64);
        for good in ["a", "0", "a.b_c-d", longest.as_str(), "9lives"] {
            register(&server, good, PASSWORD).await.expect(201);
        }
        let too_long = "a".repeat(65);
        // The last is a Kelvin sign, whose small letter is an ordinary k.
        let bad = [
            "",
            " ",
            "-a",
            ".a",
            "_a",
            "a b",
            "a:b",
            "@a",
            "ä",
            "a/b",
            "a\u{0}",
            too_long.as_str(),
            "all",
            "Here",
            "channel",
            "everyone",
            "\u{212a}ate",
        ];
        for username in bad {
            let problem = register(&server, username, PASSWORD).await.problem(400, "bad_username");
            assert_eq!(problem["errors"][0]["pointer"], "/username", "{username:?}");
        }
    }
);

both!(
    async fn passwords_have_8_to_1024_characters(server: TestServer) {
        for (short, username) in [("", "a"), ("1234567", "b"), ("äääääää", "c")] {
            let problem = register(&server, username, short).await.problem(400, "password_too_short");
            assert_eq!(problem["errors"][0]["pointer"], "/password");
        }
        register(&server, "d", &"x".repeat(1_025)).await.problem(400, "password_too_long");
        register(&server, "e", &"ä".repeat(1_025)).await.problem(400, "password_too_long");
        for (good, username) in [("ääääääää", "f"), ("12345678", "g"), (" \u{0} \u{1f600}   x", "h")]
        {
            register(&server, username, good).await.expect(201);
            log_in(&server, username, good).await.expect(201);
        }
        register(&server, "i", &"ä".repeat(1_024)).await.expect(201);
        log_in(&server, "i", &"ä".repeat(1_024)).await.expect(201);
        log_in(&server, "i", &"ä".repeat(1_023)).await.problem(401, "bad_credentials");
    }
);

both!(
    async fn display_names_are_one_line_of_at_most_64_characters(server: TestServer) {
        let with_name = |username: &str, name: &str| {
            let body = json!({ "username": username, "password": PASSWORD, "display_name": name });
            let nobody = Person::nobody(&server.base);
            async move { nobody.post("/accounts", body).await }
        };
        for bad in ["a\nb", "a\u{7}", "a\u{0}b", &"x".repeat(65)] {
            let problem = with_name("ann", bad).await.problem(400, "bad_display_name");
            assert_eq!(problem["errors"][0]["pointer"], "/display_name", "{bad:?}");
        }
        let longest = "\u{1f600}".repeat(64);
        assert_eq!(with_name("ann", &longest).await.expect(201)["user"]["display_name"], longest);
        assert_eq!(with_name("bob", "  ").await.expect(201)["user"]["display_name"], "bob");
    }
);

both!(
    async fn without_a_session_there_is_no_access(server: TestServer) {
        let mut ghost = Person::nobody(&server.base);
        let answer = ghost.get("/me").await;
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        answer.problem(401, "unauthenticated");
        "not-a-token".clone_into(&mut ghost.token);
        ghost.get("/me").await.problem(401, "unauthenticated");
        let server_info = Person::nobody(&server.base).get("/server").await.expect(200);
        assert_eq!((&server_info["name"], &server_info["registration"]), (&json!("a.test"), &json!("open")));
        assert_eq!(server_info["limits"]["message_bytes"], 16_384);
        assert_eq!(server_info["federation"], false);
    }
);
