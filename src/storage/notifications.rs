//! What somebody should look at: mentions, replies, direct messages.
//!
//! What is unseen is asked for by `not(seen)`, as the index of the unseen says it: `seen = false` would not use that.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::schema::{messages, notifications, unseen_counts};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, kept_update, optional};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = notifications)]
pub struct NotificationRow {
    pub id: i64,
    pub user_num: UserNum,
    pub channel: ChannelNum,
    pub seq: i64,
    pub kind: String,
    pub ts: i64,
    pub seen: bool,
}

#[derive(Insertable)]
#[diesel(table_name = notifications, treat_none_as_default_value = false)]
pub struct NewNotification<'a> {
    pub user_num: UserNum,
    pub channel: ChannelNum,
    pub seq: i64,
    pub kind: &'a str,
    pub ts: i64,
    pub seen: bool,
    /// The first message of the thread that the message stands in.
    pub thread_seq: Option<i64>,
}

pub fn insert(conn: &mut Conn, notification: &NewNotification<'_>) -> Result<i64> {
    Ok(diesel::insert_into(notifications::table)
        .values(notification)
        .returning(notifications::id)
        .get_result(conn)?)
}

/// Newest first, with ids below `before`.
pub fn page(conn: &mut Conn, user: UserNum, before: i64, limit: i64) -> Result<Vec<NotificationRow>> {
    Ok(notifications::table
        .filter(notifications::user_num.eq(user).and(notifications::id.lt(before)))
        .order(notifications::id.desc())
        .limit(limit)
        .select(NotificationRow::columns())
        .load(conn)?)
}

/// How many are unseen. The database keeps these counts itself, by triggers on the rows: here they are only read.
pub fn count_unseen(conn: &mut Conn, user: UserNum) -> Result<i64> {
    Ok(unseen_by_channel(conn, user)?.into_iter().map(|(_, unseen)| unseen).sum())
}

/// The count of a whole channel, beside those of its threads.
const WHOLE: i64 = 0;

/// (channel, how many) for all channels with anything unseen.
pub fn unseen_by_channel(conn: &mut Conn, user: UserNum) -> Result<Vec<(ChannelNum, i64)>> {
    Ok(unseen_counts::table
        .filter(unseen_counts::user_num.eq(user).and(unseen_counts::root_seq.eq(WHOLE)))
        .select((unseen_counts::channel, unseen_counts::unseen))
        .load(conn)?)
}

pub fn count_unseen_in(conn: &mut Conn, user: UserNum, channel: ChannelNum) -> Result<i64> {
    count_unseen_in_thread(conn, user, channel, WHOLE)
}

/// Unseen ones of replies in the thread that begins at `root`.
pub fn count_unseen_in_thread(conn: &mut Conn, user: UserNum, channel: ChannelNum, root: i64) -> Result<i64> {
    let count = unseen_counts::table.find((user, channel, root)).select(unseen_counts::unseen);
    Ok(optional(count.one(conn))?.unwrap_or(0))
}

/// The newest id of all that the person was ever notified of; 0 for none.
pub fn newest(conn: &mut Conn, user: UserNum) -> Result<i64> {
    let of = notifications::table.filter(notifications::user_num.eq(user));
    Ok(optional(of.order(notifications::id.desc()).select(notifications::id).first(conn))?.unwrap_or(0))
}

/// (id, channel, seq) of what the person has not seen after an id, oldest first.
pub fn unseen_after(conn: &mut Conn, user: UserNum, id: i64) -> Result<Vec<(i64, ChannelNum, i64)>> {
    Ok(notifications::table
        .filter(notifications::user_num.eq(user).and(not(notifications::seen)))
        .filter(notifications::id.gt(id))
        .order(notifications::id)
        .limit(UNSEEN_MAX)
        .select((notifications::id, notifications::channel, notifications::seq))
        .load(conn)?)
}

/// How many unseen ones are looked at to write of them.
const UNSEEN_MAX: i64 = 500;

/// Whether the person has seen what notifies them of a message; none where nothing does.
pub fn seen(conn: &mut Conn, user: UserNum, channel: ChannelNum, seq: i64) -> Result<Option<bool>> {
    let of =
        notifications::table.filter(notifications::user_num.eq(user).and(notifications::channel.eq(channel)));
    optional(of.filter(notifications::seq.eq(seq)).select(notifications::seen).first(conn))
}

pub fn mark_seen(conn: &mut Conn, user: UserNum, up_to: i64) -> Result<usize> {
    let older = notifications::table.filter(notifications::user_num.eq(user).and(not(notifications::seen)));
    Ok(diesel::update(older.filter(notifications::id.le(up_to)))
        .set(notifications::seen.eq(true))
        .execute(conn)?)
}

/// Marks what notifies the person of this sender's messages as seen; answers how many there were.
pub fn mark_seen_of(conn: &mut Conn, user: UserNum, sender: UserNum) -> Result<usize> {
    let theirs = messages::table
        .filter(messages::channel.eq(notifications::channel).and(messages::seq.eq(notifications::seq)))
        .filter(messages::sender.eq(sender))
        .select(messages::seq);
    let unseen = notifications::table.filter(notifications::user_num.eq(user).and(not(notifications::seen)));
    Ok(diesel::update(unseen.filter(exists(theirs))).set(notifications::seen.eq(true)).execute(conn)?)
}

/// Which part of a channel somebody has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    All,
    /// Without the replies in threads.
    Outside,
    /// The replies in the thread that begins at this seq.
    Thread(i64),
}

/// Marks what stands at or before `seq` of a channel, in the part that was read, as seen.
pub fn mark_seen_in(
    conn: &mut Conn,
    user: UserNum,
    channel: ChannelNum,
    seq: i64,
    part: Part,
) -> Result<usize> {
    // What is unseen in a thread counts for its channel too. Mostly nothing is.
    if count_unseen_in(conn, user, channel)? == 0 {
        return Ok(0);
    }
    let older = notifications::table.filter(notifications::user_num.eq(user).and(not(notifications::seen)));
    let read = older.filter(notifications::channel.eq(channel).and(notifications::seq.le(seq)));
    let seen = notifications::seen.eq(true);
    Ok(match part {
        Part::All => kept_update(read, seen).execute(conn)?,
        Part::Outside => kept_update(read.filter(notifications::thread_seq.is_null()), seen).execute(conn)?,
        Part::Thread(root) => {
            kept_update(read.filter(notifications::thread_seq.eq(root)), seen).execute(conn)?
        }
    })
}

/// A deleted message notifies nobody.
pub fn delete_for(conn: &mut Conn, channel: ChannelNum, seq: i64) -> Result<()> {
    let of = notifications::table.filter(notifications::channel.eq(channel).and(notifications::seq.eq(seq)));
    diesel::delete(of).execute(conn)?;
    Ok(())
}

/// Whoever is out of a channel has no news from it.
pub fn delete_of(conn: &mut Conn, user: UserNum, channel: ChannelNum) -> Result<()> {
    // The sum keeps SQLite from the index by channel, in which everybody's are: one's own are fewer.
    let here = (notifications::channel + 0).eq(channel);
    diesel::delete(notifications::table.filter(notifications::user_num.eq(user).and(here))).execute(conn)?;
    Ok(())
}
