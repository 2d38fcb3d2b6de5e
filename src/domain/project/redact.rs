//! Deletion by an entry: what it names goes, and the log stays whole.

use super::forget::ALL;
use super::message::{as_it_stands, found, lost};
use super::{At, channel, forget};
use crate::domain::Error;
use crate::domain::content::{self, MessageContent};
use crate::domain::effect::Change;
use crate::domain::show;
use crate::domain::writer::Work;
use crate::protocol::Seq;
use crate::protocol::event::EventType;
use crate::storage::entries::{self, EntryRow};
use crate::storage::messages;

/// None when what was redacted is nothing that clients see.
pub(super) fn redacted(work: &mut Work<'_>, at: &At<'_>) -> Result<Option<Change>, Error> {
    let target = at.target.ok_or_else(|| lost("a redaction"))?;
    let entry = entries::by_seq(work.conn, at.channel, target)?.ok_or_else(|| lost("a redaction"))?;
    match entry.kind.parse() {
        Ok(EventType::Message) => message(work, at, target).map(Some),
        Ok(EventType::Reaction) => reaction(work, at, target),
        Ok(EventType::Edit) => edit(work, at, &entry),
        Ok(EventType::ChannelName | EventType::ChannelTopic | EventType::ChannelAvatar) => {
            let info = channel::withdraw(work, at, &entry)?;
            delete(work, at, target)?;
            Ok(info.map(Change::ChannelUpdated))
        }
        _ => delete(work, at, target).map(|()| None),
    }
}

fn delete(work: &mut Work<'_>, at: &At<'_>, target: Seq) -> Result<(), Error> {
    entries::delete_bodies(work.conn, at.channel, &[target])?;
    Ok(entries::set_redacted(work.conn, at.channel, &[target], at.seq)?)
}

/// The message says what it said before that edit.
fn edit(work: &mut Work<'_>, at: &At<'_>, entry: &EntryRow) -> Result<Option<Change>, Error> {
    let row = match entry.target_seq {
        Some(message) => messages::get(work.conn, at.channel, message)?,
        None => None,
    };
    let shown = row.filter(|row| !row.deleted && row.body_seq == entry.seq);
    if let Some(row) = &shown {
        forget::words(work, row)?;
    }
    delete(work, at, entry.seq)?;
    messages::delete_edit(work.conn, at.channel, entry.seq)?;
    let Some(row) = shown else { return Ok(None) };
    let before = messages::edits_of(work.conn, at.channel, row.seq, ALL)?.pop();
    let body_seq = before.map_or(row.seq, |(seq, _)| seq);
    messages::set_edited(work.conn, at.channel, row.seq, body_seq, before.map(|(_, ts)| ts))?;
    let body = entries::body(work.conn, at.channel, body_seq)?;
    let content: MessageContent = body.as_deref().and_then(content::read_body).unwrap_or_default();
    found(work, &row, &content)?;
    Ok(Some(Change::MessageEdited(as_it_stands(work, at.channel, row.seq)?)))
}

fn message(work: &mut Work<'_>, at: &At<'_>, target: Seq) -> Result<Change, Error> {
    let message = messages::get(work.conn, at.channel, target)?.ok_or_else(|| lost("a redaction"))?;
    let edits = messages::edits_of(work.conn, at.channel, target, ALL)?;
    let gone: Vec<Seq> = std::iter::once(target).chain(edits.into_iter().map(|(seq, _)| seq)).collect();
    entries::set_redacted(work.conn, at.channel, &gone, at.seq)?;
    // What was kept long enough is gone already.
    if !message.deleted {
        forget::message(work, &message)?;
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
