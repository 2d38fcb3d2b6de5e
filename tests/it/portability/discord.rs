//! What DiscordChatExporter writes.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use super::{Data, channel, log_in};
use crate::support::Process;

fn export() -> Value {
    let author = json!({ "id": "11", "name": "jane_doe", "discriminator": "0000", "nickname": "Jane", "isBot": false, "roles": [] });
    let message = |id: &str, kind: &str, at: &str, content: &str| {
        json!({ "id": id, "type": kind, "timestamp": at, "timestampEdited": null, "callEndedTimestamp": null, "isPinned": false,
            "content": content, "author": author, "attachments": [], "embeds": [], "stickers": [], "reactions": [], "mentions": [] })
    };
    let mut messages = vec![
        message("1002", "Default", "2024-02-29T12:30:46.5+01:00", "second, <@12> <:parrot:77>"),
        message("1001", "Default", "2024-02-29T12:30:45.123+01:00", "first @everyone"),
        message("1003", "Reply", "2024-02-29T13:00:00+01:00", "an answer"),
        message("1004", "GuildMemberJoin", "2024-02-29T13:01:00+01:00", "Joined the server."),
        message("1005", "Default", "2024-02-29T13:02:00+01:00", ""),
    ];
    messages[0]["reactions"] = json!([
        { "emoji": { "id": "", "name": "👍", "code": "thumbsup", "isAnimated": false }, "count": 3, "users": [] },
        { "emoji": { "id": "77", "name": "parrot", "code": "parrot" }, "count": 1, "users": [] },
    ]);
    messages[0]["mentions"] =
        json!([{ "id": "12", "name": "bo", "discriminator": "0000", "nickname": "Bo", "isBot": false }]);
    messages[2]["reference"] = json!({ "messageId": "1001", "channelId": "55", "guildId": "5" });
    messages[4]["attachments"] = json!([
        { "id": "1", "url": "export.json_Files/note%20one.txt", "fileName": "note one.txt", "fileSizeBytes": 4 },
        { "id": "2", "url": "../secret.txt", "fileName": "secret.txt", "fileSizeBytes": 6 },
        { "id": "4", "url": "beside.txt", "fileName": "beside.txt", "fileSizeBytes": 6 },
        { "id": "5", "url": "export.json_Files/.hidden", "fileName": "hidden", "fileSizeBytes": 6 },
        { "id": "6", "url": "export.json_Files/link.txt", "fileName": "link", "fileSizeBytes": 6 },
        { "id": "7", "url": "export.json_Files/../beside.txt", "fileName": "round", "fileSizeBytes": 6 },
        { "id": "3", "url": "https://cdn.discordapp.com/x.png", "fileName": "x.png", "fileSizeBytes": 1 },
    ]);
    json!({
        "guild": { "id": "5", "name": "A guild", "iconUrl": "" },
        "channel": { "id": "55", "type": "GuildTextChat", "categoryId": "9", "category": "Text", "name": "talk", "topic": null },
        "dateRange": { "after": null, "before": null }, "exportedAt": "2024-03-01T00:00:00+00:00",
        "messages": messages, "messageCount": 5,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discord_channel_comes_in_once() {
    let data = Data::sqlite();
    data.must(&["user", "create", "ann", "--password", "correct horse battery"]);
    let dir = data.dir.path().join("archive");
    std::fs::create_dir_all(dir.join("export.json_Files")).expect("a directory");
    std::fs::write(dir.join("export.json_Files/note one.txt"), b"note").expect("written");
    std::fs::write(data.dir.path().join("secret.txt"), b"secret").expect("written");
    std::fs::write(dir.join("beside.txt"), b"secret").expect("written");
    std::fs::write(dir.join("export.json_Files/.hidden"), b"secret").expect("written");
    std::os::unix::fs::symlink("../beside.txt", dir.join("export.json_Files/link.txt")).expect("a link");
    let file = dir.join("export.json");
    std::fs::write(&file, export().to_string()).expect("written");
    let import = ["import", "discord", file.to_str().expect("a path"), "--as", "@ann"];
    let said = data.must(&import);
    assert!(said.starts_with("4 messages, 1 channels and 1 files were brought"), "{said}");
    assert!(said.contains("5 files are not in the archive"), "{said}");
    let said = data.must(&import);
    assert!(said.starts_with("0 messages, 0 channels and 0 files"), "{said}");
    // Another person would bring everything once more.
    data.must(&["user", "create", "bob", "--password", "correct horse battery"]);
    let (good, said) = data.run(&["import", "discord", file.to_str().expect("a path"), "--as", "bob"]);
    assert!(!good && said.contains("this was brought as @ann:a.test before"), "{said}");

    let server = data.start();
    let ann = log_in(&server.base, "ann").await;
    let (talk, messages) = channel(&ann, "talk").await;
    assert_eq!((&talk["topic"], &talk["visibility"]), (&json!("A guild"), &json!("private")));
    let texts: Vec<&str> = messages.iter().map(|message| message["text"].as_str().expect("a text")).collect();
    assert_eq!(
        texts,
        ["first @everyone", "second, @Bo :parrot:", "an answer", "x.png: https://cdn.discordapp.com/x.png"]
    );
    assert_eq!(
        messages[1]["imported"],
        json!({ "from": "discord", "author": "Jane", "ts": 1_709_206_246_500_i64,
            "reactions": [{ "emoji": "👍", "count": 3 }, { "emoji": ":parrot:", "count": 1 }] })
    );
    assert_eq!(messages[2]["reply_to"], messages[0]["id"]);
    let exported = ann.get("/me/export").await.expect(200);
    assert_eq!(exported["messages"][1]["imported"], messages[1]["imported"], "another's word");
    let names: Vec<&Value> =
        messages[3]["attachments"].as_array().expect("files").iter().map(|file| &file["name"]).collect();
    assert_eq!(names, [&json!("note one.txt")], "nothing from outside the archive's directory");
    server.kill();
    for (text, expected) in
        [("{}", "missing field"), ("{\"guild\":", "EOF"), ("\u{feff}{\"guild\": 1}", "invalid type")]
    {
        std::fs::write(&file, text).expect("written");
        let (good, said) = data.run(&import);
        assert!(!good && said.contains(expected), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_does_not_stop_an_import() {
    let data = Data::sqlite();
    data.must(&["user", "create", "ann", "--password", "correct horse battery"]);
    let dir = data.dir.path().join("archive");
    std::fs::create_dir_all(dir.join("export.json_Files")).expect("a directory");
    std::fs::write(dir.join("export.json_Files/note one.txt"), b"EICAR").expect("written");
    let scan = dir.join("scan.sh");
    std::fs::write(&scan, "#!/bin/sh\n! grep -q EICAR \"$1\"\n").expect("written");
    std::fs::set_permissions(&scan, std::fs::Permissions::from_mode(0o755)).expect("executable");
    // The second part of one channel has the media of all of them.
    let file = dir.join("export [part 2].json");
    let path = file.to_str().expect("a path");
    let mut whole = export();
    let answer = whole["messages"].as_array_mut().expect("messages").remove(2);
    std::fs::write(&file, whole.to_string()).expect("written");
    let scanned = [("LOGGIA_FILES__SCAN_COMMAND", scan.to_str().expect("a path"))];
    let import = ["import", "discord", path, "--as", "ann"];
    let (code, said) = Process::run_with(&data.path(), data.url(), &import, &scanned);
    assert_eq!(code, Some(0), "a file that is refused is left out: {said}");
    assert!(said.contains("3 messages, 1 channels and 0 files"), "{said}");
    // What is answered was deleted meanwhile: it is answered all the same.
    let server = data.start();
    let ann = log_in(&server.base, "ann").await;
    let (talk, messages) = channel(&ann, "talk").await;
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let first = format!("/channels/{}/messages/{}", text(&talk["id"]), text(&messages[0]["id"]));
    ann.delete(&first).await.expect(204);
    server.kill();
    whole["messages"].as_array_mut().expect("messages").push(answer);
    std::fs::write(&file, whole.to_string()).expect("written");
    let said = data.must(&import);
    assert!(said.starts_with("1 messages, 0 channels"), "{said}");
    let server = data.start();
    let (_, messages) = channel(&ann.at(&server.base), "talk").await;
    let answer = messages.iter().find(|message| message["text"] == "an answer").expect("the answer");
    let answered = first.rsplit_once('/').map(|(_, id)| id);
    assert_eq!(answer["reply_to"].as_str(), answered);
}
