//! GET /channels/{id}/pending

use actix_web::{
    get,
    web::{Json, Path},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::pending::Pending;
use crate::http::{App, Auth, Problem};
use crate::protocol::ids::ChannelId;

#[derive(Serialize, ToSchema)]
pub struct Waiting {
    pub pending: Vec<Pending>,
}

/// What of one's own waits for the server that hosts the channel, the oldest first: messages, edits, deletions and
/// reactions that were written while it was away, and that it did not take for some seconds. They are sent when it is back, and keep their ids. Deleting a message
/// that waits, or taking a reaction back that does, ends the waiting. What its host refuses then is in `GET /me/refusals`.
#[utoipa::path(operation_id = "list_pending", tag = "messages", params(("channel" = String, Path)), responses((status = 200, body = Waiting)))]
#[get("/channels/{channel}/pending")]
pub async fn list_pending(app: App, actor: Auth, path: Path<ChannelId>) -> Result<Json<Waiting>, Problem> {
    Ok(Json(Waiting { pending: app.domain.pending(&actor.0, path.into_inner()).await? }))
}
