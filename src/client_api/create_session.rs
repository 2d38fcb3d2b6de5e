//! POST /sessions: log in.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::sessions::Proof;
use crate::domain::view::User;
use crate::domain::{Error, Forbidden};
use crate::http::auth::{is_own_origin, session_cookie};
use crate::http::limits::client;
use crate::http::{App, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSession {
    #[schema(example = "ann")]
    pub username: String,
    #[schema(example = "correct horse battery staple")]
    pub password: String,
    /// What one's authenticator shows, or a recovery code, where the account wants that (`code_needed`).
    #[schema(max_length = 64, example = "287082")]
    pub code: Option<String>,
    /// What the list of sessions calls it; else what the User-Agent says.
    pub device_name: Option<String>,
    /// Set the browser's cookie instead of answering a token.
    #[serde(default)]
    pub cookie: bool,
}

/// A session that has just begun.
#[derive(Serialize, ToSchema)]
pub struct SessionBegun {
    pub user: User,
    pub session: NewSession,
}

#[derive(Serialize, ToSchema)]
pub struct NewSession {
    pub id: String,
    /// Told this once, and to nobody else; null when the cookie carries it.
    #[schema(required)]
    pub token: Option<String>,
}

/// Begins a session.
#[utoipa::path(operation_id = "create_session", tag = "accounts", request_body = CreateSession, responses((status = 201, body = SessionBegun)))]
#[post("/sessions")]
pub async fn create_session(
    app: App,
    request: HttpRequest,
    body: Body<CreateSession>,
) -> Result<HttpResponse, Problem> {
    let Body(body) = body;
    check_origin(&app, &request, body.cookie)?;
    app.limits.login(&request, &body.username)?;
    let authenticated = app.domain.authenticate(&body.username, body.password).await.inspect_err(|error| {
        // Not the name: people type their password there, too.
        if matches!(error, Error::Credentials) {
            tracing::info!(address = %client(&request), "a login failed");
        }
    });
    let begun = match authenticated {
        Ok((user, mut proof)) => {
            proof.code = body.code;
            begin(&app, &request, (user, Some(proof)), body.device_name.as_deref(), body.cookie).await
        }
        Err(error) => Err(error.into()),
    };
    // Only guesses count on, of passwords and of codes.
    let is_guess = |problem: &Problem| matches!(problem.code(), "bad_credentials" | "bad_code");
    if !begun.as_ref().is_err_and(is_guess) {
        app.limits.not_guessed(&body.username);
    }
    begun
}

/// A cookie is set only for pages of our own: else another site could log a visitor in as somebody else.
pub fn check_origin(app: &App, request: &HttpRequest, cookie: bool) -> Result<(), Problem> {
    if cookie && !is_own_origin(request, &app.domain) { Err(Problem::plain("bad_origin")) } else { Ok(()) }
}

/// Begins a session for somebody who has shown who they are.
pub async fn begin(
    app: &App,
    request: &HttpRequest,
    (user, proof): (User, Option<Proof>),
    device_name: Option<&str>,
    cookie: bool,
) -> Result<HttpResponse, Problem> {
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let device_name = device_name.or(agent).unwrap_or("unknown device");
    let begun = app.domain.begin_session(&user.id, proof, device_name).await.inspect_err(|error| {
        if matches!(error, Error::Forbidden(Forbidden::BadCode) | Error::TooFast(_)) {
            tracing::info!(address = %client(request), "a login failed");
        }
    })?;
    // Whole, though the client goes away meanwhile.
    let (domain, id) = (app.domain.clone(), user.id.clone());
    let _ = tokio::spawn(async move { domain.welcome(&id).await }).await;
    let mut response = HttpResponse::Created();
    if cookie {
        response.cookie(session_cookie(&app.domain, &begun.token));
    }
    let token = Some(begun.token).filter(|_| !cookie);
    Ok(response
        .json(SessionBegun { user: app.with_presence(user), session: NewSession { id: begun.id, token } }))
}
