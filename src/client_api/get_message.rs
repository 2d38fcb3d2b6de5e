//! GET /channels/{id}/messages/{event_id}

use actix_web::{
    get,
    web::{Json, Path},
};

use crate::domain::view::Message;
use crate::http::{App, Auth, Problem};
use crate::protocol::ids::{ChannelId, EventId};

/// One message.
#[utoipa::path(operation_id = "get_message", tag = "messages", params(("channel" = String, Path), ("message" = String, Path)), responses((status = 200, body = Message)))]
#[get("/channels/{channel}/messages/{message}")]
pub async fn get_message(
    app: App,
    actor: Auth,
    path: Path<(ChannelId, EventId)>,
) -> Result<Json<Message>, Problem> {
    let (channel, message) = path.into_inner();
    Ok(Json(app.domain.message(&actor.0, channel, message).await?))
}
