//! GET /channels/{id}/messages/{event_id}/edits

use actix_web::{
    get,
    web::{Json, Path},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{App, Auth, Problem};
use crate::protocol::ids::{ChannelId, EventId};

#[derive(Serialize, ToSchema)]
pub struct Edits {
    pub edits: Vec<Edit>,
}

/// A version of a message.
#[derive(Serialize, ToSchema)]
pub struct Edit {
    pub seq: i64,
    pub ts: i64,
    pub text: String,
}

/// What a message said, the first version first: for its author and for moderators.
#[utoipa::path(operation_id = "list_edits", tag = "messages", params(("channel" = String, Path), ("message" = String, Path)), responses((status = 200, body = Edits)))]
#[get("/channels/{channel}/messages/{message}/edits")]
pub async fn list_edits(
    app: App,
    actor: Auth,
    path: Path<(ChannelId, EventId)>,
) -> Result<Json<Edits>, Problem> {
    let (channel, message) = path.into_inner();
    let versions = app.domain.versions(&actor.0, channel, message).await?;
    let edits =
        versions.into_iter().map(|version| Edit { seq: version.seq, ts: version.ts, text: version.text });
    Ok(Json(Edits { edits: edits.collect() }))
}
