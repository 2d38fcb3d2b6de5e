//! GET /sync: all that a client needs to begin.

use actix_web::{get, web::Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::view::{Channel, ThreadState, User};
use crate::http::{App, Auth, Problem};

/// What a client begins with; it then follows the stream from each channel's `head`.
#[derive(Serialize, ToSchema)]
pub struct Sync {
    pub user: User,
    /// This server's name.
    pub server: String,
    pub channels: Vec<Channel>,
    /// People in view: those in direct messages, and the authors of last messages.
    pub users: Vec<User>,
    pub notifications_unread: i64,
    /// How many of these are reminders, which count for no channel.
    pub reminders_unread: i64,
    /// Threads that one follows in which something is new, those with the latest reply first; at most 200.
    pub threads: Vec<ThreadState>,
    /// Ids of the people whom one blocks; the frame `blocks.updated` tells what changes.
    pub blocks: Vec<String>,
    /// How many reports are open that one may see to (`GET /reports`), counted up to 1,000; null for who is neither an
    /// administrator nor moderates a channel. The frame `reports.updated` tells of reports; whoever sees to other channels than before asks again.
    #[schema(required)]
    pub reports_open: Option<i64>,
}

/// Everything that a client needs to begin, in one state of the server.
#[utoipa::path(operation_id = "get_sync", tag = "reading", responses((status = 200, body = Sync)))]
#[get("/sync")]
pub async fn get_sync(app: App, actor: Auth) -> Result<Json<Sync>, Problem> {
    let snapshot = app.domain.snapshot(&actor.0).await?;
    Ok(Json(Sync {
        user: app.with_presence(snapshot.user),
        server: app.domain.server().as_str().to_owned(),
        channels: snapshot.channels.into_iter().map(|channel| app.channel_with_presence(channel)).collect(),
        users: app.users_with_presence(snapshot.users),
        notifications_unread: snapshot.unseen.all,
        reminders_unread: snapshot.unseen.reminders,
        threads: snapshot.threads,
        blocks: snapshot.blocks,
        reports_open: snapshot.reports_open,
    }))
}
