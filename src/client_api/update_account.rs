//! PATCH /admin/users/{user_id}: for administrators.

use actix_web::{
    patch,
    web::{Json, Path},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::list_accounts::Account;
use crate::domain::admin::AccountPatch;
use crate::domain::view::AccountRole;
use crate::http::{App, Auth, Body, Problem};
use crate::protocol::ids::UserId;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateAccount {
    /// What it may do on this server.
    pub role: Option<AccountRole>,
    /// Kept from logging in; its sessions end at once. Nothing is deleted.
    pub disabled: Option<bool>,
}

/// Changes what an account may do. One administrator who can log in is always left.
#[utoipa::path(operation_id = "update_account", tag = "administration", params(("user" = String, Path)), request_body = UpdateAccount, responses((status = 200, body = Account)))]
#[patch("/admin/users/{user}")]
pub async fn update_account(
    app: App,
    actor: Auth,
    user: Path<UserId>,
    body: Body<UpdateAccount>,
) -> Result<Json<Account>, Problem> {
    let patch = AccountPatch { role: body.0.role, disabled: body.0.disabled };
    Ok(Json(app.domain.update_account(&actor.0, user.into_inner(), patch).await?.into()))
}
