//! Bodies that should be here, and are not: others are asked for them.

use diesel::dsl::{count_star, min};
use diesel::prelude::*;

use super::schema::{channels, missing_bodies};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = missing_bodies)]
pub struct MissingRow {
    pub channel: ChannelNum,
    pub seq: i64,
    pub created_ts: i64,
    pub tries: i64,
    /// When somebody is asked next.
    pub due_ts: i64,
}

pub fn note(conn: &mut Conn, row: &MissingRow) -> Result<()> {
    diesel::insert_into(missing_bodies::table).values(row).on_conflict_do_nothing().execute(conn)?;
    Ok(())
}

/// Hosts of channels with such whose time has come, but for these: the longest waiting first.
pub fn due_hosts(conn: &mut Conn, now: i64, without: &[String], limit: i64) -> Result<Vec<String>> {
    Ok(missing_bodies::table
        .inner_join(channels::table.on(channels::num.eq(missing_bodies::channel)))
        .filter(missing_bodies::due_ts.le(now).and(channels::host.ne_all(without)))
        .group_by(channels::host)
        .order(min(missing_bodies::due_ts))
        .limit(limit)
        .select(channels::host)
        .load(conn)?)
}

/// Those in a host's channels whose time has come, the longest waiting first.
pub fn due(conn: &mut Conn, host: &str, now: i64, limit: i64) -> Result<Vec<MissingRow>> {
    Ok(missing_bodies::table
        .inner_join(channels::table.on(channels::num.eq(missing_bodies::channel)))
        .filter(missing_bodies::due_ts.le(now).and(channels::host.eq(host)))
        .order(missing_bodies::due_ts)
        .limit(limit)
        .select(MissingRow::columns())
        .load(conn)?)
}

pub fn count_in(conn: &mut Conn, channel: ChannelNum) -> Result<i64> {
    let of = missing_bodies::table.filter(missing_bodies::channel.eq(channel));
    Ok(of.select(count_star()).get_result(conn)?)
}

/// Nobody had it: they are asked again.
pub fn put_off(conn: &mut Conn, channel: ChannelNum, seq: i64, due_ts: i64) -> Result<()> {
    diesel::update(missing_bodies::table.find((channel, seq)))
        .set((missing_bodies::tries.eq(missing_bodies::tries + 1), missing_bodies::due_ts.eq(due_ts)))
        .execute(conn)?;
    Ok(())
}

/// They are here, or nobody asks for them any more.
pub fn forget(conn: &mut Conn, channel: ChannelNum, seqs: &[i64]) -> Result<()> {
    let of = missing_bodies::channel.eq(channel).and(missing_bodies::seq.eq_any(seqs));
    diesel::delete(missing_bodies::table.filter(of)).execute(conn)?;
    Ok(())
}
