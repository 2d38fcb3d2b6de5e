//! A push service of the test's own, by TLS, and the device behind it: what arrives is checked as a service checks it
//! (RFC 8030, RFC 8292) and decrypted as a browser does (RFC 8291).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use tokio::sync::watch;
use web_push_native::p256::SecretKey;
use web_push_native::p256::ecdsa::signature::Verifier;
use web_push_native::p256::ecdsa::{Signature, VerifyingKey};
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint;
use web_push_native::{Auth, decrypt};

/// Its name; the servers under test are told its address.
pub const NAME: &str = "push.test";

/// Something that was pushed.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// To which device.
    pub path: String,
    pub payload: Value,
    pub headers: Vec<(String, String)>,
    pub at: Instant,
}

impl Pushed {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

struct State {
    key: SecretKey,
    auth: [u8; 16],
    pushed: Mutex<Vec<Pushed>>,
    /// Status and Retry-After of the next answers; afterwards everything is taken.
    answers: Mutex<VecDeque<(u16, Option<u32>)>>,
    /// Whether answers wait.
    held: watch::Sender<bool>,
}

pub struct PushService {
    state: Arc<State>,
    settings: [(&'static str, String); 2],
    handle: ServerHandle,
    _dir: tempfile::TempDir,
}

impl PushService {
    pub async fn start() -> PushService {
        let dir = tempfile::tempdir().expect("a directory");
        let ca = dir.path().join("ca.pem");
        let tls = certified(&ca);
        let state = Arc::new(State {
            key: SecretKey::from_slice(&[9; 32]).expect("a key"),
            auth: [5; 16],
            pushed: Mutex::default(),
            answers: Mutex::default(),
            held: watch::Sender::new(false),
        });
        let data = web::Data::from(state.clone());
        let server =
            HttpServer::new(move || App::new().app_data(data.clone()).default_service(web::to(take)))
                .workers(1)
                .disable_signals()
                .bind_rustls_0_23("127.0.0.1:0", tls)
                .expect("a port");
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        let settings = [
            ("LOGGIA_PUSH__RESOLVE", format!("{NAME}={address}")),
            ("LOGGIA_PUSH__EXTRA_ROOT_CA", ca.to_string_lossy().into_owned()),
        ];
        PushService { state, settings, handle, _dir: dir }
    }

    /// What a server has to be told to reach it.
    pub fn settings<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        self.settings
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .chain(more.iter().copied())
            .collect()
    }

    /// What the browser says of the device at `path`.
    pub fn subscription(&self, path: &str, scope: &str) -> Value {
        let point = self.state.key.public_key().to_encoded_point(false);
        json!({
            "endpoint": format!("https://{NAME}{path}"),
            "keys": {
                "p256dh": URL_SAFE_NO_PAD.encode(point.as_bytes()),
                "auth": URL_SAFE_NO_PAD.encode(self.state.auth),
            },
            "scope": scope,
        })
    }

    pub fn answer_next(&self, answers: &[(u16, Option<u32>)]) {
        self.state.answers.lock().expect("no panic").extend(answers);
    }

    /// Holds answers back, or lets them go.
    pub fn hold(&self, held: bool) {
        self.state.held.send_replace(held);
    }

    /// All that came, also what was not taken.
    pub fn pushed(&self) -> Vec<Pushed> {
        self.state.pushed.lock().expect("no panic").clone()
    }

    /// Waits until so many came.
    pub async fn wait_for(&self, count: usize) -> Vec<Pushed> {
        super::eventually(&format!("{count} pushes"), || async {
            Some(self.pushed()).filter(|pushed| pushed.len() >= count)
        })
        .await
    }
}

impl Drop for PushService {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

async fn take(request: HttpRequest, body: web::Bytes, state: web::Data<State>) -> HttpResponse {
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.to_str().expect("text").to_owned()));
    let headers: Vec<(String, String)> = headers.collect();
    let header = |name: &str| request.headers().get(name).map_or("", |value| value.to_str().expect("text"));
    let checked = request.method() == "POST"
        && header("content-encoding") == "aes128gcm"
        && header("ttl").parse::<u32>().is_ok()
        && is_known(header("authorization"))
        && body.len() <= 4_096;
    if !checked {
        return HttpResponse::BadRequest().finish();
    }
    let Ok(text) = decrypt(body.to_vec(), &state.key, Auth::from_slice(&state.auth)) else {
        return HttpResponse::BadRequest().finish();
    };
    let pushed = Pushed {
        path: request.path().to_owned(),
        payload: serde_json::from_slice(&text).expect("JSON"),
        headers,
        at: Instant::now(),
    };
    state.pushed.lock().expect("no panic").push(pushed);
    let (status, retry_after) = state.answers.lock().expect("no panic").pop_front().unwrap_or((201, None));
    let mut held = state.held.subscribe();
    held.wait_for(|held| !held).await.expect("its sender lives");
    let mut answer = HttpResponse::build(status.try_into().expect("a status"));
    if let Some(seconds) = retry_after {
        answer.insert_header(("retry-after", seconds.to_string()));
    }
    answer.finish()
}

/// RFC 8292: a token for this service, signed by the key that is sent with it.
fn is_known(authorization: &str) -> bool {
    let parts = authorization.strip_prefix("vapid t=").and_then(|rest| rest.split_once(", k="));
    let Some((token, key)) = parts else { return false };
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    let signed = || {
        let (said, signature) = token.rsplit_once('.')?;
        let key = VerifyingKey::from_sec1_bytes(&bytes(key)?).ok()?;
        key.verify(said.as_bytes(), &Signature::from_slice(&bytes(signature)?).ok()?).ok()?;
        serde_json::from_slice::<Value>(&bytes(said.split_once('.')?.1)?).ok()
    };
    signed().is_some_and(|claims| {
        claims["aud"] == format!("https://{NAME}")
            && claims["sub"].as_str().is_some_and(|contact| contact.starts_with("mailto:"))
    })
}

/// Certificate and key for [`NAME`]; the authority's own certificate goes to `ca`.
fn certified(ca: &std::path::Path) -> rustls::ServerConfig {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "Loggia push tests");
    let authority_key = KeyPair::generate().expect("a key");
    let authority = params.self_signed(&authority_key).expect("a certificate");
    std::fs::write(ca, authority.pem()).expect("written");
    let key = KeyPair::generate().expect("a key");
    let issuer = Issuer::new(params, authority_key);
    let own = CertificateParams::new(vec![NAME.to_owned()]).expect("a name");
    let own = own.signed_by(&key, &issuer).expect("a certificate");
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS")
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], private)
        .expect("a certificate")
}
