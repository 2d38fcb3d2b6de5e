//! Small pictures of files, and the pictures of profiles and channels.

use futures_util::TryStreamExt;

use super::accounts::{own, tell_profile};
use super::channels::view_after;
use super::content::{self, AvatarContent};
use super::messages::find_channel;
use super::seat::Seat;
use super::turns::Turn;
use super::uploads::Incoming;
use super::view::{Channel, User};
use super::writer::Draft;
use super::{Actor, Domain, Error, Missing, Result};
use crate::files::images::{self, AVATAR_SIDE, PICTURE_BYTES_MAX, SIZES, Small};
use crate::files::{Hash, kind};
use crate::protocol::event::EventType;
use crate::protocol::ids::ChannelId;
use crate::storage::files::{self, FileRow};
use crate::storage::{UserNum, channels, users};

/// How many small pictures one person waits for at a time: a page of them.
pub(super) const WAITING_MAX: usize = 32;
/// How many pictures of profiles and channels.
const AVATARS_WAITING_MAX: usize = 2;
/// The largest picture that is taken for a profile, in bytes.
pub const AVATAR_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// What somebody wants to be the picture of a profile or a channel.
pub enum Picture<'a> {
    /// Bytes that came in, which [`Domain::begin_picture`] began.
    Bytes(Box<Incoming<'a>>),
    /// A file that they may have.
    File(Hash),
}

impl Domain {
    /// A small picture of a file that the person may have: at most `side` pixels each way.
    ///
    /// # Errors
    /// `file_not_found`, `bad_size`, `no_picture`
    pub async fn thumbnail(&self, actor: &Actor, hash: &Hash, side: u32) -> Result<bytes::Bytes> {
        if !SIZES.contains(&side) {
            return Err(Error::invalid("bad_size", "/size", format!("must be one of {SIZES:?}")));
        }
        let row = self.file(actor, hash).await?;
        if let Some(small) = self.files.store.get_small(hash, side).await? {
            return Ok(small);
        }
        let small = self.shrink(hash, &row, side, (actor.person.num, WAITING_MAX)).await?;
        let bytes = bytes::Bytes::from(small.bytes);
        let _lock = self.files.lock(hash).await;
        let key = hash.as_str().to_owned();
        // Not after the file's own bytes: nobody would delete it.
        if self.reads.read(move |conn| files::get(conn, &key)).await?.is_some() {
            // It is shown all the same, and made anew the next time.
            if let Err(error) = self.files.store.put_small(hash, side, bytes.to_vec()).await {
                tracing::warn!(%error, "a small picture could not be kept");
            }
        }
        Ok(bytes)
    }

    /// `turn` is (whose, how many of theirs may wait).
    async fn shrink(&self, hash: &Hash, row: &FileRow, side: u32, turn: (UserNum, usize)) -> Result<Small> {
        let size = u64::try_from(row.size).unwrap_or(u64::MAX);
        if row.width.is_none() || size > PICTURE_BYTES_MAX {
            return Err(Error::NotFound(Missing::Picture));
        }
        // First the turn, then the bytes: those who wait hold none.
        let turn = self.files.pictures.wait(turn.0, turn.1).await?;
        let mut stream = self.files.store.get(hash, None).await?.ok_or(Error::NotFound(Missing::File))?;
        let mut whole = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        while let Some(piece) = stream.try_next().await? {
            if (whole.len() + piece.len()) as u64 > PICTURE_BYTES_MAX {
                return Err(Error::NotFound(Missing::Picture));
            }
            whole.extend_from_slice(&piece);
        }
        let small = decode(turn, whole, side).await;
        if matches!(small, Err(Error::NotFound(Missing::Picture))) {
            // It would fail again, and cost as much again.
            let key = hash.as_str().to_owned();
            self.writer.other(hash.as_str(), move |work| Ok(files::set_no_picture(work.conn, &key)?)).await?;
        }
        small
    }

    /// Sets the picture of the person's profile.
    ///
    /// # Errors
    /// `file_not_found`, `bad_picture`, `busy`
    pub async fn set_avatar(&self, actor: &Actor, picture: Picture<'_>) -> Result<User> {
        let hash = self.keep_picture(actor, picture).await?;
        self.change_avatar(actor, Some(hash)).await
    }

    /// Sets a channel's picture, for those who may change its name.
    ///
    /// # Errors
    /// `file_not_found`, `bad_picture`, refusals of the channel's rules
    pub async fn set_channel_avatar(
        &self,
        actor: &Actor,
        channel: ChannelId,
        picture: Picture<'_>,
    ) -> Result<Channel> {
        // Whoever may not is told before anything is decoded or kept; the rule itself is looked at when it is said.
        let (user, id) = (actor.person.num, channel.clone());
        self.reads.read(move |conn| Seat::joined(conn, user, &id).map(drop)).await?;
        let hash = self.keep_picture(actor, picture).await?;
        self.change_channel_avatar(actor, channel, Some(hash)).await
    }

