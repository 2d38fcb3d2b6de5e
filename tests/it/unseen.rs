//! The counts of what nobody has seen yet, which the database keeps itself.

use std::collections::HashMap;

use loggia::storage::notifications::{self, NewNotification, Part, REMINDER, Unseen};
use loggia::storage::{Conn, is_postgres};

use crate::support::{Database, Random};

const STEPS: usize = 600;
const PEOPLE: usize = 3;
const CHANNELS: usize = 3;
const THREADS: usize = 3;

/// Whose, where, at which seq, in which thread, whether it was seen, and whether it is a reminder.
type Row = (i64, i64, i64, Option<i64>, bool, bool);

fn below(random: &mut Random, end: usize) -> i64 {
    i64::try_from(random.below(end)).expect("a number")
}

/// Notifies, marks as seen and deletes in no order; after each step the counts are those of the rows.
fn walk(url: &str) {
    let mut random = Random::of("unseen");
    let mut conn = Conn::open(url).expect("a database");
    conn.migrate().expect("migrated");
    for user in 1..=PEOPLE {
        conn.run_script(&format!(
            "INSERT INTO users (num, id, server, display_name, bio, role, created_ts, search)
             VALUES ({user}, '@u{user}:a.test', 'a.test', 'u', '', 'user', 0, 'u')"
        ))
        .expect("a person");
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut ids = Vec::new();
    for seq in 1..i64::try_from(STEPS).expect("a number") {
        let (user, channel) = (below(&mut random, PEOPLE) + 1, below(&mut random, CHANNELS) + 1);
        match random.below(12) {
            0 => {
                let part = match random.below(3) {
                    0 => Part::All,
                    1 => Part::Outside,
                    _ => Part::Thread(below(&mut random, THREADS) + 1),
                };
                let up_to = below(&mut random, STEPS);
                notifications::mark_seen_in(&mut conn, user, channel, up_to, part).expect("marked");
                let read = |row: &&mut Row| row.0 == user && row.1 == channel && row.2 <= up_to && !row.5;
                for row in rows.iter_mut().filter(read) {
                    row.4 |= match part {
                        Part::All => true,
                        Part::Outside => row.3.is_none(),
                        Part::Thread(root) => row.3 == Some(root),
                    };
                }
            }
            1 if random.one_in(2) && !ids.is_empty() => {
                let at = random.below(ids.len());
                let (row, id) = (&mut rows[at], ids[at]);
                notifications::mark_one_seen(&mut conn, row.0, id).expect("marked");
                row.4 = true;
            }
            1 => {
                let at = random.below(rows.len() + 1);
                let up_to = ids.get(at).copied().unwrap_or(0);
                notifications::mark_seen(&mut conn, user, up_to).expect("marked");
                for (row, _) in rows.iter_mut().zip(&ids).filter(|(row, id)| row.0 == user && **id <= up_to) {
                    row.4 = true;
                }
            }
            2 => {
                let gone = below(&mut random, STEPS);
                notifications::delete_for(&mut conn, channel, gone).expect("deleted");
                forget(&mut rows, &mut ids, |row| row.1 == channel && row.2 == gone);
            }
            3 if random.one_in(6) => {
                notifications::delete_of(&mut conn, user, channel).expect("deleted");
                forget(&mut rows, &mut ids, |row| row.0 == user && row.1 == channel);
            }
            _ => {
                let is_reminder = random.one_in(4);
                let is_reply = !is_reminder && random.one_in(2);
                let thread_seq = is_reply.then(|| below(&mut random, THREADS) + 1);
                let seen = random.one_in(5);
                let new = NewNotification {
                    user_num: user,
                    channel,
                    seq,
                    kind: if is_reminder { REMINDER } else { "mention" },
                    ts: 0,
                    seen,
                    thread_seq,
                };
                ids.push(notifications::insert(&mut conn, &new).expect("kept"));
                rows.push((user, channel, seq, thread_seq, seen, is_reminder));
            }
        }
        compare(&mut conn, &rows);
    }
}

fn forget(rows: &mut Vec<Row>, ids: &mut Vec<i64>, is_gone: impl Fn(&Row) -> bool) {
    let mut kept = rows.iter().map(|row| !is_gone(row)).collect::<Vec<_>>().into_iter();
    ids.retain(|_| kept.next().expect("one for each row"));
    rows.retain(|row| !is_gone(row));
}

fn compare(conn: &mut Conn, rows: &[Row]) {
    for user in 1..=i64::try_from(PEOPLE).expect("a number") {
        let unseen: Vec<&Row> = rows.iter().filter(|row| row.0 == user && !row.4).collect();
        let mut by_channel: HashMap<i64, i64> = HashMap::new();
        for row in unseen.iter().filter(|row| !row.5) {
            *by_channel.entry(row.1).or_default() += 1;
        }
        let told = notifications::unseen_by_channel(conn, user).expect("read");
        assert_eq!(told.into_iter().collect::<HashMap<_, _>>(), by_channel);
        let all = i64::try_from(unseen.len()).expect("a number");
        let reminders = i64::try_from(unseen.iter().filter(|row| row.5).count()).expect("a number");
        assert_eq!(notifications::count_unseen(conn, user).expect("read"), Unseen { all, reminders });
        for channel in 1..=i64::try_from(CHANNELS).expect("a number") {
            let here = by_channel.get(&channel).copied().unwrap_or(0);
            assert_eq!(notifications::count_unseen_in(conn, user, channel).expect("read"), here);
            for root in 1..=i64::try_from(THREADS).expect("a number") {
                let expected = unseen.iter().filter(|row| row.1 == channel && row.3 == Some(root)).count();
                let told = notifications::count_unseen_in_thread(conn, user, channel, root).expect("read");
                assert_eq!(told, i64::try_from(expected).expect("a number"));
            }
        }
    }
}

#[test]
fn counts_are_those_of_the_rows() {
    let dir = tempfile::tempdir().expect("a directory");
    walk(&dir.path().join("loggia.db").display().to_string());
}

#[tokio::test]
async fn counts_are_those_of_the_rows_on_postgresql() {
    let Some(database) = Database::create().await else { return };
    let url = database.url.clone();
    assert!(is_postgres(&url));
    let walked = tokio::task::spawn_blocking(move || walk(&url)).await;
    database.drop_it().await;
    walked.expect("no panic");
}
