//! What administrators did to others. Rows are added, and never changed.

use diesel::prelude::*;

use super::schema::acts;
use super::{Columns, Conn, Result, RunQueryDsl};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = acts)]
pub struct ActRow {
    pub id: i64,
    pub ts: i64,
    /// None: somebody with the operator's commands.
    pub administrator: Option<String>,
    pub kind: String,
    pub user_id: Option<String>,
    pub channel: Option<String>,
    pub message: Option<String>,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Default, Insertable)]
#[diesel(table_name = acts, treat_none_as_default_value = false)]
pub struct NewAct {
    pub ts: i64,
    pub administrator: Option<String>,
    pub kind: &'static str,
    pub user_id: Option<String>,
    pub channel: Option<String>,
    pub message: Option<String>,
    pub reason: Option<String>,
}

pub fn add(conn: &mut Conn, act: &NewAct) -> Result<()> {
    diesel::insert_into(acts::table).values(act).execute(conn)?;
    Ok(())
}

/// Newest first, with ids below `before`.
pub fn page(conn: &mut Conn, before: i64, limit: i64) -> Result<Vec<ActRow>> {
    Ok(acts::table
        .filter(acts::id.lt(before))
        .order(acts::id.desc())
        .limit(limit)
        .select(ActRow::columns())
        .load(conn)?)
}

/// The last of a kind since then, newest first.
pub fn latest(conn: &mut Conn, kind: &str, since: i64, limit: usize) -> Result<Vec<ActRow>> {
    Ok(acts::table
        .filter(acts::kind.eq(kind).and(acts::ts.ge(since)))
        .order(acts::id.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(ActRow::columns())
        .load(conn)?)
}
