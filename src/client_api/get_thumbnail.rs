//! GET /files/{hash}/thumbnail

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

use super::serving;
use crate::files::{Hash, kind};
use crate::http::{App, Auth, Params, Problem};

const SIZE_DEFAULT: u32 = 320;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ThumbnailQuery {
    /// The longest side in pixels: 96, 320 (if not given), 640 or 1280.
    pub size: Option<u32>,
}

/// A small picture of a picture, the right way up and with nothing in it but pixels.
#[utoipa::path(operation_id = "get_thumbnail", tag = "files", params(("hash" = String, Path), ThumbnailQuery), responses((status = 200, body = Vec<u8>, content_type = "image/*"), (status = 304, description = "as known")))]
#[get("/files/{hash}/thumbnail")]
pub async fn get_thumbnail(
    app: App,
    actor: Auth,
    request: HttpRequest,
    path: Path<Hash>,
    query: Params<ThumbnailQuery>,
) -> Result<HttpResponse, Problem> {
    let hash = path.into_inner();
    let size = query.size.unwrap_or(SIZE_DEFAULT);
    let bytes = app.domain.thumbnail(&actor.0, &hash, size).await?;
    let (tag, media_type) = (format!("{hash}-{size}"), kind::of(&bytes));
    if serving::is_known(&request, &tag) {
        return Ok(serving::not_modified(&tag, media_type));
    }
    let mut response = HttpResponse::Ok();
    serving::headers(&mut response, &tag, media_type, None);
    Ok(response.body(bytes))
}
