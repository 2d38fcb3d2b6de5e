//! DELETE /channels/{id}/pins/{event_id}

use actix_web::{HttpResponse, delete, web::Path};

use crate::http::{App, Problem, WriteAuth};
use crate::protocol::ids::{ChannelId, EventId};

/// Takes a pin away.
#[utoipa::path(operation_id = "unpin_message", tag = "messages", params(("channel" = String, Path), ("message" = String, Path)), responses((status = 204, description = "done")))]
#[delete("/channels/{channel}/pins/{message}")]
pub async fn unpin_message(
    app: App,
    actor: WriteAuth,
    path: Path<(ChannelId, EventId)>,
) -> Result<HttpResponse, Problem> {
    let (channel, message) = path.into_inner();
    app.domain.set_pin(&actor.0, channel, message, false).await?;
    Ok(HttpResponse::NoContent().finish())
}
