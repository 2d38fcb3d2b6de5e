//! GET /admin/exclusions: for administrators.

use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::exclusions::{EXCLUSIONS_PAGE_MAX, Exclusion as Found};
use crate::domain::page_size;
use crate::domain::show;
use crate::domain::view::User;
use crate::http::extract::Words;
use crate::http::{App, Auth, Params, Problem};
use crate::protocol::Ts;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExclusionsQuery {
    /// Anywhere in the id or display name.
    #[param(value_type = Option<String>, pattern = r"^[^\x00]*$")]
    pub query: Option<Words>,
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<u32>,
}

/// Somebody of another server who is kept off this one.
#[derive(Serialize, ToSchema)]
pub struct Exclusion {
    pub user: User,
    /// Since when.
    pub created_ts: Ts,
    /// By whom. None: somebody with the operator's commands.
    #[schema(required, example = "@root:chat.example.org")]
    pub administrator: Option<String>,
    /// For administrators alone.
    #[schema(required)]
    pub reason: Option<String>,
    /// In how many channels and direct conversations that are hosted here they still are, invited, or knocking: for a moment,
    /// or because nobody of this server can put them out. They can say nothing there.
    pub channels: i64,
}

impl From<Found> for Exclusion {
    fn from(found: Found) -> Exclusion {
        Exclusion {
            user: show::user(&found.user),
            created_ts: found.row.created_ts,
            administrator: found.row.administrator,
            reason: found.row.reason,
            channels: found.seats,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Exclusions {
    pub exclusions: Vec<Exclusion>,
    #[schema(required)]
    pub next: Option<String>,
}

/// People of other servers who are kept off this one, newest first.
#[utoipa::path(operation_id = "list_exclusions", tag = "administration", params(ExclusionsQuery), responses((status = 200, body = Exclusions)))]
#[get("/admin/exclusions")]
pub async fn list_exclusions(
    app: App,
    request: HttpRequest,
    actor: Auth,
    query: Params<ExclusionsQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_size(query.limit, 50, EXCLUSIONS_PAGE_MAX)?;
    let before = query.cursor.as_deref().map(cursor::number).transpose()?.unwrap_or(i64::MAX);
    let text = query.query.unwrap_or_default().0;
    let (rows, next) = app.domain.exclusions(&actor.0, text, before, limit).await?;
    let next = next.map(|next| next.to_string());
    let exclusions = rows.into_iter().map(Exclusion::from).collect();
    Ok(cursor::page(&request, next, |next| Exclusions { exclusions, next }))
}
