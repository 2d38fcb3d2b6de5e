//! Requests that pretend: each is refused with its code, and the server goes on.

use std::time::Duration;

use federation_tests::peer::{Draft, Wire, key, now_s, read_answer};
use federation_tests::{Hosted, Peer, Server, World, eventually};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

async fn world() -> (World, Peer) {
    let (world, mut peers) = World::among(1, &["evil.test"]).await;
    (world, peers.remove(0))
}

fn check(peer: &Peer, to: &Server) -> Draft {
    peer.request(to, "GET", "/check", None)
}

fn heads(peer: &Peer, to: &Server) -> Draft {
    peer.request(to, "POST", "/heads", Some(json!({ "heads": [] })))
}

async fn good(peer: &Peer, to: &Server) {
    let told = peer.send(to, &check(peer, to).signed()).await.expect(200);
    assert_eq!((told["origin"].as_str(), told["kid"].as_str()), (Some("evil.test"), Some("k1")));
}

type Case = (&'static str, u16, &'static str, Wire);

async fn all(peer: &Peer, to: &Server, cases: Vec<Case>) {
    good(peer, to).await;
    for (what, status, code, wire) in cases {
        let answer = peer.send(to, &wire).await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (status, Some(code)),
            "{what}: {}",
            answer.body
        );
    }
    good(peer, to).await;
}

/// Another origin's key; a key nobody knows; a key of the right name with other octets; a signature over another
/// path, method, query, authority or destination; a relayed request; a version from the future.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_is_of_the_origin_over_exactly_this_request() {
    let (world, mut peers) = World::among(1, &["evil.test", "good.test"]).await;
    let (good_one, evil, to) = (peers.remove(1), peers.remove(0), &world.servers[0]);
    good_one.ask(to, "GET", "/check", None).await.expect(200);
    let draft = || check(&evil, to);
    let tampered = |change: &dyn Fn(&mut Wire)| {
        let mut wire = draft().signed();
        change(&mut wire);
        wire
    };
    let drafted = |change: &dyn Fn(&mut Draft)| {
        let mut draft = draft();
        change(&mut draft);
        draft.signed()
    };
    let cases: Vec<Case> = vec![
        ("in another's name", 401, "bad_signature", drafted(&|draft| draft.origin = good_one.name.clone())),
        (
            "name changed after",
            401,
            "bad_signature",
            tampered(&|wire| wire.set("loggia-origin", "good.test")),
        ),
        ("another key's octets", 401, "bad_signature", drafted(&|draft| draft.key = key("nobody"))),
        (
            "a key not published",
            401,
            "key_unknown",
            drafted(&|draft| draft.kid = "k9".parse().expect("an id")),
        ),
        (
            "another path",
            401,
            "bad_signature",
            tampered(&|wire| wire.target = "/federation/v1/aliases/general".to_owned()),
        ),
        ("a query", 401, "bad_signature", tampered(&|wire| wire.target += "?since=1")),
        (
            "another method",
            401,
            "bad_signature",
            tampered(&|wire| {
                wire.method = "POST".to_owned();
                wire.target = "/federation/v1/heads".to_owned();
            }),
        ),
        (
            "another destination",
            401,
            "wrong_destination",
            drafted(&|draft| draft.destination = good_one.name.clone()),
        ),
        (
            "another authority",
            401,
            "wrong_destination",
            drafted(&|draft| draft.authority = "good.test".to_owned()),
        ),
        (
            "a relayed one",
            401,
            "wrong_destination",
            drafted(&|draft| {
                draft.destination = good_one.name.clone();
                draft.authority = "good.test".to_owned();
            }),
        ),
        ("relayed, fields changed", 401, "bad_signature", {
            let mut draft = draft();
            draft.destination = good_one.name.clone();
            draft.authority = "good.test".to_owned();
            let mut wire = draft.signed();
            wire.set("host", "a.test");
            wire.set("loggia-destination", "a.test");
            wire
        }),
        (
            "this server's own name",
            403,
            "server_blocked",
            drafted(&|draft| draft.origin = "a.test".parse().expect("a name")),
        ),
        (
            "an address for a name",
            401,
            "bad_signature",
            tampered(&|wire| wire.set("loggia-origin", "127.0.0.1")),
        ),
        (
            "a port in the name",
            401,
            "bad_signature",
            tampered(&|wire| wire.set("loggia-origin", "evil.test:80")),
        ),
        ("two origins", 401, "bad_signature", tampered(&|wire| wire.add("loggia-origin", "good.test"))),
        ("version 2", 426, "version", drafted(&|draft| draft.version = "2".to_owned())),
    ];
    all(&evil, to, cases).await;
}

