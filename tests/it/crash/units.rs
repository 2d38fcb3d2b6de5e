//! Units of work that share a commit: one that fails, panics or is no longer waited for.

use std::cell::Cell;
use std::task::Poll;

use futures_util::future::join_all;
use loggia::domain::writer::{Draft, Work};
use loggia::domain::{Conflict, Error};
use loggia::protocol::event::EventType;
use loggia::protocol::ids::ChannelId;
use loggia::storage::Conn;
use serde_json::{Map, Value, json};

use super::stage::{Stage, queued};
use crate::both;
use crate::support::{Database, TestServer, eventually, run_sql};

/// Entries of a new channel: genesis, join, policy, name.
const NEW: usize = 4;

both!(
    async fn a_unit_that_is_refused_fails_alone(server: TestServer) {
        let stage = Stage::set(&server).await;
        stage.ann.say(stage.channel.as_str(), "used", "before").await;
        let go_on = stage.hold().await;
        let first = stage.send("n1", "first").await;
        let reused = stage.send("used", "something else").await;
        let repeated = stage.send("n1", "first").await;
        let appends = stage.appends();
        let half_done = stage
            .unit(move |work| -> Result<(), Error> {
                appends(work, "half done")?;
                appends(work, "nearly done")?;
                Err(Error::Busy)
            })
            .await;
        let last = stage.send("n2", "last").await;
        go_on();
        let (first, _) = first.await.expect("sent");
        assert!(matches!(reused.await, Err(Error::Conflict(_))));
        let (same, new) = repeated.await.expect("the same");
        assert_eq!((same.id, new), (first.id, false));
        assert!(matches!(half_done.await, Err(Error::Busy)));
        assert_eq!(last.await.expect("sent").0.seq, first.seq + 1);
        assert_eq!(stage.topic().await, "");
        stage.log_has(NEW + 3).await;
    }
);

both!(
    async fn a_message_that_is_refused_takes_back_only_what_goes_before_it(server: TestServer) {
        let stage = Stage::set(&server).await;
        let bob = server.person("bob").await;
        let dm = stage.ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
        let dm: ChannelId = dm["id"].as_str().expect("an id").parse().expect("an id");
        bob.put(&format!("/channels/{dm}/members/{}", bob.id), json!({ "membership": "left" })).await;
        let memberships = async || {
            let page = stage.ann.get(&format!("/channels/{dm}/members?membership=left")).await.expect(200);
            page["members"].as_array().expect("members").len()
        };
        assert_eq!(memberships().await, 1);

        let go_on = stage.hold().await;
        let before = stage.send("n1", "before").await;
        // Sixteen thousand characters that are six bytes each in JSON: more than an event may have.
        let refused = stage.send_to(dm.clone(), "n2", &"\u{1}".repeat(16_000)).await;
        let after = stage.send("n3", "after").await;
        go_on();
        let (before, _) = before.await.expect("sent");
        assert!(matches!(refused.await, Err(Error::Invalid { code: "too_large", .. })));
        assert_eq!(after.await.expect("sent").0.seq, before.seq + 1);
        assert_eq!(memberships().await, 1);

        // What is taken brings him back.
        stage.ann.say(dm.as_str(), "n4", "hello").await;
        assert_eq!(memberships().await, 0);
        stage.is_sound().await;
    }
);

both!(
    async fn a_unit_that_panics_fails_alone(server: TestServer) {
        let stage = Stage::set(&server).await;
        let go_on = stage.hold().await;
        let first = stage.send("n1", "first").await;
        let appends = stage.appends();
        let panics = stage
            .unit(move |work| -> Result<(), Error> {
                appends(work, "before the panic")?;
                panic!("a unit of work that a test made panic");
            })
            .await;
        let last = stage.send("n2", "last").await;
        go_on();
        let first = first.await.expect("sent").0;
        assert!(matches!(panics.await, Err(Error::Internal(_))));
        assert_eq!(last.await.expect("sent").0.seq, first.seq + 1);
        assert_eq!(stage.topic().await, "");
        stage.log_has(NEW + 2).await;
    }
);

