//! Which messages have what is looked for, the newest first.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::{Duration, Instant};

use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Text};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use super::{Wanted, place, rowid};
use crate::storage::{ChannelNum, Conn, Error, PgConnection, Result, messages};

/// A part of a channel: from the seq `first` to the seq `last`, both included.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    pub channel: ChannelNum,
    pub first: i64,
    pub last: i64,
    /// Nothing in it was sent later.
    pub last_ts: i64,
}

impl Part {
    fn length(&self) -> i64 {
        (self.last - self.first + 1).max(0)
    }
}

/// A message that was found; newer ones come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
pub struct Hit {
    #[diesel(sql_type = BigInt)]
    pub ts: i64,
    #[diesel(sql_type = BigInt)]
    pub channel: ChannelNum,
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
}

/// How long one search may take.
const SEARCH_TIME_MAX: Duration = Duration::from_secs(5);

/// What one search has of its time: all of it, finding and what is made of what was found.
#[derive(Debug, Clone, Copy)]
pub struct Time(Instant);

impl Time {
    /// All of it is left.
    pub fn begin() -> Time {
        Time(Instant::now())
    }

    fn left(self) -> Duration {
        SEARCH_TIME_MAX.saturating_sub(self.0.elapsed())
    }

    /// # Errors
    /// [`Error::Busy`] when it is over.
    pub fn check(self) -> Result<()> {
        if self.left().is_zero() { Err(Error::Busy) } else { Ok(()) }
    }

    /// One that is over.
    #[cfg(test)]
    pub fn over() -> Time {
        Time(Instant::now().checked_sub(2 * SEARCH_TIME_MAX).expect("a past"))
    }
}

/// So many rows are read between two looks at the clock.
const ROWS_PER_LOOK: usize = 4_096;

/// So many rows are few enough to be looked through at once, if that takes no longer than this.
const FEW_ROWS: usize = 1_000;
const FEW_TIME: Duration = Duration::from_millis(30);
/// After this it is reckoned how long it is going to take.
const FEW_LOOK: Duration = Duration::from_millis(4);

/// Where to look.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// Sent at `from <= ts < until`.
    times: (i64, i64),
    /// Behind this place.
    before: Option<Hit>,
}

impl Bounds {
    /// Whether the newest messages lie within.
    fn is_open(&self) -> bool {
        self.times.1 == i64::MAX && self.before.is_none()
    }

    fn hold(&self, hit: Hit) -> bool {
        let (from, until) = self.times;
        (from..until).contains(&hit.ts) && self.before.is_none_or(|before| hit < before)
    }
}

