//! What other servers may do and see of channels that are hosted here.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::wire::{
    Batch, ChannelCard, DirectoryPage, Invitation, Outcome, OutcomeError, Profile, Submission,
    SubmissionAnswer, WireEntry, WireEvent,
};
use crate::domain::verify::stored_head;
use crate::domain::writer::Identity;
use crate::domain::{Domain, Error, Forbidden, Missing, Result};
use crate::protocol::Seq;
use crate::protocol::event::{EventType, SignedEvent};
use crate::protocol::head::{Head, SignedHead};
use crate::protocol::ids::{Alias, ChannelId, EventId, Hash, ServerName, UserId};
use crate::protocol::key_document::KeySet;
use crate::protocol::limits::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, SUBMIT_EVENTS_MAX};
use crate::protocol::log::{Entry, inclusion_proof};
use crate::protocol::rules::{HistoryPolicy, Membership, Policy, Refusal};
use crate::protocol::sign::Signature;
use crate::protocol::state::content::{KeyContent, MemberContent};
use crate::storage::channels::ChannelRow;
use crate::storage::entries::EntryRow;
use crate::storage::{self, ChannelNum, Conn, channels, entries, peers, users};

/// Most channels on a page of the directory for other servers.
pub const DIRECTORY_PAGE_MAX: i64 = 50;

/// What a submission may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Anything.
    Events,
    /// The sender's own membership, and the key that signs it.
    Membership(Membership),
}

/// An invitation that is on its way: what is kept of it until it is sent.
#[derive(Debug, Serialize, Deserialize)]
pub struct Invited {
    pub channel: ChannelId,
    pub inviter: UserId,
    pub invitee: UserId,
}

pub(in crate::domain) fn damaged(what: &str, error: impl std::fmt::Display) -> Error {
    Error::Internal(storage::Error::Damaged(format!("{what}: {error}")))
}

impl Domain {
    /// Takes another server's events into a channel hosted here. Each is answered for itself.
    ///
    /// # Errors
    /// `channel_not_found`; `bad_event` where the purpose demands another event; `too_large`.
    pub async fn accept_events(
        &self,
        origin: &ServerName,
        keys: &KeySet,
        channel: &ChannelId,
        submission: Submission,
        purpose: Purpose,
    ) -> Result<SubmissionAnswer> {
        let count = submission.events.len();
        if count == 0 || count > SUBMIT_EVENTS_MAX {
            return Err(Error::invalid(
                "too_large",
                "/events",
                format!("from 1 to {SUBMIT_EVENTS_MAX} events"),
            ));
        }
        let mut checked = Vec::with_capacity(count);
        for event in &submission.events {
            checked.push(check_event(origin, keys, channel, event));
        }
        if let Purpose::Membership(membership) = purpose {
            check_purpose(&checked, membership)?;
        }
        let (id, ours) = (channel.clone(), self.server().clone());
        self.reads
            .read(move |conn| {
                let row = channels::by_id(conn, id.as_str())?;
                row.filter(|row| row.host == ours.as_str()).map(drop).ok_or(Error::NotFound(Missing::Channel))
            })
            .await?;
        let units = checked.into_iter().zip(submission.events).map(|(event, wire)| async move {
            let event = event?;
            let (id, seen) = (channel.clone(), event.id.clone());
            let appended = self
                .writer
                .channel(channel, move |work| {
                    let num = work.lane.num_of(work.conn, &id)?.ok_or(Error::NotFound(Missing::Channel))?;
                    let appended = work.accept(num, event, wire.body_bytes())?;
                    let term = work.lane.open(work.conn, num)?.position.term;
                    Ok((appended, term))
                })
                .await;
            let (appended, term) = appended?;
            Ok(Entry { event: seen, host_ts: appended.ts, seq: appended.seq, term })
        });
        // All are in the writer's queue before the first is done, so that they share a commit.
        let results = futures_util::future::join_all(units).await;
        Ok(SubmissionAnswer { results: results.into_iter().map(outcome).collect() })
    }

