//! Brings commits to the disk, and tells of them. While one is on its way the lane makes the next: what a commit waits for is
//! the disk.

use std::fs::OpenOptions;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::{Acknowledge, WriterContext};
use crate::domain::effect::Effect;
use crate::storage::{self, Visible};

/// Commits that wait for the disk while others are on their way.
const WAITING_MAX: usize = 1;

/// A transaction that has ended, and who is to hear of it.
pub(super) struct Ended {
    pub kept: Result<(), storage::Error>,
    /// None where it is on the disk already.
    pub visible: Option<Visible>,
    /// How many entries more there are in logs of this server.
    pub grown: i64,
    pub effects: Vec<Effect>,
    pub acknowledgements: Vec<Acknowledge>,
}

impl Ended {
    pub fn tell(self, context: &WriterContext) {
        if self.kept.is_ok() {
            context.mark.grow(self.grown);
        }
        drop(self.visible);
        if self.kept.is_ok() {
            context.audience.announce(self.effects);
        }
        for acknowledge in self.acknowledgements {
            acknowledge(self.kept.clone());
        }
    }
}

/// Brings all that was committed so far to the disk.
pub(super) type Flush = Arc<dyn Fn() -> Result<(), storage::Error> + Send + Sync>;
type Tell = Arc<dyn Fn(Ended) + Send + Sync>;

/// How many commits are on their way to the disk.
#[derive(Default)]
struct UnderWay {
    count: Mutex<usize>,
    none: Condvar,
}

impl UnderWay {
    fn lock(&self) -> MutexGuard<'_, usize> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, some: usize) {
        let mut count = self.lock();
        *count = count.saturating_sub(some);
        if *count == 0 {
            self.none.notify_all();
        }
    }

    fn wait(&self) {
        let guard = self.none.wait_while(self.lock(), |count| *count > 0);
        drop(guard.unwrap_or_else(PoisonError::into_inner));
    }
}

/// The thread that waits for the disk. Dropped, it has told of all that it was given.
pub(super) struct Syncer {
    tell: Tell,
    under_way: Arc<UnderWay>,
    /// None where commits are kept when they are answered.
    disk: Option<Disk>,
}

struct Disk {
    flush: Flush,
    queue: SyncSender<Ended>,
    thread: JoinHandle<()>,
}

impl Syncer {
    pub fn start(flush: Option<Flush>, tell: impl Fn(Ended) + Send + Sync + 'static) -> io::Result<Syncer> {
        let (tell, under_way): (Tell, Arc<UnderWay>) = (Arc::new(tell), Arc::default());
        let disk = match flush {
            None => None,
            Some(flush) => {
                let (queue, ended) = sync_channel(WAITING_MAX);
                let (own, tell, under_way) = (flush.clone(), tell.clone(), under_way.clone());
                let serve = move || serve(&own, &tell, &ended, &under_way);
                let thread = thread::Builder::new().name("db-sync".to_owned()).spawn(serve)?;
                Some(Disk { flush, queue, thread })
            }
        };
        Ok(Syncer { tell, under_way, disk })
    }

    /// Tells of a transaction once it is on the disk, after all those before it. `goes_on`: the lane makes the next one meanwhile.
    /// Else that is done when this comes back.
    pub fn take(&self, mut ended: Ended, goes_on: bool) {
        if let Some(disk) = &self.disk {
            if goes_on {
                *self.under_way.lock() += 1;
                // The thread is there for as long as this is.
                let _ = disk.queue.send(ended);
                return;
            }
            self.under_way.wait();
            ended.kept = ended.kept.and_then(|()| (disk.flush)());
        }
        (self.tell)(ended);
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        if let Some(Disk { queue, thread, .. }) = self.disk.take() {
            drop(queue);
            let _ = thread.join();
        }
    }
}

fn serve(flush: &Flush, tell: &Tell, queue: &Receiver<Ended>, under_way: &UnderWay) {
    while let Ok(first) = queue.recv() {
        let all: Vec<Ended> = std::iter::once(first).chain(queue.try_iter()).collect();
        let count = all.len();
        let synced = if all.iter().any(|ended| ended.kept.is_ok()) { flush() } else { Ok(()) };
        for mut ended in all {
            ended.kept = ended.kept.and_then(|()| synced.clone());
            // A bug in what hears of one commit costs its callers the answer, and nobody else anything.
            if catch_unwind(AssertUnwindSafe(|| tell(ended))).is_err() {
                tracing::error!("what a commit said could not be told");
            }
        }
        under_way.end(count);
    }
}

