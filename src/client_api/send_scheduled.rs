//! POST /me/scheduled/{id}/send

use actix_web::{HttpResponse, post, web::Path};

use crate::domain::view::Message;
use crate::http::extract::Text;
use crate::http::{App, Problem, WriteAuth};

/// Sends a message at once that was to be sent later. Its time is now: what keeps it from being sent is answered, and it stays on the list, to be
/// tried again by itself where that passes, or with `failed`.
#[utoipa::path(operation_id = "send_scheduled", tag = "me", params(("scheduled" = String, Path)), responses((status = 201, body = Message, description = "sent, or kept until its channel's host takes it: `status`"), (status = 200, body = Message, description = "was sent before")))]
#[post("/me/scheduled/{scheduled}/send")]
pub async fn send_scheduled(
    app: App,
    actor: WriteAuth,
    scheduled: Path<Text>,
) -> Result<HttpResponse, Problem> {
    let Text(id) = scheduled.into_inner();
    let (message, new) = app.domain.send_scheduled(&actor.0, id).await?;
    let mut response = if new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(response.json(message))
}
