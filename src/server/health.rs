//! What those who watch over the server ask: whether it lives, and whether it can do its work.

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::domain::Error;
use crate::http::{App, Problem};
use crate::storage::{self, meta};

/// Where they ask.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.route("/health", web::get().to(health)).route("/health", web::head().to(health));
    app.route("/ready", web::get().to(ready)).route("/ready", web::head().to(ready));
}

pub(super) async fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// The fact that says when this was found out last.
const READY: &str = "ready_ts";
/// For how long a write that succeeded counts, in milliseconds: anybody may ask, and writes nothing by asking all the time.
const WRITTEN_MS: i64 = 1_000;

/// Whether requests can be served: the database answers reads and takes writes, for which there is room, and the data directory is
/// where it was.
async fn ready(app: App) -> Result<HttpResponse, Problem> {
    let busy = || Problem::plain("busy").retry_after(1);
    if !app.domain.files.parts.is_there().await {
        return Err(busy());
    }
    let now = app.domain.clock.now();
    let last = app.domain.reads.read(|conn| meta::get(conn, READY)).await.map_err(|_| busy())?;
    let last = last.and_then(|last| last.parse::<i64>().ok());
    if last.is_none_or(|last| !(0..WRITTEN_MS).contains(&(now - last))) {
        let written =
            app.domain.writer.other("ready", move |work| Ok(meta::put(work.conn, READY, &now.to_string())?));
        written.await.map_err(|error| match error {
            Error::StorageFull(_) | Error::Internal(storage::Error::ReadOnly(_)) => error.into(),
            _ => busy(),
        })?;
    }
    Ok(HttpResponse::Ok().json(json!({ "status": "ready" })))
}
