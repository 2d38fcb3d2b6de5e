//! Other servers: what is known of them, what they have of channels hosted here, and what they have to be told.

use std::collections::{BTreeMap, HashMap};

use diesel::dsl::{count_star, exists, not};
use diesel::prelude::*;

pub use super::alarms::{AlarmRow, add_alarm, alarms, dismiss_alarms};
use super::channels::ChannelRow;
use super::schema::{channels, errands, evidence, members, peers, replicas, users};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, kept_update, optional};

use crate::protocol::state::ServerList;

/// A server that this one has met.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = peers)]
pub struct PeerRow {
    pub server: String,
    /// The root key that was pinned.
    pub root: Vec<u8>,
    pub serial: i64,
    pub document: String,
    pub fetched_ts: i64,
    pub suspended: bool,
}

pub fn get(conn: &mut Conn, server: &str) -> Result<Option<PeerRow>> {
    optional(peers::table.find(server).select(PeerRow::columns()).one(conn))
}

pub fn put(conn: &mut Conn, peer: &PeerRow) -> Result<()> {
    diesel::insert_into(peers::table)
        .values(peer)
        .on_conflict(peers::server)
        .do_update()
        .set(peer)
        .execute(conn)?;
    Ok(())
}

pub fn suspend(conn: &mut Conn, server: &str) -> Result<()> {
    diesel::update(peers::table.find(server)).set(peers::suspended.eq(true)).execute(conn)?;
    Ok(())
}

/// Forgets a server: the next key document that it shows is pinned anew.
pub fn forget(conn: &mut Conn, server: &str) -> Result<bool> {
    Ok(diesel::delete(peers::table.find(server)).execute(conn)? > 0)
}

/// Forgets servers that have nobody in any channel here, and never had, but for those that were met last. Answers how many.
pub fn forget_unused(conn: &mut Conn, kept: i64) -> Result<usize> {
    let known = users::table.filter(users::server.eq(peers::server)).select(users::num);
    let unused: Vec<String> = peers::table
        .filter(not(exists(known)))
        .order((peers::fetched_ts.desc(), peers::server))
        .offset(kept)
        .limit(FORGOTTEN_AT_ONCE_MAX)
        .select(peers::server)
        .load(conn)?;
    let mut forgotten = 0;
    for some in unused.chunks(NAMED_MAX) {
        forgotten += diesel::delete(peers::table.filter(peers::server.eq_any(some))).execute(conn)?;
    }
    Ok(forgotten)
}

/// How many servers are forgotten at a time.
const FORGOTTEN_AT_ONCE_MAX: i64 = 10_000;

pub fn all(conn: &mut Conn) -> Result<Vec<PeerRow>> {
    Ok(peers::table.order(peers::server).select(PeerRow::columns()).load(conn)?)
}

/// How much of a channel hosted here another server has.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = replicas, treat_none_as_default_value = false)]
pub struct ReplicaRow {
    pub channel: ChannelNum,
    pub server: String,
    pub acked: i64,
    pub until: Option<i64>,
}

/// The server gets the channel from now on; what it has acknowledged stays.
pub fn add_replica(conn: &mut Conn, channel: ChannelNum, server: &str, acked: i64) -> Result<()> {
    diesel::insert_into(replicas::table)
        .values(ReplicaRow { channel, server: server.to_owned(), acked, until: None })
        .on_conflict((replicas::channel, replicas::server))
        .do_update()
        .set(replicas::until.eq(None::<i64>))
        .execute(conn)?;
    Ok(())
}

/// The server gets the channel up to `until` entries, and no more; where it ended before, it stays so.
pub fn end_replica(conn: &mut Conn, channel: ChannelNum, server: &str, until: i64) -> Result<()> {
    let goes_on = replicas::until.is_null().or(replicas::until.gt(until).assume_not_null());
    diesel::update(replicas::table.find((channel, server)).filter(goes_on))
        .set(replicas::until.eq(Some(until)))
        .execute(conn)?;
    Ok(())
}

/// Notes what the server has: its own word, so it may go back.
pub fn set_acked(conn: &mut Conn, channel: ChannelNum, server: &str, acked: i64) -> Result<()> {
    kept_update(replicas::table.find((channel, server)), replicas::acked.eq(acked)).execute(conn)?;
    let done =
        replicas::until.is_not_null().and(replicas::until.le(replicas::acked.nullable()).assume_not_null());
    diesel::delete(replicas::table.find((channel, server)).filter(done)).execute(conn)?;
    Ok(())
}

