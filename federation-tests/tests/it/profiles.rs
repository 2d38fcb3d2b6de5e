//! What other servers say of their people.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use federation_tests::{Guest, Heard, Hosted, Peer, Person, Reply, Server, World, eventually};
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

/// A channel that Ann made.
struct Scene {
    world: World,
    evil: Peer,
    ann: Person,
    channel: String,
}

impl Scene {
    async fn set() -> Scene {
        let (world, evil) = world().await;
        let ann = world.servers[0].person("ann").await;
        let channel = ann.channel("general").await;
        Scene { world, evil, ann, channel }
    }

    async fn mallory(&self) -> Guest<'_> {
        Guest::of(&self.evil, "mallory", &self.channel, &self.ann).await
    }

    fn to(&self) -> &Server {
        &self.world.servers[0]
    }

    /// The peer says that the profile is another now.
    async fn changed(&self, user: &str) {
        let signals = json!({ "signals": [{ "type": "profile", "user": user }] });
        let path = format!("/channels/{}/signals", self.channel);
        self.evil.ask(self.to(), "POST", &path, Some(signals)).await.expect(204);
    }

    async fn shown(&self, user: &str) -> serde_json::Value {
        self.ann.get(&format!("/users/{user}")).await.expect(200)["display_name"].clone()
    }
}

/// What was asked last is what is shown: an answer that comes late is not put over a newer one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_answers_do_not_replace_newer_ones() {
    const LATE: Duration = Duration::from_millis(800);
    let scene = Scene::set().await;
    let guest = scene.mallory().await;
    let user = guest.user.as_str().to_owned();
    // The first answer says what was true when it was asked for, and takes its time.
    let (asked, named, began) = (Arc::new(AtomicUsize::new(0)), user.clone(), Instant::now());
    let (count, second_ms) = (asked.clone(), Arc::new(AtomicI64::new(-1)));
    let at = second_ms.clone();
    scene.evil.script(move |heard: &Heard| {
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
    guest.join(scene.to()).await.expect(200);
    scene.changed(&user).await;
    eventually("the first question", async || (asked.load(Ordering::SeqCst) > 0).then_some(())).await;
    let first_ms = i64::try_from(began.elapsed().as_millis()).expect("soon");
    for _ in 0..5 {
        scene.changed(&user).await;
    }
    eventually("the newer name", async || (scene.shown(&user).await == "new").then_some(())).await;
    assert!(second_ms.load(Ordering::SeqCst) >= first_ms + 500, "it was asked while an answer was to come");
    // Five changes while one answer was to come are one more question.
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert_eq!(scene.shown(&user).await, "new");
}

/// Nobody is without a name: one of which nothing is seen is none, and clients show the user name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_of_which_nothing_is_seen_are_none() {
    let scene = Scene::set().await;
    let guest = scene.mallory().await;
    let user = guest.user.as_str().to_owned();
    let (unseen, named) = (Arc::new(AtomicBool::new(false)), user.clone());
    let is_unseen = unseen.clone();
    scene.evil.script(move |heard: &Heard| {
        let name = if is_unseen.load(Ordering::SeqCst) { "\u{200b}\u{3164}" } else { "Mallory" };
        heard.target.ends_with("/profile").then(|| profile(&named, name))
    });
    guest.join(scene.to()).await.expect(200);
    let shows = async |name: &str| {
        eventually(name, async || (scene.shown(&user).await == name).then_some(())).await;
    };
    scene.changed(&user).await;
    shows("Mallory").await;
    unseen.store(true, Ordering::SeqCst);
    scene.changed(&user).await;
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

/// A host asks who comes: they may have had their name for long, and change it no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_knows_those_who_come_by_their_names() {
    let world = World::of(2).await;
    let (ann, zoe) = (world.servers[0].person("ann").await, world.servers[1].person("zoe").await);
    zoe.patch("/me", json!({ "display_name": "Zoe Zimmer" })).await.expect(200);
    ann.channel("general").await;
    zoe.join("#general:a.test").await;
    let path = format!("/users/{}", zoe.id);
    eventually("her name", async || {
        (ann.get(&path).await.expect(200)["display_name"] == "Zoe Zimmer").then_some(())
    })
    .await;
}
