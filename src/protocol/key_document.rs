//! Key documents (KEYDOC-1 to KEYDOC-9): how a server says outside of channels which keys are its own and where it is.
//!
//! Two signatures: the root key's over the set of keys, which changes seldom, so that the root key can lie in a
//! drawer; and an active key's over the whole document, which is made anew every few days.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    Ts,
    ids::{Hash, KeyId, ServerName},
    json, limits,
    sign::{self, PublicKey, Signature, SigningKey, domain},
};

/// How long a document may be believed without asking again, in milliseconds: 7 days.
pub const VALIDITY_MS_MAX: i64 = 7 * 24 * 3_600_000;
/// Most keys in a document.
pub const KEYS_MAX: usize = 16;
/// Most versions of the protocol that a document names.
const VERSIONS_MAX: usize = 16;
/// Longest endpoint, in bytes.
const ENDPOINT_BYTES_MAX: usize = 300;
/// How far a document's own clock may be ahead, in milliseconds.
const SKEW_MS_MAX: i64 = 300_000;

/// A key and when requests may be signed with it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedKey {
    pub from_ts: Ts,
    pub kid: KeyId,
    pub public: PublicKey,
    /// Absent while the key has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_ts: Option<Ts>,
}

/// What the root key signs. Fields in the order of canonical JSON.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeySet {
    pub keys: Vec<PublishedKey>,
    /// Hash of the set before; absent in the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<Hash>,
    pub root: PublicKey,
    /// Counts the sets of this root key, from 1.
    pub serial: i64,
    pub server: ServerName,
}

impl KeySet {
    fn canonical(&self) -> Vec<u8> {
        json::write_typed(self)
    }

    pub fn hash(&self) -> Hash {
        sign::hash(domain::KEY_SET, &self.canonical())
    }

    pub fn sign(self, root: &SigningKey) -> SignedKeySet {
        let root_signature = root.sign_in(domain::KEY_SET, &self.canonical());
        SignedKeySet { set: self, root_signature }
    }

    /// KEYDOC-1, KEYDOC-4: what a set must be whoever signed it.
    fn check_form(&self) -> Result<(), DocumentError> {
        if self.serial < 1 || self.prev.is_some() != (self.serial > 1) {
            return Err(malformed("serial and prev don't fit"));
        }
        if self.keys.is_empty() || self.keys.len() > KEYS_MAX {
            return Err(malformed("too many keys, or none"));
        }
        let mut kids = BTreeSet::new();
        for key in &self.keys {
            if !kids.insert(&key.kid) {
                return Err(malformed("a key id stands twice"));
            }
            if key.from_ts < 0 || key.until_ts.is_some_and(|until| until < key.from_ts) {
                return Err(malformed("a key's times"));
            }
        }
        Ok(())
    }

    /// KEYDOC-12: keys that are no secret are nobody's.
    fn check_keys(&self) -> Result<(), DocumentError> {
        let mut all = self.keys.iter().map(|key| &key.public).chain([&self.root]);
        if all.any(PublicKey::is_known_to_all) { Err(DocumentError::InsecureKey) } else { Ok(()) }
    }

    /// Whether this set may come after the one that is known (KEYDOC-7, KEYDOC-8).
    ///
    /// # Errors
    /// [`Contradiction`]
    pub fn check_follows(&self, known: &KeySet) -> Result<(), Contradiction> {
        if self.root != known.root {
            return Err(Contradiction::NewRoot);
        }
        if self.serial < known.serial {
            return Err(Contradiction::RolledBack);
        }
        if self.serial == known.serial && self != known {
            return Err(Contradiction::TwoSets);
        }
        if self.serial == known.serial.saturating_add(1) && self.prev != Some(known.hash()) {
            return Err(Contradiction::BrokenChain);
        }
        Ok(())
    }

    /// The key that signs at `ts`, if there is one of this id (KEYDOC-5).
    pub fn key_at(&self, kid: &KeyId, ts: Ts) -> Result<PublicKey, KeyProblem> {
        let key = self.keys.iter().find(|key| key.kid == *kid).ok_or(KeyProblem::Unknown)?;
        let in_time =
            key.from_ts <= ts.saturating_add(SKEW_MS_MAX) && key.until_ts.is_none_or(|until| ts < until);
        if in_time { Ok(key.public) } else { Err(KeyProblem::Expired) }
    }
}

/// Why a key does not sign now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyProblem {
    Unknown,
    Expired,
}

impl KeyProblem {
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "key_unknown",
            Self::Expired => "key_expired",
        }
    }
}

