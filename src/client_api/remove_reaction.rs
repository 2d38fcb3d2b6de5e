//! DELETE /channels/{id}/messages/{event_id}/reactions/{emoji}

use actix_web::{HttpResponse, delete, web::Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::create_dm::PersonId;
use crate::domain::remote::change::Done;
use crate::http::{App, Params, Problem, WriteAuth};
use crate::protocol::ids::{ChannelId, EventId, UserId};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReactionQuery {
    /// Whose it is; one's own if not given. To delete another's takes what deleting their messages takes.
    #[param(value_type = Option<PersonId>, inline)]
    pub user: Option<UserId>,
}

/// Takes a reaction back, or deletes another's. Where there is none, nothing changes.
#[utoipa::path(operation_id = "remove_reaction", tag = "messages", params(("channel" = String, Path), ("message" = String, Path), ("emoji" = String, Path, description = "an emoji, percent-encoded"), ReactionQuery), responses((status = 204, description = "done"), (status = 202, description = "it waits for the server that hosts the channel")))]
#[delete("/channels/{channel}/messages/{message}/reactions/{emoji}")]
pub async fn remove_reaction(
    app: App,
    actor: WriteAuth,
    path: Path<(ChannelId, EventId, String)>,
    query: Params<ReactionQuery>,
) -> Result<HttpResponse, Problem> {
    let (channel, message, emoji) = path.into_inner();
    let whose = query.into_inner().user;
    match app.domain.remove_reaction(&actor.0, (channel, message), emoji, whose).await? {
        Done::Now(()) => Ok(HttpResponse::NoContent().finish()),
        Done::Waits => Ok(HttpResponse::Accepted().finish()),
    }
}
