//! A member's server that pretends: whatever it sends to the host of a channel, it gets no further than its people may.

use federation_tests::guest::{code, signed};
use federation_tests::peer::key;
use federation_tests::{Guest, Peer, Person, Reply, Stream, World, eventually};
use loggia::protocol::event::{Event, EventType, Rel, Relates};
use serde_json::{Value, json};

/// A server with Ann and a channel of hers, and a peer that takes no entries.
async fn world() -> (World, Peer, Person, String) {
    let (world, mut peers) = World::among(1, &["evil.test"]).await;
    let evil = peers.remove(0);
    evil.script(|heard| heard.is("POST", "/entries").then(|| Reply::problem(503, "busy")));
    let ann = world.servers[0].person("ann").await;
    let channel = ann.channel("general").await;
    (world, evil, ann, channel)
}

fn id_of(message: &Value) -> &str {
    message["id"].as_str().expect("an id")
}

fn about(guest: &Guest<'_>, kind: EventType, rel: Rel, target: &Value) -> Event {
    let to = id_of(target).parse().expect("an id");
    Event { relates: Some(Relates { rel, to }), ..guest.event(kind) }
}

async fn size(person: &Person, channel: &str) -> i64 {
    person.head(channel).await.expect("a head").0
}

/// An errand that the server can't be run now keeps neither others nor the channels' entries from it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_that_fails_holds_up_nothing_else() {
    let (world, evil, ann, channel) = world().await;
    let to = &world.servers[0];
    let guest = Guest::of(&evil, "mallory", &channel, &ann).await;
    guest.join(to).await.expect(200);
    let other = ann.channel("other").await;
    let about = |heard: &federation_tests::peer::Heard, who: &str| {
        heard.is("POST", "/invites") && heard.json()["invitee"] == who
    };
    evil.script(move |heard| match heard {
        _ if about(heard, "@first:evil.test") => Some(Reply::problem(500, "internal")),
        _ if heard.is("POST", "/entries") => Some(Reply::problem(503, "busy")),
        _ => None,
    });
    for who in ["first", "second"] {
        let path = format!("/channels/{other}/members/@{who}:evil.test");
        ann.put(&path, json!({ "membership": "invited" })).await.expect(200);
    }
    eventually("the other invitation", async || {
        evil.heard().iter().any(|heard| about(heard, "@second:evil.test")).then_some(())
    })
    .await;
    let before = evil.count("POST", "/entries");
    ann.say(&channel, "n", "go on").await;
    eventually("the entries", async || (evil.count("POST", "/entries") > before).then_some(())).await;
}

/// Before they are in: no message, no other event where memberships belong, nobody else's membership, no key that is
/// not published, nobody else's name, no other channel than the path's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outsider_gets_nothing_into_the_log() {
    let (world, evil, ann, channel) = world().await;
    let to = &world.servers[0];
    let guest = Guest::of(&evil, "mallory", &channel, &ann).await;
    let before = size(&ann, &channel).await;
    assert_eq!(guest.say(to, "no member").await.as_deref(), Some("not_member"));
    let (message, body) = guest.message("at the wrong end");
    let message = guest.wire(message, Some(&body));
    for (endpoint, events) in [
        ("join", vec![guest.wire(guest.member("left"), None)]),
        ("leave", vec![guest.wire(guest.member("joined"), None)]),
        ("knock", vec![guest.wire(guest.member("joined"), None)]),
        ("join", vec![guest.wire(guest.member("banned"), None)]),
        ("join", vec![message]),
        ("join", vec![guest.wire(guest.key(), None)]),
        ("join", vec![guest.wire(guest.member("joined"), None), guest.wire(guest.member("joined"), None)]),
        (
            "join",
            vec![guest.wire(
                guest.state(EventType::Member, "@other:evil.test", json!({ "membership": "joined" })),
                None,
            )],
        ),
    ] {
        guest.send(to, endpoint, events).await.problem(400, "bad_event");
    }
    let content = json!({ "kid": "k1", "public": key("forged").public() });
    let forged = guest.state(EventType::ServerKey, "evil.test/k1", content);
    assert_eq!(guest.submit(to, forged, None).await.as_deref(), Some("key_unknown"));
    let (message, body) = guest.message("it was ann");
    let message = Event { sender: ann.id.parse().expect("an id"), ..message };
    assert_eq!(guest.submit(to, message, Some(&body)).await.as_deref(), Some("bad_origin"));
    let (message, body) = guest.message("elsewhere");
    let other = loggia::protocol::ids::ChannelId::from_hash(loggia::protocol::ids::Hash([3; 32]));
    let message = Event { channel: Some(other), ..message };
    assert_eq!(guest.submit(to, message, Some(&body)).await.as_deref(), Some("path_mismatch"));
    assert_eq!(size(&ann, &channel).await, before);
}

