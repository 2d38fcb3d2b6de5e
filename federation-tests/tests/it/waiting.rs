//! Edits, deletions and reactions wait for a host that is away, as messages do.

use federation_tests::{Fault, Person, Stream, World, eventually};
use serde_json::{Value, json};

async fn pending(person: &Person, channel: &str) -> Vec<(String, Value)> {
    let waiting = person.get(&format!("/channels/{channel}/pending")).await.expect(200);
    let of = |one: &Value| (one["kind"].as_str().expect("a kind").to_owned(), one["target"].clone());
    waiting["pending"].as_array().expect("a list").iter().map(of).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_wait_for_their_host() {
    let mut world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let path =
        |message: &Value| format!("/channels/{channel}/messages/{}", message["id"].as_str().expect("an id"));
    let kept = bob.say(&channel, "n1", "helo").await;
    let gone = bob.say(&channel, "n2", "never mind").await;
    let anns = ann.say(&channel, "n3", "hello bob").await;
    bob.hears(&channel, "hello bob").await;
    world.kill(0);
    let thumb = |of: &Value| format!("{}/reactions/%F0%9F%91%8D", path(of));
    let edited = bob.patch(&path(&kept), json!({ "text": "hello" })).await;
    assert_eq!(
        (edited.status, &edited.body["status"], &edited.body["text"]),
        (202, &json!("pending"), &json!("hello"))
    );
    assert_eq!(bob.delete(&path(&gone)).await.status, 202);
    assert_eq!(bob.put(&thumb(&anns), Value::Null).await.status, 202);
    assert_eq!(bob.put(&thumb(&kept), Value::Null).await.status, 202);
    let sent = bob
        .post(&format!("/channels/{channel}/messages"), json!({ "nonce": "n4", "text": "taken back" }))
        .await;
    assert_eq!(sent.body["status"], "pending");
    let kinds: Vec<(String, Value)> = pending(&bob, &channel).await;
    let expected = [("edit", &kept), ("redact", &gone), ("reaction", &anns), ("reaction", &kept)];
    let mut expected: Vec<(String, Value)> =
        expected.into_iter().map(|(kind, of)| (kind.to_owned(), of["id"].clone())).collect();
    expected.push(("message".to_owned(), Value::Null));
    assert_eq!(kinds, expected);
    // What waits can be taken back.
    assert_eq!(bob.delete(&thumb(&kept)).await.status, 204);
    assert_eq!(bob.delete(&path(&sent.body)).await.status, 204);
    assert_eq!(pending(&bob, &channel).await, expected[..3]);
    // It is kept over a restart of either.
    world.kill(1);
    world.start(1);
    let bob = bob.at(&world.servers[1].base);
    assert_eq!(pending(&bob, &channel).await, expected[..3]);
    world.start(0);
    let ann = ann.at(&world.servers[0].base);
    eventually("all that waited", async || {
        let message = ann.get(&path(&kept)).await.expect(200);
        let deleted = ann.get(&path(&gone)).await.expect(200)["deleted"] == true;
        let reaction = ann.get(&path(&anns)).await.expect(200)["reactions"][0]["users"] == json!([bob.id]);
        (message["text"] == "hello" && message["reactions"] == json!([]) && deleted && reaction).then_some(())
    })
    .await;
    eventually("nothing waits", async || pending(&bob, &channel).await.is_empty().then_some(())).await;
    let texts = ann.texts(&channel).await;
    assert!(!texts.contains(&"taken back".to_owned()), "{texts:?}");
    assert_eq!(bob.get(&path(&kept)).await.expect(200)["text"], "hello");
}

/// A person's devices are told when something begins to wait, and what becomes of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn devices_hear_of_what_waits() {
    let mut world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let path =
        |message: &Value| format!("/channels/{channel}/messages/{}", message["id"].as_str().expect("an id"));
    let kept = bob.say(&channel, "n1", "helo").await;
    let thumb = format!("{}/reactions/%F0%9F%91%8D", path(&kept));
    bob.put(&thumb, Value::Null).await.expect(204);
    let mut device = Stream::of(&bob).await;
    // Nobody is told that it waits of what comes through at once.
    bob.say(&channel, "n2", "at once").await;
    world.kill(0);
    bob.patch(&path(&kept), json!({ "text": "hello" })).await.expect(202);
    let told = device.next(|frame| frame["t"] == "pending.updated").await;
    let (edit, d) = (told["d"]["id"].clone(), &told["d"]);
    assert_eq!((&told["channel"], &told["seq"]), (&json!(channel), &Value::Null));
    assert_eq!((&d["state"], &d["kind"], &d["target"]), (&json!("waiting"), &json!("edit"), &kept["id"]));
    assert_eq!(d["message"]["text"], "hello");
    bob.delete(&thumb).await.expect(202);
    let told = device.next(|frame| frame["t"] == "pending.updated").await;
    let d = &told["d"];
    assert_eq!((&d["kind"], &d["target"], &d["emoji"]), (&json!("redact"), &kept["id"], &json!("👍")));
    // Who reacts so again takes that back.
    bob.put(&thumb, Value::Null).await.expect(204);
    let again = device.next(|frame| frame["d"]["state"] == "taken_back").await;
    assert_eq!(again["d"]["id"], d["id"]);
    bob.delete(&thumb).await.expect(202);
    let sent =
        bob.post(&format!("/channels/{channel}/messages"), json!({ "nonce": "n3", "text": "no" })).await;
    assert_eq!((sent.status, &sent.body["status"]), (201, &json!("pending")));
    bob.delete(&path(&sent.body)).await.expect(204);
    let told =
        device.next(|frame| frame["d"]["state"] == "taken_back" && frame["d"]["kind"] == "message").await;
    assert_eq!((&told["d"]["kind"], &told["d"]["message"]["text"]), (&json!("message"), &json!("no")));
    world.start(0);
    // What it was about is told first.
    let changed =
        device.next(|frame| frame["t"] == "message.edited" || frame["d"]["state"] == "delivered").await;
    assert_eq!((&changed["t"], &changed["d"]["text"]), (&json!("message.edited"), &json!("hello")));
    let told = device.next(|frame| frame["d"]["state"] == "delivered").await;
    assert_eq!(told["d"]["id"], edit);
    device.next(|frame| frame["t"] == "reaction.removed").await;
    device.next(|frame| frame["d"]["state"] == "delivered" && frame["d"]["kind"] == "redact").await;
    assert_eq!(pending(&bob, &channel).await, []);
}

