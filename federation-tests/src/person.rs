//! Somebody with an account, who asks over HTTP.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    /// Seconds, if it says when to come again.
    pub retry_after: Option<u64>,
}

impl Answer {
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        self.body
    }
}

/// What an answer with bytes was.
pub struct Fetched {
    pub status: u16,
    headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Fetched {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// The code of a problem.
    pub fn code(&self) -> String {
        let problem: Value = serde_json::from_slice(&self.bytes).unwrap_or_default();
        problem["code"].as_str().unwrap_or_default().to_owned()
    }
}

#[derive(Clone)]
pub struct Person {
    pub base: String,
    /// `@name:a.test`
    pub id: String,
    pub token: String,
    http: reqwest::Client,
}

impl Person {
    pub async fn register(base: &str, name: &str) -> Person {
        // Clients are built with TLS in them, and want to know whose, though people ask without.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(crate::DEADLINE)
            // Shorter than a server keeps one, which would close it just when it is used again.
            .pool_idle_timeout(Duration::from_secs(2))
            .build()
            .expect("a client");
        let mut person = Person { base: base.to_owned(), id: String::new(), token: String::new(), http };
        let body = json!({ "username": name, "password": "correct horse battery" });
        let made = person.post("/accounts", body).await.expect(201);
        person.id = made["user"]["id"].as_str().expect("an id").to_owned();
        person.token = made["session"]["token"].as_str().expect("a token").to_owned();
        person
    }

    /// The same person, at a server that has come back at another address.
    pub fn at(&self, base: &str) -> Person {
        Person { base: base.to_owned(), ..self.clone() }
    }

    pub async fn ask(&self, method: Method, path: &str, body: Value) -> Answer {
        self.try_ask(method, path, body).await.expect("an answer")
    }

    pub async fn try_ask(&self, method: Method, path: &str, body: Value) -> Result<Answer, reqwest::Error> {
        let mut request = self.http.request(method, format!("{}/api/v1{path}", self.base));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let after = response.headers().get("retry-after").and_then(|after| after.to_str().ok());
        let retry_after = after.and_then(|after| after.parse().ok());
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { status, body, retry_after })
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, Value::Null).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PATCH, path, body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, Value::Null).await
    }

    /// A public channel with an alias; answers its id.
    pub async fn channel(&self, alias: &str) -> String {
        let made = self.post("/channels", json!({ "name": alias, "alias": alias })).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Joins by alias, such as `#general:a.test`; answers the channel.
    pub async fn join(&self, alias: &str) -> Value {
        self.post("/joins", json!({ "alias": alias })).await.expect(200)
    }

    pub async fn say(&self, channel: &str, nonce: &str, text: &str) -> Value {
        let body = json!({ "nonce": nonce, "text": text });
        self.post(&format!("/channels/{channel}/messages"), body).await.expect(201)
    }

    /// Uploads a file; answers what is known of it.
    pub async fn upload(&self, name: &str, bytes: &[u8]) -> Value {
        let url = format!("{}/api/v1/files?name={name}", self.base);
        let request = self.http.post(url).bearer_auth(&self.token).body(bytes.to_vec());
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), 201);
        serde_json::from_str(&response.text().await.expect("a text")).expect("JSON")
    }

    /// Sends a file that was uploaded; answers the message.
    pub async fn send_file(&self, channel: &str, nonce: &str, file: &Value) -> Value {
        let attached = json!([{ "file": file["hash"], "name": file["name"] }]);
        let body = json!({ "nonce": nonce, "text": nonce, "attachments": attached });
        self.post(&format!("/channels/{channel}/messages"), body).await.expect(201)
    }

    /// A file as browsers get it.
    pub async fn fetch(&self, path: &str) -> Fetched {
        let request = self.http.get(format!("{}/api/v1{path}", self.base)).bearer_auth(&self.token);
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Fetched { status, headers, bytes: response.bytes().await.expect("a body").to_vec() }
    }

    /// The texts of a channel's last messages.
    pub async fn texts(&self, channel: &str) -> Vec<String> {
        let page = self.get(&format!("/channels/{channel}/messages?limit=100")).await.expect(200);
        let messages = page["messages"].as_array().expect("messages");
        messages.iter().map(|message| message["text"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Waits until the channel's newest message says this.
    pub async fn hears(&self, channel: &str, text: &str) -> Value {
        crate::eventually(text, async || {
            let page = self.get(&format!("/channels/{channel}/messages?limit=1")).await;
            if page.status != 200 {
                return None;
            }
            page.body["messages"].get(0).filter(|message| message["text"] == text).cloned()
        })
        .await
    }

    /// How this person stands in a channel, as their server shows it; none if it is not shown.
    pub async fn membership(&self, channel: &str) -> Option<String> {
        let answer = self.get("/channels").await.expect(200);
        let all = answer["channels"].as_array().expect("channels").clone();
        let found = all.into_iter().find(|one| one["id"] == channel)?;
        found["membership"].as_str().map(str::to_owned)
    }

    /// Waits until they stand so.
    pub async fn becomes(&self, channel: &str, wanted: Option<&str>) {
        crate::eventually(&format!("{} is {wanted:?}", self.id), async || {
            (self.membership(channel).await.as_deref() == wanted).then_some(())
        })
        .await;
    }

    /// The whole log: entries with their events and bodies, and the head.
    pub async fn log(&self, channel: &str) -> (Vec<Value>, Value) {
        let mut entries = Vec::new();
        loop {
            let page = self.get(&format!("/channels/{channel}/log?from={}", entries.len())).await.expect(200);
            let some = page["entries"].as_array().expect("entries").clone();
            let size = page["head"]["head"]["size"].as_u64().expect("a size") as usize;
            let none = some.is_empty();
            entries.extend(some);
            if entries.len() >= size || none {
                return (entries, page["head"].clone());
            }
        }
    }

    /// (size, root) of the log as this person's server has it.
    pub async fn head(&self, channel: &str) -> Option<(i64, String)> {
        let page = self.get(&format!("/channels/{channel}/log?from=0&to=0")).await;
        if page.status != 200 {
            return None;
        }
        let head = &page.body["head"]["head"];
        Some((head["size"].as_i64()?, head["root"].as_str()?.to_owned()))
    }
}
