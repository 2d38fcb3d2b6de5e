//! GET /channels: one's own.

use actix_web::{get, web::Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::view::Channel;
use crate::http::{App, Auth, Problem};

#[derive(Serialize, ToSchema)]
pub struct Channels {
    pub channels: Vec<Channel>,
}

/// Channels that one is in, or is invited to.
#[utoipa::path(operation_id = "list_channels", tag = "channels", responses((status = 200, body = Channels)))]
#[get("/channels")]
pub async fn list_channels(app: App, actor: Auth) -> Result<Json<Channels>, Problem> {
    let channels = app.domain.channels(&actor.0).await?;
    Ok(Json(Channels {
        channels: channels.into_iter().map(|channel| app.channel_with_presence(channel)).collect(),
    }))
}
