//! Batches that came before those that they follow: a host has some under way at a time, and nothing says that they
//! arrive in order. Each waits a moment for its turn, in its request; how many wait is bounded.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use crate::protocol::Seq;
use crate::protocol::ids::{ChannelId, ServerName};

/// Batches of one channel that wait, and of all.
const WAITING_PER_CHANNEL_MAX: usize = 8;
const WAITING_MAX: usize = 256;
/// How long a batch waits for what comes before it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where batches of each channel queue.
pub struct Lines {
    /// By who sends: what others send of a host's channel is nothing to what the host sends.
    lines: Mutex<HashMap<(ServerName, ChannelId), Weak<Line>>>,
    places: Semaphore,
}

/// Batches of one channel, while any is here.
pub struct Line {
    /// How long the log is once what was handed to the writer is in it.
    end: watch::Sender<i64>,
    places: Semaphore,
}

impl Default for Lines {
    fn default() -> Lines {
        Lines { lines: Mutex::default(), places: Semaphore::new(WAITING_MAX) }
    }
}

impl Lines {
    pub fn of(&self, sender: &ServerName, channel: &ChannelId) -> Arc<Line> {
        let key = (sender.clone(), channel.clone());
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get(&key).and_then(Weak::upgrade) {
            return line;
        }
        lines.retain(|_, line| line.strong_count() > 0);
        let line =
            Arc::new(Line { end: watch::Sender::new(0), places: Semaphore::new(WAITING_PER_CHANNEL_MAX) });
        lines.insert(key, Arc::downgrade(&line));
        line
    }

    /// Waits until the log reaches `first`; false if that takes too long, or too many wait.
    pub async fn wait(&self, line: &Line, first: Seq) -> bool {
        let (Ok(_place), Ok(_one)) = (line.places.try_acquire(), self.places.try_acquire()) else {
            return false;
        };
        let mut end = line.end.subscribe();
        matches!(tokio::time::timeout(PATIENCE, end.wait_for(|end| *end >= first)).await, Ok(Ok(_)))
    }
}

impl Line {
    pub fn reaches(&self, first: Seq) -> bool {
        *self.end.borrow() >= first
    }

    /// The log is at least so long, or is going to be.
    pub fn grow(&self, end: i64) {
        self.end.send_if_modified(|known| std::mem::replace(known, end.max(*known)) < end);
    }

    /// The log is so long: something that was to make it longer was not taken.
    pub fn reset(&self, size: i64) {
        self.end.send_replace(size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::Hash;

    /// A stranger that sends entries of a channel does not make its host's wait, or go ahead of those before them.
    #[test]
    fn a_line_is_of_one_sender() {
        let (lines, channel) = (Lines::default(), ChannelId::from_hash(Hash([1; 32])));
        let (host, stranger) = ("a.test".parse().expect("a name"), "evil.test".parse().expect("a name"));
        let line = lines.of(&host, &channel);
        line.grow(10);
        let other = lines.of(&stranger, &channel);
        assert!(!other.reaches(1));
        other.grow(1_000);
        assert!(line.reaches(10) && !line.reaches(11));
        other.reset(0);
        assert!(lines.of(&host, &channel).reaches(10));
    }
}
