//! How a stream begins, and with what it ends when it may not.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::both;
use crate::support::person::PASSWORD;
use crate::support::stream::Frame;
use crate::support::{Person, Stream, TestServer};

both!(
    async fn a_stream_says_hello_and_is_ready_after_identify(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let (_, frames) = Stream::open(&ann, json!({})).await;
        assert_eq!(frames.len(), 2, "{frames:?}");
        let hello = &frames[0];
        assert_eq!((hello["op"].as_str(), &hello["d"]["feature_level"]), (Some("hello"), &json!(1)));
        assert!(hello["d"]["heartbeat_ms"].is_i64() && hello["d"]["limits"]["frame_bytes"] == 4_096);
        let (ready, me) = (&frames[1]["d"], ann.get("/sessions").await.expect(200));
        assert_eq!(ready["user_id"], ann.id.as_str());
        assert_eq!(ready["session_id"], me["sessions"][0]["id"]);
        let head = ann.get(&format!("/channels/{channel}")).await.expect(200)["head"].clone();
        assert_eq!(ready["heads"], json!({ channel.as_str(): head }));
        assert_eq!(ready["online"], json!([ann.id]));
    }
);

both!(
    async fn a_ping_is_answered_before_and_after_identify(server: TestServer) {
        let ann = server.person("ann").await;
        let mut stream = Stream::connect(&ann.base).await;
        assert_eq!(stream.until_pong().await[1], json!({ "op": "pong", "d": {} }));
        stream.identify(&ann.token, json!({})).await;
        assert_eq!(stream.until_pong().await, [json!({ "op": "pong", "d": {} })]);
        stream.send_text("{\"op\":\"ping\"}".to_owned()).await;
        assert_eq!(stream.next().await, Frame::Json(json!({ "op": "pong", "d": {} })));
    }
);

#[tokio::test]
async fn who_does_not_identify_in_ten_seconds_is_sent_away() {
    let server = TestServer::sqlite().await;
    let begun = Instant::now();
    let mut stream = Stream::connect(&server.base).await;
    assert_eq!(stream.end().await, 4009);
    let taken = begun.elapsed();
    assert!((Duration::from_secs(9)..Duration::from_secs(20)).contains(&taken), "{taken:?}");
}

both!(
    async fn nobodys_token_ends_with_4001(server: TestServer) {
        for identify in [json!({ "token": "nobody's" }), json!({ "token": "" }), json!({})] {
            let mut stream = Stream::connect(&server.base).await;
            stream.send(json!({ "op": "identify", "d": identify })).await;
            assert_eq!(stream.refusal().await, ("unauthenticated".to_owned(), 4001));
        }
    }
);

both!(
    async fn a_token_counts_in_the_first_frame_only(server: TestServer) {
        let ann = server.person("ann").await;
        let query = format!("?token={}", ann.token);
        let header = ("authorization", format!("Bearer {}", ann.token));
        for (query, headers) in [(query.as_str(), &[][..]), ("", &[header][..])] {
            let mut stream = Stream::connect_with(&server.base, query, headers).await.expect("a stream");
            stream.send(json!({ "op": "identify", "d": {} })).await;
            assert_eq!(stream.refusal().await.1, 4001);
        }
    }
);

both!(
    async fn a_cookie_counts_from_our_own_pages_only(server: TestServer) {
        let ann = server.person("ann").await;
        let cookie = cookie_of(&server.base).await;
        let of = |origin: Option<&str>| {
            let mut headers = vec![("cookie", cookie.clone())];
            headers.extend(origin.map(|origin| ("origin", origin.to_owned())));
            headers
        };
        let own = server.base.as_str();
        let public = server.config.public_url();
        for origin in [own, public.as_str()] {
            let mut stream = Stream::connect_with(own, "", &of(Some(origin))).await.expect("a stream");
            stream.send(json!({ "op": "identify", "d": {} })).await;
            let frames = stream.until(|frame| frame["op"] == "ready").await;
            assert_eq!(frames[1]["d"]["user_id"], "@browser:a.test");
        }
        let near = format!("{own}.evil.example");
        for origin in [None, Some("https://evil.example"), Some("null"), Some(near.as_str())] {
            let mut stream = Stream::connect_with(own, "", &of(origin)).await.expect("a stream");
            stream.send(json!({ "op": "identify", "d": {} })).await;
            assert_eq!(stream.refusal().await.1, 4001, "{origin:?}");
            // Whoever has a token may be anywhere.
            let mut stream = Stream::connect_with(own, "", &of(origin)).await.expect("a stream");
            let frames = stream.identify(&ann.token, json!({})).await;
            assert_eq!(frames[1]["d"]["user_id"], ann.id.as_str());
        }
    }
);

