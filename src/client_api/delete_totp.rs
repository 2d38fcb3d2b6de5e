//! DELETE /me/totp

use actix_web::{HttpRequest, HttpResponse, delete};
use serde::Deserialize;
use utoipa::ToSchema;

use super::change_password::wrong_password;
use crate::http::{App, Auth, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteTotp {
    pub password: String,
    /// What the authenticator shows, or a recovery code.
    #[schema(max_length = 64, example = "287082")]
    pub code: String,
}

/// Logging in takes the password alone again. The secret and the recovery codes are forgotten.
#[utoipa::path(operation_id = "delete_totp", tag = "me", request_body = DeleteTotp, responses((status = 204, description = "forgotten")))]
#[delete("/me/totp")]
pub async fn delete_totp(
    app: App,
    request: HttpRequest,
    actor: Auth,
    body: Body<DeleteTotp>,
) -> Result<HttpResponse, Problem> {
    app.limits.password(&request, &actor.0)?;
    app.domain.delete_totp(&actor.0, body.0.password, body.0.code).await.map_err(wrong_password)?;
    Ok(HttpResponse::NoContent().finish())
}
