use proptest::prelude::*;
use serde_json::json;

use super::*;

fn code(bytes: &[u8]) -> Option<&'static str> {
    parse_strict(bytes).err().map(|error| error.code())
}

#[test]
fn hostile_bytes_are_bad_json() {
    let bad: &[&[u8]] = &[
        b"",
        b" ",
        b"{",
        b"nul",
        b"{}{}",
        b"{} x",
        b"[1,]",
        b"'a'",
        b"\xef\xbb\xbf{}",
        b"01",
        b"+1",
        b"NaN",
        b"Infinity",
        // JSON-7, also where the two spellings differ
        br#"{"a":1,"a":1}"#,
        br#"{"a":1,"\u0061":2}"#,
        br#"{"x":{"a":1,"b":2,"a":3}}"#,
        // JSON-2 and JSON-5
        b"1.0",
        b"1.5",
        b"1e3",
        b"1E3",
        b"-0",
        b"-0.0",
        b"0e0",
        b"9007199254740992",
        b"-9007199254740992",
        b"18446744073709551616",
        b"1e400",
        br#"{"a":[1e3]}"#,
        // JSON-6
        br#""\ud800""#,
        br#""\udc00""#,
        br#""\ud800\u0041""#,
        br#"{"\udfff":1}"#,
        b"\"\xff\"",
        b"\"\xc0\x80\"",
        b"\"\xed\xa0\x80\"",
        b"\"\n\"",
        // JSON-3
        br#""\u0000""#,
        br#"{"a\u0000b":1}"#,
        b"\"\0\"",
    ];
    for bytes in bad {
        assert_eq!(code(bytes), Some("bad_json"), "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth)).into_bytes();
    assert_eq!(code(&nested(16)), None);
    assert_eq!(code(&nested(17)), Some("bad_json"));
    assert_eq!(code(&nested(30_000)), Some("bad_json"));
    for open in ["[", "{\"a\":"] {
        let bytes = open.repeat(100_000).into_bytes();
        assert_eq!(code(&bytes), Some("too_large"));
        for depth_max in [16, usize::MAX] {
            let error = parse_strict_limited(&bytes, usize::MAX, depth_max).unwrap_err();
            assert_eq!(error.code(), "bad_json");
        }
    }
}

#[test]
fn size_is_bounded() {
    let fitting = format!("\"{}\"", "a".repeat(limits::JSON_BYTES_MAX - 2)).into_bytes();
    assert_eq!(code(&fitting), None);
    assert_eq!(code(&[fitting, vec![b' ']].concat()), Some("too_large"));
}

#[test]
fn limits_of_integers() {
    for text in ["0", "-1", "9007199254740991", "-9007199254740991"] {
        assert_eq!(parse_canonical(text.as_bytes()).unwrap().to_string(), text);
    }
}

#[test]
fn canonical_or_reject() {
    let lax: &[&[u8]] = &[
        b" {}",
        b"{} ",
        b"{\"a\": 1}",
        br#"{"b":1,"a":1}"#,
        br#""\u0061""#,
        br#""\/""#,
        br#""\u000A""#,
        br#""\u001F""#,
        br#""\u00e9""#,
        br#"{"\ud83d\ude00":1}"#,
        // U+E000 is before U+1F600 in UTF-8, after it in UTF-16.
        "{\"\u{e000}\":1,\"\u{1f600}\":1}".as_bytes(),
    ];
    for bytes in lax {
        assert_eq!(code(bytes), None, "{}", String::from_utf8_lossy(bytes));
        assert_eq!(
            parse_canonical(bytes),
            Err(JsonError::NotCanonical),
            "{}",
            String::from_utf8_lossy(bytes)
        );
    }
    let canonical = "{\"\u{1f600}\":\"\\n\\u001f\\\"\\\\/é\",\"\u{e000}\":[null,true,-5]}";
    let value = parse_canonical(canonical.as_bytes()).unwrap();
    assert_eq!(to_canonical(&value).unwrap(), canonical.as_bytes());
}

#[test]
fn serialising_refuses_what_parsing_refuses() {
    for value in [json!(1.5), json!({"a": 1u64 << 53}), json!("\0"), json!({"\0": 1}), json!(u64::MAX)] {
        assert_eq!(to_canonical(&value).unwrap_err().code(), "bad_json", "{value}");
    }
    let deep = (0..17).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(to_canonical(&deep).unwrap_err().code(), "bad_json");
}

/// Any value that canonical JSON can express, with keys from all planes.
pub(in crate::protocol) fn any_value() -> impl Strategy<Value = Value> {
    let text = "[^\0]{0,6}|[\u{d7f0}-\u{d7ff}\u{e000}-\u{e00f}\u{10000}-\u{10010}a\"\\\\\u{1}-\u{1f}]{0,4}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-limits::JSON_INT_MAX..=limits::JSON_INT_MAX).prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text, inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn our_writer_equals_the_oracle(value in any_value()) {
        let ours = to_canonical(&value).unwrap();
        prop_assert_eq!(&ours, &serde_json_canonicalizer::to_vec(&value).unwrap());
        prop_assert_eq!(parse_canonical(&ours).unwrap(), value);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(value) = parse_strict(&bytes) {
            prop_assert!(to_canonical(&value).is_ok());
        }
    }

    #[test]
    fn no_json_like_text_panics(text in "[\\[\\]{}:,\"\\\\0-9eE.a-fu -]{0,40}") {
        if let Ok(value) = parse_strict(text.as_bytes()) {
            let canonical = to_canonical(&value).unwrap();
            prop_assert_eq!(parse_canonical(&canonical).unwrap(), value);
        }
    }
}
