//! A database that is away for a while: nobody waits for it for long, and what was refused is not done later.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use crate::support::{Database, Person, Process, eventually};

/// The way to a database, which can be cut.
struct Wire {
    url: String,
    passing: Arc<Mutex<Option<Vec<AbortHandle>>>>,
}

impl Wire {
    async fn to(url: &str) -> Wire {
        let (before, name) = url.rsplit_once('/').expect("a database in the URL");
        let (user, real) = before.rsplit_once('@').expect("a user in the URL");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("{user}@{}/{name}", listener.local_addr().expect("an address"));
        let (real, passing) = (real.to_owned(), Arc::new(Mutex::new(Some(Vec::new()))));
        let wire = Wire { url, passing: passing.clone() };
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let real = real.clone();
                let mut passing = passing.lock().unwrap_or_else(PoisonError::into_inner);
                // Cut, it hangs up on whoever comes.
                let Some(passing) = &mut *passing else { continue };
                let task = tokio::spawn(async move {
                    let mut server = TcpStream::connect(&real).await.expect("the database");
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                });
                passing.push(task.abort_handle());
            }
        });
        wire
    }

    fn cut(&self) {
        for passing in
            self.passing.lock().unwrap_or_else(PoisonError::into_inner).take().into_iter().flatten()
        {
            passing.abort();
        }
    }

    fn mend(&self) {
        *self.passing.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_said_and_used_again_when_it_is_back() {
    let Some(database) = Database::create().await else { return };
    let wire = Wire::to(&database.url).await;
    let (data, url) = (tempfile::tempdir().expect("a directory"), wire.url.clone());
    let path = data.path().to_owned();
    let started = tokio::task::spawn_blocking(move || Process::start(&path, &url, 0));
    let running = started.await.expect("ready");
    let ann = Person::register(&running.base, "ann").await;
    let channel = ann.channel("General").await;
    let messages = format!("/channels/{channel}/messages");
    let say = async |nonce: &str| ann.post(&messages, json!({ "nonce": nonce, "text": nonce })).await;
    say("before").await.expect(201);
    wire.cut();
    // Our own clients take nothing but the answer that is expected.
    let client = reqwest::Client::new();
    let asked = |method: reqwest::Method, path: &str| {
        client.request(method, format!("{}/api/v1{path}", running.base)).bearer_auth(&ann.token)
    };
    let away = json!({ "nonce": "away", "text": "away" });
    eventually("that it is said to readers", async || {
        let answer = asked(reqwest::Method::GET, "/me").send().await.expect("an answer");
        assert_ne!(answer.status(), 500, "what was lost with its connection can be asked again");
        (answer.status() == 503).then_some(())
    })
    .await;
    eventually("that it is said to writers", async || {
        let answer = asked(reqwest::Method::POST, &messages).json(&away).send().await.expect("an answer");
        assert_ne!(answer.status(), 500, "nothing was under way");
        (answer.status() == 503).then_some(())
    })
    .await;
    let refused = [ann.get("/me").await, ann.get(&messages).await];
    for answer in refused {
        assert!(answer.headers.contains_key("retry-after"));
        answer.problem(503, "busy");
    }
    say("away").await.problem(503, "busy");
    wire.mend();
    eventually("that it is back", async || (say("back").await.status == 201).then_some(())).await;
    let all: Value = ann.get(&messages).await.expect(200);
    let said: Vec<&str> =
        all["messages"].as_array().expect("messages").iter().filter_map(|m| m["text"].as_str()).collect();
    assert_eq!(said, ["before", "back"]);
    running.kill();
    database.drop_it().await;
}
