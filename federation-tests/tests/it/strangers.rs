//! What somebody who is nobody can make the listener for servers do: so much, and no more.

use std::time::{Duration, Instant};

use federation_tests::peer::{Wire, read_answer};
use federation_tests::{Guest, Peer, Server, World, eventually};
use loggia::storage::peers::{self, PeerRow};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

const HERE: [u8; 4] = [127, 0, 0, 1];
const ELSEWHERE: [u8; 4] = [127, 0, 0, 2];

/// A server with these settings of federation, and a peer.
async fn world(settings: &[(&str, u32)]) -> (World, Peer) {
    let change = |_, given: &mut std::collections::BTreeMap<String, String>| {
        for (name, value) in settings {
            given.insert(format!("LOGGIA_FEDERATION__{name}"), value.to_string());
        }
    };
    let (world, mut peers) = World::among_with(1, &["evil.test"], change).await;
    (world, peers.remove(0))
}

fn check(peer: &Peer, to: &Server) -> Wire {
    peer.request(to, "GET", "/check", None).signed()
}

fn key_document() -> Wire {
    let headers = vec![("host".to_owned(), "a.test".to_owned())];
    let (method, target) = ("GET".to_owned(), "/.well-known/loggia".to_owned());
    Wire { method, target, headers, body: Vec::new() }
}

/// What of a request goes out when the connection is to stay.
fn staying(wire: &Wire) -> Vec<u8> {
    let text = String::from_utf8(wire.bytes()).expect("text");
    text.replace("connection: close\r\n", "").into_bytes()
}

/// A connection that has carried a request already.
async fn used(evil: &Peer, to: &Server) -> TlsStream<TcpStream> {
    let mut stream = evil.connect(to).await;
    stream.write_all(&staying(&check(evil, to))).await.expect("sent");
    read_answer(&mut stream).await.expect(200);
    stream
}

/// Whether the other side ends the connection within a while, though a byte comes each half a second.
async fn ends(stream: impl AsyncReadExt + AsyncWriteExt, patience: Duration) -> bool {
    let (mut reads, mut writes) = tokio::io::split(stream);
    let drip = async {
        while writes.write_all(b"a").await.is_ok() && writes.flush().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut heard = Vec::new();
    tokio::select! {
        _ = reads.read_to_end(&mut heard) => true,
        () = drip => false,
        () = tokio::time::sleep(patience) => false,
    }
}

/// Connections count by address, from their first moment on: who has too many gets no more, others do, and again
/// when some have ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_has_so_many_connections() {
    let (world, evil) = world(&[("CONNECTIONS_PER_ADDRESS", 20)]).await;
    let to = &world.servers[0];
    evil.send_from(to, &check(&evil, to), ELSEWHERE).await.expect(200);
    let mut silent = Vec::new();
    // One too many is closed at once.
    while let Ok(stream) = evil.connect_by(to, &[], HERE).await {
        silent.push(stream);
        assert!(silent.len() < 1_000, "they have no end");
    }
    assert!(silent.len() >= 20, "{}", silent.len());
    evil.send_from(to, &check(&evil, to), ELSEWHERE).await.expect(200);
    drop(silent);
    eventually("there is room again", async || evil.connect_by(to, &[], HERE).await.ok()).await;
}

/// A head that comes a byte at a time, on a connection that has carried a request already.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_heads_end_the_connection_whatever_came_before() {
    let (world, evil) = world(&[]).await;
    let mut stream = used(&evil, &world.servers[0]).await;
    stream.write_all(b"GET /federation/v1/check HTTP/1.1\r\nhost: a.test\r\nx: ").await.expect("sent");
    assert!(ends(stream, Duration::from_secs(40)).await, "it is still open");
}

/// A connection on which nothing comes after an answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_end() {
    let (world, evil) = world(&[]).await;
    let mut stream = used(&evil, &world.servers[0]).await;
    let ended = tokio::time::timeout(Duration::from_secs(40), stream.read(&mut [0; 16])).await;
    assert!(matches!(ended, Ok(Ok(0) | Err(_))), "{ended:?}");
}

/// A body that comes a byte at a time is waited for so long, where somebody signed for it, and where nobody asks for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_bodies_end_the_connection() {
    let (world, evil) = world(&[]).await;
    let to = &world.servers[0];
    let mut signed = evil.request(to, "POST", "/heads", Some(json!({ "heads": [] }))).signed();
    signed.set("content-length", "60000");
    let mut unasked = key_document();
    unasked.add("content-length", "60000");
    let began = Instant::now();
    let evil = &evil;
    let slow = [signed, unasked].map(|wire| async move {
        let mut stream = evil.connect(to).await;
        stream.write_all(&staying(&wire)).await.expect("sent");
        ends(stream, Duration::from_secs(60)).await
    });
    assert_eq!(futures_util::future::join_all(slow).await, [true, true], "{:?}", began.elapsed());
}

/// Servers speak HTTP/1.1: with HTTP/2 one connection could open and reset streams without end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_2_is_not_spoken() {
    let (world, evil) = world(&[]).await;
    let to = &world.servers[0];
    evil.connect_by(to, &["h2"], HERE).await.expect_err("nothing in common");
    let stream = evil.connect_by(to, &["h2", "http/1.1"], HERE).await.expect("TLS");
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"http/1.1".as_slice()));
    // Nor without being asked (RFC 9113 section 3.4): the preface, and settings.
    let mut stream = evil.connect(to).await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    stream.write_all(preface).await.expect("sent");
    let mut heard = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut heard)).await;
    assert!(heard.is_empty() || heard.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&heard));
}

