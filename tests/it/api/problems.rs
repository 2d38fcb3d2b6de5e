//! Bad input of every kind: a problem document, never a failure of the server.

use reqwest::Method;
use serde_json::{Value, json};

use super::coverage;
use super::registration::administrator;
use crate::both;
use crate::support::person::{Answer, PASSWORD};
use crate::support::{Person, TestServer, documented};

async fn send_raw(person: &Person, method: Method, path: &str, body: impl Into<Vec<u8>>) -> Answer {
    let request = person.request(method, path).header("content-type", "application/json");
    person.send(request.body(body.into())).await
}

both!(
    async fn a_problem_document_says_what_is_wrong_and_where(server: TestServer) {
        let ann = server.person("ann").await;
        let answer = ann.patch("/me", json!({ "bio": "x", "avatr": "y" })).await;
        let id = answer.headers["x-request-id"].to_str().expect("text").to_owned();
        assert_eq!(answer.headers["cache-control"], "no-store");
        let problem = answer.problem(400, "bad_json");
        assert_eq!(problem["type"], "urn:loggia:problem:bad_json");
        assert_eq!((&problem["status"], &problem["request_id"]), (&json!(400), &json!(id)));
        assert!(problem["title"].as_str() > Some("") && problem["detail"].as_str() > Some(""));
        assert_eq!(problem["errors"][0]["pointer"], "/avatr");
        assert_eq!(ann.get("/me").await.expect(200)["bio"], "");
        let nested = json!({ "policy": { "caps": { "post": "king" } } });
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        let problem = ann.patch(&path, nested).await.problem(400, "bad_json");
        assert_eq!(problem["errors"][0]["pointer"], "/policy/caps/post");
        let problem = ann.patch(&path, json!({ "policy": { "a/b~c": 1 } })).await.problem(400, "bad_json");
        assert_eq!(problem["errors"][0]["pointer"], "/policy/a~1b~0c");
        let problem = ann.post("/dms", json!({ "users": ["@ann:a.test", 7] })).await.problem(400, "bad_json");
        assert_eq!(problem["errors"][0]["pointer"], "/users/1");
        let messages = format!("{path}/messages");
        let problem = ann.post(&messages, json!({ "text": "x" })).await.problem(400, "bad_json");
        assert_eq!(problem["errors"][0]["pointer"], "/nonce");
        let twice = send_raw(&ann, Method::POST, &messages, r#"{"nonce":"n","text":"x","text":"y"}"#).await;
        assert_eq!(twice.problem(400, "bad_json")["errors"][0]["pointer"], "/text");
        let file = "A".repeat(43);
        let nameless = json!({ "nonce": "n", "text": "x", "attachments": [{ "file": file }] });
        let problem = ann.post(&messages, nameless).await.problem(400, "bad_json");
        assert_eq!(problem["errors"][0]["pointer"], "/attachments/0/name");
        let attachments = json!([{ "file": file, "name": "a.txt" }, { "file": file, "name": "a/b" }]);
        let named = json!({ "nonce": "n", "text": "x", "attachments": attachments });
        let problem = ann.post(&messages, named).await.problem(400, "bad_attachments");
        assert_eq!(problem["errors"][0]["pointer"], "/attachments/1/name");
    }
);

both!(
    async fn what_is_not_utf_8_is_refused_and_not_made_into_something_else(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let message = ann.say(&channel, "n1", "hello").await["id"].as_str().expect("an id").to_owned();
        for emoji in ["%FF", "%C3%28", "%F0%9F%91"] {
            let path = format!("/channels/{channel}/messages/{message}/reactions/{emoji}");
            let answer = ann.ask(Method::PUT, &path, Value::Null).await;
            assert!(answer.headers.contains_key("x-request-id"));
            answer.problem(400, "bad_path");
        }
        ann.get("/users?query=%FF").await.problem(400, "bad_query");
        ann.get("/users?query=%C3%A9").await.expect(200);
    }
);

#[actix_web::test]
async fn a_monitor_may_ask_with_head_and_what_is_not_served_is_no_page() {
    let server = TestServer::sqlite().await;
    let client = reqwest::Client::new();
    for (path, status, kind) in [
        ("/ready", 200, "application/json"),
        ("/health", 200, "application/json"),
        ("/.well-known/loggia", 404, "application/problem+json"),
        ("/.well-known/security.txt", 404, "application/problem+json"),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let answer = client
                .request(method.clone(), format!("{}{path}", server.base))
                .send()
                .await
                .expect("an answer");
            let given = answer.headers()["content-type"].to_str().expect("text").to_owned();
            assert_eq!((answer.status().as_u16(), &*given), (status, kind), "{method} {path}");
        }
    }
}