both!(
    async fn a_unit_without_a_savepoint_that_fails_half_way_costs_its_commit_and_no_more(server: TestServer) {
        let stage = Stage::set(&server).await;
        let go_on = stage.hold().await;
        let before = stage.send("n1", "before").await;
        let (domain, channel, appends) = (stage.domain.clone(), stage.channel.clone(), stage.appends());
        let fails = queued(Box::pin(async move {
            let work = move |work: &mut Work<'_>| -> Result<(), Error> {
                appends(work, "half done")?;
                panic!("a unit of work that a test made panic");
            };
            domain.writer.one_event(&channel, None, work).await
        }))
        .await;
        let after = stage.send("n2", "after").await;
        go_on();
        assert!(matches!(fails.await, Err(Error::Internal(_))));
        // What shared its commit was not kept, and is told so; what stood behind it is done.
        let refused = before.await.expect_err("not kept");
        assert!(matches!(refused, Error::Busy | Error::Internal(_)), "{refused:?}");
        assert_eq!(after.await.expect("sent").0.text, "after");
        assert_eq!(stage.ann.texts(stage.channel.as_str()).await, ["after"]);
        stage.ann.say(stage.channel.as_str(), "n1", "before").await;
        assert_eq!(stage.topic().await, "");
        stage.log_has(NEW + 2).await;
    }
);

both!(
    async fn what_was_asked_for_is_done_though_nobody_waits_for_it(server: TestServer) {
        let stage = Stage::set(&server).await;
        let go_on = stage.hold().await;
        for n in 0..5 {
            drop(stage.send(&format!("n{n}"), &format!("{n}")).await);
        }
        let appends = stage.appends();
        let two_entries = move |work: &mut Work<'_>| {
            appends(work, "one")?;
            appends(work, "two")
        };
        drop(stage.unit(two_entries).await);
        let last = stage.send("last", "last").await;
        go_on();
        last.await.expect("sent");
        assert_eq!(stage.ann.texts(stage.channel.as_str()).await, ["0", "1", "2", "3", "4", "last"]);
        assert_eq!(stage.topic().await, "two");
        stage.log_has(NEW + 8).await;
    }
);

both!(
    async fn a_request_whose_client_goes_away_is_done_whole_or_not_at_all(server: TestServer) {
        let stage = Stage::set(&server).await;
        let path = format!("/channels/{}/messages", stage.channel);
        for n in 0..20 {
            let go_on = stage.hold().await;
            let body = json!({ "nonce": format!("n{n}"), "text": format!("text {n}") });
            let mut asking = Box::pin(stage.ann.try_ask(reqwest::Method::POST, &path, body));
            // Some go before the request is written, some after.
            for _ in 0..n {
                assert!(matches!(futures_util::poll!(&mut asking), Poll::Pending));
                tokio::task::yield_now().await;
            }
            drop(asking);
            go_on();
        }
        // The server may yet come to read a request whose sender has gone: each look is a look at a moving log.
        let done = eventually("a message for each entry", async || {
            let shown = stage.ann.texts(stage.channel.as_str()).await.len();
            let page = stage.ann.get(&format!("/channels/{}/log", stage.channel)).await.expect(200);
            (page["head"]["head"]["size"] == json!(NEW + shown)).then_some(shown)
        });
        eprintln!("{} of 20 were done", done.await);
        stage.is_sound().await;
    }
);

both!(
    async fn what_is_audited_while_it_grows_is_sound(server: TestServer) {
        let stage = Stage::set(&server).await;
        let audited = Cell::new(false);
        let grows = async {
            for round in 0.. {
                let sends = (0..10).map(|n| (format!("n{round}-{n}"), format!("text {n}")));
                join_all(sends.map(async |(nonce, text)| {
                    stage.ann.say(stage.channel.as_str(), &nonce, &text).await;
                }))
                .await;
                if audited.get() {
                    return;
                }
            }
        };
        let audits = async {
            for _ in 0..10 {
                stage.is_sound().await;
            }
            audited.set(true);
        };
        futures_util::join!(grows, audits);
    }
);

