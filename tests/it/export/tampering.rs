//! What can be done to an exported file by whoever carries it, and what the verifiers call it.

use loggia::protocol::event::event_id;
use loggia::protocol::sign::SigningKey;
use serde_json::{Value, json};

use super::file::{File, flip};

/// What the cases have to work with.
pub struct Material {
    /// The whole channel.
    pub whole: File,
    /// The same channel, exported earlier.
    pub early: File,
    /// Another channel.
    pub other: File,
    pub stranger: SigningKey,
}

/// What is done, the code that is found first, and how the file reads then.
pub type Case = (&'static str, &'static str, Tampering);

/// A file made of what a sound export has.
type Tampering = fn(&Material) -> Vec<u8>;

/// The file with its values changed.
fn changed(material: &Material, change: impl FnOnce(&mut File)) -> Vec<u8> {
    let mut file = material.whole.clone();
    change(&mut file);
    file.text().into_bytes()
}

/// The file with its text changed: the first `from` at or after the line of entry `seq`.
fn edited(material: &Material, seq: usize, from: &str, to: &str) -> Vec<u8> {
    let text = material.whole.text();
    let begin = text.find(&material.whole.line_of(seq)).expect("the line");
    let (before, after) = text.split_at(begin);
    assert!(after.contains(from), "{from} is there");
    format!("{before}{}", after.replacen(from, to, 1)).into_bytes()
}

fn with_line(material: &Material, line: &str) -> Vec<u8> {
    format!("{}{line}\n", material.whole.text()).into_bytes()
}

