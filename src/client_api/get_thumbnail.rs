//! GET /files/{hash}/thumbnail

use actix_web::guard::GuardContext;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

use super::serving;
use crate::files::{Hash, kind};
use crate::http::{App, Auth, Params, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ThumbnailQuery {
    /// The longest side in pixels: 96, 320, 640 or 1280. (Without it the path is that of a file which is called `thumbnail`,
    /// and the answer as of any other file.)
    pub size: u32,
}

/// A small picture of a picture, the right way up and with nothing in it but pixels.
#[utoipa::path(operation_id = "get_thumbnail", tag = "files", params(("hash" = String, Path), ThumbnailQuery), responses((status = 200, body = Vec<u8>, content_type = "image/*"), (status = 304, description = "as known")))]
#[get("/files/{hash}/thumbnail", guard = "has_size")]
pub async fn get_thumbnail(
    app: App,
    actor: Auth,
    request: HttpRequest,
    path: Path<Hash>,
    query: Params<ThumbnailQuery>,
) -> Result<HttpResponse, Problem> {
    let hash = path.into_inner();
    let size = query.size;
    let bytes = app.domain.thumbnail(&actor.0, &hash, size).await?;
    let (tag, media_type) = (format!("{hash}-{size}"), kind::of(&bytes));
    if serving::is_known(&request, &tag) {
        return Ok(serving::not_modified(&tag, media_type));
    }
    let mut response = HttpResponse::Ok();
    serving::headers(&mut response, &tag, media_type, None);
    Ok(response.body(bytes))
}

/// A small picture is asked for by its size; else `thumbnail` is a name as any other.
fn has_size(request: &GuardContext<'_>) -> bool {
    let query = request.head().uri.query().unwrap_or_default();
    query.split('&').any(|pair| pair.split('=').next() == Some("size"))
}