both!(
    async fn a_commit_of_many_channels_is_signed_and_found_in_each_of_them(server: TestServer) {
        const CHANNELS: usize = 40;
        let stage = Stage::set(&server).await;
        let mut channels: Vec<ChannelId> = Vec::new();
        for n in 0..CHANNELS {
            channels.push(stage.ann.channel(&format!("Channel {n}")).await.parse().expect("an id"));
        }
        let go_on = stage.hold().await;
        let mut sends = Vec::new();
        // 17 and 40 have no divisor in common: each once, in another order than that of their rows.
        for n in (0..CHANNELS).map(|n| n * 17 % CHANNELS) {
            sends.push(stage.send_to(channels[n].clone(), &format!("n{n}"), &format!("heron {n}")).await);
        }
        let (person, channel) = (stage.actor.person.clone(), stage.channel.clone());
        let taken_back = stage
            .unit(move |work| -> Result<(), Error> {
                let num = work.lane.num_of(work.conn, &channel)?.expect("the channel");
                let text: Map<String, Value> =
                    [("text".to_owned(), json!("heron taken back"))].into_iter().collect();
                work.append(num, &person, Draft::new(EventType::Message).content(text))?;
                Err(Error::Busy)
            })
            .await;
        sends.push(stage.send("last", "heron last").await);
        go_on();
        for sent in join_all(sends).await {
            sent.expect("sent");
        }
        assert!(matches!(taken_back.await, Err(Error::Busy)));
        stage.is_sound().await;
        let found = stage.ann.get("/search?q=heron&limit=50").await.expect(200);
        let texts = found["results"].as_array().expect("results").iter();
        let mut texts: Vec<&str> = texts.filter_map(|result| result["message"]["text"].as_str()).collect();
        texts.sort_unstable();
        let mut said: Vec<String> = (0..CHANNELS).map(|n| format!("heron {n}")).collect();
        said.push("heron last".to_owned());
        said.sort_unstable();
        assert_eq!(texts, said);
        assert_eq!(stage.ann.get("/search?q=back").await.expect(200)["results"], json!([]));
    }
);

