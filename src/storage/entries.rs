//! The log: entries, and the bodies that can be taken from them.

use diesel::dsl;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text};

use super::conn::{insert_later, row_of};
use super::schema::{bodies, entries, messages, users};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, UserNum, meta, missing, optional};

/// An entry with the header that its author's server signed.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = entries, treat_none_as_default_value = false)]
pub struct EntryRow {
    pub channel: ChannelNum,
    pub seq: i64,
    pub event_id: String,
    pub kind: String,
    pub sender: UserNum,
    pub nonce: String,
    pub term: i64,
    pub host_ts: i64,
    pub root: Vec<u8>,
    pub event: String,
    pub signature: Vec<u8>,
    pub void: Option<String>,
    pub target_seq: Option<i64>,
    pub redacted_seq: Option<i64>,
}

#[derive(Insertable)]
#[diesel(table_name = bodies, treat_none_as_default_value = false)]
struct BodyRow {
    channel: ChannelNum,
    seq: i64,
    body: String,
}

row_of!(EntryRow, entries::table);
row_of!(BodyRow, bodies::table);

pub fn insert(conn: &mut Conn, entry: EntryRow) -> Result<()> {
    Ok(insert_later(entry, conn)?)
}

pub fn insert_body(conn: &mut Conn, channel: ChannelNum, seq: i64, body: String) -> Result<()> {
    Ok(insert_later(BodyRow { channel, seq, body }, conn)?)
}

pub fn body(conn: &mut Conn, channel: ChannelNum, seq: i64) -> Result<Option<String>> {
    let body: Option<String> = optional(bodies::table.find((channel, seq)).select(bodies::body).one(conn))?;
    Ok(body.filter(|body| !body.is_empty()))
}

/// (seq, body) of those that are still there.
pub fn bodies_of(conn: &mut Conn, channel: ChannelNum, seqs: &[i64]) -> Result<Vec<(i64, String)>> {
    Ok(bodies::table
        .filter(bodies::channel.eq(channel).and(bodies::seq.eq_any(seqs)).and(bodies::body.ne("")))
        .select((bodies::seq, bodies::body))
        .load(conn)?)
}

/// By whom an entry was made, and when.
#[derive(Debug, Clone, Queryable)]
pub struct Made {
    pub seq: i64,
    pub by: String,
    pub ts: i64,
    pub event: String,
}

pub fn made_by(conn: &mut Conn, channel: ChannelNum, seqs: &[i64]) -> Result<Vec<Made>> {
    Ok(entries::table
        .inner_join(users::table.on(users::num.eq(entries::sender)))
        .filter(entries::channel.eq(channel).and(entries::seq.eq_any(seqs)))
        .select((entries::seq, users::id, entries::host_ts, entries::event))
        .load(conn)?)
}

/// (seq, body) of those from `from` to `to`, both included, that are still there.
pub fn bodies_between(
    conn: &mut Conn,
    channel: ChannelNum,
    from: i64,
    to: i64,
) -> Result<Vec<(i64, String)>> {
    Ok(bodies::table
        .filter(bodies::channel.eq(channel).and(bodies::seq.between(from, to)).and(bodies::body.ne("")))
        .order(bodies::seq)
        .select((bodies::seq, bodies::body))
        .load(conn)?)
}

/// Their texts go; the rows stay, empty (why: where the migration for SQLite makes the table).
pub fn delete_bodies(conn: &mut Conn, channel: ChannelNum, seqs: &[i64]) -> Result<()> {
    meta::note_deletion(conn)?;
    missing::forget(conn, channel, seqs)?;
    diesel::update(bodies::table.filter(bodies::channel.eq(channel).and(bodies::seq.eq_any(seqs))))
        .set(bodies::body.eq(""))
        .execute(conn)?;
    Ok(())
}

