//! The writer: every change goes through it, and each commit carries whatever queued while the last
//! one ran.
//!
//! A unit of work is a plain function that runs to its end on a thread that owns its connection, so
//! a caller that goes away never leaves a transaction half done. SQLite has one such thread. On
//! PostgreSQL there are several; a channel always goes to the same one, and one transaction holds
//! units of one channel, so that no two connections can wait for each other's channels.
//!
//! Per commit: one transaction, one fsync, one signed head per channel touched. Plain messages come
//! signed ([`ahead`]). A unit that fails is taken back alone. Nothing is announced, and no caller is
//! answered, before the commit.

mod accept;
mod ahead;
mod append;
mod batch_error;
mod before;
mod bodies;
mod early;
mod elsewhere;
mod gate;
mod heads;
mod lane;
mod open;
mod read_only;
mod serve;
mod slow;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use tokio::sync::{mpsc, oneshot};

pub use accept::{HOST_SKEW_MS_MAX, Incoming, Ingested};
use ahead::Ahead;
pub use ahead::Ready;
pub use append::{Appended, Draft};
pub use batch_error::BatchError;
pub use early::is_leave;
pub use elsewhere::{Outgoing, OutgoingEvent, Settled};
pub use gate::{Gate, Mark};
pub use lane::{Identity, Lane};
pub use open::{LogPosition, Open, Person, Reader};
use read_only::ReadOnly;
use serve::serve;

use super::Error;
use super::Presences;
use super::clock::Clock;
use super::effect::{Audience, Effect};
use super::pushes::Wanted;
use crate::metrics::Metrics;
use crate::protocol::ids::{ChannelId, UserId};
use crate::storage::{self, ChannelNum, Conn, RECONNECT_DELAY, Reach, is_postgres};

/// How many units of work may wait for one lane.
const QUEUE_UNITS_MAX: usize = 8_192;

/// What a unit of work has at hand: a connection inside a transaction, and the lane's memory.
pub struct Work<'a> {
    pub conn: &'a mut Conn,
    pub lane: &'a mut Lane,
}

impl Work<'_> {
    /// What this unit asked of hosts elsewhere when it ran before: it is not asked again.
    pub fn settle(&mut self, settled: Vec<Settled>) {
        self.lane.settled = settled;
    }

    /// Whether the channel's host took this when the unit ran before.
    pub fn is_settled(&self, draft: &Draft) -> bool {
        self.lane.settled.iter().any(|settled| settled.draft == *draft)
    }

    /// Whether this server orders the channel.
    pub fn is_host(&mut self, channel: ChannelNum) -> Result<bool, Error> {
        let identity = self.lane.identity.clone();
        Ok(self.lane.open(self.conn, channel)?.host == identity.name)
    }

    /// Tells `effect` to those who watch, once all is durable.
    pub fn tell(&mut self, effect: Effect) {
        self.lane.effects.push(effect);
    }

    /// How much was told so far: a place for [`Work::tell_first`].
    pub fn told(&self) -> usize {
        self.lane.effects.len()
    }

    /// What was told since `mark`.
    pub fn told_since(&self, mark: usize) -> &[Effect] {
        self.lane.effects.get(mark..).unwrap_or_default()
    }

    /// As [`Work::tell`], before all that was told since `mark`.
    pub fn tell_first(&mut self, mark: usize, effect: Effect) {
        let mark = mark.min(self.lane.effects.len());
        self.lane.effects.insert(mark, effect);
    }
}

/// What keeps a unit's failure from its neighbours.
#[derive(Clone, Copy, PartialEq)]
enum Shelter {
    Savepoint,
    None,
}

/// What tells the caller the outcome once it is known whether the transaction was kept.
type Acknowledge = Box<dyn FnOnce(Result<(), storage::Error>) + Send>;

/// What a unit of work is going to ask: whether somebody used a nonce in a channel. On PostgreSQL those that share a transaction
/// ask together ([`Lane::ask`]).
#[derive(Debug)]
struct Asks {
    channel: ChannelId,
    sender: UserId,
    nonce: String,
}

