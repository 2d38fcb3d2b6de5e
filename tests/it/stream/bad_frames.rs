//! What a client must not send, and that nobody else suffers for it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::both;
use crate::support::stream::Frame;
use crate::support::{Person, Stream, TestServer};

/// What is sent, and whether that is done before identify, after it, or both.
enum Bad {
    Text(String),
    Binary(Vec<u8>),
}

fn channel_name(n: usize) -> String {
    format!("!{n:0>42}A")
}

fn cursors(count: usize) -> Value {
    (0..count).map(|n| (channel_name(n), json!(1))).collect::<BTreeMap<_, _>>().into_iter().collect()
}

fn padded(op: &str, bytes: usize) -> String {
    let frame =
        json!({ "op": op, "d": { "token": "t", "channel": "c", "channels": {}, "pad": "" } }).to_string();
    frame.replace("\"pad\":\"\"", &format!("\"pad\":\"{}\"", "x".repeat(bytes - frame.len())))
}

fn bad() -> Vec<(&'static str, Bad)> {
    let text = |text: &str| Bad::Text(text.to_owned());
    vec![
        ("not JSON", text("hello")),
        ("empty", text("")),
        ("no object", text("[1]")),
        ("no op", text("{\"d\":{}}")),
        ("unknown op", text("{\"op\":\"shout\",\"d\":{}}")),
        ("op is no text", text("{\"op\":7,\"d\":{}}")),
        ("d is missing", text("{\"op\":\"identify\"}")),
        ("cursors are no numbers", text("{\"op\":\"identify\",\"d\":{\"channels\":{\"!a\":\"b\"}}}")),
        ("cursor too large", text("{\"op\":\"identify\",\"d\":{\"channels\":{\"!a\":9223372036854775808}}}")),
        ("deep", Bad::Text("[".repeat(3_000))),
        ("binary", Bad::Binary(b"{\"op\":\"ping\"}".to_vec())),
        ("long typing", Bad::Text(padded("typing", 4_097))),
        ("very long identify", Bad::Text(padded("identify", 65_537))),
        ("enormous", Bad::Text("x".repeat(1_000_000))),
        (
            "too many cursors",
            Bad::Text(json!({ "op": "identify", "d": { "channels": cursors(1_001) } }).to_string()),
        ),
        (
            "too many cursors to subscribe",
            Bad::Text(json!({ "op": "subscribe", "d": { "channels": cursors(1_001) } }).to_string()),
        ),
    ]
}

async fn send(stream: &mut Stream, bad: &Bad) {
    match bad {
        Bad::Text(text) => stream.send_text(text.clone()).await,
        Bad::Binary(bytes) => stream.send_binary(bytes.clone()).await,
    }
}

/// The stream hears what is said in the channel.
async fn hears(stream: &mut Stream, from: &Person, channel: &str, nonce: &str) {
    let sent = from.say(channel, nonce, "still here").await;
    let frames = stream.until_seq(channel, &sent["seq"]).await;
    assert_eq!(frames.last().expect("a frame")["d"]["id"], sent["id"]);
}

both!(
    async fn a_bad_frame_ends_its_stream_with_4002_and_no_other(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let (mut other, _) = Stream::open(&bob, json!({})).await;
        for (n, (what, bad)) in bad().iter().enumerate() {
            let mut early = Stream::connect(&ann.base).await;
            send(&mut early, bad).await;
            assert_eq!(early.refusal().await, ("bad_frame".to_owned(), 4002), "{what}, before identify");
            let (mut late, _) = Stream::open(&ann, json!({})).await;
            send(&mut late, bad).await;
            assert_eq!(late.refusal().await, ("bad_frame".to_owned(), 4002), "{what}, after identify");
            hears(&mut other, &ann, &channel, &format!("n{n}")).await;
        }
    }
);

both!(
    async fn a_frame_out_of_turn_ends_its_stream_with_4002(server: TestServer) {
        let ann = server.person("ann").await;
        for frame in [
            json!({ "op": "typing", "d": { "channel": "!a" } }),
            json!({ "op": "subscribe", "d": { "channels": {} } }),
        ] {
            let mut stream = Stream::connect(&ann.base).await;
            stream.send(frame).await;
            assert_eq!(stream.refusal().await, ("bad_frame".to_owned(), 4002));
        }
        let (mut stream, _) = Stream::open(&ann, json!({})).await;
        stream.send(json!({ "op": "identify", "d": { "token": ann.token } })).await;
        assert_eq!(stream.refusal().await, ("bad_frame".to_owned(), 4002));
    }
);

