//! What other servers ask of this one. Every request but the key document is signed ([`signed`]).
//!
//! To add an endpoint: a handler in one of these files with its `utoipa::path`, a line in [`endpoints`].

mod channels;
mod files;
mod people;
mod rates;
pub mod signed;

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, web};
use serde_json::Value;
use tokio::sync::Semaphore;
use utoipa::OpenApi;

use rates::{Rates, by_address};

use super::discovery::Discovery;
use super::outbound::Permits;
use super::own_keys::OwnKeys;
use super::{BASE, Courier, Outbound, WELL_KNOWN};
use crate::domain::Domain;
use crate::http::openapi::{self, Access, Errors};
use crate::protocol::http_sig::Nonces;
use crate::protocol::ids::{Nonce, ServerName};

/// Proofs and snapshots that are made at a time.
const PROOFS_AT_ONCE_MAX: usize = 2;
/// How often what is no longer needed is let go, in seconds.
const FORGET_INTERVAL_S: u64 = 60;

/// What the endpoints for servers have at hand.
pub struct Inbound {
    pub domain: Arc<Domain>,
    pub own: Arc<OwnKeys>,
    pub outbound: Arc<Outbound>,
    pub courier: Arc<Courier>,
    /// And when old ones were last let go, in seconds since 1970.
    nonces: Mutex<(Nonces, i64)>,
    /// Seconds since 1970: what was signed before this server started may have been taken before it stopped.
    since_s: i64,
    rates: Rates,
    /// Proofs and snapshots that are being made: each may read a whole log.
    proofs: Semaphore,
    /// Files under way to each server.
    file_turns: Permits,
}

impl Inbound {
    pub fn new(
        domain: Arc<Domain>,
        own: Arc<OwnKeys>,
        outbound: Arc<Outbound>,
        courier: Arc<Courier>,
    ) -> Inbound {
        let rates = Rates::new(&domain.config.settings.federation);
        let since_s = domain.clock.now() / 1_000;
        let (nonces, file_turns) = (Mutex::default(), Mutex::default());
        let proofs = Semaphore::new(PROOFS_AT_ONCE_MAX);
        Inbound { domain, own, outbound, courier, nonces, since_s, rates, proofs, file_turns }
    }

    fn discovery(&self) -> &Discovery {
        &self.outbound.discovery
    }

    /// REQ-11: whether the nonce was not used before. Lets go of what is no longer needed, now and then.
    fn is_new(&self, origin: &ServerName, nonce: &Nonce, expires_s: i64) -> bool {
        let now_s = self.domain.clock.now() / 1_000;
        let mut guard = self.nonces.lock().unwrap_or_else(PoisonError::into_inner);
        let (nonces, forgotten_s) = &mut *guard;
        if now_s.abs_diff(*forgotten_s) >= FORGET_INTERVAL_S {
            *forgotten_s = now_s;
            nonces.forget(now_s);
            self.domain.crowds.forget_quiet();
        }
        nonces.take(origin, nonce, expires_s)
    }
}

type State = web::Data<Inbound>;

macro_rules! endpoints {
    ($( $module:ident :: $name:ident [$($code:literal),*]; )+) => {
        #[derive(OpenApi)]
        #[openapi(
            info(
                title = "Loggia federation API",
                description = "What homeservers ask of each other. Every request is signed (spec/07-requests.md); \
                    the key document at `/.well-known/loggia` is not.",
                license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
            ),
            servers((url = "/federation/v1")),
            paths($( $module::$name ),+),
            components(schemas(crate::http::problem::ProblemDocument))
        )]
        struct Document;

        fn routes(config: &mut web::ServiceConfig) {
            $( config.service($module::$name); )+
        }

        /// What each operation can answer besides success and what holds for all.
        const ERRORS: &[Errors] = &[ $( Errors {
            operation: stringify!($name),
            access: access(stringify!($name)),
            also: &[],
            codes: &[$($code),*],
        } ),+ ];
    };
}

const fn access(operation: &str) -> Access {
    // Its answer is what signatures are believed by.
    if matches!(operation.as_bytes(), b"get_keys") { Access::Anyone } else { Access::Server }
}

endpoints! {
    people::get_keys [];
    people::get_alias ["alias_not_found"];
    people::get_directory [];
    people::get_profile ["user_not_found"];
    people::post_invites [];
    people::get_check [];
    channels::post_join ["channel_not_found", "bad_event", "bad_header", "recovering", "too_large"];
    channels::post_leave ["channel_not_found", "bad_event", "bad_header", "recovering", "too_large"];
    channels::post_knock ["channel_not_found", "bad_event", "bad_header", "recovering", "too_large"];
    channels::post_events ["channel_not_found", "recovering", "too_large"];
    channels::post_entries ["channel_not_found", "not_host", "not_member", "bad_entry", "bad_head", "stale_term", "fork", "fenced", "too_large"];
    channels::get_entries ["channel_not_found", "not_member"];
    channels::get_snapshot ["channel_not_found", "not_member", "too_large"];
    channels::get_body ["channel_not_found", "not_member", "message_not_found", "redacted"];
    channels::get_proof ["channel_not_found", "not_member", "bad_place"];
    channels::post_signals ["channel_not_found", "not_member", "too_large"];
    channels::post_reports ["channel_not_found", "not_member"];
    channels::post_evidence ["channel_not_found"];
    channels::post_heads ["too_large"];
    files::get_file ["file_not_found", "bad_range"];
}

/// Adds the key document: others look for it on port 443, which is where people's requests come in.
pub fn configure_document(config: &mut web::ServiceConfig) {
    let document = web::resource(WELL_KNOWN).route(web::get().to(well_known));
    config.service(document.wrap(from_fn(by_address)));
}

/// Adds the key document and the endpoints for servers.
pub fn configure(config: &mut web::ServiceConfig) {
    configure_document(config);
    let below = web::scope(BASE).configure(routes).default_service(web::route().to(nothing));
    config.service(below.wrap(from_fn(by_address)));
}

/// The OpenAPI document of the server-to-server API.
pub fn document() -> Value {
    let document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    openapi::complete(document, ERRORS)
}

async fn nothing() -> Result<HttpResponse, crate::http::Problem> {
    Err(crate::http::Problem::plain("not_found"))
}

async fn well_known(state: State) -> HttpResponse {
    let document = state.own.document(state.domain.clock.now());
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(("cache-control", "max-age=300"))
        .body(document.json.clone())
}
