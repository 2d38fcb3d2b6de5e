//! GET /channels/{id}

use actix_web::{
    get,
    web::{Json, Path},
};

use crate::domain::view::Channel;
use crate::http::{App, Auth, Problem};
use crate::protocol::ids::ChannelId;

/// A channel that one is in or may know of.
#[utoipa::path(operation_id = "get_channel", tag = "channels", params(("channel" = String, Path, description = "`!` and a hash")), responses((status = 200, body = Channel)))]
#[get("/channels/{channel}")]
pub async fn get_channel(app: App, actor: Auth, path: Path<ChannelId>) -> Result<Json<Channel>, Problem> {
    let channel = app.domain.channel(&actor.0, path.into_inner()).await?;
    Ok(Json(app.channel_with_presence(channel)))
}
