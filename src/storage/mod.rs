//! The only SQL. Each table's rows and queries are a file; all of them run on SQLite and on
//! PostgreSQL from one text (see [`conn`]).
//!
//! Queries are plain functions of a connection and run on threads that own one: reads on the pool
//! below, writes in the writer. To add a table: a migration on both sides, its columns in
//! `schema.rs`, a file here.

pub mod acts;
mod alarms;
pub mod attention;
pub mod blocks;
pub mod channels;
mod conn;
pub mod copies;
pub mod dump;
pub mod emails;
pub mod entries;
pub mod exclusions;
pub mod files;
pub mod heads;
pub mod joinings;
pub mod lately;
mod maintenance;
pub mod members;
pub mod messages;
pub mod meta;
pub mod migrations;
pub mod missing;
pub mod notifications;
pub mod overview;
pub mod peers;
pub mod pending;
mod pipeline;
mod pool;
mod postgresql;
pub mod pushes;
mod reach;
pub mod refusals;
pub mod regrets;
pub mod reports;
pub mod retention;
pub mod saved;
pub mod scheduled;
mod schema;
pub mod search;
pub mod sessions;
pub mod settings;
pub mod shared;
pub mod slow;
mod sqlite;
pub mod threads;
pub mod totp;
pub mod users;
pub mod webhooks;

use std::sync::Arc;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use conn::kept_update;
pub use conn::{Columns, Conn, PgConnection, RunQueryDsl, is_postgres};
pub use pipeline::Soon;
pub use pool::{RECONNECT_DELAY, REST_MAX, ReadPool};
pub use postgresql::check_url;
pub use reach::Reach;

/// Why the database did not do what it was asked. None of these is a client's fault.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error("database: {0}")]
    Query(Arc<DieselError>),
    /// There is no room: the disk is full, or the database as large as it may be.
    #[error("database: {0}")]
    Full(Arc<DieselError>),
    /// It takes no writes: a standby, or one that somebody has made read-only.
    #[error("the database is read-only: {0}")]
    ReadOnly(Arc<DieselError>),
    /// The connection was lost, and with it whatever its transaction had done.
    #[error("the connection to the database was lost: {0}")]
    Cut(Arc<DieselError>),
    #[error("cannot open the database: {0}")]
    Open(String),
    #[error("cannot bring the schema up to date: {0}")]
    Migration(String),
    /// The database was brought up to date by a release that this one knows nothing of.
    #[error(
        "this database is of a newer release: its schema is {migration}, and this program knows {known}. Start that release, or restore a backup that this one wrote"
    )]
    Newer { migration: String, known: String },
    /// The work did not finish: it panicked, its connection was lost, or the store is closing.
    #[error("the work was lost with its connection")]
    Lost,
    /// More work is waiting than the queue holds.
    #[error("the database's queue is full")]
    Busy,
    /// A stored value is not what this program wrote.
    #[error("stored value is damaged: {0}")]
    Damaged(String),
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Error {
        if is_full(&error) {
            Error::Full(Arc::new(error))
        } else if is_read_only(&error) {
            Error::ReadOnly(Arc::new(error))
        } else if is_cut(&error) {
            Error::Cut(Arc::new(error))
        } else {
            Error::Query(Arc::new(error))
        }
    }
}

/// How SQLite (`SQLITE_FULL`), and PostgreSQL (53100) in the words of its system, say that there is no room. Of PostgreSQL's
/// codes diesel passes none on; one that speaks another language than English fails like any other.
const FULL: &[&str] = &["database or disk is full", "No space left on device", "Disk quota exceeded"];

fn is_full(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(_, said) => FULL.iter().any(|words| said.message().contains(words)),
        DieselError::RollbackErrorOnCommit { commit_error, .. } => is_full(commit_error),
        _ => false,
    }
}

/// How SQLite (`SQLITE_CORRUPT`, `SQLITE_NOTADB`) says that its file is not what it wrote.
const DAMAGED: &[&str] = &["database disk image is malformed", "file is not a database"];

/// Whether that is what an error says, wherever it comes from.
pub fn is_damage(said: &str) -> bool {
    DAMAGED.iter().any(|words| said.contains(words))
}

/// How SQLite (`SQLITE_READONLY`) says that it can't write. PostgreSQL has a code for that (25006).
const READ_ONLY: &str = "attempt to write a readonly database";

fn is_read_only(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => true,
        DieselError::DatabaseError(_, said) => said.message().contains(READ_ONLY),
        DieselError::RollbackErrorOnCommit { commit_error, .. } => is_read_only(commit_error),
        _ => false,
    }
}

/// How PostgreSQL says that it hangs up (57P01, 57P02, 57P05), where it comes to say so.
const HANGS_UP: &str = "terminating connection";

fn is_cut(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(
            DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection,
            _,
        )
        | DieselError::BrokenTransactionManager => true,
        DieselError::DatabaseError(_, said) => said.message().contains(HANGS_UP),
        _ => false,
    }
}

impl Error {
    /// As the error of a commit: cut off, it may have been kept all the same.
    #[must_use]
    pub fn at_commit(self) -> Error {
        match self {
            Error::Cut(error) => Error::Query(error),
            other => other,
        }
    }

    /// Whether a unique index refused the row.
    pub fn is_duplicate(&self) -> bool {
        let Error::Query(error) = self else { return false };
        matches!(**error, DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
    }
}

pub type Result<T> = std::result::Result<T, Error>;

/// The number of a user's row: short, and never leaves this server.
pub type UserNum = i64;
/// The number of a channel's row: short, and never leaves this server.
pub type ChannelNum = i64;

/// `Ok(None)` for no row.
pub(in crate::storage) fn optional<T>(outcome: diesel::QueryResult<T>) -> Result<Option<T>> {
    use diesel::OptionalExtension;
    outcome.optional().map_err(Error::from)
}

fn escaped(text: &str) -> String {
    text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// A `LIKE` pattern that finds `text` anywhere, whatever signs it has in it.
pub(in crate::storage) fn contains(text: &str) -> String {
    format!("%{}%", escaped(text))
}

/// A `LIKE` pattern that finds `text` at the beginning.
pub(in crate::storage) fn begins(text: &str) -> String {
    format!("{}%", escaped(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lacks_room_is_full() {
        let said =
            |words: &str| DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(words.to_owned()));
        let extend = "could not extend file \"base/5/1\": No space left on device";
        for words in ["database or disk is full", extend] {
            assert!(matches!(Error::from(said(words)), Error::Full(_)), "{words}");
        }
        assert!(matches!(Error::from(said("disk I/O error")), Error::Query(_)));
        let on_commit = DieselError::RollbackErrorOnCommit {
            rollback_error: Box::new(said("cannot rollback - no transaction is active")),
            commit_error: Box::new(said("database or disk is full")),
        };
        assert!(matches!(Error::from(on_commit), Error::Full(_)));
    }

    #[test]
    fn a_database_that_takes_no_writes_is_told_from_one_that_fails() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut conn = Conn::open(&dir.path().join("read.db").to_string_lossy()).expect("a database");
        conn.migrate().expect("migrated");
        conn.read_only().expect("it takes no writes");
        let refused = meta::put(&mut conn, "key", "value").expect_err("refused");
        assert!(matches!(refused, Error::ReadOnly(_)), "{refused}");
    }
}
