//! Full-text index: FTS5 on SQLite, a tsvector table on PostgreSQL, behind the same functions.
//!
//! What both are given is made by [`words`], so that both find the same. Beside its words a message has
//! marks, which no text can hold: who sent it, whom it mentions, what it carries.

pub(in crate::storage) mod fts;
pub mod words;

use std::fmt::Write;
use std::time::{Duration, Instant};

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Text};

use super::conn::insert_later;
use super::{ChannelNum, Conn, Error, Result, UserNum, messages};
use fts::Change;
use words::Phrase;

/// FTS5 knows rows by one integer: the channel's number above 40 bits of seq.
fn rowid(channel: ChannelNum, seq: i64) -> Result<i64> {
    let fits = (0..1 << 22).contains(&channel) && (0..1 << 40).contains(&seq);
    if fits {
        Ok(channel << 40 | seq)
    } else {
        Err(Error::Damaged(format!("no room in the index for {channel}/{seq}")))
    }
}

/// What is true of a message, beside its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    From(UserNum),
    /// The id of somebody whom it mentions.
    Mentions(String),
    MentionsAll,
    Link,
    File,
    Image,
    Thread,
}

/// Where marks begin: characters for private use, which both databases take for letters and which no word has.
const MARK: char = '\u{e000}';
/// Stands for the byte 0 in an id.
const MARK_BYTES: u32 = 0xe100;

impl Mark {
    fn print(&self) -> String {
        match self {
            Mark::From(num) => format!("{MARK}from{num}"),
            Mark::Mentions(id) => id.bytes().fold(format!("{MARK}mentions"), |mut text, byte| {
                let plain = char::from(byte);
                let sign = char::from_u32(MARK_BYTES + u32::from(byte)).unwrap_or(MARK);
                text.push(if plain.is_ascii_alphanumeric() { plain } else { sign });
                text
            }),
            Mark::MentionsAll => format!("{MARK}mentionsall"),
            Mark::Link => format!("{MARK}link"),
            Mark::File => format!("{MARK}file"),
            Mark::Image => format!("{MARK}image"),
            Mark::Thread => format!("{MARK}thread"),
        }
    }
}

/// What the index holds of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document<'a> {
    pub text: &'a str,
    /// Of files. No phrase goes from one of them to another, or to the text.
    pub names: Vec<&'a str>,
    pub marks: Vec<Mark>,
}

impl Document<'_> {
    fn parts(&self) -> impl Iterator<Item = Vec<words::Word>> {
        std::iter::once(self.text).chain(self.names.iter().copied()).map(words::split)
    }

    /// Words and marks with spaces between them, for FTS5.
    fn for_sqlite(&self) -> String {
        let mut all: Vec<String> = self.marks.iter().map(Mark::print).collect();
        for (n, words) in self.parts().enumerate() {
            all.extend((n > 0).then(|| MARK.to_string()));
            all.extend(words.into_iter().map(|word| word.text));
        }
        all.join(" ")
    }

    /// As a tsvector is written: words with their places, marks without.
    pub fn for_postgresql(&self) -> String {
        let mut text = String::new();
        for mark in &self.marks {
            let _ = write!(text, "{} ", quoted(&mark.print()));
        }
        let mut place = 0;
        for words in self.parts() {
            for word in words {
                place += 1;
                let _ = write!(text, "{}:{} ", quoted(&word.text), place.min(TSVECTOR_PLACES_MAX));
            }
            place += 1;
        }
        text
    }
}

/// PostgreSQL counts places up to here.
const TSVECTOR_PLACES_MAX: usize = 16_383;

fn quoted(lexeme: &str) -> String {
    format!("'{}'", lexeme.replace('\\', "\\\\").replace('\'', "''"))
}

/// Puts words into PostgreSQL's index. A statement of its own kind, so that it is kept prepared: those of
/// `diesel::sql_query` are not, and are two journeys more each time.
#[derive(QueryId)]
struct AddWords {
    channel: ChannelNum,
    seq: i64,
    words: String,
}

impl QueryFragment<Pg> for AddWords {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO message_search (channel, seq, words) VALUES (");
        out.push_bind_param::<BigInt, _>(&self.channel)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.seq)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.words)?;
        out.push_sql("::tsvector)");
        Ok(())
    }
}

impl<C> diesel::RunQueryDsl<C> for AddWords {}

