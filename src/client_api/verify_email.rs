//! POST /email/verify

use actix_web::{HttpRequest, HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::{App, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyEmail {
    /// What stands in the letter's link.
    #[schema(max_length = 128)]
    pub token: String,
}

/// Says that an address is read by whoever gave it: they have what was sent there.
#[utoipa::path(operation_id = "verify_email", tag = "accounts", request_body = VerifyEmail, responses((status = 204, description = "the address counts")))]
#[post("/email/verify")]
pub async fn verify_email(
    app: App,
    request: HttpRequest,
    body: Body<VerifyEmail>,
) -> Result<HttpResponse, Problem> {
    app.limits.anonymous(&request)?;
    app.domain.verify_email(&body.0.token).await?;
    Ok(HttpResponse::NoContent().finish())
}
