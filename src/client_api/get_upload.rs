//! HEAD /files/uploads/{id}: how far an upload is.

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, head};

use super::tus;
use crate::http::{App, Auth, Problem};

/// How far an upload in parts is (tus): `Upload-Offset`, `Upload-Length`, `Upload-Expires`, and once it is complete
/// `Loggia-File`, the file's hash.
#[utoipa::path(operation_id = "get_upload", tag = "files", params(("upload" = String, Path)), responses((status = 200, description = "in headers", headers(("Upload-Length" = i64, description = "how many bytes the file has"), ("Upload-Offset" = i64, description = "how many bytes are there"), ("Upload-Expires" = String, description = "until when the upload is kept"), ("Loggia-File" = String, description = "once all bytes are there: the file's hash")))))]
#[head("/files/uploads/{upload}")]
pub async fn get_upload(
    app: App,
    actor: Auth,
    request: HttpRequest,
    path: Path<String>,
) -> Result<HttpResponse, Problem> {
    tus::check_id(&path)?;
    tus::check_version(&request)?;
    let upload = app.domain.upload(&actor.0, &path).await?;
    let mut response = HttpResponse::Ok();
    response.insert_header(("upload-length", upload.size.to_string()));
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(tus::tell(&mut response, &upload))
}
