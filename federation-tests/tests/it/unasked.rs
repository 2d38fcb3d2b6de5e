//! What a host does to people and their server without being asked: it makes nobody a member, fills no disk, and makes
//! nobody else work.

use std::time::{Duration, Instant};

use federation_tests::peer::{key, now_s};
use federation_tests::{Guest, Heard, Hosted, Peer, Person, Reply, World, eventually};
use loggia::protocol::event::{Event, EventType, SignedEvent};
use loggia::protocol::ids::ChannelId;
use loggia::storage::members::{self, MemberRow};
use loggia::storage::{channels, pending, users};
use serde_json::{Value, json};

/// One server, a peer, and somebody on the server.
async fn world() -> (World, Peer, Person) {
    let (world, mut peers) = World::among(1, &["evil.test"]).await;
    let bob = world.servers[0].person("bob").await;
    (world, peers.remove(0), bob)
}

/// An event in the name of somebody of a.test, signed with a key that is not a.test's.
fn forge(hosted: &Hosted<'_>, sender: &str, event: Event) {
    let (kid, sender) = ("x1".parse().expect("an id"), sender.parse().expect("an id"));
    hosted.append_signed(SignedEvent::sign(Event { kid, sender, ..event }, &key("forged")), None);
}

/// The host binds a key in the members' server's name, and by it lets people there join, knock, and become moderators. They
/// are in no channel, nothing of theirs is told, and somebody of whom it was believed before leaves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_makes_nobody_a_member() {
    let (mut world, evil, bob) = world().await;
    let hosted = Hosted::found(&evil);
    let (ann, cem) = (world.servers[0].person("ann").await, world.servers[0].person("cem").await);
    let content = json!({ "kid": "x1", "public": key("forged").public() });
    forge(&hosted, &ann.id, hosted.state(EventType::ServerKey, "a.test/x1", content));
    for (person, membership) in [(&ann, "joined"), (&cem, "knocking")] {
        let content = json!({ "membership": membership });
        forge(&hosted, &person.id, hosted.state(EventType::Member, &person.id, content));
    }
    let role = json!({ "membership": "joined", "role": "moderator" });
    hosted.append(hosted.state(EventType::Member, &ann.id, role), None);
    // Bob asks for it, or nothing would be taken.
    let before = hosted.size();
    let to = &world.servers[0];
    let (joining, ()) = tokio::join!(bob.post("/joins", json!({ "alias": "#trap:evil.test" })), async {
        eventually("the join", async || (hosted.size() > before).then_some(())).await;
        hosted.deliver(to, 0).await;
    });
    joining.problem(502, "peer_nonsense");
    assert!(to.has_alarm("forged_key"));
    let channel = hosted.channel.to_string();
    for person in [&ann, &bob, &cem] {
        assert_eq!(person.membership(&channel).await, None);
        let path = format!("/users/{}/profile", person.id.replace('@', "%40").replace(':', "%3A"));
        evil.ask(to, "GET", &path, None).await.problem(404, "user_not_found");
    }
    // As it was before that was seen through.
    world.kill(0);
    let (id, name) = (channel.clone(), ann.id.clone());
    world.servers[0].read(move |conn| {
        let num = channels::num_of(conn, &id)?.expect("the channel");
        let user = users::by_id(conn, &name)?.expect("ann").num;
        let seat = members::get(conn, num, user)?.expect("a seat");
        members::put(conn, &MemberRow { membership: "joined".to_owned(), ..seat })
    });
    world.start(0);
    let ann = ann.at(&world.servers[0].base);
    assert_eq!(ann.membership(&channel).await.as_deref(), Some("joined"));
    ann.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
    assert_eq!(ann.membership(&channel).await, None);
    assert_eq!(world.servers[0].read(pending::hosts), Vec::<String>::new());
    hosted.push(&world.servers[0], hosted.batch(0)).await.problem(403, "not_member");
}

