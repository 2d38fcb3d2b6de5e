//! Where the bytes of files are: in a directory that outlives a kill, or in a bucket.

use std::path::PathBuf;
use std::time::Duration;

use image::ImageFormat;
use reqwest::Method;
use serde_json::{Value, json};

use super::files::{at, hash, picture, ranged, stored, text};
use crate::support::{Person, Process, Random, TestServer, eventually, run_sql};

/// Uploads and deletes until the program is killed; afterwards no bytes are there that nobody can ask for, and
/// none are missing that somebody can.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_program_leaves_no_bytes_behind() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut program = Process::start(dir.path(), "", 0);
    let ann = Person::register(&program.base, "ann").await;
    let channel = ann.channel("General").await;
    let mut random = Random::of("killed files");
    for round in 0..4 {
        let working = ann.at(&program.base);
        let (channel, seed) = (channel.clone(), random.below(1_000_000));
        let work = tokio::spawn(async move {
            for n in 0.. {
                let bytes = format!("{round} {seed} {n} ").repeat(3_000).into_bytes();
                let request = working.request(Method::POST, "/files").query(&[("name", "a")]).body(bytes);
                let Ok(answer) = request.send().await else { return };
                let Ok(file) = answer.json::<Value>().await else { return };
                let attached = json!([{ "file": file["hash"], "name": "a" }]);
                let body = json!({ "nonce": format!("{round}-{n}"), "text": "", "attachments": attached });
                let path = format!("/channels/{channel}/messages");
                let Ok(sent) = working.try_ask(Method::POST, &path, body).await else { return };
                let Some(id) = sent.body["id"].as_str() else { return };
                if n % 3 > 0
                    && working.try_ask(Method::DELETE, &format!("{path}/{id}"), Value::Null).await.is_err()
                {
                    return;
                }
            }
        });
        let pause = u64::try_from(150 + random.below(400)).expect("small");
        let _ =
            tokio::time::timeout(std::time::Duration::from_millis(pause), std::future::pending::<()>()).await;
        program.kill();
        work.await.expect("no panic");
        program = Process::start(dir.path(), "", 0);
    }
    let ann = ann.at(&program.base);
    let mut carried = std::collections::BTreeSet::new();
    let mut cursor = String::new();
    loop {
        let page = ann.get(&format!("/me/export{cursor}")).await.expect(200);
        for message in page["messages"].as_array().expect("messages") {
            for file in message["attachments"].as_array().expect("files") {
                let answer = ann.get(&at(file)).await;
                assert_eq!((answer.status, hash(&answer.bytes)), (200, text(&file["hash"]).to_owned()));
                carried.insert(text(&file["hash"]).to_owned());
            }
        }
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("?cursor={next}");
    }
    assert!(!carried.is_empty(), "it worked for a while");
    // Uploads that no message carries yet stay for a day: those are let go now.
    program.kill();
    let url = dir.path().join("loggia.db").to_string_lossy().into_owned();
    run_sql(&url, "UPDATE file_owners SET ts = 0".to_owned()).await;
    let _program = Process::start(dir.path(), "", 0);
    eventually("the store has what messages carry, and nothing else", || async {
        let objects = stored(&dir.path().join("files/.."));
        let names = objects.iter().filter(|path| path.to_string_lossy().contains("objects"));
        let names: std::collections::BTreeSet<String> =
            names.map(|path| path.file_name().expect("a name").to_string_lossy().into_owned()).collect();
        (names == carried).then_some(())
    })
    .await;
}

