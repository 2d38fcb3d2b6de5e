//! GET /me/export: one's own data.

use actix_web::{get, web::Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use super::list_refusals::Refusal;
use crate::domain::attention::Attention;
use crate::domain::export::{Beside, Kept, Reported};
use crate::domain::pending::Pending;
use crate::domain::scheduled::Scheduled;
use crate::domain::view::{Attachment, Channel, Imported, Setting, User};
use crate::http::problem::told_scheduled;
use crate::http::{App, Auth, Params, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// A page of one's own data.
#[derive(Serialize, ToSchema)]
pub struct Export {
    pub user: User,
    pub channels: Vec<Channel>,
    /// What one's clients keep for each other; on the first page.
    pub settings: Vec<Setting>,
    /// What one wrote and did not delete, in the order of channels and logs.
    pub messages: Vec<WrittenMessage>,
    /// Words, silence and their hours; on the first page.
    #[schema(required)]
    pub attention: Option<Attention>,
    /// The e-mail address that counts, and one that was not confirmed yet; on the first page.
    #[schema(required)]
    pub email: Option<String>,
    #[schema(required)]
    pub pending_email: Option<String>,
    /// Files that one uploaded and no message carries yet; on the first page.
    pub uploads: Vec<Attachment>,
    /// Ids of those whom one blocks; on the first page.
    pub blocks: Vec<String>,
    /// One's reactions that stand, in the order of channels and logs, a page at a time together with the messages.
    pub reactions: Vec<GivenReaction>,
    /// Where one is logged in; on the first page.
    pub sessions: Vec<ExportedSession>,
    /// Threads that one follows; on the first page.
    pub threads: Vec<ExportedThread>,
    /// What one saved for later, newest first, also what can't be read any more; on the first page.
    pub saved: Vec<ExportedSaved>,
    /// What one is going to send later, soonest first; on the first page.
    pub scheduled: Vec<Scheduled>,
    /// What one reported, newest first; on the first page.
    pub reports: Vec<ExportedReport>,
    /// What waits for servers that host channels, and what these refused; on the first page.
    pub pending: Vec<ExportedPending>,
    pub refusals: Vec<Refusal>,
    /// Null on the last page.
    #[schema(required)]
    pub next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct WrittenMessage {
    pub channel: String,
    pub seq: i64,
    pub id: String,
    pub ts: i64,
    pub text: String,
    /// `GET /files/{hash}/{name}` has the bytes.
    pub attachments: Vec<Attachment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub edited_ts: Option<i64>,
    /// The message that it answers, and the first one of its thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reply_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub thread: Option<String>,
    /// Of what one brought from elsewhere: whose word it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub imported: Option<Imported>,
}

#[derive(Serialize, ToSchema)]
pub struct GivenReaction {
    pub channel: String,
    pub message: String,
    pub emoji: String,
    pub ts: i64,
}

#[derive(Serialize, ToSchema)]
pub struct ExportedSession {
    pub id: String,
    pub device_name: String,
    pub created_ts: i64,
    pub last_used_ts: i64,
}

#[derive(Serialize, ToSchema)]
pub struct ExportedThread {
    pub channel: String,
    /// Its first message.
    pub message: String,
}

#[derive(Serialize, ToSchema)]
pub struct ExportedSaved {
    pub channel: String,
    pub message: String,
    pub saved_ts: i64,
    /// When one is reminded of it.
    #[schema(required)]
    pub remind_ts: Option<i64>,
}

/// A message that one reported.
#[derive(Serialize, ToSchema)]
pub struct ExportedReport {
    pub channel: String,
    pub message: String,
    pub ts: i64,
    #[schema(required)]
    pub reason: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct ExportedPending {
    pub channel: String,
    pub pending: Pending,
}

/// Profile, channels, and all that one wrote, a page at a time.
#[utoipa::path(operation_id = "export_me", tag = "me", params(ExportQuery), responses((status = 200, body = Export)))]
#[get("/me/export")]
pub async fn export_me(app: App, actor: Auth, query: Params<ExportQuery>) -> Result<Json<Export>, Problem> {
    let after = match query.into_inner().cursor {
        Some(text) => cursor::pair(&text)?,
        None => (0, -1),
    };
    let export = app.domain.export(&actor.0, after).await?;
    let messages = export.messages.into_iter().map(|written| WrittenMessage {
        channel: written.channel,
        seq: written.seq,
        id: written.id,
        ts: written.ts,
        text: written.text,
        attachments: written.attachments,
        edited_ts: written.edited_ts,
        reply_to: written.reply_to,
        thread: written.thread,
        imported: written.imported,
    });
    let reactions = export.reactions.into_iter().map(|given| GivenReaction {
        channel: given.channel,
        message: given.message,
        emoji: given.emoji,
        ts: given.ts,
    });
    let mut page = Export {
        user: app.with_presence(export.user),
        channels: export.channels.into_iter().map(|channel| app.channel_with_presence(channel)).collect(),
        settings: export.settings,
        messages: messages.collect(),
        reactions: reactions.collect(),
        attention: None,
        email: None,
        pending_email: None,
        uploads: Vec::new(),
        blocks: Vec::new(),
        sessions: Vec::new(),
        threads: Vec::new(),
        saved: Vec::new(),
        scheduled: Vec::new(),
        reports: Vec::new(),
        pending: Vec::new(),
        refusals: Vec::new(),
        next: export.next.map(|(channel, seq)| cursor::print(&format!("{channel}.{seq}"))),
    };
    if let Some(beside) = export.beside {
        add(&mut page, beside);
    }
    Ok(Json(page))
}

/// What the first page has beside.
fn add(page: &mut Export, beside: Beside) {
    page.attention = Some(beside.attention);
    (page.email, page.pending_email) = beside.email;
    page.uploads = beside.uploads;
    page.blocks = beside.blocks;
    let sessions = beside.sessions.into_iter().map(|row| ExportedSession {
        id: row.id,
        device_name: row.device_name,
        created_ts: row.created_ts,
        last_used_ts: row.last_used_ts,
    });
    page.sessions = sessions.collect();
    let threads = beside.threads.into_iter();
    page.threads = threads.map(|(channel, message)| ExportedThread { channel, message }).collect();
    let saved = beside.saved.into_iter();
    page.saved = saved
        .map(|Kept { channel, message, saved_ts, remind_ts }| ExportedSaved {
            channel,
            message,
            saved_ts,
            remind_ts,
        })
        .collect();
    page.scheduled = beside.scheduled.into_iter().map(told_scheduled).collect();
    let reports = beside.reports.into_iter();
    page.reports = reports
        .map(|Reported { channel, message, ts, reason }| ExportedReport { channel, message, ts, reason })
        .collect();
    let pending = beside
        .pending
        .into_iter()
        .map(|(channel, pending)| ExportedPending { channel: channel.as_str().to_owned(), pending });
    page.pending = pending.collect();
    page.refusals = beside.refusals.into_iter().map(Refusal::from).collect();
}
