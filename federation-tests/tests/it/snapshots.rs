//! Joining a long channel elsewhere: its end is shown at once, proven by the host's snapshot, and the rest comes by itself.

use federation_tests::peer::key;
use federation_tests::{Fault, Guest, Hosted, Peer, Person, World, eventually, on_both_databases};
use futures_util::future::join_all;
use loggia::protocol::event::{Event, EventType, Rel, Relates, SignedEvent};
use loggia::protocol::head::{Head, SignedHead};
use loggia::protocol::log::{Entry, Frontier};
use serde_json::{Value, json};

/// Entries from which on nobody waits for the whole log.
const LONG: usize = 2_100;

/// A long channel of the first server, its owner, and somebody of the second, which the first knows, and does not reach.
async fn apart(world: &World) -> (Person, Person, String) {
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    let lobby = ann.channel("lobby").await;
    bob.join("#lobby:a.test").await;
    bob.post(&format!("/channels/{lobby}/leave"), Value::Null).await.expect(204);
    for some in (0..LONG).collect::<Vec<_>>().chunks(100) {
        let nonces: Vec<String> = some.iter().map(|n| format!("n{n}")).collect();
        join_all(nonces.iter().map(|nonce| ann.say(&channel, nonce, "old"))).await;
    }
    world.fault(0, 1, Fault::Cut);
    (ann, bob, channel)
}

async fn end_of(person: &Person, channel: &str) -> Vec<Value> {
    let page = person.get(&format!("/channels/{channel}/messages?limit=3")).await.expect(200);
    page["messages"].as_array().expect("messages").clone()
}

/// Everything is there exactly once, and nothing is on its way any more.
async fn settled(ann: &Person, bob: &Person, channel: &str) {
    eventually("equal heads", async || {
        let (there, here) = (ann.head(channel).await?, bob.head(channel).await?);
        (there == here).then_some(())
    })
    .await;
    let shown = bob.get(&format!("/channels/{channel}")).await.expect(200);
    assert_eq!(shown["sync"]["state"], "live", "{shown}");
    let path = format!("/channels/{channel}/messages?limit=100");
    let pages = join_all([ann, bob].map(|person| person.get(&path))).await;
    let pages: Vec<Value> = pages.into_iter().map(|page| page.expect(200)["messages"].take()).collect();
    let plain = |page: &Value| -> Vec<(Value, Value)> {
        let messages = page.as_array().expect("messages").iter();
        messages.map(|message| (message["id"].clone(), message["text"].clone())).collect()
    };
    assert_eq!(plain(&pages[0]), plain(&pages[1]));
}

/// REPL-34: nothing of the log comes, and yet the channel is there, with what was said last as it stands now; what is
/// said meanwhile waits, and when the log has come all is as if it had always been here.
async fn a_long_channel_is_shown_before_it_is_here(world: World) {
    let (ann, bob, channel) = apart(&world).await;
    let at = |id: &Value| format!("/channels/{channel}/messages/{}", id.as_str().expect("an id"));
    ann.say(&channel, "x1", "first").await;
    let edited = ann.say(&channel, "x2", "secnd").await;
    ann.patch(&at(&edited["id"]), json!({ "text": "second" })).await.expect(200);
    let gone = ann.say(&channel, "x3", "to be deleted").await;
    ann.delete(&at(&gone["id"])).await.expect(204);
    let liked = ann.put(&format!("{}/reactions/%F0%9F%91%8D", at(&edited["id"])), Value::Null).await;
    assert_eq!(liked.status / 100, 2, "{liked:?}");
    let joined = bob.join("#general:a.test").await;
    assert_eq!((&joined["membership"], &joined["name"]), (&json!("joined"), &json!("general")));
    assert!(joined["sync"]["behind"].as_i64().is_some_and(|behind| behind > LONG as i64), "{joined}");
    assert_eq!(joined["head"], -1);
    let shown = end_of(&bob, &channel).await;
    let texts: Vec<_> = shown.iter().map(|message| message["text"].as_str().expect("a text")).collect();
    assert_eq!(texts, ["first", "second", ""]);
    assert!(shown[1]["edited_ts"].is_i64() && shown[2]["deleted"] == true, "{shown:?}");
    assert_eq!(shown[1]["reactions"][0]["users"], json!([ann.id]), "{shown:?}");
    let there = end_of(&ann, &channel).await;
    for (here, there) in shown.iter().zip(&there) {
        for field in ["id", "seq", "ts", "sender", "edited_ts", "nonce"] {
            assert_eq!(here[field], there[field], "{field}");
        }
    }
    // Further back there is nothing yet; that is said, not hidden.
    bob.get(&format!("/channels/{channel}/messages?before=100")).await.problem(503, "replaying");
    let mine = bob.get("/channels").await.expect(200);
    assert_eq!(mine["channels"][0]["id"], channel.as_str(), "{mine}");
    // Whoever joins again is told the same.
    assert_eq!(bob.join("#general:a.test").await["membership"], "joined");
    let body = json!({ "nonce": "early", "text": "said early" });
    let said = bob.post(&format!("/channels/{channel}/messages"), body).await;
    assert!(said.status == 201 && said.body["status"] == "pending", "{said:?}");
    ann.hears(&channel, "said early").await;
    world.fault(0, 1, Fault::None);
    bob.hears(&channel, "said early").await;
    settled(&ann, &bob, &channel).await;
    bob.say(&channel, "later", "said later").await;
    ann.hears(&channel, "said later").await;
    for server in &world.servers {
        let (sound, said) = server.run(&["verify"]);
        assert!(sound && said.contains("0 void"), "{said}");
        assert_eq!(server.alarms(), []);
    }
}
on_both_databases!(a_long_channel_is_shown_before_it_is_here, 2);