/// Once they are in: no role but the one they have, nobody above them, no settings, no key in another's name, nobody
/// else's message. And the same event again is answered with its first place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_members_server_may_do_no_more_than_the_member() {
    let (world, evil, ann, channel) = world().await;
    let to = &world.servers[0];
    let said = ann.say(&channel, "n1", "mine").await;
    let guest = Guest::of(&evil, "mallory", &channel, &ann).await;
    assert_eq!(code(&guest.join(to).await.expect(200)), None);
    let before = size(&ann, &channel).await;
    let as_role = |user: &str, role: &str| {
        guest.state(EventType::Member, user, json!({ "membership": "joined", "role": role }))
    };
    let own_key = |name: &str| {
        let content = json!({ "kid": evil.kid, "public": evil.key.public() });
        guest.state(EventType::ServerKey, &format!("{name}/{}", evil.kid), content)
    };
    let cases = [
        // To the rules this is one who joins and is in already.
        (as_role(guest.user.as_str(), "owner"), "no_change"),
        (as_role(guest.user.as_str(), "moderator"), "no_change"),
        (as_role(&ann.id, "member"), "not_authorised"),
        (guest.state(EventType::Member, &ann.id, json!({ "membership": "banned" })), "not_authorised"),
        (guest.state(EventType::Member, &ann.id, json!({ "membership": "left" })), "not_authorised"),
        (guest.state(EventType::ChannelServers, "", json!({ "deny": ["b.test"] })), "not_authorised"),
        (guest.state(EventType::ChannelServers, "", json!({ "allow": ["evil.test"] })), "not_authorised"),
        (
            guest.state(
                EventType::ChannelPolicy,
                "",
                json!({ "caps": {}, "history": "all", "join": "invite" }),
            ),
            "not_authorised",
        ),
        (guest.state(EventType::ChannelArchive, "", json!({ "archived": true })), "not_authorised"),
        (own_key("a.test"), "bad_origin"),
        (about(&guest, EventType::Redact, Rel::Redact, &said), "not_authorised"),
    ];
    for (event, wanted) in cases {
        let what = serde_json::to_string(&event).expect("JSON");
        assert_eq!(guest.submit(to, event, None).await.as_deref(), Some(wanted), "{what}");
    }
    let (edit, body) = guest.message("hers no more");
    let edit = Event {
        kind: EventType::Edit,
        body_hash: edit.body_hash,
        ..about(&guest, EventType::Edit, Rel::Edit, &said)
    };
    assert_eq!(guest.submit(to, edit, Some(&body)).await.as_deref(), Some("not_authorised"));
    assert_eq!(size(&ann, &channel).await, before);
    let (message, body) = guest.message("once");
    let once = guest.wire(message, Some(&body));
    let first = guest.send(to, "events", vec![once.clone()]).await.expect(200);
    assert!(first["results"][0]["entry"]["seq"].is_i64(), "{first}");
    assert_eq!(guest.send(to, "events", vec![once]).await.expect(200), first);
    assert_eq!(size(&ann, &channel).await, before + 1);
    assert!(to.run(&["verify"]).0);
}

