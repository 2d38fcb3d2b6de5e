//! Copies of channels that are hosted elsewhere.

use super::doubts::{Doubts, Given};
use super::evidence::{add_fork, contradicts, end_joinings};
use super::lines::Line;
use super::wire::{Batch, BatchAnswer, Evidence, Heads, WireEntry};
use crate::domain::peers::{Ask, PeerError};
use crate::domain::verify::stored_head;
use crate::domain::writer::{BatchError, Incoming, Ingested, Work};
use crate::domain::{Conflict, Domain, Error, Forbidden, Missing, Result, stored};
use crate::protocol::Seq;
use crate::protocol::head::{self, Finding, SignedHead};
use crate::protocol::ids::{ChannelId, ServerName};
use crate::protocol::key_document::{PublishedKey, SignedKeySet};
use crate::protocol::limits::BATCH_ENTRIES_MAX;
use crate::protocol::log::Entry;
use crate::protocol::state::content::KeyContent;
use crate::storage::channels::ChannelRow;
use crate::storage::{ChannelNum, channels, peers};

/// How many channels one comparison of heads is about.
pub const HEADS_MAX: usize = 1_000;
/// Keys of one batch about which their servers are asked.
const KEYS_CHECKED_MAX: usize = 16;
/// Questions about keys that are under way to other servers: a host can make this one ask any of them.
pub const LOOKUPS_MAX: usize = 2_000;

impl Domain {
    /// Takes entries from a channel's host, signed at `created_s`. A batch that begins too late is answered with what is
    /// here.
    ///
    /// # Errors
    /// `channel_not_found`, `not_host`, `not_member`, what is wrong with the batch.
    pub async fn ingest_from_host(
        &self,
        origin: &ServerName,
        created_s: i64,
        channel: &ChannelId,
        batch: Batch,
    ) -> Result<BatchAnswer> {
        let given = Given { channel, host: origin, giver: origin, created_s, head: &batch.head };
        self.ingest(&given, batch.entries).await
    }

    /// As [`Domain::ingest_from_host`], whoever gives the entries.
    pub(super) async fn ingest(&self, of: &Given<'_>, entries: Vec<WireEntry>) -> Result<BatchAnswer> {
        let (origin, channel) = (of.host, of.channel);
        if entries.len() > BATCH_ENTRIES_MAX {
            return Err(Error::invalid(
                "too_large",
                "/entries",
                format!("at most {BATCH_ENTRIES_MAX} entries"),
            ));
        }
        let line = self.lines.of(origin, channel);
        let first = entries.first().map_or(0, |placed| placed.entry.seq);
        let in_turn = self.await_turn(origin, channel, &line, first).await?;
        let end = entries.last().map_or(0, |placed| placed.entry.seq.saturating_add(1));
        let head = of.head.clone();
        let placed: Vec<Entry> = entries.iter().map(|placed| placed.entry.clone()).collect();
        let incoming: Vec<Incoming> = entries.into_iter().map(WireEntry::incoming).collect();
        let queued = || {
            if in_turn {
                line.grow(end)
            }
        };
        let taken = self.take_batch(of, incoming, queued).await;
        let failed = taken.is_err();
        let (done, forked) = match taken {
            Ok(done) => done,
            Err(Error::Batch(BatchError::Gap)) => {
                self.peers.doubt(origin);
                (Ingested::default(), false)
            }
            Err(error) => {
                line.reset(0);
                match error {
                    Error::Batch(BatchError::Fork) => drop(self.keep_head(channel, head, false).await?),
                    Error::Batch(BatchError::OtherEntry) => {
                        return Err(self.judge_others(channel, placed, head).await?.into());
                    }
                    Error::Batch(BatchError::Ahead) => {
                        if of.giver == origin {
                            let here = self.copy_of(origin, channel).await?.size;
                            self.catch_ups.begin(origin, channel, here, end);
                        }
                        self.alarm_ahead(origin, channel).await?;
                    }
                    _ => {}
                }
                return Err(error);
            }
        };
        self.heard_of_fork(channel, forked).await?;
        if !done.split.is_empty() {
            // What the host said of the log when somebody joined may be what contradicts it.
            if let Some(head) = self.first_head(channel).await? {
                self.keep_evidence(channel, head).await?;
            }
        }
        self.arrivals.arrived(&done.events);
        for event in &done.lost {
            self.arrivals.refused(event, PeerError::without_effect(origin.clone()));
        }
        self.have_returned(done.returned).await;
        for user in done.met {
            self.ask_profile(user);
        }
        for (server, key) in done.keys.into_iter().take(KEYS_CHECKED_MAX) {
            if server != *origin && server != *self.server() {
                self.check_key(channel.clone(), server, key);
            }
        }
        let void = done.void.iter().map(|(seq, _)| *seq).collect();
        let row = self.copy_of(origin, channel).await?;
        if failed {
            line.reset(row.size);
        }
        self.catch_ups.reached(channel, row.size);
        self.previews.reached(channel, row.size);
        Ok(BatchAnswer { size: row.size, root: stored::hash(&row.root)?, void })
    }

