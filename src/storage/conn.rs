//! One connection type over SQLite and PostgreSQL.
//!
//! A statement is checked against both databases where it is written: [`RunQueryDsl`] asks for a
//! diesel statement that SQLite *and* PostgreSQL can run, and picks the one at hand. What only one
//! of them understands is a `match` on [`Conn`].

use diesel::backend::Backend;
use diesel::connection::{Connection, SimpleConnection, TransactionManager};
use diesel::dsl::{Limit, sql};
use diesel::pg::Pg;
use diesel::query_builder::{AsChangeset, AstPass, IntoUpdateTarget, QueryFragment, QueryId};
use diesel::query_dsl::methods::{ExecuteDsl, LimitDsl, LoadQuery};
use diesel::sql_types::Bool;
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel::{QueryResult, QuerySource, Selectable};
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use tokio::runtime::{Builder, Runtime};

use super::Error;
use super::pipeline::{Pipeline, Row};
use super::sqlite::{PATIENCE_MS, SqliteFile};

/// Pure Rust: no libpq to link, and one binary serves both databases.
pub type PgConnection = AsyncConnectionWrapper<Pipeline, OwnRuntime>;

/// Drives a connection's socket on the thread that waits for it, and on no other.
pub struct OwnRuntime(Runtime);

impl BlockOn for OwnRuntime {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }

    #[expect(
        clippy::expect_used,
        reason = "a runtime without threads needs an epoll descriptor only; the trait has no error"
    )]
    fn get_runtime() -> OwnRuntime {
        OwnRuntime(Builder::new_current_thread().enable_all().build().expect("a runtime without threads"))
    }
}

/// A connection to either database, owned by one thread.
pub enum Conn {
    Sqlite(SqliteFile),
    Postgres(Box<PgConnection>),
}

/// Runs one expression with the connection at hand, for what a method of [`RunQueryDsl`] cannot
/// express: a boxed query, whose type names its backend, or a trait method of the connection.
macro_rules! on {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::storage::Conn::Sqlite($c) => {
                let $c = &mut **$c;
                $body
            }
            $crate::storage::Conn::Postgres($c) => {
                let $c = &mut **$c;
                $body
            }
        }
    };
}
pub(in crate::storage) use on;

/// diesel's `RunQueryDsl`, for a [`Conn`]. Import it beside `diesel::prelude::*`, whose trait of
/// the same name it then shadows (as with `diesel_async`).
pub trait RunQueryDsl: Sized {
    fn execute(self, conn: &mut Conn) -> QueryResult<usize>
    where
        Self: ExecuteDsl<SqliteConnection> + ExecuteDsl<PgConnection>,
    {
        on!(conn, |c| ExecuteDsl::execute(self, c))
    }

    /// As `execute`, of a change whose outcome nobody looks at: on PostgreSQL it travels with the next statement, which
    /// also answers its error. Rows that wait may come before it ([`Pipeline::later`]).
    fn later(self, conn: &mut Conn) -> QueryResult<()>
    where
        Self: ExecuteDsl<SqliteConnection> + ExecuteDsl<PgConnection>,
        Self: QueryFragment<Pg> + QueryId + Send + 'static,
    {
        match conn {
            Conn::Sqlite(c) => ExecuteDsl::execute(self, &mut **c).map(drop),
            Conn::Postgres(c) => {
                if c.may_wait() {
                    c.later(self);
                    return Ok(());
                }
                ExecuteDsl::execute(self, &mut **c).map(drop)
            }
        }
    }

    fn load<'q, U>(self, conn: &mut Conn) -> QueryResult<Vec<U>>
    where
        Self: LoadQuery<'q, SqliteConnection, U> + LoadQuery<'q, PgConnection, U>,
    {
        on!(conn, |c| diesel::RunQueryDsl::load(self, c))
    }

    fn get_result<'q, U>(self, conn: &mut Conn) -> QueryResult<U>
    where
        Self: LoadQuery<'q, SqliteConnection, U> + LoadQuery<'q, PgConnection, U>,
    {
        on!(conn, |c| diesel::RunQueryDsl::get_result(self, c))
    }

