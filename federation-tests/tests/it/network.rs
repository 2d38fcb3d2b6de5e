//! What comes to the listener for servers that is no request of a server: it costs little, gets nothing, and holds up
//! nobody.

use std::time::{Duration, Instant};

use federation_tests::peer::{Wire, key, read_answer};
use federation_tests::person::Answer;
use federation_tests::{Heard, Peer, Reply, Server, World, eventually};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn world() -> (World, Peer) {
    let (world, mut peers) = World::among(1, &["evil.test"]).await;
    (world, peers.remove(0))
}

async fn good(peer: &Peer, to: &Server) {
    peer.ask(to, "GET", "/check", None).await.expect(200);
}

/// What a server says to these octets before it closes, or within a while.
async fn said(peer: &Peer, to: &Server, bytes: &[u8], patience: Duration) -> String {
    let mut stream = peer.connect(to).await;
    // It may be closed before all was sent.
    let _ = stream.write_all(bytes).await;
    let _ = stream.flush().await;
    let mut heard = Vec::new();
    let _ = tokio::time::timeout(patience, stream.read_to_end(&mut heard)).await;
    String::from_utf8_lossy(&heard).into_owned()
}

/// Sends the head of a request, and waits for the answer without ever sending the body.
async fn answer_to_head(peer: &Peer, to: &Server, wire: &Wire) -> Answer {
    let mut stream = peer.connect(to).await;
    stream.write_all(&wire.bytes()).await.expect("sent");
    let answer = tokio::time::timeout(Duration::from_secs(10), read_answer(&mut stream)).await;
    answer.expect("an answer though no body came")
}

fn large(peer: &Peer, to: &Server) -> Wire {
    let mut wire = peer.request(to, "POST", "/heads", Some(json!({ "heads": [] }))).signed();
    wire.set("content-length", "3000000");
    wire.body.clear();
    wire
}

/// The media type and the length are looked at before anything of a body has come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn type_and_length_are_refused_before_the_body_comes() {
    let (world, evil) = world().await;
    let to = &world.servers[0];
    let mut text = large(&evil, to);
    text.set("content-type", "text/plain");
    answer_to_head(&evil, to, &text).await.problem(415, "unsupported_media_type");
    let mut huge = large(&evil, to);
    huge.set("content-length", "999999999999");
    answer_to_head(&evil, to, &huge).await.problem(413, "too_large");
    good(&evil, to).await;
}

/// Nobody makes the server gather a large body who has not signed the request, or can't have.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_bodies_of_strangers_are_not_read() {
    let (world, evil) = world().await;
    let to = &world.servers[0];
    let mut forged = large(&evil, to);
    let mut draft = evil.request(to, "POST", "/heads", Some(json!({ "heads": [] })));
    draft.key = key("nobody");
    forged.set("signature", &draft.signed().value("signature"));
    answer_to_head(&evil, to, &forged).await.problem(401, "bad_signature");
    let mut undigested = large(&evil, to);
    undigested.remove("content-digest");
    answer_to_head(&evil, to, &undigested).await.problem(400, "bad_digest");
    let mut elsewhere = large(&evil, to);
    elsewhere.set("loggia-destination", "b.test");
    answer_to_head(&evil, to, &elsewhere).await.problem(401, "wrong_destination");
    let mut nobody = large(&evil, to);
    nobody.remove("signature");
    answer_to_head(&evil, to, &nobody).await.problem(401, "bad_signature");
    let mut chunked = forged.clone();
    chunked.remove("content-length");
    chunked.add("transfer-encoding", "chunked");
    answer_to_head(&evil, to, &chunked).await.problem(401, "bad_signature");
    good(&evil, to).await;
}

/// Many hundred megabytes of spaces as gzip, in some: one stored literal, and then "the last 258 again" without end.
fn bomb(repeats: usize) -> Vec<u8> {
    let mut bits: Vec<bool> = vec![true, true, false];
    // Fixed codes: a space (8 bits), then length 258 (code 285) at distance 1.
    let code = |bits: &mut Vec<bool>, value: u32, length: u32| {
        bits.extend((0..length).rev().map(|at| value >> at & 1 == 1));
    };
    code(&mut bits, 0x30 + 0x20, 8);
    for _ in 0..repeats {
        code(&mut bits, 0xC0 + 5, 8);
        code(&mut bits, 0, 5);
    }
    code(&mut bits, 0, 7);
    let packed = bits
        .chunks(8)
        .map(|eight| eight.iter().enumerate().fold(0_u8, |byte, (at, bit)| byte | u8::from(*bit) << at));
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    head.into_iter().chain(packed).chain([0; 8]).collect()
}

