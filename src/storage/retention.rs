//! How long messages are kept: which channels have an end to it, and what is too old.

use diesel::dsl::not;
use diesel::prelude::*;

use super::messages::MessageRow;
use super::schema::{channels, entries, messages, retentions};
use super::{ChannelNum, Columns, Conn, Result, RunQueryDsl, optional};

/// A channel, as far as it says how long its messages are kept.
#[derive(Debug, Clone, Queryable)]
pub struct Kept {
    pub channel: ChannelNum,
    pub id: String,
    pub days: Option<i64>,
    /// When the first entry was taken that is not looked at yet.
    pub oldest_ts: Option<i64>,
}

/// Channels after `after`: all of them, or those whose policy says how long.
pub fn channels_after(conn: &mut Conn, after: ChannelNum, all: bool, limit: i64) -> Result<Vec<Kept>> {
    let row = (channels::num, channels::id, retentions::days.nullable(), entries::host_ts.nullable());
    let of = retentions::channel.eq(channels::num);
    let oldest = entries::channel.eq(channels::num).and(entries::seq.eq(channels::kept_from_seq));
    Ok(match all {
        true => channels::table
            .left_join(retentions::table.on(of))
            .left_join(entries::table.on(oldest))
            .filter(channels::num.gt(after))
            .order(channels::num)
            .limit(limit)
            .select(row)
            .load(conn)?,
        false => retentions::table
            .inner_join(channels::table.on(of))
            .left_join(entries::table.on(oldest))
            .filter(retentions::channel.gt(after))
            .order(retentions::channel)
            .limit(limit)
            .select(row)
            .load(conn)?,
    })
}

/// What the policy of a channel says from now on.
pub fn set_days(conn: &mut Conn, channel: ChannelNum, days: Option<i64>) -> Result<()> {
    match days {
        Some(days) => diesel::insert_into(retentions::table)
            .values((retentions::channel.eq(channel), retentions::days.eq(days)))
            .on_conflict(retentions::channel)
            .do_update()
            .set(retentions::days.eq(days))
            .execute(conn)?,
        None => diesel::delete(retentions::table.find(channel)).execute(conn)?,
    };
    Ok(())
}

/// The seq of the first entry from `from` on that was taken at `since` or later; `size` if there is none. Times grow with the
/// log, so that few entries are looked at.
pub fn first_since(
    conn: &mut Conn,
    channel: ChannelNum,
    (from, size): (i64, i64),
    since: i64,
) -> Result<i64> {
    let (mut low, mut high) = (from, size);
    while low < high {
        let middle = low + (high - low) / 2;
        let ts = entries::table.find((channel, middle)).select(entries::host_ts).one(conn);
        match optional::<i64>(ts)?.is_some_and(|ts| ts < since) {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    Ok(low)
}

/// Messages with `from <= seq < until` that are not gone.
pub fn live_between(
    conn: &mut Conn,
    channel: ChannelNum,
    (from, until): (i64, i64),
    limit: i64,
) -> Result<Vec<MessageRow>> {
    Ok(messages::table
        .filter(messages::channel.eq(channel).and(messages::seq.ge(from)).and(messages::seq.lt(until)))
        .filter(not(messages::deleted))
        .order(messages::seq)
        .limit(limit)
        .select(MessageRow::columns())
        .load(conn)?)
}

/// The seqs of those with `from <= seq <= to` that are gone, for whatever reason.
pub fn gone_between(conn: &mut Conn, channel: ChannelNum, from: i64, to: i64) -> Result<Vec<i64>> {
    Ok(messages::table
        .filter(messages::channel.eq(channel).and(messages::seq.between(from, to)).and(messages::deleted))
        .select(messages::seq)
        .load(conn)?)
}

pub fn set_kept_from(conn: &mut Conn, channel: ChannelNum, seq: i64) -> Result<()> {
    diesel::update(channels::table.find(channel)).set(channels::kept_from_seq.eq(seq)).execute(conn)?;
    Ok(())
}
