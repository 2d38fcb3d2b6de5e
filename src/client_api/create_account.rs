//! POST /accounts: register.

use actix_web::{HttpRequest, HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

use super::create_session::{SessionBegun, begin, check_origin};
use crate::domain::accounts::NewAccount;
use crate::http::extract::Text;
use crate::http::{App, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAccount {
    /// 1 to 64 letters a-z, digits, dots, dashes or underscores; `hook-` begins the names of webhooks only, and `all`, `here`, `channel` and
    /// `everyone` mean something else in messages.
    #[schema(example = "ann", pattern = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub username: String,
    /// At least 8 characters.
    #[schema(example = "correct horse battery staple", min_length = 8, max_length = 1024)]
    pub password: String,
    /// At most 64 characters.
    #[schema(max_length = 64, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub display_name: Option<String>,
    /// Where registration is by invitation.
    #[schema(value_type = Option<String>, pattern = r"^[^\x00]*$")]
    pub invite: Option<Text>,
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
    let Body(body) = body;
    check_origin(&app, &request, body.cookie)?;
    let new = NewAccount {
        username: body.username,
        password: body.password,
        display_name: body.display_name,
        invite: body.invite.map(|Text(code)| code),
        bot: false,
    };
    // Somebody who mistypes is not out of tries.
    app.domain.check_account(&new)?;
    app.limits.registration(&request)?;
    let user = app.domain.register(new).await?;
    begin(&app, &request, (user, None), body.device_name.as_deref(), body.cookie).await
}
