//! Messages by the hundred thousand, written with the server's own storage and not through the server.

use loggia::storage::messages::{self, MessageRow};
use loggia::storage::search::{self, Document, Mark};
use loggia::storage::{self, ChannelNum, Conn, channels, entries, users};
use serde_json::json;

use crate::words::{Random, Words};

/// Messages of one transaction.
const BATCH: usize = 5_000;

/// Puts `count` messages of two people into the channels, in turn.
pub fn fill(url: &str, ids: &[String], count: usize, words: &Words) -> Result<(), storage::Error> {
    let mut conn = Conn::open(url)?;
    let conn = &mut conn;
    let mut places: Vec<(ChannelNum, i64, i64)> = Vec::new();
    for id in ids {
        if let Some(row) = channels::by_id(conn, id)? {
            places.push((row.num, row.size, row.last_ts));
        }
    }
    let mut people = Vec::new();
    for n in 0..2 {
        people.extend(users::by_id(conn, &format!("@person{n}:bench.test"))?.map(|row| row.num));
    }
    let mut random = Random(7);
    let mut made = 0;
    while made < count {
        conn.begin_write()?;
        for n in made..count.min(made + BATCH) {
            let turn = n % places.len().max(1);
            let (Some(place), Some(sender)) = (places.get_mut(turn), people.get(n % people.len().max(1)))
            else {
                continue;
            };
            let (channel, seq, ts) = *place;
            (place.1, place.2) = (seq + 1, ts + 1_000);
            message(conn, (channel, seq, ts), *sender, &words.message(&mut random))?;
        }
        for (channel, size, _) in &places {
            conn.run_script(&format!(
                "UPDATE channels SET size = {size}, last_message_seq = {} WHERE num = {channel}",
                size - 1
            ))?;
        }
        conn.commit()?;
        made += BATCH;
    }
    // As PostgreSQL does by itself after a while; SQLite does not.
    if url.starts_with("postgres") { conn.run_script("ANALYZE") } else { Ok(()) }
}

fn message(
    conn: &mut Conn,
    (channel, seq, ts): (ChannelNum, i64, i64),
    sender: i64,
    text: &str,
) -> Result<(), storage::Error> {
    let row = MessageRow {
        channel,
        seq,
        id: format!("${channel}-{seq}"),
        sender,
        ts,
        nonce: format!("{seq}"),
        body_seq: seq,
        edited_ts: None,
        deleted: false,
        reply_to: None,
        thread: None,
        thread_seq: None,
        thread_index: None,
        thread_count: 0,
        has_reactions: false,
    };
    messages::insert(conn, &row)?;
    let body = json!({ "content": { "text": text }, "salt": "" }).to_string();
    entries::insert_body(conn, channel, seq, &body)?;
    let mut marks = vec![Mark::From(sender)];
    marks.extend(text.contains("https://").then_some(Mark::Link));
    search::add(conn, channel, seq, &Document { text, marks })
}