/// A server whose files are in a bucket of its own; none when no S3 service is named in the environment.
async fn server_with_bucket() -> Option<TestServer> {
    let Ok(endpoint) = std::env::var("LOGGIA_TEST_S3_URL") else {
        eprintln!("LOGGIA_TEST_S3_URL is not set: not run with S3");
        return None;
    };
    let bucket = format!("loggia-{}", std::process::id());
    let _ = rustls::crypto::ring::default_provider().install_default();
    let made = reqwest::Client::new().put(format!("{endpoint}/{bucket}")).send().await.expect("an answer");
    assert!(made.status().is_success(), "a bucket: {}", made.status());
    let settings = [
        ("LOGGIA_FILES__STORAGE", "s3"),
        ("LOGGIA_FILES__S3_ENDPOINT", endpoint.as_str()),
        ("LOGGIA_FILES__S3_BUCKET", &bucket),
        ("LOGGIA_FILES__S3_KEY", "test"),
        ("LOGGIA_FILES__S3_SECRET", "test"),
    ];
    Some(TestServer::sqlite_with(&settings).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_kept_in_a_bucket() {
    let Some(server) = server_with_bucket().await else { return };
    let ann = server.person("ann").await;
    let channel = ann.channel("General").await;
    // More than one part of a multipart upload has, and a picture for a small one.
    let large: Vec<u8> = (0..6_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let file = ann.upload("large.bin", large.clone()).await;
    let small = ann.upload("a.png", picture(ImageFormat::Png, 400, 200)).await;
    let sent = ann.say_with(&channel, "n1", &file).await;
    assert!(ann.get(&at(&file)).await.bytes == large, "the same bytes come back");
    let part = ranged(&ann, &at(&file), "bytes=5000000-5000009").await;
    assert_eq!((part.status, &part.bytes[..]), (206, &large[5_000_000..5_000_010]));
    let thumbnail = format!("/files/{}/thumbnail?size=96", text(&small["hash"]));
    for _ in 0..2 {
        assert_eq!(ann.get(&thumbnail).await.status, 200);
    }
    assert_eq!(stored(server.data_dir()), Vec::<PathBuf>::new(), "nothing of it is here");
    let listed = async || {
        let bucket = &server.config.settings.files;
        let url = format!("{}/{}?list-type=2", &*bucket.s3_endpoint, &*bucket.s3_bucket);
        reqwest::get(url).await.expect("an answer").text().await.expect("a list")
    };
    assert!(listed().await.contains(text(&file["hash"])));
    ann.delete(&format!("/channels/{channel}/messages/{}", text(&sent["id"]))).await.expect(204);
    ann.get(&at(&file)).await.problem(404, "file_not_found");
    eventually("the object is gone", || async {
        (!listed().await.contains(text(&file["hash"]))).then_some(())
    })
    .await;
    assert!(listed().await.contains(text(&small["hash"])));
}

/// What a file costs in memory does not grow with the file, on its way in (in one request and in parts) and out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_file_is_ever_whole_in_memory() {
    const SIZE: usize = 64 * 1024 * 1024;
    /// The processor hashes each byte, in a build for tests.
    const PATIENCE: Duration = Duration::from_secs(120);
    let dir = tempfile::tempdir().expect("a directory");
    let most = (2 * SIZE).to_string();
    let room = [("LOGGIA_FILES__MAX_BYTES", most.as_str()), ("LOGGIA_FILES__QUOTA_BYTES", "2000000000")];
    let program = Process::start_with(dir.path(), "", 0, &room);
    let ann = Person::register(&program.base, "ann").await;
    ann.upload("small.bin", vec![7; 1_000_000]).await;
    let before = program.peak_memory();
    let bytes: Vec<u8> = (0..SIZE).map(|n| u8::try_from(n * 31 % 251).expect("a byte")).collect();
    let whole = ann.request(Method::POST, "/files").query(&[("name", "large.bin")]).timeout(PATIENCE);
    let file = ann.send(whole.body(bytes.clone())).await.expect(201);
    assert_eq!(file["size"], SIZE);
    let parts = ann.request(Method::POST, "/files").header("tus-resumable", "1.0.0");
    let parts = parts.header("upload-metadata", "filename bGFyZ2UuYmlu");
    let made = ann.send(parts.header("upload-length", SIZE.to_string())).await;
    assert_eq!(made.status, 201);
    let place = made.headers["location"].to_str().expect("a place").to_owned();
    let place = place.strip_prefix("/api/v1").expect("below the API").to_owned();
    let part = ann.request(Method::PATCH, &place).header("tus-resumable", "1.0.0");
    let part = part.header("upload-offset", "0").header("content-type", "application/offset+octet-stream");
    assert_eq!(ann.send(part.timeout(PATIENCE).body(bytes)).await.status, 204);
    let back = ann.send(ann.request(Method::GET, &at(&file)).timeout(PATIENCE)).await;
    assert_eq!(back.bytes.len(), SIZE);
    let grown = program.peak_memory().saturating_sub(before);
    assert!(
        grown < u64::try_from(SIZE / 2).expect("a number"),
        "{} MiB more than before",
        grown / 1024 / 1024
    );
}
