//! Threads that read. A unit of work runs to its end on a thread that owns its connection, so that
//! no executor thread ever waits for a disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::reach::Reach;
use super::{Conn, Error};

type Job = Box<dyn FnOnce(&mut Conn) + Send>;

/// How much work may wait for a connection.
const QUEUE_JOBS_MAX: usize = 4_096;
/// How long [`ReadPool::read_in_turn`] waits for its place.
const TURN_WAIT_MAX: Duration = Duration::from_secs(20);
/// How long a connection may rest before it is asked whether it is still there.
pub const REST_MAX: Duration = Duration::from_secs(5);
/// Pause before a thread, or a lane of the writer, tries again to connect.
pub const RECONNECT_DELAY: Duration = Duration::from_millis(200);

/// Hands reads to a number of threads, each with a connection of its own.
#[derive(Clone)]
pub struct ReadPool {
    jobs: mpsc::Sender<Job>,
    reach: Arc<Reach>,
}

impl ReadPool {
    /// Starts `threads` readers of the database at `url`; they end when the pool is dropped.
    pub fn start(url: &str, threads: usize) -> std::io::Result<ReadPool> {
        let (jobs, receiver) = mpsc::channel(QUEUE_JOBS_MAX);
        let queue = Arc::new(Mutex::new(receiver));
        let reach = Arc::new(Reach::new("reading"));
        for n in 0..threads.max(1) {
            let (url, queue, reach) = (url.to_owned(), queue.clone(), reach.clone());
            thread::Builder::new().name(format!("db-read-{n}")).spawn(move || {
                // A panic or a lost connection costs the connection and the work it held, nothing else.
                while !catch_unwind(AssertUnwindSafe(|| serve(&url, &queue, &reach))).unwrap_or(false) {
                    if reach.is_away() {
                        refuse(&queue);
                    }
                    if is_over(&queue) {
                        break;
                    }
                    thread::sleep(RECONNECT_DELAY);
                }
            })?;
        }
        Ok(ReadPool { jobs, reach })
    }

    /// How much waits for a thread.
    pub fn waiting(&self) -> usize {
        self.jobs.max_capacity() - self.jobs.capacity()
    }

    /// Runs `work` on a reading connection; all of it sees one state of the database.
    ///
    /// # Errors
    /// What `work` answers, or [`Error::Busy`] when too much waits or the database is away, or [`Error::Lost`].
    pub async fn read<T, E, F>(&self, work: F) -> std::result::Result<T, E>
    where
        F: FnOnce(&mut Conn) -> std::result::Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, outcome) = job(work);
        self.jobs.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Error::Busy,
            mpsc::error::TrySendError::Closed(_) => Error::Lost,
        })?;
        outcome.await.unwrap_or_else(|_| Err(self.reach.lost().into()))
    }

    /// As [`ReadPool::read`], but waits for its place when too much waits: for what all clients ask at once when the
    /// server, or the network, comes back. Refused, they would only ask again.
    ///
    /// # Errors
    /// As [`ReadPool::read`]; [`Error::Busy`] only after a while.
    pub async fn read_in_turn<T, E, F>(&self, work: F) -> std::result::Result<T, E>
    where
        F: FnOnce(&mut Conn) -> std::result::Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, outcome) = job(work);
        let place = tokio::time::timeout(TURN_WAIT_MAX, self.jobs.send(job)).await;
        place.map_err(|_| Error::Busy)?.map_err(|_| Error::Lost)?;
        outcome.await.unwrap_or_else(|_| Err(self.reach.lost().into()))
    }
}

/// The work, and what will be heard of it.
fn job<T, E, F>(work: F) -> (Job, oneshot::Receiver<std::result::Result<T, E>>)
where
    F: FnOnce(&mut Conn) -> std::result::Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (reply, outcome) = oneshot::channel();
    let job = Box::new(move |conn: &mut Conn| {
        conn.snapshot_for(work, |outcome| {
            let _ = reply.send(outcome);
        });
    });
    (job, outcome)
}

