//! Signatures of entries that do not verify. A log commits to headers and not to signatures, so whoever gives a part of it
//! could give another signature than the others have, and an entry would have no effect here alone. Before that is
//! believed, others are asked for their copies (AUTH-7).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;

use super::others::others_in;
use crate::domain::writer::{BatchError, Incoming, Ingested, Work};
use crate::domain::{Domain, Error, Result, clock, stored};
use crate::protocol::Seq;
use crate::protocol::event::SignedEvent;
use crate::protocol::head::SignedHead;
use crate::protocol::ids::{ChannelId, ServerName};
use crate::protocol::log::Entry;
use crate::protocol::rules::Refusal;
use crate::protocol::sign::Signature;
use crate::storage::{channels, peers, pending};

/// Servers that are asked for their copies of one batch. With [`PATIENCE`] and [`ANSWER_MAX`], whoever sent it waits less than
/// 30 seconds.
const SERVERS_MAX: usize = 5;
/// Ranges that one of them is asked for.
const RANGES_MAX: usize = 8;
/// How long each of them has to answer.
const ANSWER_MAX: Duration = Duration::from_secs(3);
/// Batches about which others are asked at a time: a host can have this server ask any other.
pub const DOUBTS_MAX: usize = 8;
/// How long a batch waits for its turn to be asked about.
const PATIENCE: Duration = Duration::from_secs(10);

/// Entries of a channel, and who gives them.
pub(super) struct Given<'a> {
    pub channel: &'a ChannelId,
    pub host: &'a ServerName,
    /// The host, or another server with a copy.
    pub giver: &'a ServerName,
    /// When the host, or whoever gives in its place, said so, in seconds.
    pub created_s: i64,
    pub head: &'a SignedHead,
}

/// An entry, and the signature that it has elsewhere.
type Witness = (Entry, Signature);

/// What is known of a batch's signatures that do not verify.
#[derive(Default)]
pub(super) struct Doubts {
    found: Found,
    /// Who is to be asked, the next one last; none where nobody was asked yet.
    left: Option<Vec<ServerName>>,
    /// Entries that another server than the giver has, too.
    shared: BTreeSet<Seq>,
    /// There is nobody left to ask.
    is_settled: bool,
    /// Where a signature of others took a place, and whose copy had it.
    taken: BTreeMap<Seq, ServerName>,
    turn: Option<OwnedSemaphorePermit>,
}

/// The entries of which the writer found the signature wrong.
#[derive(Clone, Default)]
struct Found(Arc<Mutex<BTreeSet<Seq>>>);

impl Found {
    fn lock(&self) -> MutexGuard<'_, BTreeSet<Seq>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks at a batch once the writer took it.
pub(super) struct Look {
    found: Found,
    is_settled: bool,
    taken: BTreeMap<Seq, ServerName>,
}

impl Doubts {
    pub fn look(&self) -> Look {
        Look { found: self.found.clone(), is_settled: self.is_settled, taken: self.taken.clone() }
    }

