//! Parts of files, as `Range` asks for them.

use std::ops::Range;

use actix_web::http::header::{self, HeaderMap};

use super::Problem;

/// The one range that is asked for; none for the whole. What is no single range of bytes is not looked at (RFC 9110, 14.2).
///
/// # Errors
/// `bad_range` for one that begins behind the end.
pub fn range(headers: &HeaderMap, size: u64, tag: &str) -> Result<Option<Range<u64>>, Problem> {
    if headers.get(header::IF_RANGE).is_some_and(|value| value.to_str().ok() != Some(&format!("\"{tag}\""))) {
        return Ok(None);
    }
    let given = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let Some((first, last)) = given.and_then(|given| given.strip_prefix("bytes=")?.split_once('-')) else {
        return Ok(None);
    };
    let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.parse::<u64>().ok(),
        false => None,
    };
    let range = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Some(first), None) if last.is_empty() => first..size,
        (None, Some(count)) if first.is_empty() => size.saturating_sub(count)..size,
        _ => return Ok(None),
    };
    match range.start < range.end {
        true => Ok(Some(range)),
        false => Err(Problem::plain("bad_range").length(size)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_understood() {
        let ask = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, header::HeaderValue::from_str(text).unwrap());
            range(&headers, 10, "tag").map_err(|problem| problem.code())
        };
        for (text, expected) in [
            ("bytes=0-3", Ok(Some(0..4))),
            ("bytes=4-", Ok(Some(4..10))),
            ("bytes=-3", Ok(Some(7..10))),
            ("bytes=-30", Ok(Some(0..10))),
            ("bytes=9-99999999999", Ok(Some(9..10))),
            ("bytes=10-", Err("bad_range")),
            ("bytes=99-100", Err("bad_range")),
            ("bytes=-0", Err("bad_range")),
            ("bytes=3-1", Ok(None)),
            ("bytes=0-1,3-4", Ok(None)),
            ("bytes=+1-2", Ok(None)),
            ("lines=0-1", Ok(None)),
            ("bytes=", Ok(None)),
        ] {
            assert_eq!(ask(text), expected, "{text}");
        }
    }
}
