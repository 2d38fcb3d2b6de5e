//! GET /me/scheduled

use actix_web::{get, web::Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::scheduled::Scheduled;
use crate::http::problem::told_scheduled;
use crate::http::{App, Auth, Problem};

#[derive(Serialize, ToSchema)]
pub struct ScheduledMessages {
    /// At most 100.
    pub scheduled: Vec<Scheduled>,
}

/// Messages of one's own that are to be sent later, in all channels, soonest first. One that could not be sent (`failed`) stays until it is
/// changed, sent or deleted; what is in the way for a while only is waited for.
#[utoipa::path(operation_id = "list_scheduled", tag = "me", responses((status = 200, body = ScheduledMessages)))]
#[get("/me/scheduled")]
pub async fn list_scheduled(app: App, actor: Auth) -> Result<Json<ScheduledMessages>, Problem> {
    let scheduled = app.domain.scheduled(&actor.0).await?;
    Ok(Json(ScheduledMessages { scheduled: scheduled.into_iter().map(told_scheduled).collect() }))
}