    /// A public channel of this server by its alias.
    ///
    /// # Errors
    /// `alias_not_found`
    pub async fn card_of_alias(&self, alias: &Alias) -> Result<ChannelCard> {
        let (alias, ours) = (alias.as_str().to_owned(), self.server().clone());
        self.reads
            .read(move |conn| {
                let row = channels::by_alias(conn, &alias)?.filter(|row| row.host == ours.as_str());
                let row = row.filter(|row| row.visibility == "public");
                card(conn, &row.ok_or(Error::NotFound(Missing::Alias))?)
            })
            .await
    }

    /// Public channels, for other servers.
    pub async fn cards(&self, query: String, after: ChannelNum) -> Result<DirectoryPage> {
        let ours = self.server().clone();
        self.reads
            .read(move |conn| {
                let rows = channels::directory(conn, &query, after, DIRECTORY_PAGE_MAX)?;
                let full = i64::try_from(rows.len()).unwrap_or(0) >= DIRECTORY_PAGE_MAX;
                let next = rows.last().filter(|_| full).map(|row| row.num.to_string());
                let hosted = rows.iter().filter(|row| row.host == ours.as_str());
                Ok(DirectoryPage {
                    channels: hosted.map(|row| card(conn, row)).collect::<Result<_>>()?,
                    next,
                })
            })
            .await
    }

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
                let seats = peers::seats_of(conn, row.num, server.as_str())?;
                if !seats.iter().any(|(membership, _)| membership == "joined") && row.host != server.as_str()
                {
                    return Err(Error::Forbidden(Forbidden::NotMember));
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
                let first =
                    readable_from(conn, &row, &server)?.ok_or(Error::Forbidden(Forbidden::NotMember))?;
                let entry = entries::by_event(conn, row.num, event.as_str())?;
                let entry =
                    entry.filter(|entry| entry.seq >= first).ok_or(Error::NotFound(Missing::Message))?;
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
    ) -> Result<Option<(String, Batch)>> {
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
                let made = batch(conn, &identity, &server, &row, from, end)?;
                Ok(Some((row.id, made)))
            })
            .await
    }

    /// What somebody is told who shares a channel with the person.
    ///
    /// # Errors
    /// `user_not_found`, for anybody else too.
    pub async fn profile_for(&self, server: &ServerName, user: &UserId) -> Result<Profile> {
        let (server, user, now) = (server.clone(), user.clone(), self.clock.now());
        if user.server() != *self.server() {
            return Err(Error::NotFound(Missing::User));
        }
        self.reads
            .read(move |conn| {
                let row = users::by_id(conn, user.as_str())?.ok_or(Error::NotFound(Missing::User))?;
                if !peers::shares_channel(conn, row.num, server.as_str())? {
                    return Err(Error::NotFound(Missing::User));
                }
                Ok(Profile {
                    user,
                    display_name: row.display_name,
                    bio: row.bio,
                    avatar: row.avatar,
                    deactivated: row.deleted_ts.is_some(),
                    ts: now,
                })
            })
            .await
    }

    /// The card that goes with an invitation; none if the channel is gone or not ours.
    pub async fn invitation(&self, kept: &str) -> Result<Option<Invitation>> {
        let Ok(Invited { channel, inviter, invitee }) = serde_json::from_str(kept) else { return Ok(None) };
        let ts = self.clock.now();
        self.reads
            .read(move |conn| {
                let Some(row) = channels::by_id(conn, channel.as_str())? else { return Ok(None) };
                Ok(Some(Invitation { card: card(conn, &row)?, inviter, invitee, ts }))
            })
            .await
    }

    /// Signed heads of channels in which the caller has something else than what is here.
    pub async fn newer_heads(
        &self,
        server: &ServerName,
        claims: super::wire::Heads,
    ) -> Result<Vec<SignedHead>> {
        let server = server.clone();
        self.reads
            .read(move |conn| {
                let mut newer = Vec::new();
                for claim in claims.heads {
                    let Some(row) = channels::by_id(conn, claim.channel.as_str())? else { continue };
                    let theirs = row.host == server.as_str()
                        || peers::seats_of(conn, row.num, server.as_str())?
                            .iter()
                            .any(|(seat, _)| seat == "joined");
                    if theirs && row.size > 0 && (row.size != claim.size || row.root != claim.root.as_bytes())
                    {
                        newer.extend(stored_head(&row));
                    }
                }
                Ok(newer)
            })
            .await
    }
}

