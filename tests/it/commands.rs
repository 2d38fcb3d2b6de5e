//! What the program says of its settings before it touches anything.

use loggia::protocol::key_document::{KeyDocument, KeySet, PublishedKey};
use loggia::protocol::sign::SigningKey;
use loggia::storage::Conn;
use loggia::storage::peers::{self, PeerRow};
use serde_json::json;

use crate::both;
use crate::support::{Person, Process, TestServer};

/// The exit code of settings that can't be used.
const SETTINGS: Option<i32> = Some(2);

#[test]
fn settings_that_a_start_would_stumble_over_are_found_by_check_config() {
    let dir = tempfile::tempdir().expect("a directory");
    let nowhere = dir.path().join("nowhere").to_string_lossy().into_owned();
    let (broken, data) = (dir.path().join("broken.pem"), dir.path().join("data"));
    std::fs::write(&broken, "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n")
        .expect("a file");
    let broken = broken.to_string_lossy().into_owned();
    let federating = ("LOGGIA_FEDERATION__ENABLED", "true");
    let served = [
        federating,
        ("LOGGIA_FEDERATION__LISTEN", "127.0.0.1:0"),
        ("LOGGIA_FEDERATION__TLS_CERT", &broken),
        ("LOGGIA_FEDERATION__TLS_KEY", &nowhere),
    ];
    let served_by_nobody = [
        federating,
        ("LOGGIA_FEDERATION__LISTEN", "127.0.0.1:0"),
        ("LOGGIA_FEDERATION__TLS_CERT", &nowhere),
        ("LOGGIA_FEDERATION__TLS_KEY", &nowhere),
    ];
    let looking = ("LOGGIA_PREVIEWS__ENABLED", "true");
    let links = ("LOGGIA_PUBLIC_URL", "https://b.test");
    let letters = ("LOGGIA_EMAIL__FROM", "a@b.test");
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("LOGGIA_FILES__SCAN_COMMAND", &nowhere)], "files.scan_command"),
        (&[("LOGGIA_FILES__SCAN_COMMAND", "no-such-program-anywhere")], "no-such-program-anywhere"),
        (
            &[federating, ("LOGGIA_FEDERATION__EXTRA_ROOT_CA", &nowhere)],
            &format!("loggia: federation.extra_root_ca: {nowhere}: "),
        ),
        (&[("LOGGIA_PUSH__EXTRA_ROOT_CA", &broken)], &format!("loggia: push.extra_root_ca: {broken}: ")),
        (
            &[looking, ("LOGGIA_PREVIEWS__EXTRA_ROOT_CA", &broken)],
            &format!("loggia: previews.extra_root_ca: {broken}: "),
        ),
        (&served, &format!("federation.tls_key: {nowhere}")),
        (&served_by_nobody, &format!("federation.tls_cert: {nowhere}")),
        (&[letters, links, ("LOGGIA_EMAIL__SMTP_URL", "mail.b.test")], "email.smtp_url"),
        (
            &[("LOGGIA_EMAIL__FROM", "nobody"), links, ("LOGGIA_EMAIL__SMTP_URL", "smtp://b.test")],
            "email.from",
        ),
        (&[letters, ("LOGGIA_EMAIL__SMTP_URL", "smtp://b.test")], "server.public_url"),
        (&[("LOGGIA_FILES__SCAN_CLAMD", "clamd")], "files.scan_clamd"),
        (
            &[("LOGGIA_FILES__SCAN_CLAMD", "localhost:3310"), ("LOGGIA_FILES__SCAN_COMMAND", "true")],
            "files.scan_clamd (from environment variable LOGGIA_FILES__SCAN_CLAMD): must be left out where files.scan_command",
        ),
        (&[("LOGGIA_CONFIG", "")], "LOGGIA_CONFIG"),
        (&[("LOGGIA_DATA_DIR", &broken)], "server.data_dir"),
        (&[("LOGGIA_LOG__LEVEL", "info,=")], "log.level"),
        (&[("LOGGIA_SERVER_NAME", "localhost")], "must be a lower-case host name with a dot"),
    ];
    for (settings, said) in cases {
        let (code, text) = Process::run_with(&data, "", &["check-config"], settings);
        assert_eq!(code, SETTINGS, "{settings:?}: {text}");
        assert!(text.contains(said), "{settings:?}: {text}");
    }
    let good =
        [letters, links, ("LOGGIA_EMAIL__SMTP_URL", "smtp://b.test"), ("LOGGIA_FILES__SCAN_COMMAND", "true")];
    let (code, text) = Process::run_with(&data, "", &["check-config"], &good);
    assert_eq!(code, Some(0), "{text}");
    for line in ["letters     a@b.test", "scanned by  true", "federation  off", "database    SQLite"] {
        assert!(text.contains(line), "{text}");
    }
    assert!(!data.exists(), "nothing is made");
}

