//! Channels hosted here that take nothing now, because the end of their logs may have been lost (HEAD-8), and how much
//! there was before the last stop.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::watch;

use crate::protocol::ids::ChannelId;
use crate::storage::ChannelNum;

/// Longest that a change waits for the question whether a log is whole.
const HELD_MAX: Duration = Duration::from_secs(10);

/// Keeps entries out of channels.
pub struct Gate {
    shut: RwLock<HashSet<ChannelNum>>,
    /// So that a gate that is open costs nothing.
    any_shut: AtomicBool,
    /// Changes of these wait a moment, instead of being refused at once.
    held: RwLock<HashSet<ChannelId>>,
    holds: watch::Sender<bool>,
}

impl Default for Gate {
    fn default() -> Gate {
        Gate {
            shut: RwLock::default(),
            any_shut: AtomicBool::new(false),
            held: RwLock::default(),
            holds: watch::Sender::new(false),
        }
    }
}

impl Gate {
    /// Nothing is added to these channels from now on, and to all others again.
    pub fn shut(&self, channels: HashSet<ChannelNum>) {
        let any = !channels.is_empty();
        // First the mark, when it closes; last, when it opens.
        if any {
            self.any_shut.store(true, Ordering::Release);
        }
        let mut shut = self.shut.write().unwrap_or_else(PoisonError::into_inner);
        *shut = channels;
        self.any_shut.store(any, Ordering::Release);
    }

    pub fn is_shut(&self, channel: ChannelNum) -> bool {
        self.any_shut.load(Ordering::Acquire)
            && self.shut.read().unwrap_or_else(PoisonError::into_inner).contains(&channel)
    }

    /// How many channels are shut.
    pub fn count(&self) -> usize {
        self.shut.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Changes of these channels wait until [`Gate::release`].
    pub fn hold(&self, channels: HashSet<ChannelId>) {
        let any = !channels.is_empty();
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = channels;
        self.holds.send_replace(any);
    }

    pub fn release(&self) {
        self.hold(HashSet::new());
    }

    /// Comes to its end when the channel is not held.
    pub async fn passed(&self, channel: &ChannelId) {
        if !*self.holds.borrow()
            || !self.held.read().unwrap_or_else(PoisonError::into_inner).contains(channel)
        {
            return;
        }
        let mut holds = self.holds.subscribe();
        let _ = tokio::time::timeout(HELD_MAX, holds.wait_for(|holds| !*holds)).await;
    }
}

/// The name of the file in the data directory.
const FILE: &str = "loggia.mark";
/// Digits of a number, and the end of the line.
const LINE_BYTES: usize = 20;

/// How many entries the logs hosted here have, all together, noted outside the database after each commit: a database
/// that has fewer is not the one that ran last.
#[derive(Default)]
pub struct Mark(Mutex<Noted>);

#[derive(Default)]
struct Noted {
    /// None where nothing is noted: commands beside the server.
    file: Option<File>,
    entries: i64,
}

/// What a note says.
fn said(file: &mut File) -> Option<i64> {
    let mut text = String::new();
    file.take(64).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

impl Mark {
    /// Opens the note, and answers what it says.
    ///
    /// # Errors
    /// Of the file system.
    pub fn open(data_dir: &Path) -> std::io::Result<(Mark, Option<i64>)> {
        let path = data_dir.join(FILE);
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        let said = said(&mut file);
        Ok((Mark(Mutex::new(Noted { file: Some(file), entries: said.unwrap_or(0) })), said))
    }

    /// Where a note is, if it says that logs were written beside it.
    pub fn left(data_dir: &Path) -> Option<PathBuf> {
        let path = data_dir.join(FILE);
        let entries = File::open(&path).ok().and_then(|mut file| said(&mut file));
        entries.filter(|entries| *entries > 0).map(|_| path)
    }

    /// From now on it is so many; on disk when this answers.
    ///
    /// # Errors
    /// Of the file system.
    pub fn set(&self, entries: i64) -> std::io::Result<()> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.entries = entries;
        noted.write()?;
        noted.file.as_ref().map_or(Ok(()), File::sync_all)
    }

    /// So many more are in the database, on disk. (The note itself may be lost with the machine's power: it then says
    /// less than there is, which harms nobody.)
    pub(super) fn grow(&self, by: i64) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if by == 0 || noted.file.is_none() {
            return;
        }
        noted.entries += by;
        if let Err(error) = noted.write() {
            tracing::warn!(%error, "{FILE} can't be written");
        }
    }
}

impl Noted {
    /// In place and always as long, so that a kill leaves one number or the other.
    fn write(&mut self) -> std::io::Result<()> {
        let line = format!("{:0width$}\n", self.entries, width = LINE_BYTES - 1);
        let Some(file) = &mut self.file else { return Ok(()) };
        file.seek(SeekFrom::Start(0))?;
        file.write_all(line.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let (mark, said) = Mark::open(dir.path()).unwrap();
        assert_eq!(said, None);
        mark.set(7).unwrap();
        mark.grow(3);
        assert_eq!(Mark::open(dir.path()).unwrap().1, Some(10));
        std::fs::write(dir.path().join(FILE), "nonsense").unwrap();
        assert_eq!(Mark::open(dir.path()).unwrap().1, None);
    }

    #[test]
    fn what_is_shut_opens_again() {
        let gate = Gate::default();
        gate.shut([1, 2].into());
        assert!(gate.is_shut(1) && !gate.is_shut(3));
        gate.shut([2].into());
        assert!(!gate.is_shut(1) && gate.is_shut(2));
        gate.shut(HashSet::new());
        assert!(!gate.is_shut(2));
    }
}
