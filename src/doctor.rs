//! `loggia doctor`: step by step, until one fails; says which and why. First the bucket, if files are kept in one, then the way of
//! other servers to this one.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use loggia::config::Config;
use loggia::domain::peers::{Ask, NO_CODE, PeerError, Peers};
use loggia::domain::remote::recover;
use loggia::domain::remote::wire::Check;
use loggia::federation::{BASE, Outbound, VERSION, WELL_KNOWN, own_keys, told_as};
use loggia::net;
use loggia::protocol::http_sig;
use loggia::protocol::ids::ServerName;
use loggia::protocol::key_document::KeyDocument;
use loggia::protocol::limits::JSON_BYTES_MAX;
use loggia::protocol::sign::PublicKey;
use loggia::server;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::StatusCode;

use crate::ready::reached_at;

/// How long a connection may take.
const CONNECT_DEADLINE: Duration = Duration::from_secs(10);
/// How far clocks may differ, in milliseconds: well below what is refused (300 s).
const APART_MS_MAX: u64 = 60_000;

/// What proxies answer in the place of a server that does not.
const UNANSWERED: &[StatusCode] =
    &[StatusCode::BAD_GATEWAY, StatusCode::SERVICE_UNAVAILABLE, StatusCode::GATEWAY_TIMEOUT];

type Outcome = Result<bool, Box<dyn std::error::Error>>;

/// A step that failed, and why.
struct Failed {
    step: &'static str,
    why: String,
}

fn failed(step: &'static str, why: impl ToString) -> Failed {
    Failed { step, why: why.to_string() }
}

fn passed(step: &str, detail: impl std::fmt::Display) {
    println!("ok    {step}: {detail}");
}

pub async fn doctor(of: Option<String>, config: &Arc<Config>) -> Outcome {
    let tried = match of {
        None => server::try_bucket(config).await,
        Some(_) => Ok(None),
    };
    let bucket = match tried {
        Ok(bucket) => bucket.inspect(|bucket| passed("files", bucket)),
        Err(error) => {
            println!("FAIL  files: {error}");
            return Ok(false);
        }
    };
    if !config.federation.enabled && bucket.is_some() {
        println!("Federation is off, so nothing else was tried.");
        return Ok(true);
    }
    if !config.federation.enabled {
        return Err("federation is off: set federation.enabled".into());
    }
    let (domain, outbound, _writers) = server::open_outbound(config)?;
    for server in domain.reads.read(recover::waiting).await? {
        println!(
            "WAIT  restored: {server} has not said yet what it has; `loggia recover` says what that means"
        );
    }
    let (name, now) = (config.name.clone(), server::now());
    let keys = domain.reads.read(move |conn| own_keys::load(conn, &name, now)).await?.set;
    let (root, kid) = (keys.root, domain.identity.kid.as_str());
    let looked = match (restarted(config, &root, kid).await, of) {
        (Err(failed), _) => Err(failed),
        (Ok(()), Some(name)) => other(&name.parse()?, config, &outbound).await,
        (Ok(()), None) => own(config, &outbound, &root, kid).await,
    };
    if let Err(Failed { step, why }) = &looked {
        println!("FAIL  {step}: {why}");
    }
    Ok(looked.is_ok())
}

const RESTART: &str = "the server that runs has not been restarted since its key changed (`loggia keys rotate`), and goes on signing with the old one: restart it";

/// Whether the server that runs by these settings, if one does, signs with the newest key, as this does.
async fn restarted(config: &Config, root: &PublicKey, kid: &str) -> Result<(), Failed> {
    let url = format!("http://{}{WELL_KNOWN}", reached_at(config.listen));
    let client = net::browsing_client(Default::default(), None).map_err(|error| failed("key", error))?;
    let Ok(answer) = client.get(url).timeout(CONNECT_DEADLINE).send().await else { return Ok(()) };
    let Ok(bytes) = net::read_body(answer, JSON_BYTES_MAX).await else { return Ok(()) };
    match KeyDocument::check(&bytes, &config.name, server::now()) {
        Ok(document) if document.set.root == *root && document.kid.as_str() != kid => {
            Err(failed("key", RESTART))
        }
        _ => Ok(()),
    }
}

