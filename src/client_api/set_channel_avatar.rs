//! PUT /channels/{id}/avatar

use actix_web::web::{Json, Path, Payload};
use actix_web::{HttpRequest, put};

use super::set_avatar::{SetAvatar, picture};
use crate::domain::view::Channel;
use crate::http::{App, Problem, WriteAuth};
use crate::protocol::ids::ChannelId;

/// Sets the channel's picture, as `PUT /me/avatar` sets one's own.
#[utoipa::path(operation_id = "set_channel_avatar", tag = "channels", params(("channel" = String, Path)), request_body(content((SetAvatar = "application/json"), (Vec<u8> = "application/octet-stream"))), responses((status = 200, body = Channel)))]
#[put("/channels/{channel}/avatar")]
pub async fn set_channel_avatar(
    app: App,
    actor: WriteAuth,
    path: Path<ChannelId>,
    request: HttpRequest,
    payload: Payload,
) -> Result<Json<Channel>, Problem> {
    let picture = picture(&app, &actor.0, &request, payload).await?;
    let channel = app.domain.set_channel_avatar(&actor.0, path.into_inner(), picture).await?;
    Ok(Json(app.channel_with_presence(channel)))
}
