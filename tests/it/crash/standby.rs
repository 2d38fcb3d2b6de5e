//! A database that is read-only for a while, as a standby is: reading goes on, who writes is told to come again, and the log says
//! so once.

use serde_json::json;

use crate::support::{Database, Person, Process, eventually, run_sql};

/// New connections may write, or not; those that are there end.
async fn may_write(database: &Database, may: bool) {
    let (rest, name) = database.url.rsplit_once('/').expect("a database in the URL");
    let is = if may { "off" } else { "on" };
    let admin = format!("{rest}/postgres");
    run_sql(&admin, format!("ALTER DATABASE {name} SET default_transaction_read_only = {is}")).await;
    if !may {
        let others =
            format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        run_sql(&admin, others).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_read_only_is_said_once_and_written_to_again() {
    let Some(database) = Database::create().await else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let (data, log) = (dir.path().join("data"), dir.path().join("log"));
    let (path, url, file) = (data, database.url.clone(), std::fs::File::create(&log).expect("a file"));
    let start = move || Process::start_logging(&path, &url, 0, &[("LOGGIA_LOG__LEVEL", "info")], file);
    let running = tokio::task::spawn_blocking(start).await.expect("ready");
    let ann = Person::register(&running.base, "ann").await;
    let channel = ann.channel("General").await;
    let messages = format!("/channels/{channel}/messages");
    let say = async |nonce: &str| ann.post(&messages, json!({ "nonce": nonce, "text": nonce })).await;
    let ready =
        async || reqwest::get(format!("{}/ready", running.base)).await.expect("an answer").status().as_u16();
    say("before").await.expect(201);
    assert_eq!(ready().await, 200);
    may_write(&database, false).await;
    eventually("the first refusal", async || {
        let answer = say("lost").await;
        (answer.status == 503 && answer.headers["retry-after"] == "5").then_some(())
    })
    .await;
    for n in 0..20 {
        say(&format!("away{n}")).await.problem(503, "busy");
        ann.post("/channels", json!({ "name": "Another" })).await.problem(503, "busy");
    }
    eventually("that it is not ready", async || (ready().await == 503).then_some(())).await;
    // A connection that ended is found out by whoever uses it first.
    let page = eventually("that it is read", async || {
        let answer = ann.get(&messages).await;
        (answer.status == 200).then_some(answer.body)
    })
    .await;
    assert_eq!(page["messages"][0]["text"], "before");
    may_write(&database, true).await;
    eventually("that it takes writes", async || (say("back").await.status == 201).then_some(())).await;
    eventually("that it is ready", async || (ready().await == 200).then_some(())).await;
    let said = eventually("that this is said", async || {
        let said = std::fs::read_to_string(&log).expect("a log");
        said.contains("the database takes writes again").then_some(said)
    })
    .await;
    let count = |words: &str| said.lines().filter(|line| line.contains(words)).count();
    assert_eq!((count("nothing can be written"), count("takes writes again")), (1, 1), "{said}");
    let refused = said.split("nothing can be written").nth(1).expect("what came after");
    for flood in ["a request failed", "a commit failed", "status=500"] {
        assert!(!refused.contains(flood), "{said}");
    }
    // Connections that ended may cost a request each.
    assert!(refused.matches("status=503").count() < 10, "{said}");
    running.kill();
    database.drop_it().await;
}