/// How many commits the write-ahead log of SQLite has: a frame that ends one says how large the database then is.
fn commits(server: &TestServer) -> usize {
    let log = std::fs::read(format!("{}-wal", server.database_url())).expect("the write-ahead log");
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().expect("four bytes"));
    let (page, salts) = (usize::try_from(number(8)).expect("a size"), (number(16), number(20)));
    let frames = (32..log.len()).step_by(page + 24).take_while(|at| at + 24 + page <= log.len());
    frames.filter(|at| (number(at + 8), number(at + 12)) == salts && number(at + 4) != 0).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_shares_one_commit_on_sqlite() {
    let server = TestServer::sqlite().await;
    let stage = Stage::set(&server).await;
    let before = commits(&server);
    stage.ann.say(stage.channel.as_str(), "alone", "alone").await;
    assert_eq!(commits(&server), before + 1, "one that comes alone is a commit of its own");
    stage.send_together(200).await;
    assert_eq!(commits(&server), before + 2);
    stage.log_has(NEW + 201).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_is_brought_into_the_database_once_nobody_waits_on_sqlite() {
    const TEXT: &str = "to be found in the file";
    let server = TestServer::sqlite().await;
    let stage = Stage::set(&server).await;
    let is_there = || {
        let file = std::fs::read(server.database_url()).expect("the database");
        file.windows(TEXT.len()).any(|part| part == TEXT.as_bytes())
    };
    stage.ann.say(stage.channel.as_str(), "first", TEXT).await;
    assert!(!is_there(), "it stands in the write-ahead log");
    stage.send_together(300).await;
    eventually("the text in the database", async || is_there().then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_a_channel_shares_one_commit_on_postgresql() {
    let Some(server) = TestServer::postgresql_with(&[]).await else { return };
    let stage = Stage::set(&server).await;
    stage.send_together(200).await;
    // Rows bear the number of the transaction, or of the savepoint in it, that wrote them: those sends have none.
    let transactions = "SELECT count(DISTINCT xmin::text) FROM entries WHERE kind = 'message'";
    let script = format!(
        "DO $$ BEGIN IF ({transactions}) <> 1 THEN RAISE EXCEPTION '% transactions', ({transactions}); END IF; END $$"
    );
    run_sql(&server.database_url(), script).await;
    stage.log_has(NEW + 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_stays_locked_for_a_unit_that_follows_one_that_failed_on_postgresql() {
    let Some(database) = Database::create().await else { return };
    let url = database.url.clone();
    let server = TestServer::start(Some(database), &[]).await;
    let stage = Stage::set(&server).await;
    let go_on = stage.hold().await;
    let appends = stage.appends();
    let failed = stage
        .unit(move |work| -> Result<(), Error> {
            appends(work, "taken back")?;
            Err(Error::Busy)
        })
        .await;
    let appends = stage.appends();
    let kept = stage
        .unit(move |work| {
            appends(work, "kept")?;
            // Another node would have to wait now.
            let other = "BEGIN; SELECT 1 FROM channels FOR UPDATE NOWAIT; ROLLBACK";
            let asks =
                std::thread::spawn(move || Conn::open(&url).and_then(|mut conn| conn.run_script(other)));
            Ok(asks.join().expect("no panic"))
        })
        .await;
    go_on();
    assert!(failed.await.is_err());
    let refused = kept.await.expect("kept").expect_err("the channel is locked");
    assert!(refused.to_string().contains("could not obtain lock"), "{refused}");
    assert_eq!(stage.topic().await, "kept");
}

both!(
    async fn a_nonce_counts_once_among_messages_of_one_commit(server: TestServer) {
        let stage = Stage::set(&server).await;
        stage.ann.say(stage.channel.as_str(), "before", "said before").await;
        let go_on = stage.hold().await;
        let first = stage.send("n1", "one").await;
        let other = stage.send("n2", "two").await;
        let same = stage.send("n1", "one").await;
        let reused = stage.send("n1", "something else").await;
        let known = stage.send("before", "said before").await;
        let appends = stage.appends_with(Some("n3"));
        let taken_back = stage
            .unit(move |work| {
                appends(work, "taken back")?;
                Err::<(), _>(Error::Busy)
            })
            .await;
        let third = stage.send("n3", "three").await;
        let appends = stage.appends_with(Some("n4"));
        let kept = stage.unit(move |work| appends(work, "kept")).await;
        let taken = stage.send("n4", "four").await;
        go_on();
        let (first, is_new) = first.await.expect("sent");
        assert!(is_new);
        assert!(other.await.expect("sent").1);
        let (again, is_new) = same.await.expect("answered");
        assert_eq!((again.id, is_new), (first.id, false));
        let is_conflict = |error| matches!(error, Error::Conflict(Conflict::NonceReused));
        assert!(is_conflict(reused.await.expect_err("another text")));
        assert!(!known.await.expect("answered").1);
        assert!(taken_back.await.is_err());
        assert!(third.await.expect("sent").1);
        kept.await.expect("kept");
        assert!(is_conflict(taken.await.expect_err("the nonce of another event")));
        stage.is_sound().await;
    }
);

#[tokio::test]
async fn messages_are_refused_and_not_lost_when_what_they_ask_together_fails_on_postgresql() {
    let Some(server) = TestServer::postgresql_with(&[]).await else { return };
    let stage = Stage::set(&server).await;
    let go_on = stage.hold().await;
    let sends = [stage.send("n1", "one").await, stage.send("n2", "two").await];
    let url = server.database_url();
    run_sql(&url, "ALTER TABLE entries RENAME TO elsewhere".to_owned()).await;
    go_on();
    for sent in join_all(sends).await {
        assert!(sent.is_err());
    }
    run_sql(&url, "ALTER TABLE elsewhere RENAME TO entries".to_owned()).await;
    assert!(stage.send("n1", "one").await.await.expect("sent").1);
    stage.is_sound().await;
}
