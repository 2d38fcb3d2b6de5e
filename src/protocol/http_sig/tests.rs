use proptest::prelude::*;

use super::*;

mod foreign;

const NOW: i64 = 1_790_000_000;

struct Names {
    a: ServerName,
    b: ServerName,
    c: ServerName,
}

fn names() -> Names {
    let name = |text: &str| text.parse().unwrap();
    Names { a: name("a.example"), b: name("b.example"), c: name("c.example") }
}

fn key() -> SigningKey {
    SigningKey::from_seed([7; 32])
}

fn get(names: &Names) -> Request<'_> {
    Request {
        method: "GET",
        authority: "b.example",
        path: "/federation/v1/check",
        query: None,
        origin: &names.a,
        destination: &names.b,
        version: "1",
        content_type: None,
        body: None,
    }
}

fn post(names: &Names) -> Request<'_> {
    Request {
        method: "POST",
        path: "/federation/v1/heads",
        query: Some("a=b"),
        content_type: Some("application/json"),
        body: Some(b"{}"),
        ..get(names)
    }
}

fn params() -> Params {
    Params {
        created: NOW,
        expires: NOW + 300,
        nonce: "abcdefgh".parse().unwrap(),
        keyid: "k1".parse().unwrap(),
    }
}

fn signed(request: &Request) -> Signed {
    sign(request, &params(), &key()).unwrap()
}

fn received(signed: &Signed) -> Result<Claim, SigError> {
    parse(&[&signed.signature_input], &[&signed.signature])
}

fn verified(request: &Request, signed: &Signed) -> Result<(), SigError> {
    let digest: Vec<&str> = signed.content_digest.as_deref().into_iter().collect();
    received(signed)?.verify(request, &digest, &key().public())
}

/// A signature by our key over what this `signature-input` says, however wrong it is.
fn signed_as(request: &Request, input: &str) -> Signed {
    let Some(ListEntry::InnerList(covered)) =
        base::only_member(&[input], input.split_once('=').unwrap().0, 4096)
    else {
        panic!("not one member: {input}");
    };
    let digest = request.body.map(content_digest);
    let base = base::signature_base(&covered, |item| {
        request.value(item.bare_item.as_string()?.as_str(), digest.as_deref()).or(Some("other".into()))
    });
    let octets = BareItem::ByteSequence(key().sign(base.unwrap_or_default().as_bytes()).0.to_vec());
    Signed {
        content_digest: digest,
        signature_input: input.to_owned(),
        signature: base::field(LABEL, octets).unwrap(),
    }
}

fn code<T>(result: Result<T, SigError>) -> &'static str {
    result.err().map_or("ok", |error| error.code())
}

#[test]
fn the_fields_look_like_this() {
    let names = names();
    let made = signed(&post(&names));
    assert_eq!(
        made.signature_input,
        "s2s=(\"@method\" \"@authority\" \"@path\" \"@query\" \"loggia-origin\" \"loggia-destination\" \
         \"loggia-version\" \"content-digest\" \"content-type\");created=1790000000;expires=1790000300;\
         nonce=\"abcdefgh\";keyid=\"k1\";tag=\"loggia-s2s\""
    );
    assert!(made.signature.starts_with("s2s=:") && made.signature.len() == 94, "{}", made.signature);
    assert_eq!(signed(&get(&names)).content_digest, None);
}

#[test]
fn the_base_is_that_of_the_text() {
    let names = names();
    let covered = covered_by(&post(&names), &params()).unwrap();
    let base = post(&names).base(&covered, Some("sha-256=:x:")).unwrap();
    let expected = "\"@method\": POST\n\"@authority\": b.example\n\"@path\": /federation/v1/heads\n\
         \"@query\": ?a=b\n\"loggia-origin\": a.example\n\"loggia-destination\": b.example\n\
         \"loggia-version\": 1\n\"content-digest\": sha-256=:x:\n\"content-type\": application/json\n\
         \"@signature-params\": (\"@method\" \"@authority\" \"@path\" \"@query\" \"loggia-origin\" \
         \"loggia-destination\" \"loggia-version\" \"content-digest\" \"content-type\")\
         ;created=1790000000;expires=1790000300;nonce=\"abcdefgh\";keyid=\"k1\";tag=\"loggia-s2s\"";
    assert_eq!(base, expected);
}

#[test]
fn authorities_have_one_spelling() {
    assert_eq!(authority("B.Example:443"), "b.example");
    assert_eq!(authority("b.example:8448"), "b.example:8448");
    assert_eq!(authority("b.example:1443"), "b.example:1443");
}

