//! What is told to programs that watch over the server.

use crate::both;
use crate::support::{Stream, TestServer, eventually};

/// The text, and the number behind each name with its labels.
async fn told(server: &TestServer) -> (String, impl Fn(&str) -> f64) {
    let address = server.figures().expect("an address");
    let answer = reqwest::get(format!("http://{address}/metrics")).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let kind = answer.headers()["content-type"].to_str().expect("text").to_owned();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let text = answer.text().await.expect("text");
    let lines = text.clone();
    let of = move |name: &str| {
        let value = lines.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no {name} in:\n{lines}")).parse().expect("a number")
    };
    (text, of)
}

both!(
    [("LOGGIA_METRICS__LISTEN", "127.0.0.1:0")]
    async fn figures_follow_what_happens(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let (text, before) = told(&server).await;
        assert!(text.ends_with("# EOF\n"), "{text}");
        assert_eq!(before("loggia_streams"), 0.0);
        let _stream = Stream::open(&ann, serde_json::json!({})).await;
        ann.say_some(&channel, 3).await;
        ann.get("/nowhere").await.problem(404, "not_found");
        let after = eventually("a stream", || async {
            let (_, after) = told(&server).await;
            (after("loggia_streams") == 1.0).then_some(after)
        });
        let after = after.await;
        let grown = |name: &str| after(name) - before(name);
        assert_eq!(after("loggia_people_online"), 1.0);
        assert_eq!(grown("loggia_entries_total"), 3.0);
        let commits = grown("loggia_commit_duration_seconds_count");
        assert!((1.0..=50.0).contains(&commits), "{commits}");
        let made = "loggia_http_requests_total{interface=\"client_api\",status=\"201\"}";
        assert_eq!(grown(made), 3.0);
        assert_eq!(after("loggia_http_requests_total{interface=\"client_api\",status=\"404\"}"), 1.0);
        assert!(grown("loggia_http_request_duration_seconds_count{interface=\"client_api\"}") >= 4.0);
        assert_eq!(after("loggia_database_up"), 1.0);
        assert!(after("loggia_database_bytes") > 1_000.0);
        assert_eq!((after("loggia_peers"), after("loggia_peers_behind_entries")), (0.0, 0.0));
        assert!(after("process_resident_memory_bytes") > 1e6);
        assert!(after("process_open_fds") > 3.0);
        assert!(after("process_cpu_seconds_total") > 0.0);
        assert!(after("process_start_time_seconds") > 1.7e9);
    }
);

/// Nobody else hears of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_are_told_at_an_address_of_their_own_alone() {
    let server = TestServer::sqlite_with(&[("LOGGIA_METRICS__LISTEN", "127.0.0.1:0")]).await;
    let elsewhere = reqwest::get(format!("{}/metrics", server.base)).await.expect("an answer");
    let text = elsewhere.text().await.expect("text");
    assert!(!text.contains("loggia_streams"), "{text}");
    let address = server.figures().expect("an address");
    let other = reqwest::get(format!("http://{address}/api/v1/server")).await.expect("an answer");
    assert_eq!(other.status(), 404);
    assert!(TestServer::sqlite().await.figures().is_none(), "nowhere, unless somebody says so");
}
