//! Entries of channels hosted here, on their way to servers that have copies: from where each left off, in batches of
//! which some are under way at a time, acknowledged in order.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::{self, FuturesOrdered};

use super::submit::is_of_channel;
use super::{Acked, CHANNELS_AT_ONCE, Courier, Lane, LaneWork, ROUND_MAX};
use crate::domain::Error;
use crate::domain::peers::{Ask, PeerError, Peers};
use crate::domain::remote::history::NextBatch;
use crate::domain::remote::wire::BatchAnswer;
use crate::protocol::ids::ServerName;
use crate::storage::{ChannelNum, Conn, peers};

/// So many channels are found before they are brought up to date.
const CHANNELS_PER_ROUND: usize = 64;
/// Batches of one channel that are under way to one server.
const BATCHES_AT_ONCE: usize = 4;
/// Channels whose acknowledgements are kept in memory alone.
const UNWRITTEN_MAX: usize = 1_000;
/// How long a channel that the other server refuses to take is left alone.
const REFUSED_PAUSE: Duration = Duration::from_secs(300);
/// How often a server may have less than it had, while it is brought up to date.
const RETREATS_MAX: u32 = 2;

/// How far a server came, by its own word, and what stopped it there.
type Progress = (Acked, Result<(), Error>);

/// A batch that was sent: when, up to which size, and the size that the server has since.
type Sent = (Instant, i64, Result<i64, Error>);

/// Whether it may be what was sent that is refused, and not who sent it: entries from before a clock was set back, or a head
/// whose key the other does not know yet. Of the request itself it is as true of all other channels.
fn is_of_entries(error: &PeerError) -> bool {
    matches!(error, PeerError::Problem { code, .. } if matches!(code.as_str(), "clock_skew" | "bad_signature"))
}

impl Courier {
    /// Sends entries of channels hosted here from where the server left off.
    pub(super) async fn replicate(
        &self,
        server: &ServerName,
        lane: &Lane,
        work: &mut LaneWork,
    ) -> Result<bool, Error> {
        let lagging = self.lagging(server, work).await?;
        if lagging.is_empty() {
            return Ok(false);
        }
        let mut outcomes =
            stream::iter(lagging)
                .map(|(channel, acked)| async move {
                    (channel, self.catch_up(server, lane, channel, acked).await)
                })
                .buffer_unordered(CHANNELS_AT_ONCE);
        let mut failed = None;
        while let Some((channel, (acked, outcome))) = outcomes.next().await {
            work.acked.insert(channel, acked);
            match outcome {
                Ok(()) => work.waits.end(channel),
                Err(Error::Peer(error)) if !error.is_passing() && !is_of_channel(&error) => {
                    tracing::warn!(%server, %error, channel, "a channel is not taken");
                    work.waits.leave(channel, REFUSED_PAUSE);
                }
                Err(Error::Peer(error)) if !is_of_channel(&error) && !is_of_entries(&error) => {
                    failed = Some(error);
                }
                // What is amiss with one channel, there or here, holds up no other.
                Err(error) => {
                    let said = if let Error::Peer(said) = &error { Some(said) } else { None };
                    let pause = work.waits.hold(channel, said);
                    tracing::info!(%server, %error, channel, ?pause, "a channel can't be brought up to date now");
                }
            }
        }
        drop(outcomes);
        if work.acked.len() > UNWRITTEN_MAX {
            self.write_acks(server, work).await;
        }
        failed.map_or(Ok(true), |error| Err(error.into()))
    }

    /// Channels of which the server lacks something, and takes it: what was acknowledged and is not written down, and
    /// what is refused, must not stand before what waits.
    async fn lagging(&self, server: &ServerName, work: &LaneWork) -> Result<Vec<(ChannelNum, Acked)>, Error> {
        let (mut found, mut after) = (Vec::new(), 0);
        while found.len() < CHANNELS_PER_ROUND {
            let name = server.as_str().to_owned();
            let read = move |conn: &mut Conn| peers::lagging(conn, &name, after, ROUND_MAX);
            let rows = self.domain.reads.read(read).await?;
            let is_last = i64::try_from(rows.len()).is_ok_and(|count| count < ROUND_MAX);
            after = rows.last().map_or(after, |(channel, ..)| *channel);
            for (channel, stored, end) in rows {
                let acked = work.acked_of(channel, stored);
                if acked.size < end && !work.waits.holds(channel) {
                    found.push((channel, acked));
                }
            }
            if is_last {
                break;
            }
        }
        Ok(found)
    }

