//! F: many come back at once, while others go on talking.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::task::JoinSet;

use super::Bench;
use crate::load::{self, seq_of};
use crate::process::Meter;
use crate::report::Goal;
use crate::site::Site;
use crate::wire::{Socket, find};

const MISSED: u64 = 20;
/// Messages a second while they come back.
const PAUSE: Duration = Duration::from_millis(50);
/// How long what was said meanwhile may take to arrive.
const SETTLE: Duration = Duration::from_secs(30);

/// Somebody who was away: which message comes next, with none lost and none twice.
struct Returning {
    socket: Socket,
    next: u64,
    ready: bool,
    wrong: Option<(u64, u64)>,
}

impl Returning {
    async fn hear(&mut self) -> io::Result<()> {
        let Returning { socket, next, ready, wrong } = self;
        socket
            .hear(|frame| {
                if find(&frame[..frame.len().min(64)], br#""message.created""#).is_some() {
                    let seq = seq_of(frame).unwrap_or(0);
                    if seq != *next {
                        wrong.get_or_insert((*next, seq));
                    }
                    *next = seq + 1;
                } else {
                    *ready |= frame.ends_with(br#""op":"ready"}"#) || frame.starts_with(br#"{"op":"ready""#);
                }
            })
            .await?;
        match wrong {
            Some((next, seq)) => Err(io::Error::other(format!("message {seq} came where {next} was due"))),
            None => Ok(()),
        }
    }

    async fn come_back(
        address: SocketAddr,
        token: String,
        channel: String,
        seen: u64,
    ) -> io::Result<Returning> {
        let cursor = format!(r#"{{"{channel}":{seen}}}"#);
        let socket = Socket::open(address, "", &token, &cursor).await?;
        let mut returning = Returning { socket, next: seen + 1, ready: false, wrong: None };
        while !returning.ready {
            returning.hear().await?;
        }
        Ok(returning)
    }

    async fn hear_to(mut self, last: u64) -> io::Result<()> {
        while self.next <= last {
            self.hear().await?;
        }
        Ok(())
    }
}

pub async fn storm(bench: &mut Bench<'_>) -> io::Result<()> {
    let site = Site::open(&bench.database)?;
    let count = bench.pick(5_000, 1_000);
    let people = site.people(count).await?;
    let channel = site.channel("storm", &people).await?;
    let token = people.first().map_or("", String::as_str);
    let head = async || {
        let answer = site.ask("GET", &format!("/channels/{channel}"), token, Value::Null).await?;
        Ok::<_, io::Error>(answer["head"].as_u64().unwrap_or(0))
    };
    let seen = head().await?;
    let seats = Site::seats(&channel, &people);
    load::fill(site.address, &seats, MISSED, 4).await.map(drop)?;

    let meter = Meter::start(&site.program);
    let begun = Instant::now();
    let over = Arc::new(AtomicBool::new(false));
    let talker = tokio::spawn(talk(site.address, seats, over.clone()));
    let mut returning = JoinSet::new();
    for token in &people {
        returning.spawn(Returning::come_back(site.address, token.clone(), channel.clone(), seen));
    }
    let mut back = Vec::with_capacity(count);
    while let Some(one) = returning.join_next().await {
        back.push(one.map_err(io::Error::other)??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let cores = meter.stop(&site.program);
    over.store(true, Ordering::Relaxed);
    talker.await.map_err(io::Error::other)??;

    // What was said meanwhile reaches all of them too.
    let last = head().await?;
    let mut hearing = JoinSet::new();
    back.into_iter().for_each(|one| drop(hearing.spawn(one.hear_to(last))));
    while let Some(one) = tokio::time::timeout(SETTLE, hearing.join_next()).await? {
        one.map_err(io::Error::other)??;
    }
    let said = last - seen - MISSED;
    let name = format!(
        "F storm: {count} sockets resume at once, {MISSED} events missed by each, {said} said meanwhile"
    );
    bench.row(name, (seconds, "s"), None, cores, &site.program).aims_at(Goal::AtMost(5.0));
    Ok(())
}

async fn talk(address: SocketAddr, seats: Arc<Vec<load::Seat>>, over: Arc<AtomicBool>) -> io::Result<()> {
    while !over.load(Ordering::Relaxed) {
        load::fill(address, &seats, 1, 1).await?;
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
