//! PUT /channels/{id}/messages/{event_id}/reactions/{emoji}

use actix_web::{HttpResponse, put, web::Path};

use crate::domain::remote::change::Done;
use crate::http::{App, Problem, WriteAuth};
use crate::protocol::ids::{ChannelId, EventId};

/// Reacts to a message. To react twice so changes nothing.
#[utoipa::path(operation_id = "add_reaction", tag = "messages", params(("channel" = String, Path), ("message" = String, Path), ("emoji" = String, Path, description = "an emoji, a `:name:` or a word, percent-encoded: 1 to 64 characters, no space, `<` or `>` among them")), responses((status = 204, description = "done"), (status = 202, description = "it waits for the server that hosts the channel")))]
#[put("/channels/{channel}/messages/{message}/reactions/{emoji}")]
pub async fn add_reaction(
    app: App,
    actor: WriteAuth,
    path: Path<(ChannelId, EventId, String)>,
) -> Result<HttpResponse, Problem> {
    let (channel, message, emoji) = path.into_inner();
    match app.domain.add_reaction(&actor.0, channel, message, emoji).await? {
        Done::Now(()) => Ok(HttpResponse::NoContent().finish()),
        Done::Waits => Ok(HttpResponse::Accepted().finish()),
    }
}
