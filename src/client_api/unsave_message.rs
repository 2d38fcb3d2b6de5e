//! DELETE /me/saved/{channel}/{message}

use actix_web::{HttpResponse, delete, web::Path};

use crate::http::{App, Auth, Problem};
use crate::protocol::ids::{ChannelId, EventId};

/// Takes a message off the list of what one saved, also one that was deleted, or in a channel that one is not in any more;
/// what is not on it stays so. One's other devices hear of it by `saved.updated`.
#[utoipa::path(operation_id = "unsave_message", tag = "me", params(("channel" = String, Path), ("message" = String, Path)), responses((status = 204, description = "not saved")))]
#[delete("/me/saved/{channel}/{message}")]
pub async fn unsave_message(
    app: App,
    actor: Auth,
    path: Path<(ChannelId, EventId)>,
) -> Result<HttpResponse, Problem> {
    let (channel, message) = path.into_inner();
    app.domain.unsave_message(&actor.0, channel, message).await?;
    Ok(HttpResponse::NoContent().finish())
}
