//! Files: who may have which, what messages carry, and when bytes go.
//!
//! A file stays for as long as something needs it: a message that carries it, now or once it is sent, its uploader (for a day, until
//! a message carries it), or somebody's profile. The transaction that takes the last of these away deletes
//! the file's row and notes that its bytes are to go; the bytes go after the commit, and the note after the
//! bytes, so that neither a crash nor a failing store leaves bytes behind.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use futures_util::StreamExt;
use tokio::sync::Notify;

use super::accounts::{self, is_unseen};
use super::clock::random_text;
use super::content::{self, MessageContent};
use super::remote::files::{Away, Flights};
use super::seat::{Seat, first_shown};
use super::turns::Turns;
use super::uploads::{Uploading, describe};
use super::view::Attachment;
use super::writer::{Work, Writer};
use super::{Conflict, Domain, Error, Missing, Result};
use crate::files::{Hash, Parts, Scan, Store, Verdict};
use crate::protocol::Ts;
use crate::storage::files::{self, FileRow};
use crate::storage::{
    ChannelNum, Conn, UserNum, channels, copies, members, pending, refusals, reports, scheduled,
};

/// How many files one message carries.
pub const ATTACHMENTS_MAX: usize = 10;
pub const FILE_NAME_CHARS_MAX: usize = 200;
/// How long what somebody says of a file in a message may be.
pub const DESCRIPTION_CHARS_MAX: usize = 1_000;
/// How long an upload stays that no message carries, and one that is not complete.
pub const UNUSED_MS: i64 = 24 * 3_600_000;
/// A part that nobody writes to for so long, and that belongs to no upload, is of an upload that broke off.
const BROKEN_OFF_MS: i64 = 3_600_000;
/// How many files are deleted, or uploads forgotten, at a time.
const SWEEP_MAX: i64 = 200;
const LOCKS: usize = 64;
/// How many channels with one and the same picture are looked at.
const PICTURED_MAX: i64 = 100;

/// What is needed to keep files, beside the database.
pub struct Files {
    pub store: Store,
    pub parts: Parts,
    /// Bytes of one file come and go one after the other.
    locks: Vec<tokio::sync::Mutex<()>>,
    /// Pictures that are decoded: each takes much memory.
    pub(super) pictures: Arc<Turns>,
    pub(super) scan: Scan,
    /// There is something to delete.
    pub doomed: Arc<Notify>,
    /// Files of other servers that are on their way.
    pub(super) flights: Flights,
    pub(super) busy: Mutex<Busy>,
}

/// What is under way.
#[derive(Default)]
pub(super) struct Busy {
    pub uploading: HashMap<UserNum, Uploading>,
    pub appending: HashSet<String>,
}

impl Files {
    pub fn new(store: Store, parts: Parts, scan: Scan) -> Files {
        Files {
            store,
            parts,
            locks: (0..LOCKS).map(|_| tokio::sync::Mutex::new(())).collect(),
            pictures: Arc::default(),
            scan,
            doomed: Arc::default(),
            flights: Flights::default(),
            busy: Mutex::default(),
        }
    }

