//! PUT /channels/{id}/notify

use actix_web::{HttpResponse, put, web::Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::{App, Auth, Body, Problem};
use crate::protocol::ids::ChannelId;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetNotify {
    pub level: Level,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    All,
    Mentions,
    None,
}

/// Sets how loud a channel is for oneself.
#[utoipa::path(operation_id = "set_notify", tag = "reading", params(("channel" = String, Path)), request_body = SetNotify, responses((status = 204, description = "set")))]
#[put("/channels/{channel}/notify")]
pub async fn set_notify(
    app: App,
    actor: Auth,
    path: Path<ChannelId>,
    body: Body<SetNotify>,
) -> Result<HttpResponse, Problem> {
    let level = match body.0.level {
        Level::All => "all",
        Level::Mentions => "mentions",
        Level::None => "none",
    };
    app.domain.set_notify(&actor.0, path.into_inner(), level).await?;
    Ok(HttpResponse::NoContent().finish())
}
