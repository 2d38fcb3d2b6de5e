//! What every request gets: an id, a line in the log, security headers, and shelter from panics.

use std::borrow::Cow;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, ResponseError};
use futures_util::FutureExt;
use percent_encoding::percent_decode_str;

use super::App;
use super::limits::RateNote;
use super::problem::{Problem, Told};
use super::revalidation;
use crate::config::TrustedProxies;
use crate::domain::Domain;
use crate::domain::clock::random_text;
use crate::metrics::Interface;

tokio::task_local! {
    static REQUEST_ID: String;
}

pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request that this task serves; empty outside of one.
pub fn request_id() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}

/// Whoever knows what stands behind these may do what it is for. (Below a channel there are ids.)
const SECRET_AFTER: &[&str] = &["webhooks", "password-resets"];
const CHANNELS: &str = "channels";

/// Where this server is reached: as its settings say, or else where the asker has reached it.
pub fn own_address(request: &HttpRequest, domain: &Domain) -> String {
    match domain.config.settings.server.public_url.is_empty() {
        true => {
            let asked = request.connection_info();
            format!("{}://{}", asked.scheme(), asked.host())
        }
        false => domain.config.public_url(),
    }
}

/// The client's address: the peer's, or what a trusted proxy says.
#[derive(Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

fn client_address(request: &ServiceRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    let proxies = request.app_data::<App>().map(|app| &app.domain.config.trusted_proxies)?;
    if !proxies.contains(peer) {
        return Some(peer);
    }
    let lines = request.headers().get_all("x-forwarded-for").map(HeaderValue::as_bytes);
    Some(forwarded_for(peer, &lines.collect::<Vec<_>>(), proxies))
}

/// The last entry of all lines that isn't a trusted proxy's own: whatever stands before it, anybody may have written. So may what
/// stands before an entry that can't be read: then it is the proxy that wrote that.
fn forwarded_for(peer: IpAddr, lines: &[&[u8]], proxies: &TrustedProxies) -> IpAddr {
    let mut known = peer;
    for entry in lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b',')) {
        let entry = std::str::from_utf8(entry).ok().and_then(|entry| entry.trim().parse().ok());
        let Some(address) = entry else { break };
        known = address;
        if !proxies.contains(address) {
            break;
        }
    }
    known
}

/// The outermost middleware.
pub async fn wrap(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = random_text::<9>();
    if let Some(address) = client_address(&request) {
        request.extensions_mut().insert(ClientAddress(address));
    }
    REQUEST_ID.scope(id.clone(), serve(request, next, id)).await
}

async fn serve(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    id: String,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let began = Instant::now();
    let (app, interface) = (request.app_data::<App>().cloned(), Interface::of(request.path()));
    let count = |status: u16| {
        if let Some(app) = &app {
            app.domain.writer.metrics.answered(interface, status, began.elapsed());
        }
    };
    let (method, path) = (request.method().clone(), loggable(request.path()).into_owned());
    let if_none_match = request.headers().get(header::IF_NONE_MATCH).cloned();
    revalidation::answer_head(&mut request);
    let served = AssertUnwindSafe(next.call(request)).catch_unwind().await;
    let served = served.unwrap_or_else(|_| {
        tracing::error!(request_id = %id, %method, path, "a handler panicked");
        Err(Problem::plain("internal").into())
    });
    let mut response = match served {
        Ok(response) => response,
        // Without its request: whatever else it says, it is written here, where the request's id is known.
        Err(error) => {
            let mut response = error.error_response();
            add_plain_headers(response.headers_mut(), &id, path.starts_with("/api/"));
            count(response.status().as_u16());
            tracing::debug!(request_id = %id, %method, path, status = response.status().as_u16(), "refused");
            return Err(InternalError::from_response(error, response).into());
        }
    };
    add_headers(&mut response, &id);
    let status = response.status().as_u16();
    count(status);
    let ms = began.elapsed().as_millis();
    if status >= 500 && !response.response().extensions().contains::<Told>() {
        tracing::warn!(request_id = %id, %method, path, status, ms, "request");
    } else {
        tracing::debug!(request_id = %id, %method, path, status, ms, "request");
    }
    Ok(revalidation::with_tag(response, if_none_match.as_ref()))
}

/// A path without the secret at its end, which the log is not to keep.
fn loggable(path: &str) -> Cow<'_, str> {
    // As routes are found: `%73` is an s.
    let parts: Vec<Cow<'_, str>> =
        path.split('/').map(|part| percent_decode_str(part).decode_utf8_lossy()).collect();
    let before = parts.iter().position(|part| SECRET_AFTER.contains(&&**part));
    match before.filter(|at| parts.len() > at + 1 && !parts.iter().any(|part| part == CHANNELS)) {
        Some(at) => Cow::Owned(format!("{}/…", parts.get(..=at).unwrap_or_default().join("/"))),
        None => Cow::Borrowed(path),
    }
}

/// Refuses what is not UTF-8 once its percent-encoding is undone: the libraries that read it would put U+FFFD there.
pub async fn well_encoded(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let is_text = |part: &str| !part.contains('%') || percent_decode_str(part).decode_utf8().is_ok();
    let wrong = match (is_text(request.uri().path()), is_text(request.query_string())) {
        (false, _) => "bad_path",
        (true, false) => "bad_query",
        (true, true) => return Ok(next.call(request).await?.map_into_boxed_body()),
    };
    let problem = Problem::new(wrong, "is not UTF-8 once its percent-encoding is undone");
    Ok(request.into_response(problem.error_response()))
}

