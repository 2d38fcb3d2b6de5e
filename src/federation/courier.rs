//! Brings other servers what waits for them: events for channels that they host, errands, and entries of channels
//! hosted here, from where they left off. One task per server that has something coming; a server that is away
//! costs a timer.

mod compare;
mod replicate;
mod routes;
mod signals;
mod submit;
mod waits;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::sync::{Notify, Semaphore};

pub use routes::{Both, Routes};
use waits::{Waits, pause_after};

use super::Outbound;
use crate::domain::peers::{PeerError, Peers};
use crate::domain::{Domain, Error};
use crate::protocol::ids::ServerName;
use crate::storage::{ChannelNum, channels, peers, pending};

/// Channels and errands that are looked at in one round.
const ROUND_MAX: i64 = 64;
/// Channels that are served side by side for one server.
const CHANNELS_AT_ONCE: usize = 4;
/// How far rounds are apart: in a busy channel each request carries more than one message, and who sends one now and
/// then waits for nothing.
const PACE: Duration = Duration::from_millis(5);
/// First and longest pause after a failure.
const PAUSE_MIN: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(3_600);
/// Longest pause that a server which has too much to do may ask for.
const ASKED_PAUSE_MAX: Duration = Duration::from_secs(60);
/// How often a courier looks for what it was not told of (what a command beside the server wrote, say).
const LOOK_INTERVAL: Duration = Duration::from_secs(5);
/// How often it is looked whether a quiet courier has anything to do at all.
const IDLE_INTERVAL: Duration = Duration::from_secs(60);
/// Who holds a lane that nobody wakes: the list of all, and its task.
const LANE_HOLDERS: usize = 2;
/// How often hosts are told what is here of their channels, though nothing says that it is not all.
const COMPARE_INTERVAL: Duration = Duration::from_secs(600);
/// How soon after it was put off a channel is tried again because its server says what it lacks.
const ASKED_AGAIN_PAUSE: Duration = Duration::from_secs(10);
/// How soon a host may be doubted again: it could make this server ask others as often as it likes.
const DOUBT_PAUSE: Duration = Duration::from_secs(10);
/// How long acknowledgements are gathered before they are written down. Losing one costs a question.
const ACKS_INTERVAL: Duration = Duration::from_millis(300);
/// Batches under way to one server, of all channels: fewer than requests may be, so that others find a place.
const BATCHES_MAX: usize = 6;

struct Lane {
    notify: Notify,
    /// What the server has of channels, by its own word, where that may be less than it acknowledged; and when it
    /// said so.
    behind: Mutex<HashMap<ChannelNum, (i64, Instant)>>,
    /// The server spoke: no pause is kept any longer.
    alive: Notify,
    batches: Semaphore,
    /// Tell the host at the next round what is here of its channels.
    compare: AtomicBool,
    /// Ask other members, too, what they have of them.
    ask_others: AtomicBool,
    doubted: Mutex<Option<Instant>>,
}

impl Lane {
    fn new() -> Lane {
        Lane {
            notify: Notify::new(),
            behind: Mutex::default(),
            alive: Notify::new(),
            batches: Semaphore::new(BATCHES_MAX),
            compare: AtomicBool::new(false),
            ask_others: AtomicBool::new(false),
            doubted: Mutex::default(),
        }
    }

    /// The next round compares what is here of the server's channels, and begins now.
    fn look_again(&self) {
        self.compare.store(true, Ordering::Release);
        self.ask_others.store(true, Ordering::Release);
        self.notify.notify_one();
    }
}

/// The lanes to all servers that something waits for.
#[derive(Default)]
struct Lanes(Mutex<HashMap<ServerName, Arc<Lane>>>);

impl Lanes {
    fn known(&self, server: &ServerName) -> Option<Arc<Lane>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(server).cloned()
    }

    /// True if there was none.
    fn of(&self, server: &ServerName) -> (Arc<Lane>, bool) {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(server) {
            return (lane.clone(), false);
        }
        let lane = Arc::new(Lane::new());
        lanes.insert(server.clone(), lane.clone());
        (lane, true)
    }

    /// Ends a lane that has nothing to do: a server that was only invited once costs nothing from then on. False if it was
    /// woken meanwhile.
    fn end(&self, server: &ServerName, lane: &Arc<Lane>) -> bool {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those who wake it do so with a copy that they got under this lock.
        let is_held = Arc::strong_count(lane) > LANE_HOLDERS;
        if is_held || lane.notify.notified().now_or_never().is_some() {
            lane.notify.notify_one();
            return false;
        }
        lanes.remove(server);
        true
    }
}

