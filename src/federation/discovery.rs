//! Who another server is: its key document, fetched from its name, checked, pinned and kept.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use reqwest::header::LOCATION;
use tokio::sync::Semaphore;

use super::{BASE, WELL_KNOWN};
use crate::config::Config;
use crate::domain::clock::Clock;
use crate::domain::peers::PeerError;
use crate::domain::writer::Writer;
use crate::net::{self, Authorities};
pub use crate::net::{ClientError, cause, read_body};
use crate::protocol::ids::{KeyId, ServerName};
use crate::protocol::key_document::{Contradiction, KeyDocument, KeyProblem, SignedKeySet, check_chain};
use crate::protocol::limits::JSON_BYTES_MAX;
use crate::protocol::sign::PublicKey;
use crate::storage::peers::PeerRow;
use crate::storage::{ReadPool, peers as table};

/// How long a whole fetch may take.
const FETCH_DEADLINE: Duration = Duration::from_secs(15);
/// How soon a key that is not in the document, or an endpoint at which the server is not, makes it be fetched again.
const REFETCH_INTERVAL: Duration = Duration::from_secs(10);
/// How long a failure is remembered instead of being repeated.
const FAILURE_MEMORY: Duration = Duration::from_secs(2);
/// Servers whose documents are kept at hand.
const PEERS_AT_HAND_MAX: usize = 10_000;
/// Pins of servers with which no channel is shared: so many are kept; the rest are dropped each time [`SWEEP_EVERY`] new
/// servers were met.
const UNUSED_PEERS_MAX: i64 = 1_000;
const SWEEP_EVERY: u64 = 100;
/// Documents that are fetched at a time: anybody can make this server look at a name.
const FETCHES_MAX: usize = 256;
/// And of those for servers that were never met.
const STRANGERS_MAX: usize = 128;

/// Largest answer with sets of keys that is read, in bytes, and how many such make a chain.
const CHAIN_BYTES_MAX: usize = 1024 * 1024;
const CHAIN_PAGES_MAX: usize = 10;

#[derive(Clone)]
struct Known {
    document: Arc<KeyDocument>,
    /// When it was fetched; none for one that was kept from before, which may be as old as it likes.
    fetched: Option<Instant>,
}

/// Finds servers and their keys.
pub struct Discovery {
    pub client: reqwest::Client,
    reads: ReadPool,
    writer: Writer,
    clock: Arc<dyn Clock>,
    known: Mutex<HashMap<ServerName, Known>>,
    failed: Mutex<HashMap<ServerName, (Instant, PeerError)>>,
    /// When documents were fetched because they lead nowhere.
    renewed: Mutex<HashMap<ServerName, Instant>>,
    /// Whoever wants the same document waits for whoever asks for it.
    turns: Mutex<HashMap<ServerName, Weak<Turn>>>,
    /// How many servers were met for the first time since this one started.
    met: AtomicU64,
    fetches: Semaphore,
    /// The same for servers that were never met: whoever can be reached under many names can't keep us from others.
    strangers: Semaphore,
}

type Turn = tokio::sync::Mutex<()>;

impl Discovery {
    pub fn new(
        config: &Config,
        reads: ReadPool,
        writer: Writer,
        clock: Arc<dyn Clock>,
    ) -> Result<Discovery, ClientError> {
        Ok(Discovery {
            client: client(config)?,
            reads,
            writer,
            clock,
            known: Mutex::default(),
            failed: Mutex::default(),
            renewed: Mutex::default(),
            turns: Mutex::default(),
            met: AtomicU64::new(0),
            fetches: Semaphore::new(FETCHES_MAX),
            strangers: Semaphore::new(STRANGERS_MAX),
        })
    }

    /// The document of a server: at hand, kept, or fetched.
    pub async fn document(&self, server: &ServerName) -> Result<Arc<KeyDocument>, PeerError> {
        let now = self.clock.now();
        if let Some(known) = self.at_hand(server).filter(|known| known.document.valid_until > now) {
            return Ok(known.document);
        }
        if let Some(document) = self.kept(server).await.filter(|document| document.valid_until > now) {
            return Ok(self.remember(server, document, None));
        }
        self.fetch(server).await
    }

