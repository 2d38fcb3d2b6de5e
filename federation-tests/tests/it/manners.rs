//! A host that answers nonsense, or slowly, or invites whom it should not: nothing is lost, and nobody else waits.

use federation_tests::peer::now_s;
use federation_tests::{Hosted, Peer, Person, Reply, World, eventually};
use loggia::protocol::event::SignedEvent;
use serde_json::{Value, json};

/// One server, a peer, and somebody on the server.
async fn world() -> (World, Peer, Person) {
    let (world, mut peers) = World::among(1, &["evil.test"]).await;
    let bob = world.servers[0].person("bob").await;
    (world, peers.remove(0), bob)
}

/// A host that takes events and gives them no place, or answers nonsense, is asked again after a while: not at once,
/// and the message that waits is not lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_for_an_answer_loses_no_message() {
    for nonsense in ["{\"results\":[]}", "<html>it works</html>", "{\"results\":[{}]}"] {
        let (world, evil, bob) = world().await;
        let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
        hosted.welcome(to, &bob).await;
        evil.script(move |heard| heard.is("POST", "/events").then(|| Reply::Json(200, nonsense.to_owned())));
        let path = format!("/channels/{}/messages", hosted.channel);
        let sent = bob.post(&path, json!({ "nonce": "n", "text": "wait for me" })).await;
        assert_eq!(sent.body["status"], "pending", "{nonsense}: {sent:?}");
        assert!((1..=8).contains(&evil.count("POST", "/events")), "{}", evil.count("POST", "/events"));
        let before = hosted.size();
        evil.script(|_| None);
        eventually("the message", async || (hosted.size() > before).then_some(())).await;
    }
}

/// A proxy in front of the host that answers for it refuses nothing in its name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_a_proxy_is_no_refusal() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    evil.script(|heard| {
        heard.is("POST", "/events").then(|| Reply::Json(404, "<h1>Not Found</h1>".to_owned()))
    });
    let path = format!("/channels/{}/messages", hosted.channel);
    let sent = bob.post(&path, json!({ "nonce": "n", "text": "wait for me" })).await;
    assert_eq!(sent.body["status"], "pending", "{sent:?}");
    let before = hosted.size();
    evil.script(|_| None);
    eventually("the message", async || (hosted.size() > before).then_some(())).await;
}

/// A host that answers nothing, or a byte now and then, holds up nobody who has to do with others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_host_slows_nobody_else() {
    let (world, mut peers) = World::among(1, &["evil.test", "good.test"]).await;
    let (good, evil, to) = (peers.remove(1), peers.remove(0), &world.servers[0]);
    let (bob, hosted) = (to.person("bob").await, Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let slow = std::time::Duration::from_secs(59);
    evil.script(move |heard| {
        (!heard.is("GET", "loggia")).then(|| match heard.method.as_str() {
            "GET" => Reply::Drip(100_000, std::time::Duration::from_millis(500)),
            _ => Reply::Silence(slow),
        })
    });
    let path = format!("/channels/{}/messages", hosted.channel);
    let waits = async {
        // The first is told that it waits; those who ask something have to.
        bob.post(&path, json!({ "nonce": "n", "text": "well?" })).await;
        bob.join("#other:evil.test").await
    };
    let directory = bob.get("/directory?server=evil.test&query=x");
    let honest = async {
        let second = Hosted::found(&good);
        let began = std::time::Instant::now();
        second.welcome(to, &bob).await;
        assert!(began.elapsed() < std::time::Duration::from_secs(10));
    };
    tokio::select! {
        () = honest => {}
        _ = async { tokio::join!(waits, directory) } => panic!("the slow ones were first"),
    }
}

