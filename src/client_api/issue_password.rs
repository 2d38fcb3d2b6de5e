//! POST /admin/users/{user}/password: for administrators.

use actix_web::{
    post,
    web::{Json, Path},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{App, Auth, Problem};
use crate::protocol::ids::UserId;

#[derive(Serialize, ToSchema)]
pub struct IssuedPassword {
    /// To be told to the account's owner, who changes it. It is shown this once.
    #[schema(min_length = 16, max_length = 16)]
    pub password: String,
}

/// Gives an account that forgot its password another one, made at random, and ends its sessions. `GET /admin/acts` tells of it.
#[utoipa::path(operation_id = "issue_password", tag = "administration", params(("user" = String, Path)), responses((status = 200, body = IssuedPassword)))]
#[post("/admin/users/{user}/password")]
pub async fn issue_password(
    app: App,
    actor: Auth,
    user: Path<UserId>,
) -> Result<Json<IssuedPassword>, Problem> {
    let password = app.domain.issue_password(&actor.0, user.into_inner()).await?;
    Ok(Json(IssuedPassword { password }))
}
