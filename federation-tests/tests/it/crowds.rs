//! Many that come at once: invitations, joins and knocks are bounded, and whoever keeps to the bounds notices nothing.

use federation_tests::guest::code;
use federation_tests::{Fault, Guest, Hosted, Peer, Person, Reply, Server, Stream, World, eventually};
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

/// One person elsewhere writes as fast as somebody here may, and a server's people together as fast as it may: what is too
/// much is answered `rate_limited`, and nothing of a person's comes in behind it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_from_elsewhere_are_limited() {
    let (world, peers) = World::among_with(1, &["evil.test", "good.test"], |_, settings| {
        settings.insert("LOGGIA_LIMITS__ENABLED".to_owned(), "true".to_owned());
        settings.insert("LOGGIA_LIMITS__WRITES_PER_MINUTE".to_owned(), "20".to_owned());
        settings.insert("LOGGIA_FEDERATION__EVENTS_PER_MINUTE".to_owned(), "40".to_owned());
    })
    .await;
    let (evil, good, to) = (&peers[0], &peers[1], &world.servers[0]);
    let ann = to.person("ann").await;
    let channel = ann.channel("general").await;
    let flood = async |guest: &Guest<'_>| {
        let events = (0..40).map(|n| {
            let (event, body) = guest.message(&format!("{n}"));
            guest.wire(event, Some(&body))
        });
        guest.send(to, "events", events.collect()).await
    };
    let codes = |answer: &Value| -> Vec<Option<String>> {
        let results = answer["results"].as_array().expect("results");
        results.iter().map(|one| one["error"]["code"].as_str().map(str::to_owned)).collect()
    };
    let limited = |codes: &[Option<String>]| {
        let first = codes.iter().position(Option::is_some).expect("a limit");
        assert!(codes[first..].iter().all(|code| code.as_deref() == Some("rate_limited")), "{codes:?}");
        first
    };
    let first = Guest::of(evil, "first", &channel, &ann).await;
    first.join(to).await.expect(200);
    let (second, third) =
        (Guest::of(evil, "second", &channel, &ann).await, Guest::of(evil, "third", &channel, &ann).await);
    for guest in [&second, &third] {
        guest.send(to, "join", vec![guest.wire(guest.member("joined"), None)]).await.expect(200);
    }
    // A key and a join were written already.
    let came = limited(&codes(&flood(&first).await.expect(200)));
    assert!((18..=21).contains(&came), "{came}");
    let refused = eventually("nothing is taken", async || {
        let answer = flood(&first).await;
        (answer.status != 200).then_some(answer)
    });
    refused.await.problem(429, "rate_limited");
    // Another of the same server goes on as far as the server may, and other servers do.
    let came = limited(&codes(&flood(&second).await.expect(200)));
    assert!((10..=21).contains(&came), "{came}");
    let answer = flood(&third).await;
    assert!(answer.status == 429 || limited(&codes(&answer.body)) < 15, "{answer:?}");
    let other = Guest::of(good, "carol", &channel, &ann).await;
    other.join(to).await.expect(200);
    assert_eq!(other.say(to, "hello").await, None);
}

/// What waited comes at the pace that the host allows, in order, all of it; other people and channels go on meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backlog_comes_at_the_hosts_pace() {
    let world = World::with(2, |n, settings| {
        if n == 0 {
            settings.insert("LOGGIA_LIMITS__ENABLED".to_owned(), "true".to_owned());
            settings.insert("LOGGIA_LIMITS__WRITES_PER_MINUTE".to_owned(), "60".to_owned());
        }
    })
    .await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let carol = world.servers[1].person("carol").await;
    let (channel, other) = (ann.channel("general").await, ann.channel("other").await);
    bob.join("#general:a.test").await;
    carol.join("#other:a.test").await;
    world.isolate(0, Fault::Cut);
    let path = format!("/channels/{channel}/messages");
    let posts = (0..70).map(|n| {
        let text = format!("m{n}");
        bob.post(&path, json!({ "nonce": text, "text": text }))
    });
    for sent in futures_util::future::join_all(posts).await {
        sent.expect(201);
    }
    let waiting = bob.get(&format!("/channels/{channel}/pending")).await.expect(200);
    let waiting = waiting["pending"].as_array().expect("a list").iter();
    let texts: Vec<String> =
        waiting.map(|one| one["message"]["text"].as_str().expect("a text").to_owned()).collect();
    assert_eq!(texts.len(), 70);
    let began = std::time::Instant::now();
    world.isolate(0, Fault::None);
    let backlog = async {
        ann.hears(&channel, &texts[69]).await;
        began.elapsed()
    };
    let beside = async {
        carol.say(&other, "n", "beside it").await;
        ann.hears(&other, "beside it").await;
        began.elapsed()
    };
    let (all, one) = tokio::join!(backlog, beside);
    assert!(one < all, "{one:?} {all:?}");
    assert!(all < std::time::Duration::from_secs(60), "{all:?}");
    let said = ann.texts(&channel).await;
    assert!(said.ends_with(&texts), "{said:?}");
}
