//! GET /email/unsubscribe

use actix_web::{HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::{Params, Problem};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Token {
    /// What stands in the letter's link.
    pub token: String,
}

/// The page that a letter links to. To look at it changes nothing: programs look at links too.
#[utoipa::path(operation_id = "show_unsubscribe", tag = "accounts", params(Token), responses((status = 200, description = "a page with one button", body = String, content_type = "text/html")))]
#[get("/email/unsubscribe")]
pub async fn show_unsubscribe(_token: Params<Token>) -> Result<HttpResponse, Problem> {
    // The form goes to this address, token and all.
    Ok(page(
        "<form method=\"post\"><p>No more letters about what you missed?</p><button>No more letters</button></form>",
    ))
}

pub fn page(content: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("content-security-policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'"))
        .insert_header(("referrer-policy", "no-referrer"))
        .body(format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Loggia</title></head><body>{content}</body></html>"
        ))
}
