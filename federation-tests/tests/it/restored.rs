//! A host whose disk was put back to an earlier state: it says nothing twice, and takes back what others have.

use std::path::{Path, PathBuf};

use federation_tests::{Fault, Person, Reply, World, eventually, postgresql::sql, postgresql::url};
use serde_json::{Value, json};

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for file in std::fs::read_dir(from).expect("files").flatten() {
        if file.path().is_dir() {
            copy(&file.path(), &to.join(file.file_name()));
        } else {
            std::fs::copy(file.path(), to.join(file.file_name())).expect("copied");
        }
    }
}

fn data(world: &World, n: usize) -> PathBuf {
    world.servers[n].settings["LOGGIA_DATA_DIR"].clone().into()
}

/// What the copy does with the note beside the database.
#[derive(Clone, Copy, PartialEq)]
pub enum Note {
    /// It stays as it was when the server was stopped.
    Kept,
    /// It is put back with everything else: nothing here says that anything is lost.
    PutBack,
    /// The database is put into a new directory, without it.
    Gone,
}

fn database(url: &str) -> &str {
    url.rsplit_once('/').expect("a database's name").1
}

fn copy_database(from: &str, to: &str) {
    sql(format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", database(to)));
    sql(format!("CREATE DATABASE {} TEMPLATE {}", database(to), database(from)));
}

/// Copies what the server has, as a backup of the whole directory.
pub fn back_up(world: &mut World, n: usize) -> PathBuf {
    world.kill(n);
    if let Some(url) = world.servers[n].settings.get("LOGGIA_DATABASE_URL") {
        copy_database(url, &format!("{url}_backup"));
    }
    let backup = world.dir.path().join(format!("backup-{n}"));
    copy(&data(world, n), &backup);
    world.start(n);
    backup
}

pub fn restore(world: &mut World, n: usize, backup: &Path, note: Note) {
    world.kill(n);
    if let Some(url) = world.servers[n].settings.get("LOGGIA_DATABASE_URL") {
        copy_database(&format!("{url}_backup"), url);
    }
    let data = data(world, n);
    let mark = std::fs::read(data.join("loggia.mark")).expect("a note");
    std::fs::remove_dir_all(&data).expect("removed");
    copy(backup, &data);
    match note {
        Note::Kept => std::fs::write(data.join("loggia.mark"), mark).expect("written"),
        Note::PutBack => {}
        Note::Gone => std::fs::remove_file(data.join("loggia.mark")).expect("removed"),
    }
    world.start(n);
}

/// All have the same log, nobody froze it, and nothing in it is void.
async fn agree(world: &World, people: &[Person], channel: &str) -> (i64, String) {
    let head = eventually("one log", async || {
        let head = people[0].head(channel).await?;
        for person in &people[1..] {
            if person.head(channel).await.as_ref() != Some(&head) {
                return None;
            }
        }
        Some(head)
    })
    .await;
    for server in &world.servers {
        assert!(server.evidence(channel).is_none(), "{} has evidence", server.name);
        for alarm in ["fork", "parted", "void_entry", "split_view"] {
            assert!(!server.has_alarm(alarm), "{}: {alarm}", server.name);
        }
        let (sound, said) = server.run(&["verify"]);
        assert!(sound && !said.contains("1 void"), "{said}");
    }
    head
}

/// Says something as soon as the channel takes it.
async fn say_when_whole(person: &Person, channel: &str, text: &str) {
    eventually(text, async || {
        let body = json!({ "nonce": text.replace(' ', "-"), "text": text });
        let answer = person.post(&format!("/channels/{channel}/messages"), body).await;
        assert!(answer.status == 201 || answer.body["code"] == "recovering", "{answer:?}");
        (answer.status == 201).then_some(())
    })
    .await;
}

/// a.test hosts, two others have people in it, and much is written after the backup: messages by all, an edit, a
/// deletion, somebody who joins and somebody who leaves.
async fn put_back(mut world: World, note: Note) {
    let mut ann = world.servers[0].person("ann").await;
    let (bob, cem) = (world.servers[1].person("bob").await, world.servers[2].person("cem").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    ann.say(&channel, "n1", "before the backup").await;
    bob.hears(&channel, "before the backup").await;
    let backup = back_up(&mut world, 0);
    ann = ann.at(&world.servers[0].base);
    // From here on the backup knows nothing: neither of c.test nor of what is said.
    cem.join("#general:a.test").await;
    for n in 0..300 {
        ann.say(&channel, &format!("m{n}"), &format!("after the backup {n}")).await;
    }
    let edited = ann.say(&channel, "e", "to be edited").await["id"].as_str().expect("an id").to_owned();
    let deleted = ann.say(&channel, "d", "to be deleted").await["id"].as_str().expect("an id").to_owned();
    ann.patch(&format!("/channels/{channel}/messages/{edited}"), json!({ "text": "edited" }))
        .await
        .expect(200);
    ann.delete(&format!("/channels/{channel}/messages/{deleted}")).await.expect(204);
    cem.say(&channel, "c1", "from a third").await;
    bob.say(&channel, "b1", "from another").await;
    for person in [&bob, &cem, &ann] {
        person.hears(&channel, "from another").await;
    }
    let people = [bob.clone(), cem.clone(), ann.clone()];
    let before = agree(&world, &people, &channel).await;
    // Of what the author of an edit said before others are not shown the text.
    let (log, _) = ann.log(&channel).await;

    restore(&mut world, 0, &backup, note);
    ann = ann.at(&world.servers[0].base);
    say_when_whole(&ann, &channel, "and it goes on").await;
    for person in [&bob, &cem] {
        person.hears(&channel, "and it goes on").await;
    }
    bob.say(&channel, "b2", "for everybody").await;
    let people = [ann.clone(), bob.clone(), cem.clone()];
    for person in &people {
        person.hears(&channel, "for everybody").await;
    }
    let after = agree(&world, &people, &channel).await;
    assert_eq!(after.0, before.0 + 2, "nothing was lost, and nothing is there twice");
    // The host has the very entries, with their bodies, that it had.
    let (again, _) = ann.log(&channel).await;
    assert_eq!(again[..log.len()], log[..]);
    let shown = ann.get(&format!("/channels/{channel}/messages/{edited}")).await.expect(200);
    assert_eq!(shown["text"], "edited");
    assert!(world.servers[0].has_alarm("restored"));
    let (done, said) = world.servers[0].run(&["recover"]);
    assert!(done, "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_host_takes_back_what_others_have() {
    put_back(World::of(3).await, Note::Kept).await;
}

/// Nothing on its disk says that it was put back; what a member has under its signature does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_was_put_back_as_a_whole_takes_back_what_others_have() {
    put_back(World::of(3).await, Note::PutBack).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_whose_database_is_put_into_a_new_place_takes_back_what_others_have() {
    put_back(World::of(3).await, Note::Gone).await;
}

/// The same on PostgreSQL, when there is one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_host_on_postgresql_takes_back_what_others_have() {
    let name = format!("loggia_restored_{}", std::process::id());
    let Some(url) = url(&name) else { return };
    sql(format!("CREATE DATABASE {name}"));
    let world = World::with(3, |n, settings| {
        if n == 0 {
            settings.insert("LOGGIA_DATABASE_URL".to_owned(), url.clone());
        }
    })
    .await;
    put_back(world, Note::Kept).await;
    for name in [name.clone(), format!("{name}_backup")] {
        sql(format!("DROP DATABASE {name} WITH (FORCE)"));
    }
}

/// A channel that was made after the backup is back, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_the_backup_does_not_know_is_taken_back() {
    let mut world = World::of(2).await;
    let mut ann = world.servers[0].person("ann").await;
    let bob = world.servers[1].person("bob").await;
    let first = ann.channel("first").await;
    bob.join("#first:a.test").await;
    bob.say(&first, "n", "we have met").await;
    let backup = back_up(&mut world, 0);
    ann = ann.at(&world.servers[0].base);
    let channel = ann.channel("second").await;
    bob.join("#second:a.test").await;
    ann.say(&channel, "n1", "in a new channel").await;
    bob.hears(&channel, "in a new channel").await;
    restore(&mut world, 0, &backup, Note::Kept);
    ann = ann.at(&world.servers[0].base);
    ann.hears(&channel, "in a new channel").await;
    say_when_whole(&ann, &channel, "and it goes on").await;
    bob.hears(&channel, "and it goes on").await;
    agree(&world, &[ann, bob], &channel).await;
}

/// An account that was made after the backup is lost, and what others know of it comes back. Nobody else gets its name:
/// the operator gives it back to whose it was, who is then where they were. A name that was only invited is free.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_the_backup_does_not_know_is_given_back_by_the_operator() {
    let mut world = World::of(2).await;
    let ann = world.servers[0].person("ann").await;
    let mut bob = world.servers[1].person("bob").await;
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    let backup = back_up(&mut world, 1);
    let (mut cem, dan) = (world.servers[1].person("cem").await, world.servers[1].person("dan").await);
    cem.join("#general:a.test").await;
    cem.say(&channel, "n1", "of whom nobody knows").await;
    let invitee = format!("/channels/{channel}/members/{}", dan.id);
    ann.put(&invitee, json!({ "membership": "invited" })).await.expect(200);
    ann.hears(&channel, "of whom nobody knows").await;
    restore(&mut world, 1, &backup, Note::Kept);
    let server = &world.servers[1];
    bob = bob.at(&server.base);
    bob.hears(&channel, "of whom nobody knows").await;
    ann.say(&channel, "n2", "after the invitation").await;
    bob.hears(&channel, "after the invitation").await;
    let account = |name: &str| json!({ "username": name, "password": "correct horse battery" });
    bob.post("/accounts", account("cem")).await.problem(409, "username_taken");
    let dan = server.person("dan").await;
    assert_eq!(dan.get("/channels").await.expect(200)["channels"], json!([]));
    // The operator knows whose it was.
    let (done, said) = server.run(&["user", "passwd", "cem", "--password", "correct horse battery"]);
    assert!(done, "{said}");
    let session = bob.post("/sessions", account("cem")).await.expect(201);
    cem = cem.at(&server.base);
    cem.token = session["session"]["token"].as_str().expect("a token").to_owned();
    assert!(cem.texts(&channel).await.contains(&"of whom nobody knows".to_owned()));
    cem.say(&channel, "n3", "here I am again").await;
    ann.hears(&channel, "here I am again").await;
    agree(&world, &[ann, bob, cem], &channel).await;
}

