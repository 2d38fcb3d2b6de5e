//! POST /me/totp/recovery-codes

use actix_web::{HttpRequest, post, web::Json};
use serde::Deserialize;
use utoipa::ToSchema;

use super::change_password::wrong_password;
use super::confirm_totp::RecoveryCodes;
use crate::http::{App, Auth, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewRecoveryCodes {
    pub password: String,
    /// What the authenticator shows, or one of the recovery codes that there are.
    #[schema(max_length = 64, example = "287082")]
    pub code: String,
}

/// Makes other recovery codes, for whoever has used them up, or does not know who else has them. Those of before are good for nothing
/// from then on; the authenticator stays as it is.
#[utoipa::path(operation_id = "renew_recovery_codes", tag = "me", request_body = RenewRecoveryCodes, responses((status = 200, body = RecoveryCodes)))]
#[post("/me/totp/recovery-codes")]
pub async fn renew_recovery_codes(
    app: App,
    request: HttpRequest,
    actor: Auth,
    body: Body<RenewRecoveryCodes>,
) -> Result<Json<RecoveryCodes>, Problem> {
    app.limits.password(&request, &actor.0)?;
    let renewed = app.domain.renew_recovery_codes(&actor.0, body.0.password, body.0.code).await;
    Ok(Json(RecoveryCodes { recovery_codes: renewed.map_err(wrong_password)? }))
}
