//! A channel as pages.

use std::io::Read;
use std::path::Path;

use image::ImageFormat;
use reqwest::Method;
use serde_json::json;

use super::{Data, Process};
use crate::api::files::picture;
use crate::support::Person;

const EVIL: &str = "<script>alert(1)</script>";

fn walk(dir: &Path, found: &mut Vec<(String, Vec<u8>)>, root: &Path) {
    for entry in std::fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, found, root);
        } else {
            let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
            found.push((name, std::fs::read(&path).expect("a file")));
        }
    }
}

async fn fill(ann: &Person) -> String {
    let made = ann
        .post("/channels", json!({ "name": format!("talk {EVIL}"), "topic": "a \"topic\" <b>" }))
        .await
        .expect(201);
    let channel = made["id"].as_str().expect("an id").to_owned();
    ann.patch("/me", json!({ "display_name": "<img src=x onerror=alert(1)>" })).await.expect(200);
    let request = ann.request(Method::PUT, "/me/avatar").body(picture(ImageFormat::Png, 40, 40));
    ann.send(request).await.expect(200);
    let first = ann
        .say(
            &channel,
            "n1",
            &format!("**bold** {EVIL} [x](javascript:alert(1)) ![](https://e.example/p.png)"),
        )
        .await;
    let reply = json!({ "nonce": "n2", "text": "an answer", "reply_to": first["id"] });
    ann.post(&format!("/channels/{channel}/messages"), reply).await.expect(201);
    let emoji = format!(
        "/channels/{channel}/messages/{}/reactions/%F0%9F%91%8D",
        first["id"].as_str().expect("an id")
    );
    ann.put(&emoji, json!(null)).await.expect(204);
    let gone = ann.say(&channel, "n3", "a secret that was deleted").await;
    ann.delete(&format!("/channels/{channel}/messages/{}", gone["id"].as_str().expect("an id")))
        .await
        .expect(204);
    let seen = ann.upload("photo.png", picture(ImageFormat::Png, 30, 20)).await;
    let described =
        json!({ "file": seen["hash"], "name": "photo.png", "description": format!("a \"boat\" {EVIL}") });
    let message = json!({ "nonce": "n4", "text": "", "attachments": [described] });
    ann.post(&format!("/channels/{channel}/messages"), message).await.expect(201);
    let page = ann.upload("page.html", EVIL.as_bytes().to_vec()).await;
    ann.say_with(&channel, "n5", &page).await;
    for n in 0..500 {
        ann.say(&channel, &format!("m{n}"), &format!("message {n}")).await;
    }
    channel
}

fn check(files: &[(String, Vec<u8>)]) {
    let named = |name: &str| {
        let (_, bytes) = files.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}"));
        String::from_utf8(bytes.clone()).expect("text")
    };
    let (index, first, second) = (named("index.html"), named("page-0001.html"), named("page-0002.html"));
    for page in [&index, &first, &second] {
        let lower = page.to_lowercase();
        assert!(
            !lower.contains("<script") && !lower.contains("=\"javascript:") && !lower.contains("src=\"http"),
            "{page}"
        );
        assert!(!lower.contains("<img src=x") && page.contains("default-src 'none'"), "{page}");
    }
    assert!(first.contains("alt=\"a &quot;boat&quot; &lt;script&gt;alert(1)&lt;/script&gt;\""), "{first}");
    assert!(index.contains("page-0001.html") && index.contains("talk &lt;script&gt;"), "{index}");
    assert!(first.contains("<strong>bold</strong> &lt;script&gt;alert(1)&lt;/script&gt;"), "{first}");
    assert!(first.contains("&lt;img src=x onerror=alert(1)&gt;") && first.contains("👍 1"), "{first}");
    assert!(
        first.contains("in answer to <a href=\"page-0001.html#m") && first.contains(">deleted</p>"),
        "{first}"
    );
    assert!(first.contains("<h2>20") && !first.contains("a secret"), "{first}");
    assert!(second.contains("message 499") && !first.contains("message 499"));
    let stored: Vec<&String> =
        files.iter().map(|(name, _)| name).filter(|name| name.starts_with("files/")).collect();
    assert_eq!(stored.len(), 3, "a picture, a page that is none here, and a face: {stored:?}");
    assert!(stored.iter().all(|name| name.ends_with(".png") || name.ends_with(".bin")), "{stored:?}");
    assert!(first.contains("download=\"page.html\"") && first.contains("<img loading"), "{first}");
    for name in stored {
        assert!(first.contains(name.as_str()), "{name} is on a page");
    }
}

async fn story(data: Data) {
    let server: Process = data.start();
    let ann = Person::register(&server.base, "ann").await;
    let channel = fill(&ann).await;
    let dir = data.dir.path().join("pages");
    let said = data.must(&["export", "channel", &channel, "--html", dir.to_str().expect("a path")]);
    assert!(said.contains("505 messages on 2 pages, 3 files; 0 files are not here"), "{said}");
    let mut files = Vec::new();
    walk(&dir, &mut files, &dir);
    check(&files);
    let (good, said) = data.run(&["export", "channel", &channel, "--html", dir.to_str().expect("a path")]);
    assert!(!good && said.contains("pages is there already"), "nothing is written over: {said}");
    for more in [&["--html", "elsewhere"][..], &[]] {
        let (good, said) = data.run(&[&["export", "channel", "general"][..], more].concat());
        assert!(!good && said.contains("there is no channel \"general\" here: give its id"), "{said}");
    }
    let zipped = data.dir.path().join("pages.zip");
    data.must(&["export", "channel", &channel, "--html", zipped.to_str().expect("a path")]);
    let mut archive =
        zip::ZipArchive::new(std::fs::File::open(&zipped).expect("a file")).expect("a ZIP file");
    let mut files = Vec::new();
    for n in 0..archive.len() {
        let mut file = archive.by_index(n).expect("an entry");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("read");
        files.push((file.name().expect("a name").to_string(), bytes));
    }
    check(&files);
    server.kill();
    data.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_becomes_pages_without_scripts() {
    story(Data::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_becomes_pages_on_postgresql() {
    if let Some(data) = Data::postgresql().await {
        story(data).await;
    }
}