/// While a member is away nothing is appended: it may have what nobody else has. The operator can go on without it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_host_waits_for_all_members() {
    let mut world = World::of(3).await;
    let mut ann = world.servers[0].person("ann").await;
    let (bob, cem) = (world.servers[1].person("bob").await, world.servers[2].person("cem").await);
    let channel = ann.channel("general").await;
    let alone = ann.channel("alone").await;
    bob.join("#general:a.test").await;
    cem.join("#general:a.test").await;
    cem.say(&channel, "c0", "before the backup").await;
    bob.hears(&channel, "before the backup").await;
    let backup = back_up(&mut world, 0);
    ann = ann.at(&world.servers[0].base);
    // Only c.test gets this.
    world.isolate(1, Fault::Cut);
    ann.say(&channel, "n1", "only one has it").await;
    cem.hears(&channel, "only one has it").await;
    world.isolate(1, Fault::None);
    world.isolate(2, Fault::Cut);
    restore(&mut world, 0, &backup, Note::Kept);
    ann = ann.at(&world.servers[0].base);
    let message = json!({ "nonce": "x", "text": "too early" });
    let path = format!("/channels/{channel}/messages");
    eventually("b.test to be asked", async || {
        let said = world.servers[0].run(&["recover"]).1;
        (said == "c.test has not said yet what it has\n").then_some(())
    })
    .await;
    ann.post(&path, message.clone()).await.problem(503, "recovering");
    let state = ann.get(&format!("/channels/{channel}")).await.expect(200)["sync"]["state"].clone();
    assert_eq!(state, "recovering");
    // Whoever writes elsewhere waits, as when the host is away. A channel without others is not concerned.
    let waits = bob.post(&path, json!({ "nonce": "y", "text": "kept" })).await;
    assert!(waits.status < 300, "{waits:?}");
    ann.say(&alone, "n", "not shared").await;
    // A restart forgets nothing.
    world.kill(0);
    world.start(0);
    ann = ann.at(&world.servers[0].base);
    ann.post(&path, message).await.problem(503, "recovering");

    world.isolate(2, Fault::None);
    say_when_whole(&ann, &channel, "now it is whole").await;
    let people = [ann.clone(), bob.clone(), cem.clone()];
    for text in ["only one has it", "kept", "now it is whole"] {
        eventually(text, async || bob.texts(&channel).await.iter().any(|said| said == text).then_some(()))
            .await;
    }
    agree(&world, &people, &channel).await;
}