/// What a server has of a channel, and when it was asked: none if that was written down before this server started.
#[derive(Debug, Clone, Copy)]
struct Acked {
    size: i64,
    asked: Option<Instant>,
}

#[derive(Default)]
struct LaneWork {
    failures: u32,
    /// What the server acknowledged, ahead of what is written down.
    acked: HashMap<ChannelNum, Acked>,
    written: HashMap<ChannelNum, i64>,
    /// Channels that the server does not take now, or hosts and can't write into.
    waits: Waits,
    /// Errands that the server can't be run now.
    errand_waits: Waits,
    /// Events that the host has taken and that are on their way back.
    taken: HashMap<String, Instant>,
    /// When the last round began.
    began: Option<Instant>,
    /// When the server was last told what is here of its channels, if it hosts any.
    compared: Option<Instant>,
}

impl LaneWork {
    /// What the server has, where `stored` is written down.
    fn acked_of(&self, channel: ChannelNum, stored: i64) -> Acked {
        self.acked.get(&channel).copied().unwrap_or(Acked { size: stored, asked: None })
    }

    /// The server says itself how much it has. What it answered to a later request counts more: by then it may have
    /// got what it lacked when it said so.
    fn hear(&mut self, channel: ChannelNum, size: i64, when: Instant) {
        if self.acked.get(&channel).is_none_or(|known| known.asked < Some(when)) {
            self.acked.insert(channel, Acked { size, asked: Some(when) });
            // The host has written it down as it was asked, so what is known here is written once more.
            self.written.remove(&channel);
            // Whoever asks for more may take what they refused: the operator there may have changed their mind.
            self.waits.end_after(channel, ASKED_AGAIN_PAUSE);
        }
    }

    /// How long until the next round may begin, which then does.
    fn rest(&mut self) -> Duration {
        let since = self.began.map_or(PACE, |began| began.elapsed());
        let rest = PACE.saturating_sub(since);
        self.began = Some(Instant::now() + rest);
        rest
    }

    /// How long until something that was put off may be tried again.
    fn next_in(&self) -> Option<Duration> {
        [&self.waits, &self.errand_waits].into_iter().filter_map(Waits::next_in).min()
    }

    /// The server is there.
    fn revive(&mut self) {
        self.waits.revive();
        self.errand_waits.revive();
    }

    fn unwritten(&self) -> impl Iterator<Item = (ChannelNum, i64)> {
        let rows = self.acked.iter().map(|(channel, acked)| (*channel, acked.size));
        rows.filter(|(channel, size)| self.written.get(channel) != Some(size))
    }
}

