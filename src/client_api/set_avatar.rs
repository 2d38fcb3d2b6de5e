//! PUT /me/avatar

use actix_web::web::{Bytes, Json, Payload};
use actix_web::{HttpMessage, HttpRequest, put};
use futures_util::StreamExt;
use serde::Deserialize;
use utoipa::ToSchema;

use super::incoming::too_large;
use crate::domain::pictures::{AVATAR_BYTES_MAX, Picture};
use crate::domain::view::User;
use crate::files::Hash;
use crate::http::{App, Problem, WriteAuth, extract};

/// A file that one may have.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetAvatar {
    /// The file's hash.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
    pub file: Hash,
}

/// Sets the picture of one's profile: its bytes are the body (at most 8 MiB), or as JSON the hash of a file. It is made
/// small, and what a camera wrote into it is left out.
#[utoipa::path(operation_id = "set_avatar", tag = "me", request_body(content((SetAvatar = "application/json"), (Vec<u8> = "application/octet-stream"))), responses((status = 200, body = User)))]
#[put("/me/avatar")]
pub async fn set_avatar(
    app: App,
    actor: WriteAuth,
    request: HttpRequest,
    payload: Payload,
) -> Result<Json<User>, Problem> {
    let picture = picture(&request, payload).await?;
    let user = app.domain.set_avatar(&actor.0, picture).await?;
    Ok(Json(app.with_presence(user)))
}

/// The picture that a request brings or names.
pub(super) async fn picture(request: &HttpRequest, payload: Payload) -> Result<Picture, Problem> {
    let bytes = collect(payload).await?;
    if request.content_type() != "application/json" {
        return Ok(Picture::Bytes(bytes));
    }
    let body: SetAvatar = extract::json(&bytes)?;
    Ok(Picture::File(body.file))
}

async fn collect(mut payload: Payload) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = payload.next().await {
        let piece: Bytes = piece.map_err(|_| Problem::plain("broken_off"))?;
        if bytes.len() + piece.len() > AVATAR_BYTES_MAX {
            return Err(too_large(AVATAR_BYTES_MAX as u64));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}
