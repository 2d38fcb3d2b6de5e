//! GET /admin/users: for administrators.

use actix_web::{HttpRequest, HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::domain::admin::{ADMIN_PAGE_MAX, Account as Found};
use crate::domain::page_size;
use crate::domain::show;
use crate::domain::view::AccountRole;
use crate::http::extract::Words;
use crate::http::{App, Auth, Params, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccountsQuery {
    /// Anywhere in the name or display name.
    #[param(value_type = Option<String>, pattern = r"^[^\x00]*$")]
    pub query: Option<Words>,
    pub cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<u32>,
}

/// An account of this server.
#[derive(Serialize, ToSchema)]
pub struct Account {
    pub id: String,
    pub username: String,
    pub display_name: String,
    #[schema(required)]
    pub avatar: Option<String>,
    pub created_ts: i64,
    pub role: AccountRole,
    /// A program writes in its name.
    pub bot: bool,
    /// An administrator keeps it from logging in.
    pub disabled: bool,
    /// How many devices are logged in.
    pub sessions: i64,
    /// Whether logging in takes a one-time code, too.
    pub totp: bool,
    /// When one of them was used last, within five minutes; null without any.
    #[schema(required)]
    pub last_used_ts: Option<i64>,
    /// The size of all files that it uploaded or sent.
    pub file_bytes: i64,
}

impl From<Found> for Account {
    fn from(found: Found) -> Account {
        let user = show::user(&found.row);
        Account {
            id: user.id,
            username: user.username,
            display_name: user.display_name,
            avatar: user.avatar,
            created_ts: user.created_ts,
            role: AccountRole::parse(&found.row.role),
            bot: found.row.bot,
            disabled: found.row.disabled_ts.is_some(),
            sessions: found.sessions,
            totp: found.totp,
            last_used_ts: found.last_used_ts,
            file_bytes: found.file_bytes,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Accounts {
    pub users: Vec<Account>,
    #[schema(required)]
    pub next: Option<String>,
}

/// This server's accounts, by id.
#[utoipa::path(operation_id = "list_accounts", tag = "administration", params(AccountsQuery), responses((status = 200, body = Accounts)))]
#[get("/admin/users")]
pub async fn list_accounts(
    app: App,
    request: HttpRequest,
    actor: Auth,
    query: Params<AccountsQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_size(query.limit, 50, ADMIN_PAGE_MAX)?;
    let after = query.cursor.as_deref().map(cursor::read).transpose()?.unwrap_or_default();
    let text = query.query.unwrap_or_default().0;
    let (rows, next) = app.domain.accounts(&actor.0, text, after, limit).await?;
    let users = rows.into_iter().map(Account::from).collect();
    Ok(cursor::page(&request, next, |next| Accounts { users, next }))
}
