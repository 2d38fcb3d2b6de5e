//! Names of this server that others use as if somebody had them.

use federation_tests::peer::key;
use federation_tests::{Hosted, Person, World, eventually};
use loggia::protocol::event::{Event, EventType, SignedEvent};
use serde_json::{Value, json};

/// The ids of one's channels, and what one is in them.
async fn channels(person: &Person) -> Vec<(String, String)> {
    let answer = person.get("/channels").await.expect(200);
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let all = answer["channels"].as_array().expect("channels").iter();
    all.map(|one| (text(&one["id"]), text(&one["membership"]))).collect()
}

/// Whoever invites can name anybody. It takes no name of this server, and nobody is shown an invitation by somebody who
/// does not exist, or is not in the channel; of those that hold only the first is shown.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inviter_who_does_not_exist_takes_no_name() {
    let (world, peers) = World::among(1, &["evil.test"]).await;
    let (to, evil) = (&world.servers[0], &peers[0]);
    let (bob, ann) = (to.person("bob").await, to.person("ann").await);
    let hosted = Hosted::found(evil);
    for inviter in ["@eve:a.test", "@fay:a.test", &ann.id] {
        let mut invitation = hosted.invitation(&bob.id);
        invitation["inviter"] = json!(inviter);
        evil.ask(to, "POST", "/invites", Some(invitation)).await.expect(202);
    }
    evil.ask(to, "POST", "/invites", Some(hosted.invitation(&bob.id))).await.expect(202);
    let invited = vec![(hosted.channel.as_str().to_owned(), "invited".to_owned())];
    eventually("the invitation", async || (channels(&bob).await == invited).then_some(())).await;
    for n in 0..30 {
        let mut again = hosted.invitation(&bob.id);
        again["inviter"] = json!(format!("@x{n}:evil.test"));
        evil.ask(to, "POST", "/invites", Some(again)).await.expect(202);
    }
    // What comes of an invitation is told to nobody: one to another channel, taken after them, is awaited.
    let last = Hosted::with_nonce(evil, "last");
    evil.ask(to, "POST", "/invites", Some(last.invitation(&bob.id))).await.expect(202);
    eventually("the last", async || (channels(&bob).await.len() == 2).then_some(())).await;
    let met = to.read(|conn| loggia::storage::users::called(conn, "a.test", "", "", 100));
    let met: Vec<String> = met.into_iter().map(|row| row.id).collect();
    assert_eq!(met, ["@ann:a.test", "@bob:a.test", "@mallory:evil.test"]);
    let named = ["@eve:a.test", "@fay:a.test"].map(str::to_owned);
    assert_eq!(to.read(move |conn| loggia::storage::users::by_ids(conn, &named)), []);
    for name in ["eve", "fay"] {
        to.person(name).await;
    }
}

/// A host's log names people of this server who do not exist. Who registers under such a name later is in none of its
/// channels and invited to none, while the log is judged as before; what it says of them afterwards holds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_log_said_of_a_name_is_not_about_who_takes_it() {
    let (world, peers) = World::among(1, &["evil.test"]).await;
    let (to, evil) = (&world.servers[0], &peers[0]);
    let bob = to.person("bob").await;
    // Before this server's own key is there, its host can bind another in its name.
    let forged = Hosted::with_nonce(evil, "forged");
    let by = |event: Event| Event {
        kid: "x1".parse().expect("an id"),
        sender: "@joined:a.test".parse().expect("an id"),
        ..event
    };
    let content = json!({ "kid": "x1", "public": key("forged").public() });
    let bound = by(forged.state(EventType::ServerKey, "a.test/x1", content));
    forged.append_signed(SignedEvent::sign(bound, &key("forged")), None);
    let join = by(forged.state(EventType::Member, "@joined:a.test", json!({ "membership": "joined" })));
    forged.append_signed(SignedEvent::sign(join, &key("forged")), None);
    let before = forged.size();
    tokio::join!(bob.post("/joins", json!({ "alias": "#trap:evil.test" })), async {
        eventually("the join", async || (forged.size() > before).then_some(())).await;
        forged.deliver(to, 0).await;
    });
    let hosted = Hosted::found(evil);
    hosted.welcome(to, &bob).await;
    let from = hosted.size();
    let invited = |id: &str| {
        let event = hosted.state(EventType::Member, id, json!({ "membership": "invited" }));
        hosted.append(event, None);
    };
    let forgery =
        Event { sender: "@void:a.test".parse().expect("an id"), ..hosted.event(EventType::Message) };
    hosted.append(forgery, None);
    invited("@asked:a.test");
    invited("@again:a.test");
    let answer = hosted.deliver(to, from).await;
    assert_eq!(answer["void"], json!([from]));
    let mut people = Vec::new();
    for name in ["joined", "void", "asked", "again"] {
        // Until somebody has the name it finds nobody, and there is nothing for the operator to give away.
        let found = bob.get(&format!("/users?query={name}")).await.expect(200);
        assert_eq!(found["users"], json!([]), "{name}");
        for command in [
            &["user", "passwd", name, "--password", "correct horse battery"][..],
            &["user", "role", name, "admin"],
        ] {
            let (done, said) = to.run(command);
            assert!(!done && said.contains("no such person"), "{name}: {said}");
        }
        let person = to.person(name).await;
        assert_eq!(channels(&person).await, [], "{name}");
        people.push(person);
    }
    // For the log they stay invited: that can be taken back. What it says from now on is about them.
    let from = hosted.size();
    for membership in ["left", "invited"] {
        let event = hosted.state(EventType::Member, "@again:a.test", json!({ "membership": membership }));
        hosted.append(event, None);
    }
    assert_eq!(hosted.deliver(to, from).await["void"], json!([]));
    assert_eq!(channels(&people[2]).await, []);
    let again = (hosted.channel.as_str().to_owned(), "invited".to_owned());
    assert_eq!(channels(&people[3]).await, [again]);
    // They are accounts as any other.
    people[2].channel("mine").await;
    let body = json!({ "username": "asked", "password": "correct horse battery" });
    bob.post("/accounts", body).await.problem(409, "username_taken");
}
