//! PUT /channels/{id}/read

use actix_web::{
    put,
    web::{Json, Path},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::view::ReadState;
use crate::http::extract::Integer;
use crate::http::{App, Auth, Body, Problem};
use crate::protocol::ids::ChannelId;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkRead {
    /// Everything up to here is read; a lower seq than before marks what follows as unread. -1 is before
    /// everything; what is out of range means the nearest place in the log.
    #[schema(value_type = i64)]
    pub seq: Integer,
    /// False: replies in threads stay unread, whose own markers are moved at
    /// `/channels/{channel}/threads/{message}/read`. Notifications of them stay unseen.
    #[serde(default = "yes")]
    pub threads: bool,
}

fn yes() -> bool {
    true
}

/// Moves one's read marker.
#[utoipa::path(operation_id = "mark_read", tag = "reading", params(("channel" = String, Path)), request_body = MarkRead, responses((status = 200, body = ReadState)))]
#[put("/channels/{channel}/read")]
pub async fn mark_read(
    app: App,
    actor: Auth,
    path: Path<ChannelId>,
    body: Body<MarkRead>,
) -> Result<Json<ReadState>, Problem> {
    let MarkRead { seq, threads } = body.0;
    Ok(Json(app.domain.set_read(&actor.0, path.into_inner(), seq.0, threads).await?))
}
