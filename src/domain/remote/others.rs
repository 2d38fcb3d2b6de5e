//! What a host does not give, from other servers that have copies: ranges of entries, which prove themselves by heads of
//! the host, and bodies, which prove themselves by the hash in their event.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};

use super::history::{is_in_force, readable_from};
use super::host::damaged;
use super::replica::HEADS_MAX;
use super::wire::{HeadClaim, Heads, HeadsAnswer};
use crate::domain::peers::{Ask, PeerError};
use crate::domain::{Domain, Error, Result};
use crate::protocol::event::Event;
use crate::protocol::head::SignedHead;
use crate::protocol::ids::{ChannelId, EventId, ServerName};
use crate::storage::missing::{self, MissingRow};
use crate::storage::{ChannelNum, channels, entries, peers};

/// Servers that are asked in one round for what one host does not give.
const SERVERS_MAX: usize = 8;
/// Ranges that one of them is asked for, in one channel and round.
const RANGES_MAX: usize = 4_096;
/// How long one round may take.
const ROUND_MAX: Duration = Duration::from_secs(120);
/// For how long after a fence nothing is taken of a host's entries but from itself, in milliseconds: it is getting them
/// back (REPL-28), and must hear what is here.
const FENCE_MS: i64 = 600_000;

/// Bodies that are looked for at a time, and how often is looked whether any are due.
const BODIES_MAX: i64 = 64;
const BODIES_AT_ONCE: usize = 8;
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// Servers that are asked for one body.
const BODY_SERVERS_MAX: usize = 8;
/// First and longest pause before a body is asked for again, in milliseconds.
const PAUSE_MS_MIN: i64 = 2_000;
const PAUSE_MS_MAX: i64 = 3_600_000;
/// How long a body is asked for, in milliseconds: 7 days.
const AGE_MS_MAX: i64 = 7 * 24 * 3_600_000;

impl Domain {
    /// Asks other servers in the host's channels for what they have more than is here. Answers how many entries came.
    ///
    /// # Errors
    /// Of the storage; what servers answer is their affair.
    pub async fn ask_others(&self, host: &ServerName) -> Result<i64> {
        let now = self.clock.now();
        if !self.fences.admits(host, (now - FENCE_MS) / 1_000) {
            return Ok(0);
        }
        let round = async {
            let mut got = 0;
            for (server, claims) in self.others_with(host).await?.into_iter().take(SERVERS_MAX) {
                got += self.ask_other(host, &server, claims).await?;
            }
            Ok(got)
        };
        let got = tokio::time::timeout(ROUND_MAX, round).await.unwrap_or(Err(Error::Busy))?;
        if got > 0 {
            tracing::info!(%host, entries = got, "entries came from other servers than their host");
        }
        Ok(got)
    }

    /// Other servers in channels of the host, those that are there first, and what is here of those channels.
    async fn others_with(&self, host: &ServerName) -> Result<Vec<(ServerName, Vec<HeadClaim>)>> {
        let (claims, _) = self.claims(host, 0).await?;
        let ours = self.server().clone();
        let host = host.clone();
        let by_server = self
            .reads
            .read(move |conn| {
                let mut by_server: BTreeMap<ServerName, Vec<HeadClaim>> = BTreeMap::new();
                for claim in claims.heads {
                    let Some(num) = channels::num_of(conn, claim.channel.as_str())? else { continue };
                    for server in others_in(conn, num, &[&host, &ours])? {
                        by_server.entry(server).or_default().push(claim.clone());
                    }
                }
                Ok::<_, Error>(by_server)
            })
            .await?;
        let mut others: Vec<_> =
            by_server.into_iter().filter(|(server, _)| self.peers.admits(server)).collect();
        others.sort_by_key(|(server, _)| self.peers.is_away(server));
        Ok(others)
    }

