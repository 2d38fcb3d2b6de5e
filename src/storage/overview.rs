//! Figures for administrators: what there is, and how much.

use std::collections::HashMap;

use diesel::dsl::{count_star, max, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::channels::ChannelRow;
use super::peers::{AlarmRow, PeerRow};
use super::schema::{alarms, channels, entries, files, members, peers, replicas, sessions, users};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, contains, reports};

/// Channels that are no conversations between people, whose name, topic or alias has `query` in it, in the
/// order of their numbers.
pub fn channels(conn: &mut Conn, query: &str, after: ChannelNum, limit: i64) -> Result<Vec<ChannelRow>> {
    Ok(channels::table
        .filter(channels::kind.eq("channel").and(channels::num.gt(after)))
        .filter(channels::search.like(contains(query)).escape('\\'))
        .order(channels::num)
        .limit(limit)
        .select(ChannelRow::columns())
        .load(conn)?)
}

/// When something was done here last, by the clock of then: in a log that `server`, this one, hosts, or with a session.
pub fn last_done(conn: &mut Conn, server: &str) -> Result<Option<i64>> {
    let written: Option<i64> =
        channels::table.filter(channels::host.eq(server)).select(max(channels::last_ts)).first(conn)?;
    let used: Option<i64> = sessions::table.select(max(sessions::last_used_ts)).first(conn)?;
    Ok(written.max(used))
}

/// Sessions of each, and when one was used last.
pub fn sessions_of(conn: &mut Conn, people: &[UserNum]) -> Result<HashMap<UserNum, (i64, i64)>> {
    let rows: Vec<(UserNum, i64, i64)> = sessions::table
        .filter(sessions::user_num.eq_any(people))
        .group_by(sessions::user_num)
        .select((sessions::user_num, count_star(), sql::<BigInt>("MAX(last_used_ts)")))
        .load(conn)?;
    Ok(rows.into_iter().map(|(user, count, last)| (user, (count, last))).collect())
}

/// Other servers by name, after the name `after`.
pub fn peers(conn: &mut Conn, ours: &str, after: &str, limit: i64) -> Result<Vec<PeerRow>> {
    Ok(peers::table
        .filter(peers::server.gt(after).and(peers::server.ne(ours)))
        .order(peers::server)
        .limit(limit)
        .select(PeerRow::columns())
        .load(conn)?)
}

/// Entries that replicas lack.
const LACK: &str = "CAST(COALESCE(SUM(CASE WHEN COALESCE(until, size) > acked THEN COALESCE(until, size) - acked ELSE 0 END), 0) AS BIGINT)";

/// Of each server: how many channels hosted here it gets, and how many entries it lacks of them in all.
pub fn replicas_of(conn: &mut Conn, servers: &[String]) -> Result<HashMap<String, (i64, i64)>> {
    let rows: Vec<(String, i64, i64)> = replicas::table
        .inner_join(channels::table.on(channels::num.eq(replicas::channel)))
        .filter(replicas::server.eq_any(servers))
        .group_by(replicas::server)
        .select((replicas::server, count_star(), sql::<BigInt>(LACK)))
        .load(conn)?;
    Ok(rows.into_iter().map(|(server, count, lack)| (server, (count, lack))).collect())
}

/// Of each server: how many channels that it hosts are kept here too.
pub fn hosted_of(conn: &mut Conn, servers: &[String]) -> Result<HashMap<String, i64>> {
    let rows: Vec<(String, i64)> = channels::table
        .filter(channels::host.eq_any(servers))
        .group_by(channels::host)
        .select((channels::host, count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The last alarms about these servers, newest first.
pub fn alarms_of(conn: &mut Conn, servers: &[String], limit: i64) -> Result<Vec<AlarmRow>> {
    Ok(alarms::table
        .filter(alarms::server.eq_any(servers))
        .order(alarms::num.desc())
        .limit(limit)
        .select(AlarmRow::columns())
        .load(conn)?)
}

/// How many of this server's people are in each channel.
pub fn local_members_of(
    conn: &mut Conn,
    channels: &[ChannelNum],
    server: &str,
) -> Result<HashMap<ChannelNum, i64>> {
    let rows: Vec<(ChannelNum, i64)> = members::table
        .inner_join(users::table.on(users::num.eq(members::user_num)))
        .filter(members::channel.eq_any(channels).and(members::membership.eq("joined")))
        .filter(users::server.eq(server))
        .group_by(members::channel)
        .select((members::channel, count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// What there is in all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Totals {
    pub channels: i64,
    pub entries: i64,
    pub files: i64,
    pub file_bytes: i64,
    pub database_bytes: i64,
}

pub fn totals(conn: &mut Conn) -> Result<Totals> {
    const FILE_BYTES: &str = "CAST(COALESCE(SUM(size), 0) AS BIGINT)";
    Ok(Totals {
        channels: channels::table.select(count_star()).get_result(conn)?,
        entries: entries::table.select(count_star()).get_result(conn)?,
        files: files::table.select(count_star()).get_result(conn)?,
        file_bytes: files::table.select(sql::<BigInt>(FILE_BYTES)).get_result(conn)?,
        database_bytes: database_bytes(conn)?,
    })
}

/// How this server and others stand, in all.
#[derive(Debug, Clone, Default)]
pub struct Gauges {
    pub database_bytes: i64,
    /// Servers that share a channel with this one.
    pub sharing: Vec<String>,
    /// Entries of logs hosted here that others have not got yet.
    pub behind: i64,
    /// Of each kind, how many are kept.
    pub alarms: Vec<(String, i64)>,
    /// What members reported and no administrator has seen to.
    pub reports: i64,
}

/// Servers that share a channel with this one, `name`, by name.
pub fn sharing(conn: &mut Conn, name: &str) -> Result<Vec<String>> {
    let mut sharing: Vec<String> = replicas::table.select(replicas::server).distinct().load(conn)?;
    let hosts = channels::table.filter(channels::host.ne(name)).select(channels::host).distinct();
    sharing.extend(hosts.load::<String>(conn)?);
    sharing.sort_unstable();
    sharing.dedup();
    Ok(sharing)
}

/// How this server, `name`, and others stand.
pub fn gauges(conn: &mut Conn, name: &str) -> Result<Gauges> {
    let behind = replicas::table
        .inner_join(channels::table.on(channels::num.eq(replicas::channel)))
        .select(sql::<BigInt>(LACK))
        .get_result(conn)?;
    let sharing = sharing(conn, name)?;
    let alarms = alarms::table.group_by(alarms::kind).select((alarms::kind, count_star())).load(conn)?;
    let reports = reports::count_open(conn)?;
    Ok(Gauges { database_bytes: database_bytes(conn)?, sharing, behind, alarms, reports })
}

fn database_bytes(conn: &mut Conn) -> Result<i64> {
    const SQLITE: &str = "page_count * page_size FROM pragma_page_count(), pragma_page_size()";
    const POSTGRESQL: &str = "pg_database_size(current_database())";
    let size = match conn {
        Conn::Sqlite(c) => diesel::RunQueryDsl::get_result(diesel::select(sql::<BigInt>(SQLITE)), &mut **c)?,
        Conn::Postgres(c) => {
            diesel::RunQueryDsl::get_result(diesel::select(sql::<BigInt>(POSTGRESQL)), &mut **c)?
        }
    };
    Ok(size)
}
