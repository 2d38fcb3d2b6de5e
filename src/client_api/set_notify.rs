//! PUT /channels/{id}/notify

use actix_web::{HttpResponse, put, web::Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::view::NotifyLevel;
use crate::http::{App, Auth, Body, Problem};
use crate::protocol::ids::ChannelId;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetNotify {
    pub level: NotifyLevel,
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
    app.domain.set_notify(&actor.0, path.into_inner(), body.0.level.as_str()).await?;
    Ok(HttpResponse::NoContent().finish())
}
