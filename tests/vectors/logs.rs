//! Entries, trees, proofs, heads, evidence.

use loggia::protocol::head::{Evidence, Finding, SignedHead};
use loggia::protocol::ids::Hash;
use loggia::protocol::log::{
    Entry, Frontier, consistency_proof, inclusion_proof, verify_consistency, verify_inclusion,
};
use serde_json::{Value, json as value};

use crate::{number, octets, parsed, run};

fn hashes(list: &Value) -> Vec<Hash> {
    list.as_array().expect("a list").iter().map(parsed).collect()
}

fn entry(given: &Value) -> Option<Entry> {
    (!given.is_null()).then(|| serde_json::from_value(given.clone()).expect("an entry"))
}

fn held(holds: bool) -> Result<Value, String> {
    if holds { Ok(value!({})) } else { Err("bad_proof".to_owned()) }
}

#[test]
fn entries_have_their_form_and_their_leaf() {
    run("log/entries.json", |_, input| {
        let entry = Entry::parse(&octets(input)).map_err(|error| error.code().to_owned())?;
        Ok(value!({ "leaf": entry.leaf() }))
    });
}

#[test]
fn entries_follow_each_other() {
    run("log/chain.json", |_, input| {
        let (previous, next) = (entry(&input["previous"]), entry(&input["entry"]).expect("an entry"));
        next.check_follows(previous.as_ref()).map(|()| value!({})).map_err(|_| "bad_entry".to_owned())
    });
}

#[test]
fn leaves_have_their_root() {
    run("log/roots.json", |_, input| {
        let mut frontier = Frontier::new();
        hashes(&input["leaves"]).into_iter().for_each(|leaf| frontier.push(leaf));
        Ok(value!({ "root": frontier.root() }))
    });
}

#[test]
fn inclusion_is_proved() {
    run("log/inclusion.json", |_, input| {
        let (leaf, root): (Hash, Hash) = (parsed(&input["leaf"]), parsed(&input["root"]));
        let (index, size) = (number(&input["index"]), number(&input["size"]));
        held(verify_inclusion(&leaf, index, size, &hashes(&input["proof"]), &root))
    });
}

#[test]
fn consistency_is_proved() {
    run("log/consistency.json", |_, input| {
        let (old_root, new_root): (Hash, Hash) = (parsed(&input["old_root"]), parsed(&input["new_root"]));
        let (old, new) = (number(&input["old_size"]), number(&input["new_size"]));
        held(verify_consistency(old, &old_root, new, &new_root, &hashes(&input["proof"])))
    });
}

/// Ours are the same as those that the vectors were made with.
#[test]
fn proofs_are_made_alike() {
    let roots = crate::load("log/roots.json");
    let leaves = hashes(&roots.vectors.last().expect("roots").input["leaves"]);
    let sound = |name: &str| {
        crate::load(name).vectors.into_iter().filter(|vector| matches!(vector.expect, crate::Expect::Ok(_)))
    };
    let upto = |size: i64| &leaves[..usize::try_from(size).expect("a size")];
    for vector in sound("log/inclusion.json") {
        let made = inclusion_proof(upto(number(&vector.input["size"])), number(&vector.input["index"]));
        assert_eq!(made, hashes(&vector.input["proof"]), "{}", vector.id);
    }
    for vector in sound("log/consistency.json") {
        let made =
            consistency_proof(upto(number(&vector.input["new_size"])), number(&vector.input["old_size"]));
        assert_eq!(made, hashes(&vector.input["proof"]), "{}", vector.id);
    }
}

#[test]
fn heads_are_signed() {
    run("log/heads.json", |_, input| {
        let signed = SignedHead::parse(&octets(input)).map_err(|error| error.code().to_owned())?;
        signed.verify(&parsed(&input["public"])).map(|()| value!({})).map_err(|_| "bad_signature".to_owned())
    });
}

#[test]
fn two_heads_show_what_they_show() {
    run("log/evidence.json", |_, input| {
        let evidence: Evidence = serde_json::from_value(input["evidence"].clone()).expect("evidence");
        let key = parsed(&input["public"]);
        let finding = match evidence.check(&key, &key) {
            Finding::Fork => "fork",
            Finding::Consistent => "consistent",
            Finding::Open => "open",
            Finding::Nothing => "nothing",
        };
        Ok(value!({ "finding": finding }))
    });
}
