//! DELETE /admin/channels/{channel}/messages/{message}: for administrators.

use actix_web::{HttpResponse, delete, web::Path};

use super::delete_message::DeleteMessage;
use crate::domain::remote::change::Done;
use crate::http::extract::MaybeBody;
use crate::http::{App, Auth, Problem};
use crate::protocol::ids::{ChannelId, EventId};

/// Deletes a message for good, on every server, whether or not the administrator is in its channel. It is done in the name of
/// its author, if that is an account of this server, else of the owner of a channel that is hosted here; where there is neither,
/// the answer is `out_of_reach`. The log says which administrator did it, and why; so does `GET /admin/acts`.
#[utoipa::path(operation_id = "remove_message", tag = "administration", params(("channel" = String, Path), ("message" = String, Path)), request_body = Option<DeleteMessage>, responses((status = 204, description = "deleted"), (status = 202, description = "it waits for the server that hosts the channel")))]
#[delete("/admin/channels/{channel}/messages/{message}")]
pub async fn remove_message(
    app: App,
    actor: Auth,
    path: Path<(ChannelId, EventId)>,
    body: MaybeBody<DeleteMessage>,
) -> Result<HttpResponse, Problem> {
    let (channel, message) = path.into_inner();
    match app.domain.remove_message(&actor.0, channel, message, body.0.reason).await? {
        Done::Now(()) => Ok(HttpResponse::NoContent().finish()),
        Done::Waits => Ok(HttpResponse::Accepted().finish()),
    }
}
