use super::*;
use crate::protocol::{log::Frontier, log::consistency_proof, sign::hash};

const ROOT: Hash = Hash([1; 32]);

fn key() -> SigningKey {
    SigningKey::from_seed([7; 32])
}

fn head(size: i64, root: Hash) -> Head {
    Head {
        channel: ChannelId::from_hash(Hash([0; 32])),
        host: "a.example".parse().unwrap(),
        kid: "k1".parse().unwrap(),
        root,
        size,
        term: 1,
        ts: 5,
    }
}

fn signed(head: Head) -> SignedHead {
    SignedHead::sign(head, &key())
}

fn finding(a: Head, b: Head, proof: Option<Vec<Hash>>) -> Finding {
    Evidence { a: signed(a), b: signed(b), proof }.check(&key().public(), &key().public())
}

#[test]
fn round_trip_and_canonical_form() {
    let signed = signed(head(3, ROOT));
    assert_eq!(signed.head.canonical(), serde_json_canonicalizer::to_vec(&signed.head).unwrap());
    let bytes = serde_json_canonicalizer::to_vec(&signed).unwrap();
    assert_eq!(bytes, serde_json::to_vec(&signed).unwrap());
    let parsed = SignedHead::parse(&bytes).unwrap();
    assert_eq!(parsed, signed);
    assert_eq!(parsed.verify(&key().public()), Ok(()));
    let text = String::from_utf8(bytes).unwrap();
    for (text, code) in [
        (text.replace("\"size\":3", "\"size\":0"), "bad_header"),
        (text.replace("\"size\":3", "\"size\":3,\"sizf\":1"), "bad_header"),
        (text.replace("\"size\":3", "\"size\": 3"), "not_canonical"),
        (text.replace("\"size\":3", "\"size\":3.0"), "bad_json"),
    ] {
        assert_eq!(SignedHead::parse(text.as_bytes()).unwrap_err().code(), code, "{text}");
    }
}

#[test]
fn every_field_is_signed() {
    let good = signed(head(3, ROOT));
    let forged: [fn(&mut Head); 7] = [
        |head| head.channel = ChannelId::from_hash(Hash([9; 32])),
        |head| head.host = "b.example".parse().unwrap(),
        |head| head.kid = "k2".parse().unwrap(),
        |head| head.root = Hash([9; 32]),
        |head| head.size += 1,
        |head| head.term += 1,
        |head| head.ts += 1,
    ];
    for change in forged {
        let mut bad = good.clone();
        change(&mut bad.head);
        assert_eq!(bad.verify(&key().public()), Err(SignatureError::Mismatch));
    }
    assert!(good.verify(&SigningKey::from_seed([8; 32]).public()).is_err());
    assert!(signed(head(0, ROOT)).verify(&key().public()).is_err());
}

#[test]
fn evidence_shows_no_more_than_it_proves() {
    let other = Hash([2; 32]);
    assert_eq!(finding(head(3, ROOT), head(3, other), None), Finding::Fork);
    assert_eq!(finding(head(3, ROOT), Head { ts: 9, ..head(3, ROOT) }, None), Finding::Consistent);
    assert_eq!(finding(head(3, ROOT), Head { term: 2, ..head(3, other) }, None), Finding::Nothing);
    let elsewhere = Head { channel: ChannelId::from_hash(Hash([9; 32])), ..head(3, other) };
    assert_eq!(finding(head(3, ROOT), elsewhere, None), Finding::Nothing);

    let mut forged = Evidence { a: signed(head(3, ROOT)), b: signed(head(3, ROOT)), proof: None };
    forged.b.head.root = other;
    assert_eq!(forged.check(&key().public(), &key().public()), Finding::Nothing);
    let foreign = SigningKey::from_seed([8; 32]).public();
    let fork = Evidence { a: signed(head(3, ROOT)), b: signed(head(3, other)), proof: None };
    assert_eq!(fork.check(&key().public(), &foreign), Finding::Nothing);
}

#[test]
fn a_consistency_proof_settles_different_sizes() {
    let leaves: Vec<_> = (0u8..9).map(|index| hash(b"leaf", &[index])).collect();
    let root = |size: usize| {
        let mut frontier = Frontier::new();
        leaves[..size].iter().for_each(|leaf| frontier.push(*leaf));
        frontier.root()
    };
    let (old, new) = (head(5, root(5)), head(9, root(9)));
    let proof = consistency_proof(&leaves, 5);
    assert_eq!(finding(old.clone(), new.clone(), Some(proof.clone())), Finding::Consistent);
    assert_eq!(finding(new.clone(), old.clone(), Some(proof.clone())), Finding::Consistent);
    assert_eq!(finding(old.clone(), new.clone(), None), Finding::Open);
    assert_eq!(finding(head(5, ROOT), new, Some(proof)), Finding::Open);
    let evidence = Evidence { a: signed(old.clone()), b: signed(old), proof: None };
    let json = serde_json::to_string(&evidence).unwrap();
    assert_eq!(serde_json::from_str::<Evidence>(&json).unwrap(), evidence);
}
