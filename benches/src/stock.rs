//! Fills a stopped server's database quickly: copies of what was made through the API, under ids of their own.
//!
//! Copies have what makes rows and indices as large and as scattered as real ones: random ids at the front of their
//! index, one body and one set of words each. They are not signed anew, so `loggia verify` would refuse such a log;
//! nothing that is measured looks at that. Each statement is meant for SQLite and PostgreSQL alike.

use loggia::protocol::ids::Hash;
use loggia::protocol::log::Frontier;

use crate::furnish::quoted;

/// Rows that one statement makes at most: SQLite's write-ahead log holds all of them.
const ROWS_MAX: usize = 100_000;
/// How many different messages a long channel has.
const COPIED_MAX: u64 = 1_000;

/// A channel that has nothing but messages from `first` on; these are copied.
pub struct Long {
    pub id: String,
    pub first: u64,
    pub size: u64,
    pub postgres: bool,
}

/// Ten digits that grow in no order with `n`.
fn scattered(n: &str) -> String {
    format!("CAST(({n} * 2654435761) % 4294967296 + 4294967296 AS TEXT)")
}

/// Numbers from..to as `n.i`.
fn numbers(from: u64, to: u64) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (SELECT CAST({from} AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {to})"
    )
}

impl Long {
    /// Statements after which the channel has `to` entries.
    pub fn lengthen(&mut self, to: u64) -> Vec<String> {
        let mut statements = Vec::new();
        let num = format!("(SELECT num FROM channels WHERE id = {})", quoted(&self.id));
        for from in (self.size..to).step_by(ROWS_MAX) {
            statements.extend(self.rows(&num, from, to.min(from + ROWS_MAX as u64)));
        }
        let added = to - self.size;
        let mut frontier = Frontier::new();
        (0..to).for_each(|_| frontier.push(Hash([7; 32])));
        let bytes: String = frontier.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let blob = if self.postgres { format!("'\\x{bytes}'") } else { format!("X'{bytes}'") };
        statements.push(format!(
            "UPDATE channels SET size = {to}, frontier = {blob}, live_count = live_count + {added}, last_message_seq = {to} - 1 WHERE num = {num}"
        ));
        // Everybody has read it, as in a channel that grew by being talked in.
        statements.push(format!(
            "UPDATE members SET read_seq = {to} - 1, read_base = read_base + {added} WHERE channel = {num}"
        ));
        statements.extend(tidy(self.postgres));
        self.size = to;
        statements
    }

    fn rows(&self, num: &str, from: u64, to: u64) -> Vec<String> {
        let n = numbers(from, to);
        let copied = (self.size - self.first).min(COPIED_MAX);
        let row = format!("t.channel = {num} AND t.seq = {0} + (n.i - {0}) % {copied}", self.first);
        let copy = |table: &str, columns: &str, of: &str, values: &str| {
            format!("INSERT INTO {table} ({columns}) {n} SELECT {values} FROM n JOIN {of} t ON {row}")
        };
        let id = |column: &str| format!("'$' || {} || substr(t.{column}, 12)", scattered("n.i"));
        let entry = format!(
            "t.channel, n.i, {}, t.kind, t.sender, 'c' || n.i, t.term, t.host_ts, t.root, t.event, t.signature",
            id("event_id")
        );
        let message = format!(
            "t.channel, n.i, {}, t.sender, t.ts, 'c' || n.i, n.i, t.deleted, t.thread_count, t.has_reactions",
            id("id")
        );
        let search = if self.postgres {
            let columns = "channel, seq, words";
            copy("message_search", columns, "message_search", "t.channel, n.i, t.words")
        } else {
            // This index has no text of its own to copy.
            let values = "(t.channel << 40) | n.i, json_extract(t.body, '$.content.text')";
            copy("message_search", "rowid, text", "bodies", values)
        };
        vec![
            copy(
                "entries",
                "channel, seq, event_id, kind, sender, nonce, term, host_ts, root, event, signature",
                "entries",
                &entry,
            ),
            copy("bodies", "channel, seq, body", "bodies", "t.channel, n.i, t.body"),
            copy(
                "messages",
                "channel, seq, id, sender, ts, nonce, body_seq, deleted, thread_count, has_reactions",
                "messages",
                &message,
            ),
            search,
        ]
    }
}

