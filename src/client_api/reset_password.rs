//! POST /password-resets/{token}

use actix_web::{HttpRequest, HttpResponse, post, web::Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::{App, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// At least 8 characters.
    #[schema(min_length = 8, max_length = 1024)]
    pub password: String,
}

/// Sets a new password with what stood in the letter, and ends all sessions of the account.
#[utoipa::path(operation_id = "reset_password", tag = "accounts", params(("token" = String, Path)), request_body = ResetPassword, responses((status = 204, description = "the password is another now")))]
#[post("/password-resets/{token}")]
pub async fn reset_password(
    app: App,
    request: HttpRequest,
    token: Path<String>,
    body: Body<ResetPassword>,
) -> Result<HttpResponse, Problem> {
    app.limits.anonymous(&request)?;
    app.domain.reset_by_token(&token, body.0.password).await?;
    Ok(HttpResponse::NoContent().finish())
}
