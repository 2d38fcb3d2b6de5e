//! PUT /me/settings/{key}

use actix_web::{
    put,
    web::{Json, Path},
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::settings::SettingKey;
use crate::domain::view::Setting;
use crate::http::{App, Auth, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSetting {
    /// Any JSON, at most 16 KiB.
    #[schema(required = true)]
    pub value: Value,
}

/// Keeps something for one's clients: private, at most 500 keys. The last to write wins; one's other devices hear of it
/// by `settings.updated`.
#[utoipa::path(operation_id = "put_setting", tag = "me", params(("key" = String, Path, max_length = 128, pattern = r"^[A-Za-z0-9_:!$@-][A-Za-z0-9._:!$@-]*$")), request_body = PutSetting, responses((status = 200, body = Setting)))]
#[put("/me/settings/{key}")]
pub async fn put_setting(
    app: App,
    actor: Auth,
    key: Path<SettingKey>,
    body: Body<PutSetting>,
) -> Result<Json<Setting>, Problem> {
    Ok(Json(app.domain.put_setting(&actor.0, key.into_inner(), &body.0.value).await?))
}