/// A deletion of what is not there yet waits for nothing and deletes nothing later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_before_its_target_is_refused() {
    let (world, evil, ann, channel) = world().await;
    let to = &world.servers[0];
    let guest = Guest::of(&evil, "mallory", &channel, &ann).await;
    assert_eq!(code(&guest.join(to).await.expect(200)), None);
    let (message, body) = guest.message("still to come");
    let message = guest.wire(message, Some(&body));
    let id = loggia::protocol::event::event_id(message["event"].to_string().as_bytes());
    let early = about(&guest, EventType::Redact, Rel::Redact, &json!({ "id": id.as_str() }));
    assert_eq!(guest.submit(to, early, None).await.as_deref(), Some("bad_target"));
    assert_eq!(code(&guest.send(to, "events", vec![message]).await.expect(200)), None);
    assert_eq!(ann.texts(&channel).await, ["still to come"]);
}

/// A key that was replaced signs nothing any more, whatever time it says it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replaced_key_signs_nothing_however_it_is_dated() {
    let (world, evil, ann, channel) = world().await;
    let to = &world.servers[0];
    let mut set = evil.key_set();
    let second = key("evil.test/k2");
    set.keys.push(loggia::protocol::key_document::PublishedKey {
        kid: "k2".parse().expect("an id"),
        public: second.public(),
        ..set.keys[0].clone()
    });
    evil.publish(&evil.document_of(set));
    let guest = Guest::of(&evil, "mallory", &channel, &ann).await;
    assert_eq!(code(&guest.join(to).await.expect(200)), None);
    let (prepared, body) = guest.message("prepared before");
    let prepared = Event { origin_ts: prepared.origin_ts - 3_600_000, ..prepared };
    let content = json!({ "ends": evil.kid, "kid": "k2", "public": second.public() });
    let rotation = guest.state(EventType::ServerKey, "evil.test/k2", content);
    assert_eq!(guest.submit(to, rotation, None).await, None);
    assert_eq!(guest.submit(to, prepared, Some(&body)).await.as_deref(), Some("key_expired"));
    let (message, body) = guest.message("with the new one");
    let message = Event { kid: "k2".parse().expect("an id"), ..message };
    let sent = guest.send(to, "events", vec![signed(message, Some(&body), &second)]).await.expect(200);
    assert_eq!(code(&sent), None);
    assert_eq!(ann.texts(&channel).await, ["with the new one"]);
}

/// A channel that the peer has nobody in is closed to it, whatever it asks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_is_not_shared_is_closed() {
    let (world, evil, ann, channel) = world().await;
    let to = &world.servers[0];
    let said = ann.say(&channel, "n1", "none of theirs").await;
    let body = format!("/channels/{channel}/events/{}/body", id_of(&said));
    for path in
        [body, format!("/channels/{channel}/entries?from=0"), format!("/channels/{channel}/proof?seq=0")]
    {
        evil.ask(to, "GET", &path, None).await.problem(403, "not_member");
    }
    let signals = json!({ "signals": [{ "type": "typing", "user": "@mallory:evil.test" }] });
    let path = format!("/channels/{channel}/signals");
    evil.ask(to, "POST", &path, Some(signals)).await.problem(403, "not_member");
    evil.ask(to, "GET", &format!("/users/{}/profile", ann.id), None).await.problem(404, "user_not_found");
    let claims = json!({ "heads": [{ "channel": channel, "size": 1, "root": "A".repeat(43) }] });
    let heads = evil.ask(to, "POST", "/heads", Some(claims)).await.expect(200);
    assert_eq!(heads["heads"], json!([]));
    // A channel that is not listed can't be found by its name either.
    let hidden = json!({ "name": "quiet", "alias": "quiet", "visibility": "private" });
    ann.post("/channels", hidden).await.expect(201);
    evil.ask(to, "GET", "/aliases/%23quiet%3Aa.test", None).await.problem(404, "alias_not_found");
    let listed = evil.ask(to, "GET", "/directory?query=quiet", None).await.expect(200);
    assert_eq!(listed["channels"], json!([]));
}

