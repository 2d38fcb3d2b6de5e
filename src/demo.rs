//! `loggia demo`: two homeservers on this machine, with private names and TLS by a private authority, to see
//! federation at work. Each is a process of its own, as it would be in life.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::json;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A server of the demonstration: its name, the person on it, and where people and servers find it.
struct Place {
    name: &'static str,
    person: &'static str,
    port: u16,
    federation_port: u16,
}

const PLACES: [Place; 2] = [
    Place { name: "a.test", person: "ann", port: 8081, federation_port: 18441 },
    Place { name: "b.test", person: "bob", port: 8082, federation_port: 18442 },
];
const PASSWORD: &str = "correct horse battery";

/// Runs both until standard input says `quit` (or ends by Ctrl-C with the whole process group).
pub fn run(data: &Path) -> Result<()> {
    std::fs::create_dir_all(data)?;
    let authority = authority(data)?;
    let mut running: BTreeMap<&str, Child> = BTreeMap::new();
    for place in &PLACES {
        certificate(data, &authority, place.name)?;
        running.insert(place.name, start(data, place)?);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for place in &PLACES {
        runtime.block_on(furnish(place))?;
    }
    println!("\nTwo servers that know each other:\n");
    for place in &PLACES {
        println!(
            "  {}   http://localhost:{}   log in as {} with: {PASSWORD}",
            place.name, place.port, place.person
        );
    }
    println!(
        "\nBrowse the other server's channels there, or join #general:a.test from b.test and the other way round."
    );
    println!("Type `stop b`, `start b`, `stop a`, `start a` or `quit`. Everything is in {}.", data.display());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let place = |letter: &str| PLACES.iter().find(|place| place.name.starts_with(letter));
        match line.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["stop", letter] => {
                if let Some(mut child) = place(letter).and_then(|place| running.remove(place.name)) {
                    stop(&mut child);
                    println!("{letter} is stopped");
                }
            }
            ["start", letter] => {
                if let Some(place) = place(letter).filter(|place| !running.contains_key(place.name)) {
                    running.insert(place.name, start(data, place)?);
                    println!("{letter} is back");
                }
            }
            ["quit"] => break,
            [] => {}
            _ => println!("stop a, stop b, start a, start b, or quit"),
        }
    }
    // Without a terminal to type at, the servers run until they end.
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) && !running.is_empty() {
        for child in running.values_mut() {
            child.wait()?;
        }
    }
    running.values_mut().for_each(stop);
    Ok(())
}

fn stop(child: &mut Child) {
    // A stop as the system's own: requests under way are answered.
    let _ = Command::new("kill").arg(child.id().to_string()).status();
    let _ = child.wait();
}

fn start(data: &Path, place: &Place) -> Result<Child> {
    let file = |name: String| data.join(name).to_string_lossy().into_owned();
    let others = PLACES.iter().filter(|other| other.name != place.name);
    let resolve: Vec<String> =
        others.map(|other| format!("{}=127.0.0.1:{}", other.name, other.federation_port)).collect();
    let mut child = Command::new(std::env::current_exe()?)
        .arg("serve")
        .env_clear()
        .envs(std::env::vars().filter(|(name, _)| !name.starts_with("LOGGIA_")))
        .env("LOGGIA_SERVER_NAME", place.name)
        .env("LOGGIA_LISTEN", format!("127.0.0.1:{}", place.port))
        .env("LOGGIA_DATA_DIR", file(format!("data-{}", place.name)))
        // What goes wrong; and that a server has again what it missed.
        .env("LOGGIA_LOG__LEVEL", "warn,loggia::domain::remote::catch_up=info")
        // It is for trying things out, a flood of messages among them.
        .env("LOGGIA_LIMITS__ENABLED", "false")
        .env("LOGGIA_FEDERATION__ENABLED", "true")
        .env("LOGGIA_FEDERATION__LISTEN", format!("127.0.0.1:{}", place.federation_port))
        .env("LOGGIA_FEDERATION__TLS_CERT", file(format!("{}.pem", place.name)))
        .env("LOGGIA_FEDERATION__TLS_KEY", file(format!("{}.key", place.name)))
        .env("LOGGIA_FEDERATION__EXTRA_ROOT_CA", file("ca.pem".to_owned()))
        .env("LOGGIA_FEDERATION__RESOLVE", resolve.join(","))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let out = child.stdout.take().ok_or("no output")?;
    let mut out = BufReader::new(out);
    let mut line = String::new();
    out.read_line(&mut line)?;
    if !line.starts_with("Loggia is ready") {
        let _ = child.wait();
        return Err(format!("{} does not start; is port {} taken?", place.name, place.port).into());
    }
    std::thread::spawn(move || for _ in out.lines() {});
    Ok(child)
}

/// An account and a channel, at the first start.
async fn furnish(place: &Place) -> Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build()?;
    let base = format!("http://127.0.0.1:{}/api/v1", place.port);
    let post = async |path: &str, token: &str, body: serde_json::Value| -> Result<serde_json::Value> {
        let request = http.post(format!("{base}{path}")).header("content-type", "application/json");
        let request = if token.is_empty() { request } else { request.bearer_auth(token) };
        let answer = request.body(body.to_string()).send().await?;
        Ok(serde_json::from_str(&answer.text().await?)?)
    };
    let made = post("/accounts", "", json!({ "username": place.person, "password": PASSWORD })).await?;
    let Some(token) = made.pointer("/session/token").and_then(|token| token.as_str()) else { return Ok(()) };
    let channel =
        json!({ "name": "General", "topic": format!("Everybody on {}", place.name), "alias": "general" });
    let channel = post("/channels", token, channel).await?;
    let id = channel.get("id").and_then(|id| id.as_str()).unwrap_or_default();
    let text = format!(
        "Welcome to **{}**. This channel is a log that {0} orders and every other server checks.",
        place.name
    );
    post(&format!("/channels/{id}/messages"), token, json!({ "nonce": "welcome", "text": text })).await?;
    Ok(())
}

/// The private authority, made at the first start.
fn authority(data: &Path) -> Result<Issuer<'static, KeyPair>> {
    let (cert, key) = (data.join("ca.pem"), data.join("ca.key"));
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "Loggia demonstration");
    let pair = if key.exists() {
        KeyPair::from_pem(&std::fs::read_to_string(&key)?)?
    } else {
        let pair = KeyPair::generate()?;
        write_private(&key, &pair.serialize_pem())?;
        std::fs::write(&cert, params.self_signed(&pair)?.pem())?;
        pair
    };
    Ok(Issuer::new(params, pair))
}

fn certificate(data: &Path, authority: &Issuer<'static, KeyPair>, name: &str) -> Result<()> {
    let file = |end: &str| -> PathBuf { data.join(format!("{name}.{end}")) };
    if file("key").exists() && file("pem").exists() {
        return Ok(());
    }
    let pair = KeyPair::generate()?;
    let certificate = CertificateParams::new(vec![name.to_owned()])?.signed_by(&pair, authority)?;
    write_private(&file("key"), &pair.serialize_pem())?;
    Ok(std::fs::write(file("pem"), certificate.pem())?)
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(path)?.write_all(text.as_bytes())?)
}
