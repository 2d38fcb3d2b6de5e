//! Sessions: who is logged in, on which device.

use diesel::prelude::*;

use super::schema::{sessions, users};
use super::{Columns, Conn, Result, RunQueryDsl, UserNum, kept_update, optional};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    pub id: String,
    pub token_hash: Vec<u8>,
    pub user_num: UserNum,
    pub device_name: String,
    pub created_ts: i64,
    pub last_used_ts: i64,
}

/// What a request needs to know of the session it comes with.
#[derive(Debug, Clone, Queryable)]
pub struct SessionOwner {
    pub session: String,
    pub last_used_ts: i64,
    pub user_num: UserNum,
    pub user_id: String,
    pub role: String,
}

pub fn insert(conn: &mut Conn, session: &SessionRow) -> Result<()> {
    diesel::insert_into(sessions::table).values(session).execute(conn)?;
    Ok(())
}

pub fn by_token(conn: &mut Conn, token_hash: &[u8]) -> Result<Option<SessionOwner>> {
    let found = sessions::table
        .inner_join(users::table.on(users::num.eq(sessions::user_num)))
        .filter(sessions::token_hash.eq(token_hash))
        .select((sessions::id, sessions::last_used_ts, users::num, users::id, users::role))
        .one(conn);
    optional(found)
}

/// When the session began.
pub fn begun(conn: &mut Conn, user: UserNum, id: &str) -> Result<Option<i64>> {
    let session = sessions::table.filter(sessions::user_num.eq(user).and(sessions::id.eq(id)));
    optional(session.select(sessions::created_ts).one(conn))
}

/// Newest use first.
pub fn of_user(conn: &mut Conn, user: UserNum) -> Result<Vec<SessionRow>> {
    Ok(sessions::table
        .filter(sessions::user_num.eq(user))
        .order((sessions::last_used_ts.desc(), sessions::id))
        .limit(SESSIONS_MAX)
        .select(SessionRow::columns())
        .load(conn)?)
}

/// Most sessions that one account has; the one that rested longest goes when another begins.
pub const SESSIONS_MAX: i64 = 200;

/// Ends the sessions beyond [`SESSIONS_MAX`] and answers their ids.
pub fn trim(conn: &mut Conn, user: UserNum) -> Result<Vec<String>> {
    let surplus: Vec<String> = sessions::table
        .filter(sessions::user_num.eq(user))
        .order((sessions::last_used_ts.desc(), sessions::id))
        .offset(SESSIONS_MAX)
        .limit(SESSIONS_MAX)
        .select(sessions::id)
        .load(conn)?;
    if !surplus.is_empty() {
        diesel::delete(sessions::table.filter(sessions::id.eq_any(&surplus))).execute(conn)?;
    }
    Ok(surplus)
}

pub fn touch(conn: &mut Conn, id: &str, now: i64) -> Result<()> {
    kept_update(sessions::table.find(id), sessions::last_used_ts.eq(now)).execute(conn)?;
    Ok(())
}

/// How many sessions one statement names.
const NAMED_MAX: usize = 1_000;

/// (id, last use) of those of these sessions that there are.
pub fn last_used(conn: &mut Conn, ids: &[String]) -> Result<Vec<(String, i64)>> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(NAMED_MAX) {
        let named = sessions::table.filter(sessions::id.eq_any(some));
        found.extend(named.select((sessions::id, sessions::last_used_ts)).load::<(String, i64)>(conn)?);
    }
    Ok(found)
}

/// As [`touch`], of many.
pub fn touch_all(conn: &mut Conn, ids: &[String], now: i64) -> Result<()> {
    for some in ids.chunks(NAMED_MAX) {
        let named = sessions::table.filter(sessions::id.eq_any(some));
        diesel::update(named).set(sessions::last_used_ts.eq(now)).execute(conn)?;
    }
    Ok(())
}

/// Ends one of the user's sessions. False when it isn't theirs, or is gone.
pub fn delete(conn: &mut Conn, user: UserNum, id: &str) -> Result<bool> {
    let theirs = sessions::table.filter(sessions::id.eq(id).and(sessions::user_num.eq(user)));
    Ok(diesel::delete(theirs).execute(conn)? > 0)
}

/// Ends all of the user's sessions but `keep`, and answers their ids.
pub fn delete_others(conn: &mut Conn, user: UserNum, keep: &str) -> Result<Vec<String>> {
    let others = sessions::table.filter(sessions::user_num.eq(user).and(sessions::id.ne(keep)));
    Ok(diesel::delete(others).returning(sessions::id).load(conn)?)
}

/// Ends all of the user's sessions, and answers their ids.
pub fn delete_all(conn: &mut Conn, user: UserNum) -> Result<Vec<String>> {
    let theirs = sessions::table.filter(sessions::user_num.eq(user));
    Ok(diesel::delete(theirs).returning(sessions::id).load(conn)?)
}

/// Ends sessions that were last used before `ts`, and answers their ids.
pub fn delete_idle(conn: &mut Conn, ts: i64) -> Result<Vec<String>> {
    let idle = sessions::table.filter(sessions::last_used_ts.lt(ts));
    Ok(diesel::delete(idle).returning(sessions::id).load(conn)?)
}