/// A server that takes its time to answer holds up no channel of which it has no copy.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_host_opens_each_channel_when_its_members_have_answered() {
    let (mut world, peers) = World::among(2, &["slow.test"]).await;
    let slow = &peers[0];
    let mut ann = world.servers[0].person("ann").await;
    let bob = world.servers[1].person("bob").await;
    let (channel, other) = (ann.channel("general").await, ann.channel("other").await);
    bob.join("#general:a.test").await;
    bob.say(&channel, "n1", "before").await;
    let guest = federation_tests::Guest::of(slow, "sloth", &other, &ann).await;
    guest.join(&world.servers[0]).await.expect(200);
    world.kill(0);
    let said = world.servers[0].run(&["recover", "--begin"]).1;
    assert!(said.contains("slow.test has not said yet"), "{said}");
    let patience = std::time::Duration::from_secs(25);
    slow.script(move |heard| {
        let none = || Box::new(Reply::Json(200, json!({ "heads": [] }).to_string()));
        heard.is("POST", "/heads").then(|| Reply::Late(patience, none()))
    });
    world.isolate(1, Fault::Cut);
    world.start(0);
    ann = ann.at(&world.servers[0].base);
    // Once at the start, for a short while, and then until it answers.
    eventually("the slow one is asked", async || (slow.count("POST", "/heads") > 1).then_some(())).await;
    let path = format!("/channels/{channel}/messages");
    ann.post(&path, json!({ "nonce": "x", "text": "too early" })).await.problem(503, "recovering");
    let began = std::time::Instant::now();
    world.isolate(1, Fault::None);
    say_when_whole(&ann, &channel, "now it is whole").await;
    assert!(began.elapsed() < patience / 2, "{:?}", began.elapsed());
    ann.post(&format!("/channels/{other}/messages"), json!({ "nonce": "y", "text": "not yet" }))
        .await
        .problem(503, "recovering");
}

