//! The end of a log before the rest of it is here: what is sent of it, and how its place in the log is proven before
//! anything of it is shown (REPL-34).

use serde_json::{Map, Value};

use super::history::{PROOF_SIZE_MAX, batch, is_in};
use super::wire::{Snapshot, WireEntry, WireEvent};
use crate::domain::stored::{self, damaged, raw, signature};
use crate::domain::writer::HOST_SKEW_MS_MAX;
use crate::domain::{Domain, Error, Forbidden, Missing, Result};
use crate::protocol::body::Body;
use crate::protocol::event::{SignedEvent, event_id};
use crate::protocol::head::SignedHead;
use crate::protocol::ids::{ChannelId, ServerName};
use crate::protocol::limits::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX};
use crate::protocol::log::{Entry, Frontier};
use crate::protocol::rules::HistoryPolicy;
use crate::protocol::state::{HostKey, State};
use crate::protocol::{Seq, Ts};
use crate::storage::channels::ChannelRow;
use crate::storage::{Conn, channels, entries};

impl Domain {
    /// The end of a channel's log, for a server that has people in it.
    ///
    /// # Errors
    /// `channel_not_found`, `not_member`; `too_large` where finding the proof would take too long.
    pub async fn snapshot_for(&self, server: &ServerName, channel: &ChannelId) -> Result<Snapshot> {
        let (server, id, identity) = (server.clone(), channel.clone(), self.identity.clone());
        self.reads
            .read(move |conn| {
                let row = channels::by_id(conn, id.as_str())?.ok_or(Error::NotFound(Missing::Channel))?;
                if !is_in(conn, &row, &server)? {
                    return Err(Error::Forbidden(Forbidden::NotMember));
                }
                let genesis = entries::by_seq(conn, row.num, 0)?.ok_or(Error::NotFound(Missing::Channel))?;
                // As many as go into one answer, up to the end.
                let mut count = i64::try_from(BATCH_ENTRIES_MAX).unwrap_or(256);
                let (from, end) = loop {
                    let from = (row.size - count).max(0);
                    let end = batch(conn, &identity, &server, &row, from, row.size)?;
                    if end.head.head.size == row.size || count <= 1 {
                        break (from, end);
                    }
                    count /= 2;
                };
                Ok(Snapshot {
                    genesis: WireEvent {
                        event: raw(genesis.event)?,
                        signature: signature(&genesis.signature)?,
                        body: None,
                    },
                    frontier: frontier_at(conn, &row, from)?.peaks().to_vec(),
                    entries: end.entries,
                    head: end.head,
                    history: stored::policy(&row)?.history,
                })
            })
            .await
    }
}

/// The tree over the first `size` entries.
pub(super) fn frontier_at(conn: &mut Conn, row: &ChannelRow, size: i64) -> Result<Frontier> {
    let whole = Frontier::from_bytes(row.size, &row.frontier).map_err(|error| damaged("frontier", error))?;
    // Only what is between is hashed again.
    let mut frontier = whole.within(size);
    if size - frontier.size() > PROOF_SIZE_MAX {
        return Err(Error::invalid("too_large", "", "the log is too long for a snapshot just now"));
    }
    let between = (frontier.size(), size);
    stored::each_leaf(conn, row.num, between, |leaf| frontier.push(leaf))?;
    Ok(frontier)
}

/// Why nothing of a snapshot is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum SnapshotError {
    #[error("it has no entries, or more than it may have")]
    TooLarge,
    #[error("its genesis founds another channel")]
    NotGenesis,
    #[error("its head is of another log, or of less than was said before")]
    WrongHead,
    #[error("its head is not signed by a key of the host")]
    BadSignature,
    #[error("an entry is not what its place demands")]
    BadEntry,
    #[error("the entries do not lead to the head")]
    WrongRoot,
    #[error("an entry's time lies in the future by this server's clock")]
    Ahead,
}

impl SnapshotError {
    pub(super) fn code(self) -> &'static str {
        match self {
            SnapshotError::TooLarge => "too_large",
            SnapshotError::NotGenesis | SnapshotError::BadEntry => "bad_entry",
            SnapshotError::WrongHead | SnapshotError::WrongRoot => "bad_head",
            SnapshotError::BadSignature => "bad_signature",
            SnapshotError::Ahead => "clock_skew",
        }
    }
}