/// The joiner's server dies while the log comes, twice: the person is in all the same, and has all of it in the end.
async fn a_replay_that_is_killed_goes_on(mut world: World) {
    let (ann, mut bob, channel) = apart(&world).await;
    bob.join("#general:a.test").await;
    for round in 0..2 {
        world.kill(1);
        world.start(1);
        bob = bob.at(&world.servers[1].base);
        let mine = bob.get("/channels").await.expect(200);
        assert_eq!(mine["channels"][0]["membership"], "joined", "{mine}");
        let shown = bob.get(&format!("/channels/{channel}")).await.expect(200);
        assert!(shown["sync"]["behind"].as_i64().is_some_and(|behind| behind > 0), "{shown}");
        assert_eq!(end_of(&bob, &channel).await.len(), 3);
        if round == 0 {
            // It dies again in the midst of it.
            world.fault(0, 1, Fault::None);
            eventually("some of the log", async || {
                let (size, _) = bob.head(&channel).await?;
                (size > 0).then_some(())
            })
            .await;
            if bob.head(&channel).await.is_some_and(|(size, _)| size > LONG as i64) {
                break;
            }
            world.fault(0, 1, Fault::Cut);
        }
    }
    world.fault(0, 1, Fault::None);
    settled(&ann, &bob, &channel).await;
    let (sound, said) = world.servers[1].run(&["verify"]);
    assert!(sound && said.contains("0 void"), "{said}");
}
on_both_databases!(a_replay_that_is_killed_goes_on, 2);

/// Who leaves before the log is here has left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_does_not_wait_for_the_log() {
    let world = World::of(2).await;
    let (ann, bob, channel) = apart(&world).await;
    bob.join("#general:a.test").await;
    bob.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
    assert_eq!(bob.get("/channels").await.expect(200)["channels"], json!([]));
    bob.get(&format!("/channels/{channel}/messages")).await.problem(403, "not_member");
    world.fault(0, 1, Fault::None);
    eventually("that he left", async || {
        let members = ann.get(&format!("/channels/{channel}/members?membership=joined")).await.expect(200);
        (members["members"].as_array()?.len() == 1).then_some(())
    })
    .await;
    assert_eq!(bob.get("/channels").await.expect(200)["channels"], json!([]));
}

/// A server, a peer that hosts a long channel, and somebody who joins it by what the peer says.
async fn trap() -> (World, Peer) {
    let (world, mut peers) = World::among(1, &["evil.test"]).await;
    (world, peers.remove(0))
}

/// A long log without much in it: bytes that are no events have their places, too.
fn fill(hosted: &Hosted<'_>) {
    let mut log = hosted.log.lock().expect("a log");
    let signature = log.placed[0].signature;
    for n in 0..LONG {
        log.push(format!("{{\"n\":{n}}}"), signature, None);
    }
}

/// How a snapshot is forged, given what the host says of another channel.
type Forge = fn(&mut Value, &Value);

