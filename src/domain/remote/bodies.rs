//! Bodies that did not come with their entries, from whoever has them: they prove themselves by the hash in their event.

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use futures_util::stream::{self, FuturesUnordered};
use futures_util::{FutureExt, StreamExt};

use super::history::{is_in_force, readable_from};
use super::others::others_in;
use crate::domain::pace::backoff_ms;
use crate::domain::peers::Ask;
use crate::domain::stored::damaged;
use crate::domain::{Domain, Error, Result};
use crate::protocol::event::Event;
use crate::protocol::ids::{ChannelId, EventId, ServerName};
use crate::storage::missing::{self, MissingRow};
use crate::storage::{ChannelNum, channels, entries};

/// Hosts of whose channels bodies are looked for side by side.
const HOSTS_AT_ONCE: usize = 32;
/// Bodies of one host's channels that are found together, and looked for at a time.
const BODIES_MAX: i64 = 16;
const BODIES_AT_ONCE: usize = 2;
/// How long is asked for one, before it is another's turn.
const BODY_PATIENCE: Duration = Duration::from_secs(20);
/// How long they are looked for before another host may have the place.
const TURN_MAX: Duration = Duration::from_secs(30);
/// How often is looked whether any are due.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// Servers that are asked for one body.
const BODY_SERVERS_MAX: usize = 8;
/// First and longest pause before a body is asked for again, in milliseconds.
const PAUSE_MS_MIN: i64 = 2_000;
const PAUSE_MS_MAX: i64 = 3_600_000;
/// How long a body is asked for, in milliseconds: 7 days.
const AGE_MS_MAX: i64 = 7 * 24 * 3_600_000;

impl Domain {
    /// Looks for bodies that did not come with their entries, for as long as the server runs. Those of each host's channels are
    /// looked for beside those of all others': a host that has many missed, and answers slowly, takes nobody's turn.
    pub async fn find_bodies(&self) {
        let mut under_way = FuturesUnordered::new();
        let mut busy: Vec<String> = Vec::new();
        let mut looks = tokio::time::interval(LOOK_INTERVAL);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Some((host, outcome)) = under_way.next() => {
                    busy.retain(|known| *known != host);
                    note_trouble(outcome);
                }
                _ = looks.tick() => {
                    let free = HOSTS_AT_ONCE.saturating_sub(busy.len());
                    let hosts = self.hosts_missed(&busy, free).await;
                    for host in note_trouble(hosts).unwrap_or_default() {
                        busy.push(host.clone());
                        under_way.push(async move {
                            let outcome = self.look_for_bodies(&host).await;
                            (host, outcome)
                        });
                    }
                }
            }
        }
    }

    /// Hosts in whose channels bodies are due, but for these.
    async fn hosts_missed(&self, without: &[String], most: usize) -> Result<Vec<String>> {
        let Some(most) = i64::try_from(most).ok().filter(|most| *most > 0) else { return Ok(Vec::new()) };
        let (now, without) = (self.clock.now(), without.to_vec());
        Ok(self.reads.read(move |conn| missing::due_hosts(conn, now, &without, most)).await?)
    }

    /// Those that are missing in channels of a host, some after the other, for as long as its turn lasts.
    async fn look_for_bodies(&self, host: &str) -> Result<()> {
        let began = Instant::now();
        while began.elapsed() < TURN_MAX {
            let (now, name) = (self.clock.now(), host.to_owned());
            let rows = self.reads.read(move |conn| missing::due(conn, &name, now, BODIES_MAX)).await?;
            let is_last = i64::try_from(rows.len()).is_ok_and(|count| count < BODIES_MAX);
            let looks: Vec<BoxFuture<'_, Result<()>>> =
                rows.into_iter().map(|row| self.look_within(row).boxed()).collect();
            let outcomes: Vec<_> = stream::iter(looks).buffer_unordered(BODIES_AT_ONCE).collect().await;
            outcomes.into_iter().collect::<Result<Vec<()>>>()?;
            if is_last {
                break;
            }
        }
        Ok(())
    }

    /// As [`Domain::look_for_body`], for so long.
    async fn look_within(&self, row: MissingRow) -> Result<()> {
        let again = row.clone();
        match tokio::time::timeout(BODY_PATIENCE, self.look_for_body(row)).await {
            Ok(outcome) => outcome,
            Err(_) => self.put_off_body(again, true).await,
        }
    }

    async fn look_for_body(&self, row: MissingRow) -> Result<()> {
        let (channel, seq) = (row.channel, row.seq);
        let ours = self.server().clone();
        let found = self.reads.read(move |conn| Wanted::load(conn, &ours, channel, seq)).await?;
        let Some(wanted) = found else {
            return self.put_off_body(row, false).await;
        };
        let mut servers = wanted.servers;
        servers.retain(|server| self.peers.admits(server));
        // Each time another is the first: one that never answers would be the only one that is asked.
        let first = usize::try_from(row.tries).unwrap_or(0) % servers.len().max(1);
        servers.rotate_left(first);
        for server in servers.iter().take(BODY_SERVERS_MAX) {
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
        let pause = backoff_ms(PAUSE_MS_MIN, PAUSE_MS_MAX, row.tries);
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

fn note_trouble<T>(outcome: Result<T>) -> Option<T> {
    outcome.inspect_err(|error| tracing::warn!(%error, "missing bodies can't be looked for")).ok()
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
        let Some(entry) = entries::by_seq(conn, num, seq)? else { return Ok(None) };
        if entry.void.is_some() || entries::is_gone(conn, &entry)? {
            return Ok(None);
        }
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
