//! A server that is none: it has a name, a certificate and keys, and says and does what a test wants.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use loggia::protocol::http_sig::{self, Params, Request};
use loggia::protocol::ids::{KeyId, ServerName};
use loggia::protocol::key_document::{KeyDocument, KeySet, PublishedKey};
use loggia::protocol::sign::SigningKey;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName as TlsName};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;

use crate::person::Answer;
use crate::{DEADLINE, Server};

/// A request that came.
#[derive(Debug, Clone)]
pub struct Heard {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Heard {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub fn is(&self, method: &str, end: &str) -> bool {
        let path = self.target.split('?').next().unwrap_or_default();
        self.method == method && path.ends_with(end)
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub enum Reply {
    Json(u16, String),
    /// Status line and header fields included.
    Raw(Vec<u8>),
    /// The same, and then the connection ends.
    Broken(Vec<u8>),
    /// So many bytes of a body, one at a time, with this pause.
    Drip(usize, Duration),
    /// Nothing, for so long.
    Silence(Duration),
    /// What is to be answered, so much later.
    Late(Duration, Box<Reply>),
    Close,
}

impl Reply {
    pub fn problem(status: u16, code: &str) -> Reply {
        Reply::Json(status, serde_json::json!({ "status": status, "code": code }).to_string())
    }

