//! DELETE /me/scheduled/{id}

use actix_web::{HttpResponse, delete, web::Path};

use crate::http::extract::Text;
use crate::http::{App, Auth, Problem};

/// Deletes a message that was to be sent later: it is not sent.
#[utoipa::path(operation_id = "delete_scheduled", tag = "me", params(("scheduled" = String, Path)), responses((status = 204, description = "deleted")))]
#[delete("/me/scheduled/{scheduled}")]
pub async fn delete_scheduled(app: App, actor: Auth, scheduled: Path<Text>) -> Result<HttpResponse, Problem> {
    let Text(id) = scheduled.into_inner();
    app.domain.delete_scheduled(&actor.0, id).await?;
    Ok(HttpResponse::NoContent().finish())
}
