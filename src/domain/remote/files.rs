//! Files across servers: which of them other servers may have from here, and how those that came with messages of
//! other servers' people get here when somebody first looks at them (spec: files).
//!
//! Bytes from elsewhere are kept apart until they are whole and are what their hash says; nobody sees one of them before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit, watch};

use super::fetch::{Common, Fetch, Portraits};
use super::history::readable_from;
use crate::domain::files::{Found, find};
use crate::domain::peers::{PeerError, encode};
use crate::domain::{Actor, Domain, Error, Missing, Result};
use crate::files::Hash;
use crate::protocol::Seq;
use crate::protocol::ids::{ChannelId, EventId, ServerName, UserId};
use crate::storage::channels::ChannelRow;
use crate::storage::files::{self, FileRow};
use crate::storage::{ChannelNum, Conn, channels, copies, entries, peers, users};

/// How many servers are asked for one file.
const SOURCES_MAX: usize = 6;
/// Messages for which one file is asked for.
const PLACES_MAX: usize = 4;
/// Files that are fetched at a time, pictures of profiles that are, and how many of both together may be of people of one
/// server: else a single one that gives them byte by byte would keep everybody from those of all others.
const FETCHES_MAX: usize = 16;
const PORTRAITS_MAX: usize = 8;
const FETCHES_PER_SERVER_MAX: usize = 3;
/// How long a failure is remembered instead of being repeated, and how many of them.
const FAILURE_MEMORY: Duration = Duration::from_secs(5);
const FAILURES_MAX: usize = 10_000;
/// How often it is noted that somebody looked at a copy, in milliseconds.
const TOUCH_MS: i64 = 600_000;
/// How often a file is looked for anew: one person may have it by the word of several servers.
const ROUNDS_MAX: usize = 3;
/// The largest picture of a profile that is taken from another server, in bytes.
pub const AVATAR_BYTES_MAX: u64 = 1024 * 1024;

/// A message of another server's person that carries a file, or their entry that made it a channel's picture.
#[derive(Debug, Clone, Copy)]
pub struct Away {
    pub channel: ChannelNum,
    pub seq: Seq,
}

/// The file, and the message for which it is fetched.
type Key = (Hash, EventId);

/// None while it is under way.
type Outcome = watch::Receiver<Option<Result<()>>>;

/// Files on their way: whoever wants the same one waits for the same fetch.
pub struct Flights {
    under_way: Arc<Mutex<HashMap<Key, Outcome>>>,
    failed: Mutex<HashMap<Key, (Instant, Error)>>,
    files: Semaphore,
    portraits: Semaphore,
    /// By the server whose people's files they are. Those under way alone.
    of_server: Mutex<HashMap<ServerName, Arc<Semaphore>>>,
}

impl Default for Flights {
    fn default() -> Flights {
        Flights {
            under_way: Arc::default(),
            failed: Mutex::default(),
            files: Semaphore::new(FETCHES_MAX),
            portraits: Semaphore::new(PORTRAITS_MAX),
            of_server: Mutex::default(),
        }
    }
}

/// A place among the fetches under way.
pub(super) struct Turn<'a> {
    _common: SemaphorePermit<'a>,
    _own: OwnedSemaphorePermit,
}

impl Flights {
    /// Waits for a turn: first among those of the server whose people's file it is, so that those hold up each other alone.
    pub(super) async fn turn(&self, author: &ServerName, is_portrait: bool) -> Option<Turn<'_>> {
        let own = {
            let mut all = self.of_server.lock().unwrap_or_else(PoisonError::into_inner);
            all.retain(|_, turns| Arc::strong_count(turns) > 1);
            let turns = || Arc::new(Semaphore::new(FETCHES_PER_SERVER_MAX));
            all.entry(author.clone()).or_insert_with(turns).clone()
        };
        let own = own.acquire_owned().await.ok()?;
        let common = if is_portrait { &self.portraits } else { &self.files };
        Some(Turn { _common: common.acquire().await.ok()?, _own: own })
    }
}

/// Forgets a flight however it ends.
struct Landing {
    flights: Arc<Mutex<HashMap<Key, Outcome>>>,
    key: Key,
}