/// A channel into which its host can't write now holds up no other of the same host, however it says so; its own events
/// wait, and come in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_waits_holds_up_no_other() {
    let outcomes = json!({ "results": [{ "error": { "code": "recovering", "detail": "" } }] });
    for says in [Reply::Json(200, outcomes.to_string()), Reply::problem(503, "recovering")] {
        let (world, evil, bob) = world().await;
        let (to, first) = (&world.servers[0], Hosted::with_nonce(&evil, "first"));
        first.welcome(to, &bob).await;
        let second = Hosted::with_nonce(&evil, "second");
        second.welcome(to, &bob).await;
        let closed = first.channel.to_string();
        let is_closed = move |heard: &federation_tests::Heard| {
            heard.is("POST", "/events") && heard.target.contains(&closed)
        };
        let closes = is_closed.clone();
        evil.script(move |heard| closes(heard).then(|| says.clone()));
        let say = async |hosted: &Hosted<'_>, nonce: &str| {
            let path = format!("/channels/{}/messages", hosted.channel);
            bob.post(&path, json!({ "nonce": nonce, "text": nonce })).await.expect(201)
        };
        assert_eq!(say(&first, "waits").await["status"], "pending");
        let before = second.size();
        say(&second, "goes_on").await;
        eventually("the other channel", async || (second.size() > before).then_some(())).await;
        let tries = evil.heard().iter().filter(|heard| is_closed(heard)).count();
        assert!((1..=8).contains(&tries), "{tries}");
    }
}

/// A server that refuses more channels than are looked at together gets the others all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn channels_that_are_refused_hide_no_other() {
    let (world, evil, ann) = world().await;
    let to = &world.servers[0];
    let taken = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let wanted = taken.clone();
    evil.script(move |heard| {
        heard.is("POST", "/entries").then(|| {
            let head = &heard.json()["head"]["head"];
            match heard.target.contains(&*wanted.lock().expect("a channel")) {
                true => {
                    let answer = json!({ "size": head["size"], "root": head["root"], "void": [] });
                    Reply::Json(200, answer.to_string())
                }
                false => Reply::problem(404, "channel_not_found"),
            }
        })
    });
    *taken.lock().expect("a channel") = "none of them".to_owned();
    for n in 0..66 {
        let channel = ann.channel(&format!("c{n}")).await;
        let guest = federation_tests::Guest::of(&evil, "mallory", &channel, &ann).await;
        if n == 65 {
            *taken.lock().expect("a channel") = channel;
        }
        guest.join(to).await.expect(200);
    }
    let channel = taken.lock().expect("a channel").clone();
    let sent = || {
        let mut heard = evil.heard();
        heard.retain(|heard| heard.is("POST", "/entries") && heard.target.contains(&channel));
        heard.len()
    };
    eventually("all but one were refused", async || {
        let refused: std::collections::HashSet<String> = evil
            .heard()
            .into_iter()
            .filter(|heard| heard.is("POST", "/entries"))
            .map(|heard| heard.target)
            .collect();
        (refused.len() >= 65).then_some(())
    })
    .await;
    let before = sent();
    ann.say(&channel, "n", "for whoever takes it").await;
    eventually("what is taken", async || (sent() > before).then_some(())).await;
}

/// A channel that a server can't take now is sent again after pauses of its own; what is said in others goes at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_is_not_taken_now_holds_up_no_other() {
    let (world, evil, ann) = world().await;
    let to = &world.servers[0];
    let (first, second) = (ann.channel("first").await, ann.channel("second").await);
    let closed = first.clone();
    evil.script(move |heard| {
        let head = &heard.json()["head"]["head"];
        heard.is("POST", "/entries").then(|| match heard.target.contains(&closed) {
            true => Reply::problem(503, "busy"),
            false => Reply::Json(
                200,
                json!({ "size": head["size"], "root": head["root"], "void": [] }).to_string(),
            ),
        })
    });
    for channel in [&first, &second] {
        federation_tests::Guest::of(&evil, "mallory", channel, &ann).await.join(to).await.expect(200);
    }
    let sent = |channel: &str| {
        let heard = evil.heard();
        heard.iter().filter(|heard| heard.is("POST", "/entries") && heard.target.contains(channel)).count()
    };
    eventually("both were tried", async || (sent(&first) > 0 && sent(&second) > 0).then_some(())).await;
    let begun = std::time::Instant::now();
    for n in 0..6 {
        let before = sent(&second);
        ann.say(&second, &format!("n{n}"), "at once").await;
        eventually("what is taken", async || (sent(&second) > before).then_some(())).await;
    }
    // The other channel's pauses are 1, 2, 4, .. seconds by now.
    assert!(begun.elapsed() < std::time::Duration::from_secs(15), "{:?}", begun.elapsed());
    assert!((1..=8).contains(&sent(&first)), "{}", sent(&first));
}

