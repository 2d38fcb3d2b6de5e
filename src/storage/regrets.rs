//! Events that were taken back while they waited for their channel's host, which may have had them by then.

use diesel::prelude::*;

use super::schema::{entries, regrets};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, optional};

/// For how long what was taken back is waited for, in milliseconds: 30 days. What a host took and could not tell of for so long
/// is not deleted by itself.
const KEPT_MS_MAX: i64 = 30 * 24 * 3_600_000;

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = regrets)]
pub struct RegretRow {
    pub event_id: String,
    pub channel: ChannelNum,
    pub sender: UserNum,
    pub ts: i64,
}

/// Keeps one, and forgets the same person's of long ago.
pub fn add(conn: &mut Conn, row: &RegretRow) -> Result<()> {
    let theirs = regrets::table.filter(regrets::sender.eq(row.sender));
    diesel::delete(theirs.filter(regrets::ts.lt(row.ts - KEPT_MS_MAX))).execute(conn)?;
    diesel::insert_into(regrets::table).values(row).on_conflict_do_nothing().execute(conn)?;
    Ok(())
}

pub fn get(conn: &mut Conn, event_id: &str) -> Result<Option<RegretRow>> {
    optional(regrets::table.find(event_id).select(RegretRow::columns()).first(conn))
}

/// Those of the events that were taken back.
pub fn among(conn: &mut Conn, events: &[String]) -> Result<Vec<String>> {
    Ok(regrets::table.filter(regrets::event_id.eq_any(events)).select(regrets::event_id).load(conn)?)
}

pub fn forget(conn: &mut Conn, event_id: &str) -> Result<()> {
    diesel::delete(regrets::table.find(event_id)).execute(conn)?;
    Ok(())
}

/// Those that stand in their logs.
pub fn arrived(conn: &mut Conn) -> Result<Vec<RegretRow>> {
    let stands = entries::table.filter(entries::event_id.eq(regrets::event_id));
    Ok(regrets::table.filter(diesel::dsl::exists(stands)).select(RegretRow::columns()).load(conn)?)
}