    pub(super) async fn lock(&self, hash: &Hash) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        let mut hasher = DefaultHasher::new();
        hash.hash(&mut hasher);
        let number = usize::try_from(hasher.finish() % LOCKS as u64).unwrap_or(0);
        match self.locks.get(number) {
            Some(lock) => Some(lock.lock().await),
            None => None,
        }
    }

    /// Notes of a file, before its bytes come, that they are to go: a crash leaves none behind. Under [`Files::lock`], which
    /// is held until [`put_row`] is committed. True if they have to come; `may` says whether they may.
    pub(super) async fn begin_bytes(
        &self,
        writer: &Writer,
        hash: &Hash,
        may: impl FnOnce(&mut Work<'_>) -> Result<()> + Send + 'static,
    ) -> Result<bool> {
        let key = hash.as_str().to_owned();
        let known = writer
            .other(hash.as_str(), move |work| {
                may(work)?;
                let known = files::get(work.conn, &key)?.is_some();
                if !known {
                    files::note_removal(work.conn, &key)?;
                }
                Ok(known)
            })
            .await?;
        // After a disaster a file may be known whose bytes are gone.
        Ok(!known || !self.store.has(hash).await?)
    }

    /// Lets a part through that is not infected, as far as anybody can say.
    ///
    /// # Errors
    /// `file_refused`, `scan_failed`
    pub(super) async fn examine(&self, id: &str) -> Result<()> {
        match self.scan.examine(&self.parts.path(id)).await {
            Ok(Verdict::Clean) => Ok(()),
            Ok(Verdict::Infected) => Err(Error::Conflict(Conflict::FileRefused)),
            Err(error) => {
                tracing::error!(%error, "a file could not be examined");
                Err(Error::Conflict(Conflict::ScanFailed))
            }
        }
    }

    pub(super) fn busy(&self) -> MutexGuard<'_, Busy> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file that somebody wants to send: uploaded before, or seen in another message.
#[derive(Debug, Clone)]
pub struct Attach {
    pub file: Hash,
    pub name: String,
    pub description: Option<String>,
}

/// What a message may carry, as the sender gave it.
///
/// # Errors
/// `bad_attachments`
pub(super) fn check(attachments: Vec<Attach>) -> Result<Vec<Attach>> {
    let bad = |detail: &str| Error::invalid("bad_attachments", "/attachments", detail);
    if attachments.len() > ATTACHMENTS_MAX {
        return Err(bad(&format!("at most {ATTACHMENTS_MAX} files")));
    }
    // The same bytes may go under two names.
    let different: HashSet<(&str, &str)> =
        attachments.iter().map(|attach| (attach.file.as_str(), attach.name.as_str())).collect();
    if different.len() < attachments.len() {
        return Err(bad("each file once under the same name"));
    }
    let checked = attachments.into_iter().enumerate().map(|(index, attach)| {
        let name = check_name(&attach.name, "bad_attachments", format!("/attachments/{index}/name"))?;
        let pointer = format!("/attachments/{index}/description");
        let description = attach
            .description
            .map(|text| accounts::check_line(&text, DESCRIPTION_CHARS_MAX, "bad_attachments", pointer))
            .transpose()?
            .filter(|text| !is_unseen(text));
        Ok(Attach { name, description, ..attach })
    });
    checked.collect()
}

/// A name for a file, without anything that a file system or a header could take for something else.
pub fn check_name(name: &str, code: &'static str, pointer: impl Into<Cow<'static, str>>) -> Result<String> {
    let name = name.trim();
    let bad = |detail: String| Error::invalid(code, pointer, detail);
    if name.is_empty() || name.chars().count() > FILE_NAME_CHARS_MAX {
        return Err(bad(format!("must have 1 to {FILE_NAME_CHARS_MAX} characters")));
    }
    if name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\')) || matches!(name, "." | "..") {
        return Err(bad("must not contain a slash or a control character".to_owned()));
    }
    Ok(name.to_owned())
}

pub(super) fn shown(row: &FileRow, name: String) -> Attachment {
    Attachment {
        hash: row.hash.clone(),
        name,
        media_type: row.media_type.clone(),
        size: row.size,
        width: row.width,
        height: row.height,
        description: None,
    }
}

/// The row of a file whose bytes are in the store ([`Files::begin_bytes`]), locked.
pub(super) fn put_row(conn: &mut Conn, row: &FileRow) -> Result<()> {
    files::insert(conn, row)?;
    if files::lock(conn, &row.hash)?.is_none() {
        // It was deleted at this moment; its bytes are still there, because of the lock.
        files::insert(conn, row)?;
    }
    Ok(())
}

/// A file that somebody may have.
pub(super) enum Found {
    Here(FileRow),
    /// Servers have to be asked for it: messages there carry it, each in a channel.
    Away(Vec<Away>),
}

