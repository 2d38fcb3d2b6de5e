//! Which servers a channel is for, who is let in, and how people see that a server is away.

use federation_tests::server::free_port;
use federation_tests::{Guest, Peer, Person, Reply, Server, World, eventually};
use loggia::storage::{channels, peers};
use serde_json::{Value, json};

async fn channel(person: &Person, channel: &str) -> Value {
    person.get(&format!("/channels/{channel}")).await.expect(200)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_excluded_server_gets_nothing_more() {
    let world = World::of(3).await;
    let (ann, bob, cem) = (
        world.servers[0].person("ann").await,
        world.servers[1].person("bob").await,
        world.servers[2].person("cem").await,
    );
    let id = ann.channel("general").await;
    bob.join("#general:a.test").await;
    cem.join("#general:a.test").await;
    ann.say(&id, "n1", "for all").await;
    bob.hears(&id, "for all").await;
    let patch = json!({ "servers": { "deny": ["b.test"] } });
    cem.patch(&format!("/channels/{id}"), patch.clone()).await.problem(403, "not_authorised");
    ann.patch(&format!("/channels/{id}"), patch).await.expect(200);
    ann.say(&id, "n2", "for some").await;
    cem.hears(&id, "for some").await;
    // The last that it hears is that it is excluded.
    let refused = eventually("the exclusion", async || {
        let body = json!({ "nonce": "n3", "text": "am I heard?" });
        let answer = bob.post(&format!("/channels/{id}/messages"), body).await;
        (answer.status == 403).then_some(answer)
    });
    refused.await.problem(403, "server_blocked");
    assert_eq!(bob.texts(&id).await, ["for all"]);
    let sync = eventually("no copy for b.test", async || {
        let sync = channel(&ann, &id).await["sync"].clone();
        (sync["servers"] == json!([{ "server": "c.test", "behind": 0 }])).then_some(sync)
    });
    assert_eq!(sync.await["state"], "live");
    ann.patch(&format!("/channels/{id}"), json!({ "servers": {} })).await.expect(200);
    bob.hears(&id, "for some").await;
    let pattern = json!({ "servers": { "deny": ["not a server"] } });
    ann.patch(&format!("/channels/{id}"), pattern).await.problem(400, "bad_json");
    ann.patch(&format!("/channels/{id}"), json!({ "servers": { "deny": ["a.test"] } }))
        .await
        .problem(403, "policy");
}

/// What a server gets that asks for a message of a channel and all that is beside it: (what was asked for, status).
async fn asked(peer: &Peer, of: &Server, channel: &str, message: &str) -> Vec<(String, u16)> {
    let below = |path: &str| format!("/channels/{channel}/{path}");
    let mut statuses = Vec::new();
    let body = format!("events/{message}/body");
    for path in ["entries?from=0", &body, "proof?seq=0", "snapshot"] {
        statuses.push((path.to_owned(), peer.ask(of, "GET", &below(path), None).await.status));
    }
    let signals = json!({ "signals": [{ "type": "typing", "user": format!("@mallory:{}", peer.name) }] });
    let heard = peer.ask(of, "POST", &below("signals"), Some(signals)).await;
    statuses.push(("signals".to_owned(), heard.status));
    let claims = json!({ "heads": [{ "channel": channel, "size": 1, "root": "A".repeat(43) }] });
    let heads = peer.ask(of, "POST", "/heads", Some(claims)).await.expect(200);
    let status = if heads["heads"] == json!([]) { 403 } else { 200 };
    statuses.push(("heads".to_owned(), status));
    statuses
}

/// Whatever a server asks for of a channel that excludes it, at the host or at a copy, it is told nothing; when it is let in
/// again, it gets everything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_excluded_server_is_answered_nothing() {
    let (world, peers) = World::among(2, &["evil.test"]).await;
    let evil = &peers[0];
    evil.script(|heard| heard.is("POST", "/entries").then(|| Reply::problem(503, "busy")));
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let id = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let guest = Guest::of(evil, "mallory", &id, &ann).await;
    guest.join(&world.servers[0]).await.expect(200);
    let said = ann.say(&id, "n1", "for all").await;
    let message = said["id"].as_str().expect("an id");
    bob.hears(&id, "for all").await;
    let profiles = [(0, format!("/users/{}/profile", ann.id)), (1, format!("/users/{}/profile", bob.id))];
    let answers = async |are_given: bool| {
        for (server, path) in &profiles {
            let to = &world.servers[*server];
            let mut statuses = asked(evil, to, &id, message).await;
            let profile = evil.ask(to, "GET", path, None).await.status;
            statuses.push((path.clone(), if profile == 404 { 403 } else { profile }));
            for (what, status) in statuses {
                let is_as_it_should_be = if are_given { status < 300 } else { status == 403 };
                assert!(is_as_it_should_be, "{}: {what}: {status}", to.name);
            }
        }
    };
    answers(true).await;
    let list = async |servers: Value, nonce: &str, said: &str| {
        ann.patch(&format!("/channels/{id}"), json!({ "servers": servers })).await.expect(200);
        ann.say(&id, nonce, said).await;
        bob.hears(&id, said).await;
    };
    list(json!({ "deny": ["evil.test"] }), "n2", "for some").await;
    answers(false).await;
    list(json!({}), "n3", "for all again").await;
    answers(true).await;
}