    /// Has the writer take entries, with the signatures of others where these don't verify. Answers whether that ended in a fork.
    async fn take_batch(
        &self,
        of: &Given<'_>,
        mut incoming: Vec<Incoming>,
        queued: impl Fn(),
    ) -> Result<(Ingested, bool)> {
        let mut doubts = Doubts::default();
        loop {
            let (id, host, created_s) = (of.channel.clone(), of.host.clone(), of.created_s);
            let (signed, batch, look) = (of.head.clone(), incoming.clone(), doubts.look());
            let (fences, interest) = (self.fences.clone(), self.interest.clone());
            let take = move |work: &mut Work<'_>| {
                // REPL-27: looked at here, so that nothing slips in after the answer.
                if !fences.admits(&host, created_s) {
                    return Err(Error::Conflict(Conflict::Fenced));
                }
                let num = work.lane.num_of(work.conn, &id)?.ok_or(Error::NotFound(Missing::Channel))?;
                if work.lane.open(work.conn, num)?.host != host {
                    return Err(Error::Forbidden(Forbidden::NotHost));
                }
                if peers::evidence(work.conn, id.as_str())?.is_some() {
                    return Err(Error::Batch(BatchError::Fork));
                }
                interest.check(work, num)?;
                let done = work.ingest(num, batch, signed.clone())?;
                look.at(work, (&host, &id), &done)?;
                raise_alarms(work, &host, &id, &done)?;
                let forked = end_joinings(work, num, &id, &signed)?;
                Ok((done, forked))
            };
            match self.writer.channel_then(of.channel, take, &queued).await {
                Err(Error::Batch(BatchError::Doubtful)) => {
                    self.ask_for_copies(of, &mut incoming, &mut doubts).await?;
                }
                taken => return taken,
            }
        }
    }

    /// REPL-31: the operator is told whose clock is wrong, or their own.
    async fn alarm_ahead(&self, host: &ServerName, channel: &ChannelId) -> Result<()> {
        let (host, channel, now) = (host.clone(), channel.clone(), self.clock.now());
        let detail = "its entries are of the future by this server's clock: they are held until then";
        let alarm = move |work: &mut Work<'_>| {
            Ok(peers::add_alarm(work.conn, now, "host_ahead", host.as_str(), channel.as_str(), detail)?)
        };
        self.writer.other("alarm", alarm).await
    }

    /// The row of a channel that the server hosts.
    ///
    /// # Errors
    /// `channel_not_found`, `not_host`
    async fn copy_of(&self, host: &ServerName, channel: &ChannelId) -> Result<ChannelRow> {
        let id = channel.clone();
        let row = self.reads.read(move |conn| Ok::<_, Error>(channels::by_id(conn, id.as_str())?)).await?;
        let row = row.ok_or(Error::NotFound(Missing::Channel))?;
        if row.host == host.as_str() { Ok(row) } else { Err(Error::Forbidden(Forbidden::NotHost)) }
    }

    /// Waits a moment for the entries before `first`, if they are not here: a host has several batches under way.
    /// False when they did not come.
    async fn await_turn(
        &self,
        host: &ServerName,
        channel: &ChannelId,
        line: &Line,
        first: Seq,
    ) -> Result<bool> {
        if line.reaches(first) {
            return Ok(true);
        }
        line.grow(self.copy_of(host, channel).await?.size);
        Ok(line.reaches(first) || self.lines.wait(line, first).await)
    }

    /// Asks a server in the background whether a key that a host let be bound in its name is its own. A log can't
    /// say that: there, a server's first key vouches for itself.
    fn check_key(&self, channel: ChannelId, server: ServerName, key: KeyContent) {
        let Ok(place) = self.lookups.clone().try_acquire_owned() else { return };
        let (peers, writer) = (self.peers.clone(), self.writer.clone());
        tokio::spawn(async move {
            let _place = place;
            let Ok(answer) = peers.ask(&server, Ask::get("/keys?since=0".to_owned())).await else { return };
            let Ok(sets) = serde_json::from_str::<Vec<SignedKeySet>>(&answer) else { return };
            let is_it = |known: &PublishedKey| known.kid == key.kid && known.public == key.public;
            if sets.iter().flat_map(|set| &set.set.keys).any(is_it) {
                return;
            }
            let name = server.clone();
            let told =
                writer.other(name.as_str(), move |work| forged_key(work, &channel, &server, &key)).await;
            if let Err(error) = told {
                tracing::warn!(%error, server = %name, "an alarm could not be kept");
            }
        });
    }

    /// Keeps a head of the host that contradicts what it said before, if its signature holds. From then on nothing
    /// is written into the channel, the operator is told, and so are other servers. False when it is nothing new.
    pub async fn keep_evidence(&self, channel: &ChannelId, head: SignedHead) -> Result<bool> {
        Ok(self.keep_head(channel, head, false).await?.is_some_and(|is_new| is_new))
    }

    /// As [`Domain::keep_evidence`], and None where the head contradicts nothing. `is_other` says that the head is proven to
    /// be of another log, however long that is.
    pub(super) async fn keep_head(
        &self,
        channel: &ChannelId,
        head: SignedHead,
        is_other: bool,
    ) -> Result<Option<bool>> {
        let id = channel.clone();
        let kept = self
            .writer
            .channel(channel, move |work| {
                let num = work.lane.num_of(work.conn, &id)?.ok_or(Error::NotFound(Missing::Channel))?;
                let row = channels::by_num(work.conn, num)?.ok_or(Error::NotFound(Missing::Channel))?;
                let Some(ours) = stored_head(&row) else { return Ok(None) };
                if !contradicts(work, num, &head, is_other)? {
                    return Ok(None);
                }
                add_fork(work, &id, &ours, &head).map(Some)
            })
            .await?;
        self.heard_of_fork(channel, kept.unwrap_or(false)).await?;
        Ok(kept)
    }

    /// Others are told of what is new.
    async fn heard_of_fork(&self, channel: &ChannelId, is_new: bool) -> Result<bool> {
        if is_new {
            self.spread_evidence(channel).await?;
        }
        Ok(is_new)
    }

    /// Keeps two heads that contradict each other, whatever is here.
    async fn keep_pair(&self, channel: &ChannelId, a: SignedHead, b: SignedHead) -> Result<bool> {
        let id = channel.clone();
        let kept = self
            .writer
            .channel(channel, move |work| {
                let num = work.lane.num_of(work.conn, &id)?.ok_or(Error::NotFound(Missing::Channel))?;
                let keys = (work.head_key(num, &a.head)?, work.head_key(num, &b.head)?);
                let (Some(key_a), Some(key_b)) = keys else {
                    return Ok(false);
                };
                let pair = head::Evidence { a: a.clone(), b: b.clone(), proof: None };
                if pair.check(&key_a, &key_b) != Finding::Fork {
                    return Ok(false);
                }
                add_fork(work, &id, &a, &b)
            })
            .await?;
        self.heard_of_fork(channel, kept).await
    }

    /// Evidence that another server found: kept if it holds against what is here.
    pub async fn take_evidence(&self, channel: &ChannelId, evidence: Evidence) -> Result<bool> {
        let Evidence { a, b } = evidence;
        let (first, second) = (a.clone(), b.clone());
        let kept = self.keep_evidence(channel, a).await? || self.keep_evidence(channel, b).await?;
        Ok(kept || self.keep_pair(channel, first, second).await?)
    }

    /// What is here of the channels that a server hosts, to ask whether it has more.
    pub async fn claims(&self, host: &ServerName, after: ChannelNum) -> Result<(Heads, Option<ChannelNum>)> {
        let host = host.clone();
        self.reads
            .read(move |conn| {
                let most = i64::try_from(HEADS_MAX).unwrap_or(1_000);
                let rows = channels::hosted_by(conn, host.as_str(), after, most)?;
                let next = rows.last().map(|row| row.0).filter(|_| rows.len() >= HEADS_MAX);
                let heads = rows.into_iter().filter_map(stored::claim).collect();
                Ok((Heads { heads, fence: false }, next))
            })
            .await
    }
}

