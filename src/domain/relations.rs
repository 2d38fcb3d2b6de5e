//! What a message is about: the thread that it stands in, or the message that it answers.

use super::messages::NewMessage;
use super::writer::Work;
use super::{Actor, Error, Result};
use crate::protocol::Seq;
use crate::protocol::event::{Rel, Relates};
use crate::protocol::ids::EventId;
use crate::protocol::rules::HistoryPolicy;
use crate::storage::messages::MessageRow;
use crate::storage::{ChannelNum, entries, messages};

/// A thread's first message, or the one that is answered.
pub(super) fn relation(
    work: &mut Work<'_>,
    channel: ChannelNum,
    actor: &Actor,
    new: &NewMessage,
) -> Result<Option<Relates>> {
    if let Some(id) = &new.reply_to {
        let row = existing(work, channel, actor, id, "/reply_to")?;
        if row.deleted {
            return Err(no_reference("/reply_to"));
        }
    }
    if let Some(id) = &new.thread {
        let row = existing(work, channel, actor, id, "/thread")?;
        // A thread outlives its first message; none begins with one that is gone.
        if row.deleted && row.thread.is_none() && row.thread_count == 0 {
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

/// A message that this one is about, and that its author may read; of a thread, its beginning too.
fn existing(
    work: &mut Work<'_>,
    channel: ChannelNum,
    actor: &Actor,
    id: &EventId,
    pointer: &'static str,
) -> Result<MessageRow> {
    let missing = || no_reference(pointer);
    let entry = entries::by_event(work.conn, channel, id.as_str())?.ok_or_else(missing)?;
    let row = messages::get(work.conn, channel, entry.seq)?.ok_or_else(missing)?;
    let state = work.lane.open(work.conn, channel)?.state_of(work.conn, &[&actor.person.id])?;
    let member = state.members.get(&actor.person.id);
    let first = match state.policy.history {
        HistoryPolicy::All => 0,
        HistoryPolicy::SinceJoin => member.and_then(|member| member.joined).unwrap_or(Seq::MAX),
    };
    let from = row.thread_seq.filter(|_| pointer == "/thread").unwrap_or(row.seq);
    if from < first { Err(missing()) } else { Ok(row) }
}