/// Another role of somebody there lets no excluded server in, and that its last person is removed gives it nothing of what
/// came since.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_excluded_server_stays_where_it_was_excluded() {
    let (world, peers) = World::among(1, &["evil.test"]).await;
    let (evil, to) = (&peers[0], &world.servers[0]);
    evil.script(|heard| heard.is("POST", "/entries").then(|| Reply::problem(503, "busy")));
    let ann = to.person("ann").await;
    let id = ann.channel("general").await;
    let guest = Guest::of(evil, "mallory", &id, &ann).await;
    guest.join(to).await.expect(200);
    let until = || {
        let id = id.clone();
        to.read(move |conn| {
            let num = channels::num_of(conn, &id)?.expect("a channel");
            let replicas = peers::replicas_of(conn, num)?;
            Ok(replicas.into_iter().find(|replica| replica.server == "evil.test").map(|row| row.until))
        })
    };
    assert_eq!(until(), Some(None));
    let path = format!("/channels/{id}");
    ann.patch(&path, json!({ "servers": { "deny": ["evil.test"] } })).await.expect(200);
    let (size, _) = ann.head(&id).await.expect("a head");
    assert_eq!(until(), Some(Some(size)));
    ann.say(&id, "n1", "for some").await;
    let member = format!("{path}/members/{}", guest.user);
    ann.put(&member, json!({ "role": "guest" })).await.expect(200);
    assert_eq!(until(), Some(Some(size)), "another role");
    ann.patch(&path, json!({ "servers": { "deny": ["evil.test", "other.test"] } })).await.expect(200);
    assert_eq!(until(), Some(Some(size)), "another list");
    ann.put(&member, json!({ "membership": "left" })).await.expect(200);
    assert_eq!(until(), Some(Some(size)), "removed");
    ann.patch(&path, json!({ "servers": {} })).await.expect(200);
    assert_eq!(until(), Some(Some(size)), "nobody of it is there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_see_that_their_host_is_away() {
    let mut world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let id = ann.channel("general").await;
    bob.join("#general:a.test").await;
    assert_eq!(channel(&bob, &id).await["sync"]["state"], "live");
    world.kill(0);
    let body = json!({ "nonce": "n1", "text": "are you there?" });
    let sent = bob.post(&format!("/channels/{id}/messages"), body).await;
    assert_eq!((sent.status, &sent.body["status"], &sent.body["seq"]), (201, &json!("pending"), &json!(-1)));
    assert_eq!(channel(&bob, &id).await["sync"]["state"], "waiting");
    world.start(0);
    let ann = ann.at(&world.servers[0].base);
    let heard = ann.hears(&id, "are you there?").await;
    assert_eq!(heard["id"], sent.body["id"]);
    eventually("the host is back", async || {
        (channel(&bob, &id).await["sync"]["state"] == "live").then_some(())
    })
    .await;
    eventually("everything is delivered", async || {
        let sync = channel(&ann, &id).await["sync"].clone();
        (sync["servers"] == json!([{ "server": "b.test", "behind": 0 }])).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_knocks_and_is_let_in() {
    let world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let id = ann.channel("club").await;
    ann.patch(&format!("/channels/{id}"), json!({ "policy": { "join": "knock" } })).await.expect(200);
    bob.post(&format!("/channels/{id}/knock"), Value::Null).await.problem(404, "channel_not_found");
    bob.post("/joins", json!({ "alias": "#club:a.test" })).await.problem(403, "policy");
    bob.post(&format!("/channels/{id}/knock"), Value::Null).await.expect(204);
    let path = format!("/channels/{id}/members/{}", bob.id);
    eventually("the knock", async || {
        let members = ann.get(&format!("/channels/{id}/members?membership=knocking")).await.expect(200);
        (members["members"][0]["user"]["id"] == bob.id.as_str()).then_some(())
    })
    .await;
    ann.put(&path, json!({ "membership": "invited" })).await.expect(200);
    eventually("the invitation", async || {
        let mine = bob.get("/channels").await.expect(200);
        let found = mine["channels"]
            .as_array()
            .expect("channels")
            .iter()
            .find(|one| one["id"] == id.as_str())
            .cloned();
        found.filter(|one| one["membership"] == "invited")
    })
    .await;
    let joined = bob.post(&format!("/channels/{id}/join"), Value::Null).await.expect(200);
    assert_eq!(joined["membership"], "joined");
    bob.say(&id, "n1", "thank you").await;
    ann.hears(&id, "thank you").await;
}

/// What the operator of one's own server blocks is refused at once and waits for nothing; those over there are told that the
/// operator does that, and not the channel.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_operator_blocks_is_refused_at_once() {
    let mut world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let (theirs, ours) = (ann.channel("general").await, bob.channel("ours").await);
    ann.channel("other").await;
    bob.join("#general:a.test").await;
    ann.join("#ours:b.test").await;
    let said = bob.say(&theirs, "n1", "hello").await["id"].as_str().expect("an id").to_owned();
    world.kill(1);
    world.servers[1].settings.insert("LOGGIA_FEDERATION__DENY".to_owned(), "a.test".to_owned());
    world.start(1);
    let bob = bob.at(&world.servers[1].base);
    let path = format!("/channels/{theirs}");
    let message = format!("{path}/messages/{said}");
    let text = json!({ "nonce": "n2", "text": "am I heard?" });
    bob.post(&format!("{path}/messages"), text.clone()).await.problem(403, "peer_blocked");
    bob.patch(&message, json!({ "text": "changed" })).await.problem(403, "peer_blocked");
    bob.put(&format!("{message}/reactions/%F0%9F%91%8D"), Value::Null).await.problem(403, "peer_blocked");
    bob.post("/joins", json!({ "alias": "#other:a.test" })).await.problem(403, "peer_blocked");
    assert_eq!(bob.get(&format!("{path}/pending")).await.expect(200)["pending"], json!([]));
    let refused = ann.post(&format!("/channels/{ours}/messages"), text).await.problem(403, "server_blocked");
    let detail = refused["detail"].as_str().expect("text");
    assert!(detail.contains("The operator of this server blocks yours."), "{detail}");
    // One can leave all the same.
    assert!(bob.post(&format!("{path}/leave"), Value::Null).await.status < 300);
}

/// Who is talked to again is asked at once what was missed, and does not leave alone what was refused until a moment ago.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_admitted_again_is_caught_up_with_at_once() {
    let mut world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let dir = tempfile::tempdir().expect("a directory");
    let (file, figures) = (dir.path().join("loggia.toml"), free_port());
    let deny = |whom: &str| {
        let text = format!("[federation]\ndeny = [{whom}]\n[metrics]\nlisten = \"127.0.0.1:{figures}\"\n");
        std::fs::write(&file, text).expect("a file");
    };
    deny("");
    world.kill(1);
    let path = file.to_string_lossy().into_owned();
    world.servers[1].settings.insert("LOGGIA_CONFIG".to_owned(), path);
    world.start(1);
    let bob = bob.at(&world.servers[1].base);
    // What it compares at its start is over.
    ann.say(&channel, "n0", "good morning").await;
    bob.hears(&channel, "good morning").await;
    deny("\"a.test\"");
    world.servers[1].hang_up();
    let one = format!("/channels/{channel}");
    eventually("it is denied", async || {
        (bob.get(&one).await.expect(200)["sync"]["state"] == "waiting").then_some(())
    })
    .await;
    ann.say(&channel, "n1", "did you hear?").await;
    let refused = "loggia_http_requests_total{interface=\"federation\",status=\"403\"}";
    eventually("the host is refused", async || {
        let told =
            reqwest::get(format!("http://127.0.0.1:{figures}/metrics")).await.ok()?.text().await.ok()?;
        told.contains(refused).then_some(())
    })
    .await;
    let (_, listed) = world.servers[1].run(&["peers", "list"]);
    assert!(listed.contains("a.test serial 1 DENIED"), "{listed}");
    bob.post("/dms", json!({ "users": [ann.id] })).await.problem(403, "peer_blocked");
    deny("");
    world.servers[1].hang_up();
    bob.hears(&channel, "did you hear?").await;
    eventually("all is well", async || {
        (bob.get(&one).await.expect(200)["sync"]["state"] == "live").then_some(())
    })
    .await;
    let (_, listed) = world.servers[1].run(&["peers", "list"]);
    assert!(listed.contains("a.test serial 1 ok"), "{listed}");
}