/// Of everything this server sends: no sniffing, no framing, nothing from elsewhere.
const HEADERS: &[(HeaderName, &str)] = &[
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; \
         connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
];

/// Which version of tus is spoken. It stands in every answer to a client that speaks tus, refusals too, whoever refuses.
pub const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub const TUS_VERSION: &str = "1.0.0";

fn add_tus(headers: &mut header::HeaderMap, status: StatusCode) {
    headers.insert(TUS_RESUMABLE, HeaderValue::from_static(TUS_VERSION));
    if status == StatusCode::PRECONDITION_FAILED {
        headers.insert(HeaderName::from_static("tus-version"), HeaderValue::from_static(TUS_VERSION));
    }
}

fn add_headers<B>(response: &mut ServiceResponse<B>, id: &str) {
    let note = response.request().extensions().get::<RateNote>().cloned();
    let of_api = response.request().path().starts_with("/api/");
    let status = response.status();
    let of_tus =
        response.request().headers().contains_key(TUS_RESUMABLE) || status == StatusCode::PRECONDITION_FAILED;
    let headers = response.headers_mut();
    add_plain_headers(headers, id, of_api);
    if let Some(note) = note {
        for (name, value) in note.headers() {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
    if of_api && of_tus {
        add_tus(headers, status);
    }
}

/// What each answer has, whatever it is.
fn add_plain_headers(headers: &mut header::HeaderMap, id: &str, of_api: bool) {
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(X_REQUEST_ID, value);
    }
    for (name, value) in HEADERS {
        if !headers.contains_key(name) {
            headers.insert(name.clone(), HeaderValue::from_static(value));
        }
    }
    if of_api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_request_is_from_is_what_the_last_trusted_proxy_says() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let proxies = TrustedProxies::check(["127.0.0.1", "10.0.0.0/30"]).unwrap();
        for (lines, from) in [
            (&[][..], "127.0.0.1"),
            (&["1.1.1.1"], "1.1.1.1"),
            (&["9.9.9.9, 1.1.1.1"], "1.1.1.1"),
            (&["9.9.9.9, 1.1.1.1, 10.0.0.1"], "1.1.1.1"),
            (&["9.9.9.9", "1.1.1.1"], "1.1.1.1"),
            (&["9.9.9.9, 1.1.1.1", "10.0.0.1"], "1.1.1.1"),
            (&["9.9.9.9, unknown"], "127.0.0.1"),
            (&["9.9.9.9", ""], "127.0.0.1"),
            (&["9.9.9.9, unknown, 10.0.0.1"], "10.0.0.1"),
            (&["::1"], "::1"),
        ] {
            let bytes: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
            assert_eq!(forwarded_for(address("127.0.0.1"), &bytes, &proxies), address(from), "{lines:?}");
        }
        // Whoever stands before the proxy's own entry may write any bytes.
        let odd: [&[u8]; 2] = [b"\xff\xe9, 9.9.9.9", b"\xff\xe9, 1.1.1.1"];
        assert_eq!(forwarded_for(address("127.0.0.1"), &odd, &proxies), address("1.1.1.1"));
        assert_eq!(forwarded_for(address("127.0.0.1"), &[b"9.9.9.9, \xff"], &proxies), address("127.0.0.1"));
    }

    #[test]
    fn secrets_in_paths_are_not_logged() {
        for (path, logged) in [
            ("/api/v1/webhooks/abc", "/api/v1/webhooks/…"),
            ("/api/v1//webhook%73/abc", "/api/v1//webhooks/…"),
            ("/api/v1/password-resets/abc", "/api/v1/password-resets/…"),
            ("/api/v1/channels/!x/webhooks/abc", "/api/v1/channels/!x/webhooks/abc"),
            ("/api/v1/password-resets", "/api/v1/password-resets"),
            ("/", "/"),
        ] {
            assert_eq!(loggable(path), logged);
        }
    }

    /// What a handler that panics answers finds the line in the log, and has all that any answer has.
    #[actix_web::test]
    async fn a_panic_is_answered_with_the_request_id() {
        use actix_web::{App as ActixApp, HttpResponse, middleware::from_fn, test, web};
        async fn broken() -> HttpResponse {
            panic!("on purpose")
        }
        async fn refuse(
            _: ServiceRequest,
            _: Next<impl MessageBody + 'static>,
        ) -> Result<ServiceResponse, Error> {
            Err(Problem::plain("rate_limited").into())
        }
        let app = ActixApp::new()
            .wrap(from_fn(wrap))
            .service(web::resource("/api/broken").to(broken))
            .service(web::resource("/api/refused").wrap(from_fn(refuse)).to(broken));
        let app = test::init_service(app).await;
        for (path, code) in [("/api/broken", "internal"), ("/api/refused", "rate_limited")] {
            let request = test::TestRequest::get().uri(path).to_request();
            let Err(error) = actix_web::dev::Service::call(&app, request).await else { panic!("no error") };
            let response = error.error_response();
            let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
            let id = header("x-request-id").expect("an id").to_owned();
            assert_eq!(header("x-content-type-options"), Some("nosniff"));
            assert_eq!(header("cache-control"), Some("no-store"));
            let body = actix_web::body::to_bytes(response.into_body()).await.expect("a body");
            let problem: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
            assert_eq!((&problem["code"], &problem["request_id"]), (&code.into(), &id.into()));
        }
    }
}
