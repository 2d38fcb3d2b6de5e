//! Two people meet.

use serde_json::json;

use crate::both;
use crate::support::{Stream, TestServer};

both!(
    async fn two_people_talk(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let found = bob.get("/directory?query=gener").await.expect(200);
        assert_eq!(found["channels"][0]["id"], channel.as_str());
        bob.join(&channel).await;
        let (mut stream, _) = Stream::open(&bob, json!({})).await;
        let sent = ann.say(&channel, "n1", "hello @bob").await;
        let frame = stream.event("message.created").await;
        assert_eq!(frame["d"]["id"], sent["id"]);
        assert_eq!(frame["seq"], sent["seq"]);
        assert_eq!(stream.event("notification.created").await["d"]["kind"], "mention");
        assert_eq!(bob.texts(&channel).await, ["hello @bob"]);
    }
);
