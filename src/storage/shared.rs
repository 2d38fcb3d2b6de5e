//! Which messages of a channel carry files, by the kinds of these: three files are found without a walk through a million
//! messages.

use diesel::prelude::*;

use super::schema::shared_files;
use super::{ChannelNum, Conn, Result, RunQueryDsl};

/// Files of whatever kind.
pub const ANY: &str = "any";

/// The message carries files of these kinds now.
pub fn add(conn: &mut Conn, channel: ChannelNum, seq: i64, kinds: &[&str]) -> Result<()> {
    for kind in kinds {
        diesel::insert_into(shared_files::table)
            .values((
                shared_files::channel.eq(channel),
                shared_files::kind.eq(*kind),
                shared_files::seq.eq(seq),
            ))
            .on_conflict((shared_files::channel, shared_files::kind, shared_files::seq))
            .do_nothing()
            .execute(conn)?;
    }
    Ok(())
}

/// It carries none of these kinds any more.
pub fn delete(conn: &mut Conn, channel: ChannelNum, seq: i64, kinds: &[&str]) -> Result<()> {
    let of = shared_files::table.filter(shared_files::channel.eq(channel).and(shared_files::seq.eq(seq)));
    diesel::delete(of.filter(shared_files::kind.eq_any(kinds))).execute(conn)?;
    Ok(())
}

/// The seqs of messages with files of a kind and `from <= seq <= to`, the newest first.
pub fn page(
    conn: &mut Conn,
    channel: ChannelNum,
    kind: &str,
    (from, to): (i64, i64),
    limit: i64,
) -> Result<Vec<i64>> {
    Ok(shared_files::table
        .filter(shared_files::channel.eq(channel).and(shared_files::kind.eq(kind)))
        .filter(shared_files::seq.between(from, to))
        .order(shared_files::seq.desc())
        .limit(limit)
        .select(shared_files::seq)
        .load(conn)?)
}
