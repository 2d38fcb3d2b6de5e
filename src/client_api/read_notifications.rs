//! POST /notifications/read

use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::extract::Integer;
use crate::http::{App, Auth, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadNotifications {
    /// The id of the newest notification that was seen.
    #[schema(value_type = i64)]
    pub up_to: Integer,
    /// True: nothing but this notification, whatever came before it.
    #[serde(default)]
    pub only: bool,
}

/// Marks notifications as seen: all up to one, or one alone. What is read in a channel or a thread is seen by that, but for reminders.
#[utoipa::path(operation_id = "read_notifications", tag = "reading", request_body = ReadNotifications, responses((status = 204, description = "marked")))]
#[post("/notifications/read")]
pub async fn read_notifications(
    app: App,
    actor: Auth,
    body: Body<ReadNotifications>,
) -> Result<HttpResponse, Problem> {
    let ReadNotifications { up_to: Integer(up_to), only } = body.0;
    app.domain.mark_notifications_seen(&actor.0, up_to, only).await?;
    Ok(HttpResponse::NoContent().finish())
}
