//! `loggia doctor`, as an operator runs it: what is wrong is named by the step that it is found in.

use std::net::SocketAddr;
use std::sync::Arc;

use federation_tests::{Reply, Server, World};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

const RESOLVE: &str = "LOGGIA_FEDERATION__RESOLVE";

/// How it ended, and what was written.
struct Told {
    good: bool,
    said: String,
}

impl Told {
    /// All steps until one failed, in order, and that one.
    fn steps(&self) -> (Vec<&str>, Option<&str>) {
        let of = |mark: &str| {
            let lines = self.said.lines().filter_map(move |line| line.strip_prefix(mark));
            lines.map(|line| line.trim_start().split(':').next().unwrap_or_default()).collect::<Vec<_>>()
        };
        (of("ok "), of("FAIL ").first().copied())
    }

    fn fails(&self, step: &str, why: &str) {
        assert_eq!(self.steps().1, Some(step), "{}", self.said);
        assert!(!self.good && self.said.contains(why), "{}", self.said);
    }
}

fn doctor(server: &Server, of: &[&str]) -> Told {
    let (good, said) = server.run(&[&["doctor"], of].concat());
    Told { good, said }
}

fn resolve(server: &mut Server, name: &str, address: SocketAddr) {
    let known = server.settings.get_mut(RESOLVE).expect("addresses");
    known.push_str(&format!(",{name}={address}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_found_under_its_own_name() {
    let mut world = World::of(2).await;
    let address = world.servers[0].federation;
    resolve(&mut world.servers[0], "a.test", address);
    let told = doctor(&world.servers[0], &[]);
    let all = ["DNS", "TCP", "TLS", "key document", "key", "endpoint", "proxy path"];
    assert_eq!(told.steps(), (all.to_vec(), None), "{}", told.said);
    assert!(told.good && told.said.contains("loggia doctor a.test"), "{}", told.said);
    let told = doctor(&world.servers[0], &["b.test"]);
    let all =
        ["policy", "DNS", "TCP", "TLS", "key document", "signed request", "clock", "version", "proxy path"];
    assert_eq!(told.steps(), (all.to_vec(), None), "{}", told.said);
    assert!(told.good && told.said.contains("it knows this server as a.test"), "{}", told.said);
    // What a restart has to bring, and what stands elsewhere.
    let server = &mut world.servers[0];
    server.settings.insert("LOGGIA_FEDERATION__ENDPOINT".to_owned(), "https://b.test".to_owned());
    doctor(server, &[]).fails("endpoint", "the settings say https://b.test, it says https://a.test");
    server.settings.remove("LOGGIA_FEDERATION__ENDPOINT");
    // Who one is oneself is nothing to be remembered as another server is.
    let (_, said) = server.run(&["peers", "list"]);
    assert!(said.contains("b.test") && !said.contains("a.test"), "{said}");
    assert!(server.run(&["keys", "rotate"]).0);
    let listen = server.base.strip_prefix("http://").expect("an address").to_owned();
    server.settings.insert("LOGGIA_LISTEN".to_owned(), listen);
    // The other server is not to blame.
    for of in [&[][..], &["b.test"]] {
        doctor(server, of).fails("key", "has not been restarted since its key changed");
    }
    world.kill(0);
    let server = &mut world.servers[0];
    doctor(server, &[]).fails("TCP", &address.to_string());
    server.settings.insert("LOGGIA_FEDERATION__DENY".to_owned(), "b.test".to_owned());
    doctor(server, &["b.test"]).fails("policy", "exclude it");
    server.settings.insert("LOGGIA_FEDERATION__ENABLED".to_owned(), "false".to_owned());
    let told = doctor(server, &[]);
    assert!(!told.good && told.said.contains("set federation.enabled"), "{}", told.said);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_before_a_server_is_named() {
    let (mut world, peers) = World::among(1, &["other.test"]).await;
    let other = &peers[0];
    resolve(&mut world.servers[0], "wrong.test", other.address);
    let server = &world.servers[0];
    doctor(server, &["wrong.test"]).fails("TLS", "certificate");
    let answers = [
        (
            Reply::Raw(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n".to_vec()),
            "HTTP",
            "does Loggia run",
        ),
        (Reply::problem(404, "not_found"), "proxy path", "does not pass /.well-known/loggia on"),
        (Reply::Json(200, "<html>".to_owned()), "key document", ""),
    ];
    for (answer, step, why) in answers {
        other.script(move |heard| heard.is("GET", "/.well-known/loggia").then(|| answer.clone()));
        doctor(server, &["other.test"]).fails(step, why);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_server_says_to_a_signed_request_is_understood() {
    let (world, peers) = World::among(1, &["other.test"]).await;
    let (server, other) = (&world.servers[0], &peers[0]);
    let answers = |answer: Reply| {
        other.script(move |heard| heard.is("GET", "/check").then(|| answer.clone()));
        doctor(server, &["other.test"])
    };
    let refusals = [
        (401, "clock_skew", "clock", "set the clock"),
        (401, "key_unknown", "key", "run `loggia doctor` here"),
        (401, "wrong_destination", "proxy path", "changes the Host"),
        (401, "bad_signature", "proxy path", "changes the path"),
        (400, "version", "version", "updated"),
        (403, "server_blocked", "policy", "excludes this server"),
        (404, "not_found", "proxy path", "does not pass the path on"),
    ];
    for (status, code, step, why) in refusals {
        answers(Reply::problem(status, code)).fails(step, why);
    }
    let page = Reply::Raw(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\n<html>".to_vec());
    answers(page).fails("proxy path", "answers in its place");
    let check = |ahead_ms: i64, versions: Value| {
        let ts = loggia::server::now() + ahead_ms;
        let check = json!({
            "server": "other.test", "origin": "a.test", "kid": "k1", "ts": ts, "versions": versions,
            "seen_authority": "other.test",
        });
        answers(Reply::Json(200, check.to_string()))
    };
    check(3_600_000, json!([1])).fails("clock", "ms apart");
    check(0, json!([7])).fails("version", "it speaks [7], this server 1");
    assert!(check(0, json!([1])).good);
}

/// A reverse proxy with TLS before a server that changes the head of each request.
async fn proxy(world: &World, to: &Server, change: fn(String) -> String) -> SocketAddr {
    let acceptor = world.authority.acceptor(world.dir.path(), &to.name);
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(&world.authority.certificate).expect("a certificate");
    roots.add(authority).expect("an authority");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions");
    let connector = TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (server, name) = (to.federation, to.name.clone());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (acceptor, connector, name) = (acceptor.clone(), connector.clone(), name.clone());
            tokio::spawn(async move {
                let Ok(mut client) = acceptor.accept(client).await else { return };
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    let Ok(byte) = client.read_u8().await else { return };
                    head.push(char::from(byte));
                }
                let head = change(head).replacen("\r\n", "\r\nconnection: close\r\n", 1);
                let server = TcpStream::connect(server).await.expect("the server");
                let name = name.try_into().expect("a name");
                let mut server = connector.connect(name, server).await.expect("TLS");
                server.write_all(head.as_bytes()).await.expect("written");
                let _ = tokio::io::copy(&mut server, &mut client).await;
                let _ = client.shutdown().await;
            });
        }
    });
    address
}

/// As nginx does with a slash behind `proxy_pass`: it decodes the path, and encodes the little that it has to.
fn decoded(head: String) -> String {
    let (line, rest) = head.split_once("\r\n").expect("a line");
    let line = line.replace("%40", "@").replace("%3A", ":").replace("%2D", "-").replace("%2E", ".");
    format!("{line}\r\n{rest}")
}

fn other_host(head: String) -> String {
    head.replace("host: a.test", "host: 127.0.0.1:8080").replace("host: b.test", "host: 127.0.0.1:8080")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_changes_requests_is_named_with_what_to_set() {
    let mut world = World::of(2).await;
    let known = world.servers[0].settings[RESOLVE].clone();
    type Change = fn(String) -> String;
    let cases: [(Change, _, _, _); 3] = [
        (|head| head, "", "", ""),
        (decoded, "proxy path", "comes here as /federation/v1/users/@doctor-no", "proxy_pass http://"),
        (other_host, "proxy host", "with the Host 127.0.0.1:8080", "proxy_set_header Host $http_host;"),
    ];
    for (change, step, why, set) in cases {
        let own = proxy(&world, &world.servers[0], change).await;
        let others = proxy(&world, &world.servers[1], change).await;
        let resolved = format!("a.test={own},b.test={others}");
        world.servers[0].settings.insert(RESOLVE.to_owned(), resolved);
        let (told, of_other) = (doctor(&world.servers[0], &[]), doctor(&world.servers[0], &["b.test"]));
        if step.is_empty() {
            assert!(told.good && of_other.good, "{} {}", told.said, of_other.said);
            continue;
        }
        told.fails(step, why);
        assert!(told.said.contains(set), "{}", told.said);
        of_other.fails("proxy path", "proxy");
    }
    world.servers[0].settings.insert(RESOLVE.to_owned(), known);
}
