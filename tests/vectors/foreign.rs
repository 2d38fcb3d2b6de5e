//! Vectors that others made: RFC 8785 (canonical JSON), RFC 8032 and Wycheproof (Ed25519). Those of RFC 9421 and RFC 9530 stand
//! in src/protocol/http_sig/tests/foreign.rs, because our form of a signed request is narrower than they are.
//!
//! Where we differ from what such a vector expects, the difference stands here with its rule.

use loggia::protocol::json;
use loggia::protocol::sign::{PublicKey, Signature, SigningKey};
use wycheproof::TestResult;
use wycheproof::eddsa::{TestName, TestSet};

fn digits(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits")).collect()
}

fn fixed<const N: usize>(octets: &[u8]) -> [u8; N] {
    octets.try_into().expect("so many octets")
}

/// What JSON in any spelling is in canonical form, or the code that it is refused with.
fn canonical(text: &str) -> Result<String, &'static str> {
    let value = json::parse_strict(text.as_bytes()).map_err(|error| error.code())?;
    let bytes = json::to_canonical(&value).map_err(|error| error.code())?;
    // What we write we take as signed, and no other spelling.
    json::parse_canonical(&bytes).expect("canonical");
    if bytes != text.as_bytes() {
        assert_eq!(
            json::parse_canonical(text.as_bytes()).map_err(|error| error.code()),
            Err("not_canonical")
        );
    }
    Ok(String::from_utf8(bytes).expect("UTF-8"))
}

/// RFC 8785 section 3.2.2: refused for its numbers (JSON-2, JSON-5); without them it comes out as there.
#[test]
fn rfc_8785_sample() {
    let string = r#"  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","#;
    let literals = r#"  "literals": [null, true, false]"#;
    let numbers = r#"  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],"#;
    assert_eq!(canonical(&format!("{{\n{numbers}\n{string}\n{literals}\n}}")), Err("bad_json"));
    let expected = r#"{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
    assert_eq!(canonical(&format!("{{\n{string}\n{literals}\n}}")).as_deref(), Ok(expected));
    // Section 3.2.4: the same as octets.
    let octets = digits(
        "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c22737472696e67223a22e282ac245c\
         75303030665c6e4127425c225c5c5c5c5c222f227d",
    );
    assert_eq!(expected.as_bytes(), octets);
    for number in ["333333333.33333329", "1E30", "4.50", "2e-3", "0.000000000000000000000000001"] {
        assert_eq!(canonical(number), Err("bad_json"), "{number}");
    }
}

/// RFC 8785 section 3.2.3: keys are sorted as UTF-16.
#[test]
fn rfc_8785_sorting() {
    let sample = r#"{
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis"
    }"#;
    let expected = "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\
                    \"\u{f6}\":\"Latin Small Letter O With Diaeresis\",\"\u{20ac}\":\"Euro Sign\",\
                    \"\u{1f600}\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}";
    assert_eq!(canonical(sample).as_deref(), Ok(expected));
}

/// RFC 8785 appendix B, all of whose numbers are correct there. Of them only 0 is an integer that every language reads
/// alike; `-0` is not among the spellings at all, and 2^53 is the first integer that a float may have been rounded to.
#[test]
fn rfc_8785_numbers() {
    assert_eq!(canonical("0").as_deref(), Ok("0"));
    let beyond_range = [
        "9007199254740992",
        "-9007199254740992",
        "295147905179352830000",
        "999999999999999700000",
        "999999999999999900000",
    ];
    let not_integers = [
        "5e-324",
        "-5e-324",
        "1.7976931348623157e+308",
        "-1.7976931348623157e+308",
        "9.999999999999997e+22",
        "1e+23",
        "1.0000000000000001e+23",
        "1e+21",
        "9.999999999999997e-7",
        "0.000001",
        "333333333.3333332",
        "333333333.33333325",
        "333333333.3333333",
        "333333333.3333334",
        "333333333.33333343",
        "-0.0000033333333333333333",
        "1424953923781206.2",
    ];
    // Which the RFC has in the table to say that they are no JSON.
    let no_json = ["NaN", "Infinity", "-Infinity", "-0"];
    for number in beyond_range.iter().chain(&not_integers).chain(&no_json) {
        assert_eq!(canonical(number), Err("bad_json"), "{number}");
    }
}

