//! Somebody of another server whom an administrator keeps off this one, while their server goes on.

use federation_tests::guest::code;
use federation_tests::person::Answer;
use federation_tests::{Guest, Person, World, eventually, on_both_databases};
use loggia::protocol::body::Body;
use loggia::protocol::event::{Event, EventType, Rel, Relates};
use loggia::protocol::ids::EventId;
use serde_json::{Value, json};

const EXCLUDED: &str = "user_excluded";

async fn exclude(admin: &Person, user: &str) -> Value {
    let path = format!("/admin/exclusions/{user}");
    admin.put(&path, json!({ "reason": "as agreed" })).await.expect(200)
}

async fn readmit(admin: &Person, user: &str) {
    admin.delete(&format!("/admin/exclusions/{user}")).await.expect(204);
}

async fn invite(person: &Person, channel: &str, other: &str) {
    let path = format!("/channels/{channel}/members/{other}");
    person.put(&path, json!({ "membership": "invited" })).await.expect(200);
}

async fn say(person: &Person, channel: &str, nonce: &str) -> Answer {
    let said = json!({ "nonce": nonce, "text": nonce });
    person.post(&format!("/channels/{channel}/messages"), said).await
}

async fn members(person: &Person, channel: &str) -> Vec<String> {
    let page = person.get(&format!("/channels/{channel}/members?membership=joined")).await.expect(200);
    let all = page["members"].as_array().expect("members").iter();
    all.map(|member| member["user"]["id"].as_str().expect("an id").to_owned()).collect()
}

async fn is_out(person: &Person, channel: &str, user: &str) {
    eventually("the removal", async || {
        (!members(person, channel).await.iter().any(|id| id == user)).then_some(())
    })
    .await;
}

async fn unread(person: &Person) -> i64 {
    person.get("/notifications").await.expect(200)["unread"].as_i64().expect("a number")
}

/// Eve of b.test is kept off a.test; Zoe, of her server, is not.
async fn one_goes_and_their_server_stays(world: World) {
    let (a, b) = (&world.servers[0], &world.servers[1]);
    let (ann, bob) = (a.person("ann").await, a.person("bob").await);
    let (eve, zoe) = (b.person("eve").await, b.person("zoe").await);
    a.make_administrator("ann");
    let general = ann.channel("general").await;
    for person in [&eve, &zoe] {
        person.join("#general:a.test").await;
        person.becomes(&general, Some("joined")).await;
    }
    bob.join("#general:a.test").await;
    let market = zoe.channel("market").await;
    eve.join("#market:b.test").await;
    bob.join("#market:b.test").await;
    bob.becomes(&market, Some("joined")).await;
    let dm = bob.post("/dms", json!({ "users": [eve.id] })).await.expect(201);
    let dm = dm["id"].as_str().expect("an id").to_owned();
    eve.becomes(&dm, Some("joined")).await;
    eve.say(&dm, "n0", "hello @bob:a.test").await;
    bob.hears(&dm, "hello @bob:a.test").await;
    let seen = unread(&bob).await;

    let excluded = exclude(&ann, &eve.id).await;
    assert_eq!(excluded["user"]["id"], eve.id.as_str());
    is_out(&ann, &general, &eve.id).await;
    eve.becomes(&general, None).await;
    assert!(members(&ann, &general).await.contains(&zoe.id));
    // The log says who did it, and not why.
    let (entries, _) = ann.log(&general).await;
    let last = entries.last().expect("an entry");
    assert_eq!(last["event"]["state"]["key"], eve.id.as_str());
    assert_eq!(last["event"]["state"]["content"], json!({ "membership": "left" }));
    assert_eq!(last["body"]["content"], json!({ "administrator": ann.id }));
    // She is told so, and those of her server go on.
    eve.post("/joins", json!({ "alias": "#general:a.test" })).await.problem(403, EXCLUDED);
    eve.becomes(&general, None).await;
    say(&eve, &dm, "n1").await.problem(403, EXCLUDED);
    zoe.say(&general, "n1", "still here").await;
    bob.hears(&general, "still here").await;
    // Nor does anybody begin or go on with a conversation.
    say(&bob, &dm, "n1").await.problem(403, EXCLUDED);
    ann.post("/dms", json!({ "users": [eve.id] })).await.problem(403, EXCLUDED);
    let path = format!("/channels/{general}/members/{}", eve.id);
    ann.put(&path, json!({ "membership": "invited" })).await.problem(403, EXCLUDED);
    zoe.put(&path, json!({ "membership": "invited" })).await.problem(403, EXCLUDED);
    // What she says elsewhere is in that log, and tells nobody here.
    eve.say(&market, "n1", "buy @bob:a.test").await;
    bob.hears(&market, "buy @bob:a.test").await;
    let private =
        eve.post("/channels", json!({ "name": "bazaar", "visibility": "private" })).await.expect(201);
    let bazaar = private["id"].as_str().expect("an id").to_owned();
    invite(&eve, &bazaar, &bob.id).await;
    let group = eve.post("/dms", json!({ "users": [bob.id, zoe.id] })).await.expect(201);
    let group = group["id"].as_str().expect("an id").to_owned();
    zoe.say(&market, "n2", "after @bob:a.test").await;
    bob.hears(&market, "after @bob:a.test").await;
    assert_eq!(unread(&bob).await, seen + 1, "of Zoe alone");
    assert_eq!((bob.membership(&bazaar).await, bob.membership(&group).await), (None, None));
    let listed = ann.get("/admin/exclusions").await.expect(200);
    // The conversation, whose people are fixed.
    assert_eq!(listed["exclusions"][0]["channels"], 1);

    readmit(&ann, &eve.id).await;
    assert_eq!(members(&ann, &general).await.iter().filter(|id| **id == eve.id).count(), 0);
    eve.join("#general:a.test").await;
    eve.becomes(&general, Some("joined")).await;
    eve.say(&general, "n9", "back @bob:a.test").await;
    bob.hears(&general, "back @bob:a.test").await;
    eventually("the mention", async || (unread(&bob).await == seen + 2).then_some(())).await;
    bob.say(&dm, "n9", "again").await;
    eve.hears(&dm, "again").await;
    for server in &world.servers {
        assert!(server.run(&["verify"]).0);
        assert_eq!(server.alarms(), [], "{}", server.name);
    }
}

