//! What people do with each other over several servers.

use federation_tests::{Fault, Person, World, eventually, on_both_databases};
use serde_json::{Value, json};

/// Ann on the first server has a public channel, and one person of each other server is in it.
async fn together(world: &World) -> (Vec<Person>, String) {
    let mut people = Vec::new();
    for (n, server) in world.servers.iter().enumerate() {
        people.push(server.person(["ann", "bob", "cem", "dan", "eve"][n]).await);
    }
    let channel = people[0].channel("general").await;
    for person in &people[1..] {
        person.join("#general:a.test").await;
    }
    (people, channel)
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

async fn an_invitation_is_accepted_or_declined(world: World) {
    let (people, _) = together(&world).await;
    // The host of each invites somebody of the other, who accepts or declines.
    for (ann, bob, accept) in [
        (&people[0], &people[1], true),
        (&people[0], &people[1], false),
        (&people[1], &people[0], true),
        (&people[1], &people[0], false),
    ] {
        let made =
            ann.post("/channels", json!({ "name": "quiet", "visibility": "private" })).await.expect(201);
        let channel = made["id"].as_str().expect("an id");
        ann.say(channel, "n", "welcome").await;
        bob.post(&format!("/channels/{channel}/join"), Value::Null).await;
        ann.put(&member(channel, bob), json!({ "membership": "invited" })).await.expect(200);
        bob.becomes(channel, Some("invited")).await;
        if accept {
            bob.post(&format!("/channels/{channel}/join"), Value::Null).await.expect(200);
            assert_eq!(bob.texts(channel).await, ["welcome"]);
            agree(&world, &people, channel).await;
        } else {
            bob.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
            bob.becomes(channel, None).await;
            eventually("ann hears", async || {
                let page = ann.get(&format!("/channels/{channel}/members?membership=left")).await.expect(200);
                page.to_string().contains(&bob.id).then_some(())
            })
            .await;
        }
    }
}

on_both_databases!(an_invitation_is_accepted_or_declined, 2);

async fn a_remote_moderator_moderates(world: World) {
    let (people, channel) = together(&world).await;
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
    cem.becomes(&channel, None).await;
    cem.join("#general:a.test").await;
    agree(&world, &people, &channel).await;
    bob.put(&member(&channel, cem), json!({ "membership": "banned" })).await.expect(200);
    cem.becomes(&channel, None).await;
    let refused = cem.post("/joins", json!({ "alias": "#general:a.test" })).await;
    refused.problem(403, "banned");
    let path = format!("/channels/{channel}/messages");
    assert!(cem.post(&path, json!({ "nonce": "x", "text": "still me" })).await.status >= 400);
    agree(&world, &people[..2], &channel).await;
}

on_both_databases!(a_remote_moderator_moderates, 3);

/// What the host's people can do to others can be done to them: the owner is on another server, removes, bans and readmits
/// somebody of the host, and excludes a third server with all its people.
async fn a_remote_owner_has_the_last_word(world: World) {
    let (people, channel) = together(&world).await;
    let (ann, bob, cem) = (&people[0], &people[1], &people[2]);
    let dan = world.servers[0].person("dan").await;
    dan.join("#general:a.test").await;
    ann.put(&member(&channel, bob), json!({ "role": "owner" })).await.expect(200);
    eventually("the role", async || {
        (bob.get(&format!("/channels/{channel}")).await.expect(200)["role"] == "owner").then_some(())
    })
    .await;
    bob.put(&member(&channel, &dan), json!({ "membership": "left" })).await.expect(200);
    dan.becomes(&channel, None).await;
    dan.join("#general:a.test").await;
    bob.put(&member(&channel, &dan), json!({ "membership": "banned" })).await.expect(200);
    dan.becomes(&channel, None).await;
    dan.post("/joins", json!({ "alias": "#general:a.test" })).await.problem(403, "banned");
    bob.put(&member(&channel, &dan), json!({ "membership": "left" })).await.expect(200);
    dan.join("#general:a.test").await;
    let path = format!("/channels/{channel}");
    ann.patch(&path, json!({ "servers": { "deny": ["c.test"] } })).await.problem(403, "not_authorised");
    bob.patch(&path, json!({ "servers": { "deny": ["c.test"] } })).await.expect(200);
    let sibling = world.servers[2].person("sue").await;
    for (person, path, body) in [
        (cem, format!("{path}/messages"), json!({ "nonce": "x", "text": "still me" })),
        (&sibling, "/joins".to_owned(), json!({ "alias": "#general:a.test" })),
    ] {
        let refused = eventually("the exclusion", async || {
            let answer = person.post(&path, body.clone()).await;
            (answer.status == 403).then_some(answer)
        });
        refused.await.problem(403, "server_blocked");
    }
    bob.patch(&path, json!({ "servers": {} })).await.expect(200);
    eventually("the third is back", async || {
        let answer = cem.post(&format!("{path}/messages"), json!({ "nonce": "y", "text": "again" })).await;
        (answer.status == 201).then_some(())
    })
    .await;
    sibling.join("#general:a.test").await;
    agree(&world, &people, &channel).await;
}

on_both_databases!(a_remote_owner_has_the_last_word, 3);

/// Leaving works at once, host or no host; what was said before arrives first; who stays sees it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_does_not_wait_for_the_host() {
    let mut world = World::of(2).await;
    let (mut people, channel) = together(&world).await;
    let bea = world.servers[1].person("bea").await;
    bea.join("#general:a.test").await;
    world.kill(0);
    let sent = people[1]
        .post(&format!("/channels/{channel}/messages"), json!({ "nonce": "n1", "text": "last words" }))
        .await;
    assert_eq!(sent.body["status"], "pending", "{sent:?}");
    people[1].post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
    assert_eq!(people[1].membership(&channel).await, None);
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
    assert_eq!(people[1].membership(&channel).await, None);
    people[1].join("#general:a.test").await;
    people[1].say(&channel, "n2", "back again").await;
    bea.hears(&channel, "back again").await;
}

