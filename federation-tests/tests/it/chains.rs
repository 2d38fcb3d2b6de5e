//! Servers that changed keys more than once while nobody looked, and keys that everybody has.

use federation_tests::peer::{key, now_s};
use federation_tests::{Peer, Person, Reply, World, eventually};
use loggia::protocol::key_document::{KeySet, PublishedKey, SignedKeySet};
use loggia::protocol::sign::SigningKey;

/// The set that comes after one: with a key more.
fn later(peer: &Peer, before: &KeySet) -> KeySet {
    let kid = format!("k{}", before.serial + 1);
    let from_ts = (now_s() - 10) * 1_000;
    let public = key(&format!("{}/{kid}", peer.name)).public();
    let mut keys = before.keys.clone();
    keys.push(PublishedKey { from_ts, kid: kid.parse().expect("an id"), public, until_ts: None });
    KeySet { keys, prev: Some(before.hash()), serial: before.serial + 1, ..before.clone() }
}

/// Asks with the newest key until the server has judged the newest document.
async fn judged(world: &World, peer: &Peer, newest: &KeySet, status: u16) {
    let to = &world.servers[0];
    let kid = format!("k{}", newest.serial);
    eventually("the document is judged", async || {
        let mut draft = peer.request(to, "GET", "/check", None);
        draft.key = key(&format!("{}/{kid}", peer.name));
        draft.kid = kid.parse().expect("an id");
        let before = peer.count("GET", "/.well-known/loggia");
        let answer = peer.send(to, &draft.signed()).await;
        let looked = peer.count("GET", "/.well-known/loggia") > before;
        (answer.status == status && (looked || status == 200)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missed_changes_of_keys_are_asked_for() {
    let names = ["honest.test", "gap.test", "other.test", "mute.test", "page.test", "short.test"];
    let (world, peers) = World::among(1, &names).await;
    let to = &world.servers[0];
    let mut known = Vec::new();
    for peer in &peers {
        peer.ask(to, "GET", "/check", None).await.expect(200);
        let mut sets = vec![peer.key_set()];
        for _ in 0..3 {
            sets.push(later(peer, sets.last().expect("one")));
        }
        peer.publish(&peer.document_of(sets[3].clone()));
        known.push(sets);
    }
    let answers = |peer: &Peer, answer: Reply| {
        peer.script(move |heard| heard.is("GET", "/federation/v1/keys").then(|| answer.clone()));
    };
    let list = |sets: &[SignedKeySet]| Reply::Json(200, serde_json::to_string(sets).expect("JSON"));
    for (peer, sets) in peers.iter().zip(&known) {
        let signed = |at: usize, root: &SigningKey| sets[at].clone().sign(root);
        let own = |at: usize| signed(at, &peer.root);
        let (answer, is_alarming) = match peer.name.as_str() {
            "gap.test" => (list(&[own(2), own(3)]), true),
            "other.test" => (list(&[signed(1, &key("somebody")), own(2)]), true),
            "mute.test" => (Reply::problem(503, "busy"), false),
            "page.test" => (Reply::Json(200, "<h1>Back soon</h1>".to_owned()), false),
            "short.test" => (list(&[own(1)]), false),
            _ => (list(&[own(1), own(2), own(3)]), false),
        };
        answers(peer, answer);
        let status = if peer.name.as_str() == "honest.test" { 200 } else { 401 };
        judged(&world, peer, &sets[3], status).await;
        assert!(peer.count("GET", "/federation/v1/keys") > 0);
        let alarm = ("broken_chain".to_owned(), peer.name.to_string());
        assert_eq!(to.alarms().contains(&alarm), is_alarming, "{alarm:?}: {:?}", to.alarms());
    }
    // Who told another story is not believed again by going back to the first.
    let gap = &peers[1];
    gap.script(|_| None);
    gap.publish(&gap.document());
    gap.ask(to, "GET", "/check", None).await.problem(401, "key_unknown");
    // Who could not be asked is, once it can.
    for (peer, sets) in peers.iter().zip(&known).skip(3) {
        let chain: Vec<_> = sets.iter().skip(1).map(|set| set.clone().sign(&peer.root)).collect();
        answers(peer, list(&chain));
        judged(&world, peer, &sets[3], 200).await;
    }
}

/// Two servers that share a channel of Ann's, of which the first has changed its key so often since something was said.
async fn rotated(times: usize) -> (World, Person, Person, String) {
    let mut world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    ann.say(&channel, "n1", "before").await;
    bob.hears(&channel, "before").await;
    world.kill(0);
    for _ in 0..times {
        let (changed, said) = world.servers[0].run(&["keys", "rotate"]);
        assert!(changed, "{said}");
    }
    world.start(0);
    let ann = ann.at(&world.servers[0].base);
    (world, ann, bob, channel)
}

/// Real servers answer what they are asked for, without a signature.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_changed_its_key_three_times_is_believed() {
    let (world, ann, bob, channel) = rotated(3).await;
    ann.say(&channel, "n2", "after").await;
    bob.hears(&channel, "after").await;
    assert!(world.servers[1].alarms().is_empty(), "{:?}", world.servers[1].alarms());
}

/// After its key has changed, a host need not be the first to speak in its channels, and nobody of it need be there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_are_signed_with_a_key_that_the_channel_knows() {
    let (world, ann, bob, channel) = rotated(1).await;
    bob.say(&channel, "n2", "from elsewhere").await;
    ann.hears(&channel, "from elsewhere").await;
    bob.hears(&channel, "from elsewhere").await;
    ann.say(&channel, "n3", "after").await;
    bob.hears(&channel, "after").await;
    assert!(world.servers[1].alarms().is_empty(), "{:?}", world.servers[1].alarms());
}

/// A key that stands in a specification is nobody's (attack 3).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_everybody_has_are_refused() {
    let (world, mut peers) = World::among(1, &["public.test"]).await;
    let mut peer = peers.remove(0);
    // RFC 8032 section 7.1, TEST 1
    let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let octet = |at: usize| u8::from_str_radix(&seed[2 * at..2 * at + 2], 16).expect("digits");
    peer.key = SigningKey::from_seed(std::array::from_fn(octet));
    peer.publish(&peer.document());
    let refused = peer.ask(&world.servers[0], "GET", "/check", None).await.problem(401, "key_unknown");
    let why = refused["detail"].as_str().expect("a detail");
    assert!(why.contains("everybody can sign"), "{why}");
}
