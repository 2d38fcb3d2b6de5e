//! Channels: where each log stands, what its state adds up to, and the keys that it binds.

use diesel::prelude::*;

use super::pipeline::Soon;
use super::schema::{channel_keys, channels, members};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, contains, kept_update, optional};

/// A channel's row; `policy`, `servers` and `pins` are JSON.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = channels)]
pub struct ChannelRow {
    pub num: ChannelNum,
    pub id: String,
    pub kind: String,
    pub host: String,
    pub rules: i64,
    pub creator: String,
    pub created_ts: i64,
    pub term: i64,
    pub size: i64,
    pub root: Vec<u8>,
    pub frontier: Vec<u8>,
    pub last_ts: i64,
    pub head_kid: String,
    pub head_ts: i64,
    pub head_signature: Vec<u8>,
    pub live_count: i64,
    pub joined_count: i64,
    pub last_message_seq: Option<i64>,
    pub owner: Option<String>,
    pub name: String,
    pub topic: String,
    pub avatar: Option<String>,
    pub policy: String,
    pub servers: String,
    pub archived: bool,
    pub pins: String,
    pub visibility: String,
    pub alias: Option<String>,
    pub people: Option<String>,
    /// The entry that set the picture.
    pub avatar_seq: Option<i64>,
    /// What was said before was kept long enough, and is gone.
    pub kept_from_seq: i64,
}

/// A channel as it begins; its log is written with [`set_log`].
#[derive(Insertable)]
#[diesel(table_name = channels, treat_none_as_default_value = false)]
pub struct NewChannel<'a> {
    pub id: &'a str,
    pub kind: &'a str,
    pub host: &'a str,
    pub rules: i64,
    pub creator: &'a str,
    pub created_ts: i64,
    pub term: i64,
    pub size: i64,
    pub root: &'a [u8],
    pub frontier: &'a [u8],
    pub last_ts: i64,
    pub head_kid: &'a str,
    pub head_ts: i64,
    pub head_signature: &'a [u8],
    pub live_count: i64,
    pub joined_count: i64,
    pub owner: Option<&'a str>,
    pub name: &'a str,
    pub topic: &'a str,
    pub policy: &'a str,
    pub servers: &'a str,
    pub archived: bool,
    pub pins: &'a str,
    pub visibility: &'a str,
    pub people: Option<&'a str>,
    pub search: &'a str,
}

pub fn insert(conn: &mut Conn, channel: &NewChannel<'_>) -> Result<ChannelNum> {
    Ok(diesel::insert_into(channels::table).values(channel).returning(channels::num).get_result(conn)?)
}

/// Where a log stands after a commit, with its signed head.
#[derive(AsChangeset)]
#[diesel(table_name = channels, treat_none_as_null = true)]
pub struct LogState {
    pub size: i64,
    pub root: Vec<u8>,
    pub frontier: Vec<u8>,
    pub last_ts: i64,
    pub head_kid: String,
    pub head_ts: i64,
    pub head_signature: Vec<u8>,
    pub live_count: i64,
    pub joined_count: i64,
    pub last_message_seq: Option<i64>,
}

pub fn set_log(conn: &mut Conn, num: ChannelNum, log: LogState) -> Result<()> {
    Ok(kept_update(channels::table.find(num), log).later(conn)?)
}

/// Without a change of the log.
pub fn set_live_count(conn: &mut Conn, num: ChannelNum, count: i64) -> Result<()> {
    diesel::update(channels::table.find(num)).set(channels::live_count.eq(count)).execute(conn)?;
    Ok(())
}

pub fn by_id(conn: &mut Conn, id: &str) -> Result<Option<ChannelRow>> {
    optional(channels::table.filter(channels::id.eq(id)).select(ChannelRow::columns()).one(conn))
}

pub fn by_num(conn: &mut Conn, num: ChannelNum) -> Result<Option<ChannelRow>> {
    optional(channels::table.find(num).select(ChannelRow::columns()).one(conn))
}

pub fn num_of(conn: &mut Conn, id: &str) -> Result<Option<ChannelNum>> {
    optional(channels::table.filter(channels::id.eq(id)).select(channels::num).one(conn))
}

