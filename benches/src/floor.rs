//! What the machine allows: a server that only passes on, a sender that only writes, a disk that only syncs.

use std::collections::HashMap;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, MessageBody};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use bytes::{Bytes, BytesMut};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::stats::{Histogram, now};
use crate::wire::find;

/// Frames that may wait for a socket; what comes then is lost, and the trial fails.
const QUEUE_FRAMES: usize = 4_096;
const READY: &[u8] = br#"{"op":"ready"}"#;

#[derive(Default)]
struct Rooms {
    listeners: RwLock<HashMap<String, Vec<mpsc::Sender<Bytes>>>>,
    frame_bytes: usize,
}

/// Writes whatever waits for a socket in one go.
struct Waiting(mpsc::Receiver<Bytes>);

impl MessageBody for Waiting {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let mut frames = Vec::new();
        match self.0.poll_recv_many(context, &mut frames, 256) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(0) => Poll::Ready(None),
            Poll::Ready(1) => Poll::Ready(frames.pop().map(Ok)),
            Poll::Ready(_) => {
                let mut all = BytesMut::with_capacity(frames.iter().map(Bytes::len).sum());
                frames.iter().for_each(|frame| all.extend_from_slice(frame));
                Poll::Ready(Some(Ok(all.freeze())))
            }
        }
    }
}

fn framed(payload: &[u8]) -> Bytes {
    let mut frame = vec![0x81];
    match u8::try_from(payload.len()) {
        Ok(length) if length < 126 => frame.push(length),
        _ => {
            frame.push(126);
            frame.extend(u16::try_from(payload.len()).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    frame.extend_from_slice(payload);
    frame.into()
}

async fn listen(
    request: HttpRequest,
    payload: web::Payload,
    rooms: web::Data<Rooms>,
) -> actix_web::Result<HttpResponse> {
    let (response, _session, mut messages) = actix_ws::handle(&request, payload)?;
    let (sender, receiver) = mpsc::channel(QUEUE_FRAMES);
    let _ = sender.try_send(framed(READY));
    let room = request.query_string().trim_start_matches("channel=").to_owned();
    rooms.listeners.write().unwrap_or_else(PoisonError::into_inner).entry(room).or_default().push(sender);
    actix_web::rt::spawn(async move { while messages.recv().await.is_some() {} });
    Ok(response.map_body(|_, _| Waiting(receiver)).map_into_boxed_body())
}

/// Passes a text on in a frame as long as Loggia's.
async fn pass_on(room: web::Path<String>, body: Bytes, rooms: web::Data<Rooms>) -> HttpResponse {
    let text = find(&body, br#""text""#).and_then(|at| body.get(at..)).unwrap_or_default();
    let mut payload = br#"{"op":"event","t":"message.created","d":{"padding":""#.to_vec();
    payload.resize(rooms.frame_bytes.saturating_sub(text.len() + 3).max(payload.len()), b'x');
    payload.extend_from_slice(br#"","#);
    payload.extend_from_slice(text);
    payload.push(b'}');
    let frame = framed(&payload);
    let listeners = rooms.listeners.read().unwrap_or_else(PoisonError::into_inner);
    for listener in listeners.get(room.as_str()).into_iter().flatten() {
        let _ = listener.try_send(frame.clone());
    }
    HttpResponse::Created().body("{}")
}

/// A bare actix-ws server: no accounts, no storage, no protocol.
pub async fn serve(frame_bytes: usize) -> io::Result<()> {
    let rooms = web::Data::new(Rooms { frame_bytes, ..Rooms::default() });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(rooms.clone())
            .route("/api/v1/stream", web::get().to(listen))
            .route("/api/v1/channels/{room}/messages", web::post().to(pass_on))
    })
    .workers(std::thread::available_parallelism().map_or(2, std::num::NonZero::get))
    .backlog(4_096)
    .tcp_nodelay(true)
    .bind("127.0.0.1:0")?;
    let address = server.addrs().first().copied().ok_or(io::ErrorKind::AddrNotAvailable)?;
    println!("ready: {address}");
    io::stdout().flush()?;
    server.run().await
}

/// Whoever connects is sent frames without a pause: how many the generator can take.
pub async fn blast(frame_bytes: usize) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("ready: {}", listener.local_addr()?);
    io::stdout().flush()?;
    loop {
        let (mut stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            let head = b"HTTP/1.1 101 Switching Protocols\r\n\r\n".to_vec();
            let _ = stream.write_all(&[head, framed(READY).to_vec()].concat()).await;
            loop {
                let text = format!(r#","text":"T{:013}{:x<186}"}}}}"#, now(), "");
                let mut payload = br#"{"op":"event","t":"message.created","d":{"padding":""#.to_vec();
                payload.resize(frame_bytes.saturating_sub(text.len() + 1).max(payload.len()), b'x');
                payload.push(b'"');
                payload.extend_from_slice(text.as_bytes());
                if stream.write_all(&framed(&payload).repeat(64)).await.is_err() {
                    return;
                }
            }
        });
    }
}

/// A disk that is asked to write so much and to keep it, again and again.
pub struct Disk {
    pub per_second: f64,
    pub p50: f64,
    pub p99: f64,
}

pub fn fsync(dir: &std::path::Path, bytes: usize, lasts: Duration) -> io::Result<Disk> {
    let mut file = tempfile::tempfile_in(dir)?;
    let (block, times) = (vec![7; bytes], Histogram::default());
    let begun = Instant::now();
    while begun.elapsed() < lasts {
        let before = now();
        file.write_all(&block)?;
        file.sync_data()?;
        times.record(now() - before);
    }
    let (p50, p99) = times.p50_p99();
    Ok(Disk { per_second: times.count() as f64 / begun.elapsed().as_secs_f64(), p50, p99 })
}
