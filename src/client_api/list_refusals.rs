//! GET /me/refusals

use actix_web::{get, web::Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::pending;
use crate::http::problem::told_code;
use crate::http::{App, Auth, Problem};

/// Something that a channel's host refused.
#[derive(Serialize, ToSchema)]
pub struct Refusal {
    pub channel: String,
    pub channel_name: String,
    /// The server that refused.
    pub host: String,
    /// What it was.
    pub pending: pending::Pending,
    /// Why, as a problem's code.
    pub code: String,
    pub detail: String,
    pub refused_ts: i64,
}

#[derive(Serialize, ToSchema)]
pub struct Refusals {
    pub refusals: Vec<Refusal>,
}

/// What of one's own waited for a channel's host and was then refused, the oldest first, also in channels that one is in no
/// longer; at most 100, the newest. Each stays until it is dismissed, or sent again with the same nonce: whoever had no
/// page open when it was refused hears of it here.
#[utoipa::path(operation_id = "list_refusals", tag = "messages", responses((status = 200, body = Refusals)))]
#[get("/me/refusals")]
pub async fn list_refusals(app: App, actor: Auth) -> Result<Json<Refusals>, Problem> {
    let refusals = app.domain.refusals(&actor.0).await?;
    Ok(Json(Refusals { refusals: refusals.into_iter().map(Refusal::from).collect() }))
}

impl From<pending::Refusal> for Refusal {
    fn from(it: pending::Refusal) -> Refusal {
        Refusal {
            channel: it.channel.as_str().to_owned(),
            channel_name: it.channel_name,
            host: it.host,
            pending: it.pending,
            code: told_code(&it.code).to_owned(),
            detail: it.detail,
            refused_ts: it.refused_ts,
        }
    }
}
