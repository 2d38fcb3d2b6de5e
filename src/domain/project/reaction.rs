//! Reactions. What the log allows twice (the same emoji by the same person) counts once.

use super::At;
use super::message::{as_it_stands, lost};
use crate::domain::Error;
use crate::domain::content::{self, ReactionContent};
use crate::domain::effect::{Change, Restated};
use crate::domain::writer::Work;
use crate::storage::entries;
use crate::storage::messages::{self, ReactionRow};

/// None where the body is not for this server to have, and where the message is gone that the rules don't know to be.
pub(super) fn added(work: &mut Work<'_>, at: &At<'_>) -> Result<Option<Change>, Error> {
    let target = at.target.ok_or_else(|| lost("a reaction"))?;
    let Some(ReactionContent { emoji }) = content::read(at.content) else { return Ok(None) };
    let message = messages::get(work.conn, at.channel, target)?.ok_or_else(|| lost("a reaction"))?;
    if message.deleted {
        entries::delete_bodies(work.conn, at.channel, &[at.seq])?;
        return Ok(None);
    }
    if messages::reaction(work.conn, at.channel, target, &emoji, at.sender.num)?.is_none() {
        let row = ReactionRow {
            channel: at.channel,
            message_seq: target,
            emoji: emoji.clone(),
            user_num: at.sender.num,
            seq: at.seq,
            event_id: at.id.as_str().to_owned(),
        };
        messages::add_reaction(work.conn, &row)?;
    }
    let count = messages::count_reactions(work.conn, at.channel, target, &emoji)?;
    Ok(Some(Change::ReactionAdded {
        message: message.id,
        emoji,
        user: at.sender.id.as_str().to_owned(),
        count,
    }))
}

/// The body of a reaction came after its entry.
pub(super) fn late(work: &mut Work<'_>, at: &At<'_>) -> Result<Option<Restated>, Error> {
    let Some(target) = at.target else { return Ok(None) };
    let message = messages::get(work.conn, at.channel, target)?;
    if message.is_none_or(|message| message.deleted) || added(work, at)?.is_none() {
        return Ok(None);
    }
    as_it_stands(work, at.channel, target).map(Some)
}
