//! POST /channels/{id}/leave

use actix_web::{HttpResponse, post, web::Path};

use crate::http::{App, Problem, WriteAuth};
use crate::protocol::ids::ChannelId;

/// Leaves a channel, or declines an invitation.
#[utoipa::path(operation_id = "leave_channel", tag = "membership", params(("channel" = String, Path)), responses((status = 204, description = "left")))]
#[post("/channels/{channel}/leave")]
pub async fn leave_channel(
    app: App,
    actor: WriteAuth,
    path: Path<ChannelId>,
) -> Result<HttpResponse, Problem> {
    app.domain.leave_channel(&actor.0, path.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
