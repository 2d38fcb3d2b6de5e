//! One-time codes beside the password.

use reqwest::Method;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use super::registration::administrator;
use crate::both;
use crate::support::person::PASSWORD;
use crate::support::{Answer, Person, Process, TestServer, run_sql};

const STEP_S: u64 = 30;

/// What an authenticator is, at the time when it was asked first.
struct Device {
    totp: Totp,
    at_s: u64,
}

impl Device {
    fn of(begun: &Value) -> Device {
        let secret = begun["secret"].as_str().expect("a secret");
        let uri = begun["uri"].as_str().expect("an address");
        assert!(uri.starts_with("otpauth://totp/") && uri.contains(secret), "{uri}");
        let secret = Secret::try_from_base32(secret).expect("base32");
        let now = std::time::UNIX_EPOCH.elapsed().expect("a time").as_secs();
        Device { totp: Builder::new().with_secret(secret).build().expect("a device"), at_s: now }
    }

    /// The code of so many steps later: that of now and of the next are good for as long as a test takes.
    fn code(&self, later: u64) -> String {
        self.totp.generate(self.at_s + later * STEP_S).to_string()
    }

    fn wrong_code(&self) -> String {
        let good: Vec<String> = (0..4).map(|later| self.code(later)).collect();
        let mut codes = (0..10).map(|digit| digit.to_string().repeat(6));
        codes.find(|code| !good.contains(code)).expect("a code")
    }
}

async fn log_in(server: &TestServer, name: &str, code: Option<&str>) -> Answer {
    let mut body = json!({ "username": name, "password": PASSWORD });
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    Person::nobody(&server.base).post("/sessions", body).await
}

/// Has logging in take codes; answers the device, of which the first code is used, and the recovery codes.
async fn enable(person: &Person) -> (Device, Vec<String>) {
    let device = Device::of(&person.post("/me/totp", json!({ "password": PASSWORD })).await.expect(201));
    let confirmed = person.post("/me/totp/confirm", json!({ "code": device.code(0) })).await.expect(200);
    let codes = confirmed["recovery_codes"].as_array().expect("codes").iter();
    (device, codes.map(|code| code.as_str().expect("a code").to_owned()).collect())
}

both!(
    async fn logging_in_takes_a_code_once(server: TestServer) {
        let ann = server.person("ann").await;
        let off = json!({ "enabled": false, "enabled_ts": null, "recovery_codes": 0 });
        assert_eq!(ann.get("/me/totp").await.expect(200), off);
        ann.post("/me/totp/confirm", json!({ "code": "123456" })).await.problem(409, "totp_disabled");
        ann.post("/me/totp", json!({ "password": "not the one" })).await.problem(403, "wrong_password");
        let first = Device::of(&ann.post("/me/totp", json!({ "password": PASSWORD })).await.expect(201));
        log_in(&server, "ann", None).await.expect(201);
        // Another one: the first is none any more.
        let device = Device::of(&ann.post("/me/totp", json!({ "password": PASSWORD })).await.expect(201));
        ann.post("/me/totp/confirm", json!({ "code": first.code(0) })).await.problem(403, "bad_code");
        assert_eq!(ann.get("/me/totp").await.expect(200), off);
        let confirmed = ann.post("/me/totp/confirm", json!({ "code": device.code(0) })).await.expect(200);
        let codes: Vec<String> =
            serde_json::from_value(confirmed["recovery_codes"].clone()).expect("recovery codes");
        assert_eq!(codes.len(), 10);
        let on = ann.get("/me/totp").await.expect(200);
        assert_eq!((&on["enabled"], &on["recovery_codes"]), (&json!(true), &json!(10)));
        ann.post("/me/totp", json!({ "password": PASSWORD })).await.problem(409, "totp_enabled");
        ann.post("/me/totp/confirm", json!({ "code": device.code(1) })).await.problem(409, "totp_enabled");

        log_in(&server, "ann", None).await.problem(403, "code_needed");
        log_in(&server, "ann", Some(&device.code(0))).await.problem(403, "bad_code");
        log_in(&server, "ann", Some("")).await.problem(403, "bad_code");
        log_in(&server, "ann", Some(&device.wrong_code())).await.problem(403, "bad_code");
        log_in(&server, "ann", Some(&device.code(1))).await.expect(201);
        log_in(&server, "ann", Some(&device.code(1))).await.problem(403, "bad_code");
        // Who does not know the password learns nothing of it.
        let stranger = json!({ "username": "ann", "password": "not the one", "code": codes[0] });
        let refused = Person::nobody(&server.base).post("/sessions", stranger).await;
        refused.problem(401, "bad_credentials");
        let written = codes[0].replace('-', " ").to_uppercase();
        log_in(&server, "ann", Some(&written)).await.expect(201);
        log_in(&server, "ann", Some(&codes[0])).await.problem(403, "bad_code");
        assert_eq!(ann.get("/me/totp").await.expect(200)["recovery_codes"], json!(9));

        let without = async |password: &str, code: &str| {
            ann.ask(Method::DELETE, "/me/totp", json!({ "password": password, "code": code })).await
        };
        without("not the one", &codes[1]).await.problem(403, "wrong_password");
        without(PASSWORD, &device.wrong_code()).await.problem(403, "bad_code");
        without(PASSWORD, &codes[1]).await.expect(204);
        without(PASSWORD, &codes[2]).await.problem(409, "totp_disabled");
        assert_eq!(ann.get("/me/totp").await.expect(200), off);
        log_in(&server, "ann", None).await.expect(201);
    }
);

