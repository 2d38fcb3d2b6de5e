//! PUT /me/password

use actix_web::{HttpRequest, HttpResponse, put};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::Error;
use crate::http::{App, Auth, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    pub current: String,
    /// At least 8 characters.
    #[schema(min_length = 8, max_length = 1024)]
    pub new: String,
}

/// Changes the password and ends all other sessions.
#[utoipa::path(operation_id = "change_password", tag = "me", request_body = ChangePassword, responses((status = 204, description = "changed")))]
#[put("/me/password")]
pub async fn change_password(
    app: App,
    request: HttpRequest,
    actor: Auth,
    body: Body<ChangePassword>,
) -> Result<HttpResponse, Problem> {
    app.limits.password(&request, &actor.0)?;
    let Body(body) = body;
    app.domain.change_password(&actor.0, body.current, body.new).await.map_err(wrong_password)?;
    Ok(HttpResponse::NoContent().finish())
}

/// To a session that is good, a wrong password is no 401: the client must not log out.
pub fn wrong_password(error: Error) -> Problem {
    match error {
        Error::Credentials => Problem::plain("wrong_password"),
        other => other.into(),
    }
}