/// What a host refuses when it is back is told with the reason.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn devices_hear_of_what_is_refused() {
    let world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let anns = ann.say(&channel, "n1", "closing soon").await;
    bob.hears(&channel, "closing soon").await;
    world.isolate(1, Fault::Cut);
    world.isolate(0, Fault::Cut);
    ann.patch(&format!("/channels/{channel}"), json!({ "archived": true })).await.expect(200);
    let mut device = Stream::of(&bob).await;
    let id = anns["id"].as_str().expect("an id");
    let thumb = format!("/channels/{channel}/messages/{id}/reactions/%F0%9F%91%8D");
    bob.put(&thumb, Value::Null).await.expect(202);
    let waits = device.next(|frame| frame["d"]["state"] == "waiting").await;
    assert_eq!((&waits["d"]["kind"], &waits["d"]["emoji"]), (&json!("reaction"), &json!("👍")));
    world.isolate(1, Fault::None);
    world.isolate(0, Fault::None);
    let told = device.next(|frame| frame["d"]["state"] == "refused").await;
    assert_eq!((&told["d"]["id"], &told["d"]["emoji"]), (&waits["d"]["id"], &json!("👍")));
    assert!(told["d"]["code"].is_string() && told["d"]["detail"].is_string(), "{told}");
    assert_eq!(pending(&bob, &channel).await, []);
}

