//! Taking entries back from another server.

use super::super::wire::{Batch, WireEntry};
use super::{WAITING, nonsense, parted};
use crate::domain::peers::Ask;
use crate::domain::stored::damaged;
use crate::domain::writer::{BatchError, Incoming, Work};
use crate::domain::{Domain, Error, Missing, Result};
use crate::protocol::Seq;
use crate::protocol::event::SignedEvent;
use crate::protocol::head::SignedHead;
use crate::protocol::ids::{ChannelId, Hash, ServerName};
use crate::protocol::log::Frontier;
use crate::storage::{ChannelNum, channels, meta, peers};

const NOT_THESE: &str = "these are not the entries that it was asked for";

impl Domain {
    /// Takes a log back from a server, up to a head that this server signed. First it is seen whether the entries
    /// lead there at all; only then are they kept, batch by batch.
    pub(super) async fn regain(&self, server: &ServerName, head: &SignedHead) -> Result<()> {
        let (id, size) = (head.head.channel.clone(), head.head.size);
        let wanted = id.clone();
        let here =
            self.reads.read(move |conn| Ok::<_, Error>(channels::by_id(conn, wanted.as_str())?)).await?;
        let (mut at, mut frontier) = match here {
            Some(row) => {
                let frontier = Frontier::from_bytes(row.size, &row.frontier);
                (row.size, frontier.map_err(|error| damaged("frontier", error))?)
            }
            None => (0, Frontier::new()),
        };
        let mut steps: Vec<(Seq, Hash)> = Vec::new();
        let mut first = None;
        let begin = at;
        while at < size {
            let batch = self.fetch_range(server, &id, at, size).await?;
            for placed in &batch.entries {
                frontier.push(placed.entry.leaf());
            }
            at = frontier.size();
            steps.push((at, frontier.root()));
            first.get_or_insert(batch);
        }
        if at != size || frontier.root() != head.head.root {
            return self.part(server, head).await;
        }
        let mut at = begin;
        for (end, root) in steps {
            let batch = match first.take() {
                Some(batch) => batch,
                None => self.fetch_range(server, &id, at, end).await?,
            };
            self.regain_batch(server, &id, batch, root).await?;
            at = end;
        }
        tracing::info!(%server, channel = %id, from = begin, to = size, "entries were taken back");
        Ok(())
    }

    async fn regain_batch(
        &self,
        server: &ServerName,
        id: &ChannelId,
        batch: Batch,
        root: Hash,
    ) -> Result<()> {
        let (channel, from) = (id.clone(), server.clone());
        let incoming: Vec<Incoming> = batch.entries.into_iter().map(WireEntry::incoming).collect();
        let done = self
            .writer
            .channel(id, move |work| {
                let num = match work.lane.num_of(work.conn, &channel)? {
                    Some(num) => num,
                    None => adopt_lost(work, &channel, &incoming)?,
                };
                let before = peers::replicas_of(work.conn, num)?;
                let done = work.regain(num, incoming, root)?;
                // Whoever has joined since may have more.
                for replica in peers::replicas_of(work.conn, num)? {
                    let known = before.iter().any(|known| known.server == replica.server);
                    if !known && replica.server != from.as_str() {
                        meta::put(work.conn, &format!("{WAITING}{}", replica.server), "1")?;
                    }
                }
                Ok(done)
            })
            .await?;
        self.have_returned(done.returned).await;
        for user in done.met {
            self.ask_profile(user);
        }
        Ok(())
    }

    /// What the server has does not continue what is here. It is written down, and not asked for again.
    async fn part(&self, server: &ServerName, head: &SignedHead) -> Result<()> {
        let (key, server, size) = (parted(server, &head.head.channel), server.clone(), head.head.size);
        let channel = head.head.channel.clone();
        let text = serde_json::to_string(head).map_err(|error| damaged("head", error))?;
        self.writer
            .other(&key.clone(), move |work| {
                meta::put(work.conn, &key, &text)?;
                let detail =
                    format!("it has {size} entries under this server's name that do not continue these");
                let now = work.lane.clock.now();
                Ok(peers::add_alarm(work.conn, now, "parted", server.as_str(), channel.as_str(), &detail)?)
            })
            .await
    }

    /// Entries from `from` on, as many as fit, before `end`.
    pub(in crate::domain::remote) async fn fetch_range(
        &self,
        server: &ServerName,
        channel: &ChannelId,
        from: Seq,
        end: Seq,
    ) -> Result<Batch> {
        let path = format!("/channels/{channel}/entries?from={from}&to={}", end - 1);
        let batch = self.fetch_batch(server, path, from).await?;
        if i64::try_from(batch.entries.len()).unwrap_or(i64::MAX) > end - from {
            return Err(nonsense(server, NOT_THESE));
        }
        Ok(batch)
    }

    /// Entries from `from` on, as many as the server likes to give with a head of their host.
    pub(in crate::domain::remote) async fn fetch_open_range(
        &self,
        server: &ServerName,
        channel: &ChannelId,
        from: Seq,
    ) -> Result<Batch> {
        self.fetch_batch(server, format!("/channels/{channel}/entries?from={from}"), from).await
    }

    async fn fetch_batch(&self, server: &ServerName, path: String, from: Seq) -> Result<Batch> {
        let answer = self.peers.ask(server, Ask::get(path)).await?;
        let batch: Batch =
            serde_json::from_str(&answer).map_err(|error| nonsense(server, &error.to_string()))?;
        let follows = (from..).zip(&batch.entries).all(|(seq, placed)| placed.entry.seq == seq);
        if !follows || batch.entries.is_empty() {
            return Err(nonsense(server, NOT_THESE));
        }
        Ok(batch)
    }
}

fn adopt_lost(work: &mut Work<'_>, channel: &ChannelId, incoming: &[Incoming]) -> Result<ChannelNum> {
    let first = incoming.first().ok_or(Error::NotFound(Missing::Channel))?;
    let genesis =
        SignedEvent::from_parts(first.event.clone(), first.signature).map_err(|_| BatchError::NotGenesis)?;
    if genesis.channel_id() != *channel {
        return Err(BatchError::NotGenesis.into());
    }
    work.adopt_lost_channel(&genesis)
}
