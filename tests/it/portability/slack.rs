//! Slack's export.

use serde_json::{Value, json};

use super::{Data, channel, log_in, zip};

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// An export as Slack writes it, with one upload put in. What stands under `second` is the second channel's only day.
fn export(second: Vec<u8>) -> Vec<(&'static str, Vec<u8>)> {
    let users = json!([
        { "id": "U1", "team_id": "T1", "name": "jdoe", "deleted": false, "real_name": "Jane Doe",
          "profile": { "display_name": "jane", "real_name": "Jane Doe", "image_24": "https://x" } },
        { "id": "U2", "name": "bob", "profile": { "display_name": "", "real_name": "Bob Ross" } },
    ]);
    let channels = json!([
        { "id": "C1", "name": "general", "created": 1, "creator": "U1", "is_archived": false, "members": ["U1", "U2"],
          "topic": { "value": "All of *it*", "creator": "U1", "last_set": 1 }, "purpose": { "value": "" } },
        { "id": "C2", "name": "random", "topic": { "value": "" }, "purpose": { "value": "" } },
    ]);
    let first = json!([
        { "type": "message", "subtype": "channel_join", "user": "U1", "text": "<@U1> has joined", "ts": "1551398400.000100" },
        { "type": "message", "user": "U1", "text": "Hello <@U2>, see <https://a.example/x|this> &amp; *that*", "ts": "1551398401.000200",
          "client_msg_id": "x", "team": "T1", "thread_ts": "1551398401.000200", "reply_count": 1,
          "reactions": [{ "name": "tada", "users": ["U2", "U1"], "count": 2 }],
          "blocks": [{ "type": "rich_text", "elements": [] }] },
        { "type": "message", "user": "U2", "text": "a picture", "ts": "1551398500.000300", "upload": true,
          "files": [{ "id": "F1", "name": "plan.txt", "alt_txt": "A\tplan", "mimetype": "text/plain", "url_private": "https://files.slack.com/f1" },
                    { "id": "F2", "name": "lost.png", "url_private": "https://files.slack.com/f2?t=xoxe-1" }] },
    ]);
    let next_day = json!([
        { "type": "message", "user": "U2", "text": "in the thread", "ts": "1551484800.000400", "thread_ts": "1551398401.000200", "parent_user_id": "U1" },
        { "type": "message", "subtype": "bot_message", "bot_id": "B1", "username": "Deploy", "text": "", "ts": "1551484801.000500",
          "attachments": [{ "fallback": "deployed", "title": "Deployed", "title_link": "https://ci.example/1" }] },
    ]);
    vec![
        ("users.json", bytes(&users)),
        ("channels.json", bytes(&channels)),
        ("dms.json", bytes(&json!([{ "id": "D1", "created": 1, "members": ["U1", "U2"] }]))),
        ("mpims.json", bytes(&json!([{ "id": "G1", "name": "mpdm-a--b-1", "members": ["U2", "U1", "U7"] }]))),
        ("D1/2019-03-01.json", bytes(&direct("psst"))),
        ("mpdm-a--b-1/2019-03-01.json", bytes(&direct("all three"))),
        ("integration_logs.json", b"[]".to_vec()),
        ("general/2019-03-02.json", bytes(&next_day)),
        ("general/2019-03-01.json", bytes(&first)),
        ("random/2019-03-01.json", second),
        ("__uploads/F1/plan.txt", b"the plan".to_vec()),
    ]
}

fn direct(text: &str) -> Value {
    json!([{ "type": "message", "user": "U2", "text": text, "ts": "1551398402.000000" }])
}