/// The order of the curve's group, little-endian.
const GROUP_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The same signature with S + L for S, which lax verifiers accept.
fn malleate(signature: &mut Value) {
    let mut bytes: loggia::protocol::sign::Signature =
        serde_json::from_value(signature.clone()).expect("a signature");
    let mut carry = 0;
    for (byte, order) in bytes.0[32..].iter_mut().zip(GROUP_ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    *signature = json!(bytes);
}

pub const EVENTS: &[Case] = &[
    ("an event is changed", "event_mismatch", |m| {
        changed(m, |file| {
            let at = file.message();
            flip(&mut file.entries[at]["event"]["nonce"]);
        })
    }),
    ("an event is changed, and its entry with it", "bad_signature", |m| {
        changed(m, |file| {
            let at = file.message();
            let mut event = file.entries[at]["event"].clone();
            event["origin_ts"] = json!(1);
            let signature = file.entries[at]["signature"].clone();
            file.sign(at, event, &m.stranger);
            file.entries[at]["signature"] = signature;
        })
    }),
    ("an event is forged with another key", "bad_signature", |m| {
        changed(m, |file| {
            let mut line = file.entries[file.message()].clone();
            line["entry"]["host_ts"] = file.entries.last().expect("one")["entry"]["host_ts"].clone();
            file.entries.push(line);
            let last = file.entries.len() - 1;
            let mut event = file.entries[last]["event"].clone();
            event["nonce"] = json!("forged");
            event["type"] = json!("redact");
            event["relates"] =
                json!({ "rel": "redact", "to": file.entries[file.message()]["entry"]["event"] });
            file.sign(last, event, &m.stranger);
            file.renumber();
        })
    }),
    ("an event is signed again with another key", "bad_signature", |m| {
        changed(m, |file| {
            let at = file.member();
            let event = file.entries[at]["event"].clone();
            file.sign(at, event, &m.stranger);
        })
    }),
    ("a signature is changed", "bad_signature", |m| {
        changed(m, |file| {
            let at = file.message();
            flip(&mut file.entries[at]["signature"]);
        })
    }),
    ("a signature is spelt as another that means the same", "bad_signature", |m| {
        changed(m, |file| {
            let at = file.message();
            malleate(&mut file.entries[at]["signature"]);
        })
    }),
    ("two signatures are swapped", "bad_signature", |m| {
        changed(m, |file| {
            let signature = file.entries[2]["signature"].take();
            file.entries[2]["signature"] = file.entries[3]["signature"].take();
            file.entries[3]["signature"] = signature;
        })
    }),
    ("an event takes the place of another", "event_mismatch", |m| {
        changed(m, |file| {
            let at = file.message();
            file.entries[at]["event"] = file.entries[2]["event"].clone();
            file.entries[at]["signature"] = file.entries[2]["signature"].clone();
        })
    }),
    ("white space in an event", "event_mismatch", |m| edited(m, 2, r#""nonce":"#, r#""nonce": "#)),
    ("the order of keys in an event", "event_mismatch", |m| {
        let event = &m.whole.entries[2]["event"];
        let kid = format!(r#""kid":{},"#, event["kid"]);
        let nonce = format!(r#""nonce":{},"#, event["nonce"]);
        edited(m, 2, &format!("{kid}{nonce}"), &format!("{nonce}{kid}"))
    }),
    ("a field more in an event", "event_mismatch", |m| {
        changed(m, |file| file.entries[3]["event"]["extra"] = json!(1))
    }),
    ("an event that is none, nested deeply", "bad_event", |m| {
        let depth = 50_000;
        let event = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let mut line = m.whole.entries.last().expect("one").clone();
        line["entry"]["seq"] = json!(m.whole.entries.len());
        line["entry"]["event"] = json!(event_id(event.as_bytes()));
        line["event"] = json!("here");
        line.as_object_mut().expect("an object").remove("body");
        let entry = json!({ "kind": "entry", "line": line }).to_string().replace(r#""here""#, &event);
        let head = m.whole.head.to_string();
        m.whole.text().replace(&head, &format!("{entry}\n{head}")).into_bytes()
    }),
    ("an entry is wrongly called void", "void_mismatch", |m| {
        changed(m, |file| {
            let at = file.message();
            file.entries[at]["void"] = json!("AUTH-19");
        })
    }),
    ("the genesis is called void", "void_mismatch", |m| {
        changed(m, |file| file.entries[0]["void"] = json!("AUTH-12"))
    }),
    ("the genesis is changed", "event_mismatch", |m| {
        changed(m, |file| file.entries[0]["event"]["origin_ts"] = json!(1))
    }),
    ("the genesis is signed with another key", "bad_signature", |m| {
        changed(m, |file| {
            let event = file.entries[0]["event"].clone();
            file.sign(0, event, &m.stranger);
        })
    }),
    ("another event for the genesis", "refused", |m| {
        changed(m, |file| {
            file.entries.remove(0);
            file.renumber();
        })
    }),
    ("another channel's genesis", "wrong_channel", |m| {
        changed(m, |file| file.entries[0] = m.other.entries[0].clone())
    }),
    ("another channel's event", "refused", |m| {
        changed(m, |file| {
            let (at, host_ts) = (file.message(), file.entries[file.message()]["entry"]["host_ts"].clone());
            file.entries[at] = m.other.entries[m.other.message()].clone();
            file.entries[at]["entry"]["host_ts"] = host_ts;
            file.renumber();
        })
    }),
];

pub const LOG: &[Case] = &[
    ("an entry is dropped", "missing_entry", |m| changed(m, |file| drop(file.entries.remove(4)))),
    ("entries are swapped", "missing_entry", |m| changed(m, |file| file.entries.swap(4, 5))),
    ("an entry is there twice", "missing_entry", |m| {
        changed(m, |file| file.entries.insert(5, file.entries[4].clone()))
    }),
    ("an entry is there twice, and all are numbered anew", "refused", |m| {
        changed(m, |file| {
            file.entries.insert(5, file.entries[4].clone());
            file.renumber();
        })
    }),
    ("an entry is dropped, and all are numbered anew", "head_size", |m| {
        changed(m, |file| {
            // The last, so that nothing that follows is refused for lack of it.
            file.entries.pop();
            file.renumber();
        })
    }),
    ("an entry's number is changed", "missing_entry", |m| {
        changed(m, |file| file.entries[6]["entry"]["seq"] = json!(7))
    }),
    ("an entry's time is changed", "head_root", |m| {
        changed(m, |file| {
            let last = file.entries.len() - 1;
            file.entries[last]["entry"]["host_ts"] = json!(9_000_000_000_000_i64);
        })
    }),
    ("an entry's time goes back", "bad_entry", |m| {
        changed(m, |file| file.entries[6]["entry"]["host_ts"] = json!(1))
    }),
    ("an entry's term is changed", "bad_entry", |m| {
        changed(m, |file| file.entries[6]["entry"]["term"] = json!(3))
    }),
    ("the last entry's term is changed", "head_root", |m| {
        changed(m, |file| {
            let last = file.entries.len() - 1;
            file.entries[last]["entry"]["term"] = json!(2);
        })
    }),
    ("an entry names another event", "event_mismatch", |m| {
        changed(m, |file| flip(&mut file.entries[6]["entry"]["event"]))
    }),
];

pub const BODIES: &[Case] = &[
    ("a body is changed", "body_mismatch", |m| {
        changed(m, |file| {
            let at = file.message();
            file.entries[at]["body"]["content"]["text"] = json!("something else");
        })
    }),
    ("a salt is changed", "body_mismatch", |m| {
        changed(m, |file| {
            let at = file.message();
            flip(&mut file.entries[at]["body"]["salt"]);
        })
    }),
    ("white space in a body", "body_mismatch", |m| {
        edited(m, m.whole.message(), r#""body":{"content":"#, r#""body":{"content": "#)
    }),
    ("null for a body", "body_mismatch", |m| {
        changed(m, |file| {
            let at = file.message();
            file.entries[at]["body"] = Value::Null;
        })
    }),
    ("two bodies are swapped", "body_mismatch", |m| {
        changed(m, |file| {
            let at = file.message();
            let next = at + 1;
            let body = file.entries[at]["body"].take();
            file.entries[at]["body"] = file.entries[next]["body"].take();
            file.entries[next]["body"] = body;
        })
    }),
    ("the body of a deleted event is put back", "body_not_deleted", |m| {
        changed(m, |file| {
            let deleted = file.find(|line| line.get("body").is_none() && line["event"]["type"] == "message");
            file.entries[deleted]["body"] = m.early.entries[deleted]["body"].clone();
        })
    }),
    ("a body where none belongs", "body_unexpected", |m| {
        changed(m, |file| file.entries[0]["body"] = file.entries[file.message()]["body"].clone())
    }),
];

pub const HEADS: &[Case] = &[
    ("the root is changed", "head_root", |m| changed(m, |file| flip(&mut file.head["line"]["head"]["root"]))),
    ("the size is changed", "head_size", |m| {
        changed(m, |file| file.head["line"]["head"]["size"] = json!(file.entries.len() + 1))
    }),
    ("the head's term is changed", "head_term", |m| {
        changed(m, |file| file.head["line"]["head"]["term"] = json!(2))
    }),
    ("the head's time is changed", "head_signature", |m| {
        changed(m, |file| file.head["line"]["head"]["ts"] = json!(1))
    }),
    ("the head's signature is changed", "head_signature", |m| {
        changed(m, |file| flip(&mut file.head["line"]["signature"]))
    }),
    ("the head's signature is spelt as another", "head_signature", |m| {
        changed(m, |file| malleate(&mut file.head["line"]["signature"]))
    }),
    ("the head is signed with another key", "head_signature", |m| {
        changed(m, |file| file.sign_head(&m.stranger))
    }),
    ("the head is of another key", "head_key", |m| {
        changed(m, |file| file.head["line"]["head"]["kid"] = json!("k999"))
    }),
    ("the head is of another host", "head_key", |m| {
        changed(m, |file| file.head["line"]["head"]["host"] = json!("b.test"))
    }),
    ("the head of another channel", "head_channel", |m| changed(m, |file| file.head = m.other.head.clone())),
    ("an older head", "head_size", |m| changed(m, |file| file.head = m.early.head.clone())),
    ("the end is cut off", "head_size", |m| changed(m, |file| file.entries.truncate(m.early.entries.len()))),
    ("there is nothing but the head", "missing_entry", |m| changed(m, |file| file.entries.clear())),
    ("there is nothing", "no_head", |m| {
        m.whole.text().lines().take(1).map(|line| format!("{line}\n")).collect::<String>().into_bytes()
    }),
    ("there is no head", "no_head", |m| {
        let text = m.whole.text();
        let head = text.trim_end().rfind('\n').expect("lines") + 1;
        text.as_bytes()[..head].to_vec()
    }),
];

pub const LINES: &[Case] = &[
    ("the file ends within a line", "bad_line", |m| {
        let text = m.whole.text().into_bytes();
        text[..text.len() - 40].to_vec()
    }),
    ("a line after the head", "bad_line", |m| with_line(m, m.whole.line_of(2).trim_end())),
    ("a second head", "bad_line", |m| with_line(m, &m.whole.head.to_string())),
    ("a second channel", "bad_line", |m| with_line(m, &m.other.channel.to_string())),
    ("an empty line", "bad_line", |m| edited(m, 3, "\n", "\n\n")),
    ("an unknown kind of line", "bad_line", |m| edited(m, 3, r#""kind":"entry""#, r#""kind":"entries""#)),
    ("a member more in a line", "bad_line", |m| edited(m, 3, r#"{"kind""#, r#"{"extra":1,"kind""#)),
    ("a member twice in a line", "bad_line", |m| edited(m, 3, r#"{"kind""#, r#"{"kind":"entry","kind""#)),
    ("an array for a line", "bad_line", |m| {
        let line = format!(r#"["entry",{}]"#, m.whole.entries[3]);
        edited(m, 3, m.whole.line_of(3).trim_end(), &line)
    }),
    ("a line that is not JSON", "bad_line", |m| edited(m, 3, r#""sender":"#, r#""sender";"#)),
    ("a line that is not UTF-8", "bad_line", |m| {
        let mut bytes = m.whole.text().into_bytes();
        let at = bytes.len() / 2;
        bytes[at] = 0xff;
        bytes
    }),
    ("a line that is too long", "bad_line", |m| edited(m, 3, "{", &format!("{{{}", " ".repeat(262_144)))),
    ("white space in an entry", "bad_line", |m| edited(m, 3, r#""host_ts":"#, r#""host_ts": "#)),
    ("a field more in an entry", "bad_line", |m| {
        changed(m, |file| file.entries[3]["entry"]["extra"] = json!(1))
    }),
    ("a fraction in an entry", "bad_line", |m| edited(m, 3, r#""seq":3"#, r#""seq":3.0"#)),
    ("a signature with bits to spare", "bad_line", |m| {
        changed(m, |file| {
            let signature = file.entries[3]["signature"].as_str().expect("a text");
            file.entries[3]["signature"] = json!(format!("{}B", &signature[..85]));
        })
    }),
    ("null for a rule", "bad_line", |m| changed(m, |file| file.entries[3]["void"] = Value::Null)),
    ("no event", "bad_line", |m| edited(m, 3, r#""event":{"#, r#""even":{"#)),
    ("white space in the head", "bad_line", |m| {
        let text = m.whole.text();
        text.replace(r#"{"head":{"#, r#"{"head": {"#).into_bytes()
    }),
];

/// Files that are no export at all.
pub const NO_EXPORTS: &[(&str, Tampering)] = &[
    ("nothing", |_| Vec::new()),
    ("another format", |m| edited_first(m, r#""format":1"#, r#""format":2"#)),
    ("a fraction of a format", |m| edited_first(m, r#""format":1"#, r#""format":1.0"#)),
    ("a channel without a name", |m| edited_first(m, r#""channel":"!"#, r#""channel":"?"#)),
    ("no first line", |m| m.whole.text().split_once('\n').expect("lines").1.as_bytes().to_vec()),
];

fn edited_first(material: &Material, from: &str, to: &str) -> Vec<u8> {
    material.whole.text().replacen(from, to, 1).into_bytes()
}
