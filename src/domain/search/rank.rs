//! How well a found message fits. All that was found has every word, so what counts is how much of the message is what
//! was looked for: words that stand there exactly, early, and often, in a text that says little else. The same on both
//! databases, for the index only finds.

use std::collections::HashMap;
use std::hash::Hash;

use crate::domain::Result;
use crate::storage::search::words::{self, Phrase};
use crate::storage::search::{Hit, Time};

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
        let mut weight = 0.0;
        for at in 0..words.len() {
            let Some(rest) = words.get(at..).filter(|rest| phrase.fits(rest)) else { continue };
            first = first.min(at);
            // What only begins so is worth half.
            weight += if phrase.is_whole(rest) { 1.0 } else { 0.5 };
        }
        sum += weight * (1.0 + SATURATION) / (weight + SATURATION);
    }
    let mean = sum / phrases.len() as f64 / (1.0 + SATURATION);
    let brevity = HALF_WORDS / (HALF_WORDS + words.len() as f64);
    let early = 1.0 / (1.0 + first as f64 / HALF_WORDS);
    (mean * brevity * (0.8 + 0.2 * early) * POINTS) as i64
}

/// Each text's points, by where it stands.
///
/// # Errors
/// `busy` when the search has taken all its time.
pub fn all<P: Eq + Hash>(
    texts: impl Iterator<Item = (P, String)>,
    phrases: &[Phrase],
    time: Time,
) -> Result<HashMap<P, i64>> {
    let points = texts.map(|(place, text)| {
        time.check()?;
        Ok((place, points(&text, phrases)))
    });
    points.collect()
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
    use crate::domain::Error;

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

    #[test]
    fn whoever_has_taken_all_their_time_is_told_so() {
        let texts = || [(1, "deploy".to_owned())].into_iter();
        let wanted: Vec<Phrase> = Phrase::new("deploy", false).into_iter().collect();
        assert_eq!(all(texts(), &wanted, Time::begin()).expect("time").len(), 1);
        assert!(matches!(all(texts(), &wanted, Time::over()), Err(Error::Busy)));
    }
}