#[test]
fn what_is_covered_cannot_be_changed() {
    let names = names();
    let request = post(&names);
    let made = signed(&request);
    assert_eq!(verified(&request, &made), Ok(()));
    let changed = [
        ("@method", Request { method: "PUT", ..request }),
        ("@authority", Request { authority: "c.example", ..request }),
        ("@path", Request { path: "/federation/v1/Heads", ..request }),
        ("@query", Request { query: Some("a=c"), ..request }),
        ("@query", Request { query: None, ..request }),
        ("loggia-origin", Request { origin: &names.c, ..request }),
        ("loggia-destination", Request { destination: &names.c, ..request }),
        ("loggia-version", Request { version: "2", ..request }),
        ("content-type", Request { content_type: Some("text/json"), ..request }),
        ("content-type", Request { content_type: None, ..request }),
        ("no body", Request { body: None, ..request }),
    ];
    for (component, changed) in changed {
        assert_eq!(code(verified(&changed, &made)), "bad_signature", "{component}");
    }
    // Body and digest changed alike: the digest is signed.
    let other = Request { body: Some(b"[]"), ..request };
    let forged = Signed { content_digest: Some(content_digest(b"[]")), ..made.clone() };
    assert_eq!(code(verified(&other, &forged)), "bad_signature");
    let stranger = SigningKey::from_seed([8; 32]).public();
    let digest = made.content_digest.as_deref().unwrap();
    assert_eq!(code(received(&made).unwrap().verify(&request, &[digest], &stranger)), "bad_signature");
}

#[test]
fn parameters_cannot_be_changed() {
    let names = names();
    let request = get(&names);
    let made = signed(&request);
    for (from, to) in [
        ("created=1790000000", "created=1790000001"),
        ("expires=1790000300", "expires=1790000299"),
        ("abcdefgh", "abcdefgi"),
        ("\"k1\"", "\"k2\""),
    ] {
        let signature_input = made.signature_input.replace(from, to);
        assert_ne!(signature_input, made.signature_input);
        let forged = Signed { signature_input, ..made.clone() };
        assert!(received(&forged).is_ok());
        assert_eq!(code(verified(&request, &forged)), "bad_signature", "{to}");
    }
}

#[test]
fn absent_and_empty_are_the_same_query_and_the_same_body() {
    let names = names();
    let request = get(&names);
    let empty = Request { query: Some(""), body: Some(b""), ..request };
    assert_eq!(signed(&request), signed(&empty));
    assert_eq!(verified(&empty, &signed(&request)), Ok(()));
}

#[test]
fn a_body_has_its_digest() {
    let names = names();
    let request = post(&names);
    let made = signed(&request);
    let good = made.content_digest.as_deref().unwrap();
    let claim = received(&made).unwrap();
    let judge = |request: &Request, fields: &[&str]| code(claim.verify(request, fields, &key().public()));
    let sha_512 = format!("{good}, sha-512=:AAAA:");
    assert_eq!(judge(&request, &[good]), "ok");
    assert_eq!(judge(&request, &[]), "bad_digest");
    assert_eq!(judge(&request, &[good, good]), "bad_digest");
    assert_eq!(judge(&request, &[&content_digest(b"[]")]), "bad_digest");
    assert_eq!(judge(&request, &[&sha_512]), "bad_digest");
    assert_eq!(judge(&request, &[&good.replace("sha-256", "sha-512")]), "bad_digest");
    assert_eq!(judge(&request, &[""]), "bad_digest");
    assert_eq!(judge(&Request { body: Some(b"{} "), ..request }, &[good]), "bad_digest");
    // A signature as without a body, on a request that has one.
    let bare = Signed { content_digest: made.content_digest.clone(), ..signed(&get(&names)) };
    assert_eq!(code(verified(&request, &bare)), "bad_digest");
}

const COVERED: &str = "\"@method\" \"@authority\" \"@path\" \"@query\" \"loggia-origin\" \
                       \"loggia-destination\" \"loggia-version\"";
const PARAMS: &str =
    ";created=1790000000;expires=1790000300;nonce=\"abcdefgh\";keyid=\"k1\";tag=\"loggia-s2s\"";

