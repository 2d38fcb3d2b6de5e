//! Files across servers: seen where they were not sent, by those who may, and gone with their messages.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use federation_tests::{
    Fault, Guest, Heard, Hosted, Peer, Person, Reply, Server, World, eventually, on_both_databases,
};
use loggia::protocol::body::Body;
use loggia::protocol::event::{Event, EventType, Rel, Relates};
use loggia::protocol::ids::EventId;
use loggia::protocol::sign::hash;
use serde_json::{Value, json};

/// A picture of one pixel, with something behind its end that makes it another file.
fn picture(mark: &str) -> Vec<u8> {
    const PIXEL: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    [STANDARD.decode(PIXEL).expect("base64"), mark.as_bytes().to_vec()].concat()
}

fn name_of(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(hash(b"", bytes).0)
}

fn at(file: &Value, name: &str) -> String {
    format!("/files/{}/{name}", file["hash"].as_str().expect("a hash"))
}

fn encoded(text: &str) -> String {
    text.replace('$', "%24").replace('!', "%21").replace('@', "%40").replace(':', "%3A")
}

/// Where another server asks for the file of a message.
fn wanted(file: &Value, message: &Value) -> String {
    let (channel, event) = (&message["channel"], &message["id"]);
    let part = |value: &Value| encoded(value.as_str().expect("a text"));
    let hash = file["hash"].as_str().expect("a hash");
    format!("/files/{hash}?channel={}&event={}", part(channel), part(event))
}

async fn gone(servers: &[Server], file: &Value) {
    for server in servers {
        eventually("the bytes go", async || (!server.stores(file)).then_some(())).await;
    }
}

/// A picture is fetched by whoever looks at it, only by those who may, and goes with its message.
async fn a_picture_is_seen_on_the_other_server_and_goes_with_its_message(world: World) {
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let bytes = picture("story");
    let file = ann.upload("pixel.png", &bytes).await;
    let message = ann.send_file(&channel, "look", &file).await;
    bob.hears(&channel, "look").await;
    assert!(!world.servers[1].stores(&file), "nobody there has looked at it");

    let small =
        bob.fetch(&format!("/files/{}/thumbnail?size=320", file["hash"].as_str().expect("a hash"))).await;
    assert_eq!((small.status, small.header("content-type")), (200, "image/png"), "{}", small.code());
    let seen = bob.fetch(&at(&file, "pixel.png")).await;
    assert_eq!((seen.status, &seen.bytes), (200, &bytes));
    assert_eq!(seen.header("content-security-policy"), "sandbox; default-src 'none'");
    assert_eq!(seen.header("x-content-type-options"), "nosniff");
    assert!(world.servers[1].stores(&file));

    // What carries scripts is only ever downloaded, whatever its name or the other server says of it.
    let html = b"<!DOCTYPE html><script>alert(1)</script>";
    let page = bob.upload("pixel.png", html).await;
    bob.send_file(&channel, "page", &page).await;
    ann.hears(&channel, "page").await;
    let got = ann.fetch(&at(&page, "pixel.png")).await;
    assert_eq!((got.status, got.bytes.as_slice()), (200, &html[..]));
    assert_eq!(got.header("content-type"), "application/octet-stream");
    assert!(got.header("content-disposition").starts_with("attachment"));
    assert_eq!(got.header("content-security-policy"), "sandbox; default-src 'none'");

    // Somebody who is not in the channel has it neither there nor here.
    let eve = world.servers[1].person("eve").await;
    let refused = eve.fetch(&at(&file, "pixel.png")).await;
    assert_eq!((refused.status, refused.code()), (404, "file_not_found".to_owned()));

    // What came from there can be sent on; then it is a file of this server as well.
    let other = bob.channel("elsewhere").await;
    let again = bob.send_file(&other, "sent-on", &file).await;
    let path = format!("/channels/{channel}/messages/{}", message["id"].as_str().expect("an id"));
    ann.delete(&path).await.expect(204);
    gone(&world.servers[..1], &file).await;
    assert_eq!(bob.fetch(&at(&file, "pixel.png")).await.status, 200, "another message needs it");
    let path = format!("/channels/{other}/messages/{}", again["id"].as_str().expect("an id"));
    bob.delete(&path).await.expect(204);
    gone(&world.servers, &file).await;
    assert_eq!(bob.fetch(&at(&file, "pixel.png")).await.code(), "file_not_found");
}

on_both_databases!(a_picture_is_seen_on_the_other_server_and_goes_with_its_message, 2);

