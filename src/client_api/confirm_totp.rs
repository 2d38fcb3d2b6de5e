//! POST /me/totp/confirm

use actix_web::{HttpRequest, post, web::Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::{App, Auth, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmTotp {
    /// What the authenticator shows.
    #[schema(max_length = 64, example = "287082")]
    pub code: String,
}

/// What takes the place of a code, each once, where the device is lost. They are told this once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    #[schema(min_items = 10, max_items = 10, example = json!(["h7ck-2mzq-x9ft-wd4e"]))]
    pub recovery_codes: Vec<String>,
}

/// Shows a code of the secret that was made: from now on logging in takes one. Sessions that there are go on.
#[utoipa::path(operation_id = "confirm_totp", tag = "me", request_body = ConfirmTotp, responses((status = 200, body = RecoveryCodes)))]
#[post("/me/totp/confirm")]
pub async fn confirm_totp(
    app: App,
    request: HttpRequest,
    actor: Auth,
    body: Body<ConfirmTotp>,
) -> Result<Json<RecoveryCodes>, Problem> {
    app.limits.password(&request, &actor.0)?;
    Ok(Json(RecoveryCodes { recovery_codes: app.domain.confirm_totp(&actor.0, body.0.code).await? }))
}
