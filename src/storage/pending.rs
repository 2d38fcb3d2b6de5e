//! What people here want of channels that are hosted elsewhere, and that waits for the host.

use diesel::dsl::{count_star, exists, min};
use diesel::prelude::*;

use super::schema::{channels, errands, joinings, pending, replicas};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, optional};

/// An event that waits for its channel's host.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = pending)]
pub struct PendingRow {
    pub num: i64,
    pub event_id: String,
    pub channel: ChannelNum,
    pub host: String,
    pub sender: UserNum,
    pub nonce: String,
    pub event: String,
    pub signature: Vec<u8>,
    pub body: Option<String>,
    pub created_ts: i64,
}

#[derive(Insertable)]
#[diesel(table_name = pending, treat_none_as_default_value = false)]
pub struct NewPending<'a> {
    pub event_id: &'a str,
    pub channel: ChannelNum,
    pub host: &'a str,
    pub sender: UserNum,
    pub nonce: &'a str,
    pub event: &'a str,
    pub signature: &'a [u8],
    pub body: Option<&'a str>,
    pub created_ts: i64,
}

pub fn add(conn: &mut Conn, row: &NewPending<'_>) -> Result<()> {
    diesel::insert_into(pending::table).values(row).execute(conn)?;
    Ok(())
}

/// Channels of a host for which something waits; those first for which it waits longest.
pub fn channels_of(conn: &mut Conn, host: &str) -> Result<Vec<ChannelNum>> {
    Ok(pending::table
        .filter(pending::host.eq(host))
        .group_by(pending::channel)
        .order(min(pending::num))
        .select(pending::channel)
        .load(conn)?)
}

/// What waits for a channel's host, oldest first.
pub fn first_in(conn: &mut Conn, channel: ChannelNum, limit: i64) -> Result<Vec<PendingRow>> {
    Ok(pending::table
        .filter(pending::channel.eq(channel))
        .order(pending::num)
        .limit(limit)
        .select(PendingRow::columns())
        .load(conn)?)
}

pub fn by_nonce(
    conn: &mut Conn,
    channel: ChannelNum,
    sender: UserNum,
    nonce: &str,
) -> Result<Option<PendingRow>> {
    let found = pending::table
        .filter(pending::channel.eq(channel).and(pending::sender.eq(sender)).and(pending::nonce.eq(nonce)))
        .select(PendingRow::columns())
        .first(conn);
    optional(found)
}

/// What of one person's waits for a channel's host, oldest first.
pub fn of_person(conn: &mut Conn, channel: ChannelNum, sender: UserNum) -> Result<Vec<PendingRow>> {
    Ok(pending::table
        .filter(pending::channel.eq(channel).and(pending::sender.eq(sender)))
        .order(pending::num)
        .select(PendingRow::columns())
        .load(conn)?)
}

/// All of one person's that waits, oldest first.
pub fn all_of_person(conn: &mut Conn, sender: UserNum) -> Result<Vec<PendingRow>> {
    Ok(pending::table
        .filter(pending::sender.eq(sender))
        .order(pending::num)
        .select(PendingRow::columns())
        .load(conn)?)
}

/// What waits for a channel's host: (sender, id, event).
pub fn in_channel(conn: &mut Conn, channel: ChannelNum) -> Result<Vec<(UserNum, String, String)>> {
    Ok(pending::table
        .filter(pending::channel.eq(channel))
        .order(pending::num)
        .select((pending::sender, pending::event_id, pending::event))
        .load(conn)?)
}

/// How many events of one person wait.
pub fn count(conn: &mut Conn, sender: UserNum) -> Result<i64> {
    Ok(pending::table.filter(pending::sender.eq(sender)).select(count_star()).get_result(conn)?)
}

pub fn get(conn: &mut Conn, event_id: &str) -> Result<Option<PendingRow>> {
    optional(pending::table.filter(pending::event_id.eq(event_id)).select(PendingRow::columns()).first(conn))
}

/// Answers what waited, if it did.
pub fn take(conn: &mut Conn, event_id: &str) -> Result<Option<PendingRow>> {
    let row = get(conn, event_id)?;
    if row.is_some() {
        diesel::delete(pending::table.filter(pending::event_id.eq(event_id))).execute(conn)?;
    }
    Ok(row)
}

/// Whether something of the person's that waits names a file.
pub fn names(conn: &mut Conn, sender: UserNum, hash: &str) -> Result<bool> {
    let naming =
        pending::table.filter(pending::sender.eq(sender).and(pending::body.like(format!("%{hash}%"))));
    Ok(diesel::select(exists(naming)).get_result(conn)?)
}

/// Hosts for which something waits.
pub fn hosts(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(pending::table.select(pending::host).distinct().load(conn)?)
}

/// Whether there is anything for which this server has to do with another by itself: a copy that it gets, an errand, an event
/// that waits for it, or a channel that it hosts.
pub fn has_business(conn: &mut Conn, server: &str) -> Result<bool> {
    let gets = replicas::table.filter(replicas::server.eq(server));
    let told = errands::table.filter(errands::server.eq(server));
    let waits = pending::table.filter(pending::host.eq(server));
    // One that only an invitation made known is no copy.
    let coming = joinings::table.select(joinings::channel);
    let is_copy = channels::size.gt(0).or(channels::num.eq_any(coming));
    let hosts = channels::table.filter(channels::host.eq(server).and(is_copy));
    let any = exists(gets).or(exists(told)).or(exists(waits)).or(exists(hosts));
    Ok(diesel::select(any).get_result(conn)?)
}
