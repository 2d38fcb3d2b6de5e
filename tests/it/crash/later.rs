//! Statements that wait for the next one on PostgreSQL: in which order they come, and what becomes of all when one of
//! them is refused. SQLite runs the same at once.

use std::sync::Arc;

use loggia::domain::writer::Work;
use loggia::domain::{Domain, Error};
use loggia::protocol::ids::ChannelId;
use loggia::storage::users::NewUser;
use loggia::storage::{Conn, entries, members, meta, users};

use crate::both;
use crate::support::{Database, Person, TestServer};

async fn stage(server: &TestServer) -> (Arc<Domain>, Person, ChannelId) {
    let domain = server.running.as_ref().expect("running").domain.clone();
    let ann = server.person("ann").await;
    let channel = ann.channel("General").await.parse().expect("an id");
    (domain, ann, channel)
}

/// Two bodies for one place: the second is refused, and nothing is asked after it.
fn twice(work: &mut Work<'_>, channel: &ChannelId) -> Result<(), Error> {
    let num = work.lane.num_of(work.conn, channel)?.expect("the channel");
    entries::insert_body(work.conn, num, 0, "once".to_owned())?;
    Ok(entries::insert_body(work.conn, num, 0, "twice".to_owned())?)
}

/// What stands in that place.
async fn body(domain: &Domain, channel: &ChannelId) -> Option<String> {
    let id = channel.clone();
    let read = move |work: &mut Work<'_>| {
        let num = work.lane.num_of(work.conn, &id)?.expect("the channel");
        Ok(entries::body(work.conn, num, 0)?)
    };
    domain.writer.channel(channel, read).await.expect("read")
}

both!(
    async fn a_unit_whose_last_statement_is_refused_is_taken_back_alone(server: TestServer) {
        let (domain, ann, channel) = stage(&server).await;
        let id = channel.clone();
        let refused = domain.writer.channel(&channel, move |work| twice(work, &id)).await;
        assert!(matches!(refused, Err(Error::Internal(_))), "{refused:?}");
        assert_eq!(body(&domain, &channel).await, None);

        // Inside a unit, which goes on.
        let id = channel.clone();
        let goes_on = move |work: &mut Work<'_>| -> Result<(), Error> {
            let num = work.lane.num_of(work.conn, &id)?.expect("the channel");
            let lane = &mut *work.lane;
            // Found out at the end of the part, and by a question in it.
            let inner = work.conn.savepoint(|conn| twice(&mut Work { conn, lane }, &id));
            assert!(inner.is_err());
            let inner = work.conn.savepoint(|conn| {
                twice(&mut Work { conn, lane }, &id)?;
                Ok::<_, Error>(meta::get(conn, "nothing")?)
            });
            assert!(inner.is_err());
            Ok(entries::insert_body(work.conn, num, 0, "afterwards".to_owned())?)
        };
        domain.writer.channel(&channel, goes_on).await.expect("kept");
        assert_eq!(body(&domain, &channel).await.as_deref(), Some("afterwards"));
        ann.say(channel.as_str(), "n1", "as before").await;
    }
);

both!(
    async fn a_commit_whose_last_statement_is_refused_is_said_to_have_failed(server: TestServer) {
        let (domain, ann, channel) = stage(&server).await;
        for _ in 0..2 {
            let id = channel.clone();
            let refused = domain.writer.one_event(&channel, None, move |work| twice(work, &id)).await;
            assert!(matches!(refused, Err(Error::Internal(_))), "{refused:?}");
            assert_eq!(body(&domain, &channel).await, None);
        }
        // Somebody who looks away from a refusal can't keep what stood before it.
        let id = channel.clone();
        let looks_away = move |work: &mut Work<'_>| -> Result<(), Error> {
            let refused = twice(work, &id).and_then(|()| Ok(meta::get(work.conn, "nothing")?));
            assert!(refused.is_err());
            if work.conn.is_postgres() { Ok(()) } else { Err(Error::Busy) }
        };
        assert!(domain.writer.one_event(&channel, None, looks_away).await.is_err());
        ann.say(channel.as_str(), "n1", "as before").await;
    }
);

both!(
    async fn a_commit_after_a_refusal_that_nobody_looked_at_has_failed(server: TestServer) {
        let (domain, ann, channel) = stage(&server).await;
        let ann_again = NewUser {
            id: "@ann:a.test",
            server: "a.test",
            display_name: "Ann",
            bio: "",
            password_hash: None,
            role: "user",
            created_ts: 0,
            search: "",
        };
        let looks_away = move |work: &mut Work<'_>| -> Result<(), Error> {
            if !work.conn.is_postgres() {
                return Err(Error::Busy);
            }
            meta::put(work.conn, "before", "it")?;
            users::insert(work.conn, &ann_again).expect_err("there is one");
            Ok(())
        };
        assert!(domain.writer.one_event(&channel, None, looks_away).await.is_err());
        let read = |work: &mut Work<'_>| Ok(meta::get(work.conn, "before")?);
        assert_eq!(domain.writer.channel(&channel, read).await.expect("read"), None);
        ann.say(channel.as_str(), "n1", "as before").await;
    }
);

