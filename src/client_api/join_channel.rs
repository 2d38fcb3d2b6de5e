//! POST /channels/{id}/join

use actix_web::{
    post,
    web::{Json, Path},
};

use crate::domain::view::Channel;
use crate::http::{App, Problem, WriteAuth};
use crate::protocol::ids::ChannelId;

/// Joins an open channel, or accepts an invitation. Whoever is in already stays. A long channel of another server is
/// answered once its host has taken the join; `sync.behind` says how much of it is still to come.
#[utoipa::path(operation_id = "join_channel", tag = "membership", params(("channel" = String, Path)), responses((status = 200, body = Channel)))]
#[post("/channels/{channel}/join")]
pub async fn join_channel(
    app: App,
    actor: WriteAuth,
    path: Path<ChannelId>,
) -> Result<Json<Channel>, Problem> {
    let channel = app.domain.join_channel(&actor.0, path.into_inner()).await?;
    Ok(Json(app.channel_with_presence(channel)))
}