both!(
    async fn recovery_codes_are_made_anew(server: TestServer) {
        let ann = server.person("ann").await;
        let renew = async |password: &str, code: &str| {
            let body = json!({ "password": password, "code": code });
            ann.post("/me/totp/recovery-codes", body).await
        };
        renew(PASSWORD, "123456").await.problem(409, "totp_disabled");
        let (device, codes) = enable(&ann).await;
        renew("not the one", &device.code(1)).await.problem(403, "wrong_password");
        renew(PASSWORD, &device.wrong_code()).await.problem(403, "bad_code");
        // What was refused changed nothing.
        log_in(&server, "ann", Some(&codes[0])).await.expect(201);
        let renewed = renew(PASSWORD, &device.code(1)).await.expect(200);
        let renewed: Vec<String> = serde_json::from_value(renewed["recovery_codes"].clone()).expect("codes");
        assert_eq!(renewed.len(), 10);
        assert!(renewed.iter().all(|code| !codes.contains(code)), "{renewed:?}");
        log_in(&server, "ann", Some(&codes[1])).await.problem(403, "bad_code");
        log_in(&server, "ann", Some(&renewed[0])).await.expect(201);
        assert_eq!(ann.get("/me/totp").await.expect(200)["recovery_codes"], json!(9));
        // One of them leads to others as well: the device may be lost.
        renew(PASSWORD, &renewed[1]).await.expect(200);
        assert_eq!(ann.get("/me/totp").await.expect(200)["recovery_codes"], json!(10));
        log_in(&server, "ann", Some(&renewed[2])).await.problem(403, "bad_code");
    }
);

