//! A host that lies: whatever it sends, its members' servers keep to the log, say so, and go on.

use federation_tests::hosted::text;
use federation_tests::peer::key;
use federation_tests::{Hosted, Peer, Person, Reply, Server, World, eventually};
use loggia::protocol::event::{Event, EventType, Rel, Relates, Seen, SignedEvent};
use loggia::protocol::head::SignedHead;
use loggia::protocol::ids::Hash;
use serde_json::{Value, json};

/// One server, a peer, and somebody on the server.
async fn world() -> (World, Peer, Person) {
    let (world, mut peers) = World::among(1, &["evil.test"]).await;
    let bob = world.servers[0].person("bob").await;
    (world, peers.remove(0), bob)
}

async fn refused(hosted: &Hosted<'_>, to: &Server, batch: Value, status: u16, code: &str) {
    let answer = hosted.push(to, batch).await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{}", answer.body);
}

/// The honest host is followed: what the harness says is what a real host says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_honest_host_is_followed() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let from = hosted.size();
    hosted.say("hello");
    let answer = hosted.deliver(to, from).await;
    assert_eq!((answer["size"].as_i64(), &answer["void"]), (Some(from + 1), &json!([])));
    assert_eq!(bob.texts(hosted.channel.as_str()).await, ["hello"]);
    // Again, and from the beginning: the same answer.
    assert_eq!(hosted.deliver(to, 0).await["size"], from + 1);
    assert_eq!(to.alarms(), []);
    assert!(to.run(&["verify"]).0);
}

/// A message of somebody who is no member, a repetition, an event of another channel, an outsider's deletion, a
/// second genesis, a role beyond the sender's, a signature that is not the sender's, and what is no event at all:
/// each has its place and no effect, the operator is told, and what comes after has its effect.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_that_should_not_be_there_have_no_effect() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let channel = hosted.channel.as_str();
    let from = hosted.size();
    let stranger: loggia::protocol::ids::UserId = "@stranger:evil.test".parse().expect("an id");
    let (said, body) = hosted.message("void: no member");
    hosted.append(Event { sender: stranger.clone(), ..said }, Some(body));
    let first = hosted.say("effective");
    let again = hosted.log.lock().expect("a log").placed.last().expect("one").clone();
    hosted.log.lock().expect("a log").push(again.event, again.signature, again.body);
    let (said, body) = hosted.message("void: another channel");
    let other = loggia::protocol::ids::ChannelId::from_hash(Hash([3; 32]));
    hosted.append(Event { channel: Some(other), ..said }, Some(body));
    let redaction = Event {
        relates: Some(Relates { rel: Rel::Redact, to: first.event.clone() }),
        sender: stranger,
        ..hosted.event(EventType::Redact)
    };
    hosted.append(redaction, None);
    let early = Relates { rel: Rel::Redact, to: loggia::protocol::event::event_id(b"of the future") };
    hosted.append(Event { relates: Some(early), ..hosted.event(EventType::Redact) }, None);
    let (said, body) = hosted.message("void: another key");
    hosted.append_signed(SignedEvent::sign(said, &key("nobody")), Some(body));
    let (said, body) = hosted.message("void: in bob's name");
    hosted.append(Event { sender: bob.id.parse().expect("an id"), ..said }, Some(body));
    let (said, body) = hosted.message("void: saw what is to come");
    let ahead = Seen { size: hosted.size() + 10, root: Hash([9; 32]) };
    hosted.append(Event { seen: Some(ahead), ..said }, Some(body));
    let ban = json!({ "membership": "joined", "role": "owner" });
    let promoted = hosted.state(EventType::Member, &bob.id, ban);
    hosted.append(Event { sender: bob.id.parse().expect("an id"), ..promoted }, None);
    for no_event in ["{\"a\":1}", "[]", "{\"a\":2}", "{\"a\":1}"] {
        let signature = evil.key.sign(b"whatever");
        hosted.log.lock().expect("a log").push(no_event.to_owned(), signature, None);
    }
    let void = hosted.size() - from - 1;
    hosted.say("after all that");
    let answer = hosted.deliver(to, from).await;
    assert_eq!(answer["void"].as_array().expect("void").len() as i64, void, "{answer}");
    assert_eq!(bob.texts(channel).await, ["effective", "after all that"]);
    assert!(to.alarms().contains(&("void_entry".to_owned(), "evil.test".to_owned())));
    // What has no effect in this copy has none for whoever checks it offline either.
    let (sound, said) = to.run(&["verify"]);
    assert!(sound, "{said}");
}

