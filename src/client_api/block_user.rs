//! PUT /me/blocks/{user}

use actix_web::{HttpResponse, put, web::Path};

use crate::http::{App, Auth, Problem};
use crate::protocol::ids::UserId;

/// Blocks somebody, of this server or of another one: nothing that they write notifies one, and they can't begin a direct
/// conversation with one, or invite one. At most 1,000. They are not told; one's other devices hear of it by `blocks.updated`.
#[utoipa::path(operation_id = "block_user", tag = "me", params(("user" = String, Path, description = "`@name:server`")), responses((status = 204, description = "blocked")))]
#[put("/me/blocks/{user}")]
pub async fn block_user(app: App, actor: Auth, path: Path<UserId>) -> Result<HttpResponse, Problem> {
    app.domain.block(&actor.0, path.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