async fn story(data: Data) {
    data.must(&["user", "create", "ann", "--password", "correct horse battery"]);
    let file = data.dir.path().join("export.zip");
    let path = file.to_str().expect("a path").to_owned();
    let import = ["import", "slack", &path, "--as", "ann"];
    // A day of the second channel is damaged: all else comes, and the place is named.
    zip(&file, &export(b"[{\"type\": \"message\", \"ts\": ".to_vec()));
    let (good, said) = data.run(&import);
    assert!(good && said.contains("random/2019-03-01.json"), "{said}");
    assert!(said.contains("4 messages, 2 channels and 1 files were brought; 0 messages"), "{said}");
    assert!(said.contains("1 messages, or days, can't be read"), "{said}");
    // Mended and run again, it goes on; run once more, it adds nothing.
    let late = json!([{ "type": "message", "user": "U9", "text": "over there", "ts": "1551398402.000000" }]);
    zip(&file, &export(bytes(&late)));
    let said = data.must(&import);
    assert!(said.starts_with("1 messages, 0 channels"), "{said}");
    assert!(said.contains("; 4 messages were here already"), "{said}");
    let said = data.must(&import);
    assert!(said.starts_with("0 messages, 0 channels"), "{said}");

    // A newer archive, in which a message was edited and has another reaction: what was brought stays as it was.
    let newer = export(bytes(&late)).into_iter().map(|(path, bytes)| {
        let text = String::from_utf8(bytes).expect("UTF-8");
        (path, text.replace("\"count\":2", "\"count\":3").replace("a picture", "one picture").into_bytes())
    });
    zip(&file, &newer.collect::<Vec<_>>());
    let said = data.must(&import);
    assert!(said.starts_with("0 messages, 0 channels and 0 files were brought; 5 messages"), "{said}");
    zip(&file, &export(bytes(&late)));

    // Direct messages only for whoever asks for them.
    let said = data.must(&["import", "slack", &path, "--as", "ann", "--only", "random", "--direct"]);
    assert!(said.starts_with("2 messages, 2 channels"), "{said}");

    let server = data.start();
    let ann = log_in(&server.base, "ann").await;
    let (between, messages) = channel(&ann, "jane, Bob Ross").await;
    assert_eq!((&between["visibility"], &messages[0]["text"]), (&json!("private"), &json!("psst")));
    assert_eq!(channel(&ann, "Bob Ross, jane, U7").await.1.len(), 1);
    let (general, messages) = channel(&ann, "general").await;
    assert_eq!((&general["topic"], &general["visibility"]), (&json!("All of **it**"), &json!("public")));
    let texts: Vec<&str> = messages.iter().map(|message| message["text"].as_str().expect("a text")).collect();
    assert_eq!(
        texts,
        [
            "Hello @Bob Ross, see [this](https://a.example/x) & **that**",
            "a picture\nlost.png: https://files.slack.com/f2",
            "in the thread",
            "[Deployed](https://ci.example/1)\ndeployed",
        ]
    );
    assert_eq!(
        messages[0]["imported"],
        json!({ "from": "slack", "author": "jane", "ts": 1_551_398_401_000_i64, "reactions": [{ "emoji": "🎉", "count": 2 }] })
    );
    assert_eq!(messages[3]["imported"]["author"], "Deploy");
    assert_eq!((&messages[2]["thread"], &messages[0]["thread_count"]), (&messages[0]["id"], &json!(1)));
    let attached = &messages[1]["attachments"][0];
    assert_eq!((&attached["name"], &attached["size"]), (&json!("plan.txt"), &json!(8)));
    assert_eq!(attached["description"], "A plan");
    let hash = attached["hash"].as_str().expect("a hash");
    assert_eq!(ann.get(&format!("/files/{hash}/plan.txt")).await.bytes, b"the plan");
    let (_, random) = channel(&ann, "random").await;
    assert_eq!((random.len(), &random[0]["imported"]["author"]), (1, &json!("U9")));
    server.kill();
    assert!(data.must(&["verify"]).contains("chain complete"));
    data.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slack_export_comes_in_once() {
    story(Data::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slack_export_comes_in_once_on_postgresql() {
    if let Some(data) = Data::postgresql().await {
        story(data).await;
    }
}

/// What Slack, and programs that write as it does, really put there.
#[tokio::test(flavor = "multi_thread")]
async fn odd_parts_of_an_export_do_not_stop_it() {
    let data = Data::sqlite();
    data.must(&["user", "create", "ann", "--password", "correct horse battery"]);
    let file = data.dir.path().join("export.zip");
    let path = file.to_str().expect("a path").to_owned();
    let users = json!([{ "id": "U1", "name": "jane", "profile": null }, { "name": "without an id" }]);
    let channels = json!([{ "id": "C1", "name": "general", "topic": null, "purpose": { "value": null } }]);
    let day = json!([
        { "type": "message", "subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted.",
          "ts": "1551398401.000000", "thread_ts": "1551398401.000000", "reply_count": 1 },
        { "type": "message", "subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted.", "ts": "1551398402.000000" },
        { "type": "message", "user": "U1", "text": "a reply", "ts": "1551398403.000000", "thread_ts": "1551398401.000000",
          "reactions": null, "attachments": null, "files": null },
        { "type": "message", "user": "U1", "text": "odd", "ts": "1551398404.000000", "attachments": [{ "title": 123 }] },
        { "type": "message", "user": "UX", "text": "from elsewhere", "ts": "1551398405.000000",
          "user_profile": { "display_name": "", "real_name": "External Eve" } },
        { "type": "message", "subtype": "bot_message", "bot_id": "B1", "bot_profile": { "name": "Jira" }, "text": "",
          "ts": "1551398406.000000", "blocks": [{ "type": "section", "text": { "type": "mrkdwn", "text": "*ABC-1* done" } }] },
        { "type": "message", "user": "U1", "text": "no time" },
    ]);
    let with_mark = [b"\xef\xbb\xbf".to_vec(), bytes(&users)].concat();
    zip(
        &file,
        &[
            ("users.json", with_mark),
            ("channels.json", bytes(&channels)),
            ("general/2019-03-01.json", bytes(&day)),
            ("general/2019-03-02.json", b"null".to_vec()),
        ],
    );
    let said = data.must(&["import", "slack", &path, "--as", "ann"]);
    assert!(said.contains("4 messages, 1 channels"), "{said}");
    assert!(said.contains("3 messages, or days, can't be read"), "{said}");
    let server = data.start();
    let ann = log_in(&server.base, "ann").await;
    let (_, messages) = channel(&ann, "general").await;
    let told: Vec<_> = messages.iter().map(|one| (&one["text"], &one["imported"]["author"])).collect();
    assert_eq!(
        told,
        [
            (&json!("This message was deleted."), &json!("USLACKBOT")),
            (&json!("a reply"), &json!("jane")),
            (&json!("from elsewhere"), &json!("External Eve")),
            (&json!("**ABC-1** done"), &json!("Jira")),
        ]
    );
    assert_eq!(messages[1]["thread"], messages[0]["id"]);
    server.kill();
    data.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_export_is_refused() {
    let data = Data::sqlite();
    data.must(&["user", "create", "ann", "--password", "correct horse battery"]);
    let file = data.dir.path().join("export.zip");
    let path = file.to_str().expect("a path").to_owned();
    let refused = |name: &str, expected: &str| {
        let (good, said) = data.run(&["import", "slack", &path, "--as", name]);
        assert!(!good && said.contains(expected), "{said}");
    };
    refused("ann", "export.zip: No such file");
    refused("ann", "Nothing was brought.");
    std::fs::create_dir(&file).expect("a directory");
    refused("ann", "not unpacked");
    std::fs::remove_dir(&file).expect("a directory");
    std::fs::write(&file, b"PK no archive").expect("written");
    refused("ann", "the archive can't be read");
    zip(&file, &[("readme.txt", b"hello".to_vec())]);
    refused("ann", "is it a Slack export?");
    zip(&file, &[("channels.json", b"{}".to_vec())]);
    refused("ann", "channels.json");
    let odd = json!([{ "type": "message", "text": "x", "ts": "yesterday" }]);
    zip(&file, &export(bytes(&odd)));
    let (good, said) = data.run(&["import", "slack", &path, "--as", "ann"]);
    assert!(good && said.contains("1 messages, or days, can't be read"), "{said}");
    let (good, said) = data.run(&["import", "slack", &path, "--as", "ann", "--only", "nope"]);
    assert!(!good && said.contains("called \"nope\"; some that are: general"), "{said}");
    zip(&file, &[("mine/channels.json", b"[]".to_vec())]);
    refused("ann", "channels.json is in the folder mine");
    refused("nobody", "There is no such person");
    let running = data.start();
    refused("ann", "another server is using the data directory");
    running.kill();
}

/// A file of an archive that unpacks to more than it may is not unpacked to its end.
#[tokio::test(flavor = "multi_thread")]
async fn what_unpacks_to_too_much_is_refused() {
    let data = Data::sqlite();
    data.must(&["user", "create", "ann", "--password", "correct horse battery"]);
    let file = data.dir.path().join("bomb.zip");
    let most = usize::try_from(loggia::domain::import::JSON_BYTES_MAX).expect("a size");
    zip(&file, &[("users.json", b"[]".to_vec()), ("channels.json", vec![b' '; most + 1])]);
    assert!(std::fs::metadata(&file).expect("a file").len() < 4_000_000, "it is small");
    let (good, said) = data.run(&["import", "slack", file.to_str().expect("a path"), "--as", "ann"]);
    assert!(!good && said.contains("channels.json is larger than"), "{said}");
}
