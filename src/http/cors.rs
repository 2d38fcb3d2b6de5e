//! Web clients that are served from elsewhere (Cross-Origin Resource Sharing, Fetch standard section 3.2).

use actix_cors::Cors;
use actix_web::http::header::{self, HeaderName};
use actix_web::middleware::Condition;

use super::context::{TUS_RESUMABLE, X_REQUEST_ID};
use crate::config::ClientOrigins;

/// For how many seconds a browser remembers what it was allowed. Browsers cap it at two hours or less.
const REMEMBERED_S: usize = 7_200;

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// What an answer says besides its body. Others are hidden from such pages.
const TOLD: [HeaderName; 16] = [
    X_REQUEST_ID,
    header::RETRY_AFTER,
    HeaderName::from_static("ratelimit"),
    HeaderName::from_static("ratelimit-policy"),
    header::LOCATION,
    header::ETAG,
    header::ACCEPT_RANGES,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::CONTENT_DISPOSITION,
    TUS_RESUMABLE,
    HeaderName::from_static("tus-version"),
    HeaderName::from_static("tus-extension"),
    HeaderName::from_static("tus-max-size"),
    HeaderName::from_static("upload-offset"),
    HeaderName::from_static("upload-length"),
];

/// Lets pages from these origins use the API. They come with a token: `Access-Control-Allow-Credentials` is never sent, so no
/// browser lends them its cookie.
pub fn of_clients(origins: &ClientOrigins) -> Condition<Cors> {
    let cors = match origins {
        ClientOrigins::Any => Cors::default().send_wildcard().allow_any_origin(),
        ClientOrigins::Of(origins) => {
            origins.iter().fold(Cors::default(), |cors, origin| cors.allowed_origin(origin))
        }
    };
    let are_some = *origins != ClientOrigins::Of(Vec::new());
    let cors = cors.allowed_methods(METHODS).allow_any_header().expose_headers(TOLD).max_age(REMEMBERED_S);
    Condition::new(are_some, cors)
}
