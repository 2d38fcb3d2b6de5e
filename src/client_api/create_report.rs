//! POST /channels/{id}/messages/{event_id}/reports

use actix_web::{HttpResponse, post, web::Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::extract::MaybeBody;
use crate::http::{App, Problem, WriteAuth};
use crate::protocol::ids::{ChannelId, EventId};

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateReport {
    /// What is wrong with it, for those who look at it. At most 500 characters.
    #[schema(max_length = 500, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    pub reason: Option<String>,
}

/// Reports somebody's message to those who can do something about it: this server's administrators, who learn by whom, and the
/// channel's moderators on this server, who do not. Nobody is shown what is about themselves. Where the channel's host or the author is of
/// another server, that is told too, without saying by whom. The author is told nothing. Reported again while it is open it
/// changes nothing, and what a moderator closed is open for moderators again; 50 of one person can be open for them.
#[utoipa::path(operation_id = "create_report", tag = "messages", params(("channel" = String, Path), ("message" = String, Path)), request_body = Option<CreateReport>, responses((status = 204, description = "reported")))]
#[post("/channels/{channel}/messages/{message}/reports")]
pub async fn create_report(
    app: App,
    actor: WriteAuth,
    path: Path<(ChannelId, EventId)>,
    body: MaybeBody<CreateReport>,
) -> Result<HttpResponse, Problem> {
    let (channel, message) = path.into_inner();
    app.domain.report(&actor.0, channel, message, body.0.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}
