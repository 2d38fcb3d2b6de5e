//! What people want to be told of, and when not at all.

use diesel::prelude::*;

use super::schema::{attention, keywords, members};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, optional};

/// When a person wants to be left alone.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = attention, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct AttentionRow {
    pub user_num: UserNum,
    pub quiet_until: Option<i64>,
    /// With the minutes, or none of the three.
    pub zone: Option<String>,
    pub from_min: Option<i64>,
    pub to_min: Option<i64>,
}

pub fn get(conn: &mut Conn, user: UserNum) -> Result<Option<AttentionRow>> {
    optional(attention::table.find(user).select(AttentionRow::columns()).one(conn))
}

pub fn put(conn: &mut Conn, row: &AttentionRow) -> Result<()> {
    diesel::insert_into(attention::table)
        .values(row)
        .on_conflict(attention::user_num)
        .do_update()
        .set(row)
        .execute(conn)?;
    Ok(())
}

/// The person's words, in their order.
pub fn keywords(conn: &mut Conn, user: UserNum) -> Result<Vec<String>> {
    Ok(keywords::table
        .filter(keywords::user_num.eq(user))
        .order(keywords::word)
        .select(keywords::word)
        .load(conn)?)
}

pub fn set_keywords(conn: &mut Conn, user: UserNum, words: &[String]) -> Result<()> {
    diesel::delete(keywords::table.filter(keywords::user_num.eq(user))).execute(conn)?;
    for word in words {
        diesel::insert_into(keywords::table)
            .values((keywords::user_num.eq(user), keywords::word.eq(word)))
            .execute(conn)?;
    }
    Ok(())
}

pub fn any_keyword(conn: &mut Conn) -> Result<bool> {
    let first: Vec<String> = keywords::table.select(keywords::word).limit(1).load(conn)?;
    Ok(!first.is_empty())
}

/// (whose, word) of those who are in the channel and want to hear of it, at most `limit`.
pub fn keywords_in(conn: &mut Conn, channel: ChannelNum, limit: i64) -> Result<Vec<(UserNum, String)>> {
    Ok(keywords::table
        .inner_join(members::table.on(members::user_num.eq(keywords::user_num)))
        .filter(members::channel.eq(channel).and(members::membership.eq("joined")))
        .filter(members::notify.ne("none"))
        .order((keywords::user_num, keywords::word))
        .limit(limit)
        .select((keywords::user_num, keywords::word))
        .load(conn)?)
}

/// The account is gone.
pub fn forget(conn: &mut Conn, user: UserNum) -> Result<()> {
    diesel::delete(keywords::table.filter(keywords::user_num.eq(user))).execute(conn)?;
    diesel::delete(attention::table.find(user)).execute(conn)?;
    Ok(())
}
