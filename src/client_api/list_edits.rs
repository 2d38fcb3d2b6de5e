//! GET /channels/{id}/messages/{event_id}/edits

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::page_size;
use crate::domain::versions::VERSIONS_PAGE_MAX;
use crate::http::{App, Auth, Params, Problem};
use crate::protocol::ids::{ChannelId, EventId};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EditsQuery {
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 100)]
    pub limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct Edits {
    pub edits: Vec<Edit>,
    #[schema(required)]
    pub next: Option<String>,
}

/// A version of a message.
#[derive(Serialize, ToSchema)]
pub struct Edit {
    pub seq: i64,
    pub ts: i64,
    pub text: String,
}

/// What a message said, the first version first: for its author and for moderators.
#[utoipa::path(operation_id = "list_edits", tag = "messages", params(("channel" = String, Path), ("message" = String, Path), EditsQuery), responses((status = 200, body = Edits)))]
#[get("/channels/{channel}/messages/{message}/edits")]
pub async fn list_edits(
    app: App,
    request: HttpRequest,
    actor: Auth,
    path: Path<(ChannelId, EventId)>,
    query: Params<EditsQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_size(query.limit, 100, VERSIONS_PAGE_MAX)?;
    let after = query.cursor.as_deref().map(cursor::number).transpose()?;
    let (versions, next) = app.domain.versions(&actor.0, path.into_inner(), after, limit).await?;
    let edits =
        versions.into_iter().map(|version| Edit { seq: version.seq, ts: version.ts, text: version.text });
    let edits = edits.collect();
    Ok(cursor::page(&request, next.map(|seq| seq.to_string()), |next| Edits { edits, next }))
}
