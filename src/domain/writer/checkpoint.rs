//! Brings SQLite's write-ahead log into the database beside the writer, so that no commit waits for thousands of pages.
//!
//! A thread of its own copies them while the writer goes on. What the writer adds meanwhile is little; that is copied
//! between two commits, after which SQLite begins its log anew: without this last step a busy log would never end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use crate::storage::{Conn, is_postgres};

/// After so many units of work the log is copied. Each changes four or five pages of 4 KiB where many channels are
/// written in, fewer in one channel. A log that grows faster is checkpointed by a commit, as SQLite does by itself.
const UNITS_BETWEEN: usize = 1_500;

/// The writer's side.
pub(super) struct Checkpointer {
    due: Option<SyncSender<()>>,
    copied: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    units: usize,
    under_way: bool,
}

impl Checkpointer {
    /// None where there is no such log, or no thread to be had.
    pub fn start(url: &str) -> Option<Checkpointer> {
        if is_postgres(url) {
            return None;
        }
        let (due, wanted) = sync_channel(1);
        let copied = Arc::new(AtomicBool::new(false));
        let (path, said) = (url.to_owned(), copied.clone());
        let thread = thread::Builder::new().name("db-checkpoint".to_owned());
        let thread = thread.spawn(move || copy(&path, &wanted, &said)).ok()?;
        Some(Checkpointer { due: Some(due), copied, thread: Some(thread), units: 0, under_way: false })
    }

    /// The writer's connection has committed so many units of work, and is between two transactions.
    pub fn note(&mut self, units: usize, conn: &mut Conn) {
        self.units += units;
        if self.under_way {
            if self.copied.swap(false, Ordering::AcqRel) {
                (self.under_way, self.units) = (false, 0);
                checkpoint(conn);
            }
        } else if self.units >= UNITS_BETWEEN
            && let Some(due) = &self.due
        {
            self.under_way = due.try_send(()).is_ok();
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.due = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Copies whenever that is wanted, until nobody can want it any more.
fn copy(url: &str, wanted: &Receiver<()>, copied: &AtomicBool) {
    let mut conn = None;
    while wanted.recv().is_ok() {
        if conn.is_none() {
            let opened = Conn::open(url);
            conn = opened.inspect_err(|error| tracing::warn!(%error, "cannot open the database")).ok();
        }
        conn.iter_mut().for_each(checkpoint);
        copied.store(true, Ordering::Release);
    }
}

fn checkpoint(conn: &mut Conn) {
    if let Err(error) = conn.checkpoint() {
        tracing::warn!(%error, "the write-ahead log stays as it is for now");
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn wait_for_copy(checkpointer: &Checkpointer) {
        let begun = Instant::now();
        while !checkpointer.copied.load(Ordering::Acquire) {
            assert!(begun.elapsed() < Duration::from_secs(30), "nobody copies");
            thread::yield_now();
        }
    }

    #[test]
    fn the_log_is_copied_beside_the_writer_and_begun_anew() -> Outcome {
        let directory = tempfile::tempdir()?;
        let path = directory.path().join("a.db");
        let url = path.to_string_lossy().into_owned();
        let mut conn = Conn::open(&url)?;
        conn.run_script("PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (a BLOB NOT NULL)")?;
        let mut checkpointer = Checkpointer::start(&url).ok_or("a thread")?;
        let size = |name: &str| std::fs::metadata(directory.path().join(name)).map(|file| file.len());
        let (mut before, mut log) = (size("a.db")?, 0);
        for round in 0..4 {
            // Half a megabyte.
            conn.run_script("INSERT INTO t VALUES (randomblob(500000))")?;
            checkpointer.note(UNITS_BETWEEN - 1, &mut conn);
            assert!(!checkpointer.under_way, "not yet");
            checkpointer.note(1, &mut conn);
            wait_for_copy(&checkpointer);
            assert!(size("a.db")? > before + 400_000, "round {round}: copied by another than the writer");
            conn.run_script("INSERT INTO t VALUES (x'00')")?;
            checkpointer.note(1, &mut conn);
            assert!(!checkpointer.under_way, "the writer did the rest");
            (before, log) = (size("a.db")?, if round == 0 { size("a.db-wal")? } else { log });
        }
        // The log began anew each time, so it is no longer than after the first.
        assert!(size("a.db-wal")? < log + 100_000);
        Ok(())
    }
}
