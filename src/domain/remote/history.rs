//! What other servers may read of a channel's log: entries, bodies, proofs.

use std::collections::HashMap;

use super::wire::{Batch, WireEntry};
use crate::domain::stored::{self, damaged, raw, signature};
use crate::domain::verify::stored_head;
use crate::domain::writer::Identity;
use crate::domain::{Domain, Error, Forbidden, Missing, Result};
use crate::protocol::Seq;
use crate::protocol::event::EventType;
use crate::protocol::head::{Head, SignedHead};
use crate::protocol::ids::{ChannelId, EventId, Hash, ServerName};
use crate::protocol::limits::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX};
use crate::protocol::log::inclusion_proof;
use crate::protocol::rules::{HistoryPolicy, Refusal};
use crate::storage::channels::ChannelRow;
use crate::storage::entries::{EntryRow, Sent};
use crate::storage::heads::{self, HeadRow};
use crate::storage::{ChannelNum, Conn, channels, entries, peers};

impl Domain {
    /// Entries of a channel for a server that has people in it, with as many bodies as those may read.
    ///
    /// # Errors
    /// `channel_not_found`, `not_member`
    pub async fn entries_for(
        &self,
        server: &ServerName,
        channel: &ChannelId,
        from: Seq,
        to: Seq,
    ) -> Result<Batch> {
        let (server, id, identity) = (server.clone(), channel.clone(), self.identity.clone());
        self.reads
            .read(move |conn| {
                let row = channels::by_id(conn, id.as_str())?.ok_or(Error::NotFound(Missing::Channel))?;
                if !is_in(conn, &row, &server)? {
                    return Err(Error::Forbidden(Forbidden::NotMember));
                }
                // Of what is only known by a card there is no log.
                if row.size == 0 {
                    return Err(Error::NotFound(Missing::Channel));
                }
                batch(conn, &identity, &server, &row, from, to.saturating_add(1).min(row.size))
            })
            .await
    }

    /// One body, for a server whose people may read it.
    ///
    /// # Errors
    /// `channel_not_found`, `not_member`, `message_not_found`, `redacted`
    pub async fn body_for(
        &self,
        server: &ServerName,
        channel: &ChannelId,
        event: &EventId,
    ) -> Result<String> {
        let (server, id, event) = (server.clone(), channel.clone(), event.clone());
        self.reads
            .read(move |conn| {
                let row = channels::by_id(conn, id.as_str())?.ok_or(Error::NotFound(Missing::Channel))?;
                let first = entitled_from(conn, &row, &server)?;
                let first = first.ok_or(Error::Forbidden(Forbidden::NotMember))?;
                let entry = entries::by_event(conn, row.num, event.as_str())?;
                let entry = entry.ok_or(Error::NotFound(Missing::Message))?;
                if entry.seq < first && !is_in_force(conn, &entry, first)? {
                    return Err(Error::NotFound(Missing::Message));
                }
                if entry.redacted_seq.is_some() {
                    return Err(Error::Refused(Refusal::TargetRedacted));
                }
                entries::body(conn, row.num, entry.seq)?.ok_or(Error::NotFound(Missing::Message))
            })
            .await
    }

    /// That an entry stands in the log of a size.
    ///
    /// # Errors
    /// `channel_not_found`, `not_member`, `bad_place`
    pub async fn proof_for(
        &self,
        server: &ServerName,
        channel: &ChannelId,
        seq: Seq,
        size: Option<i64>,
    ) -> Result<Inclusion> {
        let (server, id) = (server.clone(), channel.clone());
        self.reads
            .read(move |conn| {
                let row = channels::by_id(conn, id.as_str())?.ok_or(Error::NotFound(Missing::Channel))?;
                if readable_from(conn, &row, &server)?.is_none() {
                    return Err(Error::Forbidden(Forbidden::NotMember));
                }
                let size = size.unwrap_or(row.size);
                if size < 1 || size > row.size.min(PROOF_SIZE_MAX) || !(0..size).contains(&seq) {
                    return Err(Error::invalid(
                        "bad_place",
                        "/seq",
                        "there is no such entry in a tree of this size",
                    ));
                }
                inclusion(conn, row.num, seq, size)
            })
            .await
    }

    /// The next entries that a server lacks of a channel hosted here; none when it lacks nothing.
    pub async fn next_batch(
        &self,
        server: &ServerName,
        channel: ChannelNum,
        from: Seq,
    ) -> Result<Option<NextBatch>> {
        let (server, identity) = (server.clone(), self.identity.clone());
        self.reads
            .read(move |conn| {
                let Some(row) = channels::by_num(conn, channel)? else { return Ok(None) };
                let replicas = peers::replicas_of(conn, channel)?;
                let Some(replica) = replicas.into_iter().find(|replica| replica.server == server.as_str())
                else {
                    return Ok(None);
                };
                let end = replica.until.unwrap_or(row.size).min(row.size);
                if from >= end {
                    return Ok(None);
                }
                let batch = batch(conn, &identity, &server, &row, from, end)?;
                let has_more = batch.head.head.size < end;
                Ok(Some(NextBatch { channel: row.id, batch, has_more }))
            })
            .await
    }
}

