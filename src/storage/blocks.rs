//! Of whom people want to hear nothing.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::schema::{blocks, members, users};
use super::users::UserRow;
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum};

pub fn add(conn: &mut Conn, user: UserNum, blocked: UserNum, now: i64) -> Result<()> {
    let row = (blocks::user_num.eq(user), blocks::blocked.eq(blocked), blocks::created_ts.eq(now));
    diesel::insert_into(blocks::table).values(row).execute(conn)?;
    Ok(())
}

/// False when it was not so.
pub fn delete(conn: &mut Conn, user: UserNum, blocked: UserNum) -> Result<bool> {
    Ok(diesel::delete(blocks::table.find((user, blocked))).execute(conn)? > 0)
}

pub fn count(conn: &mut Conn, user: UserNum) -> Result<i64> {
    Ok(blocks::table.filter(blocks::user_num.eq(user)).select(count_star()).get_result(conn)?)
}

/// Whether anybody blocks somebody.
pub fn any(conn: &mut Conn) -> Result<bool> {
    let first: Vec<UserNum> = blocks::table.select(blocks::user_num).limit(1).load(conn)?;
    Ok(!first.is_empty())
}

pub fn is_blocked(conn: &mut Conn, user: UserNum, other: UserNum) -> Result<bool> {
    Ok(blocks::table.find((user, other)).select(count_star()).get_result::<i64>(conn)? > 0)
}

/// Whom the person blocks and since when, by id, after the id `after`.
pub fn page(conn: &mut Conn, user: UserNum, after: &str, limit: i64) -> Result<Vec<(UserRow, i64)>> {
    Ok(blocks::table
        .inner_join(users::table.on(users::num.eq(blocks::blocked)))
        .filter(blocks::user_num.eq(user).and(users::id.gt(after)))
        .order(users::id)
        .limit(limit)
        .select((UserRow::columns(), blocks::created_ts))
        .load(conn)?)
}

/// The ids of those whom the person blocks, in their order.
pub fn of_user(conn: &mut Conn, user: UserNum) -> Result<Vec<String>> {
    Ok(blocks::table
        .inner_join(users::table.on(users::num.eq(blocks::blocked)))
        .filter(blocks::user_num.eq(user))
        .order(users::id)
        .select(users::id)
        .load(conn)?)
}

pub fn nums_of_user(conn: &mut Conn, user: UserNum) -> Result<Vec<UserNum>> {
    Ok(blocks::table.filter(blocks::user_num.eq(user)).select(blocks::blocked).load(conn)?)
}

/// Which of these people block the other one.
pub fn among(conn: &mut Conn, other: UserNum, people: &[UserNum]) -> Result<Vec<UserNum>> {
    Ok(blocks::table
        .filter(blocks::blocked.eq(other).and(blocks::user_num.eq_any(people)))
        .select(blocks::user_num)
        .load(conn)?)
}

/// (who, what is read there) of those in a channel who block the other one.
pub fn in_channel(conn: &mut Conn, channel: ChannelNum, other: UserNum) -> Result<Vec<(UserNum, i64)>> {
    Ok(blocks::table
        .inner_join(members::table.on(members::user_num.eq(blocks::user_num)))
        .filter(blocks::blocked.eq(other))
        .filter(members::channel.eq(channel).and(members::membership.eq("joined")))
        .select((blocks::user_num, members::read_base))
        .load(conn)?)
}

/// The account is gone.
pub fn forget(conn: &mut Conn, user: UserNum) -> Result<()> {
    diesel::delete(blocks::table.filter(blocks::user_num.eq(user))).execute(conn)?;
    Ok(())
}
