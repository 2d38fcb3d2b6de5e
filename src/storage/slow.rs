//! Who wrote when, for channels in which people wait between two messages.

use diesel::prelude::*;

use super::retention::first_since;
use super::schema::messages;
use super::{ChannelNum, Conn, Result, RunQueryDsl, UserNum};

/// Who said something in a channel of so many entries after `since`, and when they did so last; those who did so latest first.
/// Deleted messages count.
pub fn last_of_each(
    conn: &mut Conn,
    channel: ChannelNum,
    (size, since): (i64, i64),
    limit: i64,
) -> Result<Vec<(UserNum, i64)>> {
    let first = first_since(conn, channel, (0, size), since + 1)?;
    let last = diesel::dsl::max(messages::ts);
    let found: Vec<(UserNum, Option<i64>)> = messages::table
        .filter(messages::channel.eq(channel).and(messages::seq.ge(first)))
        .group_by(messages::sender)
        .order(last.desc())
        .limit(limit)
        .select((messages::sender, last))
        .load(conn)?;
    Ok(found.into_iter().filter_map(|(sender, last)| Some((sender, last?))).collect())
}