/// What was deleted is gone on all servers, and asking a server for it again says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_deleted_stays_deleted() {
    let (world, mut peers) = World::among(2, &["evil.test"]).await;
    let evil = peers.remove(0);
    evil.script(|heard| heard.is("POST", "/entries").then_some(Reply::Close));
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let said = ann.say(&channel, "n1", "to be deleted").await;
    ann.patch(
        &format!("/channels/{channel}/messages/{}", id_of(&said)),
        json!({ "text": "to be deleted, too" }),
    )
    .await
    .expect(200);
    let kept = ann.say(&channel, "n2", "to be kept").await;
    bob.hears(&channel, "to be kept").await;
    ann.delete(&format!("/channels/{channel}/messages/{}", id_of(&said))).await.expect(204);
    let path = format!("/channels/{channel}/messages/{}", id_of(&said));
    eventually("the deletion", async || (bob.get(&path).await.expect(200)["deleted"] == true).then_some(()))
        .await;
    // The peer has somebody in the channel from now on.
    let guest = Guest::of(&evil, "mallory", &channel, &ann).await;
    assert_eq!(code(&guest.join(&world.servers[0]).await.expect(200)), None);
    let (log, _) = ann.log(&channel).await;
    let edit = log.iter().find(|entry| entry["event"]["type"] == "edit").expect("the edit");
    eventually("b.test knows the guest", async || {
        (bob.head(&channel).await? == ann.head(&channel).await?).then_some(())
    })
    .await;
    for server in &world.servers {
        for gone in [&said["id"], &edit["entry"]["event"]] {
            let path = format!("/channels/{channel}/events/{}/body", gone.as_str().expect("an id"));
            evil.ask(server, "GET", &path, None).await.problem(410, "redacted");
        }
        let path = format!("/channels/{channel}/events/{}/body", id_of(&kept));
        let body = evil.ask(server, "GET", &path, None).await.expect(200);
        assert_eq!(body["content"]["text"], "to be kept");
        let range =
            evil.ask(server, "GET", &format!("/channels/{channel}/entries?from=0"), None).await.expect(200);
        assert!(!range.to_string().contains("to be deleted"), "{range}");
    }
}

/// A member's server speaks for its own people: signals in the name of others are dropped, whoever they are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signals_in_anothers_name_are_dropped() {
    let (world, evil, ann, channel) = world().await;
    let to = &world.servers[0];
    let eve = to.person("eve").await;
    eve.join("#general:a.test").await;
    let guest = Guest::of(&evil, "mallory", &channel, &ann).await;
    assert_eq!(code(&guest.join(to).await.expect(200)), None);
    let mut at_ann = Stream::of(&ann).await;
    let path = format!("/channels/{channel}/signals");
    let signal = async |kind: &str, user: &str| {
        let mut signal = json!({ "type": kind, "user": user });
        if kind == "presence" {
            signal["online"] = json!(true);
        }
        evil.ask(to, "POST", &path, Some(json!({ "signals": [signal] }))).await.expect(204);
    };
    for user in [&*eve.id, "@bob:b.test", "@nobody:evil.test", &ann.id] {
        for kind in ["typing", "presence", "profile"] {
            signal(kind, user).await;
        }
    }
    let own = guest.user.as_str();
    signal("typing", own).await;
    // The first that is heard is the only one that was true.
    let frame = at_ann.next(|frame| frame["t"] == "typing" || frame["t"] == "presence").await;
    assert_eq!((&frame["t"], &frame["d"]["user"]), (&json!("typing"), &json!(own)), "{frame}");
    assert_eq!(ann.get(&format!("/users/{}", eve.id)).await.expect(200)["presence"], "offline");
    assert_eq!(
        evil.count("GET", "/profile"),
        evil.heard().iter().filter(|heard| heard.target.contains("mallory")).count()
    );
}

