//! What other servers say of their people.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use federation_tests::{Guest, Heard, Hosted, Peer, Reply, World, eventually};
use serde_json::json;

fn profile(user: &str, name: &str) -> Reply {
    let profile = json!({
        "user": user, "display_name": name, "bio": "", "avatar": null, "deactivated": false, "ts": 1,
    });
    Reply::Json(200, profile.to_string())
}

async fn world() -> (World, Peer) {
    let (world, mut peers) = World::among(1, &["evil.test"]).await;
    (world, peers.remove(0))
}

/// What was asked last is what is shown: an answer that comes late is not put over a newer one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_answers_do_not_replace_newer_ones() {
    const LATE: Duration = Duration::from_millis(800);
    let (world, evil) = world().await;
    let to = &world.servers[0];
    let ann = to.person("ann").await;
    let channel = ann.channel("general").await;
    let guest = Guest::of(&evil, "mallory", &channel, &ann).await;
    let user = guest.user.as_str().to_owned();
    // The first answer says what was true when it was asked for, and takes its time.
    let (asked, named, began) = (Arc::new(AtomicUsize::new(0)), user.clone(), Instant::now());
    let (count, second_ms) = (asked.clone(), Arc::new(AtomicI64::new(-1)));
    let at = second_ms.clone();
    evil.script(move |heard: &Heard| {
        if !heard.target.ends_with("/profile") {
            return None;
        }
        Some(match count.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::Late(LATE, Box::new(profile(&named, "old"))),
            _ => {
                at.store(i64::try_from(began.elapsed().as_millis()).unwrap_or(0), Ordering::SeqCst);
                profile(&named, "new")
            }
        })
    });
    guest.join(to).await.expect(200);
    let changed = async || {
        let signals = json!({ "signals": [{ "type": "profile", "user": user }] });
        evil.ask(to, "POST", &format!("/channels/{channel}/signals"), Some(signals)).await.expect(204);
    };
    changed().await;
    eventually("the first question", async || (asked.load(Ordering::SeqCst) > 0).then_some(())).await;
    let first_ms = i64::try_from(began.elapsed().as_millis()).expect("soon");
    for _ in 0..5 {
        changed().await;
    }
    let shown = async || ann.get(&format!("/users/{user}")).await.expect(200)["display_name"].clone();
    eventually("the newer name", async || (shown().await == "new").then_some(())).await;
    assert!(second_ms.load(Ordering::SeqCst) >= first_ms + 500, "it was asked while an answer was to come");
    // Five changes while one answer was to come are one more question.
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert_eq!(shown().await, "new");
}

/// Nobody is without a name: one of which nothing is seen is none, and clients show the user name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_of_which_nothing_is_seen_are_none() {
    let (world, evil) = world().await;
    let to = &world.servers[0];
    let ann = to.person("ann").await;
    let channel = ann.channel("general").await;
    let guest = Guest::of(&evil, "mallory", &channel, &ann).await;
    let user = guest.user.as_str().to_owned();
    let (unseen, named) = (Arc::new(AtomicBool::new(false)), user.clone());
    let is_unseen = unseen.clone();
    evil.script(move |heard: &Heard| {
        let name = if is_unseen.load(Ordering::SeqCst) { "\u{200b}\u{3164}" } else { "Mallory" };
        heard.target.ends_with("/profile").then(|| profile(&named, name))
    });
    guest.join(to).await.expect(200);
    let shows = async |name: &str| {
        eventually(name, async || {
            let user = ann.get(&format!("/users/{user}")).await.expect(200);
            (user["display_name"] == name).then_some(())
        })
        .await;
    };
    let changed = async || {
        let signals = json!({ "signals": [{ "type": "profile", "user": user }] });
        evil.ask(to, "POST", &format!("/channels/{channel}/signals"), Some(signals)).await.expect(204);
    };
    changed().await;
    shows("Mallory").await;
    unseen.store(true, Ordering::SeqCst);
    changed().await;
    shows("").await;
}

/// When a channel was founded is its founder's word, as far as it can be true.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn channels_are_not_founded_in_the_future() {
    let (world, evil) = world().await;
    let to = &world.servers[0];
    evil.ahead_s.store(4_000_000_000, Ordering::SeqCst);
    let hosted = Hosted::found(&evil);
    evil.ahead_s.store(0, Ordering::SeqCst);
    let ann = to.person("ann").await;
    hosted.welcome(to, &ann).await;
    let channel = ann.get(&format!("/channels/{}", hosted.channel)).await.expect(200);
    let founded = channel["created_ts"].as_i64().expect("a time");
    assert!((0..=loggia::server::now()).contains(&founded), "{founded}");
}
