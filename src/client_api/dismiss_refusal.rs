//! DELETE /me/refusals/{message}

use actix_web::{HttpResponse, delete, web::Path};

use crate::http::{App, Auth, Problem};
use crate::protocol::ids::EventId;

/// One has seen that it was refused: it is forgotten. Other devices get `pending.updated` with `dismissed`.
#[utoipa::path(operation_id = "dismiss_refusal", tag = "messages", params(("message" = String, Path, description = "the id of what was refused")), responses((status = 204, description = "forgotten, or not known")))]
#[delete("/me/refusals/{message}")]
pub async fn dismiss_refusal(app: App, actor: Auth, path: Path<EventId>) -> Result<HttpResponse, Problem> {
    app.domain.dismiss_refusal(&actor.0, path.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
