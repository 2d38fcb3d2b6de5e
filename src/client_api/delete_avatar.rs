//! DELETE /me/avatar

use actix_web::{HttpResponse, delete};

use crate::http::{App, Problem, WriteAuth};

/// Takes the picture of one's profile away.
#[utoipa::path(operation_id = "delete_avatar", tag = "me", responses((status = 204)))]
#[delete("/me/avatar")]
pub async fn delete_avatar(app: App, actor: WriteAuth) -> Result<HttpResponse, Problem> {
    app.domain.change_avatar(&actor.0, None).await?;
    Ok(HttpResponse::NoContent().finish())
}
