//! POST /joins: join by alias.

use actix_web::{post, web::Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::view::Channel;
use crate::http::{App, Body, Problem, WriteAuth};
use crate::protocol::ids::Alias;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateJoin {
    #[schema(value_type = String, pattern = r##"^#[a-z0-9][a-z0-9._-]{0,63}:([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$"##, example = "#general:chat.example.org")]
    pub alias: Alias,
}

/// Joins the channel that an alias names.
#[utoipa::path(operation_id = "create_join", tag = "membership", request_body = CreateJoin, responses((status = 200, body = Channel)))]
#[post("/joins")]
pub async fn create_join(
    app: App,
    actor: WriteAuth,
    body: Body<CreateJoin>,
) -> Result<Json<Channel>, Problem> {
    let id = app.domain.resolve_alias(&actor.0, &body.0.alias).await?;
    let channel = app.domain.join_channel(&actor.0, id).await?;
    Ok(Json(app.channel_with_presence(channel)))
}
