//! Where time and random numbers come from. Nothing else in the program reads either.

use rustix::time::{ClockId, clock_gettime};

use crate::protocol::Ts;
use crate::protocol::ids::Nonce;

/// A day, in milliseconds.
pub const DAY_MS: i64 = 24 * 3_600_000;

/// Tells the time, and draws the random numbers that other servers get to see.
pub trait Clock: Send + Sync {
    /// Milliseconds since the Unix epoch.
    fn now(&self) -> Ts;

    /// Milliseconds that have passed since some moment, those included in which the machine slept: nobody sets them.
    fn steady(&self) -> i64;

    /// Bytes that nobody can guess. What they are for is no concern of a real source; one that has to give the same
    /// bytes in every run, whatever else goes on meanwhile, makes them of it.
    fn draw(&self, _purpose: &[&str]) -> [u8; 16] {
        random()
    }
}

/// A nonce for an event that no client named, or for a request.
#[expect(clippy::expect_used, reason = "22 base64url characters are a nonce")]
pub fn nonce(clock: &dyn Clock, purpose: &[&str]) -> Nonce {
    text(&clock.draw(purpose)).parse().expect("a nonce")
}

fn text(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// Linux' other one stands still while the machine sleeps, so that the time would seem to have been set afterwards.
#[cfg(any(target_os = "linux", target_os = "android"))]
const STEADY: ClockId = ClockId::Boottime;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const STEADY: ClockId = ClockId::Monotonic;

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> Ts {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Ts::try_from(since.as_millis()).unwrap_or(Ts::MAX)
    }

    fn steady(&self) -> i64 {
        let time = clock_gettime(STEADY);
        time.tv_sec.saturating_mul(1_000).saturating_add(time.tv_nsec / 1_000_000)
    }
}

/// Bytes that nobody can guess.
#[expect(clippy::expect_used, reason = "a machine without a source of random numbers can't run this server")]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("random numbers from the operating system");
    bytes
}

/// `N` random bytes as base64url.
pub fn random_text<const N: usize>() -> String {
    text(&random::<N>())
}
