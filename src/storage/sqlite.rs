//! A connection to SQLite, with what its transaction has for the full-text index.

use std::ops::{Deref, DerefMut};

use diesel::connection::{AnsiTransactionManager, Connection, SimpleConnection, TransactionManager};
use diesel::sqlite::SqliteConnection;
use diesel::{ConnectionResult, QueryResult};

use super::search::fts::{Change, Waiting};

/// How long a connection waits for another that writes, in milliseconds; and what writes the file anew, and what empties
/// the log.
pub(super) const PATIENCE_MS: u32 = 5_000;
pub(super) const COMPACTING_PATIENCE_MS: u32 = 60_000;
pub(super) const EMPTYING_PATIENCE_MS: u32 = 500;

/// [`SqliteConnection`], whose transactions end with the words of what they carried.
pub struct SqliteFile {
    conn: SqliteConnection,
    words: Waiting,
}

impl Deref for SqliteFile {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.conn
    }
}

impl DerefMut for SqliteFile {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.conn
    }
}

impl SqliteFile {
    pub(super) fn establish(url: &str) -> ConnectionResult<SqliteFile> {
        Ok(SqliteFile { conn: SqliteConnection::establish(url)?, words: Waiting::default() })
    }

    /// How long it waits for others that write.
    pub(super) fn set_patience(&mut self, ms: u32) -> QueryResult<()> {
        self.conn.batch_execute(&format!("PRAGMA busy_timeout = {ms}"))
    }

    /// Begins a transaction with the write lock in its hand: one that has read first might find that it no longer can
    /// have it.
    pub(super) fn begin_write(&mut self) -> QueryResult<()> {
        AnsiTransactionManager::begin_transaction_sql(&mut self.conn, "BEGIN IMMEDIATE")?;
        self.words.begin();
        Ok(())
    }

    pub(super) fn commit(&mut self) -> QueryResult<()> {
        self.words.finish(&mut self.conn)?;
        AnsiTransactionManager::commit_transaction(&mut self.conn)
    }

    pub(super) fn rollback(&mut self) -> QueryResult<()> {
        self.words.forget();
        AnsiTransactionManager::rollback_transaction(&mut self.conn)
    }

    /// A savepoint; answers what [`SqliteFile::take_back`] wants to know.
    pub(super) fn savepoint(&mut self) -> QueryResult<usize> {
        AnsiTransactionManager::begin_transaction(&mut self.conn)?;
        Ok(self.words.enter())
    }

    pub(super) fn keep(&mut self) -> QueryResult<()> {
        AnsiTransactionManager::commit_transaction(&mut self.conn)?;
        self.words.leave(&mut self.conn);
        Ok(())
    }

    pub(super) fn take_back(&mut self, mark: usize) -> QueryResult<()> {
        self.words.take_back(mark);
        AnsiTransactionManager::rollback_transaction(&mut self.conn)
    }

    /// Changes the full-text index: at the transaction's end, where one is under way.
    pub(super) fn index(&mut self, change: Change) -> QueryResult<()> {
        self.words.change(&mut self.conn, change)
    }

    /// Makes the changes that wait, inside the transaction but outside of any savepoint.
    pub(super) fn write_words(&mut self) -> QueryResult<()> {
        self.words.write(&mut self.conn)
    }

    /// Empties the full-text index.
    pub(super) fn clear_index(&mut self) -> QueryResult<()> {
        self.words.clear(&mut self.conn)
    }
}
