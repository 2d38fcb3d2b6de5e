//! GET /me

use actix_web::{get, web::Json};

use crate::domain::view::User;
use crate::http::{App, Auth, Problem};

/// Oneself.
#[utoipa::path(operation_id = "get_me", tag = "me", responses((status = 200, body = User)))]
#[get("/me")]
pub async fn get_me(app: App, actor: Auth) -> Result<Json<User>, Problem> {
    Ok(Json(app.with_presence(app.domain.me(&actor.0).await?)))
}
