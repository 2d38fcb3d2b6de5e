//! SQLite's full-text index, FTS5, as the transaction under way changes it.
//!
//! FTS5 collects the words of rows in memory, and writes them out as a segment when the transaction is committed. It also does
//! so whenever a row does not lie behind the one before it: a commit that carries messages of many channels as they
//! came would write a segment for every second of them, only to merge them all again. So changes wait for the commit, and
//! are made in the order of their rows.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sqlite::SqliteConnection;

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

/// How many bytes of text wait at most where units of work end: then they are written before the commit.
const WAITING_BYTES_MAX: usize = 1 << 20;

/// A row's words come into the index, or leave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::storage) struct Change {
    pub rowid: i64,
    pub text: String,
    pub is_removal: bool,
}

impl Change {
    /// Makes the change.
    fn make(self, conn: &mut SqliteConnection) -> QueryResult<()> {
        let (rowid, text) = (message_search::rowid.eq(self.rowid), message_search::text.eq(self.text));
        let into = diesel::insert_into(message_search::table);
        if self.is_removal {
            let row = (message_search::command.eq("delete"), rowid, text);
            into.values(row).execute(conn).map(drop)
        } else {
            into.values((rowid, text)).execute(conn).map(drop)
        }
    }
}

/// Changes that wait for the end of the transaction.
#[derive(Debug, Default)]
pub(in crate::storage) struct Waiting {
    /// In the order in which they came.
    changes: Vec<Change>,
    bytes: usize,
    /// Whether there is a transaction whose end they can wait for.
    is_open: bool,
    /// How many savepoints are open.
    depth: usize,
    /// A change could not be made: without it nothing of the transaction may be kept.
    is_broken: bool,
}

impl Waiting {
    /// A transaction begins.
    pub fn begin(&mut self) {
        *self = Waiting { is_open: true, ..Waiting::default() };
    }

    /// The transaction is taken back.
    pub fn forget(&mut self) {
        *self = Waiting::default();
    }

    /// The transaction is about to be committed.
    pub fn finish(&mut self, conn: &mut SqliteConnection) -> QueryResult<()> {
        self.write(conn)?;
        if self.is_broken {
            return Err(Error::RollbackTransaction);
        }
        self.forget();
        Ok(())
    }

    /// A savepoint begins; answers what [`Waiting::take_back`] wants to know.
    pub fn enter(&mut self) -> usize {
        self.depth += 1;
        self.changes.len()
    }

    /// A savepoint was kept. It is too late to fail with it: what can't be written now fails the commit.
    pub fn leave(&mut self, conn: &mut SqliteConnection) {
        self.depth = self.depth.saturating_sub(1);
        let _ = self.write_much(conn);
    }

    /// A savepoint is taken back.
    pub fn take_back(&mut self, mark: usize) {
        self.depth = self.depth.saturating_sub(1);
        self.bytes -=
            self.changes.drain(mark.min(self.changes.len())..).map(|change| change.text.len()).sum::<usize>();
    }

    /// Makes the change now or, inside a transaction, before its end.
    pub fn change(&mut self, conn: &mut SqliteConnection, change: Change) -> QueryResult<()> {
        if !self.is_open {
            return change.make(conn);
        }
        self.bytes += change.text.len();
        self.changes.push(change);
        self.write_much(conn)
    }

    /// Takes all words out of the index.
    pub fn clear(&mut self, conn: &mut SqliteConnection) -> QueryResult<()> {
        self.write(conn)?;
        let row = message_search::command.eq("delete-all");
        diesel::insert_into(message_search::table).values(row).execute(conn).map(drop)
    }

    /// Not inside a savepoint: what had been said before it would be taken back with it.
    fn write_much(&mut self, conn: &mut SqliteConnection) -> QueryResult<()> {
        if self.depth == 0 && self.bytes > WAITING_BYTES_MAX { self.write(conn) } else { Ok(()) }
    }

    /// Makes the changes that wait.
    pub fn write(&mut self, conn: &mut SqliteConnection) -> QueryResult<()> {
        self.bytes = 0;
        // Stable: what is said of the same row stays in order.
        self.changes.sort_by_key(|change| change.rowid);
        let written = self.changes.drain(..).try_for_each(|change| change.make(conn));
        self.is_broken |= written.is_err();
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> SqliteConnection {
        let mut conn = SqliteConnection::establish(":memory:").expect("a database");
        let table = "CREATE VIRTUAL TABLE message_search USING fts5 (text, content = '')";
        diesel::sql_query(table).execute(&mut conn).expect("a table");
        conn
    }

    fn change(rowid: i64, text: &str, is_removal: bool) -> Change {
        Change { rowid, text: text.to_owned(), is_removal }
    }

    fn rows_with(conn: &mut SqliteConnection, word: &str) -> Vec<i64> {
        let found = message_search::table
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(&format!("message_search MATCH '{word}'")));
        found.select(message_search::rowid).load(conn).expect("found")
    }

