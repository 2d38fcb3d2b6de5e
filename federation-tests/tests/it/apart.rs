//! Servers that are gone, removed or somebody else: they get no traffic, and no belief.

use std::time::Duration;

use federation_tests::guest::code;
use federation_tests::{Guest, Reply, World, eventually};
use serde_json::{Value, json};

/// A server that does not answer is asked ever more seldom, however much is said; one whose people have left is asked
/// no more at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_server_is_left_alone() {
    let (world, mut peers) = World::among(1, &["evil.test", "gone.test"]).await;
    let (gone, dead, to) = (peers.remove(1), peers.remove(0), &world.servers[0]);
    let ann = to.person("ann").await;
    let channel = ann.channel("general").await;
    for peer in [&dead, &gone] {
        peer.script(|heard| {
            let size = heard.json()["head"]["head"]["size"].clone();
            let answer = json!({ "size": size, "root": "A".repeat(43), "void": [] });
            heard.is("POST", "/entries").then(|| Reply::Json(200, answer.to_string()))
        });
        let guest = Guest::of(peer, "mallory", &channel, &ann).await;
        assert_eq!(code(&guest.join(to).await.expect(200)), None);
        eventually("the log goes out", async || (peer.count("POST", "/entries") > 0).then_some(())).await;
    }
    let guest = Guest::of(&gone, "mallory", &channel, &ann).await;
    let leave =
        loggia::protocol::event::Event { nonce: "leave".parse().expect("a nonce"), ..guest.member("left") };
    assert_eq!(code(&guest.send(to, "leave", vec![guest.wire(leave, None)]).await.expect(200)), None);
    let delivered = async || {
        let sync = ann.get(&format!("/channels/{channel}")).await.expect(200)["sync"]["servers"].clone();
        (sync == json!([{ "server": "evil.test", "behind": 0 }])).then_some(())
    };
    eventually("the other is no longer served", delivered).await;
    dead.script(|heard| heard.is("POST", "/entries").then_some(Reply::Close));
    // Who came is asked about a few times, however soon they left; nothing is told.
    let told = || gone.heard().into_iter().filter(|heard| heard.method != "GET").collect::<Vec<_>>();
    let (at_gone, at_dead) = (told().len(), dead.count("POST", "/entries"));
    for n in 0..60 {
        ann.say(&channel, &format!("n{n}"), "is anybody there?").await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // At 0, 1, 3 and 7 seconds, each perhaps twice by a client that tries a fresh connection; not sixty times.
    let asked = dead.count("POST", "/entries") - at_dead;
    assert!((1..=8).contains(&asked), "{asked} times");
    assert_eq!(told().len(), at_gone, "{:?}", told().last());
}

/// A server that was set up anew under its old name has other keys: it is not believed, the operator is told, and the
/// others go on. Once it has the keys again that were known, it is who it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_set_up_anew_is_somebody_else() {
    let mut world = World::of(3).await;
    let (ann, cem) = (world.servers[0].person("ann").await, world.servers[2].person("cem").await);
    let bob = world.servers[1].person("bob").await;
    let channel = ann.channel("general").await;
    for person in [&bob, &cem] {
        person.join("#general:a.test").await;
    }
    bob.say(&channel, "n1", "before").await;
    cem.hears(&channel, "before").await;
    world.kill(1);
    let data = std::path::PathBuf::from(&world.servers[1].settings["LOGGIA_DATA_DIR"]);
    let unmounted = data.with_extension("unmounted");
    std::fs::rename(&data, &unmounted).expect("moved");
    world.start(1);
    let impostor = world.servers[1].person("bob").await;
    let asked = impostor.post("/joins", json!({ "alias": "#general:a.test" })).await;
    assert!(asked.status >= 400, "{asked:?}");
    eventually("the operator is told", async || {
        // Asked again now and then, as people do.
        impostor.get("/directory?server=a.test&query=x").await;
        world.servers[0].has_alarm("new_root").then_some(())
    })
    .await;
    ann.say(&channel, "n2", "who is that?").await;
    cem.hears(&channel, "who is that?").await;
    assert_eq!(impostor.get(&format!("/channels/{channel}/messages")).await.body["messages"], Value::Null);
    let listed = world.servers[0].run(&["peers", "list"]).1;
    assert!(listed.contains("b.test serial 1 SUSPENDED"), "{listed}");
    assert!(listed.contains("ALARM 1 20") && listed.contains("Z new_root b.test"), "{listed}");
    world.kill(1);
    std::fs::remove_dir_all(&data).expect("removed");
    std::fs::rename(&unmounted, &data).expect("moved back");
    world.start(1);
    let bob = bob.at(&world.servers[1].base);
    eventually("it is believed again", async || {
        bob.get("/directory?server=a.test&query=x").await;
        world.servers[0].has_alarm("known_again").then_some(())
    })
    .await;
    let listed = world.servers[0].run(&["peers", "list"]).1;
    assert!(!listed.contains("SUSPENDED"), "{listed}");
    bob.hears(&channel, "who is that?").await;
    bob.say(&channel, "n3", "me").await;
    cem.hears(&channel, "me").await;
}
