//! What a host does not give, from other servers that have copies: ranges of entries, which prove themselves by heads of
//! the host.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::doubts::Given;
use super::replica::HEADS_MAX;
use super::wire::{HeadClaim, Heads, HeadsAnswer};
use crate::domain::peers::{Ask, PeerError};
use crate::domain::stored::damaged;
use crate::domain::{Domain, Error, Result, clock};
use crate::protocol::head::SignedHead;
use crate::protocol::ids::{ChannelId, ServerName};
use crate::storage::{ChannelNum, channels, peers};

/// Servers that are asked in one round for what one host does not give.
const SERVERS_MAX: usize = 8;
/// Hosts of which is remembered who was asked.
const HOSTS_MAX: usize = 10_000;
/// Ranges that one of them is asked for, in one channel and round.
const RANGES_MAX: usize = 4_096;
/// How long one round may take; each of the servers has an equal part of it.
const ROUND_MAX: Duration = Duration::from_secs(120);
/// For how long after a fence nothing is taken of a host's entries but from itself, in milliseconds: it is getting them
/// back (REPL-28), and must hear what is here.
const FENCE_MS: i64 = 600_000;

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
        let mut others = self.others_with(host).await?;
        self.turns.begin(host, &mut others);
        let share = ROUND_MAX / u32::try_from(others.len().max(1)).unwrap_or(1);
        let mut got = 0;
        for (server, claims) in others {
            // Who takes its time leaves the others theirs.
            match tokio::time::timeout(share, self.ask_other(host, &server, claims)).await {
                Ok(count) => got += count?,
                Err(_) => tracing::info!(%host, %server, "it took too long to say what it has"),
            }
        }
        if got > 0 {
            tracing::info!(%host, entries = got, "entries came from other servers than their host");
        }
        Ok(got)
    }

    /// Other servers in channels of the host, and what is here of those channels.
    async fn others_with(&self, host: &ServerName) -> Result<Vec<Other>> {
        let mut by_server: BTreeMap<ServerName, Vec<HeadClaim>> = BTreeMap::new();
        let mut after = Some(0);
        while let Some(from) = after {
            let (claims, next) = self.claims(host, from).await?;
            after = next;
            let (ours, host) = (self.server().clone(), host.clone());
            let found = self.reads.read(move |conn| {
                let mut found = Vec::new();
                for claim in claims.heads {
                    let Some(num) = channels::num_of(conn, claim.channel.as_str())? else { continue };
                    found.push((others_in(conn, num, &[&host, &ours])?, claim));
                }
                Ok::<_, Error>(found)
            });
            for (servers, claim) in found.await? {
                for server in servers {
                    by_server.entry(server).or_default().push(claim.clone());
                }
            }
        }
        by_server.retain(|server, _| self.peers.admits(server));
        let mut others: Vec<_> = by_server.into_iter().collect();
        // Those that are away are asked last. All others have the same chance: of any number of servers with names of
        // its choice a host could fill the first places.
        others.sort_by_cached_key(|(server, _)| (self.peers.is_away(server), clock::random::<8>()));
        Ok(others)
    }

    async fn ask_other(&self, host: &ServerName, server: &ServerName, claims: Vec<HeadClaim>) -> Result<i64> {
        let mut parts: Vec<&[HeadClaim]> = claims.chunks(HEADS_MAX).collect();
        // Where there is not the time for all, none is left out for ever.
        parts.sort_by_cached_key(|_| clock::random::<8>());
        let mut got = 0;
        for part in parts {
            got += self.ask_for(host, server, part.to_vec()).await?;
        }
        Ok(got)
    }

    async fn ask_for(&self, host: &ServerName, server: &ServerName, heads: Vec<HeadClaim>) -> Result<i64> {
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
                Err(error @ (Error::Internal(_) | Error::StorageFull(_))) => return Err(error),
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
            let given = Given { channel: &channel, host, giver: server, created_s, head: &batch.head };
            let reached = self.ingest(&given, batch.entries).await?.size;
            if reached <= size {
                break;
            }
            size = reached;
        }
        Ok(size - begin)
    }
}

/// A server, and what is here of the channels of a host in which it is.
type Other = (ServerName, Vec<HeadClaim>);

/// Which servers were asked about a host's channels in the last round.
#[derive(Default)]
pub struct Turns(Mutex<HashMap<ServerName, HashSet<ServerName>>>);

impl Turns {
    /// Keeps those whose turn it is: those first that were not asked the last time.
    fn begin(&self, host: &ServerName, others: &mut Vec<Other>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= HOSTS_MAX {
            all.clear();
        }
        let last = all.entry(host.clone()).or_default();
        others.sort_by_key(|(server, _)| last.contains(server));
        others.truncate(SERVERS_MAX);
        *last = others.iter().map(|(server, _)| server.clone()).collect();
    }
}

/// Servers that are in the channel, without these.
pub(super) fn others_in(
    conn: &mut crate::storage::Conn,
    channel: ChannelNum,
    without: &[&ServerName],
) -> Result<BTreeSet<ServerName>> {
    let servers = peers::servers_in(conn, channel)?;
    let servers = servers.iter().filter_map(|server| server.parse::<ServerName>().ok());
    Ok(servers.filter(|server| !without.contains(&server)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However many servers with early names a host has join, each of the others has its turn.
    #[test]
    fn each_server_has_its_turn() {
        let name = |n: usize| -> ServerName { format!("s{n:02}.test").parse().expect("a name") };
        let (turns, host) = (Turns::default(), name(99));
        let all = || (0..2 * SERVERS_MAX).map(|n| (name(n), Vec::new())).collect::<Vec<Other>>();
        let (mut first, mut second, mut third) = (all(), all(), all());
        turns.begin(&host, &mut first);
        turns.begin(&host, &mut second);
        turns.begin(&host, &mut third);
        let names =
            |others: &[Other]| others.iter().map(|(server, _)| server.clone()).collect::<HashSet<_>>();
        assert_eq!((first.len(), second.len()), (SERVERS_MAX, SERVERS_MAX));
        assert!(names(&first).is_disjoint(&names(&second)));
        assert_eq!(names(&first), names(&third));
        // Where there are few, all are asked each time.
        let mut few = all();
        few.truncate(2);
        turns.begin(&host, &mut few);
        assert_eq!(few.len(), 2);
    }
}