/// Takes the lock that orders appends, also against a command beside the server, and answers where it stands now.
/// SQLite has one writer, so there is nothing to lock.
pub fn lock(conn: &mut Conn, num: ChannelNum) -> Result<Option<Place>> {
    let row = channels::table.find(num).select((channels::size, channels::root, channels::live_count));
    match conn {
        Conn::Sqlite(c) => optional(diesel::RunQueryDsl::get_result(row, &mut **c)),
        Conn::Postgres(c) => optional(diesel::RunQueryDsl::get_result(row.for_update(), &mut **c)),
    }
}

/// (size, root) of a log, and how many messages of it count.
pub type Place = (i64, Vec<u8>, i64);

/// As [`lock`], on PostgreSQL together with whatever is asked next. None where that is not possible.
pub fn lock_soon(conn: &mut Conn, num: ChannelNum) -> Option<Soon<Place>> {
    let Conn::Postgres(c) = conn else { return None };
    c.soon(move |mut conn| {
        let row = channels::table
            .find(num)
            .select((channels::size, channels::root, channels::live_count))
            .for_update();
        Box::pin(async move { diesel_async::RunQueryDsl::get_result(row, &mut conn).await })
    })
}

pub fn by_alias(conn: &mut Conn, alias: &str) -> Result<Option<ChannelRow>> {
    optional(channels::table.filter(channels::alias.eq(alias)).select(ChannelRow::columns()).one(conn))
}

/// The direct message channel of a set of people (their sorted ids, joined by spaces).
pub fn by_people(conn: &mut Conn, people: &str) -> Result<Option<ChannelRow>> {
    optional(channels::table.filter(channels::people.eq(people)).select(ChannelRow::columns()).one(conn))
}

/// Channels in which the person is joined or invited.
pub fn of_user(conn: &mut Conn, user: UserNum) -> Result<Vec<ChannelRow>> {
    Ok(channels::table
        .inner_join(members::table.on(members::channel.eq(channels::num)))
        .filter(members::user_num.eq(user).and(members::membership.eq_any(["joined", "invited"])))
        .order(channels::num)
        .select(ChannelRow::columns())
        .load(conn)?)
}

/// A channel that somebody is joined in: its number, id and size, its count of messages, and their own count less what
/// they have not read; from where on messages are kept.
pub type FollowedRow = (ChannelNum, String, i64, i64, i64, i64);

/// Channels in which the person is joined, as their streams follow them.
pub fn followed(conn: &mut Conn, user: UserNum) -> Result<Vec<FollowedRow>> {
    let columns = (
        channels::num,
        channels::id,
        channels::size,
        channels::live_count,
        members::read_base,
        channels::kept_from_seq,
    );
    Ok(channels::table
        .inner_join(members::table.on(members::channel.eq(channels::num)))
        .filter(members::user_num.eq(user).and(members::membership.eq("joined")))
        .order(channels::num)
        .select(columns)
        .load(conn)?)
}

/// The ids of those that somebody is invited to.
pub fn invited_to(conn: &mut Conn, user: UserNum) -> Result<Vec<String>> {
    Ok(channels::table
        .inner_join(members::table.on(members::channel.eq(channels::num)))
        .filter(members::user_num.eq(user).and(members::membership.eq("invited")))
        .select(channels::id)
        .load(conn)?)
}

/// Public channels of a host whose name, topic or alias has `query` in it, in the order of their numbers.
pub fn directory(
    conn: &mut Conn,
    host: &str,
    query: &str,
    after: ChannelNum,
    limit: i64,
) -> Result<Vec<ChannelRow>> {
    let public =
        channels::visibility.eq("public").and(channels::kind.eq("channel")).and(channels::archived.eq(false));
    Ok(channels::table
        .filter(public.and(channels::host.eq(host)))
        .filter(channels::search.like(contains(query)).escape('\\').and(channels::num.gt(after)))
        .order(channels::num)
        .limit(limit)
        .select(ChannelRow::columns())
        .load(conn)?)
}

/// The direct conversation is no longer the one of its people.
pub fn forget_people(conn: &mut Conn, num: ChannelNum) -> Result<()> {
    diesel::update(channels::table.find(num)).set(channels::people.eq(None::<String>)).execute(conn)?;
    Ok(())
}