async fn direct_messages_and_groups(world: World) {
    let (people, _) = together(&world).await;
    let (ann, bob, cem) = (&people[0], &people[1], &people[2]);
    let dm = ann.post("/dms", json!({ "users": [bob.id] })).await.expect(201);
    let dm = dm["id"].as_str().expect("an id");
    bob.becomes(dm, Some("joined")).await;
    ann.say(dm, "n1", "hello bob").await;
    bob.hears(dm, "hello bob").await;
    bob.say(dm, "n1", "hello ann").await;
    ann.hears(dm, "hello ann").await;
    let same = bob.post("/dms", json!({ "users": [ann.id] })).await.expect(200);
    assert_eq!(same["id"], dm);
    let group = cem.post("/dms", json!({ "users": [ann.id, bob.id] })).await.expect(201);
    let group = group["id"].as_str().expect("an id");
    for (n, person) in people.iter().enumerate() {
        person.becomes(group, Some("joined")).await;
        person.say(group, "n1", &format!("it is {n}")).await;
    }
    for person in &people {
        eventually("three messages", async || (person.texts(group).await.len() == 3).then_some(())).await;
    }
    agree(&world, &people, group).await;
}

on_both_databases!(direct_messages_and_groups, 3);

/// Two people write to each other for the first time at the same moment: it ends with one conversation.
async fn two_first_messages_are_one_conversation(world: World) {
    let (people, _) = together(&world).await;
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
    ann.becomes(&channel, Some("joined")).await;
    bob.becomes(&channel, Some("joined")).await;
    ann.say(&channel, "n1", "which one?").await;
    bob.hears(&channel, "which one?").await;
    bob.say(&channel, "n1", "this one").await;
    ann.hears(&channel, "this one").await;
    agree(&world, &people, &channel).await;
}

on_both_databases!(two_first_messages_are_one_conversation, 2);