    /// The row that a unique key finds. Without a `LIMIT ?`, which makes SQLite compile the statement
    /// anew each time that it is bound.
    fn one<'q, U>(self, conn: &mut Conn) -> QueryResult<U>
    where
        Self: LoadQuery<'q, SqliteConnection, U> + LoadQuery<'q, PgConnection, U>,
    {
        RunQueryDsl::get_result(self, conn)
    }

    fn first<'q, U>(self, conn: &mut Conn) -> QueryResult<U>
    where
        Self: LimitDsl,
        Limit<Self>: LoadQuery<'q, SqliteConnection, U> + LoadQuery<'q, PgConnection, U>,
    {
        on!(conn, |c| diesel::RunQueryDsl::get_result(self.limit(1), c))
    }
}

/// Says of a row which table it goes into. None of its columns has a default in its place
/// (`treat_none_as_default_value = false`): the text of a statement is the same each time, or it is not kept prepared.
macro_rules! row_of {
    ($row:ty, $table:expr) => {
        impl $crate::storage::pipeline::Row for $row {
            fn insert<const N: usize>(
                rows: Box<[Self; N]>,
            ) -> impl diesel::query_builder::QueryFragment<diesel::pg::Pg>
            + diesel::query_builder::QueryId
            + Send
            + 'static {
                diesel::insert_into($table).values(rows)
            }
        }

        impl $crate::storage::conn::InsertAlone for $row {
            fn insert_alone(self, conn: &mut diesel::sqlite::SqliteConnection) -> diesel::QueryResult<usize> {
                diesel::RunQueryDsl::execute(diesel::insert_into($table).values(self), conn)
            }
        }
    };
}
pub(in crate::storage) use row_of;

/// A row of both databases.
pub(in crate::storage) trait InsertAlone: Row {
    fn insert_alone(self, conn: &mut SqliteConnection) -> QueryResult<usize>;
}

/// Puts a row into its table. On PostgreSQL it goes with others of its kind, before the next statement, which also answers its
/// error.
pub(in crate::storage) fn insert_later<R: InsertAlone>(row: R, conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Sqlite(c) => row.insert_alone(c).map(drop),
        Conn::Postgres(c) => insert_together(row, c),
    }
}

/// As [`insert_later`], of a row that PostgreSQL alone knows.
pub(in crate::storage) fn insert_together<R: Row>(row: R, conn: &mut PgConnection) -> QueryResult<()> {
    if conn.may_wait() {
        conn.insert_later(row);
        return Ok(());
    }
    ExecuteDsl::execute(R::insert(Box::new([row])), conn).map(drop)
}

impl<Q> RunQueryDsl for Q where Q: diesel::RunQueryDsl<SqliteConnection> + diesel::RunQueryDsl<PgConnection> {}

/// `UPDATE`, kept prepared on its connection: diesel's own is compiled anew each time, since its columns may differ
/// from one time to the next, and compiling costs more than running it. Only for changes whose columns never do.
pub struct KeptUpdate<T: QuerySource, W, V> {
    table: T::FromClause,
    place: W,
    values: V,
}

/// As `diesel::update(target).set(values)`.
pub fn kept_update<T: IntoUpdateTarget, V>(
    target: T,
    values: V,
) -> KeptUpdate<T::Table, T::WhereClause, V::Changeset>
where
    T::Table: QuerySource,
    V: AsChangeset<Target = T::Table>,
{
    let target = target.into_update_target();
    KeptUpdate {
        table: target.table.from_clause(),
        place: target.where_clause,
        values: values.as_changeset(),
    }
}

impl<T: QuerySource, W, V, DB: Backend> QueryFragment<DB> for KeptUpdate<T, W, V>
where
    T::FromClause: QueryFragment<DB>,
    W: QueryFragment<DB>,
    V: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        self.table.walk_ast(out.reborrow())?;
        out.push_sql(" SET ");
        self.values.walk_ast(out.reborrow())?;
        self.place.walk_ast(out)
    }
}

impl<T: QuerySource, W, V> QueryId for KeptUpdate<T, W, V> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T: QuerySource, W, V, C> diesel::RunQueryDsl<C> for KeptUpdate<T, W, V> {}