struct Unit {
    /// Units with the same key may share a transaction on PostgreSQL.
    key: u64,
    asks: Option<Asks>,
    run: Box<dyn FnOnce(&mut Work<'_>) -> Acknowledge + Send>,
}

/// What a lane is asked for.
enum Job {
    Unit(Unit),
    /// Write the database's file anew, between two transactions.
    Compact(oneshot::Sender<Result<(), storage::Error>>),
}

/// Hands units of work to the lanes.
#[derive(Clone)]
pub struct Writer {
    lanes: Vec<Way>,
    /// How many transactions there were: two equal numbers say that nobody wrote in between.
    commits: Arc<AtomicU64>,
    ahead: Arc<Ahead>,
    pub gate: Arc<Gate>,
    pub metrics: Arc<Metrics>,
}

/// The way to a lane.
#[derive(Clone)]
struct Way {
    jobs: mpsc::Sender<Job>,
    reach: Arc<Reach>,
    read_only: Arc<ReadOnly>,
}

impl Way {
    /// What is said of work that was let go of.
    fn lost(&self) -> Error {
        if self.read_only.is_so() { Error::Busy } else { self.reach.lost().into() }
    }
}

/// What a writer needs to know.
#[derive(Clone)]
pub struct WriterContext {
    pub url: String,
    pub lanes: usize,
    pub identity: Arc<Identity>,
    pub clock: Arc<dyn Clock>,
    pub wanted: Arc<Wanted>,
    pub presences: Arc<dyn Presences>,
    pub audience: Audience,
    pub gate: Arc<Gate>,
    pub mark: Arc<Mark>,
    pub metrics: Arc<Metrics>,
}

impl Writer {
    /// Starts the lanes; they end when the last writer is dropped and their queues are empty.
    pub fn start(context: &WriterContext) -> std::io::Result<(Writer, Vec<thread::JoinHandle<()>>)> {
        let count = if is_postgres(&context.url) { context.lanes.max(1) } else { 1 };
        let mut lanes = Vec::with_capacity(count);
        let mut handles = Vec::with_capacity(count);
        let commits = Arc::new(AtomicU64::new(0));
        let ahead = Arc::new(Ahead::new(context.identity.clone(), context.clock.clone()));
        let read_only = Arc::<ReadOnly>::default();
        for n in 0..count {
            let (sender, mut queue) = mpsc::channel(QUEUE_UNITS_MAX);
            let reach = Arc::new(Reach::new("writing"));
            lanes.push(Way { jobs: sender, reach: reach.clone(), read_only: read_only.clone() });
            let (context, commits, ahead) = (context.clone(), commits.clone(), ahead.clone());
            let read_only = read_only.clone();
            let handle = thread::Builder::new().name(format!("db-write-{n}")).spawn(move || {
                // A panic or a lost connection costs the transaction under way, nothing else.
                while !catch_unwind(AssertUnwindSafe(|| {
                    serve(&context, &mut queue, (&commits, &ahead, &reach, &read_only))
                }))
                .unwrap_or(false)
                {
                    // Nobody writes any more: a database that can't be had is not tried for ever.
                    if queue.is_closed() && queue.is_empty() {
                        break;
                    }
                    thread::sleep(RECONNECT_DELAY);
                }
            })?;
            handles.push(handle);
        }
        let (gate, metrics) = (context.gate.clone(), context.metrics.clone());
        Ok((Writer { lanes, commits, ahead, gate, metrics }, handles))
    }

    /// Runs `work` on a channel's log, and answers once that is on disk.
    ///
    /// # Errors
    /// What `work` answers; [`Error::Busy`] when too much waits (nothing was done).
    pub async fn channel<T, F>(&self, channel: &ChannelId, work: F) -> Result<T, Error>
    where
        F: FnOnce(&mut Work<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        self.channel_then(channel, work, || ()).await
    }

    /// As [`Writer::channel`]; calls `queued` once the work has its place in the queue: what is handed over after that
    /// comes after it.
    ///
    /// # Errors
    /// As [`Writer::channel`].
    pub async fn channel_then<T, F>(
        &self,
        channel: &ChannelId,
        work: F,
        queued: impl FnOnce(),
    ) -> Result<T, Error>
    where
        F: FnOnce(&mut Work<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        self.gate.passed(channel).await;
        self.run((hash(channel), None), Shelter::Savepoint, work, queued).await
    }

    /// As [`Writer::channel`], for the hot path: work that refuses before it writes, and then writes one
    /// event. It does without a savepoint of its own (a fifth of what a send costs); should it fail all
    /// the same once it has written, the whole commit is given up and its callers are told to try again. It is going to ask whether
    /// somebody used `nonce` ([`Lane::is_unused`]).
    ///
    /// # Errors
    /// As [`Writer::channel`].
    pub async fn one_event<T, F>(
        &self,
        channel: &ChannelId,
        nonce: Option<(UserId, String)>,
        work: F,
    ) -> Result<T, Error>
    where
        F: FnOnce(&mut Work<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        self.gate.passed(channel).await;
        let asks = nonce.map(|(sender, nonce)| Asks { channel: channel.clone(), sender, nonce });
        self.run((hash(channel), asks), Shelter::None, work, || ()).await
    }

    /// Composes and signs an event for a log hosted here, for [`Work::append_ready`]: on the caller's thread, so that the
    /// writer need not. None where that can't be done ahead.
    pub fn compose_ahead(&self, channel: &ChannelId, sender: &Person, draft: Draft) -> Option<Ready> {
        self.ahead.compose(channel, sender, draft)
    }

    /// Runs `work` on anything but a channel's log; `key` names what it is about (an account, say).
    ///
    /// # Errors
    /// As [`Writer::channel`].
    pub async fn other<T, F>(&self, key: &str, work: F) -> Result<T, Error>
    where
        F: FnOnce(&mut Work<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        self.run((hash(key), None), Shelter::Savepoint, work, || ()).await
    }

