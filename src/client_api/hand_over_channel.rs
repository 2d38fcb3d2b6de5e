//! PUT /admin/channels/{channel}/owner: for administrators.

use actix_web::{HttpResponse, put, web::Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::create_dm::PersonId;
use crate::http::{App, Auth, Body, Problem};
use crate::protocol::ids::{ChannelId, UserId};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// A member, or any account of this server, which joins by that.
    /// A member, or any account of this server, which joins by that.
    #[schema(value_type = PersonId)]
    pub user: UserId,
    /// At most 500 characters.
    #[schema(max_length = 500, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    pub reason: Option<String>,
}

/// Makes somebody the owner of a channel that is hosted here and whose owner is an account of this server: for channels whose
/// owner is gone. It is done in the owner's name; who was the owner is a moderator then. An archived channel is open after it.
/// The log says which administrator did it, and why; so does `GET /admin/acts`.
#[utoipa::path(operation_id = "hand_over_channel", tag = "administration", params(("channel" = String, Path)), request_body = HandOver, responses((status = 204, description = "done")))]
#[put("/admin/channels/{channel}/owner")]
pub async fn hand_over_channel(
    app: App,
    actor: Auth,
    channel: Path<ChannelId>,
    body: Body<HandOver>,
) -> Result<HttpResponse, Problem> {
    let HandOver { user, reason } = body.0;
    app.domain.hand_over_channel(&actor.0, channel.into_inner(), user, reason).await?;
    Ok(HttpResponse::NoContent().finish())
}
