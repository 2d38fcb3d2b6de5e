//! A client that stops reading: it is cut off, resumes later, and nobody else notices.

use serde_json::{Value, json};

use crate::both;
use crate::support::stream::Frame;
use crate::support::{Person, Stream, TestServer, eventually};

const TEXT_BYTES: usize = 8_000;
/// What one connection's buffers in the system can take, and then some.
const MESSAGES_MAX: usize = 2_000;

async fn head(person: &Person, channel: &str) -> i64 {
    person.get(&format!("/channels/{channel}")).await.expect(200)["head"].as_i64().expect("a seq")
}

/// The seqs of what is said in the channel.
fn seqs(frames: &[Value]) -> Vec<i64> {
    frames
        .iter()
        .filter(|frame| frame["t"] == "message.created")
        .filter_map(|frame| frame["seq"].as_i64())
        .collect()
}

/// Ann speaks, and Bob's stream hears each of it, until Eve is seen to be gone. Answers the seqs.
async fn speak_until_cut_off(ann: &Person, bobs: &mut Stream, channel: &str, eve: &Person) -> Vec<i64> {
    let text = "x".repeat(TEXT_BYTES);
    let mut heard = Vec::new();
    for n in 0..MESSAGES_MAX {
        let sent = ann.say(channel, &format!("n{n}"), &text).await;
        heard.extend(seqs(&bobs.until_seq(channel, &sent["seq"]).await));
        let shown = ann.get(&format!("/users/{}", eve.id)).await.expect(200);
        if shown["presence"] == "offline" {
            return heard;
        }
    }
    panic!("{MESSAGES_MAX} messages of {TEXT_BYTES} bytes, and nobody was cut off");
}

both!(
    [("LOGGIA_STREAM__QUEUE_FRAMES", "20"), ("LOGGIA_STREAM__QUEUE_BYTES", "65536")]
    async fn a_reader_that_stops_is_cut_off_and_the_channel_goes_on(server: TestServer) {
        let (ann, bob, eve) = (server.person("ann").await, server.person("bob").await, server.person("eve").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        eve.join(&channel).await;
        let from = head(&eve, &channel).await;
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        let mut eves = Stream::connect_small(&server.base).await;
        eves.identify(&eve.token, json!({})).await;
        let said = speak_until_cut_off(&ann, &mut bobs, &channel, &eve).await;
        assert_eq!(said, (from + 1..=from + i64::try_from(said.len()).expect("a number")).collect::<Vec<_>>());
        // Eve reads on: what had been on its way, in order; then that she is too late.
        let mut frames = Vec::new();
        let code = loop {
            match eves.next().await {
                Frame::Json(frame) => frames.push(frame),
                Frame::Closed(code) => break code,
            }
        };
        assert_eq!(code, 4008);
        assert_eq!(frames.last().expect("a frame")["op"], "resync");
        let heard = seqs(&frames);
        assert!(heard.len() < said.len() && said.starts_with(&heard), "{} of {}", heard.len(), said.len());
        // She resumes from where she was, and has missed nothing.
        let cursor = from + i64::try_from(heard.len()).expect("a number");
        let (_, missed) = Stream::open(&eve, json!({ channel.as_str(): cursor })).await;
        assert_eq!([heard, seqs(&missed)].concat(), said);
        assert_eq!(bobs.until_pong().await.iter().filter(|frame| frame["op"] == "resync").count(), 0);
    }
);

both!(
    [("LOGGIA_STREAM__QUEUE_FRAMES", "20"), ("LOGGIA_STREAM__QUEUE_BYTES", "65536"), ("LOGGIA_STREAM__HEARTBEAT_MS", "2000")]
    async fn a_connection_that_was_cut_off_is_let_go_though_nobody_reads(server: TestServer) {
        let (ann, bob, eve) = (server.person("ann").await, server.person("bob").await, server.person("eve").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        eve.join(&channel).await;
        let (mut bobs, _) = Stream::open(&bob, json!({})).await;
        let mut eves = Stream::connect_small(&server.base).await;
        eves.identify(&eve.token, json!({})).await;
        let port = eves.local_port();
        assert!(is_held(&server, port), "the server holds its end");
        speak_until_cut_off(&ann, &mut bobs, &channel, &eve).await;
        eventually("the server lets go", || async { (!is_held(&server, port)).then_some(()) }).await;
        drop(eves);
    }
);

/// Whether the system knows of an established connection from the server to this port.
fn is_held(server: &TestServer, client_port: u16) -> bool {
    let server_port: u16 = server.base.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let connections = std::fs::read_to_string("/proc/net/tcp").expect("the system's connections");
    let ends = (format!(":{server_port:04X}"), format!(":{client_port:04X}"));
    connections.lines().any(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        matches!(fields[..], [_, local, remote, "01", ..] if local.ends_with(&ends.0) && remote.ends_with(&ends.1))
    })
}
