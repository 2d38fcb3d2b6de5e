//! A server whose clock is set while it runs.

use serde_json::json;

use super::retention::keep;
use super::scheduled::{DAY_MS, HOUR_MS, after, list, said, schedule};
use crate::both;
use crate::support::{Person, Stream, TestServer, eventually};

/// Waits until whatever goes each second has gone: one look of the server's at who is there follows another.
async fn seconds_pass(ann: &Person, bob: &Person) {
    let (mut anns, _) = Stream::open(ann, json!({})).await;
    for _ in 0..2 {
        let (bobs, _) = Stream::open(bob, json!({})).await;
        drop(bobs);
        while anns.event("presence").await["d"]["users"][0]["presence"] != "offline" {}
    }
}

both!(
    async fn nothing_is_deleted_or_sent_by_a_clock_that_was_set_far_ahead(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        keep(&ann, &channel, json!(30)).await;
        ann.say(&channel, "old", "old").await;
        schedule(&ann, &channel, "later", after(40 * DAY_MS)).await;
        server.set_clock(60 * DAY_MS);
        seconds_pass(&ann, &bob).await;
        assert_eq!(list(&ann).await.len(), 1, "it is not sent");
        assert_eq!(ann.texts(&channel).await, ["old"]);
        // Whoever sees it sets the clock, and nothing was lost.
        server.set_clock(-60 * DAY_MS);
        seconds_pass(&ann, &bob).await;
        assert_eq!(list(&ann).await.len(), 1);
        assert_eq!(ann.texts(&channel).await, ["old"]);
        // It is believed when an hour has passed.
        server.set_clock(60 * DAY_MS);
        seconds_pass(&ann, &bob).await;
        assert_eq!(list(&ann).await.len(), 1);
        server.later(HOUR_MS);
        said(&ann, &channel, &["later"]).await;
    }
);

both!(
    async fn time_that_passes_is_no_clock_that_was_set(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        schedule(&ann, &channel, "later", after(40 * DAY_MS)).await;
        server.later(60 * DAY_MS);
        eventually("it is sent", || async { list(&ann).await.is_empty().then_some(()) }).await;
    }
);