/// A channel's picture is a file of the entry that set it: seen on every server of the channel, whoever set it, and gone
/// with the next one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channels_picture_is_seen_on_all_its_servers() {
    let world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let path = format!("/channels/{channel}");
    ann.put(&format!("{path}/members/{}", bob.id), json!({ "role": "moderator" })).await.expect(200);
    let shown = async |person: &Person, hash: &Value| {
        eventually("the picture is told", async || {
            let seen = person.get(&path).await.expect(200);
            (seen["avatar"] == *hash).then_some(())
        })
        .await;
    };
    let upload = ann.upload("pixel.png", &picture("ann's")).await;
    let set = ann.put(&format!("{path}/avatar"), json!({ "file": upload["hash"] })).await.expect(200);
    let first = json!({ "hash": set["avatar"] });
    shown(&bob, &set["avatar"]).await;
    assert!(!world.servers[1].stores(&first), "nobody there has looked at it");
    assert_eq!(bob.fetch(&at(&first, "picture")).await.status, 200);
    // The channel is public: whoever may know of it sees its picture.
    let eve = world.servers[1].person("eve").await;
    assert_eq!(eve.fetch(&at(&first, "picture")).await.status, 200);

    // Another one, from the other server: the bytes of the first are needed nowhere.
    let upload = bob.upload("pixel.png", &wide_picture()).await;
    let set = bob.put(&format!("{path}/avatar"), json!({ "file": upload["hash"] })).await.expect(200);
    let second = json!({ "hash": set["avatar"] });
    assert_ne!(first, second);
    shown(&ann, &set["avatar"]).await;
    gone(&world.servers, &first).await;
    assert_eq!(ann.fetch(&at(&second, "picture")).await.status, 200);
    bob.delete(&format!("{path}/avatar")).await.expect(204);
    shown(&ann, &Value::Null).await;
    gone(&world.servers, &second).await;
}

/// A picture of other pixels than [`picture`] has.
fn wide_picture() -> Vec<u8> {
    // A GIF of 2 x 1 pixels, red and blue.
    let mut gif = b"GIF89a\x02\0\x01\0\x80\0\0\xff\0\0\0\0\xff".to_vec();
    gif.extend_from_slice(b"\x2c\0\0\0\0\x02\0\x01\0\0\x02\x02\x44\x0a\0\x3b");
    gif
}

/// A server gets a file for a message that its people may read, and in any other case the same answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_members_gets_the_answer_of_no_file() {
    let (world, peers) = World::among(2, &["evil.test"]).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let file = ann.upload("secret.txt", b"nobody else's business").await;
    let message = ann.send_file(&channel, "secret", &file).await;
    bob.hears(&channel, "secret").await;
    assert_eq!(bob.fetch(&at(&file, "x")).await.status, 200);
    let nothing = json!({ "hash": name_of(b"nothing") });
    let unsent = ann.upload("unsent.txt", b"not sent yet").await;
    let hash = file["hash"].as_str().expect("a hash");
    let mut answers = Vec::new();
    for server in &world.servers {
        for path in [
            wanted(&file, &message),
            wanted(&nothing, &message),
            wanted(&unsent, &message),
            wanted(&file, &json!({ "channel": channel, "id": format!("${}", name_of(b"no event")) })),
            format!("/files/{hash}"),
            format!("/files/{hash}?user={}", encoded(&ann.id)),
            "/files/..%2F..%2Floggia.db".to_owned(),
        ] {
            let mut problem = peers[0].ask(server, "GET", &path, None).await.problem(404, "file_not_found");
            problem["request_id"].take();
            answers.push(problem);
        }
    }
    assert!(answers.windows(2).all(|two| two[0] == two[1]), "the answer tells them apart: {answers:?}");
}

/// Lets mallory of the peer send a file in the channel that the peer hosts; answers (file, message).
async fn carry(hosted: &Hosted<'_>, to: &Server, bytes: &[u8], mark: &str) -> (Value, Value) {
    let file =
        json!({ "hash": name_of(bytes), "name": "a.txt", "media_type": "image/png", "size": bytes.len() });
    let content = json!({ "text": mark, "attachments": [file] });
    let body = Body::new([7; 16], content.as_object().expect("an object").clone());
    let from = hosted.size();
    let event = Event { body_hash: Some(body.hash()), ..hosted.event(EventType::Message) };
    let entry = hosted.append(event, Some(body));
    hosted.deliver(to, from).await;
    (file, json!({ "channel": hosted.channel, "id": entry.event }))
}

