//! Connections of other servers: how many one address may have, and when one that does nothing ends.
//!
//! The HTTP server's own time-outs are for the first head of a connection, and for one on which nothing comes at all.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use bytes::Bytes;

use crate::http::limits::one;

/// How long a connection may go without a whole head of a request: from its beginning (with TLS), or from the last answer.
const IDLE_MAX: Duration = Duration::from_secs(20);
/// How long a request may take, with its answer: as long as a file may.
const REQUEST_MAX: Duration = Duration::from_secs(3_600);

/// Counts connections by address.
pub(super) struct Doors {
    most: usize,
    /// The operator's reverse proxies: everybody comes from there.
    proxies: Vec<IpAddr>,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// A connection that counts, as long as this is kept.
pub(super) struct Place {
    doors: Arc<Doors>,
    address: IpAddr,
}

impl Doors {
    pub(super) fn new(most: usize, proxies: Vec<IpAddr>) -> Doors {
        Doors { most, proxies, open: Mutex::default() }
    }

    /// None if the address has as many as it may.
    pub(super) fn enter(self: &Arc<Doors>, from: IpAddr) -> Option<Place> {
        let address = one(from);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if *count >= self.most && !self.proxies.contains(&from.to_canonical()) {
            return None;
        }
        *count += 1;
        Some(Place { doors: self.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.doors.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// What a connection does.
struct Pulse(Mutex<State>);

struct State {
    /// Requests that came and are not answered to the end.
    under_way: usize,
    /// Since when that is so.
    since: Instant,
}

tokio::task_local! {
    static PULSE: Arc<Pulse>;
}

/// A request is under way as long as this is kept.
struct UnderWay(Arc<Pulse>);

impl Pulse {
    fn change(&self, change: impl FnOnce(usize) -> usize) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = State { under_way: change(state.under_way), since: Instant::now() };
    }

    fn begin(self: &Arc<Pulse>) -> UnderWay {
        self.change(|count| count + 1);
        UnderWay(self.clone())
    }

    /// Comes to its end when the connection has done nothing for too long, or one thing.
    async fn ceases(&self) {
        loop {
            let left = {
                let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                let most = if state.under_way > 0 { REQUEST_MAX } else { IDLE_MAX };
                most.saturating_sub(state.since.elapsed())
            };
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(IDLE_MAX)).await;
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.change(|count| count.saturating_sub(1));
    }
}

/// Serves a connection until it ends, or does nothing for too long.
pub(super) async fn while_alive<E>(serves: impl Future<Output = Result<(), E>>) -> Result<(), E> {
    let pulse = Arc::new(Pulse(Mutex::new(State { under_way: 0, since: Instant::now() })));
    tokio::select! {
        served = PULSE.scope(pulse.clone(), serves) => served,
        () = pulse.ceases() => Ok(()),
    }
}

/// A body during which the request is under way.
pub(super) struct Lasting {
    body: BoxBody,
    _under_way: Option<UnderWay>,
}

impl MessageBody for Lasting {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}

/// Tells the connection of each request on it.
pub(super) async fn tell(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<Lasting>, Error> {
    let under_way = PULSE.try_with(Pulse::begin).ok();
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| Lasting { body: body.boxed(), _under_way: under_way }))
}