/// Largest tree over which a proof is made on request: it reads the whole log.
const PROOF_SIZE_MAX: i64 = 1_000_000;

/// An inclusion proof.
pub struct Inclusion {
    pub size: i64,
    pub leaf: Hash,
    pub root: Hash,
    pub path: Vec<Hash>,
}

fn inclusion(conn: &mut Conn, channel: ChannelNum, seq: Seq, size: i64) -> Result<Inclusion> {
    const STEP: i64 = 4_096;
    let mut leaves = Vec::new();
    let mut next = 0;
    while next < size {
        let page = entries::range(conn, channel, next, (next + STEP).min(size) - 1, STEP)?;
        let Some((last, _)) = page.last() else { break };
        next = last.seq + 1;
        for (row, _) in page {
            let event = row.event_id.parse().map_err(|error| damaged("event id", error))?;
            leaves.push(Entry { event, host_ts: row.host_ts, seq: row.seq, term: row.term }.leaf());
        }
    }
    let at = usize::try_from(seq).unwrap_or(usize::MAX);
    let leaf = leaves.get(at).copied().ok_or_else(|| damaged("log", "an entry is missing"))?;
    let path = inclusion_proof(&leaves, seq);
    let last =
        entries::by_seq(conn, channel, size - 1)?.ok_or_else(|| damaged("log", "an entry is missing"))?;
    let root = last.root.as_slice().try_into().map(Hash).map_err(|_| damaged("root", "not 32 bytes"))?;
    Ok(Inclusion { size, leaf, root, path })
}

fn outcome(result: Result<Entry>) -> Outcome {
    match result {
        Ok(entry) => Outcome { entry: Some(entry), error: None },
        Err(error) => {
            let code = error.code().to_owned();
            Outcome { entry: None, error: Some(OutcomeError { code, detail: error.to_string() }) }
        }
    }
}

/// What can be said of an event without its channel's state.
fn check_event(
    origin: &ServerName,
    keys: &KeySet,
    channel: &ChannelId,
    wire: &WireEvent,
) -> Result<SignedEvent> {
    let signed = wire.signed().map_err(|error| Error::invalid(error.code(), "/event", error.to_string()))?;
    if signed.event.sender.server() != *origin {
        return Err(Error::Forbidden(Forbidden::BadOrigin));
    }
    if signed.event.channel.as_ref() != Some(channel) {
        return Err(Error::invalid("path_mismatch", "/event/channel", "the event is of another channel"));
    }
    // Within a channel a first key vouches for itself: that it is the server's own is checked where it comes in.
    if signed.event.kind == EventType::ServerKey {
        let published = KeyContent::of(&signed.event).ok().is_some_and(|(_, content)| {
            keys.keys.iter().any(|key| key.kid == content.kid && key.public == content.public)
        });
        if !published {
            return Err(Error::invalid(
                "key_unknown",
                "/event",
                "the key is not in the server's key document",
            ));
        }
    }
    Ok(signed)
}

/// The endpoint for joining takes a join, and so on; before it may stand the key that signs it.
fn check_purpose(events: &[Result<SignedEvent>], wanted: Membership) -> Result<()> {
    let bad =
        || Error::invalid("bad_event", "/events", "this endpoint takes the sender's own membership only");
    let Some((last, before)) = events.split_last() else { return Err(bad()) };
    let last = last.as_ref().map_err(Clone::clone)?;
    let fits = MemberContent::of(&last.event)
        .is_ok_and(|(user, content)| user == last.event.sender && content.membership == wanted);
    let keys = before.iter().flatten().all(|signed| signed.event.kind == EventType::ServerKey);
    if fits && keys && before.len() <= 1 { Ok(()) } else { Err(bad()) }
}

