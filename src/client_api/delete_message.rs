//! DELETE /channels/{id}/messages/{event_id}

use actix_web::{HttpResponse, delete, web::Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::remote::change::Done;
use crate::http::extract::MaybeBody;
use crate::http::{App, Problem, WriteAuth};
use crate::protocol::ids::{ChannelId, EventId};

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteMessage {
    /// At most 500 characters.
    #[schema(max_length = 500, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    pub reason: Option<String>,
}

/// Deletes a message for good: text, edits and reactions go, on every server.
#[utoipa::path(operation_id = "delete_message", tag = "messages", params(("channel" = String, Path), ("message" = String, Path)), request_body = Option<DeleteMessage>, responses((status = 204, description = "deleted"), (status = 202, description = "it waits for the server that hosts the channel")))]
#[delete("/channels/{channel}/messages/{message}")]
pub async fn delete_message(
    app: App,
    actor: WriteAuth,
    path: Path<(ChannelId, EventId)>,
    body: MaybeBody<DeleteMessage>,
) -> Result<HttpResponse, Problem> {
    let (channel, message) = path.into_inner();
    match app.domain.delete_message(&actor.0, channel, message, body.0.reason).await? {
        Done::Now(()) => Ok(HttpResponse::NoContent().finish()),
        Done::Waits => Ok(HttpResponse::Accepted().finish()),
    }
}
