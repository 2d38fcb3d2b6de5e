//! DELETE /admin/channels/{channel}/messages/{message}: for administrators.

use actix_web::{HttpResponse, delete, web::Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::remote::change::Done;
use crate::http::extract::MaybeBody;
use crate::http::{App, Auth, Problem};
use crate::protocol::ids::{ChannelId, EventId};

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveMessage {
    /// At most 500 characters.
    #[schema(max_length = 500, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    pub reason: Option<String>,
    /// Take it from this server alone.
    #[serde(default)]
    pub only_here: bool,
}

/// Deletes a message for good, on every server, whether or not the administrator is in its channel. It is done in the name of
/// its author, if that is an account of this server, else of the owner of a channel that is hosted here; where there is neither,
/// the answer is `out_of_reach`. The log says which administrator did it, and why; so does `GET /admin/acts`.
///
/// With `only_here` what the message says and its files go from this server alone, whoever wrote it: people here see it as
/// deleted, and `GET /admin/acts` says who did it. Other servers keep what they have, and the channel's log has nothing of it.
#[utoipa::path(operation_id = "remove_message", tag = "administration", params(("channel" = String, Path), ("message" = String, Path)), request_body = Option<RemoveMessage>, responses((status = 204, description = "deleted"), (status = 202, description = "it waits for the server that hosts the channel")))]
#[delete("/admin/channels/{channel}/messages/{message}")]
pub async fn remove_message(
    app: App,
    actor: Auth,
    path: Path<(ChannelId, EventId)>,
    body: MaybeBody<RemoveMessage>,
) -> Result<HttpResponse, Problem> {
    let (channel, message) = path.into_inner();
    let RemoveMessage { reason, only_here } = body.0;
    if only_here {
        app.domain.withhold_message(&actor.0, channel, message, reason).await?;
        return Ok(HttpResponse::NoContent().finish());
    }
    match app.domain.remove_message(&actor.0, channel, message, reason).await? {
        Done::Now(()) => Ok(HttpResponse::NoContent().finish()),
        Done::Waits => Ok(HttpResponse::Accepted().finish()),
    }
}