/// Two signatures, two labels, a foreign tag, another algorithm, no signature, a field that is not covered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_exactly_one_signature_and_it_is_for_this() {
    let (world, evil) = world().await;
    let to = &world.servers[0];
    let input = |from: &str, into: &str| {
        let mut wire = check(&evil, to).signed();
        let changed = wire.value("signature-input").replace(from, into);
        wire.set("signature-input", &changed);
        wire
    };
    let twice = |label: &str| {
        let mut wire = check(&evil, to).signed();
        for field in ["signature-input", "signature"] {
            let second = wire.value(field).replace("s2s=", label);
            wire.add(field, &second);
        }
        wire
    };
    let without = |field: &str| {
        let mut wire = check(&evil, to).signed();
        wire.remove(field);
        wire
    };
    let cases: Vec<Case> = vec![
        ("two labels", 401, "bad_signature", twice("sig1=")),
        ("one label twice", 401, "bad_signature", twice("s2s=")),
        ("a foreign tag", 401, "bad_signature", input("loggia-s2s", "web-bot-auth")),
        ("another algorithm", 401, "bad_signature", input(";tag=", ";alg=\"hmac-sha256\";tag=")),
        ("a component less", 401, "bad_signature", input(" \"@query\"", "")),
        ("a component more", 401, "bad_signature", input("\"@query\"", "\"@query\" \"date\"")),
        ("no parameters", 401, "bad_signature", without("signature-input")),
        ("no signature", 401, "bad_signature", without("signature")),
        ("no origin", 401, "bad_signature", without("loggia-origin")),
    ];
    all(&evil, to, cases).await;
}

/// The digest is wrong, absent, not covered, there twice, or of another algorithm; the body is another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_body_is_the_one_that_was_signed() {
    let (world, evil) = world().await;
    let to = &world.servers[0];
    let tampered = |change: &dyn Fn(&mut Wire)| {
        let mut wire = heads(&evil, to).signed();
        change(&mut wire);
        wire
    };
    let cases: Vec<Case> = vec![
        ("another body", 400, "bad_digest", tampered(&|wire| wire.body[2] = b'H')),
        ("no digest", 400, "bad_digest", tampered(&|wire| wire.remove("content-digest"))),
        (
            "two digests",
            400,
            "bad_digest",
            tampered(&|wire| {
                let again = wire.value("content-digest");
                wire.add("content-digest", &again);
            }),
        ),
        (
            "another algorithm",
            400,
            "bad_digest",
            tampered(&|wire| wire.set("content-digest", "md5=:CY9rzUYh03PK3k6DJie09g==:")),
        ),
        (
            "not covered",
            400,
            "bad_digest",
            tampered(&|wire| {
                let input = wire.value("signature-input").replace(" \"content-digest\"", "");
                wire.set("signature-input", &input);
            }),
        ),
        ("a body that was not signed", 400, "bad_digest", {
            let mut wire = check(&evil, to).signed();
            wire.body = b"{}".to_vec();
            wire.add("content-length", "2");
            wire.add("content-type", "application/json");
            wire
        }),
        (
            "another type",
            415,
            "unsupported_media_type",
            tampered(&|wire| wire.set("content-type", "text/plain")),
        ),
    ];
    all(&evil, to, cases).await;
}

