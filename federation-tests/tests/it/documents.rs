//! Key documents: who another server is, and what it may say of itself later.

use std::time::Duration;

use federation_tests::peer::{Draft, Wire, key, now_s};
use federation_tests::{Heard, Hosted, Peer, Reply, Server, World, eventually};
use loggia::protocol::json::to_canonical;
use loggia::protocol::key_document::PublishedKey;
use serde_json::{Value, json};

async fn world() -> (World, Peer) {
    let (world, mut peers) = World::among(1, &["evil.test"]).await;
    (world, peers.remove(0))
}

fn check(peer: &Peer, to: &Server) -> Draft {
    peer.request(to, "GET", "/check", None)
}

/// A key that has ended signs no requests; nor does one whose time has not come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retired_key_signs_nothing() {
    let (world, evil) = world().await;
    let to = &world.servers[0];
    let old = |from: i64, until: Option<i64>, kid: &str| PublishedKey {
        from_ts: (now_s() + from) * 1_000,
        kid: kid.parse().expect("an id"),
        public: key(kid).public(),
        until_ts: until.map(|until| (now_s() + until) * 1_000),
    };
    let mut set = evil.key_set();
    set.keys.push(old(-9_000, Some(-10), "retired"));
    set.keys.push(old(3_600, None, "early"));
    set.keys.push(old(-9_000, Some(600), "overlap"));
    evil.publish(&evil.document_of(set));
    let with =
        |kid: &str| Draft { kid: kid.parse().expect("an id"), key: key(kid), ..check(&evil, to) }.signed();
    evil.send(to, &with("retired")).await.problem(401, "key_expired");
    evil.send(to, &with("early")).await.problem(401, "key_expired");
    evil.send(to, &with("overlap")).await.expect(200);
}

/// A key document that goes back, tells two stories, shows another root key, is another server's, has ended or is
/// of the future, too large, redirected elsewhere or never comes: the first that was seen stays, and the operator
/// is told of what is no mistake.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn key_documents_only_go_forward() {
    let names = ["back.test", "twice.test", "root.test", "chain.test", "next.test"];
    let (world, peers) = World::among(1, &names).await;
    let to = &world.servers[0];
    let newer = |peer: &Peer, serial: i64, prev: bool| {
        let mut set = peer.key_set();
        let other = || loggia::protocol::sign::hash(b"another set\n", &[]);
        set.prev = (serial > 1).then(|| if prev { set.hash() } else { other() });
        set.serial = serial;
        let from_ts = (now_s() - 10) * 1_000;
        set.keys.push(PublishedKey {
            from_ts,
            kid: "k2".parse().expect("an id"),
            public: key("k2").public(),
            until_ts: None,
        });
        set
    };
    for (n, peer) in peers.iter().enumerate() {
        if n == 0 {
            peer.publish(&peer.document_of(newer(peer, 2, true)));
        }
        peer.ask(to, "GET", "/check", None).await.expect(200);
    }
    let [back, twice, root, chain, next] = &peers[..] else { panic!("five") };
    back.publish(&back.document());
    twice.publish(&twice.document_of(newer(twice, 1, false)));
    let mut other = Peer::start(&world.authority, world.dir.path(), "root.test").await;
    other.root = key("another root");
    root.publish(&other.document_of(newer(&other, 1, false)));
    chain.publish(&chain.document_of(newer(chain, 2, false)));
    next.publish(&next.document_of(newer(next, 2, true)));
    // Whoever signs with a key that is not known makes the document be asked for again.
    let unknown =
        |peer: &Peer| Draft { kid: "k2".parse().expect("an id"), key: key("k2"), ..check(peer, to) }.signed();
    for (peer, kind) in
        [(back, "rolled_back"), (twice, "broken_chain"), (root, "new_root"), (chain, "broken_chain")]
    {
        if peer.name.as_str() == "back.test" {
            let strange = Draft { kid: "k3".parse().expect("an id"), ..check(peer, to) };
            refetched(peer, to, || strange_again(&strange), 401).await;
        } else {
            refetched(peer, to, || unknown(peer), 401).await;
        }
        let alarm = (kind.to_owned(), peer.name.as_str().to_owned());
        assert!(to.alarms().contains(&alarm), "{alarm:?}: {:?}", to.alarms());
    }
    refetched(next, to, || unknown(next), 200).await;
}

fn strange_again(draft: &Draft) -> Wire {
    Draft { nonce: format!("{}x{}", draft.nonce, now_s()), created: now_s(), ..draft.clone() }.signed()
}

/// Asks until the server has looked at the key document again.
async fn refetched(peer: &Peer, to: &Server, wire: impl Fn() -> Wire, status: u16) {
    let before = peer.count("GET", "/.well-known/loggia");
    eventually("the document is asked for again", async || {
        let answer = peer.send(to, &wire()).await;
        (peer.count("GET", "/.well-known/loggia") > before && answer.status == status).then_some(())
    })
    .await;
}

