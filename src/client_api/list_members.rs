//! GET /channels/{id}/members

use actix_web::{HttpRequest, HttpResponse, get, web::Path};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::members::MEMBERS_PAGE_MAX;
use crate::domain::page_size;
use crate::domain::view::Member;
use crate::http::{App, Auth, Params, Problem};
use crate::protocol::ids::ChannelId;
use crate::protocol::rules::Membership;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MembersQuery {
    /// `joined`, `invited`, `left`, `banned` or `knocking`; if not given, those who are in or asked in.
    #[param(value_type = Option<String>, pattern = "^(joined|invited|left|banned|knocking)$")]
    pub membership: Option<Membership>,
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 200, default = 100)]
    pub limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct Members {
    pub members: Vec<Member>,
    #[schema(required)]
    pub next: Option<String>,
}

/// People in a channel.
#[utoipa::path(operation_id = "list_members", tag = "membership", params(("channel" = String, Path), MembersQuery), responses((status = 200, body = Members)))]
#[get("/channels/{channel}/members")]
pub async fn list_members(
    app: App,
    request: HttpRequest,
    actor: Auth,
    path: Path<ChannelId>,
    query: Params<MembersQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_size(query.limit, 100, MEMBERS_PAGE_MAX)?;
    let after = query.cursor.as_deref().map(cursor::number).transpose()?.unwrap_or(0);
    let page =
        app.domain.channel_members(&actor.0, path.into_inner(), query.membership, after, limit).await?;
    let members = page.members.into_iter().map(|member| app.member_with_presence(member)).collect();
    Ok(cursor::page(&request, page.next.map(|next| next.to_string()), |next| Members { members, next }))
}
