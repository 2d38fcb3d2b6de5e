//! Signatures that do not verify where the log's root does, for a log commits to headers alone (AUTH-7).

use federation_tests::{Guest, Hosted, Peer, Person, Reply, World, eventually};

use serde_json::{Value, json};

use super::others::join as bring;
use super::restored::{Note, back_up, restore};

/// Two servers with somebody in a channel of a peer, and both up to date.
async fn shared() -> (World, Peer) {
    let (world, mut peers) = World::among(2, &["evil.test"]).await;
    (world, peers.remove(0))
}

async fn welcome<'a>(world: &World, evil: &'a Peer) -> (Hosted<'a>, Person, Person) {
    let (bob, carol) = (world.servers[0].person("bob").await, world.servers[1].person("carol").await);
    let hosted = Hosted::found(evil);
    hosted.welcome(&world.servers[0], &bob).await;
    let from = hosted.size();
    hosted.welcome(&world.servers[1], &carol).await;
    hosted.deliver(&world.servers[0], from).await;
    (hosted, bob, carol)
}

/// The batch with a signature of the host's over something else where it holds the entry.
fn spoilt(batch: &Value, evil: &Peer, at: usize) -> Value {
    let mut batch = batch.clone();
    batch["entries"][at]["signature"] = json!(evil.key.sign(b"something else"));
    batch
}

/// The host gives one server another signature than the rest: the entry counts there all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_counts_by_the_signature_that_others_have() {
    let (world, evil) = shared().await;
    let (hosted, bob, carol) = welcome(&world, &evil).await;
    let (to, other) = (&world.servers[0], &world.servers[1]);
    let from = hosted.size();
    for said in ["before", "the one", "after"] {
        hosted.say(said);
    }
    hosted.deliver(other, from).await;
    let answer = hosted.push(to, spoilt(&hosted.batch(from), &evil, 1)).await.expect(200);
    assert_eq!((&answer["void"], &answer["size"]), (&json!([]), &json!(hosted.size())));
    for person in [&bob, &carol] {
        assert_eq!(person.texts(hosted.channel.as_str()).await, ["before", "the one", "after"]);
    }
    assert!(to.has_alarm("other_signature") && !to.has_alarm("void_entry"), "{:?}", to.alarms());
    // What is kept is the signature that holds.
    let (sound, said) = to.run(&["verify"]);
    assert!(sound, "{said}");
}

/// What somebody here sent, and the host gives back with another signature, needs no other server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_from_here_counts_by_its_own_signature() {
    let (world, mut peers) = World::among(1, &["evil.test"]).await;
    let (evil, to) = (peers.remove(0), &world.servers[0]);
    let (hosted, bob) = (Hosted::found(&evil), to.person("bob").await);
    hosted.welcome(to, &bob).await;
    let (from, channel) = (hosted.size(), hosted.channel.to_string());
    let body = json!({ "nonce": "w", "text": "from here" });
    bob.post(&format!("/channels/{channel}/messages"), body).await.expect(201);
    eventually("the event", async || (hosted.size() > from).then_some(())).await;
    let answer = hosted.push(to, spoilt(&hosted.batch(from), &evil, 0)).await.expect(200);
    assert_eq!(answer["void"], json!([]));
    assert_eq!(bob.texts(&channel).await, ["from here"]);
    assert!(to.has_alarm("other_signature"), "{:?}", to.alarms());
}

/// What verifies nowhere has no effect anywhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_verifies_nowhere_has_no_effect() {
    let (world, evil) = shared().await;
    let (hosted, bob, carol) = welcome(&world, &evil).await;
    let from = hosted.size();
    let void = hosted.say("void").seq;
    hosted.say("after");
    let batch = spoilt(&hosted.batch(from), &evil, 0);
    for to in &world.servers {
        let answer = hosted.push(to, batch.clone()).await.expect(200);
        assert_eq!(answer["void"], json!([void]));
        assert!(to.has_alarm("void_entry") && !to.has_alarm("other_signature"), "{:?}", to.alarms());
    }
    for person in [&bob, &carol] {
        assert_eq!(person.texts(hosted.channel.as_str()).await, ["after"]);
    }
}

