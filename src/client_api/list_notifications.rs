//! GET /notifications: the inbox.

use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::notifications::NOTIFICATIONS_PAGE_MAX;
use crate::domain::page_size;
use crate::domain::view::Notification;
use crate::http::{App, Auth, Params, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NotificationsQuery {
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct Notifications {
    pub notifications: Vec<Notification>,
    /// How many were not seen yet, on all pages.
    pub unread: i64,
    #[schema(required)]
    pub next: Option<String>,
}

/// Mentions, replies and direct messages, newest first.
#[utoipa::path(operation_id = "list_notifications", tag = "reading", params(NotificationsQuery), responses((status = 200, body = Notifications)))]
#[get("/notifications")]
pub async fn list_notifications(
    app: App,
    request: HttpRequest,
    actor: Auth,
    query: Params<NotificationsQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_size(query.limit, 50, NOTIFICATIONS_PAGE_MAX)?;
    let before = query.cursor.as_deref().map(cursor::number).transpose()?.unwrap_or(i64::MAX);
    let (notifications, unread, next) = app.domain.notifications(&actor.0, before, limit).await?;
    let next = next.map(|next| next.to_string());
    Ok(cursor::page(&request, next, |next| Notifications { notifications, unread, next }))
}
