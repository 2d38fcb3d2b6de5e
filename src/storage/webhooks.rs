//! Webhooks: where other programs post to a channel.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::schema::{channels, users, webhooks};
use super::users::UserRow;
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, optional};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhooks, treat_none_as_default_value = false)]
pub struct WebhookRow {
    pub id: String,
    pub token_hash: Vec<u8>,
    pub channel: ChannelNum,
    /// In whose name it posts.
    pub user_num: UserNum,
    pub created_by: UserNum,
    pub created_ts: i64,
    pub last_used_ts: Option<i64>,
}

pub fn insert(conn: &mut Conn, webhook: &WebhookRow) -> Result<()> {
    diesel::insert_into(webhooks::table).values(webhook).execute(conn)?;
    Ok(())
}

/// The webhook that a token is of, its channel's id, and in whose name it posts.
pub fn by_token(conn: &mut Conn, token_hash: &[u8]) -> Result<Option<(WebhookRow, String, UserRow)>> {
    let found = webhooks::table
        .inner_join(channels::table.on(channels::num.eq(webhooks::channel)))
        .inner_join(users::table.on(users::num.eq(webhooks::user_num)))
        .filter(webhooks::token_hash.eq(token_hash))
        .select((WebhookRow::columns(), channels::id, UserRow::columns()))
        .one(conn);
    optional(found)
}

/// Those of a channel, the oldest first, with the people in whose names they post.
pub fn of_channel(conn: &mut Conn, channel: ChannelNum, limit: i64) -> Result<Vec<(WebhookRow, UserRow)>> {
    Ok(webhooks::table
        .inner_join(users::table.on(users::num.eq(webhooks::user_num)))
        .filter(webhooks::channel.eq(channel))
        .order((webhooks::created_ts, webhooks::id))
        .limit(limit)
        .select((WebhookRow::columns(), UserRow::columns()))
        .load(conn)?)
}

pub fn count(conn: &mut Conn, channel: ChannelNum) -> Result<i64> {
    Ok(webhooks::table.filter(webhooks::channel.eq(channel)).select(count_star()).get_result(conn)?)
}

/// Whether what speaks by this account posts to the channel.
pub fn is_of(conn: &mut Conn, channel: ChannelNum, user: UserNum) -> Result<bool> {
    let theirs = webhooks::table.filter(webhooks::channel.eq(channel).and(webhooks::user_num.eq(user)));
    Ok(theirs.select(count_star()).get_result::<i64>(conn)? > 0)
}

/// Takes a channel's webhook away, and answers in whose name it posted.
pub fn delete(conn: &mut Conn, channel: ChannelNum, id: &str) -> Result<Option<UserNum>> {
    let theirs = webhooks::table.filter(webhooks::channel.eq(channel).and(webhooks::id.eq(id)));
    optional(diesel::delete(theirs).returning(webhooks::user_num).get_result(conn))
}

/// Takes away what posts in this name.
pub fn forget(conn: &mut Conn, user: UserNum) -> Result<()> {
    diesel::delete(webhooks::table.filter(webhooks::user_num.eq(user))).execute(conn)?;
    Ok(())
}

pub fn touch(conn: &mut Conn, id: &str, now: i64) -> Result<()> {
    diesel::update(webhooks::table.find(id)).set(webhooks::last_used_ts.eq(Some(now))).execute(conn)?;
    Ok(())
}
