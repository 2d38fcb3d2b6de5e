//! DELETE /me/push

use actix_web::{HttpResponse, delete};

use crate::http::{App, Auth, Problem};

/// Ends what `PUT /me/push` began. Nothing happens where nothing was.
#[utoipa::path(operation_id = "delete_push", tag = "me", responses((status = 204, description = "ended")))]
#[delete("/me/push")]
pub async fn delete_push(app: App, actor: Auth) -> Result<HttpResponse, Problem> {
    app.domain.delete_push(&actor.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
