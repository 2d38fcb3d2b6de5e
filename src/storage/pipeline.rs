//! A connection to PostgreSQL on which statements whose outcome nobody looks at wait for the next one that somebody
//! does, and travel with it: one journey to the other process and back instead of one for each.

use std::any::{Any, TypeId};
use std::collections::{HashSet, VecDeque};
use std::future::poll_fn;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;

use diesel::backend::Backend;
use diesel::connection::{CacheSize, Instrumentation, TransactionManagerStatus};
use diesel::pg::Pg;
use diesel::query_builder::{AsQuery, AstPass, QueryBuilder, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::{ConnectionResult, OptionalExtension, QueryResult};
use diesel_async::pooled_connection::PoolableConnection;
use diesel_async::{
    AnsiTransactionManager, AsyncConnection, AsyncConnectionCore, AsyncPgConnection, SimpleAsyncConnection,
    TransactionManager,
};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, maybe_done};
use tokio::task::coop::unconstrained;

use super::postgresql;

/// A statement on its way.
pub type Sent<'a> = BoxFuture<'a, QueryResult<()>>;

/// Sends a statement.
type Sends = Box<dyn for<'a> FnOnce(&'a AsyncPgConnection) -> Sent<'a> + Send>;

/// A row that waits for others of its kind, and is put into its table with them: a statement for each is an answer for each,
/// and most of its cost. Rows of different kinds come into the database in no order, so none refers to another.
pub trait Row: Sized + Send + 'static {
    /// The `INSERT` of so many rows. It is kept prepared.
    fn insert<const N: usize>(rows: Box<[Self; N]>) -> impl QueryFragment<Pg> + QueryId + Send + 'static;
}

/// Rows of one kind that wait.
trait Lot: Any + Send {
    fn len(&self) -> usize;

    /// Takes them as statements of many rows each; what is left is fewer than [`ROWS_MIN`].
    fn many(&mut self) -> Vec<(Preparation, Sends)>;

    /// Takes one.
    fn one(&mut self) -> Option<Box<dyn QueryFragment<Pg> + Send>>;
}

impl<R: Row> Lot for VecDeque<R> {
    fn len(&self) -> usize {
        VecDeque::len(self)
    }

    fn many(&mut self) -> Vec<(Preparation, Sends)> {
        // Of a few sizes, each a statement that is kept prepared.
        let next = || {
            let many = first::<R, 64>(self).map(|rows| statement(R::insert(rows)));
            let many = many.or_else(|| first::<R, 16>(self).map(|rows| statement(R::insert(rows))));
            many.or_else(|| first::<R, ROWS_MIN>(self).map(|rows| statement(R::insert(rows))))
        };
        std::iter::from_fn(next).collect()
    }

    fn one(&mut self) -> Option<Box<dyn QueryFragment<Pg> + Send>> {
        let insert = R::insert(first::<R, 1>(self)?);
        debug_assert!(insert.is_safe_to_cache_prepared(&Pg).unwrap_or(false), "kept prepared");
        Some(Box::new(insert))
    }
}

/// The first `N` rows, if there are so many.
fn first<R, const N: usize>(rows: &mut VecDeque<R>) -> Option<Box<[R; N]>> {
    if rows.len() < N {
        return None;
    }
    rows.drain(..N).collect::<Vec<R>>().try_into().ok()
}

/// Rows of several kinds as one statement, where there are few of each.
struct Together(Vec<Box<dyn QueryFragment<Pg> + Send>>);

impl QueryFragment<Pg> for Together {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Some((last, others)) = self.0.split_last() else { return Ok(()) };
        for (n, row) in others.iter().enumerate() {
            out.push_sql(if n == 0 { "WITH " } else { ", " });
            out.push_sql(&format!("row{n} AS ("));
            row.walk_ast(out.reborrow())?;
            out.push_sql(")");
        }
        out.push_sql(if others.is_empty() { "" } else { " " });
        last.walk_ast(out)
    }
}

