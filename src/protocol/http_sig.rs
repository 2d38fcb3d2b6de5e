//! Signed requests between servers (spec: REQ-n): RFC 9421 with Ed25519, and the content digest of RFC 9530.
//!
//! Of what those allow, one form is spoken here: exactly one signature, labelled `s2s`, over a fixed set of
//! components. [`sign`] makes the header fields. Whoever receives a request [`parse`]s them, asks the claim
//! for its time ([`Claim::check_time`]), fetches the key that it names, and has it verified
//! ([`Claim::verify`]). Before that it looks whether the request is for it at all ([`Address::check`]), and after it
//! whether the nonce is new ([`Nonces`]).

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sfv::{BareItem, InnerList, Item, KeyRef, ListEntry};
use sha2::{Digest as _, Sha256};

use super::{
    ids::{KeyId, Nonce, ServerName},
    limits,
    sign::{PublicKey, Signature, SigningKey},
};

mod base;
mod receive;
#[cfg(test)]
mod tests;

pub use receive::{Address, Addressed, Nonces};

/// REQ-3: the signature's label in both of its fields.
pub const LABEL: &str = "s2s";
/// REQ-5: what this signature is for; another protocol's signatures with the same key are worth nothing here.
pub const TAG: &str = "loggia-s2s";

const ALGORITHM: &str = "ed25519";
/// REQ-4: what every request's signature covers, ...
const ALWAYS: [&str; 7] =
    ["@method", "@authority", "@path", "@query", "loggia-origin", "loggia-destination", "loggia-version"];
/// ... and with a body these as well.
const WITH_BODY: [&str; 2] = [CONTENT_DIGEST, CONTENT_TYPE];
const CONTENT_DIGEST: &str = "content-digest";
const CONTENT_TYPE: &str = "content-type";

/// Why a request is not believed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SigError {
    #[error("{detail}")]
    BadSignature { detail: &'static str },
    #[error("the signature does not verify over these lines, which are what was received: {base}")]
    Mismatch { base: String },
    #[error("the signature's time is not within {} s of ours", limits::REQUEST_SKEW_S_MAX)]
    ClockSkew,
    #[error("{detail}")]
    BadDigest { detail: &'static str },
    #[error("this server speaks version {}", limits::PROTOCOL_VERSION)]
    Version,
    #[error("the request is for another server")]
    WrongDestination,
}

impl SigError {
    /// The code in a problem document.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadSignature { .. } | Self::Mismatch { .. } => "bad_signature",
            Self::ClockSkew => "clock_skew",
            Self::BadDigest { .. } => "bad_digest",
            Self::Version => "version",
            Self::WrongDestination => "wrong_destination",
        }
    }
}

const fn bad(detail: &'static str) -> SigError {
    SigError::BadSignature { detail }
}

/// What is signed of a request, as it is sent or was received.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// As on the wire: `GET`.
    pub method: &'a str,
    /// As [`authority`] gives it.
    pub authority: &'a str,
    /// The path as on the wire, with its percent-encoding; begins with `/`.
    pub path: &'a str,
    /// What follows the `?`, as on the wire.
    pub query: Option<&'a str>,
    pub origin: &'a ServerName,
    pub destination: &'a ServerName,
    /// The header field `loggia-version`.
    pub version: &'a str,
    /// The header field `content-type`; signed when there is a body.
    pub content_type: Option<&'a str>,
    /// The octets as on the wire. A body of none is no body.
    pub body: Option<&'a [u8]>,
}

/// REQ-2: a `Host` as it is signed: in lower case, and without the port when it is that of HTTPS.
pub fn authority(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    host.strip_suffix(":443").map(str::to_owned).unwrap_or(host)
}

impl<'a> Request<'a> {
    fn body(&self) -> Option<&'a [u8]> {
        self.body.filter(|body| !body.is_empty())
    }

    /// REQ-4: the components that the signature of this request covers.
    fn components(&self) -> impl Iterator<Item = &'static str> {
        let with_body = if self.body().is_some() { WITH_BODY.as_slice() } else { &[] };
        ALWAYS.iter().chain(with_body).copied()
    }

    /// RFC 9421 section 2.2; `digest` is the field `content-digest`.
    fn value<'b>(&self, component: &str, digest: Option<&'b str>) -> Option<Cow<'b, str>>
    where
        'a: 'b,
    {
        Some(match component {
            "@method" => self.method.into(),
            "@authority" => self.authority.into(),
            "@path" => self.path.into(),
            "@query" => format!("?{}", self.query.unwrap_or_default()).into(),
            "loggia-origin" => self.origin.as_str().into(),
            "loggia-destination" => self.destination.as_str().into(),
            "loggia-version" => self.version.into(),
            CONTENT_DIGEST => digest?.into(),
            CONTENT_TYPE => self.content_type?.into(),
            _ => return None,
        })
    }

    fn base(&self, covered: &InnerList, digest: Option<&str>) -> Result<String, SigError> {
        let value = |item: &Item| self.value(base::plain_name(item)?, digest);
        base::signature_base(covered, value)
            .ok_or(bad("a part of the request that is to be signed is missing or not text"))
    }
}

