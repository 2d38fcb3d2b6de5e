//! E-mail, against a mail server of the test's own: addresses, what was missed, forgotten passwords.

use reqwest::Method;
use serde_json::{Value, json};

use super::servers_with;
use crate::both;
use crate::support::person::PASSWORD;
use crate::support::smtp::MailServer;
use crate::support::{Person, TestServer, eventually, run_sql};

const SOON: &[(&str, &str)] = &[("LOGGIA_EMAIL__DELAY_S", "1")];
const LATER: &[(&str, &str)] = &[("LOGGIA_EMAIL__DELAY_S", "86400")];

/// Gives the person an address, confirmed by the letter that is the `count`th to it.
async fn confirmed(person: &Person, mail: &MailServer, address: &str, count: usize) {
    person.put("/me/email", json!({ "address": address })).await.expect(200);
    let token = mail.letter(address, count).await.after("https://chat.a.test/#/verify/");
    Person::nobody(&person.base).post("/email/verify", json!({ "token": token })).await.expect(204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_counts_once_its_owner_says_so() {
    for n in 0..2 {
        let mail = MailServer::start().await;
        let Some(server) = servers_with(&mail.settings(LATER)).await.into_iter().nth(n) else { return };
        let ann = server.person("ann").await;
        let nothing = json!({ "enabled": true, "address": null, "pending": null, "missed": false });
        assert_eq!(ann.get("/me/email").await.expect(200), nothing);
        assert_eq!(ann.get("/server").await.expect(200)["email"], true);
        ann.patch("/me/email", json!({ "missed": true })).await.problem(404, "email_not_found");
        let given = ann.put("/me/email", json!({ "address": "Ann@B.test" })).await.expect(200);
        let pending = json!({ "enabled": true, "address": null, "pending": "Ann@b.test", "missed": true });
        assert_eq!(given, pending);
        let letter = mail.letter("Ann@b.test", 1).await;
        assert_eq!(letter.header("From"), Some("Loggia <loggia@a.test>"));
        assert_eq!(letter.header("Subject"), Some("Confirm your address on a.test"));
        assert_eq!(letter.header("Auto-Submitted"), Some("auto-generated"));
        let token = letter.after("https://chat.a.test/#/verify/");
        let anybody = Person::nobody(&server.base);
        anybody.post("/email/verify", json!({ "token": "x" })).await.problem(403, "token_invalid");
        anybody.post("/email/verify", json!({ "token": token })).await.expect(204);
        let known = json!({ "enabled": true, "address": "Ann@b.test", "pending": null, "missed": true });
        assert_eq!(ann.get("/me/email").await.expect(200), known);
        anybody.post("/email/verify", json!({ "token": token })).await.problem(403, "token_invalid");
        // Another address: the one before is told, and counts until then.
        ann.put("/me/email", json!({ "address": "ann@c.test" })).await.expect(200);
        let token = mail.letter("ann@c.test", 1).await.after("/#/verify/");
        assert_eq!(ann.get("/me/email").await.expect(200)["address"], "Ann@b.test");
        anybody.post("/email/verify", json!({ "token": token })).await.expect(204);
        let told = mail.letter("Ann@b.test", 2).await;
        assert_eq!(told.header("Subject"), Some("Your address on a.test was changed"));
        ann.delete("/me/email").await.expect(204);
        assert_eq!(ann.get("/me/email").await.expect(200), nothing);
        // Five letters an hour: two were those of before, whatever became of them.
        for _ in 0..3 {
            ann.put("/me/email", json!({ "address": "ann@d.test" })).await.expect(200);
            ann.delete("/me/email").await.expect(204);
        }
        ann.put("/me/email", json!({ "address": "ann@d.test" })).await.problem(429, "too_many_letters");
        // Ten to one address, whoever names it.
        for (name, letters) in [("bob", 5), ("eve", 2)] {
            let person = server.person(name).await;
            for _ in 0..letters {
                person.put("/me/email", json!({ "address": "ann@d.test" })).await.expect(200);
            }
        }
        let dan = server.person("dan").await;
        dan.put("/me/email", json!({ "address": "ann@d.test" })).await.problem(429, "too_many_letters");
        dan.put("/me/email", json!({ "address": "dan@d.test" })).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_missed_is_told_once_and_in_one_letter() {
    for n in 0..2 {
        let mail = MailServer::start().await;
        let Some(server) = servers_with(&mail.settings(SOON)).await.into_iter().nth(n) else { return };
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        bob.patch("/me", json!({ "display_name": "Bob <b>" })).await.expect(200);
        let channel = bob.channel("General").await;
        ann.join(&channel).await;
        bob.say(&channel, "n0", "@ann before there was an address").await;
        confirmed(&ann, &mail, "ann@b.test", 1).await;
        // The mail server has a bad moment: it is tried again.
        mail.refuse_next(&["451 later\r\n"]);
        let dm = bob.post("/dms", json!({ "users": [ann.id] })).await.expect(201);
        let dm = dm["id"].as_str().expect("an id");
        let read = bob.say(dm, "n1", "read at once").await;
        ann.put(&format!("/channels/{dm}/read"), json!({ "seq": read["seq"] })).await.expect(200);
        bob.say(&channel, "n2", "for nobody").await;
        bob.say(&channel, "n3", "@ann one & <script>two</script>").await;
        bob.say(dm, "n4", "psst").await;
        let letter = mail.letter("ann@b.test", 2).await;
        assert_eq!(letter.header("Subject"), Some("2 things wait for you on a.test"), "{letter:?}");
        assert!(letter.body.contains("Bob <b> · #General: @ann one & <script>two</script>\n"), "{letter:?}");
        assert!(
            letter.body.contains("<p>Bob &lt;b&gt; · #General: @ann one &amp; &lt;script&gt;"),
            "{letter:?}"
        );
        assert!(
            letter.body.contains("Bob <b>: psst\n") && letter.body.contains("https://chat.a.test/#/c/%21")
        );
        for unwanted in ["before there was", "read at once", "for nobody"] {
            assert!(!letter.body.contains(unwanted), "{unwanted}: {letter:?}");
        }
        // By one click, in a program (RFC 8058).
        let link = letter.header("List-Unsubscribe").expect("a link").trim_matches(['<', '>']).to_owned();
        assert_eq!(letter.header("List-Unsubscribe-Post"), Some("List-Unsubscribe=One-Click"));
        let link = link.replace("https://chat.a.test", &server.base);
        let http = reqwest::Client::new();
        let page = http.get(&link).send().await.expect("an answer");
        assert_eq!(
            (page.status().as_u16(), ann.get("/me/email").await.expect(200)["missed"].clone()),
            (200, json!(true))
        );
        assert!(page.text().await.expect("a page").contains("<form method=\"post\">"));
        let clicked = http.post(&link).body("List-Unsubscribe=One-Click");
        let clicked = clicked.header("content-type", "application/x-www-form-urlencoded").send().await;
        assert_eq!(clicked.expect("an answer").status().as_u16(), 200);
        assert_eq!(ann.get("/me/email").await.expect(200)["missed"], false);
        for wrong in ["x", "%00", "%ff"] {
            let wrong = http.post(format!("{link}{wrong}")).send().await.expect("an answer");
            assert!([400, 403].contains(&wrong.status().as_u16()), "{wrong:?}");
        }
        // What comes while it is off is not told, then or later.
        bob.say(dm, "n5", "while it was off").await;
        assert_eq!(ann.patch("/me/email", json!({ "missed": true })).await.expect(200)["missed"], true);
        bob.say(dm, "n6", "when it was on").await;
        let letter = mail.letter("ann@b.test", 3).await;
        assert_eq!(letter.header("Subject"), Some("Something waits for you on a.test"));
        assert!(letter.body.contains("when it was on") && !letter.body.contains("while it was off"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_keep_the_silence_and_come_after_it() {
    let mail = MailServer::start().await;
    let server = TestServer::sqlite_with(&mail.settings(SOON)).await;
    let (ann, bob, eve) =
        (server.person("ann").await, server.person("bob").await, server.person("eve").await);
    confirmed(&ann, &mail, "ann@b.test", 1).await;
    confirmed(&eve, &mail, "eve@b.test", 1).await;
    ann.patch("/me/attention", json!({ "quiet_until_ts": 9_000_000_000_000_i64 })).await.expect(200);
    for who in [&ann, &eve] {
        let dm = bob.post("/dms", json!({ "users": [who.id] })).await.expect(201);
        bob.say(dm["id"].as_str().expect("an id"), "n1", "psst").await;
    }
    mail.letter("eve@b.test", 2).await;
    mail.letter("ann@b.test", 1).await;
    ann.patch("/me/attention", json!({ "quiet_until_ts": null })).await.expect(200);
    mail.letter("ann@b.test", 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_password_is_replaced_by_letter() {
    for n in 0..2 {
        let mail = MailServer::start().await;
        let Some(server) = servers_with(&mail.settings(LATER)).await.into_iter().nth(n) else { return };
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        confirmed(&ann, &mail, "ann@b.test", 1).await;
        // Given, but not confirmed.
        bob.put("/me/email", json!({ "address": "bob@b.test" })).await.expect(200);
        mail.letter("bob@b.test", 1).await;
        let anybody = Person::nobody(&server.base);
        for who in [
            json!({ "username": "nobody" }),
            json!({ "username": "bob" }),
            json!({ "email": "bob@b.test" }),
            json!({ "email": "no address" }),
            json!({ "username": "@ann:a.test" }),
        ] {
            assert_eq!(anybody.post("/password-resets", who).await.expect(202), Value::Null);
        }
        let letter = mail.letter("ann@b.test", 2).await;
        let first = letter.after("https://chat.a.test/#/reset/");
        anybody.post("/password-resets", json!({ "email": "ann@B.test" })).await.expect(202);
        let second = mail.letter("ann@b.test", 3).await.after("/#/reset/");
        let reset = async |token: &str, password: &str| {
            anybody.post(&format!("/password-resets/{token}"), json!({ "password": password })).await
        };
        reset("no-such-token", "another password").await.problem(403, "token_invalid");
        reset(&first, "short").await.problem(400, "password_too_short");
        reset(&first, "another password").await.expect(204);
        for used in [&first, &second] {
            reset(used, "a third password").await.problem(403, "token_invalid");
        }
        ann.get("/me").await.problem(401, "unauthenticated");
        let login = |password: &str| json!({ "username": "ann", "password": password });
        anybody.post("/sessions", login(PASSWORD)).await.problem(401, "bad_credentials");
        anybody.post("/sessions", login("another password")).await.expect(201);
        assert_eq!(mail.received().len(), 4, "nothing to anybody else: {:?}", mail.received());
        anybody.post("/password-resets", json!({})).await.problem(400, "bad_json");
        let both = json!({ "username": "ann", "email": "ann@b.test" });
        anybody.post("/password-resets", both).await.problem(400, "bad_json");
    }
}

both!(
    async fn without_a_mail_server_there_is_no_email(server: TestServer) {
        let ann = server.person("ann").await;
        assert_eq!(ann.get("/server").await.expect(200)["email"], false);
        assert_eq!(ann.get("/me/email").await.expect(200)["enabled"], false);
        ann.put("/me/email", json!({ "address": "ann@b.test" })).await.problem(403, "email_disabled");
        ann.post("/password-resets", json!({ "username": "ann" })).await.problem(403, "email_disabled");
        ann.delete("/me/email").await.expect(204);
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_addresses_are_refused_and_requests_are_limited() {
    let mail = MailServer::start().await;
    let settings = [("LOGGIA_LIMITS__ENABLED", "true"), ("LOGGIA_LIMITS__LOGINS_PER_MINUTE", "3")];
    let server = TestServer::sqlite_with(&mail.settings(&settings)).await;
    let ann = server.person("ann").await;
    for bad in ["", "ann", "ann@localhost", "ann@b.test\r\nBcc: eve@b.test", "Ann <ann@b.test>"] {
        ann.put("/me/email", json!({ "address": bad })).await.problem(400, "bad_address");
    }
    let ask = async || ann.ask(Method::POST, "/password-resets", json!({ "username": "ann" })).await;
    eventually("a refusal", || async { (ask().await.status == 429).then_some(()) }).await;
    assert!(mail.received().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_are_in_the_language_of_whoever_reads_them() {
    for n in 0..2 {
        let mail = MailServer::start().await;
        let Some(server) = servers_with(&mail.settings(SOON)).await.into_iter().nth(n) else { return };
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let request = ann.request(Method::PUT, "/me/email").header("accept-language", "de-AT, en;q=0.5");
        let given = ann.send(request.json(&json!({ "address": "ann@b.test" }))).await.expect(200);
        assert_eq!(given["language"], "de");
        let letter = mail.letter("ann@b.test", 1).await;
        assert!(letter.body.contains("Hallo ann,"), "{letter:?}");
        let token = letter.after("https://chat.a.test/#/verify/");
        let anybody = Person::nobody(&server.base);
        anybody.post("/email/verify", json!({ "token": token })).await.expect(204);
        // The person's own word is the last.
        let changed = ann.patch("/me/email", json!({ "language": "fr" })).await.expect(200);
        assert_eq!((&changed["language"], &changed["missed"]), (&json!("fr"), &json!(true)));
        ann.patch("/me/email", json!({ "language": "xx" })).await.problem(400, "bad_json");
        let channel = bob.channel("General").await;
        ann.join(&channel).await;
        bob.say(&channel, "n1", "@ann one").await;
        let letter = mail.letter("ann@b.test", 2).await;
        assert_eq!(letter.header("Subject"), Some("Quelque chose vous attend sur a.test"));
        assert!(
            letter.body.contains("Bonjour ann,") && letter.body.contains("#General: @ann one"),
            "{letter:?}"
        );
        anybody.post("/password-resets", json!({ "username": "ann" })).await.expect(202);
        let letter = mail.letter("ann@b.test", 3).await;
        assert_eq!(letter.header("Subject"), Some("Un nouveau mot de passe sur a.test"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_is_not_new_needs_the_password_for_an_address() {
    for n in 0..2 {
        let mail = MailServer::start().await;
        let Some(server) = servers_with(&mail.settings(LATER)).await.into_iter().nth(n) else { return };
        let ann = server.person("ann").await;
        ann.put("/me/email", json!({ "address": "ann@b.test" })).await.expect(200);
        let past = "UPDATE sessions SET created_ts = created_ts - 660000";
        run_sql(&server.config.database_url(), past.to_owned()).await;
        let give = |password: Value| json!({ "address": "ann@c.test", "password": password });
        ann.put("/me/email", give(Value::Null)).await.problem(403, "password_needed");
        ann.put("/me/email", give("wrong password".into())).await.problem(403, "wrong_password");
        assert_eq!(ann.get("/me/email").await.expect(200)["pending"], "ann@b.test");
        ann.put("/me/email", give(PASSWORD.into())).await.expect(200);
        assert_eq!(ann.get("/me/email").await.expect(200)["pending"], "ann@c.test");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_password_takes_an_unconfirmed_address_away() {
    for n in 0..2 {
        let mail = MailServer::start().await;
        let Some(server) = servers_with(&mail.settings(LATER)).await.into_iter().nth(n) else { return };
        let domain = &server.running.as_ref().expect("running").domain;
        let ann = server.person("ann").await;
        let anybody = Person::nobody(&server.base);
        confirmed(&ann, &mail, "ann@b.test", 1).await;
        // Somebody else has the account for a while.
        let unconfirmed = async |count: usize| {
            let login = json!({ "username": "ann", "password": PASSWORD });
            let session = anybody.post("/sessions", login).await.expect(201);
            let thief = anybody.with_token(session["session"]["token"].as_str().expect("a token"));
            thief.put("/me/email", json!({ "address": "eve@b.test" })).await.expect(200);
            mail.letter("eve@b.test", count).await.after("/#/verify/")
        };
        let gone = async |token: &str| {
            anybody.post("/email/verify", json!({ "token": token })).await.problem(403, "token_invalid");
        };
        let token = unconfirmed(1).await;
        let same = json!({ "current": PASSWORD, "new": PASSWORD });
        ann.put("/me/password", same).await.expect(204);
        gone(&token).await;
        let email = ann.get("/me/email").await.expect(200);
        assert_eq!((&email["address"], &email["pending"]), (&json!("ann@b.test"), &Value::Null));
        let token = unconfirmed(2).await;
        domain.reset_password("ann", PASSWORD.to_owned()).await.expect("reset");
        gone(&token).await;
        let token = unconfirmed(3).await;
        anybody.post("/password-resets", json!({ "username": "ann" })).await.expect(202);
        let reset = mail.letter("ann@b.test", 2).await.after("/#/reset/");
        let path = format!("/password-resets/{reset}");
        anybody.post(&path, json!({ "password": PASSWORD })).await.expect(204);
        gone(&token).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_full_mailbox_holds_up_nobody_else() {
    let mail = MailServer::start().await;
    let server = TestServer::sqlite_with(&mail.settings(SOON)).await;
    let (ann, bob, eve) =
        (server.person("ann").await, server.person("bob").await, server.person("eve").await);
    confirmed(&ann, &mail, "ann@b.test", 1).await;
    confirmed(&eve, &mail, "eve@b.test", 1).await;
    mail.refuse("RCPT TO:<ann@b.test>", "452 4.2.2 full\r\n");
    for who in [&ann, &eve] {
        let dm = bob.post("/dms", json!({ "users": [who.id] })).await.expect(201);
        bob.say(dm["id"].as_str().expect("an id"), "n1", "psst").await;
    }
    mail.letter("eve@b.test", 2).await;
    // Nor for new passwords: hers waits for its next try.
    let anybody = Person::nobody(&server.base);
    for who in ["ann", "eve"] {
        anybody.post("/password-resets", json!({ "username": who })).await.expect(202);
    }
    mail.letter("eve@b.test", 3).await;
    mail.letter("ann@b.test", 1).await;
    mail.accept("RCPT TO:<ann@b.test>");
    mail.letter("ann@b.test", 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_operator_has_to_settle_loses_no_letter() {
    for (command, answer) in [
        ("MAIL FROM", "550 no relaying\r\n"),
        ("EHLO", "554 no\r\n"),
        ("RCPT", "550 5.7.1 no relaying\r\n"),
        ("RCPT", "530 log in\r\n"),
    ] {
        let mail = MailServer::start().await;
        let server = TestServer::sqlite_with(&mail.settings(SOON)).await;
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        confirmed(&ann, &mail, "ann@b.test", 1).await;
        // Nor is a connection used that is open still.
        mail.refuse("NOOP", "421 bye\r\n");
        mail.refuse(command, answer);
        let dm = bob.post("/dms", json!({ "users": [ann.id] })).await.expect(201);
        bob.say(dm["id"].as_str().expect("an id"), "n1", "psst").await;
        Person::nobody(&server.base).post("/password-resets", json!({ "username": "ann" })).await.expect(202);
        mail.refused(command, 2).await;
        mail.accept(command);
        mail.letter("ann@b.test", 3).await;
    }
}
