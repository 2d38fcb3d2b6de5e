//! Full-text index: FTS5 on SQLite, a tsvector table on PostgreSQL, behind the same functions.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{ChannelNum, Conn, Error, Result};

mod fts {
    diesel::table! {
        /// The FTS5 table of SQLite; PostgreSQL's has other columns. The column of the table's own name
        /// takes commands.
        message_search (rowid) {
            rowid -> BigInt,
            #[sql_name = "message_search"]
            command -> Text,
            text -> Text,
        }
    }
}

/// FTS5 knows rows by one integer: the channel's number above 40 bits of seq.
fn rowid(channel: ChannelNum, seq: i64) -> Result<i64> {
    let fits = (0..1 << 22).contains(&channel) && (0..1 << 40).contains(&seq);
    if fits {
        Ok(channel << 40 | seq)
    } else {
        Err(Error::Damaged(format!("no room in the index for {channel}/{seq}")))
    }
}

/// Puts what a message says into the index.
pub fn add(conn: &mut Conn, channel: ChannelNum, seq: i64, text: &str) -> Result<()> {
    match conn {
        Conn::Sqlite(c) => {
            let row =
                (fts::message_search::rowid.eq(rowid(channel, seq)?), fts::message_search::text.eq(text));
            diesel::RunQueryDsl::execute(diesel::insert_into(fts::message_search::table).values(row), c)?;
        }
        Conn::Postgres(c) => {
            let sql =
                "INSERT INTO message_search (channel, seq, words) VALUES ($1, $2, to_tsvector('simple', $3))";
            let statement = diesel::sql_query(sql);
            let statement = statement.bind::<BigInt, _>(channel).bind::<BigInt, _>(seq).bind::<Text, _>(text);
            diesel::RunQueryDsl::execute(statement, &mut **c)?;
        }
    }
    Ok(())
}

/// Takes a message out of the index. The index has no text to look up what words were in it, so `text` is what
/// was put in.
pub fn remove(conn: &mut Conn, channel: ChannelNum, seq: i64, text: &str) -> Result<()> {
    match conn {
        Conn::Sqlite(c) => {
            let row = (
                fts::message_search::command.eq("delete"),
                fts::message_search::rowid.eq(rowid(channel, seq)?),
                fts::message_search::text.eq(text),
            );
            diesel::RunQueryDsl::execute(diesel::insert_into(fts::message_search::table).values(row), c)?;
        }
        Conn::Postgres(c) => {
            let statement = diesel::sql_query("DELETE FROM message_search WHERE channel = $1 AND seq = $2");
            let statement = statement.bind::<BigInt, _>(channel).bind::<BigInt, _>(seq);
            diesel::RunQueryDsl::execute(statement, &mut **c)?;
        }
    }
    Ok(())
}
