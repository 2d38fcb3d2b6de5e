//! PUT /channels/{id}/threads/{event_id}/read

use actix_web::{
    put,
    web::{Json, Path},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::view::ThreadState;
use crate::http::extract::Integer;
use crate::http::{App, Auth, Body, Problem};
use crate::protocol::ids::{ChannelId, EventId};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkThreadRead {
    /// Replies up to here are read; a lower seq than before marks what follows as unread. What is out of range means
    /// the nearest place.
    #[schema(value_type = i64)]
    pub seq: Integer,
}

/// Moves one's read marker in a thread. The id may be that of any message in it.
#[utoipa::path(operation_id = "mark_thread_read", tag = "reading", params(("channel" = String, Path), ("message" = String, Path)), request_body = MarkThreadRead, responses((status = 200, body = ThreadState)))]
#[put("/channels/{channel}/threads/{message}/read")]
pub async fn mark_thread_read(
    app: App,
    actor: Auth,
    path: Path<(ChannelId, EventId)>,
    body: Body<MarkThreadRead>,
) -> Result<Json<ThreadState>, Problem> {
    let (channel, message) = path.into_inner();
    Ok(Json(app.domain.set_thread_read(&actor.0, channel, message, body.0.seq.0).await?))
}
