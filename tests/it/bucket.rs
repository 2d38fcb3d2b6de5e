//! A bucket that can't be used is found out before somebody sends a file.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::http::Method;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use crate::support::{Process, eventually};

/// A service that speaks as much of S3 as is needed to try a bucket; it has one, named `files`.
#[derive(Default)]
struct Service {
    objects: Mutex<HashMap<String, web::Bytes>>,
    /// What was asked, in order.
    asked: Mutex<Vec<Method>>,
}

async fn serve(service: web::Data<Service>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let mut objects = service.objects.lock().expect("no panic");
    service.asked.lock().expect("no panic").push(request.method().clone());
    let path = request.path().to_owned();
    if path != "/files" && !path.starts_with("/files/") {
        return HttpResponse::NotFound().body("<Error><Code>NoSuchBucket</Code></Error>");
    }
    match *request.method() {
        Method::PUT => {
            objects.insert(path, body);
            HttpResponse::Ok().insert_header(("etag", "\"1\"")).finish()
        }
        Method::GET => match objects.get(&path) {
            Some(bytes) => HttpResponse::Ok()
                .insert_header(("etag", "\"1\""))
                .insert_header(("last-modified", "Tue, 01 Dec 2026 06:00:00 GMT"))
                .body(bytes.clone()),
            None => HttpResponse::NotFound().finish(),
        },
        // DeleteObjects: several by their keys.
        Method::POST => {
            let body = String::from_utf8_lossy(&body).into_owned();
            let key = body.split("<Key>").nth(1).and_then(|rest| rest.split("</Key>").next());
            let key = key.expect("a key");
            objects.remove(&format!("/files/{key}"));
            let deleted = format!("<DeleteResult><Deleted><Key>{key}</Key></Deleted></DeleteResult>");
            HttpResponse::Ok().content_type("application/xml").body(deleted)
        }
        _ => HttpResponse::MethodNotAllowed().finish(),
    }
}

/// Answers where it is.
fn start() -> (Arc<Service>, String) {
    let service = Arc::<Service>::default();
    let data = web::Data::from(service.clone());
    let server = HttpServer::new(move || App::new().app_data(data.clone()).default_service(web::to(serve)));
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").expect("a port");
    let address = server.addrs()[0];
    tokio::spawn(server.run());
    (service, format!("http://{address}"))
}

fn settings<'a>(endpoint: &'a str, bucket: &'a str) -> [(&'static str, &'a str); 5] {
    [
        ("LOGGIA_FILES__STORAGE", "s3"),
        ("LOGGIA_FILES__S3_ENDPOINT", endpoint),
        ("LOGGIA_FILES__S3_BUCKET", bucket),
        ("LOGGIA_FILES__S3_KEY", "test"),
        ("LOGGIA_FILES__S3_SECRET", "test"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_tries_the_bucket() {
    let dir = tempfile::tempdir().expect("a directory");
    let (service, endpoint) = start();
    let doctor = |bucket: &str| Process::run_with(dir.path(), "", &["doctor"], &settings(&endpoint, bucket));
    let (code, said) = doctor("files");
    assert!(code == Some(0) && said.contains(&format!("ok    files: files at {endpoint}\n")), "{said}");
    assert!(said.contains("Federation is off"), "{said}");
    assert_eq!(*service.asked.lock().expect("no panic"), [Method::PUT, Method::GET, Method::POST]);
    assert!(service.objects.lock().expect("no panic").is_empty(), "nothing is left behind");
    let (code, said) = doctor("other");
    assert!(code == Some(1) && said.contains("FAIL  files: the bucket other at"), "{said}");
    assert!(said.contains("NoSuchBucket"), "{said}");
    // Once: an operator waits for it.
    assert_eq!(service.asked.lock().expect("no panic").len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_says_that_the_bucket_is_none() {
    let dir = tempfile::tempdir().expect("a directory");
    let (_service, endpoint) = start();
    let log = dir.path().join("log");
    let file = std::fs::File::create(&log).expect("a file");
    let running =
        Process::start_logging(&dir.path().join("data"), "", 0, &settings(&endpoint, "other"), file);
    eventually("that it is said", || async {
        let said = std::fs::read_to_string(&log).expect("a log");
        said.contains("no file can be kept, or had").then_some(())
    })
    .await;
    running.kill();
}

#[test]
fn settings_that_are_no_bucket_are_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    for (endpoint, bucket, field) in [
        ("not a url", "files", "files.s3_endpoint"),
        ("s3.example.org", "files", "files.s3_endpoint"),
        ("https://s3.example.org", "https://files", "files.s3_bucket"),
    ] {
        for command in ["check-config", "serve"] {
            let (code, said) = Process::run_with(dir.path(), "", &[command], &settings(endpoint, bucket));
            assert!(code == Some(2) && said.contains(field), "{said}");
        }
    }
}
