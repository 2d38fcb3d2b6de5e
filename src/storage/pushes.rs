//! Devices that want to be told though no window is open there, and what waits for them.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::schema::{blocks, members, push_endpoints, pushes, sessions};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, optional};

/// A device's place, by its session.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = push_endpoints, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct EndpointRow {
    pub session: String,
    pub user_num: UserNum,
    pub endpoint: String,
    pub p256dh: Vec<u8>,
    pub auth: Vec<u8>,
    pub scope: String,
    pub created_ts: i64,
    pub failing_ts: Option<i64>,
}

/// Something that waits for a device.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = pushes)]
pub struct PushRow {
    pub session: String,
    pub channel: ChannelNum,
    /// The seq of the message that it reminds of; 0 for the newest of the channel.
    pub reminder: i64,
    pub seq: i64,
    pub due_ts: i64,
    pub expires_ts: i64,
    pub tries: i64,
}

/// Keeps a session's place. A browser has one: whoever used it before has it no longer. False without the session.
pub fn put_endpoint(conn: &mut Conn, row: &EndpointRow) -> Result<bool> {
    let lives: bool =
        diesel::select(exists(sessions::table.filter(sessions::id.eq(&row.session)))).get_result(conn)?;
    if !lives {
        return Ok(false);
    }
    let before = push_endpoints::endpoint.eq(&row.endpoint).and(push_endpoints::session.ne(&row.session));
    diesel::delete(push_endpoints::table.filter(before)).execute(conn)?;
    diesel::insert_into(push_endpoints::table)
        .values(row)
        .on_conflict(push_endpoints::session)
        .do_update()
        .set(row)
        .execute(conn)?;
    Ok(true)
}

pub fn endpoint(conn: &mut Conn, session: &str) -> Result<Option<EndpointRow>> {
    optional(push_endpoints::table.find(session).select(EndpointRow::columns()).one(conn))
}

/// Forgets the session's place and what waits for it.
pub fn delete_endpoint(conn: &mut Conn, session: &str) -> Result<()> {
    diesel::delete(pushes::table.filter(pushes::session.eq(session))).execute(conn)?;
    diesel::delete(push_endpoints::table.find(session)).execute(conn)?;
    Ok(())
}

/// As [`delete_endpoint`], unless the device is reached elsewhere by now. True when it went.
pub fn delete_gone(conn: &mut Conn, device: &EndpointRow) -> Result<bool> {
    let there = push_endpoints::table
        .find(&device.session)
        .filter(push_endpoints::endpoint.eq(&device.endpoint).and(push_endpoints::p256dh.eq(&device.p256dh)));
    // What waits for it refers to it.
    let known: bool = diesel::select(exists(there)).get_result(conn)?;
    if known {
        delete_endpoint(conn, &device.session)?;
    }
    Ok(known)
}

pub fn any_endpoint(conn: &mut Conn) -> Result<bool> {
    let first: Vec<String> = push_endpoints::table.select(push_endpoints::session).limit(1).load(conn)?;
    Ok(!first.is_empty())
}

/// Since when nothing could be delivered to the device where it was reached; none once it could.
pub fn set_failing(conn: &mut Conn, device: &EndpointRow, since: Option<i64>) -> Result<()> {
    let there = push_endpoints::table
        .find(&device.session)
        .filter(push_endpoints::endpoint.eq(&device.endpoint).and(push_endpoints::p256dh.eq(&device.p256dh)));
    diesel::update(there).set(push_endpoints::failing_ts.eq(since)).execute(conn)?;
    Ok(())
}

/// The devices that a message in the channel is for: those of `concerned`, and those that want to hear of
/// everything where their person's level is `all`; never the author's own.
pub fn devices_for(
    conn: &mut Conn,
    channel: ChannelNum,
    concerned: &[UserNum],
    author: UserNum,
) -> Result<Vec<String>> {
    let everything = push_endpoints::scope.eq("all").and(members::notify.eq("all"));
    let blocked = blocks::table
        .filter(blocks::blocked.eq(author).and(blocks::user_num.eq(push_endpoints::user_num)))
        .select(blocks::user_num);
    Ok(push_endpoints::table
        .inner_join(members::table.on(members::user_num.eq(push_endpoints::user_num)))
        .filter(members::channel.eq(channel).and(members::membership.eq("joined")))
        .filter(push_endpoints::user_num.ne(author))
        .filter(everything.or(push_endpoints::user_num.eq_any(concerned)))
        .filter(not(exists(blocked)))
        .select(push_endpoints::session)
        .order(push_endpoints::session)
        .load(conn)?)
}

/// All devices of the person.
pub fn devices_of(conn: &mut Conn, user: UserNum) -> Result<Vec<String>> {
    let own = push_endpoints::table.filter(push_endpoints::user_num.eq(user));
    Ok(own.select(push_endpoints::session).order(push_endpoints::session).load(conn)?)
}

/// Adds what waits. Per device and channel only the newest does, beside the reminders; it goes out when the first was due.
pub fn add(conn: &mut Conn, row: &PushRow) -> Result<()> {
    diesel::insert_into(pushes::table)
        .values(row)
        .on_conflict((pushes::session, pushes::channel, pushes::reminder))
        .do_update()
        .set((pushes::seq.eq(excluded(pushes::seq)), pushes::expires_ts.eq(excluded(pushes::expires_ts))))
        .execute(conn)?;
    Ok(())
}

pub fn any_due(conn: &mut Conn, now: i64) -> Result<bool> {
    Ok(diesel::select(exists(pushes::table.filter(pushes::due_ts.le(now)))).get_result(conn)?)
}

/// Takes up to `limit` of what is due; it is due again at `until`, should its taker be gone by then.
pub fn claim(conn: &mut Conn, now: i64, limit: i64, until: i64) -> Result<Vec<PushRow>> {
    let rows: Vec<PushRow> = pushes::table
        .filter(pushes::due_ts.le(now))
        .order((pushes::due_ts, pushes::session, pushes::channel, pushes::reminder))
        .limit(limit)
        .select(PushRow::columns())
        .load(conn)?;
    for row in &rows {
        postpone(conn, row, until, row.tries)?;
    }
    Ok(rows)
}

pub fn postpone(conn: &mut Conn, row: &PushRow, due_ts: i64, tries: i64) -> Result<()> {
    diesel::update(pushes::table.find((&row.session, row.channel, row.reminder)))
        .set((pushes::due_ts.eq(due_ts), pushes::tries.eq(tries)))
        .execute(conn)?;
    Ok(())
}

/// It was delivered, or is no longer wanted. What came meanwhile is due at once.
pub fn finish(conn: &mut Conn, row: &PushRow, now: i64) -> Result<()> {
    let this = pushes::table.find((&row.session, row.channel, row.reminder));
    diesel::delete(this.filter(pushes::seq.le(row.seq))).execute(conn)?;
    postpone(conn, row, now, 0)
}