/// Puts a message into the index.
pub fn add(conn: &mut Conn, channel: ChannelNum, seq: i64, document: &Document<'_>) -> Result<()> {
    match conn {
        Conn::Sqlite(c) => {
            let (rowid, text) = (rowid(channel, seq)?, document.for_sqlite());
            c.index(Change { rowid, text, is_removal: false })?;
        }
        Conn::Postgres(c) => {
            insert_later(AddWords { channel, seq, words: document.for_postgresql() }, c)?;
        }
    }
    Ok(())
}

/// Takes a message out of the index. The index has no text to look up what words were in it, so `document` is
/// what was put in.
pub fn remove(conn: &mut Conn, channel: ChannelNum, seq: i64, document: &Document<'_>) -> Result<()> {
    match conn {
        Conn::Sqlite(c) => {
            let (rowid, text) = (rowid(channel, seq)?, document.for_sqlite());
            c.index(Change { rowid, text, is_removal: true })?;
        }
        Conn::Postgres(c) => {
            let statement = diesel::sql_query("DELETE FROM message_search WHERE channel = $1 AND seq = $2");
            let statement = statement.bind::<BigInt, _>(channel).bind::<BigInt, _>(seq);
            diesel::RunQueryDsl::execute(statement, &mut **c)?;
        }
    }
    Ok(())
}

/// Empties the index.
pub fn clear(conn: &mut Conn) -> Result<()> {
    match conn {
        Conn::Sqlite(c) => c.clear_index()?,
        Conn::Postgres(c) => {
            diesel::RunQueryDsl::execute(diesel::sql_query("DELETE FROM message_search"), &mut **c)?;
        }
    }
    Ok(())
}

/// Something that a message may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    Words(Phrase),
    Mark(Mark),
}

impl Term {
    /// For FTS5: in quotation marks, within which nothing is syntax. Words have none.
    fn for_sqlite(&self) -> String {
        match self {
            Term::Words(phrase) => {
                format!("\"{}\"{}", phrase.words.join(" "), if phrase.prefix { " *" } else { "" })
            }
            Term::Mark(mark) => format!("\"{}\"", mark.print()),
        }
    }

    fn for_postgresql(&self) -> String {
        match self {
            Term::Words(phrase) => {
                let words: Vec<String> = phrase.words.iter().map(|word| quoted(word)).collect();
                format!("({}{})", words.join(" <-> "), if phrase.prefix { ":*" } else { "" })
            }
            Term::Mark(mark) => quoted(&mark.print()),
        }
    }
}

/// What is looked for: a message that has one of each of `all`, and none of `none`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub all: Vec<Vec<Term>>,
    pub none: Vec<Term>,
}

impl Wanted {
    /// As FTS5 writes it; `all` is not empty.
    fn for_sqlite(&self) -> String {
        let any = |terms: &Vec<Term>| {
            format!("({})", terms.iter().map(Term::for_sqlite).collect::<Vec<_>>().join(" OR "))
        };
        let all = self.all.iter().map(any).collect::<Vec<_>>().join(" AND ");
        self.none.iter().fold(format!("({all})"), |text, term| format!("({text} NOT {})", term.for_sqlite()))
    }

    fn for_postgresql(&self) -> String {
        let any = |terms: &Vec<Term>| {
            format!("({})", terms.iter().map(Term::for_postgresql).collect::<Vec<_>>().join(" | "))
        };
        let none = self.none.iter().map(|term| format!("!{}", term.for_postgresql()));
        self.all.iter().map(any).chain(none).collect::<Vec<_>>().join(" & ")
    }
}

/// A part of a channel: from the seq `first` to the seq `last`, both included.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    pub channel: ChannelNum,
    pub first: i64,
    pub last: i64,
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

/// At most `limit` messages in these parts of channels, sent at `from <= ts < until`, the newest first,
/// from before the place `before` on.
///
/// # Errors
/// [`Error::Busy`] when it takes too long.
pub fn find(
    conn: &mut Conn,
    wanted: &Wanted,
    parts: &[Part],
    (from, until): (i64, i64),
    before: Option<Hit>,
    limit: i64,
) -> Result<Vec<Hit>> {
    if parts.is_empty() || wanted.all.is_empty() {
        return Ok(Vec::new());
    }
    match conn {
        Conn::Sqlite(_) => find_in_sqlite(conn, wanted, parts, (from, until), before, limit),
        Conn::Postgres(_) => find_in_postgresql(conn, wanted, parts, (from, until), before, limit),
    }
}

