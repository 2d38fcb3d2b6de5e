//! Tries of which only those that fail count, by some key.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Of each key there may be so many failures in a window, at once or spread over it.
pub struct Attempts<K> {
    pub most: u32,
    window: Duration,
    /// How many count, and as of when.
    counts: Mutex<HashMap<K, (f64, Instant)>>,
}

impl<K: Hash + Eq> Attempts<K> {
    /// At least one.
    pub fn new(most: u32, window: Duration) -> Attempts<K> {
        Attempts { most: most.max(1), window, counts: Mutex::default() }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<K, (f64, Instant)>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is left of a count after a while.
    fn left(&self, (count, then): (f64, Instant), now: Instant) -> f64 {
        let passed = now.saturating_duration_since(then).as_secs_f64() / self.window.as_secs_f64();
        (count - passed * f64::from(self.most)).max(0.0)
    }

    /// Counts a try as one that fails, until it is known better: else as many as wanted could be under way at a time.
    ///
    /// # Errors
    /// How long to wait.
    pub fn begin(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut counts = self.counts();
        let kept = counts.entry(key).or_insert((0.0, now));
        let left = self.left(*kept, now);
        let over = left + 1.0 - f64::from(self.most);
        // Less than that is what numbers of this kind lose.
        if over > 1e-6 {
            return Err(self.window.mul_f64(over / f64::from(self.most)));
        }
        *kept = (left + 1.0, now);
        Ok(())
    }

    /// A try that began was none of a stranger.
    pub fn forgive(&self, key: &K, now: Instant) {
        if let Some(kept) = self.counts().get_mut(key) {
            *kept = ((self.left(*kept, now) - 1.0).max(0.0), now);
        }
    }

    /// Lets go of keys of which nothing counts any more, so that memory stays bounded.
    pub fn forget_quiet(&self) {
        let now = Instant::now();
        self.counts().retain(|_, kept| self.left(*kept, now) > 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_fails_counts_and_not_for_ever() {
        let (attempts, began) = (Attempts::new(2, Duration::from_secs(60)), Instant::now());
        for _ in 0..10 {
            attempts.begin("ann", began).expect("it is forgiven");
            attempts.forgive(&"ann", began);
        }
        for _ in 0..2 {
            attempts.begin("ann", began).expect("there may be two");
        }
        assert_eq!(attempts.begin("ann", began), Err(Duration::from_secs(30)));
        attempts.begin("bob", began).expect("each has their own");
        let later = began + Duration::from_secs(30);
        attempts.begin("ann", later).expect("one is over");
        assert!(attempts.begin("ann", later).is_err());
        attempts.forget_quiet();
        assert_eq!(attempts.counts().len(), 2);
    }

    #[test]
    fn those_under_way_count() {
        let (attempts, now) = (Attempts::new(1, Duration::from_secs(60)), Instant::now());
        attempts.begin(1, now).expect("the first");
        assert!(attempts.begin(1, now).is_err());
        attempts.forgive(&1, now);
        attempts.begin(1, now).expect("it was none");
    }
}
