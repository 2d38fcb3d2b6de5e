//! GET /server: what a client should know before anybody logs in.

use actix_web::{get, web::Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::accounts::Registration;
use crate::domain::admin::Founders;
use crate::http::{App, Problem};

/// This server.
#[derive(Serialize, ToSchema)]
pub struct Server {
    /// The part after the colon in its users' ids.
    pub name: String,
    pub version: String,
    /// Grows when clients can rely on something new.
    pub feature_level: u32,
    /// Who may register.
    #[schema(value_type = Registration)]
    pub registration: String,
    /// Who may found channels.
    #[schema(value_type = Founders)]
    pub create_channels: String,
    /// How many days it keeps messages at most, whatever channels say; null: as they say.
    #[schema(required)]
    pub retention_days: Option<u32>,
    pub push: PushAccess,
    /// Whether it sends e-mail: of what was missed, and to those who forgot their password.
    pub email: bool,
    /// Whether it looks at pages for those who write of them (`GET /previews`).
    pub link_previews: bool,
    /// Whether it has to do with other servers.
    pub federation: bool,
    pub limits: ServerLimits,
}

/// Notifications to devices that have no window open (Web Push).
#[derive(Serialize, ToSchema)]
pub struct PushAccess {
    /// The `applicationServerKey` to subscribe with, base64url. Null: this server pushes nothing.
    #[schema(required)]
    pub vapid_key: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct ServerLimits {
    pub message_bytes: u32,
    pub password_chars_min: usize,
    pub page_messages: i64,
    pub dm_users: usize,
    pub file_bytes: u32,
    pub attachments: usize,
    pub attachment_description_chars: usize,
}

/// Grows when clients can rely on something new.
pub const FEATURE_LEVEL: u32 = 1;

/// What a client should know before anybody logs in.
#[utoipa::path(operation_id = "get_server", tag = "server", responses((status = 200, body = Server)))]
#[get("/server")]
pub async fn get_server(app: App) -> Result<Json<Server>, Problem> {
    let settings = &app.domain.config.settings;
    Ok(Json(Server {
        name: app.domain.server().as_str().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        feature_level: FEATURE_LEVEL,
        registration: settings.accounts.registration.as_str().to_owned(),
        create_channels: settings.accounts.create_channels.as_str().to_owned(),
        retention_days: Some(settings.messages.retention_days).filter(|days| *days > 0),
        email: app.domain.orders.is_some(),
        link_previews: app.domain.config.previews.enabled,
        federation: app.domain.config.federation.enabled,
        push: PushAccess { vapid_key: app.domain.push_key.clone() },
        limits: ServerLimits {
            message_bytes: settings.limits.message_bytes,
            password_chars_min: crate::domain::passwords::PASSWORD_CHARS_MIN,
            page_messages: crate::domain::timeline::PAGE_MESSAGES_MAX,
            file_bytes: settings.files.max_bytes,
            attachments: crate::domain::files::ATTACHMENTS_MAX,
            attachment_description_chars: crate::domain::files::DESCRIPTION_CHARS_MAX,
            dm_users: crate::protocol::limits::DM_USERS_MAX,
        },
    }))
}
