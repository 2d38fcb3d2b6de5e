//! Statements that wait for the next one on PostgreSQL: in which order they come, and what becomes of all when one of
//! them is refused. SQLite runs the same at once.

use std::sync::Arc;

use loggia::domain::writer::Work;
use loggia::domain::{Domain, Error};
use loggia::protocol::ids::ChannelId;
use loggia::storage::{Conn, entries, meta};

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

#[tokio::test]
async fn what_waits_is_seen_in_order_and_taken_back_with_the_rest_on_postgresql() {
    let Some(database) = Database::create().await else { return };
    let url = database.url.clone();
    let thread = std::thread::spawn(move || {
        let mut conn = Conn::open(&url).expect("a connection");
        conn.run_script("CREATE TABLE bodies (channel BIGINT, seq BIGINT PRIMARY KEY, body TEXT NOT NULL)")
            .expect("a table");
        let put = |conn: &mut Conn, seq| entries::insert_body(conn, 1, seq, format!("body {seq}"));
        // More than wait for each other.
        conn.begin_write().expect("begun");
        (0..600).for_each(|seq| put(&mut conn, seq).expect("put"));
        let seen = entries::bodies_between(&mut conn, 1, 0, 600).expect("bodies");
        assert_eq!(seen.len(), 600);
        conn.rollback().expect("taken back");
        // Taken back before anything was sent.
        conn.begin_write().expect("begun");
        (0..3).for_each(|seq| put(&mut conn, seq).expect("put"));
        conn.rollback().expect("taken back");
        assert_eq!(entries::bodies_between(&mut conn, 1, 0, 200).expect("bodies"), []);
        // Refused, then taken back: what follows is not held against.
        conn.begin_write().expect("begun");
        (0..3).chain(0..3).for_each(|seq| put(&mut conn, seq).expect("put"));
        conn.rollback().expect("taken back");
        conn.begin_write().expect("begun");
        (0..3).for_each(|seq| put(&mut conn, seq).expect("put"));
        conn.commit().expect("kept");
        assert_eq!(entries::bodies_between(&mut conn, 1, 0, 200).expect("bodies").len(), 3);
        // Outside of a transaction nothing waits.
        put(&mut conn, 3).expect("put");
        put(&mut conn, 3).expect_err("there is one");
        assert!(!conn.is_broken());
    });
    tokio::task::spawn_blocking(move || thread.join().expect("no panic")).await.expect("joined");
    database.drop_it().await;
}
