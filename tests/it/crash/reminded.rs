//! A server that is killed while it tells people what they wanted to be reminded of: everybody is told of each once.

use loggia::domain::clock::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::support::{Database, Person, Process, eventually, run_sql};

const PEOPLE: usize = 4;
const MESSAGES: usize = 25;
const HOUR_MS: i64 = 3_600_000;
/// It is killed as often as that, as long as any is left.
const KILLS: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_reminds_of_each_once_on_sqlite() {
    reminds("").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_reminds_of_each_once_on_postgresql() {
    let Some(database) = Database::create().await else { return };
    reminds(&database.url).await;
    database.drop_it().await;
}

/// The texts of what somebody was reminded of.
async fn told(person: &Person) -> Vec<String> {
    let page = person.get("/notifications?limit=100").await.expect(200);
    let mut texts: Vec<String> = page["notifications"]
        .as_array()
        .expect("notifications")
        .iter()
        .filter(|item| item["kind"] == "reminder")
        .map(|item| item["message"]["text"].as_str().expect("text").to_owned())
        .collect();
    assert_eq!(page["unread"], texts.len(), "each is counted");
    texts.sort();
    texts
}

async fn told_all(people: &[Person]) -> usize {
    let mut count = 0;
    for person in people {
        count += told(person).await.len();
    }
    count
}

async fn reminds(database: &str) {
    let dir = tempfile::tempdir().expect("a directory");
    let mut server = Process::start(dir.path(), database, 0);
    let mut people = vec![Person::register(&server.base, "ann").await];
    let channel = people[0].channel("General").await;
    for n in 1..PEOPLE {
        let person = Person::register(&server.base, &format!("person{n}")).await;
        person.join(&channel).await;
        people.push(person);
    }
    let remind_ts = SystemClock.now() + HOUR_MS;
    let mut texts = Vec::new();
    for n in 0..MESSAGES {
        let text = format!("message {n:02}");
        let said = people[0].say(&channel, &format!("n{n}"), &text).await;
        let path = format!("/me/saved/{channel}/{}", said["id"].as_str().expect("an id"));
        for person in &people {
            person.put(&path, json!({ "remind_ts": remind_ts })).await.expect(204);
        }
        texts.push(text);
    }
    // However long it took to set them, they come due together.
    let own = dir.path().join("loggia.db").to_string_lossy().into_owned();
    let at = if database.is_empty() { &own } else { database };
    run_sql(at, format!("UPDATE saved SET remind_ts = remind_ts - {HOUR_MS}")).await;
    let all = PEOPLE * MESSAGES;
    for _ in 0..KILLS {
        let before = told_all(&people).await;
        if before == all {
            break;
        }
        eventually("some are told", || async { (told_all(&people).await > before).then_some(()) }).await;
        server.kill();
        server = Process::start(dir.path(), database, 0);
        people = people.iter().map(|person| person.at(&server.base)).collect();
    }
    eventually("all are told", || async { (told_all(&people).await >= all).then_some(()) }).await;
    for person in &people {
        assert_eq!(told(person).await, texts);
        let saved = person.get("/me/saved?limit=100").await.expect(200);
        let items = saved["saved"].as_array().expect("a list");
        let waiting = items.iter().filter(|item| item["remind_ts"] != Value::Null).count();
        assert_eq!((items.len(), waiting), (MESSAGES, 0));
    }
    server.kill();
}
