//! OPTIONS /files: what of tus this server speaks.

use actix_web::{HttpResponse, options};

use super::tus;
use crate::http::App;
use crate::http::context::{TUS_RESUMABLE, TUS_VERSION};

/// Says which uploads in parts ([tus 1.0.0](https://tus.io/protocols/resumable-upload)) this server takes.
#[utoipa::path(operation_id = "options_files", tag = "files", responses((status = 204, description = "in headers", headers(("Tus-Version" = String), ("Tus-Extension" = String), ("Tus-Max-Size" = i64, description = "bytes of the largest file"), ("Tus-Checksum-Algorithm" = String)))))]
#[options("/files")]
pub async fn options_files(app: App) -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((TUS_RESUMABLE, TUS_VERSION))
        .insert_header(("tus-version", TUS_VERSION))
        .insert_header(("tus-extension", tus::EXTENSIONS))
        .insert_header(("tus-max-size", app.domain.file_bytes_max().to_string()))
        .insert_header(("tus-checksum-algorithm", tus::ALGORITHMS))
        .finish()
}
