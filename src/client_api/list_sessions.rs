//! GET /sessions: where one is logged in.

use actix_web::{get, web::Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{App, Auth, Problem};

#[derive(Serialize, ToSchema)]
pub struct Sessions {
    pub sessions: Vec<Session>,
}

/// One device.
#[derive(Serialize, ToSchema)]
pub struct Session {
    pub id: String,
    pub device_name: String,
    pub created_ts: i64,
    /// To within five minutes.
    pub last_used_ts: i64,
    /// The one that asks.
    pub current: bool,
}

/// One's own sessions, the one used last first.
#[utoipa::path(operation_id = "list_sessions", tag = "accounts", responses((status = 200, body = Sessions)))]
#[get("/sessions")]
pub async fn list_sessions(app: App, actor: Auth) -> Result<Json<Sessions>, Problem> {
    let Auth(actor) = actor;
    let rows = app.domain.sessions(&actor).await?;
    let sessions = rows.into_iter().map(|row| Session {
        current: row.id == actor.session,
        id: row.id,
        device_name: row.device_name,
        created_ts: row.created_ts,
        last_used_ts: row.last_used_ts,
    });
    Ok(Json(Sessions { sessions: sessions.collect() }))
}
