//! A server whose clock the test moves: what it remembers of requests, it lets go of in time.

use std::sync::Arc;
use std::time::Duration;

use federation_tests::ca::Authority;
use federation_tests::fixed::{Fixed, settings};
use federation_tests::peer::{Draft, read_answer};
use federation_tests::person::Answer;
use federation_tests::{Peer, Server};
use loggia::config::Config;
use loggia::protocol::ids::ServerName;
use loggia::server::{now, start_at};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

async fn ask(port: u16, draft: &Draft) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    stream.write_all(&draft.signed().bytes()).await.expect("sent");
    let answer = tokio::time::timeout(Duration::from_secs(20), read_answer(&mut stream));
    answer.await.expect("an answer in time")
}

/// A nonce counts once for as long as its request could be sent again, and is forgotten then. If none ever were, a
/// server that asks often would be locked out one day.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonces_are_let_go_when_their_requests_have_ended() {
    let dir = tempfile::tempdir().expect("a directory");
    let authority = Authority::new(dir.path());
    let caller = Peer::start(&authority, dir.path(), "b.test").await;
    let name: ServerName = "a.test".parse().expect("a name");
    let data = dir.path().join("data");
    let resolve = format!("b.test={}", caller.address);
    let config = Config::load(None, settings(&name, &data, &authority.certificate, &resolve).into_iter());
    let began = now();
    let clock = Arc::new(Fixed::at(began));
    let running = start_at(Arc::new(config.expect("settings")), clock.clone()).await.expect("a server");
    let (port, to) = (running.address.port(), Server::new("a.test", Default::default()));
    let at = |after_s: i64| Draft {
        nonce: "the-same-nonce".to_owned(),
        created: began / 1_000 + 2 + after_s,
        ..caller.request(&to, "GET", "/check", None)
    };
    clock.forward(2_000);
    ask(port, &at(0)).await.expect(200);
    ask(port, &at(0)).await.problem(401, "replay");
    clock.forward(299_000);
    // Signed anew, and still within the time of the first.
    ask(port, &at(299)).await.problem(401, "replay");
    clock.forward(400_000);
    ask(port, &at(699)).await.expect(200);
    ask(port, &at(699)).await.problem(401, "replay");
    running.stop().await;
}