    /// Sends batch after batch until the server has all of the channel.
    async fn catch_up(
        &self,
        server: &ServerName,
        lane: &Lane,
        channel: ChannelNum,
        begin: Acked,
    ) -> Progress {
        let (mut acked, mut retreats) = (begin, 0);
        loop {
            let before = acked.size;
            let (reached, outcome) = self.stretch(server, lane, channel, acked).await;
            acked = reached;
            match outcome {
                Ok(true) => return (acked, Ok(())),
                Ok(false) => retreats += u32::from(acked.size <= before),
                Err(error) => return (acked, Err(error)),
            }
            if retreats > RETREATS_MAX {
                let why = "it takes entries and has them not".to_owned();
                return (acked, Err(PeerError::Nonsense(server.clone(), why).into()));
            }
        }
    }

    /// Batches one behind the other, until the server has everything (true), or says that it stands elsewhere than was
    /// thought.
    async fn stretch(
        &self,
        server: &ServerName,
        lane: &Lane,
        channel: ChannelNum,
        begin: Acked,
    ) -> (Acked, Result<bool, Error>) {
        let (mut acked, mut next) = (begin, begin.size);
        let mut under_way = FuturesOrdered::new();
        // Whether the log had more than what is on its way, when it was looked at.
        let mut more = true;
        loop {
            while more && under_way.len() < BATCHES_AT_ONCE {
                match self.domain.next_batch(server, channel, next).await {
                    Ok(Some(batch)) => {
                        next = batch.batch.head.head.size;
                        more = batch.has_more;
                        under_way.push_back(self.send_batch(server, lane, batch));
                    }
                    Ok(None) => more = false,
                    Err(error) => return (acked, Err(error)),
                }
            }
            let Some((asked, end, outcome)): Option<Sent> = under_way.next().await else {
                return (acked, Ok(true));
            };
            let size = match outcome {
                Ok(size) => size,
                Err(error) => return (acked, Err(error)),
            };
            acked = Acked { size, asked: Some(asked) };
            // Later batches may have been taken when the answer to this was written.
            if (end..=next).contains(&size) {
                more = true;
                continue;
            }
            if size > next
                && let Err(error) = self.domain.has_more(server, channel, size).await
            {
                return (acked, Err(error));
            }
            // What else is under way began at a wrong place, or did not: the last answer says.
            while let Some((asked, _, outcome)) = under_way.next().await {
                match outcome {
                    Ok(size) => acked = Acked { size, asked: Some(asked) },
                    Err(error) => return (acked, Err(error)),
                }
            }
            return (acked, Ok(false));
        }
    }

    async fn send_batch(&self, server: &ServerName, lane: &Lane, next: NextBatch) -> Sent {
        let end = next.batch.head.head.size;
        // Other requests to the server find a place beside them.
        let _place = lane.batches.acquire().await;
        let asked = Instant::now();
        (asked, end, self.send(server, &next).await)
    }

    async fn send(&self, server: &ServerName, next: &NextBatch) -> Result<i64, Error> {
        let nonsense = |error: serde_json::Error| PeerError::Nonsense(server.clone(), error.to_string());
        let body = serde_json::to_string(&next.batch).map_err(nonsense)?;
        let path = format!("/channels/{}/entries", next.channel);
        let answer = self.outbound.ask(server, Ask::post(path, body)).await?;
        let answer: BatchAnswer = serde_json::from_str(&answer).map_err(nonsense)?;
        Ok(answer.size.max(0))
    }

    /// Writes down what the server has acknowledged. False when that was written already, or could not be.
    pub(super) async fn write_acks(&self, server: &ServerName, work: &mut LaneWork) -> bool {
        let changed: Vec<(ChannelNum, i64)> = work.unwritten().collect();
        if changed.is_empty() {
            return false;
        }
        let (name, rows) = (server.as_str().to_owned(), changed.clone());
        let written = self
            .domain
            .writer
            .other(server.as_str(), move |work| {
                for (channel, acked) in rows {
                    peers::set_acked(work.conn, channel, &name, acked)?;
                }
                Ok(())
            })
            .await;
        match written {
            Ok(()) => {
                work.written.extend(changed);
                true
            }
            Err(error) => {
                tracing::warn!(%server, %error, "acknowledgements could not be written down");
                false
            }
        }
    }
}
