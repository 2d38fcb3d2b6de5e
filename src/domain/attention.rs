//! What somebody wants to be told of beside what is addressed to them, and when they want to be left alone: the same
//! for all their devices.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use jiff::tz::TimeZoneDatabase;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::effect::Effect;
use super::writer::Work;
use super::{Actor, Domain, Error, Result};
use crate::protocol::Ts;
use crate::protocol::limits::JSON_INT_MAX;
use crate::storage::attention::{self, AttentionRow};
use crate::storage::{ChannelNum, Conn, UserNum};

/// How many words somebody can watch for.
pub const KEYWORDS_MAX: usize = 50;
/// How long a word can be, in characters.
pub const KEYWORD_CHARS_MIN: usize = 2;
pub const KEYWORD_CHARS_MAX: usize = 64;
/// Words that are looked for in one message; of more, those of the newest accounts are not.
const KEYWORDS_LOOKED_FOR_MAX: i64 = 5_000;
const DAY_MIN: u16 = 24 * 60;

/// When and of what somebody is told.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Attention {
    /// Words that notify as a mention does, in small letters.
    pub keywords: Vec<String>,
    /// Silence until then, by the person's wish.
    #[schema(required)]
    pub quiet_until_ts: Option<Ts>,
    /// Silence every day.
    #[schema(required)]
    pub schedule: Option<Schedule>,
}

/// Every day from one minute to another, over midnight when `from_min` is the later one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// A time zone of the IANA database, such as `Europe/Berlin`.
    #[schema(max_length = 64)]
    pub zone: String,
    /// Minutes since midnight there.
    #[schema(minimum = 0, maximum = 1439)]
    pub from_min: u16,
    #[schema(minimum = 0, maximum = 1439)]
    pub to_min: u16,
}

/// What to change; what is none stays.
#[derive(Debug, Default)]
pub struct AttentionChange {
    pub keywords: Option<Vec<String>>,
    pub quiet_until_ts: Option<Option<Ts>>,
    pub schedule: Option<Option<Schedule>>,
}

impl Domain {
    pub async fn attention(&self, actor: &Actor) -> Result<Attention> {
        let user = actor.person.num;
        self.reads.read(move |conn| load(conn, user)).await
    }

    /// Changes it, and tells the person's other devices.
    ///
    /// # Errors
    /// `bad_keywords`, `bad_schedule`.
    pub async fn change_attention(&self, actor: &Actor, change: AttentionChange) -> Result<Attention> {
        let words = change.keywords.map(checked_words).transpose()?;
        if let Some(Some(schedule)) = &change.schedule {
            check_schedule(schedule)?;
        }
        if change.quiet_until_ts.flatten().is_some_and(|until| !(0..=JSON_INT_MAX).contains(&until)) {
            return Err(Error::invalid("bad_schedule", "/quiet_until_ts", "must be a time in milliseconds"));
        }
        let user = actor.person.num;
        let (quiet, schedule) = (change.quiet_until_ts, change.schedule);
        if words.as_ref().is_some_and(|words| !words.is_empty()) {
            self.wanted.keywords.store(true, Ordering::Relaxed);
        }
        self.own(actor, move |work| {
            if let Some(words) = &words {
                attention::set_keywords(work.conn, user, words)?;
            }
            let known = load(work.conn, user)?;
            let schedule = schedule.unwrap_or(known.schedule);
            let row = AttentionRow {
                user_num: user,
                quiet_until: quiet.unwrap_or(known.quiet_until_ts),
                zone: schedule.as_ref().map(|schedule| schedule.zone.clone()),
                from_min: schedule.as_ref().map(|schedule| schedule.from_min.into()),
                to_min: schedule.as_ref().map(|schedule| schedule.to_min.into()),
            };
            attention::put(work.conn, &row)?;
            let now = load(work.conn, user)?;
            work.tell(Effect::Attention { user, attention: Box::new(now.clone()) });
            Ok(now)
        })
        .await
    }
}

pub(super) fn load(conn: &mut Conn, user: UserNum) -> Result<Attention> {
    let row = attention::get(conn, user)?;
    let keywords = attention::keywords(conn, user)?;
    Ok(Attention {
        keywords,
        quiet_until_ts: row.as_ref().and_then(|row| row.quiet_until),
        schedule: row.and_then(|row| schedule_of(&row)),
    })
}

fn schedule_of(row: &AttentionRow) -> Option<Schedule> {
    let minute = |stored: Option<i64>| stored.and_then(|minute| u16::try_from(minute).ok());
    Some(Schedule { zone: row.zone.clone()?, from_min: minute(row.from_min)?, to_min: minute(row.to_min)? })
}

/// Whether the person wants to be left alone now.
pub(super) fn is_quiet(conn: &mut Conn, user: UserNum, now: Ts) -> Result<bool> {
    let Some(row) = attention::get(conn, user)? else { return Ok(false) };
    let paused = row.quiet_until.is_some_and(|until| until > now);
    Ok(paused || schedule_of(&row).is_some_and(|schedule| is_in(&schedule, now)))
}

fn is_in(schedule: &Schedule, now: Ts) -> bool {
    let Schedule { zone, from_min: from, to_min: to } = schedule;
    let (Ok(zone), Ok(now)) = (zones().get(zone), Timestamp::from_millisecond(now)) else { return false };
    let there = now.to_zoned(zone);
    let minute = u16::try_from(i32::from(there.hour()) * 60 + i32::from(there.minute())).unwrap_or(0);
    if from <= to { (*from..*to).contains(&minute) } else { minute >= *from || minute < *to }
}