/// What the operator decides to go on without.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_host_goes_on_without_a_server_that_is_given_up() {
    let mut world = World::of(3).await;
    let mut ann = world.servers[0].person("ann").await;
    let (bob, cem) = (world.servers[1].person("bob").await, world.servers[2].person("cem").await);
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    cem.join("#general:a.test").await;
    cem.say(&channel, "c0", "before the backup").await;
    bob.hears(&channel, "before the backup").await;
    let backup = back_up(&mut world, 0);
    ann = ann.at(&world.servers[0].base);
    ann.say(&channel, "n1", "after the backup").await;
    bob.hears(&channel, "after the backup").await;
    world.kill(2);
    restore(&mut world, 0, &backup, Note::Kept);
    ann = ann.at(&world.servers[0].base);
    ann.post(&format!("/channels/{channel}/messages"), json!({ "nonce": "x", "text": "x" }))
        .await
        .problem(503, "recovering");
    assert!(!world.servers[0].run(&["recover", "--give-up", "d.test"]).0);
    let (_, said) = world.servers[0].run(&["recover", "--give-up", "c.test"]);
    assert!(said.contains("c.test is not waited for any more"), "{said}");
    say_when_whole(&ann, &channel, "without the third").await;
    bob.hears(&channel, "without the third").await;
    assert!(bob.texts(&channel).await.contains(&"after the backup".to_owned()));
    assert!(world.servers[0].has_alarm("gave_up"));
}

