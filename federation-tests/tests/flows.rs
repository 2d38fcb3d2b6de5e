//! What people do with each other over several servers.

use federation_tests::{Fault, Person, Reply, World, eventually};
use serde_json::{Value, json};

/// Ann on the first server has a public channel, and one person of each other server is in it.
async fn together(count: usize) -> (World, Vec<Person>, String) {
    let world = World::of(count).await;
    let mut people = Vec::new();
    for (n, server) in world.servers.iter().enumerate() {
        people.push(server.person(["ann", "bob", "cem", "dan", "eve"][n]).await);
    }
    let channel = people[0].channel("general").await;
    for person in &people[1..] {
        person.join("#general:a.test").await;
    }
    (world, people, channel)
}

/// Everybody has the same log, and all servers find it sound and without void entries.
async fn agree(world: &World, people: &[Person], channel: &str) {
    eventually("equal heads", async || {
        let first = people[0].head(channel).await?;
        for person in &people[1..] {
            if person.head(channel).await? != first {
                return None;
            }
        }
        Some(())
    })
    .await;
    for server in &world.servers {
        let (sound, said) = server.run(&["verify"]);
        assert!(
            sound && !said.lines().any(|line| line.contains(" void") && !line.contains(" 0 void")),
            "{said}"
        );
        assert_eq!(server.alarms(), [], "{}", server.name);
    }
}

fn member(channel: &str, person: &Person) -> String {
    format!("/channels/{channel}/members/{}", person.id)
}

async fn membership(person: &Person, channel: &str) -> Option<String> {
    let answer = person.get("/channels").await.expect(200);
    let all = answer["channels"].as_array().expect("channels").clone();
    let found = all.into_iter().find(|one| one["id"] == channel)?;
    found["membership"].as_str().map(str::to_owned)
}

