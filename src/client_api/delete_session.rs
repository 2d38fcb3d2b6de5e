//! DELETE /sessions/{id}: log out, here or elsewhere.

use actix_web::{HttpResponse, delete, web::Path};

use crate::http::auth::no_cookie;
use crate::http::extract::Text;
use crate::http::{App, Auth, Problem};

/// Ends one of one's own sessions; `current` is the one that asks.
#[utoipa::path(operation_id = "delete_session", tag = "accounts", params(("session" = String, Path, description = "a session's id, or `current`")), responses((status = 204, description = "ended")))]
#[delete("/sessions/{session}")]
pub async fn delete_session(app: App, actor: Auth, path: Path<Text>) -> Result<HttpResponse, Problem> {
    let Auth(actor) = actor;
    let Text(named) = path.into_inner();
    let current = named == "current" || named == actor.session;
    let id = if current { actor.session.clone() } else { named };
    app.domain.end_session(&actor, id).await?;
    let mut response = HttpResponse::NoContent();
    if current {
        response.cookie(no_cookie());
    }
    Ok(response.finish())
}