/// What another server's log says of files counts as it stands last: an edit takes one away or brings another, and is taken back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copys_files_are_those_that_its_messages_carry_now() {
    let (world, evil, bob) = trap().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let (first, message) = carry(&hosted, to, b"first", "look").await;
    let (other, _) = carry(&hosted, to, b"other", "and here").await;
    let listed = async |kind: &str| {
        let path = format!("/channels/{}/files?kind={kind}", hosted.channel);
        let files = bob.get(&path).await.expect(200)["files"].clone();
        let files = files.as_array().expect("files").iter();
        files.map(|file| file["attachment"]["hash"].clone()).collect::<Vec<_>>()
    };
    let id: EventId = message["id"].as_str().expect("an id").parse().expect("an id");
    let change = async |kind: EventType, rel: Rel, of: &EventId, content: Option<Value>| {
        let body = content.map(|content| Body::new([7; 16], content.as_object().expect("an object").clone()));
        let relates = Some(Relates { rel, to: of.clone() });
        let event = Event { relates, body_hash: body.as_ref().map(Body::hash), ..hosted.event(kind) };
        let from = hosted.size();
        let entry = hosted.append(event, body);
        hosted.deliver(to, from).await;
        entry.event
    };
    assert_eq!(listed("image").await, [other["hash"].clone(), first["hash"].clone()]);
    let nothing = json!({ "text": "look away" });
    let edit = change(EventType::Edit, Rel::Edit, &id, Some(nothing)).await;
    assert_eq!(listed("image").await, [other["hash"].clone()]);
    let film = json!({ "hash": name_of(b"film"), "name": "a.mp4", "media_type": "video/mp4", "size": 4 });
    let again =
        json!({ "text": "look", "attachments": [film, 7, { "hash": "none", "media_type": "audio/mpeg" }] });
    let second = change(EventType::Edit, Rel::Edit, &id, Some(again)).await;
    assert_eq!(
        (listed("image").await, listed("video").await),
        (vec![other["hash"].clone()], vec![film["hash"].clone()])
    );
    assert_eq!(listed("audio").await, Vec::<Value>::new());
    change(EventType::Redact, Rel::Redact, &second, None).await;
    assert_eq!(listed("video").await, Vec::<Value>::new());
    change(EventType::Redact, Rel::Redact, &edit, None).await;
    assert_eq!(listed("image").await, [other["hash"].clone(), first["hash"].clone()]);
    change(EventType::Redact, Rel::Redact, &id, None).await;
    assert_eq!(listed("image").await, [other["hash"].clone()]);
}

async fn trap() -> (World, Peer, Person) {
    let (world, mut peers) = World::among(1, &["evil.test"]).await;
    let bob = world.servers[0].person("bob").await;
    (world, peers.remove(0), bob)
}

fn file_requests(peer: &Peer) -> Vec<Heard> {
    peer.heard().into_iter().filter(|heard| heard.target.contains("/files/")).collect()
}

fn whole(bytes: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", bytes.len());
    [head.as_bytes(), bytes].concat()
}

/// Other bytes than the hash says, more or fewer than announced, or none: not one of them is served, and none stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_are_not_the_files_are_refused() {
    let (world, evil, bob) = trap().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let good = b"the true bytes".to_vec();
    let endless = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n".to_vec();
    let huge = b"HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\nabcd".to_vec();
    for (mark, reply, status, code) in [
        ("tampered", Reply::Raw(whole(b"the tame bytes")), 502, "peer_nonsense"),
        ("endless", Reply::Raw(endless), 502, "peer_nonsense"),
        ("huge", Reply::Broken(huge), 413, "too_large"),
        ("none", Reply::problem(404, "file_not_found"), 404, "file_not_found"),
        ("elsewhere", Reply::redirect("https://127.0.0.1/"), 502, "peer_refused"),
        ("silent", Reply::Close, 503, "peer_unreachable"),
        // As slow as it may be, it is asked no longer than the others.
        ("dripping", Reply::Drip(1_000, Duration::from_secs(1)), 503, "peer_unreachable"),
    ] {
        let mut bytes = good.clone();
        bytes.extend_from_slice(mark.as_bytes());
        let (file, _) = carry(&hosted, to, &bytes, mark).await;
        evil.script(move |heard| heard.target.contains("/files/").then(|| reply.clone()));
        let answer = bob.fetch(&at(&file, "a.txt")).await;
        assert_eq!((answer.status, &*answer.code()), (status, code), "{mark}");
        assert!(!to.stores(&file), "{mark}");
        eventually("parts go", async || (!to.has_parts()).then_some(())).await;
    }
}

