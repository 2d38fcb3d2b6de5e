//! A live stream, as a client has it.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async};

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
        Stream::connect_with(base, "", &[]).await
    }

    /// Connects with a query (`?..`) and with request headers.
    pub async fn connect_with(base: &str, query: &str, headers: &[(&'static str, String)]) -> Option<Stream> {
        let url = format!("{}/api/v1/stream{query}", base.replace("http://", "ws://"));
        let mut request = url.into_client_request().expect("a request");
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header value"));
        }
        let (socket, _) = connect_async(request).await.ok()?;
        Some(Stream { socket })
    }

    /// Connects with as small a buffer for what comes in as the system allows.
    pub async fn connect_small(base: &str) -> Stream {
        let address = base.trim_start_matches("http://").parse().expect("an address");
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(1).expect("a small buffer");
        let connection = MaybeTlsStream::Plain(socket.connect(address).await.expect("a connection"));
        let url = format!("{}/api/v1/stream", base.replace("http://", "ws://"));
        let (socket, _) = client_async(url, connection).await.expect("a stream");
        Stream { socket }
    }

    /// The port at this end.
    pub fn local_port(&self) -> u16 {
        match self.socket.get_ref() {
            MaybeTlsStream::Plain(connection) => connection.local_addr().expect("an address").port(),
            _ => panic!("tests speak without TLS"),
        }
    }

    /// As [`Stream::open`], over a connection that has been made.
    pub async fn identify(&mut self, token: &str, cursors: Value) -> Vec<Value> {
        self.send(json!({ "op": "identify", "d": { "token": token, "channels": cursors } })).await;
        self.until(|frame| frame["op"] == "ready").await
    }

    /// Connects, identifies with these cursors and answers the stream and every event up to `ready`.
    pub async fn open(person: &Person, cursors: Value) -> (Stream, Vec<Value>) {
        let mut stream = Stream::connect(&person.base).await;
        let before = stream.identify(&person.token, cursors).await;
        (stream, before)
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

    pub async fn send_binary(&mut self, bytes: Vec<u8>) {
        let _ = self.socket.send(Message::binary(bytes)).await;
    }

    /// Every frame up to the first that is `last`, that one included.
    pub async fn until(&mut self, last: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            match self.next().await {
                Frame::Json(frame) => {
                    frames.push(frame);
                    if frames.last().is_some_and(&last) {
                        return frames;
                    }
                }
                Frame::Closed(code) => panic!("closed with {code} after {frames:?}"),
            }
        }
    }

    /// Every frame up to the event of this entry.
    pub async fn until_seq(&mut self, channel: &str, seq: &Value) -> Vec<Value> {
        self.until(|frame| frame["channel"] == channel && frame["seq"] == *seq).await
    }

    /// What the client is told when it asks for a sign of life: everything that was queued before.
    pub async fn until_pong(&mut self) -> Vec<Value> {
        self.send(json!({ "op": "ping", "d": {} })).await;
        self.until(|frame| frame["op"] == "pong").await
    }

    /// The error that the server names, and the code with which it then closes.
    pub async fn refusal(&mut self) -> (String, u16) {
        let frames = self.until(|frame| frame["op"] == "error").await;
        let code = frames.last().and_then(|frame| frame["d"]["code"].as_str()).expect("a code").to_owned();
        assert!(frames.last().is_some_and(|frame| frame["d"]["detail"].is_string()));
        (code, self.end().await)
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
