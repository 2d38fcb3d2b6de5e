//! DELETE /me/settings/{key}

use actix_web::{HttpResponse, delete, web::Path};

use crate::domain::settings::SettingKey;
use crate::http::{App, Auth, Problem};

/// Deletes something that one's clients keep for each other. They hear of it by `settings.updated`.
#[utoipa::path(operation_id = "delete_setting", tag = "me", params(("key" = String, Path, max_length = 128, pattern = r"^[A-Za-z0-9_:!$@-][A-Za-z0-9._:!$@-]*$")), responses((status = 204, description = "deleted")))]
#[delete("/me/settings/{key}")]
pub async fn delete_setting(app: App, actor: Auth, key: Path<SettingKey>) -> Result<HttpResponse, Problem> {
    app.domain.delete_setting(&actor.0, key.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