    /// Takes a channel's picture away.
    pub async fn delete_channel_avatar(&self, actor: &Actor, channel: ChannelId) -> Result<()> {
        self.change_channel_avatar(actor, channel, None).await.map(drop)
    }

    async fn change_channel_avatar(
        &self,
        actor: &Actor,
        channel: ChannelId,
        hash: Option<String>,
    ) -> Result<Channel> {
        let (actor, key) = (actor.clone(), channel.clone());
        let changed = self
            .change(&key, move |work| {
                let num = find_channel(work, &actor, &channel)?;
                let row = channels::by_num(work.conn, num)?.ok_or(Error::NotFound(Missing::Channel))?;
                if row.avatar != hash {
                    if let Some(hash) = &hash {
                        files::lock(work.conn, hash)?.ok_or(Error::NotFound(Missing::File))?;
                    }
                    let draft = Draft::new(EventType::ChannelAvatar).state("", serde_json::json!({}));
                    let content = content::map(&AvatarContent { avatar: hash.clone() });
                    work.append(num, &actor.person, draft.content(content))?;
                }
                view_after(work, num, actor.person.num)
            })
            .await;
        self.files.doomed.notify_one();
        changed
    }

    /// Keeps pixels only: what a camera wrote into the picture is nobody's business. Answers the hash of what is kept.
    async fn keep_picture(&self, actor: &Actor, picture: Picture<'_>) -> Result<String> {
        use sha2::{Digest, Sha256};
        let user = actor.person.num;
        let small = match picture {
            Picture::Bytes(incoming) => {
                // First the turn, then the bytes: those who wait hold none.
                let turn = self.files.pictures.wait(user, AVATARS_WAITING_MAX).await?;
                decode(turn, incoming.read_back().await?, AVATAR_SIDE).await
            }
            Picture::File(hash) => {
                let row = self.file(actor, &hash).await?;
                self.shrink(&hash, &row, AVATAR_SIDE, (user, AVATARS_WAITING_MAX)).await
            }
        };
        let small = small.map_err(bad_picture)?;
        let hash = Hash::of(&Sha256::digest(&small.bytes).into());
        let size = images::measure(std::io::Cursor::new(&small.bytes))?;
        let row = FileRow {
            hash: hash.as_str().to_owned(),
            size: i64::try_from(small.bytes.len()).unwrap_or(i64::MAX),
            media_type: kind::of(&small.bytes).to_owned(),
            width: Some(i64::from(size.0)),
            height: Some(i64::from(size.1)),
            created_ts: self.clock.now(),
        };
        self.take(&hash, user, row, 0, async |store| store.put_bytes(&hash, small.bytes).await).await?;
        Ok(hash.as_str().to_owned())
    }

    /// Sets or takes away the picture of the person's profile.
    pub async fn change_avatar(&self, actor: &Actor, hash: Option<String>) -> Result<User> {
        let person = actor.person.clone();
        let changed = self
            .own(actor, move |work| {
                let row = users::by_num(work.conn, person.num)?.ok_or(Error::NotFound(Missing::User))?;
                if let Some(hash) = &hash {
                    // Two changes at once: the other one may have let go of it.
                    files::lock(work.conn, hash)?.ok_or(Error::NotFound(Missing::File))?;
                }
                files::set_avatar(work.conn, person.num, hash.as_deref())?;
                if let Some(hash) = &hash {
                    files::disown(work.conn, hash, person.num)?;
                }
                if let Some(old) = row.avatar.filter(|old| Some(old) != hash.as_ref()) {
                    files::drop_unneeded(work.conn, &old)?;
                }
                let user = own(work.conn, person.num)?;
                tell_profile(work, person.num, user.clone());
                Ok(user)
            })
            .await?;
        self.files.doomed.notify_one();
        Ok(changed)
    }
}

/// The turn goes along: decoding goes on after whoever asked for it has gone.
async fn decode(turn: Turn, bytes: Vec<u8>, side: u32) -> Result<Small> {
    let shrunk = tokio::task::spawn_blocking(move || {
        let shrunk = images::shrink(&bytes, side);
        drop(turn);
        shrunk
    });
    let shrunk = shrunk.await.map_err(|error| match error.is_cancelled() {
        true => Error::Busy,
        false => Error::NotFound(Missing::Picture),
    })?;
    shrunk.map_err(|error| match error {
        crate::files::Error::Picture(_) => Error::NotFound(Missing::Picture),
        other => other.into(),
    })
}

fn bad_picture(error: Error) -> Error {
    match error {
        Error::NotFound(Missing::Picture) => Error::invalid(
            "bad_picture",
            "",
            "must be a PNG, JPEG, GIF or WebP picture of at most 64 million pixels",
        ),
        other => other,
    }
}
