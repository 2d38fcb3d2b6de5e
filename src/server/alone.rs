//! One server per set of data: two would both think that they order the same channels, and sign two truths.
//!
//! The data directory has a locked file, whichever the database: it holds files and the note of how far the logs went. In
//! PostgreSQL there is an advisory lock, too, of a connection that does nothing else: it ends with the process, however that
//! ends, and is asked after in between.

use std::fs::{File, OpenOptions, TryLockError};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::rehearsal::check_database;
use super::{StartError, io};
use crate::config::{Config, SQLITE_FILE};
use crate::storage::{self, Conn, is_postgres};

/// How long a database that can't be reached is waited for at the start: after a reboot it may still be starting, too.
pub(super) const DATABASE_WAIT: Duration = Duration::from_secs(30);
/// How long the data may still belong to a server that has just ended.
const PATIENCE: Duration = Duration::from_secs(5);
const ATTEMPT_PAUSE: Duration = Duration::from_millis(100);
/// How often the lock's connection is asked whether it is still there.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);

/// Nobody else serves this data for as long as this is kept.
pub struct Alone {
    _directory: Option<File>,
    database: Option<Claimed>,
}

struct Claimed {
    lost: oneshot::Receiver<()>,
    _until_dropped: Sender<()>,
}

impl Alone {
    /// Waits for PostgreSQL for so long, if it can't be reached.
    pub fn claim(config: &Config, wait: Duration) -> Result<Alone, StartError> {
        let url = config.database_url();
        // Nothing to wait for if it can't be.
        check_database(&url)?;
        let directory = claim_directory(config);
        if !is_postgres(&url) {
            return Ok(Alone { _directory: Some(directory?), database: None });
        }
        let directory = match directory {
            Ok(locked) => Some(locked),
            Err(error @ StartError::InUse(_)) => return Err(error),
            // The database's lock is what counts.
            Err(error) => {
                tracing::warn!(%error, "the data directory is not locked");
                None
            }
        };
        let beside = config.data_dir.join(SQLITE_FILE);
        if beside.exists() {
            tracing::warn!(file = %beside.display(), "a SQLite database lies here that is not used: database.url names PostgreSQL");
        }
        Ok(Alone { _directory: directory, database: Some(claim_database(url, wait)?) })
    }

    /// Waits until somebody else took the data, which they can only while the database was out of reach.
    pub async fn lost(&mut self) {
        let told = match &mut self.database {
            Some(database) => (&mut database.lost).await.is_ok(),
            None => false,
        };
        if !told {
            std::future::pending().await
        }
    }
}

fn claim_directory(config: &Config) -> Result<File, StartError> {
    let path = config.data_dir.join("loggia.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(io(format!("cannot open {}", path.display())))?;
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => {
            StartError::InUse(format!("the data directory {}", config.data_dir.display()))
        }
        // Such as a file system of the network that has no locks.
        TryLockError::Error(error) => io(format!("cannot lock {}", path.display()))(error),
    })?;
    Ok(file)
}

fn claim_database(url: String, wait: Duration) -> Result<Claimed, StartError> {
    let (until_dropped, dropped) = channel();
    let (claimed, first) = channel();
    let (tell_lost, lost) = oneshot::channel();
    // A thread of its own: a PostgreSQL connection drives a runtime, and the caller may be in one.
    let keeper = std::thread::Builder::new().name("alone".to_owned());
    let keep = move || {
        let conn = match open_in_time(&url, wait).and_then(claim_in_time) {
            Ok(conn) => conn,
            Err(error) => return drop(claimed.send(Err(error))),
        };
        let _ = claimed.send(Ok(()));
        if keep(conn, &url, &dropped) {
            let _ = tell_lost.send(());
        }
    };
    keeper.spawn(keep).map_err(io("cannot start a thread"))?;
    first.recv().unwrap_or(Err(StartError::Storage(storage::Error::Lost)))?;
    Ok(Claimed { lost, _until_dropped: until_dropped })
}

fn open_in_time(url: &str, wait: Duration) -> Result<Conn, StartError> {
    let begun = Instant::now();
    let mut is_first = true;
    loop {
        match Conn::open(url) {
            Err(error) if begun.elapsed() < wait => {
                // What it says is in the language of its host, so that nothing tells what passes from what does not.
                if std::mem::take(&mut is_first) {
                    tracing::warn!(%error, seconds = wait.as_secs(), "the database is waited for");
                }
                std::thread::sleep(ATTEMPT_PAUSE);
            }
            opened => return Ok(opened?),
        }
    }
}

fn claim_in_time(mut conn: Conn) -> Result<Conn, StartError> {
    let begun = Instant::now();
    while !conn.claim()? {
        if begun.elapsed() > PATIENCE {
            return Err(StartError::InUse("this database".to_owned()));
        }
        std::thread::sleep(ATTEMPT_PAUSE);
    }
    Ok(conn)
}

/// Holds the lock until it is let go of (false), or somebody else has it (true).
fn keep(mut conn: Conn, url: &str, dropped: &Receiver<()>) -> bool {
    while let Err(RecvTimeoutError::Timeout) = dropped.recv_timeout(LOOK_INTERVAL) {
        if conn.is_alive() {
            continue;
        }
        match open_in_time(url, Duration::ZERO).and_then(claim_in_time) {
            Ok(again) => conn = again,
            Err(StartError::InUse(_)) => {
                tracing::error!("another server took the database while it was out of reach");
                return true;
            }
            Err(error) => tracing::warn!(%error, "the database is out of reach"),
        }
    }
    false
}
