//! When something was said elsewhere.

use crate::protocol::Ts;

/// `2024-02-29T12:30:45.123+01:00` (RFC 3339) in milliseconds since 1970.
pub fn rfc3339(text: &str) -> Option<Ts> {
    let (date, clock) = text.split_once(['T', 't', ' '])?;
    let mut date = date.splitn(3, '-').map(number);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(0..=9_999).contains(&year) {
        return None;
    }
    let at = clock.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = clock.split_at_checked(at)?;
    let (whole, part) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut whole = whole.splitn(3, ':').map(number);
    let (hour, minute, second) = (whole.next()??, whole.next()??, whole.next()??);
    let millis = number(&format!("{:0<3}", part.get(..part.len().min(3))?))?;
    let offset = match zone.strip_prefix(['+', '-']) {
        None => 0,
        Some(rest) => {
            let (hours, minutes) = rest.split_once(':')?;
            let minutes = number(hours)? * 60 + number(minutes)?;
            if zone.starts_with('-') { -minutes } else { minutes }
        }
    };
    if hour > 23 || minute > 59 || second > 60 || offset.abs() > 1_440 {
        return None;
    }
    let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset;
    Some((minutes * 60 + second) * 1_000 + millis)
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

/// Days since 1970 by the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
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
