//! GET /me/email

use actix_web::{get, web::Json};

use crate::domain::view::AccountEmail;
use crate::http::{App, Auth, Problem};

/// The address at which one is written to, if this server writes at all.
#[utoipa::path(operation_id = "get_email", tag = "me", responses((status = 200, body = AccountEmail)))]
#[get("/me/email")]
pub async fn get_email(app: App, actor: Auth) -> Result<Json<AccountEmail>, Problem> {
    Ok(Json(app.domain.email(&actor.0).await?))
}
