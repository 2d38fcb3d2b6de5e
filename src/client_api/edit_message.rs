//! PATCH /channels/{id}/messages/{event_id}

use actix_web::{
    patch,
    web::{Json, Path},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::view::Message;
use crate::http::{App, Body, Problem, WriteAuth};
use crate::protocol::ids::{ChannelId, EventId};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditMessage {
    /// CommonMark, not empty; at most `limits.message_bytes` of the server, in UTF-8.
    #[schema(pattern = r"^[^\x00]*[^\s\x00][^\x00]*$")]
    pub text: String,
}

/// Replaces the text of one's own message.
#[utoipa::path(operation_id = "edit_message", tag = "messages", params(("channel" = String, Path), ("message" = String, Path)), request_body = EditMessage, responses((status = 200, body = Message)))]
#[patch("/channels/{channel}/messages/{message}")]
pub async fn edit_message(
    app: App,
    actor: WriteAuth,
    path: Path<(ChannelId, EventId)>,
    body: Body<EditMessage>,
) -> Result<Json<Message>, Problem> {
    let (channel, message) = path.into_inner();
    Ok(Json(app.domain.edit_message(&actor.0, channel, message, body.0.text).await?))
}
