//! POST /channels/{id}/typing

use actix_web::{HttpResponse, post, web::Path};

use crate::http::{App, Auth, Problem};
use crate::protocol::ids::ChannelId;

/// Tells the channel that one is typing; to be repeated every few seconds.
#[utoipa::path(operation_id = "send_typing", tag = "reading", params(("channel" = String, Path)), responses((status = 204, description = "told")))]
#[post("/channels/{channel}/typing")]
pub async fn send_typing(app: App, actor: Auth, path: Path<ChannelId>) -> Result<HttpResponse, Problem> {
    app.domain.typing(&actor.0, path.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
