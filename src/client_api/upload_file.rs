//! POST /files: a file comes in, or begins to.

use actix_web::http::header;
use actix_web::web::Payload;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, post};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{incoming, tus};
use crate::domain::view::Attachment;
use crate::http::extract::Text;
use crate::http::{App, Params, Problem, WriteAuth};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// The file's name; not with tus, where it stands in Upload-Metadata as `filename`.
    #[param(value_type = Option<String>, pattern = r"^[^\x00-\x1f\x7f-\x9f/\\]{1,200}$", example = "plan.png")]
    pub name: Option<Text>,
}

/// Uploads a file: its bytes are the body, whatever their type. It is yours alone until a message carries it, which must
/// be within a day. With the header `Tus-Resumable: 1.0.0` the body is empty, and an upload in parts begins (tus
/// creation): `Location` says where the parts go.
#[utoipa::path(operation_id = "upload_file", tag = "files", params(UploadQuery), request_body(content = Option<Vec<u8>>, content_type = "application/octet-stream"), responses((status = 201, description = "the file; with tus nothing but headers", body = Attachment, headers(("Location" = String, description = "with tus: where the parts go"), ("Upload-Offset" = i64, description = "with tus: how many bytes are there"), ("Upload-Expires" = String, description = "with tus: until when the upload is kept"), ("Loggia-File" = String, description = "with tus, of an empty file: its hash")))))]
#[post("/files")]
pub async fn upload_file(
    app: App,
    actor: WriteAuth,
    request: HttpRequest,
    query: Params<UploadQuery>,
    mut payload: Payload,
) -> Result<HttpResponse, Problem> {
    if tus::is_spoken(&request) {
        return begin(app, actor, &request).await;
    }
    // What browsers and libraries wrap files in is not unwrapped here, and nobody wants the wrapping.
    if request.content_type().starts_with("multipart/") {
        return Err(Problem::plain("unsupported_media_type"));
    }
    let name = query.into_inner().name.map(|Text(name)| name).unwrap_or_default();
    let mut incoming = app.domain.begin_file(&actor.0, &name, incoming::announced(&request)).await?;
    incoming::receive(&mut incoming, &mut payload, |_| ()).await?;
    let file = app.domain.finish_file(&actor.0, incoming).await?;
    Ok(HttpResponse::Created().json(file))
}

async fn begin(app: App, actor: WriteAuth, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    tus::check_version(request)?;
    let size = tus::number(request, "upload-length")?;
    let name = tus::file_name(request)?;
    let upload = app.domain.begin_upload(&actor.0, &name, size).await?;
    let mut response = HttpResponse::Created();
    let location = format!("{}/uploads/{}", request.path().trim_end_matches('/'), upload.id);
    response.insert_header((header::LOCATION, location));
    Ok(tus::tell(&mut response, &upload))
}
