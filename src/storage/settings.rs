//! What a person's clients keep for each other. The server does not look into it.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::schema::settings;
use super::{Columns, Conn, Result, RunQueryDsl, UserNum, optional};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = settings)]
pub struct SettingRow {
    pub user_num: UserNum,
    pub key: String,
    /// JSON
    pub value: String,
    pub updated_ts: i64,
}

pub fn get(conn: &mut Conn, user: UserNum, key: &str) -> Result<Option<SettingRow>> {
    optional(settings::table.find((user, key)).select(SettingRow::columns()).one(conn))
}

/// Whatever stood under the key is replaced.
pub fn put(conn: &mut Conn, row: &SettingRow) -> Result<()> {
    diesel::insert_into(settings::table)
        .values(row)
        .on_conflict((settings::user_num, settings::key))
        .do_update()
        .set(row)
        .execute(conn)?;
    Ok(())
}

/// False when there was nothing.
pub fn delete(conn: &mut Conn, user: UserNum, key: &str) -> Result<bool> {
    Ok(diesel::delete(settings::table.find((user, key))).execute(conn)? > 0)
}

pub fn delete_all(conn: &mut Conn, user: UserNum) -> Result<()> {
    diesel::delete(settings::table.filter(settings::user_num.eq(user))).execute(conn)?;
    Ok(())
}

/// By key, after the key `after`.
pub fn page(conn: &mut Conn, user: UserNum, after: &str, limit: i64) -> Result<Vec<SettingRow>> {
    Ok(settings::table
        .filter(settings::user_num.eq(user).and(settings::key.gt(after)))
        .order(settings::key)
        .limit(limit)
        .select(SettingRow::columns())
        .load(conn)?)
}

pub fn count(conn: &mut Conn, user: UserNum) -> Result<i64> {
    Ok(settings::table.filter(settings::user_num.eq(user)).select(count_star()).get_result(conn)?)
}