#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SignedKeySet {
    pub set: KeySet,
    pub root_signature: Signature,
}

/// Whether `sets` lead without a gap from the set that is known to `newest` (KEYDOC-8): each signed by the root, and
/// naming the one before it. What comes up to the known one, and after the newest, is passed over.
///
/// # Errors
/// [`Contradiction`]
pub fn check_chain(known: &KeySet, sets: &[SignedKeySet], newest: &KeySet) -> Result<(), Contradiction> {
    if newest.root != known.root {
        return Err(Contradiction::NewRoot);
    }
    let mut last = known;
    for SignedKeySet { set, root_signature } in sets {
        if set.serial <= last.serial || set.serial >= newest.serial {
            continue;
        }
        let by_root = known.root.verify_in(domain::KEY_SET, &set.canonical(), root_signature).is_ok();
        if !by_root || set.server != known.server || set.serial != last.serial + 1 {
            return Err(Contradiction::BrokenChain);
        }
        set.check_follows(last)?;
        last = set;
    }
    newest.check_follows(last)?;
    if newest.serial > last.serial.saturating_add(1) { Err(Contradiction::BrokenChain) } else { Ok(()) }
}

/// What stands at `/.well-known/loggia`, without the signature over it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct Unsigned {
    endpoint: String,
    keys: Vec<PublishedKey>,
    kid: KeyId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prev: Option<Hash>,
    root: PublicKey,
    root_signature: Signature,
    serial: i64,
    server: ServerName,
    ts: Ts,
    valid_until: Ts,
    versions: Vec<i64>,
}

/// A key document that holds (or was made here).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyDocument {
    pub set: KeySet,
    pub root_signature: Signature,
    /// `https://host[:port]`
    pub endpoint: String,
    pub kid: KeyId,
    pub ts: Ts,
    pub valid_until: Ts,
    pub versions: Vec<i64>,
    /// As it is sent.
    pub json: String,
}

/// Why a document is not believed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DocumentError {
    #[error("is not a key document: {what}")]
    Malformed { code: &'static str, what: String },
    #[error("holds a key with which everybody can sign")]
    InsecureKey,
    #[error("is another server's")]
    OtherServer,
    #[error("is of the future, or has ended")]
    NotNow,
    #[error("has a signature that does not verify")]
    Signature,
    #[error("is signed with a key that it does not hold, or that has ended")]
    Key(KeyProblem),
}

impl DocumentError {
    /// As the specification names it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { code, .. } => code,
            Self::InsecureKey => "insecure_key",
            Self::OtherServer => "other_server",
            Self::NotNow => "not_now",
            Self::Signature => "bad_signature",
            Self::Key(problem) => problem.code(),
        }
    }
}

fn malformed(what: impl ToString) -> DocumentError {
    DocumentError::Malformed { code: "bad_header", what: what.to_string() }
}

/// Why a set of keys does not follow the one that is known: for the operator, and what is known stays.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Contradiction {
    #[error("it shows another root key than before: it may be somebody else")]
    NewRoot,
    #[error("it shows an older set of keys than before")]
    RolledBack,
    #[error("it shows two different sets of keys of one serial")]
    TwoSets,
    #[error("its set of keys does not name the one before it")]
    BrokenChain,
}

impl Contradiction {
    /// As the specification names it.
    pub fn code(self) -> &'static str {
        match self {
            Self::NewRoot => "new_root",
            Self::RolledBack => "rolled_back",
            Self::TwoSets | Self::BrokenChain => "broken_chain",
        }
    }
}