/// (number, id, size, root) of each channel of a host, after a number.
pub fn hosted_by(conn: &mut Conn, host: &str, after: ChannelNum, limit: i64) -> Result<Vec<HeadRow>> {
    Ok(channels::table
        .filter(channels::host.eq(host).and(channels::num.gt(after)))
        .order(channels::num)
        .limit(limit)
        .select((channels::num, channels::id, channels::size, channels::root))
        .load(conn)?)
}

/// Channels of a host with a log here that are not among those that were named.
pub fn hosted_unnamed(
    conn: &mut Conn,
    host: &str,
    named: &std::collections::HashSet<&str>,
    limit: i64,
) -> Result<Vec<ChannelNum>> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let rows: Vec<(ChannelNum, String)> = channels::table
        .filter(channels::host.eq(host).and(channels::size.gt(0)))
        .order(channels::num)
        .select((channels::num, channels::id))
        .load(conn)?;
    let unnamed = rows.into_iter().filter(|(_, id)| !named.contains(id.as_str()));
    Ok(unnamed.take(most).map(|(num, _)| num).collect())
}

/// How many entries the channels of a host have, all together.
pub fn hosted_entries(conn: &mut Conn, host: &str) -> Result<i64> {
    let sizes: Vec<i64> =
        channels::table.filter(channels::host.eq(host)).select(channels::size).load(conn)?;
    Ok(sizes.into_iter().sum())
}

/// (number, id, size, root)
pub type HeadRow = (ChannelNum, String, i64, Vec<u8>);

/// Servers that host channels of which there are copies here.
pub fn hosts(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(channels::table.select(channels::host).distinct().load(conn)?)
}

pub fn all_ids(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(channels::table.order(channels::num).select(channels::id).load(conn)?)
}

/// What a state entry or the server's own settings may change.
#[derive(Default, AsChangeset)]
#[diesel(table_name = channels)]
pub struct ChannelChange<'a> {
    pub owner: Option<&'a str>,
    pub name: Option<&'a str>,
    pub topic: Option<&'a str>,
    pub policy: Option<&'a str>,
    pub servers: Option<&'a str>,
    pub archived: Option<bool>,
    pub pins: Option<&'a str>,
    pub visibility: Option<&'a str>,
    pub alias: Option<Option<&'a str>>,
    pub search: Option<&'a str>,
}

pub fn update(conn: &mut Conn, num: ChannelNum, change: &ChannelChange<'_>) -> Result<()> {
    diesel::update(channels::table.find(num)).set(change).execute(conn)?;
    Ok(())
}

/// Sets the picture that an entry names, or takes it away.
pub fn set_avatar(conn: &mut Conn, num: ChannelNum, hash: Option<&str>, seq: i64) -> Result<()> {
    diesel::update(channels::table.find(num))
        .set((channels::avatar.eq(hash), channels::avatar_seq.eq(hash.map(|_| seq))))
        .execute(conn)?;
    Ok(())
}

/// Channels that show the picture.
pub fn by_avatar(conn: &mut Conn, hash: &str, limit: i64) -> Result<Vec<ChannelRow>> {
    Ok(channels::table
        .filter(channels::avatar.eq(hash))
        .order(channels::num)
        .limit(limit)
        .select(ChannelRow::columns())
        .load(conn)?)
}

/// A key that a channel's log binds.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = channel_keys, treat_none_as_default_value = false)]
pub struct ChannelKeyRow {
    pub channel: ChannelNum,
    pub server: String,
    pub kid: String,
    pub public: Vec<u8>,
    pub from_seq: i64,
    pub until_seq: Option<i64>,
}

pub fn add_key(conn: &mut Conn, key: &ChannelKeyRow) -> Result<()> {
    diesel::insert_into(channel_keys::table).values(key).execute(conn)?;
    Ok(())
}

pub fn end_key(conn: &mut Conn, channel: ChannelNum, server: &str, kid: &str, seq: i64) -> Result<()> {
    diesel::update(channel_keys::table.find((channel, server, kid)))
        .set(channel_keys::until_seq.eq(Some(seq)))
        .execute(conn)?;
    Ok(())
}

pub fn keys(conn: &mut Conn, channel: ChannelNum) -> Result<Vec<ChannelKeyRow>> {
    Ok(channel_keys::table
        .filter(channel_keys::channel.eq(channel))
        .order((channel_keys::server, channel_keys::kid))
        .select(ChannelKeyRow::columns())
        .load(conn)?)
}
