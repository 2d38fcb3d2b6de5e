//! Hash domains and Ed25519 (spec: SIGN-n).
//!
//! Every hash and every signature begins with the name of the kind of object, so that no bytes of one kind
//! can be passed off as another. Verification is strict (SIGN-2), because two replicas that disagree about
//! one signature disagree about the channel.

use std::{fmt, str::FromStr};

use ed25519_dalek::Signer as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::ids::{Hash, Parsed, decode_base64, with_base64};

#[cfg(test)]
mod tests;

/// SIGN-1: the prefixes. Each is the kind of object, the version of its format and a line feed.
pub mod domain {
    pub const EVENT: &[u8] = b"loggia/event/1\n";
    pub const BODY: &[u8] = b"loggia/body/1\n";
    pub const ENTRY: &[u8] = b"loggia/entry/1\n";
    pub const HEAD: &[u8] = b"loggia/head/1\n";
    pub const KEY_DOCUMENT: &[u8] = b"loggia/keys/1\n";
    pub const KEY_SET: &[u8] = b"loggia/keyset/1\n";
    pub const PROFILE: &[u8] = b"loggia/profile/1\n";
    pub const INVITE: &[u8] = b"loggia/invite/1\n";
}

/// SHA-256 of the prefix and the bytes.
pub fn hash(domain: &[u8], bytes: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update(domain).chain_update(bytes).finalize().into())
}

/// A key or a signature that is not acceptable. Says no more: the difference helps only an attacker.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignatureError {
    #[error("not an acceptable Ed25519 public key")]
    Key,
    #[error("not an Ed25519 signature: 86 base64url characters")]
    Encoding,
    #[error("the signature does not verify")]
    Mismatch,
}

/// A private key. Its octets never appear in `Debug`, and it has no `Display` or serde.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// `seed` is the RFC 8032 private key: 32 octets from a good source.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs bytes that carry their own domain; objects of this protocol go through [`Self::sign_in`].
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }

    /// Signs `domain || bytes`.
    pub fn sign_in(&self, domain: &[u8], bytes: &[u8]) -> Signature {
        self.sign(&[domain, bytes].concat())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(public: {})", self.public())
    }
}

/// A public key whose point is decoded once; 43 base64url characters in JSON.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

/// KEYDOC-12: public halves of keys whose private halves stand in specifications, for everybody to sign with.
const KNOWN_TO_ALL: [&str; 9] = [
    // RFC 8032 section 7.1, TEST 1 (also RFC 8037 appendix A), TEST 2, TEST 3, TEST 1024, TEST SHA(abc)
    "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw",
    "_FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU",
    "J4EX_BRMcjQPZ9DyMW6Dhs7_vyskKMnFH-98WX8dQm4",
    "7Bcrk61eVjv0kyxw4SRQNMNUZ-8u_U1k6_gZaDRn4r8",
    // RFC 9421 appendix B.1.4, test-key-ed25519
    "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
    // RFC 8032 section 7.2 and 7.3, the other keys of Ed25519ctx and Ed25519ph
    "38lCXk-Wj38MKfAlnPX5rtaFHCu0rYv7hgz-4KskgpI",
    "Dx0SdJQ7kUFYiRUuiT2A6TJ1ofwLZf1xtLDdoQrX13I",
    // The seed of 32 zero octets
    "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik",
];

impl PublicKey {
    /// Whether everybody can sign with this key (KEYDOC-12).
    pub fn is_known_to_all(&self) -> bool {
        KNOWN_TO_ALL.contains(&self.to_string().as_str())
    }

    /// # Errors
    /// [`SignatureError::Key`]: not a point, not its canonical encoding, or of low order (SIGN-3).
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, SignatureError> {
        // SIGN-3: dalek accepts y >= p (ZIP-215), under which one key would have two names.
        if is_beyond_field(bytes) {
            return Err(SignatureError::Key);
        }
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| SignatureError::Key)?;
        if key.is_weak() { Err(SignatureError::Key) } else { Ok(Self(key)) }
    }

    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// RFC 8032 section 5.1.7, cofactorless, low-order R and A refused (SIGN-2).
    ///
    /// # Errors
    /// [`SignatureError::Mismatch`].
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(message, &signature).map_err(|_| SignatureError::Mismatch)
    }

    /// [`Self::verify`] of `domain || bytes`.
    ///
    /// # Errors
    /// [`SignatureError::Mismatch`].
    pub fn verify_in(
        &self,
        domain: &[u8],
        bytes: &[u8],
        signature: &Signature,
    ) -> Result<(), SignatureError> {
        self.verify(&[domain, bytes].concat(), signature)
    }
}

/// Whether the y coordinate is not reduced modulo p = 2^255 - 19 (little-endian, top bit is the sign of x).
fn is_beyond_field(bytes: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = bytes;
    *low >= 0xed && middle.iter().all(|byte| *byte == 0xff) && high & 0x7f == 0x7f
}

impl FromStr for PublicKey {
    type Err = SignatureError;
    fn from_str(text: &str) -> Result<Self, SignatureError> {
        Self::from_bytes(&decode_base64(text).ok_or(SignatureError::Key)?)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        with_base64(self.0.as_bytes(), |text| f.write_str(text))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        with_base64(self.0.as_bytes(), |text| serializer.serialize_str(text))
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parsed::new())
    }
}

/// 64 octets, 86 base64url characters in JSON.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Signature(pub [u8; 64]);

impl FromStr for Signature {
    type Err = SignatureError;
    fn from_str(text: &str) -> Result<Self, SignatureError> {
        decode_base64(text).map(Signature).ok_or(SignatureError::Encoding)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        with_base64(&self.0, |text| f.write_str(text))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        with_base64(&self.0, |text| serializer.serialize_str(text))
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parsed::new())
    }
}
