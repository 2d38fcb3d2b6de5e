//! What PostgreSQL reads to find one entry, one seat or one page, before it knows anything of its tables and after.

use loggia::storage::channels::{self, NewChannel};
use loggia::storage::entries::{self, EntryRow};
use loggia::storage::messages::{self, Of, Stretch};
use loggia::storage::{Conn, Error, members, shared, slow};

use crate::support::Database;

const ENTRIES: i64 = 400;
/// PostgreSQL plans a prepared statement anew five times before it keeps a plan.
const TIMES: i64 = 20;

fn entry(seq: i64) -> EntryRow {
    EntryRow {
        channel: 1,
        seq,
        event_id: format!("$event{seq}"),
        kind: "message".to_owned(),
        sender: 1,
        nonce: format!("nonce{seq}"),
        term: 1,
        host_ts: 0,
        root: Vec::new(),
        event: String::new(),
        signature: Vec::new(),
        void: None,
        target_seq: None,
        redacted_seq: None,
    }
}

/// Looks for entries that are there, each in its own way; fails when more was read than was found.
fn looks(conn: &mut Conn) -> Result<(), Error> {
    conn.begin_write()?;
    for n in 0..TIMES {
        let seq = ENTRIES / 2 + n;
        let found = entries::by_nonce(conn, 1, 1, &format!("nonce{seq}"))?;
        assert_eq!(found.map(|row| row.seq), Some(seq));
        let found = entries::by_event(conn, 1, &format!("$event{seq}"))?;
        assert_eq!(found.map(|row| row.seq), Some(seq));
        let asked = [format!("$event{seq}"), "$none".to_owned()];
        let known = entries::known_events(conn, 1, &[asked[0].as_str(), asked[1].as_str()])?;
        assert_eq!(known, asked[..1]);
    }
    reads_at_most(conn, "entries", 9 * TIMES)?;
    conn.rollback()
}

/// Fails when this transaction read more rows of the table. What earlier ones of this connection read is counted too,
/// until PostgreSQL gathers it.
fn reads_at_most(conn: &mut Conn, table: &str, most: i64) -> Result<(), Error> {
    conn.run_script(&format!(
        "DO $$ DECLARE n BIGINT; BEGIN
             SELECT coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0) INTO n
             FROM pg_stat_xact_user_tables WHERE relname = '{table}';
             IF n > {most} THEN RAISE EXCEPTION '% rows of {table} were read', n; END IF;
         END $$"
    ))
}

/// Runs `work` with the URL of an empty PostgreSQL database, where there is one to be had.
async fn on_postgresql(work: impl FnOnce(&str) -> Result<(), Error> + Send + 'static) {
    let Some(database) = Database::create().await else { return };
    let url = database.url.clone();
    let looked = tokio::task::spawn_blocking(move || work(&url)).await.expect("no panic");
    database.drop_it().await;
    looked.expect("no more was read than was found");
}

#[tokio::test]
async fn one_entry_is_found_without_reading_others_on_postgresql() {
    on_postgresql(|url| {
        let mut fresh = Conn::open(url)?;
        fresh.migrate()?;
        fresh.use_indices()?;
        fresh.run_script("SET session_replication_role = replica")?;
        // Its plans are made while there is nothing, and kept.
        for n in 0..TIMES {
            entries::by_nonce(&mut fresh, 1, 1, &n.to_string())?;
            entries::by_event(&mut fresh, 1, &n.to_string())?;
            entries::known_events(&mut fresh, 1, &[n.to_string().as_str()])?;
        }
        for seq in 0..ENTRIES {
            entries::insert(&mut fresh, entry(seq))?;
        }
        looks(&mut fresh)?;
        fresh.run_script("ANALYZE")?;
        looks(&mut fresh)?;
        let mut later = Conn::open(url)?;
        later.use_indices()?;
        looks(&mut later)
    })
    .await;
}

/// A statement is prepared when it is first asked for on a connection, which takes a journey of its own: what is asked for
/// after it still comes after it.
#[tokio::test]
async fn what_has_waited_is_of_its_transaction_the_first_time_too_on_postgresql() {
    on_postgresql(|url| {
        Conn::open(url)?.migrate()?;
        for n in 0..3 {
            let mut fresh = Conn::open(url)?;
            fresh.run_script("SET session_replication_role = replica")?;
            fresh.begin_write()?;
            entries::insert(&mut fresh, entry(n))?;
            fresh.rollback()?;
            fresh.begin_write()?;
            entries::insert(&mut fresh, entry(10 + n))?;
            entries::insert_body(&mut fresh, 1, 10 + n, "{}".to_owned())?;
            assert_eq!(entries::body(&mut fresh, 1, 10 + n)?.as_deref(), Some("{}"));
            fresh.rollback()?;
            for seq in [n, 10 + n] {
                assert!(entries::by_seq(&mut fresh, 1, seq)?.is_none(), "{seq} was taken back");
            }
        }
        Ok(())
    })
    .await;
}

