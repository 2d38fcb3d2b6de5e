//! POST /channels

use actix_web::{HttpRequest, HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::channels::NewChannel;
use crate::domain::view::{Channel, Visibility};
use crate::http::{App, Body, Problem, WriteAuth};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateChannel {
    /// 1 to 80 characters.
    #[schema(
        example = "General",
        max_length = 80,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
    )]
    pub name: String,
    /// At most 500 characters.
    #[serde(default)]
    #[schema(max_length = 500, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    pub topic: String,
    /// A public channel is in the directory and open to all; a private one is by invitation.
    #[serde(default)]
    pub visibility: Visibility,
    /// The name before the colon in `#name:server`.
    #[schema(pattern = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub alias: Option<String>,
}

/// Makes a channel, owned by the asker.
#[utoipa::path(operation_id = "create_channel", tag = "channels", request_body = CreateChannel, responses((status = 201, body = Channel)))]
#[post("/channels")]
pub async fn create_channel(
    app: App,
    request: HttpRequest,
    actor: WriteAuth,
    body: Body<CreateChannel>,
) -> Result<HttpResponse, Problem> {
    app.limits.channel(&request, actor.0.person.num)?;
    let Body(body) = body;
    let public = body.visibility == Visibility::Public;
    let new = NewChannel { name: body.name, topic: body.topic, public, alias: body.alias };
    let channel = app.domain.create_channel(&actor.0, new).await?;
    Ok(HttpResponse::Created().json(app.channel_with_presence(channel)))
}