/// Wrong root, another term, a gap, clocks that go back, a head of another size, channel or key, a head that is
/// signed by nobody, an entry that names another event, too many entries: nothing of the batch is kept, neighbours
/// are not harmed, and the same entries under their own head are taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_that_do_not_add_up_are_refused_whole() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let home = bob.channel("home").await;
    let from = hosted.size();
    for n in 0..3 {
        hosted.say(&format!("m{n}"));
    }
    let good = hosted.batch(from);
    let size = hosted.size();
    let signed = |change: &dyn Fn(&mut loggia::protocol::head::Head)| {
        let mut head = hosted.head(size);
        change(&mut head);
        json!(SignedHead::sign(head, &evil.key))
    };
    let with_head = |head: Value| json!({ "entries": good["entries"], "head": head });
    let with_entries = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut entries = good["entries"].as_array().expect("entries").clone();
        change(&mut entries);
        json!({ "entries": entries, "head": good["head"] })
    };
    let cases: Vec<(&str, Value, u16, &str)> = vec![
        ("wrong root", with_head(signed(&|head| head.root = Hash([1; 32]))), 400, "bad_head"),
        ("larger than it is", with_head(signed(&|head| head.size += 1)), 400, "bad_head"),
        ("an older head over new entries", with_head(json!(hosted.signed_head(size - 1))), 400, "bad_head"),
        (
            "a head of what is here over new entries",
            with_head(json!(hosted.signed_head(from))),
            400,
            "bad_head",
        ),
        (
            "another channel",
            with_head(signed(&|head| {
                head.channel = loggia::protocol::ids::ChannelId::from_hash(Hash([2; 32]));
            })),
            400,
            "bad_head",
        ),
        (
            "another host",
            with_head(signed(&|head| head.host = "good.test".parse().expect("a name"))),
            400,
            "bad_head",
        ),
        ("a lower term", with_head(signed(&|head| head.term = 0)), 409, "stale_term"),
        ("a higher term", with_head(signed(&|head| head.term = 2)), 409, "stale_term"),
        (
            "an unknown key",
            with_head(signed(&|head| head.kid = "k7".parse().expect("an id"))),
            401,
            "bad_signature",
        ),
        (
            "another's signature",
            with_head(json!(SignedHead::sign(hosted.head(size), &key("nobody")))),
            401,
            "bad_signature",
        ),
        (
            "an entry of a higher term",
            with_entries(&|entries| entries[1]["entry"]["term"] = json!(2)),
            409,
            "stale_term",
        ),
        ("an entry of another seq", with_entries(&|entries| entries.swap(1, 2)), 200, ""),
        (
            "time goes back",
            with_entries(&|entries| entries[1]["entry"]["host_ts"] = json!(1)),
            400,
            "bad_entry",
        ),
        (
            "another event",
            with_entries(&|entries| entries[1]["event"] = entries[0]["event"].clone()),
            400,
            "bad_entry",
        ),
        (
            "an entry changed",
            with_entries(&|entries| {
                let ts = entries[2]["entry"]["host_ts"].as_i64().expect("a time") + 1;
                entries[2]["entry"]["host_ts"] = json!(ts);
            }),
            400,
            "bad_head",
        ),
        ("too many", with_entries(&|entries| *entries = vec![entries[0].clone(); 257]), 413, "too_large"),
    ];
    for (what, batch, status, code) in cases {
        // Those who write elsewhere at the same moment notice nothing.
        let name = what.replace([' ', '\''], "");
        let nonces: Vec<String> = (0..8).map(|n| format!("{name}-{n}")).collect();
        let neighbours = nonces.iter().map(|nonce| bob.say(&home, nonce, "here"));
        let (answer, _) = tokio::join!(hosted.push(to, batch), futures_util::future::join_all(neighbours));
        if status == 200 {
            // A gap is answered with what is here.
            assert_eq!(
                (answer.status, answer.body["size"].as_i64()),
                (200, Some(from)),
                "{what}: {}",
                answer.body
            );
            continue;
        }
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (status, Some(code)),
            "{what}: {}",
            answer.body
        );
        assert_eq!(bob.head(hosted.channel.as_str()).await.expect("a head").0, from, "{what}");
    }
    assert_eq!(hosted.deliver(to, from).await["size"], size);
    assert_eq!(bob.texts(hosted.channel.as_str()).await, ["m0", "m1", "m2"]);
}

