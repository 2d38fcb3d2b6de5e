//! OPTIONS /files: what of tus this server speaks.

use actix_web::{HttpResponse, options};

use super::tus;
use crate::http::App;

/// Says which uploads in parts ([tus 1.0.0](https://tus.io/protocols/resumable-upload)) this server takes.
#[utoipa::path(operation_id = "options_files", tag = "files", responses((status = 204, description = "in headers: `Tus-Version`, `Tus-Extension`, `Tus-Max-Size`, `Tus-Checksum-Algorithm`")))]
#[options("/files")]
pub async fn options_files(app: App) -> HttpResponse {
    let mut response = HttpResponse::NoContent();
    tus::speak(&mut response)
        .insert_header(("tus-version", tus::VERSION))
        .insert_header(("tus-extension", tus::EXTENSIONS))
        .insert_header(("tus-max-size", app.domain.file_bytes_max().to_string()))
        .insert_header(("tus-checksum-algorithm", tus::ALGORITHMS))
        .finish()
}
