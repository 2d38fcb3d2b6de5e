//! PUT /me/avatar

use std::time::Duration;

use actix_web::web::{Json, Payload};
use actix_web::{HttpMessage, HttpRequest, put};
use serde::Deserialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::incoming;
use crate::domain::Actor;
use crate::domain::pictures::{AVATAR_BYTES_MAX, Picture};
use crate::domain::view::User;
use crate::files::Hash;
use crate::http::{App, Problem, WriteAuth, extract};

/// How long all of a picture may take to come.
const PICTURE_DEADLINE: Duration = Duration::from_secs(300);

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
    let picture = picture(&app, &actor.0, &request, payload).await?;
    let user = app.domain.set_avatar(&actor.0, picture).await?;
    Ok(Json(app.with_presence(user)))
}

/// The picture that a request brings or names. What it brings is written as it comes, never held whole.
pub(super) async fn picture<'a>(
    app: &'a App,
    actor: &Actor,
    request: &HttpRequest,
    mut payload: Payload,
) -> Result<Picture<'a>, Problem> {
    if request.content_type() == "application/json" {
        let body: SetAvatar = extract::json(&extract::bytes(payload.into_inner()).await?)?;
        return Ok(Picture::File(body.file));
    }
    if incoming::announced(request).is_some_and(|bytes| bytes > AVATAR_BYTES_MAX) {
        return Err(incoming::too_large(AVATAR_BYTES_MAX));
    }
    let mut begun = app.domain.begin_picture(actor).await?;
    let whole = incoming::receive(&mut begun, &mut payload, |_| ());
    timeout(PICTURE_DEADLINE, whole).await.map_err(|_| Problem::plain("broken_off"))??;
    Ok(Picture::Bytes(Box::new(begun)))
}