/// A document that is another's, over, or not yet, or no JSON, or that only a redirect elsewhere leads to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_document_is_checked() {
    let names: Vec<String> = (0..9).map(|n| format!("p{n}.test")).collect();
    let (world, peers) = World::among(1, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let to = &world.servers[0];
    let good = |peer: &Peer| serde_json::from_str::<Value>(&peer.document()).expect("JSON");
    peers[0].publish(&peers[1].document());
    let mut changed = good(&peers[1]);
    changed["endpoint"] = json!("https://elsewhere.test");
    peers[1].publish(&changed.to_string());
    peers[2].publish("{\"server\":");
    peers[3].publish(&format!("{{\"pad\":\"{}\"}}", "x".repeat(70_000)));
    let moved =
        |to: &'static str| move |heard: &Heard| heard.is("GET", "loggia").then(|| Reply::redirect(to));
    peers[4].script(moved("https://p8.test/.well-known/loggia"));
    peers[5].script(moved("http://p5.test/elsewhere"));
    peers[6].script(moved("https://p6.test/.well-known/loggia"));
    let mut unknown = good(&peers[7]);
    unknown["extra"] = json!(1);
    peers[7].publish(&unknown.to_string());
    for peer in &peers[..8] {
        let answer = peer.ask(to, "GET", "/check", None).await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (401, Some("key_unknown")),
            "{}: {}",
            peer.name,
            answer.body
        );
    }
    // Around in a circle once, and no further; and nobody else was asked.
    assert_eq!(peers[6].count("GET", "/.well-known/loggia"), 2);
    assert_eq!(peers[8].heard().len(), 0);
    peers[8].script(|heard| {
        heard.target.ends_with(".well-known/loggia").then(|| Reply::redirect("/moved/loggia"))
    });
    let document = peers[8].document();
    let asked = async |target: &str| peers[8].heard().iter().filter(|heard| heard.target == target).count();
    peers[8].script(move |heard| match heard.target.as_str() {
        "/.well-known/loggia" => Some(Reply::redirect("/moved/loggia")),
        _ => Some(Reply::Json(200, document.clone())),
    });
    peers[8].ask(to, "GET", "/check", None).await.expect(200);
    assert_eq!(asked("/moved/loggia").await, 1);
}

/// Requests in the name of a server whose document is slow to come share one look at it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_requests_ask_for_a_key_document_once() {
    let (world, evil) = world().await;
    let to = &world.servers[0];
    let document = evil.document();
    evil.script(move |heard| {
        heard.is("GET", "loggia").then(|| {
            let says = Reply::Json(200, document.clone());
            Reply::Late(Duration::from_millis(300), Box::new(says))
        })
    });
    let asked = (0..20).map(|_| evil.ask(to, "GET", "/check", None));
    for answer in futures_util::future::join_all(asked).await {
        answer.expect(200);
    }
    assert_eq!(evil.count("GET", "/.well-known/loggia"), 1);
}

/// A server that is asked elsewhere than before is found there, whatever is said at its old place, and its document is
/// not asked for at every try.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_moves_is_found() {
    let elsewhere = [
        Reply::problem(401, "wrong_destination"),
        Reply::Json(404, "<h1>Not Found</h1>".to_owned()),
        Reply::Close,
    ];
    for says in elsewhere {
        let (world, peers) = World::among(1, &["evil.test", "new.test"]).await;
        let (evil, new, to) = (&peers[0], &peers[1], &world.servers[0]);
        let (bob, hosted) = (to.person("bob").await, Hosted::found(evil));
        hosted.welcome(to, &bob).await;
        evil.script(move |heard| (!heard.is("GET", "loggia")).then(|| says.clone()));
        let path = format!("/channels/{}/messages", hosted.channel);
        let before = evil.count("GET", "/.well-known/loggia");
        bob.post(&path, json!({ "nonce": "n", "text": "where are you?" })).await.expect(201);
        assert!(evil.count("GET", "/.well-known/loggia") - before <= 2);
        evil.publish(&evil.document_at("https://new.test"));
        let asked = async || new.heard().into_iter().find(|heard| heard.is("POST", "/events"));
        let heard = eventually("a request at the new place", asked).await;
        let host = heard.headers.iter().find(|(name, _)| name == "host").map(|(_, value)| value.as_str());
        assert_eq!(host, Some("new.test"));
    }
}

/// A server whose listener for others is another now knows no such path at the old place. That is no answer from whom was
/// asked: it is looked for anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_found_is_looked_for() {
    let (world, peers) = World::among(1, &["moving.test", "old.test", "new.test"]).await;
    let [moving, old, new] = &peers[..] else { panic!("three") };
    let ann = world.servers[0].person("ann").await;
    let answers = |peer: &Peer, answer: Reply| {
        peer.script(move |heard| heard.is("GET", "/directory").then(|| answer.clone()));
    };
    let nobody = Reply::Json(200, json!({ "channels": [], "next": null }).to_string());
    answers(old, nobody.clone());
    answers(new, nobody);
    moving.publish(&moving.document_at("https://old.test"));
    let path = "/directory?server=moving.test";
    ann.get(path).await.expect(200);
    assert_eq!((old.count("GET", "/directory"), new.count("GET", "/directory")), (1, 0));
    moving.publish(&moving.document_at("https://new.test"));
    answers(old, Reply::problem(404, "not_found"));
    eventually("the new place", async || (ann.get(path).await.status == 200).then_some(())).await;
    assert_eq!(new.count("GET", "/directory"), 1);
}

/// Who does not speak this version is not asked in it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_of_another_version_is_not_asked() {
    let (world, evil) = world().await;
    let bob = world.servers[0].person("bob").await;
    let mut document: Value = serde_json::from_str(&evil.document()).expect("JSON");
    document["versions"] = json!([2]);
    let unsigned = document.as_object_mut().expect("an object");
    unsigned.remove("signature");
    let bytes = to_canonical(&document).expect("JSON");
    document["signature"] = json!(evil.key.sign_in(b"loggia/keys/1\n", &bytes));
    evil.publish(&String::from_utf8(to_canonical(&document).expect("JSON")).expect("text"));
    bob.get("/directory?server=evil.test&query=x").await.problem(503, "peer_unreachable");
    assert!(evil.heard().iter().all(|heard| heard.is("GET", "/.well-known/loggia")), "{:?}", evil.heard());
}
