//! DELETE /me: leave for good.

use actix_web::{HttpRequest, HttpResponse, delete};
use serde::Deserialize;
use utoipa::ToSchema;

use super::change_password::wrong_password;
use crate::http::auth::no_cookie;
use crate::http::{App, Auth, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteMe {
    pub password: String,
}

/// Deletes the account: profile and sessions go, channels are left, one's own to their longest-standing moderator or member.
/// What was written stays. The last administrator has to name another first, unless nobody else has an account.
#[utoipa::path(operation_id = "delete_me", tag = "me", request_body = DeleteMe, responses((status = 204, description = "deleted")))]
#[delete("/me")]
pub async fn delete_me(
    app: App,
    request: HttpRequest,
    actor: Auth,
    body: Body<DeleteMe>,
) -> Result<HttpResponse, Problem> {
    app.limits.password(&request, &actor.0)?;
    app.domain.delete_account(&actor.0, body.0.password).await.map_err(wrong_password)?;
    Ok(HttpResponse::NoContent().cookie(no_cookie()).finish())
}
