//! POST /channels/{id}/knock

use actix_web::{HttpResponse, post, web::Path};

use crate::http::{App, Problem, WriteAuth};
use crate::protocol::ids::ChannelId;

/// Asks to be let into a channel whose policy is `knock`. Somebody there who may invite lets one in, or not.
#[utoipa::path(operation_id = "knock_channel", tag = "membership", params(("channel" = String, Path)), responses((status = 204, description = "asked")))]
#[post("/channels/{channel}/knock")]
pub async fn knock_channel(
    app: App,
    actor: WriteAuth,
    path: Path<ChannelId>,
) -> Result<HttpResponse, Problem> {
    app.domain.knock_channel(&actor.0, path.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
