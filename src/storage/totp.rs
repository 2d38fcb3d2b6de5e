//! Secrets of which people's devices make one-time codes, and what takes the place of a code.

use std::collections::HashSet;

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::schema::{recovery_codes, totp};
use super::{Columns, Conn, Result, RunQueryDsl, UserNum, optional};

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = totp, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct TotpRow {
    pub user_num: UserNum,
    pub secret: Vec<u8>,
    pub created_ts: i64,
    /// None: no code of it was shown yet, and none is asked for.
    pub enabled_ts: Option<i64>,
    /// Of the last code that was taken.
    pub last_step: i64,
    /// Wrong codes since, and when the last of them came.
    pub wrong: i64,
    pub wrong_ts: i64,
}

impl TotpRow {
    /// Whether codes of it are asked for.
    pub fn is_enabled(&self) -> bool {
        self.enabled_ts.is_some()
    }
}

pub fn get(conn: &mut Conn, user: UserNum) -> Result<Option<TotpRow>> {
    optional(totp::table.find(user).select(TotpRow::columns()).one(conn))
}

/// Which of these people log in with codes.
pub fn enabled_of(conn: &mut Conn, people: &[UserNum]) -> Result<HashSet<UserNum>> {
    let enabled = totp::table.filter(totp::user_num.eq_any(people).and(totp::enabled_ts.is_not_null()));
    Ok(enabled.select(totp::user_num).load(conn)?.into_iter().collect())
}

pub fn put(conn: &mut Conn, row: &TotpRow) -> Result<()> {
    diesel::insert_into(totp::table)
        .values(row)
        .on_conflict(totp::user_num)
        .do_update()
        .set(row)
        .execute(conn)?;
    Ok(())
}

/// What is there is another from now on; nothing where there is none.
pub fn update(conn: &mut Conn, row: &TotpRow) -> Result<()> {
    diesel::update(totp::table.find(row.user_num)).set(row).execute(conn)?;
    Ok(())
}

pub fn add_recovery_codes(conn: &mut Conn, user: UserNum, hashes: &[[u8; 32]]) -> Result<()> {
    for hash in hashes {
        let row = (recovery_codes::user_num.eq(user), recovery_codes::code_hash.eq(hash.as_slice()));
        diesel::insert_into(recovery_codes::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Uses a recovery code up. False where there is none like it.
pub fn use_recovery_code(conn: &mut Conn, user: UserNum, hash: &[u8; 32]) -> Result<bool> {
    Ok(diesel::delete(recovery_codes::table.find((user, hash.as_slice()))).execute(conn)? > 0)
}

pub fn count_recovery_codes(conn: &mut Conn, user: UserNum) -> Result<i64> {
    Ok(recovery_codes::table
        .filter(recovery_codes::user_num.eq(user))
        .select(count_star())
        .get_result(conn)?)
}

pub fn forget_recovery_codes(conn: &mut Conn, user: UserNum) -> Result<()> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_num.eq(user))).execute(conn)?;
    Ok(())
}

/// Nothing is kept of the person.
pub fn forget(conn: &mut Conn, user: UserNum) -> Result<()> {
    forget_recovery_codes(conn, user)?;
    diesel::delete(totp::table.find(user)).execute(conn)?;
    Ok(())
}