/// Nothing that a peer says changes people of this server, or what they have: neither their profiles, nor their seats,
/// nor their aliases.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_of_this_server_are_nobody_elses_to_change() {
    let (world, evil, ann, channel) = world().await;
    let to = &world.servers[0];
    let hosted = federation_tests::Hosted::found(&evil);
    hosted.welcome(to, &ann).await;
    let profile = async || ann.get(&format!("/users/{}", ann.id)).await.expect(200);
    let mine = async || ann.get("/me").await.expect(200);
    let before = (profile().await, mine().await, ann.get(&format!("/channels/{channel}")).await.expect(200));
    // Whoever is asked for a profile says another's.
    let (victim, liar) = (ann.id.clone(), hosted.owner.clone());
    evil.script(move |heard| {
        heard.target.contains("/profile").then(|| {
            let profile = json!({
                "user": victim, "display_name": "changed", "bio": "changed", "avatar": null,
                "deactivated": true, "ts": 1,
            });
            Reply::Json(200, profile.to_string())
        })
    });
    let path = format!("/channels/{}/signals", hosted.channel);
    for user in [&ann.id, liar.as_str()] {
        let signals = json!({ "signals": [{ "type": "profile", "user": user }] });
        evil.ask(to, "POST", &path, Some(signals)).await.expect(204);
    }
    eventually("the profile is asked for", async || {
        evil.heard().iter().any(|heard| heard.target.contains("/profile")).then_some(())
    })
    .await;
    // The host of another channel bans her there, and says so of the one that is hers; and claims her alias.
    let from = hosted.size();
    hosted.append(hosted.state(EventType::Member, &ann.id, json!({ "membership": "banned" })), None);
    let stolen = Event {
        channel: Some(channel.parse().expect("an id")),
        ..hosted.state(EventType::Member, &ann.id, json!({ "membership": "banned" }))
    };
    hosted.append(stolen, None);
    hosted.deliver(to, from).await;
    let path = format!("/channels/{channel}/entries");
    evil.ask(to, "POST", &path, Some(hosted.batch(from))).await.problem(403, "not_host");
    assert_eq!(ann.get(&format!("/channels/{}/messages", hosted.channel)).await.status, 403);
    let after = (profile().await, mine().await, ann.get(&format!("/channels/{channel}")).await.expect(200));
    assert_eq!(after, before);
    ann.say(&channel, "n", "still here").await;
    let found = to.person("carol").await.join("#general:a.test").await;
    assert_eq!(found["id"], json!(channel));
}

/// An event that is too large has no place, and what comes after it has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_large_stops_nothing() {
    let (world, evil, ann, channel) = world().await;
    let to = &world.servers[0];
    let guest = Guest::of(&evil, "mallory", &channel, &ann).await;
    assert_eq!(code(&guest.join(to).await.expect(200)), None);
    assert_eq!(guest.say(to, &"x".repeat(70_000)).await.as_deref(), Some("too_large"));
    let huge = "y".repeat(4 * 1024 * 1024);
    let answer = guest.send(to, "events", vec![json!({ "event": huge, "signature": "" })]).await;
    assert!(answer.status == 413 || answer.status == 0, "{answer:?}");
    assert_eq!(guest.say(to, "in measure").await, None);
    assert_eq!(ann.texts(&channel).await, ["in measure"]);
}

/// Such as the page of a proxy that is being set up: it says nothing of the channel.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_none_stops_a_channel_for_a_moment_only() {
    let (world, evil, ann, channel) = world().await;
    let to = &world.servers[0];
    let guest = Guest::of(&evil, "mallory", &channel, &ann).await;
    evil.script(|heard| heard.is("POST", "/entries").then(|| Reply::Json(200, "<html>".to_owned())));
    guest.join(to).await.expect(200);
    // The pause for what is refused is five minutes.
    eventually("it is tried again", async || (evil.count("POST", "/entries") >= 3).then_some(())).await;
}