impl QueryId for Together {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// Anything whose outcome nobody looks at.
fn statement<T>(statement: T) -> (Preparation, Sends)
where
    T: QueryFragment<Pg> + QueryId + Send + 'static,
{
    let preparation = Preparation::of(T::query_id(), &statement);
    let sends: Sends = Box::new(move |mut conn| {
        let sent = AsyncConnectionCore::execute_returning_count(&mut conn, statement);
        Box::pin(async move { sent.await.map(drop) })
    });
    (preparation, sends)
}

/// What waits.
enum Waiting {
    Rows(Box<dyn Lot>),
    /// A change before which rows may come that were put there after it.
    Change(Preparation, Sends),
    /// Anything else.
    Statement(Preparation, Sends),
}

/// What has to happen before a statement is on its way. One that is not prepared yet makes a journey of its own first: what
/// was sent meanwhile would come before it, its transaction's end too.
#[derive(Clone, Copy)]
enum Preparation {
    /// It goes as it is.
    None,
    /// Once for this statement on a connection.
    Once(u64),
    /// Each time.
    Always,
}

impl Preparation {
    fn of<T: QueryFragment<Pg>>(id: Option<TypeId>, statement: &T) -> Preparation {
        if !statement.is_safe_to_cache_prepared(&Pg).unwrap_or(false) {
            return Preparation::Always;
        }
        if let Some(id) = id {
            return Preparation::Once(hash(id));
        }
        let mut text = <Pg as Backend>::QueryBuilder::default();
        match statement.to_sql(&mut text, &Pg) {
            Ok(()) => Preparation::Once(hash(text.finish())),
            Err(_) => Preparation::Always,
        }
    }

    fn is_done(self, prepared: &HashSet<u64>) -> bool {
        match self {
            Preparation::None => true,
            Preparation::Once(statement) => prepared.contains(&statement),
            Preparation::Always => false,
        }
    }
}

fn hash(key: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// How many statements, and lots of rows, wait for another at most.
const WAITING_MAX: usize = 256;
/// From how many rows of a kind on they are statements of their own.
const ROWS_MIN: usize = 4;
/// How many rows of a kind wait for another at most.
const LOT_ROWS_MAX: usize = 512;

/// What [`Pipeline::soon`] is going to find.
pub struct Soon<T>(Arc<OnceLock<Option<T>>>);

impl<T: Clone> Soon<T> {
    /// The row, if there is one; none while the question is still waiting.
    pub fn found(self) -> Option<Option<T>> {
        self.0.get().cloned()
    }
}

/// [`AsyncPgConnection`], with statements that wait.
///
/// They come to the server in the order in which they were given, before whatever is asked next. What the server says
/// against one of them is answered to what is asked next, and the transaction can't be committed.
pub struct Pipeline {
    conn: AsyncPgConnection,
    waiting: Vec<Waiting>,
    /// What was prepared here, of that which has waited.
    prepared: HashSet<u64>,
    /// The server refused a statement that had waited. It takes nothing of this transaction after that, and calls its
    /// `COMMIT` a success, which only rolls back.
    failed: bool,
}

impl Pipeline {
    /// Makes the change before the next statement whose outcome is looked at; its own is an error at the most. Rows that wait
    /// may come before it, so it concerns none of their tables.
    pub fn later<T>(&mut self, change: T)
    where
        T: QueryFragment<Pg> + QueryId + Send + 'static,
    {
        let (preparation, sends) = statement(change);
        self.waiting.push(Waiting::Change(preparation, sends));
    }

    /// As [`Pipeline::later`], of a row, which goes with others of its kind.
    pub fn insert_later<R: Row>(&mut self, row: R) {
        let lots =
            self.waiting.iter_mut().rev().take_while(|waiting| !matches!(waiting, Waiting::Statement(..)));
        let mut lots = lots.filter_map(|waiting| match waiting {
            Waiting::Rows(lot) => (lot.as_mut() as &mut dyn Any).downcast_mut::<VecDeque<R>>(),
            _ => None,
        });
        match lots.next() {
            Some(lot) => lot.push_back(row),
            None => self.waiting.push(Waiting::Rows(Box::new(VecDeque::from([row])))),
        }
    }

    fn wait(
        &mut self,
        preparation: Preparation,
        send: impl for<'a> FnOnce(&'a AsyncPgConnection) -> Sent<'a> + Send + 'static,
    ) {
        self.waiting.push(Waiting::Statement(preparation, Box::new(send)));
    }

    /// Asks for one row together with whatever is asked next. None where nothing may wait.
    pub fn soon<T, F>(&mut self, ask: F) -> Option<Soon<T>>
    where
        T: Send + Sync + 'static,
        F: for<'a> FnOnce(&'a AsyncPgConnection) -> BoxFuture<'a, QueryResult<T>> + Send + 'static,
    {
        if !self.may_wait() {
            return None;
        }
        let found = Arc::new(OnceLock::new());
        let row = found.clone();
        // Each question has a closure of its own.
        self.wait(Preparation::Once(hash(TypeId::of::<F>())), move |conn| {
            let asked = ask(conn);
            Box::pin(async move {
                let _ = row.set(asked.await.optional()?);
                Ok(())
            })
        });
        Some(Soon(found))
    }