/// A batch that was on its way when the disk was lost comes after the question: it is not taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_before_the_question_is_not_taken_after_it() {
    let (world, peers) = World::among(1, &["evil.test"]).await;
    let hosted = federation_tests::Hosted::found(&peers[0]);
    let ann = world.servers[0].person("ann").await;
    hosted.welcome(&world.servers[0], &ann).await;
    let size = hosted.size();
    hosted.say("late");
    let path = format!("/channels/{}/entries", hosted.channel);
    let late = hosted.peer.request(&world.servers[0], "POST", &path, Some(hosted.batch(size))).signed();
    let claims = json!({ "heads": [], "fence": true });
    let answer = hosted.peer.ask(&world.servers[0], "POST", "/heads", Some(claims)).await.expect(200);
    assert_eq!(answer["heads"][0]["head"]["size"], size, "channels that are not named are told, too");
    hosted.peer.send(&world.servers[0], &late).await.problem(409, "fenced");
    assert_eq!(ann.head(hosted.channel.as_str()).await.expect("a head").0, size);
    // What is sent later is taken.
    eventually("a later second", async || {
        let answer = hosted.push(&world.servers[0], hosted.batch(size)).await;
        (answer.status == 200).then_some(())
    })
    .await;
}

/// An ordinary crash holds nobody up, though a member is away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_crashed_waits_for_nobody() {
    let mut world = World::of(2).await;
    let mut ann = world.servers[0].person("ann").await;
    let bob = world.servers[1].person("bob").await;
    let channel = ann.channel("general").await;
    bob.join("#general:a.test").await;
    ann.say(&channel, "n1", "before").await;
    bob.hears(&channel, "before").await;
    for fault in [Fault::Cut, Fault::HalfOpen] {
        world.isolate(1, fault);
        world.kill(0);
        world.start(0);
        ann = ann.at(&world.servers[0].base);
        let began = std::time::Instant::now();
        ann.say(&channel, &format!("{fault:?}"), "at once").await;
        assert!(began.elapsed() < std::time::Duration::from_secs(8), "{:?}", began.elapsed());
        assert!(!world.servers[0].has_alarm("restored"));
    }
    world.isolate(1, Fault::None);
}

/// Its files are not put back with it, and are still there: what was sent since is known again once the log is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_were_sent_since_the_backup_are_had_again() {
    // Hosted here, and hosted elsewhere.
    for host in [0, 1] {
        let mut world = World::of(2).await;
        let (ann, bob) = (world.servers[0].person("ann").await, world.servers[1].person("bob").await);
        let channel = [&ann, &bob][host].channel("general").await;
        let alias = format!("#general:{}", ["a.test", "b.test"][host]);
        [&bob, &ann][host].join(&alias).await;
        let backup = back_up(&mut world, 1);
        let bob = bob.at(&world.servers[1].base);
        let file = bob.upload("report.txt", b"the whole report").await;
        let seen = bob.upload("seen.txt", b"seen by others").await;
        let message = bob.send_file(&channel, "look", &file).await;
        bob.send_file(&channel, "too", &seen).await;
        ann.hears(&channel, "too").await;
        let at =
            |file: &Value, name: &str| format!("/files/{}/{name}", file["hash"].as_str().expect("a hash"));
        assert_eq!(ann.fetch(&at(&seen, "seen.txt")).await.bytes, b"seen by others");
        let (files, kept) = (data(&world, 1).join("files"), world.dir.path().join("kept"));
        world.kill(1);
        copy(&files, &kept);
        world.start(1);
        restore(&mut world, 1, &backup, Note::Kept);
        world.kill(1);
        copy(&kept, &files);
        world.start(1);
        let bob = bob.at(&world.servers[1].base);
        for (person, file, name, bytes) in [
            (&bob, &file, "report.txt", &b"the whole report"[..]),
            (&bob, &seen, "seen.txt", b"seen by others"),
            (&ann, &file, "report.txt", b"the whole report"),
        ] {
            eventually("the file", async || {
                let answer = person.fetch(&at(file, name)).await;
                (answer.status == 200 && answer.bytes == bytes).then_some(())
            })
            .await;
        }
        let path = format!("/channels/{channel}/messages/{}", message["id"].as_str().expect("an id"));
        eventually("the channel is whole again", async || {
            (bob.delete(&path).await.status == 204).then_some(())
        })
        .await;
        for server in &world.servers {
            eventually("the bytes go", async || (!server.stores(&file)).then_some(())).await;
        }
    }
}
