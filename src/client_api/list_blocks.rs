//! GET /me/blocks

use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::blocks::{BLOCKS_PAGE_MAX, Block};
use crate::domain::page_size;
use crate::http::{App, Auth, Params, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BlocksQuery {
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 100)]
    pub limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct Blocks {
    pub blocks: Vec<Block>,
    #[schema(required)]
    pub next: Option<String>,
}

/// Those whom one blocks, by id.
#[utoipa::path(operation_id = "list_blocks", tag = "me", params(BlocksQuery), responses((status = 200, body = Blocks)))]
#[get("/me/blocks")]
pub async fn list_blocks(
    app: App,
    request: HttpRequest,
    actor: Auth,
    query: Params<BlocksQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_size(query.limit, BLOCKS_PAGE_MAX, BLOCKS_PAGE_MAX)?;
    let after = query.cursor.as_deref().map(cursor::read).transpose()?.unwrap_or_default();
    let (mut blocks, next) = app.domain.blocks(&actor.0, after, limit).await?;
    for block in &mut blocks {
        block.user = app.with_presence(block.user.clone());
    }
    Ok(cursor::page(&request, next, |next| Blocks { blocks, next }))
}
