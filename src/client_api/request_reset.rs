//! POST /password-resets

use actix_web::{HttpRequest, HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::emails::Forgetful;
use crate::http::{App, Body, Problem};

/// One of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestReset {
    #[schema(max_length = 255)]
    pub username: Option<String>,
    #[schema(max_length = 254)]
    pub email: Option<String>,
}

/// Asks for a letter with which to choose a new password. It goes to the address that the account confirmed, if there is
/// such an account and it has one; the answer is the same in any case.
#[utoipa::path(operation_id = "request_reset", tag = "accounts", request_body = RequestReset, responses((status = 202, description = "it is looked into")))]
#[post("/password-resets")]
pub async fn request_reset(
    app: App,
    request: HttpRequest,
    body: Body<RequestReset>,
) -> Result<HttpResponse, Problem> {
    let who = match (body.0.username, body.0.email) {
        (Some(name), None) => Forgetful::Named(name),
        (None, Some(address)) => Forgetful::At(address),
        _ => return Err(Problem::new("bad_json", "Give a username or an email, one of the two.")),
    };
    let (Forgetful::Named(said) | Forgetful::At(said)) = &who;
    app.limits.reset(&request, said)?;
    app.domain.request_reset(who)?;
    Ok(HttpResponse::Accepted().finish())
}
