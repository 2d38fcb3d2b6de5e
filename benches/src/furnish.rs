//! Messages by the hundred thousand, written with the server's own storage and not through the server.

use loggia::storage::messages::{self, MessageRow};
use loggia::storage::search::{self, Document, Mark};
use loggia::storage::{self, ChannelNum, Conn, channels, entries, users};
use serde_json::json;

use crate::words::{Random, Words};

/// Messages of one transaction.
const BATCH: usize = 5_000;
/// Rows of one statement.
const ROWS: usize = 1_000;

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
    before(conn)?;
    while made < count {
        let mut batch = Vec::with_capacity(BATCH);
        for n in made..count.min(made + BATCH) {
            let turn = n % places.len().max(1);
            let (Some(place), Some(sender)) = (places.get_mut(turn), people.get(n % people.len().max(1)))
            else {
                continue;
            };
            let (channel, seq, ts) = *place;
            (place.1, place.2) = (seq + 1, ts + 1_000);
            batch.push(Written { channel, seq, ts, sender: *sender, text: words.message(&mut random) });
        }
        conn.begin_write()?;
        put(conn, &batch)?;
        for (channel, size, _) in &places {
            conn.run_script(&format!(
                "UPDATE channels SET size = {size}, last_message_seq = {} WHERE num = {channel}",
                size - 1
            ))?;
        }
        conn.commit()?;
        made += BATCH;
    }
    after(conn)
}

struct Written {
    channel: ChannelNum,
    seq: i64,
    ts: i64,
    sender: i64,
    text: String,
}

impl Written {
    fn id(&self) -> String {
        format!("${}-{}", self.channel, self.seq)
    }

    fn body(&self) -> String {
        json!({ "content": { "text": self.text }, "salt": "" }).to_string()
    }

    fn document(&self) -> Document<'_> {
        let mut marks = vec![Mark::From(self.sender)];
        marks.extend(self.text.contains("https://").then_some(Mark::Link));
        Document { text: &self.text, names: Vec::new(), marks }
    }
}

/// A million messages one after another keep PostgreSQL's index of words busy for ten minutes. It is built afterwards,
/// as it was defined.
fn before(conn: &mut Conn) -> Result<(), storage::Error> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(_) => conn.run_script(
            "CREATE TABLE put_aside AS SELECT indexdef FROM pg_indexes WHERE indexname = 'message_search_words';
             DROP INDEX message_search_words",
        ),
    }
}

fn after(conn: &mut Conn) -> Result<(), storage::Error> {
    if let Conn::Sqlite(_) = conn {
        return Ok(());
    }
    conn.run_script(
        "SET maintenance_work_mem = '512MB';
         DO $$ BEGIN EXECUTE (SELECT indexdef FROM put_aside); END $$;
         DROP TABLE put_aside",
    )?;
    // As PostgreSQL does by itself after a while; SQLite does not.
    conn.run_script("VACUUM ANALYZE")
}

fn put(conn: &mut Conn, batch: &[Written]) -> Result<(), storage::Error> {
    match conn {
        Conn::Sqlite(_) => batch.iter().try_for_each(|written| message(conn, written)),
        Conn::Postgres(_) => batch.chunks(ROWS).try_for_each(|rows| conn.run_script(&script(rows))),
    }
}

/// The same as [`message`] for many at once: three statements instead of three a message, each of which PostgreSQL answers.
fn script(rows: &[Written]) -> String {
    let values = |value: &dyn Fn(&Written) -> String| rows.iter().map(value).collect::<Vec<_>>().join(", ");
    let messages = values(&|it| {
        let (id, seq) = (quoted(&it.id()), it.seq);
        format!("({}, {seq}, {id}, {}, {}, '{seq}', {seq}, false, 0, false)", it.channel, it.sender, it.ts)
    });
    let bodies = values(&|it| format!("({}, {}, {})", it.channel, it.seq, quoted(&it.body())));
    let words =
        values(&|it| format!("({}, {}, {})", it.channel, it.seq, quoted(&it.document().for_postgresql())));
    format!(
        "INSERT INTO messages (channel, seq, id, sender, ts, nonce, body_seq, deleted, thread_count, has_reactions) VALUES {messages};
         INSERT INTO bodies (channel, seq, body) VALUES {bodies};
         INSERT INTO message_search (channel, seq, words) VALUES {words}"
    )
}

/// As a string of SQL, which has no escapes but this one.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn message(conn: &mut Conn, written: &Written) -> Result<(), storage::Error> {
    let (channel, seq) = (written.channel, written.seq);
    let row = MessageRow {
        channel,
        seq,
        id: written.id(),
        sender: written.sender,
        ts: written.ts,
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
    messages::insert(conn, row)?;
    entries::insert_body(conn, channel, seq, written.body())?;
    search::add(conn, channel, seq, &written.document())
}

#[cfg(test)]
mod tests {
    use loggia::domain::accounts::NewAccount;
    use loggia::domain::search::query::Query;
    use loggia::domain::timeline::Place;
    use loggia_benches::hot::Site;

    use super::*;
    use crate::stock::tests::both;

    const COUNT: usize = 2_500;

    fn found(site: &Site, text: &str) -> Vec<i64> {
        let mut query = Query::new(0).unwrap();
        query.text(text).unwrap();
        let hits = site.runtime.block_on(site.domain.search(&site.actor, query, None, 50)).unwrap().0;
        hits.iter().map(|hit| hit.message.seq).collect()
    }

    #[test]
    fn what_is_put_there_is_found() {
        both(|site, url, postgres| {
            for n in 0..2 {
                let account = NewAccount {
                    username: format!("person{n}"),
                    password: "correct horse battery".to_owned(),
                    display_name: None,
                    invite: None,
                    bot: false,
                };
                site.runtime.block_on(site.domain.register(account)).unwrap();
            }
            let words = Words::new(300);
            let page = site.domain.timeline(&site.actor, site.channel.clone(), Place::Head, 1);
            let first = site.runtime.block_on(page).unwrap().head + 1;
            fill(url, &[site.channel.as_str().to_owned()], COUNT, &words).unwrap();
            let (mut random, mut expected) = (Random(7), Vec::new());
            for n in 0..COUNT {
                let text = words.message(&mut random);
                let has = text.split(' ').any(|word| word == words.nth(40));
                expected.extend(has.then(|| first + i64::try_from(n).unwrap()));
            }
            let newest: Vec<i64> = expected.iter().rev().take(50).copied().collect();
            assert_eq!(found(site, words.nth(40)), newest);
            assert!(!found(site, "has:link").is_empty());
            if postgres {
                // Fails if the index is not there again.
                let again = Conn::open(url).unwrap().run_script("DROP INDEX message_search_words");
                again.unwrap();
            }
        });
    }
}
