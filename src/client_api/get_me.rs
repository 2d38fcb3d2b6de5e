//! GET /me

use actix_web::{HttpRequest, HttpResponse, get};

use crate::domain::view::User;
use crate::http::auth::renewed_cookie;
use crate::http::{App, Auth, Problem};

/// Oneself. A browser's cookie lasts from here on anew.
#[utoipa::path(operation_id = "get_me", tag = "me", responses((status = 200, body = User)))]
#[get("/me")]
pub async fn get_me(app: App, request: HttpRequest, actor: Auth) -> Result<HttpResponse, Problem> {
    let user = app.with_presence(app.domain.me(&actor.0).await?);
    let mut response = HttpResponse::Ok();
    if let Some(cookie) = renewed_cookie(&request, &app.domain) {
        response.cookie(cookie);
    }
    Ok(response.json(user))
}
