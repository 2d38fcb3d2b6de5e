//! Stored rows, read back into types. One that can't be read is an error and never a default: what somebody may see hangs
//! on it, and what is written anew would be written over it.

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::remote::wire::HeadClaim;
use super::{Error, Result};
use crate::protocol::Seq;
use crate::protocol::ids::Hash;
use crate::protocol::log::Entry;
use crate::protocol::rules::Policy;
use crate::protocol::sign::Signature;
use crate::protocol::state::ServerList;
use crate::storage::channels::{ChannelRow, HeadRow};
use crate::storage::entries::{self, EntryRow};
use crate::storage::{self, ChannelNum, Conn};

/// Entries of a log that are read at a time for their hashes.
const LEAVES_PER_PAGE: i64 = 4_096;

pub(super) fn damaged(what: &str, error: impl std::fmt::Display) -> Error {
    Error::Internal(storage::Error::Damaged(format!("{what}: {error}")))
}

fn json<T: DeserializeOwned>(what: &str, row: &ChannelRow, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| damaged(what, format_args!("channel {}: {error}", row.num)))
}

pub(super) fn policy(row: &ChannelRow) -> Result<Policy> {
    json("policy", row, &row.policy)
}

pub(super) fn servers(row: &ChannelRow) -> Result<ServerList> {
    json("servers", row, &row.servers)
}

pub(super) fn pins(row: &ChannelRow) -> Result<Vec<String>> {
    json("pins", row, &row.pins)
}

pub(super) fn hash(bytes: &[u8]) -> Result<Hash> {
    bytes.try_into().map(Hash).map_err(|_| damaged("hash", "not 32 bytes"))
}

pub(super) fn signature(bytes: &[u8]) -> Result<Signature> {
    bytes.try_into().map(Signature).map_err(|_| damaged("signature", "not 64 bytes"))
}

/// An event or a body as it was signed.
pub(super) fn raw(text: String) -> Result<Box<RawValue>> {
    RawValue::from_string(text).map_err(|error| damaged("event", error))
}

pub(super) fn entry(row: &EntryRow) -> Result<Entry> {
    let event = row.event_id.parse().map_err(|error| damaged("event id", error))?;
    Ok(Entry { event, host_ts: row.host_ts, seq: row.seq, term: row.term })
}

/// None of a row that can't be read: nothing is said of its channel.
pub(super) fn claim((_, id, size, root): HeadRow) -> Option<HeadClaim> {
    Some(HeadClaim { channel: id.parse().ok()?, size, root: hash(&root).ok()? })
}

/// Hands over the hashes of a log's entries from `from` on, before `end`, in order.
///
/// # Errors
/// Also where an entry is missing.
pub(super) fn each_leaf(
    conn: &mut Conn,
    channel: ChannelNum,
    (from, end): (Seq, Seq),
    mut take: impl FnMut(Hash),
) -> Result<()> {
    let mut next = from;
    while next < end {
        let to = next.saturating_add(LEAVES_PER_PAGE).min(end) - 1;
        for (row, _) in entries::range(conn, channel, next, to, LEAVES_PER_PAGE)? {
            if row.seq != next {
                return Err(damaged("log", "an entry is missing"));
            }
            take(entry(&row)?.leaf());
            next += 1;
        }
        if next <= to {
            return Err(damaged("log", "an entry is missing"));
        }
    }
    Ok(())
}
