//! GET /invites: for administrators.

use actix_web::{get, web::Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::create_invite::Invite;
use crate::http::{App, Auth, Problem};

#[derive(Serialize, ToSchema)]
pub struct Invites {
    pub invites: Vec<Invite>,
}

/// Codes that still let somebody in, the newest first.
#[utoipa::path(operation_id = "list_invites", tag = "invites", responses((status = 200, body = Invites)))]
#[get("/invites")]
pub async fn list_invites(app: App, actor: Auth) -> Result<Json<Invites>, Problem> {
    let rows = app.domain.invites(&actor.0).await?;
    Ok(Json(Invites { invites: rows.into_iter().map(Invite::from).collect() }))
}
