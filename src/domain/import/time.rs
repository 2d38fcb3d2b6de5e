//! When something was said elsewhere.

use crate::protocol::Ts;

/// `2024-02-29T12:30:45.123+01:00` (RFC 3339) in milliseconds since 1970.
pub fn rfc3339(text: &str) -> Option<Ts> {
    text.parse::<jiff::Timestamp>().ok().map(|time| time.as_millisecond())
}

/// `1355517523.000005`, Slack's name of a message and its time in seconds.
pub fn slack(text: &str) -> Option<Ts> {
    let (seconds, part) = text.split_once('.').unwrap_or((text, "0"));
    let millis = number(&format!("{:0<3}", part.get(..part.len().min(3))?))?;
    number(seconds)?.checked_mul(1_000)?.checked_add(millis).filter(|ts| *ts < 1 << 52)
}

fn number(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_other_programs_are_read() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2024-02-29T12:30:45.123+01:00", Some(1_709_206_245_123)),
            ("2019-03-01T00:00:00.5-00:30", Some(1_551_400_200_500)),
            ("2024-13-01T00:00:00Z", None),
            ("2024-01-01", None),
            ("2024-01-01T00:00:00", None),
            ("", None),
            ("x-y-zTa:b:cZ", None),
        ] {
            assert_eq!(rfc3339(text), expected, "{text}");
        }
        for (text, expected) in [
            ("1355517523.000005", Some(1_355_517_523_000)),
            ("1355517523.129", Some(1_355_517_523_129)),
            ("1355517523", Some(1_355_517_523_000)),
            ("x.y", None),
            ("-1.0", None),
            ("99999999999999999999.0", None),
        ] {
            assert_eq!(slack(text), expected, "{text}");
        }
    }
}
