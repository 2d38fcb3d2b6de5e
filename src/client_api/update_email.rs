//! PATCH /me/email

use actix_web::{patch, web::Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::view::AccountEmail;
use crate::http::{App, Auth, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateEmail {
    /// Whether to write of what was missed.
    pub missed: bool,
}

/// Says what one wants to be written to about.
#[utoipa::path(operation_id = "update_email", tag = "me", request_body = UpdateEmail, responses((status = 200, body = AccountEmail)))]
#[patch("/me/email")]
pub async fn update_email(
    app: App,
    actor: Auth,
    body: Body<UpdateEmail>,
) -> Result<Json<AccountEmail>, Problem> {
    Ok(Json(app.domain.set_email_missed(&actor.0, body.0.missed).await?))
}
