//! The schema, and which release a database is of.

use diesel::dsl::sql;
use diesel::migration::{Migration, MigrationSource};
use diesel::sql_types::Bool;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Conn, Error};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRESQL: EmbeddedMigrations = embed_migrations!("migrations/postgresql");

/// What PostgreSQL calls the only encoding that has all characters.
const UTF8: &str = "UTF8";

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(diesel::QueryableByName)]
struct Encoding {
    #[diesel(sql_type = diesel::sql_types::Text)]
    server_encoding: String,
}

/// The number of the newest migration that this program has: databases with the same have the same tables.
pub fn newest() -> String {
    let known = known::<diesel::sqlite::Sqlite>(&SQLITE).unwrap_or_default();
    known.last().cloned().unwrap_or_default()
}

/// The numbers of a release's migrations, in order.
fn known<D: diesel::backend::Backend>(source: &impl MigrationSource<D>) -> Result<Vec<String>, Failure> {
    let migrations = source.migrations()?;
    let mut versions: Vec<String> =
        migrations.iter().map(|migration| migration.name().version().to_string()).collect();
    versions.sort_unstable();
    Ok(versions)
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Migration(error.to_string())
}

impl Conn {
    /// Brings the schema up to date. Answers the names of the migrations that ran.
    ///
    /// # Errors
    /// [`Error::Newer`]; [`Error::Open`] for a database that can't hold every character.
    pub fn migrate(&mut self) -> Result<Vec<String>, Error> {
        self.check_encoding()?;
        self.check_release()?;
        let ran = match self {
            Conn::Sqlite(c) => c.run_pending_migrations(SQLITE),
            Conn::Postgres(c) => c.run_pending_migrations(POSTGRESQL),
        };
        Ok(ran.map_err(failed)?.iter().map(ToString::to_string).collect())
    }

    /// Whether this program knows all that was done to the schema. One that is older would go by what is no longer so.
    ///
    /// # Errors
    /// [`Error::Newer`]
    pub fn check_release(&mut self) -> Result<(), Error> {
        let known = match self {
            Conn::Sqlite(_) => known::<diesel::sqlite::Sqlite>(&SQLITE),
            Conn::Postgres(_) => known::<diesel::pg::Pg>(&POSTGRESQL),
        };
        let known = known.map_err(failed)?;
        match self.applied()?.into_iter().filter(|version| !known.contains(version)).max() {
            Some(migration) => Err(Error::Newer { migration, known: newest() }),
            None => Ok(()),
        }
    }

    /// Whether any migration was applied, without making the table that says so.
    pub fn has_schema(&mut self) -> Result<bool, Error> {
        const SQLITE: &str = "EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'meta')";
        const POSTGRESQL: &str = "to_regclass('meta') IS NOT NULL";
        Ok(match self {
            Conn::Sqlite(c) => {
                diesel::RunQueryDsl::get_result(diesel::select(sql::<Bool>(SQLITE)), &mut **c)?
            }
            Conn::Postgres(c) => {
                diesel::RunQueryDsl::get_result(diesel::select(sql::<Bool>(POSTGRESQL)), &mut **c)?
            }
        })
    }

    /// The number of the newest migration that was applied.
    pub fn schema(&mut self) -> Result<String, Error> {
        Ok(self.applied()?.into_iter().max().unwrap_or_default())
    }

    fn applied(&mut self) -> Result<Vec<String>, Error> {
        let applied = match self {
            Conn::Sqlite(c) => c.applied_migrations(),
            Conn::Postgres(c) => c.applied_migrations(),
        };
        Ok(applied.map_err(failed)?.iter().map(ToString::to_string).collect())
    }

    fn check_encoding(&mut self) -> Result<(), Error> {
        let Conn::Postgres(c) = self else { return Ok(()) };
        let asked = diesel::sql_query("SELECT current_setting('server_encoding') AS server_encoding");
        let Encoding { server_encoding } = diesel::RunQueryDsl::get_result(asked, &mut **c)?;
        match server_encoding == UTF8 {
            true => Ok(()),
            false => Err(Error::Open(format!(
                "its encoding is {server_encoding}, which does not have all characters: make it with ENCODING 'UTF8' TEMPLATE template0"
            ))),
        }
    }

    /// Takes every migration back: for the test that runs them up, down and up again.
    pub fn revert_all_migrations(&mut self) -> Result<(), Error> {
        let reverted = match self {
            Conn::Sqlite(c) => c.revert_all_migrations(SQLITE),
            Conn::Postgres(c) => c.revert_all_migrations(POSTGRESQL),
        };
        reverted.map(|_| ()).map_err(failed)
    }
}