    fn segments(conn: &mut SqliteConnection) -> i64 {
        let counted = diesel::dsl::sql::<diesel::sql_types::BigInt>(
            "(SELECT count(DISTINCT segid) FROM message_search_idx)",
        );
        diesel::select(counted).get_result(conn).expect("counted")
    }

    #[test]
    fn a_transaction_writes_one_segment_however_its_rows_come() {
        let (mut conn, mut waiting) = (index(), Waiting::default());
        diesel::sql_query("BEGIN").execute(&mut conn).expect("begun");
        waiting.begin();
        for rowid in [30, 10, 20, 5, 25] {
            waiting.change(&mut conn, change(rowid, "heron", false)).expect("noted");
        }
        assert_eq!(rows_with(&mut conn, "heron"), Vec::<i64>::new());
        waiting.finish(&mut conn).expect("written");
        diesel::sql_query("COMMIT").execute(&mut conn).expect("kept");
        assert_eq!(rows_with(&mut conn, "heron"), [5, 10, 20, 25, 30]);
        assert_eq!(segments(&mut conn), 1);
    }

    #[test]
    fn what_is_said_of_a_row_stays_in_order() {
        let (mut conn, mut waiting) = (index(), Waiting::default());
        waiting.change(&mut conn, change(7, "wren", false)).expect("at once");
        assert_eq!(rows_with(&mut conn, "wren"), [7]);
        waiting.begin();
        for (text, is_removal) in [("wren", true), ("rook", false), ("rook", true), ("crane", false)] {
            waiting.change(&mut conn, change(7, text, is_removal)).expect("noted");
            waiting.change(&mut conn, change(3, text, is_removal ^ (text == "wren"))).expect("noted");
        }
        waiting.finish(&mut conn).expect("written");
        assert_eq!(rows_with(&mut conn, "crane"), [3, 7]);
        assert_eq!(rows_with(&mut conn, "rook"), Vec::<i64>::new());
        assert_eq!(rows_with(&mut conn, "wren"), [3]);
    }

    #[test]
    fn a_savepoint_that_is_taken_back_takes_its_own_words() {
        let (mut conn, mut waiting) = (index(), Waiting::default());
        let long = "kite ".repeat(WAITING_BYTES_MAX / 5 + 1);
        waiting.begin();
        waiting.change(&mut conn, change(1, "heron", false)).expect("noted");
        let outer = waiting.enter();
        waiting.change(&mut conn, change(2, &long, false)).expect("noted");
        let inner = waiting.enter();
        waiting.change(&mut conn, change(3, "rook", false)).expect("noted");
        waiting.leave(&mut conn);
        assert_eq!(
            rows_with(&mut conn, "heron"),
            Vec::<i64>::new(),
            "nothing is written inside of a savepoint"
        );
        assert_eq!((outer, inner), (1, 2));
        waiting.take_back(outer);
        let kept = waiting.enter();
        waiting.change(&mut conn, change(4, &long, false)).expect("noted");
        waiting.leave(&mut conn);
        assert_eq!(kept, 1);
        assert_eq!(rows_with(&mut conn, "kite"), [4], "much does not wait for the commit");
        assert_eq!(rows_with(&mut conn, "heron"), [1]);
        waiting.change(&mut conn, change(5, "crane", false)).expect("noted");
        waiting.forget();
        waiting.begin();
        waiting.finish(&mut conn).expect("written");
        assert_eq!(rows_with(&mut conn, "crane"), Vec::<i64>::new());
    }
    #[test]
    fn what_cannot_be_written_early_fails_the_commit_and_not_what_was_kept() {
        let (mut conn, mut waiting) = (index(), Waiting::default());
        waiting.begin();
        diesel::sql_query("DROP TABLE message_search").execute(&mut conn).expect("gone");
        waiting.enter();
        waiting
            .change(&mut conn, change(1, &"kite ".repeat(WAITING_BYTES_MAX / 5 + 1), false))
            .expect("noted");
        waiting.leave(&mut conn);
        waiting.finish(&mut conn).expect_err("nothing is left to be written, and yet something is missing");
        waiting.begin();
        waiting.finish(&mut conn).expect("another transaction");
    }
}
