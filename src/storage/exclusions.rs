//! People of other servers whom an administrator keeps out of this one.

use diesel::dsl::{count_star, max};
use diesel::prelude::*;

use super::schema::{channels, exclusions, members, users};
use super::users::UserRow;
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, contains, optional};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = exclusions)]
pub struct ExclusionRow {
    pub id: i64,
    pub user_num: UserNum,
    pub created_ts: i64,
    /// None: somebody with the operator's commands.
    pub administrator: Option<String>,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = exclusions, treat_none_as_default_value = false)]
pub struct NewExclusion {
    pub user_num: UserNum,
    pub created_ts: i64,
    pub administrator: Option<String>,
    pub reason: Option<String>,
}

/// Where somebody has something in a channel that is hosted here: in it, invited, or knocking.
#[derive(Debug, Clone)]
pub struct Seat {
    pub channel: ChannelNum,
    pub channel_id: String,
    pub user_num: UserNum,
    pub user_id: String,
}

pub fn add(conn: &mut Conn, row: &NewExclusion) -> Result<()> {
    diesel::insert_into(exclusions::table).values(row).execute(conn)?;
    Ok(())
}

pub fn set_reason(conn: &mut Conn, user: UserNum, reason: Option<&str>) -> Result<()> {
    let row = exclusions::table.filter(exclusions::user_num.eq(user));
    diesel::update(row).set(exclusions::reason.eq(reason)).execute(conn)?;
    Ok(())
}

/// False when it was not so.
pub fn delete(conn: &mut Conn, user: UserNum) -> Result<bool> {
    Ok(diesel::delete(exclusions::table.filter(exclusions::user_num.eq(user))).execute(conn)? > 0)
}

pub fn get(conn: &mut Conn, user: UserNum) -> Result<Option<ExclusionRow>> {
    let row = exclusions::table.filter(exclusions::user_num.eq(user));
    optional(row.select(ExclusionRow::columns()).one(conn))
}

/// How many there are, and the last: two that are equal are of the same people, for ids are given once.
pub fn stamp(conn: &mut Conn) -> Result<(i64, Option<i64>)> {
    let count = exclusions::table.select(count_star()).get_result(conn)?;
    Ok((count, exclusions::table.select(max(exclusions::id)).get_result(conn)?))
}

/// All of them, with their ids.
pub fn people(conn: &mut Conn, limit: i64) -> Result<Vec<(UserNum, String)>> {
    Ok(exclusions::table
        .inner_join(users::table.on(users::num.eq(exclusions::user_num)))
        .order(exclusions::id)
        .limit(limit)
        .select((users::num, users::id))
        .load(conn)?)
}

/// Those among these people who are kept out.
pub fn among(conn: &mut Conn, people: &[UserNum]) -> Result<Vec<UserNum>> {
    let rows = exclusions::table.filter(exclusions::user_num.eq_any(people));
    Ok(rows.select(exclusions::user_num).load(conn)?)
}

/// Newest first, with numbers below `before`: those who have `query` in their id or name.
pub fn page(conn: &mut Conn, query: &str, before: i64, limit: i64) -> Result<Vec<(ExclusionRow, UserRow)>> {
    Ok(exclusions::table
        .inner_join(users::table.on(users::num.eq(exclusions::user_num)))
        .filter(exclusions::id.lt(before))
        .filter(users::search.like(contains(query)).escape('\\'))
        .order(exclusions::id.desc())
        .limit(limit)
        .select((ExclusionRow::columns(), UserRow::columns()))
        .load(conn)?)
}

/// In how many channels of the server `host` each of these people still has a seat.
pub fn seats_of(conn: &mut Conn, host: &str, people: &[UserNum]) -> Result<Vec<(UserNum, i64)>> {
    Ok(members::table
        .inner_join(channels::table.on(channels::num.eq(members::channel)))
        .filter(members::user_num.eq_any(people).and(members::membership.eq_any(SEATED)))
        .filter(channels::host.eq(host))
        .group_by(members::user_num)
        .select((members::user_num, count_star()))
        .load(conn)?)
}

/// Those who are joined in a channel, by their ids.
pub fn joined_in(conn: &mut Conn, channel: ChannelNum, limit: i64) -> Result<Vec<String>> {
    Ok(exclusions::table
        .inner_join(users::table.on(users::num.eq(exclusions::user_num)))
        .inner_join(members::table.on(members::user_num.eq(exclusions::user_num)))
        .filter(members::channel.eq(channel).and(members::membership.eq("joined")))
        .limit(limit)
        .select(users::id)
        .load(conn)?)
}

/// What is a seat.
const SEATED: [&str; 3] = ["joined", "invited", "knocking"];

/// Seats of those who are kept out, in channels of the server `host` that can be left at somebody else's word, after a
/// person and a channel.
pub fn seats(conn: &mut Conn, host: &str, after: (UserNum, ChannelNum), limit: i64) -> Result<Vec<Seat>> {
    let (user, channel) = after;
    let rows: Vec<(ChannelNum, String, UserNum, String)> = exclusions::table
        .inner_join(users::table.on(users::num.eq(exclusions::user_num)))
        .inner_join(members::table.on(members::user_num.eq(exclusions::user_num)))
        .inner_join(channels::table.on(channels::num.eq(members::channel)))
        .filter(members::membership.eq_any(SEATED))
        .filter(channels::host.eq(host).and(channels::kind.ne("dm")).and(channels::archived.eq(false)))
        .filter(
            exclusions::user_num.gt(user).or(exclusions::user_num.eq(user).and(members::channel.gt(channel))),
        )
        .order((exclusions::user_num, members::channel))
        .limit(limit)
        .select((channels::num, channels::id, users::num, users::id))
        .load(conn)?;
    let seat = |(channel, channel_id, user_num, user_id)| Seat { channel, channel_id, user_num, user_id };
    Ok(rows.into_iter().map(seat).collect())
}
