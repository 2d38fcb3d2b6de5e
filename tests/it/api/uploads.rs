//! Uploads in parts, as tus 1.0.0 has them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::files::hash;
use crate::both;
use crate::support::{Answer, Person, TestServer, run_sql};

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().expect("text"))
}

async fn create(person: &Person, length: &str, metadata: &str) -> Answer {
    let request = person.request(Method::POST, "/files").header("tus-resumable", "1.0.0");
    person.send(request.header("upload-length", length).header("upload-metadata", metadata)).await
}

/// Begins an upload and answers its path.
async fn begin(person: &Person, length: usize) -> String {
    let name = STANDARD.encode("film ü.mp4");
    let answer = create(person, &length.to_string(), &format!("other eA==,filename {name}")).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(header(&answer, "tus-resumable"), "1.0.0");
    header(&answer, "location").strip_prefix("/api/v1").expect("a path below the API").to_owned()
}

async fn append(
    person: &Person,
    path: &str,
    offset: usize,
    bytes: &[u8],
    checksum: Option<String>,
) -> Answer {
    let mut request = person.request(Method::PATCH, path).header("tus-resumable", "1.0.0");
    request = request.header("upload-offset", offset.to_string());
    request = request.header("content-type", "application/offset+octet-stream").body(bytes.to_vec());
    if let Some(checksum) = checksum {
        request = request.header("upload-checksum", checksum);
    }
    person.send(request).await
}

async fn head(person: &Person, path: &str) -> Answer {
    person.send(person.request(Method::HEAD, path).header("tus-resumable", "1.0.0")).await
}

async fn delete(person: &Person, path: &str) -> Answer {
    person.send(person.request(Method::DELETE, path).header("tus-resumable", "1.0.0")).await
}

both!(
    async fn a_file_comes_in_parts_over_a_restart(server: TestServer) {
        let mut server = server;
        let ann = server.person("ann").await;
        let options = ann.ask(Method::OPTIONS, "/files", Value::Null).await;
        assert_eq!(options.status, 204);
        assert_eq!(header(&options, "tus-version"), "1.0.0");
        assert_eq!(header(&options, "tus-extension"), "creation,termination,checksum,expiration");
        assert_eq!(header(&options, "tus-max-size"), "104857600");
        assert_eq!(header(&options, "tus-checksum-algorithm"), "sha1,sha256");
        let bytes: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        let path = begin(&ann, bytes.len()).await;
        assert_eq!(header(&append(&ann, &path, 0, &bytes[..150_000], None).await, "upload-offset"), "150000");
        server.restart().await;
        let ann = ann.at(&server.base);
        let asked = head(&ann, &path).await;
        assert_eq!(
            (asked.status, header(&asked, "upload-offset"), header(&asked, "upload-length")),
            (200, "150000", "400000")
        );
        assert_eq!(header(&asked, "cache-control"), "no-store");
        assert!(header(&asked, "upload-expires").ends_with("GMT"));
        append(&ann, &path, 0, b"x", None).await.problem(409, "offset_mismatch");
        append(&ann, &path, 150_001, b"x", None).await.problem(409, "offset_mismatch");
        let sum = |algorithm: &str, bytes: &[u8]| match algorithm {
            "sha1" => format!("sha1 {}", STANDARD.encode(sha1::Sha1::digest(bytes))),
            _ => format!("sha256 {}", STANDARD.encode(Sha256::digest(bytes))),
        };
        let second = &bytes[150_000..250_000];
        for algorithm in ["sha1", "sha256"] {
            append(&ann, &path, 150_000, second, Some(sum(algorithm, b"other")))
                .await
                .problem(460, "checksum_mismatch");
            assert_eq!(header(&head(&ann, &path).await, "upload-offset"), "150000", "nothing of it is kept");
        }
        append(&ann, &path, 150_000, second, Some("md5 eA==".to_owned())).await.problem(400, "bad_tus");
        append(&ann, &path, 150_000, second, Some("sha1".to_owned())).await.problem(400, "bad_tus");
        append(&ann, &path, 150_000, second, Some(sum("sha1", second))).await.expect(204);
        append(&ann, &path, 250_000, &[&bytes[250_000..], b"more"].concat(), None)
            .await
            .problem(413, "too_large");
        let at = header(&head(&ann, &path).await, "upload-offset").parse::<usize>().expect("a number");
        let last = append(&ann, &path, at, &bytes[at..], Some(sum("sha256", &bytes[at..]))).await;
        if at < bytes.len() {
            assert_eq!((last.status, header(&last, "loggia-file")), (204, hash(&bytes).as_str()));
        }
        let done = head(&ann, &path).await;
        assert_eq!(
            (header(&done, "upload-offset"), header(&done, "loggia-file")),
            ("400000", hash(&bytes).as_str())
        );
        let file = ann.get(&format!("/files/{}/film.mp4", hash(&bytes))).await;
        assert_eq!(file.bytes, bytes);
        append(&ann, &path, 400_000, b"", None).await.problem(409, "offset_mismatch");
        let none = begin(&ann, 0).await;
        assert_eq!(header(&head(&ann, &none).await, "loggia-file"), hash(b""));
    }
);

