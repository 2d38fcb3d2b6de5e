//! GET /me/totp

use actix_web::{get, web::Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{App, Auth, Problem};
use crate::protocol::Ts;

/// Whether logging in takes a one-time code.
#[derive(Serialize, ToSchema)]
pub struct TotpState {
    pub enabled: bool,
    /// Since when.
    #[schema(required)]
    pub enabled_ts: Option<Ts>,
    /// How many recovery codes were not used yet.
    pub recovery_codes: i64,
}

/// Whether logging in takes, beside the password, a code of a device that one has (RFC 6238).
#[utoipa::path(operation_id = "get_totp", tag = "me", responses((status = 200, body = TotpState)))]
#[get("/me/totp")]
pub async fn get_totp(app: App, actor: Auth) -> Result<Json<TotpState>, Problem> {
    let standing = app.domain.totp(&actor.0).await?;
    Ok(Json(TotpState {
        enabled: standing.enabled_ts.is_some(),
        enabled_ts: standing.enabled_ts,
        recovery_codes: standing.recovery_codes,
    }))
}
