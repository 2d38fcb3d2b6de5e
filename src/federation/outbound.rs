//! Signed requests to other servers.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, Weak};
use std::time::Duration;

use tokio::sync::{AcquireError, Semaphore, watch};

use super::courier::Courier;
use super::discovery::{Discovery, cause, read_body};
use super::{BASE, VERSION};
use crate::config::PeerPolicy;
use crate::domain::clock::{Clock, nonce};
use crate::domain::peers::{
    Answer, Ask, Contact, FileAnswer, FileReply, KeyAnswer, NO_CODE, PeerError, Peers,
};
use crate::domain::writer::Identity;
use crate::protocol::http_sig::{self, Params, Request};
use crate::protocol::ids::{KeyId, ServerName};
use crate::protocol::key_document::KeyDocument;
use crate::protocol::limits::PROTOCOL_VERSION;

/// Largest answer that is read, in bytes: a range of entries with what JSON adds to it.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How long a request may take in all.
const ASK_DEADLINE: Duration = Duration::from_secs(30);
/// Servers that are known to be away; of more it is not known.
const AWAY_MAX: usize = 10_000;
/// Requests under way to one server.
const IN_FLIGHT_MAX: usize = 8;
/// Files that come from one server at a time.
const FILES_IN_FLIGHT_MAX: usize = 4;
/// How long one request for a file may take in all, whatever its length.
const FILE_DEADLINE: Duration = Duration::from_secs(3_600);
/// How long a signature is good, in seconds: as long as clocks may differ.
const LIFETIME_S: i64 = 300;

pub(super) type Permits = Mutex<HashMap<ServerName, Arc<Semaphore>>>;

pub(super) fn permits_of(permits: &Permits, server: &ServerName, most: usize) -> Arc<Semaphore> {
    let mut permits = permits.lock().unwrap_or_else(PoisonError::into_inner);
    if permits.len() >= AWAY_MAX && !permits.contains_key(server) {
        // Those that nobody uses are as good when they are made anew.
        permits.retain(|_, places| Arc::strong_count(places) > 1);
    }
    permits.entry(server.clone()).or_insert_with(|| Arc::new(Semaphore::new(most))).clone()
}

/// Waits for a place among the requests to a server.
async fn turn<P>(
    server: &ServerName,
    place: impl Future<Output = Result<P, AcquireError>>,
) -> Result<P, PeerError> {
    let unreachable = |why: String| PeerError::Unreachable(server.clone(), why);
    tokio::time::timeout(ASK_DEADLINE, place)
        .await
        .map_err(|_| unreachable("too much waits for it".to_owned()))?
        .map_err(|error| unreachable(error.to_string()))
}

/// Where the document says that the server is asked, in the version that is spoken here.
fn endpoint_in(server: &ServerName, document: &KeyDocument) -> Result<String, PeerError> {
    if !document.versions.contains(&PROTOCOL_VERSION) {
        let why = format!("it does not speak version {PROTOCOL_VERSION}");
        return Err(PeerError::Unreachable(server.clone(), why));
    }
    Ok(document.endpoint.clone())
}

/// Whether it may be that the server is not where it was asked: nobody was there, or somebody else.
fn is_astray(error: &PeerError) -> bool {
    match error {
        PeerError::Unreachable(..) => true,
        // `not_found` is what a server says whose listener for others is another now.
        PeerError::Problem { code, .. } => {
            matches!(&**code, "wrong_destination" | "not_found") || code.starts_with(NO_CODE)
        }
        _ => false,
    }
}