/// A member's server that is asked for what the host does not give answers with another signature, under the host's head:
/// nobody is voided by its word alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_alone_voids_nothing() {
    let (world, peers) = World::among(1, &["good.test", "evil.test"]).await;
    let (good, evil, to) = (&peers[0], &peers[1], &world.servers[0]);
    let (hosted, bob) = (Hosted::found(good), to.person("bob").await);
    hosted.welcome(to, &bob).await;
    bring(&hosted, evil);
    hosted.deliver(to, 0).await;
    let from = hosted.size();
    hosted.say("one");
    let (mut range, newer) = (spoilt(&hosted.batch(from), good, 0), hosted.signed_head(from + 1));
    hosted.say("two");
    evil.script(move |heard| match () {
        () if heard.is("POST", "/heads") => Some(Reply::Json(200, json!({ "heads": [newer] }).to_string())),
        () if heard.is("GET", "/entries") => Some(Reply::Json(200, range.take().to_string())),
        () => None,
    });
    // What comes too early makes it ask.
    hosted.push(to, hosted.batch(from + 1)).await.expect(200);
    eventually("the host is asked for its copy", async || (good.count("GET", "/entries") > 0).then_some(()))
        .await;
    hosted.deliver(to, from).await;
    assert_eq!(bob.texts(hosted.channel.as_str()).await, ["one", "two"]);
    assert!(!to.has_alarm("void_entry"), "{:?}", to.alarms());
}

/// What the peer was sent of a channel, in order, and the newest head.
fn sent_to(peer: &Peer) -> (Vec<Value>, Value) {
    let (mut entries, mut head) = (Vec::new(), Value::Null);
    for batch in peer.heard().iter().filter(|heard| heard.is("POST", "/entries")).map(|heard| heard.json()) {
        for entry in batch["entries"].as_array().expect("entries") {
            if entry["entry"]["seq"] == json!(entries.len()) {
                entries.push(entry.clone());
            }
        }
        head = batch["head"].clone();
    }
    (entries, head)
}

/// A host that was put back takes what it has lost from a member's server: not with another signature than it let in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_voids_nothing_in_what_its_host_has_lost() {
    let (mut world, peers) = World::among(1, &["evil.test"]).await;
    let evil = &peers[0];
    let mut ann = world.servers[0].person("ann").await;
    let channel = ann.channel("general").await;
    evil.script(|heard| {
        let size = heard.json()["head"]["head"]["size"].clone();
        let answer = json!({ "size": size, "root": "A".repeat(43), "void": [] });
        heard.is("POST", "/entries").then(|| Reply::Json(200, answer.to_string()))
    });
    Guest::of(evil, "mallory", &channel, &ann).await.join(&world.servers[0]).await.expect(200);
    let backup = back_up(&mut world, 0);
    ann = ann.at(&world.servers[0].base);
    ann.say(&channel, "n1", "lost").await;
    let (entries, head) = eventually("the entry at the member", async || {
        let (entries, head) = sent_to(evil);
        (head["head"]["size"] == json!(entries.len()) && json!(entries).to_string().contains("lost"))
            .then_some((entries, head))
    })
    .await;
    let (mut spoils, wrong) = (true, json!(evil.key.sign(b"something else")));
    evil.script(move |heard| {
        if heard.is("POST", "/heads") {
            return Some(Reply::Json(200, json!({ "heads": [head] }).to_string()));
        }
        if !heard.is("GET", "/entries") {
            return None;
        }
        let from = heard.target.split("from=").nth(1).and_then(|rest| rest.split('&').next());
        let from: usize = from.and_then(|from| from.parse().ok()).expect("a number");
        let mut range = json!({ "entries": entries[from..], "head": head });
        if std::mem::replace(&mut spoils, false) {
            let last = entries.len() - 1 - from;
            range["entries"][last]["signature"] = wrong.clone();
        }
        Some(Reply::Json(200, range.to_string()))
    });
    restore(&mut world, 0, &backup, Note::Kept);
    let ann = ann.at(&world.servers[0].base);
    ann.hears(&channel, "lost").await;
    let (sound, said) = world.servers[0].run(&["verify"]);
    assert!(sound && said.contains(" 0 void"), "{said}");
    assert!(evil.count("GET", "/entries") > 1, "the first answer was taken");
}
