//! PATCH /me

use actix_web::{patch, web::Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::view::User;
use crate::http::{App, Body, Problem, WriteAuth};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateMe {
    /// At most 64 characters.
    #[schema(
        max_length = 64,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
    )]
    pub display_name: Option<String>,
    /// At most 500 characters.
    #[schema(max_length = 500, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    pub bio: Option<String>,
}

/// Changes one's profile.
#[utoipa::path(operation_id = "update_me", tag = "me", request_body = UpdateMe, responses((status = 200, body = User)))]
#[patch("/me")]
pub async fn update_me(app: App, actor: WriteAuth, body: Body<UpdateMe>) -> Result<Json<User>, Problem> {
    let Body(body) = body;
    let user = app.domain.update_me(&actor.0, body.display_name, body.bio).await?;
    Ok(Json(app.with_presence(user)))
}
