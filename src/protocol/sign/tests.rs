use super::*;

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    std::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
}

#[test]
fn rfc_8032_test_2() {
    let key =
        SigningKey::from_seed(bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
    let public = bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    assert_eq!(key.public().to_bytes(), public);
    let signature = key.sign(&[0x72]);
    let expected = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                    085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    assert_eq!(signature, Signature(bytes(expected)));
    assert_eq!(PublicKey::from_bytes(&public).unwrap().verify(&[0x72], &signature), Ok(()));
}

#[test]
fn changed_signatures_do_not_verify() {
    let key = SigningKey::from_seed([7; 32]);
    let public = key.public();
    let signature = key.sign_in(domain::EVENT, b"message");
    assert_eq!(public.verify_in(domain::EVENT, b"message", &signature), Ok(()));
    assert!(public.verify_in(domain::HEAD, b"message", &signature).is_err());
    assert!(public.verify_in(domain::EVENT, b"massage", &signature).is_err());
    assert!(
        SigningKey::from_seed([8; 32]).public().verify_in(domain::EVENT, b"message", &signature).is_err()
    );
    for index in 0..64 {
        let mut changed = signature;
        changed.0[index] ^= 1;
        assert!(public.verify_in(domain::EVENT, b"message", &changed).is_err(), "byte {index}");
    }
}

/// S + L verifies wherever S is not compared with the group order.
#[test]
fn signatures_are_not_malleable() {
    let key = SigningKey::from_seed([7; 32]);
    let mut signature = key.sign(b"message");
    let order: [u8; 32] = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut carry = 0;
    for (byte, add) in signature.0[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    assert_eq!(key.public().verify(b"message", &signature), Err(SignatureError::Mismatch));
}

#[test]
fn weak_and_misspelt_keys_are_refused() {
    let weak = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        // y >= p
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        // not on the curve
        "0200000000000000000000000000000000000000000000000000000000000000",
    ];
    for hex in weak {
        assert_eq!(PublicKey::from_bytes(&bytes(hex)), Err(SignatureError::Key), "{hex}");
    }
}

#[test]
fn encodings_round_trip_and_secrets_stay_secret() {
    let key = SigningKey::from_seed([7; 32]);
    let signature = key.sign(b"message");
    assert_eq!(signature.to_string().len(), 86);
    assert_eq!(signature.to_string().parse(), Ok(signature));
    assert_eq!(key.public().to_string().parse(), Ok(key.public()));
    let json = serde_json::to_string(&(key.public(), signature)).unwrap();
    assert_eq!(serde_json::from_str::<(PublicKey, Signature)>(&json).unwrap(), (key.public(), signature));
    assert!("AAAA".parse::<Signature>().is_err());
    assert!("AAAA".parse::<PublicKey>().is_err());

    let debug = format!("{key:?}");
    assert!(debug.contains(&key.public().to_string()));
    assert!(!debug.contains(&crate::protocol::ids::Hash(key.seed()).to_string()));
    assert!(!debug.contains("7, 7"));
    assert_eq!(SigningKey::from_seed(key.seed()).public(), key.public());
}
