//! Files that were shared in a channel, as its messages carry them now.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::content::MessageContent;
use super::seat::Seat;
use super::view::{Attachment, Imported, Message};
use super::{Actor, Domain, Error, Page, Result, cut, show};
use crate::protocol::ids::ChannelId;
use crate::protocol::{Seq, Ts};
use crate::storage::messages::{self, MessageRow};
use crate::storage::{Conn, shared};

pub const SHARED_PAGE_MAX: i64 = 100;

/// What a file is, by its media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    Image,
    Video,
    Audio,
    Other,
}

impl FileKind {
    fn of(file: &Attachment) -> FileKind {
        match file.media_type.split_once('/') {
            Some(("image", _)) => FileKind::Image,
            Some(("video", _)) => FileKind::Video,
            Some(("audio", _)) => FileKind::Audio,
            _ => FileKind::Other,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            FileKind::Image => "image",
            FileKind::Video => "video",
            FileKind::Audio => "audio",
            FileKind::Other => "other",
        }
    }
}

/// A file, and the message that carries it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SharedFile {
    /// The message's id.
    pub message: String,
    pub seq: Seq,
    /// `@name:server`
    pub sender: String,
    pub ts: Ts,
    /// The first message of the thread that the message stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub thread: Option<String>,
    /// The message was said elsewhere, and brought here by its sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub imported: Option<Imported>,
    pub attachment: Attachment,
}

/// A message, and the place of a file among those that it carries.
pub type FilePlace = (Seq, i64);

impl Domain {
    /// Files of messages that the person may read, those of the newest message first and those of one message in its order,
    /// after the place `after`; and where to go on.
    ///
    /// # Errors
    /// `channel_not_found`, `not_member`; `replaying` while the log is on its way here
    pub async fn shared_files(
        &self,
        actor: &Actor,
        channel: ChannelId,
        kind: Option<FileKind>,
        after: Option<FilePlace>,
        limit: i64,
    ) -> Result<Page<SharedFile, FilePlace>> {
        let user = actor.person.num;
        self.reads
            .read(move |conn| {
                let seat = Seat::joined(conn, user, &channel)?;
                if seat.lacks().is_some() {
                    return Err(Error::Replaying);
                }
                let files = page(conn, &seat, kind, after, limit + 1)?;
                let (files, next) = cut(files, limit, |(place, _)| *place);
                Ok((files.into_iter().map(|(_, file)| file).collect(), next))
            })
            .await
    }
}

/// So many files, if there are so many.
fn page(
    conn: &mut Conn,
    seat: &Seat,
    kind: Option<FileKind>,
    after: Option<FilePlace>,
    wanted: i64,
) -> Result<Vec<(FilePlace, SharedFile)>> {
    let (num, first) = (seat.channel.num, seat.first_readable()?);
    let is_wanted = |(place, file): &(FilePlace, SharedFile)| {
        let is_after = after.is_none_or(|(seq, n)| place.0 < seq || (place.0 == seq && place.1 > n));
        is_after && kind.is_none_or(|kind| FileKind::of(&file.attachment) == kind)
    };
    let listed = kind.map_or(shared::ANY, FileKind::as_str);
    let most = usize::try_from(wanted).unwrap_or(0);
    let mut last = after.map_or(seat.head(), |(seq, _)| seq);
    let mut found = Vec::new();
    // Once, or twice where the page begins in the midst of a message.
    while found.len() < most {
        let seqs = shared::page(conn, num, listed, (first, last), wanted)?;
        let Some(oldest) = seqs.last() else { break };
        last = oldest - 1;
        let rows = messages::by_seqs(conn, num, &seqs)?;
        let shown = show::messages(conn, num, &seat.channel.id, rows, None)?;
        found.extend(shown.into_iter().rev().flat_map(files_of).filter(is_wanted));
    }
    Ok(found)
}

fn files_of(message: Message) -> impl Iterator<Item = (FilePlace, SharedFile)> {
    let Message { id, seq, sender, ts, thread, imported, attachments, .. } = message;
    (0..).zip(attachments).map(move |(n, attachment)| {
        let (id, sender, thread, imported) = (id.clone(), sender.clone(), thread.clone(), imported.clone());
        ((seq, n), SharedFile { message: id, seq, sender, ts, thread, imported, attachment })
    })
}

/// The kinds of what a message carries, each once; none where it carries nothing.
fn kinds(content: &MessageContent) -> Vec<&'static str> {
    let mut kinds: Vec<_> = content.attachments.iter().map(|file| FileKind::of(file).as_str()).collect();
    if !kinds.is_empty() {
        kinds.push(shared::ANY);
    }
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// A message carries what its content names from now on.
pub(super) fn carried(conn: &mut Conn, row: &MessageRow, content: &MessageContent) -> Result<()> {
    Ok(shared::add(conn, row.channel, row.seq, &kinds(content))?)
}

/// A message does not carry what its content named any more.
pub(super) fn withdrawn(conn: &mut Conn, row: &MessageRow, content: &MessageContent) -> Result<()> {
    match kinds(content).as_slice() {
        [] => Ok(()),
        kinds => Ok(shared::delete(conn, row.channel, row.seq, kinds)?),
    }
}
