//! People whom a host elsewhere has taken into a channel, until the entry that says so is here.

use diesel::prelude::*;

use super::channels::ChannelRow;
use super::schema::{channels, joinings};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, optional};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = joinings)]
pub struct JoiningRow {
    pub channel: ChannelNum,
    pub user_num: UserNum,
    /// The entry, by the host's word.
    pub seq: i64,
    pub event_id: String,
    /// What this server had seen of the log when it composed the event.
    pub seen_size: i64,
    pub seen_root: Vec<u8>,
    /// The signed head of the host's snapshot, as JSON.
    pub head: Option<String>,
    pub created_ts: i64,
}

/// Notes that the person was taken, in place of an earlier note.
pub fn put(conn: &mut Conn, row: &JoiningRow) -> Result<()> {
    delete(conn, row.channel, row.user_num)?;
    diesel::insert_into(joinings::table).values(row).execute(conn)?;
    Ok(())
}

/// The person's, as long as the log, which has `size` entries here, has not come so far.
pub fn coming(
    conn: &mut Conn,
    (channel, size): (ChannelNum, i64),
    user: UserNum,
) -> Result<Option<JoiningRow>> {
    let of = joinings::table.find((channel, user)).filter(joinings::seq.ge(size));
    optional(of.select(JoiningRow::columns()).one(conn))
}

pub fn of_channel(conn: &mut Conn, channel: ChannelNum) -> Result<Vec<JoiningRow>> {
    Ok(joinings::table.filter(joinings::channel.eq(channel)).select(JoiningRow::columns()).load(conn)?)
}

/// The person's, where the log has not come so far, with the channels.
pub fn of_user(conn: &mut Conn, user: UserNum) -> Result<Vec<(JoiningRow, ChannelRow)>> {
    Ok(joinings::table
        .inner_join(channels::table.on(channels::num.eq(joinings::channel)))
        .filter(joinings::user_num.eq(user).and(joinings::seq.ge(channels::size)))
        .order(joinings::channel)
        .select((JoiningRow::columns(), ChannelRow::columns()))
        .load(conn)?)
}

/// Keeps what the host said of the log, unless something is kept already: what it said first is held against it.
pub fn keep_head(conn: &mut Conn, channel: ChannelNum, head: &str) -> Result<()> {
    diesel::update(joinings::table.filter(joinings::channel.eq(channel).and(joinings::head.is_null())))
        .set(joinings::head.eq(head))
        .execute(conn)?;
    Ok(())
}

pub fn delete(conn: &mut Conn, channel: ChannelNum, user: UserNum) -> Result<()> {
    diesel::delete(joinings::table.find((channel, user))).execute(conn)?;
    Ok(())
}