/// What the receiver knows already.
pub(super) struct Expected {
    pub channel: ChannelId,
    pub host: ServerName,
    /// Entries that the host has said to stand in its log.
    pub placed: Vec<(Seq, String)>,
    pub now: Ts,
}

/// An entry whose place in the log is proven, and its event, where it is one.
pub(super) struct Proven {
    pub entry: Entry,
    pub event: Option<SignedEvent>,
    /// The content of the event's own body.
    pub content: Option<Map<String, Value>>,
}

/// What is proven of a snapshot before the key of its head is known.
pub(super) struct Checked {
    pub head: SignedHead,
    /// The host's first key, under its name.
    pub first_key: HostKey,
    pub entries: Vec<Proven>,
    pub history: HistoryPolicy,
}

/// REPL-34: that the entries stand in the log of which the head speaks.
pub(super) fn check(snapshot: Snapshot, expected: &Expected) -> std::result::Result<Checked, SnapshotError> {
    let Snapshot { genesis, frontier, entries, head, history } = snapshot;
    let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let bytes: usize = entries.iter().map(bytes_of).sum();
    if entries.is_empty()
        || entries.len() > BATCH_ENTRIES_MAX
        || (entries.len() > 1 && bytes > BATCH_BYTES_MAX)
    {
        return Err(SnapshotError::TooLarge);
    }
    let genesis = genesis.signed().map_err(|_| SnapshotError::NotGenesis)?;
    let state = State::genesis(&genesis).map_err(|_| SnapshotError::NotGenesis)?;
    if state.channel != expected.channel || state.create.host != expected.host {
        return Err(SnapshotError::NotGenesis);
    }
    let said = &head.head;
    let least = expected.placed.iter().map(|(seq, _)| *seq).max().unwrap_or(0);
    if said.channel != expected.channel || said.host != expected.host || said.size <= least {
        return Err(SnapshotError::WrongHead);
    }
    let from = said.size.checked_sub(count).ok_or(SnapshotError::WrongHead)?;
    let mut tree = Frontier::from_peaks(from, frontier).map_err(|_| SnapshotError::WrongHead)?;
    let mut proven: Vec<Proven> = Vec::with_capacity(entries.len());
    for wire in entries {
        let one = place(wire, tree.size(), proven.last().map(|before| &before.entry), said.term)?;
        if one.entry.host_ts > expected.now.saturating_add(HOST_SKEW_MS_MAX) {
            return Err(SnapshotError::Ahead);
        }
        if expected.placed.iter().any(|(seq, id)| *seq == one.entry.seq && *id != one.entry.event.as_str()) {
            return Err(SnapshotError::BadEntry);
        }
        tree.push(one.entry.leaf());
        proven.push(one);
    }
    if tree.root() != said.root {
        return Err(SnapshotError::WrongRoot);
    }
    Ok(Checked { first_key: state.create.key, entries: proven, head, history })
}

fn bytes_of(wire: &WireEntry) -> usize {
    wire.event.get().len() + wire.body.as_ref().map_or(0, |body| body.get().len())
}

/// An entry that follows the one before it, with the event that it names.
fn place(
    wire: WireEntry,
    seq: Seq,
    before: Option<&Entry>,
    term: i64,
) -> std::result::Result<Proven, SnapshotError> {
    let body = wire.body_bytes();
    let (entry, bytes) = (wire.entry, wire.event.get().as_bytes().to_vec());
    let follows = match before {
        Some(before) => entry.check_follows(Some(before)),
        None => entry.check(),
    };
    if follows.is_err() || entry.seq != seq || entry.term != term || event_id(&bytes) != entry.event {
        return Err(SnapshotError::BadEntry);
    }
    // LOG-7 holds; bytes that are no event keep their place all the same (AUTH-3).
    let event = SignedEvent::from_parts(bytes, wire.signature).ok();
    let hash = event.as_ref().and_then(|signed| signed.event.body_hash);
    // REPL-15
    let body = body.and_then(|bytes| Body::parse(&bytes).ok());
    let content = body.filter(|body| Some(body.hash()) == hash).map(|body| body.content);
    Ok(Proven { entry, event, content })
}
