//! Files: what they are, who may have them, and when they are gone.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use image::{DynamicImage, ImageFormat};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::both;
use crate::support::{Answer, Person, Random, Stream, TestServer, eventually, run_sql};

pub fn hash(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(bytes))
}

/// A picture that no other test has.
pub fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let mut picture = DynamicImage::new_rgb8(width, height).into_rgb8();
    let mut random = Random::of("picture");
    for pixel in picture.pixels_mut().take(8) {
        pixel.0 = [0; 3].map(|_| u8::try_from(random.below(256)).expect("a byte"));
    }
    let mut bytes = Vec::new();
    picture.write_to(&mut Cursor::new(&mut bytes), format).expect("a picture");
    bytes
}

pub fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

pub fn at(file: &Value) -> String {
    format!("/files/{}/{}", text(&file["hash"]), "name.bin")
}

/// The store's files, whatever they are named.
pub fn stored(data: &Path) -> Vec<PathBuf> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&data.join("files"), &mut found);
    found
}

pub async fn ranged(person: &Person, path: &str, range: &str) -> Answer {
    person.send(person.request(Method::GET, path).header("range", range)).await
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().expect("text"))
}

both!(
    async fn a_file_goes_in_and_comes_out_the_same(server: TestServer) {
        let ann = server.person("ann").await;
        let bytes = picture(ImageFormat::Png, 30, 20);
        let file = ann.upload("plan & more.png", bytes.clone()).await;
        let expected = json!({ "hash": hash(&bytes), "name": "plan & more.png", "media_type": "image/png", "size": bytes.len(), "width": 30, "height": 20 });
        assert_eq!(file, expected);
        assert_eq!(
            ann.upload("again.png", bytes.clone()).await["hash"],
            file["hash"],
            "the same bytes are one file"
        );
        let path = format!("/files/{}/plan%20%26%20%C3%BC%22.png", text(&file["hash"]));
        let answer = ann.get(&path).await;
        assert_eq!((answer.status, &answer.bytes), (200, &bytes));
        assert_eq!(header(&answer, "content-type"), "image/png");
        assert_eq!(header(&answer, "content-length"), bytes.len().to_string());
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(header(&answer, "content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!(header(&answer, "cache-control"), "private, max-age=86400, immutable");
        assert_eq!(
            header(&answer, "content-disposition"),
            "inline; filename*=UTF-8''plan%20&%20%C3%BC%22.png"
        );
        let tag = header(&answer, "etag").to_owned();
        let known = ann.send(ann.request(Method::GET, &path).header("if-none-match", &tag)).await;
        assert_eq!((known.status, known.bytes.len()), (304, 0));
        let head = ann.ask(Method::HEAD, &path, Value::Null).await;
        assert_eq!((head.status, head.bytes.len()), (200, 0));
        for name in ["content-length", "content-type", "etag", "content-disposition", "accept-ranges"] {
            assert_eq!(header(&head, name), header(&answer, name), "{name}");
        }
        let last = bytes.len() - 1;
        for (range, part) in
            [("bytes=0-3", &bytes[..4]), ("bytes=5-", &bytes[5..]), ("bytes=-7", &bytes[last - 6..])]
        {
            let answer = ranged(&ann, &path, range).await;
            assert_eq!((answer.status, &answer.bytes[..]), (206, part), "{range}");
            let start = bytes.windows(part.len()).position(|window| window == part).expect("a place");
            let content = format!("bytes {start}-{}/{}", start + part.len() - 1, bytes.len());
            assert_eq!(header(&answer, "content-range"), content);
        }
        let behind = ranged(&ann, &path, &format!("bytes={}-", bytes.len())).await;
        assert_eq!(header(&behind, "content-range"), format!("bytes */{}", bytes.len()));
        behind.problem(416, "bad_range");
        assert_eq!(ranged(&ann, &path, "bytes=0-1,3-4").await.status, 200, "several ranges are the whole");
        let stale =
            ann.request(Method::GET, &path).header("range", "bytes=0-1").header("if-range", "\"other\"");
        assert_eq!(ann.send(stale).await.status, 200);
    }
);

both!(
    async fn what_a_file_is_decides_what_browsers_get(server: TestServer) {
        let ann = server.person("ann").await;
        for (name, bytes, kind, shown) in [
            ("a.png", &b"<!DOCTYPE html><script>alert(1)</script>"[..], "text/html", false),
            ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "text/plain", false),
            ("a.txt", b"hello", "text/plain", false),
            ("a.pdf", b"%PDF-1.7 x", "application/pdf", false),
            ("a.html", b"\x89PNG\r\n\x1a\nxx", "image/png", true),
            ("a.mp3", b"ID3\x03xx", "audio/mpeg", true),
            ("a.wav", b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav", true),
            ("a.flac", b"fLaC\x00\x00\x00\x22", "audio/flac", true),
            ("a.m4a", b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00", "audio/mp4", true),
            ("a", b"\x00\x01\x02", "application/octet-stream", false),
        ] {
            let request = ann.request(Method::POST, "/files").query(&[("name", name)]);
            let file = ann.send(request.header("content-type", "image/png").body(bytes)).await.expect(201);
            assert_eq!(file["media_type"], kind, "{name}");
            let answer = ann.get(&format!("/files/{}/{name}", text(&file["hash"]))).await;
            let disposition = header(&answer, "content-disposition");
            assert_eq!(disposition.starts_with("inline"), shown, "{name}: {disposition}");
            assert_eq!(
                header(&answer, "content-type"),
                if shown { kind } else { "application/octet-stream" }
            );
        }
        let wrapped = ann.request(Method::POST, "/files").query(&[("name", "a")]);
        let wrapped = wrapped.header("content-type", "multipart/form-data; boundary=x").body("--x--");
        ann.send(wrapped).await.problem(415, "unsupported_media_type");
        let empty = ann.upload("empty", Vec::new()).await;
        assert_eq!((&empty["size"], &empty["hash"]), (&json!(0), &json!(hash(b""))));
        assert_eq!(ann.get(&at(&empty)).await.bytes, b"");
        let long = "n".repeat(201);
        for name in ["", " ", ".", "..", "a/b", "a\\b", "a\nb", &long] {
            let request = ann.request(Method::POST, "/files").query(&[("name", name)]).body("x");
            ann.send(request).await.problem(400, "bad_file_name");
        }
        ann.get("/files/x/name").await.problem(400, "bad_path");
        ann.get(&format!("/files/{}/name", "A".repeat(43))).await.problem(404, "file_not_found");
    }
);

both!(
    async fn a_file_is_for_those_who_can_read_a_message_with_it(server: TestServer) {
        let (ann, bob, eve) =
            (server.person("ann").await, server.person("bob").await, server.person("eve").await);
        let made =
            ann.post("/channels", json!({ "name": "Private", "visibility": "private" })).await.expect(201);
        let channel = text(&made["id"]).to_owned();
        ann.patch(&format!("/channels/{channel}"), json!({ "policy": { "history": "since_join" } }))
            .await
            .expect(200);
        let file = ann.upload("a.txt", b"only for us".to_vec()).await;
        bob.get(&at(&file)).await.problem(404, "file_not_found");
        let unknown =
            bob.get(&format!("/files/{}/name.bin", "A".repeat(43))).await.problem(404, "file_not_found");
        let strip = |mut problem: Value| {
            problem.as_object_mut().expect("an object").remove("request_id");
            problem
        };
        assert_eq!(strip(bob.get(&at(&file)).await.problem(404, "file_not_found")), strip(unknown));
        let stolen =
            json!({ "nonce": "n", "text": "x", "attachments": [{ "file": file["hash"], "name": "a.txt" }] });
        let open = eve.channel("Open").await;
        eve.post(&format!("/channels/{open}/messages"), stolen).await.problem(404, "file_not_found");

        let sent = ann.say_with(&channel, "n1", &file).await;
        assert_eq!(
            sent["attachments"],
            json!([{ "hash": file["hash"], "name": "a.txt", "media_type": "text/plain", "size": 11 }])
        );
        let member = format!("/channels/{channel}/members/@bob:a.test");
        ann.put(&member, json!({ "membership": "invited" })).await.expect(200);
        bob.get(&at(&file)).await.problem(404, "file_not_found");
        bob.join(&channel).await;
        bob.get(&at(&file)).await.problem(404, "file_not_found");
        // The same file once more, where bob can read it.
        ann.say_with(&channel, "n2", &file).await;
        assert_eq!(bob.get(&at(&file)).await.bytes, b"only for us");
        eve.get(&at(&file)).await.problem(404, "file_not_found");
        // Whoever can read it can pass it on.
        bob.join(&open).await;
        bob.say_with(&open, "n3", &file).await;
        assert_eq!(eve.get(&at(&file)).await.status, 200);
        bob.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
        assert_eq!(bob.get(&at(&file)).await.status, 200, "still in the open one");
        bob.post(&format!("/channels/{open}/leave"), Value::Null).await.expect(204);
        bob.get(&at(&file)).await.problem(404, "file_not_found");
        let exported = ann.get("/me/export").await.expect(200);
        assert_eq!(exported["messages"][0]["attachments"][0]["hash"], file["hash"]);
        let found = ann.get("/search?q=has:file").await.expect(200);
        assert_eq!(found["results"].as_array().expect("results").len(), 2);
    }
);

both!(
    async fn messages_carry_files_within_bounds(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}/messages");
        let mut files = Vec::new();
        for n in 0..11 {
            files.push(ann.upload(&format!("{n}.txt"), format!("file {n}").into_bytes()).await);
        }
        let attach = |files: &[Value]| {
            files.iter().map(|file| json!({ "file": file["hash"], "name": file["name"] })).collect::<Vec<_>>()
        };
        let body = |attachments: Value| json!({ "nonce": "n1", "text": "", "attachments": attachments });
        ann.post(&path, body(json!([]))).await.problem(400, "text_empty");
        ann.post(&path, body(json!(attach(&files)))).await.problem(400, "bad_attachments");
        ann.post(&path, body(json!(attach(&[files[0].clone(), files[0].clone()]))))
            .await
            .problem(400, "bad_attachments");
        ann.post(&path, body(json!([{ "file": files[0]["hash"], "name": "a/b" }])))
            .await
            .problem(400, "bad_attachments");
        ann.post(&path, body(json!([{ "file": "x", "name": "a" }]))).await.problem(400, "bad_json");
        let sent = ann.post(&path, body(json!(attach(&files[..10])))).await.expect(201);
        let names: Vec<&str> =
            sent["attachments"].as_array().expect("files").iter().map(|file| text(&file["name"])).collect();
        assert_eq!(
            names,
            ["0.txt", "1.txt", "2.txt", "3.txt", "4.txt", "5.txt", "6.txt", "7.txt", "8.txt", "9.txt"]
        );
        assert_eq!(ann.post(&path, body(json!(attach(&files[..10])))).await.expect(200), sent, "sent once");
        ann.post(&path, body(json!(attach(&files[..9])))).await.problem(409, "nonce_reused");
        let twice =
            json!([{ "file": files[0]["hash"], "name": "a" }, { "file": files[0]["hash"], "name": "b" }]);
        let both =
            ann.post(&path, json!({ "nonce": "n2", "text": "", "attachments": twice })).await.expect(201);
        assert_eq!(
            (&both["attachments"][0]["name"], &both["attachments"][1]["name"]),
            (&json!("a"), &json!("b"))
        );
        ann.delete(&format!("{path}/{}", text(&both["id"]))).await.expect(204);
        // An edit changes the text, and may leave none beside files.
        let at = format!("{path}/{}", text(&sent["id"]));
        let edited = ann.patch(&at, json!({ "text": "with words" })).await.expect(200);
        assert_eq!(edited["attachments"], sent["attachments"]);
    }
);

both!(
    async fn the_last_reference_takes_the_bytes_with_it(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let bytes = picture(ImageFormat::Jpeg, 400, 300);
        let file = ann.upload("a.jpg", bytes.clone()).await;
        let first = ann.say_with(&channel, "n1", &file).await;
        let second = bob.say_with(&channel, "n2", &file).await;
        let small = bob.get(&format!("/files/{}/thumbnail?size=96", text(&file["hash"]))).await;
        assert_eq!((small.status, header(&small, "content-type")), (200, "image/jpeg"));
        let size = image::load_from_memory(&small.bytes).expect("a picture");
        assert_eq!((size.width(), size.height()), (96, 72));
        assert_eq!(stored(server.data_dir()).len(), 2, "the file and its thumbnail");
        let delete = async |person: &Person, message: &Value| {
            person
                .delete(&format!("/channels/{channel}/messages/{}", text(&message["id"])))
                .await
                .expect(204);
        };
        delete(&ann, &first).await;
        assert_eq!(ann.get(&at(&file)).await.bytes, bytes, "another message carries it");
        // Somebody uploads it once more, and that one is deleted with the last message's.
        delete(&bob, &second).await;
        ann.get(&at(&file)).await.problem(404, "file_not_found");
        eventually("no bytes", || async { stored(server.data_dir()).is_empty().then_some(()) }).await;
        // The same bytes may come again, and an upload of one's own is not another's to delete.
        let file = ann.upload("a.jpg", bytes.clone()).await;
        let third = ann.say_with(&channel, "n3", &file).await;
        bob.upload("b.jpg", bytes.clone()).await;
        delete(&ann, &third).await;
        ann.get(&at(&file)).await.problem(404, "file_not_found");
        assert_eq!(bob.get(&at(&file)).await.bytes, bytes);
    }
);

both!(
    async fn uploads_that_come_to_nothing_are_forgotten(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let (unused, used) =
            (ann.upload("a", b"unused".to_vec()).await, ann.upload("b", b"used".to_vec()).await);
        ann.say_with(&channel, "n1", &used).await;
        let domain = &server.running.as_ref().expect("running").domain;
        domain.sweep_files().await.expect("swept");
        assert_eq!(ann.get(&at(&unused)).await.status, 200, "there is a day for it");
        run_sql(&server.database_url(), "UPDATE file_owners SET ts = ts - 86500000".to_owned()).await;
        domain.sweep_files().await.expect("swept");
        ann.get(&at(&unused)).await.problem(404, "file_not_found");
        assert_eq!(ann.get(&at(&used)).await.status, 200);
        eventually("its bytes go", || async { (stored(server.data_dir()).len() == 1).then_some(()) }).await;
    }
);

both!(
    [("LOGGIA_FILES__MAX_BYTES", "2000"), ("LOGGIA_FILES__QUOTA_BYTES", "5000")]
    async fn files_keep_to_limits(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let server_says = ann.get("/server").await.expect(200)["limits"]["file_bytes"].clone();
        assert_eq!(server_says, 2_000);
        let post = |bytes: Vec<u8>| ann.request(Method::POST, "/files").query(&[("name", "a")]).body(bytes);
        ann.send(post(vec![1; 2_001])).await.problem(413, "too_large");
        let stream = futures_util::stream::iter((0..30).map(|_| Ok::<_, std::io::Error>(vec![2_u8; 100])));
        let chunked = ann.request(Method::POST, "/files").query(&[("name", "a")]).body(reqwest::Body::wrap_stream(stream));
        ann.send(chunked).await.problem(413, "too_large");
        assert_eq!(stored(server.data_dir()), Vec::<PathBuf>::new(), "nothing stays of what was refused");
        let mut sent = Vec::new();
        for n in 0..2 {
            let file = ann.upload("a", vec![n; 2_000]).await;
            sent.push(ann.say_with(&channel, &format!("n{n}"), &file).await);
        }
        ann.send(post(vec![3; 2_000])).await.problem(413, "quota_exceeded");
        ann.upload("a", vec![0; 1_000]).await;
        ann.send(post(vec![4; 1])).await.problem(413, "quota_exceeded");
        bob.upload("b", vec![5; 2_000]).await;
        ann.delete(&format!("/channels/{channel}/messages/{}", text(&sent[0]["id"]))).await.expect(204);
        ann.upload("a", vec![6; 2_000]).await;
    }
);

both!(
    async fn a_file_called_thumbnail_is_had_under_its_name(server: TestServer) {
        let ann = server.person("ann").await;
        let bytes = picture(ImageFormat::Png, 700, 350);
        let file = ann.upload("thumbnail", bytes.clone()).await;
        let path = format!("/files/{}/thumbnail", text(&file["hash"]));
        let answer = ann.get(&path).await;
        assert_eq!((answer.status, &answer.bytes), (200, &bytes));
        assert!(header(&answer, "content-disposition").ends_with("thumbnail"));
        let small = ann.get(&format!("{path}?size=96")).await;
        assert_eq!(image::load_from_memory(&small.bytes).expect("a picture").width(), 96);
        ann.get(&format!("{path}?size=")).await.problem(400, "bad_query");
    }
);

both!(
    async fn small_pictures_are_made_of_pictures_only(server: TestServer) {
        let ann = server.person("ann").await;
        let thumbnail =
            |file: &Value, size: &str| format!("/files/{}/thumbnail?size={size}", text(&file["hash"]));
        let words = ann.upload("a.png", b"no picture".to_vec()).await;
        ann.get(&thumbnail(&words, "96")).await.problem(404, "no_picture");
        let broken = ann.upload("a.png", b"\x89PNG\r\n\x1a\nbroken".to_vec()).await;
        assert_eq!((&broken["media_type"], &broken["width"]), (&json!("image/png"), &Value::Null));
        ann.get(&thumbnail(&broken, "96")).await.problem(404, "no_picture");
        let cut = picture(ImageFormat::Png, 700, 500);
        let cut = ann.upload("cut.png", cut[..cut.len() / 2].to_vec()).await;
        ann.get(&thumbnail(&cut, "96")).await.problem(404, "no_picture");
        let file = ann.upload("a.webp", picture(ImageFormat::WebP, 700, 350)).await;
        for size in ["97", "0"] {
            ann.get(&thumbnail(&file, size)).await.problem(400, "bad_size");
        }
        ann.get(&thumbnail(&file, "x")).await.problem(400, "bad_query");
        for _ in 0..2 {
            let small = ann.get(&thumbnail(&file, "320")).await;
            let size = image::load_from_memory(&small.bytes).expect("a picture");
            assert_eq!((size.width(), size.height()), (320, 160));
            let tag = header(&small, "etag").to_owned();
            let known = ann
                .send(ann.request(Method::GET, &thumbnail(&file, "320")).header("if-none-match", tag))
                .await;
            assert_eq!(known.status, 304);
        }
        let eve = server.person("eve").await;
        eve.get(&thumbnail(&file, "320")).await.problem(404, "file_not_found");
    }
);

both!(
    async fn a_profile_has_a_picture(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let put = |bytes: Vec<u8>| ann.request(Method::PUT, "/me/avatar").body(bytes);
        let me = ann.send(put(picture(ImageFormat::Png, 900, 600))).await.expect(200);
        let avatar = json!({ "hash": me["avatar"] });
        let seen = bob.get("/users/@ann:a.test").await.expect(200);
        assert_eq!(seen["avatar"], me["avatar"]);
        let small = image::load_from_memory(&bob.get(&at(&avatar)).await.bytes).expect("a picture");
        assert_eq!((small.width(), small.height()), (512, 341));
        ann.send(put(b"no picture".to_vec())).await.problem(400, "bad_picture");
        ann.send(put(vec![0; 8 * 1024 * 1024 + 1])).await.problem(413, "too_large");
        // By the hash of a file, which is then nobody else's business.
        let file = ann.upload("b.jpg", picture(ImageFormat::Jpeg, 300, 300)).await;
        bob.put("/me/avatar", json!({ "file": file["hash"] })).await.problem(404, "file_not_found");
        bob.put("/me/avatar", json!({ "file": "x" })).await.problem(400, "bad_json");
        let other = ann.put("/me/avatar", json!({ "file": file["hash"] })).await.expect(200);
        assert_ne!(other["avatar"], me["avatar"]);
        bob.get(&at(&avatar)).await.problem(404, "file_not_found");
        ann.delete("/me/avatar").await.expect(204);
        assert_eq!(ann.get("/me").await.expect(200)["avatar"], Value::Null);
        bob.get(&at(&json!({ "hash": other["avatar"] }))).await.problem(404, "file_not_found");
        eventually("only the upload stays", || async {
            (stored(server.data_dir()).len() == 1).then_some(())
        })
        .await;
        ann.send(put(picture(ImageFormat::Png, 50, 50))).await.expect(200);
        ann.ask(Method::DELETE, "/me", json!({ "password": crate::support::person::PASSWORD }))
            .await
            .expect(204);
        server.running.as_ref().expect("running").domain.sweep_files().await.expect("swept");
        assert_eq!(stored(server.data_dir()), Vec::<PathBuf>::new(), "nothing stays of who left");
    }
);

both!(
    async fn a_channel_has_a_picture(server: TestServer) {
        let (ann, bob, eve) =
            (server.person("ann").await, server.person("bob").await, server.person("eve").await);
        let made = ann.post("/channels", json!({ "name": "Den", "visibility": "private" })).await.expect(201);
        let channel = made["id"].as_str().expect("an id").to_owned();
        assert_eq!(made["avatar"], Value::Null);
        let path = format!("/channels/{channel}");
        let put = |person: &Person, bytes: Vec<u8>| {
            person.request(Method::PUT, &format!("/channels/{channel}/avatar")).body(bytes)
        };
        let invited = json!({ "membership": "invited" });
        ann.put(&format!("{path}/members/{}", bob.id), invited).await.expect(200);
        bob.join(&channel).await;
        let (mut stream, _) = Stream::open(&bob, json!({})).await;
        let first = ann.send(put(&ann, picture(ImageFormat::Png, 900, 600))).await.expect(200);
        let told = stream.event("channel.updated").await;
        assert_eq!(told["d"]["avatar"], first["avatar"]);
        let hash = json!({ "hash": first["avatar"] });
        let small = image::load_from_memory(&bob.get(&at(&hash)).await.bytes).expect("a picture");
        assert_eq!((small.width(), small.height()), (512, 341));
        assert_eq!(bob.get("/sync").await.expect(200)["channels"][0]["avatar"], first["avatar"]);
        // Only for those who may know of the channel, and set by those who may change its name.
        eve.get(&at(&hash)).await.problem(404, "file_not_found");
        eve.send(put(&eve, picture(ImageFormat::Png, 9, 9))).await.problem(404, "channel_not_found");
        bob.send(put(&bob, picture(ImageFormat::Png, 9, 9))).await.problem(403, "not_authorised");
        bob.delete(&format!("{path}/avatar")).await.problem(403, "not_authorised");
        ann.send(put(&ann, b"no picture".to_vec())).await.problem(400, "bad_picture");
        // A newcomer sees it whatever they may read of the past; so does everybody once the channel is public.
        ann.patch(&path, json!({ "visibility": "public", "policy": { "history": "since_join" } }))
            .await
            .expect(200);
        eve.get(&at(&hash)).await.expect(200);
        assert_eq!(eve.get("/directory").await.expect(200)["channels"][0]["avatar"], first["avatar"]);
        eve.join(&channel).await;
        eve.get(&at(&hash)).await.expect(200);
        // Another one, from a file: the bytes of the one before go.
        let file = ann.upload("b.jpg", picture(ImageFormat::Jpeg, 300, 300)).await;
        let second = ann.put(&format!("{path}/avatar"), json!({ "file": file["hash"] })).await.expect(200);
        assert_ne!(second["avatar"], first["avatar"]);
        bob.get(&at(&hash)).await.problem(404, "file_not_found");
        ann.delete(&format!("{path}/avatar")).await.expect(204);
        assert_eq!(ann.get(&path).await.expect(200)["avatar"], Value::Null);
        bob.get(&at(&json!({ "hash": second["avatar"] }))).await.problem(404, "file_not_found");
        // What bob was refused is his for a day, as any upload is.
        let domain = &server.running.as_ref().expect("running").domain;
        eventually("only uploads stay", || async {
            domain.sweep_files().await.expect("swept");
            (stored(server.data_dir()).len() == 2).then_some(())
        })
        .await;
    }
);

both!(
    [("LOGGIA_FILES__QUOTA_BYTES", "5000")]
    async fn uploads_at_once_keep_to_the_quota(server: TestServer) {
        let ann = server.person("ann").await;
        let posts = (0..8_u8).map(|n| {
            let post = ann.request(Method::POST, "/files").query(&[("name", "a")]);
            ann.send(post.body(vec![n; 2_000]))
        });
        let answers = futures_util::future::join_all(posts).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 201, 413, 413, 413, 413, 413, 413]);
    }
);