    /// Puts signatures of copies into the batch. Whether any is another.
    fn put_right(&mut self, batch: &mut [Incoming], copies: Vec<Witness>, server: &ServerName) -> bool {
        let mut is_any = false;
        for (entry, signature) in copies {
            let ours = batch.iter_mut().find(|ours| ours.entry == entry && ours.signature != signature);
            if let Some(ours) = ours {
                ours.signature = signature;
                self.taken.insert(entry.seq, server.clone());
                is_any = true;
            }
        }
        is_any
    }
}

impl Look {
    /// Has the operator told of what others put right.
    ///
    /// # Errors
    /// [`BatchError::Doubtful`] where others are to be asked first.
    pub fn at(&self, work: &mut Work<'_>, of: (&ServerName, &ChannelId), done: &Ingested) -> Result<()> {
        let wrong = done.void.iter().filter(|(_, refusal)| *refusal == Refusal::BadSignature);
        let wrong: BTreeSet<Seq> = wrong.map(|(seq, _)| *seq).collect();
        if !self.is_settled && !wrong.is_empty() {
            *self.found.lock() = wrong;
            return Err(BatchError::Doubtful.into());
        }
        let (host, channel) = of;
        let now = work.lane.clock.now();
        for (seq, server) in self.taken.iter().filter(|(seq, _)| !wrong.contains(*seq)) {
            let detail = format!("entry {seq} came with a wrong signature; {server} has the right one");
            peers::add_alarm(work.conn, now, "other_signature", host.as_str(), channel.as_str(), &detail)?;
        }
        Ok(())
    }
}

impl Domain {
    /// Asks who has not been asked yet, until somebody has other signatures: these take their places in the batch.
    ///
    /// # Errors
    /// `busy`; `bad_signature` where another server than the host gives the entries, and nobody else has one of them.
    pub(super) async fn ask_for_copies(
        &self,
        of: &Given<'_>,
        batch: &mut [Incoming],
        doubts: &mut Doubts,
    ) -> Result<()> {
        let wrong = std::mem::take(&mut *doubts.found.lock());
        if doubts.turn.is_none() {
            let turn = tokio::time::timeout(PATIENCE, self.doubts.clone().acquire_owned()).await;
            doubts.turn = Some(turn.ok().and_then(std::result::Result::ok).ok_or(Error::Busy)?);
        }
        let mut left = match doubts.left.take() {
            Some(left) => left,
            None => {
                let left = self.who_may_know(of, batch, &wrong).await?;
                let own = self.sent_from_here(batch, &wrong).await?;
                if doubts.put_right(batch, own, self.server()) {
                    doubts.left = Some(left);
                    return Ok(());
                }
                left
            }
        };
        while let Some(server) = left.pop() {
            let mut copies = Vec::new();
            // What came in time is looked at, whatever became of the rest.
            let asked = self.copies_of(&server, of.channel, &wrong, &mut copies);
            let _ = tokio::time::timeout(ANSWER_MAX, asked).await;
            let is_it = |(entry, _): &&Witness| batch.iter().any(|ours| ours.entry == *entry);
            doubts.shared.extend(copies.iter().filter(is_it).map(|(entry, _)| entry.seq));
            if doubts.put_right(batch, copies, &server) {
                doubts.left = Some(left);
                return Ok(());
            }
        }
        if of.giver != of.host && !wrong.is_subset(&doubts.shared) {
            return Err(BatchError::BadSignature.into());
        }
        (doubts.left, doubts.is_settled) = (Some(left), true);
        Ok(())
    }

    /// The signatures of entries that people here sent, and that wait for their place in the log.
    async fn sent_from_here(&self, batch: &[Incoming], wrong: &BTreeSet<Seq>) -> Result<Vec<Witness>> {
        let wrong = batch.iter().filter(|entry| wrong.contains(&entry.entry.seq));
        let wrong: Vec<Entry> = wrong.map(|entry| entry.entry.clone()).collect();
        self.reads
            .read(move |conn| {
                let mut own = Vec::new();
                for entry in wrong {
                    if let Some(row) = pending::get(conn, entry.event.as_str())? {
                        own.push((entry, stored::signature(&row.signature)?));
                    }
                }
                Ok(own)
            })
            .await
    }

    /// Entries as another server has them. A range of it ends where it has a head, so it may take several.
    async fn copies_of(
        &self,
        server: &ServerName,
        channel: &ChannelId,
        wrong: &BTreeSet<Seq>,
        copies: &mut Vec<Witness>,
    ) -> Result<()> {
        let mut from = 0;
        for _ in 0..RANGES_MAX {
            let Some(&next) = wrong.range(from..).next() else { break };
            let range = self.fetch_open_range(server, channel, next).await?;
            from = range.entries.last().map_or(Seq::MAX, |last| last.entry.seq.saturating_add(1));
            let placed = range.entries.into_iter().filter(|placed| wrong.contains(&placed.entry.seq));
            copies.extend(placed.map(|placed| (placed.entry, placed.signature)));
        }
        Ok(())
    }

    /// Servers that should have the entries, the likeliest last: those of their authors, who signed them, before any
    /// whom the host may have brought in.
    async fn who_may_know(
        &self,
        of: &Given<'_>,
        batch: &[Incoming],
        wrong: &BTreeSet<Seq>,
    ) -> Result<Vec<ServerName>> {
        let wrong = batch.iter().filter(|entry| wrong.contains(&entry.entry.seq));
        let events =
            wrong.filter_map(|entry| SignedEvent::from_parts(entry.event.clone(), entry.signature).ok());
        let authors: BTreeSet<ServerName> = events.map(|signed| signed.event.sender.server()).collect();
        let id = of.channel.clone();
        let known = self.reads.read(move |conn| {
            let num = channels::num_of(conn, id.as_str())?;
            num.map_or(Ok(BTreeSet::new()), |num| others_in(conn, num, &[]))
        });
        let mut all: BTreeSet<ServerName> = known.await?;
        all.extend(authors.iter().cloned());
        all.insert(of.host.clone());
        all.retain(|server| server != of.giver && server != self.server() && self.peers.admits(server));
        let mut all: Vec<ServerName> = all.into_iter().collect();
        all.sort_by_cached_key(|server| {
            (!authors.contains(server), self.peers.is_away(server), clock::random::<8>())
        });
        all.truncate(SERVERS_MAX);
        all.reverse();
        Ok(all)
    }
}