    async fn ask_other(&self, host: &ServerName, server: &ServerName, claims: Vec<HeadClaim>) -> Result<i64> {
        let heads: Vec<HeadClaim> = claims.into_iter().take(HEADS_MAX).collect();
        let mut known: BTreeMap<ChannelId, i64> =
            heads.iter().map(|claim| (claim.channel.clone(), claim.size)).collect();
        let body =
            serde_json::to_string(&Heads { heads, fence: false }).map_err(|error| damaged("heads", error))?;
        let answer = match self.peers.ask(server, Ask::post("/heads".to_owned(), body)).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::debug!(%server, %error, "what it has is not known");
                return Ok(0);
            }
        };
        let answer: HeadsAnswer = serde_json::from_str(&answer).unwrap_or(HeadsAnswer { heads: Vec::new() });
        let mut got = 0;
        for newer in answer.heads.into_iter().take(HEADS_MAX) {
            // One head of each channel: after it, more is here than was said.
            let Some(size) = known.remove(&newer.head.channel) else { continue };
            match self.take_from(host, server, size, newer).await {
                Ok(count) => got += count,
                Err(Error::Internal(error)) => return Err(Error::Internal(error)),
                Err(error) => tracing::warn!(%host, %server, %error, "it gave nothing that holds"),
            }
        }
        Ok(got)
    }

    /// Range after range, each under a head that the host signed over just that, as if the host had sent it.
    async fn take_from(
        &self,
        host: &ServerName,
        server: &ServerName,
        begin: i64,
        newer: SignedHead,
    ) -> Result<i64> {
        let (channel, end) = (newer.head.channel.clone(), newer.head.size);
        // One over no more than is here may be evidence.
        self.keep_evidence(&channel, newer).await?;
        let mut size = begin;
        for _ in 0..RANGES_MAX {
            if size >= end {
                break;
            }
            let batch = self.fetch_open_range(server, &channel, size).await?;
            if batch.head.head.size != size + i64::try_from(batch.entries.len()).unwrap_or(i64::MAX) {
                return Err(PeerError::Nonsense(server.clone(), "a range without its head".to_owned()).into());
            }
            let created_s = self.clock.now() / 1_000;
            let reached = self.ingest(host, created_s, &channel, batch).await?.size;
            if reached <= size {
                break;
            }
            size = reached;
        }
        Ok(size - begin)
    }

    /// Looks for bodies that did not come with their entries, for as long as the server runs.
    pub async fn find_bodies(&self) {
        loop {
            match self.look_for_bodies().await {
                Ok(true) => {}
                Ok(false) => tokio::time::sleep(LOOK_INTERVAL).await,
                Err(error) => {
                    tracing::warn!(%error, "missing bodies can't be looked for");
                    tokio::time::sleep(LOOK_INTERVAL * 10).await;
                }
            }
        }
    }

    /// True if there were as many as are looked for at a time.
    async fn look_for_bodies(&self) -> Result<bool> {
        let now = self.clock.now();
        let rows = self.reads.read(move |conn| missing::due(conn, now, BODIES_MAX)).await?;
        let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= BODIES_MAX);
        let looks: Vec<BoxFuture<'_, Result<()>>> =
            rows.into_iter().map(|row| self.look_for_body(row).boxed()).collect();
        let outcomes: Vec<_> = stream::iter(looks).buffer_unordered(BODIES_AT_ONCE).collect().await;
        outcomes.into_iter().collect::<Result<Vec<()>>>()?;
        Ok(is_full)
    }

    async fn look_for_body(&self, row: MissingRow) -> Result<()> {
        let (channel, seq) = (row.channel, row.seq);
        let ours = self.server().clone();
        let found = self.reads.read(move |conn| Wanted::load(conn, &ours, channel, seq)).await?;
        let Some(wanted) = found else {
            return self.put_off_body(row, false).await;
        };
        for server in wanted.servers.iter().filter(|server| self.peers.admits(server)).take(BODY_SERVERS_MAX)
        {
            let path = format!("/channels/{}/events/{}/body", wanted.channel, wanted.event);
            let body = match self.peers.ask(server, Ask::get(path)).await {
                Ok(body) => body,
                Err(error) => {
                    tracing::debug!(%server, %error, "it gives no body");
                    continue;
                }
            };
            let fill = move |work: &mut crate::domain::writer::Work<'_>| {
                work.fill_body(channel, seq, body.as_bytes())
            };
            match self.writer.channel(&wanted.channel, fill).await {
                Ok(_) => return Ok(()),
                // REPL-15: what does not fit is not kept, whoever gave it.
                Err(Error::Invalid { .. }) => {
                    tracing::warn!(%server, channel = %wanted.channel, seq, "it gave another body");
                }
                Err(error) => return Err(error),
            }
        }
        self.put_off_body(row, true).await
    }

    async fn put_off_body(&self, row: MissingRow, again: bool) -> Result<()> {
        let now = self.clock.now();
        let again = again && now - row.created_ts < AGE_MS_MAX;
        let pause = PAUSE_MS_MIN.saturating_mul(1 << row.tries.clamp(0, 20)).min(PAUSE_MS_MAX);
        self.writer
            .other("missing bodies", move |work| {
                match again {
                    true => missing::put_off(work.conn, row.channel, row.seq, now + pause)?,
                    false => missing::forget(work.conn, row.channel, &[row.seq])?,
                }
                Ok(())
            })
            .await
    }
}

/// A body, and who may have it: first its host, then whose it is, then all others in the channel.
struct Wanted {
    channel: ChannelId,
    event: EventId,
    servers: Vec<ServerName>,
}

impl Wanted {
    /// None where there is nothing to be asked for.
    fn load(
        conn: &mut crate::storage::Conn,
        ours: &ServerName,
        num: ChannelNum,
        seq: i64,
    ) -> Result<Option<Wanted>> {
        let Some(row) = channels::by_num(conn, num)? else { return Ok(None) };
        let entry = entries::by_seq(conn, num, seq)?;
        let Some(entry) = entry.filter(|entry| entry.void.is_none() && entry.redacted_seq.is_none()) else {
            return Ok(None);
        };
        // The join from which on people here may read is perhaps still to come: nobody is asked until then.
        let first = readable_from(conn, &row, ours)?;
        if let Some(first) = first.filter(|first| entry.seq < *first)
            && !is_in_force(conn, &entry, first)?
        {
            return Ok(None);
        }
        let host: ServerName = row.host.parse().map_err(|error| damaged("host", error))?;
        let event: Event = serde_json::from_str(&entry.event).map_err(|error| damaged("event", error))?;
        let author = event.sender.server();
        let mut servers = vec![host.clone()];
        servers.extend(Some(author.clone()).filter(|author| *author != host));
        servers.extend(others_in(conn, num, &[&host, &author])?);
        servers.retain(|server| server != ours && first.is_some());
        let channel = row.id.parse().map_err(|error| damaged("channel", error))?;
        let event = entry.event_id.parse().map_err(|error| damaged("event id", error))?;
        Ok(Some(Wanted { channel, event, servers }))
    }
}

/// Servers that are in the channel, without these.
fn others_in(
    conn: &mut crate::storage::Conn,
    channel: ChannelNum,
    without: &[&ServerName],
) -> Result<BTreeSet<ServerName>> {
    let servers = peers::servers_in(conn, channel)?;
    let servers = servers.iter().filter_map(|server| server.parse::<ServerName>().ok());
    Ok(servers.filter(|server| !without.contains(&server)).collect())
}
