//! State and rules: what a log adds up to, and the verdict on one more entry.

use loggia::protocol::event::SignedEvent;
use loggia::protocol::log::Entry;
use loggia::protocol::state::{State, Verdict};
use serde_json::{Value, json as value};

use crate::{number, parsed, run, text};

pub fn signed(item: &Value) -> Result<SignedEvent, String> {
    SignedEvent::from_parts(text(&item["event"]).into_bytes(), parsed(&item["signature"]))
        .map_err(|error| error.code().to_owned())
}

pub fn entry(item: &Value) -> Entry {
    serde_json::from_value(item["entry"].clone()).expect("an entry")
}

/// The state after a log, in which only those entries are void that say so.
fn state_after(items: &Value) -> State {
    let mut items = items.as_array().expect("a log").iter();
    let first = signed(items.next().expect("a genesis")).expect("an event");
    let mut state = State::genesis(&first).expect("a genesis");
    for item in items {
        let bytes = text(&item["event"]).into_bytes();
        let void = match state.evaluate_bytes(&entry(item), bytes, parsed(&item["signature"])).1 {
            Verdict::Effective => None,
            Verdict::Void(refusal) => Some(refusal.rule()),
        };
        assert_eq!(void, item["void"].as_str(), "{item}");
    }
    state
}

fn judge(logs: &Value, input: &Value) -> Result<Value, String> {
    let mut state = state_after(&logs[text(&input["log"])]);
    let bytes = text(&input["event"]).into_bytes();
    match state.evaluate_bytes(&entry(input), bytes, parsed(&input["signature"])).1 {
        Verdict::Effective => Ok(value!({})),
        Verdict::Void(refusal) => Err(refusal.code().to_owned()),
    }
}

#[test]
fn a_genesis_founds_a_channel() {
    run("rules/founding.json", |_, input| {
        let state = State::genesis(&signed(input)?).map_err(|refusal| refusal.code().to_owned())?;
        drop(state);
        Ok(value!({}))
    });
}

#[test]
fn keys_are_in_force_where_the_log_says() {
    run("log/keys.json", |logs, input| {
        let state = state_after(&logs[text(&input["log"])]);
        let seq = number(&input["seq"]);
        match state.keys.get(&(parsed(&input["server"]), parsed(&input["kid"]))) {
            Some(key) if key.is_in_force_at(seq) => Ok(value!({ "public": key.public })),
            Some(key) if key.from <= seq => Err("key_expired".to_owned()),
            _ => Err("key_unknown".to_owned()),
        }
    });
}

macro_rules! areas {
    ($($area:ident)*) => { $(
        #[test]
        fn $area() {
            run(concat!("rules/", stringify!($area), ".json"), judge);
        }
    )* };
}

areas! { places contents access oneself others relations settings keys }
