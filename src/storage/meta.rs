//! What this server is: facts that last, and its signing keys.

use diesel::prelude::*;

use super::schema::{meta, signing_keys};
use super::{Columns, Conn, Result, RunQueryDsl, begins, optional};

/// The fact that is this server's name, for ever.
pub const SERVER_NAME: &str = "server_name";

pub fn get(conn: &mut Conn, key: &str) -> Result<Option<String>> {
    optional(meta::table.find(key).select(meta::value).one(conn))
}

/// Keeps a fact, unless there is one already.
pub fn put_once(conn: &mut Conn, key: &str, value: &str) -> Result<()> {
    diesel::insert_into(meta::table)
        .values((meta::key.eq(key), meta::value.eq(value)))
        .on_conflict(meta::key)
        .do_nothing()
        .execute(conn)?;
    Ok(())
}

/// Keeps a fact, in place of an older one.
pub fn put(conn: &mut Conn, key: &str, value: &str) -> Result<()> {
    diesel::insert_into(meta::table)
        .values((meta::key.eq(key), meta::value.eq(value)))
        .on_conflict(meta::key)
        .do_update()
        .set(meta::value.eq(value))
        .execute(conn)?;
    Ok(())
}

/// Forgets a fact.
pub fn delete(conn: &mut Conn, key: &str) -> Result<()> {
    diesel::delete(meta::table.find(key)).execute(conn)?;
    Ok(())
}

/// There since something was deleted, until the database is about to be written anew.
const DELETED: &str = "deleted";
/// There while it is being written anew, and if that did not come to an end.
const COMPACTING: &str = "compacting";
const COMPACTED_TS: &str = "compacted_ts";

/// What was deleted may have left traces: see [`Conn::compact`].
pub(super) fn note_deletion(conn: &mut Conn) -> Result<()> {
    if conn.is_postgres() { Ok(()) } else { put_once(conn, DELETED, "") }
}

/// If anything was deleted since then: when the database was last written anew, or first used.
pub fn compacted_before_deletion(conn: &mut Conn) -> Result<Option<i64>> {
    if get(conn, DELETED)?.is_none() && get(conn, COMPACTING)?.is_none() {
        return Ok(None);
    }
    Ok(get(conn, COMPACTED_TS)?.map(|ts| ts.parse().unwrap_or(0)))
}

/// The server starts: a database that never was written anew counts from its first start.
pub fn note_start(conn: &mut Conn, now: i64) -> Result<()> {
    put_once(conn, COMPACTED_TS, &now.to_string())
}

/// What is deleted from now on may be too late for the compaction that begins.
pub fn begin_compaction(conn: &mut Conn) -> Result<()> {
    put(conn, COMPACTING, "")?;
    delete(conn, DELETED)
}

/// The database was written anew.
pub fn end_compaction(conn: &mut Conn, now: i64) -> Result<()> {
    put(conn, COMPACTED_TS, &now.to_string())?;
    delete(conn, COMPACTING)
}

/// Keys of facts that begin so, in small letters as all of them, in order.
pub fn keys_with(conn: &mut Conn, prefix: &str) -> Result<Vec<String>> {
    let alike = meta::key.like(begins(prefix)).escape('\\');
    let keys: Vec<String> = meta::table.filter(alike).order(meta::key).select(meta::key).load(conn)?;
    // To SQLite's LIKE large letters are the same.
    Ok(keys.into_iter().filter(|key| key.starts_with(prefix)).collect())
}

/// All signing keys that this server has had, the newest first.
pub fn all_keys(conn: &mut Conn) -> Result<Vec<SigningKeyRow>> {
    Ok(signing_keys::table
        .order((signing_keys::created_ts.desc(), signing_keys::kid.desc()))
        .select(SigningKeyRow::columns())
        .load(conn)?)
}

/// The key signs no more.
pub fn retire_key(conn: &mut Conn, kid: &str, now: i64) -> Result<()> {
    diesel::update(signing_keys::table.find(kid))
        .set(signing_keys::retired_ts.eq(Some(now)))
        .execute(conn)?;
    Ok(())
}

/// A signing key of this server.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys, treat_none_as_default_value = false)]
pub struct SigningKeyRow {
    pub kid: String,
    pub seed: Vec<u8>,
    pub created_ts: i64,
    pub retired_ts: Option<i64>,
}

/// The key that signs now.
pub fn active_key(conn: &mut Conn) -> Result<Option<SigningKeyRow>> {
    let newest = signing_keys::table
        .filter(signing_keys::retired_ts.is_null())
        .order((signing_keys::created_ts.desc(), signing_keys::kid.desc()))
        .select(SigningKeyRow::columns())
        .first(conn);
    optional(newest)
}

/// Keeps a new key; a node that was faster wins.
pub fn add_key(conn: &mut Conn, key: &SigningKeyRow) -> Result<()> {
    diesel::insert_into(signing_keys::table)
        .values(key)
        .on_conflict(signing_keys::kid)
        .do_nothing()
        .execute(conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(dir: &tempfile::TempDir) -> Conn {
        Conn::open(&dir.path().join("facts.db").to_string_lossy()).expect("a database")
    }

    /// As a command does beside a server at work.
    #[test]
    fn what_reads_and_then_writes_is_not_overtaken() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut conn = database(&dir);
        conn.migrate().expect("migrated");
        let mut other = database(&dir);
        other.run_script("PRAGMA busy_timeout = 0").expect("it does not wait");
        let counted = conn.write(|conn| {
            let count = get(conn, "count")?.map_or(0, |count| count.len());
            assert!(put(&mut other, "count", "other").is_err(), "it has to wait");
            put(conn, "count", &(count + 1).to_string())
        });
        counted.expect("written");
        put(&mut other, "count", "other").expect("its turn");
        let taken_back = conn.write(|conn| {
            put(conn, "count", "2")?;
            Err::<(), _>(crate::storage::Error::Busy)
        });
        taken_back.expect_err("taken back");
        assert_eq!(get(&mut conn, "count").expect("read").as_deref(), Some("other"));
    }

    #[test]
    fn keys_are_found_by_how_they_begin() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut conn = database(&dir);
        conn.migrate().expect("migrated");
        for key in ["a_b/2", "a_b/1", "a_b", "axb/3", "A_B/4", "0a_b/5"] {
            put(&mut conn, key, "").expect("written");
        }
        assert_eq!(keys_with(&mut conn, "a_b/").expect("read"), ["a_b/1", "a_b/2"]);
        assert_eq!(keys_with(&mut conn, "b/").expect("read"), Vec::<String>::new());
    }
}
