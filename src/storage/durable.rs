//! How far what was committed is on the disk. A commit of SQLite's writes to the write-ahead log; that is brought to the disk
//! for several commits at once, while the next one is made already. Until then a power cut may undo them, so nobody hears of
//! them: callers and those who watch are told afterwards, and what was read is answered once all that it may show is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

/// Counts the commits that readers may see, and those that are on the disk. On PostgreSQL, which answers a commit when it is kept,
/// none is counted.
#[derive(Debug, Default)]
pub struct Durability {
    visible: AtomicU64,
    kept: watch::Sender<u64>,
}

/// A commit that readers may see. Dropped, it is on the disk, with all before it, or came to nothing.
#[derive(Debug)]
pub struct Visible {
    commit: u64,
    of: Arc<Durability>,
}

impl Durability {
    /// A commit is about to be made.
    pub fn begin(self: &Arc<Durability>) -> Visible {
        Visible { commit: self.visible.fetch_add(1, Ordering::SeqCst) + 1, of: self.clone() }
    }

    /// The newest commit that somebody may have seen who has read until now.
    pub fn seen(&self) -> u64 {
        self.visible.load(Ordering::SeqCst)
    }

    /// Whether the commit is on the disk, with all before it.
    pub fn has(&self, commit: u64) -> bool {
        *self.kept.borrow() >= commit
    }

    /// Waits until it is.
    pub async fn keeps(&self, commit: u64) {
        if !self.has(commit) {
            // It can't fail: the sender is here.
            let _ = self.kept.subscribe().wait_for(|kept| *kept >= commit).await;
        }
    }
}

impl Drop for Visible {
    fn drop(&mut self) {
        self.of.kept.send_if_modified(|kept| {
            let is_newer = self.commit > *kept;
            *kept = self.commit.max(*kept);
            is_newer
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_seen_is_answered_once_it_is_kept() {
        let durability = Arc::new(Durability::default());
        durability.keeps(durability.seen()).await;
        let (first, second) = (durability.begin(), durability.begin());
        let mut reads = Box::pin(durability.keeps(durability.seen()));
        assert!(futures_util::poll!(&mut reads).is_pending());
        drop(first);
        assert!(futures_util::poll!(&mut reads).is_pending());
        drop(second);
        reads.await;
        durability.keeps(durability.seen()).await;
    }
}