    /// The key with which a server signs requests now.
    pub async fn key(
        &self,
        server: &ServerName,
        kid: &KeyId,
    ) -> Result<(PublicKey, Arc<KeyDocument>), KeyLookup> {
        let mut document = self.document(server).await.map_err(KeyLookup::Peer)?;
        let now = self.clock.now();
        let mut found = document.set.key_at(kid, now);
        let stale = self
            .at_hand(server)
            .and_then(|known| known.fetched)
            .is_none_or(|when| when.elapsed() > REFETCH_INTERVAL);
        if found.is_err() && stale {
            document = self.fetch(server).await.map_err(KeyLookup::Peer)?;
            found = document.set.key_at(kid, now);
        }
        found.map(|key| (key, document)).map_err(|problem| match problem {
            KeyProblem::Unknown => KeyLookup::Unknown,
            KeyProblem::Expired => KeyLookup::Expired,
        })
    }

    /// The document anew, where what it says leads nowhere any more; none if that was done just now, or it can't be had.
    pub async fn renewed(&self, server: &ServerName) -> Option<Arc<KeyDocument>> {
        {
            let mut renewed = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
            renewed.retain(|_, when| when.elapsed() < REFETCH_INTERVAL);
            if renewed.contains_key(server) {
                return None;
            }
            renewed.insert(server.clone(), Instant::now());
        }
        self.fetch(server).await.ok()
    }

