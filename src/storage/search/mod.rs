//! Full-text index: FTS5 on SQLite, a tsvector table on PostgreSQL, behind the same functions.
//!
//! What both are given is made by [`words`], so that both find the same. Beside its words a message has
//! marks, which no text can hold: who sent it, whom it mentions, what it carries.

mod find;
pub(in crate::storage) mod fts;
pub mod words;

use std::fmt::Write;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};

use super::conn::insert_together;
use super::pipeline::Row;
use super::{ChannelNum, Conn, Error, Result, UserNum};
pub use find::{Hit, Part, Time, find};
use fts::Change;
use words::Phrase;

/// The bits of a row's number that are a seq.
const SEQ_BITS: u32 = 40;

/// FTS5 knows rows by one integer: the channel's number above 40 bits of seq.
fn rowid(channel: ChannelNum, seq: i64) -> Result<i64> {
    let fits = (0..1 << 22).contains(&channel) && (0..1 << SEQ_BITS).contains(&seq);
    if fits {
        Ok(channel << SEQ_BITS | seq)
    } else {
        Err(Error::Damaged(format!("no room in the index for {channel}/{seq}")))
    }
}

/// The channel and the seq of a row.
fn place(rowid: i64) -> (ChannelNum, i64) {
    (rowid >> SEQ_BITS, rowid & ((1 << SEQ_BITS) - 1))
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

/// What PostgreSQL's index has of a message.
struct AddWords {
    channel: ChannelNum,
    seq: i64,
    words: String,
}

/// Puts so many into the index. A statement of its own kind, so that it is kept prepared: those of `diesel::sql_query` are not, and
/// are two journeys more each time.
#[derive(QueryId)]
struct AddAll<const N: usize>(Box<[AddWords; N]>);

impl<const N: usize> QueryFragment<Pg> for AddAll<N> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO message_search (channel, seq, words) VALUES ");
        for (n, row) in self.0.iter().enumerate() {
            out.push_sql(if n == 0 { "(" } else { ", (" });
            out.push_bind_param::<BigInt, _>(&row.channel)?;
            out.push_sql(", ");
            out.push_bind_param::<BigInt, _>(&row.seq)?;
            out.push_sql(", ");
            out.push_bind_param::<Text, _>(&row.words)?;
            out.push_sql("::tsvector)");
        }
        Ok(())
    }
}

impl Row for AddWords {
    fn insert<const N: usize>(rows: Box<[Self; N]>) -> impl QueryFragment<Pg> + QueryId + Send + 'static {
        AddAll(rows)
    }
}

/// Puts a message into the index.
pub fn add(conn: &mut Conn, channel: ChannelNum, seq: i64, document: &Document<'_>) -> Result<()> {
    match conn {
        Conn::Sqlite(c) => {
            let (rowid, text) = (rowid(channel, seq)?, document.for_sqlite());
            c.index(Change { rowid, text, is_removal: false })?;
        }
        Conn::Postgres(c) => {
            insert_together(AddWords { channel, seq, words: document.for_postgresql() }, c)?;
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
    /// Whether the beginning of a word is among what is looked for.
    fn has_beginnings(&self) -> bool {
        let begins = |term: &Term| matches!(term, Term::Words(phrase) if phrase.prefix);
        self.all.iter().flatten().chain(&self.none).any(begins)
    }

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