/// The file, if the person may have it: a message that they may read carries it, they uploaded it, or are going to send it, or it is the picture
/// of a profile or of a channel that they may know of, or a report is open for them to look at. That the bytes are here is not enough: somebody on another server can put any hash into a
/// message, so theirs count once their server has shown that it has the bytes.
///
/// # Errors
/// `file_not_found`, whatever the reason.
pub(super) fn find(conn: &mut Conn, user: UserNum, hash: &str) -> Result<Found> {
    let missing = || Error::NotFound(Missing::File);
    let row = files::get(conn, hash)?;
    let mut away = Vec::new();
    if let Some(row) = &row
        && (files::is_owner(conn, hash, user)?
            || scheduled::carries(conn, user, hash)?
            || files::is_avatar(conn, hash)?)
    {
        return Ok(Found::Here(row.clone()));
    }
    for channel in channels::by_avatar(conn, hash, PICTURED_MAX)? {
        let Some(seq) = channel.avatar_seq else { continue };
        let member = members::get(conn, channel.num, user)?;
        let seat = Seat { channel, member };
        if !seat.is_known() {
            continue;
        }
        let standing = copies::standing(conn, seat.channel.num, seq, hash)?;
        match &row {
            Some(row) if standing.is_some_and(|standing| standing != files::CLAIMED) => {
                return Ok(Found::Here(row.clone()));
            }
            _ => away.push(Away { channel: seat.channel.num, seq }),
        }
    }
    for (num, standing, seq) in files::newest_places(conn, hash, user)? {
        let Some(channel) = channels::by_num(conn, num)? else { continue };
        let member = members::get(conn, num, user)?;
        if first_shown(&channel, member.as_ref()).is_none_or(|first| first > seq) {
            continue;
        }
        match &row {
            Some(row) if standing != files::CLAIMED => return Ok(Found::Here(row.clone())),
            Some(_) if standing == files::OWN => {}
            _ => away.push(Away { channel: num, seq }),
        }
    }
    for (num, standing, seq) in reports::places_of_file(conn, user, hash)? {
        match &row {
            Some(row) if standing != files::CLAIMED => return Ok(Found::Here(row.clone())),
            Some(_) if standing == files::OWN => {}
            _ => away.push(Away { channel: num, seq }),
        }
    }
    // In one order, so that those who look at the same time wait for the same fetch.
    away.sort_by_key(|place| (place.channel, place.seq));
    if away.is_empty() { Err(missing()) } else { Ok(Found::Away(away)) }
}

/// As [`find`], of files that are here.
fn readable(conn: &mut Conn, user: UserNum, hash: &str) -> Result<FileRow> {
    match find(conn, user, hash)? {
        Found::Here(row) => Ok(row),
        Found::Away(_) => Err(Error::NotFound(Missing::File)),
    }
}

/// What a message is to carry.
pub(super) fn attachments(conn: &mut Conn, user: UserNum, wanted: Vec<Attach>) -> Result<Vec<Attachment>> {
    // In one order, so that two messages with the same files don't wait for each other.
    let mut hashes: Vec<&str> = wanted.iter().map(|attach| attach.file.as_str()).collect();
    hashes.sort_unstable();
    for hash in hashes {
        files::lock(conn, hash)?;
    }
    let shown = wanted.into_iter().map(|attach| {
        let row = readable(conn, user, attach.file.as_str())?;
        Ok(Attachment { description: attach.description, ..shown(&row, attach.name) })
    });
    shown.collect()
}

/// Notes what a message carries.
pub(super) fn refer(
    conn: &mut Conn,
    channel: ChannelNum,
    seq: i64,
    sender: UserNum,
    content: &MessageContent,
    is_ours: bool,
) -> Result<()> {
    let standing = if is_ours { files::OWN } else { files::CLAIMED };
    for attachment in content.attachments.iter().take(ATTACHMENTS_MAX) {
        // Another server may write anything there.
        if attachment.hash.parse::<Hash>().is_err() {
            continue;
        }
        files::refer(conn, channel, seq, &attachment.hash, sender, standing)?;
        // The database was put back to an earlier state, and the store was not: its bytes are looked for there.
        if is_ours && files::get(conn, &attachment.hash)?.is_none() {
            files::note_removal(conn, &attachment.hash)?;
        }
    }
    Ok(())
}

/// The message carries nothing any more: what nothing else needs is deleted.
pub(super) fn release(work: &mut Work<'_>, channel: ChannelNum, seq: i64) -> Result<()> {
    let mut hashes = files::unrefer(work.conn, channel, seq)?;
    hashes.sort_unstable();
    for hash in hashes {
        files::drop_unneeded(work.conn, &hash)?;
    }
    Ok(())
}

/// Whether a message of the person's names the file that waits for another server, or that one refused: it may be sent
/// however late.
fn waits_with(conn: &mut Conn, user: UserNum, hash: &str) -> Result<bool> {
    Ok(pending::names(conn, user, hash)? || refusals::names(conn, user, hash)?)
}

/// Somebody's message is going to wait for another server: until it stands in the log, its files are theirs, whatever
/// becomes of those by whom they have them.
pub(super) fn hold(conn: &mut Conn, user: UserNum, body: Option<&str>, now: Ts) -> Result<()> {
    let content: Option<MessageContent> = body.and_then(content::read_body);
    let mut hashes: Vec<String> =
        content.unwrap_or_default().attachments.into_iter().map(|file| file.hash).collect();
    hashes.sort_unstable();
    for hash in hashes {
        if files::lock(conn, &hash)?.is_some() {
            files::own(conn, &hash, user, now)?;
        }
    }
    Ok(())
}

