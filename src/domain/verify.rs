//! Checking what is stored, or what was exported: the pure [`Audit`] over the log, and that the rows
//! agree with it.

use std::collections::HashSet;
use std::io::{BufRead, Read as _};

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use crate::protocol::Seq;
use crate::protocol::audit::{Audit, Item};
use crate::protocol::event::{Event, EventType};
use crate::protocol::head::{Head, SignedHead};
use crate::protocol::ids::ChannelId;
use crate::protocol::log::Entry;
use crate::protocol::sign::Signature;
use crate::storage::channels::ChannelRow;
use crate::storage::entries::{self, EntryRow};
use crate::storage::{self, Conn, channels, meta, retention};

use super::archive::FORMAT;
use super::stored;

/// How many entries are read at a time.
const STEP_ENTRIES: i64 = 1_000;
/// Longest line of an export, in bytes: an event with its body, as JSON around it.
const LINE_BYTES_MAX: usize = 262_144;

/// Checks every channel of the database but those of which there is nothing yet: invitations, knocks. All of it in one
/// state, so that a server may write meanwhile; the connection is good for reading only, afterwards.
pub fn verify_all(conn: &mut Conn) -> storage::Result<Vec<(String, Audit)>> {
    conn.read_only()?;
    conn.snapshot(verify_each)
}

fn verify_each(conn: &mut Conn) -> storage::Result<Vec<(String, Audit)>> {
    let mut audits = Vec::new();
    let ours = meta::get(conn, meta::SERVER_NAME)?;
    for id in channels::all_ids(conn)? {
        let row = channels::by_id(conn, &id)?;
        if let Some(row) = row.filter(|row| row.size > 0 || ours.as_ref() == Some(&row.host)) {
            audits.push((id, verify(conn, &row)?));
        }
    }
    Ok(audits)
}

/// Checks one channel of the database.
pub fn verify(conn: &mut Conn, row: &ChannelRow) -> storage::Result<Audit> {
    let damaged =
        |error: &dyn std::fmt::Display| storage::Error::Damaged(format!("channel {}: {error}", row.num));
    let id: ChannelId = row.id.parse().map_err(|error| damaged(&error))?;
    let mut audit = Audit::new(id.clone());
    // What a server may not read of a channel that is hosted elsewhere never came, nor may a host hand it out.
    let is_copy = meta::get(conn, meta::SERVER_NAME)?.is_some_and(|ours| ours != row.host);
    let mut next: Seq = 0;
    // Messages that were deleted, kept long enough, or taken from this server.
    let mut gone = HashSet::new();
    'pages: loop {
        let page = entries::range(conn, row.num, next, i64::MAX, STEP_ENTRIES)?;
        let Some((last, _)) = page.last() else { break };
        let bodies = entries::bodies_between(conn, row.num, next, last.seq)?;
        gone.extend(retention::gone_between(conn, row.num, next, last.seq)?);
        let mut bodies: std::collections::HashMap<Seq, String> = bodies.into_iter().collect();
        for (entry, sender) in page {
            let body = bodies.remove(&entry.seq);
            next = entry.seq + 1;
            // What is about a message goes with it.
            let message = match entry.kind.parse() {
                Ok(EventType::Edit | EventType::Reaction) => entry.target_seq,
                _ => Some(entry.seq),
            };
            let is_gone = message.is_some_and(|seq| gone.contains(&seq));
            let may_be_gone = is_copy || is_gone || entry.redacted_seq.is_some();
            if body.is_none() && !may_be_gone && entry.void.is_none() && commits_to_a_body(&entry) {
                audit.find(Some(entry.seq), "stored_body", "the body is gone, and nothing deleted it");
            }
            if !stored_entry(&mut audit, &entry, &sender, (body.as_deref(), is_gone)) {
                break 'pages;
            }
        }
    }
    if audit.frontier().size() != row.size || audit.frontier().to_bytes() != row.frontier {
        audit.find(None, "stored_frontier", "the channel's row differs from the tree");
    }
    match stored_head(row) {
        Some(head) => audit.head(&head),
        None => audit.find(None, "head_signature", "the stored head is malformed"),
    }
    audit.finish();
    Ok(audit)
}

fn commits_to_a_body(row: &EntryRow) -> bool {
    serde_json::from_str::<Event>(&row.event).is_ok_and(|event| event.body_hash.is_some())
}

fn stored_entry(audit: &mut Audit, row: &EntryRow, sender: &str, (body, gone): (Option<&str>, bool)) -> bool {
    let seq = Some(row.seq);
    let (Ok(entry), Ok(signature)) = (stored::entry(row), stored::signature(&row.signature)) else {
        audit.find(seq, "bad_entry", "the stored event id or signature is malformed");
        return false;
    };
    if let Ok(header) = serde_json::from_str::<Event>(&row.event)
        && header.sender.as_str() != sender
    {
        audit.find(seq, "stored_sender", "the stored sender differs from the event's");
    }
    let item = Item {
        entry,
        event: row.event.clone().into_bytes(),
        signature,
        body: body.map(str::as_bytes),
        void: row.void.is_some(),
        gone,
    };
    let followed = audit.entry(item);
    if followed && audit.root().as_bytes().as_slice() != row.root {
        audit.find(seq, "stored_root", "the stored root differs from the tree's");
    }
    followed
}

