//! GET /threads: what goes on in threads that one follows.

use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::page_size;
use crate::domain::threads::THREADS_PAGE_MAX;
use crate::domain::view::{Message, ThreadState};
use crate::http::{App, Auth, Params, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ThreadsQuery {
    /// True: only those in which something is new.
    #[serde(default)]
    pub unread: bool,
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct Threads {
    pub threads: Vec<FollowedThread>,
    #[schema(required)]
    pub next: Option<String>,
}

/// A thread that one follows.
#[derive(Serialize, ToSchema)]
pub struct FollowedThread {
    pub root: Message,
    pub read: ThreadState,
}

/// Threads that one follows, those with the latest reply first.
#[utoipa::path(operation_id = "list_threads", tag = "reading", params(ThreadsQuery), responses((status = 200, body = Threads)))]
#[get("/threads")]
pub async fn list_threads(
    app: App,
    request: HttpRequest,
    actor: Auth,
    query: Params<ThreadsQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_size(query.limit, 50, THREADS_PAGE_MAX)?;
    let after = query.cursor.as_deref().map(cursor::triple).transpose()?;
    let (threads, next) = app.domain.threads(&actor.0, query.unread, after, limit).await?;
    let next = next.map(|(ts, channel, root)| format!("{ts}.{channel}.{root}"));
    let threads = threads.into_iter().map(|thread| FollowedThread { root: thread.root, read: thread.state });
    let threads = threads.collect();
    Ok(cursor::page(&request, next, |next| Threads { threads, next }))
}
