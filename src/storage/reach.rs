//! Whether the database can be had. It may be another machine's, and away for a while.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Conn, Error, RECONNECT_DELAY, Result};

/// So long a database may be away before those who wait for it are told. A restart of PostgreSQL is shorter.
const PATIENCE: Duration = Duration::from_secs(2);

/// What threads with a connection each know together. An outage is one line of the log, and its end another.
pub struct Reach {
    /// For what the connections are: "reading".
    purpose: &'static str,
    connected: AtomicUsize,
    since: Mutex<Option<Instant>>,
}

impl Reach {
    pub fn new(purpose: &'static str) -> Reach {
        Reach { purpose, connected: AtomicUsize::new(0), since: Mutex::new(None) }
    }

    /// Whether nobody has had a connection for longer than whoever waits should have to.
    pub fn is_away(&self) -> bool {
        self.connected.load(Ordering::SeqCst) == 0
            && self.since().is_some_and(|since| since.elapsed() > PATIENCE)
    }

    /// Opens a connection. None where it can't be had.
    pub fn connect(&self, open: impl FnOnce() -> Result<Conn>) -> Option<Reached<'_>> {
        match open() {
            Ok(conn) => {
                self.connected.fetch_add(1, Ordering::SeqCst);
                if let Some(since) = self.since().take() {
                    let away_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
                    tracing::info!(away_ms, purpose = self.purpose, "the database can be had again");
                }
                Some(Reached { conn, reach: self })
            }
            Err(error) => {
                self.missed(&error);
                None
            }
        }
    }

    fn missed(&self, error: &Error) {
        let mut since = self.since();
        if since.is_none() {
            tracing::error!(%error, purpose = self.purpose, "cannot open the database; this is tried again");
            *since = Some(Instant::now());
        }
    }

    fn since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a connection, and tries it again for as long as whoever waits for it has patience.
    pub fn reconnect(&self, open: impl Fn() -> Result<Conn>) -> Option<Reached<'_>> {
        loop {
            if let Some(reached) = self.connect(&open) {
                return Some(reached);
            }
            if self.since().is_some_and(|since| since.elapsed() > PATIENCE) {
                return None;
            }
            std::thread::sleep(RECONNECT_DELAY);
        }
    }

    /// What somebody is told whose work came to nothing.
    pub fn lost(&self) -> Error {
        if self.since().is_some() { Error::Busy } else { Error::Lost }
    }
}

/// A connection, for as long as it is held.
pub struct Reached<'a> {
    pub conn: Conn,
    reach: &'a Reach,
}

impl Drop for Reached<'_> {
    fn drop(&mut self) {
        self.reach.connected.fetch_sub(1, Ordering::SeqCst);
    }
}
