//! Files of messages that were written on other servers: who may have them, and which copies go first.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::files::CLAIMED;
use super::schema::{file_copies, file_refs, members, users};
use super::{ChannelNum, Conn, Result, RunQueryDsl, optional};

/// Nothing here has need of the file: it can be fetched again.
pub fn note(conn: &mut Conn, hash: &str, size: i64, ts: i64) -> Result<()> {
    diesel::insert_into(file_copies::table)
        .values((file_copies::hash.eq(hash), file_copies::size.eq(size), file_copies::used_ts.eq(ts)))
        .on_conflict(file_copies::hash)
        .do_nothing()
        .execute(conn)?;
    Ok(())
}

/// It is no copy any more: somebody here has need of it, or it is gone.
pub fn forget(conn: &mut Conn, hash: &str) -> Result<()> {
    diesel::delete(file_copies::table.find(hash)).execute(conn)?;
    Ok(())
}

/// When a copy was last looked at; none if it is no copy.
pub fn used_ts(conn: &mut Conn, hash: &str) -> Result<Option<i64>> {
    optional(file_copies::table.find(hash).select(file_copies::used_ts).one(conn))
}

pub fn touch(conn: &mut Conn, hash: &str, ts: i64) -> Result<()> {
    diesel::update(file_copies::table.find(hash)).set(file_copies::used_ts.eq(ts)).execute(conn)?;
    Ok(())
}

/// The bytes of all copies.
pub fn total(conn: &mut Conn) -> Result<i64> {
    Ok(file_copies::table.select(sql::<BigInt>("CAST(COALESCE(SUM(size), 0) AS BIGINT)")).get_result(conn)?)
}

/// (hash, size) of those that were not looked at for longest, but for one.
pub fn oldest(conn: &mut Conn, but: &str, limit: i64) -> Result<Vec<(String, i64)>> {
    Ok(file_copies::table
        .filter(file_copies::hash.ne(but))
        .order((file_copies::used_ts, file_copies::hash))
        .limit(limit)
        .select((file_copies::hash, file_copies::size))
        .load(conn)?)
}

/// These servers have the bytes: what their people's messages claim of the file is so. Answers how many did.
pub fn mark_shown(conn: &mut Conn, hash: &str, servers: &[&str]) -> Result<usize> {
    let theirs = users::table.filter(users::server.eq_any(servers.to_vec())).select(users::num);
    let claims = file_refs::table.filter(
        file_refs::hash.eq(hash).and(file_refs::standing.eq(CLAIMED)).and(file_refs::user_num.eq_any(theirs)),
    );
    Ok(diesel::update(claims).set(file_refs::standing.eq(super::files::SHOWN)).execute(conn)?)
}

/// (channel, seq) of the newest message in each channel with people of the server that carries the file, and whose
/// author is known to have it.
pub fn places_for(conn: &mut Conn, hash: &str, server: &str) -> Result<Vec<(ChannelNum, i64)>> {
    Ok(file_refs::table
        .inner_join(members::table.on(members::channel.eq(file_refs::channel)))
        .inner_join(users::table.on(users::num.eq(members::user_num)))
        .filter(file_refs::hash.eq(hash).and(file_refs::standing.ne(CLAIMED)))
        .filter(users::server.eq(server).and(members::membership.eq("joined")))
        .group_by(file_refs::channel)
        .select((file_refs::channel, sql::<BigInt>("MAX(file_refs.seq)")))
        .load(conn)?)
}

/// Whose word it is that the message at this place may carry the file; none if it carries it not.
pub fn standing(conn: &mut Conn, channel: ChannelNum, seq: i64, hash: &str) -> Result<Option<String>> {
    optional(file_refs::table.find((channel, seq, hash)).select(file_refs::standing).one(conn))
}
