//! PATCH /me

use actix_web::{patch, web::Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::accounts::ProfileChange;
use crate::domain::status::Status;
use crate::domain::view::User;
use crate::http::extract::{Integer, given};
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
    /// What one does just now: an emoji, a text or both, and until when. Null takes it back.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NewStatus>)]
    pub status: Option<Option<NewStatus>>,
    /// Whether a program writes in one's name.
    pub bot: Option<bool>,
}

/// A text or an emoji has to be there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStatus {
    /// One emoji, as reactions take it.
    #[schema(max_length = 64, example = "🍵")]
    pub emoji: Option<String>,
    /// One line of at most 100 characters.
    #[serde(default)]
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub text: String,
    /// When it ends by itself: in the future, at most a year from now. Else it stands until it is taken back.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub until_ts: Option<Integer>,
}

/// Changes one's profile.
#[utoipa::path(operation_id = "update_me", tag = "me", request_body = UpdateMe, responses((status = 200, body = User)))]
#[patch("/me")]
pub async fn update_me(app: App, actor: WriteAuth, body: Body<UpdateMe>) -> Result<Json<User>, Problem> {
    let Body(UpdateMe { display_name, bio, status, bot }) = body;
    let status = status.map(|given| {
        given.map(|NewStatus { emoji, text, until_ts }| Status {
            emoji,
            text,
            until_ts: until_ts.map(|Integer(ts)| ts),
        })
    });
    let change = ProfileChange { display_name, bio, status, bot };
    let user = app.domain.update_me(&actor.0, change).await?;
    Ok(Json(app.with_presence(user)))
}