/// Who comes later under `since_join` has all entries, and of what was before none of the texts.
async fn newcomers_do_not_get_what_was_before(world: World) {
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

on_both_databases!(newcomers_do_not_get_what_was_before, 2);

/// What a channel shows where somebody joins is seen by them, although it was set after they were invited and before they
/// may read.
async fn newcomers_see_what_the_channel_shows(world: World) {
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    let path = format!("/channels/{channel}");
    ann.patch(&path, json!({ "policy": { "history": "since_join" } })).await.expect(200);
    ann.put(&member(&channel, &bob), json!({ "membership": "invited" })).await.expect(200);
    bob.becomes(&channel, Some("invited")).await;
    for name in ["Hall", "Lounge"] {
        ann.patch(&path, json!({ "name": name, "topic": format!("Tea in the {name}") })).await.expect(200);
    }
    let pinned = ann.say(&channel, "n1", "of before").await["id"].as_str().expect("an id").to_owned();
    ann.put(&format!("{path}/pins/{pinned}"), json!({})).await;
    let shown = ann.get(&path).await.expect(200);
    bob.post(&format!("{path}/join"), Value::Null).await.expect(200);
    ann.say(&channel, "n2", "for all").await;
    bob.hears(&channel, "for all").await;
    let seen = bob.get(&path).await.expect(200);
    assert_eq!((&seen["name"], &seen["topic"]), (&json!("Lounge"), &json!("Tea in the Lounge")));
    assert_eq!((&seen["pins"], seen["pins"].as_array().map(Vec::len)), (&shown["pins"], Some(1)));
    assert_eq!(bob.texts(&channel).await, ["for all"]);
    agree(&world, &[ann, bob], &channel).await;
}

on_both_databases!(newcomers_see_what_the_channel_shows, 2);

/// Profiles and typing are seen elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn profiles_are_seen_elsewhere() {
    let world = World::of(3).await;
    let (people, _) = together(&world).await;
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

/// A member whose server is away misses nothing, and a message that was sent while the host was away has its final id
/// at once and stands in the log once.
async fn what_was_written_while_one_was_away(mut world: World) {
    let (mut people, channel) = together(&world).await;
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

on_both_databases!(what_was_written_while_one_was_away, 2);

fn private() -> Value {
    json!({ "name": "quiet", "visibility": "private" })
}

async fn removed_and_invited_again(world: World) {
    let (people, _) = together(&world).await;
    let (ann, bob) = (&people[0], &people[1]);
    let bea = world.servers[1].person("bea").await;
    let made = ann.post("/channels", private()).await.expect(201);
    let channel = made["id"].as_str().expect("an id");
    let (join, leave) = (format!("/channels/{channel}/join"), format!("/channels/{channel}/leave"));
    let invite = async |person: &Person| {
        ann.put(&member(channel, person), json!({ "membership": "invited" })).await.expect(200);
        person.becomes(channel, Some("invited")).await;
    };
    invite(bob).await;
    bob.post(&join, Value::Null).await.expect(200);
    // He was the only one of his server: its copy ends here.
    ann.put(&member(channel, bob), json!({ "membership": "left" })).await.expect(200);
    bob.becomes(channel, None).await;
    invite(bob).await;
    bob.post(&join, Value::Null).await.expect(200);
    bob.post(&leave, Value::Null).await.expect(204);
    eventually("ann hears", async || {
        let page = ann.get(&format!("/channels/{channel}/members?membership=left")).await.expect(200);
        page.to_string().contains(&bob.id).then_some(())
    })
    .await;
    invite(bob).await;
    // Somebody else of that server, of whom the copy knows nothing, and who declines.
    invite(&bea).await;
    bea.post(&leave, Value::Null).await.expect(204);
    invited_no_more(&world, &bea, channel).await;
    invite(&bea).await;
    bea.post(&join, Value::Null).await.expect(200);
    bob.post(&join, Value::Null).await.expect(200);
    agree(&world, &[ann.clone(), bob.clone(), bea], channel).await;
}

on_both_databases!(removed_and_invited_again, 2);

/// The person has declined for good: nothing waits for the host any more, and they are not in the channel again.
async fn invited_no_more(world: &World, person: &Person, channel: &str) {
    eventually("the host has answered", async || {
        world.servers[1].read(loggia::storage::pending::hosts).is_empty().then_some(())
    })
    .await;
    assert_eq!(person.membership(channel).await, None);
}

async fn an_invitation_that_was_taken_back_is_put_away(world: World) {
    let (people, _) = together(&world).await;
    let (ann, bob) = (&people[0], &people[1]);
    let made = ann.post("/channels", private()).await.expect(201);
    let channel = made["id"].as_str().expect("an id");
    ann.put(&member(channel, bob), json!({ "membership": "invited" })).await.expect(200);
    bob.becomes(channel, Some("invited")).await;
    // His server is not told.
    ann.put(&member(channel, bob), json!({ "membership": "left" })).await.expect(200);
    bob.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
    invited_no_more(&world, bob, channel).await;
    assert_eq!(bob.get("/me/refusals").await.body["refusals"], json!([]));
}

on_both_databases!(an_invitation_that_was_taken_back_is_put_away, 2);

async fn a_knock_is_taken_back(world: World) {
    let (people, channel) = together(&world).await;
    let (ann, bob) = (&people[0], &people[1]);
    let cem = world.servers[1].person("cem").await;
    ann.patch(&format!("/channels/{channel}"), json!({ "policy": { "join": "knock" } })).await.expect(200);
    let (knock, leave) = (format!("/channels/{channel}/knock"), format!("/channels/{channel}/leave"));
    let listed = async |membership: &str| {
        let page = ann.get(&format!("/channels/{channel}/members?membership={membership}")).await.expect(200);
        page.to_string().contains(&cem.id)
    };
    for _ in 0..2 {
        // Here and elsewhere, twice is once.
        cem.post(&knock, Value::Null).await.expect(204);
        assert!(listed("knocking").await);
    }
    cem.post(&leave, Value::Null).await.expect(204);
    eventually("ann hears", async || listed("left").await.then_some(())).await;
    // Refused, which nobody tells him: he knocks again.
    cem.post(&knock, Value::Null).await.expect(204);
    ann.put(&member(&channel, &cem), json!({ "membership": "left" })).await.expect(200);
    cem.post(&knock, Value::Null).await.expect(204);
    assert!(listed("knocking").await);
    ann.put(&member(&channel, &cem), json!({ "membership": "invited" })).await.expect(200);
    cem.becomes(&channel, Some("invited")).await;
    cem.post(&format!("/channels/{channel}/join"), Value::Null).await.expect(200);
    agree(&world, &[ann.clone(), bob.clone(), cem], &channel).await;
}

on_both_databases!(a_knock_is_taken_back, 2);
