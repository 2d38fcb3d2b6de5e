//! How much of something may be done in a while, by some key (GCRA, through `governor`); and how long what failed rests.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>;

pub struct Pace<K: Hash + Eq + Clone> {
    pub most: NonZeroU32,
    window: Duration,
    limiter: Keyed<K>,
}

impl<K: Hash + Eq + Clone> Pace<K> {
    /// So many in a window, at once or spread over it; at least one.
    pub fn new(most: u32, window: Duration) -> Pace<K> {
        let most = NonZeroU32::new(most).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(window / most.get()).unwrap_or_else(|| Quota::per_second(most));
        let limiter = RateLimiter::dashmap(quota.allow_burst(most));
        Pace { most, window, limiter: limiter.with_middleware::<StateInformationMiddleware>() }
    }

    pub fn per_minute(most: u32) -> Pace<K> {
        Pace::new(most, Duration::from_secs(60))
    }

    /// Counts one, and answers how many more may follow at once.
    ///
    /// # Errors
    /// How long to wait.
    pub fn check(&self, key: &K) -> Result<u32, Duration> {
        self.check_n(key, NonZeroU32::MIN)
    }

    /// As [`Pace::check`], so many or none of them.
    ///
    /// # Errors
    /// As [`Pace::check`]; a whole window where it is more than ever may come at once.
    pub fn check_n(&self, key: &K, count: NonZeroU32) -> Result<u32, Duration> {
        match self.limiter.check_key_n(key, count) {
            Ok(Ok(snapshot)) => Ok(snapshot.remaining_burst_capacity()),
            Ok(Err(until)) => Err(until.wait_time_from(DefaultClock::default().now())),
            Err(_) => Err(self.window),
        }
    }

    /// Lets go of keys that were quiet for a while, so that memory stays bounded.
    pub fn forget_quiet(&self) {
        self.limiter.retain_recent();
    }
}

/// How long to wait after so many failures: twice as long each time, up to the longest.
pub fn backoff(first: Duration, longest: Duration, failures: u32) -> Duration {
    first.saturating_mul(1 << failures.min(31)).min(longest)
}

/// As [`backoff`], in milliseconds.
pub fn backoff_ms(first: i64, longest: i64, failures: i64) -> i64 {
    first.saturating_mul(1 << failures.clamp(0, 62)).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pauses = [0, 1, 2, 3, 40].map(|failures| backoff_ms(500, 3_000, failures));
        assert_eq!(pauses, [500, 1_000, 2_000, 3_000, 3_000]);
        assert_eq!(backoff_ms(500, 3_000, i64::MAX), 3_000);
        let (first, longest) = (Duration::from_millis(500), Duration::from_secs(3));
        assert_eq!(backoff(first, longest, 1), Duration::from_secs(1));
        assert_eq!(backoff(first, longest, u32::MAX), longest);
    }

    #[test]
    fn so_many_come_at_once_and_no_more() {
        let pace = Pace::per_minute(3);
        let two = NonZeroU32::new(2).unwrap();
        assert_eq!(pace.check_n(&"ann", two), Ok(1));
        assert!(pace.check_n(&"ann", two).is_err(), "both or none");
        assert_eq!(pace.check(&"ann"), Ok(0));
        assert!(pace.check(&"ann").is_err_and(|wait| wait <= Duration::from_secs(20)));
        assert_eq!(pace.check(&"bob"), Ok(2), "each has its own");
        assert_eq!(pace.check_n(&"eve", NonZeroU32::new(4).unwrap()), Err(Duration::from_secs(60)));
        assert_eq!(Pace::per_minute(0).check(&"ann"), Ok(0), "at least one");
    }
}
