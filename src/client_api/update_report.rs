//! PATCH /reports/{report}: for administrators and moderators.

use actix_web::{
    patch,
    web::{Json, Path},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::reports::Report;
use crate::http::{App, Body, Problem, WriteAuth};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateReport {
    /// Whether there is nothing more to do.
    pub closed: bool,
}

/// Closes a report, or opens it again: by an administrator for everybody, by a moderator for the channel's moderators. What an administrator
/// closed only an administrator opens, and of a direct conversation nobody.
#[utoipa::path(operation_id = "update_report", tag = "administration", params(("report" = i64, Path)), request_body = UpdateReport, responses((status = 200, body = Report)))]
#[patch("/reports/{report}")]
pub async fn update_report(
    app: App,
    actor: WriteAuth,
    report: Path<i64>,
    body: Body<UpdateReport>,
) -> Result<Json<Report>, Problem> {
    let report = app.domain.update_report(&actor.0, report.into_inner(), body.0.closed).await?;
    Ok(Json(app.report_with_presence(report)))
}