/// What a signature says of itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Params {
    /// Seconds since the Unix epoch.
    pub created: i64,
    /// Seconds since the Unix epoch, at most [`limits::REQUEST_LIFETIME_S_MAX`] after `created`; give all of
    /// them, because it is also how far our clock may be behind theirs.
    pub expires: i64,
    /// At least [`limits::REQUEST_NONCE_BYTES_MIN`] characters, and never the same again.
    pub nonce: Nonce,
    pub keyid: KeyId,
}

impl Params {
    /// REQ-7: whether a receiver whose clock shows `now_s` believes in these times.
    fn check_time(&self, now_s: i64) -> Result<(), SigError> {
        let lifetime = self.expires.saturating_sub(self.created);
        let is_near = self.created.abs_diff(now_s) <= limits::REQUEST_SKEW_S_MAX.unsigned_abs();
        let is_short = (0..=limits::REQUEST_LIFETIME_S_MAX).contains(&lifetime);
        if is_near && is_short && now_s <= self.expires { Ok(()) } else { Err(SigError::ClockSkew) }
    }

    /// REQ-6.
    fn has_long_nonce(&self) -> bool {
        self.nonce.as_str().len() >= limits::REQUEST_NONCE_BYTES_MIN
    }
}

/// The header fields of a signed request. `loggia-origin`, `-destination` and `-version` are the caller's to set.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Signed {
    pub content_digest: Option<String>,
    pub signature_input: String,
    pub signature: String,
}

/// REQ-8: the field `content-digest` (RFC 9530) of these octets.
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)))
}

/// # Errors
/// [`SigError`] for what no receiver would accept at the time `created`: parts that are missing or no text, a
/// short nonce, a wrong lifetime.
pub fn sign(request: &Request, params: &Params, key: &SigningKey) -> Result<Signed, SigError> {
    params.check_time(params.created)?;
    if !params.has_long_nonce() {
        return Err(bad("the nonce is too short"));
    }
    let content_digest = request.body().map(content_digest);
    let covered = covered_by(request, params).ok_or(bad("a signature parameter cannot be written"))?;
    let base = request.base(&covered, content_digest.as_deref())?;
    let signature = BareItem::ByteSequence(key.sign(base.as_bytes()).0.to_vec());
    let unwritable = || bad("the signature cannot be written");
    let signed = Signed {
        content_digest,
        signature_input: base::field(LABEL, covered).ok_or_else(unwritable)?,
        signature: base::field(LABEL, signature).ok_or_else(unwritable)?,
    };
    if signed.signature_input.len() > limits::SIGNATURE_INPUT_BYTES_MAX {
        Err(unwritable())
    } else {
        Ok(signed)
    }
}

fn covered_by(request: &Request, params: &Params) -> Option<InnerList> {
    let string = |text: &str| sfv::String::from_string(text.to_owned()).ok().map(BareItem::String);
    let second = |value: i64| sfv::Integer::try_from(value).ok().map(BareItem::Integer);
    let items: Option<Vec<Item>> =
        request.components().map(|component| Some(Item::new(string(component)?))).collect();
    let params = [
        ("created", second(params.created)?),
        ("expires", second(params.expires)?),
        ("nonce", string(params.nonce.as_str())?),
        ("keyid", string(params.keyid.as_str())?),
        ("tag", string(TAG)?),
    ];
    let named =
        params.into_iter().map(|(name, value)| Some((KeyRef::from_str(name).ok()?.to_owned(), value)));
    Some(InnerList { items: items?, params: named.collect::<Option<_>>()? })
}

/// What a request's signature claims; nothing of it is proved before [`Self::verify`].
#[derive(Clone, Debug)]
pub struct Claim {
    covered: InnerList,
    params: Params,
    signature: Signature,
}