    /// How many transactions there were since the start.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// How much waits for the transaction after the one under way.
    pub fn waiting(&self) -> usize {
        self.lanes.iter().map(|lane| lane.jobs.max_capacity() - lane.jobs.capacity()).sum()
    }

    /// Writes SQLite's file anew, without what deleted rows left behind ([`Conn::compact`]). What is to be
    /// written waits so long; reads go on.
    ///
    /// # Errors
    /// [`Error::Busy`] when too much waits; otherwise what the database says (a full disk, say).
    pub async fn compact(&self) -> Result<(), Error> {
        for lane in &self.lanes {
            let (reply, outcome) = oneshot::channel();
            lane.jobs.try_send(Job::Compact(reply)).map_err(refused)?;
            outcome.await.map_err(|_| lane.lost())??;
        }
        Ok(())
    }

    /// Answers once all that is in the queues now is done.
    ///
    /// # Errors
    /// As [`Writer::channel`].
    pub async fn drained(&self) -> Result<(), Error> {
        let waits = self.lanes.iter().map(|lane| async move {
            let (reply, done) = oneshot::channel();
            let run = Box::new(move |_: &mut Work<'_>| {
                Box::new(move |_| {
                    let _ = reply.send(());
                }) as Acknowledge
            });
            let job = Job::Unit(Unit { key: 0, asks: None, run });
            lane.jobs.send(job).await.map_err(|_| lane.lost())?;
            done.await.map_err(|_| lane.lost())
        });
        futures_util::future::try_join_all(waits).await.map(drop)
    }

    async fn run<T, F>(
        &self,
        (key, asks): (u64, Option<Asks>),
        shelter: Shelter,
        work: F,
        queued: impl FnOnce(),
    ) -> Result<T, Error>
    where
        F: FnOnce(&mut Work<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, outcome) = oneshot::channel();
        let run = Box::new(move |unit: &mut Work<'_>| {
            let result = unit.attempt(shelter, work);
            Box::new(move |kept: Result<(), storage::Error>| {
                let _ = reply.send(result.and_then(|value| kept.map(|()| value).map_err(Error::from)));
            }) as Acknowledge
        });
        let lanes = u64::try_from(self.lanes.len()).unwrap_or(1).max(1);
        let lane = usize::try_from(key % lanes).unwrap_or(0);
        let lane = self.lanes.get(lane).ok_or(Error::Internal(storage::Error::Lost))?;
        lane.jobs.try_send(Job::Unit(Unit { key, asks, run })).map_err(refused)?;
        queued();
        outcome.await.unwrap_or_else(|_| Err(lane.lost()))
    }
}

fn hash(key: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

fn refused(error: mpsc::error::TrySendError<Job>) -> Error {
    match error {
        mpsc::error::TrySendError::Full(_) => Error::Busy,
        mpsc::error::TrySendError::Closed(_) => Error::Internal(storage::Error::Lost),
    }
}

impl Work<'_> {
    /// Work that writes more than one event, as part of a unit that does without a savepoint ([`Writer::one_event`]) and has
    /// written nothing so far: it is kept whole or not at all.
    ///
    /// # Errors
    /// What `work` answers.
    pub fn sheltered<T>(&mut self, work: impl FnOnce(&mut Work<'_>) -> Result<T, Error>) -> Result<T, Error> {
        self.attempt(Shelter::Savepoint, work)
    }

    /// Runs one unit: it is kept whole or not at all, and never harms its neighbours.
    fn attempt<T>(
        &mut self,
        shelter: Shelter,
        work: impl FnOnce(&mut Work<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let told = self.lane.effects.len();
        self.lane.begin_unit();
        let lane = &mut *self.lane;
        // A bug in one unit is that unit's failure.
        let work = |conn: &mut Conn| {
            let ran = catch_unwind(AssertUnwindSafe(|| work(&mut Work { conn, lane })));
            ran.unwrap_or(Err(Error::Internal(storage::Error::Lost)))
        };
        let outcome = match shelter {
            Shelter::Savepoint => self.conn.savepoint(work),
            Shelter::None => work(self.conn),
        };
        if let Err(error) = &outcome {
            let wrote = !self.lane.undo.is_empty() || matches!(error, Error::Internal(_));
            self.lane.spoilt |= shelter == Shelter::None && wrote;
            // SQLite may have ended the transaction, and a lost connection has: what came after would stand without what
            // was before.
            self.lane.spoilt |=
                matches!(error, Error::StorageFull(_) | Error::Internal(storage::Error::Cut(_)));
            if let Error::Internal(error @ storage::Error::ReadOnly(_)) = error {
                self.lane.read_only = Some(error.clone());
                self.lane.spoilt = true;
            }
            self.lane.effects.truncate(told);
            self.lane.take_back();
        }
        outcome
    }
}
