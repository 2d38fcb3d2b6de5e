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
}

/// Marks notifications as seen.
#[utoipa::path(operation_id = "read_notifications", tag = "reading", request_body = ReadNotifications, responses((status = 204, description = "marked")))]
#[post("/notifications/read")]
pub async fn read_notifications(
    app: App,
    actor: Auth,
    body: Body<ReadNotifications>,
) -> Result<HttpResponse, Problem> {
    app.domain.mark_notifications_seen(&actor.0, body.0.up_to.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
