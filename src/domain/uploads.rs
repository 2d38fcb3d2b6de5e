//! How files come in: at once, or in parts over any time (tus).

use std::fs::File;
use std::io::BufReader;

use super::clock::random_text;
use super::files::{Files, UNUSED_MS, check_name, put_row, shown};
use super::pictures::{AVATAR_BYTES_MAX, WAITING_MAX};
use super::view::Attachment;
use super::writer::Work;
use super::{Actor, Conflict, Domain, Error, Missing, Result};
use crate::files::images::{self, PICTURE_BYTES_MAX};
use crate::files::{Hash, Part, parts, strip};
use crate::protocol::Ts;
use crate::storage::files::{self, FileRow, UploadRow};
use crate::storage::{Conn, UserNum};

/// How many uploads one person has under way in parts, and how many at once.
pub const UPLOADS_MAX: i64 = 20;
pub const UPLOADS_AT_ONCE: usize = 8;

/// Bytes that are coming in.
pub struct Incoming<'a> {
    pub id: String,
    pub part: Part,
    /// The part must not become longer.
    pub most: u64,
    pub name: String,
    /// How many bytes the person may have on their way in; none where they are counted already.
    room: Option<u64>,
    _scrap: Option<Scrap<'a>>,
    slot: Slot<'a>,
}

impl Incoming<'_> {
    /// Adds bytes that came.
    ///
    /// # Errors
    /// `quota_exceeded`, together with what else of the person's is coming in.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(room) = self.room {
            self.slot.count(bytes.len() as u64, room)?;
        }
        Ok(self.part.write(bytes).await?)
    }

    /// All bytes that came, in memory. Of the part nothing stays.
    pub(super) async fn read_back(self) -> Result<Vec<u8>> {
        let Incoming { id, mut part, slot, _scrap, .. } = self;
        part.flush().await?;
        Ok(slot.files.parts.read(&id).await?)
    }
}

/// What one person has coming in at once.
#[derive(Default)]
pub(super) struct Uploading {
    count: usize,
    bytes: u64,
}

/// One of the places that a person has for uploads at once.
struct Slot<'a> {
    files: &'a Files,
    user: UserNum,
    /// What came in through this one.
    bytes: u64,
}

impl Slot<'_> {
    fn count(&mut self, bytes: u64, room: u64) -> Result<()> {
        let mut busy = self.files.busy();
        let theirs = busy.uploading.entry(self.user).or_default();
        if theirs.bytes.saturating_add(bytes) > room {
            return Err(Error::Conflict(Conflict::QuotaExceeded));
        }
        theirs.bytes += bytes;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut busy = self.files.busy();
        if let Some(theirs) = busy.uploading.get_mut(&self.user) {
            theirs.count = theirs.count.saturating_sub(1);
            theirs.bytes = theirs.bytes.saturating_sub(self.bytes);
            if theirs.count == 0 {
                busy.uploading.remove(&self.user);
            }
        }
    }
}

/// Deletes a part however what it is for ends: whoever sends it may be gone at any moment.
struct Scrap<'a> {
    files: &'a Files,
    id: String,
}

impl Drop for Scrap<'_> {
    fn drop(&mut self) {
        self.files.parts.delete_now(&self.id);
    }
}

/// While it lives, nobody else adds to the upload.
struct Appending<'a> {
    files: &'a Files,
    id: String,
}

impl Drop for Appending<'_> {
    fn drop(&mut self) {
        self.files.busy().appending.remove(&self.id);
    }
}

/// An upload in parts, and how far it is.
pub struct Upload {
    pub id: String,
    pub offset: u64,
    pub size: u64,
    pub expires_ts: Ts,
    /// Once it is complete.
    pub hash: Option<String>,
}

/// More bytes for an upload.
pub struct More<'a> {
    pub incoming: Incoming<'a>,
    pub upload: Upload,
    _alone: Appending<'a>,
}

