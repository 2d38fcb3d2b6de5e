//! PUT /me/email

use actix_web::http::header;
use actix_web::{HttpRequest, put, web::Json};
use serde::Deserialize;
use utoipa::ToSchema;

use super::change_password::wrong_password;
use crate::domain::emails::NewEmail;
use crate::domain::language::Language;
use crate::domain::view::AccountEmail;
use crate::http::{App, Auth, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetEmail {
    /// Such as `ann@example.org`.
    #[schema(max_length = 254)]
    pub address: String,
    /// One's password; needed in a session that is older than ten minutes (`password_needed`).
    #[schema(max_length = 256)]
    pub password: Option<String>,
    /// In which language to write there; else what `Accept-Language` likes best.
    pub language: Option<Language>,
}

/// Gives an address. A letter goes there; the address counts once its link was opened (`POST /email/verify`), and the
/// one before is told.
#[utoipa::path(operation_id = "set_email", tag = "me", request_body = SetEmail, responses((status = 200, body = AccountEmail)))]
#[put("/me/email")]
pub async fn set_email(
    app: App,
    request: HttpRequest,
    actor: Auth,
    body: Body<SetEmail>,
) -> Result<Json<AccountEmail>, Problem> {
    let SetEmail { address, password, language } = body.0;
    if password.is_some() {
        app.limits.password(&request, &actor.0)?;
    }
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = language.or_else(|| accepted.and_then(Language::accepted));
    let new = NewEmail { address, password, language };
    Ok(Json(app.domain.set_email(&actor.0, new).await.map_err(wrong_password)?))
}
