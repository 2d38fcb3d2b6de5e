//! The OpenAPI document, and a page that makes it readable without anything from outside.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};

use crate::http::openapi;

const PAGE: &str = include_str!("docs/page.html");
const SCRIPT: &str = include_str!("docs/page.js");
const STYLE: &str = include_str!("docs/page.css");

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(document).service(page).service(script).service(style);
}

#[get("/openapi.json")]
async fn document() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(openapi::print(&super::document()))
}

#[get("/docs")]
async fn page() -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(PAGE)
}

#[get("/docs/page.js")]
async fn script() -> HttpResponse {
    HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(SCRIPT)
}

#[get("/docs/page.css")]
async fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(STYLE)
}
