//! Fetching one file from other servers: who is asked, how often, how long, and what is done with what comes.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;

use super::files::may_have;
use crate::domain::clock::{Clock, random_text};
use crate::domain::files::{Files, put_row};
use crate::domain::peers::{PeerError, Peers, encode};
use crate::domain::uploads::describe;
use crate::domain::writer::{Work, Writer};
use crate::domain::{Error, Missing, Result, accounts, show};
use crate::files::{Hash, Part, kind};
use crate::protocol::ids::{ServerName, UserId};
use crate::storage::files::{self, FileRow};
use crate::storage::{Conn, ReadPool, copies, users};

/// How long a fetch waits for its turn.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a server may send nothing.
const SILENCE_MAX: Duration = Duration::from_secs(20);
/// What a server has to send in so long at the least, in bytes: two KiB a second, which the slowest uplink does.
const PACE_WINDOW: Duration = Duration::from_secs(10);
const PACE_BYTES_MIN: u64 = 10 * 2 * 1024;
/// How often a server is asked to go on after it broke off.
const BREAKS_MAX: u32 = 3;
/// How long one server may take for a file, and how many bytes a second it sends at the least beyond that.
const FETCH_DEADLINE: Duration = Duration::from_secs(60);
const BYTES_PER_SECOND_MIN: u64 = 64 * 1024;
/// How many copies go at a time.
const EVICT_MAX: i64 = 100;

/// What a fetch needs of the domain: it outlives the request that began it.
#[derive(Clone)]
pub(super) struct Common {
    pub files: Arc<Files>,
    pub peers: Arc<dyn Peers>,
    pub reads: ReadPool,
    pub writer: Writer,
    pub clock: Arc<dyn Clock>,
    pub bytes_max: u64,
    pub cache_max: i64,
}

/// Fetches pictures of profiles, each before the profile shows it.
pub(super) struct Portraits(pub(super) Common);

impl Portraits {
    /// The picture of somebody's profile, by the word of their server.
    pub async fn fetch(&self, user: &UserId, hash: &Hash) -> Result<()> {
        let (author, portrait) = (user.server(), Some(user.clone()));
        let sources = vec![author.clone()];
        let path = format!("/files/{hash}?user={}", encode(user.as_str()));
        let common = self.0.clone();
        Fetch { common, hash: hash.clone(), path, author, sources, portrait }.run().await
    }
}

/// One file, and who is asked for it.
pub(super) struct Fetch {
    pub common: Common,
    pub hash: Hash,
    /// What is asked for, with what it is for.
    pub path: String,
    /// Whose word it is that the file is theirs to send.
    pub author: ServerName,
    pub sources: Vec<ServerName>,
    /// Whose profile the file is for, if it is.
    pub portrait: Option<UserId>,
}

impl Fetch {
    pub async fn run(&self) -> Result<()> {
        let turn = self.common.files.flights.turn(&self.author, self.portrait.is_some());
        let Ok(Some(_turn)) = tokio::time::timeout(PATIENCE, turn).await else { return Err(Error::Busy) };
        if self.common.bytes_max == 0 {
            return Err(Error::invalid("too_large", "", "This server fetches no files from others."));
        }
        if self.portrait.is_none()
            && self.is_known_to_author().await?
            && self.common.files.store.has(&self.hash).await?
        {
            return self.keep(None, None).await;
        }
        let id = random_text::<16>();
        let fetched = self.download(&id).await;
        let kept = match fetched {
            Ok((row, server)) => self.keep(Some((&id, row)), Some(server)).await,
            Err(error) => Err(error),
        };
        self.common.files.parts.delete(&id).await;
        kept
    }

    /// FILE-6: the bytes are here already, and people of the author's server may have them.
    async fn is_known_to_author(&self) -> Result<bool> {
        let (author, key) = (self.author.clone(), self.hash.as_str().to_owned());
        self.common
            .reads
            .read(move |conn| Ok(files::get(conn, &key)?.is_some() && may_have(conn, &author, &key)?))
            .await
    }

