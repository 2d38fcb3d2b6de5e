//! What a message is about: the thread that it stands in, or the message that it answers.

use super::messages::{NewMessage, entitled, readable};
use super::seat::Seat;
use super::writer::Work;
use super::{Actor, Error, Result};
use crate::protocol::event::{Rel, Relates};
use crate::protocol::ids::ChannelId;

/// A thread's first message, or the one that is answered.
pub(super) fn relation(
    work: &mut Work<'_>,
    channel: &ChannelId,
    actor: &Actor,
    new: &NewMessage,
) -> Result<Option<Relates>> {
    if new.reply_to.is_none() && new.thread.is_none() {
        return Ok(None);
    }
    let seat = Seat::find(work.conn, actor.person.num, channel)?;
    if let Some(id) = &new.reply_to {
        // One that is deleted may be answered (AUTH-43): somebody was writing when it went.
        readable(work.conn, &seat, id).map_err(|error| referring("/reply_to", error))?;
    }
    if let Some(id) = &new.thread {
        let row = entitled(work.conn, &seat, id).map_err(|error| referring("/thread", error))?;
        // A thread outlives its first message; none begins with one that is gone. All of it is hidden from whom its
        // beginning is.
        let is_over = row.deleted && row.thread.is_none() && row.thread_count == 0;
        if is_over {
            let detail = "That message was deleted: no thread begins with it.";
            return Err(Error::invalid("bad_reference", "/thread", detail));
        }
        let first = seat.first_entitled()?;
        if row.thread_seq.is_some_and(|root| root < first) {
            return Err(no_reference("/thread"));
        }
        // A reply in a thread stands for its thread: threads do not nest.
        let root = row.thread.and_then(|root| root.parse().ok()).unwrap_or_else(|| id.clone());
        return Ok(Some(Relates { rel: Rel::Thread, to: root }));
    }
    Ok(answered(new))
}

/// The relation of a message outside of threads.
pub(super) fn answered(new: &NewMessage) -> Option<Relates> {
    new.reply_to.clone().map(|to| Relates { rel: Rel::Reply, to })
}

fn no_reference(pointer: &'static str) -> Error {
    Error::invalid("bad_reference", pointer, "There is no such message in this channel.")
}

/// As what is said of a message that this one is to be about.
fn referring(pointer: &'static str, error: Error) -> Error {
    match error {
        Error::NotFound(_) => no_reference(pointer),
        other => other,
    }
}
