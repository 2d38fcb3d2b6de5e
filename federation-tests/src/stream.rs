//! What a client hears as it happens.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::{DEADLINE, Person};

pub struct Stream(WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>);

impl Stream {
    /// A stream as a client has it, after its `ready`.
    pub async fn of(person: &Person) -> Stream {
        let url = format!("{}/api/v1/stream", person.base.replace("http://", "ws://"));
        let (stream, _) = connect_async(url).await.expect("a stream");
        let mut stream = Stream(stream);
        let identify = json!({ "op": "identify", "d": { "token": person.token } });
        stream.0.send(Message::text(identify.to_string())).await.expect("sent");
        stream.next(|frame| frame["op"] == "ready").await;
        stream
    }

    /// The next frame that is so.
    pub async fn next(&mut self, is: impl Fn(&Value) -> bool) -> Value {
        let found = tokio::time::timeout(DEADLINE, async {
            loop {
                let message = self.0.next().await.expect("a frame").expect("a stream");
                let Message::Text(text) = message else { continue };
                let frame = serde_json::from_str::<Value>(&text).expect("JSON");
                if is(&frame) {
                    return frame;
                }
            }
        });
        found.await.expect("the frame in time")
    }

    pub async fn close(&mut self) {
        self.0.close(None).await.expect("closed");
    }
}
