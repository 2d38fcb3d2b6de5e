//! G: servers on this machine, joined by TLS. What a host sends goes through forwarders that count it.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use federation_tests::ca::Authority;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::Bench;
use crate::load::{self, Crowd, Pace, Seat};
use crate::process::{Meter, Program, settings};
use crate::site::{Database, Site, Store, ask, scratch, text};

const NAMES: [&str; 5] = ["a.test", "b.test", "c.test", "d.test", "e.test"];
/// How long the other servers may take to have everything.
const CATCH_UP_MAX: Duration = Duration::from_secs(300);
const FILLING: usize = 128;
const GENTLE_PER_SECOND: f64 = 100.0;
/// People of one server, where it is shown that they cost the host nothing.
const MANY_PEOPLE: usize = 20;

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Passes connections on to a port; counts what comes back from there (`down`), or goes there (`up`).
async fn forward(port: u16, counted: Arc<AtomicU64>, up: bool) -> io::Result<u16> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let own = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let counted = counted.clone();
            tokio::spawn(async move {
                let Ok(server) = tokio::net::TcpStream::connect(("127.0.0.1", port)).await else { return };
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                let counts = |is: bool| is.then(|| counted.clone());
                tokio::join!(
                    pump(from_client, to_server, counts(up)),
                    pump(from_server, to_client, counts(!up))
                );
            });
        }
    });
    Ok(own)
}