/// As in `loggia check-config | head -1`.
#[test]
fn a_command_whose_reader_has_gone_ends_without_a_word() {
    for arguments in [&["check-config"][..], &["openapi", "client"], &["check-config", "--sample"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_loggia"));
        command.args(arguments).stdout(writer);
        let output = command.output().expect("the program");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*said), (Some(141), ""), "{arguments:?}");
    }
}

/// As in a container's health check.
#[test]
fn whether_the_server_is_ready_is_said_by_a_command() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Process::start(dir.path(), "", 0);
    let address = server.base.strip_prefix("http://").expect("an address").to_owned();
    let port = address.rsplit(':').next().expect("a port");
    let ready = |listen: &str| Process::run_with(dir.path(), "", &["ready"], &[("LOGGIA_LISTEN", listen)]);
    // Also where the settings name all addresses, which nobody can connect to.
    for listen in [&*address, &format!("0.0.0.0:{port}")] {
        let (code, said) = ready(listen);
        assert_eq!((code, said.trim()), (Some(0), &*format!("ready: {address}")));
    }
    server.kill();
    let (code, said) = ready(&address);
    assert!(code == Some(1) && said.contains("not ready: nothing answers at"), "{said}");
}

/// Each with what it says, and whether that is a success.
fn run(server: &TestServer, arguments: &[&str]) -> (bool, String) {
    Process::run(server.data_dir(), "", arguments)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_seen_to_with_commands() {
    let server = TestServer::sqlite().await;
    let ann = server.person("ann").await;
    let bob = server.person("bob").await;
    let channel = ann.channel("general").await;
    bob.join(&channel).await;
    let is_bot = async || bob.get(&format!("/users/{}", ann.id)).await.expect(200).get("bot").cloned();
    assert_eq!(run(&server, &["user", "bot", "ann", "on"]), (true, "ann is a bot now\n".to_owned()));
    assert_eq!(is_bot().await, Some(json!(true)));
    assert!(run(&server, &["user", "bot", "ann", "off"]).0);
    assert_eq!(is_bot().await, None);
    assert!(!run(&server, &["user", "bot", "nobody", "on"]).0);

    let (done, said) = run(&server, &["user", "exclude", "@eve:b.test", "--reason", "spam"]);
    assert!(done && said.contains("@eve:b.test is kept off this server"), "{said}");
    for id in ["@ann:a.test", "@Eve:b.test", "eve"] {
        assert!(!run(&server, &["user", "exclude", id]).0, "{id}");
    }
    assert!(run(&server, &["user", "readmit", "@eve:b.test"]).0);
    let (done, said) = run(&server, &["user", "readmit", "@eve:b.test"]);
    assert!(!done && said.contains("was not kept off"), "{said}");

    // Two would write into the same channels.
    let (done, said) = run(&server, &["user", "delete", "ann", "--yes"]);
    assert!(!done && said.contains("another server is using"), "{said}");
    ann.get("/me").await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_deleted_while_the_server_is_stopped() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Process::start(dir.path(), "", 0);
    let ann = Person::register(&server.base, "ann").await;
    let bob = Person::register(&server.base, "bob").await;
    let channel = ann.channel("general").await;
    bob.join(&channel).await;
    ann.say(&channel, "n", "It stays").await;
    server.kill();
    // Whoever says nothing has not said yes.
    let (done, said) = Process::run(dir.path(), "", &["user", "delete", "ann"]);
    assert!(!done && said.contains("was not deleted"), "{said}");
    let (done, said) =
        Process::run(dir.path(), "", &["user", "delete", "ann", "--yes", "--reason", "asked for"]);
    assert!(done && said.contains("@ann:a.test was deleted"), "{said}");
    assert!(!Process::run(dir.path(), "", &["user", "delete", "ann", "--yes"]).0);
    let server = Process::start(dir.path(), "", 0);
    let bob = bob.at(&server.base);
    assert_eq!(bob.get(&format!("/users/{}", ann.id)).await.expect(200)["deactivated"], true);
    assert_eq!(bob.texts(&channel).await, ["It stays"]);
    let members = bob.get(&format!("/channels/{channel}/members")).await.expect(200);
    assert_eq!(members["members"].as_array().map(Vec::len), Some(1));
    assert_eq!(members["members"][0]["role"], "owner");
    bob.say(&channel, "n", "And goes on").await;
}

const DAY_MS: i64 = 24 * 3_600_000;

/// What a server of this name showed so long ago.
fn peer(name: &str, days: i64) -> PeerRow {
    let (root, key, ts) = (SigningKey::from_seed([1; 32]), SigningKey::from_seed([2; 32]), days_ago(days));
    let kid: loggia::protocol::ids::KeyId = "k1".parse().expect("an id");
    let keys = vec![PublishedKey { from_ts: ts, kid: kid.clone(), public: key.public(), until_ts: None }];
    let server = name.parse().expect("a name");
    let set = KeySet { keys, prev: None, root: root.public(), serial: 1, server }.sign(&root);
    let document = KeyDocument::make(&set, &format!("https://{name}"), &kid, &key, ts).json;
    let root = root.public().to_bytes().to_vec();
    PeerRow { server: name.to_owned(), root, serial: 1, document, fetched_ts: ts, suspended: false }
}

fn days_ago(days: i64) -> i64 {
    loggia::server::now() - days * DAY_MS
}

both! {
    async fn what_is_known_of_other_servers_is_told_and_alarms_are_dismissed(server: TestServer) {
        let url = server.database_url();
        let noted = std::thread::spawn(move || {
            let mut conn = Conn::open(&url).expect("a database");
            for row in [peer("a.test", 1), peer("here.test", 1), peer("gone.test", 30)] {
                peers::put(&mut conn, &row).expect("noted");
            }
            for kind in ["fork", "new_root", "void_entry"] {
                peers::add_alarm(&mut conn, 1_790_000_000_000, kind, "gone.test", "", "why").expect("noted");
            }
        });
        noted.join().expect("no panic");
        let run = |arguments: &[&str]| {
            Process::run(server.data_dir(), &server.config.settings.database.url, arguments)
        };
        let (_, said) = run(&["peers", "list"]);
        assert!(!said.contains("a.test"), "one is no other server: {said}");
        assert!(said.contains("here.test serial 1 ok, its key document is of 20"), "{said}");
        assert!(said.contains("gone.test serial 1 QUIET: nothing was exchanged with it since 20"), "{said}");
        let numbers: Vec<&str> = said
            .lines()
            .filter_map(|line| line.strip_prefix("ALARM ")?.split(' ').next())
            .collect();
        assert_eq!(numbers.len(), 3, "{said}");
        let admin = server.person("ann").await;
        assert!(run(&["user", "role", "ann", "admin"]).0);
        let listed = admin.get("/admin/peers").await.expect(200);
        let names: Vec<_> = listed["peers"].as_array().expect("peers").iter().map(|one| one["server"].clone()).collect();
        assert_eq!(names, ["gone.test", "here.test"]);

        assert_eq!(run(&["peers", "dismiss", numbers[0]]), (true, "1 alarms were dismissed\n".to_owned()));
        assert!(!run(&["peers", "dismiss", numbers[0]]).0);
        assert!(!run(&["peers", "dismiss"]).0);
        let (_, said) = run(&["peers", "list"]);
        assert!(!said.contains(&format!("ALARM {} ", numbers[0])) && said.contains("ALARM "), "{said}");
        assert_eq!(run(&["peers", "dismiss", "--all"]), (true, "2 alarms were dismissed\n".to_owned()));
        assert!(!run(&["peers", "list"]).1.contains("ALARM"));
    }
}

/// As when its disk is unmounted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_data_directory_that_is_gone_is_noticed() {
    let dir = tempfile::tempdir().expect("a directory");
    let (data, moved, log) = (dir.path().join("data"), dir.path().join("moved"), dir.path().join("log"));
    let file = std::fs::File::create(&log).expect("a file");
    let server = Process::start_logging(&data, "", 0, &[("LOGGIA_LOG__LEVEL", "info")], file);
    let ready =
        async || reqwest::get(format!("{}/ready", server.base)).await.expect("an answer").status().as_u16();
    assert_eq!(ready().await, 200);
    std::fs::rename(&data, &moved).expect("moved");
    assert_eq!([ready().await, ready().await], [503, 503]);
    // What is left of a mount is a directory, too.
    std::fs::create_dir_all(data.join("files/parts")).expect("a directory");
    assert_eq!(ready().await, 503);
    let said = std::fs::read_to_string(&log).expect("a log");
    assert_eq!(said.matches("the data directory is gone, or another one").count(), 1, "{said}");
    std::fs::remove_dir_all(&data).expect("removed");
    std::fs::rename(&moved, &data).expect("moved");
    assert_eq!(ready().await, 200);
    server.kill();
}
