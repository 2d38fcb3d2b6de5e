//! PUT /me/saved/{channel}/{message}

use actix_web::{HttpResponse, put, web::Path};

use crate::http::{App, Auth, Problem};
use crate::protocol::ids::{ChannelId, EventId};

/// Saves a message for later, in a list that is one's own alone; what is saved already stays where it is in it. At most 5,000. One's
/// other devices hear of it by `saved.updated`, and nobody else does.
#[utoipa::path(operation_id = "save_message", tag = "me", params(("channel" = String, Path), ("message" = String, Path)), responses((status = 204, description = "saved")))]
#[put("/me/saved/{channel}/{message}")]
pub async fn save_message(
    app: App,
    actor: Auth,
    path: Path<(ChannelId, EventId)>,
) -> Result<HttpResponse, Problem> {
    let (channel, message) = path.into_inner();
    app.domain.save_message(&actor.0, channel, message).await?;
    Ok(HttpResponse::NoContent().finish())
}