const FORGED: [(&str, Forge); 14] = [
    ("bad_json", |it, _| it["extra"] = json!(1)),
    ("bad_json", |it, _| it["frontier"] = json!("none")),
    ("too_large", |it, _| it["entries"] = json!([])),
    ("too_large", |it, _| {
        let first = it["entries"][0].clone();
        it["entries"].as_array_mut().expect("entries").insert(0, first);
    }),
    ("bad_entry", |it, other| it["genesis"] = other["genesis"].clone()),
    ("bad_head", |it, other| it["head"] = other["head"].clone()),
    ("bad_head", |it, _| drop(it["frontier"].as_array_mut().expect("a tree").pop())),
    ("bad_head", |it, _| it["frontier"].as_array_mut().expect("a tree").swap(0, 1)),
    ("bad_head", |it, _| {
        let time = it["entries"][255]["entry"]["host_ts"].as_i64().expect("a time");
        it["entries"][255]["entry"]["host_ts"] = json!(time + 1);
    }),
    ("bad_entry", |it, _| it["entries"][3]["entry"]["seq"] = json!(7)),
    ("bad_entry", |it, _| it["entries"][3]["entry"]["term"] = json!(2)),
    ("bad_entry", |it, _| it["entries"][3]["event"] = json!({ "n": "another" })),
    ("bad_signature", |it, _| it["head"]["signature"] = it["genesis"]["signature"].clone()),
    ("key_unknown", |it, _| {
        let head: SignedHead = serde_json::from_value(it["head"].take()).expect("a head");
        let head = Head { kid: "k9".parse().expect("an id"), ..head.head };
        it["head"] = json!(SignedHead::sign(head, &key("evil.test/k9")));
    }),
];

/// Each part of a snapshot that is another than it should be: nothing is shown, and the operator is told why.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_that_does_not_hold_is_refused() {
    let (world, evil) = trap().await;
    let to = &world.servers[0];
    let other = Hosted::with_nonce(&evil, "other").card();
    for (n, (code, forge)) in FORGED.into_iter().enumerate() {
        let hosted = Hosted::with_nonce(&evil, &format!("lie{n}"));
        fill(&hosted);
        let other = other.clone();
        hosted.show(move |shown| forge(shown, &other));
        let bob = to.person(&format!("bob{n}")).await;
        assert_eq!(bob.join("#trap:evil.test").await["membership"], "joined", "{n}");
        let path = format!("/channels/{}/messages", hosted.channel);
        bob.get(&path).await.problem(503, "replaying");
        let found = to.alarms_in(hosted.channel.as_str());
        let is_it = |(kind, detail): &(String, String)| kind == "bad_snapshot" && detail.starts_with(code);
        assert!(found.iter().any(is_it), "{n}, {code}: {found:?}");
    }
}

/// A host that took the join and leaves it out of what it shows is not believed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_without_ones_own_join_is_refused() {
    let (world, evil) = trap().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    fill(&hosted);
    let before = hosted.copy();
    before.show(|_| ());
    let bob = to.person("bob").await;
    bob.join("#trap:evil.test").await;
    let without: Vec<_> = to.alarms_in(hosted.channel.as_str());
    assert!(
        without.iter().any(|(kind, detail)| kind == "bad_snapshot" && detail.starts_with("bad_head")),
        "{without:?}"
    );
    // As long as it should be, with something else in its place.
    let other = Hosted::with_nonce(&evil, "other");
    fill(&other);
    other.show(|shown| {
        let [before, own] = [254, 255].map(|at| shown["entries"][at].clone());
        shown["entries"][255] = before;
        shown["entries"][255]["entry"]["seq"] = own["entry"]["seq"].clone();
    });
    to.person("cem").await.join("#trap:evil.test").await;
    let found = to.alarms_in(other.channel.as_str());
    assert!(
        found.iter().any(|(kind, detail)| kind == "bad_snapshot" && detail.starts_with("bad_entry")),
        "{found:?}"
    );
}

/// Attack 30: the log that comes is another than the one whose end was shown. Both heads are kept, nothing is written
/// any more, and what was shown is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_that_the_log_contradicts_is_evidence() {
    let (world, evil) = trap().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    fill(&hosted);
    let other = hosted.copy();
    hosted.say("shown");
    hosted.show(|_| ());
    let bob = to.person("bob").await;
    let before = hosted.size();
    bob.join("#trap:evil.test").await;
    let channel = hosted.channel.as_str();
    bob.hears(channel, "shown").await;
    assert_eq!(to.evidence(channel), None);
    // The same log up to what was shown, which is another message there; the join stands in both.
    other.say("another truth");
    let taken = hosted.log.lock().expect("a log").placed[before as usize..].to_vec();
    for placed in taken {
        other.log.lock().expect("a log").push(placed.event, placed.signature, placed.body);
    }
    other.replay(to).await;
    bob.hears(channel, "another truth").await;
    let (a, b) = eventually("evidence", async || to.evidence(channel)).await;
    let heads = [a, b].map(|head| serde_json::from_str::<SignedHead>(&head).expect("a head"));
    assert!(heads.iter().all(|head| head.verify(&evil.key.public()).is_ok()), "{heads:?}");
    assert!(
        heads[0].head.size == heads[1].head.size && heads[0].head.root != heads[1].head.root,
        "{heads:?}"
    );
    assert!(to.has_alarm("fork"), "{:?}", to.alarms());
    let path = format!("/channels/{channel}/messages");
    bob.post(&path, json!({ "nonce": "n", "text": "hm" })).await.problem(409, "fork");
}

