//! GET /users/{id}

use actix_web::{
    get,
    web::{Json, Path},
};

use crate::domain::view::User;
use crate::http::{App, Auth, Problem};
use crate::protocol::ids::UserId;

/// A person.
#[utoipa::path(operation_id = "get_user", tag = "users", params(("user" = String, Path, description = "`@name:server`")), responses((status = 200, body = User)))]
#[get("/users/{user}")]
pub async fn get_user(app: App, _actor: Auth, path: Path<UserId>) -> Result<Json<User>, Problem> {
    Ok(Json(app.with_presence(app.domain.user(path.into_inner()).await?)))
}