pub fn replicas_of(conn: &mut Conn, channel: ChannelNum) -> Result<Vec<ReplicaRow>> {
    Ok(replicas::table
        .filter(replicas::channel.eq(channel))
        .order(replicas::server)
        .select(ReplicaRow::columns())
        .load(conn)?)
}

/// Servers that get what is appended from now on: those with people in the channel that it does not exclude.
pub fn following(conn: &mut Conn, channel: ChannelNum) -> Result<Vec<String>> {
    Ok(replicas::table
        .filter(replicas::channel.eq(channel).and(replicas::until.is_null()))
        .order(replicas::server)
        .select(replicas::server)
        .load(conn)?)
}

/// Each (channel, server) that gets what is appended from now on.
pub fn all_following(conn: &mut Conn) -> Result<Vec<(ChannelNum, String)>> {
    let goes_on = replicas::table.filter(replicas::until.is_null());
    Ok(goes_on.select((replicas::channel, replicas::server)).load(conn)?)
}

/// Each (channel, server) that gets entries.
pub fn all_replicas(conn: &mut Conn) -> Result<Vec<(ChannelNum, String)>> {
    Ok(replicas::table.select((replicas::channel, replicas::server)).load(conn)?)
}

/// Channels hosted here that a server gets, after a number.
pub fn replicated_to(
    conn: &mut Conn,
    server: &str,
    after: ChannelNum,
    limit: i64,
) -> Result<Vec<super::channels::HeadRow>> {
    Ok(replicas::table
        .inner_join(channels::table.on(channels::num.eq(replicas::channel)))
        .filter(replicas::server.eq(server).and(channels::num.gt(after)))
        .order(channels::num)
        .limit(limit)
        .select((channels::num, channels::id, channels::size, channels::root))
        .load(conn)?)
}

/// Channels of which the server lacks something, after a number: (number, acknowledged, up to where).
pub fn lagging(
    conn: &mut Conn,
    server: &str,
    after: ChannelNum,
    limit: i64,
) -> Result<Vec<(ChannelNum, i64, i64)>> {
    let ends_later =
        replicas::until.is_null().or(replicas::until.gt(replicas::acked.nullable()).assume_not_null());
    let rows: Vec<(ChannelNum, i64, Option<i64>, i64)> = replicas::table
        .inner_join(channels::table.on(channels::num.eq(replicas::channel)))
        .filter(replicas::server.eq(server).and(replicas::channel.gt(after)))
        .filter(replicas::acked.lt(channels::size).and(ends_later))
        .order(replicas::channel)
        .limit(limit)
        .select((replicas::channel, replicas::acked, replicas::until, channels::size))
        .load(conn)?;
    let bounded = rows
        .into_iter()
        .map(|(channel, acked, until, size)| (channel, acked, until.unwrap_or(size).min(size)));
    Ok(bounded.collect())
}

/// How many entries a server lacks that has acknowledged so many, of a log of this size, and gets what there is up to `until`.
pub fn lack(size: i64, acked: i64, until: Option<i64>) -> i64 {
    (until.unwrap_or(size).min(size) - acked).max(0)
}

/// (server, channel, entries that it lacks of it), of those that lack some.
pub fn lags(conn: &mut Conn) -> Result<Vec<(String, String, i64)>> {
    let rows: Vec<(String, String, i64, i64, Option<i64>)> = replicas::table
        .inner_join(channels::table.on(channels::num.eq(replicas::channel)))
        .order((replicas::server, replicas::channel))
        .select((replicas::server, channels::id, channels::size, replicas::acked, replicas::until))
        .load(conn)?;
    let lags = rows
        .into_iter()
        .map(|(server, channel, size, acked, until)| (server, channel, lack(size, acked, until)));
    Ok(lags.filter(|(_, _, lack)| *lack > 0).collect())
}

/// Whether channels are for a server, by their hosts and their lists as these stand in their rows; each list is read once.
#[derive(Default)]
struct Lists(HashMap<String, Option<ServerList>>);

impl Lists {
    /// STATE-5. A list that can't be read admits nobody but the host.
    fn admit(&mut self, host: &str, list: &str, server: &str) -> bool {
        if server == host {
            return true;
        }
        if !self.0.contains_key(list) {
            self.0.insert(list.to_owned(), serde_json::from_str(list).ok());
        }
        self.0.get(list).and_then(Option::as_ref).is_some_and(|list| list.allows(server))
    }
}

/// Whether the channel is for a server, be anybody of it joined or not.
pub fn admits(channel: &ChannelRow, server: &str) -> bool {
    Lists::default().admit(&channel.host, &channel.servers, server)
}

