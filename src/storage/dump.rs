//! Whole tables as text, alike on SQLite and PostgreSQL: what one has written the other can read.
//!
//! A row is a JSON array of its columns, bytes in hexadecimal. Which tables and columns there are is asked of the
//! database, so that a new table is never forgotten. The search index is none of them: it is made anew from texts; nor are
//! counts that triggers keep.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use super::{Conn, Error, Result, RunQueryDsl, conn};

/// Rows that are read, or written, at a time.
pub const ROWS_AT_ONCE: usize = 500;

const IS_CONTENT: &str = "name NOT LIKE 'message_search%' AND name <> 'unseen_counts'";

/// A table, and how its columns are named and typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Text,
    Bytes,
    Boolean,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

fn words(conn: &mut Conn, query: String) -> Result<Vec<String>> {
    let rows: Vec<Word> = RunQueryDsl::load(sql_query(query), conn)?;
    Ok(rows.into_iter().map(|row| row.word).collect())
}

/// All tables with content, each after those that it refers to.
///
/// # Errors
/// Those of the database; [`Error::Damaged`] for a type of column that this module does not know.
pub fn tables(conn: &mut Conn) -> Result<Vec<Table>> {
    let names = match conn.is_postgres() {
        true => format!(
            "SELECT name AS word FROM
             (SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema()) AS own
             WHERE {IS_CONTENT} AND name NOT LIKE '\\_\\_%' ORDER BY 1"
        ),
        false => format!(
            "SELECT name AS word FROM sqlite_schema WHERE type = 'table'
             AND {IS_CONTENT} AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY 1"
        ),
    };
    let mut waiting = Vec::new();
    for name in words(conn, names)? {
        let parents = parents(conn, &name)?;
        waiting.push((Table { columns: columns(conn, &name)?, name }, parents));
    }
    let mut sorted: Vec<Table> = Vec::new();
    while !waiting.is_empty() {
        let count = waiting.len();
        let known = |name: &String, own: &str| name == own || sorted.iter().any(|table| table.name == *name);
        let (ready, rest): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .partition(|(table, parents)| parents.iter().all(|parent| known(parent, &table.name)));
        sorted.extend(ready.into_iter().map(|(table, _)| table));
        waiting = rest;
        if waiting.len() == count {
            return Err(Error::Damaged("tables refer to each other in a circle".to_owned()));
        }
    }
    Ok(sorted)
}

fn parents(conn: &mut Conn, table: &str) -> Result<Vec<String>> {
    let query = match conn.is_postgres() {
        true => format!(
            "SELECT confrelid::regclass::text AS word FROM pg_constraint
             WHERE contype = 'f' AND conrelid = '{table}'::regclass"
        ),
        false => format!("SELECT \"table\" AS word FROM pragma_foreign_key_list('{table}')"),
    };
    words(conn, query)
}

fn columns(conn: &mut Conn, table: &str) -> Result<Vec<Column>> {
    let query = match conn.is_postgres() {
        true => format!(
            "SELECT column_name || ' ' || data_type AS word FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = '{table}' ORDER BY ordinal_position"
        ),
        false => {
            format!(
                "SELECT name || ' ' || lower(type) AS word FROM pragma_table_info('{table}') ORDER BY cid"
            )
        }
    };
    let column = |word: String| {
        let (name, kind) = word.split_once(' ').unwrap_or((&word, ""));
        let kind = match kind {
            "integer" | "bigint" => Kind::Integer,
            "text" => Kind::Text,
            "blob" | "bytea" => Kind::Bytes,
            "boolean" => Kind::Boolean,
            other => return Err(Error::Damaged(format!("{table}.{name} has the unknown type {other:?}"))),
        };
        Ok(Column { name: name.to_owned(), kind })
    };
    words(conn, query)?.into_iter().map(column).collect()
}