/// Two heads of one size: writes stop, both heads are kept as evidence, nothing of the second log is shown, and what
/// is here can still be read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_logs_freeze_the_channel() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let (from, other) = (hosted.size(), hosted.copy());
    hosted.say("one truth");
    other.say("another truth");
    other.say("and more of it");
    hosted.deliver(to, from).await;
    refused(&other, to, other.batch(from), 409, "fork").await;
    let channel = hosted.channel.as_str();
    let (a, b) = to.evidence(channel).expect("evidence");
    let heads: Vec<SignedHead> =
        [a, b].iter().map(|head| serde_json::from_str(head).expect("a head")).collect();
    assert!(heads.iter().all(|head| head.verify(&evil.key.public()).is_ok()));
    assert!(to.has_alarm("fork"));
    let path = format!("/channels/{channel}/messages");
    bob.post(&path, json!({ "nonce": "n", "text": "hm" })).await.problem(409, "fork");
    // Not even what continues the first log is taken now.
    hosted.say("never mind");
    refused(&hosted, to, hosted.batch(from + 1), 409, "fork").await;
    assert_eq!(bob.texts(channel).await, ["one truth"]);
}

/// Entries that are others than those here prove nothing under a head to which they do not lead, genuine as that is; nor
/// does a place that is none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_alone_are_no_evidence() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let (from, other) = (hosted.size(), hosted.copy());
    hosted.say("one truth");
    other.say("a lie");
    hosted.deliver(to, from).await;
    hosted.say("more of it");
    other.say("and another");
    let head = json!(hosted.signed_head(hosted.size()));
    let mut forged = other.batch(from);
    forged["head"] = head.clone();
    refused(&hosted, to, forged.clone(), 400, "bad_head").await;
    // Nor under a head that says nothing new.
    forged["head"] = json!(hosted.signed_head(from + 1));
    refused(&hosted, to, forged.clone(), 400, "bad_head").await;
    forged["head"] = head;
    forged["entries"][0]["entry"]["seq"] = json!(-1);
    refused(&hosted, to, forged, 400, "bad_entry").await;
    hosted.deliver(to, from).await;
    let channel = hosted.channel.as_str();
    assert_eq!(bob.texts(channel).await, ["one truth", "more of it"]);
    assert_eq!((to.evidence(channel), to.alarms()), (None, vec![]));
}

/// The same with a head alone, and with heads that a third server saw, further than what is here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_alone_are_evidence() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let channel = hosted.channel.as_str();
    let path = format!("/channels/{channel}/evidence");
    let other = hosted.copy();
    hosted.say("one");
    other.say("two");
    let size = hosted.size();
    let pair = |a: &Hosted<'_>, b: &Hosted<'_>| json!({ "a": a.signed_head(size), "b": b.signed_head(size) });
    // What proves nothing changes nothing.
    let forged =
        json!({ "a": hosted.signed_head(size), "b": SignedHead::sign(other.head(size), &key("nobody")) });
    for nothing in [pair(&hosted, &hosted), forged] {
        evil.ask(to, "POST", &path, Some(nothing)).await.expect(204);
        assert_eq!(to.evidence(channel), None);
    }
    evil.ask(to, "POST", &path, Some(pair(&hosted, &other))).await.expect(204);
    assert!(to.evidence(channel).is_some());
    bob.post(&format!("/channels/{channel}/messages"), json!({ "nonce": "n", "text": "hm" }))
        .await
        .problem(409, "fork");
}

