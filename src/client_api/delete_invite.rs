//! DELETE /invites/{code}: for administrators.

use actix_web::{HttpResponse, delete, web::Path};

use crate::http::extract::Text;
use crate::http::{App, Auth, Problem};

/// Makes a code worthless.
#[utoipa::path(operation_id = "delete_invite", tag = "invites", params(("code" = String, Path)), responses((status = 204, description = "deleted")))]
#[delete("/invites/{code}")]
pub async fn delete_invite(app: App, actor: Auth, path: Path<Text>) -> Result<HttpResponse, Problem> {
    app.domain.delete_invite(&actor.0, path.into_inner().0).await?;
    Ok(HttpResponse::NoContent().finish())
}
