//! Messages that people keep for later: a list each.

use diesel::dsl::{count_star, exists, max, not};
use diesel::prelude::*;

use super::schema::{members, messages, saved, users};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, optional};

/// A message on somebody's list.
#[derive(Debug, Clone, Copy, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = saved, treat_none_as_default_value = false)]
pub struct SavedRow {
    pub user_num: UserNum,
    pub channel: ChannelNum,
    pub seq: i64,
    pub saved_ts: i64,
    /// When they want to be reminded of it.
    pub remind_ts: Option<i64>,
}

/// A reminder that is due, and whose.
#[derive(Debug, Clone, Queryable)]
pub struct DueRow {
    pub user_num: UserNum,
    pub user: String,
    pub channel: ChannelNum,
    pub seq: i64,
}

pub fn add(conn: &mut Conn, row: SavedRow) -> Result<()> {
    diesel::insert_into(saved::table).values(row).execute(conn)?;
    Ok(())
}

/// False when it was not so.
pub fn delete(conn: &mut Conn, user: UserNum, channel: ChannelNum, seq: i64) -> Result<bool> {
    Ok(diesel::delete(saved::table.find((user, channel, seq))).execute(conn)? > 0)
}

pub fn get(conn: &mut Conn, user: UserNum, channel: ChannelNum, seq: i64) -> Result<Option<SavedRow>> {
    optional(saved::table.find((user, channel, seq)).select(SavedRow::columns()).one(conn))
}

pub fn set_reminder(conn: &mut Conn, row: &SavedRow, remind_ts: Option<i64>) -> Result<()> {
    diesel::update(saved::table.find((row.user_num, row.channel, row.seq)))
        .set(saved::remind_ts.eq(remind_ts))
        .execute(conn)?;
    Ok(())
}

/// How many reminders of the person's wait.
pub fn count_reminders(conn: &mut Conn, user: UserNum) -> Result<i64> {
    let waiting = saved::table.filter(saved::user_num.eq(user).and(saved::remind_ts.is_not_null()));
    Ok(waiting.select(count_star()).get_result(conn)?)
}

/// What waited longest of all that is due.
pub fn due(conn: &mut Conn, now: i64, limit: i64) -> Result<Vec<DueRow>> {
    Ok(saved::table
        .inner_join(users::table.on(users::num.eq(saved::user_num)))
        .filter(saved::remind_ts.is_not_null().and(saved::remind_ts.le(now)))
        .order((saved::remind_ts, saved::user_num, saved::channel, saved::seq))
        .limit(limit)
        .select((saved::user_num, users::id, saved::channel, saved::seq))
        .load(conn)?)
}

pub fn count(conn: &mut Conn, user: UserNum) -> Result<i64> {
    Ok(saved::table.filter(saved::user_num.eq(user)).select(count_star()).get_result(conn)?)
}

/// When the person saved last, of what is still on the list.
pub fn newest(conn: &mut Conn, user: UserNum) -> Result<Option<i64>> {
    Ok(saved::table.filter(saved::user_num.eq(user)).select(max(saved::saved_ts)).get_result(conn)?)
}

/// What the person saved before this time, newest first: what nobody deleted, in channels that they are in.
pub fn page(conn: &mut Conn, user: UserNum, before: i64, limit: i64) -> Result<Vec<SavedRow>> {
    let what = messages::channel.eq(saved::channel).and(messages::seq.eq(saved::seq));
    let seat = members::channel.eq(saved::channel).and(members::user_num.eq(saved::user_num));
    Ok(saved::table
        .inner_join(messages::table.on(what))
        .inner_join(members::table.on(seat))
        .filter(saved::user_num.eq(user).and(saved::saved_ts.lt(before)))
        .filter(messages::deleted.eq(false).and(members::membership.eq("joined")))
        .order(saved::saved_ts.desc())
        .limit(limit)
        .select(SavedRow::columns())
        .load(conn)?)
}

/// All that the person saved, newest first, with the ids of the messages.
pub fn all(conn: &mut Conn, user: UserNum) -> Result<Vec<(SavedRow, String)>> {
    let what = messages::channel.eq(saved::channel).and(messages::seq.eq(saved::seq));
    Ok(saved::table
        .inner_join(messages::table.on(what))
        .filter(saved::user_num.eq(user))
        .order(saved::saved_ts.desc())
        .select((SavedRow::columns(), messages::id))
        .load(conn)?)
}

/// Takes off the list what was deleted, and what stands in channels that the person is not in.
pub fn forget_hidden(conn: &mut Conn, user: UserNum) -> Result<()> {
    let own = saved::table.filter(saved::user_num.eq(user));
    let seats = members::table.filter(members::user_num.eq(user).and(members::membership.eq("joined")));
    diesel::delete(own.filter(saved::channel.ne_all(seats.select(members::channel)))).execute(conn)?;
    let there = messages::table
        .filter(messages::channel.eq(saved::channel).and(messages::seq.eq(saved::seq)))
        .filter(messages::deleted.eq(false));
    diesel::delete(own.filter(not(exists(there)))).execute(conn)?;
    Ok(())
}

/// The account is gone.
pub fn forget(conn: &mut Conn, user: UserNum) -> Result<()> {
    diesel::delete(saved::table.filter(saved::user_num.eq(user))).execute(conn)?;
    Ok(())
}

/// In which channels the person saved something.
pub fn channels_of(conn: &mut Conn, user: UserNum) -> Result<Vec<ChannelNum>> {
    Ok(saved::table.filter(saved::user_num.eq(user)).select(saved::channel).distinct().load(conn)?)
}

/// Forgets what the person saved before this place of a channel.
pub fn forget_before(conn: &mut Conn, user: UserNum, channel: ChannelNum, seq: i64) -> Result<()> {
    let there = saved::user_num.eq(user).and(saved::channel.eq(channel).and(saved::seq.lt(seq)));
    diesel::delete(saved::table.filter(there)).execute(conn)?;
    Ok(())
}