/// By an invitation alone, declined or not, nothing of a log is taken; nor is it after the last has left. What says that they
/// left is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_are_taken_where_somebody_is() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    let channel = hosted.channel.to_string();
    let leave = format!("/channels/{channel}/leave");
    evil.ask(to, "POST", "/invites", Some(hosted.invitation(&bob.id))).await.expect(202);
    bob.becomes(&channel, Some("invited")).await;
    hosted.push(to, hosted.batch(0)).await.problem(403, "not_member");
    evil.script(|heard| heard.is("POST", "/leave").then(|| Reply::problem(503, "busy")));
    bob.post(&leave, Value::Null).await.expect(204);
    hosted.push(to, hosted.batch(0)).await.problem(403, "not_member");
    let size = |id: String| to.read(move |conn| Ok(channels::by_id(conn, &id)?.map(|row| row.size)));
    assert_eq!(size(channel.clone()), Some(0));
    // As soon as he asks, it is.
    evil.script(|_| None);
    hosted.welcome(to, &bob).await;
    let from = hosted.size();
    hosted.say("for bob");
    hosted.deliver(to, from).await;
    bob.hears(&channel, "for bob").await;
    let from = hosted.size();
    bob.post(&leave, Value::Null).await.expect(204);
    eventually("his leaving", async || (hosted.size() > from).then_some(())).await;
    hosted.deliver(to, from).await;
    let from = hosted.size();
    hosted.say("for nobody");
    hosted.push(to, hosted.batch(from)).await.problem(403, "not_member");
    assert_eq!(size(channel), Some(from));
}

/// Whoever asked to be let in is, though the host's answer was lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asked_is_in_without_an_answer() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    let log = hosted.log.clone();
    evil.script(move |heard| {
        heard.is("POST", "/join").then(|| {
            let mut log = log.lock().expect("a log");
            // It may be sent again.
            let known: Vec<String> = log.placed.iter().map(|placed| placed.event.clone()).collect();
            for event in heard.json()["events"].as_array().expect("events") {
                let signature = event["signature"].as_str().expect("a signature").parse().expect("one");
                let bytes = event["event"].to_string();
                if !known.contains(&bytes) {
                    log.push(bytes, signature, None);
                }
            }
            Reply::Close
        })
    });
    let answer = bob.post("/joins", json!({ "alias": "#trap:evil.test" })).await;
    assert!(answer.status >= 500, "{answer:?}");
    hosted.deliver(to, 0).await;
    bob.becomes(hosted.channel.as_str(), Some("joined")).await;
}

/// A hundred times in a request that somebody types is once, and so it is in many requests of a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_types_is_told_once_a_second() {
    let (world, peers) = World::among(1, &["evil.test", "good.test"]).await;
    let to = &world.servers[0];
    let ann = to.person("ann").await;
    let channel = ann.channel("general").await;
    for peer in &peers {
        peer.script(|heard| heard.is("POST", "/entries").then(|| Reply::problem(503, "busy")));
        Guest::of(peer, "guest", &channel, &ann).await.join(to).await.expect(200);
    }
    let told = || {
        let mut heard = peers[1].heard();
        heard.retain(|heard| heard.json()["signals"][0]["type"] == "typing");
        heard.len() as u64
    };
    let signal = json!({ "type": "typing", "user": "@guest:evil.test" });
    let signals = json!({ "signals": vec![signal; 100] });
    let (path, began) = (format!("/channels/{channel}/signals"), Instant::now());
    for _ in 0..20 {
        peers[0].ask(to, "POST", &path, Some(signals.clone())).await.expect(204);
    }
    eventually("the first", async || (told() > 0).then_some(())).await;
    // Whatever was on its way is there before what comes after it.
    ann.post(&format!("/channels/{channel}/typing"), Value::Null).await.expect(204);
    eventually("ann's", async || {
        peers[1].heard().iter().any(|heard| heard.json().to_string().contains(&ann.id)).then_some(())
    })
    .await;
    assert!(told() <= began.elapsed().as_secs() + 2, "{} in {:?}", told(), began.elapsed());
}

