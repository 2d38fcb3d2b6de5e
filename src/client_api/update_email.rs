//! PATCH /me/email

use actix_web::{patch, web::Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::language::Language;
use crate::domain::view::AccountEmail;
use crate::http::{App, Auth, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateEmail {
    /// Whether to write of what was missed.
    pub missed: Option<bool>,
    /// In which language to write.
    pub language: Option<Language>,
}

/// Says what one wants to be written to about, and in which language; what is not given stays.
#[utoipa::path(operation_id = "update_email", tag = "me", request_body = UpdateEmail, responses((status = 200, body = AccountEmail)))]
#[patch("/me/email")]
pub async fn update_email(
    app: App,
    actor: Auth,
    body: Body<UpdateEmail>,
) -> Result<Json<AccountEmail>, Problem> {
    Ok(Json(app.domain.change_email(&actor.0, body.0.missed, body.0.language).await?))
}
