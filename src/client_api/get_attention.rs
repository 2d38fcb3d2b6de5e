//! GET /me/attention

use actix_web::{get, web::Json};

use crate::domain::attention::Attention;
use crate::http::{App, Auth, Problem};

/// Of what beside what is addressed to them the person is told, and when not at all.
#[utoipa::path(operation_id = "get_attention", tag = "me", responses((status = 200, body = Attention)))]
#[get("/me/attention")]
pub async fn get_attention(app: App, actor: Auth) -> Result<Json<Attention>, Problem> {
    Ok(Json(app.domain.attention(&actor.0).await?))
}