pub fn set_redacted(conn: &mut Conn, channel: ChannelNum, seqs: &[i64], by: i64) -> Result<()> {
    diesel::update(entries::table.filter(entries::channel.eq(channel).and(entries::seq.eq_any(seqs))))
        .set(entries::redacted_seq.eq(Some(by)))
        .execute(conn)?;
    Ok(())
}

/// Whether the entry's body went: it was deleted, or the message is gone that it is or is about, deleted or kept long enough.
pub fn is_gone(conn: &mut Conn, entry: &EntryRow) -> Result<bool> {
    if entry.redacted_seq.is_some() {
        return Ok(true);
    }
    let message = match entry.kind.as_str() {
        "message" => Some(entry.seq),
        "edit" | "reaction" => entry.target_seq,
        _ => None,
    };
    let Some(message) = message else { return Ok(false) };
    let gone = messages::table.find((entry.channel, message)).select(messages::deleted).one(conn);
    Ok(optional(gone)?.unwrap_or(false))
}

/// The seqs of all reactions to a message that stand in the log, void ones too.
pub fn reactions_to(conn: &mut Conn, channel: ChannelNum, message: i64) -> Result<Vec<i64>> {
    // Word for word as the index `entries_by_target` has it.
    let of = dsl::sql::<Bool>("kind = 'reaction' AND (channel + 0) = ")
        .bind::<BigInt, _>(channel)
        .sql(" AND target_seq = ")
        .bind::<BigInt, _>(message);
    Ok(entries::table.filter(of).select(entries::seq).load(conn)?)
}

/// For what an index finds: the sum keeps both databases from the primary key, with which they would walk through the
/// whole channel.
fn in_channel(channel: ChannelNum) -> dsl::Eq<dsl::Add<entries::channel, i64>, ChannelNum> {
    (entries::channel + 0).eq(channel)
}

/// The effective entry with this event, of which there is one at the most: a repetition is void.
pub fn by_event(conn: &mut Conn, channel: ChannelNum, event_id: &str) -> Result<Option<EntryRow>> {
    let found = entries::table
        .filter(entries::event_id.eq(event_id).and(in_channel(channel)).and(entries::void.is_null()))
        .select(EntryRow::columns())
        .one(conn);
    optional(found)
}

/// Those of the events that stand in the log, effective or void.
pub fn known_events(conn: &mut Conn, channel: ChannelNum, events: &[&str]) -> Result<Vec<String>> {
    let found = entries::table.filter(entries::event_id.eq_any(events).and(in_channel(channel)));
    Ok(found.select(entries::event_id).load(conn)?)
}

/// An author of another server's event, as this server knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Author {
    /// None if they have no row.
    pub num: Option<UserNum>,
    /// Whether the event's nonce finds an effective entry of theirs in the channel.
    pub has_used_nonce: bool,
}

/// For PostgreSQL the authors of many events are one question. Subqueries with a limit can't become joins: a
/// prepared statement's plan is kept, whatever the tables' sizes were when it was made.
#[derive(QueryId)]
struct Authors {
    channel: ChannelNum,
    ids: Vec<String>,
    nonces: Vec<String>,
}

impl QueryFragment<Pg> for Authors {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "SELECT author.num, coalesce((SELECT true FROM entries
                WHERE sender = author.num AND nonce = asked.nonce AND channel + 0 = ",
        );
        out.push_bind_param::<BigInt, _>(&self.channel)?;
        out.push_sql(" AND void IS NULL LIMIT 1), false) FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.nonces)?;
        out.push_sql(
            ") WITH ORDINALITY AS asked (id, nonce, place)
            LEFT JOIN LATERAL (SELECT num FROM users WHERE users.id = asked.id LIMIT 1) AS author ON true
            ORDER BY asked.place",
        );
        Ok(())
    }
}

impl Query for Authors {
    type SqlType = (Nullable<BigInt>, Bool);
}

impl<C> diesel::RunQueryDsl<C> for Authors {}

