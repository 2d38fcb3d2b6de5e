//! DELETE /admin/users/{user}: for administrators.

use actix_web::{HttpResponse, delete, web::Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::extract::MaybeBody;
use crate::http::{App, Auth, Problem};
use crate::protocol::ids::UserId;

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteAccount {
    /// At most 500 characters.
    #[schema(max_length = 500, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    pub reason: Option<String>,
}

/// Deletes an account for good, as its owner could: profile, sessions and settings go, channels are left, and those that it
/// owned go to whoever has been a moderator or member for the longest. What it wrote stays. `GET /admin/acts` tells of it.
#[utoipa::path(operation_id = "delete_account", tag = "administration", params(("user" = String, Path)), request_body = Option<DeleteAccount>, responses((status = 204, description = "deleted")))]
#[delete("/admin/users/{user}")]
pub async fn delete_account(
    app: App,
    actor: Auth,
    user: Path<UserId>,
    body: MaybeBody<DeleteAccount>,
) -> Result<HttpResponse, Problem> {
    app.domain.remove_account(&actor.0, user.into_inner(), body.0.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}