fn card(conn: &mut Conn, row: &ChannelRow) -> Result<ChannelCard> {
    let genesis = entries::by_seq(conn, row.num, 0)?.ok_or(Error::NotFound(Missing::Channel))?;
    Ok(ChannelCard {
        channel: row.id.parse().map_err(|error| damaged("channel", error))?,
        name: row.name.clone(),
        topic: row.topic.clone(),
        alias: row.alias.clone(),
        member_count: row.joined_count,
        genesis: WireEvent {
            event: raw(genesis.event)?,
            signature: signature(&genesis.signature)?,
            body: None,
        },
        head: stored_head(row).ok_or_else(|| damaged("channel", "its head"))?,
    })
}

fn raw(text: String) -> Result<Box<RawValue>> {
    RawValue::from_string(text).map_err(|error| damaged("event", error))
}

fn signature(bytes: &[u8]) -> Result<Signature> {
    bytes.try_into().map(Signature).map_err(|_| damaged("signature", "not 64 bytes"))
}

/// From where on the server's people may read; none while nobody of them is in the channel.
fn readable_from(conn: &mut Conn, row: &ChannelRow, server: &ServerName) -> Result<Option<Seq>> {
    let seats = peers::seats_of(conn, row.num, server.as_str())?;
    let joined = seats.into_iter().filter(|(membership, _)| membership == "joined");
    let first = joined.map(|(_, seq)| seq.unwrap_or(row.size)).min();
    let policy: Policy = serde_json::from_str(&row.policy).unwrap_or_default();
    Ok(match policy.history {
        HistoryPolicy::All => first.map(|_| 0),
        HistoryPolicy::SinceJoin => first,
    })
}

fn batch(
    conn: &mut Conn,
    identity: &Identity,
    server: &ServerName,
    row: &ChannelRow,
    from: Seq,
    end: Seq,
) -> Result<Batch> {
    let most = i64::try_from(BATCH_ENTRIES_MAX).unwrap_or(256);
    let rows = entries::range(conn, row.num, from, end - 1, most)?;
    let last = rows.last().map_or(from, |(entry, _)| entry.seq);
    let readable = match row.host == server.as_str() {
        true => Some(0),
        false => readable_from(conn, row, server)?,
    };
    let mut bodies: HashMap<Seq, String> = match readable {
        Some(first) => entries::bodies_between(conn, row.num, from.max(first), last)?.into_iter().collect(),
        None => HashMap::new(),
    };
    let mut bytes = 0;
    let mut sent: Vec<WireEntry> = Vec::with_capacity(rows.len());
    let mut at: Option<EntryRow> = None;
    for (entry, _) in rows {
        let body = bodies.remove(&entry.seq);
        bytes += entry.event.len() + body.as_ref().map_or(0, String::len);
        if bytes > BATCH_BYTES_MAX && !sent.is_empty() {
            break;
        }
        sent.push(WireEntry {
            entry: Entry {
                event: entry.event_id.parse().map_err(|error| damaged("event id", error))?,
                host_ts: entry.host_ts,
                seq: entry.seq,
                term: entry.term,
            },
            event: raw(entry.event.clone())?,
            signature: signature(&entry.signature)?,
            body: body.map(raw).transpose()?,
        });
        at = Some(entry);
    }
    let head = match at {
        Some(at) if at.seq + 1 < row.size && row.host == identity.name.as_str() => {
            head_at(conn, identity, row, &at)?
        }
        _ => stored_head(row).ok_or_else(|| damaged("channel", "its head"))?,
    };
    Ok(Batch { entries: sent, head })
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
        root: at
            .root
            .as_slice()
            .try_into()
            .map(crate::protocol::ids::Hash)
            .map_err(|_| damaged("root", "not 32 bytes"))?,
        ts: at.host_ts,
        host: identity.name.clone(),
        kid: kid.clone(),
    };
    Ok(SignedHead::sign(head, key))
}