/// The authors of events, each asked for as (user id, nonce), in the same order.
pub fn authors(conn: &mut Conn, channel: ChannelNum, asked: &[(&str, &str)]) -> Result<Vec<Author>> {
    if let Conn::Postgres(c) = conn {
        let (ids, nonces) = asked.iter().map(|(id, nonce)| ((*id).to_owned(), (*nonce).to_owned())).unzip();
        let found: Vec<(Option<UserNum>, bool)> =
            diesel::RunQueryDsl::load(Authors { channel, ids, nonces }, &mut **c)?;
        let author = |(num, has_used_nonce)| Author { num, has_used_nonce };
        return Ok(found.into_iter().map(author).collect());
    }
    let author = |(id, nonce): &(&str, &str)| {
        let Some(row) = super::users::by_id(conn, id)? else { return Ok(Author::default()) };
        let has_used_nonce = by_nonce(conn, channel, row.num, nonce)?.is_some();
        Ok(Author { num: Some(row.num), has_used_nonce })
    };
    asked.iter().map(author).collect()
}

/// What this author sent with this nonce, if anything: a nonce finds one effective entry at the most.
pub fn by_nonce(
    conn: &mut Conn,
    channel: ChannelNum,
    sender: UserNum,
    nonce: &str,
) -> Result<Option<EntryRow>> {
    let found = entries::table
        .filter(entries::sender.eq(sender).and(entries::nonce.eq(nonce)))
        .filter(in_channel(channel).and(entries::void.is_null()))
        .select(EntryRow::columns())
        .one(conn);
    optional(found)
}

pub fn by_seq(conn: &mut Conn, channel: ChannelNum, seq: i64) -> Result<Option<EntryRow>> {
    optional(entries::table.find((channel, seq)).select(EntryRow::columns()).one(conn))
}

/// The last effective entry of a kind.
pub fn last_of_kind(conn: &mut Conn, channel: ChannelNum, kind: &str) -> Result<Option<i64>> {
    let found = entries::table
        .filter(entries::channel.eq(channel).and(entries::kind.eq(kind)).and(entries::void.is_null()))
        .order(entries::seq.desc())
        .select(entries::seq)
        .first(conn);
    optional(found)
}

/// Whether an effective entry of a kind stands between `after` and `before`, both excluded. It reads no further than the
/// first one.
pub fn has_kind_between(
    conn: &mut Conn,
    channel: ChannelNum,
    kind: &str,
    after: i64,
    before: i64,
) -> Result<bool> {
    let found = entries::table
        .filter(entries::channel.eq(channel).and(entries::kind.eq(kind)).and(entries::void.is_null()))
        .filter(entries::seq.gt(after).and(entries::seq.lt(before)))
        .order(entries::seq)
        .select(entries::seq)
        .first::<i64>(conn);
    Ok(optional(found)?.is_some())
}

/// An entry and its sender's id.
pub type Sent = (EntryRow, String);

/// Entries from `from` to `to`, both included, at most `limit`, in order.
pub fn range(conn: &mut Conn, channel: ChannelNum, from: i64, to: i64, limit: i64) -> Result<Vec<Sent>> {
    Ok(entries::table
        .inner_join(users::table.on(users::num.eq(entries::sender)))
        .filter(entries::channel.eq(channel).and(entries::seq.between(from, to)))
        .order(entries::seq)
        .limit(limit)
        .select((EntryRow::columns(), users::id))
        .load(conn)?)
}

/// Entries of one kind by somebody, in the order of channels and logs, for an export.
pub fn by_sender(
    conn: &mut Conn,
    sender: UserNum,
    kind: &str,
    after: (ChannelNum, i64),
    limit: i64,
) -> Result<Vec<EntryRow>> {
    let (channel, seq) = after;
    let later = entries::channel.gt(channel).or(entries::channel.eq(channel).and(entries::seq.gt(seq)));
    Ok(entries::table
        .filter(entries::sender.eq(sender).and(entries::kind.eq(kind)).and(later))
        .order((entries::channel, entries::seq))
        .limit(limit)
        .select(EntryRow::columns())
        .load(conn)?)
}
