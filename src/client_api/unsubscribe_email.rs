//! POST /email/unsubscribe

use actix_web::{HttpRequest, HttpResponse, post};

use super::show_unsubscribe::{Token, page};
use crate::http::{App, Params, Problem};

/// Ends letters about what was missed, by one click in a mail program (RFC 8058) or on the page at the same address.
/// What the body says makes no difference.
#[utoipa::path(operation_id = "unsubscribe_email", tag = "accounts", params(Token), responses((status = 200, description = "no more of them", body = String, content_type = "text/html")))]
#[post("/email/unsubscribe")]
pub async fn unsubscribe_email(
    app: App,
    request: HttpRequest,
    token: Params<Token>,
) -> Result<HttpResponse, Problem> {
    app.limits.anonymous(&request)?;
    app.domain.unsubscribe_email(token.into_inner().token).await?;
    Ok(page("<p>You get no more of these letters.</p>"))
}
