//! What this server says of itself: its key document, signed anew every few hours.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::domain::writer::Identity;
use crate::protocol::Ts;
use crate::protocol::ids::{KeyId, ServerName};
use crate::protocol::key_document::{KeyDocument, KeySet, PublishedKey, SignedKeySet};
use crate::protocol::sign::SigningKey;
use crate::storage::meta::{self, SigningKeyRow};
use crate::storage::{self, Conn};

/// How long a document is handed out before the next is signed, in milliseconds: 12 hours.
const REFRESH_MS: i64 = 12 * 3_600_000;
/// How long an old key's signatures on requests are still good after a change of keys, in milliseconds: 1 hour.
pub const OVERLAP_MS: i64 = 3_600_000;
/// Where the newest set of keys is kept, and the root key while it is not taken out.
const KEY_SET: &str = "key_set";
const ROOT_SEED: &str = "root_seed";

/// The document of this server.
pub struct OwnKeys {
    set: SignedKeySet,
    endpoint: String,
    identity: Arc<Identity>,
    current: Mutex<Option<Arc<KeyDocument>>>,
}

impl OwnKeys {
    pub fn new(set: SignedKeySet, endpoint: String, identity: Arc<Identity>) -> OwnKeys {
        OwnKeys { set, endpoint, identity, current: Mutex::new(None) }
    }

    pub fn set(&self) -> &SignedKeySet {
        &self.set
    }

    /// `https://host[:port]`
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The host and port under which others know this server, as requests to it are signed.
    pub fn authority(&self) -> String {
        crate::protocol::http_sig::authority(self.endpoint.strip_prefix("https://").unwrap_or(&self.endpoint))
    }

    pub fn document(&self, now: Ts) -> Arc<KeyDocument> {
        let mut current = self.current.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // One of the future was made before the clock was set back, and nobody believes it yet.
        let is_fresh = |document: &&Arc<KeyDocument>| (0..REFRESH_MS).contains(&(now - document.ts));
        if let Some(document) = current.as_ref().filter(is_fresh) {
            return document.clone();
        }
        let identity = &self.identity;
        let made = Arc::new(KeyDocument::make(&self.set, &self.endpoint, &identity.kid, &identity.key, now));
        *current = Some(made.clone());
        made
    }
}

fn damaged(what: &str) -> storage::Error {
    storage::Error::Damaged(what.to_owned())
}

/// Why keys can't be changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("{0}")]
    Storage(#[from] storage::Error),
    #[error("the root key is not here: give the file that it was exported to")]
    NoRoot,
    #[error("this is not this server's root key")]
    OtherRoot,
}

/// A name for a new signing key.
pub fn fresh_kid() -> String {
    format!("k{}", crate::domain::clock::random_text::<6>().to_lowercase().replace('-', "_"))
}

pub fn signing_key(row: &SigningKeyRow) -> storage::Result<(KeyId, SigningKey)> {
    let seed: [u8; 32] = row.seed.as_slice().try_into().map_err(|_| damaged("signing key"))?;
    Ok((row.kid.parse().map_err(|_| damaged("key id"))?, SigningKey::from_seed(seed)))
}

/// The newest set of keys, made at the first call; within a transaction.
pub fn load(conn: &mut Conn, name: &ServerName, now: Ts) -> Result<SignedKeySet, KeyError> {
    if let Some(kept) = meta::get(conn, KEY_SET)? {
        return serde_json::from_str(&kept).map_err(|_| damaged("key set").into());
    }
    let root = SigningKey::from_seed(crate::domain::clock::random());
    meta::put_once(conn, ROOT_SEED, &encode(&root.seed()))?;
    let (kid, key) = signing_key(&meta::active_key(conn)?.ok_or_else(|| damaged("no signing key"))?)?;
    let keys = vec![PublishedKey { from_ts: now, kid, public: key.public(), until_ts: None }];
    let set = KeySet { keys, prev: None, root: root.public(), serial: 1, server: name.clone() };
    keep(conn, set.sign(&root))
}

fn keep(conn: &mut Conn, set: SignedKeySet) -> Result<SignedKeySet, KeyError> {
    let text = serde_json::to_string(&set).map_err(|_| damaged("key set"))?;
    meta::put(conn, KEY_SET, &text)?;
    meta::put(conn, &format!("{KEY_SET}.{}", set.set.serial), &text)?;
    Ok(set)
}

/// Sets of keys after a serial, the oldest first, at most 100.
pub fn since(conn: &mut Conn, serial: i64) -> Result<Vec<SignedKeySet>, KeyError> {
    const SETS_MAX: i64 = 100;
    let mut sets = Vec::new();
    for next in serial.saturating_add(1)..=serial.saturating_add(SETS_MAX) {
        let Some(kept) = meta::get(conn, &format!("{KEY_SET}.{next}"))? else { break };
        sets.push(serde_json::from_str(&kept).map_err(|_| damaged("key set"))?);
    }
    Ok(sets)
}