    pub fn redirect(to: &str) -> Reply {
        Reply::Raw(format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").into())
    }
}

type Script = Box<dyn FnMut(&Heard) -> Option<Reply> + Send>;

struct Inner {
    script: Mutex<Script>,
    /// What answers where the script says nothing.
    manners: Mutex<Script>,
    heard: Mutex<Vec<Heard>>,
    document: Mutex<String>,
}

/// Seconds since 1970.
pub fn now_s() -> i64 {
    loggia::server::now() / 1_000
}

pub struct Peer {
    pub name: ServerName,
    pub address: SocketAddr,
    pub root: SigningKey,
    pub kid: KeyId,
    pub key: SigningKey,
    /// How far its clock is ahead, in seconds, when it signs requests and founds channels.
    pub ahead_s: AtomicI64,
    /// When its key began, in seconds: the same set of keys is the same however late it is asked for.
    since: i64,
    inner: Arc<Inner>,
    tls: Arc<rustls::ClientConfig>,
}

/// A key that is the same in every run.
pub fn key(of: &str) -> SigningKey {
    SigningKey::from_seed(loggia::protocol::sign::hash(b"peer\n", of.as_bytes()).0)
}

impl Peer {
    pub async fn start(authority: &crate::ca::Authority, dir: &Path, name: &str) -> Peer {
        let acceptor = authority.acceptor(dir, name);
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(&authority.certificate).expect("a root")).expect("added");
        let tls =
            rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("versions")
                .with_root_certificates(roots)
                .with_no_client_auth();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let nothing = || -> Mutex<Script> { Mutex::new(Box::new(|_| None)) };
        let inner = Arc::new(Inner {
            script: nothing(),
            manners: nothing(),
            heard: Mutex::default(),
            document: Mutex::default(),
        });
        let serves = inner.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, inner) = (acceptor.clone(), serves.clone());
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream, &inner).await;
                    }
                });
            }
        });
        let peer = Peer {
            name: name.parse().expect("a name"),
            address,
            root: key(&format!("{name}/root")),
            kid: "k1".parse().expect("an id"),
            key: key(&format!("{name}/k1")),
            ahead_s: 0.into(),
            since: now_s() - 3_600,
            inner,
            tls: Arc::new(tls),
        };
        peer.publish(&peer.document());
        peer
    }

    /// By its own clock, in seconds since 1970.
    pub fn now_s(&self) -> i64 {
        now_s() + self.ahead_s.load(Ordering::SeqCst)
    }

    /// The set of keys that this peer has when nobody forges it.
    pub fn key_set(&self) -> KeySet {
        let from_ts = self.since * 1_000;
        let own = PublishedKey { from_ts, kid: self.kid.clone(), public: self.key.public(), until_ts: None };
        KeySet { keys: vec![own], prev: None, root: self.root.public(), serial: 1, server: self.name.clone() }
    }

    pub fn document(&self) -> String {
        self.document_of(self.key_set())
    }

    /// A document that says that this peer is asked elsewhere.
    pub fn document_at(&self, endpoint: &str) -> String {
        let set = self.key_set().sign(&self.root);
        KeyDocument::make(&set, endpoint, &self.kid, &self.key, now_s() * 1_000).json
    }

    pub fn document_of(&self, set: KeySet) -> String {
        let set = set.sign(&self.root);
        KeyDocument::make(&set, &format!("https://{}", self.name), &self.kid, &self.key, now_s() * 1_000).json
    }

    /// What stands at the well-known place from now on.
    pub fn publish(&self, document: &str) {
        *self.inner.document.lock().expect("a document") = document.to_owned();
    }

    /// What answers from now on. Where it says nothing, the manners do, and then the peer's own.
    pub fn script(&self, script: impl FnMut(&Heard) -> Option<Reply> + Send + 'static) {
        *self.inner.script.lock().expect("a script") = Box::new(script);
    }

    pub(crate) fn manners(&self, manners: impl FnMut(&Heard) -> Option<Reply> + Send + 'static) {
        *self.inner.manners.lock().expect("manners") = Box::new(manners);
    }

    /// All that came so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.inner.heard.lock().expect("what was heard").clone()
    }

    pub fn count(&self, method: &str, end: &str) -> usize {
        self.heard().iter().filter(|heard| heard.is(method, end)).count()
    }

    /// A request as an honest server would send it; whatever is to be wrong about it is changed before or after
    /// it is signed.
    pub fn request(&self, to: &Server, method: &str, path: &str, body: Option<Value>) -> Draft {
        Draft {
            method: method.to_owned(),
            target: format!("/federation/v1{path}"),
            authority: to.name.clone(),
            origin: self.name.clone(),
            destination: to.name.parse().expect("a name"),
            version: "1".to_owned(),
            content_type: "application/json".to_owned(),
            body: body.map(|body| body.to_string().into_bytes()),
            created: self.now_s(),
            lifetime: 60,
            nonce: format!("{:x}", nonce()),
            kid: self.kid.clone(),
            key: self.key.clone(),
        }
    }

    /// Signs, sends, and waits for the answer.
    pub async fn ask(&self, to: &Server, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send(to, &self.request(to, method, path, body).signed()).await
    }

    pub async fn connect(&self, to: &Server) -> tokio_rustls::client::TlsStream<TcpStream> {
        self.connect_by(to, &[], [127, 0, 0, 1]).await.expect("TLS")
    }

    /// A connection from another address of this machine, for which these protocols are offered.
    pub async fn connect_by(
        &self,
        to: &Server,
        protocols: &[&str],
        from: [u8; 4],
    ) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((from, 0).into())?;
        let stream = socket.connect(to.federation).await?;
        let mut tls = rustls::ClientConfig::clone(&self.tls);
        tls.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        let name = TlsName::try_from(to.name.clone()).expect("a name");
        TlsConnector::from(Arc::new(tls)).connect(name, stream).await
    }

    pub async fn send(&self, to: &Server, wire: &Wire) -> Answer {
        self.send_from(to, wire, [127, 0, 0, 1]).await
    }

    /// As [`Peer::send`], from another address of this machine.
    pub async fn send_from(&self, to: &Server, wire: &Wire, from: [u8; 4]) -> Answer {
        let asked = async {
            let mut stream = self.connect_by(to, &[], from).await.expect("TLS");
            // The answer may come before all was sent.
            let _ = stream.write_all(&wire.bytes()).await;
            let _ = stream.flush().await;
            read_answer(&mut stream).await
        };
        tokio::time::timeout(DEADLINE, asked).await.expect("an answer in time")
    }
}