/// Servers that are in a channel: somebody of theirs is joined, and the channel does not exclude them (REPL-12).
pub fn servers_in(conn: &mut Conn, channel: ChannelNum) -> Result<Vec<String>> {
    let lists = channels::table.find(channel).select((channels::host, channels::servers));
    let Some((host, list)) = optional(lists.first::<(String, String)>(conn))? else { return Ok(Vec::new()) };
    let (mut servers, mut lists) = (servers_joined(conn, channel)?, Lists::default());
    servers.retain(|server| lists.admit(&host, &list, server));
    Ok(servers)
}

/// Servers that have somebody joined in a channel, excluded or not.
pub fn servers_joined(conn: &mut Conn, channel: ChannelNum) -> Result<Vec<String>> {
    Ok(members::table
        .inner_join(users::table.on(users::num.eq(members::user_num)))
        .filter(members::channel.eq(channel).and(members::membership.eq("joined")))
        .select(users::server)
        .distinct()
        .load(conn)?)
}

/// How many people of a server are joined in a channel.
pub fn joined_of(conn: &mut Conn, channel: ChannelNum, server: &str) -> Result<i64> {
    Ok(members::table
        .inner_join(users::table.on(users::num.eq(members::user_num)))
        .filter(
            members::channel.eq(channel).and(members::membership.eq("joined")).and(users::server.eq(server)),
        )
        .select(count_star())
        .get_result(conn)?)
}

/// (membership, joined_seq) of a server's people in a channel.
pub fn seats_of(conn: &mut Conn, channel: ChannelNum, server: &str) -> Result<Vec<(String, Option<i64>)>> {
    Ok(members::table
        .inner_join(users::table.on(users::num.eq(members::user_num)))
        .filter(members::channel.eq(channel).and(users::server.eq(server)))
        .select((members::membership, members::joined_seq))
        .load(conn)?)
}

/// Whether a server is in a channel together with the person.
pub fn shares_channel(conn: &mut Conn, user: UserNum, server: &str) -> Result<bool> {
    let own: Vec<ChannelNum> = members::table
        .filter(members::user_num.eq(user).and(members::membership.eq("joined")))
        .select(members::channel)
        .load(conn)?;
    let shared: Vec<(String, String)> = members::table
        .inner_join(users::table.on(users::num.eq(members::user_num)))
        .inner_join(channels::table.on(channels::num.eq(members::channel)))
        .filter(users::server.eq(server).and(members::membership.eq("joined")))
        .filter(members::channel.eq_any(own))
        .select((channels::host, channels::servers))
        .distinct()
        .load(conn)?;
    let mut lists = Lists::default();
    Ok(shared.iter().any(|(host, list)| lists.admit(host, list, server)))
}

/// (server, channel) of servers that are in channels together with the person.
pub fn servers_sharing(conn: &mut Conn, user: &str) -> Result<Vec<(String, String)>> {
    let own: Vec<ChannelNum> = members::table
        .inner_join(users::table.on(users::num.eq(members::user_num)))
        .filter(users::id.eq(user).and(members::membership.eq("joined")))
        .select(members::channel)
        .load(conn)?;
    let shared: Vec<(String, String, String, String)> = members::table
        .inner_join(users::table.on(users::num.eq(members::user_num)))
        .inner_join(channels::table.on(channels::num.eq(members::channel)))
        .filter(members::channel.eq_any(own).and(members::membership.eq("joined")))
        .select((users::server, channels::id, channels::host, channels::servers))
        .distinct()
        .load(conn)?;
    let mut lists = Lists::default();
    let admitted = shared.into_iter().filter(|(server, _, host, list)| lists.admit(host, list, server));
    Ok(admitted.map(|(server, channel, ..)| (server, channel)).collect())
}

/// A channel that people of this server share with others.
pub struct Shared {
    pub channel: String,
    pub servers: Vec<String>,
    /// Those of this server, among the ones asked about.
    pub users: Vec<String>,
}

/// How many values one statement names.
const NAMED_MAX: usize = 500;

