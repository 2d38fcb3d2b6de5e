//! PUT /me/saved/{channel}/{message}

use actix_web::{HttpResponse, put, web::Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::extract::{Integer, MaybeBody, given};
use crate::http::{App, Auth, Problem};
use crate::protocol::ids::{ChannelId, EventId};

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveMessage {
    /// When to be reminded of it, in milliseconds since 1970: in the future, at most 365 days from now. Null takes a reminder back; left out, it stays as
    /// it is.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub remind_ts: Option<Option<Integer>>,
}

/// Saves a message for later, in a list that is one's own alone; what is saved already stays where it is in it. At most 5,000. One's
/// other devices hear of it by `saved.updated`, and nobody else does. With `remind_ts` one is reminded of it, once, by a notification of
/// the kind `reminder`, also where the channel is silent; it stays saved. 500 reminders can wait.
#[utoipa::path(operation_id = "save_message", tag = "me", params(("channel" = String, Path), ("message" = String, Path)), request_body = Option<SaveMessage>, responses((status = 204, description = "saved")))]
#[put("/me/saved/{channel}/{message}")]
pub async fn save_message(
    app: App,
    actor: Auth,
    path: Path<(ChannelId, EventId)>,
    body: MaybeBody<SaveMessage>,
) -> Result<HttpResponse, Problem> {
    let (channel, message) = path.into_inner();
    let remind = body.0.remind_ts.map(|given| given.map(|Integer(ts)| ts));
    app.domain.save_message(&actor.0, channel, message, remind).await?;
    Ok(HttpResponse::NoContent().finish())
}
