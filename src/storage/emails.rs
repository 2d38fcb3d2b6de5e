//! Addresses that people gave, and the tokens that were sent there.

use diesel::dsl::{count_star, exists};
use diesel::prelude::*;

use super::schema::{email_tokens, emails, notifications};
use super::{Columns, Conn, Result, RunQueryDsl, UserNum, optional};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = emails, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct EmailRow {
    pub user_num: UserNum,
    /// Whoever reads what is sent there has said so.
    pub address: Option<String>,
    /// Nobody has yet.
    pub pending: Option<String>,
    /// Wants to hear there of what was missed.
    pub missed: bool,
    /// Ends that without a session.
    pub unsubscribe: String,
    /// Notifications up to this id were told, or are not to be.
    pub mailed_id: i64,
    pub mailed_ts: i64,
    /// In which language letters are written, as the person chose.
    pub language: Option<String>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = email_tokens)]
pub struct TokenRow {
    /// SHA-256 of the token; the token itself is only in the letter.
    pub token_hash: Vec<u8>,
    pub user_num: UserNum,
    pub kind: String,
    pub address: String,
    pub created_ts: i64,
    pub expires_ts: i64,
}

/// How many accounts one address can ask to reset at once.
const SAME_ADDRESS_MAX: i64 = 5;

pub fn get(conn: &mut Conn, user: UserNum) -> Result<Option<EmailRow>> {
    optional(emails::table.find(user).select(EmailRow::columns()).one(conn))
}

pub fn put(conn: &mut Conn, row: &EmailRow) -> Result<()> {
    diesel::insert_into(emails::table)
        .values(row)
        .on_conflict(emails::user_num)
        .do_update()
        .set(row)
        .execute(conn)?;
    Ok(())
}

/// Whose verified address this is.
pub fn by_address(conn: &mut Conn, address: &str) -> Result<Vec<UserNum>> {
    Ok(emails::table
        .filter(emails::address.eq(address))
        .order(emails::user_num)
        .limit(SAME_ADDRESS_MAX)
        .select(emails::user_num)
        .load(conn)?)
}

/// Nothing is kept of the person.
pub fn forget(conn: &mut Conn, user: UserNum) -> Result<()> {
    diesel::delete(email_tokens::table.filter(email_tokens::user_num.eq(user))).execute(conn)?;
    diesel::delete(emails::table.find(user)).execute(conn)?;
    Ok(())
}

/// The person has no address any more, and nothing that was sent counts.
pub fn take_away(conn: &mut Conn, user: UserNum) -> Result<()> {
    spend_tokens(conn, user)?;
    diesel::delete(emails::table.find(user)).execute(conn)?;
    Ok(())
}

/// An address that was not confirmed is not going to be, and nothing that was sent counts: whoever had the account before
/// its password changed may read it.
pub fn unconfirm(conn: &mut Conn, user: UserNum) -> Result<()> {
    spend_tokens(conn, user)?;
    diesel::update(emails::table.find(user)).set(emails::pending.eq(None::<String>)).execute(conn)?;
    Ok(())
}

pub fn unsubscribe(conn: &mut Conn, token: &str) -> Result<bool> {
    let of = emails::table.filter(emails::unsubscribe.eq(token));
    Ok(diesel::update(of).set(emails::missed.eq(false)).execute(conn)? > 0)
}

pub fn add_token(conn: &mut Conn, row: &TokenRow) -> Result<()> {
    diesel::insert_into(email_tokens::table).values(row).execute(conn)?;
    Ok(())
}

/// How many the person was sent since `ts`.
pub fn count_tokens(conn: &mut Conn, user: UserNum, kind: &str, since: i64) -> Result<i64> {
    let of = email_tokens::user_num.eq(user).and(email_tokens::kind.eq(kind));
    let recent = email_tokens::table.filter(of.and(email_tokens::created_ts.gt(since)));
    Ok(recent.select(count_star()).get_result(conn)?)
}

/// How many were sent to the address since `ts`, whoever asked for them.
pub fn count_tokens_to(conn: &mut Conn, address: &str, kind: &str, since: i64) -> Result<i64> {
    let of = email_tokens::address.eq(address).and(email_tokens::kind.eq(kind));
    let recent = email_tokens::table.filter(of.and(email_tokens::created_ts.gt(since)));
    Ok(recent.select(count_star()).get_result(conn)?)
}

/// A token that is good now.
pub fn token(conn: &mut Conn, hash: &[u8], kind: &str, now: i64) -> Result<Option<TokenRow>> {
    let good = email_tokens::kind.eq(kind).and(email_tokens::expires_ts.gt(now));
    let found = email_tokens::table.filter(email_tokens::token_hash.eq(hash).and(good));
    optional(found.select(TokenRow::columns()).one(conn))
}

/// The person's tokens are good no more. They still count as letters that were sent.
pub fn spend_tokens(conn: &mut Conn, user: UserNum) -> Result<()> {
    let theirs = email_tokens::table.filter(email_tokens::user_num.eq(user));
    diesel::update(theirs).set(email_tokens::expires_ts.eq(0)).execute(conn)?;
    Ok(())
}

/// Deletes tokens that were good until `expired` and no longer count as letters of late: those from before `counted`.
pub fn delete_tokens_before(conn: &mut Conn, expired: i64, counted: i64) -> Result<()> {
    let old = email_tokens::expires_ts.lt(expired).and(email_tokens::created_ts.lt(counted));
    diesel::delete(email_tokens::table.filter(old)).execute(conn)?;
    Ok(())
}

/// Those who want to hear of what they missed, have missed something before `before` that they were not told of,
/// and were not written to since then; after the person `after`.
pub fn due(conn: &mut Conn, before: i64, after: UserNum, limit: i64) -> Result<Vec<EmailRow>> {
    let missed = notifications::table
        .filter(notifications::user_num.eq(emails::user_num).and(notifications::seen.eq(false)))
        .filter(notifications::id.gt(emails::mailed_id).and(notifications::ts.le(before)));
    let wanting = emails::missed.eq(true).and(emails::address.is_not_null());
    Ok(emails::table
        .filter(wanting.and(emails::mailed_ts.le(before)).and(emails::user_num.gt(after)))
        .filter(exists(missed))
        .order(emails::user_num)
        .limit(limit)
        .select(EmailRow::columns())
        .load(conn)?)
}

pub fn set_mailed(conn: &mut Conn, user: UserNum, id: i64, ts: i64) -> Result<()> {
    diesel::update(emails::table.find(user))
        .set((emails::mailed_id.eq(id), emails::mailed_ts.eq(ts)))
        .execute(conn)?;
    Ok(())
}
