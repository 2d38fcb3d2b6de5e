//! Whoever opens more connections than there may be keeps nobody else out.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use tokio::net::TcpSocket;

use crate::support::{Process, eventually};

const FILES: u32 = 400;

/// What is answered to somebody of this address.
async fn asks(from: &str, to: SocketAddr) -> String {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(format!("{from}:0").parse().expect("an address")).expect("bound");
    let stream = socket.connect(to).await.expect("a connection").into_std().expect("a stream");
    stream.set_nonblocking(false).expect("set");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
    let ask = move || {
        let mut stream: TcpStream = stream;
        let _ = stream.write_all(b"GET /api/v1/server HTTP/1.0\r\nHost: a.test\r\n\r\n");
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    };
    tokio::task::spawn_blocking(ask).await.expect("asked")
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_does_not_take_all_connections() {
    let directory = tempfile::tempdir().expect("a directory");
    let process = Process::start_with_files(directory.path(), "", (150, FILES));
    assert_eq!(process.files(), FILES.to_string(), "as many as it may");
    let to: SocketAddr = process.base.strip_prefix("http://").expect("an address").parse().expect("one");
    assert!(asks("127.0.0.1", to).await.starts_with("HTTP/1.0 200"));
    let slow: Vec<TcpStream> = (0..FILES)
        .map(|_| {
            let mut stream = TcpStream::connect(to).expect("a connection");
            let head = "POST /api/v1/sessions HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n";
            // One that is ended at once need not take it.
            let _ = stream.write_all(head.as_bytes());
            stream
        })
        .collect();
    assert_eq!(asks("127.0.0.1", to).await, "", "it has as many as it may");
    assert!(asks("127.0.0.2", to).await.starts_with("HTTP/1.0 200"), "others have room");
    drop(slow);
    eventually("room again", || async {
        asks("127.0.0.1", to).await.starts_with("HTTP/1.0 200").then_some(())
    })
    .await;
}