/// Everything that goes to other servers without somebody waiting for it.
pub struct Courier {
    domain: Arc<Domain>,
    outbound: Arc<Outbound>,
    lanes: Lanes,
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
            lanes: Lanes::default(),
            routes: routes.clone(),
            runtime: tokio::runtime::Handle::current(),
        });
        let _ = outbound.courier.set(Arc::downgrade(&courier));
        *routes.courier.write().unwrap_or_else(PoisonError::into_inner) = Some(courier.clone());
        let ours = domain.server().as_str().to_owned();
        let known = domain
            .reads
            .read(move |conn| {
                let mut waiting = pending::hosts(conn)?;
                waiting.extend(peers::errand_servers(conn)?);
                // Some get what is left up to their end.
                waiting.extend(peers::all_replicas(conn)?.into_iter().map(|(_, server)| server));
                let mut hosts = channels::hosts(conn)?;
                hosts.retain(|host| *host != ours);
                Ok::<_, Error>((peers::all_following(conn)?, waiting, hosts))
            })
            .await?;
        let (following, waiting, hosts) = known;
        for (channel, server) in following {
            if let Ok(server) = server.parse() {
                routes.add(channel, &server);
            }
        }
        let waiting: HashSet<ServerName> = waiting.iter().filter_map(|name| name.parse().ok()).collect();
        for server in waiting {
            courier.wake(&server);
        }
        // Hosts hear that this server is back, and send what it lacks.
        for host in hosts.iter().filter_map(|name| name.parse::<ServerName>().ok()) {
            courier.lane(&host).compare.store(true, Ordering::Release);
            courier.wake(&host);
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
        if let Some(lane) = self.lanes.known(server) {
            lane.alive.notify_one();
        }
    }

    /// The host of channels of which there are copies here may have more of them: it is told what is here, and others
    /// are asked.
    pub fn doubt(self: &Arc<Self>, host: &ServerName) {
        let lane = self.lane(host);
        let mut doubted = lane.doubted.lock().unwrap_or_else(PoisonError::into_inner);
        if doubted.is_some_and(|when| when.elapsed() < DOUBT_PAUSE) {
            return;
        }
        *doubted = Some(Instant::now());
        lane.look_again();
    }

    /// The operator talks to the server again: on either side there may be more than the other has.
    pub fn readmit(self: &Arc<Self>, server: &ServerName) {
        let lane = self.lane(server);
        lane.look_again();
        lane.alive.notify_one();
    }

    /// The server has so much, and lacks the rest; it said so in a request that began at `when`.
    pub fn fell_behind(
        self: &Arc<Self>,
        server: &ServerName,
        channels: Vec<(ChannelNum, i64)>,
        when: Instant,
    ) {
        if !channels.is_empty() {
            let lane = self.lane(server);
            let mut behind = lane.behind.lock().unwrap_or_else(PoisonError::into_inner);
            behind.extend(channels.into_iter().map(|(channel, size)| (channel, (size, when))));
            lane.notify.notify_one();
        }
    }

    fn lane(self: &Arc<Self>, server: &ServerName) -> Arc<Lane> {
        let (lane, is_new) = self.lanes.of(server);
        if !is_new {
            return lane;
        }
        let (courier, server, own) = (Arc::downgrade(self), server.clone(), lane.clone());
        let outbound = self.outbound.clone();
        self.runtime.spawn(async move {
            let (mut work, began) = (LaneWork::default(), Instant::now());
            let mut looked = began;
            loop {
                let dirty = work.unwritten().next().is_some();
                let interval = if dirty { ACKS_INTERVAL } else { LOOK_INTERVAL };
                let interval = work.next_in().map_or(interval, |next| next.min(interval));
                let quiet = tokio::select! {
                    notified = tokio::time::timeout(interval, own.notify.notified()) => notified.is_err(),
                    () = own.alive.notified(), if work.next_in().is_some() => {
                        work.revive();
                        continue;
                    }
                    () = outbound.closing() => return,
                };
                let Some(courier) = courier.upgrade() else { return };
                if dirty && quiet {
                    courier.write_acks(&server, &mut work).await;
                }
                if work.compared.unwrap_or(began).elapsed() > COMPARE_INTERVAL {
                    own.compare.store(true, Ordering::Release);
                    own.ask_others.store(true, Ordering::Release);
                }
                courier.serve(&server, &own, &mut work).await;
                if quiet && looked.elapsed() > IDLE_INTERVAL {
                    looked = Instant::now();
                    if !dirty && courier.has_no_business(&server).await && courier.lanes.end(&server, &own) {
                        return;
                    }
                }
            }
        });
        lane
    }

    async fn has_no_business(&self, server: &ServerName) -> bool {
        let name = server.as_str().to_owned();
        matches!(self.domain.reads.read(move |conn| pending::has_business(conn, &name)).await, Ok(false))
    }

    /// Rounds until nothing is left, or something fails.
    async fn serve(&self, server: &ServerName, lane: &Lane, work: &mut LaneWork) {
        loop {
            // Of what is written fast, some goes together.
            tokio::time::sleep(work.rest()).await;
            let behind = std::mem::take(&mut *lane.behind.lock().unwrap_or_else(PoisonError::into_inner));
            for (channel, (size, when)) in behind {
                work.hear(channel, size, when);
            }
            let outcome = match self.outbound.admits(server) {
                true => self.round(server, lane, work).await,
                false => Ok(false),
            };
            match outcome {
                Ok(true) => work.failures = 0,
                Ok(false) => {
                    work.failures = 0;
                    return;
                }
                Err(error) => {
                    // Who was away may have had to tell something.
                    if matches!(error, Error::Peer(PeerError::Unreachable(..))) {
                        lane.compare.store(true, Ordering::Release);
                    }
                    let said = if let Error::Peer(said) = &error { Some(said) } else { None };
                    let pause = pause_after(&mut work.failures, said);
                    tracing::info!(%server, %error, ?pause, "another server can't be served now");
                    self.write_acks(server, work).await;
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = lane.alive.notified() => {
                            work.failures = 0;
                            work.revive();
                        }
                        () = self.outbound.closing() => return,
                    }
                }
            }
        }
    }

    /// Does some of what waits. True when there may be more.
    async fn round(&self, server: &ServerName, lane: &Lane, work: &mut LaneWork) -> Result<bool, Error> {
        if lane.compare.swap(false, Ordering::AcqRel) {
            work.compared = Some(Instant::now());
            let compared = self.compare(server).await;
            // Where the host is away, or in doubt, others may have what it does not give.
            if (lane.ask_others.swap(false, Ordering::AcqRel) || compared.is_err())
                && let Err(error) = self.domain.ask_others(server).await
            {
                tracing::info!(%server, %error, "others could not be asked for what it hosts");
            }
            if let Err(error) = compared {
                lane.compare.store(true, Ordering::Release);
                return Err(error);
            }
        }
        let submitted = self.submit(server, work).await?;
        let ran = self.run_errands(server, work).await?;
        let replicated = self.replicate(server, lane, work).await?;
        Ok(submitted || ran || replicated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_ends_unless_somebody_wakes_it() {
        let (lanes, server) = (Lanes::default(), "a.test".parse().expect("a name"));
        let (own, is_new) = lanes.of(&server);
        assert!(is_new);
        // Somebody has it, and has not woken it yet.
        let (other, is_new) = lanes.of(&server);
        assert!(!is_new && !lanes.end(&server, &own));
        drop(other);
        // They have, and it looks once more.
        assert!(!lanes.end(&server, &own));
        assert!(own.notify.notified().now_or_never().is_some());
        assert!(lanes.end(&server, &own));
        assert!(lanes.known(&server).is_none() && lanes.of(&server).1);
    }

    /// REPL-18: a server that comes back says what it has; what it got since, because its request ended a pause, is not
    /// sent a second time.
    #[test]
    fn an_answer_counts_more_than_what_was_said_before() {
        let mut work = LaneWork::default();
        let said = Instant::now();
        let asked = Some(said + Duration::from_millis(1));
        work.acked.insert(1, Acked { size: 900, asked });
        work.hear(1, 100, said);
        assert_eq!(work.acked_of(1, 0).size, 900);
        // Put back to an earlier state after that, it says so again.
        work.hear(1, 100, said + Duration::from_millis(2));
        assert_eq!(work.acked_of(1, 0).size, 100);
        // What was written down before the start of this server is older than anything that is said.
        assert_eq!(work.acked_of(2, 700).size, 700);
        work.acked.insert(2, Acked { size: 700, asked: None });
        work.hear(2, 600, said);
        assert_eq!(work.acked_of(2, 700).size, 600);
        assert_eq!(work.unwritten().count(), 2);
    }

    /// What it said was written down as it came: when it has caught up, that is written down, too.
    #[test]
    fn what_a_server_that_was_put_back_has_again_is_written_again() {
        let mut work = LaneWork::default();
        let said = Instant::now();
        work.acked.insert(1, Acked { size: 900, asked: Some(said) });
        work.written.insert(1, 900);
        work.hear(1, 100, said + Duration::from_millis(1));
        work.acked.insert(1, Acked { size: 900, asked: Some(said + Duration::from_millis(2)) });
        assert_eq!(work.unwritten().collect::<Vec<_>>(), [(1, 900)]);
    }
}
