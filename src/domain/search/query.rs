//! What people type into a search, read: words, "phrases", beginnings*, -what it must not have, and
//! operators such as `from:@ann`.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::domain::{Error, Result};
use crate::protocol::Ts;
use crate::storage::search::words::Phrase;

/// Longest query that is read, in bytes.
pub const QUERY_BYTES_MAX: usize = 1_024;
/// How many words, phrases and operators one search may have.
pub const PARTS_MAX: usize = 32;
/// A beginning of a word has at least so many letters: a shorter one is of too many words.
const PREFIX_CHARS_MIN: usize = 2;

const MINUTE_MS: i64 = 60_000;
/// Clocks are not more than this from UTC.
pub const UTC_OFFSET_MAX: i64 = 14 * 60;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Words(Phrase),
    From(String),
    In(String),
    Mentions(String),
    Link,
    File,
    Image,
    Thread,
}

/// A search as it was asked for; names are not looked up yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Each with whether it is excluded.
    pub parts: Vec<(Part, bool)>,
    /// Sent at or after.
    pub from: Ts,
    /// Sent before.
    pub until: Ts,
    utc_offset: i64,
}

fn bad(pointer: &'static str, detail: impl Into<String>) -> Error {
    Error::invalid("bad_search", pointer, detail)
}

impl Query {
    /// Nothing yet. Days begin at midnight of a clock `utc_offset` minutes east of UTC.
    ///
    /// # Errors
    /// `bad_search`
    pub fn new(utc_offset: i64) -> Result<Query> {
        if !(-UTC_OFFSET_MAX..=UTC_OFFSET_MAX).contains(&utc_offset) {
            let detail = format!("must be from -{UTC_OFFSET_MAX} to {UTC_OFFSET_MAX}");
            return Err(bad("/utc_offset", detail));
        }
        Ok(Query { parts: Vec::new(), from: i64::MIN, until: i64::MAX, utc_offset })
    }

    /// Adds what a text asks for.
    ///
    /// # Errors
    /// `bad_search`
    pub fn text(&mut self, text: &str) -> Result<()> {
        if text.len() > QUERY_BYTES_MAX {
            return Err(bad("/q", format!("must have at most {QUERY_BYTES_MAX} bytes")));
        }
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let excluded = rest.strip_prefix('-').filter(|tail| !tail.starts_with(char::is_whitespace));
            let (piece, tail) = cut(excluded.unwrap_or(rest));
            self.piece(&piece, excluded.is_some())?;
            rest = tail.trim_start();
        }
        Ok(())
    }

    fn piece(&mut self, piece: &Piece, excluded: bool) -> Result<()> {
        if let Some(name) = &piece.operator
            && self.operator("/q", &name.to_ascii_lowercase(), &piece.text, excluded)?
        {
            return Ok(());
        }
        let text = piece.operator.iter().fold(piece.text.clone(), |text, name| format!("{name}:{text}"));
        let word = text.trim_end_matches('*');
        let prefix = word.len() < text.len();
        let Some(phrase) = Phrase::new(word, prefix) else { return Ok(()) };
        let last = phrase.words.last().map(String::as_str).unwrap_or_default();
        if prefix && last.is_ascii() && last.chars().count() < PREFIX_CHARS_MIN {
            return Err(bad("/q", format!("{text:?} begins too many words: give a letter more")));
        }
        self.add("/q", Part::Words(phrase), excluded)
    }

    /// Adds an operator by its name; false for an unknown name, which may as well be a word of a text.
    ///
    /// # Errors
    /// `bad_search` for a value that makes no sense.
    pub fn operator(
        &mut self,
        pointer: &'static str,
        name: &str,
        value: &str,
        excluded: bool,
    ) -> Result<bool> {
        let lower = value.to_ascii_lowercase();
        let part = match (name, lower.as_str()) {
            ("from", _) => Part::From(value.to_owned()),
            ("in", _) => Part::In(value.to_owned()),
            ("mentions", _) => Part::Mentions(value.to_owned()),
            ("has", "link") => Part::Link,
            ("has", "file") => Part::File,
            ("has", "image") => Part::Image,
            ("has", _) => return Err(bad(pointer, format!("has:{value:?}: must be link, file or image"))),
            ("is", "thread") => Part::Thread,
            ("is", _) => return Err(bad(pointer, format!("is:{value:?}: must be thread"))),
            ("before" | "after" | "during", _) => {
                self.time(pointer, name, value, excluded)?;
                return Ok(true);
            }
            _ => return Ok(false),
        };
        if value.is_empty() {
            return Err(bad(pointer, format!("{name}: must be followed by a name, without a space")));
        }
        self.add(pointer, part, excluded)?;
        Ok(true)
    }

    fn time(&mut self, pointer: &'static str, name: &str, value: &str, excluded: bool) -> Result<()> {
        if excluded {
            return Err(bad(pointer, format!("-{name}: a time can't be excluded")));
        }
        let Some((start, end)) = span(value, self.utc_offset) else {
            let detail = "must be a date (2026-01-31, 2026-01 or 2026), or a time in milliseconds since 1970";
            return Err(bad(pointer, format!("{name}:{value:?}: {detail}")));
        };
        if name != "before" {
            self.from = self.from.max(if name == "after" { end } else { start });
        }
        if name != "after" {
            self.until = self.until.min(if name == "before" { start } else { end });
        }
        Ok(())
    }

    fn add(&mut self, pointer: &'static str, part: Part, excluded: bool) -> Result<()> {
        if self.parts.len() >= PARTS_MAX {
            return Err(bad(pointer, format!("at most {PARTS_MAX} words, phrases and operators")));
        }
        self.parts.push((part, excluded));
        Ok(())
    }
}