/// Compressed bodies are unpacked in neither direction: what is small on the wire stays small.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_unpacked() {
    let (world, mut peers) = World::among(1, &["evil.test", "good.test"]).await;
    let (second, evil, to) = (peers.remove(1), peers.remove(0), &world.servers[0]);
    good(&evil, to).await;
    let before = to.memory_kib();
    let packed = bomb(1_500_000);
    assert!(packed.len() < 3_000_000);
    let mut draft = evil.request(to, "POST", "/heads", None);
    draft.body = Some(packed[..1_000].to_vec());
    let mut wire = draft.signed();
    wire.add("content-encoding", "gzip");
    // REQ-12: refused before any of it is read.
    evil.send(to, &wire).await.problem(415, "unsupported_media_type");
    // The same as a key document, which is what a stranger can make a server fetch.
    second.script(move |heard: &Heard| {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n";
        let head = format!("{head}content-length: {}\r\n\r\n", packed.len());
        heard.is("GET", "loggia").then(|| Reply::Raw([head.as_bytes(), &packed].concat()))
    });
    second.ask(to, "GET", "/check", None).await.problem(401, "key_unknown");
    assert_eq!(second.count("GET", "/.well-known/loggia"), 1);
    let grown = to.memory_kib().saturating_sub(before);
    assert!(grown < 64 * 1024, "{grown} KiB");
    good(&evil, to).await;
}

/// A flood of header fields, and fields without end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_of_header_fields_are_cut_off() {
    let (world, evil) = world().await;
    let to = &world.servers[0];
    let request =
        |fields: String| format!("GET /health HTTP/1.1\r\nhost: a.test\r\n{fields}\r\n").into_bytes();
    let many: String = (0..5_000).map(|n| format!("x-{n}: 1\r\n")).collect();
    let long = format!("x: {}\r\n", "y".repeat(8 * 1024 * 1024));
    let name = format!("{}: 1\r\n", "n".repeat(1024 * 1024));
    let before = to.memory_kib();
    for fields in [many, long, name] {
        let heard = said(&evil, to, &request(fields), Duration::from_secs(20)).await;
        assert!(heard.is_empty() || heard.starts_with("HTTP/1.1 4"), "{}", &heard[..heard.len().min(200)]);
    }
    let grown = to.memory_kib().saturating_sub(before);
    assert!(grown < 64 * 1024, "{grown} KiB");
    good(&evil, to).await;
}

/// Connections on which nothing comes, or a byte now and then, or half a head: they are closed after a while, and
/// others are served meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_connections_are_closed_and_hold_up_nobody() {
    let (world, evil) = world().await;
    let to = &world.servers[0];
    let mut streams = Vec::new();
    for n in 0..150 {
        let mut stream = evil.connect(to).await;
        let begun: &[u8] = if n % 2 == 0 { b"" } else { b"GET /federation/v1/check HTTP/1.1\r\nhost: a.te" };
        stream.write_all(begun).await.expect("sent");
        stream.flush().await.expect("sent");
        streams.push(stream);
    }
    let began = Instant::now();
    good(&evil, to).await;
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    let ends = streams.into_iter().map(|stream| async move {
        let (mut reads, mut writes) = tokio::io::split(stream);
        let drip = async {
            while writes.write_all(b"a").await.is_ok() && writes.flush().await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            std::future::pending::<()>().await;
        };
        let mut heard = Vec::new();
        tokio::select! {
            _ = reads.read_to_end(&mut heard) => {}
            () = drip => {}
        }
    });
    let all = tokio::time::timeout(Duration::from_secs(40), futures_util::future::join_all(ends));
    all.await.expect("the server closes them");
}

/// Two requests in one, by every trick of framing: none of them is answered with success.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_within_requests_are_refused() {
    let (world, evil) = world().await;
    let to = &world.servers[0];
    let inner = "GET /health HTTP/1.1\r\nhost: a.test\r\n\r\n";
    let length = inner.len();
    let framings = [
        format!("content-length: {length}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{inner}"),
        format!("transfer-encoding: chunked\r\ncontent-length: {length}\r\n\r\n0\r\n\r\n{inner}"),
        format!("content-length: 0\r\ncontent-length: {length}\r\n\r\n{inner}"),
        format!("content-length: 0, {length}\r\n\r\n{inner}"),
        format!("content-length: +{length}\r\n\r\n{inner}"),
        format!("content-length: 0x10\r\n\r\n{inner}"),
        format!("content-length : {length}\r\n\r\n{inner}"),
        format!("transfer-encoding: xchunked\r\n\r\n0\r\n\r\n{inner}"),
        format!("transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n{inner}"),
        format!("transfer-encoding: identity, chunked\r\n\r\n0\r\n\r\n{inner}"),
        format!("transfer-encoding:\u{b}chunked\r\n\r\n0\r\n\r\n{inner}"),
        format!("transfer-encoding: chunked\r\n\r\n{length:x}\n{inner}\r\n0\r\n\r\n"),
        format!("transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n{inner}\r\n0\r\n\r\n"),
        format!("x: a\r\n content-length: {length}\r\n\r\n{inner}"),
        format!("x: a\rcontent-length: {length}\r\n\r\n{inner}"),
        format!("x: a\0b\r\n\r\n{inner}"),
    ];
    for framing in framings {
        let request = format!("POST /federation/v1/heads HTTP/1.1\r\nhost: a.test\r\n{framing}");
        let heard = said(&evil, to, request.as_bytes(), Duration::from_secs(3)).await;
        assert!(!heard.contains("HTTP/1.1 2") && !heard.contains("HTTP/1.1 5"), "{framing:?}: {heard}");
    }
    good(&evil, to).await;
}