/// An author's server that says the file is monstrous makes it unavailable to nobody who can have it from the host.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_its_author_makes_monstrous_comes_from_others() {
    let (world, peers) = World::among(2, &["evil.test"]).await;
    let (evil, to) = (&peers[0], &world.servers[0]);
    let (ann, bob) = (to.person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let guest = Guest::of(evil, "mallory", &channel, &ann).await;
    guest.join(to).await.expect(200);
    let bytes = b"as large as it is".to_vec();
    let file = json!({
        "hash": name_of(&bytes), "name": "a.txt", "media_type": "text/plain", "size": bytes.len(), "description": "A boat",
    });
    // What is none of a message's kinds takes nothing else with it.
    let content = json!({ "text": "look", "attachments": [file, 7], "mentions": "all", "reply_to": 1 });
    let body = Body::new([7; 16], content.as_object().expect("an object").clone());
    let event = Event { body_hash: Some(body.hash()), ..guest.event(EventType::Message) };
    assert_eq!(guest.submit(to, event, Some(&body)).await, None);
    assert_eq!(bob.hears(&channel, "look").await["attachments"], json!([file]));
    let honest = whole(&bytes);
    evil.script(move |heard| heard.target.contains("/files/").then(|| Reply::Raw(honest.clone())));
    assert_eq!(ann.fetch(&at(&file, "a.txt")).await.status, 200);
    let huge = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000000\r\n\r\nabcd".to_vec();
    evil.script(move |heard| heard.target.contains("/files/").then(|| Reply::Broken(huge.clone())));
    let before = file_requests(evil).len();
    assert_eq!(bob.fetch(&at(&file, "a.txt")).await.status, 200);
    assert_eq!(file_requests(evil).len(), before + 1, "its author's server is asked first");
}

/// Many look at once, the connection breaks on the way: it is fetched once, and goes on where it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn viewers_at_once_fetch_once_and_go_on_where_it_broke() {
    let (world, evil, bob) = trap().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let bytes: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let (file, _) = carry(&hosted, to, &bytes, "much").await;
    let (sent, half) = (bytes.clone(), bytes.len() / 2);
    evil.script(move |heard| {
        if !heard.target.contains("/files/") {
            return None;
        }
        match heard.headers.iter().find(|(name, _)| name == "range") {
            None => {
                let mut answer = whole(&sent);
                answer.truncate(answer.len() - half);
                Some(Reply::Broken(answer))
            }
            Some((_, range)) => {
                let from: usize = range.trim_start_matches("bytes=").trim_end_matches('-').parse().expect("a number");
                let head = format!(
                    "HTTP/1.1 206 Partial Content\r\ncontent-length: {}\r\ncontent-range: bytes {from}-{}/{}\r\n\r\n",
                    sent.len() - from,
                    sent.len() - 1,
                    sent.len()
                );
                Some(Reply::Raw([head.as_bytes(), &sent[from..]].concat()))
            }
        }
    });
    let path = at(&file, "a.bin");
    let answers = futures_util::future::join_all((0..8).map(|_| bob.fetch(&path))).await;
    for answer in answers {
        assert_eq!((answer.status, answer.bytes == bytes), (200, true), "{}", answer.code());
    }
    let asked = file_requests(&evil);
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[1].headers.iter().any(|(name, _)| name == "range"));
    assert_eq!(bob.fetch(&path).await.status, 200);
    assert_eq!(file_requests(&evil).len(), 2, "it is kept");
    // The host deletes the message: what is here of it goes.
    let from = hosted.size();
    let target = hosted.log.lock().expect("a log").placed.last().expect("one").entry.event.clone();
    let redaction =
        Event { relates: Some(Relates { rel: Rel::Redact, to: target }), ..hosted.event(EventType::Redact) };
    hosted.append(redaction, None);
    hosted.deliver(to, from).await;
    gone(&world.servers, &file).await;
    assert_eq!(bob.fetch(&path).await.code(), "file_not_found");
}

