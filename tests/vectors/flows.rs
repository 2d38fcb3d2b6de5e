//! Whole logs: what memberships come to, step after step, and whether a head is that of a log.

use loggia::protocol::audit::{Audit, Item};
use loggia::protocol::head::SignedHead;
use loggia::protocol::ids::ChannelId;
use loggia::protocol::log::{Entry, Frontier};
use loggia::protocol::state::{State, Verdict};
use serde_json::{Map, Value, json as value};

use crate::rules::{entry, signed};
use crate::{parsed, run, text};

/// The state after a log, or the code of its last entry; what stands before that is effective.
fn state_after(log: &Value) -> Result<State, String> {
    let items = log.as_array().expect("a log");
    let mut state = State::genesis(&signed(&items[0])?).map_err(|refusal| refusal.code().to_owned())?;
    let mut tree = Frontier::new();
    let mut before: Option<Entry> = None;
    for (at, item) in items.iter().enumerate() {
        let place = entry(item);
        place.check_follows(before.as_ref()).expect("an entry that follows");
        let event: Value = serde_json::from_str(&text(&item["event"])).expect("JSON");
        // 5.5: what its author had seen is the log so far.
        if at > 0 {
            assert_eq!(event["seen"]["root"], value!(tree.root()), "entry {at}");
        }
        tree.push(place.leaf());
        before = Some(place.clone());
        if at == 0 {
            continue;
        }
        let bytes = text(&item["event"]).into_bytes();
        if let Verdict::Void(refusal) = state.evaluate_bytes(&place, bytes, parsed(&item["signature"])).1 {
            assert_eq!(at, items.len() - 1, "entry {at} is void already: {refusal}");
            return Err(refusal.code().to_owned());
        }
    }
    Ok(state)
}

fn people(_: &Value, input: &Value) -> Result<Value, String> {
    let state = state_after(&input["log"])?;
    let seat = |member: &loggia::protocol::state::Member| value!([member.membership, member.role]);
    let members: Map<String, Value> =
        state.members.iter().map(|(user, member)| (user.as_str().to_owned(), seat(member))).collect();
    let joined = state.members.values().filter(|member| seat(member)[0] == "joined").count();
    assert_eq!(state.joined_count, i64::try_from(joined).expect("a few"));
    Ok(value!({ "owner": state.owner, "members": members }))
}

#[test]
fn people_come_and_go() {
    run("flows/members.json", people);
}

#[test]
fn people_converse() {
    run("flows/conversations.json", people);
}

#[test]
fn heads_are_of_whole_logs() {
    run("log/whole.json", |_, input| {
        let items = input["log"].as_array().expect("a log");
        let channel: ChannelId = signed(&items[0])?.channel_id();
        let mut audit = Audit::new(channel);
        for item in items {
            let event = text(&item["event"]).into_bytes();
            let signature = parsed(&item["signature"]);
            audit.entry(Item { entry: entry(item), event, signature, body: None, void: false, gone: false });
        }
        let head: SignedHead = serde_json::from_value(input["signed"].clone()).expect("a head");
        audit.head(&head);
        match audit.findings.first() {
            None => Ok(value!({})),
            Some(finding) => Err(finding.code.to_owned()),
        }
    });
}
