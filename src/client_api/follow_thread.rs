//! PUT /channels/{id}/threads/{event_id}/follow

use actix_web::{
    put,
    web::{Json, Path},
};

use crate::domain::view::ThreadState;
use crate::http::{App, Auth, Problem};
use crate::protocol::ids::{ChannelId, EventId};

/// Follows a thread: what is new in it is counted, and told to one's devices. The id may be that of any message in it.
#[utoipa::path(operation_id = "follow_thread", tag = "reading", params(("channel" = String, Path), ("message" = String, Path)), responses((status = 200, body = ThreadState)))]
#[put("/channels/{channel}/threads/{message}/follow")]
pub async fn follow_thread(
    app: App,
    actor: Auth,
    path: Path<(ChannelId, EventId)>,
) -> Result<Json<ThreadState>, Problem> {
    let (channel, message) = path.into_inner();
    Ok(Json(app.domain.follow_thread(&actor.0, channel, message, true).await?))
}
