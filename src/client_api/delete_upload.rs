//! DELETE /files/uploads/{id}

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, delete};

use super::tus;
use crate::http::{App, Problem, WriteAuth};

/// Gives an upload in parts up (tus termination).
#[utoipa::path(operation_id = "delete_upload", tag = "files", params(("upload" = String, Path)), responses((status = 204)))]
#[delete("/files/uploads/{upload}")]
pub async fn delete_upload(
    app: App,
    actor: WriteAuth,
    request: HttpRequest,
    path: Path<String>,
) -> Result<HttpResponse, Problem> {
    tus::check_id(&path)?;
    tus::check_version(&request)?;
    app.domain.delete_upload(&actor.0, &path).await?;
    Ok(HttpResponse::NoContent().finish())
}
