//! Files that are examined and cleaned before anybody can have them.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use image::ImageFormat;
use img_parts::ImageEXIF;
use img_parts::jpeg::Jpeg;
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::files::{at, hash, picture, stored};
use crate::support::{Answer, Person, TestServer, eventually};

const INFECTED: &[u8] = b"X5O!P%@AP[4 EICAR-TEST";

async fn send(person: &Person, bytes: &[u8]) -> Answer {
    let request = person.request(Method::POST, "/files").query(&[("name", "a.bin")]);
    person.send(request.body(bytes.to_vec())).await
}

fn script(dir: &Path, text: &str) -> String {
    let path = dir.join("scan.sh");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("executable");
    path.to_string_lossy().into_owned()
}

async fn nothing_stays(server: &TestServer) {
    eventually("nothing stays", async || stored(server.data_dir()).is_empty().then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_examines_files() {
    let dir = tempfile::tempdir().expect("a directory");
    let program = script(
        dir.path(),
        "grep -q FAIL \"$1\" && exit 2; grep -q SLOW \"$1\" && exec sleep 60; ! grep -q EICAR \"$1\"",
    );
    let more = [("LOGGIA_FILES__SCAN_COMMAND", program.as_str()), ("LOGGIA_FILES__SCAN_SECONDS", "2")];
    for server in [Some(TestServer::sqlite_with(&more).await), TestServer::postgresql_with(&more).await] {
        let Some(server) = server else { continue };
        let ann = server.person("ann").await;
        send(&ann, INFECTED).await.problem(422, "file_refused");
        send(&ann, b"FAIL").await.problem(503, "scan_failed");
        send(&ann, b"SLOW").await.problem(503, "scan_failed");
        nothing_stays(&server).await;
        let clean = send(&ann, b"clean").await.expect(201);
        assert_eq!(ann.get(&at(&clean)).await.bytes, b"clean");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_examined_is_not_taken() {
    let server = TestServer::sqlite_with(&[("LOGGIA_FILES__SCAN_COMMAND", "/nowhere/scan")]).await;
    send(&server.person("ann").await, b"clean").await.problem(503, "scan_failed");
    nothing_stays(&server).await;
    let server = TestServer::sqlite_with(&[("LOGGIA_FILES__SCAN_CLAMD", "127.0.0.1:1")]).await;
    send(&server.person("ann").await, b"clean").await.problem(503, "scan_failed");
}

/// clamd's side of INSTREAM.
async fn clamd(listener: TcpListener) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut command = [0; 10];
        stream.read_exact(&mut command).await.expect("a command");
        assert_eq!(&command, b"zINSTREAM\0");
        let mut bytes = Vec::new();
        loop {
            let length = stream.read_u32().await.expect("a length");
            if length == 0 {
                break;
            }
            let mut piece = vec![0; usize::try_from(length).expect("a length")];
            stream.read_exact(&mut piece).await.expect("a piece");
            bytes.extend_from_slice(&piece);
        }
        let found = bytes.windows(5).any(|window| window == b"EICAR");
        let answer: &[u8] = if found { b"stream: Eicar-Signature FOUND\0" } else { b"stream: OK\0" };
        stream.write_all(answer).await.expect("answered");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clamd_examines_files() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(clamd(listener));
    let server = TestServer::sqlite_with(&[("LOGGIA_FILES__SCAN_CLAMD", &address)]).await;
    let ann = server.person("ann").await;
    send(&ann, &[&[0; 200_000], INFECTED].concat()).await.problem(422, "file_refused");
    nothing_stays(&server).await;
    send(&ann, &[0; 200_000]).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_lose_what_cameras_wrote() {
    let server = TestServer::sqlite_with(&[("LOGGIA_FILES__STRIP_METADATA", "true")]).await;
    let ann = server.person("ann").await;
    let plain = picture(ImageFormat::Jpeg, 30, 20);
    let mut noted = Jpeg::from_bytes(plain.into()).expect("a picture");
    noted.set_exif(Some(b"II*\0\x08\0\0\0\0\0 at home".to_vec().into()));
    let noted = noted.encoder().bytes().to_vec();
    let file = ann.upload("a.jpg", noted.clone()).await;
    assert_ne!(file["hash"], hash(&noted));
    assert_eq!((file["width"].as_i64(), file["height"].as_i64()), (Some(30), Some(20)));
    let got = ann.get(&at(&file)).await.bytes;
    assert!(!got.windows(7).any(|window| window == b"at home"));
    assert_eq!(file["hash"], hash(&got));
    assert_eq!(file["size"].as_u64(), Some(got.len() as u64));
    let text = ann.upload("a.txt", b"as it was".to_vec()).await;
    assert_eq!(text["hash"], hash(b"as it was"));
    send(&ann, b"\x89PNG\r\n\x1a\nxx").await.problem(422, "file_refused");
}
