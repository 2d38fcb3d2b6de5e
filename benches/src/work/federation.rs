//! G: two servers on this machine, joined by TLS.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use federation_tests::ca::Authority;
use serde_json::{Value, json};

use super::Bench;
use crate::load::{self, Crowd, Pace};
use crate::process::{Meter, Program, settings};
use crate::site::{Site, ask, scratch, text};

const NAMES: [&str; 2] = ["a.test", "b.test"];
/// How long the other server may take to have everything.
const CATCH_UP_MAX: Duration = Duration::from_secs(120);
const FILLING: usize = 128;
const GENTLE_PER_SECOND: f64 = 100.0;

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Settings of one of the two.
fn federated(dir: &Path, authority: &Authority, own: usize, ports: [u16; 2]) -> BTreeMap<String, String> {
    let (name, other) = (NAMES[own], NAMES[1 - own]);
    let (certificate, key) = authority.issue(dir, name);
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let mut settings = settings(&dir.join(name), "");
    settings.extend(
        [
            ("SERVER_NAME", name.to_owned()),
            ("FEDERATION__ENABLED", "true".to_owned()),
            ("FEDERATION__LISTEN", format!("127.0.0.1:{}", ports[own])),
            ("FEDERATION__TLS_CERT", path(&certificate)),
            ("FEDERATION__TLS_KEY", path(&key)),
            ("FEDERATION__EXTRA_ROOT_CA", path(&authority.certificate)),
            ("FEDERATION__REQUESTS_PER_MINUTE", "1000000".to_owned()),
            ("FEDERATION__RESOLVE", format!("{other}=127.0.0.1:{}", ports[1 - own])),
        ]
        .map(|(name, value)| (format!("LOGGIA_{name}"), value)),
    );
    settings
}

async fn register(address: SocketAddr, name: &str) -> io::Result<String> {
    let body = json!({ "username": name, "password": "correct horse battery" });
    Ok(text(&ask(address, "POST", "/accounts", "", body).await?["session"]["token"]))
}

async fn head(address: SocketAddr, channel: &str, token: &str) -> io::Result<u64> {
    let answer = ask(address, "GET", &format!("/channels/{channel}"), token, Value::Null).await?;
    Ok(answer["head"].as_u64().unwrap_or(0))
}

/// Waits until the other server has all that the host has; answers the seconds.
async fn caught_up(hosts: u64, address: SocketAddr, channel: &str, token: &str) -> io::Result<f64> {
    let begun = Instant::now();
    while head(address, channel, token).await? < hosts {
        if begun.elapsed() > CATCH_UP_MAX {
            return Err(io::Error::other("the other server did not catch up"));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(begun.elapsed().as_secs_f64())
}

pub async fn two_servers(bench: &mut Bench<'_>) -> io::Result<()> {
    let dir = tempfile::tempdir_in(scratch()?)?;
    let authority = Authority::new(dir.path());
    let ports = [free_port()?, free_port()?];
    let [host_settings, other_settings] = [0, 1].map(|own| federated(dir.path(), &authority, own, ports));
    let (host, other) = (Program::loggia(&host_settings), Program::loggia(&other_settings));
    let (ann, bob) = (register(host.address, "ann").await?, register(other.address, "bob").await?);
    let body = json!({ "name": "shared", "alias": "shared" });
    let channel = text(&ask(host.address, "POST", "/channels", &ann, body).await?["id"]);
    ask(other.address, "POST", "/joins", &bob, json!({ "alias": "#shared:a.test" })).await?;
    let seats = Site::seats(&channel, std::slice::from_ref(&ann));
    let listener = Site::seats(&channel, std::slice::from_ref(&bob));

    let crowd = Crowd::gather(other.address, &listener).await?;
    let meter = Meter::start(&host);
    let sent = load::send(host.address, &seats, 8, Pace::Open(GENTLE_PER_SECOND), bench.lasts()).await;
    crowd.settle(sent.acks.count()).await;
    let (cores, (ack, heard)) = (meter.stop(&host), (sent.acks.p50_p99(), crowd.heard.p50_p99()));
    if crowd.heard.count() < sent.acks.count() {
        return Err(io::Error::other("a message did not reach the other server"));
    }
    drop(crowd);
    let name =
        |part: &str| format!("G federation at {GENTLE_PER_SECOND}/s: delivery at the other server, {part}");
    let by_ack = |value| Some((value, "the ack at the host"));
    bench.row(name("p50"), (heard.0, "ms"), by_ack(ack.0), cores, &host);
    bench.row(name("p99"), (heard.1, "ms"), by_ack(ack.1), cores, &host);

    let count = bench.pick(20_000, 5_000);
    let meter = Meter::start(&host);
    let filled = load::fill(host.address, &seats, count, FILLING).await?;
    let hosts = head(host.address, &channel, &ann).await?;
    let seconds = filled + caught_up(hosts, other.address, &channel, &bob).await?;
    let rate = (count as f64 / seconds, "events/s");
    let by_host = Some((count as f64 / filled, "sends/s at the host in this run"));
    bench.row("G federation: replicated to one server", rate, by_host, meter.stop(&host), &host);

    drop(other);
    load::fill(host.address, &seats, count, FILLING).await.map(drop)?;
    let hosts = head(host.address, &channel, &ann).await?;
    let begun = Instant::now();
    let other = Program::loggia(&other_settings);
    let meter = Meter::start(&other);
    caught_up(hosts, other.address, &channel, &bob).await.map(drop)?;
    let rate = (count as f64 / begun.elapsed().as_secs_f64(), "events/s");
    let name = format!("G federation: {count} missed events caught up, start included");
    bench.row(name, rate, Some((5_000.0, "the aim")), meter.stop(&other), &other);
    Ok(())
}