/// Paths that lead out, around or nowhere: each is signed as it is, and names nothing. What is for people is not here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paths_that_pretend_lead_nowhere() {
    let (world, evil) = world().await;
    let to = &world.servers[0];
    let channel = to.person("ann").await.channel("general").await;
    for target in [
        "/federation/v1/../../etc/passwd".to_owned(),
        "/federation/v1/%2e%2e/v1/check".to_owned(),
        "/federation/v1/%2e%2e%2fv1%2fcheck".to_owned(),
        "/federation/v1/./check".to_owned(),
        "/federation/v1//check".to_owned(),
        "//federation/v1/check".to_owned(),
        "/federation/v1/check/".to_owned(),
        "/federation/v1/check;a=b".to_owned(),
        "/federation/v1/check%00".to_owned(),
        "/federation/v1/check%0d%0ax:%20y".to_owned(),
        "/federation/v1/CHECK".to_owned(),
        "/federation/v1/chec%6b%2f".to_owned(),
        "/federation/v2/check".to_owned(),
        "/federation/v1/channels/%2e%2e/entries?from=0".to_owned(),
        format!("/federation/v1/channels/{channel}%2f..%2f{channel}/entries?from=0"),
        format!("/federation/v1/channels/{channel}/../../keys"),
        "/federation/v1/files/..%2f..%2floggia.db".to_owned(),
        "/api/v1/me".to_owned(),
        "/api/v1/accounts".to_owned(),
        "/federation/v1/../../api/v1/me".to_owned(),
        "/".to_owned(),
        "/index.html".to_owned(),
    ] {
        let mut draft = evil.request(to, "GET", "/check", None);
        draft.target.clone_from(&target);
        let answer = evil.send(to, &draft.signed()).await;
        assert!((400..500).contains(&answer.status), "{target}: {answer:?}");
    }
    good(&evil, to).await;
}

/// Names that look like another's are other names, or none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_look_alike_are_not_the_same() {
    let (world, evil) = world().await;
    let to = &world.servers[0];
    good(&evil, to).await;
    for (name, code) in [
        ("\u{435}vil.test", "bad_signature"),
        ("evi\u{131}.test", "bad_signature"),
        ("evil\u{3002}test", "bad_signature"),
        ("evil.test\u{200b}", "bad_signature"),
        ("EVIL.test", "bad_signature"),
        ("evil.test.", "bad_signature"),
        ("evil.test:443", "bad_signature"),
        ("evil.test/", "bad_signature"),
        ("mallory@evil.test", "bad_signature"),
        ("evil.test#a.test", "bad_signature"),
        ("evil", "bad_signature"),
        ("127.0.0.1", "bad_signature"),
        ("127.1", "bad_signature"),
        ("evil.0x7f", "bad_signature"),
        ("[::1]", "bad_signature"),
        // A name of its own, which nobody can reach.
        ("xn--vil-qlc.test", "key_unknown"),
    ] {
        let mut wire = evil.request(to, "GET", "/check", None).signed();
        wire.set("loggia-origin", name);
        let answer = evil.send(to, &wire).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (401, Some(code)), "{name}: {answer:?}");
    }
    let mut wire = evil.request(to, "GET", "/check", None).signed();
    wire.set("host", "a.test.");
    evil.send(to, &wire).await.problem(401, "wrong_destination");
    good(&evil, to).await;
}

