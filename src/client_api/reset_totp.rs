//! DELETE /admin/users/{user}/totp: for administrators.

use actix_web::{HttpResponse, delete, web::Path};

use crate::http::{App, Auth, Problem};
use crate::protocol::ids::UserId;

/// Lets somebody who has lost their device, and their recovery codes, log in with the password alone. `GET /admin/acts` tells of it.
#[utoipa::path(operation_id = "reset_totp", tag = "administration", params(("user" = String, Path)), responses((status = 204, description = "forgotten")))]
#[delete("/admin/users/{user}/totp")]
pub async fn reset_totp(app: App, actor: Auth, user: Path<UserId>) -> Result<HttpResponse, Problem> {
    app.domain.reset_totp(&actor.0, user.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