fn nonce() -> u128 {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let started = u128::from(loggia::server::now().unsigned_abs());
    (started << 64) + u128::from(COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A request that is not signed yet.
#[derive(Clone)]
pub struct Draft {
    pub method: String,
    pub target: String,
    pub authority: String,
    pub origin: ServerName,
    pub destination: ServerName,
    pub version: String,
    pub content_type: String,
    pub body: Option<Vec<u8>>,
    pub created: i64,
    pub lifetime: i64,
    pub nonce: String,
    pub kid: KeyId,
    pub key: SigningKey,
}

impl Draft {
    pub fn signed(&self) -> Wire {
        let (path, query) = match self.target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (self.target.as_str(), None),
        };
        let request = Request {
            method: &self.method,
            authority: &self.authority,
            path,
            query,
            origin: &self.origin,
            destination: &self.destination,
            version: &self.version,
            content_type: self.body.as_ref().map(|_| self.content_type.as_str()),
            body: self.body.as_deref(),
        };
        let params = Params {
            created: self.created,
            expires: self.created + self.lifetime,
            nonce: self.nonce.parse().expect("a nonce"),
            keyid: self.kid.clone(),
        };
        let signed = http_sig::sign(&request, &params, &self.key).expect("signed");
        let mut wire = Wire {
            method: self.method.clone(),
            target: self.target.clone(),
            headers: Vec::new(),
            body: self.body.clone().unwrap_or_default(),
        };
        wire.add("host", &self.authority);
        wire.add("loggia-origin", self.origin.as_str());
        wire.add("loggia-destination", self.destination.as_str());
        wire.add("loggia-version", &self.version);
        wire.add("signature-input", &signed.signature_input);
        wire.add("signature", &signed.signature);
        if let Some(digest) = signed.content_digest {
            wire.add("content-digest", &digest);
            wire.add("content-type", &self.content_type);
            wire.add("content-length", &wire.body.len().to_string());
        }
        wire
    }
}

/// A request as it goes out.
#[derive(Debug, Clone)]
pub struct Wire {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Wire {
    pub fn add(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub fn remove(&mut self, name: &str) {
        self.headers.retain(|(known, _)| known != name);
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.add(name, value);
    }

    pub fn value(&self, name: &str) -> String {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).expect("a field")
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"connection: close\r\n\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Header lines and the length of the body that they announce.
async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut piece = vec![0; 16_384];
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return Some((String::from_utf8_lossy(&bytes).into_owned(), rest));
        }
        match stream.read(&mut piece).await {
            Ok(count @ 1..) => bytes.extend_from_slice(&piece[..count]),
            _ => return None,
        }
    }
}

fn fields(head: &str) -> Vec<(String, String)> {
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    lines.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect()
}

async fn read_rest(stream: &mut (impl AsyncRead + Unpin), mut body: Vec<u8>, length: usize) -> Vec<u8> {
    let mut piece = vec![0; 65_536];
    while body.len() < length {
        match stream.read(&mut piece).await {
            Ok(count @ 1..) => body.extend_from_slice(&piece[..count]),
            _ => break,
        }
    }
    body
}

/// An answer with its body, or status 0 when the other side closes without one.
pub async fn read_answer(stream: &mut (impl AsyncRead + Unpin)) -> Answer {
    let Some((head, rest)) = read_head(stream).await else {
        return Answer { status: 0, body: Value::Null, retry_after: None };
    };
    let length =
        fields(&head).iter().find(|(name, _)| name == "content-length").map(|(_, value)| value.clone());
    let length = length.and_then(|value| value.parse().ok()).unwrap_or(usize::MAX);
    let body = read_rest(stream, rest, length).await;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let text = String::from_utf8_lossy(&body).into_owned();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer { status, body, retry_after: None }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, inner: &Inner) {
    while let Some((head, rest)) = read_head(&mut stream).await {
        let headers = fields(&head);
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
        let body = read_rest(&mut stream, rest, length).await;
        let mut line = head.lines().next().unwrap_or_default().split(' ').map(str::to_owned);
        let (method, target) = (line.next().unwrap_or_default(), line.next().unwrap_or_default());
        let heard = Heard { method, target, headers, body };
        inner.heard.lock().expect("what was heard").push(heard.clone());
        let scripted = (inner.script.lock().expect("a script"))(&heard);
        let polite = scripted.or_else(|| (inner.manners.lock().expect("manners"))(&heard));
        let mut reply = polite.unwrap_or_else(|| own(&heard, inner));
        if let Reply::Late(pause, later) = reply {
            tokio::time::sleep(pause).await;
            reply = *later;
        }
        match reply {
            Reply::Late(..) => return,
            Reply::Json(status, body) => {
                let head = format!(
                    "HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                if stream.write_all((head + &body).as_bytes()).await.is_err() {
                    return;
                }
            }
            Reply::Raw(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Reply::Broken(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.flush().await;
                return;
            }
            Reply::Drip(count, pause) => {
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {count}\r\n\r\n");
                if stream.write_all(head.as_bytes()).await.is_err() {
                    return;
                }
                for _ in 0..count {
                    if stream.write_all(b" ").await.is_err() || stream.flush().await.is_err() {
                        return;
                    }
                    tokio::time::sleep(pause).await;
                }
            }
            Reply::Silence(pause) => {
                tokio::time::sleep(pause).await;
                return;
            }
            Reply::Close => return,
        }
        let _ = stream.flush().await;
    }
}

fn own(heard: &Heard, inner: &Inner) -> Reply {
    if heard.is("GET", "/.well-known/loggia") {
        return Reply::Json(200, inner.document.lock().expect("a document").clone());
    }
    Reply::problem(404, "not_found")
}
