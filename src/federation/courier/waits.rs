//! Channels, and errands, that are passed over for a while: what one of them waits for holds up no other.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::{ASKED_PAUSE_MAX, PAUSE_MAX, PAUSE_MIN};
use crate::domain::pace::backoff;
use crate::domain::peers::PeerError;

/// How soon a channel may be tried again because its server spoke: that says nothing of the channel itself.
const REVIVED_PAUSE: Duration = Duration::from_secs(2);

/// How long nothing is sent after so many failures: each time longer, or as long as the server asks for.
pub(super) fn pause_after(failures: &mut u32, error: Option<&PeerError>) -> Duration {
    if let Some(PeerError::Problem { retry_after: Some(asked), .. }) = error {
        return (*asked).clamp(PAUSE_MIN, ASKED_PAUSE_MAX);
    }
    *failures = failures.saturating_add(1);
    backoff(PAUSE_MIN, PAUSE_MAX, *failures)
}

struct Wait {
    since: Instant,
    until: Instant,
    /// Until when it lasts though the server speaks.
    revived: Instant,
    failures: u32,
}

/// By the channel's number, or the errand's.
#[derive(Default)]
pub(super) struct Waits(HashMap<i64, Wait>);

impl Waits {
    /// The server can't do now what it was asked for it; without an error of its own, this one can't ask.
    pub fn hold(&mut self, what: i64, error: Option<&PeerError>) -> Duration {
        let now = Instant::now();
        self.0.retain(|_, wait| wait.until + PAUSE_MAX > now);
        let mut failures = self.0.get(&what).map_or(0, |wait| wait.failures);
        let before = failures;
        let pause = pause_after(&mut failures, error);
        let until = now + pause;
        // Who says for how long has spoken already.
        let revived = if failures > before { until.min(now + REVIVED_PAUSE) } else { until };
        self.0.insert(what, Wait { since: now, until, revived, failures });
        pause
    }

    /// It is left alone for so long, though the server speaks meanwhile, unless it says that it lacks something of this.
    pub fn leave(&mut self, what: i64, pause: Duration) {
        let since = Instant::now();
        let until = since + pause;
        self.0.insert(what, Wait { since, until, revived: until, failures: 0 });
    }

    /// It goes on so long after it was put off, if it would not sooner: however often that is said, it is tried no more often.
    pub fn end_after(&mut self, what: i64, pause: Duration) {
        if let Some(wait) = self.0.get_mut(&what) {
            wait.until = wait.until.min(wait.since + pause);
        }
    }

    /// It goes on.
    pub fn end(&mut self, what: i64) {
        self.0.remove(&what);
    }

    /// The server is there: pauses that only grew are over soon.
    pub fn revive(&mut self) {
        for wait in self.0.values_mut() {
            wait.until = wait.until.min(wait.revived);
        }
    }

    pub fn holds(&self, what: i64) -> bool {
        self.0.get(&what).is_some_and(|wait| wait.until > Instant::now())
    }

    /// How many are put off, or were until a while ago.
    pub fn held(&self) -> i64 {
        i64::try_from(self.0.len()).unwrap_or(i64::MAX)
    }

    /// How long until the next of them may be tried again.
    pub fn next_in(&self) -> Option<Duration> {
        let now = Instant::now();
        self.0.values().filter(|wait| wait.until > now).map(|wait| wait.until - now).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(retry_after: Option<Duration>) -> PeerError {
        let server = "a.example".parse().expect("a name");
        let (code, detail) = ("recovering".to_owned(), String::new());
        PeerError::Problem { server, status: 503, code, detail, retry_after }
    }

    #[test]
    fn pauses_grow_by_channel_and_end_when_the_server_speaks() {
        let mut waits = Waits::default();
        assert!(!waits.holds(1) && waits.next_in().is_none());
        let first = waits.hold(1, Some(&problem(None)));
        let second = waits.hold(1, Some(&problem(None)));
        assert_eq!(second, first * 2);
        assert_eq!(waits.hold(2, Some(&problem(None))), first);
        assert!(waits.holds(1) && waits.holds(2) && !waits.holds(3));
        for _ in 0..20 {
            waits.hold(1, Some(&problem(None)));
        }
        waits.end(2);
        assert!(!waits.holds(2) && waits.next_in() > Some(REVIVED_PAUSE));
        waits.revive();
        assert!(waits.holds(1) && waits.next_in() <= Some(REVIVED_PAUSE));
    }

    #[test]
    fn what_the_server_asks_for_is_kept_though_it_speaks() {
        let mut waits = Waits::default();
        let asked = Duration::from_secs(30);
        assert_eq!(waits.hold(1, Some(&problem(Some(asked)))), asked);
        waits.leave(2, Duration::from_secs(300));
        waits.revive();
        assert!(waits.next_in() > Some(Duration::from_secs(20)));
    }
}
