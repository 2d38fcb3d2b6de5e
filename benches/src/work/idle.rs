//! D: what waiting costs. And what coming back costs, for many at once.

use std::io;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::Bench;
use crate::load::{self, Crowd};
use crate::process::{Cores, Meter};
use crate::site::{Database, Site};
use crate::wire::Socket;

const PEOPLE: usize = 1_000;
const MISSED: u64 = 20;
/// Whoever resumes connects with so many others; a server's backlog is finite.
const RESUMING_MAX: usize = 256;

pub async fn idle(bench: &mut Bench<'_>) -> io::Result<()> {
    let sqlite = bench.database == Database::Sqlite;
    let mut starts = Vec::new();
    for _ in 0..5 {
        starts.push(Site::open(&bench.database)?.program.start_up.as_secs_f64() * 1_000.0);
    }
    starts.sort_by(f64::total_cmp);
    let site = Site::open(&bench.database)?;
    let empty = site.program.usage().rss_kib;
    let cores = Cores::default();
    let start_up = (starts[starts.len() / 2], "ms");
    bench.row(
        "D start of a new server (median of 5)",
        start_up,
        sqlite.then_some((300.0, "the aim")),
        cores,
        &site.program,
    );
    bench.row("D resident, empty", (empty / 1_024.0, "MiB"), Some((40.0, "the aim")), cores, &site.program);
    let people = site.people(PEOPLE).await?;
    let before = site.program.usage().rss_kib;
    let mut crowds = Vec::new();
    for times in 1..=bench.pick(3, 1) {
        // Alone in no channel: what a socket itself takes.
        crowds.push(Crowd::gather(site.address, &Site::seats("none", &people)).await?);
        let meter = Meter::start(&site.program);
        tokio::time::sleep(Duration::from_secs(1)).await;
        let sockets = times * PEOPLE;
        let each = (site.program.usage().rss_kib - before) / sockets as f64;
        let name = format!("D resident per idle socket, {sockets}");
        bench.row(name, (each, "KiB"), Some((20.0, "the aim")), meter.stop(&site.program), &site.program);
    }
    Ok(())
}

pub async fn storm(bench: &mut Bench<'_>) -> io::Result<()> {
    let site = Site::open(&bench.database)?;
    let count = bench.pick(PEOPLE, 300);
    let people = site.people(count).await?;
    let channel = site.channel("storm", &people).await?;
    let token = people.first().map_or("", String::as_str);
    let head = site.ask("GET", &format!("/channels/{channel}"), token, serde_json::Value::Null).await?;
    let cursor = format!(r#"{{"{channel}":{}}}"#, head["head"]);
    load::fill(site.address, &Site::seats(&channel, &people), MISSED, 4).await.map(drop)?;
    let meter = Meter::start(&site.program);
    let begun = Instant::now();
    // Held until all are back, so that coming and going is not measured at once.
    let back: Vec<(Socket, u64)> = stream::iter(&people)
        .map(async |token| {
            let mut socket = Socket::open(site.address, "", token, &cursor).await?;
            let events = socket.ready().await?;
            Ok::<_, io::Error>((socket, events))
        })
        .buffer_unordered(RESUMING_MAX)
        .try_collect()
        .await?;
    let seconds = begun.elapsed().as_secs_f64();
    let cores = meter.stop(&site.program);
    let short = back.iter().filter(|(_, events)| *events < MISSED).count();
    if short > 0 {
        return Err(io::Error::other(format!("{short} of {count} were not told all that they missed")));
    }
    let name = format!("F storm: {count} sockets resume, {MISSED} events missed by each");
    bench.row(name, (seconds, "s"), Some((5.0, "the aim")), cores, &site.program);
    Ok(())
}