/// A word or phrase, or an operator and its value.
struct Piece {
    operator: Option<String>,
    text: String,
}

/// The first piece of a text that does not begin with a space, and what follows it.
fn cut(text: &str) -> (Piece, &str) {
    let word = |text: &'_ str| text.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(text.len());
    let name = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (operator, rest) = match (text.get(..name), text.get(name..).and_then(|tail| tail.strip_prefix(':')))
    {
        (Some(name), Some(tail)) if !name.is_empty() => (Some(name.to_owned()), tail),
        _ => (None, text),
    };
    if let Some(tail) = rest.strip_prefix('"') {
        // A quotation without an end goes to the end.
        let (quoted, tail) = tail.split_once('"').unwrap_or((tail, ""));
        let (star, tail) = tail.strip_prefix('*').map_or(("", tail), |tail| ("*", tail));
        return (Piece { operator, text: format!("{quoted}{star}") }, tail);
    }
    let (text, tail) = rest.split_at(word(rest));
    (Piece { operator, text: text.to_owned() }, tail)
}

/// From when to before when a date is, or a time.
fn span(value: &str, utc_offset: i64) -> Option<(Ts, Ts)> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    if digits && value.len() > 4 {
        let ts: Ts = value.parse().ok().filter(|ts| *ts < Ts::MAX)?;
        return Some((ts, ts + 1));
    }
    let mut numbers = value.split('-').map(|part| {
        let digits = !part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<i16>().ok().filter(|_| digits)
    });
    let year = numbers.next()??;
    let month = numbers.next();
    let day = numbers.next();
    if year < 1_970 || numbers.next().is_some() {
        return None;
    }
    let span = match (month, day) {
        (None, _) => 1.year(),
        (_, None) => 1.month(),
        _ => 1.day(),
    };
    let number = |given: Option<Option<i16>>| given.map_or(Some(1), |given| i8::try_from(given?).ok());
    let first = Date::new(year, number(month)?, number(day)?).ok()?;
    let ts = |day: Date| {
        let since = day.duration_since(date(1_970, 1, 1)).as_millis();
        Ts::try_from(since).ok().map(|ts| ts - utc_offset * MINUTE_MS)
    };
    // Nothing comes after the year 9999.
    let after = first.checked_add(span).ok().map_or(Some(Ts::MAX), ts)?;
    Some((ts(first)?, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::DAY_MS;

    fn parts(text: &str) -> Vec<String> {
        let mut query = Query::new(0).unwrap();
        query.text(text).unwrap();
        let show = |(part, excluded): (Part, bool)| {
            let sign = if excluded { "-" } else { "" };
            match part {
                Part::Words(phrase) => {
                    format!("{sign}{}{}", phrase.words.join(" "), if phrase.prefix { "*" } else { "" })
                }
                other => format!("{sign}{other:?}"),
            }
        };
        query.parts.into_iter().map(show).collect()
    }

    fn times(text: &str, utc_offset: i64) -> (Ts, Ts) {
        let mut query = Query::new(utc_offset).unwrap();
        query.text(text).unwrap();
        (query.from, query.until)
    }

    #[test]
    fn words_phrases_and_operators_are_told_apart() {
        assert_eq!(parts("one Two \"three four\" fi*"), ["one", "two", "three four", "fi*"]);
        assert_eq!(parts("-one -\"two three\" - four"), ["-one", "-two three", "four"]);
        assert_eq!(parts("from:@ann FROM:bo"), ["From(\"@ann\")", "From(\"bo\")"]);
        assert_eq!(parts("in:\"my place\" -in:#x"), ["In(\"my place\")", "-In(\"#x\")"]);
        assert_eq!(
            parts("has:link -has:image is:thread mentions:me"),
            ["Link", "-Image", "Thread", "Mentions(\"me\")"]
        );
        assert_eq!(parts("http://a.test note:that"), ["http a test", "note that"]);
    }

    #[test]
    fn what_is_hostile_is_only_text() {
        assert_eq!(parts("\"one two"), ["one two"]);
        assert_eq!(parts("a\"b c\" \"\" \"*\" ** -- - : \"-"), ["a", "b c"]);
        assert_eq!(
            parts("NEAR(one two) OR text:three AND {a b}^2"),
            ["near one", "two", "or", "text three", "and", "a", "b 2"]
        );
        assert_eq!(parts("'; DROP TABLE x; --"), ["drop", "table", "x"]);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let bad = |text: &str| {
            matches!(Query::new(0).unwrap().text(text), Err(Error::Invalid { code: "bad_search", .. }))
        };
        for text in [
            "has:cats",
            "is:",
            "from:",
            "in:\"\"",
            "before:tomorrow",
            "-after:2026",
            "a*",
            "during:2026-02-29",
        ] {
            assert!(bad(text), "{text}");
        }
        assert!(bad(&"x".repeat(QUERY_BYTES_MAX + 1)));
        assert!(bad(&"x ".repeat(PARTS_MAX + 1)));
        assert!(!bad(&"x ".repeat(PARTS_MAX)));
        assert!(Query::new(UTC_OFFSET_MAX + 1).is_err());
    }

    #[test]
    fn dates_are_days_of_a_calendar() {
        assert_eq!(times("", 0), (i64::MIN, i64::MAX));
        assert_eq!(times("during:1970-01-01", 0), (0, DAY_MS));
        assert_eq!(times("during:1970-01-01", 60), (-3_600_000, DAY_MS - 3_600_000));
        assert_eq!(times("during:2024-02-29", 0), (1_709_164_800_000, 1_709_251_200_000));
        assert_eq!(times("during:2026", 0), (1_767_225_600_000, 1_798_761_600_000));
        assert_eq!(times("after:2025-12-31 before:2026-02", 0), (1_767_225_600_000, 1_769_904_000_000));
        assert_eq!(times("during:9999-12-31", 0), (253_402_214_400_000, i64::MAX));
        assert_eq!(times("after:1767225600000", 0), (1_767_225_600_001, i64::MAX));
        assert_eq!(times("before:1767225600000", 0), (i64::MIN, 1_767_225_600_000));
    }
}