    /// Whether a statement may wait: inside a transaction, whose end sends it, and while not too much does.
    pub fn may_wait(&mut self) -> bool {
        let status =
            <AnsiTransactionManager as TransactionManager<Pipeline>>::transaction_manager_status_mut(self);
        let is_inside =
            matches!(status, TransactionManagerStatus::Valid(state) if state.transaction_depth().is_some());
        let is_full = |waiting: &Waiting| matches!(waiting, Waiting::Rows(lot) if lot.len() >= LOT_ROWS_MAX);
        is_inside && self.waiting.len() < WAITING_MAX && !self.waiting.iter().any(is_full)
    }

    /// Whether the server closed this connection, or left it in the middle of a transaction.
    pub fn is_broken(&mut self) -> bool {
        PoolableConnection::is_broken(&mut self.conn)
    }

    /// Sends what waits and, behind it, `last`; answers what `last` answers if nothing that waited failed.
    fn send<'a, R: Send + 'a>(
        &'a mut self,
        last: impl FnOnce(&'a AsyncPgConnection) -> BoxFuture<'a, QueryResult<R>>,
    ) -> BoxFuture<'a, QueryResult<R>> {
        if self.waiting.is_empty() {
            return last(&self.conn);
        }
        let sent = self.send_all(last);
        Box::pin(async move {
            let (waited, last) = sent.await;
            waited.and(last)
        })
    }

    /// As [`Pipeline::send`]; answers what was said against what waited, and what `last` answers.
    fn send_all<'a, R: Send + 'a>(
        &'a mut self,
        last: impl FnOnce(&'a AsyncPgConnection) -> BoxFuture<'a, QueryResult<R>>,
    ) -> BoxFuture<'a, (QueryResult<()>, QueryResult<R>)> {
        let Pipeline { conn, waiting, failed, prepared } = self;
        let conn: &'a AsyncPgConnection = conn;
        let (preparations, before): (Vec<_>, Vec<_>) = sent(conn, waiting).into_iter().unzip();
        let mut before: Vec<_> = before.into_iter().map(maybe_done).collect();
        let mut last = maybe_done(last(conn));
        Box::pin(async move {
            // Each is polled after the one before it is on its way, so that they are sent in order. None may be told to give way,
            // as tokio tells a task that has done much: the end of the transaction would come before what it is the end of.
            unconstrained(poll_fn(|context| {
                let mut is_done = true;
                for (sent, preparation) in before.iter_mut().zip(&preparations) {
                    let is_answered = sent.poll_unpin(context).is_ready();
                    if !is_answered && !preparation.is_done(prepared) {
                        return Poll::Pending;
                    }
                    is_done &= is_answered;
                }
                is_done &= last.poll_unpin(context).is_ready();
                if is_done { Poll::Ready(()) } else { Poll::Pending }
            }))
            .await;
            let outcomes = before.iter_mut().zip(preparations).filter_map(|(sent, preparation)| {
                let outcome = Pin::new(sent).take_output()?;
                if let (Ok(()), Preparation::Once(statement)) = (&outcome, preparation) {
                    prepared.insert(statement);
                }
                Some(outcome)
            });
            // Those behind a refused one only say that the transaction is at its end.
            let waited = outcomes.collect::<QueryResult<Vec<()>>>().map(drop);
            *failed |= waited.is_err();
            (waited, Pin::new(&mut last).take_output().unwrap_or(Err(Error::NotFound)))
        })
    }

    async fn command(&mut self, sql: &str) -> QueryResult<()> {
        self.send(batch(sql)).await
    }
}

/// All that waits, as statements on their way.
fn sent<'a>(conn: &'a AsyncPgConnection, waiting: &mut Vec<Waiting>) -> Vec<(Preparation, Sent<'a>)> {
    let mut statements = Vec::with_capacity(waiting.len());
    let mut lots = Vec::new();
    let mut waiting = waiting.drain(..).peekable();
    while let Some(next) = waiting.next() {
        match next {
            Waiting::Rows(mut lot) => {
                statements.extend(lot.many());
                lots.push(lot);
            }
            Waiting::Change(preparation, sends) | Waiting::Statement(preparation, sends) => {
                statements.push((preparation, sends));
            }
        }
        if !matches!(waiting.peek(), Some(Waiting::Rows(_))) {
            statements.extend(few(&mut lots));
        }
    }
    statements.into_iter().map(|(preparation, sends)| (preparation, sends(conn))).collect()
}

