//! HEAD /files/{hash}/{name}

use actix_web::body::SizedStream;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, head};
use futures_util::stream;

use super::{get_file, serving};
use crate::files::Hash;
use crate::http::{App, Auth, Problem};

/// What `GET` would say of the file, without its bytes.
#[utoipa::path(operation_id = "head_file", tag = "files", params(("hash" = String, Path), ("name" = String, Path)), responses((status = 200), (status = 206, description = "the range", headers(("Content-Range" = String, description = "which bytes, and of how many"))), (status = 304, description = "as known")))]
#[head("/files/{hash}/{name}")]
pub async fn head_file(
    app: App,
    actor: Auth,
    request: HttpRequest,
    path: Path<(Hash, String)>,
) -> Result<HttpResponse, Problem> {
    let (hash, name) = path.into_inner();
    let row = app.domain.file(&actor.0, &hash).await?;
    if serving::is_known(&request, &row.hash) {
        return Ok(serving::not_modified(&row.hash, &row.media_type));
    }
    let (mut response, _, length) = get_file::begin(&request, &row, &name)?;
    // Says the length; nothing is read of it for an answer to HEAD.
    Ok(response.body(SizedStream::new(length, stream::empty::<Result<_, std::io::Error>>())))
}