/// Whoever they say to be, and whether they sign or not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_of_an_address_are_limited() {
    let (world, evil) = world(&[("ADDRESS_REQUESTS_PER_MINUTE", 30)]).await;
    let to = &world.servers[0];
    let began = Instant::now();
    let mut taken = 0;
    while evil.send(to, &key_document()).await.status == 200 {
        taken += 1;
        assert!(taken < 1_000 && began.elapsed() < Duration::from_secs(60), "{taken} were taken");
    }
    assert!(taken >= 30, "{taken}");
    evil.send(to, &check(&evil, to)).await.problem(429, "rate_limited");
    evil.send_from(to, &check(&evil, to), ELSEWHERE).await.expect(200);
}

/// Each name that nobody has met costs a look-up, and a place: an address has so many of them, and is heard in the
/// name of those who are known.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_nobody_met_are_limited() {
    let (world, evil) = world(&[("STRANGERS_PER_MINUTE", 5)]).await;
    let to = &world.servers[0];
    evil.send(to, &check(&evil, to)).await.expect(200);
    let stranger = |n: usize| {
        let mut draft = evil.request(to, "GET", "/check", None);
        draft.origin = format!("s{n}.test").parse().expect("a name");
        draft.signed()
    };
    for n in 0..4 {
        evil.send(to, &stranger(n)).await.problem(401, "key_unknown");
    }
    let mut refused = 0;
    for n in 4..8 {
        let answer = evil.send(to, &stranger(n)).await;
        refused += usize::from(answer.body["code"] == "rate_limited");
    }
    assert!(refused >= 2, "{refused}");
    evil.send(to, &check(&evil, to)).await.expect(200);
}

/// A comparison of a thousand heads is not one request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_count_as_what_they_cost() {
    let (world, evil) = world(&[("REQUESTS_PER_MINUTE", 600)]).await;
    let to = &world.servers[0];
    let claim = json!({ "channel": format!("!{}", "A".repeat(43)), "size": 1, "root": "A".repeat(43) });
    let heads = |count: usize| Some(Value::from_iter([("heads", Value::from(vec![claim.clone(); count]))]));
    evil.ask(to, "POST", "/heads", heads(1_000)).await.expect(200);
    evil.ask(to, "POST", "/heads", heads(1_000)).await.expect(200);
    evil.ask(to, "POST", "/heads", heads(1_000)).await.problem(429, "rate_limited");
    evil.ask(to, "GET", "/check", None).await.expect(200);
}

/// Nor is a hundred signals.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signals_count_as_what_they_cost() {
    let (world, evil) = world(&[("REQUESTS_PER_MINUTE", 60)]).await;
    let to = &world.servers[0];
    let path = format!("/channels/!{}/signals", "A".repeat(43));
    let typing = json!({ "type": "typing", "user": "@mallory:evil.test" });
    let signals = |count: usize| Some(json!({ "signals": vec![typing.clone(); count] }));
    let mut taken = 0;
    while evil.ask(to, "POST", &path, signals(100)).await.status == 404 {
        taken += 1;
        assert!(taken < 30, "{taken} were taken");
    }
    evil.ask(to, "POST", &path, signals(100)).await.problem(429, "rate_limited");
}

/// What was met and is nobody makes room for what is met later; who has somebody in a channel stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_are_nobody_are_forgotten() {
    let (mut world, mut peers) = World::among(1, &["evil.test", "late.test"]).await;
    let (late, evil) = (peers.remove(1), peers.remove(0));
    let to = &world.servers[0];
    let ann = to.person("ann").await;
    let channel = ann.channel("general").await;
    Guest::of(&evil, "mallory", &channel, &ann).await.join(to).await.expect(200);
    world.kill(0);
    world.servers[0].read(|conn| {
        let evil = peers::get(conn, "evil.test")?.expect("it was met");
        for n in 0..1_500 {
            let server = format!("n{n}.test");
            peers::put(conn, &PeerRow { server, fetched_ts: evil.fetched_ts + 1, ..evil.clone() })?;
        }
        Ok(())
    });
    world.start(0);
    // The first that is new; after that one in a hundred.
    late.ask(&world.servers[0], "GET", "/check", None).await.expect(200);
    let left = world.servers[0].read(peers::all);
    let is_left = |name: &str| left.iter().any(|row| row.server == name);
    assert!(is_left("evil.test") && is_left("late.test"));
    assert_eq!(left.len(), 1_000 + 2);
}

/// A connection on which nothing is under way does not hold up a server that stops.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_do_not_hold_up_the_end() {
    let dir = tempfile::tempdir().expect("a directory");
    let authority = federation_tests::ca::Authority::new(dir.path());
    let name = "a.test".parse().expect("a name");
    let mut given =
        federation_tests::fixed::settings(&name, &dir.path().join("data"), &authority.certificate, "");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = free.local_addr().expect("an address");
    drop(free);
    given.push(("LOGGIA_FEDERATION__LISTEN".to_owned(), address.to_string()));
    given.push(("LOGGIA_SERVER__SHUTDOWN_GRACE_S".to_owned(), "30".to_owned()));
    let config = loggia::config::Config::load(None, given.into_iter()).expect("settings");
    let running = loggia::server::start(std::sync::Arc::new(config)).await.expect("a server");
    let mut idle = tokio::net::TcpStream::connect(address).await.expect("a connection");
    idle.write_all(&staying(&key_document())).await.expect("sent");
    read_answer(&mut idle).await.expect(200);
    let began = Instant::now();
    running.stop().await;
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}
