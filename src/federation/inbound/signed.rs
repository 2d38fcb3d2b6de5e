//! Who asks: the verification that every request of another server goes through.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::BytesMut;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Inbound, State};
use crate::domain::peers::{PeerError, Peers};
use crate::federation::discovery::KeyLookup;
use crate::federation::{VERSION, came_as};
use crate::http::Problem;
use crate::http::extract::{Object, collect_all, query, too_large};
use crate::protocol::http_sig::{self, Address, Addressed, Claim, Request, SigError};
use crate::protocol::ids::{KeyId, ServerName};
use crate::protocol::key_document::KeyDocument;
use crate::protocol::sign::PublicKey;

/// Largest body of a request, in bytes: a full batch with what JSON adds to it.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Largest body that is read of somebody whose signature does not hold, to say exactly what is wrong.
const STRANGERS_BODY_BYTES_MAX: usize = 64 * 1024;

/// How long a whole body may take.
const BODY_DEADLINE: Duration = Duration::from_secs(20);

/// The query of an operation that has no parameters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoQuery {}

/// A request whose signature verified, with the operation's query.
pub struct Signed<Q = NoQuery> {
    pub query: Q,
    pub origin: ServerName,
    pub kid: KeyId,
    /// The origin's document, which holds the key.
    pub document: Arc<KeyDocument>,
    /// When it was signed, in seconds since 1970.
    pub created_s: i64,
    /// When it came: before anything was done because of it.
    pub received: Instant,
    body: BytesMut,
}

impl<Q> Signed<Q> {
    /// The body, of the documented shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice::<Object<T>>(&self.body)
            .map(|Object(value)| value)
            .map_err(|error| Problem::new("bad_json", error.to_string()))
    }
}

impl<Q: DeserializeOwned + 'static> FromRequest for Signed<Q> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Signed<Q>, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let state = request.app_data::<State>().ok_or_else(|| Problem::plain("not_found"))?.clone();
            let to_come = announced(&request)?;
            let caller = Caller::find(&state, &request).await?;
            // Nothing large is read for anybody who has not signed: the head says all but what the body is.
            if to_come.is_some_and(|length| length > STRANGERS_BODY_BYTES_MAX) {
                caller.verify_head(&request).map_err(of_signature)?;
            }
            let body = tokio::time::timeout(BODY_DEADLINE, collect_all(payload, BODY_BYTES_MAX)).await;
            let body = body.unwrap_or_else(|_| Err(Problem::new("busy", "The body took too long.")))?;
            caller.verify(&request, &body).map_err(of_signature)?;
            caller.admit(&state, &request, body)
        })
    }
}

/// The media type is looked at before anything is read, the length before much is. Answers how many bytes are to come,
/// at most; none without a body.
fn announced(request: &HttpRequest) -> Result<Option<usize>, Problem> {
    let has_body = request.headers().contains_key(header::CONTENT_LENGTH)
        || request.headers().contains_key(header::TRANSFER_ENCODING);
    if has_body
        && request.method() != actix_web::http::Method::GET
        && request.content_type() != "application/json"
    {
        return Err(Problem::plain("unsupported_media_type"));
    }
    // REQ-12: without content coding.
    let coding = request.headers().get(header::CONTENT_ENCODING);
    if coding.is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Problem::new("unsupported_media_type", "A body comes without content coding."));
    }
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > BODY_BYTES_MAX) {
        return Err(too_large(BODY_BYTES_MAX));
    }
    Ok(has_body.then(|| length.unwrap_or(BODY_BYTES_MAX)))
}

fn all<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    // What is no text can't be right: an empty value is refused like any other wrong one.
    headers.get_all(name).map(|value| value.to_str().unwrap_or_default()).collect()
}

fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    match all(headers, name).as_slice() {
        [value] => Some(value),
        _ => None,
    }
}

/// Who says to have signed a request, and the key that this takes. Nothing of it is proved before [`Caller::verify`].
struct Caller {
    addressed: Addressed,
    claim: Claim,
    key: PublicKey,
    document: Arc<KeyDocument>,
    received: Instant,
}

