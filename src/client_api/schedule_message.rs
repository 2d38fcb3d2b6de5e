//! POST /channels/{id}/scheduled

use actix_web::{HttpResponse, post, web::Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::send_message::{AttachFile, GivenPreview, message_body};
use crate::domain::files::Attach;
use crate::domain::messages::NewMessage;
use crate::domain::scheduled::Scheduled;
use crate::http::extract::Integer;
use crate::http::{App, Body, Problem, WriteAuth};
use crate::protocol::ids::{ChannelId, EventId, Nonce};

message_body! {
    pub struct ScheduleMessage {
        /// When it is to be sent: in the future, at most 120 days from now.
        #[schema(value_type = i64, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
        pub send_ts: Integer,
    }
}

/// Keeps a message that the server sends at its time, as if its author had sent it then, whether or not they are there. It is one's own to
/// see until then, and one's files in it stay. At most 100 wait. One's other devices hear of it by `scheduled.updated`, and nobody else does.
#[utoipa::path(operation_id = "schedule_message", tag = "messages", params(("channel" = String, Path)), request_body = ScheduleMessage, responses((status = 201, body = Scheduled, description = "kept until then"), (status = 200, body = Scheduled, description = "was kept before with this nonce")))]
#[post("/channels/{channel}/scheduled")]
pub async fn schedule_message(
    app: App,
    actor: WriteAuth,
    path: Path<ChannelId>,
    body: Body<ScheduleMessage>,
) -> Result<HttpResponse, Problem> {
    let Integer(send_ts) = body.0.send_ts;
    let new = body.0.message();
    let (scheduled, new) = app.domain.schedule_message(&actor.0, path.into_inner(), new, send_ts).await?;
    let mut response = if new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(response.json(scheduled))
}
