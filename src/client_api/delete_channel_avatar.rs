//! DELETE /channels/{id}/avatar

use actix_web::{HttpResponse, delete, web::Path};

use crate::http::{App, Problem, WriteAuth};
use crate::protocol::ids::ChannelId;

/// Takes the channel's picture away.
#[utoipa::path(operation_id = "delete_channel_avatar", tag = "channels", params(("channel" = String, Path)), responses((status = 204)))]
#[delete("/channels/{channel}/avatar")]
pub async fn delete_channel_avatar(
    app: App,
    actor: WriteAuth,
    path: Path<ChannelId>,
) -> Result<HttpResponse, Problem> {
    app.domain.delete_channel_avatar(&actor.0, path.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