/// A row type's columns, in its own order: for a [`Conn`] what `as_select()` is for a connection to
/// one database. (That one's type names its backend, so no statement with it can run on the other.)
pub trait Columns: Selectable<Sqlite> {
    fn columns() -> Self::SelectExpression {
        Self::construct_selection()
    }
}

impl<T: Selectable<Sqlite>> Columns for T {}

/// `secure_delete` overwrites what is deleted with zeros, so that a deleted text is gone from the
/// file and not merely unreachable; `synchronous=FULL` is one fsync of the WAL per commit. While there is always more to
/// write, the WAL grows to 32 MB before it is brought into the database: pages that many commits change are then copied once.
/// A commit may change more than the cache holds, up to 64 MB: pages that go to the WAL before it ends are read there again
/// and counted into its checksums anew.
const PRAGMAS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8000;
    PRAGMA cache_spill = 16384;
    PRAGMA mmap_size = 268435456;
    PRAGMA wal_autocheckpoint = 8000;
    PRAGMA journal_size_limit = 67108864;
";

/// What PostgreSQL calls the lock of [`Conn::claim`]: "loggia" in ASCII.
const SERVER_LOCK: i64 = 0x6c6f_6767_6961;

const READ_ONLY_SESSION: &str =
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

impl Conn {
    /// Connects to `postgres://…`, or to a SQLite file for any other text.
    pub fn open(url: &str) -> Result<Conn, Error> {
        let cannot = |error: String| Error::Open(error);
        if is_postgres(url) {
            let conn = PgConnection::establish(url).map_err(|error| cannot(error.to_string()))?;
            return Ok(Conn::Postgres(Box::new(conn)));
        }
        let mut conn = SqliteFile::establish(url).map_err(|error| cannot(format!("{url}: {error}")))?;
        let set = conn.set_patience(PATIENCE_MS).and_then(|()| conn.batch_execute(PRAGMAS));
        set.map_err(|error| cannot(format!("{url}: {error}")))?;
        Ok(Conn::Sqlite(conn))
    }

    /// Begins a transaction that is going to write.
    pub fn begin_write(&mut self) -> Result<(), Error> {
        match self {
            Conn::Sqlite(c) => c.begin_write()?,
            Conn::Postgres(c) => begin(&mut **c)?,
        }
        Ok(())
    }

    /// Writes what this transaction has for the full-text index so far, which would wait for its commit.
    pub fn write_words(&mut self) -> Result<(), Error> {
        match self {
            Conn::Sqlite(c) => Ok(c.write_words()?),
            Conn::Postgres(_) => Ok(()),
        }
    }

    pub fn commit(&mut self) -> Result<(), Error> {
        match self {
            Conn::Sqlite(c) => c.commit()?,
            Conn::Postgres(c) => commit(&mut **c)?,
        }
        Ok(())
    }

    pub fn rollback(&mut self) -> Result<(), Error> {
        match self {
            Conn::Sqlite(c) => c.rollback()?,
            Conn::Postgres(c) => rollback(&mut **c)?,
        }
        Ok(())
    }

    /// All of `work` or nothing of it, in a transaction of its own that is going to write, beside others that write: one that
    /// only reads at first could find on SQLite that it no longer may.
    pub fn write<T, E: From<Error>>(&mut self, work: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        self.begin_write()?;
        let outcome = work(self).and_then(|value| Ok(self.commit().map(|()| value)?));
        if outcome.is_err() {
            // Without room SQLite has ended it by itself, and there is nothing to take back.
            let _ = self.rollback();
        }
        outcome
    }

    /// All of `work` or nothing of it, inside the transaction that is under way.
    pub fn savepoint<T, E: From<Error>>(
        &mut self,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let mark = match self {
            Conn::Sqlite(c) => c.savepoint().map_err(Error::from)?,
            Conn::Postgres(c) => begin(&mut **c).map(|()| 0).map_err(Error::from)?,
        };
        let outcome = work(self);
        let ended = match (self, &outcome) {
            (Conn::Sqlite(c), Ok(_)) => c.keep(),
            (Conn::Sqlite(c), Err(_)) => c.take_back(mark),
            (Conn::Postgres(c), Ok(_)) => commit(&mut **c),
            (Conn::Postgres(c), Err(_)) => rollback(&mut **c),
        };
        match (outcome, ended) {
            // Without room SQLite ends the whole transaction: what is the matter stands in `error`.
            (Err(error), _) => Err(error),
            (outcome, ended) => ended.map_err(|error| Error::from(error).into()).and(outcome),
        }
    }