fn bytes(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn check_quota(conn: &mut Conn, user: UserNum, more: i64, quota: u64) -> Result<()> {
    let used = files::used_by(conn, user)?;
    if used.saturating_add(more) > bytes(quota) {
        return Err(Error::Conflict(Conflict::QuotaExceeded));
    }
    Ok(())
}

/// What is kept of a whole part's bytes.
pub(super) async fn describe(files: &Files, whole: &parts::Whole, id: &str, now: Ts) -> FileRow {
    let mut row = FileRow {
        hash: whole.hash.as_str().to_owned(),
        size: bytes(whole.size),
        media_type: whole.media_type.to_owned(),
        width: None,
        height: None,
        created_ts: now,
    };
    if whole.media_type.starts_with("image/") && whole.size <= PICTURE_BYTES_MAX {
        let path = files.parts.path(id);
        let measured = tokio::task::spawn_blocking(move || {
            let file = File::open(path).ok()?;
            images::measure(BufReader::new(file)).ok()
        });
        if let Ok(Some((width, height))) = measured.await {
            (row.width, row.height) = (Some(i64::from(width)), Some(i64::from(height)));
        }
    }
    row
}

impl Domain {
    pub fn file_bytes_max(&self) -> u64 {
        u64::from(self.config.settings.files.max_bytes)
    }

    fn check_size(&self, size: u64) -> Result<()> {
        let most = self.file_bytes_max();
        match size > most {
            true => Err(Error::invalid("too_large", "", format!("at most {most} bytes a file"))),
            false => Ok(()),
        }
    }

    fn slot(&self, user: UserNum) -> Result<Slot<'_>> {
        let mut busy = self.files.busy();
        let theirs = busy.uploading.entry(user).or_default();
        if theirs.count >= UPLOADS_AT_ONCE {
            return Err(Error::Busy);
        }
        theirs.count += 1;
        Ok(Slot { files: &self.files, user, bytes: 0 })
    }

    /// A file begins to come in at once. `size` is what was announced.
    ///
    /// # Errors
    /// `bad_file_name`, `too_large`, `quota_exceeded`, `busy`
    pub async fn begin_file(&self, actor: &Actor, name: &str, size: Option<u64>) -> Result<Incoming<'_>> {
        let name = check_name(name, "bad_file_name", "/name")?;
        self.check_size(size.unwrap_or(0))?;
        let user = actor.person.num;
        let slot = self.slot(user)?;
        let (expected, quota) = (bytes(size.unwrap_or(0)), self.config.settings.files.quota_bytes);
        let used = self.reads.read(move |conn| {
            check_quota(conn, user, expected, quota)?;
            Ok::<_, Error>(files::used_by(conn, user)?)
        });
        let room = quota.saturating_sub(u64::try_from(used.await?).unwrap_or(0));
        let id = random_text::<16>();
        let scrap = Scrap { files: &self.files, id: id.clone() };
        let part = self.files.parts.create(&id).await?;
        let most = self.file_bytes_max();
        Ok(Incoming { id, part, most, name, room: Some(room), _scrap: Some(scrap), slot })
    }

    /// The bytes of a picture begin to come in, of which only the pixels are kept: they count in no quota.
    ///
    /// # Errors
    /// `busy`
    pub async fn begin_picture(&self, actor: &Actor) -> Result<Incoming<'_>> {
        let slot = self.slot(actor.person.num)?;
        let id = random_text::<16>();
        let scrap = Scrap { files: &self.files, id: id.clone() };
        let part = self.files.parts.create(&id).await?;
        let (most, name) = (AVATAR_BYTES_MAX, String::new());
        Ok(Incoming { id, part, most, name, room: None, _scrap: Some(scrap), slot })
    }

    /// The bytes are whole: they become a file that the person may send.
    ///
    /// # Errors
    /// `quota_exceeded`
    pub async fn finish_file(&self, actor: &Actor, incoming: Incoming<'_>) -> Result<Attachment> {
        let Incoming { id, part, name, slot: _slot, _scrap, .. } = incoming;
        part.keep().await?;
        let row = self.adopt(actor.person.num, &id, 0).await;
        self.files.parts.delete(&id).await;
        Ok(shown(&row?, name))
    }

    /// Makes a whole part a file of the person's. `counted` bytes of it count in their quota already.
    async fn adopt(&self, user: UserNum, id: &str, counted: i64) -> Result<FileRow> {
        self.files.examine(id).await?;
        let mut whole = self.files.parts.examine(id).await?;
        if self.config.settings.files.strip_metadata
            && strip::is_known(whole.media_type)
            && whole.size <= PICTURE_BYTES_MAX
            && self.strip(user, id, whole.media_type).await?
        {
            whole = self.files.parts.examine(id).await?;
        }
        let row = describe(&self.files, &whole, id, self.clock.now()).await;
        let path = self.files.parts.path(id);
        self.take(&whole.hash, user, row, counted, async |store| store.put(&whole.hash, &path).await).await
    }

    /// Takes out of a picture what is not pixels. True when there was something.
    async fn strip(&self, user: UserNum, id: &str, media_type: &'static str) -> Result<bool> {
        let turn = self.files.pictures.wait(user, WAITING_MAX).await?;
        let path = self.files.parts.path(id);
        let stripped = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let bytes = std::fs::read(&path)
                .map_err(|error| crate::files::Error::Io { what: "cannot read an upload", error })?;
            strip::strip(bytes, media_type)
        });
        // What can't be read may say anything.
        let refused = || Error::Conflict(Conflict::FileRefused);
        let stripped = match stripped.await.map_err(|_| refused())? {
            Err(crate::files::Error::Picture(_)) => return Err(refused()),
            other => other?,
        };
        let Some(bytes) = stripped else { return Ok(false) };
        let mut part = self.files.parts.go_on(id).await?.ok_or(Error::NotFound(Missing::Upload))?;
        part.cut(0).await?;
        part.write(&bytes).await?;
        part.keep().await?;
        Ok(true)
    }

    /// Puts bytes into the store and the file into the database, such that a crash leaves no bytes without a file.
    pub(super) async fn take(
        &self,
        hash: &Hash,
        user: UserNum,
        row: FileRow,
        counted: i64,
        put: impl AsyncFnOnce(&crate::files::Store) -> std::result::Result<(), crate::files::Error>,
    ) -> Result<FileRow> {
        let _lock = self.files.lock(hash).await;
        let (size, quota) = (row.size, self.config.settings.files.quota_bytes);
        let may = move |work: &mut Work<'_>| check_quota(work.conn, user, size - counted, quota);
        if self.files.begin_bytes(&self.writer, hash, may).await? {
            put(&self.files.store).await?;
        }
        let now = self.clock.now();
        // One person's after one another: of several that come at once some may go beyond what they may have.
        self.writer
            .other(&format!("quota {user}"), move |work| {
                check_quota(work.conn, user, size - counted, quota)?;
                put_row(work.conn, &row)?;
                files::own(work.conn, &row.hash, user, now)?;
                Ok(files::get(work.conn, &row.hash)?.unwrap_or(row))
            })
            .await
    }

    /// An upload in parts begins.
    ///
    /// # Errors
    /// `bad_file_name`, `too_large`, `quota_exceeded`, `too_many_uploads`
    pub async fn begin_upload(&self, actor: &Actor, name: &str, size: u64) -> Result<Upload> {
        let name = check_name(name, "bad_file_name", "/name")?;
        self.check_size(size)?;
        let row = UploadRow {
            id: random_text::<16>(),
            user_num: actor.person.num,
            name,
            size: bytes(size),
            created_ts: self.clock.now(),
            hash: None,
        };
        self.files.parts.create(&row.id).await?.keep().await?;
        let quota = self.config.settings.files.quota_bytes;
        let kept = row.clone();
        let noted = self
            .own(actor, move |work| {
                if files::count_uploads(work.conn, kept.user_num)? >= UPLOADS_MAX {
                    return Err(Error::Conflict(Conflict::TooManyUploads));
                }
                check_quota(work.conn, kept.user_num, kept.size, quota)?;
                Ok(files::add_upload(work.conn, &kept)?)
            })
            .await;
        if let Err(error) = noted {
            self.files.parts.delete(&row.id).await;
            return Err(error);
        }
        if size == 0 {
            self.complete(&row).await?;
        }
        self.upload(actor, &row.id).await
    }

    async fn upload_row(&self, actor: &Actor, id: &str) -> Result<UploadRow> {
        let key = id.to_owned();
        let row = self.reads.read(move |conn| files::upload(conn, &key)).await?;
        let now = self.clock.now();
        row.filter(|row| row.user_num == actor.person.num && row.created_ts + UNUSED_MS > now)
            .ok_or(Error::NotFound(Missing::Upload))
    }

    /// How far an upload of one's own is.
    ///
    /// # Errors
    /// `upload_not_found`
    pub async fn upload(&self, actor: &Actor, id: &str) -> Result<Upload> {
        let row = self.upload_row(actor, id).await?;
        let size = u64::try_from(row.size).unwrap_or(0);
        let offset = match row.hash {
            Some(_) => size,
            None => self.files.parts.length(&row.id).await.ok_or(Error::NotFound(Missing::Upload))?.min(size),
        };
        Ok(Upload { id: row.id, offset, size, expires_ts: row.created_ts + UNUSED_MS, hash: row.hash })
    }

    /// More bytes come for an upload, from `offset` on.
    ///
    /// # Errors
    /// `upload_not_found`, `upload_locked`, `offset_mismatch`, `busy`
    pub async fn go_on(&self, actor: &Actor, id: &str, offset: u64) -> Result<More<'_>> {
        let row = self.upload_row(actor, id).await?;
        if !self.files.busy().appending.insert(row.id.clone()) {
            return Err(Error::Conflict(Conflict::UploadLocked));
        }
        let alone = Appending { files: &self.files, id: row.id.clone() };
        let slot = self.slot(actor.person.num)?;
        let upload = self.upload(actor, id).await?;
        if upload.offset != offset || upload.hash.is_some() {
            return Err(Error::Conflict(Conflict::OffsetMismatch));
        }
        let part = self.files.parts.go_on(id).await?.ok_or(Error::NotFound(Missing::Upload))?;
        let (id, name) = (row.id, row.name);
        let incoming = Incoming { id, part, most: upload.size, name, room: None, _scrap: None, slot };
        Ok(More { incoming, upload, _alone: alone })
    }

    /// The bytes that came are kept; when they are all, they become a file.
    pub async fn pause(&self, actor: &Actor, more: More<'_>) -> Result<Upload> {
        let More { incoming, _alone, .. } = more;
        let Incoming { id, part, slot: _slot, .. } = incoming;
        part.keep().await?;
        let upload = self.upload(actor, &id).await?;
        if upload.offset < upload.size {
            return Ok(upload);
        }
        let row = self.upload_row(actor, &id).await?;
        self.complete(&row).await?;
        self.upload(actor, &id).await
    }

    async fn complete(&self, upload: &UploadRow) -> Result<()> {
        let file = self.adopt(upload.user_num, &upload.id, upload.size).await;
        let id = upload.id.clone();
        if matches!(file, Err(Error::Conflict(Conflict::FileRefused))) {
            // It will never become a file: nothing of it stays.
            let key = id.clone();
            self.writer.other(&upload.id, move |work| Ok(files::delete_upload(work.conn, &key)?)).await?;
            self.files.parts.delete(&upload.id).await;
        }
        let file = file?;
        self.writer
            .other(&upload.id, move |work| Ok(files::set_upload_hash(work.conn, &id, &file.hash)?))
            .await?;
        self.files.parts.delete(&upload.id).await;
        Ok(())
    }

    /// Gives an upload up. What became a file stays one.
    ///
    /// # Errors
    /// `upload_not_found`, `upload_locked`
    pub async fn delete_upload(&self, actor: &Actor, id: &str) -> Result<()> {
        let row = self.upload_row(actor, id).await?;
        if !self.files.busy().appending.insert(row.id.clone()) {
            return Err(Error::Conflict(Conflict::UploadLocked));
        }
        let _alone = Appending { files: &self.files, id: row.id.clone() };
        let key = row.id.clone();
        self.writer.other(&row.id, move |work| Ok(files::delete_upload(work.conn, &key)?)).await?;
        self.files.parts.delete(&row.id).await;
        Ok(())
    }
}
