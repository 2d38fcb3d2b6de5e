//! PUT /admin/exclusions/{user}: for administrators.

use actix_web::{
    put,
    web::{Json, Path},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::list_exclusions::Exclusion;
use crate::http::extract::MaybeBody;
use crate::http::{App, Auth, Problem};
use crate::protocol::ids::UserId;

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExcludeUser {
    /// Why, for administrators alone. At most 500 characters.
    #[schema(max_length = 500, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    pub reason: Option<String>,
}

/// Keeps somebody of another server off this one, and leaves their server alone. They are put out of the channels that are
/// hosted here, and nothing that they send is taken into these; nobody here is notified of what they write elsewhere, or
/// begins a direct conversation with them; and nobody finds or invites them. The same again changes the reason. They need not be known here.
#[utoipa::path(operation_id = "exclude_user", tag = "administration", params(("user" = String, Path, description = "`@name:server`")), request_body = Option<ExcludeUser>, responses((status = 200, body = Exclusion)))]
#[put("/admin/exclusions/{user}")]
pub async fn exclude_user(
    app: App,
    actor: Auth,
    user: Path<UserId>,
    body: MaybeBody<ExcludeUser>,
) -> Result<Json<Exclusion>, Problem> {
    let excluded = app.domain.exclude(&actor.0, user.into_inner(), body.0.reason).await?;
    Ok(Json(excluded.into()))
}
