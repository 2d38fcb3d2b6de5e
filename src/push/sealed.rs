//! What only the device can read (RFC 8291).

use web_push_native::p256::PublicKey;
use web_push_native::{Auth, encrypt};

/// Lengths are rounded up to a multiple of this, in bytes: they would tell something of the text.
const STEP_BYTES: usize = 512;
/// What a push service takes at least (RFC 8030, section 7.2), without what encryption adds.
const PAYLOAD_BYTES_MAX: usize = 3_584;

/// JSON, encrypted for a device. None when its keys are none, or the text is too long.
pub fn seal(json: &str, p256dh: &[u8], auth: &[u8]) -> Option<Vec<u8>> {
    let key = PublicKey::from_sec1_bytes(p256dh).ok()?;
    if auth.len() != size_of::<Auth>() {
        return None;
    }
    let mut text = json.as_bytes().to_vec();
    text.resize(text.len().next_multiple_of(STEP_BYTES), b' ');
    if text.len() > PAYLOAD_BYTES_MAX {
        return None;
    }
    encrypt(text, &key, Auth::from_slice(auth)).ok()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use web_push_native::decrypt;
    use web_push_native::p256::SecretKey;

    use super::*;

    // RFC 8291, appendix A: the device's private and public key, the secret, and the message as it is sent.
    const PRIVATE: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
    const PUBLIC: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
    const SENT: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    fn open(sent: Vec<u8>) -> Option<Vec<u8>> {
        let key = SecretKey::from_slice(&bytes(PRIVATE)).unwrap();
        decrypt(sent, &key, Auth::from_slice(&bytes(AUTH))).ok()
    }

    #[test]
    fn the_example_of_the_rfc_is_read() {
        let read = open(bytes(SENT)).unwrap();
        assert_eq!(read, b"When I grow up, I want to be a watermelon");
        let mut damaged = bytes(SENT);
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(open(damaged), None);
    }

    #[test]
    fn what_is_sealed_is_read_by_the_device_and_tells_little_by_its_length() {
        let lengths: Vec<usize> = ["{}", r#"{"title":"Ann","body":"A longer text"}"#]
            .iter()
            .map(|json| {
                let sealed = seal(json, &bytes(PUBLIC), &bytes(AUTH)).unwrap();
                assert_eq!(String::from_utf8(open(sealed.clone()).unwrap()).unwrap().trim_end(), *json);
                sealed.len()
            })
            .collect();
        assert_eq!(lengths[0], lengths[1]);
        assert_ne!(
            seal("{}", &bytes(PUBLIC), &bytes(AUTH)),
            seal("{}", &bytes(PUBLIC), &bytes(AUTH)),
            "each time with another salt and key"
        );
    }

    #[test]
    fn bad_keys_and_long_texts_seal_nothing() {
        assert!(seal("{}", &[4; 65], &bytes(AUTH)).is_none());
        assert!(seal("{}", &bytes(PUBLIC), &[1; 15]).is_none());
        assert!(seal(&"x".repeat(PAYLOAD_BYTES_MAX + 1), &bytes(PUBLIC), &bytes(AUTH)).is_none());
    }
}