/// The zones that came with the program: the same on every machine.
fn zones() -> TimeZoneDatabase {
    TimeZoneDatabase::bundled()
}

fn check_schedule(schedule: &Schedule) -> Result<()> {
    if zones().get(&schedule.zone).is_err() {
        let detail = "must be a time zone such as Europe/Berlin";
        return Err(Error::invalid("bad_schedule", "/schedule/zone", detail));
    }
    for (pointer, minute) in
        [("/schedule/from_min", schedule.from_min), ("/schedule/to_min", schedule.to_min)]
    {
        if minute >= DAY_MIN {
            return Err(Error::invalid("bad_schedule", pointer, "must be a minute of the day, 0 to 1439"));
        }
    }
    Ok(())
}

fn checked_words(given: Vec<String>) -> Result<Vec<String>> {
    let bad = |detail: String| Error::invalid("bad_keywords", "/keywords", detail);
    if given.len() > KEYWORDS_MAX {
        return Err(bad(format!("must be at most {KEYWORDS_MAX}")));
    }
    let mut words = Vec::with_capacity(given.len());
    for word in given {
        let word = word.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let length = word.chars().count();
        if !(KEYWORD_CHARS_MIN..=KEYWORD_CHARS_MAX).contains(&length) || word.chars().any(char::is_control) {
            return Err(bad(format!(
                "must each have {KEYWORD_CHARS_MIN} to {KEYWORD_CHARS_MAX} characters, none of them control characters"
            )));
        }
        words.push(word);
    }
    words.sort();
    words.dedup();
    Ok(words)
}

/// Whose words stand in the text, of those who are in the channel.
pub(super) fn watchers(work: &mut Work<'_>, channel: ChannelNum, text: &str) -> Result<Vec<UserNum>> {
    if !work.lane.wanted.keywords.load(Ordering::Relaxed) || text.is_empty() {
        return Ok(Vec::new());
    }
    let watched = attention::keywords_in(work.conn, channel, KEYWORDS_LOOKED_FOR_MAX)?;
    if watched.is_empty() {
        return Ok(Vec::new());
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let mut found: Vec<UserNum> =
        watched.iter().filter(|(_, word)| has_word(&text, word)).map(|(user, _)| *user).collect();
    found.dedup();
    Ok(found)
}

/// Whether the word stands in the text as a word; both in small letters.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, found)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|after| after.chars().next());
        !goes_on(before, word.chars().next()) && !goes_on(word.chars().next_back(), after)
    })
}

/// Whether two neighbours belong to one word. Scripts without spaces (from U+2E80 on) have none that end.
fn goes_on(left: Option<char>, right: Option<char>) -> bool {
    let of_word = |c: Option<char>| c.is_some_and(|c| (c.is_alphanumeric() || c == '_') && c < '\u{2E80}');
    of_word(left) && of_word(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_as_words() {
        for (text, word) in [
            ("the deploy failed", "deploy"),
            ("deploy", "deploy"),
            ("(deploy)!", "deploy"),
            ("redeploy, then deploy", "deploy"),
            ("use c++ here", "c++"),
            ("on call today", "on call"),
            ("größe zählt", "größe"),
            ("我喜欢苹果汁", "苹果"),
        ] {
            assert!(has_word(text, word), "{word} in {text}");
        }
        for (text, word) in
            [("redeployed", "deploy"), ("deploy_now", "deploy"), ("größen", "größe"), ("oncall", "on call")]
        {
            assert!(!has_word(text, word), "{word} in {text}");
        }
    }

    #[test]
    fn silence_keeps_to_the_clock_of_its_zone() {
        let schedule = |zone: &str, from_min, to_min| Schedule { zone: zone.to_owned(), from_min, to_min };
        // 2026-07-01, 21:30 in UTC: 23:30 in Berlin, 17:30 in New York.
        let now = 1_782_941_400_000;
        assert!(is_in(&schedule("Europe/Berlin", 22 * 60, 8 * 60), now));
        assert!(!is_in(&schedule("UTC", 22 * 60, 8 * 60), now));
        assert!(is_in(&schedule("America/New_York", 17 * 60, 18 * 60), now));
        assert!(!is_in(&schedule("America/New_York", 17 * 60, 17 * 60 + 30), now), "to is not in it");
        assert!(is_in(&schedule("America/New_York", 17 * 60 + 30, 17 * 60 + 31), now), "from is");
        assert!(!is_in(&schedule("UTC", 60, 60), now), "from a minute to itself is none");
        assert!(!is_in(&schedule("Nowhere/Town", 0, 1439), now));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let schedule = |zone: &str, from_min| Schedule { zone: zone.to_owned(), from_min, to_min: 0 };
        assert!(check_schedule(&schedule("Europe/Paris", 1439)).is_ok());
        assert!(check_schedule(&schedule("Europe/Paris", 1440)).is_err());
        assert!(check_schedule(&schedule("../etc/passwd", 0)).is_err());
        let words = |words: &[&str]| checked_words(words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(words(&[" On  CALL ", "deploy", "DEPLOY"]).unwrap(), ["deploy", "on call"]);
        assert!(words(&["a"]).is_err());
        assert!(words(&["a\u{0}b"]).is_err());
        assert!(words(&["x".repeat(65).as_str()]).is_err());
        assert!(checked_words(vec!["abc".to_owned(); KEYWORDS_MAX + 1]).is_err());
    }
}
