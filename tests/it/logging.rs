//! The log as programs read it: a line of JSON each.

use std::path::Path;

use serde_json::Value;

use crate::support::{Process, eventually};

const JSON: (&str, &str) = ("LOGGIA_LOG__FORMAT", "json");

/// What a start that fails says, which is JSON throughout: (exit code, the messages of errors).
fn refused(data: &Path, settings: &[(&str, &str)]) -> (Option<i32>, Vec<String>) {
    let (code, said) = Process::run_with(data, "", &["serve"], settings);
    let lines =
        said.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {said}")));
    let errors = lines.filter(|line: &Value| line["level"] == "ERROR");
    let message = |line: Value| line["fields"]["message"].as_str().expect("a message").to_owned();
    (code, errors.map(message).collect())
}

#[test]
fn why_a_server_does_not_start_is_json_where_the_log_is() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().join("data");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    let off = ("LOGGIA_LOG__LEVEL", "off");
    type Settings<'a> = &'a [(&'a str, &'a str)];
    let cases: [(Settings<'_>, i32, &str); 5] = [
        (&[JSON, ("LOGGIA_LISTEN", "nonsense")], 2, "server.listen"),
        (&[JSON, ("LOGGIA_NO_SETTING", "1")], 2, "LOGGIA_NO_SETTING"),
        (&[JSON, ("LOGGIA_LOG__LEVEL", "nonsense")], 2, "log.level"),
        (&[JSON, ("LOGGIA_LISTEN", &taken)], 1, "cannot listen on"),
        // Whatever is logged otherwise.
        (&[JSON, off, ("LOGGIA_LISTEN", &taken)], 1, "cannot listen on"),
    ];
    for (settings, code, said) in cases {
        let (ended, errors) = refused(&data, settings);
        assert_eq!((ended, errors.len()), (Some(code), 1), "{settings:?}: {errors:?}");
        assert!(errors[0].contains(said), "{settings:?}: {errors:?}");
    }
    // As the file says, whatever else is wrong with it; and the variable counts before it.
    let file = dir.path().join("loggia.toml");
    std::fs::write(&file, "[log]\nformat = \"json\"\n[server]\nnonsense = 1\n").expect("a file");
    let config = ("LOGGIA_CONFIG", &*file.to_string_lossy().into_owned());
    let (ended, errors) = refused(&data, &[config]);
    assert!(ended == Some(2) && errors.concat().contains("server.nonsense"), "{errors:?}");
    let (_, said) = Process::run_with(&data, "", &["serve"], &[config, ("LOGGIA_LOG__FORMAT", "text")]);
    assert!(said.starts_with("loggia: server.nonsense"), "{said}");
    // Whoever typed a command reads what it says.
    let (_, said) = Process::run_with(&data, "", &["user", "list"], &[config]);
    assert!(said.starts_with("loggia: server.nonsense"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_start_logs_json_alone() {
    let dir = tempfile::tempdir().expect("a directory");
    let (data, log) = (dir.path().join("data"), dir.path().join("log"));
    let file = std::fs::File::create(&log).expect("a file");
    let server = Process::start_logging(&data, "", 0, &[JSON, ("LOGGIA_LOG__LEVEL", "info")], file);
    let lines = eventually("the way to an account is told", || async {
        let lines = std::fs::read_to_string(&log).expect("a log");
        lines.contains("make yourself an administrator with").then_some(lines)
    })
    .await;
    server.kill();
    for line in lines.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok_and(|line| line["fields"].is_object()), "{line}");
    }
}
