//! What somebody should look at: mentions, replies, direct messages, and what they wanted to be reminded of.
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

/// How much is unseen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unseen {
    pub all: i64,
    /// How many of them are reminders.
    pub reminders: i64,
}

/// How many are unseen. The database keeps these counts itself, by triggers on the rows: here they are only read.
pub fn count_unseen(conn: &mut Conn, user: UserNum) -> Result<Unseen> {
    let counts: Vec<(i64, i64)> = unseen_counts::table
        .filter(unseen_counts::user_num.eq(user).and(unseen_counts::root_seq.eq_any([WHOLE, REMINDERS])))
        .select((unseen_counts::root_seq, unseen_counts::unseen))
        .load(conn)?;
    let mut unseen = Unseen::default();
    for (root, count) in counts {
        unseen.all += count;
        unseen.reminders += if root == REMINDERS { count } else { 0 };
    }
    Ok(unseen)
}

/// The kind of what somebody asked for: no news of the channel, which one may have read to its end.
pub const REMINDER: &str = "reminder";

/// The count of a whole channel, beside those of its threads.
const WHOLE: i64 = 0;
/// That of the reminders there, which are in neither.
const REMINDERS: i64 = -1;

/// (channel, how many) for all channels with anything unseen; reminders are none of their news.
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

/// What the person has not seen after an id, oldest first.
pub fn unseen_after(conn: &mut Conn, user: UserNum, id: i64) -> Result<Vec<NotificationRow>> {
    Ok(notifications::table
        .filter(notifications::user_num.eq(user).and(not(notifications::seen)))
        .filter(notifications::id.gt(id))
        .order(notifications::id)
        .limit(UNSEEN_MAX)
        .select(NotificationRow::columns())
        .load(conn)?)
}

/// How many unseen ones are looked at to write of them.
const UNSEEN_MAX: i64 = 500;

/// Whether the person has seen what notifies them of a message; none where nothing does.
pub fn seen(conn: &mut Conn, user: UserNum, channel: ChannelNum, seq: i64) -> Result<Option<bool>> {
    let of =
        notifications::table.filter(notifications::user_num.eq(user).and(notifications::channel.eq(channel)));
    let news = of.filter(notifications::seq.eq(seq).and(notifications::kind.ne(REMINDER)));
    optional(news.select(notifications::seen).first(conn))
}

/// As [`seen`], of the last reminder of a message.
pub fn seen_reminder(conn: &mut Conn, user: UserNum, channel: ChannelNum, seq: i64) -> Result<Option<bool>> {
    let of =
        notifications::table.filter(notifications::user_num.eq(user).and(notifications::channel.eq(channel)));
    let reminders = of.filter(notifications::seq.eq(seq).and(notifications::kind.eq(REMINDER)));
    optional(reminders.order(notifications::id.desc()).select(notifications::seen).first(conn))
}

pub fn mark_seen(conn: &mut Conn, user: UserNum, up_to: i64) -> Result<usize> {
    let older = notifications::table.filter(notifications::user_num.eq(user).and(not(notifications::seen)));
    Ok(diesel::update(older.filter(notifications::id.le(up_to)))
        .set(notifications::seen.eq(true))
        .execute(conn)?)
}

/// Marks one notification as seen.
pub fn mark_one_seen(conn: &mut Conn, user: UserNum, id: i64) -> Result<usize> {
    let unseen = notifications::table.filter(notifications::user_num.eq(user).and(not(notifications::seen)));
    Ok(diesel::update(unseen.filter(notifications::id.eq(id)))
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

/// Marks what stands at or before `seq` of a channel, in the part that was read, as seen; but for reminders, which may be of what
/// was read long ago.
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
    let read = older
        .filter(notifications::channel.eq(channel).and(notifications::seq.le(seq)))
        .filter(notifications::kind.ne(REMINDER));
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