/// Makes a new signing key; the old one's requests are good for an hour more. Within a transaction.
pub fn rotate(
    conn: &mut Conn,
    name: &ServerName,
    root: Option<SigningKey>,
    now: Ts,
) -> Result<SignedKeySet, KeyError> {
    let old = load(conn, name, now)?;
    let root = match (root, meta::get(conn, ROOT_SEED)?) {
        (Some(root), _) => root,
        (None, Some(seed)) => SigningKey::from_seed(decode(&seed).ok_or_else(|| damaged("root key"))?),
        (None, None) => return Err(KeyError::NoRoot),
    };
    if root.public() != old.set.root {
        return Err(KeyError::OtherRoot);
    }
    let active = meta::active_key(conn)?.ok_or_else(|| damaged("no signing key"))?;
    let row = SigningKeyRow {
        kid: fresh_kid(),
        seed: crate::domain::clock::random::<32>().to_vec(),
        created_ts: now.max(active.created_ts + 1),
        retired_ts: None,
    };
    let (kid, key) = signing_key(&row)?;
    meta::add_key(conn, &row)?;
    meta::retire_key(conn, &active.kid, now)?;
    let mut keys = vec![PublishedKey { from_ts: now, kid, public: key.public(), until_ts: None }];
    for mut key in old.set.keys.clone() {
        key.until_ts = Some(key.until_ts.unwrap_or(now + OVERLAP_MS));
        if key.until_ts > Some(now) && keys.len() < crate::protocol::key_document::KEYS_MAX {
            keys.push(key);
        }
    }
    let set = KeySet {
        keys,
        prev: Some(old.set.hash()),
        root: old.set.root,
        serial: old.set.serial + 1,
        server: name.clone(),
    };
    keep(conn, set.sign(&root))
}

/// The root key's seed, to be kept elsewhere.
pub fn root_seed(conn: &mut Conn, name: &ServerName, now: Ts) -> Result<String, KeyError> {
    load(conn, name, now)?;
    meta::get(conn, ROOT_SEED)?.ok_or(KeyError::NoRoot)
}

/// Takes the root key out of the database.
pub fn forget_root(conn: &mut Conn) -> Result<(), KeyError> {
    Ok(meta::delete(conn, ROOT_SEED)?)
}

/// A root key as [`root_seed`] tells it.
pub fn root_of(text: &str) -> Option<SigningKey> {
    decode(text.trim()).map(SigningKey::from_seed)
}

/// All signing keys that no longer sign: channels may know one of these still.
pub fn retired(conn: &mut Conn) -> storage::Result<BTreeMap<KeyId, SigningKey>> {
    let rows = meta::all_keys(conn)?;
    rows.iter().filter(|row| row.retired_ts.is_some()).map(signing_key).collect()
}

fn encode(seed: &[u8; 32]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(seed)
}

fn decode(text: &str) -> Option<[u8; 32]> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::key_document::{Contradiction, check_chain};
    use crate::storage::meta;

    const NOW: Ts = 1_790_000_000_000;

    /// KEYDOC-8, KEYDOC-9, KEY-1: each set names the one before it, and whoever has the old key's signatures on their
    /// way has an hour for them.
    #[test]
    fn keys_overlap_when_they_change() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut conn = Conn::open(&dir.path().join("keys.db").to_string_lossy()).expect("a database");
        conn.migrate().expect("migrated");
        let seed = vec![7; 32];
        let first = SigningKeyRow { kid: "k1".to_owned(), seed, created_ts: NOW, retired_ts: None };
        meta::add_key(&mut conn, &first).expect("added");
        let name: ServerName = "a.example".parse().expect("a name");
        let mut known = load(&mut conn, &name, NOW).expect("a set").set;
        let first = known.clone();
        for change in 1..=20 {
            let now = NOW + change * 60_000;
            let next = rotate(&mut conn, &name, None, now).expect("a set").set;
            assert_eq!(next.check_follows(&known), Ok(()));
            assert!(next.keys.iter().skip(1).all(|key| key.until_ts.is_some()));
            let replaced = next.keys.iter().find(|key| key.kid == known.keys[0].kid).expect("still there");
            assert!(replaced.until_ts >= Some(now + OVERLAP_MS));
            let kids: std::collections::BTreeSet<_> = next.keys.iter().map(|key| &key.kid).collect();
            assert_eq!(kids.len(), next.keys.len());
            known = next;
        }
        let mut sets = since(&mut conn, 0).expect("sets");
        assert_eq!(sets.len(), 21);
        assert_eq!(check_chain(&first, &sets, &known), Ok(()));
        assert_eq!(check_chain(&known, &[], &known), Ok(()));
        assert_eq!(check_chain(&first, &[], &known), Err(Contradiction::BrokenChain));
        let missed = sets.remove(7);
        assert_eq!(check_chain(&first, &sets, &known), Err(Contradiction::BrokenChain));
        sets.insert(7, missed.set.sign(&SigningKey::from_seed([9; 32])));
        assert_eq!(check_chain(&first, &sets, &known), Err(Contradiction::BrokenChain));
    }
}