/// What a server says instead of a success.
async fn problem(server: &ServerName, response: reqwest::Response) -> PeerError {
    let status = response.status().as_u16();
    let retry_after =
        response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    let retry_after = retry_after.map(Duration::from_secs);
    let body = match read_body(response, ANSWER_BYTES_MAX).await {
        Ok(body) => body,
        Err(why) => return PeerError::Unreachable(server.clone(), why),
    };
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let text =
        |field: &str| problem.get(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let code = if text("code").is_empty() { format!("{NO_CODE}{status}") } else { text("code") };
    let detail = if text("detail").is_empty() { text("title") } else { text("detail") };
    PeerError::Problem { server: server.clone(), status, code, detail, retry_after }
}

/// (first byte, size of the whole) of a part, `bytes 5-9/10`, that goes to the end.
fn content_range(response: &reqwest::Response) -> Option<(u64, u64)> {
    let range = response.headers().get("content-range")?.to_str().ok()?.strip_prefix("bytes ")?;
    let (place, size) = range.split_once('/')?;
    let (first, last) = place.split_once('-')?;
    let (first, last, size): (u64, u64, u64) = (first.parse().ok()?, last.parse().ok()?, size.parse().ok()?);
    (first <= last && last.checked_add(1)? == size).then_some((first, size))
}

/// Asks other servers in this server's name.
pub struct Outbound {
    pub discovery: Discovery,
    identity: Arc<Identity>,
    clock: Arc<dyn Clock>,
    policy: RwLock<PeerPolicy>,
    in_flight: Permits,
    /// Files have places of their own: a long one holds nothing else up.
    files_in_flight: Permits,
    /// Servers that could not be reached the last time.
    away: Mutex<HashSet<ServerName>>,
    /// When servers were last heard of, and why they could not be reached.
    contacts: Mutex<HashMap<ServerName, Contact>>,
    /// This server stops: nothing is waited for any more.
    closed: watch::Sender<bool>,
    /// Known once the domain is.
    pub courier: OnceLock<Weak<Courier>>,
}

impl Outbound {
    pub fn new(
        discovery: Discovery,
        identity: Arc<Identity>,
        clock: Arc<dyn Clock>,
        policy: PeerPolicy,
    ) -> Outbound {
        Outbound {
            discovery,
            identity,
            clock,
            policy: RwLock::new(policy),
            in_flight: Mutex::default(),
            files_in_flight: Mutex::default(),
            away: Mutex::default(),
            contacts: Mutex::default(),
            closed: watch::Sender::new(false),
            courier: OnceLock::new(),
        }
    }

    /// The operator changed their mind about whom to talk to. Answers what they thought before.
    pub fn set_policy(&self, policy: PeerPolicy) -> PeerPolicy {
        std::mem::replace(&mut *self.policy.write().unwrap_or_else(PoisonError::into_inner), policy)
    }

    /// Finds out what was missed, on either side, of those of `known` to whom it was not talked `before`.
    pub fn readmit(&self, known: &[ServerName], before: &PeerPolicy) {
        let Some(courier) = self.courier.get().and_then(Weak::upgrade) else { return };
        for server in known.iter().filter(|server| !before.admits(server) && self.admits(server)) {
            courier.readmit(server);
        }
    }

    /// Whether as much is under way to the server as may be: what can be dropped is dropped then.
    pub fn is_busy(&self, server: &ServerName) -> bool {
        self.permits(server).available_permits() == 0
    }

    /// Gives up whatever is under way.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    /// Comes to its end when this server stops.
    pub async fn closing(&self) {
        let mut closed = self.closed.subscribe();
        let _ = closed.wait_for(|closed| *closed).await;
    }

    /// Whether a server is there, as was seen just now.
    pub fn note(&self, server: &ServerName, is_away: bool) {
        let mut away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_away {
            away.remove(server);
        } else if away.len() < AWAY_MAX {
            away.insert(server.clone());
        }
    }

    /// What administrators are told of it. None for a server that is there.
    pub fn note_contact(&self, server: &ServerName, error: Option<&PeerError>) {
        let mut contacts = self.contacts.lock().unwrap_or_else(PoisonError::into_inner);
        if contacts.len() >= AWAY_MAX && !contacts.contains_key(server) {
            // Whoever was not seen for longest makes room.
            let oldest =
                contacts.iter().min_by_key(|(_, contact)| contact.last_seen_ts).map(|(name, _)| name.clone());
            oldest.map(|name| contacts.remove(&name));
        }
        let contact = contacts.entry(server.clone()).or_default();
        if let Some(PeerError::Unreachable(..) | PeerError::Nonsense(..)) = error {
            contact.last_error = error.map(ToString::to_string);
        } else {
            *contact = Contact { last_seen_ts: Some(self.clock.now()), last_error: None };
        }
    }

    fn permits(&self, server: &ServerName) -> Arc<Semaphore> {
        permits_of(&self.in_flight, server, IN_FLIGHT_MAX)
    }

    async fn ask_now(&self, server: &ServerName, ask: &Ask) -> Result<String, PeerError> {
        let mut endpoint = self.endpoint(server).await?;
        loop {
            match self.ask_at(server, &endpoint, ask).await {
                Err(error) => endpoint = self.moved(server, &endpoint, error).await?,
                answer => return answer,
            }
        }
    }

    async fn ask_at(&self, server: &ServerName, endpoint: &str, ask: &Ask) -> Result<String, PeerError> {
        let permits = self.permits(server);
        let _permit = turn(server, permits.acquire()).await?;
        let url = format!("{endpoint}{BASE}{}", ask.path);
        let request = self.signed(server, endpoint, &url, ask)?;
        let unreachable = |why: String| PeerError::Unreachable(server.clone(), why);
        let response = request.send().await.map_err(|error| unreachable(cause(&error)))?;
        if !response.status().is_success() {
            return Err(problem(server, response).await);
        }
        let body = read_body(response, ANSWER_BYTES_MAX).await.map_err(unreachable)?;
        String::from_utf8(body)
            .map_err(|_| PeerError::Nonsense(server.clone(), "its answer is not UTF-8".to_owned()))
    }

    /// Where a server is asked.
    async fn endpoint(&self, server: &ServerName) -> Result<String, PeerError> {
        let document = self.document(server).await?;
        match endpoint_in(server, &document) {
            Ok(endpoint) => Ok(endpoint),
            Err(error) => self.moved(server, "", error).await,
        }
    }

    /// Where a server is asked that was not found at `from`; the error where it is nowhere else.
    async fn moved(&self, server: &ServerName, from: &str, error: PeerError) -> Result<String, PeerError> {
        if !is_astray(&error) {
            return Err(error);
        }
        let Some(document) = self.discovery.renewed(server).await else { return Err(error) };
        let endpoint = endpoint_in(server, &document)?;
        if endpoint == from { Err(error) } else { Ok(endpoint) }
    }

    async fn document(&self, server: &ServerName) -> Result<Arc<KeyDocument>, PeerError> {
        if !self.admits(server) || *server == self.identity.name {
            return Err(PeerError::Blocked(server.clone()));
        }
        self.discovery.document(server).await
    }

    async fn file_now(&self, server: &ServerName, path: &str, from: u64) -> Result<FileAnswer, PeerError> {
        let mut endpoint = self.endpoint(server).await?;
        loop {
            match self.file_at(server, &endpoint, path, from).await {
                Err(error) => endpoint = self.moved(server, &endpoint, error).await?,
                answer => return answer,
            }
        }
    }

    async fn file_at(
        &self,
        server: &ServerName,
        endpoint: &str,
        path: &str,
        from: u64,
    ) -> Result<FileAnswer, PeerError> {
        let permits = permits_of(&self.files_in_flight, server, FILES_IN_FLIGHT_MAX);
        let permit = turn(server, permits.acquire_owned()).await?;
        let url = format!("{endpoint}{BASE}{path}");
        let ask = Ask::get(path.to_owned());
        let mut request = self.signed(server, endpoint, &url, &ask)?.timeout(FILE_DEADLINE);
        if from > 0 {
            request = request.header("range", format!("bytes={from}-"));
        }
        let response = request.send().await;
        let response = response.map_err(|error| PeerError::Unreachable(server.clone(), cause(&error)))?;
        let place = match response.status().as_u16() {
            200 => response.content_length().map(|size| (0, size)),
            206 => content_range(&response),
            _ => return Err(problem(server, response).await),
        };
        let Some((from, size)) = place else {
            return Err(PeerError::Nonsense(
                server.clone(),
                "it does not say how long the file is".to_owned(),
            ));
        };
        let name = server.clone();
        // The place among the requests under way is kept until the last byte.
        let bytes = futures_util::stream::try_unfold((response, permit), move |(mut response, permit)| {
            let name = name.clone();
            async move {
                match response.chunk().await {
                    Ok(piece) => Ok(piece.map(|piece| (piece, (response, permit)))),
                    Err(error) => Err(PeerError::Unreachable(name, cause(&error))),
                }
            }
        });
        Ok(FileAnswer { size, from, bytes: Box::pin(bytes) })
    }

    fn signed(
        &self,
        server: &ServerName,
        endpoint: &str,
        url: &str,
        ask: &Ask,
    ) -> Result<reqwest::RequestBuilder, PeerError> {
        let nonsense = |what: String| PeerError::Nonsense(server.clone(), what);
        let parsed = url::Url::parse(url).map_err(|error| nonsense(error.to_string()))?;
        let body = ask.body.as_deref().unwrap_or_default();
        let authority = http_sig::authority(endpoint.strip_prefix("https://").unwrap_or(endpoint));
        let request = Request {
            method: ask.method,
            authority: &authority,
            path: parsed.path(),
            query: parsed.query(),
            origin: &self.identity.name,
            destination: server,
            version: VERSION,
            content_type: Some("application/json").filter(|_| !body.is_empty()),
            body: Some(body.as_bytes()).filter(|body| !body.is_empty()),
        };
        let created = self.clock.now() / 1_000;
        let params = Params {
            created,
            expires: created + LIFETIME_S,
            nonce: nonce(self.clock.as_ref(), &[ask.method, url, body]),
            keyid: self.identity.kid.clone(),
        };
        let signed = http_sig::sign(&request, &params, &self.identity.key)
            .map_err(|error| nonsense(error.to_string()))?;
        let method = reqwest::Method::from_bytes(ask.method.as_bytes())
            .map_err(|error| nonsense(error.to_string()))?;
        let mut builder = self
            .discovery
            .client
            .request(method, parsed)
            .timeout(ASK_DEADLINE)
            .header("loggia-origin", self.identity.name.as_str())
            .header("loggia-destination", server.as_str())
            .header("loggia-version", VERSION)
            .header("signature-input", signed.signature_input)
            .header("signature", signed.signature);
        if let Some(digest) = signed.content_digest {
            builder = builder
                .header("content-digest", digest)
                .header("content-type", "application/json")
                .body(body.to_owned());
        }
        Ok(builder)
    }
}

impl Peers for Outbound {
    fn ask<'a>(&'a self, server: &'a ServerName, ask: Ask) -> Answer<'a> {
        Box::pin(async move {
            tokio::select! {
                answer = self.ask_now(server, &ask) => {
                    if !matches!(answer, Err(PeerError::Blocked(_) | PeerError::Disabled)) {
                        self.note_contact(server, answer.as_ref().err());
                    }
                    self.note(server, matches!(answer, Err(PeerError::Unreachable(..))));
                    answer
                }
                () = self.closing() => Err(PeerError::Unreachable(server.clone(), "this server stops".to_owned())),
            }
        })
    }

    fn file<'a>(&'a self, server: &'a ServerName, path: &'a str, from: u64) -> FileReply<'a> {
        Box::pin(async move {
            tokio::select! {
                answer = self.file_now(server, path, from) => {
                    self.note(server, matches!(answer, Err(PeerError::Unreachable(..))));
                    answer
                }
                () = self.closing() => Err(PeerError::Unreachable(server.clone(), "this server stops".to_owned())),
            }
        })
    }

    fn key<'a>(&'a self, server: &'a ServerName, kid: &'a KeyId) -> KeyAnswer<'a> {
        Box::pin(async move {
            let document = self.document(server).await?;
            let known = document.set.keys.iter().find(|key| key.kid == *kid);
            Ok(known.map(|key| key.public))
        })
    }

    fn wake(&self, server: &ServerName) {
        if let Some(courier) = self.courier.get().and_then(Weak::upgrade) {
            courier.wake(server);
        }
    }

    fn doubt(&self, host: &ServerName) {
        if let Some(courier) = self.courier.get().and_then(Weak::upgrade) {
            courier.doubt(host);
        }
    }

    fn is_away(&self, server: &ServerName) -> bool {
        self.away.lock().unwrap_or_else(PoisonError::into_inner).contains(server)
    }

    fn contact(&self, server: &ServerName) -> Contact {
        let contacts = self.contacts.lock().unwrap_or_else(PoisonError::into_inner);
        contacts.get(server).cloned().unwrap_or_default()
    }

    fn admits(&self, server: &ServerName) -> bool {
        self.policy.read().unwrap_or_else(PoisonError::into_inner).admits(server)
    }
}
