//! GET /admin/storage: for administrators.

use actix_web::{get, web::Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{App, Auth, Problem};

/// What this server keeps, and how much room it takes.
#[derive(Serialize, ToSchema)]
pub struct Storage {
    pub accounts: i64,
    /// Direct conversations too.
    pub channels: i64,
    /// Of all logs.
    pub entries: i64,
    pub files: i64,
    pub file_bytes: i64,
    pub database_bytes: i64,
    /// Transactions since the server started. Each carries all that waited for the one before.
    pub commits: i64,
}

/// How much is stored.
#[utoipa::path(operation_id = "get_storage", tag = "administration", responses((status = 200, body = Storage)))]
#[get("/admin/storage")]
pub async fn get_storage(app: App, actor: Auth) -> Result<Json<Storage>, Problem> {
    let figures = app.domain.storage_figures(&actor.0).await?;
    Ok(Json(Storage {
        accounts: figures.accounts,
        channels: figures.totals.channels,
        entries: figures.totals.entries,
        files: figures.totals.files,
        file_bytes: figures.totals.file_bytes,
        database_bytes: figures.totals.database_bytes,
        commits: figures.commits,
    }))
}
