//! DELETE /me/blocks/{user}

use actix_web::{HttpResponse, delete, web::Path};

use crate::http::{App, Auth, Problem};
use crate::protocol::ids::UserId;

/// Blocks somebody no longer; whoever was not blocked stays so. One's other devices hear of it by `blocks.updated`.
#[utoipa::path(operation_id = "unblock_user", tag = "me", params(("user" = String, Path, description = "`@name:server`")), responses((status = 204, description = "not blocked")))]
#[delete("/me/blocks/{user}")]
pub async fn unblock_user(app: App, actor: Auth, path: Path<UserId>) -> Result<HttpResponse, Problem> {
    app.domain.unblock(&actor.0, path.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