/// Whether this server is found under its own name.
async fn own(config: &Config, outbound: &Outbound, root: &PublicKey, kid: &str) -> Result<(), Failed> {
    let server = &config.name;
    reach(server, config, outbound).await?;
    // Not as another server's: who one is oneself is nothing to be remembered.
    let document = outbound.discovery.shown(server).await.map_err(|error| failed("key document", error))?;
    told_document(&document);
    if document.set.root != *root {
        return Err(failed(
            "key",
            "another server answers there: its root key is not the one in this database (`loggia keys show`)",
        ));
    }
    if document.kid.as_str() != kid {
        return Err(failed("key", RESTART));
    }
    passed("key", "it is this server's");
    let endpoint = &config.federation.endpoint;
    if document.endpoint != *endpoint {
        return Err(failed(
            "endpoint",
            format!("the settings say {endpoint}, it says {}: restart?", document.endpoint),
        ));
    }
    passed("endpoint", endpoint);
    // Signed requests from the own name are refused; how one without a signature came here is said in its refusal.
    let target = format!("{BASE}{}?as=%2Fsent", nobody(server));
    let url = format!("{endpoint}{target}");
    let answer = outbound.discovery.client.get(&url).timeout(CONNECT_DEADLINE).send().await;
    let answer = answer.map_err(|error| failed("endpoint", net::cause(&error)))?;
    let (code, detail) = problem_of(answer).await;
    if code != "bad_signature" {
        let why = format!(
            "{BASE}/ does not reach this server unchanged: an unsigned request is answered with {code}. {PATHS}"
        );
        return Err(failed("proxy path", why));
    }
    if let Some((host, came)) = told_as(&detail) {
        if came != target {
            let why = format!("what is sent as {target} comes here as {came}. {PATHS}");
            return Err(failed("proxy path", why));
        }
        let sent = http_sig::authority(endpoint.strip_prefix("https://").unwrap_or(endpoint));
        if http_sig::authority(host) != sent {
            let why = format!("what is sent to {sent} comes here with the Host {host}. {HOSTS}");
            return Err(failed("proxy host", why));
        }
    }
    passed("proxy path", format!("{BASE}/ reaches this server, unchanged"));
    println!(
        "Ask another operator to run `loggia doctor {server}`, or name a server here, to test signed requests."
    );
    Ok(())
}

/// What a proxy has to be told that changes paths.
const PATHS: &str = "A signature is over the path as it was sent, with its percent-encoding. nginx: `proxy_pass http://127.0.0.1:8080;` with nothing behind the port, not even a slash. Caddy: `reverse_proxy` without `rewrite`, `uri` or `handle_path`. Apache: `AllowEncodedSlashes NoDecode`, and `nocanon` behind `ProxyPass`";
/// And one that changes the host.
const HOSTS: &str = "A signature is over the host, too. nginx: `proxy_set_header Host $http_host;`. Caddy passes it on, unless `header_up Host` is set. Apache: `ProxyPreserveHost On`";

/// The path of a profile that is nobody's, with signs in it that are sent encoded.
fn nobody(server: &ServerName) -> String {
    let user = format!("@doctor-no_body:{server}");
    format!("/users/{}/profile", utf8_percent_encode(&user, NON_ALPHANUMERIC))
}

/// Code and detail of what was answered; without a code the status.
async fn problem_of(answer: reqwest::Response) -> (String, String) {
    let status = answer.status();
    let problem: serde_json::Value =
        answer.text().await.ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let text = |field: &str| problem.get(field).and_then(serde_json::Value::as_str).map(str::to_owned);
    (text("code").unwrap_or_else(|| status.to_string()), text("detail").unwrap_or_default())
}

/// Whether this server and another understand each other.
async fn other(server: &ServerName, config: &Config, outbound: &Outbound) -> Result<(), Failed> {
    if !outbound.admits(server) {
        return Err(failed("policy", "federation.allow and deny exclude it"));
    }
    passed("policy", "the settings admit it");
    reach(server, config, outbound).await?;
    let document = outbound.discovery.fetch(server).await.map_err(|error| failed("key document", error))?;
    told_document(&document);
    let began = server::now();
    let answer = outbound.ask(server, Ask::get("/check".to_owned())).await;
    let answer = answer.map_err(|error| step_of(&error))?;
    let check: Check = serde_json::from_str(&answer).map_err(|error| failed("signed request", error))?;
    passed("signed request", format!("it knows this server as {} with key {}", check.origin, check.kid));
    let apart = check.ts.abs_diff(began.midpoint(server::now()));
    if apart > APART_MS_MAX {
        return Err(failed("clock", format!("{apart} ms apart")));
    }
    passed("clock", format!("{apart} ms apart"));
    if !check.versions.iter().any(|version| version.to_string() == VERSION) {
        return Err(failed("version", format!("it speaks {:?}, this server {VERSION}", check.versions)));
    }
    passed("version", VERSION);
    // Nothing in the path of the request before is sent encoded.
    match outbound.ask(server, Ask::get(nobody(server))).await {
        Err(error) if is_of_the_way(&error) => {
            let Failed { why, .. } = step_of(&error);
            Err(failed("proxy path", format!("{why}. What its operator has to look at: {PATHS}")))
        }
        _ => {
            passed("proxy path", "paths reach it unchanged");
            Ok(())
        }
    }
}