/// What a database that filled slowly would have had done by itself.
fn tidy(postgres: bool) -> Vec<String> {
    let statements: &[&str] =
        if postgres { &["VACUUM ANALYZE", "CHECKPOINT"] } else { &["PRAGMA wal_checkpoint(TRUNCATE)"] };
    statements.iter().map(|&statement| statement.to_owned()).collect()
}

/// So many copies of the channel called `name`, with its log and its members. `batch` tells them from others.
pub fn channels(name: &str, batch: u64, range: (u64, u64), postgres: bool) -> Vec<String> {
    let (of, topic) =
        (format!("(SELECT num FROM channels WHERE name = {})", quoted(name)), format!("'batch {batch}'"));
    let kept = "kind, host, rules, creator, created_ts, term, size, root, frontier, last_ts, head_kid, head_ts, head_signature, live_count, joined_count, last_message_seq, owner, policy, servers, archived, pins, visibility";
    let copied: Vec<String> = kept.split(", ").map(|column| format!("t.{column}")).collect();
    let rows = |table: &str, columns: &str, values: &str| {
        format!(
            "INSERT INTO {table} (channel, {columns}) SELECT c.num, {values} FROM channels c JOIN {table} t ON t.channel = {of} WHERE c.topic = {topic}"
        )
    };
    let id = |column: &str| format!("'$' || {} || substr(t.{column}, 12)", scattered("(c.num * 16 + t.seq)"));
    let mut statements = vec![
        format!(
            "INSERT INTO channels (id, name, topic, search, {kept}) {} SELECT '!' || {} || substr(t.id, 12), 'Copy ' || n.i, {topic}, 'copy ' || n.i, {} FROM n JOIN channels t ON t.num = {of}",
            numbers(range.0, range.1),
            scattered("n.i"),
            copied.join(", ")
        ),
        rows("channel_keys", "server, kid, public, from_seq", "t.server, t.kid, t.public, t.from_seq"),
        rows(
            "members",
            "user_num, membership, role, since_seq, joined_seq, notify, read_seq, read_base",
            "t.user_num, t.membership, t.role, t.since_seq, t.joined_seq, t.notify, t.read_seq, t.read_base",
        ),
        rows(
            "entries",
            "seq, event_id, kind, sender, nonce, term, host_ts, root, event, signature",
            &format!(
                "t.seq, {}, t.kind, t.sender, t.nonce, t.term, t.host_ts, t.root, t.event, t.signature",
                id("event_id")
            ),
        ),
        rows("bodies", "seq, body", "t.seq, t.body"),
        rows(
            "messages",
            "seq, id, sender, ts, nonce, body_seq, deleted, thread_count, has_reactions",
            &format!(
                "t.seq, {}, t.sender, t.ts, t.nonce, t.body_seq, t.deleted, t.thread_count, t.has_reactions",
                id("id")
            ),
        ),
    ];
    statements.extend(tidy(postgres));
    statements
}

/// So many copies of the account `id`, all of them members of the channel called `name`, where it is one.
pub fn people(id: &str, name: &str, batch: u64, range: (u64, u64), postgres: bool) -> Vec<String> {
    let (id, channel) = (quoted(id), format!("(SELECT num FROM channels WHERE name = {})", quoted(name)));
    let bio = format!("'batch {batch}'");
    let added = range.1 - range.0;
    let mut statements = vec![
        format!(
            "INSERT INTO users (id, server, display_name, bio, password_hash, role, created_ts, search) {} SELECT '@c' || {} || ':' || t.server, t.server, 'Copy ' || n.i, {bio}, t.password_hash, t.role, t.created_ts, 'copy ' || n.i FROM n JOIN users t ON t.id = {id}",
            numbers(range.0, range.1),
            scattered("n.i")
        ),
        format!(
            "INSERT INTO members (channel, user_num, membership, role, since_seq, joined_seq, notify, read_seq, read_base) SELECT {channel}, u.num, t.membership, t.role, t.since_seq, t.joined_seq, t.notify, t.read_seq, t.read_base FROM users u JOIN members t ON t.channel = {channel} AND t.user_num = (SELECT num FROM users WHERE id = {id}) WHERE u.bio = {bio}"
        ),
        format!("UPDATE channels SET joined_count = joined_count + {added} WHERE num = {channel}"),
    ];
    statements.extend(tidy(postgres));
    statements
}

