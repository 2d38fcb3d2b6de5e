//! What is reported of a channel that is hosted elsewhere, or of somebody who is of another server, is told there.

use federation_tests::{Guest, Person, Reply, World, eventually};
use serde_json::{Value, json};

/// How many from one server can be open.
const OPEN_MAX: usize = 200;

async fn listed(person: &Person, about: &str) -> Value {
    eventually(about, async || {
        let page = person.get("/reports").await.expect(200);
        page["reports"].get(0).filter(|report| report["message"]["text"] == about).cloned()
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_host_and_the_authors_server_are_told_and_not_by_whom() {
    let world = World::of(3).await;
    let ann = world.servers[0].person("ann").await;
    let bob = world.servers[1].person("bob").await;
    let boss = world.servers[1].person("boss").await;
    let cem = world.servers[2].person("cem").await;
    let eve = world.servers[2].person("eve").await;
    world.servers[1].make_administrator("bob");
    world.servers[1].make_administrator("boss");
    world.servers[2].make_administrator("eve");
    let channel = ann.channel("open").await;
    for person in [&bob, &cem] {
        person.join("#open:a.test").await;
    }
    let sent = bob.say(&channel, "n", "rude words").await;
    cem.hears(&channel, "rude words").await;
    let path = format!("/channels/{channel}/messages/{}/reports", sent["id"].as_str().expect("an id"));
    cem.post(&path, json!({ "reason": "rude" })).await.expect(204);
    // At home by whom; at the host's moderators and the author's administrators, of which server.
    let home = listed(&eve, "rude words").await;
    assert_eq!((&home["reporter"]["id"], &home["server"]), (&json!(cem.id), &json!("c.test")));
    for (person, server) in [(&ann, Value::Null), (&boss, json!("c.test"))] {
        let told = listed(person, "rude words").await;
        assert_eq!((&told["reporter"], &told["server"]), (&Value::Null, &server));
        assert_eq!((&told["reason"], &told["author"]["id"]), (&json!("rude"), &json!(bob.id)));
        assert!(!told.to_string().contains(&cem.id));
    }
    assert_eq!(bob.get("/reports").await.expect(200)["open"], json!(0), "whom it is about");
}

/// Those of a server that is in the channel, so many and no more; what is not known here, and what nobody said, is nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_server_reports_so_much_and_no_more() {
    let (world, peers) = World::among(1, &["evil.test"]).await;
    let to = &world.servers[0];
    peers[0].script(|heard| heard.is("POST", "/entries").then(|| Reply::problem(503, "busy")));
    let (ann, root) = (to.person("ann").await, to.person("root").await);
    to.make_administrator("root");
    let channel = ann.channel("open").await;
    let sent = ann.say(&channel, "n", "harmless").await;
    let path = format!("/channels/{channel}/reports");
    let ask = async |body: Value| peers[0].ask(to, "POST", &path, Some(body)).await;
    let about = |message: &Value| json!({ "message": message, "reason": "so they say" });
    let refused = ask(about(&sent["id"])).await;
    assert_eq!((refused.status, refused.body["code"].as_str().unwrap_or_default()), (403, "not_member"));
    let elsewhere = format!("/channels/!{}/reports", "A".repeat(43));
    let refused = peers[0].ask(to, "POST", &elsewhere, Some(about(&sent["id"]))).await;
    assert_eq!(
        (refused.status, refused.body["code"].as_str().unwrap_or_default()),
        (404, "channel_not_found")
    );

    let guest = Guest::of(&peers[0], "mallory", &channel, &ann).await;
    guest.join(to).await.expect(200);
    ask(about(&sent["id"])).await.expect(202);
    ask(about(&sent["id"])).await.expect(202);
    ask(about(&json!(format!("${}", "A".repeat(43))))).await.expect(202);
    let refused = ask(json!({ "message": sent["id"], "reason": "x".repeat(501) })).await;
    assert_eq!((refused.status, refused.body["code"].as_str().unwrap_or_default()), (400, "bad_json"));
    let refused = ask(json!({ "message": sent["id"], "reporter": ann.id })).await;
    assert_eq!((refused.status, refused.body["code"].as_str().unwrap_or_default()), (400, "bad_json"));
    let open = async || root.get("/reports?limit=1").await.expect(200)["open"].clone();
    assert_eq!(open().await, json!(1));
    for index in 1..=OPEN_MAX {
        let sent = ann.say(&channel, &format!("n{index}"), "harmless").await;
        ask(about(&sent["id"])).await.expect(202);
    }
    assert_eq!(open().await, json!(OPEN_MAX));
}
