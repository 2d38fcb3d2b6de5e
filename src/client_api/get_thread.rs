//! GET /channels/{id}/threads/{event_id}

use actix_web::{
    get,
    web::{Json, Path},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::list_messages::PageQuery;
use crate::domain::view::{Message, ThreadState};
use crate::http::{App, Auth, Params, Problem};
use crate::protocol::ids::{ChannelId, EventId};

/// A thread: its first message and a page of its replies.
#[derive(Serialize, ToSchema)]
pub struct Thread {
    pub root: Message,
    pub messages: Vec<Message>,
    pub head: i64,
    #[schema(required)]
    pub oldest: Option<i64>,
    /// How one stands in it.
    pub read: ThreadState,
}

/// A thread: its first message, and a page of its replies. The id may be that of any message in it.
///
/// Where the page lies is said as in `GET /channels/{channel}/messages`: without anything it has the newest.
#[utoipa::path(operation_id = "get_thread", tag = "messages", params(("channel" = String, Path), ("message" = String, Path), PageQuery), responses((status = 200, body = Thread)))]
#[get("/channels/{channel}/threads/{message}")]
pub async fn get_thread(
    app: App,
    actor: Auth,
    path: Path<(ChannelId, EventId)>,
    query: Params<PageQuery>,
) -> Result<Json<Thread>, Problem> {
    let (channel, message) = path.into_inner();
    let (place, limit) = query.place()?;
    let (root, page, read) = app.domain.thread(&actor.0, channel, message, place, limit).await?;
    Ok(Json(Thread { root, messages: page.messages, head: page.head, oldest: page.oldest, read }))
}
