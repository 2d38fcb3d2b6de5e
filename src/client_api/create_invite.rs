//! POST /invites: for administrators.

use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::extract::{Integer, MaybeBody};
use crate::http::{App, Auth, Problem};
use crate::storage::users::InviteRow;

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateInvite {
    /// How many people it lets in; 1 if not given.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 10_000)]
    pub uses: Option<Integer>,
    /// For ever if not given.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 31_536_000)]
    pub expires_in_s: Option<Integer>,
}

/// A code that lets people register.
#[derive(Serialize, ToSchema)]
pub struct Invite {
    pub code: String,
    pub uses_left: i64,
    pub created_ts: i64,
    #[schema(required)]
    pub expires_ts: Option<i64>,
}

impl From<InviteRow> for Invite {
    fn from(row: InviteRow) -> Invite {
        Invite {
            code: row.code,
            uses_left: row.uses_left,
            created_ts: row.created_ts,
            expires_ts: row.expires_ts,
        }
    }
}

/// Makes an invite code.
#[utoipa::path(operation_id = "create_invite", tag = "invites", request_body = Option<CreateInvite>, responses((status = 201, body = Invite)))]
#[post("/invites")]
pub async fn create_invite(
    app: App,
    actor: Auth,
    body: MaybeBody<CreateInvite>,
) -> Result<HttpResponse, Problem> {
    let MaybeBody(body) = body;
    let (uses, expires_in_s) =
        (body.uses.map(|Integer(uses)| uses), body.expires_in_s.map(|Integer(seconds)| seconds));
    let row = app.domain.create_invite(&actor.0, uses, expires_in_s).await?;
    Ok(HttpResponse::Created().json(Invite::from(row)))
}
