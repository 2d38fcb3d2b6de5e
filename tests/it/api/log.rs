//! The signed log, checked as a stranger would check it.

use std::collections::BTreeMap;

use loggia::protocol::body::Body;
use loggia::protocol::event::SignedEvent;
use loggia::protocol::head::SignedHead;
use loggia::protocol::ids::{Hash, KeyId};
use loggia::protocol::log::{Entry, Frontier};
use loggia::protocol::sign::{PublicKey, Signature};
use loggia::protocol::state::{State, Verdict};
use reqwest::Method;
use serde_json::{Value, json};

use super::membership::set;
use crate::both;
use crate::support::{Person, TestServer};

/// All entries, in pages of `step`, and the last head.
async fn read(person: &Person, channel: &str, step: i64) -> (Vec<Value>, Value) {
    let mut entries: Vec<Value> = Vec::new();
    loop {
        let from = i64::try_from(entries.len()).expect("small");
        let path = format!("/channels/{channel}/log?from={from}&to={}", from + step - 1);
        let page = person.get(&path).await.expect(200);
        let more = page["entries"].as_array().expect("entries").clone();
        let done = more.is_empty();
        entries.extend(more);
        if done {
            return (entries, page["head"].clone());
        }
    }
}

/// Replays the entries: every id, hash, signature and rule; answers the tree, the state and how many bodies
/// there were.
fn replay(entries: &[Value]) -> (Frontier, State, usize) {
    let mut frontier = Frontier::new();
    let mut state: Option<State> = None;
    let mut last: Option<Entry> = None;
    let mut bodies = 0;
    for told in entries {
        let entry: Entry = serde_json::from_value(told["entry"].clone()).expect("an entry");
        entry.check_follows(last.as_ref()).expect("it follows");
        frontier.push(entry.leaf());
        let signature: Signature = told["signature"].as_str().expect("text").parse().expect("a signature");
        let signed =
            SignedEvent::from_parts(told["event"].to_string().into_bytes(), signature).expect("an event");
        assert_eq!(signed.id, entry.event);
        match (&signed.event.body_hash, told["body"].is_null()) {
            (Some(hash), false) => {
                assert_eq!(Body::hash_bytes(told["body"].to_string().as_bytes()), *hash);
                bodies += 1;
            }
            (_, absent) => assert!(absent, "a body that the event does not have"),
        }
        match &mut state {
            None => state = Some(State::genesis(&signed).expect("a genesis")),
            Some(state) => assert_eq!(state.evaluate(&entry, &signed), Verdict::Effective),
        }
        assert_eq!(told.get("void"), None);
        last = Some(entry);
    }
    (frontier, state.expect("a genesis"), bodies)
}

both!(
    async fn anybody_who_is_in_can_verify_the_whole_log(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        bob.join(&channel).await;
        let first = ann.say(&channel, "n1", "hello \u{1f600} \u{7f} \" \\ \u{2028}").await;
        let message = format!("{path}/messages/{}", first["id"].as_str().expect("an id"));
        ann.patch(&message, json!({ "text": "edited" })).await.expect(200);
        bob.put(&format!("{message}/reactions/x"), Value::Null).await.expect(204);
        bob.delete(&format!("{message}/reactions/x")).await.expect(204);
        ann.put(&message.replace("/messages/", "/pins/"), Value::Null).await.expect(204);
        set(&ann, &channel, &bob, json!({ "role": "moderator" })).await.expect(200);
        let body = json!({ "nonce": "n2", "text": "in a thread", "thread": first["id"] });
        let reply = bob.post(&format!("{path}/messages"), body).await.expect(201);
        let reason = json!({ "reason": "wrong" });
        bob.ask(Method::DELETE, &format!("{path}/messages/{}", reply["id"].as_str().expect("an id")), reason)
            .await
            .expect(204);
        ann.patch(&path, json!({ "topic": "t", "policy": { "caps": { "pin": "owner" } } })).await.expect(200);

        let (entries, head) = read(&bob, &channel, 4).await;
        assert_eq!(read(&ann, &channel, 256).await, (entries.clone(), head.clone()));
        let (frontier, state, bodies) = replay(&entries);
        let signed: SignedHead = serde_json::from_value(head).expect("a signed head");
        assert_eq!((signed.head.size, signed.head.root), (frontier.size(), frontier.root()));
        assert_eq!(signed.head.channel.as_str(), channel);
        let keys: BTreeMap<&KeyId, &PublicKey> =
            state.keys.iter().map(|((_, kid), key)| (kid, &key.public)).collect();
        signed.verify(keys[&signed.head.kid]).expect("the host signed it");
        assert_eq!(state.joined_count, 2);
        // Name, message, edit, pins, the reason and the topic have bodies; the reply's and the reaction's are gone.
        assert_eq!(bodies, 6);
        assert!(!entries.iter().any(|entry| entry.to_string().contains("in a thread")));
    }
);

both!(
    async fn every_head_extends_the_one_before(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let mut heads = Vec::new();
        for n in 0..6 {
            ann.say(&channel, &format!("n{n}"), "hello").await;
            let page = ann.get(&format!("/channels/{channel}/log?from=0&to=0")).await.expect(200);
            heads.push(serde_json::from_value::<SignedHead>(page["head"].clone()).expect("a head"));
        }
        let (entries, _) = read(&ann, &channel, 256).await;
        let mut frontier = Frontier::new();
        let mut roots: Vec<Hash> = vec![frontier.root()];
        for told in &entries {
            let entry: Entry = serde_json::from_value(told["entry"].clone()).expect("an entry");
            frontier.push(entry.leaf());
            roots.push(frontier.root());
        }
        for signed in heads {
            assert_eq!(roots[usize::try_from(signed.head.size).expect("small")], signed.head.root);
        }
    }
);

