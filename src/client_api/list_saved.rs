//! GET /me/saved

use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::page_size;
use crate::domain::saved::{SAVED_PAGE_MAX, Saved};
use crate::http::{App, Auth, Params, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SavedQuery {
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct SavedMessages {
    pub saved: Vec<Saved>,
    #[schema(required)]
    pub next: Option<String>,
}

/// Messages that one saved for later, the one saved last first. What was deleted since is not among them, nor what stands in
/// channels that one is not in any more; whoever comes back to a channel finds there what they saved.
#[utoipa::path(operation_id = "list_saved", tag = "me", params(SavedQuery), responses((status = 200, body = SavedMessages)))]
#[get("/me/saved")]
pub async fn list_saved(
    app: App,
    request: HttpRequest,
    actor: Auth,
    query: Params<SavedQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_size(query.limit, 50, SAVED_PAGE_MAX)?;
    let before = query.cursor.as_deref().map(cursor::number).transpose()?;
    let (saved, next) = app.domain.saved(&actor.0, before, limit).await?;
    let next = next.map(|saved_ts| saved_ts.to_string());
    Ok(cursor::page(&request, next, |next| SavedMessages { saved, next }))
}
