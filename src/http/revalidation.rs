//! Reads that were read before: `HEAD`, `ETag` and `If-None-Match` for what the API answers as JSON (RFC 9110, sections
//! 9.3.2, 8.8.3 and 13.1.2). Files have tags of their own.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use sha2::{Digest, Sha256};

const API: &str = "/api/";
/// What answers `HEAD` itself.
const FILES: &str = "/api/v1/files/";
/// How much of a hash is a tag.
pub(super) const TAG_BYTES: usize = 16;

/// Whoever asks for the head of a read is answered as if they had asked for all of it; the HTTP library keeps the body.
pub fn answer_head(request: &mut ServiceRequest) {
    let path = request.path();
    if *request.method() == Method::HEAD && path.starts_with(API) && !path.starts_with(FILES) {
        request.head_mut().method = Method::GET;
    }
}

/// Adds a tag to an answer that has none; it is left empty if whoever asked has it already.
pub fn with_tag<B: MessageBody>(
    response: ServiceResponse<B>,
    if_none_match: Option<&HeaderValue>,
) -> ServiceResponse<EitherBody<Bytes, B>> {
    let json = HeaderValue::from_static("application/json");
    let request = response.request();
    let is_read = *request.method() == Method::GET && request.path().starts_with(API);
    let headers = response.headers();
    let has_none = headers.get(header::CONTENT_TYPE) == Some(&json) && !headers.contains_key(header::ETAG);
    if !is_read || !has_none || response.status() != StatusCode::OK {
        return response.map_body(|_, body| EitherBody::right(body));
    }
    response.map_body(|head, body| {
        let bytes = match body.try_into_bytes() {
            Ok(bytes) => bytes,
            Err(body) => return EitherBody::right(body),
        };
        let hash = Sha256::digest(&bytes);
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(hash.get(..TAG_BYTES).unwrap_or_default()));
        let known =
            if_none_match.and_then(|known| known.to_str().ok()).is_some_and(|known| is_among(known, &tag));
        if let Ok(value) = HeaderValue::from_str(&tag) {
            head.headers_mut().insert(header::ETAG, value);
        }
        if !known {
            return EitherBody::left(bytes);
        }
        head.status = StatusCode::NOT_MODIFIED;
        head.headers_mut().remove(header::CONTENT_TYPE);
        EitherBody::left(Bytes::new())
    })
}

/// Whether a list of tags has this one, whether it calls it weak or not (RFC 9110, section 13.1.2).
pub fn is_among(known: &str, tag: &str) -> bool {
    known.split(',').map(str::trim).any(|each| each == "*" || each.trim_start_matches("W/") == tag)
}
