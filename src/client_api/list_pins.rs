//! GET /channels/{id}/pins

use actix_web::{
    get,
    web::{Json, Path},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::view::Message;
use crate::http::{App, Auth, Problem};
use crate::protocol::ids::ChannelId;

#[derive(Serialize, ToSchema)]
pub struct Pins {
    pub messages: Vec<Message>,
}

/// Pinned messages, oldest pin first.
#[utoipa::path(operation_id = "list_pins", tag = "messages", params(("channel" = String, Path)), responses((status = 200, body = Pins)))]
#[get("/channels/{channel}/pins")]
pub async fn list_pins(app: App, actor: Auth, path: Path<ChannelId>) -> Result<Json<Pins>, Problem> {
    Ok(Json(Pins { messages: app.domain.pins(&actor.0, path.into_inner()).await? }))
}
