//! Heads that hosts elsewhere signed over earlier sizes of their logs.

use diesel::prelude::*;

use super::schema::heads;
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, optional};

/// A head without what the entry before `size` says: term and root.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = heads)]
pub struct HeadRow {
    pub channel: ChannelNum,
    pub size: i64,
    pub kid: String,
    pub ts: i64,
    pub signature: Vec<u8>,
}

pub fn keep(conn: &mut Conn, head: &HeadRow) -> Result<()> {
    diesel::insert_into(heads::table).values(head).on_conflict_do_nothing().execute(conn)?;
    Ok(())
}

/// The one over most entries, of those over more than `after` and at most `most`.
pub fn last_within(conn: &mut Conn, channel: ChannelNum, after: i64, most: i64) -> Result<Option<HeadRow>> {
    let found = heads::table
        .filter(heads::channel.eq(channel).and(heads::size.gt(after)).and(heads::size.le(most)))
        .order(heads::size.desc())
        .select(HeadRow::columns())
        .first(conn);
    optional(found)
}