both!(
    async fn a_range_of_the_log_is_exact(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        for n in 0..4 {
            ann.say(&channel, &format!("n{n}"), "hello").await;
        }
        let path = format!("/channels/{channel}/log");
        let head =
            ann.get(&format!("/channels/{channel}")).await.expect(200)["head"].as_i64().expect("a head");
        let seqs = async |query: &str| -> Vec<i64> {
            let page = ann.get(&format!("{path}{query}")).await.expect(200);
            let entries = page["entries"].as_array().expect("entries").clone();
            entries.iter().map(|entry| entry["entry"]["seq"].as_i64().expect("a seq")).collect()
        };
        assert_eq!(seqs("").await, (0..=head).collect::<Vec<_>>());
        assert_eq!(seqs("?from=2").await, (2..=head).collect::<Vec<_>>());
        assert_eq!(seqs("?to=2").await, [0, 1, 2]);
        assert_eq!(seqs("?from=1&to=1").await, [1]);
        assert_eq!(seqs(&format!("?from={head}&to={}", head + 5)).await, [head]);
        assert_eq!(seqs(&format!("?from={}", head + 1)).await, [0; 0]);
        for (query, code) in [("from=-1", "bad_place"), ("from=2&to=1", "bad_place"), ("from=x", "bad_query")]
        {
            ann.get(&format!("{path}?{query}")).await.problem(400, code);
        }
        let bob = server.person("bob").await;
        bob.get(&path).await.problem(403, "not_member");
    }
);

both!(
    async fn one_answer_has_at_most_256_entries(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        for n in 0..70 {
            let nonces = (0..4).map(|m| format!("n{n}-{m}"));
            let sends: Vec<String> = nonces.collect();
            futures_util::future::join_all(sends.iter().map(|nonce| ann.say(&channel, nonce, "hello"))).await;
        }
        let page = ann.get(&format!("/channels/{channel}/log")).await.expect(200);
        assert_eq!(page["entries"].as_array().map(Vec::len), Some(256));
        let (entries, _) = read(&ann, &channel, 256).await;
        let (frontier, _, _) = replay(&entries);
        assert!(frontier.size() > 280);
    }
);

both!(
    [("LOGGIA_LIMITS__MESSAGE_BYTES", "32768")]
    async fn one_answer_of_long_messages_has_fewer_entries_and_the_rest_comes_after_them(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let long = "words ".repeat(5_000);
        for n in 0..40 {
            ann.say(&channel, &format!("n{n}"), &long).await;
        }
        let page = ann.get(&format!("/channels/{channel}/log")).await.expect(200);
        let first = page["entries"].as_array().expect("entries").len();
        assert!((30..40).contains(&first), "{first} entries in 1 MiB");
        assert!(page.to_string().len() < 1_100_000);
        let (entries, _) = read(&ann, &channel, 256).await;
        let (frontier, _, bodies) = replay(&entries);
        assert!(bodies >= 40);
        assert_eq!(frontier.size(), i64::try_from(entries.len()).expect("small"));
    }
);

both!(
    async fn the_log_has_no_words_that_one_may_not_read_and_verifies_all_the_same(server: TestServer) {
        let (ann, bob, carl) =
            (server.person("ann").await, server.person("bob").await, server.person("carl").await);
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        bob.join(&channel).await;
        let message = |sent: &Value| format!("{path}/messages/{}", sent["id"].as_str().expect("an id"));
        let before = bob.say(&channel, "n1", "early one").await;
        ann.patch(&path, json!({ "policy": { "history": "since_join" } })).await.expect(200);
        carl.join(&channel).await;
        bob.patch(&message(&before), json!({ "text": "early two" })).await.expect(200);
        let after = bob.say(&channel, "n2", "late one").await;
        for text in ["late two", "late three"] {
            bob.patch(&message(&after), json!({ "text": text })).await.expect(200);
        }
        let all = ["early one", "early two", "late one", "late two", "late three"];
        // Its author and those who moderate read what was said before, the others what is said now; and whoever came later nothing
        // of what was hidden from them.
        for (person, words) in [(&ann, &all[..]), (&bob, &all[..]), (&carl, &all[4..])] {
            let (entries, head) = read(person, &channel, 256).await;
            let text = entries.iter().map(Value::to_string).collect::<String>();
            for word in all {
                assert_eq!(text.contains(word), words.contains(&word), "{}: {word}", person.name);
            }
            let (frontier, _, _) = replay(&entries);
            let signed: SignedHead = serde_json::from_value(head).expect("a signed head");
            assert_eq!(signed.head.root, frontier.root());
        }
        // A page that has the edit and not what it changed.
        let seq = after["seq"].as_i64().expect("a seq") + 1;
        let page = carl.get(&format!("{path}/log?from={seq}&to={seq}")).await.expect(200);
        assert_eq!(page["entries"][0]["body"], Value::Null);
        set(&ann, &channel, &carl, json!({ "role": "moderator" })).await.expect(200);
        let page = carl.get(&format!("{path}/log")).await.expect(200).to_string();
        assert!(page.contains("late one") && !page.contains("early"));
    }
);
