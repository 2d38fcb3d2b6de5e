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
    Ok(Json(app.domain.set_read(&actor.0, path.into_inner(), body.0.seq.0).await?))
}
