//! Deletion that deletes: bodies go, of the message, its edits and the reactions to it; the words leave the index, and
//! whatever else was made of them. What remains is that something was said there.

use std::collections::BTreeSet;

use super::channel;
use crate::domain::content::{self, MessageContent};
use crate::domain::search::document;
use crate::domain::shared;
use crate::domain::threads as domain_threads;
use crate::domain::writer::Work;
use crate::domain::{Error, files, reports};
use crate::protocol::Seq;
use crate::storage::messages::MessageRow;
use crate::storage::{ChannelNum, UserNum, entries, members, messages, notifications, search, threads};

/// From the first edit to the last.
pub(super) const ALL: (Seq, i64) = (-1, i64::MAX);

/// What messages of a channel say goes, and no entry says so. Their pins stay where they are gone from here alone: the next
/// list of pins is made of this one, for everybody.
///
/// # Errors
/// Those of the database.
pub fn messages(
    work: &mut Work<'_>,
    num: ChannelNum,
    rows: &[MessageRow],
    only_here: bool,
) -> Result<(), Error> {
    for row in rows {
        one(work, row)?;
        if !only_here {
            channel::unpin(work, num, &row.id)?;
        }
    }
    let gone: Vec<(Seq, UserNum)> = rows.iter().map(|row| (row.seq, row.sender)).collect();
    members::forget_read(work.conn, num, &gone)?;
    work.uncount(num, rows.len())?;
    let threads: BTreeSet<Seq> = rows.iter().filter_map(|row| row.thread_seq).collect();
    threads.into_iter().try_for_each(|root| domain_threads::tell_followers(work, num, root))
}

/// What a message says goes, by an entry that says so.
pub(super) fn message(work: &mut Work<'_>, row: &MessageRow) -> Result<(), Error> {
    one(work, row)?;
    channel::unpin(work, row.channel, &row.id)?;
    members::forget_read(work.conn, row.channel, &[(row.seq, row.sender)])?;
    work.lane.open(work.conn, row.channel)?.position.live_count -= 1;
    row.thread_seq.map_or(Ok(()), |root| domain_threads::tell_followers(work, row.channel, root))
}

/// All but that it counts no more in its channel.
fn one(work: &mut Work<'_>, row: &MessageRow) -> Result<(), Error> {
    let (num, seq) = (row.channel, row.seq);
    words(work, row)?;
    let mut gone = vec![seq];
    gone.extend(messages::edits_of(work.conn, num, seq, ALL)?.into_iter().map(|(seq, _)| seq));
    messages::delete_reactions_of(work.conn, num, seq)?;
    // Those that counted, those that did not (the same once more), and those whose bodies did not come.
    gone.extend(entries::reactions_to(work.conn, num, seq)?);
    entries::delete_bodies(work.conn, num, &gone)?;
    files::release(work, num, seq)?;
    notifications::delete_for(work.conn, num, seq)?;
    messages::set_deleted(work.conn, num, seq)?;
    work.lane.open(work.conn, num)?.forget_readers();
    reports::deleted(work, num, seq, row.sender)?;
    if let Some(root) = row.thread_seq {
        threads::count_live(work.conn, num, root, -1)?;
        threads::forget_read(work.conn, num, root, seq, row.sender)?;
    }
    Ok(())
}

/// Takes what the message says now out of the index, and its files out of the channel's. Its body must still be there.
pub(super) fn words(work: &mut Work<'_>, row: &MessageRow) -> Result<(), Error> {
    let body = entries::body(work.conn, row.channel, row.body_seq)?;
    let content: MessageContent = body.as_deref().and_then(content::read_body).unwrap_or_default();
    shared::withdrawn(work.conn, row, &content)?;
    Ok(search::remove(work.conn, row.channel, row.seq, &document(row, &content))?)
}