both!(
    async fn what_is_just_within_bounds_is_taken(server: TestServer) {
        let ann = server.person("ann").await;
        let identify = json!({ "token": ann.token, "channels": cursors(1_000) });
        let frame = json!({ "op": "identify", "d": identify }).to_string();
        assert!(frame.len() > 4_096 && frame.len() <= 65_536);
        let mut stream = Stream::connect(&ann.base).await;
        stream.send_text(frame).await;
        // Nobody is in those channels: each is told to be left.
        let frames = stream.until(|frame| frame["op"] == "ready").await;
        assert_eq!(frames.iter().filter(|frame| frame["t"] == "channel.left").count(), 1_000);
        stream.send_text(padded("typing", 4_096)).await;
        assert_eq!(stream.until_pong().await.len(), 1);
    }
);

both!(
    async fn cursors_at_the_ends_of_what_numbers_can_say_are_cursors(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        for cursor in [i64::MIN, -1, 1 << 53, i64::MAX] {
            let (mut stream, _) = Stream::open(&ann, json!({ channel.as_str(): cursor })).await;
            stream
                .send(json!({ "op": "subscribe", "d": { "channels": { channel.as_str(): cursor } } }))
                .await;
            stream.until_pong().await;
        }
    }
);

both!(
    async fn who_sends_more_than_120_frames_a_minute_is_sent_away(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let (mut other, _) = Stream::open(&bob, json!({})).await;
        let (mut stream, _) = Stream::open(&ann, json!({})).await;
        // The identify frame was the first.
        for _ in 0..119 {
            stream.send(json!({ "op": "ping", "d": {} })).await;
        }
        for _ in 0..119 {
            assert_eq!(stream.next().await, Frame::Json(json!({ "op": "pong", "d": {} })));
        }
        stream.send(json!({ "op": "ping", "d": {} })).await;
        assert_eq!(stream.refusal().await, ("too_many_frames".to_owned(), 4029));
        hears(&mut other, &ann, &channel, "n").await;
        // What is sent before identify counts too.
        let mut stream = Stream::connect(&ann.base).await;
        for _ in 0..121 {
            stream.send(json!({ "op": "ping", "d": {} })).await;
        }
        assert_eq!(stream.refusal().await, ("too_many_frames".to_owned(), 4029));
    }
);

both!(
    [("LOGGIA_LIMITS__ENABLED", "true"), ("LOGGIA_LIMITS__STREAMS_PER_ACCOUNT", "2")]
    async fn an_account_has_limits_however_many_streams_it_begins(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let is_last = |frame: &Value| ["pong", "ready", "error"].contains(&frame["op"].as_str().unwrap_or_default());
        // Fewer on each than one stream may send, and together more than two may.
        let mut streams = 0;
        let refusal = 'refused: loop {
            streams += 1;
            assert!(streams < 40, "it goes on");
            let (mut stream, _) = Stream::open(&ann, json!({})).await;
            for _ in 0..100 {
                stream.send(json!({ "op": "ping", "d": {} })).await;
                let heard = stream.until(is_last).await;
                if let Some(refused) = heard.last().filter(|frame| frame["op"] == "error") {
                    break 'refused (refused["d"]["code"].clone(), stream.end().await);
                }
            }
        };
        assert_eq!(refusal, (json!("too_many_frames"), 4029));
        let mut begun = 0;
        let refusal = loop {
            let mut stream = Stream::connect(&bob.base).await;
            stream.send(json!({ "op": "identify", "d": { "token": bob.token, "channels": {} } })).await;
            let heard = stream.until(is_last).await;
            let refused = heard.last().filter(|frame| frame["op"] == "error").map(|frame| &frame["d"]);
            // Not because the one before has not gone yet.
            let by_the_minute = |d: &&Value| d["detail"].as_str().is_some_and(|detail| detail.contains("minute"));
            if let Some(refused) = refused.filter(by_the_minute) {
                break (refused["code"].clone(), stream.end().await);
            }
            begun += 1;
            assert!(begun < 200, "it goes on");
        };
        assert_eq!(refusal, (json!("too_many_streams"), 4029));
        assert!(begun >= 60, "{begun}");
        // Nobody else is held up.
        Stream::open(&server.person("carl").await, json!({})).await;
    }
);
