//! How well a found message fits. All that was found has every word, so what counts is how much of the message is what
//! was looked for: words that stand there exactly, early, and often, in a text that says little else. The same on both
//! databases, for the index only finds.

use crate::storage::search::Hit;
use crate::storage::search::words::{self, Phrase};

/// Of what was found, so many of the newest are compared.
pub const RANKED_MAX: usize = 500;
/// Points of a text that is nothing but what was looked for; points are whole so that a cursor can name them.
const POINTS: f64 = 1_000_000.0;
/// Further places where a phrase stands count for less and less (as in BM25).
const SATURATION: f64 = 1.2;
/// A text of so many words counts half as much as one without any other.
const HALF_WORDS: f64 = 40.0;

/// How well the text fits, from 0 to [`POINTS`].
pub fn points(text: &str, phrases: &[Phrase]) -> i64 {
    if phrases.is_empty() {
        return 0;
    }
    let words = words::split(text);
    let (mut sum, mut first) = (0.0, words.len());
    for phrase in phrases {
        let places: Vec<usize> =
            (0..words.len()).filter(|at| words.get(*at..).is_some_and(|rest| phrase.fits(rest))).collect();
        let exact = places.iter().filter(|at| {
            words.get(**at..).is_some_and(|rest| Phrase { prefix: false, ..phrase.clone() }.fits(rest))
        });
        let (exact, count) = (exact.count() as f64, places.len() as f64);
        first = first.min(places.first().copied().unwrap_or(words.len()));
        // What only begins so is worth half.
        let weight = exact + (count - exact) / 2.0;
        sum += weight * (1.0 + SATURATION) / (weight + SATURATION);
    }
    let mean = sum / phrases.len() as f64 / (1.0 + SATURATION);
    let brevity = HALF_WORDS / (HALF_WORDS + words.len() as f64);
    let early = 1.0 / (1.0 + first as f64 / HALF_WORDS);
    (mean * brevity * (0.8 + 0.2 * early) * POINTS) as i64
}

/// Where a page of the best goes on: after one with these points, sent then, in this channel, at this seq.
pub type AfterBest = (i64, i64, i64, i64);

/// Of what was found, each with its points, the best first, of equals the newest, from behind a place.
pub fn page(
    mut found: Vec<(i64, Hit)>,
    after: Option<AfterBest>,
    limit: usize,
) -> (Vec<Hit>, Option<AfterBest>) {
    let place = |(points, hit): &(i64, Hit)| (*points, hit.ts, hit.channel, hit.seq);
    found.sort_unstable_by(|a, b| b.cmp(a));
    if let Some(after) = after {
        found.retain(|one| place(one) < after);
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(place);
    (found.into_iter().map(|(_, hit)| hit).collect(), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_better_comes_first() {
        let phrases = |texts: &[(&str, bool)]| -> Vec<Phrase> {
            texts.iter().filter_map(|(text, prefix)| Phrase::new(text, *prefix)).collect()
        };
        let long = format!("{} deploy", "and so on ".repeat(50));
        for (word, prefix, better, worse) in [
            ("deploy", false, "deploy failed", long.as_str()),
            ("deploy", true, "deploy now", "deployment now"),
            ("deploy", false, "deploy deploy", "deploy later"),
            ("deploy", false, "deploy it at noon today", "at noon today it deploy"),
        ] {
            let wanted = phrases(&[(word, prefix)]);
            assert!(points(better, &wanted) > points(worse, &wanted), "{better:?} before {worse:?}");
        }
        assert_eq!(points("anything", &[]), 0);
        assert_eq!(points("", &phrases(&[("x", false)])), 0);
    }
}
