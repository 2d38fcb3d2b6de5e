//! DELETE /channels/{id}/webhooks/{webhook}

use actix_web::{HttpResponse, delete, web::Path};

use crate::http::extract::Text;
use crate::http::{App, Problem, WriteAuth};
use crate::protocol::ids::ChannelId;

/// Takes a webhook away: nothing is posted at its address any more, and its account leaves the channel. What it posted stays.
#[utoipa::path(operation_id = "delete_webhook", tag = "webhooks", params(("channel" = String, Path), ("webhook" = String, Path)), responses((status = 204, description = "deleted")))]
#[delete("/channels/{channel}/webhooks/{webhook}")]
pub async fn delete_webhook(
    app: App,
    actor: WriteAuth,
    path: Path<(ChannelId, Text)>,
) -> Result<HttpResponse, Problem> {
    let (channel, Text(webhook)) = path.into_inner();
    app.domain.delete_webhook(&actor.0, channel, webhook).await?;
    Ok(HttpResponse::NoContent().finish())
}