/// A nonce counts once, however often it comes and whether or not the server was started again between; another
/// server may use the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_counts_once() {
    let (mut world, mut peers) = World::among(1, &["evil.test", "good.test"]).await;
    let (second, evil) = (peers.remove(1), peers.remove(0));
    let old = {
        let to = &world.servers[0];
        let draft = check(&evil, to);
        let wire = draft.signed();
        evil.send(to, &wire).await.expect(200);
        evil.send(to, &wire).await.problem(401, "replay");
        let mut same = check(&second, to);
        same.nonce = draft.nonce.clone();
        second.send(to, &same.signed()).await.expect(200);
        // Nobody uses up another's nonces: one that came with a bad signature is still good.
        let draft = check(&evil, to);
        let mut forged = draft.clone();
        forged.key = key("nobody");
        evil.send(to, &forged.signed()).await.problem(401, "bad_signature");
        evil.send(to, &draft.signed()).await.expect(200);
        wire
    };
    world.kill(0);
    let signed = now_s();
    eventually("the next second", async || (now_s() > signed).then_some(())).await;
    world.start(0);
    evil.send(&world.servers[0], &old).await.problem(401, "replay");
    good(&evil, &world.servers[0]).await;
}

/// The clocks may be 300 s apart and no more; the answer says the receiver's time. A signature that has ended, or
/// that would last too long, is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_may_differ_a_little() {
    let (world, evil) = world().await;
    let to = &world.servers[0];
    let at = |offset: i64, lifetime: i64| {
        let draft = check(&evil, to);
        Draft { created: now_s() + offset, lifetime, ..draft }.signed()
    };
    evil.send(to, &at(297, 60)).await.expect(200);
    for (offset, lifetime) in [(310, 60), (-310, 300), (-120, 60)] {
        let said = evil.send(to, &at(offset, lifetime)).await.problem(401, "clock_skew");
        assert!(said["detail"].as_str().expect("a detail").contains("clock says"), "{said}");
    }
    let mut long = at(0, 60);
    let ends =
        long.value("signature-input").replace(&(now_s() + 60).to_string(), &(now_s() + 3_600).to_string());
    long.set("signature-input", &ends);
    assert_eq!(evil.send(to, &long).await.status, 401);
    good(&evil, to).await;
}

/// A body that comes one byte at a time does not hold the server: it is cut off, and others are served meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_has_to_come_in_time() {
    let (world, evil) = world().await;
    let to = &world.servers[0];
    let mut wire = heads(&evil, to).signed();
    wire.set("content-length", "1000000");
    wire.body.truncate(3);
    let mut stream = evil.connect(to).await;
    stream.write_all(&wire.bytes()).await.expect("sent");
    good(&evil, to).await;
    let (mut reads, mut writes) = tokio::io::split(stream);
    let drip = async {
        while writes.write_all(b" ").await.is_ok() && writes.flush().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let answer = async {
        tokio::select! {
            answer = read_answer(&mut reads) => answer,
            () = drip => federation_tests::person::Answer { status: 0, body: Value::Null, retry_after: None },
        }
    };
    let answer = tokio::time::timeout(Duration::from_secs(30), answer).await.expect("an end");
    assert!(answer.status == 503 || answer.status == 0, "{answer:?}");
}