/// A body that is not the event's is not shown; nor is one that is withheld. The entries count all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_do_not_fit_are_never_shown() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let from = hosted.size();
    let (said, _) = hosted.message("the truth");
    hosted.append(said, Some(text("a lie")));
    let (said, _) = hosted.message("withheld");
    hosted.append(said, None);
    let garbage = hosted.event(EventType::Message);
    let garbage = Event { body_hash: Some(Hash([5; 32])), ..garbage };
    hosted.append(garbage, Some(text("\u{0}")));
    hosted.say("last");
    let answer = hosted.deliver(to, from).await;
    assert_eq!((answer["size"].as_i64(), &answer["void"]), (Some(hosted.size()), &json!([])));
    let texts = bob.texts(hosted.channel.as_str()).await;
    assert_eq!(
        (texts.last().map(String::as_str), texts.iter().any(|text| text.contains("lie"))),
        (Some("last"), false),
        "{texts:?}"
    );
    let found = bob.get("/search?query=lie").await;
    assert!(!found.body.to_string().contains("a lie"), "{}", found.body);
    let (sound, said) = to.run(&["verify"]);
    assert!(sound, "{said}");
}

/// The host lets an author use a nonce twice. Both messages stand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nonce_that_comes_twice_stops_nothing() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let from = hosted.size();
    for said in ["one", "two"] {
        let (event, body) = hosted.message(said);
        hosted.append(Event { nonce: "same".parse().expect("a nonce"), ..event }, Some(body));
    }
    assert_eq!(hosted.deliver(to, from).await["size"], hosted.size());
    assert_eq!(bob.texts(hosted.channel.as_str()).await, ["one", "two"]);
}

/// The host invents a key for a third server, and speaks in the name of somebody there. Its log says nothing against
/// that; the third server does, and the operator is told. So they are when it is this server's own name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_key_raises_an_alarm() {
    let (world, mut peers) = World::among(1, &["evil.test", "good.test"]).await;
    let (good, evil, to) = (peers.remove(1), peers.remove(0), &world.servers[0]);
    let set = json!([good.key_set().sign(&good.root)]);
    good.script(move |heard| heard.is("GET", "/keys").then(|| Reply::Json(200, set.to_string())));
    let bob = to.person("bob").await;
    let hosted = Hosted::found(&evil);
    hosted.welcome(to, &bob).await;
    let from = hosted.size();
    let forge = |user: &str, server: &str, kid: &str| {
        let content = json!({ "kid": kid, "public": key("forged").public() });
        let event = hosted.state(EventType::ServerKey, &format!("{server}/{kid}"), content);
        let event = Event { kid: kid.parse().expect("an id"), sender: user.parse().expect("an id"), ..event };
        hosted.append_signed(SignedEvent::sign(event, &key("forged")), None);
    };
    forge("@carol:good.test", "good.test", "x1");
    let join = hosted.state(EventType::Member, "@carol:good.test", json!({ "membership": "joined" }));
    let join = Event {
        kid: "x1".parse().expect("an id"),
        sender: "@carol:good.test".parse().expect("an id"),
        ..join
    };
    hosted.append_signed(SignedEvent::sign(join, &key("forged")), None);
    hosted.deliver(to, from).await;
    let alarm = ("forged_key".to_owned(), "good.test".to_owned());
    eventually("an alarm", async || to.alarms().contains(&alarm).then_some(())).await;
}

/// A host that binds a key in the name of a server before that has one there: its operator is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_in_our_own_name_raises_an_alarm() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    let content = json!({ "kid": "x1", "public": key("forged").public() });
    let event = hosted.state(EventType::ServerKey, "a.test/x1", content);
    let event = Event { kid: "x1".parse().expect("an id"), sender: bob.id.parse().expect("an id"), ..event };
    hosted.append_signed(SignedEvent::sign(event, &key("forged")), None);
    let join = hosted.state(EventType::Member, &bob.id, json!({ "membership": "joined" }));
    let join = Event { kid: "x1".parse().expect("an id"), sender: bob.id.parse().expect("an id"), ..join };
    hosted.append_signed(SignedEvent::sign(join, &key("forged")), None);
    // The real join has no effect after that: bob does not come in, and the operator learns why.
    let before = hosted.size();
    let (joining, ()) = tokio::join!(bob.post("/joins", json!({ "alias": "#trap:evil.test" })), async {
        eventually("the join", async || (hosted.size() > before).then_some(())).await;
        hosted.deliver(to, 0).await;
    });
    joining.problem(502, "peer_nonsense");
    assert!(to.alarms().contains(&("forged_key".to_owned(), "a.test".to_owned())), "{:?}", to.alarms());
}

