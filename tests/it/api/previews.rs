//! Previews of links: what a server looks at for those who write of pages, and what messages make of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use reqwest::Method;
use serde_json::{Value, json};

use super::servers_with;
use crate::both;
use crate::support::stream::Stream;
use crate::support::{Person, TestServer};

/// A site of the test's own; servers under test are told its address.
struct Site {
    resolve: String,
    asked: Arc<AtomicUsize>,
    handle: ServerHandle,
}

impl Site {
    async fn start() -> Site {
        let asked = Arc::<AtomicUsize>::default();
        let count = web::Data::from(asked.clone());
        let server =
            HttpServer::new(move || App::new().app_data(count.clone()).default_service(web::to(page)))
                .workers(1)
                .disable_signals()
                .bind("127.0.0.1:0")
                .expect("a port");
        let resolve = format!("site.test={0},other.test={0}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Site { resolve, asked, handle }
    }

    async fn servers(&self) -> Vec<TestServer> {
        servers_with(&[("LOGGIA_PREVIEWS__ENABLED", "true"), ("LOGGIA_PREVIEWS__RESOLVE", &self.resolve)])
            .await
    }
}

async fn page(request: HttpRequest, asked: web::Data<AtomicUsize>) -> HttpResponse {
    asked.fetch_add(1, Ordering::SeqCst);
    let html = |text: &str| HttpResponse::Ok().content_type("text/html; charset=utf-8").body(text.to_owned());
    let to = |place: &str| HttpResponse::Found().insert_header(("location", place)).finish();
    match request.path() {
        "/news" => html(
            "<title>plain</title><meta property='og:title' content='  The  news &amp; more '>
             <meta property='og:site_name' content='Site'><meta name='description' content='All of it.'></head>",
        ),
        "/moved" => to("http://other.test/news"),
        "/round" => to("/round"),
        "/inside" => to("http://127.0.0.1/news"),
        "/port" => to("http://site.test:8080/news"),
        "/local" => to("http://localhost/news"),
        "/long" => html(&format!("<!-- {} --><title>Late</title>", "x".repeat(1_048_576))),
        "/endless" => {
            let parts = futures_util::stream::repeat_with(|| {
                Ok::<_, actix_web::Error>(web::Bytes::from_static(&[b'x'; 65_536]))
            });
            let begun = futures_util::stream::iter([Ok(web::Bytes::from_static(b"<title>Endless</title>"))]);
            let body = futures_util::StreamExt::chain(begun, parts);
            HttpResponse::Ok().content_type("text/html").streaming(body)
        }
        "/text" => HttpResponse::Ok().content_type("text/plain").body("<title>no</title>"),
        "/untitled" => html("<p>nothing"),
        "/hostile" => html("<title>\u{202e}evil\u{2066}\u{7} &lt;script&gt;</title>"),
        _ => HttpResponse::NotFound().content_type("text/html").body("<title>Not found</title>"),
    }
}

async fn preview(person: &Person, url: &str) -> crate::support::person::Answer {
    let query = serde_urlencoded::to_string([("url", url)]).expect("a query");
    person.get(&format!("/previews?{query}")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_says_what_it_is_and_is_asked_once() {
    let site = Site::start().await;
    for server in site.servers().await {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        assert_eq!(ann.get("/server").await.expect(200)["link_previews"], true);
        let before = site.asked.load(Ordering::SeqCst);
        let found = preview(&ann, "http://site.test/news?x=1#y").await.expect(200);
        let expected = json!({
            "url": "http://site.test/news?x=1#y", "title": "The news & more", "description": "All of it.", "site": "Site",
        });
        assert_eq!(found, expected);
        assert_eq!(preview(&bob, "http://site.test/news?x=1#y").await.expect(200), expected);
        assert_eq!(site.asked.load(Ordering::SeqCst), before + 1);
        let moved = preview(&ann, "http://site.test/moved").await.expect(200);
        assert_eq!(
            (&moved["url"], &moved["title"]),
            (&json!("http://site.test/moved"), &json!("The news & more"))
        );
        let endless = preview(&ann, "http://site.test/endless").await.expect(200);
        assert_eq!(endless, json!({ "url": "http://site.test/endless", "title": "Endless" }));
        let hostile = preview(&ann, "http://site.test/hostile").await.expect(200);
        assert_eq!(hostile["title"], "evil <script>");
        server.stop().await;
    }
    site.handle.stop(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_asked_but_what_anybody_could_ask() {
    let site = Site::start().await;
    for server in site.servers().await {
        let ann = server.person("ann").await;
        for path in ["round", "inside", "port", "local", "long", "text", "untitled", "none"] {
            preview(&ann, &format!("http://site.test/{path}")).await.problem(404, "no_preview");
        }
        let before = site.asked.load(Ordering::SeqCst);
        preview(&ann, "http://site.test/none").await.problem(404, "no_preview");
        let inside = site.resolve.split(['=', ',']).nth(1).expect("an address");
        for url in [
            &format!("http://{inside}/news"),
            "http://127.0.0.1/news",
            "http://localhost/news",
            "http://[::1]/news",
            "http://2130706433/news",
            "http://site.test:81/news",
            "http://ann:secret@site.test/news",
        ] {
            preview(&ann, url).await.problem(404, "no_preview");
        }
        for url in ["", "site.test", "javascript:alert(1)", "file:///etc/passwd", "http://site.test/a b"] {
            preview(&ann, url).await.problem(400, "bad_url");
        }
        assert_eq!(site.asked.load(Ordering::SeqCst), before, "kept, or never asked");
        server.stop().await;
    }
    site.handle.stop(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_host_is_asked_only_so_often() {
    let site = Site::start().await;
    for server in site.servers().await {
        let ann = server.person("ann").await;
        let before = site.asked.load(Ordering::SeqCst);
        let pages: Vec<String> = (0..60).map(|n| format!("http://site.test/news?{n}")).collect();
        let asked = pages.iter().map(|url| preview(&ann, url));
        let found =
            futures_util::future::join_all(asked).await.into_iter().filter(|answer| answer.status == 200);
        let asked = site.asked.load(Ordering::SeqCst) - before;
        assert_eq!(found.count(), asked);
        // Time goes on meanwhile, and brings one every two seconds.
        assert!((30..45).contains(&asked), "{asked}");
        preview(&ann, "http://other.test/news").await.expect(200);
        server.stop().await;
    }
    site.handle.stop(true).await;
}

both!(
    [("LOGGIA_LIMITS__ENABLED", "true")]
    async fn an_account_asks_only_so_often_and_where_none_are_wanted_none_are_made(server: TestServer) {
        let ann = server.person("ann").await;
        assert_eq!(ann.get("/server").await.expect(200)["link_previews"], false);
        let mut answers = Vec::new();
        for _ in 0..40 {
            answers.push(preview(&ann, "http://site.test/").await);
            if answers.last().is_some_and(|answer| answer.status == 429) {
                break;
            }
        }
        let last = answers.pop().expect("an answer");
        assert!(answers.len() >= 30);
        last.problem(429, "rate_limited");
        answers.pop().expect("an answer").problem(403, "previews_off");
    }
);

both!(
    async fn a_message_has_the_previews_that_its_author_gives_it(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let (mut stream, _) = Stream::open(&bob, json!({})).await;
        let path = format!("/channels/{channel}/messages");
        let (one, two) = ("https://a.test/x", "http://b.test/");
        let given = json!([
            { "url": one, "title": " A ", "description": "of a", "site": null },
            { "url": two, "title": "B", "description": "", "site": "Site" },
        ]);
        let shown = json!([{ "url": one, "title": "A", "description": "of a" }, { "url": two, "title": "B", "site": "Site" }]);
        let text = format!("see {one} and {two}");
        let new = json!({ "nonce": "n1", "text": text, "previews": given });
        let said = ann.post(&path, new.clone()).await.expect(201);
        assert_eq!(said["previews"], shown);
        assert_eq!(ann.post(&path, new).await.expect(200)["previews"], shown, "the same again");
        let told = stream.until(|frame| frame["t"] == "message.created").await;
        assert_eq!(told.last().expect("a frame")["d"]["previews"], shown);
        let message = format!("{path}/{}", said["id"].as_str().expect("an id"));
        assert_eq!(bob.get(&message).await.expect(200)["previews"], shown);
        // An edit keeps those whose links are still there, unless it says otherwise.
        let edited = ann.patch(&message, json!({ "text": format!("only {one}") })).await.expect(200);
        assert_eq!(edited["previews"], json!([shown[0]]));
        let edited =
            ann.patch(&message, json!({ "text": format!("only {one}"), "previews": [] })).await.expect(200);
        assert_eq!((&edited["previews"], &edited["text"]), (&json!([]), &json!(format!("only {one}"))));
        let again = json!({ "text": text, "previews": [{ "url": two, "title": "B2" }] });
        ann.patch(&message, again).await.expect(200);
        assert_eq!(bob.get(&message).await.expect(200)["previews"], json!([{ "url": two, "title": "B2" }]));
        // What is deleted has none, and nothing of them is left.
        ann.delete(&message).await.expect(204);
        let gone = bob.get(&message).await.expect(200);
        assert_eq!((&gone["deleted"], &gone["previews"]), (&json!(true), &json!([])));
        let log = bob.get(&format!("/channels/{channel}/log")).await.expect(200);
        assert!(!log.to_string().contains("of a"), "{log}");
    }
);

both!(
    async fn previews_that_fit_no_link_of_the_text_are_refused(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}/messages");
        let text = "https://a.test https://b.test https://c.test https://d.test";
        let said = ann.say(&channel, "n0", text).await;
        let message = format!("{path}/{}", said["id"].as_str().expect("an id"));
        let of = |url: &str| json!({ "url": url, "title": "x" });
        for (previews, pointer) in [
            (json!([of("https://e.test")]), "/previews/0/url"),
            (json!([of("https://a.test"), of("https://a.test")]), "/previews/1/url"),
            (json!([of("javascript:alert(1)")]), "/previews/0/url"),
            (json!([{ "url": "https://a.test", "title": "  " }]), "/previews/0/title"),
            (json!([{ "url": "https://a.test", "title": "x", "site": "y".repeat(81) }]), "/previews/0/site"),
            (
                json!([
                    of("https://a.test"),
                    of("https://b.test"),
                    of("https://c.test"),
                    of("https://d.test")
                ]),
                "/previews",
            ),
        ] {
            let new = json!({ "nonce": "n1", "text": text, "previews": previews });
            let refused = ann.post(&path, new).await.problem(400, "bad_preview");
            assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
            let edit = json!({ "text": text, "previews": previews });
            ann.ask(Method::PATCH, &message, edit).await.problem(400, "bad_preview");
        }
        assert_eq!(ann.get(&message).await.expect(200)["previews"], json!([]));
        assert_eq!(ann.get(&message).await.expect(200)["edited_ts"], Value::Null);
    }
);