both!(
    async fn an_error_of_the_query_says_of_which_parameter(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        for (path, code, pointer) in [
            (format!("/channels/{channel}/messages?limit=many"), "bad_query", "/limit"),
            (format!("/channels/{channel}/messages?limit=0"), "bad_limit", "/limit"),
            (format!("/channels/{channel}/messages?before=1&around=x"), "bad_query", "/around"),
            ("/search?q=a&sort=worst".to_owned(), "bad_query", "/sort"),
            ("/users?query=a%00b".to_owned(), "bad_query", "/query"),
            ("/users?quary=a".to_owned(), "bad_query", "/quary"),
            ("/users?query=a&query=b".to_owned(), "bad_query", "/query"),
            ("/users?ids=ann".to_owned(), "bad_query", "/ids"),
        ] {
            let problem = ann.get(&path).await.problem(400, code);
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{path}: {problem}");
            assert_eq!(problem["errors"][0]["detail"], problem["detail"]);
        }
    }
);

both!(
    async fn what_is_no_json_object_of_the_right_shape_is_refused(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}/messages");
        let deep = "[".repeat(100_000);
        let deep_value = format!(r#"{{"nonce":"n","text":{}1{}}}"#, "[".repeat(200), "]".repeat(200));
        let bodies: Vec<(&str, Vec<u8>)> = vec![
            ("nothing", vec![]),
            ("broken", b"{".to_vec()),
            ("no object", b"[]".to_vec()),
            ("fields as an array", br#"["n","hello",null,null]"#.to_vec()),
            ("null", b"null".to_vec()),
            ("text", b"\"hello\"".to_vec()),
            ("two values", br#"{"nonce":"n","text":"a"}{}"#.to_vec()),
            ("a rest", br#"{"nonce":"n","text":"a"} x"#.to_vec()),
            ("a field twice", br#"{"nonce":"n","text":"a","text":"b"}"#.to_vec()),
            ("a field twice, once escaped", br#"{"nonce":"n","text":"a","te\u0078t":"b"}"#.to_vec()),
            ("an unknown field", br#"{"nonce":"n","text":"a","html":"b"}"#.to_vec()),
            ("a missing field", br#"{"nonce":"n"}"#.to_vec()),
            ("a wrong type", br#"{"nonce":"n","text":7}"#.to_vec()),
            ("null for text", br#"{"nonce":"n","text":null}"#.to_vec()),
            ("half a surrogate pair", br#"{"nonce":"n","text":"\ud800"}"#.to_vec()),
            ("the other half", br#"{"nonce":"n","text":"\udc00x"}"#.to_vec()),
            ("no UTF-8", b"{\"nonce\":\"n\",\"text\":\"\xff\xfe\"}".to_vec()),
            ("an encoded surrogate", b"{\"nonce\":\"n\",\"text\":\"\xed\xa0\x80\"}".to_vec()),
            ("a bare control character", b"{\"nonce\":\"n\",\"text\":\"a\x01b\"}".to_vec()),
            ("a NUL in a name", br#"{"nonce":"\u0000","text":"a"}"#.to_vec()),
            ("a byte order mark", b"\xef\xbb\xbf{\"nonce\":\"n\",\"text\":\"a\"}".to_vec()),
            ("many brackets", deep.into_bytes()),
            ("deep nesting", deep_value.into_bytes()),
            ("a deep unknown field", format!(r#"{{"x":{}"#, r#"{"a":"#.repeat(30_000)).into_bytes()),
        ];
        for (what, body) in bodies {
            let answer = send_raw(&ann, Method::POST, &path, body).await;
            assert_eq!(
                (answer.status, answer.body["code"].as_str()),
                (400, Some("bad_json")),
                "{what}: {}",
                answer.body
            );
        }
        let read = format!("/channels/{channel}/read");
        for number in
            ["1e400", "9223372036854775808", "-9223372036854775809", "1.5", "\"1\"", "NaN", "01", "true"]
        {
            let answer = send_raw(&ann, Method::PUT, &read, format!(r#"{{"seq":{number}}}"#)).await;
            assert_eq!(answer.status, 400, "{number}: {}", answer.body);
        }
        assert_eq!(ann.texts(&channel).await, [""; 0]);
    }
);

both!(
    async fn a_body_is_json_and_of_bounded_size(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}/messages");
        let good = r#"{"nonce":"n","text":"a"}"#;
        for media_type in
            ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", "x"]
        {
            let request = ann.request(Method::POST, &path).header("content-type", media_type).body(good);
            ann.send(request).await.problem(415, "unsupported_media_type");
        }
        ann.send(ann.request(Method::POST, &path).body(good)).await.problem(415, "unsupported_media_type");
        let size = |bytes: usize| format!(r#"{{"nonce":"n","text":"{}"}}"#, "x".repeat(bytes));
        send_raw(&ann, Method::POST, &path, size(262_144)).await.problem(413, "too_large");
        let most = 262_144 - size(0).len();
        send_raw(&ann, Method::POST, &path, size(most)).await.problem(400, "text_too_long");
        let answer = send_raw(&ann, Method::POST, &path, size(4_000_000)).await;
        assert_eq!(answer.status, 413);
        for media_type in ["application/json; charset=utf-8", "Application/JSON"] {
            let request = ann.request(Method::POST, &path).header("content-type", media_type).body(good);
            assert!(matches!(ann.send(request).await.status, 200 | 201));
        }
        assert_eq!(ann.texts(&channel).await, ["a"]);
    }
);

both!(
    async fn what_is_not_there_is_not_found_and_wrong_methods_are_told_the_right_ones(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        for path in [
            "/nothing",
            "/me/",
            "/channels//messages",
            "/../me/x",
            "/me/export/more",
            "/%00",
            "/channels/a/b/c/d/e",
        ] {
            let answer = ann.get(path).await;
            assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.body);
            assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
        }
        ann.get("/nothing").await.problem(404, "not_found");
        for (method, path, allowed) in [
            (Method::DELETE, "/channels".to_owned(), "HEAD, GET, POST"),
            (Method::PUT, "/me".to_owned(), "HEAD, GET, PATCH, DELETE"),
            (Method::GET, "/joins".to_owned(), "POST"),
            (Method::GET, format!("/channels/{channel}/read"), "PUT"),
            (Method::POST, format!("/channels/{channel}"), "HEAD, GET, PATCH"),
            (Method::OPTIONS, "/me".to_owned(), "HEAD, GET, PATCH, DELETE"),
        ] {
            let answer = ann.ask(method, &path, Value::Null).await;
            assert_eq!(answer.headers["allow"], allowed, "{path}");
            answer.problem(405, "method_not_allowed");
        }
        // The stream is no place for a plain request, either.
        let answer = ann.get("/stream").await;
        let says = |name: &str| answer.headers[name].to_str().expect("a text").to_ascii_lowercase();
        let told = ["upgrade", "connection", "sec-websocket-version"].map(says);
        assert_eq!(told, ["websocket", "upgrade", "13"]);
        answer.problem(426, "upgrade_required");
    }
);

both!(
    async fn bad_ids_in_paths_are_told_apart_from_unknown_ones(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let unknown = format!("!{}", "A".repeat(43));
        let long = "x".repeat(5_000);
        let not_canonical = format!("!{}B", "A".repeat(42));
        let bad =
            ["x", "!x", "%21", "%00", "%FF", "%ud800", &long, &not_canonical, &unknown[..43], "@ann:a.test"];
        for operation in
            documented::operations().iter().filter(|operation| operation.template.contains("{channel}"))
        {
            let method = Method::from_bytes(operation.method.as_bytes()).expect("a method");
            for id in bad {
                let path = coverage::fill(&operation.template, id, "$x", "@ann:a.test");
                let body = coverage::body(&operation.id, &ann.id);
                let answer = ann.ask(method.clone(), &path, body).await;
                assert_eq!(
                    (answer.status, answer.body["code"].as_str()),
                    (400, Some("bad_path")),
                    "{} {id}",
                    operation.id
                );
            }
            if operation.template.contains("{message}") {
                for id in ["x", "$x", "%00", &unknown] {
                    let path = coverage::fill(&operation.template, &channel, id, "@ann:a.test");
                    let answer = ann.ask(method.clone(), &path, coverage::body(&operation.id, &ann.id)).await;
                    answer.problem(400, "bad_path");
                }
            }
        }
    }
);

both!(
    async fn headers_of_any_kind_do_no_harm(server: TestServer) {
        let ann = server.person("ann").await;
        let nobody = Person::nobody(&server.base);
        for value in
            ["", "Bearer", "Bearer ", "Bearer \u{e4}", "Basic YTpi", "bearer x y", &"x".repeat(5_000)]
        {
            let request = nobody.request(Method::GET, "/me").header("authorization", value.as_bytes());
            nobody.send(request).await.problem(401, "unauthenticated");
        }
        for value in
            ["loggia_session=", "loggia_session", "=;;=", "loggia_session=%00", "loggia_session=\u{e4}"]
        {
            let request = nobody.request(Method::GET, "/me").header("cookie", value.as_bytes());
            nobody.send(request).await.problem(401, "unauthenticated");
        }
        let body = json!({ "username": "ann", "password": PASSWORD });
        let agent = vec![b'a', 0xff, 0xfe, b'b'];
        let agent = reqwest::header::HeaderValue::from_bytes(&agent).expect("a header");
        let request = nobody.request(Method::POST, "/sessions").header("user-agent", agent).json(&body);
        nobody.send(request).await.expect(201);
        let answer = ann.get("/me").await;
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["x-frame-options"], "DENY");
        assert!(answer.headers.contains_key("content-security-policy"));
    }
);

both!(
    async fn words_to_look_for_in_names_are_of_bounded_length(server: TestServer) {
        let ann = administrator(&server, "ann").await;
        for path in ["/users", "/directory", "/admin/users", "/admin/channels"] {
            let most = "%25".repeat(1_024);
            ann.get(&format!("{path}?query={most}")).await.expect(200);
            let problem = ann.get(&format!("{path}?query={most}{most}")).await.problem(400, "bad_query");
            assert_eq!(problem["errors"][0]["pointer"], "/query", "{path}");
            ann.get(&format!("{path}?query={}", "x".repeat(60_000))).await.problem(400, "bad_query");
        }
    }
);
