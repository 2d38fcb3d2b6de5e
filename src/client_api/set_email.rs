//! PUT /me/email

use actix_web::{put, web::Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::view::AccountEmail;
use crate::http::{App, Auth, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetEmail {
    /// Such as `ann@example.org`.
    #[schema(max_length = 254)]
    pub address: String,
}

/// Gives an address. A letter goes there; the address counts once its link was opened (`POST /email/verify`), and the
/// one before is told.
#[utoipa::path(operation_id = "set_email", tag = "me", request_body = SetEmail, responses((status = 200, body = AccountEmail)))]
#[put("/me/email")]
pub async fn set_email(app: App, actor: Auth, body: Body<SetEmail>) -> Result<Json<AccountEmail>, Problem> {
    Ok(Json(app.domain.set_email(&actor.0, &body.0.address).await?))
}