/// Everything of a person that no message carries goes.
pub(super) fn forget_person(conn: &mut Conn, user: UserNum, avatar: Option<&str>) -> Result<()> {
    let mut hashes = files::owned_by(conn, user)?;
    for hash in &hashes {
        files::disown(conn, hash, user)?;
    }
    files::delete_uploads_of(conn, user)?;
    files::set_avatar(conn, user, None)?;
    hashes.extend(avatar.map(str::to_owned));
    for hash in hashes {
        files::drop_unneeded(conn, &hash)?;
    }
    Ok(())
}

impl Domain {
    /// Deletes the bytes of files that are gone, and forgets uploads that came to nothing.
    pub async fn sweep_files(&self) -> Result<()> {
        self.forget_unused().await?;
        let mut after = String::new();
        loop {
            let from = after.clone();
            let hashes = self.reads.read(move |conn| files::removals(conn, &from, SWEEP_MAX)).await?;
            let Some(last) = hashes.last().cloned() else { return Ok(()) };
            after = last;
            for hash in hashes {
                // What can't go now is tried again at the next sweep, and is in nobody's way.
                if let Err(error) = self.remove_bytes(hash.clone()).await {
                    tracing::warn!(hash, %error, "the bytes of a file could not be removed");
                }
            }
        }
    }

    async fn remove_bytes(&self, text: String) -> Result<()> {
        let Ok(hash) = text.parse::<Hash>() else { return Ok(()) };
        let _lock = self.files.lock(&hash).await;
        let key = text.clone();
        // It may have been uploaded again meanwhile.
        let kept = self.reads.read(move |conn| files::get(conn, &key)).await?.is_some();
        let kept = kept || self.find_again(&hash).await?;
        if !kept {
            self.files.store.delete(&hash).await?;
        }
        self.writer
            .other(&text.clone(), move |work| {
                // A file that went since it was looked for still has its bytes: the note is for them.
                if kept && files::lock(work.conn, &text)?.is_none() {
                    return Ok(());
                }
                Ok(files::end_removal(work.conn, &text)?)
            })
            .await
    }

    /// Knows a file again that people here have sent, if its bytes are in the store.
    async fn find_again(&self, hash: &Hash) -> Result<bool> {
        let key = hash.as_str().to_owned();
        if !self.reads.read(move |conn| files::is_referred(conn, &key, files::OWN)).await? {
            return Ok(false);
        }
        let Some(mut bytes) = self.files.store.get(hash, None).await? else { return Ok(false) };
        let id = random_text::<16>();
        let mut part = self.files.parts.create(&id).await?;
        while let Some(piece) = bytes.next().await {
            part.write(&piece?).await?;
        }
        part.keep().await?;
        let whole = self.files.parts.examine(&id).await?;
        let row = describe(&self.files, &whole, &id, self.clock.now()).await;
        self.files.parts.delete(&id).await;
        if whole.hash != *hash {
            return Ok(false);
        }
        self.writer.other(hash.as_str(), move |work| put_row(work.conn, &row)).await?;
        Ok(true)
    }

    async fn forget_unused(&self) -> Result<()> {
        let now = self.clock.now();
        let before = now - UNUSED_MS;
        let mut unused = self.reads.read(move |conn| files::owned_before(conn, before, SWEEP_MAX)).await?;
        // In one order, as those who need them take them.
        unused.sort_unstable();
        self.writer
            .other("files", move |work| {
                files::delete_uploads_before(work.conn, before)?;
                for (hash, user) in unused {
                    files::lock(work.conn, &hash)?;
                    if waits_with(work.conn, user, &hash)? {
                        files::own(work.conn, &hash, user, now)?;
                    } else if files::disown_before(work.conn, &hash, user, before)? {
                        files::drop_unneeded(work.conn, &hash)?;
                    }
                }
                Ok(())
            })
            .await?;
        let quiet = u64::try_from(self.clock.now() - BROKEN_OFF_MS).unwrap_or(0);
        for id in self.files.parts.untouched_since(UNIX_EPOCH + Duration::from_millis(quiet)).await? {
            let key = id.clone();
            let upload = self.reads.read(move |conn| files::upload(conn, &key)).await?;
            if upload.is_none_or(|upload| upload.hash.is_some()) {
                self.files.parts.delete(&id).await;
            }
        }
        Ok(())
    }
}