on_both_databases!(one_goes_and_their_server_stays, 2);

/// Whatever kind of event a server sends of somebody who is kept off, by whichever endpoint, and whoever of it tries to let
/// them in: nothing gets into the log but that they leave.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_server_does_not_get_round_it() {
    let (world, peers) = World::among(1, &["evil.test"]).await;
    let (to, evil) = (&world.servers[0], &peers[0]);
    let ann = to.person("ann").await;
    to.make_administrator("ann");
    let channel = ann.channel("general").await;
    let said = ann.say(&channel, "n0", "begin").await;
    let target: EventId = said["id"].as_str().expect("an id").parse().expect("an id");
    let eve = Guest::of(evil, "eve", &channel, &ann).await;
    let mate = Guest::of(evil, "mate", &channel, &ann).await;
    eve.join(to).await.expect(200);
    assert_eq!(mate.submit(to, mate.member("joined"), None).await, None);
    // A role that nobody of this server could take from her, were it a moderator's.
    let path = format!("/channels/{channel}/members/{}", mate.user);
    ann.put(&path, json!({ "role": "moderator" })).await.expect(200);
    exclude(&ann, eve.user.as_str()).await;
    is_out(&ann, &channel, eve.user.as_str()).await;
    let (before, _) = ann.log(&channel).await;

    let relates = |kind: EventType, rel: Rel| Event {
        relates: Some(Relates { rel, to: target.clone() }),
        ..eve.event(kind)
    };
    let with = |event: Event, content: Value| {
        let content = content.as_object().expect("an object").clone();
        let body = Body::new([7; 16], content);
        (Event { body_hash: Some(body.hash()), ..event }, Some(body))
    };
    let (message, words) = eve.message("let me in");
    let (leaving, insult) = with(eve.member("left"), json!({ "reason": "an insult" }));
    let tries = [
        (message, Some(words)),
        (eve.member("joined"), None),
        (eve.member("knocking"), None),
        (eve.member("invited"), None),
        (eve.key(), None),
        with(relates(EventType::Edit, Rel::Edit), json!({ "text": "other words" })),
        with(relates(EventType::Reaction, Rel::React), json!({ "emoji": "x" })),
        (relates(EventType::Redact, Rel::Redact), None),
        with(eve.state(EventType::ChannelName, "", json!({})), json!({ "name": "eve's" })),
        with(eve.state(EventType::ChannelPins, "", json!({})), json!({ "events": [] })),
        (eve.state(EventType::ChannelArchive, "", json!({ "archived": true })), None),
        (eve.event(EventType::Other("x.test".into())), None),
        (leaving, insult),
    ];
    let mut batch = Vec::new();
    for (event, body) in tries {
        let kind = event.kind.clone();
        let sent = eve.wire(event, body.as_ref());
        let answer = eve.send(to, "events", vec![sent.clone()]).await.expect(200);
        assert_eq!(code(&answer).as_deref(), Some(EXCLUDED), "{kind:?}");
        batch.push(sent);
    }
    for (endpoint, membership) in [("join", "joined"), ("knock", "knocking")] {
        let sent = vec![eve.wire(eve.key(), None), eve.wire(eve.member(membership), None)];
        let answer = eve.send(to, endpoint, sent).await.expect(200);
        assert_eq!(code(&answer).as_deref(), Some(EXCLUDED), "{endpoint}");
    }
    // Among those of others, by others, and in another spelling.
    let (words, body) = mate.message("not me");
    batch.insert(1, mate.wire(words, Some(&body)));
    let answer = mate.send(to, "events", batch).await.expect(200);
    let taken =
        answer["results"].as_array().expect("results").iter().filter(|one| one.get("entry").is_some());
    assert_eq!(taken.count(), 1, "{answer}");
    for membership in ["invited", "joined"] {
        for role in [None, Some("guest"), Some("moderator"), Some("owner")] {
            let mut content = json!({ "membership": membership });
            if let Some(role) = role {
                content["role"] = json!(role);
            }
            let event = mate.state(EventType::Member, eve.user.as_str(), content);
            let refusal = mate.submit(to, event, None).await;
            // To be joined as a guest is to be less: that the rules refuse.
            let expected =
                if membership == "joined" && role == Some("guest") { "bad_target" } else { EXCLUDED };
            assert_eq!(refusal.as_deref(), Some(expected), "{membership} {role:?}");
        }
    }
    for key in ["@Eve:evil.test", "@eve:EVIL.test", "@eve:evil.test.", "@\u{435}ve:evil.test"] {
        let event = mate.state(EventType::Member, key, json!({ "membership": "invited" }));
        assert_eq!(mate.submit(to, event, None).await.as_deref(), Some("bad_header"), "{key}");
    }
    let (after, _) = ann.log(&channel).await;
    assert_eq!(after.len(), before.len() + 1);
    // An invitation of theirs leads to nothing, and a signal is not heard.
    let typing = json!({ "signals": [{ "type": "typing", "user": eve.user }] });
    evil.ask(to, "POST", &format!("/channels/{channel}/signals"), Some(typing)).await.expect(204);
    assert_eq!(to.alarms(), []);
}

