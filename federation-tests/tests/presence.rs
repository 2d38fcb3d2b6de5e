//! Who is there is seen on all servers that share a channel with them.

use std::time::Duration;

use federation_tests::{Person, World, eventually};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Stream = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// A stream as a client has it, up to its `ready`.
async fn stream(person: &Person) -> (Stream, Value) {
    let url = format!("{}/api/v1/stream", person.base.replace("http://", "ws://"));
    let (mut stream, _) = connect_async(url).await.expect("a stream");
    let identify = json!({ "op": "identify", "d": { "token": person.token } });
    stream.send(Message::text(identify.to_string())).await.expect("sent");
    let ready = next(&mut stream, |frame| frame["op"] == "ready").await;
    (stream, ready)
}

/// The next frame that is so.
async fn next(stream: &mut Stream, is: impl Fn(&Value) -> bool) -> Value {
    let found = tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            let message = stream.next().await.expect("a frame").expect("a stream");
            let Message::Text(text) = message else { continue };
            let frame = serde_json::from_str::<Value>(&text).expect("JSON");
            if is(&frame) {
                return frame;
            }
        }
    });
    found.await.expect("the frame in time")
}

fn is_presence(frame: &Value, person: &Person, presence: &str) -> bool {
    frame["t"] == "presence" && frame["d"]["users"] == json!([{ "id": person.id, "presence": presence }])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_there_is_seen_elsewhere() {
    let world = World::of(3).await;
    let ann = world.servers[0].person("ann").await;
    let bob = world.servers[1].person("bob").await;
    let carol = world.servers[2].person("carol").await;
    let channel = ann.channel("general").await;
    // Carol and Bob are guests of Ann's server: they hear of each other all the same.
    for guest in [&bob, &carol] {
        guest.join("#general:a.test").await;
    }
    eventually("all to know all", async || {
        for person in [&ann, &bob, &carol] {
            let members = person.get(&format!("/channels/{channel}/members")).await.expect(200);
            if members["members"].as_array().is_none_or(|members| members.len() < 3) {
                return None;
            }
        }
        Some(())
    })
    .await;
    let (mut at_a, _) = stream(&ann).await;
    let (mut at_c, _) = stream(&carol).await;
    let (mut at_b, _) = stream(&bob).await;
    for stream in [&mut at_a, &mut at_c] {
        next(stream, |frame| is_presence(frame, &bob, "online")).await;
    }
    let seen = ann.get(&format!("/users/{}", bob.id)).await.expect(200);
    assert_eq!(seen["presence"], "online");
    at_b.close(None).await.expect("closed");
    for stream in [&mut at_a, &mut at_c] {
        next(stream, |frame| is_presence(frame, &bob, "offline")).await;
    }
    let seen = ann.get(&format!("/users/{}", bob.id)).await.expect(200);
    assert_eq!(seen["presence"], "offline");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_types_is_seen_elsewhere() {
    let world = World::of(3).await;
    let ann = world.servers[0].person("ann").await;
    let bob = world.servers[1].person("bob").await;
    let carol = world.servers[2].person("carol").await;
    let channel = ann.channel("general").await;
    for guest in [&bob, &carol] {
        guest.join("#general:a.test").await;
    }
    carol.say(&channel, "n1", "all are here").await;
    bob.hears(&channel, "all are here").await;
    let (mut at_c, _) = stream(&carol).await;
    let (mut at_a, _) = stream(&ann).await;
    let typing = |frame: &Value| {
        frame["t"] == "typing" && frame["channel"] == channel && frame["d"]["user"] == json!(bob.id)
    };
    bob.post(&format!("/channels/{channel}/typing"), Value::Null).await.expect(204);
    next(&mut at_a, typing).await;
    next(&mut at_c, typing).await;
}