/// Whether a table has no rows.
///
/// # Errors
/// Those of the database.
pub fn is_empty(conn: &mut Conn, table: &Table) -> Result<bool> {
    Ok(words(conn, format!("SELECT 'row' AS word FROM {} LIMIT 1", table.name))?.is_empty())
}

/// Gives each row of a table, as one line of JSON without its end. Inside a snapshot ([`Conn::snapshot`]) all tables are of
/// one moment.
///
/// # Errors
/// Those of the database, and `each`'s own.
pub fn read<E: From<Error>>(
    conn: &mut Conn,
    table: &Table,
    mut each: impl FnMut(&str) -> std::result::Result<(), E>,
) -> std::result::Result<(), E> {
    let query = select(table, conn.is_postgres());
    match conn {
        Conn::Sqlite(c) => {
            let rows = diesel::RunQueryDsl::load_iter::<Word, _>(sql_query(query), &mut **c);
            for row in rows.map_err(Error::from)? {
                each(&row.map_err(Error::from)?.word)?;
            }
        }
        Conn::Postgres(_) => {
            conn.run_script(&format!("DECLARE rows NO SCROLL CURSOR FOR {query}"))?;
            loop {
                let rows = words(conn, format!("FETCH {ROWS_AT_ONCE} FROM rows"))?;
                if rows.is_empty() {
                    break;
                }
                rows.iter().try_for_each(|row| each(row))?;
            }
            conn.run_script("CLOSE rows")?;
        }
    }
    Ok(())
}

fn select(table: &Table, postgres: bool) -> String {
    let value = |Column { name, kind }: &Column| match (kind, postgres) {
        (Kind::Bytes, true) => format!("encode({name}, 'hex')"),
        (Kind::Bytes, false) => format!("iif({name} IS NULL, NULL, hex({name}))"),
        _ => name.clone(),
    };
    let values: Vec<String> = table.columns.iter().map(value).collect();
    let (array, end) = if postgres { ("json_build_array", "::text") } else { ("json_array", "") };
    format!("SELECT {array}({}){end} AS word FROM {}", values.join(", "), table.name)
}

/// Adds rows that [`read`] gave, with their columns in the order of `columns`, which are all that the table has.
///
/// # Errors
/// Those of the database, which refuses rows that are none of this table's.
pub fn write(conn: &mut Conn, table: &Table, columns: &[String], rows: &[String]) -> Result<()> {
    let postgres = conn.is_postgres();
    let mut values = Vec::new();
    for (n, name) in columns.iter().enumerate() {
        let column = table.columns.iter().find(|column| column.name == *name);
        let Column { kind, .. } =
            column.ok_or_else(|| Error::Damaged(format!("{} has no column {name:?}", table.name)))?;
        values.push(match (kind, postgres) {
            (Kind::Integer, true) => format!("(value->>{n})::bigint"),
            (Kind::Boolean, true) => format!("(value->>{n})::boolean"),
            (Kind::Text, true) => format!("value->>{n}"),
            (Kind::Bytes, true) => format!("decode(value->>{n}, 'hex')"),
            (Kind::Bytes, false) => format!("unhex(json_extract(value, '$[{n}]'))"),
            (_, false) => format!("json_extract(value, '$[{n}]')"),
        });
    }
    let (columns, values) = (columns.join(", "), values.join(", "));
    let from = if postgres { "json_array_elements($1::json)" } else { "json_each(?)" };
    let query = format!("INSERT INTO {} ({columns}) SELECT {values} FROM {from}", table.name);
    let query = sql_query(query).bind::<Text, _>(format!("[{}]", rows.join(",")));
    conn::on!(conn, |c| diesel::RunQueryDsl::execute(query, c))?;
    Ok(())
}

