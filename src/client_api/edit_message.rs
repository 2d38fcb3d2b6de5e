//! PATCH /channels/{id}/messages/{event_id}

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, patch, web::Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::send_message::GivenPreview;
use crate::domain::view::{Message, MessageStatus};
use crate::http::{App, Body, Problem, WriteAuth};
use crate::protocol::ids::{ChannelId, EventId};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditMessage {
    /// CommonMark, not empty; at most `limits.message_bytes` of the server, in UTF-8.
    #[schema(pattern = r"^[^\x00]*[^\s\x00][^\x00]*$")]
    pub text: String,
    /// Previews of links in the text, at most 3, instead of those that the message has. If not given, it keeps those whose links
    /// still stand in the text.
    #[schema(max_items = 3)]
    pub previews: Option<Vec<GivenPreview>>,
}

/// Replaces the text of one's own message. While the server that hosts the channel is away, the edit waits for it, and the
/// answer is the message as it is going to be.
#[utoipa::path(operation_id = "edit_message", tag = "messages", params(("channel" = String, Path), ("message" = String, Path)), request_body = EditMessage, responses((status = 200, body = Message), (status = 202, body = Message, description = "the edit waits for the server that hosts the channel")))]
#[patch("/channels/{channel}/messages/{message}")]
pub async fn edit_message(
    app: App,
    actor: WriteAuth,
    path: Path<(ChannelId, EventId)>,
    body: Body<EditMessage>,
) -> Result<HttpResponse, Problem> {
    let (channel, message) = path.into_inner();
    let EditMessage { text, previews } = body.0;
    let previews = previews.map(|given| given.into_iter().map(Into::into).collect());
    let edited = app.domain.edit_message(&actor.0, channel, message, text, previews).await?;
    let status = match edited.status {
        MessageStatus::Sent => StatusCode::OK,
        MessageStatus::Pending => StatusCode::ACCEPTED,
    };
    Ok(HttpResponse::build(status).json(edited))
}
