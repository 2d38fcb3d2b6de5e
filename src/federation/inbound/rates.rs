//! How much others may ask: by the server that signed, and, before anything is known of who asks, by the address.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest};

use super::State;
use crate::config;
use crate::domain::pace::Pace;
use crate::http::Problem;
use crate::http::limits::address;
use crate::protocol::ids::ServerName;

/// Claims of one comparison of heads that cost as much as a request: each is looked up by itself.
const CLAIMS_PER_REQUEST: u32 = 4;
/// Signals that cost as much as a request: each is looked up, and told to everybody in a channel.
const SIGNALS_PER_REQUEST: u32 = 10;
/// How often who has been quiet is forgotten, in seconds.
const FORGET_INTERVAL_S: u64 = 60;

/// Counts `cost`, or all that a minute allows where it is more.
fn charge<K: Hash + Eq + Clone>(pace: &Pace<K>, key: &K, cost: NonZeroU32) -> Result<(), Problem> {
    let refused = |wait: Duration| Problem::plain("rate_limited").retry_after(wait.as_secs() + 1);
    pace.check_n(key, cost.min(pace.most)).map(drop).map_err(refused)
}

/// All limits for other servers.
pub struct Rates {
    servers: Pace<ServerName>,
    addresses: Pace<IpAddr>,
    strangers: Pace<IpAddr>,
    since: Instant,
    /// Seconds after `since`.
    forgotten_s: AtomicU64,
}

impl Rates {
    pub fn new(settings: &config::FederationSettings) -> Rates {
        Rates {
            servers: Pace::per_minute(settings.requests_per_minute),
            addresses: Pace::per_minute(settings.address_requests_per_minute),
            strangers: Pace::per_minute(settings.strangers_per_minute),
            since: Instant::now(),
            forgotten_s: AtomicU64::new(0),
        }
    }

    /// A request that the server signed.
    pub fn request(&self, server: &ServerName) -> Result<(), Problem> {
        charge(&self.servers, server, NonZeroU32::MIN)
    }

    /// So many claims about heads, beside the request that they came in.
    pub fn claims(&self, server: &ServerName, count: usize) -> Result<(), Problem> {
        self.parts(server, count, CLAIMS_PER_REQUEST)
    }

    /// So many signals, beside the request that they came in.
    pub fn signals(&self, server: &ServerName, count: usize) -> Result<(), Problem> {
        self.parts(server, count, SIGNALS_PER_REQUEST)
    }

    fn parts(&self, server: &ServerName, count: usize, per_request: u32) -> Result<(), Problem> {
        let cost = u32::try_from(count).unwrap_or(u32::MAX) / per_request;
        NonZeroU32::new(cost).map_or(Ok(()), |cost| charge(&self.servers, server, cost))
    }

    /// A request in the name of a server that was never met: whose document would be fetched, and kept.
    pub fn stranger(&self, request: &HttpRequest) -> Result<(), Problem> {
        charge(&self.strangers, &address(request), NonZeroU32::MIN)
    }

    fn address(&self, request: &HttpRequest) -> Result<(), Problem> {
        self.forget_quiet();
        charge(&self.addresses, &address(request), NonZeroU32::MIN)
    }

    fn forget_quiet(&self) {
        let now_s = self.since.elapsed().as_secs();
        let before_s = self.forgotten_s.load(Ordering::Relaxed);
        let is_due = now_s.saturating_sub(before_s) >= FORGET_INTERVAL_S;
        // One of those who come at the same time does it.
        if is_due
            && self
                .forgotten_s
                .compare_exchange(before_s, now_s, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        {
            self.servers.forget_quiet();
            self.addresses.forget_quiet();
            self.strangers.forget_quiet();
        }
    }
}

/// Each request counts for the address that it came from, before anything of it is read.
pub async fn by_address(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(state) = request.app_data::<State>() {
        state.rates.address(request.request())?;
    }
    next.call(request).await
}