/// What is shown early is what people said, as far as their servers' keys tell, and what newcomers may read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_shown_early_that_may_not_be() {
    let (world, evil) = trap().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    fill(&hosted);
    hosted.say("genuine");
    // By somebody of a server that is not there, and by somebody of the joiner's own server.
    for sender in ["@zoe:c.test", "@bob:a.test"] {
        let (event, body) = hosted.message("never said");
        let event = Event { sender: sender.parse().expect("an id"), ..event };
        hosted.append_signed(SignedEvent::sign(event, &evil.key), Some(body));
    }
    // Edited by another than its author, and with a body that is another's.
    let target = hosted.say("mine").event;
    let (event, body) = hosted.message("not the author's");
    let relates = Some(Relates { rel: Rel::Edit, to: target });
    let event =
        Event { kind: EventType::Edit, relates, sender: "@eve:evil.test".parse().expect("an id"), ..event };
    hosted.append(event, Some(body));
    let (event, _) = hosted.message("withheld");
    hosted.append(event, Some(federation_tests::hosted::text("swapped")));
    hosted.show(|_| ());
    let bob = to.person("bob").await;
    bob.join("#trap:evil.test").await;
    let channel = hosted.channel.as_str();
    assert_eq!(bob.texts(channel).await, ["genuine", "mine"]);
    // Where only what comes after the join is for newcomers, even a host that sends more gets none of it shown.
    let hosted = Hosted::with_nonce(&evil, "since");
    fill(&hosted);
    hosted.say("before");
    hosted.show(|shown| shown["history"] = json!("since_join"));
    bob.join("#trap:evil.test").await;
    assert_eq!(bob.texts(hosted.channel.as_str()).await, Vec::<String>::new());
}

/// A short log is waited for, and nobody is asked for its end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_log_takes_no_snapshot() {
    let (world, evil) = trap().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.say("hello");
    let bob = to.person("bob").await;
    hosted.welcome(to, &bob).await;
    assert_eq!(bob.texts(hosted.channel.as_str()).await, ["hello"]);
    assert_eq!(evil.count("GET", "/snapshot"), 0);
}

/// Who has nobody in a channel gets no snapshot of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_is_for_members() {
    let (world, evil) = trap().await;
    let to = &world.servers[0];
    let ann = to.person("ann").await;
    let channel = ann.channel("general").await;
    let path = format!("/channels/{channel}/snapshot");
    evil.ask(to, "GET", &path, None).await.problem(403, "not_member");
    let nowhere = format!("/channels/{}/snapshot", Hosted::found(&evil).channel);
    evil.ask(to, "GET", &nowhere, None).await.problem(404, "channel_not_found");
    let guest = Guest::of(&evil, "zoe", &channel, &ann).await;
    guest.join(to).await.expect(200);
    // Of any length it leads to the root of its head.
    for n in 0..50 {
        ann.say(&channel, &format!("n{n}"), &"x".repeat(16_000)).await;
        let shown = evil.ask(to, "GET", &path, None).await.expect(200);
        let entries = shown["entries"].as_array().expect("entries");
        let head: SignedHead = serde_json::from_value(shown["head"].clone()).expect("a head");
        let peaks = serde_json::from_value(shown["frontier"].clone()).expect("a tree");
        let mut tree = Frontier::from_peaks(head.head.size - entries.len() as i64, peaks).expect("a tree");
        for placed in entries {
            tree.push(serde_json::from_value::<Entry>(placed["entry"].clone()).expect("an entry").leaf());
        }
        assert_eq!((tree.size(), tree.root()), (head.head.size, head.head.root), "{n}");
        let size: usize = entries.iter().map(|entry| entry.to_string().len()).sum();
        assert!(size < 600_000, "{size} octets");
    }
}
