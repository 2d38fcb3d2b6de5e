//! What waited for a channel's host and was refused by it, until its author has seen that.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::pending::PendingRow;
use super::schema::refusals;
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, optional};

/// Most that are kept of one person: the newest.
pub const REFUSALS_PER_PERSON_MAX: i64 = 100;

#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = refusals)]
pub struct RefusalRow {
    pub num: i64,
    pub event_id: String,
    pub channel: ChannelNum,
    pub sender: UserNum,
    pub nonce: String,
    pub event: String,
    pub body: Option<String>,
    pub created_ts: i64,
    pub code: String,
    pub detail: String,
    pub refused_ts: i64,
}

/// Keeps what was refused: `why` is (code, detail).
pub fn add(conn: &mut Conn, row: &PendingRow, why: (&str, &str), now: i64) -> Result<()> {
    diesel::insert_into(refusals::table)
        .values((
            refusals::event_id.eq(&row.event_id),
            refusals::channel.eq(row.channel),
            refusals::sender.eq(row.sender),
            refusals::nonce.eq(&row.nonce),
            refusals::event.eq(&row.event),
            refusals::body.eq(&row.body),
            refusals::created_ts.eq(row.created_ts),
            refusals::code.eq(why.0),
            refusals::detail.eq(why.1),
            refusals::refused_ts.eq(now),
        ))
        .on_conflict(refusals::event_id)
        .do_nothing()
        .execute(conn)?;
    let theirs = refusals::table.filter(refusals::sender.eq(row.sender));
    let oldest = theirs.order(refusals::num.desc()).offset(REFUSALS_PER_PERSON_MAX).select(refusals::num);
    if let Some(num) = optional(oldest.first::<i64>(conn))? {
        diesel::delete(theirs.filter(refusals::num.le(num))).execute(conn)?;
    }
    Ok(())
}

/// The oldest first.
pub fn of_person(conn: &mut Conn, sender: UserNum) -> Result<Vec<RefusalRow>> {
    Ok(refusals::table
        .filter(refusals::sender.eq(sender))
        .order(refusals::num)
        .select(RefusalRow::columns())
        .load(conn)?)
}

/// Forgets one; answers it, if it was there.
pub fn take(conn: &mut Conn, sender: UserNum, event_id: &str) -> Result<Option<RefusalRow>> {
    let one = refusals::table.filter(refusals::sender.eq(sender).and(refusals::event_id.eq(event_id)));
    let row = optional(one.select(RefusalRow::columns()).first(conn))?;
    if row.is_some() {
        diesel::delete(one).execute(conn)?;
    }
    Ok(row)
}

/// The one with this nonce, which is sent again.
pub fn by_nonce(
    conn: &mut Conn,
    channel: ChannelNum,
    sender: UserNum,
    nonce: &str,
) -> Result<Option<RefusalRow>> {
    let one = refusals::table.filter(refusals::sender.eq(sender).and(refusals::channel.eq(channel)));
    optional(one.filter(refusals::nonce.eq(nonce)).select(RefusalRow::columns()).first(conn))
}

/// Whether something of the person's that was refused names a file.
pub fn names(conn: &mut Conn, sender: UserNum, hash: &str) -> Result<bool> {
    let naming =
        refusals::table.filter(refusals::sender.eq(sender).and(refusals::body.like(format!("%{hash}%"))));
    Ok(diesel::select(exists(naming)).get_result(conn)?)
}

/// All of somebody who is gone.
pub fn delete_of(conn: &mut Conn, sender: UserNum) -> Result<()> {
    diesel::delete(refusals::table.filter(refusals::sender.eq(sender))).execute(conn)?;
    Ok(())
}
