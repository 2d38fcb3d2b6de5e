//! Servers in this process with keys, a clock and random numbers that are the same in every run.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use loggia::domain::clock::Clock;
use loggia::protocol::ids::ServerName;
use loggia::protocol::key_document::{KeySet, PublishedKey};
use loggia::protocol::sign::{SigningKey, hash};
use loggia::storage::Conn;
use loggia::storage::meta::{self, SigningKeyRow};

/// When everything begins, in milliseconds since 1970.
pub const BEGUN: i64 = 1_790_000_000_000;

/// The time that a test says, and random numbers made of what they are for.
pub struct Fixed(AtomicI64);

impl Fixed {
    pub fn at(ts: i64) -> Fixed {
        Fixed(ts.into())
    }

    pub fn forward(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for Fixed {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    fn steady(&self) -> i64 {
        self.now()
    }

    fn draw(&self, purpose: &[&str]) -> [u8; 16] {
        let text = format!("{}\n{}", self.now(), purpose.join("\n"));
        *hash(b"transcript\n", text.as_bytes()).0.first_chunk().expect("16 of 32")
    }
}

/// As for the vectors of the specification: made of the name.
pub fn key(name: &str) -> SigningKey {
    SigningKey::from_seed(hash(b"test key\n", name.as_bytes()).0)
}

/// Settings of a server whose requests come in without TLS: a wire before it does that.
pub fn settings(name: &ServerName, data: &Path, certificate: &Path, resolve: &str) -> Vec<(String, String)> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let settings = [
        ("LOGGIA_SERVER_NAME", name.as_str().to_owned()),
        ("LOGGIA_LISTEN", "127.0.0.1:0".to_owned()),
        ("LOGGIA_DATA_DIR", text(data)),
        ("LOGGIA_LIMITS__ENABLED", "false".to_owned()),
        ("LOGGIA_SERVER__HTTP_THREADS", "1".to_owned()),
        ("LOGGIA_SERVER__SHUTDOWN_GRACE_S", "1".to_owned()),
        ("LOGGIA_ACCOUNTS__ARGON2_MEMORY_KIB", "64".to_owned()),
        ("LOGGIA_ACCOUNTS__ARGON2_PASSES", "1".to_owned()),
        ("LOGGIA_FEDERATION__ENABLED", "true".to_owned()),
        ("LOGGIA_FEDERATION__EXTRA_ROOT_CA", text(certificate)),
        ("LOGGIA_FEDERATION__RESOLVE", resolve.to_owned()),
        ("LOGGIA_FEDERATION__REQUESTS_PER_MINUTE", "1000000".to_owned()),
    ];
    settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Gives a server its keys before it makes others: `k1`, and the root key.
pub fn prepare(server: &ServerName, data: &Path) {
    std::fs::create_dir_all(data).expect("made");
    let mut conn = Conn::open(&data.join("loggia.db").to_string_lossy()).expect("a database");
    conn.migrate().expect("migrated");
    let signing = key(&format!("{server}/k1"));
    let seed = signing.seed().to_vec();
    let row = SigningKeyRow { kid: "k1".to_owned(), seed, created_ts: BEGUN, retired_ts: None };
    meta::add_key(&mut conn, &row).expect("added");
    let root = key(&format!("{server}/root"));
    let kid = "k1".parse().expect("an id");
    let keys = vec![PublishedKey { from_ts: BEGUN, kid, public: signing.public(), until_ts: None }];
    let set = KeySet { keys, prev: None, root: root.public(), serial: 1, server: server.clone() }.sign(&root);
    let text = serde_json::to_string(&set).expect("JSON");
    meta::put(&mut conn, "key_set", &text).expect("kept");
    meta::put(&mut conn, "key_set.1", &text).expect("kept");
}
