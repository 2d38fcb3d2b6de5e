//! GET /channels/{id}/files

use actix_web::{HttpRequest, HttpResponse, get, web::Path};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::page_size;
use crate::domain::shared::{FileKind, SHARED_PAGE_MAX, SharedFile};
use crate::http::{App, Auth, Params, Problem};
use crate::protocol::ids::ChannelId;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FilesQuery {
    /// Files of this kind, by their media types; if not given, all.
    #[param(inline)]
    pub kind: Option<FileKind>,
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct SharedFiles {
    pub files: Vec<SharedFile>,
    #[schema(required)]
    pub next: Option<String>,
}

/// Files that a channel's messages carry, as these stand now: those of the newest message first, and those of one message in its
/// order. Replies in threads are among them. What one may not read, or was deleted or kept long enough, is not.
///
/// `replaying` while the log of a channel of another server is on its way here.
#[utoipa::path(operation_id = "list_files", tag = "messages", params(("channel" = String, Path), FilesQuery), responses((status = 200, body = SharedFiles)))]
#[get("/channels/{channel}/files")]
pub async fn list_files(
    app: App,
    request: HttpRequest,
    actor: Auth,
    path: Path<ChannelId>,
    query: Params<FilesQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_size(query.limit, 50, SHARED_PAGE_MAX)?;
    let after = query.cursor.as_deref().map(cursor::pair).transpose()?;
    let (files, next) =
        app.domain.shared_files(&actor.0, path.into_inner(), query.kind, after, limit).await?;
    let next = next.map(|(seq, n)| format!("{seq}.{n}"));
    Ok(cursor::page(&request, next, |next| SharedFiles { files, next }))
}
