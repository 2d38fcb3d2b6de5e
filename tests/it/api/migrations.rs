//! The schema: taken back and made again, it is what it was.

use diesel::RunQueryDsl;
use diesel::sql_types::Text;
use loggia::storage::Conn;

use crate::both;
use crate::support::TestServer;

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

const OF_SQLITE: &str = "
    SELECT type || ' ' || name || ': ' || coalesce(sql, '') AS line FROM sqlite_master
    WHERE name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' AND name <> 'sqlite_sequence' AND tbl_name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' ORDER BY line";

const OF_POSTGRESQL: &str = "
    SELECT line FROM (
        SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
            || is_identity || ' ' || coalesce(column_default, '') AS line, table_name AS of
            FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL
        SELECT 'constraint ' || conname || ' ' || pg_get_constraintdef(oid), conrelid::regclass::text
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL
        SELECT 'index ' || indexdef, tablename::text FROM pg_indexes WHERE schemaname = 'public'
    ) AS lines WHERE of NOT LIKE '\\_\\_diesel%' ORDER BY line";

/// The whole schema but for the table in which migrations are noted, a thing a line.
fn schema(conn: &mut Conn) -> Vec<String> {
    let lines: Vec<Line> = match conn {
        Conn::Sqlite(conn) => diesel::sql_query(OF_SQLITE).load(&mut **conn),
        Conn::Postgres(conn) => diesel::sql_query(OF_POSTGRESQL).load(&mut **conn),
    }
    .expect("the schema");
    lines.into_iter().map(|line| line.line).collect()
}

/// Down, up, down and up again on a database that has been used.
fn there_and_back(url: &str) {
    let mut conn = Conn::open(url).expect("a database");
    assert!(conn.migrate().expect("nothing to do").is_empty(), "the server has migrated it");
    let first = schema(&mut conn);
    assert!(first.len() > 15, "{first:?}");
    for _ in 0..2 {
        conn.revert_all_migrations().expect("taken back");
        assert_eq!(schema(&mut conn), [""; 0], "nothing is left");
        assert!(!conn.migrate().expect("made again").is_empty());
        assert_eq!(schema(&mut conn), first);
    }
    assert!(conn.migrate().expect("nothing to do").is_empty());
}

both!(
    async fn migrations_run_up_down_and_up_again(server: TestServer) {
        let mut server = server;
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        ann.say(&channel, "n1", "hello @bob").await;
        server.running.take().expect("running").stop().await;
        // On a thread of its own: a PostgreSQL connection drives a runtime.
        let url = server.database_url();
        let checked = std::thread::spawn(move || there_and_back(&url));
        tokio::task::spawn_blocking(move || checked.join()).await.expect("joined").expect("no panic");
    }
);
