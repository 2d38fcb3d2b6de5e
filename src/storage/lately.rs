//! What somebody did in a channel lately: for moderators, after a flood.

use diesel::dsl::not;
use diesel::prelude::*;

use super::schema::{entries, messages, reactions};
use super::{ChannelNum, Conn, Result, RunQueryDsl, UserNum, optional};

/// From when and from which seq on it counts.
#[derive(Debug, Clone, Copy)]
pub struct From {
    pub ts: i64,
    pub seq: i64,
}

/// The first seq that may count.
fn first_seq(conn: &mut Conn, channel: ChannelNum, from: From) -> Result<i64> {
    // Times grow with the log, so that looking from its end comes to this soon.
    let before = messages::table
        .filter(messages::channel.eq(channel).and(messages::ts.lt(from.ts)))
        .order(messages::seq.desc())
        .select(messages::seq)
        .first::<i64>(conn);
    Ok(optional(before)?.map_or(from.seq, |before| from.seq.max(before + 1)))
}

/// Ids of what somebody said, the newest first. What was deleted is none of it.
pub fn said(
    conn: &mut Conn,
    channel: ChannelNum,
    sender: UserNum,
    from: From,
    limit: i64,
) -> Result<Vec<String>> {
    let first = first_seq(conn, channel, from)?;
    Ok(messages::table
        .filter(messages::channel.eq(channel).and(messages::seq.ge(first)))
        .filter(messages::sender.eq(sender).and(not(messages::deleted)))
        .order(messages::seq.desc())
        .limit(limit)
        .select(messages::id)
        .load(conn)?)
}

/// Ids of the events by which somebody reacted, the newest first, to whichever messages. What was taken back is none of it.
pub fn reacted(
    conn: &mut Conn,
    channel: ChannelNum,
    sender: UserNum,
    from: From,
    limit: i64,
) -> Result<Vec<String>> {
    let first = first_seq(conn, channel, from)?;
    let placed = entries::channel.eq(reactions::channel).and(entries::seq.eq(reactions::seq));
    Ok(reactions::table
        .inner_join(entries::table.on(placed))
        .filter(reactions::channel.eq(channel).and(reactions::seq.ge(first)))
        .filter(reactions::user_num.eq(sender).and(entries::host_ts.ge(from.ts)))
        .order(reactions::seq.desc())
        .limit(limit)
        .select(reactions::event_id)
        .load(conn)?)
}
