//! What SQLite's file needs now and then. PostgreSQL looks after itself.

use diesel::connection::SimpleConnection;

use super::sqlite::{COMPACTING_PATIENCE_MS, EMPTYING_PATIENCE_MS, PATIENCE_MS};
use super::{Conn, Error};

/// What SQLite answers to a checkpoint; `busy` is 1 when others were in the way.
#[derive(diesel::QueryableByName)]
struct Emptied {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    busy: i32,
}

/// A line of what SQLite says of its file: `ok`, or what is wrong.
#[derive(diesel::QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::Text)]
    quick_check: String,
}

impl Conn {
    /// Writes SQLite's file anew, without what deleted rows left behind in pages that were rearranged: there
    /// `secure_delete` does not reach. Other writers wait as long as that takes. PostgreSQL does as its operator says.
    pub fn compact(&mut self) -> Result<(), Error> {
        match self {
            Conn::Sqlite(c) => {
                c.set_patience(COMPACTING_PATIENCE_MS)?;
                let compacted = c.batch_execute("VACUUM");
                c.set_patience(PATIENCE_MS)?;
                Ok(compacted?)
            }
            Conn::Postgres(_) => Ok(()),
        }
    }

    /// As [`Conn::compact`], on PostgreSQL too: table after table is written anew, and nobody uses it meanwhile.
    pub fn compact_at_once(&mut self) -> Result<(), Error> {
        match self {
            Conn::Sqlite(_) => self.compact(),
            Conn::Postgres(c) => Ok(c.batch_execute("VACUUM FULL")?),
        }
    }

    /// What is wrong with SQLite's file, if anything is. PostgreSQL looks after its own.
    pub fn check_file(&mut self) -> Result<Vec<String>, Error> {
        let Conn::Sqlite(c) = self else { return Ok(Vec::new()) };
        let checked = diesel::RunQueryDsl::load(diesel::sql_query("PRAGMA quick_check"), &mut **c);
        let found: Vec<Found> = match checked {
            Ok(found) => found,
            // Some damage is in the way of the check itself.
            Err(diesel::result::Error::DatabaseError(_, why)) => return Ok(vec![why.message().to_owned()]),
            Err(error) => return Err(error.into()),
        };
        Ok(found.into_iter().map(|found| found.quick_check).filter(|found| found != "ok").collect())
    }

    /// Brings what stands in SQLite's write-ahead log into the database, as far as nobody still reads what was there
    /// before; waits for nobody.
    pub fn checkpoint(&mut self) -> Result<(), Error> {
        match self {
            Conn::Sqlite(c) => Ok(c.batch_execute("PRAGMA wal_checkpoint(PASSIVE)")?),
            Conn::Postgres(_) => Ok(()),
        }
    }

    /// As [`Conn::checkpoint`], of all of it, and empties the log, in which
    /// deleted texts would otherwise stay until it is written over. Gives way to others after a moment: false when it did, because
    /// somebody read or wrote.
    pub fn empty_log(&mut self) -> Result<bool, Error> {
        match self {
            Conn::Sqlite(c) => {
                c.set_patience(EMPTYING_PATIENCE_MS)?;
                // That it was blocked is in its answer, and no error.
                let emptied: Emptied = diesel::RunQueryDsl::get_result(
                    diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)"),
                    &mut **c,
                )?;
                Ok(emptied.busy == 0)
            }
            Conn::Postgres(_) => Ok(true),
        }
    }
}
