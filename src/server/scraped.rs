//! Figures for programs that watch over servers (`GET /metrics`), at an address of their own: they are nobody else's.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App as ActixApp, HttpResponse, HttpServer, web};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use super::{StartError, io, nothing};
use crate::config::Config;
use crate::domain::clock::Clock;
use crate::http::{App, Problem};
use crate::live::Hub;
use crate::storage::migrations;
use crate::storage::overview::Gauges;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// How long the database is waited for: whoever asks gives up after ten seconds, and the rest is to be told before.
const GAUGES_WAIT_MAX: Duration = Duration::from_secs(3);
/// Clock ticks of `/proc/self/stat` a second: 100 wherever Linux runs.
const TICKS_PER_SECOND: f64 = 100.0;

/// What there is to tell of.
struct Watched {
    app: App,
    hub: Arc<Hub>,
    /// When the server started, in seconds since 1970.
    started: f64,
}

/// Where figures are told.
pub struct Scraped {
    pub address: SocketAddr,
    handle: ServerHandle,
}

impl Scraped {
    pub(super) async fn stop(&self) {
        self.handle.stop(false).await;
    }
}

/// Listens where the settings say; None where they name no address.
pub(super) fn listen(config: &Config, app: &App, hub: &Arc<Hub>) -> Result<Option<Scraped>, StartError> {
    let Some(listen) = config.metrics else { return Ok(None) };
    let started = seconds(app.domain.clock.as_ref());
    let watched = web::Data::new(Watched { app: app.clone(), hub: hub.clone(), started });
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(watched.clone())
            .route("/metrics", web::get().to(metrics))
            .default_service(web::route().to(nothing))
    });
    let server = server.workers(1).disable_signals().bind(listen);
    let server = server.map_err(io(format!("cannot listen on {listen}")))?;
    let address = server.addrs().first().copied().unwrap_or(listen);
    tracing::info!(%address, "figures are told at /metrics");
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok(Some(Scraped { address, handle }))
}

fn seconds(clock: &dyn Clock) -> f64 {
    // Far below 2^53.
    clock.now() as f64 / 1_000.0
}

async fn metrics(watched: web::Data<Watched>) -> Result<HttpResponse, Problem> {
    let mut registry = Registry::default();
    watched.app.domain.writer.metrics.register(&mut registry);
    tell_of_here(&watched, &mut registry);
    tell_of_process(&mut registry);
    // While the database is away there is the more reason to tell the rest.
    let gauges = tokio::time::timeout(GAUGES_WAIT_MAX, watched.app.domain.gauges()).await;
    let read = gauges.ok().and_then(Result::ok);
    let is_up = ("loggia_database_up", "Whether the database answered just now", i64::from(read.is_some()));
    tell(&mut registry, [is_up]);
    if let Some((gauges, away)) = read {
        tell_of_database(gauges, away, &mut registry);
    }
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|_| Problem::plain("internal"))?;
    Ok(HttpResponse::Ok().content_type(OPEN_METRICS).body(text))
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Each by its name, what it is, and how much.
fn tell<const N: usize>(registry: &mut Registry, gauges: [(&str, &str, i64); N]) {
    for (name, help, value) in gauges {
        registry.register(name, help, ConstGauge::new(value));
    }
}

/// What is at hand.
fn tell_of_here(watched: &Watched, registry: &mut Registry) {
    let version =
        [("version", env!("CARGO_PKG_VERSION").to_owned()), ("schema", migrations::newest().to_owned())];
    registry.register("loggia_build", "What runs here", Info::new(version.to_vec()));
    let (streams, people) = watched.hub.streams();
    let (writes, reads) = (watched.app.domain.writer.waiting(), watched.app.domain.reads.waiting());
    let gauges = [
        ("loggia_streams", "Streams that are open", count(streams)),
        ("loggia_people_online", "People of this server who have a stream open", count(people)),
        ("loggia_writes_waiting", "What waits for the next transaction", count(writes)),
        ("loggia_reads_waiting", "What waits for a thread that reads", count(reads)),
    ];
    tell(registry, gauges);
    let started = ConstGauge::new(watched.started);
    registry.register("process_start_time_seconds", "When the server started, since 1970", started);
}

fn tell_of_database(gauges: Gauges, away: usize, registry: &mut Registry) {
    let behind = "Entries of channels hosted here that other servers have not got yet";
    let told = [
        ("loggia_database_bytes", "Size of the database", gauges.database_bytes),
        ("loggia_peers", "Servers that share a channel with this one", count(gauges.sharing.len())),
        ("loggia_peers_away", "Those of them that could not be reached the last time", count(away)),
        ("loggia_peers_behind_entries", behind, gauges.behind),
        ("loggia_reports_open", "Reports that no administrator has closed", gauges.reports),
    ];
    tell(registry, told);
    let alarms = Family::<Vec<(String, String)>, Gauge>::default();
    for (kind, kept) in gauges.alarms {
        alarms.get_or_create(&vec![("kind".to_owned(), kind)]).set(kept);
    }
    registry.register("loggia_alarms", "Alarms about other servers that are kept", alarms);
}

/// What the kernel says, under the names that all programs use; nothing where there is no `/proc`.
fn tell_of_process(registry: &mut Registry) {
    if let Some(bytes) = resident_bytes() {
        tell(registry, [("process_resident_memory_bytes", "Memory of the process, mapped files too", bytes)]);
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        tell(registry, [("process_open_fds", "File descriptors", count(open.count()))]);
    }
    if let Some(seconds) = processor_seconds() {
        registry.register("process_cpu_seconds", "Processor time", ConstCounter::new(seconds));
    }
}

fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1_024)
}

/// User and system time: the 14th and 15th word of `proc(5)`'s stat, of which the second may have spaces in it.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    let mut words = rest.split_whitespace().skip(11).map(str::parse::<f64>);
    Some((words.next()?.ok()? + words.next()?.ok()?) / TICKS_PER_SECOND)
}
