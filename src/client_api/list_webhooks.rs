//! GET /channels/{id}/webhooks

use actix_web::get;
use actix_web::web::{Json, Path};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::view::Webhook;
use crate::http::{App, Auth, Problem};
use crate::protocol::ids::ChannelId;

#[derive(Serialize, ToSchema)]
pub struct Webhooks {
    /// At most 20.
    pub webhooks: Vec<Webhook>,
}

/// The channel's webhooks, the oldest first, for its owner and moderators. Their addresses are not told again.
#[utoipa::path(operation_id = "list_webhooks", tag = "webhooks", params(("channel" = String, Path)), responses((status = 200, body = Webhooks)))]
#[get("/channels/{channel}/webhooks")]
pub async fn list_webhooks(app: App, actor: Auth, path: Path<ChannelId>) -> Result<Json<Webhooks>, Problem> {
    let webhooks = app.domain.webhooks(&actor.0, path.into_inner()).await?;
    Ok(Json(Webhooks { webhooks }))
}
