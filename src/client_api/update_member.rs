//! PUT /channels/{id}/members/{user_id}

use actix_web::{
    put,
    web::{Json, Path},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::members::MemberPatch;
use crate::domain::view::Member;
use crate::http::{App, Body, Problem, WriteAuth};
use crate::protocol::ids::{ChannelId, UserId};
use crate::protocol::rules::{Membership, Role};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateMember {
    /// `invited` asks in, `left` removes (or lifts a ban), `banned` bans, `joined` stays as it is; of oneself `knocking` asks to be
    /// let in.
    pub membership: Option<Membership>,
    /// Of somebody who is joined or invited. `owner` hands the channel over.
    pub role: Option<Role>,
    /// At most 500 characters.
    #[schema(max_length = 500, pattern = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
    pub reason: Option<String>,
}

/// Invites, removes, bans or promotes somebody.
#[utoipa::path(operation_id = "update_member", tag = "membership", params(("channel" = String, Path), ("user" = String, Path)), request_body = UpdateMember, responses((status = 200, body = Member)))]
#[put("/channels/{channel}/members/{user}")]
pub async fn update_member(
    app: App,
    actor: WriteAuth,
    path: Path<(ChannelId, UserId)>,
    body: Body<UpdateMember>,
) -> Result<Json<Member>, Problem> {
    let (channel, user) = path.into_inner();
    let Body(body) = body;
    let patch = MemberPatch { membership: body.membership, role: body.role, reason: body.reason };
    let member = app.domain.set_member(&actor.0, channel, user, patch).await?;
    Ok(Json(app.member_with_presence(member)))
}
