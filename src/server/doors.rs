//! Connections: how many one address may have, and when one of another server that does nothing ends.
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
use tokio::sync::watch;

use crate::config::TrustedProxies;
use crate::http::limits::one;

/// How long a connection may go without a whole head of a request: from its beginning (with TLS), or from the last answer.
const IDLE_MAX: Duration = Duration::from_secs(20);
/// How long a request may take, with its answer: as long as a file may.
const REQUEST_MAX: Duration = Duration::from_secs(3_600);

/// How slowly an answer may be taken, in bytes per second: it is out of sight before all of it is sent.
const BYTES_PER_SECOND_MIN: u64 = 16 * 1024;
/// How long after an answer a connection is kept when the server stops.
const CLOSING_REST: Duration = Duration::from_millis(100);

/// Counts connections by address.
pub(super) struct Doors {
    most: usize,
    /// The operator's reverse proxies: everybody comes from there.
    proxies: TrustedProxies,
    open: Mutex<HashMap<IpAddr, usize>>,
    /// The server stops: connections on which nothing is under way end.
    closing: watch::Sender<bool>,
}

/// A connection that counts, as long as this is kept.
pub(super) struct Place {
    doors: Arc<Doors>,
    address: IpAddr,
}

impl Doors {
    pub(super) fn new(most: usize, proxies: TrustedProxies) -> Doors {
        Doors { most, proxies, open: Mutex::default(), closing: watch::Sender::new(false) }
    }

    pub(super) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// None if the address has as many as it may.
    pub(super) fn enter(self: &Arc<Doors>, from: IpAddr) -> Option<Place> {
        let address = one(from);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if *count >= self.most && !self.proxies.contains(from) {
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
    /// Since when that is so; ahead while the last answer may still be on its way.
    since: Instant,
}

tokio::task_local! {
    static PULSE: Arc<Pulse>;
}

/// A request is under way as long as this is kept.
struct UnderWay {
    pulse: Arc<Pulse>,
    /// Bytes of its answer.
    sent: u64,
}

impl Pulse {
    fn begin(self: &Arc<Pulse>) -> UnderWay {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = State { under_way: state.under_way + 1, since: Instant::now() };
        UnderWay { pulse: self.clone(), sent: 0 }
    }

    /// How long it may go on as it is.
    fn left(&self, closing: bool) -> Duration {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let most = match (state.under_way, closing) {
            (0, true) => CLOSING_REST,
            (0, false) => IDLE_MAX,
            _ => REQUEST_MAX,
        };
        (state.since + most).saturating_duration_since(Instant::now())
    }

    /// Comes to its end when the connection has done nothing for too long, or one thing.
    async fn ceases(&self, mut closing: watch::Receiver<bool>) {
        loop {
            let is_closing = *closing.borrow_and_update();
            let left = self.left(is_closing);
            if left.is_zero() {
                return;
            }
            let nap = tokio::time::sleep(left.min(if is_closing { CLOSING_REST } else { IDLE_MAX }));
            tokio::select! {
                () = nap => {}
                _ = closing.changed(), if !is_closing => {}
            }
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut state = self.pulse.0.lock().unwrap_or_else(PoisonError::into_inner);
        let on_its_way = Duration::from_secs(self.sent / BYTES_PER_SECOND_MIN);
        *state = State { under_way: state.under_way.saturating_sub(1), since: Instant::now() + on_its_way };
    }
}

/// Serves a connection until it ends, or does nothing for too long.
pub(super) async fn while_alive<E>(
    place: Place,
    serves: impl Future<Output = Result<(), E>>,
) -> Result<(), E> {
    let closing = place.doors.closing.subscribe();
    let pulse = Arc::new(Pulse(Mutex::new(State { under_way: 0, since: Instant::now() })));
    tokio::select! {
        served = PULSE.scope(pulse.clone(), serves) => served,
        () = pulse.ceases(closing) => Ok(()),
    }
}

/// A body during which the request is under way.
pub(super) struct Lasting {
    body: BoxBody,
    under_way: Option<UnderWay>,
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
        let this = self.get_mut();
        let polled = Pin::new(&mut this.body).poll_next(context);
        if let (Poll::Ready(Some(Ok(bytes))), Some(under_way)) = (&polled, &mut this.under_way) {
            under_way.sent += u64::try_from(bytes.len()).unwrap_or(0);
        }
        polled
    }
}

/// Tells the connection of each request on it.
pub(super) async fn tell(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<Lasting>, Error> {
    let under_way = PULSE.try_with(Pulse::begin).ok();
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| Lasting { body: body.boxed(), under_way }))
}
