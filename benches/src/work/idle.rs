//! D: what waiting costs.

use std::io;
use std::time::Duration;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::task::JoinSet;

use super::Bench;
use crate::process::{Cores, Meter};
use crate::report::Goal;
use crate::site::Site;
use crate::wire::Socket;

const PEOPLE: usize = 1_000;
const CHANNELS: usize = 20;
/// Everybody is in so many of the channels.
const CHANNELS_EACH: usize = 5;
/// A client says so often that it is there: the heartbeat's default.
const PING_EVERY: Duration = Duration::from_secs(45);
/// How many connect at once. As many are there before anything is measured: what threads and read connections keep once
/// they have done anything at all is nothing that a socket costs.
const CONNECTING_MAX: usize = 64;

pub async fn idle(bench: &mut Bench<'_>) -> io::Result<()> {
    let mut starts = Vec::new();
    for _ in 0..5 {
        starts.push(Site::open(&bench.database)?.program.start_up.as_secs_f64() * 1_000.0);
    }
    starts.sort_by(f64::total_cmp);
    let site = Site::open(&bench.database)?;
    let program = &site.program;
    let (empty, median) = (program.usage().rss_kib / 1_024.0, starts[starts.len() / 2]);
    let cores = Cores::default();
    let row = bench.row("D start of a new server (median of 5)", (median, "ms"), None, cores, program);
    row.aims_at(Goal::AtMost(300.0));
    bench.row("D resident, empty", (empty, "MiB"), None, cores, program).aims_at(Goal::AtMost(40.0));

    let people = site.people(PEOPLE).await?;
    for channel in 0..CHANNELS {
        let members = people.iter().skip(channel).step_by(CHANNELS / CHANNELS_EACH);
        let members: Vec<String> = members.cloned().collect();
        site.channel(&format!("idle-{channel}"), &members).await?;
    }
    let mut waiting = JoinSet::new();
    let mut before = 0.0;
    for wanted in bench.pick(vec![CONNECTING_MAX, 1_000, 10_000], vec![CONNECTING_MAX, 1_000]) {
        let sockets = gather(&site, &people, wanted - waiting.len()).await?;
        for (n, socket) in sockets.into_iter().enumerate() {
            waiting.spawn(wait(socket, PING_EVERY.mul_f64(n as f64 / wanted as f64)));
        }
        let meter = Meter::start(program);
        tokio::time::sleep(bench.lasts() * 2).await;
        let cores = meter.stop(program);
        if waiting.try_join_next().is_some() {
            return Err(io::Error::other("an idle socket was cut off"));
        }
        if wanted == CONNECTING_MAX {
            before = program.usage().anonymous_kib;
            continue;
        }
        let each = (program.usage().anonymous_kib - before) / (wanted - CONNECTING_MAX) as f64;
        let name = |what: &str| format!("D {what}, {wanted} idle sockets in {CHANNELS_EACH} channels each");
        bench
            .row(name("resident per socket"), (each, "KiB"), None, cores, program)
            .aims_at(Goal::AtMost(20.0));
        let percent = cores.server * 100.0;
        bench.row(name("processor"), (percent, "% of a core"), None, cores, program);
    }
    Ok(())
}

/// So many sockets of these people, in turn.
async fn gather(site: &Site, people: &[String], count: usize) -> io::Result<Vec<Socket>> {
    stream::iter(people.iter().cycle().take(count))
        .map(async |token| {
            let mut socket = Socket::open(site.address, "", token, "{}").await?;
            socket.ready().await.map(|_| socket)
        })
        .buffer_unordered(CONNECTING_MAX)
        .try_collect()
        .await
}

/// Does what a client without news does, until it is cut off.
async fn wait(mut socket: Socket, first: Duration) -> io::Result<()> {
    let mut due = tokio::time::Instant::now() + first;
    loop {
        match tokio::time::timeout_at(due, socket.hear(|_| {})).await {
            Ok(heard) => heard?,
            Err(_) => {
                socket.ping().await?;
                due += PING_EVERY;
            }
        }
    }
}
