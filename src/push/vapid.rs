//! Who this server is to push services (RFC 8292): a key of its own, made at the first start, and the tokens that it
//! signs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use web_push_native::p256::SecretKey;
use web_push_native::p256::ecdsa::signature::Signer;
use web_push_native::p256::ecdsa::{Signature, SigningKey};
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint;

use crate::domain::clock::random;
use crate::storage::{self, Conn, meta};

/// Where the key is kept.
const NAME: &str = "vapid_key";
/// How long a token is good, in seconds: services take no more than a day.
const LIFETIME_S: i64 = 12 * 3_600;

/// The key.
#[derive(Clone)]
pub struct Vapid {
    key: SecretKey,
}

impl Vapid {
    /// The key that is kept, or a new one, which is then.
    pub fn load(conn: &mut Conn) -> storage::Result<Vapid> {
        // Not every number is a key, but nearly.
        let fresh = std::iter::repeat_with(random::<32>).find(|seed| SecretKey::from_slice(seed).is_ok());
        meta::put_once(conn, NAME, &URL_SAFE_NO_PAD.encode(fresh.unwrap_or_default()))?;
        let kept = meta::get(conn, NAME)?.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let key = kept.and_then(|seed| SecretKey::from_slice(&seed).ok());
        key.map(|key| Vapid { key })
            .ok_or_else(|| storage::Error::Damaged("the key for push services".to_owned()))
    }

    /// As browsers want it when they subscribe: the uncompressed point, base64url.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.key.public_key().to_encoded_point(false).as_bytes())
    }

    /// The `Authorization` for a request to a push service at `origin` (`https://host`).
    pub fn authorization(&self, origin: &str, contact: &str, now_s: i64) -> String {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(json!({ "typ": "JWT", "alg": "ES256" }));
        let claims = part(json!({ "aud": origin, "exp": now_s + LIFETIME_S, "sub": contact }));
        let said = format!("{header}.{claims}");
        let signature: Signature = SigningKey::from(&self.key).sign(said.as_bytes());
        format!("vapid t={said}.{}, k={}", URL_SAFE_NO_PAD.encode(signature.to_bytes()), self.public())
    }
}

#[cfg(test)]
mod tests {
    use web_push_native::p256::ecdsa::VerifyingKey;
    use web_push_native::p256::ecdsa::signature::Verifier;

    use super::*;

    #[test]
    fn tokens_are_signed_by_the_key_that_they_come_with() {
        let vapid = Vapid { key: SecretKey::from_slice(&[7; 32]).unwrap() };
        let header = vapid.authorization("https://push.example", "mailto:me@example.org", 1_000);
        let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let (said, signature) = token.rsplit_once('.').unwrap();
        let key = VerifyingKey::from_sec1_bytes(&URL_SAFE_NO_PAD.decode(key).unwrap()).unwrap();
        let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        key.verify(said.as_bytes(), &signature).unwrap();
        key.verify(b"something else", &signature).unwrap_err();
        let claims = URL_SAFE_NO_PAD.decode(said.split_once('.').unwrap().1).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(
            claims,
            json!({ "aud": "https://push.example", "exp": 1_000 + LIFETIME_S, "sub": "mailto:me@example.org" })
        );
    }
}
