//! A channel as JSON lines that anybody can verify: the log, the bodies that are still there, and the
//! last signed head (spec: the export format).

use std::io::Write;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::protocol::Seq;
use crate::protocol::head::SignedHead;
use crate::protocol::log::Entry;
use crate::protocol::sign::Signature;
use crate::storage::Conn;
use crate::storage::channels::ChannelRow;
use crate::storage::entries;

use super::stored;
use super::verify::stored_head;

/// How many entries are read at a time.
const STEP_ENTRIES: i64 = 1_000;
/// The version of the format.
pub const FORMAT: i64 = 1;

#[derive(Serialize)]
#[serde(tag = "kind", content = "line", rename_all = "snake_case")]
enum Line<'a> {
    Channel { channel: &'a str, format: i64 },
    Entry(EntryLine<'a>),
    Head(&'a SignedHead),
}

#[derive(Serialize)]
struct EntryLine<'a> {
    entry: Entry,
    event: &'a RawValue,
    signature: Signature,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    void: Option<&'a str>,
}

/// Why an export failed.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("{0}")]
    Storage(#[from] crate::storage::Error),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("stored value is damaged: {0}")]
    Damaged(&'static str),
}

/// Writes the channel; answers how many entries it has.
pub fn write(conn: &mut Conn, row: &ChannelRow, out: &mut impl Write) -> Result<Seq, ArchiveError> {
    line(out, &Line::Channel { channel: &row.id, format: FORMAT })?;
    let mut next: Seq = 0;
    loop {
        let page = entries::range(conn, row.num, next, row.size - 1, STEP_ENTRIES)?;
        let Some((last, _)) = page.last() else { break };
        let bodies = entries::bodies_between(conn, row.num, next, last.seq)?;
        let bodies: std::collections::HashMap<Seq, String> = bodies.into_iter().collect();
        for (entry, _) in &page {
            let signature = stored::signature(&entry.signature);
            let body = bodies.get(&entry.seq).map(|body| serde_json::from_str(body)).transpose()?;
            let entry_line = EntryLine {
                entry: stored::entry(entry).map_err(|_| ArchiveError::Damaged("event id"))?,
                event: serde_json::from_str(&entry.event)?,
                signature: signature.map_err(|_| ArchiveError::Damaged("signature"))?,
                body,
                void: entry.void.as_deref(),
            };
            line(out, &Line::Entry(entry_line))?;
            next = entry.seq + 1;
        }
    }
    let head = stored_head(row).ok_or(ArchiveError::Damaged("head"))?;
    line(out, &Line::Head(&head))?;
    Ok(next)
}

fn line(out: &mut impl Write, line: &Line<'_>) -> Result<(), ArchiveError> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")?;
    Ok(())
}