/// Brings SQLite's write-ahead log to the disk. It is opened anew each time: SQLite may have made another in its place.
pub(super) fn flush_of(wal: PathBuf) -> Flush {
    Arc::new(move || {
        let log = OpenOptions::new().write(true).open(&wal).map_err(|error| {
            tracing::error!(%error, "the write-ahead log is gone");
            storage::Error::Lost
        })?;
        if let Err(error) = log.sync_data() {
            // Nobody knows what of it is on the disk, and asking again would not say: the kernel may have dropped the pages. After
            // a restart the log says how far it holds.
            tracing::error!(%error, "the write-ahead log could not be brought to the disk: the server ends here");
            std::process::abort();
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;
    use crate::storage::Durability;

    const DEADLINE: Duration = Duration::from_secs(30);

    /// A commit that says how it went, by its number.
    fn commit(n: usize, durability: &Arc<Durability>, says: &mpsc::Sender<(usize, bool)>) -> Ended {
        let says = says.clone();
        let acknowledge: Acknowledge = Box::new(move |kept| says.send((n, kept.is_ok())).unwrap_or_default());
        Ended {
            kept: Ok(()),
            visible: Some(durability.begin()),
            grown: 0,
            effects: Vec::new(),
            acknowledgements: vec![acknowledge],
        }
    }

    fn tell(ended: Ended) {
        drop(ended.visible);
        for acknowledge in ended.acknowledgements {
            acknowledge(ended.kept.clone());
        }
    }

    /// Nobody hears of a commit, nor is anything answered that was read of it, before it is on the disk; the next is made meanwhile.
    #[test]
    fn nobody_hears_of_a_commit_before_it_is_on_the_disk() {
        let (durability, (says, said)) = (Arc::new(Durability::default()), mpsc::channel());
        let (begins, begun) = mpsc::channel();
        let (ends, end) = mpsc::channel::<Result<(), storage::Error>>();
        let disk = std::sync::Mutex::new((begins, end));
        let flush: Flush = Arc::new(move || {
            let disk = disk.lock().unwrap();
            disk.0.send(()).unwrap();
            disk.1.recv().unwrap()
        });
        let syncer = Syncer::start(Some(flush), tell).unwrap();
        syncer.take(commit(1, &durability, &says), true);
        begun.recv_timeout(DEADLINE).unwrap();
        syncer.take(commit(2, &durability, &says), true);
        assert_eq!((said.try_recv(), durability.seen()), (Err(mpsc::TryRecvError::Empty), 2));
        assert!(!durability.has(1));
        ends.send(Ok(())).unwrap();
        assert_eq!(said.recv_timeout(DEADLINE), Ok((1, true)));
        begun.recv_timeout(DEADLINE).unwrap();
        assert!(durability.has(1) && !durability.has(2));
        assert_eq!(said.try_recv(), Err(mpsc::TryRecvError::Empty));
        ends.send(Err(storage::Error::Lost)).unwrap();
        assert_eq!(said.recv_timeout(DEADLINE), Ok((2, false)));
        // What it was given is told before it ends.
        ends.send(Ok(())).unwrap();
        syncer.take(commit(3, &durability, &says), true);
        drop(syncer);
        assert_eq!(said.try_recv(), Ok((3, true)));
        assert!(durability.has(3));
    }

    /// Who is alone waits for no other thread, and one of which nothing was kept for no disk.
    #[test]
    fn a_lone_commit_is_told_of_here_and_now() {
        let (durability, (says, said)) = (Arc::new(Durability::default()), mpsc::channel());
        let syncs = Arc::new(AtomicUsize::new(0));
        let counts = syncs.clone();
        let flush: Flush = Arc::new(move || {
            counts.fetch_add(1, Ordering::Relaxed);
            Ok(())
        });
        let syncer = Syncer::start(Some(flush), tell).unwrap();
        syncer.take(commit(1, &durability, &says), false);
        assert_eq!((said.try_recv(), syncs.load(Ordering::Relaxed)), (Ok((1, true)), 1));
        let failed = Ended { kept: Err(storage::Error::Busy), ..commit(2, &durability, &says) };
        syncer.take(failed, false);
        assert_eq!((said.try_recv(), syncs.load(Ordering::Relaxed)), (Ok((2, false)), 1));
        assert!(durability.has(2));
    }
}