    fn at_hand(&self, server: &ServerName) -> Option<Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(server).cloned()
    }

    fn remember(
        &self,
        server: &ServerName,
        document: Arc<KeyDocument>,
        fetched: Option<Instant>,
    ) -> Arc<KeyDocument> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= PEERS_AT_HAND_MAX {
            known.clear();
        }
        known.insert(server.clone(), Known { document: document.clone(), fetched });
        document
    }

    async fn kept(&self, server: &ServerName) -> Option<Arc<KeyDocument>> {
        let name = server.as_str().to_owned();
        let row = self.reads.read(move |conn| table::get(conn, &name)).await.ok()??;
        let document = KeyDocument::check(row.document.as_bytes(), server, self.clock.now()).ok()?;
        (!row.suspended).then(|| Arc::new(document))
    }

    /// Asks the server for its document, compares it with the pin, and keeps it.
    pub async fn fetch(&self, server: &ServerName) -> Result<Arc<KeyDocument>, PeerError> {
        let asked = Instant::now();
        let turn = self.turn(server);
        let _turn = turn.lock().await;
        if let Some(known) = self.at_hand(server).filter(|known| known.fetched >= Some(asked)) {
            return Ok(known.document);
        }
        if let Some((when, why)) = self.failed.lock().unwrap_or_else(PoisonError::into_inner).get(server)
            && when.elapsed() < FAILURE_MEMORY
        {
            return Err(why.clone());
        }
        let fetched = self.fetch_now(server).await;
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        match &fetched {
            Ok(_) => {
                failed.remove(server);
            }
            Err(error) => {
                failed.retain(|_, (when, _)| when.elapsed() < FAILURE_MEMORY);
                failed.insert(server.clone(), (Instant::now(), error.clone()));
            }
        }
        fetched
    }

    fn turn(&self, server: &ServerName) -> Arc<Turn> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(server).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::new(Turn::default());
        turns.insert(server.clone(), Arc::downgrade(&turn));
        turn
    }

    /// Whether the server's document is here, in force or not.
    pub async fn has_met(&self, server: &ServerName) -> bool {
        self.at_hand(server).is_some() || self.is_pinned(server).await
    }

    async fn is_pinned(&self, server: &ServerName) -> bool {
        let name = server.as_str().to_owned();
        self.reads.read(move |conn| table::get(conn, &name)).await.is_ok_and(|row| row.is_some())
    }

    /// What a server shows of itself now, compared with nothing and kept nowhere.
    ///
    /// # Errors
    /// It can't be had, or is no key document of that server.
    pub async fn shown(&self, server: &ServerName) -> Result<KeyDocument, PeerError> {
        let bytes = self.well_known(server).await?;
        KeyDocument::check(&bytes, server, self.clock.now())
            .map_err(|error| PeerError::Nonsense(server.clone(), format!("its key document {error}")))
    }

    async fn fetch_now(&self, server: &ServerName) -> Result<Arc<KeyDocument>, PeerError> {
        let fetched = async {
            let places = if self.is_pinned(server).await { &self.fetches } else { &self.strangers };
            let _permit = places.acquire().await;
            self.well_known(server).await
        };
        let bytes = tokio::time::timeout(FETCH_DEADLINE, fetched)
            .await
            .map_err(|_| PeerError::Unreachable(server.clone(), "it took too long".to_owned()))??;
        let nonsense = |what: String| PeerError::Nonsense(server.clone(), what);
        let document = KeyDocument::check(&bytes, server, self.clock.now())
            .map_err(|error| nonsense(format!("its key document {error}")))?;
        let sets = self.missed_sets(server, &document).await?;
        let (checked, now) = (document.clone(), self.clock.now());
        // Now and then, as new ones are met: many of them are nobody.
        let is_new = !self.has_met(server).await;
        let sweeps = is_new && self.met.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY);
        let pinned = self
            .writer
            .other(server.as_str(), move |work| {
                if sweeps {
                    table::forget_unused(work.conn, UNUSED_PEERS_MAX)?;
                }
                Ok(pin(work.conn, &checked, &sets, now)?)
            })
            .await
            .map_err(|error| PeerError::Unreachable(server.clone(), error.to_string()))?;
        if let Err(why) = pinned {
            // What was at hand may be believed no longer.
            self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(server);
            return Err(nonsense(why));
        }
        Ok(self.remember(server, Arc::new(document), Some(Instant::now())))
    }

    /// KEYDOC-8: the sets of keys between the one that is known of the server and its document's, where some were missed.
    async fn missed_sets(
        &self,
        server: &ServerName,
        document: &KeyDocument,
    ) -> Result<Vec<SignedKeySet>, PeerError> {
        let unreachable = |why: String| PeerError::Unreachable(server.clone(), why);
        let nonsense = |what: String| PeerError::Nonsense(server.clone(), what);
        let name = server.as_str().to_owned();
        let row = self.reads.read(move |conn| table::get(conn, &name)).await;
        let row = row.map_err(|error| unreachable(error.to_string()))?;
        let known = row.and_then(|row| KeyDocument::unchecked(&row.document));
        let known = known.filter(|known| known.root == document.set.root);
        let mut sets: Vec<SignedKeySet> = Vec::new();
        let Some(mut serial) = known.map(|known| known.serial) else { return Ok(sets) };
        for _ in 0..CHAIN_PAGES_MAX {
            if serial.saturating_add(1) >= document.set.serial {
                break;
            }
            let url = format!("{}{BASE}/keys?since={serial}", document.endpoint);
            let response = self.client.get(&url).timeout(FETCH_DEADLINE).send().await;
            let response = response.map_err(|error| unreachable(cause(&error)))?;
            if !response.status().is_success() {
                return Err(unreachable(format!("{url} answers {}", response.status())));
            }
            let bytes = read_body(response, CHAIN_BYTES_MAX).await.map_err(unreachable)?;
            let page: Vec<SignedKeySet> =
                serde_json::from_slice(&bytes).map_err(|error| nonsense(format!("{url} answers {error}")))?;
            match page.last().map(|last| last.set.serial).filter(|last| *last > serial) {
                Some(last) => serial = last,
                None => break,
            }
            sets.extend(page);
        }
        // Only sets that it shows and that don't fit speak against it, not those that it does not show.
        if serial.saturating_add(1) < document.set.serial {
            let shown = document.set.serial;
            return Err(nonsense(format!(
                "its sets of keys end with {serial}, before that of serial {shown}"
            )));
        }
        Ok(sets)
    }

    async fn well_known(&self, server: &ServerName) -> Result<Vec<u8>, PeerError> {
        let unreachable = |error: &reqwest::Error| PeerError::Unreachable(server.clone(), cause(error));
        let mut url = format!("https://{server}{WELL_KNOWN}");
        let mut response = self.client.get(&url).send().await.map_err(|error| unreachable(&error))?;
        if response.status().is_redirection() {
            // KEYDOC-10: one, to the same host: whoever has the name says where on it the document is.
            let to =
                response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let nonsense =
                || PeerError::Nonsense(server.clone(), "its key document is redirected".to_owned());
            url = redirected(server, to).ok_or_else(nonsense)?;
            response = self.client.get(&url).send().await.map_err(|error| unreachable(&error))?;
        }
        if !response.status().is_success() {
            let why = format!("{WELL_KNOWN} answers {}", response.status());
            return Err(PeerError::Unreachable(server.clone(), why));
        }
        read_body(response, JSON_BYTES_MAX)
            .await
            .map_err(|why| PeerError::Nonsense(server.clone(), format!("its key document {why}")))
    }
}