    /// Asks one server after the other, until the bytes are here.
    async fn download(&self, id: &str) -> Result<(FileRow, ServerName)> {
        let mut part = self.common.files.parts.create(id).await?;
        let mut worst: Option<Error> = None;
        for server in &self.sources {
            part.cut(0).await?;
            match self.from(server, part).await? {
                (whole, Ok(())) => {
                    whole.keep().await?;
                    let whole = self.common.files.parts.examine(id).await?;
                    // FILE-7: the hash decides, whoever sent the bytes.
                    if whole.hash == self.hash {
                        self.common.files.examine(id).await?;
                        let row = describe(&self.common.files, &whole, id, self.common.clock.now()).await;
                        return Ok((row, server.clone()));
                    }
                    tracing::warn!(%server, hash = %self.hash, "a server gave other bytes than the file's");
                    let why = "what it gave are not the bytes of the file".to_owned();
                    worst = Some(PeerError::Nonsense(server.clone(), why).into());
                    part = self.common.files.parts.go_on(id).await?.ok_or(Error::NotFound(Missing::File))?;
                }
                (again, Err(error)) => {
                    part = again;
                    tracing::debug!(%server, %error, hash = %self.hash, "a file could not be had");
                    let none = matches!(&error, Error::Peer(PeerError::Problem { status: 404, .. }));
                    // One server's word that the file is too large counts where no other says anything else.
                    if !none && matches!(worst, None | Some(Error::Invalid { .. })) {
                        worst = Some(error);
                    }
                }
            }
        }
        drop(part);
        Err(worst.unwrap_or(Error::NotFound(Missing::File)))
    }

    /// Fills the part from one server, going on where it broke off. What comes beside the part is why this server does
    /// not give the file: others may.
    async fn from(&self, server: &ServerName, mut part: Part) -> Result<(Part, Result<()>)> {
        let seconds = self.common.bytes_max / BYTES_PER_SECOND_MIN;
        let end = tokio::time::Instant::now() + FETCH_DEADLINE + Duration::from_secs(seconds);
        let mut breaks = 0;
        loop {
            let (begun, before) = (tokio::time::Instant::now(), part.length());
            let went = tokio::time::timeout_at(end, self.stretch(server, &mut part)).await;
            let slow = || Err(PeerError::Unreachable(server.clone(), "it took too long".to_owned()).into());
            let outcome = match went {
                Ok(outcome) => outcome?,
                Err(_) => return Ok((part, slow())),
            };
            match outcome {
                Err(error)
                    if matches!(error, Error::Peer(PeerError::Unreachable(..))) && part.length() > 0 =>
                {
                    breaks += 1;
                    let brought = part.length().saturating_sub(before);
                    let is_slow = begun.elapsed() >= PACE_WINDOW && brought < PACE_BYTES_MIN;
                    if is_slow || breaks > BREAKS_MAX {
                        return Ok((part, Err(error)));
                    }
                }
                outcome => return Ok((part, outcome)),
            }
        }
    }

