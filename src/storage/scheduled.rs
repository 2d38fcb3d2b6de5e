//! Messages that are to be sent later: a list each, and which of all are due.

use diesel::dsl::{count_star, exists, max};
use diesel::prelude::*;

use super::schema::{channels, scheduled, scheduled_files};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, copies, optional};

/// A message on somebody's list.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = scheduled, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct ScheduledRow {
    pub id: String,
    pub user_num: UserNum,
    pub channel: ChannelNum,
    pub nonce: String,
    pub reply_to: Option<String>,
    pub thread: Option<String>,
    pub content: String,
    pub created_ts: i64,
    pub send_ts: i64,
    /// None: it is not tried again by itself.
    pub due_ts: Option<i64>,
    pub tries: i64,
    pub failed: Option<String>,
    /// That which scheduled it, or changed it last.
    pub session: Option<String>,
}

/// A message that is due, and where its channel is hosted.
#[derive(Debug, Clone, Queryable)]
pub struct DueRow {
    pub id: String,
    pub user_num: UserNum,
    pub channel: ChannelNum,
    pub host: String,
}

pub fn add(conn: &mut Conn, row: &ScheduledRow) -> Result<()> {
    diesel::insert_into(scheduled::table).values(row).execute(conn)?;
    Ok(())
}

/// The message is going to carry the file, which stays for it.
pub fn carry(conn: &mut Conn, row: &ScheduledRow, hash: &str) -> Result<()> {
    diesel::insert_into(scheduled_files::table)
        .values((
            scheduled_files::hash.eq(hash),
            scheduled_files::scheduled.eq(&row.id),
            scheduled_files::user_num.eq(row.user_num),
        ))
        .on_conflict((scheduled_files::hash, scheduled_files::scheduled))
        .do_nothing()
        .execute(conn)?;
    copies::forget(conn, hash)
}

/// Writes a message of the list anew; nothing where it is gone.
pub fn put(conn: &mut Conn, row: &ScheduledRow) -> Result<()> {
    diesel::update(scheduled::table.find(&row.id)).set(row).execute(conn)?;
    Ok(())
}

/// Takes a message off the list; answers the hashes of what it was to carry.
pub fn delete(conn: &mut Conn, id: &str) -> Result<Vec<String>> {
    let carried = diesel::delete(scheduled_files::table.filter(scheduled_files::scheduled.eq(id)));
    let hashes = carried.returning(scheduled_files::hash).load(conn)?;
    diesel::delete(scheduled::table.find(id)).execute(conn)?;
    Ok(hashes)
}

/// The account is gone; answers the hashes of what its messages were to carry.
pub fn forget(conn: &mut Conn, user: UserNum) -> Result<Vec<String>> {
    let carried = diesel::delete(scheduled_files::table.filter(scheduled_files::user_num.eq(user)));
    let hashes = carried.returning(scheduled_files::hash).load(conn)?;
    diesel::delete(scheduled::table.filter(scheduled::user_num.eq(user))).execute(conn)?;
    Ok(hashes)
}

/// A message of this person's.
pub fn get(conn: &mut Conn, user: UserNum, id: &str) -> Result<Option<ScheduledRow>> {
    let own = scheduled::table.filter(scheduled::id.eq(id).and(scheduled::user_num.eq(user)));
    optional(own.select(ScheduledRow::columns()).one(conn))
}

pub fn by_nonce(
    conn: &mut Conn,
    user: UserNum,
    channel: ChannelNum,
    nonce: &str,
) -> Result<Option<ScheduledRow>> {
    let own = scheduled::user_num.eq(user).and(scheduled::channel.eq(channel));
    optional(
        scheduled::table
            .filter(own.and(scheduled::nonce.eq(nonce)))
            .select(ScheduledRow::columns())
            .one(conn),
    )
}

pub fn count(conn: &mut Conn, user: UserNum) -> Result<i64> {
    Ok(scheduled::table.filter(scheduled::user_num.eq(user)).select(count_star()).get_result(conn)?)
}

/// When the person scheduled last, of what is still on the list.
pub fn newest(conn: &mut Conn, user: UserNum) -> Result<Option<i64>> {
    let own = scheduled::table.filter(scheduled::user_num.eq(user));
    Ok(own.select(max(scheduled::created_ts)).get_result(conn)?)
}

/// What somebody's other sessions are going to send.
pub fn of_others(conn: &mut Conn, user: UserNum, keep: Option<&str>) -> Result<Vec<ScheduledRow>> {
    let waiting = scheduled::user_num.eq(user).and(scheduled::due_ts.is_not_null());
    let rows: Vec<ScheduledRow> =
        scheduled::table.filter(waiting).select(ScheduledRow::columns()).load(conn)?;
    Ok(rows.into_iter().filter(|row| keep.is_none() || row.session.as_deref() != keep).collect())
}

/// Nothing on any list is sent by itself, for the reason of this code.
pub fn hold_all(conn: &mut Conn, failed: &str) -> Result<()> {
    diesel::update(scheduled::table.filter(scheduled::due_ts.is_not_null()))
        .set((scheduled::due_ts.eq(None::<i64>), scheduled::failed.eq(failed)))
        .execute(conn)?;
    Ok(())
}

/// All of a person's, soonest first, with the ids of their channels.
pub fn of_user(conn: &mut Conn, user: UserNum) -> Result<Vec<(ScheduledRow, String)>> {
    Ok(scheduled::table
        .inner_join(channels::table.on(channels::num.eq(scheduled::channel)))
        .filter(scheduled::user_num.eq(user))
        .order((scheduled::send_ts, scheduled::created_ts))
        .select((ScheduledRow::columns(), channels::id))
        .load(conn)?)
}

/// What is due in channels that this server hosts, or (`is_host` is false) in those of others; what waited longest first.
pub fn due(conn: &mut Conn, now: i64, (server, is_host): (&str, bool), limit: i64) -> Result<Vec<DueRow>> {
    let due = scheduled::table
        .inner_join(channels::table.on(channels::num.eq(scheduled::channel)))
        .filter(scheduled::due_ts.is_not_null().and(scheduled::due_ts.le(now)))
        .order((scheduled::due_ts, scheduled::created_ts))
        .limit(limit)
        .select((scheduled::id, scheduled::user_num, scheduled::channel, channels::host));
    Ok(match is_host {
        true => due.filter(channels::host.eq(server)).load(conn)?,
        false => due.filter(channels::host.ne(server)).load(conn)?,
    })
}

/// Whether a message that is to be sent later needs the file.
pub fn is_carried(conn: &mut Conn, hash: &str) -> Result<bool> {
    let carried = scheduled_files::table.filter(scheduled_files::hash.eq(hash));
    Ok(diesel::select(exists(carried)).get_result(conn)?)
}

/// As [`is_carried`], of one person's.
pub fn carries(conn: &mut Conn, user: UserNum, hash: &str) -> Result<bool> {
    let carried =
        scheduled_files::table.filter(scheduled_files::hash.eq(hash).and(scheduled_files::user_num.eq(user)));
    Ok(diesel::select(exists(carried)).get_result(conn)?)
}