/// Why a key could not be had.
#[derive(Debug)]
pub enum KeyLookup {
    Unknown,
    Expired,
    Peer(PeerError),
}

/// KEYDOC-10: where a redirect of the key document may lead.
pub fn redirected(server: &ServerName, location: &str) -> Option<String> {
    let base = url::Url::parse(&format!("https://{server}{WELL_KNOWN}")).ok()?;
    let target = base.join(location).ok()?;
    let same = target.scheme() == "https"
        && target.host_str() == Some(server.as_str())
        && target.port().is_none()
        && target.username().is_empty()
        && target.password().is_none();
    same.then(|| target.to_string())
}

/// Compares a document with what was pinned, and keeps it. An error is for the operator, and the pin stays.
fn pin(
    conn: &mut crate::storage::Conn,
    document: &KeyDocument,
    missed: &[SignedKeySet],
    now: i64,
) -> crate::storage::Result<Result<(), String>> {
    let server = document.set.server.as_str();
    let alarm = |conn: &mut crate::storage::Conn, kind: &str, what: &str| {
        table::add_alarm(conn, now, kind, server, "", what)?;
        Ok(Err(what.to_owned()))
    };
    if let Some(row) = table::get(conn, server)? {
        if row.root != document.set.root.to_bytes() {
            table::suspend(conn, server)?;
            let why = Contradiction::NewRoot;
            return alarm(conn, why.code(), &why.to_string());
        }
        if let Some(before) = KeyDocument::unchecked(&row.document)
            && let Err(why) = check_chain(&before, missed, &document.set)
        {
            // Whoever has the root key and tells another story is not who was known under it.
            if why == Contradiction::BrokenChain {
                table::suspend(conn, server)?;
            }
            return alarm(conn, why.code(), &why.to_string());
        }
        // KEYDOC-7: whoever holds the keys that were known is who was known, whatever else was shown under the name meanwhile.
        if row.suspended {
            let what = "it shows the keys again that were known before: it is believed again";
            table::add_alarm(conn, now, "known_again", server, "", what)?;
        }
    }
    let row = PeerRow {
        server: server.to_owned(),
        root: document.set.root.to_bytes().to_vec(),
        serial: document.set.serial,
        document: document.json.clone(),
        fetched_ts: now,
        suspended: false,
    };
    table::put(conn, &row)?;
    Ok(Ok(()))
}

/// What requests to other servers are made with.
pub fn client(config: &Config) -> Result<reqwest::Client, ClientError> {
    let fixed = config.federation.resolve.iter().map(|(name, address)| (name.as_str().to_owned(), *address));
    let authorities = Authorities::of("federation", config.federation.extra_root_ca.as_deref());
    net::client(fixed.collect(), authorities)
}
