//! GET /me/settings/{key}

use actix_web::{
    get,
    web::{Json, Path},
};

use crate::domain::settings::SettingKey;
use crate::domain::view::Setting;
use crate::http::{App, Auth, Problem};

/// Something that one's clients keep for each other.
#[utoipa::path(operation_id = "get_setting", tag = "me", params(("key" = String, Path, max_length = 128, pattern = r"^[A-Za-z0-9_:!$@-][A-Za-z0-9._:!$@-]*$")), responses((status = 200, body = Setting)))]
#[get("/me/settings/{key}")]
pub async fn get_setting(app: App, actor: Auth, key: Path<SettingKey>) -> Result<Json<Setting>, Problem> {
    Ok(Json(app.domain.setting(&actor.0, key.into_inner()).await?))
}
