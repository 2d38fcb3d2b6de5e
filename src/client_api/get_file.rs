//! GET /files/{hash}/{name}

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get};
use futures_util::TryStreamExt;

use super::serving;
use crate::domain::{Error, Missing};
use crate::files::{BadHash, Hash};
use crate::http::{App, Auth, Problem, ranges};
use crate::storage::files::FileRow;

/// A file's bytes, or the one `Range` of them that is asked for: for whoever can read a message that carries it, for its
/// uploader, and for everybody if it is a profile's picture. Pictures, sound and films are shown, all else is downloaded
/// under the name in the path.
#[utoipa::path(operation_id = "get_file", tag = "files", params(("hash" = String, Path), ("name" = String, Path)), responses((status = 200, body = Vec<u8>, content_type = "*/*"), (status = 206, description = "the range", body = Vec<u8>, content_type = "*/*", headers(("Content-Range" = String, description = "which bytes, and of how many"))), (status = 304, description = "as known")))]
#[get("/files/{hash}/{name}")]
pub async fn get_file(
    app: App,
    actor: Auth,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (hash, name) = path.into_inner();
    if hash == "uploads" {
        // There is nothing to get of an upload.
        return super::fallback(request).await;
    }
    let hash: Hash = hash.parse().map_err(|error: BadHash| Problem::new("bad_path", error.to_string()))?;
    let row = app.domain.file(&actor.0, &hash).await?;
    if serving::is_known(&request, &row.hash) {
        return Ok(serving::not_modified(&row.hash, &row.media_type));
    }
    let (mut response, range, length) = begin(&request, &row, &name)?;
    let bytes = app.domain.files.store.get(&hash, range).await.map_err(Error::from)?;
    let Some(bytes) = bytes else { return Err(Error::NotFound(Missing::File).into()) };
    let bytes = bytes.inspect_err(|error| tracing::warn!(%error, "a file could not be read to its end"));
    Ok(response.no_chunking(length).streaming(bytes.map_err(actix_web::error::ErrorInternalServerError)))
}

type Begun = (HttpResponseBuilder, Option<std::ops::Range<u64>>, u64);

/// Everything but the bytes, the range of them, and how many they are.
pub fn begin(request: &HttpRequest, row: &FileRow, name: &str) -> Result<Begun, Problem> {
    let size = u64::try_from(row.size).unwrap_or(0);
    let range = ranges::range(request.headers(), size, &row.hash)?;
    let mut response = match range {
        Some(_) => HttpResponse::PartialContent(),
        None => HttpResponse::Ok(),
    };
    serving::headers(&mut response, &row.hash, &row.media_type, Some(name));
    response.insert_header((header::ACCEPT_RANGES, "bytes"));
    let length = range.as_ref().map_or(size, |range| range.end - range.start);
    if let Some(range) = &range {
        let content = format!("bytes {}-{}/{size}", range.start, range.end - 1);
        response.insert_header((header::CONTENT_RANGE, content));
    }
    // An empty file has no range to read; the store is asked for all of it.
    Ok((response, range, length))
}