/// The host's last word on a channel's log.
pub(super) fn stored_head(row: &ChannelRow) -> Option<SignedHead> {
    let head = Head {
        channel: row.id.parse().ok()?,
        host: row.host.parse().ok()?,
        kid: row.head_kid.parse().ok()?,
        root: stored::hash(&row.root).ok()?,
        size: row.size,
        term: row.term,
        ts: row.head_ts,
    };
    Some(SignedHead { head, signature: stored::signature(&row.head_signature).ok()? })
}

/// One line of an exported channel (spec: the export format).
enum Line {
    Channel(ChannelLine),
    Entry(Box<EntryLine>),
    Head(SignedHead),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tagged<'a> {
    kind: String,
    #[serde(borrow)]
    line: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelLine {
    channel: ChannelId,
    format: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryLine {
    #[serde(deserialize_with = "canonical_entry")]
    entry: Entry,
    /// Raw, because what was signed are these bytes.
    event: Box<RawValue>,
    signature: Signature,
    #[serde(default, deserialize_with = "present")]
    body: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "present")]
    void: Option<RuleId>,
}

/// EXPORT-2: what is hashed stands there as it is hashed.
fn canonical_entry<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Entry, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Entry::parse(raw.get().as_bytes()).map_err(de::Error::custom)
}

/// Absent is not null.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Such as `AUTH-17`.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct RuleId;

impl TryFrom<String> for RuleId {
    type Error = &'static str;
    fn try_from(text: String) -> Result<RuleId, &'static str> {
        let all = |part: &str, is: fn(&u8) -> bool| !part.is_empty() && part.as_bytes().iter().all(is);
        let is_rule = text.split_once('-').is_some_and(|(area, number)| {
            all(area, u8::is_ascii_uppercase) && all(number, u8::is_ascii_digit)
        });
        if is_rule { Ok(RuleId) } else { Err("not the id of a rule") }
    }
}

/// Why a file is no export at all.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("no export: {0}")]
    FirstLine(String),
}

/// Checks an exported channel.
///
/// # Errors
/// When the file can't be read, or does not begin as an export does; what else is wrong is in the answer.
pub fn verify_export(mut input: impl BufRead) -> Result<(ChannelId, Audit), ExportError> {
    let first =
        next_line(&mut input)?.ok_or_else(|| ExportError::FirstLine("the file is empty".to_owned()))?;
    let channel = match parse_line(&first) {
        Ok(Line::Channel(ChannelLine { channel, format: FORMAT })) => channel,
        Ok(Line::Channel(_)) => return Err(ExportError::FirstLine("unknown format".to_owned())),
        Ok(_) => return Err(ExportError::FirstLine("the first line names the channel".to_owned())),
        Err(problem) => return Err(ExportError::FirstLine(problem)),
    };
    let mut audit = Audit::new(channel.clone());
    let mut ended = false;
    let mut number = 1;
    while let Some(line) = next_line(&mut input)? {
        number += 1;
        let bad = match parse_line(&line) {
            Ok(_) if ended => Some("something after the head".to_owned()),
            Ok(Line::Channel(_)) => Some("a second channel".to_owned()),
            Ok(Line::Entry(line)) => {
                if !audit.entry(line.item()) {
                    break;
                }
                None
            }
            Ok(Line::Head(head)) => {
                audit.head(&head);
                ended = true;
                None
            }
            Err(problem) => Some(problem),
        };
        if let Some(problem) = bad {
            audit.stop(audit.frontier().size(), "bad_line", format_args!("line {number}: {problem}"));
            break;
        }
    }
    audit.finish();
    Ok((channel, audit))
}

impl EntryLine {
    fn item(&self) -> Item<'_> {
        Item {
            entry: self.entry.clone(),
            event: self.event.get().as_bytes().to_vec(),
            signature: self.signature,
            body: self.body.as_deref().map(|body| body.get().as_bytes()),
            void: self.void.is_some(),
            gone: false,
        }
    }
}

/// The next line without its end; of one that is too long, enough to see that it is.
fn next_line(input: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let limit = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(2);
    input.take(limit).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok(Some(line))
}

/// `{"kind":"channel"|"entry"|"head","line":{..}}`
fn parse_line(line: &[u8]) -> Result<Line, String> {
    if line.len() > LINE_BYTES_MAX {
        return Err(format!("longer than {LINE_BYTES_MAX} bytes"));
    }
    let text = std::str::from_utf8(line).map_err(|error| error.to_string())?;
    let Tagged { kind, line } = object(text)?;
    match kind.as_str() {
        "channel" => object(line.get()).map(Line::Channel),
        "entry" => object(line.get()).map(|line| Line::Entry(Box::new(line))),
        "head" => SignedHead::parse(line.get().as_bytes()).map(Line::Head).map_err(|error| error.to_string()),
        other => Err(format!("unknown kind {other:?}")),
    }
}

/// serde would take an array of the members, too.
fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    if !text.trim_start().starts_with('{') {
        return Err("not an object".to_owned());
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}