/// Reads all values of the fields `signature-input` and `signature`.
///
/// # Errors
/// [`SigError::BadSignature`] (REQ-3 to REQ-6).
pub fn parse(signature_input: &[&str], signature: &[&str]) -> Result<Claim, SigError> {
    // REQ-3: one signature, under our label, in the one spelling of it.
    let input = base::only_member(signature_input, LABEL, limits::SIGNATURE_INPUT_BYTES_MAX);
    let Some(ListEntry::InnerList(covered)) = input else {
        return Err(bad("not exactly one well-formed signature-input"));
    };
    let octets = base::only_member(signature, LABEL, limits::SIGNATURE_BYTES_MAX);
    let Some(ListEntry::Item(Item { bare_item: BareItem::ByteSequence(octets), params })) = octets else {
        return Err(bad("not exactly one well-formed signature"));
    };
    let signature = octets.try_into().map(Signature).map_err(|_| bad("not an Ed25519 signature"))?;
    if !params.is_empty() {
        return Err(bad("a signature has no parameters"));
    }
    // REQ-4: these components and no others. What only a body needs is up to `verify`.
    let names: Option<Vec<&str>> = covered.items.iter().map(base::plain_name).collect();
    let names = names.ok_or(bad("a component is not named by its plain name"))?;
    let is_known = |name: &&str| ALWAYS.contains(name) || WITH_BODY.contains(name);
    if !ALWAYS.iter().all(|name| names.contains(name)) || !names.iter().all(is_known) {
        return Err(bad("the signature does not cover what it has to, or more"));
    }
    let params = read_params(&covered).ok_or(bad("the signature's parameters are not those required"))?;
    Ok(Claim { covered, params, signature })
}

fn read_params(covered: &InnerList) -> Option<Params> {
    let text = |name: &str| covered.params.get(name)?.as_string().map(sfv::StringRef::as_str);
    let second = |name: &str| covered.params.get(name)?.as_integer().map(i64::from);
    // REQ-5: five parameters, and `alg` may be said.
    let named_algorithm = covered.params.contains_key("alg");
    if named_algorithm && text("alg") != Some(ALGORITHM) {
        return None;
    }
    let count = if named_algorithm { 6 } else { 5 };
    if covered.params.len() != count || text("tag") != Some(TAG) {
        return None;
    }
    let params = Params {
        created: second("created")?,
        expires: second("expires")?,
        nonce: text("nonce")?.parse().ok()?,
        keyid: text("keyid")?.parse().ok()?,
    };
    params.has_long_nonce().then_some(params)
}

impl Claim {
    pub fn keyid(&self) -> &KeyId {
        &self.params.keyid
    }

    /// To be remembered, with its origin, until [`Self::expires`] has passed.
    pub fn nonce(&self) -> &Nonce {
        &self.params.nonce
    }

    pub fn created(&self) -> i64 {
        self.params.created
    }

    pub fn expires(&self) -> i64 {
        self.params.expires
    }

    /// # Errors
    /// [`SigError::ClockSkew`] (REQ-7).
    pub fn check_time(&self, now_s: i64) -> Result<(), SigError> {
        self.params.check_time(now_s)
    }

    /// `key` is the origin's that [`Self::keyid`] names, `content_digest` all values of that field.
    ///
    /// # Errors
    /// [`SigError::BadDigest`] (REQ-8), [`SigError::BadSignature`] (REQ-4, REQ-9).
    pub fn verify(
        &self,
        request: &Request,
        content_digest: &[&str],
        key: &PublicKey,
    ) -> Result<(), SigError> {
        let digest = match request.body() {
            Some(body) => Some(check_digest(body, self.covers(CONTENT_DIGEST), content_digest)?),
            None => None,
        };
        self.verify_over(request, digest, key)
    }

    /// As [`Self::verify`] while the body is still to come, so that strangers' bodies need not be read: whether it has
    /// the digest that was signed is the one thing that is left to say. The request's `body` stands for it.
    ///
    /// # Errors
    /// [`SigError::BadDigest`] (REQ-8), [`SigError::BadSignature`] (REQ-4, REQ-9).
    pub fn verify_head(
        &self,
        request: &Request,
        content_digest: &[&str],
        key: &PublicKey,
    ) -> Result<(), SigError> {
        let [digest] = content_digest else {
            return Err(SigError::BadDigest { detail: "not exactly one content-digest" });
        };
        self.verify_over(request, Some(digest), key)
    }

    fn covers(&self, name: &str) -> bool {
        self.covered.items.iter().any(|item| base::plain_name(item) == Some(name))
    }

    fn verify_over(&self, request: &Request, digest: Option<&str>, key: &PublicKey) -> Result<(), SigError> {
        let covers = |name| self.covers(name);
        let expected = request.components().count();
        if self.covered.items.len() != expected || !request.components().all(covers) {
            return Err(bad("the signature does not cover what it has to, or more"));
        }
        // REQ-9: the signature is of the origin's key, over the base of exactly this request.
        let base = request.base(&self.covered, digest)?;
        key.verify(base.as_bytes(), &self.signature).map_err(|_| SigError::Mismatch { base })
    }
}

/// REQ-8: the digest is there once, covered, and that of the body, in the one spelling of [`content_digest`].
fn check_digest<'a>(body: &[u8], is_covered: bool, fields: &[&'a str]) -> Result<&'a str, SigError> {
    let bad = |detail| Err(SigError::BadDigest { detail });
    match fields {
        _ if !is_covered => bad("the signature does not cover the content-digest"),
        [field] if *field == content_digest(body) => Ok(field),
        [_] => bad("the content-digest is not the SHA-256 of the body"),
        _ => bad("not exactly one content-digest"),
    }
}
