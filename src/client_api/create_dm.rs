//! POST /dms

use actix_web::{HttpRequest, HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::view::Channel;
use crate::http::{App, Body, Problem, WriteAuth};
use crate::protocol::ids::UserId;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDm {
    /// Whom to talk to; oneself is always among them. At most 10 people.
    #[schema(value_type = Vec<PersonId>, max_items = 10)]
    pub users: Vec<UserId>,
}

/// `@name:server`
#[derive(ToSchema)]
#[schema(
    pattern = r"^@[a-z0-9][a-z0-9._-]{0,63}:([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$",
    example = "@ann:chat.example.org"
)]
#[expect(dead_code, reason = "documents a shape, holds none")]
pub(super) struct PersonId(String);

/// The direct message channel of this set of people: 201 when it is new.
#[utoipa::path(operation_id = "create_dm", tag = "channels", request_body = CreateDm, responses((status = 200, body = Channel, description = "was there"), (status = 201, body = Channel, description = "is new")))]
#[post("/dms")]
pub async fn create_dm(
    app: App,
    request: HttpRequest,
    actor: WriteAuth,
    body: Body<CreateDm>,
) -> Result<HttpResponse, Problem> {
    app.limits.channel(&request, actor.0.person.num)?;
    let (channel, new) = app.domain.open_dm(&actor.0, body.0.users).await?;
    let mut response = if new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(response.json(app.channel_with_presence(channel)))
}