impl Caller {
    /// By the header fields alone.
    async fn find(state: &Inbound, request: &HttpRequest) -> Result<Caller, Problem> {
        let received = Instant::now();
        let headers = request.headers();
        // REQ-10
        let address = Address {
            origin: &all(headers, "loggia-origin"),
            destination: &all(headers, "loggia-destination"),
            version: &all(headers, "loggia-version"),
            host: &all(headers, "host"),
        };
        let reached = state.own.authority();
        let addressed = address.check(state.domain.server(), &reached).map_err(|error| match error {
            SigError::WrongDestination => {
                Problem::new("wrong_destination", format!("This is {} at {reached}.", state.domain.server()))
            }
            other => {
                let target = request.uri().path_and_query().map_or("", |target| target.as_str());
                let came = came_as(only(headers, "host").unwrap_or_default(), target);
                Problem::new(other.code(), format!("{other}. {came}"))
            }
        })?;
        if addressed.origin == addressed.destination || !state.outbound.admits(&addressed.origin) {
            return Err(blocked());
        }
        let claim = http_sig::parse(&all(headers, "signature-input"), &all(headers, "signature"))
            .map_err(of_signature)?;
        let now = state.domain.clock.now();
        claim.check_time(now / 1_000).map_err(|error| {
            Problem::new("clock_skew", format!("{error}; this server's clock says {} s.", now / 1_000))
        })?;
        if !state.discovery().has_met(&addressed.origin).await {
            state.rates.stranger(request)?;
        }
        let (key, document) =
            state.discovery().key(&addressed.origin, claim.keyid()).await.map_err(of_lookup)?;
        Ok(Caller { addressed, claim, key, document, received })
    }

    fn request<'a>(&'a self, request: &'a HttpRequest, body: &'a [u8]) -> Request<'a> {
        Request {
            method: request.method().as_str(),
            authority: &self.addressed.authority,
            path: request.uri().path(),
            query: request.uri().query(),
            origin: &self.addressed.origin,
            destination: &self.addressed.destination,
            version: VERSION,
            content_type: only(request.headers(), "content-type"),
            body: Some(body),
        }
    }

    fn verify(&self, request: &HttpRequest, body: &[u8]) -> Result<(), SigError> {
        let digest = all(request.headers(), "content-digest");
        self.claim.verify(&self.request(request, body), &digest, &self.key)
    }

    /// As [`Caller::verify`], while the body is still to come.
    fn verify_head(&self, request: &HttpRequest) -> Result<(), SigError> {
        let digest = all(request.headers(), "content-digest");
        self.claim.verify_head(&self.request(request, b"to come"), &digest, &self.key)
    }

    /// What verified counts once, and not too often.
    fn admit<Q: DeserializeOwned>(
        self,
        state: &Inbound,
        request: &HttpRequest,
        body: BytesMut,
    ) -> Result<Signed<Q>, Problem> {
        let Caller { addressed: Addressed { origin, .. }, claim, document, received, .. } = self;
        state.rates.request(&origin)?;
        // REQ-11: nonces are not kept over a restart; whose request is refused for that signs it again.
        if claim.created() < state.since_s {
            return Err(Problem::new("replay", "The request was signed before this server started."));
        }
        if !state.is_new(&origin, claim.nonce(), claim.expires()) {
            return Err(Problem::plain("replay"));
        }
        // Whoever speaks is there: what waits for them goes out now.
        state.courier.revive(&origin);
        let query = query(request.query_string())?;
        Ok(Signed {
            query,
            origin,
            kid: claim.keyid().clone(),
            document,
            created_s: claim.created(),
            received,
            body,
        })
    }
}

/// Not by a channel, whose people could change that.
fn blocked() -> Problem {
    Problem::plain("server_blocked").titled("The operator of this server blocks yours.")
}

fn of_signature(error: SigError) -> Problem {
    Problem::new(error.code(), error.to_string())
}

fn of_lookup(error: KeyLookup) -> Problem {
    match error {
        KeyLookup::Unknown => Problem::plain("key_unknown"),
        KeyLookup::Expired => Problem::plain("key_expired"),
        KeyLookup::Peer(PeerError::Blocked(_) | PeerError::Disabled) => blocked(),
        KeyLookup::Peer(error) => {
            Problem::new("key_unknown", format!("The key document can't be had: {error}"))
        }
    }
}