/// A channel at a time: FTS5 goes backwards through one stretch of rows and stops when it has enough.
fn find_in_sqlite(
    conn: &mut Conn,
    wanted: &Wanted,
    parts: &[Part],
    (from, until): (i64, i64),
    before: Option<Hit>,
    limit: i64,
) -> Result<Vec<Hit>> {
    let began = Instant::now();
    let text = wanted.for_sqlite();
    let most = usize::try_from(limit).unwrap_or(0);
    let mut found: Vec<Hit> = Vec::new();
    for part in parts {
        if began.elapsed() > SEARCH_TIME_MAX {
            return Err(Error::Busy);
        }
        let part = within(conn, *part, (from, until), before)?;
        if part.first > part.last {
            continue;
        }
        let Conn::Sqlite(c) = &mut *conn else { continue };
        let statement = diesel::sql_query(
            "SELECT messages.ts, messages.channel, messages.seq FROM message_search CROSS JOIN messages
             ON messages.channel = ? AND messages.seq = (message_search.rowid & 1099511627775)
             WHERE message_search MATCH ? AND message_search.rowid BETWEEN ? AND ?
             ORDER BY message_search.rowid DESC LIMIT ?",
        );
        let statement = statement.bind::<BigInt, _>(part.channel).bind::<Text, _>(&text);
        let statement = statement.bind::<BigInt, _>(rowid(part.channel, part.first)?);
        let statement = statement.bind::<BigInt, _>(rowid(part.channel, part.last)?);
        let hits: Vec<Hit> = diesel::RunQueryDsl::load(statement.bind::<BigInt, _>(limit), &mut **c)?;
        found.extend(hits);
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.truncate(most);
    }
    Ok(found)
}

/// The stretch of a part that lies in a time and before a place. In a log times never go back (LOG-4).
fn within(conn: &mut Conn, part: Part, (from, until): (i64, i64), before: Option<Hit>) -> Result<Part> {
    let mut until = until;
    let mut part = part;
    if let Some(before) = before {
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
    if until < i64::MAX {
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

fn find_in_postgresql(
    conn: &mut Conn,
    wanted: &Wanted,
    parts: &[Part],
    (from, until): (i64, i64),
    before: Option<Hit>,
    limit: i64,
) -> Result<Vec<Hit>> {
    let Conn::Postgres(c) = conn else { return Ok(Vec::new()) };
    let c = &mut **c;
    let timeout = format!("SET LOCAL statement_timeout = {}", SEARCH_TIME_MAX.as_millis());
    diesel::RunQueryDsl::execute(diesel::sql_query(timeout), c)?;
    let before = before.unwrap_or(Hit { ts: i64::MAX, channel: i64::MAX, seq: i64::MAX });
    let column = |of: fn(&Part) -> i64| parts.iter().map(of).collect::<Vec<i64>>();
    let statement = diesel::sql_query(
        "SELECT m.ts, m.channel, m.seq FROM message_search s
         JOIN unnest($2, $3, $4) AS p (channel, first, last) ON p.channel = s.channel AND s.seq BETWEEN p.first AND p.last
         JOIN messages m ON m.channel = s.channel AND m.seq = s.seq
         WHERE s.words @@ $1::tsquery AND m.ts >= $5 AND m.ts < $6 AND (m.ts, m.channel, m.seq) < ($7, $8, $9)
         ORDER BY m.ts DESC, m.channel DESC, m.seq DESC LIMIT $10",
    );
    let statement = statement
        .bind::<Text, _>(wanted.for_postgresql())
        .bind::<Array<BigInt>, _>(column(|part| part.channel))
        .bind::<Array<BigInt>, _>(column(|part| part.first))
        .bind::<Array<BigInt>, _>(column(|part| part.last));
    let statement = statement.bind::<BigInt, _>(from).bind::<BigInt, _>(until);
    let statement = statement.bind::<BigInt, _>(before.ts).bind::<BigInt, _>(before.channel);
    let statement = statement.bind::<BigInt, _>(before.seq).bind::<BigInt, _>(limit);
    diesel::RunQueryDsl::load(statement, c).map_err(|error| match Error::from(error) {
        Error::Query(cause) if cause.to_string().contains("statement timeout") => Error::Busy,
        other => other,
    })
}
