//! Many that come at once: invitations, joins and knocks are bounded, and whoever keeps to the bounds notices nothing.

use federation_tests::guest::code;
use federation_tests::{Guest, Hosted, Peer, Person, Reply, Server, Stream, World, eventually};
use serde_json::{Value, json};

/// A server, and two peers.
async fn world() -> (World, Peer, Peer) {
    let (world, mut peers) = World::among(1, &["evil.test", "good.test"]).await;
    for peer in &peers {
        peer.script(|heard| heard.is("POST", "/entries").then(|| Reply::problem(503, "busy")));
    }
    let good = peers.remove(1);
    (world, peers.remove(0), good)
}

async fn invitations(person: &Person) -> Vec<Value> {
    let mine = person.get("/channels").await.expect(200);
    let all = mine["channels"].as_array().expect("channels").iter();
    all.filter(|one| one["membership"] == "invited").cloned().collect()
}

/// One server's invitations fill only its own share; what is too much is dropped without a word, what is malformed or
/// monstrous spoils nothing, and the others come in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invitations_have_a_quota() {
    let (world, evil, good) = world().await;
    let to = &world.servers[0];
    let bob = to.person("bob").await;
    let invite = async |peer: &Peer, invitation: Value| {
        peer.ask(to, "POST", "/invites", Some(invitation)).await.expect(202);
    };
    for n in 0..30 {
        let hosted = Hosted::with_nonce(&evil, &format!("genesis{n}"));
        let mut invitation = hosted.invitation(&bob.id);
        match n {
            0 => invitation["card"]["name"] = json!("\u{202e}\u{0}".to_owned() + &"x".repeat(100_000)),
            1 => invitation["card"]["topic"] = json!("y".repeat(3_000_000)),
            2 => invitation["card"]["alias"] = json!("#general:good.test"),
            3 => invitation["card"]["alias"] = json!("<script>"),
            4 => invitation["card"]["member_count"] = json!(-5),
            5 => invitation["invitee"] = json!("@nobody:a.test"),
            6 => invitation["invitee"] = json!("@bob:good.test"),
            7 => invitation["card"]["head"]["head"]["size"] = json!(99),
            8 => invitation["card"]["genesis"]["signature"] = json!("A".repeat(86)),
            _ => {}
        }
        invite(&evil, invitation).await;
    }
    eventually("the share is full", async || (invitations(&bob).await.len() >= 20).then_some(())).await;
    invite(&good, Hosted::found(&good).invitation(&bob.id)).await;
    let all = eventually("the other's", async || {
        let all = invitations(&bob).await;
        all.iter().any(|one| one["host"] == "good.test").then_some(all)
    })
    .await;
    assert_eq!(all.iter().filter(|one| one["host"] == "evil.test").count(), 20);
    for one in &all {
        let short = |field: &str| one[field].as_str().unwrap_or_default().chars().count() <= 500;
        assert!(short("name") && short("topic"), "{one}");
        assert!(
            one["alias"].is_null()
                || one["alias"] == format!("#trap:{}", one["host"].as_str().expect("a host"))
        );
    }
    Stream::of(&bob).await;
    assert_eq!(to.person("eve").await.get("/channels").await.expect(200)["channels"], json!([]));
    let own = bob.channel("own").await;
    bob.say(&own, "n", "still here").await;
}

/// Lets so many of the peer's people join by one request; answers the status and the last outcome's code.
async fn join_many(
    peer: &Peer,
    to: &Server,
    channel: &str,
    member: &Person,
    names: &[String],
) -> (u16, Option<String>) {
    let mut events = Vec::new();
    let first = Guest::of(peer, &names[0], channel, member).await;
    for name in names {
        let guest = Guest::of(peer, name, channel, member).await;
        events.push(guest.wire(guest.member("joined"), None));
    }
    let answer = first.send(to, "events", events).await;
    let said = match answer.status {
        200 => code(&answer.body),
        _ => answer.body["code"].as_str().map(str::to_owned),
    };
    (answer.status, said)
}

/// A server's people come in at a bounded pace, by whatever endpoint; other servers' people, and those who are in, go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_joins_is_limited() {
    let (world, evil, good) = world().await;
    let to = &world.servers[0];
    let ann = to.person("ann").await;
    let channel = ann.channel("general").await;
    let guest = Guest::of(&evil, "first", &channel, &ann).await;
    assert_eq!(code(&guest.join(to).await.expect(200)), None);
    let mut limited = None;
    for round in 0..20 {
        let names: Vec<String> = (0..60).map(|n| format!("m{round}x{n}")).collect();
        match join_many(&evil, to, &channel, &ann, &names).await {
            (200, None) => {}
            (status, said) => {
                limited = Some((round, status, said));
                break;
            }
        }
    }
    // Two rounds come in at once, more only as the minutes go by.
    let (round, status, said) = limited.expect("a limit");
    assert_eq!((status, said.as_deref()), (429, Some("rate_limited")));
    assert!(round >= 1, "the first sixty may come in");
    assert_eq!(guest.say(to, "who is in may speak").await, None);
    let second = Guest::of(&good, "carol", &channel, &ann).await;
    assert_eq!(code(&second.join(to).await.expect(200)), None);
    let seen = ann.get(&format!("/channels/{channel}")).await.expect(200);
    assert_eq!(seen["member_count"], 3 + 60 * round, "a round comes in whole or not at all");
}

/// One server has so many people waiting at a door, and no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_that_knocks_is_limited() {
    let (world, evil, good) = world().await;
    let to = &world.servers[0];
    let ann = to.person("ann").await;
    let channel = ann.channel("club").await;
    ann.patch(&format!("/channels/{channel}"), json!({ "policy": { "join": "knock" } })).await.expect(200);
    let knock = async |peer: &Peer, name: &str, with_key: bool| {
        let guest = Guest::of(peer, name, &channel, &ann).await;
        let key = with_key.then(|| guest.wire(guest.key(), None));
        let events = key.into_iter().chain([guest.wire(guest.member("knocking"), None)]).collect();
        code(&guest.send(to, "knock", events).await.expect(200))
    };
    for n in 0..20 {
        assert_eq!(knock(&evil, &format!("m{n}"), n == 0).await, None, "{n}");
    }
    assert_eq!(knock(&evil, "m20", false).await.as_deref(), Some("rate_limited"));
    assert_eq!(knock(&evil, "m0", false).await.as_deref(), Some("no_change"));
    assert_eq!(knock(&good, "carol", true).await, None);
    let page =
        ann.get(&format!("/channels/{channel}/members?membership=knocking&limit=100")).await.expect(200);
    assert_eq!(page["members"].as_array().expect("members").len(), 21);
    // Whoever is answered makes room.
    ann.put(&format!("/channels/{channel}/members/@m0:evil.test"), json!({ "membership": "left" }))
        .await
        .expect(200);
    assert_eq!(knock(&evil, "m20", false).await, None);
}
