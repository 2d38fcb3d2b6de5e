//! DELETE /admin/exclusions/{user}: for administrators.

use actix_web::{HttpResponse, delete, web::Path};

use crate::http::{App, Auth, Problem};
use crate::protocol::ids::UserId;

/// Keeps somebody off this server no more: from now on they come, write and are found as others. What was refused stays so, and
/// they are in no channel by it. Whoever was not kept off stays as they are.
#[utoipa::path(operation_id = "readmit_user", tag = "administration", params(("user" = String, Path, description = "`@name:server`")), responses((status = 204, description = "not kept off")))]
#[delete("/admin/exclusions/{user}")]
pub async fn readmit_user(app: App, actor: Auth, user: Path<UserId>) -> Result<HttpResponse, Problem> {
    app.domain.readmit(&actor.0, user.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