/// Somebody whose server was shown another log says which one they saw: the operator is told that there are two.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_author_saw_betrays_a_second_log() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let from = hosted.size();
    let (said, body) = hosted.message("I saw something else");
    let seen = Seen { size: from - 1, root: Hash([8; 32]) };
    hosted.append(Event { seen: Some(seen), ..said }, Some(body));
    hosted.deliver(to, from).await;
    assert!(to.has_alarm("split_view"), "{:?}", to.alarms());
}

/// Many authors of a batch saw the same place of the log, or its end: those who saw another log there are told apart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_author_of_a_batch_is_asked_what_they_saw() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let from = hosted.size();
    let sees = |size: i64, root: Option<Hash>| {
        let (said, body) = hosted.message("what I saw");
        let seen = Seen { size, root: root.unwrap_or_else(|| hosted.head(size).root) };
        hosted.append(Event { seen: Some(seen), ..said }, Some(body)).seq
    };
    let other = Some(Hash([8; 32]));
    sees(from, None);
    sees(from - 1, None);
    let mut split = vec![sees(from - 1, other)];
    sees(from - 1, None);
    split.push(sees(from - 2, other));
    sees(from - 2, None);
    split.push(sees(hosted.size(), other));
    sees(hosted.size(), None);
    hosted.deliver(to, from).await;
    let told = to.alarms_in(hosted.channel.as_str()).into_iter().filter(|(kind, _)| kind == "split_view");
    let mut told: Vec<String> = told.map(|(_, detail)| detail).collect();
    told.sort();
    let detail = |seq: &i64| format!("the author of entry {seq} was shown another log than this server");
    let mut expected: Vec<String> = split.iter().map(detail).collect();
    expected.sort();
    assert_eq!(told, expected);
}

/// The host places an event again, in a batch of its own: the second has no effect.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repetition_in_a_later_batch_has_no_effect() {
    let (world, evil, bob) = world().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let from = hosted.size();
    hosted.say("once");
    hosted.deliver(to, from).await;
    let again = hosted.log.lock().expect("a log").placed.last().expect("one").clone();
    hosted.log.lock().expect("a log").push(again.event, again.signature, again.body);
    let answer = hosted.deliver(to, from).await;
    assert_eq!(answer["void"].as_array().expect("void").len(), 1, "{answer}");
    assert_eq!(bob.texts(hosted.channel.as_str()).await, ["once"]);
    assert!(to.run(&["verify"]).0);
}

/// Entries of a channel that another server hosts, or that nobody here is in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_host_sends_entries() {
    let (world, mut peers) = World::among(1, &["evil.test", "good.test"]).await;
    let (good, evil, to) = (peers.remove(1), peers.remove(0), &world.servers[0]);
    let bob = to.person("bob").await;
    let hosted = Hosted::found(&good);
    let unknown = hosted.push(to, hosted.batch(0)).await;
    unknown.problem(404, "channel_not_found");
    hosted.welcome(to, &bob).await;
    let from = hosted.size();
    hosted.say("from elsewhere");
    let path = format!("/channels/{}/entries", hosted.channel);
    evil.ask(to, "POST", &path, Some(hosted.batch(from))).await.problem(403, "not_host");
    let own = bob.channel("own").await;
    evil.ask(to, "POST", &format!("/channels/{own}/entries"), Some(hosted.batch(from)))
        .await
        .problem(403, "not_host");
    assert_eq!(bob.head(hosted.channel.as_str()).await.expect("a head").0, from);
}