/// The channels in which any of these people (ids) is with somebody of another server than `ours`.
pub fn shared_with(conn: &mut Conn, people: &[String], ours: &str) -> Result<Vec<Shared>> {
    let joined = members::membership.eq("joined");
    let mut users: BTreeMap<ChannelNum, Vec<String>> = BTreeMap::new();
    for some in people.chunks(NAMED_MAX) {
        let seats: Vec<(ChannelNum, String)> = members::table
            .inner_join(users::table.on(users::num.eq(members::user_num)))
            .filter(users::id.eq_any(some).and(joined))
            .select((members::channel, users::id))
            .load(conn)?;
        for (channel, user) in seats {
            users.entry(channel).or_default().push(user);
        }
    }
    let channels: Vec<ChannelNum> = users.keys().copied().collect();
    let mut found: BTreeMap<ChannelNum, Shared> = BTreeMap::new();
    let mut lists = Lists::default();
    for some in channels.chunks(NAMED_MAX) {
        let servers: Vec<(ChannelNum, String, String, String, String)> = members::table
            .inner_join(users::table.on(users::num.eq(members::user_num)))
            .inner_join(channels::table.on(channels::num.eq(members::channel)))
            .filter(members::channel.eq_any(some).and(joined).and(users::server.ne(ours)))
            .select((members::channel, channels::id, users::server, channels::host, channels::servers))
            .distinct()
            .load(conn)?;
        for (num, channel, server, host, list) in servers {
            if !lists.admit(&host, &list, &server) {
                continue;
            }
            let shared = found.entry(num).or_insert_with(|| {
                let users = users.remove(&num).unwrap_or_default();
                Shared { channel, servers: Vec::new(), users }
            });
            shared.servers.push(server);
        }
    }
    Ok(found.into_values().collect())
}

/// How many open invitations a person of this server has: in all, and to channels of one host.
pub fn count_invited(conn: &mut Conn, user: UserNum, host: &str) -> Result<(i64, i64)> {
    let hosts: Vec<String> = members::table
        .inner_join(channels::table.on(channels::num.eq(members::channel)))
        .filter(members::user_num.eq(user).and(members::membership.eq("invited")))
        .select(channels::host)
        .load(conn)?;
    let theirs = hosts.iter().filter(|known| *known == host).count();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    Ok((count(hosts.len()), count(theirs)))
}

/// How many of a server's people knock at a channel.
pub fn count_knocking(conn: &mut Conn, channel: ChannelNum, server: &str) -> Result<i64> {
    Ok(members::table
        .inner_join(users::table.on(users::num.eq(members::user_num)))
        .filter(members::channel.eq(channel).and(members::membership.eq("knocking")))
        .filter(users::server.eq(server))
        .select(count_star())
        .get_result(conn)?)
}

/// A request that must reach another server some time.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = errands)]
pub struct ErrandRow {
    pub num: i64,
    pub server: String,
    pub path: String,
    pub body: String,
    pub created_ts: i64,
}

/// Adds it, unless the very same is waiting already.
pub fn add_errand(conn: &mut Conn, server: &str, path: &str, body: &str, now: i64) -> Result<()> {
    let same = errands::server.eq(server).and(errands::path.eq(path)).and(errands::body.eq(body));
    if diesel::select(diesel::dsl::exists(errands::table.filter(same))).get_result(conn)? {
        return Ok(());
    }
    diesel::insert_into(errands::table)
        .values((
            errands::server.eq(server),
            errands::path.eq(path),
            errands::body.eq(body),
            errands::created_ts.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn errands_for(conn: &mut Conn, server: &str, limit: i64) -> Result<Vec<ErrandRow>> {
    Ok(errands::table
        .filter(errands::server.eq(server))
        .order(errands::num)
        .limit(limit)
        .select(ErrandRow::columns())
        .load(conn)?)
}

pub fn delete_errand(conn: &mut Conn, num: i64) -> Result<()> {
    diesel::delete(errands::table.find(num)).execute(conn)?;
    Ok(())
}

/// How many errands to a path wait whose body begins so, of at most `most`.
pub fn count_errands(conn: &mut Conn, path: &str, body: &str, most: i64) -> Result<i64> {
    let escaped: String = body
        .chars()
        .flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c]))
        .collect();
    let alike = errands::body.like(format!("{escaped}%")).escape('\\');
    let found: Vec<i64> = errands::table
        .filter(errands::path.eq(path).and(alike))
        .select(errands::num)
        .limit(most)
        .load(conn)?;
    Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
}

pub fn errand_servers(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(errands::table.select(errands::server).distinct().load(conn)?)
}

/// Keeps the first that there is of a channel. False when there was some.
pub fn add_evidence(conn: &mut Conn, channel: &str, ts: i64, a: &str, b: &str) -> Result<bool> {
    let added = diesel::insert_into(evidence::table)
        .values((evidence::channel.eq(channel), evidence::ts.eq(ts), evidence::a.eq(a), evidence::b.eq(b)))
        .on_conflict(evidence::channel)
        .do_nothing()
        .execute(conn)?;
    Ok(added > 0)
}

/// The two heads, as JSON.
pub fn evidence(conn: &mut Conn, channel: &str) -> Result<Option<(String, String)>> {
    optional(evidence::table.find(channel).select((evidence::a, evidence::b)).one(conn))
}