both!(
    async fn an_upload_is_its_creators_and_ends(server: TestServer) {
        let (ann, eve) = (server.person("ann").await, server.person("eve").await);
        let path = begin(&ann, 10).await;
        assert_eq!(head(&eve, &path).await.status, 404);
        append(&eve, &path, 0, b"0123456789", None).await.problem(404, "upload_not_found");
        delete(&eve, &path).await.problem(404, "upload_not_found");
        append(&ann, &path, 0, b"01234", None).await.expect(204);
        delete(&ann, &path).await.expect(204);
        assert_eq!(head(&ann, &path).await.status, 404);
        delete(&ann, &path).await.problem(404, "upload_not_found");
        let path = begin(&ann, 10).await;
        append(&ann, &path, 0, b"01234", None).await.expect(204);
        run_sql(&server.database_url(), "UPDATE uploads SET created_ts = created_ts - 86500000".to_owned())
            .await;
        append(&ann, &path, 5, b"56789", None).await.problem(404, "upload_not_found");
        let parts = server.data_dir().join("files/parts");
        assert_eq!(std::fs::read_dir(&parts).expect("a directory").count(), 1);
        server.running.as_ref().expect("running").domain.sweep_files().await.expect("swept");
        // Its part goes with the next sweep after an hour of silence.
        for part in std::fs::read_dir(&parts).expect("a directory") {
            let part =
                std::fs::File::options().write(true).open(part.expect("an entry").path()).expect("a part");
            part.set_modified(std::time::UNIX_EPOCH).expect("a time");
        }
        server.running.as_ref().expect("running").domain.sweep_files().await.expect("swept");
        assert_eq!(std::fs::read_dir(&parts).expect("a directory").count(), 0);
    }
);

both!(
    [("LOGGIA_FILES__MAX_BYTES", "1000"), ("LOGGIA_FILES__QUOTA_BYTES", "15000")]
    async fn uploads_keep_to_limits(server: TestServer) {
        let ann = server.person("ann").await;
        let name = format!("filename {}", STANDARD.encode("a"));
        create(&ann, "1001", &name).await.problem(413, "too_large");
        for length in ["", "-1", "1.5", "x", "99999999999999999999"] {
            create(&ann, length, &name).await.problem(400, "bad_tus");
        }
        for metadata in ["", "filename", "filename %%%", "filename /w=="] {
            let code = if metadata == "filename" { "bad_file_name" } else { "bad_tus" };
            create(&ann, "10", metadata).await.problem(400, code);
        }
        create(&ann, "10", &format!("filename {}", STANDARD.encode("a/b"))).await.problem(400, "bad_file_name");
        let request = ann.request(Method::POST, "/files").header("tus-resumable", "0.2.2");
        let refused = ann.send(request.header("upload-length", "10")).await;
        assert_eq!((header(&refused, "tus-resumable"), header(&refused, "tus-version")), ("1.0.0", "1.0.0"));
        refused.problem(412, "tus_version");
        let path = begin(&ann, 10).await;
        let request = ann.request(Method::PATCH, &path).header("tus-resumable", "1.0.0").header("upload-offset", "0");
        ann.send(request.body("x")).await.problem(415, "unsupported_media_type");
        let request = ann.request(Method::PATCH, &path).header("tus-resumable", "1.0.0");
        ann.send(request.header("content-type", "application/offset+octet-stream").body("x")).await.problem(400, "bad_tus");
        let refused = ann.ask(Method::PATCH, &path, Value::Null).await;
        assert_eq!(header(&refused, "tus-version"), "1.0.0");
        refused.problem(412, "tus_version");
        let gone = delete(&ann, "/files/uploads/nosuch").await;
        assert_eq!(header(&gone, "tus-resumable"), "1.0.0");
        gone.problem(404, "upload_not_found");
        delete(&ann, "/files/uploads/a.b").await.problem(400, "bad_path");
        delete(&ann, &path).await.expect(204);
        for _ in 0..15 {
            begin(&ann, 1_000).await;
        }
        create(&ann, "1", &name).await.problem(413, "quota_exceeded");
        // What was refused leaves no part behind.
        let parts = server.data_dir().join("files/parts");
        assert_eq!(std::fs::read_dir(&parts).expect("a directory").count(), 15);
        let bob = server.person("bob").await;
        for _ in 0..20 {
            begin(&bob, 1).await;
        }
        create(&bob, "1", &name).await.problem(409, "too_many_uploads");
    }
);