async fn pump(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    counted: Option<Arc<AtomicU64>>,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if let Some(counted) = &counted {
            counted.fetch_add(count as u64, Ordering::Relaxed);
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}

/// A host and others, a channel of the host, and somebody on each in it.
struct Net {
    /// The host first.
    servers: Vec<Program>,
    settings: Vec<BTreeMap<String, String>>,
    channel: String,
    tokens: Vec<String>,
    /// What the host sent to other servers, in bytes, TLS included.
    sent: Arc<AtomicU64>,
    /// After the servers, which are stopped first.
    _stores: Vec<Store>,
    _dir: tempfile::TempDir,
}

impl Net {
    async fn of(count: usize, database: &Database) -> io::Result<Net> {
        let dir = tempfile::tempdir_in(scratch()?)?;
        let authority = Authority::new(dir.path());
        let ports = (0..count).map(|_| free_port()).collect::<io::Result<Vec<u16>>>()?;
        let stores = (0..count).map(|_| database.make()).collect::<io::Result<Vec<Store>>>()?;
        let sent = Arc::new(AtomicU64::new(0));
        let mut all = Vec::new();
        for own in 0..count {
            let mut resolve = Vec::new();
            for other in (0..count).filter(|other| *other != own && (own == 0 || *other == 0)) {
                let port = forward(ports[other], sent.clone(), own == 0).await?;
                resolve.push(format!("{}=127.0.0.1:{port}", NAMES[other]));
            }
            all.push(federated(
                (dir.path(), &stores[own].url),
                &authority,
                own,
                ports[own],
                &resolve.join(","),
            ));
        }
        let servers: Vec<Program> = all.iter().map(Program::loggia).collect();
        let mut tokens = Vec::new();
        for server in &servers {
            tokens.push(register(server.address, "somebody").await?);
        }
        let body = json!({ "name": "shared", "alias": "shared" });
        let channel = text(&ask(servers[0].address, "POST", "/channels", &tokens[0], body).await?["id"]);
        let net = Net { servers, settings: all, channel, tokens, sent, _stores: stores, _dir: dir };
        for other in 1..count {
            net.join(other, &net.tokens[other]).await?;
        }
        Ok(net)
    }

    async fn join(&self, server: usize, token: &str) -> io::Result<()> {
        let alias = json!({ "alias": "#shared:a.test" });
        ask(self.servers[server].address, "POST", "/joins", token, alias).await.map(drop)
    }

    fn host(&self) -> &Program {
        &self.servers[0]
    }

    fn seats(&self, server: usize) -> Arc<Vec<Seat>> {
        Site::seats(&self.channel, std::slice::from_ref(&self.tokens[server]))
    }

    async fn head(&self, server: usize) -> io::Result<u64> {
        let path = format!("/channels/{}", self.channel);
        let answer =
            ask(self.servers[server].address, "GET", &path, &self.tokens[server], Value::Null).await?;
        Ok(answer["head"].as_u64().unwrap_or(0))
    }

    /// Waits until all that run have what the host has.
    async fn settle(&self) -> io::Result<()> {
        let (begun, hosts) = (Instant::now(), self.head(0).await?);
        for server in 1..self.servers.len() {
            while self.head(server).await? < hosts {
                if begun.elapsed() > CATCH_UP_MAX {
                    return Err(io::Error::other("a server did not catch up"));
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        Ok(())
    }

    /// Sends so many messages at the host; (seconds until sent, seconds until all have them, bytes that the host sent).
    async fn fill(&self, count: u64) -> io::Result<(f64, f64, u64)> {
        let (begun, before) = (Instant::now(), self.sent.load(Ordering::Relaxed));
        let filled = load::fill(self.host().address, &self.seats(0), count, FILLING).await?;
        self.settle().await?;
        Ok((filled, begun.elapsed().as_secs_f64(), self.sent.load(Ordering::Relaxed) - before))
    }
}

/// Settings of one of them, whose data is at the URL.
fn federated(
    (dir, url): (&Path, &str),
    authority: &Authority,
    own: usize,
    port: u16,
    resolve: &str,
) -> BTreeMap<String, String> {
    let name = NAMES[own];
    let (certificate, key) = authority.issue(dir, name);
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let mut settings = settings(&dir.join(name), url);
    settings.extend(
        [
            ("SERVER_NAME", name.to_owned()),
            ("FEDERATION__ENABLED", "true".to_owned()),
            ("FEDERATION__LISTEN", format!("127.0.0.1:{port}")),
            ("FEDERATION__TLS_CERT", path(&certificate)),
            ("FEDERATION__TLS_KEY", path(&key)),
            ("FEDERATION__EXTRA_ROOT_CA", path(&authority.certificate)),
            ("FEDERATION__RESOLVE", resolve.to_owned()),
        ]
        .map(|(name, value)| (format!("LOGGIA_{name}"), value)),
    );
    settings
}

async fn register(address: SocketAddr, name: &str) -> io::Result<String> {
    let body = json!({ "username": name, "password": "correct horse battery" });
    Ok(text(&ask(address, "POST", "/accounts", "", body).await?["session"]["token"]))
}

pub async fn federation(bench: &mut Bench<'_>) -> io::Result<()> {
    let mut two = Net::of(2, &bench.database).await?;
    delivery(bench, &two).await?;
    let one = replicated(bench, &two, 1, None).await?;
    more_people(bench, &two, one).await?;
    missed(bench, &mut two).await?;
    drop(two);
    let five = Net::of(5, &bench.database).await?;
    replicated(bench, &five, 4, Some(one)).await.map(drop)
}

/// How much later than at the host a message is at the other server.
async fn delivery(bench: &mut Bench<'_>, net: &Net) -> io::Result<()> {
    let crowd = Crowd::gather(net.servers[1].address, &net.seats(1)).await?;
    let meter = Meter::start(net.host());
    let pace = Pace::Open(GENTLE_PER_SECOND);
    let sent = load::send(net.host().address, &net.seats(0), 8, pace, bench.lasts()).await;
    crowd.settle(sent.acks.count()).await;
    let (cores, (ack, heard)) = (meter.stop(net.host()), (sent.acks.p50_p99(), crowd.heard.p50_p99()));
    if crowd.heard.count() < sent.acks.count() {
        return Err(io::Error::other("a message did not reach the other server"));
    }
    let name =
        |part: &str| format!("G federation at {GENTLE_PER_SECOND}/s: delivery at the other server, {part}");
    let by_ack = |value| Some((value, "the ack at the host"));
    bench.row(name("p50"), (heard.0, "ms"), by_ack(ack.0), cores, net.host());
    bench.row(name("p99"), (heard.1, "ms"), by_ack(ack.1), cores, net.host());
    Ok(())
}

/// Events per second from the first send until all others have the last; answers the bytes per event that the host
/// sent, of which `one` is the figure with one other server.
async fn replicated(bench: &mut Bench<'_>, net: &Net, others: usize, one: Option<f64>) -> io::Result<f64> {
    let count = bench.pick(20_000, 5_000);
    let meter = Meter::start(net.host());
    let (filled, seconds, bytes) = net.fill(count).await?;
    let cores = meter.stop(net.host());
    let by_host = Some((count as f64 / filled, "sends/s at the host in this run"));
    let name = format!("G federation: replicated to {others} other server(s)");
    bench.row(name, (count as f64 / seconds, "events/s"), by_host, cores, net.host());
    let each = bytes as f64 / count as f64;
    let name = format!("G federation: what the host sends for an event, {others} other server(s)");
    let by_one = one.map(|one| (one * others as f64, "as much for each as for one"));
    bench.row(name, (each, "bytes"), by_one, cores, net.host());
    Ok(each)
}

/// More people of the other server in the channel: the host sends as much as before.
async fn more_people(bench: &mut Bench<'_>, net: &Net, one: f64) -> io::Result<()> {
    for n in 0..MANY_PEOPLE {
        let token = register(net.servers[1].address, &format!("p{n}")).await?;
        net.join(1, &token).await?;
    }
    let count = bench.pick(20_000, 5_000);
    let meter = Meter::start(net.host());
    let (_, _, bytes) = net.fill(count).await?;
    let name = format!("G federation: what the host sends for an event, {MANY_PEOPLE} more people there");
    let each = bytes as f64 / count as f64;
    let by_one = Some((one, "with one person there"));
    bench.row(name, (each, "bytes"), by_one, meter.stop(net.host()), net.host());
    Ok(())
}

/// The other server is away while much is written.
async fn missed(bench: &mut Bench<'_>, net: &mut Net) -> io::Result<()> {
    let count = bench.pick(100_000, 5_000);
    net.servers.truncate(1);
    load::fill(net.host().address, &net.seats(0), count, FILLING).await.map(drop)?;
    let begun = Instant::now();
    net.servers.push(Program::loggia(&net.settings[1]));
    let meter = Meter::start(&net.servers[1]);
    net.settle().await?;
    let rate = (count as f64 / begun.elapsed().as_secs_f64(), "events/s");
    let name = format!("G federation: {count} missed events caught up, start included");
    bench.row(name, rate, Some((5_000.0, "the aim")), meter.stop(&net.servers[1]), &net.servers[1]);
    Ok(())
}