/// What is refused while nobody is looking is there to be read later, with its text: also for somebody who was removed
/// meanwhile, over a restart, until they have seen it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_is_told_later() {
    let mut world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let carol = world.servers[1].person("carol").await;
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    carol.join("#general:a.test").await;
    ann.say(&channel, "n1", "all are here").await;
    bob.hears(&channel, "all are here").await;
    world.isolate(1, Fault::Cut);
    world.isolate(0, Fault::Cut);
    let removed = json!({ "membership": "left" });
    ann.put(&format!("/channels/{channel}/members/{}", bob.id), removed).await.expect(200);
    let body = json!({ "nonce": "n2", "text": "a long letter" });
    let sent = bob.post(&format!("/channels/{channel}/messages"), body).await.expect(201);
    assert_eq!(sent["status"], "pending");
    let refusals = async |person: &Person| -> Vec<Value> {
        let list = person.get("/me/refusals").await.expect(200);
        list["refusals"].as_array().expect("a list").clone()
    };
    assert_eq!(refusals(&bob).await, Vec::<Value>::new());
    world.isolate(1, Fault::None);
    world.isolate(0, Fault::None);
    eventually("the refusal", async || (!refusals(&bob).await.is_empty()).then_some(())).await;
    assert_eq!(bob.get(&format!("/channels/{channel}/pending")).await.status, 403);
    world.kill(1);
    world.start(1);
    let (bob, carol) = (bob.at(&world.servers[1].base), carol.at(&world.servers[1].base));
    let list = refusals(&bob).await;
    let [one] = list.as_slice() else { panic!("{list:?}") };
    assert_eq!(
        (&one["channel"], &one["channel_name"], &one["host"]),
        (&json!(channel), &json!("general"), &json!("a.test"))
    );
    assert_eq!(
        (&one["pending"]["id"], &one["pending"]["message"]["text"]),
        (&sent["id"], &json!("a long letter"))
    );
    assert!(one["code"].as_str().is_some_and(|code| !code.is_empty()), "{one}");
    // Nobody else's.
    assert_eq!(refusals(&carol).await, Vec::<Value>::new());
    let id = sent["id"].as_str().expect("an id");
    carol.delete(&format!("/me/refusals/{id}")).await.expect(204);
    assert_eq!(refusals(&bob).await.len(), 1);
    let mut device = Stream::of(&bob).await;
    bob.delete(&format!("/me/refusals/{id}")).await.expect(204);
    let told = device.next(|frame| frame["t"] == "pending.updated").await;
    assert_eq!((&told["d"]["state"], &told["d"]["id"]), (&json!("dismissed"), &sent["id"]));
    assert_eq!(refusals(&bob).await, Vec::<Value>::new());
}

/// Whoever sends it again has seen it: with the same nonce, the first is no longer told of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_again_is_not_told_as_refused() {
    let world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    world.isolate(1, Fault::Cut);
    world.isolate(0, Fault::Cut);
    let archived = |archived: bool| json!({ "archived": archived });
    ann.patch(&format!("/channels/{channel}"), archived(true)).await.expect(200);
    let path = format!("/channels/{channel}/messages");
    let body = json!({ "nonce": "n1", "text": "late" });
    assert_eq!(bob.post(&path, body.clone()).await.expect(201)["status"], "pending");
    world.isolate(1, Fault::None);
    world.isolate(0, Fault::None);
    let count = async || bob.get("/me/refusals").await.expect(200)["refusals"].as_array().map(Vec::len);
    eventually("the refusal", async || (count().await == Some(1)).then_some(())).await;
    ann.patch(&format!("/channels/{channel}"), archived(false)).await.expect(200);
    eventually("it is sent again", async || {
        (bob.post(&path, body.clone()).await.status == 201).then_some(())
    })
    .await;
    ann.hears(&channel, "late").await;
    assert_eq!(count().await, Some(0));
}

/// An invitation that was taken back before the invitee's server could be told of it is not sent any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_that_was_taken_back_is_not_sent() {
    let world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let (first, second) = (ann.channel("first").await, ann.channel("second").await);
    let set = async |channel: &str, membership: &str| {
        let path = format!("/channels/{channel}/members/{}", bob.id);
        ann.put(&path, json!({ "membership": membership })).await.expect(200);
    };
    world.isolate(1, Fault::Cut);
    set(&first, "invited").await;
    set(&first, "left").await;
    set(&second, "invited").await;
    world.isolate(1, Fault::None);
    // They are sent in order: the first would have come before the second.
    let mine = eventually("an invitation", async || {
        let mine = bob.get("/channels").await.expect(200)["channels"].clone();
        mine.as_array().is_some_and(|mine| !mine.is_empty()).then_some(mine)
    })
    .await;
    assert_eq!((&mine[0]["id"], &mine[1]), (&json!(second), &Value::Null));
}