/// What few rows are left of each kind, as one statement for the first of each, one for the second, and so on.
fn few(lots: &mut Vec<Box<dyn Lot>>) -> Vec<(Preparation, Sends)> {
    let next = || {
        let rows: Vec<_> = lots.iter_mut().filter_map(|lot| lot.one()).collect();
        if rows.is_empty() { None } else { Some(statement(Together(rows))) }
    };
    let statements = std::iter::from_fn(next).collect();
    lots.clear();
    statements
}

/// Takes back what came since a savepoint, and the savepoint: one that stayed would be gone back to in place of a later one of
/// the same name that could not be made.
fn back_to(savepoint: &str) -> String {
    format!("ROLLBACK TO {savepoint}; RELEASE {savepoint}")
}

fn batch(sql: &str) -> impl for<'a> FnOnce(&'a AsyncPgConnection) -> Sent<'a> + Send + 'static {
    let sql = sql.to_owned();
    |mut conn| Box::pin(async move { conn.batch_execute(&sql).await })
}

impl SimpleAsyncConnection for Pipeline {
    async fn batch_execute(&mut self, sql: &str) -> QueryResult<()> {
        let (verb, rest) = sql.split_once(' ').unwrap_or((sql, ""));
        match verb {
            // Neither has an outcome that anybody looks at.
            "BEGIN" | "SAVEPOINT" => {
                self.failed &= verb != "BEGIN";
                self.wait(Preparation::None, batch(sql));
                Ok(())
            }
            "COMMIT" => {
                // Of a transaction in which anything was refused PostgreSQL calls the `COMMIT` a success, which only rolls back;
                // anything else it refuses there. Whoever looked away from a refusal is told now.
                let outcome = match self.failed {
                    true => Err(Error::RollbackTransaction),
                    false => self.command("CLOSE ALL; COMMIT").await,
                };
                if outcome.is_err() {
                    self.command("ROLLBACK").await?;
                    self.failed = false;
                }
                outcome
            }
            "RELEASE" => match self.command(sql).await {
                Err(error) if self.failed => {
                    self.command(&back_to(rest)).await?;
                    self.failed = false;
                    Err(error)
                }
                outcome => outcome,
            },
            "ROLLBACK" => {
                let sql = rest.strip_prefix("TO ").map_or_else(|| sql.to_owned(), back_to);
                // What waits is taken back with the rest, whatever becomes of it.
                let (_, outcome) = self.send_all(batch(&sql)).await;
                self.failed = outcome.is_err();
                outcome
            }
            _ => self.command(sql).await,
        }
    }
}

impl AsyncConnectionCore for Pipeline {
    type ExecuteFuture<'conn, 'query> = BoxFuture<'conn, QueryResult<usize>>;
    type LoadFuture<'conn, 'query> = BoxFuture<'conn, QueryResult<Self::Stream<'conn, 'query>>>;
    type Stream<'conn, 'query> = <AsyncPgConnection as AsyncConnectionCore>::Stream<'conn, 'query>;
    type Row<'conn, 'query> = <AsyncPgConnection as AsyncConnectionCore>::Row<'conn, 'query>;
    type Backend = Pg;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> Self::LoadFuture<'conn, 'query>
    where
        T: AsQuery + 'query,
        T::Query: QueryFragment<Pg> + QueryId + 'query,
    {
        self.send(|mut conn| AsyncConnectionCore::load(&mut conn, source))
    }

    fn execute_returning_count<'conn, 'query, T>(
        &'conn mut self,
        source: T,
    ) -> Self::ExecuteFuture<'conn, 'query>
    where
        T: QueryFragment<Pg> + QueryId + 'query,
    {
        self.send(|mut conn| AsyncConnectionCore::execute_returning_count(&mut conn, source))
    }
}

impl AsyncConnection for Pipeline {
    type TransactionManager = AnsiTransactionManager;

    async fn establish(url: &str) -> ConnectionResult<Pipeline> {
        let conn = postgresql::connect(url).await?;
        Ok(Pipeline { conn, waiting: Vec::new(), prepared: HashSet::new(), failed: false })
    }

    fn transaction_state(&mut self) -> &mut AnsiTransactionManager {
        self.conn.transaction_state()
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        self.conn.instrumentation()
    }

    fn set_instrumentation(&mut self, instrumentation: impl Instrumentation) {
        self.conn.set_instrumentation(instrumentation);
    }

    fn set_prepared_statement_cache_size(&mut self, size: CacheSize) {
        self.conn.set_prepared_statement_cache_size(size);
    }
}
