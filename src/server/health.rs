//! What those who watch over the server ask: whether it lives, and whether it can do its work.

use actix_web::HttpResponse;
use serde_json::json;

use crate::domain::Error;
use crate::http::{App, Problem};
use crate::storage::meta;

pub(super) async fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// Whether requests can be served: the database answers reads and takes writes, for which there is room.
pub(super) async fn ready(app: App) -> Result<HttpResponse, Problem> {
    let now = app.domain.clock.now().to_string();
    let read = app.domain.reads.read(|conn| meta::get(conn, meta::SERVER_NAME)).await;
    let written =
        app.domain.writer.other("ready", move |work| Ok(meta::put(work.conn, "ready_ts", &now)?)).await;
    match (read, written) {
        (Ok(_), Ok(())) => Ok(HttpResponse::Ok().json(json!({ "status": "ready" }))),
        (_, Err(full @ Error::StorageFull(_))) => Err(full.into()),
        _ => Err(Problem::plain("busy").retry_after(1)),
    }
}
