//! Checking what is stored, or what was exported: the pure [`Audit`] over the log, and that the rows
//! agree with it.

use std::io::BufRead;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::protocol::Seq;
use crate::protocol::audit::{Audit, Item};
use crate::protocol::head::{Head, SignedHead};
use crate::protocol::ids::ChannelId;
use crate::protocol::log::Entry;
use crate::protocol::sign::Signature;
use crate::storage::channels::ChannelRow;
use crate::storage::entries::{self, EntryRow};
use crate::storage::{self, Conn, channels};

/// How many entries are read at a time.
const STEP_ENTRIES: i64 = 1_000;
/// Longest line of an export, in bytes: an event with its body, as JSON around it.
const LINE_BYTES_MAX: usize = 262_144;

/// Checks every channel of the database.
pub fn verify_all(conn: &mut Conn) -> storage::Result<Vec<(String, Audit)>> {
    let mut audits = Vec::new();
    for id in channels::all_ids(conn)? {
        if let Some(row) = channels::by_id(conn, &id)? {
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
    let mut next: Seq = 0;
    'pages: loop {
        let page = entries::range(conn, row.num, next, i64::MAX, STEP_ENTRIES)?;
        let Some((last, _)) = page.last() else { break };
        let bodies = entries::bodies_between(conn, row.num, next, last.seq)?;
        let mut bodies: std::collections::HashMap<Seq, String> = bodies.into_iter().collect();
        for (entry, sender) in page {
            let body = bodies.remove(&entry.seq);
            next = entry.seq + 1;
            if !stored_entry(&mut audit, &entry, &sender, body.as_deref()) {
                break 'pages;
            }
        }
    }
    if audit.frontier().size() != row.size || audit.frontier().to_bytes() != row.frontier {
        audit.find(None, "stored_frontier", "the channel's row differs from the tree");
    }
    match stored_head(row, id) {
        Some(head) => audit.head(&head),
        None => audit.find(None, "head_signature", "the stored head is malformed"),
    }
    audit.finish();
    Ok(audit)
}

fn stored_entry(audit: &mut Audit, row: &EntryRow, sender: &str, body: Option<&str>) -> bool {
    let seq = Some(row.seq);
    let (Ok(event), Ok(signature)) = (row.event_id.parse(), <[u8; 64]>::try_from(row.signature.as_slice()))
    else {
        audit.find(seq, "bad_entry", "the stored event id or signature is malformed");
        return false;
    };
    if let Ok(header) = serde_json::from_str::<crate::protocol::event::Event>(&row.event)
        && header.sender.as_str() != sender
    {
        audit.find(seq, "stored_sender", "the stored sender differs from the event's");
    }
    let item = Item {
        entry: Entry { term: row.term, seq: row.seq, event, host_ts: row.host_ts },
        event: row.event.clone().into_bytes(),
        signature: Signature(signature),
        body: body.map(str::as_bytes),
        void: row.void.is_some(),
    };
    let followed = audit.entry(item);
    if followed && audit.root().as_bytes().as_slice() != row.root {
        audit.find(seq, "stored_root", "the stored root differs from the tree's");
    }
    followed
}

pub(super) fn stored_head(row: &ChannelRow, channel: ChannelId) -> Option<SignedHead> {
    let head = Head {
        channel,
        host: row.host.parse().ok()?,
        kid: row.head_kid.parse().ok()?,
        root: crate::protocol::ids::Hash(row.root.as_slice().try_into().ok()?),
        size: row.size,
        term: row.term,
        ts: row.head_ts,
    };
    Some(SignedHead { head, signature: Signature(row.head_signature.as_slice().try_into().ok()?) })
}

/// One line of an exported channel (spec: the export format).
enum Line {
    Channel(ChannelLine),
    Entry(Box<EntryLine>),
    Head(SignedHead),
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
    entry: Entry,
    /// Raw, because what was signed are these bytes.
    event: Box<RawValue>,
    signature: Signature,
    #[serde(default)]
    body: Option<Box<RawValue>>,
    #[serde(default)]
    void: Option<String>,
}

/// Why a file is no export at all.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("line {line}: {problem}")]
    Line { line: usize, problem: String },
}

/// Checks an exported channel.
///
/// # Errors
/// When a line is not one of an export; what is wrong with the log itself is in the answer.
pub fn verify_export(input: impl BufRead) -> Result<(ChannelId, Audit), ExportError> {
    let mut begun: Option<(ChannelId, Audit)> = None;
    for (index, line) in input.lines().enumerate() {
        let line = line?;
        let fail = |problem: String| ExportError::Line { line: index + 1, problem };
        if line.len() > LINE_BYTES_MAX {
            return Err(fail(format!("longer than {LINE_BYTES_MAX} bytes")));
        }
        let line = parse_line(&line).map_err(|error| fail(error.to_string()))?;
        match (line, &mut begun) {
            (Line::Channel(ChannelLine { channel, format: 1 }), None) => {
                begun = Some((channel.clone(), Audit::new(channel)));
            }
            (Line::Channel(_), None) => return Err(fail("unknown format".to_owned())),
            (Line::Channel(_), Some(_)) => return Err(fail("a second channel".to_owned())),
            (_, None) => return Err(fail("the first line names the channel".to_owned())),
            (Line::Entry(line), Some((_, audit))) => {
                let item = Item {
                    entry: line.entry,
                    event: line.event.get().as_bytes().to_vec(),
                    signature: line.signature,
                    body: line.body.as_deref().map(|body| body.get().as_bytes()),
                    void: line.void.is_some(),
                };
                if !audit.entry(item) {
                    break;
                }
            }
            (Line::Head(head), Some((_, audit))) => audit.head(&head),
        }
    }
    let empty = || ExportError::Line { line: 0, problem: "the file is empty".to_owned() };
    let (channel, mut audit) = begun.ok_or_else(empty)?;
    audit.finish();
    Ok((channel, audit))
}

/// `{"kind":"channel"|"entry"|"head","line":{..}}`
fn parse_line(text: &str) -> Result<Line, serde_json::Error> {
    #[derive(Deserialize)]
    struct Tagged {
        kind: String,
        line: Box<RawValue>,
    }
    let Tagged { kind, line } = serde_json::from_str(text)?;
    match kind.as_str() {
        "channel" => serde_json::from_str(line.get()).map(Line::Channel),
        "entry" => serde_json::from_str(line.get()).map(|line| Line::Entry(Box::new(line))),
        "head" => serde_json::from_str(line.get()).map(Line::Head),
        other => Err(serde::de::Error::custom(format!("unknown kind {other:?}"))),
    }
}
