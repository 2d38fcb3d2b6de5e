//! Somebody with an account, who asks over HTTP.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// An answer: status, body (null for none), headers.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub bytes: Vec<u8>,
    pub headers: reqwest::header::HeaderMap,
}

impl Answer {
    /// The body, if the status is as expected.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// The problem's code, if the status is as expected.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        // What passes says when to try again.
        assert_eq!(
            self.headers.contains_key("retry-after"),
            matches!(status, 429 | 503 | 507),
            "{}",
            self.body
        );
        self.body
    }
}

#[derive(Clone)]
pub struct Person {
    pub base: String,
    pub name: String,
    /// `@name:a.test`
    pub id: String,
    pub token: String,
    http: reqwest::Client,
}

pub const PASSWORD: &str = "correct horse battery";

impl Person {
    pub async fn register(base: &str, name: &str) -> Person {
        let mut person = Person::nobody(base);
        let body = json!({ "username": name, "password": PASSWORD });
        let made = person.post("/accounts", body).await.expect(201);
        person.name = name.to_owned();
        person.id = made["user"]["id"].as_str().expect("an id").to_owned();
        person.token = made["session"]["token"].as_str().expect("a token").to_owned();
        person
    }

    /// Somebody without an account.
    pub fn nobody(base: &str) -> Person {
        // Clients are built with TLS in them, and want to know whose, though the tests ask without.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(super::DEADLINE)
            // Shorter than a server keeps one, which would close it just when it is used again.
            .pool_idle_timeout(Duration::from_secs(2))
            .build()
            .expect("a client");
        Person { base: base.to_owned(), name: String::new(), id: String::new(), token: String::new(), http }
    }

    /// The same person, at a server that has moved to another port.
    pub fn at(&self, base: &str) -> Person {
        Person { base: base.to_owned(), ..self.clone() }
    }

    /// The same person, through another session.
    pub fn with_token(&self, token: &str) -> Person {
        Person { token: token.to_owned(), ..self.clone() }
    }

    /// A request below /api/v1; without a body for null.
    pub async fn ask(&self, method: Method, path: &str, body: Value) -> Answer {
        self.try_ask(method, path, body).await.expect("an answer")
    }

    /// As [`Person::ask`], where the server may be gone.
    pub async fn try_ask(&self, method: Method, path: &str, body: Value) -> Result<Answer, reqwest::Error> {
        let mut request = self.request(method, path);
        if !body.is_null() {
            request = request.json(&body);
        }
        self.try_send(request).await
    }

    /// A request below /api/v1 with the person's token, to be changed before it is sent.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}/api/v1{path}", self.base));
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        self.try_send(request).await.expect("an answer")
    }

    /// Sends, and holds the answer against the document.
    async fn try_send(&self, request: RequestBuilder) -> Result<Answer, reqwest::Error> {
        let request = request.build()?;
        let (method, path) = (request.method().as_str().to_owned(), request.url().path().to_owned());
        let response = self.http.execute(request).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await?;
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).unwrap_or(Value::Null)
        };
        assert!(status != StatusCode::INTERNAL_SERVER_ERROR, "the server failed: {body}");
        super::documented::check(&method, &path, status.as_u16(), &body);
        Ok(Answer { status: status.as_u16(), body, bytes: bytes.to_vec(), headers })
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

    /// Uploads bytes and answers the file.
    pub async fn upload(&self, name: &str, bytes: Vec<u8>) -> Value {
        let request = self.request(Method::POST, "/files").query(&[("name", name)]).body(bytes);
        self.send(request).await.expect(201)
    }

    /// Sends a message that carries a file, and answers it.
    pub async fn say_with(&self, channel: &str, nonce: &str, file: &Value) -> Value {
        let attached = json!([{ "file": file["hash"], "name": file["name"] }]);
        let body = json!({ "nonce": nonce, "text": "", "attachments": attached });
        self.post(&format!("/channels/{channel}/messages"), body).await.expect(201)
    }

    /// Makes a public channel and answers its id.
    pub async fn channel(&self, name: &str) -> String {
        let made = self.post("/channels", json!({ "name": name })).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    pub async fn join(&self, channel: &str) {
        self.post(&format!("/channels/{channel}/join"), Value::Null).await.expect(200);
    }

    /// Sends and answers the message.
    pub async fn say(&self, channel: &str, nonce: &str, text: &str) -> Value {
        let body = json!({ "nonce": nonce, "text": text });
        self.post(&format!("/channels/{channel}/messages"), body).await.expect(201)
    }

    /// Says so many things, and answers their ids.
    pub async fn say_some(&self, channel: &str, count: usize) -> Vec<String> {
        let mut said = Vec::with_capacity(count);
        for n in 0..count {
            let sent = self.say(channel, &format!("n{n}"), "hello").await;
            said.push(sent["id"].as_str().expect("an id").to_owned());
        }
        said
    }

    /// The texts of the newest page, oldest first.
    pub async fn texts(&self, channel: &str) -> Vec<String> {
        let page = self.get(&format!("/channels/{channel}/messages?limit=100")).await.expect(200);
        let messages = page["messages"].as_array().expect("messages").clone();
        messages.iter().map(|message| message["text"].as_str().unwrap_or_default().to_owned()).collect()
    }
}
