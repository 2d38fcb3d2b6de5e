//! PATCH /me/scheduled/{id}

use actix_web::{
    patch,
    web::{Json, Path},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::scheduled::{Scheduled, ScheduledChange};
use crate::http::extract::{Integer, Text};
use crate::http::{App, Auth, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateScheduled {
    /// As in `POST /channels/{channel}/messages`. Previews of links that are not in it any more go.
    #[schema(pattern = r"^[^\x00]*$")]
    pub text: Option<String>,
    /// As in `POST /channels/{channel}/scheduled`.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub send_ts: Option<Integer>,
}

/// Changes the text of a message that is to be sent later, or when; what is left out stays. One that failed is tried again: at its time, or
/// at once where that is over.
#[utoipa::path(operation_id = "update_scheduled", tag = "me", params(("scheduled" = String, Path)), request_body = UpdateScheduled, responses((status = 200, body = Scheduled)))]
#[patch("/me/scheduled/{scheduled}")]
pub async fn update_scheduled(
    app: App,
    actor: Auth,
    scheduled: Path<Text>,
    body: Body<UpdateScheduled>,
) -> Result<Json<Scheduled>, Problem> {
    let Text(id) = scheduled.into_inner();
    let UpdateScheduled { text, send_ts } = body.0;
    let change = ScheduledChange { text, send_ts: send_ts.map(|Integer(ts)| ts) };
    Ok(Json(app.domain.update_scheduled(&actor.0, id, change).await?))
}
