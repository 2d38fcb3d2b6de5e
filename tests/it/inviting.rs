//! Links that let people register, made with commands.

use serde_json::{Value, json};

use crate::both;
use crate::support::person::{Answer, PASSWORD};
use crate::support::{Person, Process, TestServer};

const PUBLIC: (&str, &str) = ("LOGGIA_PUBLIC_URL", "https://chat.a.test");
const BY_INVITE: (&str, &str) = ("LOGGIA_REGISTRATION", "invite");

/// (exit code, output) of a command beside the server.
fn command(server: &TestServer, arguments: &[&str], settings: &[(&str, &str)]) -> (Option<i32>, String) {
    Process::run_with(server.data_dir(), &server.config.settings.database.url, arguments, settings)
}

/// As people would by the link: the page takes the code out of its address.
async fn register(server: &TestServer, username: &str, link: &str) -> Answer {
    let code = link.strip_prefix("https://chat.a.test/#/invite/").expect("a link to the public address");
    let body = json!({ "username": username, "password": PASSWORD, "invite": code });
    Person::nobody(&server.base).post("/accounts", body).await
}

both! {
    [("LOGGIA_REGISTRATION", "invite")]
    async fn a_link_is_made_listed_and_revoked_at_the_shell(server: TestServer) {
        let settings = [PUBLIC, BY_INVITE];
        let invite = |arguments: &[&str]| command(&server, &[&["invite"], arguments].concat(), &settings);
        let (code, link) = invite(&["create"]);
        assert_eq!((code, link.lines().count()), (Some(0), 1), "nothing but the link: {link}");
        let link = link.trim();
        // Beside a server that runs.
        register(&server, "ann", link).await.expect(201);
        register(&server, "bob", link).await.problem(403, "invite_invalid");

        let (_, some) = invite(&["create", "--uses", "2", "--expires-days", "7"]);
        let (_, one) = invite(&["create"]);
        let (some, one) = (some.trim(), one.trim());
        let (code, listed) = invite(&["list"]);
        let mut lines: Vec<&str> = listed.lines().collect();
        lines.sort_by_key(|line| line.len());
        assert_eq!((code, lines.len(), lines[0]), (Some(0), 2, &*format!("{one} for 1 person")), "{listed}");
        assert!(lines[1].starts_with(&format!("{some} for 2 people until 20")), "{listed}");
        // By the link, or the code in it.
        assert_eq!(invite(&["revoke", one]).0, Some(0));
        let (code, said) = invite(&["revoke", one]);
        assert!(code == Some(1) && said.contains("invite"), "{said}");
        register(&server, "bob", one).await.problem(403, "invite_invalid");
        register(&server, "bob", some).await.expect(201);
        let last = some.rsplit('/').next().expect("a code");
        assert_eq!(invite(&["revoke", last]).0, Some(0));
        register(&server, "carl", some).await.problem(403, "invite_invalid");
        assert_eq!(invite(&["list"]), (Some(0), String::new()));
        for bad in [["--uses", "0"], ["--uses", "10001"], ["--expires-days", "0"], ["--expires-days", "366"]] {
            assert_eq!(invite(&["create", bad[0], bad[1]]).0, Some(2), "{bad:?}");
        }

        // It is in the administrators' record, by nobody of them.
        assert_eq!(command(&server, &["user", "role", "ann", "admin"], &settings).0, Some(0));
        let mut ann = Person::nobody(&server.base);
        let begun = ann.post("/sessions", json!({ "username": "ann", "password": PASSWORD })).await.expect(201);
        begun["session"]["token"].as_str().expect("a token").clone_into(&mut ann.token);
        let record = ann.get("/admin/acts").await.expect(200);
        let acts = record["acts"].as_array().expect("acts").iter();
        let mut kinds: Vec<_> = acts.map(|act| (&act["kind"], &act["administrator"])).collect();
        kinds.retain(|(kind, _)| kind.as_str().is_some_and(|kind| kind.starts_with("invite_")));
        let of = |kind: &str| kinds.iter().filter(|act| (act.0, act.1) == (&json!(kind), &Value::Null)).count();
        assert_eq!((of("invite_made"), of("invite_deleted"), kinds.len()), (3, 2, 5), "{record}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_lets_nobody_in_is_not_made() {
    let server = TestServer::sqlite().await;
    let closed = [PUBLIC, ("LOGGIA_REGISTRATION", "closed")];
    let (code, said) = command(&server, &["invite", "create"], &closed);
    assert!(
        code == Some(1) && said.contains("accounts.registration") && !said.contains("#/invite/"),
        "{said}"
    );
    // What is left of before can be seen, and taken back.
    assert_eq!(command(&server, &["invite", "list"], &closed), (Some(0), String::new()));
    let (code, said) = command(&server, &["invite", "create"], &[]);
    assert!(code == Some(0) && said.contains("nobody needs a link"), "{said}");
    assert!(said.contains("server.public_url is not set"), "{said}");
    // No server is begun by it.
    let dir = tempfile::tempdir().expect("a directory");
    let (code, said) = Process::run_with(dir.path(), "", &["invite", "create"], &[BY_INVITE]);
    assert!(code == Some(1) && said.contains("there is no server's data"), "{said}");
}
