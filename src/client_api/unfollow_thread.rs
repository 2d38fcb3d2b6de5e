//! DELETE /channels/{id}/threads/{event_id}/follow

use actix_web::{
    delete,
    web::{Json, Path},
};

use crate::domain::view::ThreadState;
use crate::http::{App, Auth, Problem};
use crate::protocol::ids::{ChannelId, EventId};

/// Follows a thread no longer, until one writes in it again. Mentions there notify as before.
#[utoipa::path(operation_id = "unfollow_thread", tag = "reading", params(("channel" = String, Path), ("message" = String, Path)), responses((status = 200, body = ThreadState)))]
#[delete("/channels/{channel}/threads/{message}/follow")]
pub async fn unfollow_thread(
    app: App,
    actor: Auth,
    path: Path<(ChannelId, EventId)>,
) -> Result<Json<ThreadState>, Problem> {
    let (channel, message) = path.into_inner();
    Ok(Json(app.domain.follow_thread(&actor.0, channel, message, false).await?))
}
