//! What another server deletes is deleted here.

use federation_tests::hosted::text;
use federation_tests::{Hosted, World};
use loggia::protocol::body::Body;
use loggia::protocol::event::{Event, EventType, Rel, Relates};
use loggia::protocol::log::Entry;
use serde_json::json;

/// What is deleted is gone from all that was made of it, whatever it was; and an edit that went with its message was not
/// itself deleted, so that it can be.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_topics_and_edits_can_be_deleted_too() {
    let (world, peers) = World::among(1, &["b.test"]).await;
    let bob = world.servers[0].person("bob").await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&peers[0]));
    hosted.welcome(to, &bob).await;
    let channel = hosted.channel.as_str();
    let from = hosted.size();
    let to_id = |rel: Rel, entry: &Entry| Some(Relates { rel, to: entry.event.clone() });
    let redact = |entry: &Entry| {
        let event = Event { relates: to_id(Rel::Redact, entry), ..hosted.event(EventType::Redact) };
        hosted.append(event, None)
    };
    let stated = |kind: EventType, field: &str, value: &str| {
        let body = Body::new([7; 16], json!({ field: value }).as_object().expect("an object").clone());
        let event = Event { body_hash: Some(body.hash()), ..hosted.state(kind, "", json!({})) };
        hosted.append(event, Some(body))
    };
    let edit = |entry: &Entry, said: &str| {
        let body = text(said);
        let event = Event { body_hash: Some(body.hash()), ..hosted.event(EventType::Edit) };
        hosted.append(Event { relates: to_id(Rel::Edit, entry), ..event }, Some(body))
    };
    let named = stated(EventType::ChannelName, "name", "nameword");
    let topic = stated(EventType::ChannelTopic, "topic", "topicword");
    let said = hosted.say("firstword");
    let second = edit(&said, "secondword");
    let third = edit(&said, "thirdword");
    hosted.deliver(to, from).await;
    let shown = async || bob.get(&format!("/channels/{channel}")).await.expect(200);
    let found = async |word: &str| {
        let found = bob.get(&format!("/search?q={word}")).await.expect(200);
        found["results"].as_array().expect("results").len()
    };
    let before = shown().await;
    assert_eq!((&before["name"], &before["topic"]), (&json!("nameword"), &json!("topicword")));
    assert_eq!(found("thirdword").await, 1);

    let from = hosted.size();
    redact(&named);
    redact(&topic);
    redact(&third);
    assert_eq!(hosted.deliver(to, from).await["void"], json!([]));
    let after = shown().await;
    assert_eq!((&after["name"], &after["topic"]), (&json!(""), &json!("")));
    assert_eq!(bob.texts(channel).await, ["secondword"]);
    assert_eq!((found("thirdword").await, found("secondword").await), (0, 1));
    // The one before it is shown no longer: there is nothing to show anew.
    let from = hosted.size();
    redact(&second);
    assert_eq!(hosted.deliver(to, from).await["void"], json!([]));
    assert_eq!(bob.texts(channel).await, ["firstword"]);
    assert_eq!((found("secondword").await, found("firstword").await), (0, 1));

    let fourth = edit(&said, "fourthword");
    let from = hosted.size() - 1;
    redact(&said);
    redact(&fourth);
    assert_eq!(hosted.deliver(to, from).await["void"], json!([]));
    assert_eq!((found("fourthword").await, found("firstword").await), (0, 0));
    assert_eq!(to.alarms(), []);
    let (sound, said) = to.run(&["verify"]);
    assert!(sound, "{said}");
}