    /// A transaction that sees one state of the database throughout, and only reads it.
    pub fn snapshot<T, E: From<Error>>(
        &mut self,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        on!(&mut *self, |c| begin(c)).map_err(Error::from)?;
        let outcome = work(self);
        self.rollback()?;
        outcome
    }

    /// As [`Conn::snapshot`]; `answer` is called as soon as `work` has come to its end, before the transaction has.
    pub fn snapshot_for<T, E: From<Error>>(
        &mut self,
        work: impl FnOnce(&mut Conn) -> Result<T, E>,
        answer: impl FnOnce(Result<T, E>),
    ) {
        let begun = on!(&mut *self, |c| begin(c)).map_err(Error::from);
        if let Err(error) = begun {
            return answer(Err(error.into()));
        }
        answer(work(self));
        if let Err(error) = self.rollback() {
            tracing::warn!(%error, "a transaction that only read can't be ended");
        }
    }

    /// Refuses to write from now on; on PostgreSQL each transaction sees one state throughout, as on
    /// SQLite by nature.
    pub fn read_only(&mut self) -> Result<(), Error> {
        match self {
            Conn::Sqlite(c) => c.batch_execute("PRAGMA query_only = ON").map_err(Error::from),
            Conn::Postgres(c) => c.batch_execute(READ_ONLY_SESSION).map_err(Error::from),
        }
    }

    /// Finds rows by indices from now on, as whoever writes does. PostgreSQL keeps the plan of a prepared statement: one
    /// that was made while a table was small reads all of it, until statistics are made anew a minute later.
    pub fn use_indices(&mut self) -> Result<(), Error> {
        match self {
            Conn::Sqlite(_) => Ok(()),
            Conn::Postgres(c) => c.batch_execute("SET enable_seqscan = off").map_err(Error::from),
        }
    }

    /// Runs statements as they stand: for tests and maintenance.
    pub fn run_script(&mut self, sql: &str) -> Result<(), Error> {
        on!(self, |c| c.batch_execute(sql)).map_err(Error::from)
    }

    /// Asks the server, for a connection that has rested.
    pub fn is_alive(&mut self) -> bool {
        match self {
            Conn::Sqlite(_) => true,
            Conn::Postgres(c) => c.batch_execute("").is_ok(),
        }
    }

    /// Whether the server would let this connection write: no standby would.
    pub fn takes_writes(&mut self) -> bool {
        match self {
            Conn::Sqlite(_) => true,
            Conn::Postgres(c) => {
                let is_off = sql::<Bool>("current_setting('transaction_read_only') = 'off'");
                diesel::RunQueryDsl::get_result(diesel::select(is_off), &mut **c).unwrap_or(false)
            }
        }
    }

    /// Takes the one lock that a server has on its PostgreSQL database, for as long as this connection lasts; false if another
    /// connection has it. SQLite's is a file's.
    pub fn claim(&mut self) -> Result<bool, Error> {
        match self {
            Conn::Sqlite(_) => Ok(true),
            Conn::Postgres(c) => {
                let taken = sql::<Bool>(&format!("pg_try_advisory_lock({SERVER_LOCK})"));
                Ok(diesel::RunQueryDsl::get_result(diesel::select(taken), &mut **c)?)
            }
        }
    }

    /// Whether the server closed this connection, or left it in the middle of a transaction.
    pub fn is_broken(&mut self) -> bool {
        match self {
            Conn::Sqlite(_) => false,
            Conn::Postgres(c) => c.is_broken(),
        }
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self, Conn::Postgres(_))
    }
}

pub fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

fn begin<C: Connection>(conn: &mut C) -> QueryResult<()> {
    C::TransactionManager::begin_transaction(conn)
}

fn commit<C: Connection>(conn: &mut C) -> QueryResult<()> {
    C::TransactionManager::commit_transaction(conn)
}

fn rollback<C: Connection>(conn: &mut C) -> QueryResult<()> {
    C::TransactionManager::rollback_transaction(conn)
}
