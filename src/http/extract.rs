//! Bodies, paths and queries, with errors that say what is wrong.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::{PathError, QueryPayloadError};
use actix_web::http::header;
use actix_web::web::{self, BytesMut};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// The largest JSON body of a request, in bytes.
pub const BODY_BYTES_MAX: usize = 262_144;

/// A JSON body of the documented shape; unknown and repeated fields are errors.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Body<T>, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = request.content_type().to_ascii_lowercase();
        let length = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        let payload = payload.take();
        Box::pin(async move {
            if media_type != "application/json" {
                return Err(Problem::plain("unsupported_media_type"));
            }
            if length.is_some_and(|length| length > BODY_BYTES_MAX) {
                return Err(too_large());
            }
            let bytes = collect(payload).await?;
            parse(&bytes).map(Body)
        })
    }
}

/// As [`Body`], for a request that may come without one.
pub struct MaybeBody<T>(pub T);

impl<T: DeserializeOwned + Default + 'static> FromRequest for MaybeBody<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<MaybeBody<T>, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = request.content_type().to_ascii_lowercase();
        let payload = payload.take();
        Box::pin(async move {
            let bytes = collect(payload).await?;
            if bytes.is_empty() {
                return Ok(MaybeBody(T::default()));
            }
            if media_type != "application/json" {
                return Err(Problem::plain("unsupported_media_type"));
            }
            parse(&bytes).map(MaybeBody)
        })
    }
}

fn too_large() -> Problem {
    Problem::new("too_large", format!("A body has at most {BODY_BYTES_MAX} bytes."))
}

async fn collect(mut payload: Payload) -> Result<BytesMut, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(part) = payload.next().await {
        let part =
            part.map_err(|error| Problem::new("bad_json", format!("The body ended early: {error}")))?;
        if bytes.len() + part.len() > BODY_BYTES_MAX {
            return Err(too_large());
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let detail = error.into_inner().to_string();
        Problem::new("bad_json", detail.clone()).field(pointer, detail)
    })?;
    reader.end().map_err(|error| Problem::new("bad_json", error.to_string()))?;
    Ok(value)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    let parts = path.iter().map(|segment| segment.to_string().replace('~', "~0").replace('/', "~1"));
    parts.filter(|part| part != "?").fold(String::new(), |pointer, part| format!("{pointer}/{part}"))
}

/// Path and query parameters use actix's own extractors; this makes their errors problems.
pub type Params<T> = web::Query<T>;

pub fn path_config() -> web::PathConfig {
    web::PathConfig::default().error_handler(|error, _| {
        let detail = match error {
            PathError::Deserialize(error) => error.to_string(),
            other => other.to_string(),
        };
        Problem::new("bad_path", detail).into()
    })
}

pub fn query_config() -> web::QueryConfig {
    web::QueryConfig::default().error_handler(|error, _| {
        let detail = match error {
            QueryPayloadError::Deserialize(error) => error.to_string(),
            other => other.to_string(),
        };
        Problem::new("bad_query", detail).into()
    })
}
