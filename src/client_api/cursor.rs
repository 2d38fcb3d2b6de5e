//! Opaque cursors of lists that are not timelines.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::http::Problem;

/// Longest cursor that is looked at.
const CURSOR_CHARS_MAX: usize = 512;

fn bad() -> Problem {
    Problem::plain("bad_cursor").field("/cursor", "not a cursor of this server")
}

/// What a cursor says.
pub fn read(cursor: &str) -> Result<String, Problem> {
    if cursor.is_empty() || cursor.len() > CURSOR_CHARS_MAX {
        return Err(bad());
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad())?;
    let text = String::from_utf8(bytes).map_err(|_| bad())?;
    // PostgreSQL has no NUL in texts.
    if text.contains('\0') { Err(bad()) } else { Ok(text) }
}

/// A cursor that is a number.
pub fn number(cursor: &str) -> Result<i64, Problem> {
    read(cursor)?.parse().map_err(|_| bad())
}

/// A cursor of two numbers.
pub fn pair(cursor: &str) -> Result<(i64, i64), Problem> {
    let text = read(cursor)?;
    let (a, b) = text.split_once('.').ok_or_else(bad)?;
    Ok((a.parse().map_err(|_| bad())?, b.parse().map_err(|_| bad())?))
}

/// A cursor of three numbers.
pub fn triple(cursor: &str) -> Result<(i64, i64, i64), Problem> {
    numbers(cursor).map(|[a, b, c]| (a, b, c))
}

/// A cursor of four numbers.
pub fn four(cursor: &str) -> Result<(i64, i64, i64, i64), Problem> {
    numbers(cursor).map(|[a, b, c, d]| (a, b, c, d))
}

fn numbers<const N: usize>(cursor: &str) -> Result<[i64; N], Problem> {
    let text = read(cursor)?;
    let numbers: Vec<i64> =
        text.split('.').map(|number| number.parse().map_err(|_| bad())).collect::<Result<_, _>>()?;
    numbers.try_into().map_err(|_| bad())
}

pub fn print(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// Answers a page with `Link: rel="next"` when there is more after `next`.
pub fn page<T: Serialize>(
    request: &HttpRequest,
    next: Option<String>,
    body: impl FnOnce(Option<String>) -> T,
) -> HttpResponse {
    let next = next.map(|text| print(&text));
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = &next {
        let kept =
            request.query_string().split('&').filter(|part| !part.is_empty() && !part.starts_with("cursor="));
        let cursor = format!("cursor={}", utf8_percent_encode(cursor, NON_ALPHANUMERIC));
        let query: Vec<&str> = kept.chain([cursor.as_str()]).collect();
        let link = format!("<{}?{}>; rel=\"next\"", request.path(), query.join("&"));
        response.insert_header((header::LINK, link));
    }
    response.json(body(next))
}
