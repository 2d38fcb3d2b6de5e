//! Brings other servers what waits for them: events for channels that they host, errands, and entries of channels
//! hosted here, from where they left off. One task per server that has something coming; a server that is away
//! costs a timer.

mod routes;
mod signals;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::Notify;

pub use routes::{Both, Routes};

use super::Outbound;
use crate::domain::peers::{Ask, PASSING_CODES, PeerError, Peers};
use crate::domain::remote::wire::{
    BatchAnswer, HeadsAnswer, Outcome, Submission, SubmissionAnswer, WireEvent,
};
use crate::domain::writer::OutgoingEvent;
use crate::domain::{Domain, Error};
use crate::protocol::ids::{ChannelId, ServerName};
use crate::protocol::limits::SUBMIT_EVENTS_MAX;
use crate::protocol::sign::Signature;
use crate::storage::peers::PendingRow;
use crate::storage::{ChannelNum, channels, peers};

/// Channels that are brought up to date side by side for one server.
const CHANNELS_AT_ONCE: usize = 4;
/// Channels and errands that are looked at in one round.
const ROUND_MAX: i64 = 64;
/// First and longest pause after a failure.
const PAUSE_MIN: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(3_600);
/// How often a courier looks for what it was not told of (another node's commits, say).
const LOOK_INTERVAL: Duration = Duration::from_secs(5);
/// How long acknowledgements are gathered before they are written down. Losing one costs a question.
const ACKS_INTERVAL: Duration = Duration::from_millis(300);
/// How long a channel that the other server refuses to take is left alone.
const REFUSED_PAUSE: Duration = Duration::from_secs(300);
/// When an event that the host took, and that did not come back, is sent again: it may have been lost.
const TAKEN_PAUSE: Duration = Duration::from_secs(60);
/// How often a server may have less than it had, while it is brought up to date.
const RETREATS_MAX: u32 = 2;
/// An errand that could not be done for so long is given up, in milliseconds: 7 days.
const ERRAND_MS_MAX: i64 = 7 * 24 * 3_600_000;

struct Lane {
    notify: Notify,
    /// What the server has of channels, by its own word, where that may be less than it acknowledged.
    behind: Mutex<Vec<(ChannelNum, i64)>>,
    /// The server spoke: no pause is kept any longer.
    alive: Notify,
}

#[derive(Default)]
struct LaneWork {
    failures: u32,
    /// What the server acknowledged, ahead of what is written down.
    acked: HashMap<ChannelNum, i64>,
    written: HashMap<ChannelNum, i64>,
    refused: HashMap<ChannelNum, Instant>,
    /// Events that the host has taken and that are on their way back.
    taken: HashMap<String, Instant>,
}

/// Everything that goes to other servers without somebody waiting for it.
pub struct Courier {
    domain: Arc<Domain>,
    outbound: Arc<Outbound>,
    lanes: Mutex<HashMap<ServerName, Arc<Lane>>>,
    routes: Arc<Routes>,
    runtime: tokio::runtime::Handle,
}

impl Courier {
    /// Begins to serve whatever waits.
    pub async fn start(
        domain: Arc<Domain>,
        outbound: Arc<Outbound>,
        routes: Arc<Routes>,
    ) -> crate::domain::Result<Arc<Courier>> {
        let courier = Arc::new(Courier {
            domain: domain.clone(),
            outbound: outbound.clone(),
            lanes: Mutex::default(),
            routes: routes.clone(),
            runtime: tokio::runtime::Handle::current(),
        });
        let _ = outbound.courier.set(Arc::downgrade(&courier));
        *routes.courier.write().unwrap_or_else(PoisonError::into_inner) = Some(courier.clone());
        let ours = domain.server().as_str().to_owned();
        let known = domain
            .reads
            .read(move |conn| {
                let mut waiting = peers::pending_hosts(conn)?;
                waiting.extend(peers::errand_servers(conn)?);
                let mut hosts = channels::hosts(conn)?;
                hosts.retain(|host| *host != ours);
                Ok::<_, Error>((peers::all_replicas(conn)?, waiting, hosts))
            })
            .await?;
        let (replicas, waiting, hosts) = known;
        for (channel, server) in replicas {
            if let Ok(server) = server.parse() {
                routes.add(channel, &server);
            }
        }
        for server in waiting.iter().filter_map(|name| name.parse().ok()).chain(routes.all()) {
            courier.wake(&server);
        }
        // Hosts hear that this server is back, and send what it lacks.
        for host in hosts.iter().filter_map(|name| name.parse::<ServerName>().ok()) {
            let courier = courier.clone();
            tokio::spawn(async move { courier.compare(&host).await });
        }
        Ok(courier)
    }