async fn becomes(person: &Person, channel: &str, wanted: Option<&str>) {
    eventually(&format!("{} is {wanted:?}", person.id), async || {
        (membership(person, channel).await.as_deref() == wanted).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_is_accepted_or_declined() {
    let (world, people, _) = together(2).await;
    let (ann, bob) = (&people[0], &people[1]);
    for accept in [true, false] {
        let made =
            ann.post("/channels", json!({ "name": "quiet", "visibility": "private" })).await.expect(201);
        let channel = made["id"].as_str().expect("an id");
        ann.say(channel, "n", "welcome").await;
        bob.post(&format!("/channels/{channel}/join"), Value::Null).await;
        ann.put(&member(channel, bob), json!({ "membership": "invited" })).await.expect(200);
        becomes(bob, channel, Some("invited")).await;
        if accept {
            bob.post(&format!("/channels/{channel}/join"), Value::Null).await.expect(200);
            assert_eq!(bob.texts(channel).await, ["welcome"]);
            agree(&world, &people, channel).await;
        } else {
            bob.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
            becomes(bob, channel, None).await;
            eventually("ann hears", async || {
                let page = ann.get(&format!("/channels/{channel}/members?membership=left")).await.expect(200);
                page.to_string().contains(&bob.id).then_some(())
            })
            .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_remote_moderator_moderates() {
    let (world, people, channel) = together(3).await;
    let (ann, bob, cem) = (&people[0], &people[1], &people[2]);
    bob.put(&member(&channel, cem), json!({ "membership": "banned" })).await.problem(403, "not_authorised");
    bob.patch(&format!("/channels/{channel}"), json!({ "topic": "mine" }))
        .await
        .problem(403, "not_authorised");
    ann.put(&member(&channel, bob), json!({ "role": "moderator" })).await.expect(200);
    eventually("the role", async || {
        (bob.get(&format!("/channels/{channel}")).await.expect(200)["role"] == "moderator").then_some(())
    })
    .await;
    bob.patch(&format!("/channels/{channel}"), json!({ "name": "new name", "topic": "new topic" }))
        .await
        .expect(200);
    let pinned = ann.say(&channel, "n1", "pin me").await;
    bob.hears(&channel, "pin me").await;
    bob.put(&format!("/channels/{channel}/pins/{}", pinned["id"].as_str().expect("an id")), Value::Null)
        .await
        .expect(204);
    for person in [ann, cem] {
        eventually("name, topic and pins", async || {
            let seen = person.get(&format!("/channels/{channel}")).await.expect(200);
            let pins = person.get(&format!("/channels/{channel}/pins")).await.expect(200);
            (seen["name"] == "new name"
                && seen["topic"] == "new topic"
                && pins.to_string().contains("pin me"))
            .then_some(())
        })
        .await;
    }
    // Not upon those who are above, whatever the own server would say.
    bob.put(&member(&channel, ann), json!({ "membership": "banned" })).await.problem(403, "not_authorised");
    bob.put(&member(&channel, bob), json!({ "role": "owner" })).await;
    cem.say(&channel, "n2", "delete me").await;
    let said = bob.hears(&channel, "delete me").await;
    bob.delete(&format!("/channels/{channel}/messages/{}", said["id"].as_str().expect("an id")))
        .await
        .expect(204);
    bob.put(&member(&channel, cem), json!({ "membership": "left" })).await.expect(200);
    becomes(cem, &channel, None).await;
    cem.join("#general:a.test").await;
    agree(&world, &people, &channel).await;
    bob.put(&member(&channel, cem), json!({ "membership": "banned" })).await.expect(200);
    becomes(cem, &channel, None).await;
    let refused = cem.post("/joins", json!({ "alias": "#general:a.test" })).await;
    refused.problem(403, "banned");
    let path = format!("/channels/{channel}/messages");
    assert!(cem.post(&path, json!({ "nonce": "x", "text": "still me" })).await.status >= 400);
    agree(&world, &people[..2], &channel).await;
}

/// Leaving works at once, host or no host; what was said before arrives first; who stays sees it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_does_not_wait_for_the_host() {
    let (mut world, mut people, channel) = together(2).await;
    let bea = world.servers[1].person("bea").await;
    bea.join("#general:a.test").await;
    world.kill(0);
    let sent = people[1]
        .post(&format!("/channels/{channel}/messages"), json!({ "nonce": "n1", "text": "last words" }))
        .await;
    assert_eq!(sent.body["status"], "pending", "{sent:?}");
    people[1].post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
    assert_eq!(membership(&people[1], &channel).await, None);
    people[1].get(&format!("/channels/{channel}/messages")).await.problem(403, "not_member");
    world.start(0);
    people[0] = people[0].at(&world.servers[0].base);
    people[0].hears(&channel, "last words").await;
    bea.hears(&channel, "last words").await;
    eventually("ann hears of it", async || {
        let page = people[0].get(&format!("/channels/{channel}/members?membership=left")).await.expect(200);
        page.to_string().contains(&people[1].id).then_some(())
    })
    .await;
    agree(&world, &[people[0].clone(), bea.clone()], &channel).await;
    assert_eq!(membership(&people[1], &channel).await, None);
    people[1].join("#general:a.test").await;
    people[1].say(&channel, "n2", "back again").await;
    bea.hears(&channel, "back again").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn direct_messages_and_groups() {
    let (world, people, _) = together(3).await;
    let (ann, bob, cem) = (&people[0], &people[1], &people[2]);
    let dm = ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
    let dm = dm["id"].as_str().expect("an id");
    becomes(bob, dm, Some("joined")).await;
    ann.say(dm, "n1", "hello bob").await;
    bob.hears(dm, "hello bob").await;
    bob.say(dm, "n1", "hello ann").await;
    ann.hears(dm, "hello ann").await;
    let same = bob.post("/dms", json!({ "users": [ann.id] })).await.expect(200);
    assert_eq!(same["id"], dm);
    let group = cem.post("/dms", json!({ "users": [ann.id, bob.id] })).await.expect(201);
    let group = group["id"].as_str().expect("an id");
    for (n, person) in people.iter().enumerate() {
        becomes(person, group, Some("joined")).await;
        person.say(group, "n1", &format!("it is {n}")).await;
    }
    for person in &people {
        eventually("three messages", async || (person.texts(group).await.len() == 3).then_some(())).await;
    }
    agree(&world, &people, group).await;
}

/// Two people write to each other for the first time at the same moment: it ends with one conversation.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_first_messages_are_one_conversation() {
    let (world, people, _) = together(2).await;
    let (ann, bob) = (&people[0], &people[1]);
    let (a, b) = tokio::join!(
        ann.post("/dms", json!({ "users": [bob.id] })),
        bob.post("/dms", json!({ "users": [ann.id] })),
    );
    assert!(a.status < 300 && b.status < 300, "{a:?} {b:?}");
    let channel = eventually("one conversation", async || {
        let here = ann.post("/dms", json!({ "users": [bob.id] })).await;
        let there = bob.post("/dms", json!({ "users": [ann.id] })).await;
        let id = here.body["id"].as_str()?.to_owned();
        (here.body["id"] == there.body["id"] && here.status < 300).then_some(id)
    })
    .await;
    becomes(ann, &channel, Some("joined")).await;
    becomes(bob, &channel, Some("joined")).await;
    ann.say(&channel, "n1", "which one?").await;
    bob.hears(&channel, "which one?").await;
    bob.say(&channel, "n1", "this one").await;
    ann.hears(&channel, "this one").await;
    agree(&world, &people, &channel).await;
}

/// Who comes later under `since_join` has all entries, and of what was before none of the texts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn newcomers_do_not_get_what_was_before() {
    let world = World::of(2).await;
    let ann = world.servers[0].person("ann").await;
    let bob = world.servers[1].person("bob").await;
    let channel = ann.channel("general").await;
    ann.patch(&format!("/channels/{channel}"), json!({ "policy": { "history": "since_join" } }))
        .await
        .expect(200);
    ann.say(&channel, "n1", "a secret of before").await;
    bob.join("#general:a.test").await;
    ann.say(&channel, "n2", "for all").await;
    bob.hears(&channel, "for all").await;
    assert_eq!(bob.texts(&channel).await, ["for all"]);
    let seen = bob.get(&format!("/channels/{channel}")).await.expect(200);
    assert_eq!(seen["name"], "general");
    // Nothing of it is in the other server's files.
    let data = std::path::PathBuf::from(&world.servers[1].settings["LOGGIA_DATA_DIR"]);
    for file in std::fs::read_dir(&data).expect("files").flatten() {
        let bytes = std::fs::read(file.path()).unwrap_or_default();
        let secret = b"a secret of before";
        assert!(!bytes.windows(secret.len()).any(|some| some == secret), "{:?}", file.path());
    }
    agree(&world, &[ann, bob], &channel).await;
}

/// Profiles and typing are seen elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn profiles_are_seen_elsewhere() {
    let (_world, people, _) = together(3).await;
    let path = format!("/users/{}", people[1].id);
    people[1].patch("/me", json!({ "display_name": "Bobby", "bio": "I am Bob" })).await.expect(200);
    for person in [&people[0], &people[2]] {
        eventually("the profile", async || {
            let seen = person.get(&path).await.expect(200);
            (seen["display_name"] == "Bobby" && seen["bio"] == "I am Bob").then_some(())
        })
        .await;
    }
}

/// What was deleted is gone on all servers, and asking a server for it again says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_deleted_stays_deleted() {
    let (world, mut peers) = World::among(2, &["evil.test"]).await;
    let evil = peers.remove(0);
    let ann = world.servers[0].person("ann").await;
    let bob = world.servers[1].person("bob").await;
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let to = &world.servers[0];
    let said = ann.say(&channel, "n1", "to be deleted").await;
    let kept = ann.say(&channel, "n2", "to be kept").await;
    bob.hears(&channel, "to be kept").await;
    let of = |message: &Value| {
        format!("/channels/{channel}/events/{}/body", message["id"].as_str().expect("an id"))
    };
    // Somebody who shares nothing with the server learns nothing.
    evil.ask(to, "GET", &of(&kept), None).await.problem(403, "not_member");
    evil.ask(to, "GET", &format!("/channels/{channel}/entries?from=0"), None)
        .await
        .problem(403, "not_member");
    evil.ask(to, "GET", &format!("/channels/{channel}/proof?seq=0"), None).await.problem(403, "not_member");
    evil.ask(to, "GET", &format!("/users/{}/profile", ann.id), None).await.problem(404, "user_not_found");
    evil.ask(to, "POST", &format!("/channels/{channel}/signals"), Some(json!({ "signals": [] })))
        .await
        .problem(403, "not_member");
    ann.delete(&format!("/channels/{channel}/messages/{}", said["id"].as_str().expect("an id")))
        .await
        .expect(204);
    eventually("the deletion", async || {
        let message =
            bob.get(&format!("/channels/{channel}/messages/{}", said["id"].as_str()?)).await.expect(200);
        (message["deleted"] == true).then_some(())
    })
    .await;
    agree(&world, &[ann.clone(), bob.clone()], &channel).await;
    let hosted = federation_tests::Hosted::found(&evil);
    hosted.welcome(to, &ann).await;
    evil.script(|heard| heard.is("POST", "/entries").then_some(Reply::Close));
    // The evil server has somebody in the channel from now on.
    let join = evil_joins(&evil, &channel, &bob, to).await;
    assert_eq!(join["results"][1]["error"], Value::Null, "{join}");
    evil.ask(to, "GET", &of(&said), None).await.problem(410, "redacted");
    let body = evil.ask(to, "GET", &of(&kept), None).await.expect(200);
    assert_eq!(body["content"]["text"], "to be kept");
}

/// Somebody of the scripted peer joins a real channel; answers what the host said.
async fn evil_joins(
    evil: &federation_tests::Peer,
    channel: &str,
    member: &Person,
    to: &federation_tests::Server,
) -> Value {
    use loggia::protocol::event::{EventType, SignedEvent};
    let (entries, _) = member.log(channel).await;
    let hosted = federation_tests::Hosted::found(evil);
    let genesis = entries[0]["entry"]["event"].as_str().expect("an id").to_owned();
    assert_eq!(genesis[1..], channel[1..]);
    let first: loggia::protocol::log::Entry =
        serde_json::from_value(entries[0]["entry"].clone()).expect("an entry");
    let root = first.leaf();
    let of = |kind: EventType, key: &str, content: Value| {
        let mut event = hosted.state(kind, key, content);
        event.channel = Some(channel.parse().expect("an id"));
        event.seen = Some(loggia::protocol::event::Seen { size: 1, root });
        let signed = SignedEvent::sign(event, &evil.key);
        json!({ "event": serde_json::from_slice::<Value>(&signed.bytes).expect("JSON"), "signature": signed.signature })
    };
    let key = json!({ "kid": evil.kid, "public": evil.key.public() });
    let events = json!({ "events": [
        of(EventType::ServerKey, "evil.test/k1", key),
        of(EventType::Member, hosted.owner.as_str(), json!({ "membership": "joined" })),
    ] });
    evil.ask(to, "POST", &format!("/channels/{channel}/join"), Some(events)).await.expect(200)
}

/// What a member of the channel may not do, its server can't do for them either: each is refused by its code, and
/// nothing of it is in the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_members_server_may_do_no_more_than_the_member() {
    use loggia::protocol::event::{Event, EventType, SignedEvent};
    let (world, mut peers) = World::among(1, &["evil.test"]).await;
    let (evil, to) = (peers.remove(0), &world.servers[0]);
    evil.script(|heard| heard.is("POST", "/entries").then(|| Reply::problem(503, "busy")));
    let ann = to.person("ann").await;
    let channel = ann.channel("general").await;
    let said = ann.say(&channel, "n1", "mine").await;
    let size = async || ann.head(&channel).await.expect("a head").0;
    let hosted = federation_tests::Hosted::found(&evil);
    let (entries, _) = ann.log(&channel).await;
    let first: loggia::protocol::log::Entry =
        serde_json::from_value(entries[0]["entry"].clone()).expect("an entry");
    let root = first.leaf();
    let wire = |event: Event| {
        let mut event = event;
        event.channel = Some(channel.parse().expect("an id"));
        event.seen = Some(loggia::protocol::event::Seen { size: 1, root });
        SignedEvent::sign(event, &evil.key)
    };
    let json_of = |signed: &SignedEvent| json!({ "event": serde_json::from_slice::<Value>(&signed.bytes).expect("JSON"), "signature": signed.signature });
    let send = async |endpoint: &str, events: Vec<Value>| {
        evil.ask(to, "POST", &format!("/channels/{channel}/{endpoint}"), Some(json!({ "events": events })))
            .await
    };
    let before = size().await;
    let (message, body) = hosted.message("no member");
    let mut outsider = json_of(&wire(message));
    outsider["body"] = serde_json::from_slice(&body.canonical()).expect("JSON");
    let answer = send("events", vec![outsider]).await.expect(200);
    assert_eq!(answer["results"][0]["error"]["code"], "not_member", "{answer}");
    // Other events at the endpoints for membership, and a join of somebody else.
    let own = |membership: &str| {
        json_of(&wire(hosted.state(
            EventType::Member,
            hosted.owner.as_str(),
            json!({ "membership": membership }),
        )))
    };
    for (endpoint, membership) in
        [("join", "left"), ("leave", "joined"), ("knock", "joined"), ("join", "banned")]
    {
        send(endpoint, vec![own(membership)]).await.problem(400, "bad_event");
    }
    let other = json_of(&wire(hosted.state(
        EventType::Member,
        "@other:evil.test",
        json!({ "membership": "joined" }),
    )));
    send("join", vec![other]).await.problem(400, "bad_event");
    send("join", vec![own("joined"), own("joined")]).await.problem(400, "bad_event");
    // A key that is not in the server's document.
    let forged = json!({ "kid": "k1", "public": federation_tests::peer::key("forged").public() });
    let answer =
        send("events", vec![json_of(&wire(hosted.state(EventType::ServerKey, "evil.test/k1", forged)))])
            .await;
    assert_eq!(answer.expect(200)["results"][0]["error"]["code"], "key_unknown");
    // In the name of somebody of the host.
    let (mut message, _) = hosted.message("it was ann");
    message.sender = ann.id.parse().expect("an id");
    let answer = send("events", vec![json_of(&wire(message))]).await.expect(200);
    assert_eq!(answer["results"][0]["error"]["code"], "bad_origin");
    // Of another channel than the path says.
    let (message, _) = hosted.message("elsewhere");
    let answer = send("events", vec![json_of(&SignedEvent::sign(message, &evil.key))]).await.expect(200);
    assert_eq!(answer["results"][0]["error"]["code"], "path_mismatch");
    assert_eq!(size().await, before);
    assert_eq!(evil_joins(&evil, &channel, &ann, to).await["results"][1]["error"], Value::Null);
    let before = size().await;
    let redaction = Event {
        relates: Some(loggia::protocol::event::Relates {
            rel: loggia::protocol::event::Rel::Redact,
            to: said["id"].as_str().expect("an id").parse().expect("an id"),
        }),
        ..hosted.event(EventType::Redact)
    };
    let cases = [
        hosted.state(
            EventType::Member,
            hosted.owner.as_str(),
            json!({ "membership": "joined", "role": "owner" }),
        ),
        hosted.state(EventType::Member, &ann.id, json!({ "membership": "joined", "role": "member" })),
        hosted.state(EventType::Member, &ann.id, json!({ "membership": "banned" })),
        hosted.state(EventType::ChannelServers, "", json!({ "deny": ["a.test"] })),
        hosted.state(EventType::ChannelPolicy, "", json!({ "caps": {}, "history": "all", "join": "invite" })),
        hosted.state(EventType::ChannelArchive, "", json!({ "archived": true })),
        hosted.state(EventType::ServerKey, "a.test/k9", json!({ "kid": "k9", "public": evil.key.public() })),
        redaction,
    ];
    for event in cases {
        let what = serde_json::to_string(&event).expect("JSON");
        let answer = send("events", vec![json_of(&wire(event))]).await.expect(200);
        let code = answer["results"][0]["error"]["code"].as_str();
        assert!(
            matches!(
                code,
                Some("not_authorised" | "policy" | "bad_target" | "no_change" | "key_unknown" | "bad_header")
            ),
            "{what}: {answer}"
        );
    }
    assert_eq!(size().await, before);
    // The same event again is answered with its first place.
    let (message, body) = hosted.message("once");
    let mut once = json_of(&wire(message));
    once["body"] = serde_json::from_slice(&body.canonical()).expect("JSON");
    let answers =
        [send("events", vec![once.clone()]).await.expect(200), send("events", vec![once]).await.expect(200)];
    assert!(answers[0]["results"][0]["entry"]["seq"].is_i64(), "{}", answers[0]);
    assert_eq!(answers[0], answers[1]);
    assert_eq!(size().await, before + 1);
    assert!(to.run(&["verify"]).0);
}

/// A member whose server is away misses nothing, and a message that was sent while the host was away has its final id
/// at once and stands in the log once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_while_one_was_away() {
    let (mut world, mut people, channel) = together(2).await;
    world.kill(1);
    for n in 0..40 {
        people[0].say(&channel, &format!("n{n}"), &format!("m{n}")).await;
    }
    world.start(1);
    people[1] = people[1].at(&world.servers[1].base);
    people[1].hears(&channel, "m39").await;
    agree(&world, &people, &channel).await;
    world.isolate(0, Fault::Cut);
    let path = format!("/channels/{channel}/messages");
    let sent = people[1].post(&path, json!({ "nonce": "p1", "text": "in the meantime" })).await;
    assert_eq!(sent.body["status"], "pending", "{sent:?}");
    let again = people[1].post(&path, json!({ "nonce": "p1", "text": "in the meantime" })).await;
    assert_eq!(again.body["id"], sent.body["id"]);
    world.isolate(0, Fault::None);
    let heard = people[0].hears(&channel, "in the meantime").await;
    assert_eq!(heard["id"], sent.body["id"]);
    agree(&world, &people, &channel).await;
    let texts = people[0].texts(&channel).await;
    assert_eq!(texts.iter().filter(|text| *text == "in the meantime").count(), 1);
}
