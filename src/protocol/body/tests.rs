use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::protocol::json::tests::any_value;

fn code(text: &str) -> Option<&'static str> {
    Body::parse(text.as_bytes()).err().map(|error| error.code())
}

#[test]
fn the_hash_of_a_known_body() {
    let body = Body::new([0; 16], json!({"text": "hi"}).as_object().unwrap().clone());
    assert_eq!(body.canonical(), br#"{"content":{"text":"hi"},"salt":"AAAAAAAAAAAAAAAAAAAAAA"}"#);
    // Computed with Python's hashlib from the text above.
    assert_eq!(body.hash().to_string(), "dHU_qgrn1V0hi7T8YpGjzTIPIaElC2QkYBaYQDRntnw");
    assert_ne!(Body::new([1; 16], body.content.clone()).hash(), body.hash());
}

#[test]
fn exactly_salt_and_content() {
    let salt = "AAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(code(&format!(r#"{{"content":{{"unknown":[1,null]}},"salt":"{salt}"}}"#)), None);
    for text in [
        format!(r#"{{"content":{{}},"extra":1,"salt":"{salt}"}}"#),
        format!(r#"{{"salt":"{salt}"}}"#),
        r#"{"content":{}}"#.to_owned(),
        format!(r#"{{"content":[],"salt":"{salt}"}}"#),
        format!(r#"{{"content":{{}},"salt":"{salt}AA"}}"#),
        r#"{"content":{},"salt":"AAAAAAAAAAAAAAAAAAAAAB"}"#.to_owned(),
    ] {
        assert_eq!(code(&text), Some("bad_header"), "{text}");
    }
    assert_eq!(code(&format!(r#"{{"content":{{"a":1.5}},"salt":"{salt}"}}"#)), Some("bad_json"));
    assert_eq!(code(&format!(r#"{{"content":{{"a":1,"a":1}},"salt":"{salt}"}}"#)), Some("bad_json"));
    assert_eq!(code(&format!(r#"{{"content":{{"a":"\u0000"}},"salt":"{salt}"}}"#)), Some("bad_json"));
    assert_eq!(code(&format!(r#"{{"salt":"{salt}","content":{{}}}}"#)), Some("not_canonical"));
    let deep = |depth: usize| {
        format!(r#"{{"content":{{"a":{}{}}},"salt":"{salt}"}}"#, "[".repeat(depth), "]".repeat(depth))
    };
    assert_eq!((code(&deep(14)), code(&deep(15))), (None, Some("bad_json")));
}

#[test]
fn size_is_shared_with_the_event() {
    assert_eq!(check_size(500, 64 * 1024 - 500), Ok(()));
    assert_eq!(check_size(501, 64 * 1024 - 500).unwrap_err().code(), "too_large");
    assert!(check_size(usize::MAX, 1).is_err());
}

proptest! {
    #[test]
    fn round_trip(salt: [u8; 16], value in any_value()) {
        let mut content = Map::new();
        content.insert("v".into(), value);
        let body = Body::new(salt, content);
        let bytes = body.canonical();
        prop_assert_eq!(&bytes, &serde_json_canonicalizer::to_vec(&body).unwrap());
        prop_assert_eq!(Body::hash_bytes(&bytes), body.hash());
        prop_assert_eq!(Body::parse(&bytes).unwrap(), body);
    }
}