/// A card says how one comes in, and may say what a reader does not know; one that can't be read takes no other with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cards_of_a_page_stand_each_by_itself() {
    let (_world, evil, bob) = world().await;
    let (open, other) = (Hosted::found(&evil), Hosted::with_nonce(&evil, "other"));
    let with = |hosted: &Hosted<'_>, field: &str, value: Value| {
        let mut card = hosted.card();
        card[field] = value;
        card
    };
    let page = json!({ "next": null, "channels": [
        { "channel": "none" },
        with(&other, "join", json!("knock")),
        with(&open, "since_version", json!({ "later": [1] })),
        with(&open, "name", json!(7)),
    ] });
    evil.script(move |heard| {
        let is_page = heard.method == "GET" && heard.target.contains("/directory");
        is_page.then(|| Reply::Json(200, page.to_string()))
    });
    let found = bob.get("/directory?server=evil.test").await.expect(200);
    let found: Vec<_> = found["channels"]
        .as_array()
        .expect("channels")
        .iter()
        .map(|one| (one["id"].clone(), one["policy"]["join"].clone()))
        .collect();
    let expected = [(json!(other.channel), json!("knock")), (json!(open.channel), json!("open"))];
    assert_eq!(found, expected);
}

/// A host that has let somebody in, and whose answer was lost, says so when it is asked again: the log is waited for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn joining_again_after_an_answer_was_lost_waits_for_the_log() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    evil.script(|heard| heard.is("POST", "/join").then_some(Reply::Close));
    let join = json!({ "alias": "#trap:evil.test" });
    bob.post("/joins", join.clone()).await.problem(503, "peer_unreachable");
    let asked = evil.heard().into_iter().find(|heard| heard.is("POST", "/join")).expect("a join").json();
    for event in asked["events"].as_array().expect("events") {
        let signature = event["signature"].as_str().expect("text").parse().expect("a signature");
        let signed = SignedEvent::from_parts(event["event"].to_string().into_bytes(), signature);
        hosted.append_signed(signed.expect("an event"), None);
    }
    let done = json!({ "results": [{ "error": { "code": "no_change", "detail": "" } }, { "error": { "code": "no_change", "detail": "" } }] });
    evil.script(move |heard| heard.is("POST", "/join").then(|| Reply::Json(200, done.to_string())));
    let again = async { bob.post("/joins", join).await.expect(200) };
    let deliver = async {
        eventually("the second", async || (evil.count("POST", "/join") > 1).then_some(())).await;
        hosted.deliver(to, 0).await
    };
    let (joined, _) = tokio::join!(again, deliver);
    assert_eq!((&joined["id"], &joined["membership"]), (&json!(hosted.channel), &json!("joined")));
}

/// An invitation in the name of somebody whom the invitee knows, from a host that is not theirs, is an invitation
/// and nothing more; malformed ones are answered like all others, and the invitee's stream goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invitations_ask_first() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    // Bob knows Mallory's server; a direct conversation that names another inviter than its founder waits.
    for nonsense in [json!({}), json!({ "card": {}, "inviter": "@a:evil.test", "invitee": bob.id, "ts": 1 })]
    {
        evil.ask(to, "POST", "/invites", Some(nonsense)).await.problem(400, "bad_json");
    }
    let founder = format!("@mallory:{}", evil.name);
    let (channel, card) = hosted.conversation(&[&founder, &bob.id, "@carol:c.test"]);
    let invitation =
        |inviter: &str| json!({ "card": card, "inviter": inviter, "invitee": bob.id, "ts": now_s() * 1_000 });
    let answer = evil.ask(to, "POST", "/invites", Some(invitation("@carol:c.test"))).await;
    assert_eq!(answer.status, 202);
    eventually("the invitation", async || {
        let mine = bob.get("/channels").await.expect(200);
        let all = mine["channels"].as_array().expect("channels").clone();
        all.iter()
            .find(|one| one["id"] == channel.as_str())
            .filter(|one| one["membership"] == "invited")
            .map(|_| ())
    })
    .await;
    assert_eq!(evil.count("POST", &format!("/channels/{channel}/join")), 0);
    // Of what is only known by its card there is no log to give.
    let log = format!("/channels/{channel}/entries?from=0");
    evil.ask(to, "GET", &log, None).await.problem(404, "channel_not_found");
}