/// What is begun is finished, also after a kill; and whom nobody of here can put out stays where they are, without a voice.
async fn what_is_begun_is_finished(mut world: World) {
    const CHANNELS: usize = 12;
    let mut ann = world.servers[0].person("ann").await;
    let eve = world.servers[1].person("eve").await;
    world.servers[0].make_administrator("ann");
    let mut channels = Vec::new();
    for n in 0..CHANNELS {
        channels.push(ann.channel(&format!("c{n}")).await);
        eve.join(&format!("#c{n}:a.test")).await;
        eve.becomes(&channels[n], Some("joined")).await;
    }
    // Hers, by a hand-over; and one to which she is only invited.
    let hers = channels.remove(0);
    let member = format!("/channels/{hers}/members/{}", eve.id);
    ann.put(&member, json!({ "role": "owner" })).await.expect(200);
    let closed =
        ann.post("/channels", json!({ "name": "closed", "visibility": "private" })).await.expect(201);
    let closed = closed["id"].as_str().expect("an id").to_owned();
    invite(&ann, &closed, &eve.id).await;
    // An archive, out of which nobody is put.
    let bob = world.servers[0].person("bob").await;
    let archive = bob.channel("archive").await;
    eve.join("#archive:a.test").await;
    bob.patch(&format!("/channels/{archive}"), json!({ "archived": true })).await.expect(200);
    // By the command, beside the server, which is killed as soon as it knows.
    let (done, said) = world.servers[0].run(&["user", "exclude", &eve.id]);
    assert!(done, "{said}");
    eventually("the first", async || {
        let first = members(&ann, &channels[0]).await;
        (!first.contains(&eve.id)).then_some(())
    })
    .await;
    world.kill(0);
    world.start(0);
    ann = ann.at(&world.servers[0].base);
    for channel in &channels {
        is_out(&ann, channel, &eve.id).await;
    }
    eventually("the invitation", async || {
        let page = ann.get(&format!("/channels/{closed}/members?membership=invited")).await.expect(200);
        page["members"].as_array().is_some_and(Vec::is_empty).then_some(())
    })
    .await;
    assert!(members(&ann, &hers).await.contains(&eve.id));
    eventually("the refusal", async || {
        let answer =
            eve.post(&format!("/channels/{hers}/messages"), json!({ "nonce": "n", "text": "mine" })).await;
        (answer.status == 403).then(|| answer.problem(403, EXCLUDED))
    })
    .await;
    ann.say(&hers, "n", "it goes on").await;
    let listed = ann.get("/admin/exclusions").await.expect(200);
    assert_eq!(listed["exclusions"][0]["channels"], 2);
    assert_eq!(listed["exclusions"][0]["administrator"], Value::Null);
    // Its owner can go all the same, and she inherits nothing.
    ann.delete(&format!("/admin/users/{}", bob.id)).await.expect(204);
    let listed = ann.get("/admin/exclusions").await.expect(200);
    assert_eq!(listed["exclusions"][0]["channels"], 1);
    let logs = world.servers[0].run(&["verify"]);
    assert!(logs.0, "{}", logs.1);
}

on_both_databases!(what_is_begun_is_finished, 2);
