//! DELETE /me/email

use actix_web::{HttpResponse, delete};

use crate::http::{App, Auth, Problem};

/// Takes the address away. Nothing happens where there is none.
#[utoipa::path(operation_id = "delete_email", tag = "me", responses((status = 204, description = "taken away")))]
#[delete("/me/email")]
pub async fn delete_email(app: App, actor: Auth) -> Result<HttpResponse, Problem> {
    app.domain.delete_email(&actor.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