/// Who knows a file's hash and puts it into a message does not get the file by that, nor keeps it from being deleted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hash_in_a_message_gives_nobody_the_file() {
    let (world, evil, bob) = trap().await;
    let (to, hosted) = (&world.servers[0], Hosted::found(&evil));
    hosted.welcome(to, &bob).await;
    let ann = to.person("ann").await;
    let private = b"for ann alone".to_vec();
    let own = ann.channel("private").await;
    let file = ann.upload("a.txt", &private).await;
    let kept = ann.send_file(&own, "mine", &file).await;
    let (claimed, message) = carry(&hosted, to, &private, "I know the hash").await;
    assert_eq!(claimed["hash"], file["hash"]);
    evil.ask(to, "GET", &wanted(&file, &message), None).await.problem(404, "file_not_found");
    assert_eq!(bob.fetch(&at(&file, "a.txt")).await.code(), "file_not_found");
    evil.ask(to, "GET", &wanted(&file, &message), None).await.problem(404, "file_not_found");
    let path = format!("/channels/{own}/messages/{}", kept["id"].as_str().expect("an id"));
    ann.delete(&path).await.expect(204);
    gone(&world.servers, &file).await;
}

/// The author's server is away: whoever has the file gives it, and if nobody has, the answer says why.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_authors_server_is_away_others_give_the_file() {
    let world = World::of(3).await;
    let mut people = Vec::new();
    for (server, name) in world.servers.iter().zip(["ann", "bob", "carol"]) {
        people.push(server.person(name).await);
    }
    let channel = people[0].channel("general").await;
    for person in &people[1..] {
        person.join("#general:a.test").await;
    }
    let (seen, unseen) =
        (people[1].upload("s.txt", b"seen").await, people[1].upload("u.txt", b"unseen").await);
    people[1].send_file(&channel, "seen", &seen).await;
    people[1].send_file(&channel, "unseen", &unseen).await;
    for person in &people {
        person.hears(&channel, "unseen").await;
    }
    assert_eq!(people[0].fetch(&at(&seen, "s.txt")).await.bytes, b"seen");
    world.isolate(1, Fault::Cut);
    assert_eq!(people[2].fetch(&at(&seen, "s.txt")).await.bytes, b"seen");
    let answer = people[2].fetch(&at(&unseen, "u.txt")).await;
    assert_eq!((answer.status, &*answer.code()), (503, "peer_unreachable"));
    world.isolate(1, Fault::None);
    eventually("it is back", async || {
        (people[2].fetch(&at(&unseen, "u.txt")).await.bytes == b"unseen").then_some(())
    })
    .await;
}

/// Copies have a limit: what was not looked at for longest goes, and comes again when it is wanted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_make_room_for_others() {
    let world = World::with(2, |_, settings| {
        settings.insert("LOGGIA_FILES__REMOTE_CACHE_BYTES".to_owned(), "1000".to_owned());
    })
    .await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let (first, second) = (ann.upload("1", &[1; 600]).await, ann.upload("2", &[2; 600]).await);
    let too_large = ann.upload("3", &[3; 1_001]).await;
    for (nonce, file) in [("1", &first), ("2", &second), ("3", &too_large)] {
        ann.send_file(&channel, nonce, file).await;
    }
    bob.hears(&channel, "3").await;
    for (here, gone) in [(&first, &second), (&second, &first), (&first, &second)] {
        assert_eq!(bob.fetch(&at(here, "x")).await.status, 200);
        eventually("the other goes", async || (!world.servers[1].stores(gone)).then_some(())).await;
        assert!(world.servers[1].stores(here));
    }
    let answer = bob.fetch(&at(&too_large, "3")).await;
    assert_eq!((answer.status, &*answer.code()), (413, "too_large"));
    assert!(world.servers[0].stores(&second), "what was sent here is no copy");
}

/// The picture of somebody of another server is shown once it is here, changes, and goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn profiles_show_their_pictures_elsewhere() {
    let world = World::of(2).await;
    let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let shown = async |file: &Value| {
        let set = ann.put("/me/avatar", json!({ "file": file["hash"] })).await.expect(200);
        let avatar = json!({ "hash": set["avatar"] });
        eventually("the picture", async || {
            let user = bob.get(&format!("/users/{}", encoded(&ann.id))).await.expect(200);
            (user["avatar"] == set["avatar"]).then_some(())
        })
        .await;
        assert_eq!(bob.fetch(&at(&avatar, "avatar")).await.status, 200);
        avatar
    };
    let avatar = shown(&ann.upload("a.png", &picture("avatar")).await).await;
    assert!(world.servers[1].stores(&avatar));
    ann.delete("/me/avatar").await.expect(204);
    gone(&world.servers, &avatar).await;
    ann.say(&channel, "n", "still here").await;
    bob.hears(&channel, "still here").await;
}