/// Serves the queue with one connection after another. True once the queue has closed.
fn serve(url: &str, queue: &Mutex<mpsc::Receiver<Job>>, reach: &Reach) -> bool {
    let open = || Conn::open(url).and_then(|mut conn| conn.read_only().map(|()| conn));
    let Some(mut held) = reach.connect(open) else { return false };
    let mut used = Instant::now();
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(job) = job else { return true };
        if held.conn.is_broken() || (used.elapsed() > REST_MAX && !held.conn.is_alive()) {
            drop(held);
            let Some(again) = reach.reconnect(open) else { return false };
            held = again;
        }
        job(&mut held.conn);
        used = Instant::now();
    }
}

/// Whether nobody asks any more: a database that can't be had is not tried for them for ever.
fn is_over(queue: &Mutex<mpsc::Receiver<Job>>) -> bool {
    // Whoever holds it has a connection, and lets go of it once it has closed.
    queue.try_lock().is_ok_and(|queue| queue.is_closed() && queue.is_empty())
}

/// Lets go of all that waits: it hears of that.
fn refuse(queue: &Mutex<mpsc::Receiver<Job>>) {
    // Whoever holds it waits for work, with a connection.
    let Ok(mut queue) = queue.try_lock() else { return };
    while queue.try_recv().is_ok() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    type Outcome = std::result::Result<(), Error>;

    /// A port on which nobody listens.
    fn nowhere() -> String {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        format!("postgres://nobody@{}/none", listener.local_addr().expect("an address"))
    }

    #[tokio::test]
    async fn readers_of_a_database_that_is_away_end_with_their_pool() {
        let pool = ReadPool::start(&nowhere(), 2).expect("threads");
        let reach = Arc::downgrade(&pool.reach);
        drop(pool);
        let ended = async {
            while reach.upgrade().is_some() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), ended).await.expect("the threads end");
    }

    /// Nobody waits for a database that is away for as long as it may be.
    #[tokio::test]
    async fn what_is_read_of_a_database_that_is_away_is_refused() {
        let pool = ReadPool::start(&nowhere(), 2).expect("threads");
        let nothing = |_: &mut Conn| -> Outcome { Ok(()) };
        let in_time = |read| tokio::time::timeout(Duration::from_secs(60), read);
        for _ in 0..3 {
            let (one, other) = tokio::join!(in_time(pool.read(nothing)), in_time(pool.read(nothing)));
            assert!(matches!((one, other), (Ok(Err(Error::Busy)), Ok(Err(Error::Busy)))));
        }
    }

    #[tokio::test]
    async fn what_is_read_in_turn_waits_where_others_are_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        let url = dir.path().join("empty.db").to_string_lossy().into_owned();
        let pool = ReadPool::start(&url, 1).expect("a thread");
        let (go_on, held) = std::sync::mpsc::channel::<()>();
        let (says, begun) = oneshot::channel();
        let holding = tokio::spawn({
            let pool = pool.clone();
            async move {
                let hold = move |_: &mut Conn| -> Outcome {
                    let _ = says.send(());
                    let _ = held.recv();
                    Ok(())
                };
                pool.read(hold).await
            }
        });
        begun.await.expect("it is held");
        let nothing = |_: &mut Conn| -> Outcome { Ok(()) };
        let mut waiting: Vec<_> = (0..QUEUE_JOBS_MAX).map(|_| Box::pin(pool.read(nothing))).collect();
        for one in &mut waiting {
            assert!(futures_util::poll!(one).is_pending());
        }
        assert!(matches!(pool.read(nothing).await, Err(Error::Busy)));
        let mut in_turn = Box::pin(pool.read_in_turn(nothing));
        assert!(futures_util::poll!(&mut in_turn).is_pending());
        go_on.send(()).expect("it is held");
        in_turn.await.expect("its turn");
        holding.await.expect("no panic").expect("held");
        for one in waiting {
            one.await.expect("read");
        }
    }
}
