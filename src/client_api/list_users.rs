//! GET /users: find people.

use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::accounts::USERS_PAGE_MAX;
use crate::domain::page_size;
use crate::domain::view::User;
use crate::http::extract::Words;
use crate::http::{App, Auth, Params, Problem};
use crate::protocol::ids::UserId;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UsersQuery {
    /// Anywhere in the name or display name. Those whose username begins with it come first.
    #[param(value_type = Option<String>, pattern = r"^[^\x00]*$")]
    pub query: Option<Words>,
    /// Instead: ids, separated by commas, at most 100.
    #[param(
        pattern = r"^(@[a-z0-9][a-z0-9._-]{0,63}:([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?(,|$))*$"
    )]
    pub ids: Option<String>,
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct Users {
    pub users: Vec<User>,
    #[schema(required)]
    pub next: Option<String>,
}

/// People of this server and those who share a channel with it, by id.
#[utoipa::path(operation_id = "list_users", tag = "users", params(UsersQuery), responses((status = 200, body = Users)))]
#[get("/users")]
pub async fn list_users(
    app: App,
    request: HttpRequest,
    _actor: Auth,
    query: Params<UsersQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    if let Some(ids) = query.ids {
        let ids = parse_ids(&ids)?;
        let users = app.users_with_presence(app.domain.users(ids).await?);
        return Ok(cursor::page(&request, None, |next| Users { users, next }));
    }
    let limit = page_size(query.limit, 50, USERS_PAGE_MAX)?;
    let after = query.cursor.as_deref().map(cursor::read).transpose()?.unwrap_or_default();
    let (users, next) = app.domain.find_users(query.query.unwrap_or_default().0, after, limit).await?;
    let users = app.users_with_presence(users);
    Ok(cursor::page(&request, next, |next| Users { users, next }))
}

fn parse_ids(text: &str) -> Result<Vec<UserId>, Problem> {
    let bad = |detail: String| Problem::new("bad_query", detail.clone()).field("/ids", detail);
    let ids: Vec<UserId> = text
        .split(',')
        .filter(|id| !id.is_empty())
        .map(|id| id.trim().parse().map_err(|_| bad(format!("{id:?} is no user id"))))
        .collect::<Result<_, _>>()?;
    let most = usize::try_from(USERS_PAGE_MAX).unwrap_or(100);
    if ids.len() > most { Err(bad(format!("at most {most} ids"))) } else { Ok(ids) }
}
