//! Files on their way out: what browsers may make of them, parts of them, and what they may keep.

use std::ops::Range;

use actix_web::http::header::{
    self, ContentDisposition, DispositionParam, DispositionType, EntityTag, HeaderMap,
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use crate::files::kind;
use crate::http::Problem;

/// A file's bytes never change, but who may have them does: nobody else's cache may keep them.
const CACHING: &str = "private, max-age=31536000, immutable";
/// Opened by itself a file is a page without scripts, forms, or anything from anywhere.
const POLICY: &str = "sandbox; default-src 'none'";

/// Adds what every answer with a file's bytes says.
pub fn headers(response: &mut HttpResponseBuilder, tag: &str, media_type: &str, name: Option<&str>) {
    let shown = kind::is_shown(media_type);
    response.insert_header((header::CACHE_CONTROL, CACHING));
    response.insert_header((header::CONTENT_SECURITY_POLICY, POLICY));
    response.insert_header(("cross-origin-resource-policy", "same-origin"));
    response.insert_header(header::ETag(EntityTag::new_strong(tag.to_owned())));
    response.content_type(if shown { media_type } else { kind::UNKNOWN });
    if let Some(name) = name {
        let disposition = if shown { DispositionType::Inline } else { DispositionType::Attachment };
        response.insert_header(ContentDisposition { disposition, parameters: vec![parameter(name)] });
    }
}

fn parameter(name: &str) -> DispositionParam {
    DispositionParam::FilenameExt(header::ExtendedValue {
        charset: header::Charset::Ext("UTF-8".to_owned()),
        language_tag: None,
        value: name.chars().filter(|c| !c.is_control()).collect::<String>().into_bytes(),
    })
}

/// Whether the asker has it already.
pub fn is_known(request: &HttpRequest, tag: &str) -> bool {
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let quoted = format!("\"{tag}\"");
    known.is_some_and(|known| {
        known
            .split(',')
            .any(|each| matches!(each.trim(), "*") || each.trim().trim_start_matches("W/") == quoted)
    })
}

pub fn not_modified(tag: &str, media_type: &str) -> HttpResponse {
    let mut response = HttpResponse::NotModified();
    headers(&mut response, tag, media_type, None);
    response.finish()
}

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
    if range.start >= range.end { Err(Problem::plain("bad_range")) } else { Ok(Some(range)) }
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