/// One person in many channels, and many people in one.
const SEATS: i64 = 2_000;

#[tokio::test]
async fn one_seat_is_found_without_reading_others_on_postgresql() {
    on_postgresql(|url| {
        let mut reader = Conn::open(url)?;
        reader.migrate()?;
        let num = channels::insert(&mut reader, &channel())?;
        // Its plans are made while there is little, and kept.
        reader.run_script(&format!(
            "SET session_replication_role = replica;
             INSERT INTO members SELECT {num} + n, {SEATS} + m, 'joined', 'member', 0, 0, NULL, 'all', 0, 0
                 FROM generate_series(1, 60) n, generate_series(1, 5) m;
             ANALYZE members"
        ))?;
        for _ in 0..TIMES {
            reader.snapshot(|conn| members::in_channel(conn, ID, 1))?;
        }
        reader.run_script(&format!(
            "INSERT INTO members SELECT {num}, n, 'joined', 'member', 0, 0, NULL, 'all', 0, 0
                 FROM generate_series(1, {SEATS}) n;
             INSERT INTO members SELECT {num} + n, 1, 'joined', 'member', 0, 0, NULL, 'all', 0, 0
                 FROM generate_series(1, {SEATS}) n"
        ))?;
        for statistics in ["SELECT 1", "ANALYZE"] {
            reader.run_script(statistics)?;
            reader.snapshot(|conn| {
                for _ in 0..TIMES {
                    let found = members::in_channel(conn, ID, 1)?;
                    let member = found.and_then(|(_, member)| member).expect("they are in it");
                    assert_eq!((member.channel, member.user_num), (num, 1));
                }
                assert!(members::in_channel(conn, ID, 9 * SEATS)?.expect("it is there").1.is_none());
                assert!(members::in_channel(conn, "!none", 1)?.is_none());
                reads_at_most(conn, "members", 4 * TIMES)
            })?;
        }
        Ok(())
    })
    .await;
}

/// Messages of one channel, by a few people.
const MESSAGES: i64 = 4_000;
const PAGE: i64 = 10;

