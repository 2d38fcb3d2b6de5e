//! Files: their bytes, for servers whose people may read a message with them.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web::Path};
use futures_util::TryStreamExt;
use serde::Deserialize;
use tokio::sync::Semaphore;
use utoipa::IntoParams;

use super::signed::Signed;
use super::{Inbound, State};
use crate::domain::remote::files::FileUse;
use crate::domain::{Error, Missing};
use crate::federation::outbound::permits_of;
use crate::files::{Hash, kind};
use crate::http::{Problem, ranges};
use crate::protocol::ids::ServerName;

/// Files that one server is sent at a time.
const FILES_PER_SERVER_MAX: usize = 8;

impl Inbound {
    fn file_turns(&self, origin: &ServerName) -> Arc<Semaphore> {
        permits_of(&self.file_turns, origin, FILES_PER_SERVER_MAX)
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FileQuery {
    /// With `event`: the message for which the file is wanted.
    pub channel: Option<String>,
    pub event: Option<String>,
    /// Or the person whose profile shows it.
    pub user: Option<String>,
}

/// What the file is wanted for; none for what names nothing.
fn purpose(query: FileQuery) -> Option<FileUse> {
    match (query.channel, query.event, query.user) {
        (Some(channel), Some(event), None) => {
            Some(FileUse::Message(channel.parse().ok()?, event.parse().ok()?))
        }
        (None, None, Some(user)) => Some(FileUse::Profile(user.parse().ok()?)),
        _ => None,
    }
}

/// A file's bytes, or the one `Range` of them that is asked for: if the message carries it and the caller's people may
/// read that, or the profile shows it and is of somebody with whom they share a channel. In any other case, whatever the
/// reason, there is no such file.
#[utoipa::path(operation_id = "get_file", params(("hash" = String, Path), FileQuery), responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 206, description = "the range", body = Vec<u8>, content_type = "application/octet-stream", headers(("Content-Range" = String, description = "which bytes, and of how many")))))]
#[get("/files/{hash}")]
pub async fn get_file(
    state: State,
    signed: Signed<FileQuery>,
    request: HttpRequest,
    path: Path<String>,
) -> Result<HttpResponse, Problem> {
    let missing = || Problem::from(Error::NotFound(Missing::File));
    let hash: Hash = path.parse().map_err(|_| missing())?;
    let purpose = purpose(signed.query).ok_or_else(missing)?;
    let row = state.domain.file_for(&signed.origin, &hash, purpose).await?;
    let size = u64::try_from(row.size).unwrap_or(0);
    let range = ranges::range(request.headers(), size, &row.hash)?;
    let turn = state.file_turns(&signed.origin).try_acquire_owned();
    let turn = turn.map_err(|_| Problem::plain("rate_limited").retry_after(1))?;
    let bytes = state.domain.files.store.get(&hash, range.clone()).await.map_err(Error::from)?;
    let bytes = bytes.ok_or_else(missing)?;
    let mut response = match range {
        Some(_) => HttpResponse::PartialContent(),
        None => HttpResponse::Ok(),
    };
    // Bytes and nothing else: what they are is for the asker to find out.
    response.content_type(kind::UNKNOWN);
    response.insert_header((header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"));
    response.insert_header((header::ACCEPT_RANGES, "bytes"));
    let length = range.as_ref().map_or(size, |range| range.end - range.start);
    if let Some(range) = &range {
        let content = format!("bytes {}-{}/{size}", range.start, range.end - 1);
        response.insert_header((header::CONTENT_RANGE, content));
    }
    let bytes = bytes.map_err(move |error| {
        // Held until the last byte.
        let _ = &turn;
        tracing::warn!(%error, "a file could not be read to its end");
        actix_web::error::ErrorInternalServerError(error)
    });
    Ok(response.no_chunking(length).streaming(bytes))
}