/// Registers as a browser does and answers the cookie.
async fn cookie_of(base: &str) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::new();
    let body = json!({ "username": "browser", "password": PASSWORD, "cookie": true });
    let request = http.post(format!("{base}/api/v1/accounts")).header("origin", base).json(&body);
    let response = request.send().await.expect("an answer");
    let cookie = response.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert_eq!(response.json::<Value>().await.expect("JSON")["session"]["token"], Value::Null);
    cookie.split(';').next().expect("a cookie").to_owned()
}

both!(
    async fn a_revoked_session_ends_its_streams_with_4003_and_no_others(server: TestServer) {
        let ann = server.person("ann").await;
        let login = json!({ "username": "ann", "password": PASSWORD });
        let second = ann.post("/sessions", login).await.expect(201);
        let token = second["session"]["token"].as_str().expect("a token").to_owned();
        let (mut kept, _) = Stream::open(&ann, json!({})).await;
        let mut ended = Stream::connect(&ann.base).await;
        ended.identify(&token, json!({})).await;
        let id = second["session"]["id"].as_str().expect("an id");
        ann.delete(&format!("/sessions/{id}")).await.expect(204);
        assert_eq!(ended.end().await, 4003);
        assert_eq!(kept.until_pong().await.len(), 1);
        let mut again = Stream::connect(&ann.base).await;
        again.send(json!({ "op": "identify", "d": { "token": token } })).await;
        assert_eq!(again.refusal().await.1, 4001);
        // A new password ends all the others.
        let login = json!({ "username": "ann", "password": PASSWORD });
        let third = ann.post("/sessions", login).await.expect(201);
        let mut ended = Stream::connect(&ann.base).await;
        ended.identify(third["session"]["token"].as_str().expect("a token"), json!({})).await;
        let change = json!({ "current": PASSWORD, "new": "another horse battery" });
        ann.put("/me/password", change).await.expect(204);
        assert_eq!(ended.end().await, 4003);
        assert_eq!(kept.until_pong().await.len(), 1);
    }
);

both!(
    async fn a_session_that_ends_while_its_stream_begins_ends_the_stream(server: TestServer) {
        let ann = server.person("ann").await;
        let login = json!({ "username": "ann", "password": PASSWORD });
        for _ in 0..100 {
            let begun = ann.post("/sessions", login.clone()).await.expect(201)["session"].clone();
            let mut stream = Stream::connect(&ann.base).await;
            stream.send(json!({ "op": "identify", "d": { "token": begun["token"] } })).await;
            ann.delete(&format!("/sessions/{}", begun["id"].as_str().expect("an id"))).await.expect(204);
            assert!(matches!(stream.end().await, 4001 | 4003));
        }
    }
);

both!(
    async fn a_server_that_stops_tells_its_streams_to_come_back(server: TestServer) {
        let ann = server.person("ann").await;
        let (mut stream, _) = Stream::open(&ann, json!({})).await;
        let stopping = tokio::spawn(server.stop());
        assert_eq!(stream.end().await, 1012);
        drop(stream);
        stopping.await.expect("stopped");
    }
);

both!(
    [("LOGGIA_LIMITS__STREAMS_PER_ACCOUNT", "3")]
    async fn one_account_has_only_so_many_streams(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let mut streams = Vec::new();
        for _ in 0..3 {
            streams.push(Stream::open(&ann, json!({})).await.0);
        }
        let mut fourth = Stream::connect(&ann.base).await;
        fourth.send(json!({ "op": "identify", "d": { "token": ann.token } })).await;
        assert_eq!(fourth.refusal().await, ("too_many_streams".to_owned(), 4029));
        Stream::open(&bob, json!({})).await;
        // One that ends makes room.
        streams.pop();
        open_when_there_is_room(&ann).await;
        assert_eq!(streams[0].until_pong().await.len(), 1);
    }
);

async fn open_when_there_is_room(person: &Person) {
    crate::support::eventually("room for another stream", || async {
        let mut stream = Stream::connect(&person.base).await;
        stream.send(json!({ "op": "identify", "d": { "token": person.token } })).await;
        let frames = stream.until(|frame| frame["op"] == "ready" || frame["op"] == "error").await;
        frames.last().filter(|frame| frame["op"] == "ready").map(|_| ())
    })
    .await;
}
