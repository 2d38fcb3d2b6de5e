//! PATCH /me/attention

use actix_web::{patch, web::Json};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::attention::{Attention, AttentionChange, Schedule};
use crate::http::extract::given;
use crate::http::{App, Auth, Body, Problem};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateAttention {
    /// Words that notify as a mention does, 2 to 64 characters each; all of them.
    #[schema(max_items = 50)]
    pub keywords: Option<Vec<String>>,
    /// Silence until then; null ends it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub quiet_until_ts: Option<Option<i64>>,
    /// Silence every day; null ends it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Schedule>)]
    pub schedule: Option<Option<Schedule>>,
}

/// Changes it; what is left out stays. Pushes and e-mails keep the silence, and clients are told (`attention.updated`).
#[utoipa::path(operation_id = "update_attention", tag = "me", request_body = UpdateAttention, responses((status = 200, body = Attention)))]
#[patch("/me/attention")]
pub async fn update_attention(
    app: App,
    actor: Auth,
    body: Body<UpdateAttention>,
) -> Result<Json<Attention>, Problem> {
    let Body(body) = body;
    let change = AttentionChange {
        keywords: body.keywords,
        quiet_until_ts: body.quiet_until_ts,
        schedule: body.schedule,
    };
    Ok(Json(app.domain.change_attention(&actor.0, change).await?))
}