impl KeyDocument {
    /// Composes and signs the document of this moment.
    pub fn make(set: &SignedKeySet, endpoint: &str, kid: &KeyId, key: &SigningKey, now: Ts) -> KeyDocument {
        let unsigned = Unsigned {
            endpoint: endpoint.to_owned(),
            keys: set.set.keys.clone(),
            kid: kid.clone(),
            prev: set.set.prev,
            root: set.set.root,
            root_signature: set.root_signature,
            serial: set.set.serial,
            server: set.set.server.clone(),
            ts: now,
            valid_until: now.saturating_add(VALIDITY_MS_MAX),
            versions: vec![limits::PROTOCOL_VERSION],
        };
        let signature = key.sign_in(domain::KEY_DOCUMENT, &json::write_typed(&unsigned));
        let mut value = serde_json::to_value(&unsigned).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            fields.insert("signature".to_owned(), signature.to_string().into());
        }
        let bytes = json::to_canonical(&value).unwrap_or_default();
        KeyDocument::of(unsigned, set.root_signature, String::from_utf8(bytes).unwrap_or_default())
    }

    fn of(unsigned: Unsigned, root_signature: Signature, json: String) -> KeyDocument {
        KeyDocument {
            set: KeySet {
                keys: unsigned.keys,
                prev: unsigned.prev,
                root: unsigned.root,
                serial: unsigned.serial,
                server: unsigned.server,
            },
            root_signature,
            endpoint: unsigned.endpoint,
            kid: unsigned.kid,
            ts: unsigned.ts,
            valid_until: unsigned.valid_until,
            versions: unsigned.versions,
            json,
        }
    }

    /// Checks what a server showed. Whether the root key is the pinned one is the caller's to say.
    ///
    /// # Errors
    /// [`DocumentError`] with the first thing that is wrong.
    pub fn check(bytes: &[u8], server: &ServerName, now: Ts) -> Result<KeyDocument, DocumentError> {
        // KEYDOC-1: form.
        let value = json::parse_canonical(bytes)
            .map_err(|error| DocumentError::Malformed { code: error.code(), what: error.to_string() })?;
        let text = std::str::from_utf8(bytes).map_err(malformed)?;
        let serde_json::Value::Object(mut fields) = value else { return Err(malformed("no object")) };
        let signature: Signature = fields
            .remove("signature")
            .and_then(|value| value.as_str()?.parse().ok())
            .ok_or_else(|| malformed("no signature"))?;
        let fields = serde_json::Value::Object(fields);
        let signed = json::to_canonical(&fields).map_err(malformed)?;
        let unsigned: Unsigned = serde_json::from_value(fields).map_err(malformed)?;
        // What is absent is absent, not null.
        if json::write_typed(&unsigned) != signed {
            return Err(malformed("a field in another form"));
        }
        let root_signature = unsigned.root_signature;
        let document = KeyDocument::of(unsigned, root_signature, text.to_owned());
        document.set.check_form()?;
        // KEYDOC-6
        if !is_endpoint(&document.endpoint) {
            return Err(malformed("no endpoint"));
        }
        let some = 1..=VERSIONS_MAX;
        if !some.contains(&document.versions.len()) || document.versions.iter().any(|version| *version < 1) {
            return Err(malformed("no versions"));
        }
        if document.set.server != *server {
            return Err(DocumentError::OtherServer);
        }
        document.set.check_keys()?;
        // KEYDOC-4: time.
        let lasts = document.valid_until.saturating_sub(document.ts);
        let is_now = document.ts <= now.saturating_add(SKEW_MS_MAX) && now < document.valid_until;
        if document.ts < 0 || !is_now || !(1..=VALIDITY_MS_MAX).contains(&lasts) {
            return Err(DocumentError::NotNow);
        }
        // KEYDOC-2, KEYDOC-3: signatures.
        let root_bytes = document.set.canonical();
        let by_root = document.set.root.verify_in(domain::KEY_SET, &root_bytes, &document.root_signature);
        by_root.map_err(|_| DocumentError::Signature)?;
        let key = document.set.key_at(&document.kid, document.ts).map_err(DocumentError::Key)?;
        key.verify_in(domain::KEY_DOCUMENT, &signed, &signature).map_err(|_| DocumentError::Signature)?;
        Ok(document)
    }
}

/// KEYDOC-6: `https://host[:port]` with a server name for a host, so never an address literal.
pub fn is_endpoint(text: &str) -> bool {
    let Some(authority) = text.strip_prefix("https://") else { return false };
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let port_fits = port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port);
    text.len() <= ENDPOINT_BYTES_MAX && port_fits && host.parse::<ServerName>().is_ok()
}

impl KeyDocument {
    /// The set of keys in a document that was checked before it was kept.
    pub fn unchecked(json: &str) -> Option<KeySet> {
        let mut value: serde_json::Value = serde_json::from_str(json).ok()?;
        value.as_object_mut()?.remove("signature");
        let unsigned: Unsigned = serde_json::from_value(value).ok()?;
        Some(KeySet {
            keys: unsigned.keys,
            prev: unsigned.prev,
            root: unsigned.root,
            serial: unsigned.serial,
            server: unsigned.server,
        })
    }

    /// When a document ended that was checked before it was kept, if it did: until then its server was talked to by it.
    pub fn ended(json: &str, now: Ts) -> Option<Ts> {
        let value: serde_json::Value = serde_json::from_str(json).ok()?;
        let until = value.get("valid_until")?.as_i64()?;
        (until <= now).then_some(until)
    }
}
