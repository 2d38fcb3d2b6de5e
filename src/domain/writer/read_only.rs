//! A database that takes no writes for a while, such as a standby: said once, however many are refused meanwhile.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::storage::{Conn, Error};

/// How long a connection to a database that is read-only is kept: the next may lead to one that is not.
const REST_MAX: Duration = Duration::from_secs(1);

/// Whether that is so, as all lanes know it together.
#[derive(Default)]
pub(super) struct ReadOnly {
    is_so: AtomicBool,
    /// How often it was, and is no more.
    ended: AtomicU64,
}

/// When a connection was opened.
pub(super) struct Opened(Instant, u64);

impl ReadOnly {
    pub fn is_so(&self) -> bool {
        self.is_so.load(Ordering::SeqCst)
    }

    pub fn opened(&self) -> Opened {
        Opened(Instant::now(), self.ended.load(Ordering::SeqCst))
    }

    /// Whether a connection may lead to another database than a new one would: writes are refused, or were until somebody
    /// connected anew.
    pub fn outlived(&self, Opened(when, ended): &Opened) -> bool {
        (self.is_so() && when.elapsed() > REST_MAX) || self.ended.load(Ordering::SeqCst) != *ended
    }

    /// The database refused a write.
    pub fn refused(&self, error: &Error) {
        if !self.is_so.swap(true, Ordering::SeqCst) {
            tracing::error!(%error, "nothing can be written; whoever tries is told to come again");
        }
    }

    /// A transaction was kept, in which perhaps nothing was to be written.
    pub fn kept(&self, conn: &mut Conn) {
        if self.is_so() && conn.takes_writes() && self.is_so.swap(false, Ordering::SeqCst) {
            self.ended.fetch_add(1, Ordering::SeqCst);
            tracing::info!("the database takes writes again");
        }
    }
}