    /// Something waits for the server.
    pub fn wake(self: &Arc<Self>, server: &ServerName) {
        self.lane(server).notify.notify_one();
    }

    /// The server is there: whatever was put off because it was not goes out now.
    pub fn revive(self: &Arc<Self>, server: &ServerName) {
        self.outbound.note(server, false);
        self.outbound.note_contact(server, None);
        self.domain.recovery.revived(server);
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(server) {
            lane.alive.notify_one();
        }
    }

    /// The server has so much, and lacks the rest.
    pub fn fell_behind(self: &Arc<Self>, server: &ServerName, channels: Vec<(ChannelNum, i64)>) {
        if !channels.is_empty() {
            let lane = self.lane(server);
            *lane.behind.lock().unwrap_or_else(PoisonError::into_inner) = channels;
            lane.notify.notify_one();
        }
    }

    fn lane(self: &Arc<Self>, server: &ServerName) -> Arc<Lane> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(server) {
            return lane.clone();
        }
        let lane = Arc::new(Lane { notify: Notify::new(), behind: Mutex::default(), alive: Notify::new() });
        lanes.insert(server.clone(), lane.clone());
        let (courier, server, own) = (Arc::downgrade(self), server.clone(), lane.clone());
        let outbound = self.outbound.clone();
        self.runtime.spawn(async move {
            let mut work = LaneWork::default();
            loop {
                let dirty = work.acked != work.written;
                let interval = if dirty { ACKS_INTERVAL } else { LOOK_INTERVAL };
                let quiet = tokio::select! {
                    notified = tokio::time::timeout(interval, own.notify.notified()) => notified.is_err(),
                    () = outbound.closing() => return,
                };
                let Some(courier) = courier.upgrade() else { return };
                if dirty && quiet {
                    courier.write_acks(&server, &mut work).await;
                }
                courier.serve(&server, &own, &mut work).await;
            }
        });
        lane
    }

    /// Rounds until nothing is left, or something fails.
    async fn serve(&self, server: &ServerName, lane: &Lane, work: &mut LaneWork) {
        loop {
            for (channel, size) in
                std::mem::take(&mut *lane.behind.lock().unwrap_or_else(PoisonError::into_inner))
            {
                work.acked.insert(channel, size);
            }
            let outcome = match self.outbound.admits(server) {
                true => self.round(server, work).await,
                false => Ok(false),
            };
            match outcome {
                Ok(true) => work.failures = 0,
                Ok(false) => {
                    work.failures = 0;
                    return;
                }
                Err(error) => {
                    work.failures = work.failures.saturating_add(1);
                    let pause = PAUSE_MIN.saturating_mul(1 << work.failures.min(13)).min(PAUSE_MAX);
                    tracing::info!(%server, %error, ?pause, "another server can't be served now");
                    self.write_acks(server, work).await;
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = lane.alive.notified() => work.failures = 0,
                        () = self.outbound.closing() => return,
                    }
                }
            }
        }
    }

    /// Does some of what waits. True when there may be more.
    async fn round(&self, server: &ServerName, work: &mut LaneWork) -> Result<bool, Error> {
        let submitted = self.submit(server, work).await?;
        let ran = self.run_errands(server).await?;
        let replicated = self.replicate(server, work).await?;
        Ok(submitted || ran || replicated)
    }

    /// Hands the host events of people here, in the order in which they were made.
    async fn submit(&self, server: &ServerName, work: &mut LaneWork) -> Result<bool, Error> {
        let name = server.as_str().to_owned();
        let rows = self.domain.reads.read(move |conn| peers::pending_for(conn, &name, ROUND_MAX)).await?;
        let waiting: HashSet<&str> = rows.iter().map(|row| row.event_id.as_str()).collect();
        work.taken.retain(|event, when| waiting.contains(event.as_str()) && when.elapsed() < TAKEN_PAUSE);
        let mut rows: Vec<PendingRow> =
            rows.into_iter().filter(|row| !work.taken.contains_key(&row.event_id)).collect();
        let Some(channel) = rows.first().map(|row| row.channel) else { return Ok(false) };
        rows.retain(|row| row.channel == channel);
        rows.truncate(SUBMIT_EVENTS_MAX);
        let row = self.domain.reads.read(move |conn| channels::by_num(conn, channel)).await?;
        let Some(id) = row.and_then(|row| row.id.parse::<ChannelId>().ok()) else { return Ok(false) };
        let nonsense = |error: serde_json::Error| PeerError::Nonsense(server.clone(), error.to_string());
        let events: Vec<WireEvent> = rows
            .iter()
            .filter_map(outgoing)
            .map(|event| WireEvent::of(&event))
            .collect::<Result<_, _>>()
            .map_err(nonsense)?;
        let body = serde_json::to_string(&Submission { events }).map_err(nonsense)?;
        let answer = self.outbound.ask(server, Ask::post(format!("/channels/{id}/events"), body)).await;
        let results = match answer {
            Ok(answer) => serde_json::from_str::<SubmissionAnswer>(&answer).map_err(nonsense)?.results,
            // What makes no sense is no refusal: people were told that it waits.
            Err(error) if error.is_passing() || matches!(error, PeerError::Nonsense(..)) => {
                return Err(error.into());
            }
            // The channel as a whole is refused: so is each event.
            Err(error) => {
                for row in &rows {
                    self.give_up(&id, row, error.clone()).await?;
                }
                return Ok(true);
            }
        };
        if results.len() != rows.len() {
            let what = format!("{} outcomes for {} events", results.len(), rows.len());
            return Err(PeerError::Nonsense(server.clone(), what).into());
        }
        for (row, result) in rows.iter().zip(results) {
            match result {
                Outcome { entry: Some(_), .. } => {
                    work.taken.insert(row.event_id.clone(), Instant::now());
                }
                Outcome { error: Some(error), .. } if !PASSING_CODES.contains(&error.code.as_str()) => {
                    let (code, detail) = (error.code, error.detail);
                    let why = PeerError::Problem { server: server.clone(), status: 403, code, detail };
                    self.give_up(&id, row, why).await?;
                }
                Outcome { .. } => {
                    let why = "it could not take an event just now".to_owned();
                    return Err(PeerError::Unreachable(server.clone(), why).into());
                }
            }
        }
        Ok(true)
    }

    /// The host will never take the event: whoever waits is told, and it is sent no more.
    async fn give_up(&self, channel: &ChannelId, row: &PendingRow, why: PeerError) -> Result<(), Error> {
        tracing::info!(event = row.event_id, %why, "an event was refused by its host");
        let (event, num) = (row.event_id.clone(), row.channel);
        self.domain.writer.channel(channel, move |work| work.drop_pending(num, &event)).await?;
        self.domain.arrivals.refused(&row.event_id, why);
        Ok(())
    }

    async fn run_errands(&self, server: &ServerName) -> Result<bool, Error> {
        let name = server.as_str().to_owned();
        let rows = self.domain.reads.read(move |conn| peers::errands_for(conn, &name, ROUND_MAX)).await?;
        let some = !rows.is_empty();
        for row in rows {
            let fresh = self.domain.clock.now() - row.created_ts < ERRAND_MS_MAX;
            let invitation = self.domain.invitation(&row.body).await?.filter(|_| fresh);
            if let Some(body) = invitation.and_then(|invitation| serde_json::to_string(&invitation).ok()) {
                match self.outbound.ask(server, Ask::post(row.path.clone(), body)).await {
                    Err(error) if error.is_passing() => return Err(error.into()),
                    Err(error) => tracing::warn!(%server, %error, path = row.path, "an errand was refused"),
                    Ok(_) => {}
                }
            }
            let num = row.num;
            self.domain
                .writer
                .other(server.as_str(), move |work| Ok(peers::delete_errand(work.conn, num)?))
                .await?;
        }
        Ok(some)
    }

    /// Sends entries of channels hosted here from where the server left off.
    async fn replicate(&self, server: &ServerName, work: &mut LaneWork) -> Result<bool, Error> {
        let name = server.as_str().to_owned();
        let rows = self.domain.reads.read(move |conn| peers::lagging(conn, &name, ROUND_MAX)).await?;
        work.refused.retain(|_, when| when.elapsed() < REFUSED_PAUSE);
        let lagging: Vec<(ChannelNum, i64)> = rows
            .into_iter()
            .map(|(channel, acked, end)| (channel, work.acked.get(&channel).copied().unwrap_or(acked), end))
            .filter(|(channel, from, end)| from < end && !work.refused.contains_key(channel))
            .map(|(channel, from, _)| (channel, from))
            .collect();
        if lagging.is_empty() {
            return Ok(false);
        }
        let mut outcomes = stream::iter(lagging)
            .map(|(channel, from)| async move { (channel, self.catch_up(server, channel, from).await) })
            .buffer_unordered(CHANNELS_AT_ONCE);
        let mut failed = None;
        while let Some((channel, (acked, outcome))) = outcomes.next().await {
            work.acked.insert(channel, acked);
            match outcome {
                Ok(()) => {}
                Err(Error::Peer(error)) if !error.is_passing() => {
                    tracing::warn!(%server, %error, channel, "a channel is not taken");
                    work.refused.insert(channel, Instant::now());
                }
                Err(error) => failed = Some(error),
            }
        }
        drop(outcomes);
        if work.acked.len() > 1_000 {
            self.write_acks(server, work).await;
        }
        failed.map_or(Ok(true), Err)
    }

    /// Sends batch after batch; answers how far the server is.
    async fn catch_up(
        &self,
        server: &ServerName,
        channel: ChannelNum,
        mut from: i64,
    ) -> (i64, Result<(), Error>) {
        let mut retreats = 0;
        loop {
            let next = match self.domain.next_batch(server, channel, from).await {
                Ok(Some(next)) => next,
                Ok(None) => return (from, Ok(())),
                Err(error) => return (from, Err(error)),
            };
            let sent = next.1.head.head.size;
            let size = match self.send_batch(server, next).await {
                Ok(size) => size,
                Err(error) => return (from, Err(error)),
            };
            if size > sent
                && let Err(error) = self.domain.has_more(server, channel, size).await
            {
                return (from, Err(error));
            }
            retreats += u32::from(size <= from);
            from = size;
            if retreats > RETREATS_MAX {
                let why = "it takes entries and has them not".to_owned();
                return (from, Err(PeerError::Nonsense(server.clone(), why).into()));
            }
        }
    }

    async fn send_batch(
        &self,
        server: &ServerName,
        (id, batch): (String, crate::domain::remote::wire::Batch),
    ) -> Result<i64, Error> {
        let nonsense = |error: serde_json::Error| PeerError::Nonsense(server.clone(), error.to_string());
        let body = serde_json::to_string(&batch).map_err(nonsense)?;
        let answer = self.outbound.ask(server, Ask::post(format!("/channels/{id}/entries"), body)).await?;
        let answer: BatchAnswer = serde_json::from_str(&answer).map_err(nonsense)?;
        Ok(answer.size.max(0))
    }

    async fn write_acks(&self, server: &ServerName, work: &mut LaneWork) {
        let changed: Vec<(ChannelNum, i64)> = work
            .acked
            .iter()
            .filter(|(channel, acked)| work.written.get(channel) != Some(acked))
            .map(|(channel, acked)| (*channel, *acked))
            .collect();
        if changed.is_empty() {
            return;
        }
        let (name, rows) = (server.as_str().to_owned(), changed.clone());
        let written = self
            .domain
            .writer
            .other(server.as_str(), move |work| {
                for (channel, acked) in rows {
                    peers::set_acked(work.conn, channel, &name, acked)?;
                }
                Ok(())
            })
            .await;
        match written {
            Ok(()) => work.written.extend(changed),
            Err(error) => tracing::warn!(%server, %error, "acknowledgements could not be written down"),
        }
    }

    /// Tells a host what is here of its channels; it sends what is missing.
    async fn compare(&self, host: &ServerName) {
        let mut after = 0;
        loop {
            let Ok((claims, next)) = self.domain.claims(host, after).await else { return };
            let Ok(body) = serde_json::to_string(&claims) else { return };
            match self.outbound.ask(host, Ask::post("/heads".to_owned(), body)).await {
                Ok(answer) => {
                    let newer = serde_json::from_str::<HeadsAnswer>(&answer).map(|answer| answer.heads);
                    let newer = newer.unwrap_or_default();
                    tracing::info!(%host, newer = newer.len(), "heads were compared");
                    for head in newer.into_iter().take(claims.heads.len()) {
                        let channel = head.head.channel.clone();
                        if let Err(error) = self.domain.keep_evidence(&channel, head).await {
                            tracing::info!(%host, %error, "a head could not be compared");
                        }
                    }
                }
                Err(error) => tracing::info!(%host, %error, "heads could not be compared"),
            }
            let Some(next) = next else { return };
            after = next;
        }
    }
}

fn outgoing(row: &PendingRow) -> Option<OutgoingEvent> {
    Some(OutgoingEvent {
        id: row.event_id.parse().ok()?,
        nonce: row.nonce.clone(),
        event: row.event.clone(),
        signature: Signature(row.signature.as_slice().try_into().ok()?),
        body: row.body.clone(),
    })
}
