//! A live stream, as a client has it.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{DEADLINE, Person};

pub struct Stream {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What came.
#[derive(Debug, PartialEq)]
pub enum Frame {
    Json(Value),
    Closed(u16),
}

impl Stream {
    /// Connects without identifying.
    pub async fn connect(base: &str) -> Stream {
        Stream::try_connect(base).await.expect("a stream")
    }

    pub async fn try_connect(base: &str) -> Option<Stream> {
        let url = format!("{}/api/v1/stream", base.replace("http://", "ws://"));
        let (socket, _) = connect_async(url).await.ok()?;
        Some(Stream { socket })
    }

    /// Connects, identifies with these cursors and answers the stream and every event up to `ready`.
    pub async fn open(person: &Person, cursors: Value) -> (Stream, Vec<Value>) {
        let mut stream = Stream::connect(&person.base).await;
        stream.send(json!({ "op": "identify", "d": { "token": person.token, "channels": cursors } })).await;
        let mut before = Vec::new();
        loop {
            match stream.next().await {
                Frame::Json(frame) if frame["op"] == "ready" => {
                    before.push(frame);
                    return (stream, before);
                }
                Frame::Json(frame) => before.push(frame),
                Frame::Closed(code) => panic!("closed with {code} before ready: {before:?}"),
            }
        }
    }

    pub async fn send(&mut self, frame: Value) {
        let _ = self.socket.send(Message::text(frame.to_string())).await;
    }

    pub async fn send_text(&mut self, text: String) {
        let _ = self.socket.send(Message::text(text)).await;
    }

    /// The next frame, within the deadline.
    pub async fn next(&mut self) -> Frame {
        timeout(DEADLINE, self.next_whenever()).await.expect("a frame in time")
    }

    async fn next_whenever(&mut self) -> Frame {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Frame::Json(serde_json::from_str(&text).expect("JSON"));
                }
                Some(Ok(Message::Close(frame))) => {
                    return Frame::Closed(frame.map_or(1005, |frame| u16::from(frame.code)));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Frame::Closed(1006),
            }
        }
    }

    /// The next event of this kind; others are passed over.
    pub async fn event(&mut self, t: &str) -> Value {
        loop {
            match self.next().await {
                Frame::Json(frame) if frame["t"] == t => return frame,
                Frame::Json(_) => {}
                Frame::Closed(code) => panic!("closed with {code} while waiting for {t}"),
            }
        }
    }

    /// The code with which the stream ends; what comes before is passed over.
    pub async fn end(&mut self) -> u16 {
        loop {
            if let Frame::Closed(code) = self.next().await {
                return code;
            }
        }
    }
}