/// A key document that says that the server is at an address of this machine, or is found only there, leads nowhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_leads_to_this_machine() {
    let names = ["p0.test", "p1.test", "p2.test", "p3.test", "p4.test", "p5.test"];
    let (world, peers) = World::among(1, &names).await;
    let to = &world.servers[0];
    let inner = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = inner.local_addr().expect("an address").port();
    let endpoints = [
        format!("https://127.0.0.1:{port}"),
        format!("https://[::1]:{port}"),
        format!("https://2130706433:{port}"),
        format!("https://127.1:{port}"),
        format!("https://localhost:{port}"),
    ];
    for (peer, endpoint) in peers.iter().zip(&endpoints) {
        peer.publish(&peer.document_at(endpoint));
    }
    let location = format!("https://127.0.0.1:{port}/.well-known/loggia");
    peers[5].script(move |heard| heard.is("GET", "loggia").then(|| Reply::redirect(&location)));
    for peer in &peers {
        peer.ask(to, "GET", "/check", None).await.problem(401, "key_unknown");
    }
    // Names that resolve to this machine without anybody's help.
    let ann = to.person("ann").await;
    for name in ["localhost.localdomain", "ip6-localhost.localdomain", "127.0.0.1.nip.test"] {
        let answer = ann.post("/joins", json!({ "alias": format!("#x:{name}") })).await;
        assert!((500..504).contains(&answer.status), "{name}: {answer:?}");
    }
    let came = tokio::time::timeout(Duration::from_millis(200), inner.accept()).await;
    assert!(came.is_err(), "somebody was led to 127.0.0.1");
}

type Addresses = std::pin::Pin<Box<dyn Future<Output = std::io::Result<Vec<std::net::SocketAddr>>> + Send>>;

fn addresses(texts: &[&str]) -> Addresses {
    let found =
        texts.iter().map(|text| std::net::SocketAddr::new(text.parse().expect("an address"), 0)).collect();
    Box::pin(async move { Ok(found) })
}

/// A name that has public addresses once and others the next time, or both at once.
fn rebinding(name: String) -> Addresses {
    static ASKED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    match name.as_str() {
        "both.test" => addresses(&["10.0.0.1", "93.184.216.34", "::ffff:127.0.0.1", "2606:4700::1111"]),
        "turns.test" if ASKED.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 => {
            addresses(&["93.184.216.34"])
        }
        "metadata.test" => addresses(&["169.254.169.254"]),
        "mapped.test" => {
            addresses(&["64:ff9b::7f00:1", "2002:7f00:1::1", "fc00::1", "::", "0.0.0.0", "100.64.0.1"])
        }
        _ => addresses(&["127.0.0.1"]),
    }
}

/// What a name resolves to is looked at each time that it is resolved, and a connection goes to what passed then: a
/// name that turns to an inner address is refused, one that has both kinds is reached at the public ones.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_turns_to_an_inner_address_is_refused() {
    use reqwest::dns::Resolve;
    let fixed = [("fixed.test".to_owned(), "127.0.0.1:9".parse().expect("an address"))];
    let vetted = loggia::net::Vetted { fixed: fixed.into(), lookup: rebinding };
    let resolve = async |name: &str| -> Option<Vec<String>> {
        let found = vetted.resolve(name.parse().expect("a name")).await.ok()?;
        Some(found.map(|address| address.ip().to_string()).collect())
    };
    assert_eq!(resolve("both.test").await.expect("public ones"), ["93.184.216.34", "2606:4700::1111"]);
    assert_eq!(resolve("turns.test").await.expect("public"), ["93.184.216.34"]);
    for name in ["turns.test", "turns.test", "metadata.test", "mapped.test", "inner.test"] {
        assert_eq!(resolve(name).await, None, "{name}");
    }
    assert_eq!(resolve("fixed.test").await.expect("the operator's word"), ["127.0.0.1"]);

    let inner = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = inner.local_addr().expect("an address").port();
    let client = loggia::net::client_by(vetted, None).expect("a client");
    client.get(format!("https://inner.test:{port}/")).send().await.expect_err("refused");
    let came = tokio::time::timeout(Duration::from_millis(200), inner.accept()).await;
    assert!(came.is_err(), "a connection went to 127.0.0.1");
}

/// The certificate that a server shows somebody whom it has not seen before.
async fn certificate(world: &World, to: &Server) -> Vec<u8> {
    let stranger = Peer::start(&world.authority, world.dir.path(), "new.test").await;
    let stream = stranger.connect(to).await;
    stream.get_ref().1.peer_certificates().expect("certificates")[0].to_vec()
}

/// Certificates are renewed every few weeks: no restart is needed, and no connection ends for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewed_certificate_is_shown_at_once_when_asked_to_and_soon_by_itself() {
    let (world, evil) = world().await;
    let to = &world.servers[0];
    let renewed = async |before: Vec<u8>| {
        eventually("the new certificate", async || {
            Some(certificate(&world, to).await).filter(|now| *now != before)
        })
        .await
    };
    let first = certificate(&world, to).await;
    let mut open = evil.connect(to).await;
    world.authority.issue(world.dir.path(), &to.name);
    to.hang_up();
    let second = renewed(first).await;
    let wire = evil.request(to, "GET", "/check", None).signed();
    open.write_all(&wire.bytes()).await.expect("sent");
    read_answer(&mut open).await.expect(200);
    world.authority.issue(world.dir.path(), &to.name);
    renewed(second).await;
}