/// What is sent of a channel next.
pub struct NextBatch {
    pub channel: String,
    pub batch: Batch,
    /// The log went on after it when it was made.
    pub has_more: bool,
}

/// Largest tree over which a proof is made on request: it reads the whole log.
pub(super) const PROOF_SIZE_MAX: i64 = 1_000_000;

/// An inclusion proof.
pub struct Inclusion {
    pub size: i64,
    pub leaf: Hash,
    pub root: Hash,
    pub path: Vec<Hash>,
}

fn inclusion(conn: &mut Conn, channel: ChannelNum, seq: Seq, size: i64) -> Result<Inclusion> {
    let mut leaves = Vec::new();
    stored::each_leaf(conn, channel, (0, size), |leaf| leaves.push(leaf))?;
    let at = usize::try_from(seq).unwrap_or(usize::MAX);
    let leaf = leaves.get(at).copied().ok_or_else(|| damaged("log", "an entry is missing"))?;
    let path = inclusion_proof(&leaves, seq);
    let last =
        entries::by_seq(conn, channel, size - 1)?.ok_or_else(|| damaged("log", "an entry is missing"))?;
    Ok(Inclusion { size, leaf, root: stored::hash(&last.root)?, path })
}

/// From where on the server's people may read; none while nobody of them is in the channel, or it excludes the server.
pub(super) fn readable_from(conn: &mut Conn, row: &ChannelRow, server: &ServerName) -> Result<Option<Seq>> {
    let Some(first) = joined_from(conn, row, server)? else { return Ok(None) };
    Ok(Some(match stored::policy(row)?.history {
        HistoryPolicy::All => 0,
        HistoryPolicy::SinceJoin => first,
    }))
}

/// Since when the first of the server's people is in the channel, if it does not exclude the server.
fn joined_from(conn: &mut Conn, row: &ChannelRow, server: &ServerName) -> Result<Option<Seq>> {
    if !peers::admits(row, server.as_str()) {
        return Ok(None);
    }
    let seats = peers::seats_of(conn, row.num, server.as_str())?;
    let joined = seats.into_iter().filter(|(membership, _)| membership == "joined");
    Ok(joined.map(|(_, seq)| seq.unwrap_or(row.size)).min())
}

/// As [`readable_from`]; a host may have everything back.
fn entitled_from(conn: &mut Conn, row: &ChannelRow, server: &ServerName) -> Result<Option<Seq>> {
    if row.host == server.as_str() { Ok(Some(0)) } else { readable_from(conn, row, server) }
}

/// Whether a server is in a channel, and so gets answers about it: the host, and those that have people joined there and
/// are not excluded (REPL-12).
pub(in crate::domain) fn is_in(conn: &mut Conn, row: &ChannelRow, server: &ServerName) -> Result<bool> {
    Ok(row.host == server.as_str() || joined_from(conn, row, server)?.is_some())
}

