//! What the operator should look at, mostly about other servers.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::schema::alarms;
use super::{Columns, Conn, Result, RunQueryDsl, optional};

/// Something that the operator should look at.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = alarms)]
pub struct AlarmRow {
    pub num: i64,
    pub ts: i64,
    pub kind: String,
    /// Empty where it is about none.
    pub server: String,
    pub channel: String,
    pub detail: String,
}

/// Most alarms of a kind, server and channel that are kept: the first are what matters.
const ALARMS_ALIKE_MAX: i64 = 20;
/// And of a kind: the newest.
const ALARMS_OF_A_KIND_MAX: i64 = 1_000;

pub fn add_alarm(
    conn: &mut Conn,
    ts: i64,
    kind: &str,
    server: &str,
    channel: &str,
    detail: &str,
) -> Result<()> {
    let alike = alarms::kind.eq(kind).and(alarms::server.eq(server)).and(alarms::channel.eq(channel));
    let alike = alarms::table.filter(alike);
    let count: i64 = alike.select(count_star()).get_result(conn)?;
    if count >= ALARMS_ALIKE_MAX {
        return Ok(());
    }
    // Anybody can be the cause of some, under many names: the oldest make room.
    let oldest = alarms::table.filter(alarms::kind.eq(kind)).order(alarms::num.desc()).select(alarms::num);
    let oldest: Option<i64> = optional(oldest.offset(ALARMS_OF_A_KIND_MAX - 1).first(conn))?;
    if let Some(num) = oldest {
        let old = alarms::table.filter(alarms::kind.eq(kind).and(alarms::num.le(num)));
        diesel::delete(old).execute(conn)?;
    }
    diesel::insert_into(alarms::table)
        .values((
            alarms::ts.eq(ts),
            alarms::kind.eq(kind),
            alarms::server.eq(server),
            alarms::channel.eq(channel),
            alarms::detail.eq(detail),
        ))
        .execute(conn)?;
    Ok(())
}

/// The last alarms, newest first.
pub fn alarms(conn: &mut Conn, limit: i64) -> Result<Vec<AlarmRow>> {
    Ok(alarms::table.order(alarms::num.desc()).limit(limit).select(AlarmRow::columns()).load(conn)?)
}

/// The operator has seen to these, or to all without numbers. Answers how many there were.
pub fn dismiss_alarms(conn: &mut Conn, nums: Option<&[i64]>) -> Result<usize> {
    Ok(match nums {
        Some(nums) => diesel::delete(alarms::table.filter(alarms::num.eq_any(nums))).execute(conn)?,
        None => diesel::delete(alarms::table).execute(conn)?,
    })
}