#[cfg(test)]
pub(crate) mod tests {
    use loggia::domain::timeline::Place;
    use loggia::storage::Conn;
    use loggia_benches::hot::Site;

    use super::*;

    /// On SQLite, and on PostgreSQL where the tests have one.
    pub(crate) fn both(test: fn(&Site, &str, bool)) {
        let site = Site::open("").unwrap();
        let file = site.dir.path().join("loggia.db");
        test(&site, file.to_str().unwrap(), false);
        let Ok(admin) = std::env::var("LOGGIA_TEST_POSTGRES_URL") else { return };
        let name = format!("loggia_stock_{}_{}", std::process::id(), loggia_benches::stats::now());
        Conn::open(&admin).unwrap().run_script(&format!("CREATE DATABASE {name}")).unwrap();
        let url = format!("{}/{name}", admin.rsplit_once('/').unwrap().0);
        test(&Site::open(&url).unwrap(), &url, true);
        let dropped = format!("DROP DATABASE {name} WITH (FORCE)");
        Conn::open(&admin).unwrap().run_script(&dropped).unwrap();
    }

    fn run(url: &str, statements: Vec<String>) {
        let mut conn = Conn::open(url).unwrap();
        for sql in statements {
            conn.run_script(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
    }

    fn page(site: &Site, place: Place) -> (Vec<i64>, i64) {
        let page = site.domain.timeline(&site.actor, site.channel.clone(), place, 50);
        let page = site.runtime.block_on(page).unwrap();
        (page.messages.iter().map(|message| message.seq).collect(), page.head)
    }

    #[test]
    fn a_long_channel_is_read_like_one_that_grew_by_talking() {
        both(|site, url, postgres| {
            let first = page(site, Place::Head).1 + 1;
            (0..30).for_each(|n| site.send(n).unwrap());
            let (first, size) = (u64::try_from(first).unwrap(), u64::try_from(first).unwrap() + 30);
            let mut long = Long { id: site.channel.as_str().to_owned(), first, size, postgres };
            for length in [200, 700] {
                run(url, long.lengthen(length));
                let head = i64::try_from(length).unwrap() - 1;
                assert_eq!(page(site, Place::Head), ((head - 49..=head).collect(), head));
            }
            assert_eq!(page(site, Place::Around(300)).0, (276..=325).collect::<Vec<_>>());
        });
    }

    #[test]
    fn channels_and_people_are_copied_with_all_that_belongs_to_them() {
        both(|site, url, postgres| {
            site.send(0).unwrap();
            run(url, channels("guarded", 50, (10, 50), postgres));
            run(url, people("@ann:bench.test", "guarded", 20, (10, 20), postgres));
            let snapshot = site.runtime.block_on(site.domain.snapshot(&site.actor)).unwrap();
            assert_eq!(snapshot.channels.len(), 41);
            assert!(snapshot.channels.iter().all(|channel| channel.last_message.is_some()));
            let guarded = snapshot.channels.iter().find(|channel| channel.info.name == "guarded").unwrap();
            assert_eq!(guarded.info.member_count, 11);
            let other = snapshot.channels.iter().find(|channel| channel.info.name != "guarded").unwrap();
            let id = other.info.id.parse().unwrap();
            let page = site.domain.timeline(&site.actor, id, Place::Head, 50);
            assert_eq!(site.runtime.block_on(page).unwrap().messages.len(), 1);
        });
    }
}
