//! GET /me/push

use actix_web::{get, web::Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::set_push::PushScope;
use crate::http::{App, Auth, Problem};
use crate::storage::pushes::EndpointRow;

/// Whether this session's device is told.
#[derive(Serialize, ToSchema)]
pub struct Push {
    /// Null: it is not.
    #[schema(required)]
    pub device: Option<Device>,
}

/// A device that is told.
#[derive(Serialize, ToSchema)]
pub struct Device {
    pub endpoint: String,
    pub scope: PushScope,
    pub created_ts: i64,
}

impl From<EndpointRow> for Device {
    fn from(row: EndpointRow) -> Device {
        let scope = if row.scope == "all" { PushScope::All } else { PushScope::Mine };
        Device { endpoint: row.endpoint, scope, created_ts: row.created_ts }
    }
}

/// Whether this session's device is told of what happens while it has no window open, and of what.
#[utoipa::path(operation_id = "get_push", tag = "me", responses((status = 200, body = Push)))]
#[get("/me/push")]
pub async fn get_push(app: App, actor: Auth) -> Result<Json<Push>, Problem> {
    let device = app.domain.push(&actor.0).await?.map(Device::from);
    Ok(Json(Push { device }))
}
