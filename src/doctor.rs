//! `loggia doctor`: step by step, until one fails; says which and why. First the bucket, if files are kept in one, then the way of
//! other servers to this one.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use loggia::config::Config;
use loggia::domain::peers::{Ask, NO_CODE, PeerError, Peers};
use loggia::domain::remote::recover;
use loggia::domain::remote::wire::Check;
use loggia::federation::{BASE, Outbound, VERSION, WELL_KNOWN};
use loggia::protocol::ids::ServerName;
use loggia::protocol::key_document::KeyDocument;
use loggia::server;
use reqwest::StatusCode;

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
    let looked = match of {
        Some(name) => other(&name.parse()?, config, &outbound).await,
        None => own(config, &outbound, domain.identity.kid.as_str()).await,
    };
    if let Err(Failed { step, why }) = &looked {
        println!("FAIL  {step}: {why}");
    }
    Ok(looked.is_ok())
}

/// Whether this server is found under its own name.
async fn own(config: &Config, outbound: &Outbound, kid: &str) -> Result<(), Failed> {
    let server = &config.name;
    let document = found(server, config, outbound).await?;
    if document.kid.as_str() != kid {
        return Err(failed(
            "key",
            "another server answers there, or this one has not been restarted since its key changed",
        ));
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
    // Signed requests from the own name are refused; that they are refused by this program is what counts.
    let url = format!("{endpoint}{BASE}/check");
    let answer = outbound.discovery.client.get(&url).timeout(CONNECT_DEADLINE).send().await;
    let answer = answer.map_err(|error| failed("endpoint", loggia::net::cause(&error)))?;
    let code = code_of(answer).await;
    if code != "bad_signature" {
        let why = format!(
            "{BASE}/ does not reach this server unchanged: an unsigned request is answered with {code}"
        );
        return Err(failed("proxy path", why));
    }
    passed("proxy path", format!("{BASE}/ reaches this server"));
    println!(
        "Ask another operator to run `loggia doctor {server}`, or name a server here, to test signed requests."
    );
    Ok(())
}

async fn code_of(answer: reqwest::Response) -> String {
    let status = answer.status();
    let problem: serde_json::Value =
        answer.text().await.ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let code = problem.get("code").and_then(serde_json::Value::as_str);
    code.map_or_else(|| status.to_string(), str::to_owned)
}

/// Whether this server and another understand each other.
async fn other(server: &ServerName, config: &Config, outbound: &Outbound) -> Result<(), Failed> {
    if !outbound.admits(server) {
        return Err(failed("policy", "federation.allow and deny exclude it"));
    }
    passed("policy", "the settings admit it");
    found(server, config, outbound).await?;
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
    Ok(())
}

/// The key document of a server, by its name.
async fn found(
    server: &ServerName,
    config: &Config,
    outbound: &Outbound,
) -> Result<Arc<KeyDocument>, Failed> {
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
    let answer = answer.map_err(|error| {
        failed(if error.is_connect() { "TLS" } else { "HTTP" }, loggia::net::cause(&error))
    })?;
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
    let document = outbound.discovery.fetch(server).await;
    let document = document.map_err(|error| failed("key document", error))?;
    passed("key document", format!("endpoint {}, serial {}", document.endpoint, document.set.serial));
    Ok(document)
}

async fn resolved(server: &ServerName) -> Result<Vec<SocketAddr>, Failed> {
    let found = tokio::net::lookup_host((server.as_str(), 443)).await;
    let found: Vec<SocketAddr> = found.map_err(|error| failed("DNS", error))?.collect();
    let shown: Vec<IpAddr> = found.iter().map(SocketAddr::ip).collect();
    let public: Vec<SocketAddr> =
        found.into_iter().filter(|address| loggia::net::is_public(address.ip())).collect();
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
            "it can't get this server's key document, or does not believe it: run `loggia doctor` here, and `loggia peers list` there",
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