/// What the operator should know of a batch that was taken.
fn raise_alarms(work: &mut Work<'_>, host: &ServerName, id: &ChannelId, done: &Ingested) -> Result<()> {
    let now = work.lane.clock.now();
    for (seq, refusal) in &done.void {
        let detail = format!("entry {seq} has no effect: {} ({refusal})", refusal.rule());
        peers::add_alarm(work.conn, now, "void_entry", host.as_str(), id.as_str(), &detail)?;
    }
    for seq in &done.split {
        let detail = format!("the author of entry {seq} was shown another log than this server");
        peers::add_alarm(work.conn, now, "split_view", host.as_str(), id.as_str(), &detail)?;
    }
    for (server, key) in &done.keys {
        let own = work.lane.identity.key_of(key.kid.as_str()).map(|(_, own)| own.public());
        if *server == work.lane.identity.name && own != Some(key.public) {
            forged_key(work, id, server, key)?;
        }
    }
    Ok(())
}

fn forged_key(work: &mut Work<'_>, id: &ChannelId, server: &ServerName, key: &KeyContent) -> Result<()> {
    let detail = format!("the channel's host has let a key {} be bound that is not this server's", key.kid);
    let now = work.lane.clock.now();
    Ok(peers::add_alarm(work.conn, now, "forged_key", server.as_str(), id.as_str(), &detail)?)
}
