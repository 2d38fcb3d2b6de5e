//! Examples that others made (RFC 9421, RFC 9530), and which of them our form of a signed request refuses.

use super::*;

/// The key of RFC 9421 appendix B.1.4, the only one there that signs with Ed25519: B.2.6 and B.4 are all its examples.
fn rfc_9421_key() -> SigningKey {
    let seed = "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU";
    let key = SigningKey::from_seed(*seed.parse::<crate::protocol::ids::Hash>().unwrap().as_bytes());
    let public = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs".parse::<PublicKey>().unwrap();
    assert_eq!(key.public(), public);
    key
}

/// The base of a message with these components' values, and whether the field is a signature over it.
fn rfc_9421(label: &str, input: &str, field: &str, values: &[(&str, &str)]) -> (String, bool) {
    let Some(ListEntry::InnerList(covered)) = base::only_member(&[input], label, 1024) else {
        panic!("not a list of components");
    };
    let value = |item: &Item| {
        let name = base::plain_name(item)?;
        values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into())
    };
    let base = base::signature_base(&covered, value).unwrap();
    let Some(ListEntry::Item(item)) = base::only_member(&[field], label, 1024) else {
        panic!("not a signature");
    };
    let signature = Signature(item.bare_item.as_byte_sequence().unwrap().try_into().unwrap());
    // A good signature of somebody else's protocol is none of ours (REQ-3 to REQ-5).
    assert_eq!(code(parse(&[input], &[field])), "bad_signature");
    let holds = rfc_9421_key().public().verify(base.as_bytes(), &signature).is_ok();
    (base, holds)
}

#[test]
fn rfc_9421_b_2_6() {
    let input = "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")\
                 ;created=1618884473;keyid=\"test-key-ed25519\"";
    let field =
        "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:";
    let values = [
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("@method", "POST"),
        ("@path", "/foo"),
        ("@authority", "example.com"),
        ("content-type", "application/json"),
        ("content-length", "18"),
    ];
    let (base, holds) = rfc_9421("sig-b26", input, field, &values);
    let expected = "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\
                    \"@authority\": example.com\n\"content-type\": application/json\n\"content-length\": 18\n\
                    \"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \
                    \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";
    assert_eq!((base.as_str(), holds), (expected, true));
    let octets = BareItem::ByteSequence(rfc_9421_key().sign(base.as_bytes()).0.to_vec());
    assert_eq!(base::field("sig-b26", octets).as_deref(), Some(field));
}

/// What may happen to a message on its way, and what may not. Of our own requests less may happen: their query is covered, too (REQ-4).
#[test]
fn rfc_9421_b_4() {
    let input = "transform=(\"@method\" \"@path\" \"@authority\" \"accept\")\
                 ;created=1618884473;keyid=\"test-key-ed25519\"";
    let field = "transform=:ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==:";
    let judged = |method, authority, accept| {
        let path = ("@path", "/demo");
        let values = [("@method", method), path, ("@authority", authority), ("accept", accept)];
        rfc_9421("transform", input, field, &values)
    };
    // With another query, more fields, and lists of one or several fields, in any order among each other.
    let (base, holds) = judged("GET", "example.org", "application/json, */*");
    let expected = "\"@method\": GET\n\"@path\": /demo\n\"@authority\": example.org\n\"accept\": application/json, */*\n\
                    \"@signature-params\": (\"@method\" \"@path\" \"@authority\" \"accept\");created=1618884473\
                    ;keyid=\"test-key-ed25519\"";
    assert_eq!((base.as_str(), holds), (expected, true));
    assert!(!judged("POST", "example.com", "application/json, */*").1, "another method and authority");
    assert!(!judged("GET", "example.org", "*/*, application/json").1, "the values in another order");
}

/// Every example of RFC 9530 (section 2, appendices B, C and D) and of RFC 9421 (section 2.1): their content, and its digest
/// with sha-256, or with another algorithm. Some are of `repr-digest` there: of the same octets that is the same value.
const RFC_9530: &[(&str, &[u8], &str)] = &[
    ("B.1, B.9, C.1", b"{\"hello\": \"world\"}\n", "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"),
    ("B.2", b"", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"),
    ("B.3", b"\"world\"}\n", "sha-256=:jjcgBDWNAtbYUXI37CVG3gRuGOAjaaDRGpIUFsdyepQ=:"),
    (
        "B.4, B.5, B.6",
        b"\x0b\x09\x80{\"hello\": \"world\"}\n\x03",
        "sha-256=:d435Qo+nKZ+gLcUHn7GQtQ72hiBVAgqoLsZnZPiTGPk=:",
    ),
    ("B.7, B.9", b"{\"title\": \"New Title\"}\n", "sha-256=:mEkdbO7Srd9LIOegftO0aBX+VPTVz7/CSHes2Z27gc4=:"),
    (
        "B.7, B.9, the answer",
        b"{\n  \"id\": \"123\",\n  \"title\": \"New Title\"\n}\n",
        "sha-256=:uVSlinTTdQUwm2On4k8TJUikGN1bf/Ds8WPX4oe0h9I=:",
    ),
    (
        "B.8",
        b"{\n  \"status\": \"created\",\n  \"id\": \"123\",\n  \"ts\": 1569327729,\n  \"instance\": \"/books/123\"\n}\n",
        "sha-256=:yXIGDTN5VrfoyisKlXgRKUHHMs35SNtyC3szSz1dbO8=:",
    ),
    (
        "B.10",
        b"{\n  \"title\": \"Not Found\",\n  \"detail\": \"Cannot PATCH a non-existent resource\",\n  \"status\": 404\n}\n",
        "sha-256=:EXB0S2VF2H7ijkAVJkH1Sm0pBho0iDZcvVUHHXTTZSA=:",
    ),
    ("D, and RFC 9421", b"{\"hello\": \"world\"}", "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"),
];

#[test]
fn digests_of_rfc_9530() {
    for (place, content, digest) in RFC_9530 {
        assert_eq!(content_digest(content), *digest, "{place}");
        assert_eq!(check_digest(content, true, &[digest]).err(), None, "{place}");
        assert_eq!(check_digest(b"something else", true, &[digest]).unwrap_err().code(), "bad_digest");
    }
}

/// REQ-8 takes sha-256, alone and once: what RFC 9530 allows beyond that is refused, though it is true.
#[test]
fn digests_of_rfc_9530_that_are_not_ours() {
    let (_, content, sha_256) = RFC_9530.last().unwrap();
    let sha_512 =
        "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";
    let both = format!("{sha_256}, {sha_512}");
    let others = ["md5=:Sd/dVLAcvNLSq16eXua5uQ==:", "sha=:07CavjDP4u3/TungoUHJO/Wzr4c=:"];
    for field in [sha_512, &both, others[0], others[1], ""] {
        assert_eq!(check_digest(content, true, &[field]).unwrap_err().code(), "bad_digest", "{field}");
    }
    assert_eq!(check_digest(content, true, &[sha_256, sha_256]).unwrap_err().code(), "bad_digest");
}