/// The host took it, and can't tell so: its sender sees it wait, and takes it back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_taken_back_and_had_arrived_is_deleted() {
    let world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let path =
        |message: &Value| format!("/channels/{channel}/messages/{}", message["id"].as_str().expect("an id"));
    let anns = ann.say(&channel, "n1", "hello bob").await;
    bob.hears(&channel, "hello bob").await;
    world.fault(0, 1, Fault::Cut);
    let body = json!({ "nonce": "n2", "text": "sent in error" });
    let sent = bob.post(&format!("/channels/{channel}/messages"), body).await.expect(201);
    assert_eq!(sent["status"], "pending");
    let thumb = format!("{}/reactions/%F0%9F%91%8D", path(&anns));
    // What is not known to be there yet can be wanted twice.
    bob.put(&thumb, Value::Null).await.expect(202);
    bob.put(&thumb, Value::Null).await.expect(202);
    ann.hears(&channel, "sent in error").await;
    eventually("a reaction at the host", async || {
        let message = ann.get(&path(&anns)).await.expect(200);
        (message["reactions"][0]["users"] == json!([bob.id])).then_some(())
    })
    .await;
    bob.delete(&path(&sent)).await.expect(204);
    bob.delete(&thumb).await.expect(204);
    assert_eq!(pending(&bob, &channel).await, []);
    world.fault(0, 1, Fault::None);
    for person in [&ann, &bob] {
        eventually("it is deleted everywhere", async || {
            let message = person.get(&path(&sent)).await;
            let reacted = person.get(&path(&anns)).await.expect(200)["reactions"] != json!([]);
            (message.status == 200 && message.body["deleted"] == true && !reacted).then_some(())
        })
        .await;
    }
    assert_eq!(pending(&bob, &channel).await, []);
    assert_eq!(bob.get("/me/refusals").await.expect(200)["refusals"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_twice_at_once_is_one_message() {
    let world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let path = format!("/channels/{channel}/messages");
    for n in 0..5 {
        let body = json!({ "nonce": format!("n{n}"), "text": format!("once {n}") });
        let (one, other) = tokio::join!(bob.post(&path, body.clone()), bob.post(&path, body));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201], "{:?} {:?}", one.body, other.body);
        assert_eq!(one.body["id"], other.body["id"]);
        bob.hears(&channel, &format!("once {n}")).await;
    }
}

/// What was asked of a host that is away is not asked of it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_wrote_lately_goes_once_its_host_is_back() {
    let mut world = World::of(2).await;
    let ann = world.servers[0].person("ann").await;
    let (bob, eve) = (world.servers[1].person("bob").await, world.servers[1].person("eve").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    eve.join("#general:a.test").await;
    for n in 0..3 {
        eve.say(&channel, &format!("n{n}"), "spam").await;
    }
    let role = format!("/channels/{channel}/members/{}", bob.id);
    ann.put(&role, json!({ "role": "moderator" })).await.expect(200);
    eventually("the role", async || {
        let seen = bob.get(&format!("/channels/{channel}")).await.expect(200);
        (seen["role"] == "moderator").then_some(())
    })
    .await;
    world.kill(0);
    let lately = format!("/channels/{channel}/members/{}/messages", eve.id);
    for _ in 0..2 {
        let asked = bob.delete(&lately).await.expect(200);
        assert_eq!(asked, json!({ "deleted": 0, "reactions": 0, "waiting": 3, "more": false }));
        assert_eq!(pending(&bob, &channel).await.len(), 3);
    }
    world.start(0);
    let ann = ann.at(&world.servers[0].base);
    eventually("all of it", async || {
        let texts = ann.texts(&channel).await;
        (!texts.contains(&"spam".to_owned())).then_some(())
    })
    .await;
    eventually("nothing waits", async || pending(&bob, &channel).await.is_empty().then_some(())).await;
}
