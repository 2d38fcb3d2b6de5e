//! GET /reports: for administrators and moderators.

use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::page_size;
use crate::domain::reports::{REPORTS_PAGE_MAX, Report};
use crate::http::{App, Auth, Params, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportsQuery {
    /// Those that were seen to, instead of those that wait.
    #[serde(default)]
    #[param(value_type = Option<bool>, default = false)]
    pub closed: bool,
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct Reports {
    pub reports: Vec<Report>,
    /// How many wait, on all pages, counted up to 1,000.
    pub open: i64,
    #[schema(required)]
    pub next: Option<String>,
}

/// What members reported, newest first: to an administrator everything that was reported on this server or came from
/// others; to others what is of channels that they moderate; to nobody what is about themselves. A report that a moderator has seen to is open for administrators until one of them closes it.
#[utoipa::path(operation_id = "list_reports", tag = "administration", params(ReportsQuery), responses((status = 200, body = Reports)))]
#[get("/reports")]
pub async fn list_reports(
    app: App,
    request: HttpRequest,
    actor: Auth,
    query: Params<ReportsQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_size(query.limit, 50, REPORTS_PAGE_MAX)?;
    let before = query.cursor.as_deref().map(cursor::number).transpose()?.unwrap_or(i64::MAX);
    let ((reports, next), open) = app.domain.reports(&actor.0, query.closed, before, limit).await?;
    let reports: Vec<Report> = reports.into_iter().map(|report| app.report_with_presence(report)).collect();
    Ok(cursor::page(&request, next.map(|next| next.to_string()), |next| Reports { reports, open, next }))
}