/// At most `limit` messages in these parts of channels, sent at `from <= ts < until`, the newest first,
/// from before the place `before` on.
///
/// # Errors
/// [`Error::Busy`] when it takes too long.
pub fn find(
    conn: &mut Conn,
    wanted: &Wanted,
    parts: &[Part],
    times: (i64, i64),
    before: Option<Hit>,
    limit: usize,
    time: Time,
) -> Result<Vec<Hit>> {
    if parts.is_empty() || wanted.all.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    let bounds = Bounds { times, before };
    match conn {
        Conn::Sqlite(_) => find_in_sqlite(conn, wanted, parts, bounds, limit, time),
        Conn::Postgres(_) => find_in_postgresql(conn, wanted, parts, bounds, limit, time),
    }
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A search on SQLite.
struct Search {
    time: Time,
    text: String,
    limit: usize,
    /// The newest first, at most `limit`.
    found: Vec<Hit>,
}

impl Search {
    /// Whether a message sent then still has a place among what is found.
    fn takes(&self, ts: i64) -> bool {
        self.found.len() < self.limit || self.found.last().is_some_and(|last| ts >= last.ts)
    }

    /// Takes up what was found in one channel, the newest first, up to what is too old.
    fn take(&mut self, hits: impl Iterator<Item = Result<Hit>>) -> Result<()> {
        for hit in hits.take(self.limit) {
            let hit = hit?;
            if !self.takes(hit.ts) {
                break;
            }
            let place = self.found.partition_point(|other| *other > hit);
            self.found.insert(place, hit);
            self.found.truncate(self.limit);
        }
        Ok(())
    }
}

/// A channel at a time, those first in which something was said last: the others have little to add, and are left as soon as
/// what they have is older than what is found already.
fn find_in_sqlite(
    conn: &mut Conn,
    wanted: &Wanted,
    parts: &[Part],
    bounds: Bounds,
    limit: usize,
    time: Time,
) -> Result<Vec<Hit>> {
    let mut search = Search { time, text: wanted.for_sqlite(), limit, found: Vec::new() };
    let mut parts = parts.to_vec();
    parts.sort_unstable_by_key(|part| Reverse(part.last_ts));
    let found = if wanted.has_beginnings() {
        parts = parts.into_iter().map(|part| within(conn, part, bounds)).collect::<Result<_>>()?;
        everywhere(conn, &search, &parts, false)?
    } else {
        everywhere(conn, &search, &parts, true)?
    };
    if let Some(seqs) = found {
        for part in parts {
            let found = seqs.get(&part.channel).filter(|_| search.takes(part.last_ts));
            let hits = found.into_iter().flatten().filter_map(|seq| {
                let ts = messages::sent_at(conn, part.channel, *seq).transpose()?;
                Some(ts.map(|ts| Hit { ts, channel: part.channel, seq: *seq }))
            });
            search.take(hits.filter(|hit| hit.as_ref().map_or(true, |hit| bounds.hold(*hit))))?;
        }
        return Ok(search.found);
    }
    for part in parts {
        search.time.check()?;
        if !search.takes(part.last_ts) {
            break;
        }
        let part = within(conn, part, bounds)?;
        let Conn::Sqlite(c) = &mut *conn else { continue };
        if part.first <= part.last {
            let (text, channel) = (search.text.clone(), part.channel);
            let rows = (rowid(channel, part.first)?, rowid(channel, part.last)?);
            let found = InPart { channel, text, rows, limit: count(limit) };
            let rows = found.load_iter::<(i64, i64), DefaultLoadingMode>(&mut **c)?;
            search
                .take(rows.map(|row| row.map(|(ts, seq)| Hit { ts, channel, seq }).map_err(Error::from)))?;
        }
    }
    Ok(search.found)
}

/// How far a look through all parts has come, from the channel with the highest number on.
struct Progress {
    /// The highest number last: those that are not left behind yet.
    ahead: Vec<Part>,
    passed: i64,
    all: i64,
}

impl Progress {
    fn new(parts: &[Part]) -> Progress {
        let mut ahead = parts.to_vec();
        ahead.sort_unstable_by_key(|part| part.channel);
        Progress { passed: 0, all: ahead.iter().map(Part::length).sum(), ahead }
    }

    /// How long it is going to take in all if it goes on as it did so far, now that it has come to this place.
    fn reckon(&mut self, elapsed: Duration, channel: ChannelNum, seq: i64) -> Duration {
        while let Some(part) = self.ahead.pop_if(|part| part.channel > channel) {
            self.passed += part.length();
        }
        let here = self.ahead.last().filter(|part| part.channel == channel);
        let passed = self.passed + here.map_or(0, |part| (part.last - seq).clamp(0, part.length()));
        elapsed.mul_f64(self.all.max(1) as f64 / passed.max(1) as f64)
    }
}

/// The seqs of each part that have what is looked for, from its end on, found in one go; none if there are more than a few. So
/// what a statement costs before it finds anything is not paid for each channel: finding the words and, for the beginning of
/// a word, collecting all rows of all words that begin so. For that there need not be few: as many of each part are
/// answered as are asked for.
fn everywhere(
    conn: &mut Conn,
    search: &Search,
    parts: &[Part],
    few: bool,
) -> Result<Option<HashMap<ChannelNum, Vec<i64>>>> {
    let Conn::Sqlite(c) = conn else { return Ok(None) };
    let mut seqs: HashMap<ChannelNum, (Part, Vec<i64>)> =
        parts.iter().map(|part| (part.channel, (*part, Vec::new()))).collect();
    let (mut progress, began) = (Progress::new(parts), Instant::now());
    let rows = Everywhere { text: search.text.clone() }.load_iter::<i64, DefaultLoadingMode>(&mut **c)?;
    for (n, row) in rows.enumerate() {
        if n % ROWS_PER_LOOK == 0 {
            search.time.check()?;
        }
        let (channel, seq) = place(row?);
        if few {
            let elapsed = began.elapsed();
            let is_slow = elapsed > FEW_LOOK && progress.reckon(elapsed, channel, seq) > FEW_TIME;
            if n >= FEW_ROWS || is_slow {
                return Ok(None);
            }
        }
        let Some((part, seqs)) = seqs.get_mut(&channel) else { continue };
        if (part.first..=part.last).contains(&seq) && (few || seqs.len() < search.limit) {
            seqs.push(seq);
        }
    }
    Ok(Some(seqs.into_iter().map(|(channel, (_, seqs))| (channel, seqs)).collect()))
}

/// (ts, seq) of what is looked for in a part, from its end on. Statements of their own kinds, so that they are kept prepared:
/// those of `diesel::sql_query` are compiled for each channel.
#[derive(QueryId)]
struct InPart {
    channel: ChannelNum,
    text: String,
    rows: (i64, i64),
    limit: i64,
}

impl QueryFragment<Sqlite> for InPart {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(
            "SELECT messages.ts, messages.seq FROM message_search CROSS JOIN messages
             ON messages.seq = (message_search.rowid & 1099511627775) AND messages.channel = ",
        );
        out.push_bind_param::<BigInt, _>(&self.channel)?;
        out.push_sql(" WHERE message_search MATCH ");
        out.push_bind_param::<Text, _>(&self.text)?;
        out.push_sql(" AND message_search.rowid BETWEEN ");
        out.push_bind_param::<BigInt, _>(&self.rows.0)?;
        out.push_sql(" AND ");
        out.push_bind_param::<BigInt, _>(&self.rows.1)?;
        out.push_sql(" ORDER BY message_search.rowid DESC LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)
    }
}

impl Query for InPart {
    type SqlType = (BigInt, BigInt);
}

impl<C> RunQueryDsl<C> for InPart {}

/// The rows that have what is looked for, from the last on.
#[derive(QueryId)]
struct Everywhere {
    text: String,
}

impl QueryFragment<Sqlite> for Everywhere {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("SELECT message_search.rowid FROM message_search WHERE message_search MATCH ");
        out.push_bind_param::<Text, _>(&self.text)?;
        out.push_sql(" ORDER BY message_search.rowid DESC");
        Ok(())
    }
}