/// RFC 8785 appendices D and E: numbers that do not fit stand as text. As numbers they are refused (JSON-2, JSON-5), not rounded.
#[test]
fn rfc_8785_big_numbers() {
    let numbers = r#"{"giantNumber": 1.4e+9999, "payMeThis": 26000.33, "int64Max": 9223372036854775807}"#;
    assert_eq!(canonical(numbers), Err("bad_json"));
    let texts = r#"{"giantNumber": "1.4e+9999", "payMeThis": "26000.33", "int64Max": "9223372036854775807"}"#;
    let expected = r#"{"giantNumber":"1.4e+9999","int64Max":"9223372036854775807","payMeThis":"26000.33"}"#;
    assert_eq!(canonical(texts).as_deref(), Ok(expected));
    assert_eq!(canonical(r#"{"time": "2019-01-28T07:45:10Z", "big": "055", "val": 3.5}"#), Err("bad_json"));
    let whole = r#"{"time": "2019-01-28T07:45:10Z", "big": "055", "val": 3}"#;
    assert_eq!(canonical(whole).as_deref(), Ok(r#"{"big":"055","time":"2019-01-28T07:45:10Z","val":3}"#));
}

/// RFC 8032 section 7.1: keys, signatures and verdicts are the same.
#[test]
fn rfc_8032() {
    let rows = include_str!("foreign/rfc8032.txt").lines().filter(|line| !line.starts_with('#'));
    let mut count = 0;
    for row in rows {
        let [name, private, public, message, signature] =
            row.split(':').collect::<Vec<_>>().try_into().expect("five columns");
        let key = SigningKey::from_seed(fixed(&digits(private)));
        let (message, signature) = (digits(message), Signature(fixed(&digits(signature))));
        let public = PublicKey::from_bytes(&fixed(&digits(public))).expect("a key");
        assert_eq!(key.public(), public, "{name}");
        assert_eq!(key.sign(&message), signature, "{name}");
        assert_eq!(public.verify(&message, &signature), Ok(()), "{name}");
        assert!(public.verify(&[&*message, &[0]].concat(), &signature).is_err(), "{name}");
        count += 1;
    }
    assert_eq!(count, 5);
}

/// No verdict differs: what our strictness refuses beyond RFC 8032 (keys and R of low order) is not among these, but in
/// spec/vectors/events/signatures.json.
#[test]
fn wycheproof_ed25519() {
    let set = TestSet::load(TestName::Ed25519).expect("the vectors");
    let (mut valid, mut invalid) = (0, 0);
    let mut wrong = Vec::new();
    for group in &set.test_groups {
        let public = group.key.pk.as_slice().try_into().ok().and_then(|key| PublicKey::from_bytes(key).ok());
        for test in &group.tests {
            // In this protocol the length is judged where a signature is read (NAME-1).
            let signature = <[u8; 64]>::try_from(test.sig.as_slice()).map(Signature).ok();
            let verdict = public.zip(signature).is_some_and(|(key, sig)| key.verify(&test.msg, &sig).is_ok());
            let expected = test.result != TestResult::Invalid;
            *(if verdict { &mut valid } else { &mut invalid }) += 1;
            if verdict != expected {
                wrong.push(format!("{} ({}): accepted is {verdict}", test.tc_id, test.comment));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(valid + invalid, set.number_of_tests, "all of them");
    assert!(valid >= 80 && invalid >= 60, "{valid} accepted, {invalid} refused");
}