    /// One request: everything from what is there on.
    async fn stretch(&self, server: &ServerName, part: &mut Part) -> Result<Result<()>> {
        let mut answer = match self.common.peers.file(server, &self.path, part.length()).await {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(error.into())),
        };
        let nonsense = |what: String| Ok(Err(PeerError::Nonsense(server.clone(), what).into()));
        let unreachable = |why: &str| Ok(Err(PeerError::Unreachable(server.clone(), why.to_owned()).into()));
        if answer.size > self.common.bytes_max {
            let most = self.common.bytes_max;
            let detail = format!("This server takes at most {most} bytes a file.");
            return Ok(Err(Error::invalid("too_large", "", detail)));
        }
        if answer.from != part.length() {
            if answer.from != 0 {
                return nonsense("it gave another range than was asked for".to_owned());
            }
            part.cut(0).await?;
        }
        let (mut window, mut before) = (tokio::time::Instant::now(), part.length());
        loop {
            let piece = match tokio::time::timeout(SILENCE_MAX, answer.bytes.next()).await {
                Err(_) => return unreachable("it went silent"),
                Ok(None) => break,
                Ok(Some(Err(error))) => return Ok(Err(error.into())),
                Ok(Some(Ok(piece))) => piece,
            };
            if part.length() + piece.len() as u64 > answer.size {
                return nonsense(format!("it sent more than {} bytes", answer.size));
            }
            part.write(&piece).await?;
            if window.elapsed() >= PACE_WINDOW {
                if part.length() - before < PACE_BYTES_MIN && part.length() < answer.size {
                    return unreachable("it sends too slowly");
                }
                (window, before) = (tokio::time::Instant::now(), part.length());
            }
        }
        match part.length() == answer.size {
            true => Ok(Ok(())),
            false => unreachable("it broke off"),
        }
    }

    /// Puts the bytes into the store and the file into the database, unless nothing wants it any more.
    async fn keep(&self, part: Option<(&str, FileRow)>, from: Option<ServerName>) -> Result<()> {
        if self.portrait.is_some()
            && part.as_ref().is_some_and(|(_, row)| row.width.is_none() || !kind::is_shown(&row.media_type))
        {
            return Err(Error::NotFound(Missing::Picture));
        }
        let _lock = self.common.files.lock(&self.hash).await;
        let row = match part {
            Some((id, row)) => {
                let files = &self.common.files;
                if files.begin_bytes(&self.common.writer, &self.hash, |_| Ok(())).await? {
                    files.store.put(&self.hash, &files.parts.path(id)).await?;
                }
                Some(row)
            }
            None => None,
        };
        let (key, portrait, cache_max) =
            (self.hash.as_str().to_owned(), self.portrait.clone(), self.common.cache_max);
        let (author, now) = (self.author.clone(), self.common.clock.now());
        self.common
            .writer
            .other(self.hash.as_str(), move |work| {
                if let Some(row) = &row {
                    put_row(work.conn, row)?;
                }
                let servers: Vec<&str> = [&author].into_iter().chain(&from).map(ServerName::as_str).collect();
                copies::mark_shown(work.conn, &key, &servers)?;
                if let Some(user) = &portrait {
                    show_portrait(work, user, &key)?;
                }
                // Whoever wanted it may have been deleted meanwhile.
                files::drop_unneeded(work.conn, &key)?;
                copies::touch(work.conn, &key, now)?;
                evict(work.conn, &key, cache_max)
            })
            .await?;
        self.common.files.doomed.notify_one();
        Ok(())
    }
}

/// FILE-9: copies that were not looked at for longest go, until the others have room.
fn evict(conn: &mut Conn, but: &str, cache_max: i64) -> Result<()> {
    let mut total = copies::total(conn)?;
    while total > cache_max {
        let oldest = copies::oldest(conn, but, EVICT_MAX)?;
        if oldest.is_empty() {
            return Ok(());
        }
        for (hash, size) in oldest {
            if total <= cache_max {
                return Ok(());
            }
            files::lock(conn, &hash)?;
            // Before it was locked somebody here may have come to need it: it is no copy any more.
            if copies::used_ts(conn, &hash)?.is_some() {
                files::remove(conn, &hash)?;
            }
            total -= size;
        }
    }
    Ok(())
}

/// The picture is here: the profile shows it from now on.
fn show_portrait(work: &mut Work<'_>, user: &UserId, hash: &str) -> Result<()> {
    let Some(row) = users::by_id(work.conn, user.as_str())? else { return Ok(()) };
    files::set_avatar(work.conn, row.num, Some(hash))?;
    if let Some(old) = row.avatar.filter(|old| old != hash) {
        files::drop_unneeded(work.conn, &old)?;
    }
    tell_profile(work, row.num)
}

fn tell_profile(work: &mut Work<'_>, num: i64) -> Result<()> {
    if let Some(row) = users::by_num(work.conn, num)? {
        accounts::tell_profile(work, num, show::user(&row));
    }
    Ok(())
}

/// A profile shows no picture any more.
pub(super) fn drop_portrait(work: &mut Work<'_>, num: i64, old: &str) -> Result<()> {
    files::set_avatar(work.conn, num, None)?;
    files::drop_unneeded(work.conn, old)?;
    Ok(())
}
