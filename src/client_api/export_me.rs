//! GET /me/export: one's own data.

use actix_web::{get, web::Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::attention::Attention;
use crate::domain::view::{Attachment, Channel, Setting, User};
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
    pub attention: Option<Attention>,
    /// The e-mail address that counts, and one that was not confirmed yet; on the first page.
    pub email: Option<String>,
    pub pending_email: Option<String>,
    /// Files that one uploaded and no message carries yet; on the first page.
    pub uploads: Vec<Attachment>,
    /// Ids of those whom one blocks; on the first page.
    pub blocks: Vec<String>,
    /// Null on the last page.
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
    });
    let (attention, (email, pending_email), uploads, blocks) = match export.beside {
        Some(beside) => (Some(beside.attention), beside.email, beside.uploads, beside.blocks),
        None => (None, (None, None), Vec::new(), Vec::new()),
    };
    Ok(Json(Export {
        user: app.with_presence(export.user),
        channels: export.channels.into_iter().map(|channel| app.channel_with_presence(channel)).collect(),
        settings: export.settings,
        messages: messages.collect(),
        attention,
        email,
        pending_email,
        uploads,
        blocks,
        next: export.next.map(|(channel, seq)| cursor::print(&format!("{channel}.{seq}"))),
    }))
}