/// Whoever has too much waiting for a host that is away can leave all the same, and delete the account.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_much_that_waits_keeps_nobody() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    evil.script(|heard| heard.is("POST", "/events").then(|| Reply::problem(503, "busy")));
    let path = format!("/channels/{}/messages", hosted.channel);
    let sent = bob.post(&path, json!({ "nonce": "n", "text": "wait" })).await;
    assert_eq!(sent.body["status"], "pending");
    // As if there were five hundred of them.
    let copies = "INSERT INTO pending (event_id, channel, host, sender, nonce, event, signature, body, created_ts)
        WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 500)
        SELECT event_id || n, channel, host, sender, nonce || n, event, signature, body, created_ts FROM pending, n";
    to.read(move |conn| conn.run_script(copies));
    bob.post(&path, json!({ "nonce": "m", "text": "one more" })).await.problem(409, "too_much_waiting");
    bob.ask(reqwest::Method::DELETE, "/me", json!({ "password": "correct horse battery" })).await.expect(204);
}

/// Invitations of which nobody has heard yet are so many for each who invites.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invitations_under_way_are_bounded() {
    let world = World::of(1).await;
    let to = &world.servers[0];
    let (ann, bob) = (to.person("ann").await, to.person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let path = |n: usize| format!("/channels/{channel}/members/@x:s{n}.evil.test");
    let invited = json!({ "membership": "invited" });
    for n in 0..50 {
        ann.put(&path(n), invited.clone()).await.expect(200);
    }
    ann.put(&path(50), invited.clone()).await.problem(409, "too_much_waiting");
    // Somebody else, and elsewhere, may.
    bob.put(&path(51), invited.clone()).await.expect(200);
    let other = ann.channel("other").await;
    ann.put(&format!("/channels/{other}/members/@x:s0.evil.test"), invited).await.expect(200);
}

/// People who know each other are brought into one conversation of a host unasked, and into so many in a day; others are
/// invitations.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conversations_unasked_are_bounded() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    evil.script(|heard| heard.is("POST", "/join").then(|| Reply::problem(403, "policy")));
    let owner = hosted.owner.to_string();
    let joins = |channel: &ChannelId| evil.count("POST", &format!("/channels/{channel}/join"));
    let invite = async |people: &[&str]| {
        let (channel, card) = hosted.conversation(people);
        let invitation =
            json!({ "card": card, "inviter": hosted.owner, "invitee": bob.id, "ts": now_s() * 1_000 });
        evil.ask(to, "POST", "/invites", Some(invitation)).await.expect(202);
        bob.becomes(channel.as_str(), Some("invited")).await;
        channel
    };
    let first = invite(&[&owner, &bob.id]).await;
    eventually("a join", async || (joins(&first) > 0).then_some(())).await;
    let mut others = vec![invite(&[&owner, &bob.id]).await];
    for n in 0..14 {
        others.push(invite(&[&owner, &bob.id, &format!("@x{n}:c.test")]).await);
    }
    let all = || others.iter().filter(|channel| joins(channel) > 0).count();
    eventually("the others", async || (all() >= 9).then_some(())).await;
    // Each is answered before the next is looked at.
    to.person("eve").await;
    assert_eq!((joins(&others[0]), all()), (0, 9));
}

/// A host that withholds many bodies, and answers nothing, does not keep those of others' channels from being found.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_of_one_host_hold_up_no_other() {
    let (world, mut peers) = World::among(1, &["evil.test", "good.test"]).await;
    let (good, evil, to) = (peers.remove(1), peers.remove(0), &world.servers[0]);
    let (bob, hosted) = (to.person("bob").await, Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    evil.script(|heard| heard.is("GET", "/body").then(|| Reply::Silence(Duration::from_secs(60))));
    let from = hosted.size();
    for n in 0..200 {
        let (said, _) = hosted.message(&format!("withheld {n}"));
        hosted.append(said, None);
    }
    hosted.deliver(to, from).await;
    eventually("questions", async || (evil.count("GET", "/body") > 0).then_some(())).await;
    let second = Hosted::found(&good);
    second.welcome(to, &bob).await;
    let (said, body) = second.message("given when asked");
    let answer = String::from_utf8(body.canonical()).expect("text");
    good.script(move |heard: &Heard| heard.is("GET", "/body").then(|| Reply::Json(200, answer.clone())));
    let from = second.size();
    second.append(said, None);
    let began = Instant::now();
    second.deliver(to, from).await;
    bob.hears(second.channel.as_str(), "given when asked").await;
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert!(evil.count("GET", "/body") <= 2, "{}", evil.count("GET", "/body"));
}
