//! The same message again, by its nonce.

use super::content::{self, MessageContent};
use super::messages::{NewMessage, by_id};
use super::pending::pending_message;
use super::view::Message;
use super::writer::Work;
use super::{Actor, Conflict, Error, Result, show};
use crate::protocol::ids::ChannelId;
use crate::storage::entries::EntryRow;
use crate::storage::{ChannelNum, Conn, entries, messages, pending};

/// The message of this nonce that waits for the channel's host, if there is one.
pub(super) fn waiting(
    work: &mut Work<'_>,
    channel: ChannelNum,
    actor: &Actor,
    new: &NewMessage,
) -> Result<Option<Message>> {
    if work.is_host(channel)? {
        return Ok(None);
    }
    let Some(row) = pending::by_nonce(work.conn, channel, actor.person.num, new.nonce.as_str())? else {
        return Ok(None);
    };
    let content: MessageContent = row.body.as_deref().and_then(content::read_body).unwrap_or_default();
    if content.text != new.text {
        return Err(Error::Conflict(Conflict::NonceReused));
    }
    let id = work.lane.open(work.conn, channel)?.id.clone();
    let relates = (new.reply_to.as_ref(), new.thread.as_ref());
    let about = (row.event_id.as_str(), row.created_ts, row.nonce.as_str());
    Ok(Some(pending_message(&id, &actor.person.id, about, relates, content)))
}

/// The same nonce again: the message of then, if it is the same message.
pub(super) fn again(
    conn: &mut Conn,
    actor: &Actor,
    channel: &ChannelId,
    entry: &EntryRow,
    new: &NewMessage,
) -> Result<Message> {
    let reused = Error::Conflict(Conflict::NonceReused);
    let Some(row) = messages::get(conn, entry.channel, entry.seq)? else { return Err(reused) };
    // A deleted text can't be compared any more.
    if let Some(body) = entries::body(conn, entry.channel, entry.seq)? {
        let content: MessageContent = content::read_body(&body).unwrap_or_default();
        let same_reply = row.reply_to.as_deref() == new.reply_to.as_ref().map(AsRef::as_ref);
        let carried = content.attachments.iter().map(|file| (&*file.hash, &file.name, &file.description));
        let same_files = carried
            .eq(new.attachments.iter().map(|file| (file.file.as_str(), &file.name, &file.description)));
        if content.text != new.text
            || !same_files
            || !same_reply
            || row.thread != thread_of(conn, entry.channel, new)?
        {
            return Err(reused);
        }
    }
    let rows = messages::by_seqs(conn, entry.channel, &[entry.seq])?;
    let shown = show::messages(conn, entry.channel, channel.as_str(), rows, Some(actor.person.num))?;
    shown.into_iter().next().ok_or(reused)
}

/// The first message of the thread that this is to stand in.
fn thread_of(conn: &mut Conn, channel: ChannelNum, new: &NewMessage) -> Result<Option<String>> {
    let Some(id) = &new.thread else { return Ok(None) };
    let row = by_id(conn, channel, id)?;
    Ok(Some(row.and_then(|row| row.thread).unwrap_or_else(|| id.as_str().to_owned())))
}