#[tokio::test]
async fn one_page_is_found_without_reading_others_on_postgresql() {
    on_postgresql(|url| {
        let mut reader = Conn::open(url)?;
        reader.migrate()?;
        // Its plans are made while there is little, and kept.
        reader.run_script(&format!(
            "SET session_replication_role = replica;
             INSERT INTO users (num, id, server, display_name, bio, role, created_ts, search)
                 SELECT n, '@u' || n, 'here.example', 'u' || n, '', 'user', 0, '' FROM generate_series(1, 9) n;
             {}",
            inserted(1, 60)
        ))?;
        for _ in 0..TIMES {
            reader.snapshot(|conn| around(conn, 30).map(drop))?;
        }
        reader.run_script(&inserted(61, MESSAGES))?;
        for statistics in ["SELECT 1", "ANALYZE"] {
            reader.run_script(statistics)?;
            reader.snapshot(|conn| {
                for n in 0..TIMES {
                    let middle = MESSAGES / 2 + n;
                    let (rows, first) = around(conn, middle)?;
                    let seqs: Vec<i64> = rows.iter().map(|(row, ..)| row.seq).collect();
                    assert_eq!(seqs, (middle - PAGE / 2 + 1..=middle + PAGE / 2).collect::<Vec<_>>());
                    assert_eq!(first, Some(1));
                }
                reads_at_most(conn, "messages", 3 * (PAGE + 2) * TIMES)?;
                reads_at_most(conn, "bodies", 3 * (PAGE + 2) * TIMES)
            })?;
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn who_wrote_lately_is_found_without_reading_what_is_older_on_postgresql() {
    on_postgresql(|url| {
        let mut writer = Conn::open(url)?;
        writer.migrate()?;
        writer.use_indices()?;
        // Its plans are made while there is little, and kept.
        let replica = "SET session_replication_role = replica";
        writer.run_script(&format!("{replica}; {}; {}", inserted(1, 60), placed(0, 60)))?;
        for _ in 0..TIMES {
            slow::last_of_each(&mut writer, 1, (61, 50), 100)?;
        }
        writer.run_script(&format!("{}; {}", inserted(61, MESSAGES), placed(61, MESSAGES)))?;
        for statistics in ["SELECT 1", "ANALYZE"] {
            writer.run_script(statistics)?;
            writer.begin_write()?;
            for n in 0..TIMES {
                let found = slow::last_of_each(&mut writer, 1, (MESSAGES + 1, MESSAGES - PAGE), 5 + n % 2)?;
                let times: Vec<i64> = found.into_iter().map(|(_, ts)| ts).collect();
                assert_eq!(times, (0..5 + n % 2).map(|n| MESSAGES - n).collect::<Vec<_>>());
            }
            reads_at_most(&mut writer, "messages", 3 * (PAGE + 2) * TIMES)?;
            // By halves.
            reads_at_most(&mut writer, "entries", 3 * 13 * TIMES)?;
            writer.rollback()?;
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn files_are_found_without_reading_other_files_on_postgresql() {
    on_postgresql(|url| {
        let mut reader = Conn::open(url)?;
        reader.migrate()?;
        let carried = |channel: i64, from: i64, to: i64| {
            format!(
                "INSERT INTO shared_files SELECT {channel}, kind, n FROM generate_series({from}, {to}) n,
                     unnest(ARRAY['any', CASE n % 1000 WHEN 7 THEN 'audio' ELSE 'image' END]) kind"
            )
        };
        // Its plans are made while there is little, and kept.
        reader.run_script(&carried(1, 1, 30))?;
        let pages = |conn: &mut Conn, last: i64| -> Result<[Vec<i64>; 2], Error> {
            let of = |conn: &mut Conn, kind: &str| shared::page(conn, 1, kind, (0, last), 3);
            Ok([of(conn, shared::ANY)?, of(conn, "audio")?])
        };
        for _ in 0..TIMES {
            reader.snapshot(|conn| pages(conn, 30).map(drop))?;
        }
        reader.run_script(&format!("{}; {}", carried(1, 31, MESSAGES), carried(2, 1, MESSAGES)))?;
        for statistics in ["SELECT 1", "ANALYZE"] {
            reader.run_script(statistics)?;
            reader.snapshot(|conn| {
                for n in 0..TIMES {
                    let last = MESSAGES - n;
                    assert_eq!(pages(conn, last)?, [vec![last, last - 1, last - 2], vec![3007, 2007, 1007]]);
                }
                reads_at_most(conn, "shared_files", 3 * 6 * TIMES)
            })?;
        }
        Ok(())
    })
    .await;
}

/// SQL that says these messages in channel 1.
fn inserted(from: i64, to: i64) -> String {
    format!(
        "INSERT INTO messages (channel, seq, id, sender, ts, nonce, body_seq, deleted, thread_count, has_reactions)
             SELECT 1, n, '$' || n, 1 + n % 9, n, n, n, FALSE, 0, FALSE FROM generate_series({from}, {to}) n;
         INSERT INTO bodies (channel, seq, body) SELECT 1, n, '{{}}' FROM generate_series({from}, {to}) n"
    )
}

/// SQL that gives them their places.
fn placed(from: i64, to: i64) -> String {
    format!(
        "INSERT INTO entries (channel, seq, event_id, kind, sender, nonce, term, host_ts, root, event, signature)
             SELECT 1, n, '$' || n, 'message', 1 + n % 9, n, 1, n, '', '', '' FROM generate_series({from}, {to}) n"
    )
}

/// The page around a message, and the seq of the channel's first.
fn around(conn: &mut Conn, middle: i64) -> Result<(Vec<messages::Shown>, Option<i64>), Error> {
    let older = Stretch::end((0, middle), PAGE / 2);
    let newer = Stretch::beginning((middle + 1, MESSAGES), PAGE / 2);
    messages::pages(conn, 1, Of::Channel, &[older, newer], (0, MESSAGES))
}

const ID: &str = "!channel";

fn channel() -> NewChannel<'static> {
    NewChannel {
        id: ID,
        kind: "channel",
        host: "here.example",
        rules: 1,
        creator: "@ada:here.example",
        created_ts: 0,
        term: 1,
        size: 1,
        root: &[],
        frontier: &[],
        last_ts: 0,
        head_kid: "",
        head_ts: 0,
        head_signature: &[],
        live_count: 0,
        joined_count: 0,
        owner: None,
        name: "channel",
        topic: "",
        policy: "{}",
        servers: "[]",
        archived: false,
        pins: "[]",
        visibility: "public",
        people: None,
        search: "channel",
    }
}
