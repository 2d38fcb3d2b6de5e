//! POST /me/totp

use actix_web::{HttpRequest, HttpResponse, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::change_password::wrong_password;
use crate::http::{App, Auth, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginTotp {
    pub password: String,
}

/// What an authenticator has to know. It is told this once.
#[derive(Serialize, ToSchema)]
pub struct TotpSecret {
    /// In base32 (RFC 4648), to be typed where no picture can be taken.
    #[schema(min_length = 32, max_length = 32)]
    pub secret: String,
    /// To be shown as a QR code: SHA-1, six digits, 30 seconds.
    #[schema(
        example = "otpauth://totp/chat.example.org:ann?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=chat.example.org"
    )]
    pub uri: String,
}

/// Makes a secret for an authenticator. Nothing changes before a code of it was shown (`confirm_totp`); asked again, the one
/// before is forgotten.
#[utoipa::path(operation_id = "begin_totp", tag = "me", request_body = BeginTotp, responses((status = 201, body = TotpSecret)))]
#[post("/me/totp")]
pub async fn begin_totp(
    app: App,
    request: HttpRequest,
    actor: Auth,
    body: Body<BeginTotp>,
) -> Result<HttpResponse, Problem> {
    app.limits.password(&request, &actor.0)?;
    let begun = app.domain.begin_totp(&actor.0, body.0.password).await.map_err(wrong_password)?;
    Ok(HttpResponse::Created().json(TotpSecret { secret: begun.secret, uri: begun.uri }))
}