/// Text that is no JSON of the protocol's: numbers that are none of its own, a key twice, halves of characters,
/// octets that are no text, NUL, and nesting without end. And the next request is answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_json_is_refused() {
    let (world, evil) = world().await;
    let (to, ann) = (&world.servers[0], world.servers[0].person("ann").await);
    let channel = ann.channel("general").await;
    let hosted = Hosted::found(&evil);
    let (event, _) = hosted.message("hello");
    let plain = serde_json::to_string(&event).expect("JSON").replace(hosted.channel.as_str(), &channel);
    let signature = evil.key.sign(b"something").to_string();
    let path = format!("/channels/{channel}/events");
    let post = |body: Vec<u8>| {
        let mut draft = evil.request(to, "POST", &path, None);
        draft.body = Some(body);
        draft.signed()
    };
    let of = |event: &str| {
        let body = format!("{{\"events\":[{{\"event\":{event},\"signature\":\"{signature}\"}}]}}");
        post(body.into_bytes())
    };
    let ts = event.origin_ts.to_string();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let events = [
        ("a float", plain.replace(&ts, "1.5")),
        ("an exponent", plain.replace(&ts, "1e3")),
        ("minus nought", plain.replace(&ts, "-0")),
        ("2^53", plain.replace(&ts, "9007199254740992")),
        ("a key twice", plain.replacen('{', "{\"v\":1,", 1)),
        ("an unknown field", plain.replacen('{', "{\"aaa\":1,", 1)),
        ("space", plain.replacen('{', "{ ", 1)),
        ("another order", plain.replacen('{', "{\"v\":1,", 1).replace(",\"v\":1}", "}")),
        ("NUL", plain.replacen("\"e", "\"\\u0000e", 1)),
        ("half a character", plain.replacen("\"e", "\"\\ud800e", 1)),
        ("an array", "[]".to_owned()),
    ];
    for (what, event) in events {
        let answer = evil.send(to, &of(&event)).await;
        let code = answer.body["results"][0]["error"]["code"].as_str().or(answer.body["code"].as_str());
        assert!(matches!(code, Some("bad_json" | "not_canonical" | "bad_header")), "{what}: {answer:?}");
    }
    let bodies: [(&str, Vec<u8>); 6] = [
        ("depth", format!("{{\"events\":{deep}}}").into_bytes()),
        ("no text", b"{\"events\":[\"\xff\xfe\"]}".to_vec()),
        ("a field twice", b"{\"events\":[],\"events\":[]}".to_vec()),
        ("an unknown field", b"{\"events\":[],\"more\":1}".to_vec()),
        ("an array", b"[]".to_vec()),
        ("cut off", b"{\"events\":[".to_vec()),
    ];
    for (what, body) in bodies {
        let answer = evil.send(to, &post(body)).await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (400, Some("bad_json")),
            "{what}: {answer:?}"
        );
    }
    evil.send(to, &post(b"{\"events\":[]}".to_vec())).await.problem(413, "too_large");
    let answer = evil.send(to, &of(&deep)).await;
    assert!((200..500).contains(&answer.status), "{answer:?}");
    let mut much = evil.request(to, "POST", &path, None);
    much.body = Some(vec![b' '; 5 * 1024 * 1024]);
    let answer = evil.send(to, &much.signed()).await;
    assert!(answer.status == 413 || answer.status == 0, "{answer:?}");
    good(&evil, to).await;
    ann.say(&channel, "n", "still here").await;
}

/// REQ-14: an operation has its own parameters in its query and no others, each once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_has_the_operations_parameters_only() {
    let (world, peers) = World::among(1, &["evil.test"]).await;
    let (evil, to) = (&peers[0], &world.servers[0]);
    let channel = to.person("ann").await.channel("general").await;
    let claims = Some(json!({ "heads": [] }));
    let bad = [
        ("GET", "/check?x=1".to_owned(), None),
        ("POST", "/heads?fence=1".to_owned(), claims.clone()),
        ("GET", format!("/channels/{channel}/snapshot?x=1"), None),
        ("GET", format!("/channels/{channel}/entries?from=0&x=1"), None),
        ("GET", format!("/channels/{channel}/entries?from=0&from=0"), None),
        ("GET", format!("/channels/{channel}/entries"), None),
        ("GET", "/directory?q=x".to_owned(), None),
    ];
    for (method, path, body) in bad {
        evil.ask(to, method, &path, body).await.problem(400, "bad_query");
    }
    for (method, path, body) in [("GET", "/check?", None), ("POST", "/heads", claims)] {
        evil.ask(to, method, path, body).await.expect(200);
    }
}