impl Drop for Landing {
    fn drop(&mut self) {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

impl Domain {
    /// A file that the person may have. One that stands in a message of another server is fetched from there.
    ///
    /// # Errors
    /// `file_not_found`; why no server gave it.
    pub async fn file(&self, actor: &Actor, hash: &Hash) -> Result<FileRow> {
        for _ in 0..ROUNDS_MAX {
            let (user, key) = (actor.person.num, hash.as_str().to_owned());
            let (found, used) = self
                .reads
                .read(move |conn| {
                    let found = find(conn, user, &key)?;
                    Ok::<_, Error>((found, copies::used_ts(conn, &key)?))
                })
                .await?;
            let away = match found {
                Found::Here(row) => {
                    // A copy that is not noted as used is only dropped sooner.
                    if let Err(error) = self.touch(hash, used).await {
                        tracing::warn!(%error, "when a copy was used last could not be noted");
                    }
                    return Ok(row);
                }
                Found::Away(away) => away,
            };
            self.fetch(hash, away).await?;
        }
        Err(Error::NotFound(Missing::File))
    }

    async fn touch(&self, hash: &Hash, used: Option<i64>) -> Result<()> {
        let now = self.clock.now();
        if used.is_some_and(|used| used + TOUCH_MS < now) {
            let key = hash.as_str().to_owned();
            self.writer.other(hash.as_str(), move |work| Ok(copies::touch(work.conn, &key, now)?)).await?;
        }
        Ok(())
    }

    /// Fetches a file for one of the messages that carry it.
    async fn fetch(&self, hash: &Hash, away: Vec<Away>) -> Result<()> {
        let mut outcome = Err(Error::NotFound(Missing::File));
        for place in away.into_iter().take(PLACES_MAX) {
            outcome = self.fetch_for(hash, place).await;
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    async fn fetch_for(&self, hash: &Hash, place: Away) -> Result<()> {
        let ours = self.server().clone();
        let Some(carrier) = self.reads.read(move |conn| carrier(conn, &ours, place)).await? else {
            return Err(Error::NotFound(Missing::File));
        };
        let Carrier { channel, event, author, sources } = carrier;
        let admitted: Vec<ServerName> =
            sources.into_iter().filter(|server| self.peers.admits(server)).collect();
        if admitted.is_empty() {
            // What was sent from here, and is here no more, may be nowhere else.
            let is_ours = author == *self.server();
            return Err(if is_ours {
                Error::NotFound(Missing::File)
            } else {
                PeerError::Blocked(author).into()
            });
        }
        // Those that were away the last time come last.
        let (gone, there): (Vec<_>, Vec<_>) =
            admitted.into_iter().partition(|server| self.peers.is_away(server));
        let sources = there.into_iter().chain(gone).take(SOURCES_MAX).collect();
        let settings = &self.config.settings.files;
        let common = self.common(u64::from(settings.max_bytes).min(settings.remote_cache_bytes));
        let (channel, message) = (encode(channel.as_str()), encode(event.as_str()));
        let path = format!("/files/{hash}?channel={channel}&event={message}");
        let fetch = Fetch { common, hash: hash.clone(), path, author, sources, portrait: None };
        self.fly((hash.clone(), event), fetch).await
    }

    /// What fetches pictures of profiles.
    pub(super) fn portraits(&self) -> Portraits {
        Portraits(self.common(AVATAR_BYTES_MAX))
    }

    fn common(&self, bytes_max: u64) -> Common {
        let cache_max = self.config.settings.files.remote_cache_bytes;
        Common {
            files: self.files.clone(),
            peers: self.peers.clone(),
            reads: self.reads.clone(),
            writer: self.writer.clone(),
            clock: self.clock.clone(),
            bytes_max,
            cache_max: i64::try_from(cache_max).unwrap_or(i64::MAX),
        }
    }

    /// Begins the fetch, or waits for the one that is under way.
    async fn fly(&self, key: Key, fetch: Fetch) -> Result<()> {
        let flights = &self.files.flights;
        {
            let mut failed = flights.failed.lock().unwrap_or_else(PoisonError::into_inner);
            failed.retain(|_, (when, _)| when.elapsed() < FAILURE_MEMORY);
            if let Some((_, why)) = failed.get(&key) {
                return Err(why.clone());
            }
        }
        let mut outcome = {
            let mut under_way = flights.under_way.lock().unwrap_or_else(PoisonError::into_inner);
            match under_way.get(&key) {
                Some(outcome) => outcome.clone(),
                None => {
                    let (tell, outcome) = watch::channel(None);
                    under_way.insert(key.clone(), outcome.clone());
                    let landing = Landing { flights: flights.under_way.clone(), key: key.clone() };
                    tokio::spawn(async move {
                        let done = fetch.run().await;
                        if let Err(error) = &done {
                            let mut failed = fetch
                                .common
                                .files
                                .flights
                                .failed
                                .lock()
                                .unwrap_or_else(PoisonError::into_inner);
                            if failed.len() < FAILURES_MAX {
                                failed.insert(landing.key.clone(), (Instant::now(), error.clone()));
                            }
                        }
                        drop(landing);
                        tell.send_replace(Some(done));
                    });
                    outcome
                }
            }
        };
        let done = outcome.wait_for(Option::is_some).await.map_err(|_| Error::Busy)?;
        done.clone().unwrap_or(Err(Error::Busy))
    }

    /// A file for another server, which says what for.
    ///
    /// # Errors
    /// `file_not_found`, whatever the reason.
    pub async fn file_for(&self, server: &ServerName, hash: &Hash, purpose: FileUse) -> Result<FileRow> {
        let (server, key, ours) = (server.clone(), hash.as_str().to_owned(), self.server().clone());
        self.reads
            .read(move |conn| {
                // FILE-1, FILE-2: whatever the reason, the answer is the same.
                let missing = || Error::NotFound(Missing::File);
                let row = files::get(conn, &key)?.ok_or_else(missing)?;
                let good = match purpose {
                    FileUse::Message(channel, event) => carries(conn, &server, &channel, &event, &key)?,
                    FileUse::Profile(user) => shows(conn, &ours, &server, &user, &key)?,
                };
                if good { Ok(row) } else { Err(missing()) }
            })
            .await
    }
}

/// What another server wants a file for.
#[derive(Debug, Clone)]
pub enum FileUse {
    Message(ChannelId, EventId),
    Profile(UserId),
}

/// FILE-1: the message is there, carries the file by the word of somebody who has it, and the server's people may read it.
fn carries(
    conn: &mut Conn,
    server: &ServerName,
    channel: &ChannelId,
    event: &EventId,
    hash: &str,
) -> Result<bool> {
    let Some(channel) = channels::by_id(conn, channel.as_str())? else { return Ok(false) };
    let Some(entry) = entries::by_event(conn, channel.num, event.as_str())? else { return Ok(false) };
    let standing = copies::standing(conn, channel.num, entry.seq, hash)?;
    let here = standing.is_some_and(|standing| standing != files::CLAIMED);
    // The picture that a channel shows now is for all who are in it, however much of its past they may read.
    let seq = if channel.avatar_seq == Some(entry.seq) { Seq::MAX } else { entry.seq };
    Ok(here && is_open_to(conn, &channel, server, seq)?)
}

/// FILE-3: somebody of this server shows the picture, and is in a channel together with somebody of theirs.
fn shows(conn: &mut Conn, ours: &ServerName, server: &ServerName, user: &UserId, hash: &str) -> Result<bool> {
    let Some(row) = users::by_id(conn, user.as_str())? else { return Ok(false) };
    let shown = user.server() == *ours && row.avatar.as_deref() == Some(hash);
    Ok(shown && peers::shares_channel(conn, row.num, server.as_str())?)
}

/// Whether people of the server may read what stands at a place of the channel.
fn is_open_to(conn: &mut Conn, channel: &ChannelRow, server: &ServerName, seq: Seq) -> Result<bool> {
    Ok(readable_from(conn, channel, server)?.is_some_and(|first| first <= seq))
}

/// FILE-6: whether people of a server may have a file that is here, and so have it by right.
pub(super) fn may_have(conn: &mut Conn, server: &ServerName, hash: &str) -> Result<bool> {
    for (num, seq) in copies::places_for(conn, hash, server.as_str())? {
        let Some(channel) = channels::by_num(conn, num)? else { continue };
        if is_open_to(conn, &channel, server, seq)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A message that carries a file, and who may have that.
struct Carrier {
    channel: ChannelId,
    event: EventId,
    author: ServerName,
    sources: Vec<ServerName>,
}

/// FILE-5: who is asked: the author's server, the host, and the others in the channel.
fn carrier(conn: &mut Conn, ours: &ServerName, place: Away) -> Result<Option<Carrier>> {
    let (Some(channel), Some(entry)) =
        (channels::by_num(conn, place.channel)?, entries::by_seq(conn, place.channel, place.seq)?)
    else {
        return Ok(None);
    };
    let Some(author) = users::by_num(conn, entry.sender)? else { return Ok(None) };
    let (Ok(id), Ok(event), Ok(author)) =
        (channel.id.parse(), entry.event_id.parse(), author.server.parse::<ServerName>())
    else {
        return Ok(None);
    };
    let mut sources = vec![author.clone()];
    let others = peers::servers_in(conn, place.channel)?;
    for server in [channel.host].iter().chain(&others).filter_map(|name| name.parse().ok()) {
        if !sources.contains(&server) {
            sources.push(server);
        }
    }
    sources.retain(|server| server != ours);
    Ok(Some(Carrier { channel: id, event, author, sources }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whose files come byte by byte holds up their own server's alone.
    #[tokio::test]
    async fn one_servers_files_take_only_some_of_the_turns() {
        let flights = Flights::default();
        let name = |name: &str| name.parse::<ServerName>().expect("a name");
        let (evil, good) = (name("evil.test"), name("good.test"));
        let soon = Duration::from_millis(50);
        let mut held = Vec::new();
        for _ in 0..FETCHES_PER_SERVER_MAX {
            held.push(flights.turn(&evil, false).await.expect("a turn"));
        }
        // Not even those that wait are in the way.
        let more = (0..FETCHES_MAX).map(|_| tokio::time::timeout(soon, flights.turn(&evil, true)));
        assert!(futures_util::future::join_all(more).await.iter().all(|turn| turn.is_err()));
        drop(flights.turn(&good, false).await.expect("a turn"));
        drop(flights.turn(&good, true).await.expect("a turn"));
        drop(held);
        drop(flights.turn(&evil, true).await.expect("a turn"));
        drop(flights.turn(&good, false).await.expect("a turn"));
        assert_eq!(flights.of_server.lock().expect("no panic").len(), 1);
    }
}