/// Runs `work` with a connection to a database of its own, on a thread of its own.
async fn with_postgresql(work: impl FnOnce(&mut Conn) + Send + 'static) {
    let Some(database) = Database::create().await else { return };
    let url = database.url.clone();
    let thread = std::thread::spawn(move || work(&mut Conn::open(&url).expect("a connection")));
    tokio::task::spawn_blocking(move || thread.join().expect("no panic")).await.expect("joined");
    database.drop_it().await;
}

#[tokio::test]
async fn whatever_waits_comes_before_its_transaction_ends_on_postgresql() {
    with_postgresql(|conn| {
        conn.run_script(
            "CREATE TABLE members (channel BIGINT, user_num BIGINT, read_seq BIGINT, read_base BIGINT);
             INSERT INTO members SELECT 1, n, 0, 0 FROM generate_series(1, 250) AS n",
        )
        .expect("a table");
        let all = |conn: &mut Conn, seq| {
            (1..=250).for_each(|user| members::set_read(conn, 1, user, seq, 0).expect("put"));
        };
        let holds = |conn: &mut Conn, what: &str| {
            let script = format!("DO $$ BEGIN IF NOT ({what}) THEN RAISE 'it does not'; END IF; END $$");
            conn.run_script(&script).unwrap_or_else(|error| panic!("{what}: {error}"));
        };
        // The first time they are prepared, which is a journey of its own for each.
        for round in 1..=3 {
            conn.begin_write().expect("begun");
            all(conn, round);
            conn.commit().expect("kept");
            holds(conn, "SELECT count(DISTINCT xmin::text) = 1 FROM members");
            conn.begin_write().expect("begun");
            all(conn, 100);
            conn.rollback().expect("taken back");
            holds(conn, "NOT EXISTS (SELECT FROM members WHERE read_seq = 100)");
            // What was there before a part that is taken back stays.
            conn.begin_write().expect("begun");
            all(conn, round + 10);
            conn.savepoint(|_| Err::<(), _>(loggia::storage::Error::Busy)).expect_err("taken back");
            conn.commit().expect("kept");
            holds(conn, &format!("NOT EXISTS (SELECT FROM members WHERE read_seq <> {round} + 10)"));
        }
    })
    .await;
}

#[tokio::test]
async fn a_part_that_was_taken_back_does_not_stand_in_for_a_later_one_on_postgresql() {
    with_postgresql(|conn| {
        conn.run_script("CREATE TABLE bodies (channel BIGINT, seq BIGINT PRIMARY KEY, body TEXT NOT NULL)")
            .expect("a table");
        let put = |conn: &mut Conn, seq| entries::insert_body(conn, 1, seq, format!("body {seq}"));
        let ask = |conn: &mut Conn| entries::bodies_between(conn, 1, 0, 10).map(drop);
        conn.begin_write().expect("begun");
        conn.savepoint(|conn| ask(conn).and(Err::<(), _>(loggia::storage::Error::Busy)))
            .expect_err("taken back");
        // Refused in front of the next part, which therefore never begins: there is nothing to go back to.
        (0..2).for_each(|_| put(conn, 7).expect("put"));
        conn.savepoint(ask).expect_err("refused");
        conn.commit().expect_err("not kept");
        conn.begin_write().expect("begun");
        put(conn, 7).expect("put");
        conn.commit().expect("kept");
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_seen_in_order_and_taken_back_with_the_rest_on_postgresql() {
    with_postgresql(|conn| {
        conn.run_script("CREATE TABLE bodies (channel BIGINT, seq BIGINT PRIMARY KEY, body TEXT NOT NULL)")
            .expect("a table");
        let put = |conn: &mut Conn, seq| entries::insert_body(conn, 1, seq, format!("body {seq}"));
        // More than wait for each other.
        conn.begin_write().expect("begun");
        (0..600).for_each(|seq| put(conn, seq).expect("put"));
        let seen = entries::bodies_between(conn, 1, 0, 600).expect("bodies");
        assert_eq!(seen.len(), 600);
        conn.rollback().expect("taken back");
        // Taken back before anything was sent.
        conn.begin_write().expect("begun");
        (0..3).for_each(|seq| put(conn, seq).expect("put"));
        conn.rollback().expect("taken back");
        assert_eq!(entries::bodies_between(conn, 1, 0, 200).expect("bodies"), []);
        // Refused, then taken back: what follows is not held against.
        conn.begin_write().expect("begun");
        (0..3).chain(0..3).for_each(|seq| put(conn, seq).expect("put"));
        conn.rollback().expect("taken back");
        conn.begin_write().expect("begun");
        (0..3).for_each(|seq| put(conn, seq).expect("put"));
        conn.commit().expect("kept");
        assert_eq!(entries::bodies_between(conn, 1, 0, 200).expect("bodies").len(), 3);
        // Outside of a transaction nothing waits.
        put(conn, 3).expect("put");
        put(conn, 3).expect_err("there is one");
        assert!(!conn.is_broken());
    })
    .await;
}
