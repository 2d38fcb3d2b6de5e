//! PATCH /files/uploads/{id}: more bytes of an upload.

use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse, patch};

use super::{incoming, tus};
use crate::domain::Error;
use crate::http::{App, Problem, WriteAuth};

/// Adds bytes to an upload in parts (tus), from `Upload-Offset` on. When they are all there, `Loggia-File` says the
/// hash of the file that they are.
#[utoipa::path(operation_id = "append_upload", tag = "files", params(("upload" = String, Path)), request_body(content = Option<Vec<u8>>, content_type = "application/offset+octet-stream"), responses((status = 204, description = "in headers", headers(("Upload-Offset" = i64, description = "how many bytes are there"), ("Upload-Expires" = String, description = "until when the upload is kept"), ("Loggia-File" = String, description = "once all bytes are there: the file's hash")))))]
#[patch("/files/uploads/{upload}")]
pub async fn append_upload(
    app: App,
    actor: WriteAuth,
    request: HttpRequest,
    path: Path<String>,
    mut payload: Payload,
) -> Result<HttpResponse, Problem> {
    tus::check_id(&path)?;
    tus::check_version(&request)?;
    if request.headers().get("content-type").is_none_or(|value| value != "application/offset+octet-stream") {
        return Err(Problem::plain("unsupported_media_type"));
    }
    let offset = tus::number(&request, "upload-offset")?;
    let mut checksum = tus::Checksum::of(&request)?;
    let mut more = app.domain.go_on(&actor.0, &path, offset).await?;
    let mut received = incoming::receive(&mut more.incoming, &mut payload, |bytes| checksum.see(bytes)).await;
    if received.is_ok() || checksum.is_given() {
        received = received.and(checksum.check());
        if received.is_err() {
            more.incoming.part.cut(offset).await.map_err(Error::from)?;
        }
    }
    // What came before a connection broke is kept: that is what parts are for.
    let upload = app.domain.pause(&actor.0, more).await?;
    received?;
    Ok(tus::tell(&mut HttpResponse::NoContent(), &upload))
}