impl Query for Everywhere {
    type SqlType = BigInt;
}

impl<C> RunQueryDsl<C> for Everywhere {}

/// The stretch of a part that lies in a time and before a place. In a log times never go back (LOG-4).
fn within(conn: &mut Conn, part: Part, bounds: Bounds) -> Result<Part> {
    let (from, mut until) = bounds.times;
    let mut part = part;
    if let Some(before) = bounds.before {
        if part.channel == before.channel {
            part.last = part.last.min(before.seq.saturating_sub(1));
        }
        // Of those that were sent at the same time, the ones in channels with lower numbers follow.
        until =
            until.min(if part.channel > before.channel { before.ts } else { before.ts.saturating_add(1) });
    }
    if from > i64::MIN {
        part.first = first_since(conn, part, from)?;
    }
    if until <= part.last_ts {
        part.last = first_since(conn, part, until)? - 1;
    }
    Ok(part)
}

/// The seq of the part's first message that was sent at `ts` or later; behind the part if there is none.
fn first_since(conn: &mut Conn, part: Part, ts: i64) -> Result<i64> {
    let (mut low, mut high) = (part.first, part.last + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        match messages::sent_from(conn, part.channel, middle)? {
            Some((seq, at)) if seq < high && at < ts => low = seq + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

/// GIN knows no order: what it finds of a common word is all of it, each row of which has to be looked at. So the newest
/// messages are looked through before, where there are many.
fn find_in_postgresql(
    conn: &mut Conn,
    wanted: &Wanted,
    parts: &[Part],
    bounds: Bounds,
    limit: usize,
    time: Time,
) -> Result<Vec<Hit>> {
    let Conn::Postgres(c) = conn else { return Ok(Vec::new()) };
    let c = &mut **c;
    let has = parts.iter().map(|part| part.last - part.first).sum::<i64>();
    let mut rows = NEWEST_ROWS;
    while bounds.is_open() && rows <= NEWEST_ROWS_MAX && rows < has {
        give_time(c, time)?;
        let found = among_newest(c, wanted, parts, bounds, (limit, rows))?;
        if found.len() >= limit {
            return Ok(found);
        }
        // So many would do if it were as frequent before, and a half more.
        let enough = rows.saturating_mul(count(limit)) / count(found.len()).max(1);
        rows = enough.saturating_add(enough / 2).max(rows.saturating_mul(2));
    }
    give_time(c, time)?;
    let (from, until) = bounds.times;
    let before = bounds.before.unwrap_or(Hit { ts: i64::MAX, channel: i64::MAX, seq: i64::MAX });
    let statement = diesel::sql_query(
        "SELECT m.ts, m.channel, m.seq FROM message_search s
         JOIN unnest($2, $3, $4) AS p (channel, first, last) ON p.channel = s.channel AND s.seq BETWEEN p.first AND p.last
         JOIN messages m ON m.channel = s.channel AND m.seq = s.seq
         WHERE s.words @@ $1::tsquery AND m.ts >= $5 AND m.ts < $6 AND (m.ts, m.channel, m.seq) < ($7, $8, $9)
         ORDER BY m.ts DESC, m.channel DESC, m.seq DESC LIMIT $10",
    );
    let statement = statement
        .bind::<Text, _>(wanted.for_postgresql())
        .bind::<Array<BigInt>, _>(column(parts, |part| part.channel))
        .bind::<Array<BigInt>, _>(column(parts, |part| part.first))
        .bind::<Array<BigInt>, _>(column(parts, |part| part.last));
    let statement = statement.bind::<BigInt, _>(from).bind::<BigInt, _>(until);
    let statement = statement.bind::<BigInt, _>(before.ts).bind::<BigInt, _>(before.channel);
    let statement = statement.bind::<BigInt, _>(before.seq).bind::<BigInt, _>(count(limit));
    statement.load(c).map_err(or_busy)
}

/// The next statement may take what is left of a search's time.
fn give_time(conn: &mut PgConnection, time: Time) -> Result<()> {
    let left = time.left().as_millis();
    if left == 0 {
        return Err(Error::Busy);
    }
    Ok(conn.batch_execute(&format!("SET LOCAL statement_timeout = {left}"))?)
}

/// So many of the newest messages are looked through, and more if that is likely to do.
const NEWEST_ROWS: i64 = 2_048;
/// At most so many are: what is rarer than that is found by the index.
const NEWEST_ROWS_MAX: i64 = 16_384;

/// What is found among the last `rows` messages of all parts, as many of each: only those that are newer than anything that was
/// not looked at, so that fewer than `limit` say nothing. Subqueries with a limit can't become joins, or the
/// planner might ask the index for all that a word found. It takes a stretch between two bounds that it does not know for a few
/// rows and would read and sort all of it: so only one bound is inside.
fn among_newest(
    conn: &mut PgConnection,
    wanted: &Wanted,
    parts: &[Part],
    bounds: Bounds,
    (limit, rows): (usize, i64),
) -> Result<Vec<Hit>> {
    let rows = (rows / count(parts.len())).max(1);
    let statement = diesel::sql_query(
        "WITH newest AS MATERIALIZED (
             SELECT m.channel, m.seq, m.ts FROM unnest($2, $3, $4) AS p (channel, first, last)
             CROSS JOIN LATERAL (SELECT channel, seq, ts FROM messages
                 WHERE channel = p.channel AND seq <= p.last ORDER BY seq DESC LIMIT $5) AS m
             WHERE m.seq >= p.first),
         left_out AS (SELECT max(ts) AS ts FROM (
             SELECT min(ts) AS ts FROM newest GROUP BY channel HAVING count(*) = $5) AS ends)
         SELECT n.ts, n.channel, n.seq FROM newest n CROSS JOIN left_out
         CROSS JOIN LATERAL (SELECT words FROM message_search
             WHERE channel = n.channel AND seq = n.seq LIMIT 1) AS s
         WHERE s.words @@ $1::tsquery AND n.ts > coalesce(left_out.ts, $6 - 1) AND n.ts >= $6
         ORDER BY n.ts DESC, n.channel DESC, n.seq DESC LIMIT $7",
    );
    let statement = statement
        .bind::<Text, _>(wanted.for_postgresql())
        .bind::<Array<BigInt>, _>(column(parts, |part| part.channel))
        .bind::<Array<BigInt>, _>(column(parts, |part| part.first))
        .bind::<Array<BigInt>, _>(column(parts, |part| part.last));
    let statement = statement.bind::<BigInt, _>(rows).bind::<BigInt, _>(bounds.times.0.max(0));
    statement.bind::<BigInt, _>(count(limit)).load(conn).map_err(or_busy)
}

fn column(parts: &[Part], of: fn(&Part) -> i64) -> Vec<i64> {
    parts.iter().map(of).collect()
}

fn or_busy(error: diesel::result::Error) -> Error {
    match Error::from(error) {
        Error::Query(cause) if cause.to_string().contains("statement timeout") => Error::Busy,
        other => other,
    }
}
