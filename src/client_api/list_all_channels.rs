//! GET /admin/channels: for administrators.

use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::cursor;
use super::list_accounts::AccountsQuery;
use crate::domain::admin::{ADMIN_PAGE_MAX, ChannelFigures};
use crate::domain::page_size;
use crate::domain::view::Visibility;
use crate::http::{App, Auth, Params, Problem};

/// A channel as its server's administrators see it: not what is said there.
#[derive(Serialize, ToSchema)]
pub struct HeldChannel {
    pub id: String,
    pub name: String,
    #[schema(required)]
    pub alias: Option<String>,
    pub host: String,
    #[schema(value_type = Visibility)]
    pub visibility: String,
    pub archived: bool,
    pub created_ts: i64,
    pub member_count: i64,
    /// Of this server.
    pub local_members: i64,
    /// How long its log is.
    pub entries: i64,
    /// When the last entry came.
    pub last_ts: i64,
}

impl From<ChannelFigures> for HeldChannel {
    fn from(ChannelFigures { row, local_members }: ChannelFigures) -> HeldChannel {
        HeldChannel {
            id: row.id,
            name: row.name,
            alias: row.alias,
            host: row.host,
            visibility: row.visibility,
            archived: row.archived,
            created_ts: row.created_ts,
            member_count: row.joined_count,
            local_members,
            entries: row.size,
            last_ts: row.last_ts,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct HeldChannels {
    pub channels: Vec<HeldChannel>,
    #[schema(required)]
    pub next: Option<String>,
}

/// All channels that this server keeps, its own and those of other hosts; no direct conversations.
#[utoipa::path(operation_id = "list_all_channels", tag = "administration", params(AccountsQuery), responses((status = 200, body = HeldChannels)))]
#[get("/admin/channels")]
pub async fn list_all_channels(
    app: App,
    request: HttpRequest,
    actor: Auth,
    query: Params<AccountsQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_size(query.limit, 50, ADMIN_PAGE_MAX)?;
    let after = query.cursor.as_deref().map(cursor::number).transpose()?.unwrap_or(0);
    let text = query.query.unwrap_or_default().0;
    let (rows, next) = app.domain.channel_figures(&actor.0, text, after, limit).await?;
    let channels = rows.into_iter().map(HeldChannel::from).collect();
    let next = next.map(|num| num.to_string());
    Ok(cursor::page(&request, next, |next| HeldChannels { channels, next }))
}