pub(super) fn batch(
    conn: &mut Conn,
    identity: &Identity,
    server: &ServerName,
    row: &ChannelRow,
    from: Seq,
    end: Seq,
) -> Result<Batch> {
    let most = i64::try_from(BATCH_ENTRIES_MAX).unwrap_or(256);
    let is_host = row.host == identity.name.as_str();
    // A copy's range ends where its host signed a head, if it did so in reach.
    let kept = match is_host {
        true => None,
        false => heads::last_within(conn, row.num, from, end.min(from.saturating_add(most)))?,
    };
    let is_whole = from.saturating_add(most) >= row.size && end >= row.size;
    let mut kept = kept.filter(|_| !is_whole);
    let must_reach = kept.is_some() || (!is_host && is_whole);
    let end = kept.as_ref().map_or(end, |kept| kept.size);
    let mut rows = entries::range(conn, row.num, from, end - 1, most)?;
    // An earlier head, if so many do not fit.
    let fit = fitting(&rows);
    let fit_to = from.saturating_add(i64::try_from(fit).unwrap_or(i64::MAX));
    if must_reach
        && fit < rows.len()
        && let Some(earlier) = heads::last_within(conn, row.num, from, fit_to)?
    {
        rows.retain(|(entry, _)| entry.seq < earlier.size);
        kept = Some(earlier);
    }
    let last = rows.last().map_or(from, |(entry, _)| entry.seq);
    let readable = entitled_from(conn, row, server)?;
    let mut bodies: HashMap<Seq, String> = match readable {
        Some(first) => {
            let mut found = entries::bodies_between(conn, row.num, from.max(first), last)?;
            let shown = shown_at(conn, &rows, first)?;
            found.extend(entries::bodies_of(conn, row.num, &shown)?);
            found.into_iter().collect()
        }
        None => HashMap::new(),
    };
    let mut bytes = 0;
    let mut sent: Vec<WireEntry> = Vec::with_capacity(rows.len());
    let mut at: Option<EntryRow> = None;
    for (entry, _) in rows {
        let mut body = bodies.remove(&entry.seq);
        bytes += entry.event.len() + body.as_ref().map_or(0, String::len);
        if bytes > BATCH_BYTES_MAX && !sent.is_empty() {
            if !must_reach {
                break;
            }
            // Bodies can be asked for one by one; entries without their head prove nothing.
            bytes -= body.take().as_ref().map_or(0, String::len);
        }
        sent.push(WireEntry {
            entry: stored::entry(&entry)?,
            event: raw(entry.event.clone())?,
            signature: signature(&entry.signature)?,
            body: body.map(raw).transpose()?,
        });
        at = Some(entry);
    }
    let head = match (&at, kept) {
        (Some(at), Some(kept)) => kept_head(row, at, &kept)?,
        (Some(at), None) if at.seq + 1 < row.size && is_host => head_at(conn, identity, row, at)?,
        _ => stored_head(row).ok_or_else(|| damaged("channel", "its head"))?,
    };
    Ok(Batch { entries: sent, head })
}

/// How many of the entries fit an answer, without their bodies; at least one.
fn fitting(rows: &[Sent]) -> usize {
    let mut bytes = 0;
    let fits = rows.iter().take_while(|(entry, _)| {
        bytes += entry.event.len();
        bytes <= BATCH_BYTES_MAX
    });
    fits.count().max(1)
}

/// Which of the entries before `first` say what the channel shows there: whoever reads from there on may read them, too.
/// Only the last of a kind is looked for behind these entries, so that a whole log in parts is read once.
fn shown_at(conn: &mut Conn, rows: &[Sent], first: Seq) -> Result<Vec<Seq>> {
    let mut last: HashMap<&str, &EntryRow> = HashMap::new();
    for (entry, _) in rows.iter().filter(|(entry, _)| entry.seq < first && entry.void.is_none()) {
        last.insert(&entry.kind, entry);
    }
    let mut shown = Vec::new();
    for entry in last.into_values() {
        if is_in_force(conn, entry, first)? {
            shown.push(entry.seq);
        }
    }
    Ok(shown)
}

/// Whether an effective entry says what the channel shows at `first`, which comes after it.
pub(super) fn is_in_force(conn: &mut Conn, entry: &EntryRow, first: Seq) -> Result<bool> {
    let is_shown = entry.kind.parse::<EventType>().is_ok_and(|kind| kind.is_shown());
    Ok(is_shown && !entries::has_kind_between(conn, entry.channel, &entry.kind, entry.seq, first)?)
}

/// A head that the host signed over the log up to an entry.
fn kept_head(row: &ChannelRow, at: &EntryRow, kept: &HeadRow) -> Result<SignedHead> {
    let head = Head {
        channel: row.id.parse().map_err(|error| damaged("channel", error))?,
        term: at.term,
        size: kept.size,
        root: stored::hash(&at.root)?,
        ts: kept.ts,
        host: row.host.parse().map_err(|error| damaged("host", error))?,
        kid: kept.kid.parse().map_err(|error| damaged("key id", error))?,
    };
    Ok(SignedHead { head, signature: signature(&kept.signature)? })
}

/// The head as it was after an entry, signed with a key that was in force then. It says nothing new: the log
/// that the newest head covers begins with this.
fn head_at(conn: &mut Conn, identity: &Identity, row: &ChannelRow, at: &EntryRow) -> Result<SignedHead> {
    let in_force = |key: &channels::ChannelKeyRow| {
        key.server == identity.name.as_str()
            && key.from_seq <= at.seq
            && key.until_seq.is_none_or(|until| at.seq <= until)
    };
    let keys = channels::keys(conn, row.num)?;
    let signer = keys.iter().filter(|key| in_force(key)).find_map(|key| identity.key_of(&key.kid));
    let (kid, key) = signer.ok_or_else(|| damaged("channel", "no key of this server was in force"))?;
    let head = Head {
        channel: row.id.parse().map_err(|error| damaged("channel", error))?,
        term: at.term,
        size: at.seq + 1,
        root: stored::hash(&at.root)?,
        ts: at.host_ts,
        host: identity.name.clone(),
        kid: kid.clone(),
    };
    Ok(SignedHead::sign(head, key))
}