/// After rows were added with their numbers: the next ones follow.
///
/// # Errors
/// Those of the database.
pub fn count_on(conn: &mut Conn) -> Result<()> {
    if !conn.is_postgres() {
        // SQLite has counted the rows itself; those of the notifications that were told before may be gone.
        return conn.run_script(
            "INSERT INTO sqlite_sequence (name, seq) SELECT 'notifications', 0
             WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'notifications');
             UPDATE sqlite_sequence SET seq = max(seq, (SELECT coalesce(max(mailed_id), 0) FROM emails))
             WHERE name = 'notifications';",
        );
    }
    let counted = "SELECT table_name || ' ' || column_name AS word FROM information_schema.columns
         WHERE table_schema = current_schema() AND is_identity = 'YES'";
    for word in words(conn, counted.to_owned())? {
        let Some((table, column)) = word.split_once(' ') else { continue };
        let next = format!("coalesce(max({column}), 0) + 1");
        let sequence = format!("pg_get_serial_sequence('{table}', '{column}')");
        words(conn, format!("SELECT setval({sequence}, {next}, false)::text AS word FROM {table}"))?;
    }
    // What was told may be gone, and its id is not given again.
    let told = "SELECT setval(sequence, greatest(nextval(sequence), told), false)::text AS word FROM (
         SELECT pg_get_serial_sequence('notifications', 'id')::regclass AS sequence,
             (SELECT coalesce(max(mailed_id), 0) + 1 FROM emails) AS told) AS counters";
    words(conn, told.to_owned())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn migrated() -> Conn {
        let mut conn = Conn::open(":memory:").unwrap();
        conn.migrate().unwrap();
        conn
    }

    fn all(conn: &mut Conn, table: &Table) -> Vec<String> {
        let mut rows = Vec::new();
        let keep = |row: &str| {
            rows.push(row.to_owned());
            Ok::<_, Error>(())
        };
        read(conn, table, keep).unwrap();
        rows
    }

    #[test]
    fn every_table_comes_after_those_it_refers_to() {
        let found = tables(&mut migrated()).unwrap();
        let at = |name: &str| found.iter().position(|table| table.name == name).expect("a table");
        assert!(at("users") < at("sessions") && at("sessions") < at("push_endpoints"));
        assert!(at("channels") < at("entries") && found.len() > 20);
        assert!(found.iter().all(|table| !table.name.contains("search") && !table.name.starts_with('_')));
    }

    #[test]
    fn rows_are_the_same_again() {
        let (mut from, mut to) = (migrated(), migrated());
        from.run_script(
            "INSERT INTO signing_keys VALUES ('k1', x'00ff10', 7, NULL), ('k2', x'', 9007199254740993, 8);
             INSERT INTO meta VALUES ('odd', 'a \" \\ \n \u{1F980} %')",
        )
        .unwrap();
        for table in tables(&mut from).unwrap() {
            let rows = all(&mut from, &table);
            let columns: Vec<String> = table.columns.iter().rev().map(|column| column.name.clone()).collect();
            // In another order of columns, too.
            let turned: Vec<String> = rows
                .iter()
                .map(|row| {
                    let mut values: Vec<serde_json::Value> = serde_json::from_str(row).unwrap();
                    values.reverse();
                    serde_json::to_string(&values).unwrap()
                })
                .collect();
            write(&mut to, &table, &columns, &turned).unwrap();
            assert_eq!(all(&mut to, &table), rows, "{}", table.name);
        }
    }

    #[test]
    fn ids_of_notifications_that_were_told_are_not_given_again() {
        let mut conn = migrated();
        conn.run_script(
            "PRAGMA foreign_keys = OFF;
             INSERT INTO emails (user_num, missed, unsubscribe, mailed_id, mailed_ts) VALUES (1, true, 'u', 10, 0)",
        )
        .unwrap();
        count_on(&mut conn).unwrap();
        conn.run_script(
            "INSERT INTO notifications (user_num, channel, seq, kind, ts, seen) VALUES (1, 1, 1, 'mention', 0, false)",
        )
        .unwrap();
        let ids = words(&mut conn, "SELECT CAST(id AS TEXT) AS word FROM notifications".to_owned());
        assert_eq!(ids.unwrap(), ["11"]);
    }
}