#[test]
fn order_is_free_and_the_algorithm_may_be_said() {
    let names = names();
    let request = get(&names);
    for input in [
        format!("s2s=({COVERED}){PARAMS}"),
        format!("s2s=({COVERED}){PARAMS};alg=\"ed25519\""),
        "s2s=(\"loggia-version\" \"@query\" \"@method\" \"@authority\" \"@path\" \"loggia-origin\" \
         \"loggia-destination\");tag=\"loggia-s2s\";keyid=\"k1\";nonce=\"abcdefgh\";expires=1790000300\
         ;created=1790000000"
            .to_owned(),
    ] {
        assert_eq!(verified(&request, &signed_as(&request, &input)), Ok(()), "{input}");
    }
}

#[test]
fn any_other_form_is_refused() {
    let names = names();
    let request = get(&names);
    let replaced = |from: &str, to: &str| {
        let input = format!("s2s=({COVERED}){PARAMS}").replacen(from, to, 1);
        assert_ne!(input, format!("s2s=({COVERED}){PARAMS}"), "{from}");
        input
    };
    let mut inputs = vec![
        format!("sig1=({COVERED}){PARAMS}"),
        format!("s2s=({COVERED} \"date\"){PARAMS}"),
        format!("s2s=({COVERED} \"@method\"){PARAMS}"),
        format!("s2s=({COVERED} \"content-digest\" \"content-type\"){PARAMS}"),
        format!("s2s=({COVERED} path){PARAMS}"),
        format!("s2s=({COVERED}){PARAMS};alg=\"ecdsa-p256-sha256\""),
        format!("s2s=({COVERED}){PARAMS};alg=ed25519"),
        format!("s2s=({COVERED}){PARAMS};extra"),
        format!("s2s=({COVERED})"),
        format!("s2s=(){PARAMS}"),
        replaced("\"@path\"", "\"@path\";req"),
        replaced("\"@path\"", "\"@target-uri\""),
        replaced("loggia-s2s", "other"),
        replaced("created=1790000000", "created=\"1790000000\""),
        replaced("created=1790000000", "created=1790000000.0"),
        replaced("\"abcdefgh\"", "\"abcdefg\""),
        replaced("abcdefgh", &"a".repeat(65)),
        replaced("abcdefgh", "abcdefg+"),
        replaced("\"abcdefgh\"", "abcdefgh"),
        replaced("\"k1\"", "\"K1\""),
        replaced("\"k1\"", "\"\""),
    ];
    inputs.extend(COVERED.split(' ').map(|component| {
        format!("s2s=({COVERED}){PARAMS}")
            .replacen(component, "", 1)
            .replace("( ", "(")
            .replace("  ", " ")
            .replace(" )", ")")
    }));
    for part in PARAMS.split_terminator(';').skip(1) {
        inputs.push(replaced(&format!(";{part}"), ""));
    }
    for input in inputs {
        assert_eq!(code(verified(&request, &signed_as(&request, &input))), "bad_signature", "{input}");
    }
}

#[test]
fn another_spelling_or_a_second_signature_is_refused() {
    let names = names();
    let made = signed(&get(&names));
    let (input, signature) = (made.signature_input.as_str(), made.signature.as_str());
    assert_eq!(code(parse(&[input], &[signature])), "ok");
    let long = format!("{input};a=\"{}\"", "a".repeat(1024));
    let member = input.strip_prefix("s2s=").unwrap();
    for inputs in [
        &[] as &[&str],
        &[""],
        &[input, input],
        &[&format!("{input}, other={member}")],
        &[&format!("other={member}, {input}")],
        &[&format!("{input}, {input}")],
        &[&format!("{input} ")],
        &[&input.replacen("(", "( ", 1)],
        &[&input.replacen(";expires", "; expires", 1)],
        &[&input.replacen(";expires", ";created=1790000000;expires", 1)],
        &[&input.replacen("s2s=", "S2S=", 1)],
        &["s2s=(((((("],
        &["s2s"],
        &["s2s=1"],
        &["s2s=\u{e9}"],
        &[&long],
    ] {
        assert_eq!(code(parse(inputs, &[signature])), "bad_signature", "{inputs:?}");
    }
    let short = format!("s2s=:{}:", STANDARD.encode([0; 63]));
    for signatures in [
        &[] as &[&str],
        &[""],
        &[signature, signature],
        &[&signature.replacen("s2s", "sig", 1)],
        &[&format!("{signature}, other=:AAAA:")],
        &[&format!("{signature};a")],
        &[&signature.replace("==:", ":")],
        &[&short],
        &["s2s=1"],
        &["s2s=(:AAAA:)"],
    ] {
        assert_eq!(code(parse(&[input], signatures)), "bad_signature", "{signatures:?}");
    }
}