both!(
    async fn codes_are_not_guessed(server: TestServer) {
        let ann = server.person("ann").await;
        let (device, codes) = enable(&ann).await;
        for _ in 0..5 {
            log_in(&server, "ann", Some(&device.wrong_code())).await.problem(403, "bad_code");
        }
        let refused = log_in(&server, "ann", Some(&device.code(1))).await;
        let wait = refused.headers.get("retry-after").map(|wait| wait.to_str().expect("text").to_owned());
        refused.problem(429, "rate_limited");
        let wait: i64 = wait.and_then(|wait| wait.parse().ok()).expect("how long to wait");
        assert!((800..=901).contains(&wait), "{wait}");
        // What nobody guesses is taken all the same.
        log_in(&server, "ann", Some(&codes[9])).await.expect(201);
        for _ in 0..5 {
            log_in(&server, "ann", Some(&device.wrong_code())).await.problem(403, "bad_code");
        }
        log_in(&server, "ann", Some(&device.code(1))).await.problem(429, "rate_limited");
        // Whoever is logged in goes on.
        ann.get("/sync").await.expect(200);
        let later = "UPDATE totp SET wrong_ts = wrong_ts - 901000";
        run_sql(&server.database_url(), later.to_owned()).await;
        log_in(&server, "ann", Some(&device.wrong_code())).await.problem(403, "bad_code");
        log_in(&server, "ann", Some(&device.code(1))).await.problem(429, "rate_limited");
        run_sql(&server.database_url(), later.to_owned()).await;
        log_in(&server, "ann", Some(&device.code(1))).await.expect(201);
        // Nobody guesses who sends one twice, or nothing.
        for _ in 0..6 {
            log_in(&server, "ann", Some(&device.code(1))).await.problem(403, "bad_code");
            log_in(&server, "ann", Some("")).await.problem(403, "bad_code");
        }
        log_in(&server, "ann", Some(&device.wrong_code())).await.problem(403, "bad_code");
        let off = json!({ "password": PASSWORD, "code": codes[0] });
        ann.ask(Method::DELETE, "/me/totp", off).await.expect(204);
    }
);

both!(
    async fn an_administrator_helps_who_has_lost_all_of_them(server: TestServer) {
        let admin = administrator(&server, "admin").await;
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        enable(&ann).await;
        enable(&admin).await;
        let listed = admin.get("/admin/users").await.expect(200);
        let with_codes: Vec<&Value> = listed["users"].as_array().expect("accounts").iter().collect();
        let with_codes: Vec<(&Value, &Value)> =
            with_codes.iter().map(|one| (&one["username"], &one["totp"])).collect();
        assert_eq!(json!(with_codes), json!([["admin", true], ["ann", true], ["bob", false]]));
        let path = |of: &Person| format!("/admin/users/{}/totp", of.id);
        bob.delete(&path(&ann)).await.problem(403, "admin_only");
        admin.delete(&path(&admin)).await.problem(409, "bad_target");
        admin.delete("/admin/users/@nobody:a.test/totp").await.problem(404, "user_not_found");
        admin.delete(&path(&ann)).await.expect(204);
        admin.delete(&path(&ann)).await.expect(204);
        log_in(&server, "ann", None).await.expect(201);
        let acts = admin.get("/admin/acts").await.expect(200)["acts"].clone();
        let told: Vec<(&Value, &Value)> =
            acts.as_array().expect("acts").iter().map(|act| (&act["kind"], &act["user"])).collect();
        assert_eq!(told[0], (&json!("totp_removed"), &json!(ann.id)));
        assert_eq!(told.iter().filter(|(kind, _)| *kind == "totp_removed").count(), 1);

        // What was begun and never shown is nothing that was taken away.
        bob.post("/me/totp", json!({ "password": PASSWORD })).await.expect(201);
        admin.delete(&path(&bob)).await.expect(204);
        let acts = admin.get("/admin/acts").await.expect(200)["acts"].clone();
        assert_eq!(acts[0]["user"], json!(ann.id));

        // It goes with the account.
        enable(&bob).await;
        bob.ask(Method::DELETE, "/me", json!({ "password": PASSWORD })).await.expect(204);
        admin.delete(&path(&bob)).await.problem(404, "user_not_found");
    }
);

both!(
    /// Whoever runs the server helps an administrator.
    async fn the_operator_helps_too(server: TestServer) {
        let ann = server.person("ann").await;
        enable(&ann).await;
        log_in(&server, "ann", None).await.problem(403, "code_needed");
        let database = server.config.settings.database.url.to_string();
        let dir = server.data_dir().to_owned();
        let ran =
            tokio::task::spawn_blocking(move || Process::run(&dir, &database, &["user", "totp-off", "ann"]));
        let (done, said) = ran.await.expect("a command");
        assert!(done && said.contains("ann logs in with the password alone"), "{said}");
        log_in(&server, "ann", None).await.expect(201);
    }
);
