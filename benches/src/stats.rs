//! Latencies, counted in buckets that are at most 3 % wide, by any number of tasks at once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const STEPS: u64 = 32;
const BUCKETS: usize = 32 * 40;

/// Microseconds since this program first asked.
pub fn now() -> u64 {
    static BEGUN: OnceLock<Instant> = OnceLock::new();
    u64::try_from(BEGUN.get_or_init(Instant::now).elapsed().as_micros()).unwrap_or(u64::MAX)
}

pub struct Histogram {
    buckets: Vec<AtomicU64>,
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram { buckets: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect() }
    }
}

fn bucket(micros: u64) -> usize {
    if micros < STEPS {
        return usize::try_from(micros).unwrap_or(0);
    }
    let shift = micros.ilog2() - STEPS.ilog2();
    let within = (micros >> shift) - STEPS;
    usize::try_from(STEPS * (u64::from(shift) + 1) + within).unwrap_or(BUCKETS).min(BUCKETS - 1)
}

/// The largest value that a bucket holds.
fn upper(bucket: usize) -> u64 {
    let bucket = u64::try_from(bucket).unwrap_or(0);
    if bucket < STEPS {
        return bucket;
    }
    let shift = bucket / STEPS - 1;
    ((STEPS + bucket % STEPS + 1) << shift) - 1
}

impl Histogram {
    pub fn record(&self, micros: u64) {
        self.buckets[bucket(micros)].fetch_add(1, Ordering::Relaxed);
    }

    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).sum()
    }

    pub fn reset(&self) {
        self.buckets.iter().for_each(|bucket| bucket.store(0, Ordering::Relaxed));
    }

    /// Milliseconds that `part` (0.99, say) of the values do not exceed; none when there are no values.
    pub fn at(&self, part: f64) -> Option<f64> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let wanted = (count as f64 * part).ceil() as u64;
        let mut seen = 0;
        for (n, bucket) in self.buckets.iter().enumerate() {
            seen += bucket.load(Ordering::Relaxed);
            if seen >= wanted {
                return Some(upper(n) as f64 / 1_000.0);
            }
        }
        None
    }

    /// Half and all but one in a hundred, in milliseconds; infinite when nothing was counted.
    pub fn p50_p99(&self) -> (f64, f64) {
        (self.at(0.5).unwrap_or(f64::INFINITY), self.at(0.99).unwrap_or(f64::INFINITY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_at_most_a_thirty_second_wide() {
        for micros in (0..5_000).chain([65_535, 65_536, 1_000_000, 77_777_777]) {
            let upper = upper(bucket(micros));
            assert!(upper >= micros && upper <= micros + micros / 32, "{micros}: {upper}");
        }
    }

    #[test]
    fn percentiles_are_those_of_the_values() {
        let histogram = Histogram::default();
        assert_eq!(histogram.at(0.5), None);
        (1..=100).for_each(|n| histogram.record(n * 1_000));
        let (half, most) = histogram.p50_p99();
        assert!((50.0..52.0).contains(&half) && (99.0..103.0).contains(&most), "{half} {most}");
    }
}