#[test]
fn clocks_may_differ_by_300_seconds() {
    let at =
        |created: i64, expires: i64, now: i64| code(Params { created, expires, ..params() }.check_time(now));
    for (now, expected) in [
        (NOW - 301, "clock_skew"),
        (NOW - 300, "ok"),
        (NOW - 299, "ok"),
        (NOW, "ok"),
        (NOW + 299, "ok"),
        (NOW + 300, "ok"),
        (NOW + 301, "clock_skew"),
        (i64::MIN, "clock_skew"),
        (i64::MAX, "clock_skew"),
    ] {
        assert_eq!(at(NOW, NOW + 300, now), expected, "{}", now.saturating_sub(NOW));
    }
    assert_eq!(at(NOW, NOW + 301, NOW), "clock_skew");
    assert_eq!(at(NOW, NOW, NOW), "ok");
    assert_eq!(at(NOW, NOW - 1, NOW), "clock_skew");
    assert_eq!(at(NOW, NOW + 10, NOW + 10), "ok");
    assert_eq!(at(NOW, NOW + 10, NOW + 11), "clock_skew");

    let names = names();
    let claim = received(&signed(&get(&names))).unwrap();
    assert_eq!((claim.created(), claim.expires()), (NOW, NOW + 300));
    assert_eq!((claim.keyid().as_str(), claim.nonce().as_str()), ("k1", "abcdefgh"));
    assert_eq!(code(claim.check_time(NOW + 301)), "clock_skew");
}

#[test]
fn what_nobody_would_accept_is_not_signed() {
    let names = names();
    let request = get(&names);
    let with = |params: Params| code(sign(&request, &params, &key()));
    assert_eq!(with(Params { expires: NOW + 301, ..params() }), "clock_skew");
    assert_eq!(with(Params { nonce: "abcdefg".parse().unwrap(), ..params() }), "bad_signature");
    let far = i64::MAX - 1;
    assert_eq!(with(Params { created: far, expires: far, ..params() }), "bad_signature");
    let of = |request: Request| code(sign(&request, &params(), &key()));
    assert_eq!(of(Request { content_type: None, ..post(&names) }), "bad_signature");
    assert_eq!(of(Request { path: "/a\n\"@query\": ?b", ..request }), "bad_signature");
    assert_eq!(of(Request { path: "/\u{e9}", ..request }), "bad_signature");
}

proptest! {
    #[test]
    fn what_is_signed_verifies(
        method in "[A-Z]{1,8}",
        path in "/[!-~]{0,40}",
        query in proptest::option::of("[!-~]{0,40}"),
        content_type in "[!-~]([ -~]{0,20}[!-~])?",
        body in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..64)),
        nonce in "[A-Za-z0-9_-]{8,64}",
        keyid in "[a-z0-9_]{1,32}",
        created in 0_i64..999_999_999_000,
        lifetime in 0_i64..=300,
        seed in any::<[u8; 32]>(),
        flip in any::<proptest::sample::Index>(),
    ) {
        let names = names();
        let request = Request {
            method: &method, path: &path, query: query.as_deref(), content_type: Some(&content_type),
            body: body.as_deref(), ..get(&names)
        };
        let params = Params {
            created, expires: created + lifetime, nonce: nonce.parse().unwrap(), keyid: keyid.parse().unwrap(),
        };
        let key = SigningKey::from_seed(seed);
        let made = sign(&request, &params, &key).unwrap();
        let claim = received(&made).unwrap();
        prop_assert_eq!(&claim.params, &params);
        prop_assert_eq!(claim.check_time(created), Ok(()));
        let digest: Vec<&str> = made.content_digest.as_deref().into_iter().collect();
        prop_assert_eq!(claim.verify(&request, &digest, &key.public()), Ok(()));

        let mut broken = claim.clone();
        broken.signature.0[flip.index(64)] ^= 1;
        prop_assert_eq!(code(broken.verify(&request, &digest, &key.public())), "bad_signature");
    }

    #[test]
    fn no_fields_break_the_reader(input in any::<String>(), tail in "[ -~]{0,60}", signature in any::<String>()) {
        prop_assert_eq!(code(parse(&[&input], &[&signature])), "bad_signature");
        prop_assert_eq!(code(parse(&[&format!("s2s=({tail}")], &["s2s=:AAAA:"])), "bad_signature");
    }
}
