//! Deletion that deletes: bodies go, of the message, its edits and the reactions to it; the words leave
//! the index; the log stays whole.

use super::message::{forget_words, lost};
use super::{At, channel};
use crate::domain::Error;
use crate::domain::effect::Change;
use crate::domain::files;
use crate::domain::show;
use crate::domain::threads as domain_threads;
use crate::domain::writer::Work;
use crate::protocol::Seq;
use crate::protocol::event::EventType;
use crate::storage::{entries, members, messages, notifications, threads};

/// None when what was redacted is nothing that clients see.
pub(super) fn redacted(work: &mut Work<'_>, at: &At<'_>) -> Result<Option<Change>, Error> {
    let target = at.target.ok_or_else(|| lost("a redaction"))?;
    let entry = entries::by_seq(work.conn, at.channel, target)?.ok_or_else(|| lost("a redaction"))?;
    match entry.kind.parse() {
        Ok(EventType::Message) => message(work, at, target).map(Some),
        Ok(EventType::Reaction) => reaction(work, at, target),
        _ => {
            entries::delete_bodies(work.conn, at.channel, &[target])?;
            entries::set_redacted(work.conn, at.channel, &[target], at.seq)?;
            Ok(None)
        }
    }
}

fn message(work: &mut Work<'_>, at: &At<'_>, target: Seq) -> Result<Change, Error> {
    let message = messages::get(work.conn, at.channel, target)?.ok_or_else(|| lost("a redaction"))?;
    forget_words(work, &message)?;
    let mut gone = vec![target];
    gone.extend(messages::edits_of(work.conn, at.channel, target)?.into_iter().map(|(seq, _)| seq));
    entries::set_redacted(work.conn, at.channel, &gone, at.seq)?;
    gone.extend(messages::delete_reactions_of(work.conn, at.channel, target)?);
    entries::delete_bodies(work.conn, at.channel, &gone)?;
    files::release(work, at.channel, target)?;
    notifications::delete_for(work.conn, at.channel, target)?;
    messages::set_deleted(work.conn, at.channel, target)?;
    channel::unpin(work, at, &message.id)?;
    members::forget_read(work.conn, at.channel, target, message.sender)?;
    let open = work.lane.open(work.conn, at.channel)?;
    open.position.live_count -= 1;
    open.forget_readers();
    if let Some(root) = message.thread_seq {
        threads::count_live(work.conn, at.channel, root, -1)?;
        threads::forget_read(work.conn, at.channel, root, target, message.sender)?;
        domain_threads::tell_followers(work, at.channel, root)?;
    }
    Ok(Change::MessageDeleted { id: message.id })
}

fn reaction(work: &mut Work<'_>, at: &At<'_>, target: Seq) -> Result<Option<Change>, Error> {
    let row = messages::reaction_at(work.conn, at.channel, target)?;
    entries::delete_bodies(work.conn, at.channel, &[target])?;
    entries::set_redacted(work.conn, at.channel, &[target], at.seq)?;
    let Some(row) = row else { return Ok(None) };
    messages::delete_reaction(work.conn, at.channel, target)?;
    let count = messages::count_reactions(work.conn, at.channel, row.message_seq, &row.emoji)?;
    let message =
        messages::get(work.conn, at.channel, row.message_seq)?.ok_or_else(|| lost("a reaction"))?.id;
    let user = show::user_id(work.conn, row.user_num)?;
    Ok(Some(Change::ReactionRemoved { message, emoji: row.emoji, user, count }))
}
