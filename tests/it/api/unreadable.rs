//! Rows that can't be read, because they were damaged, or written by a newer program: nobody sees more for that, and
//! nothing is written over them.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::ids;
use crate::both;
use crate::support::{Person, TestServer, run_sql};

/// The status alone: elsewhere no test is content with a failure of the server.
async fn status(person: &Person, method: Method, path: &str) -> StatusCode {
    person.request(method, path).send().await.expect("an answer").status()
}

both!(
    async fn a_policy_that_cannot_be_read_shows_nothing(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let (channel, other) = (ann.channel("General").await, ann.channel("Open").await);
        let path = format!("/channels/{channel}");
        ann.patch(&path, json!({ "policy": { "history": "since_join" } })).await.expect(200);
        let early = ann.say(&channel, "n1", "early secret").await;
        bob.join(&channel).await;
        bob.join(&other).await;
        ann.say(&other, "n1", "no secret").await;
        let damage =
            format!("UPDATE channels SET policy = '{{\"history\":\"newer\"}}' WHERE id = '{channel}'");
        run_sql(&server.database_url(), damage).await;
        let message = format!("{path}/messages/{}", early["id"].as_str().expect("an id"));
        let thread = format!("{path}/threads/{}", early["id"].as_str().expect("an id"));
        for hidden in
            [format!("{path}/messages"), message, thread, format!("{path}/log"), format!("{path}/pins")]
        {
            assert_eq!(
                status(&bob, Method::GET, &hidden).await,
                StatusCode::INTERNAL_SERVER_ERROR,
                "{hidden}"
            );
        }
        // Where it is one of many channels, the others are there all the same.
        let begun = bob.get("/sync").await.expect(200)["channels"].clone();
        let last = |id: &str| {
            let shown = begun.as_array().expect("channels").iter().find(|shown| shown["id"] == id);
            shown.expect("the channel")["last_message"]["text"].clone()
        };
        assert_eq!((last(&channel), last(&other)), (Value::Null, json!("no secret")));
        let found = bob.get("/search?q=secret").await.expect(200);
        assert_eq!(found["results"].as_array().expect("results").len(), 1, "{found}");
    }
);

both!(
    async fn what_cannot_be_read_is_not_written_over(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        let said = ann.say_some(&channel, 2).await;
        let pin = |n: usize| format!("{path}/pins/{}", said[n]);
        ann.put(&pin(0), Value::Null).await.expect(204);
        let sql = async |sql: &str| run_sql(&server.database_url(), sql.to_owned()).await;
        sql("UPDATE channels SET pins = pins || 'x'").await;
        for (method, path) in [(Method::PUT, pin(1)), (Method::DELETE, pin(0))] {
            assert_eq!(status(&ann, method, &path).await, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        }
        ann.delete(&format!("{path}/messages/{}", said[1])).await.expect(204);
        sql("UPDATE channels SET pins = substr(pins, 1, length(pins) - 1)").await;
        let kept = ann.get(&format!("{path}/pins")).await.expect(200);
        assert_eq!(ids(&kept["messages"]), [said[0].clone()]);
        assert_eq!(ann.get(&path).await.expect(200)["pins"], json!([said[0]]));
    }
);