/// Whether a refusal is about how the request came, and not about what it asks.
fn is_of_the_way(error: &PeerError) -> bool {
    match error {
        PeerError::Problem { code, .. } => {
            matches!(&**code, "bad_signature" | "wrong_destination") || code.starts_with(NO_CODE)
        }
        other => matches!(other, PeerError::Unreachable(..)),
    }
}

fn told_document(document: &KeyDocument) {
    passed("key document", format!("endpoint {}, serial {}", document.endpoint, document.set.serial));
}

/// Whether a server's name leads to something that has a key document.
async fn reach(server: &ServerName, config: &Config, outbound: &Outbound) -> Result<(), Failed> {
    let addresses = match config.federation.resolve.get(server) {
        Some(address) => {
            passed("DNS", format!("{address}, by federation.resolve"));
            vec![*address]
        }
        None => resolved(server).await?,
    };
    connect(&addresses).await?;
    let url = format!("https://{server}{WELL_KNOWN}");
    let answer = outbound.discovery.client.get(&url).timeout(CONNECT_DEADLINE).send().await;
    let answer = answer
        .map_err(|error| failed(if error.is_connect() { "TLS" } else { "HTTP" }, net::cause(&error)))?;
    passed("TLS", "the certificate is one for the name");
    let status = answer.status();
    if UNANSWERED.contains(&status) {
        let why = format!(
            "{url} answers {status}: a proxy stands there and gets no answer from the server behind it; does Loggia run, and where the proxy looks for it?"
        );
        return Err(failed("HTTP", why));
    }
    if !status.is_success() && !status.is_redirection() {
        let why = format!("{url} answers {status}: whatever stands there does not pass {WELL_KNOWN} on");
        return Err(failed("proxy path", why));
    }
    Ok(())
}

async fn resolved(server: &ServerName) -> Result<Vec<SocketAddr>, Failed> {
    let found = tokio::net::lookup_host((server.as_str(), 443)).await;
    let found: Vec<SocketAddr> = found.map_err(|error| failed("DNS", error))?.collect();
    let shown: Vec<IpAddr> = found.iter().map(SocketAddr::ip).collect();
    let public: Vec<SocketAddr> = found.into_iter().filter(|address| net::is_public(address.ip())).collect();
    if public.is_empty() {
        return Err(failed("DNS", format!("{shown:?}: none is public")));
    }
    passed("DNS", format!("{shown:?}"));
    Ok(public)
}

async fn connect(addresses: &[SocketAddr]) -> Result<(), Failed> {
    let mut why = "there is no address".to_owned();
    for address in addresses {
        match tokio::time::timeout(CONNECT_DEADLINE, tokio::net::TcpStream::connect(address)).await {
            Ok(Ok(_)) => {
                passed("TCP", address);
                return Ok(());
            }
            Ok(Err(error)) => why = format!("{address}: {error}"),
            Err(_) => why = format!("{address}: no answer"),
        }
    }
    Err(failed("TCP", why))
}

/// Which step a refusal of a signed request is about, and what to do.
fn step_of(error: &PeerError) -> Failed {
    let PeerError::Problem { code, .. } = error else { return failed("signed request", error) };
    let (step, hint) = match code.as_str() {
        "clock_skew" => ("clock", "set the clock of whichever server is wrong"),
        "key_unknown" | "key_expired" => (
            "key",
            "it can't get this server's key document, or does not believe it, or this server has not been restarted since `loggia keys rotate`: run `loggia doctor` here, and `loggia peers list` there",
        ),
        "wrong_destination" => (
            "proxy path",
            "a proxy before it changes the Host, or its federation.endpoint is not what the proxy serves",
        ),
        "bad_signature" | "bad_digest" => {
            ("proxy path", "something between changes the path, the query or the body")
        }
        "version" => ("version", "one of the two has to be updated"),
        "server_blocked" => ("policy", "its operator excludes this server"),
        "not_found" => ("proxy path", "something before it does not pass the path on"),
        other if other.starts_with(NO_CODE) => ("proxy path", "something before it answers in its place"),
        _ => ("signed request", "the same may work later"),
    };
    failed(step, format!("{error} ({code}): {hint}"))
}
