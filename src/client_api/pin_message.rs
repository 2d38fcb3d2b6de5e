//! PUT /channels/{id}/pins/{event_id}

use actix_web::{HttpResponse, put, web::Path};

use crate::http::{App, Problem, WriteAuth};
use crate::protocol::ids::{ChannelId, EventId};

/// Pins a message.
#[utoipa::path(operation_id = "pin_message", tag = "messages", params(("channel" = String, Path), ("message" = String, Path)), responses((status = 204, description = "done")))]
#[put("/channels/{channel}/pins/{message}")]
pub async fn pin_message(
    app: App,
    actor: WriteAuth,
    path: Path<(ChannelId, EventId)>,
) -> Result<HttpResponse, Problem> {
    let (channel, message) = path.into_inner();
    app.domain.set_pin(&actor.0, channel, message, true).await?;
    Ok(HttpResponse::NoContent().finish())
}
