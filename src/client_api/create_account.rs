//! POST /accounts: register.

use actix_web::{HttpRequest, HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

use super::create_session::{SessionBegun, begin};
use crate::domain::accounts::NewAccount;
use crate::http::{App, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAccount {
    /// 1 to 64 letters a-z, digits, dots, dashes or underscores.
    #[schema(example = "ann")]
    pub username: String,
    /// At least 8 characters.
    #[schema(example = "correct horse battery staple")]
    pub password: String,
    pub display_name: Option<String>,
    /// Where registration is by invitation.
    pub invite: Option<String>,
    pub device_name: Option<String>,
    /// Set the browser's cookie instead of answering a token.
    #[serde(default)]
    pub cookie: bool,
}

/// Makes an account and begins its first session.
#[utoipa::path(operation_id = "create_account", tag = "accounts", request_body = CreateAccount, responses((status = 201, body = SessionBegun)))]
#[post("/accounts")]
pub async fn create_account(
    app: App,
    request: HttpRequest,
    body: Body<CreateAccount>,
) -> Result<HttpResponse, Problem> {
    app.limits.registration(&request)?;
    let Body(body) = body;
    let new = NewAccount {
        username: body.username,
        password: body.password,
        display_name: body.display_name,
        invite: body.invite,
    };
    let user = app.domain.register(new).await?;
    begin(&app, &request, user, body.device_name.as_deref(), body.cookie).await
}
