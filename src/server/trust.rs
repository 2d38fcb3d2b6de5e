//! Whether the clock can be gone by: what can't be undone waits where it may be ahead.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::domain::clock::{Clock, DAY_MS};
use crate::protocol::Ts;

/// How much more than the time that has passed the clock may go on at once without a word.
const JUMP_MS_MAX: i64 = DAY_MS;
/// How long it is doubted: whoever sees that it is wrong has time to set it, or to stop the server.
const DOUBT_MS: i64 = 3_600_000;
/// How often is looked.
const LOOK: Duration = Duration::from_secs(1);

/// The clock, held against the time that has passed.
pub(super) struct Trust {
    clock: Arc<dyn Clock>,
    seen: Mutex<Seen>,
}

struct Seen {
    /// What the clock said when it was believed last.
    wall: Ts,
    /// The time that nobody sets, then.
    steady: i64,
    /// That time, when doubt began.
    doubted: Option<i64>,
}

impl Trust {
    /// `last` is what the clock said before the start, where it is doubted from the start.
    pub(super) fn new(clock: Arc<dyn Clock>, last: Option<Ts>) -> Trust {
        let steady = clock.steady();
        let seen = match last {
            Some(wall) => Seen { wall, steady, doubted: Some(steady) },
            None => Seen { wall: clock.now(), steady, doubted: None },
        };
        Trust { clock, seen: Mutex::new(seen) }
    }

    /// Whether what goes by the clock alone may be done now.
    pub(super) fn holds(&self) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (wall, steady) = (self.clock.now(), self.clock.steady());
        let ahead = wall.saturating_sub(seen.wall).saturating_sub(steady.saturating_sub(seen.steady));
        if ahead > JUMP_MS_MAX {
            let since = *seen.doubted.get_or_insert_with(|| {
                tracing::warn!(
                    seconds = ahead / 1_000,
                    "the clock was set ahead: is it right now? In an hour, sessions that seem idle end, what seems to have been kept long enough is deleted, and what is due is sent"
                );
                steady
            });
            if steady.saturating_sub(since) < DOUBT_MS {
                return false;
            }
        } else if seen.doubted.is_some() {
            tracing::info!("the clock was set back: it is not doubted any more");
        }
        *seen = Seen { wall, steady, doubted: None };
        true
    }

    /// Waits until it may be done.
    pub(super) async fn held(&self) {
        while !self.holds() {
            tokio::time::sleep(LOOK).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[derive(Default)]
    struct Hands {
        wall: AtomicI64,
        steady: AtomicI64,
    }

    impl Hands {
        fn pass(&self, ms: i64) {
            self.wall.fetch_add(ms, Ordering::SeqCst);
            self.steady.fetch_add(ms, Ordering::SeqCst);
        }

        fn set(&self, ms: i64) {
            self.wall.fetch_add(ms, Ordering::SeqCst);
        }
    }

    impl Clock for Hands {
        fn now(&self) -> Ts {
            self.wall.load(Ordering::SeqCst)
        }

        fn steady(&self) -> i64 {
            self.steady.load(Ordering::SeqCst)
        }
    }

    #[test]
    fn time_that_passes_is_no_jump() {
        let hands = Arc::new(Hands::default());
        let trust = Trust::new(hands.clone(), None);
        hands.pass(400 * DAY_MS);
        assert!(trust.holds());
        hands.set(JUMP_MS_MAX);
        assert!(trust.holds(), "a clock may be set");
        hands.set(-400 * DAY_MS);
        assert!(trust.holds(), "nothing is early by one that was set back");
    }

    #[test]
    fn a_clock_set_far_ahead_is_believed_after_an_hour() {
        let hands = Arc::new(Hands::default());
        let trust = Trust::new(hands.clone(), None);
        hands.set(20 * DAY_MS);
        assert!(!trust.holds());
        hands.pass(DOUBT_MS - 1);
        assert!(!trust.holds());
        hands.pass(1);
        assert!(trust.holds());
        assert!(trust.holds(), "it is the time from now on");
    }

    #[test]
    fn one_that_is_set_back_is_believed_at_once_and_doubted_anew() {
        let hands = Arc::new(Hands::default());
        let trust = Trust::new(hands.clone(), None);
        for _ in 0..2 {
            hands.set(20 * DAY_MS);
            assert!(!trust.holds());
            hands.pass(DOUBT_MS / 2);
            hands.set(-20 * DAY_MS);
            assert!(trust.holds());
        }
    }

    #[test]
    fn it_may_be_doubted_from_the_start() {
        let hands = Arc::new(Hands::default());
        hands.set(400 * DAY_MS);
        let trust = Trust::new(hands.clone(), Some(0));
        assert!(!trust.holds());
        hands.pass(DOUBT_MS);
        assert!(trust.holds());
    }
}
