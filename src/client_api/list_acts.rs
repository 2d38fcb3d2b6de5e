//! GET /admin/acts: for administrators.

use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::acts::{ACTS_PAGE_MAX, ActKind};
use crate::domain::page_size;
use crate::http::{App, Auth, Params, Problem};
use crate::protocol::Ts;
use crate::storage::acts::ActRow;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActsQuery {
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<u32>,
}

/// Something that an administrator did to others.
#[derive(Serialize, ToSchema)]
pub struct Act {
    pub id: i64,
    pub ts: Ts,
    /// None: somebody with the operator's commands.
    #[schema(required, example = "@root:chat.example.org")]
    pub administrator: Option<String>,
    #[schema(value_type = ActKind)]
    pub kind: String,
    /// To whom: the account, the message's author, the channel's new owner.
    #[schema(required)]
    pub user: Option<String>,
    #[schema(required)]
    pub channel: Option<String>,
    #[schema(required)]
    pub message: Option<String>,
    #[schema(required)]
    pub reason: Option<String>,
}

impl From<ActRow> for Act {
    fn from(row: ActRow) -> Act {
        Act {
            id: row.id,
            ts: row.ts,
            administrator: row.administrator,
            kind: row.kind,
            user: row.user_id,
            channel: row.channel,
            message: row.message,
            reason: row.reason,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Acts {
    pub acts: Vec<Act>,
    #[schema(required)]
    pub next: Option<String>,
}

/// What administrators did to others, newest first: roles, passwords, accounts kept out or deleted, messages deleted, channels
/// handed over. It is kept for as long as the database, and nobody can change it here.
#[utoipa::path(operation_id = "list_acts", tag = "administration", params(ActsQuery), responses((status = 200, body = Acts)))]
#[get("/admin/acts")]
pub async fn list_acts(
    app: App,
    request: HttpRequest,
    actor: Auth,
    query: Params<ActsQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_size(query.limit, 50, ACTS_PAGE_MAX)?;
    let before = query.cursor.as_deref().map(cursor::number).transpose()?.unwrap_or(i64::MAX);
    let (rows, next) = app.domain.acts(&actor.0, before, limit).await?;
    let next = next.map(|next| next.to_string());
    let acts = rows.into_iter().map(Act::from).collect();
    Ok(cursor::page(&request, next, |next| Acts { acts, next }))
}
