//! POST /channels/{id}/webhooks

use actix_web::{HttpRequest, HttpResponse, post, web::Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::view::Webhook;
use crate::http::context::own_address;
use crate::http::{App, Body, Problem, WriteAuth};
use crate::protocol::ids::ChannelId;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWebhook {
    /// What its messages are signed with, as a display name: 1 to 64 characters.
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "Build server"
    )]
    pub name: String,
}

/// A webhook, and the address that is told this once.
#[derive(Serialize, ToSchema)]
pub struct CreatedWebhook {
    pub webhook: Webhook,
    /// Where to post. Whoever knows it can write in the channel.
    #[schema(example = "https://chat.example.org/api/v1/webhooks/5vZkTqV0")]
    pub url: String,
}

/// Makes a webhook: an address at which another program posts to the channel (`post_webhook`). For the owner and moderators of a
/// channel that this server hosts; at most 20 in a channel. It gets an account of its own, which is a member like all others, and to which nobody logs in. It counts against the limit of channels that one makes. While whoever made it is banned from the channel, it takes nothing.
#[utoipa::path(operation_id = "create_webhook", tag = "webhooks", params(("channel" = String, Path)), request_body = CreateWebhook, responses((status = 201, body = CreatedWebhook)))]
#[post("/channels/{channel}/webhooks")]
pub async fn create_webhook(
    app: App,
    actor: WriteAuth,
    request: HttpRequest,
    path: Path<ChannelId>,
    body: Body<CreateWebhook>,
) -> Result<HttpResponse, Problem> {
    app.limits.channel(&request, actor.0.person.num)?;
    let made = app.domain.create_webhook(&actor.0, path.into_inner(), &body.0.name).await?;
    let url = format!("{}{}/webhooks/{}", own_address(&request, &app.domain), super::BASE, made.token);
    Ok(HttpResponse::Created().json(CreatedWebhook { webhook: made.webhook, url }))
}
