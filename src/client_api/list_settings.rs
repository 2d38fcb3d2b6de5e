//! GET /me/settings

use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::page_size;
use crate::domain::settings::SETTINGS_PAGE_MAX;
use crate::domain::view::Setting;
use crate::http::{App, Auth, Params, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SettingsQuery {
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 100)]
    pub limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct Settings {
    pub settings: Vec<Setting>,
    #[schema(required)]
    pub next: Option<String>,
}

/// All that one's clients keep for each other, by key.
#[utoipa::path(operation_id = "list_settings", tag = "me", params(SettingsQuery), responses((status = 200, body = Settings)))]
#[get("/me/settings")]
pub async fn list_settings(
    app: App,
    request: HttpRequest,
    actor: Auth,
    query: Params<SettingsQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_size(query.limit, SETTINGS_PAGE_MAX, SETTINGS_PAGE_MAX)?;
    let after = query.cursor.as_deref().map(cursor::read).transpose()?.unwrap_or_default();
    let (settings, next) = app.domain.settings(&actor.0, after, limit).await?;
    Ok(cursor::page(&request, next, |next| Settings { settings, next }))
}
