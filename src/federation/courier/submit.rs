//! What people here want of hosts elsewhere, and what their servers have to be told.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;

use super::{CHANNELS_AT_ONCE, Courier, LaneWork, ROUND_MAX};
use crate::domain::Error;
use crate::domain::peers::{Ask, PASSING_CODES, PeerError, Peers};
use crate::domain::pending::Fate;
use crate::domain::remote::host::INVITES;
use crate::domain::remote::wire::{Outcome, Submission, SubmissionAnswer, WireEvent};
use crate::domain::writer::{OutgoingEvent, is_leave};
use crate::protocol::ids::{ChannelId, ServerName};
use crate::protocol::limits::SUBMIT_EVENTS_MAX;
use crate::protocol::sign::Signature;
use crate::storage::peers::ErrandRow;
use crate::storage::pending::{self, PendingRow};
use crate::storage::{self, ChannelNum, Conn, channels, peers};

/// When an event that the host took, and that did not come back, is sent again: it may have been lost.
const TAKEN_PAUSE: Duration = Duration::from_secs(60);
/// An errand that could not be done for so long is given up, in milliseconds: 7 days.
const ERRAND_MS_MAX: i64 = 7 * 24 * 3_600_000;

/// Events that a host was handed, and what it says of each.
struct Handed {
    id: ChannelId,
    rows: Vec<PendingRow>,
    answer: Result<Vec<Outcome>, PeerError>,
}

/// True if this one channel can't be written into or brought up to date now although its server answers. Nonsense counts,
/// too: it refuses no event, and their authors were told that they wait.
pub(super) fn is_of_channel(error: &PeerError) -> bool {
    match error {
        PeerError::Nonsense(..) => true,
        PeerError::Problem { code, .. } => PASSING_CODES.contains(&code.as_str()),
        _ => false,
    }
}

impl Courier {
    /// Hands the host events of people here, in each channel in the order in which they were made. A channel whose host
    /// says to wait is passed over, and holds up no other.
    pub(super) async fn submit(&self, server: &ServerName, work: &mut LaneWork) -> Result<bool, Error> {
        let name = server.as_str().to_owned();
        let mut channels = self.domain.reads.read(move |conn| pending::channels_of(conn, &name)).await?;
        channels.retain(|channel| !work.waits.holds(*channel));
        work.taken.retain(|_, when| when.elapsed() < TAKEN_PAUSE);
        let taken: HashSet<String> = work.taken.keys().cloned().collect();
        let mut answers = stream::iter(channels)
            .map(|channel| {
                let taken = &taken;
                async move { (channel, self.hand_over(server, channel, taken).await) }
            })
            .buffer_unordered(CHANNELS_AT_ONCE);
        let (mut some, mut failed) = (false, None);
        while let Some((channel, handed)) = answers.next().await {
            let Some(Handed { id, rows, answer }) = handed? else { continue };
            some = true;
            let held = match answer {
                Ok(outcomes) => self.settle(server, work, &id, rows, outcomes).await?,
                Err(error) if is_of_channel(&error) => Some(error),
                Err(error) if error.is_passing() => {
                    failed = Some(error);
                    break;
                }
                // The channel as a whole is refused: so is each event.
                Err(error) => {
                    for row in &rows {
                        self.give_up(&id, row, error.clone()).await?;
                    }
                    None
                }
            };
            match held {
                Some(error) => {
                    let pause = work.waits.hold(channel, Some(&error));
                    tracing::info!(%server, channel = %id, %error, ?pause, "events wait for their host");
                }
                None => work.waits.end(channel),
            }
        }
        failed.map_or(Ok(some), |error| Err(error.into()))
    }

    /// Sends the oldest events of a channel that were not taken yet; none if there are no such.
    async fn hand_over(
        &self,
        server: &ServerName,
        channel: ChannelNum,
        taken: &HashSet<String>,
    ) -> Result<Option<Handed>, Error> {
        let most = i64::try_from(SUBMIT_EVENTS_MAX).unwrap_or(ROUND_MAX);
        let waiting = move |conn: &mut Conn| {
            let id = channels::by_num(conn, channel)?.map(|row| row.id);
            Ok::<_, Error>((id, pending::first_in(conn, channel, most)?))
        };
        let (id, mut rows) = self.domain.reads.read(waiting).await?;
        rows.retain(|row| !taken.contains(&row.event_id));
        let (rows, events): (Vec<_>, Vec<_>) = rows.into_iter().filter_map(sendable).unzip();
        let Some(id) = id.and_then(|id| id.parse::<ChannelId>().ok()) else { return Ok(None) };
        if rows.is_empty() {
            return Ok(None);
        }
        let answer = self.ask_to_append(server, &id, events).await;
        Ok(Some(Handed { id, rows, answer }))
    }

    async fn ask_to_append(
        &self,
        server: &ServerName,
        channel: &ChannelId,
        events: Vec<WireEvent>,
    ) -> Result<Vec<Outcome>, PeerError> {
        let nonsense = |error: serde_json::Error| PeerError::Nonsense(server.clone(), error.to_string());
        let count = events.len();
        let body = serde_json::to_string(&Submission { events }).map_err(nonsense)?;
        let answer =
            self.outbound.ask(server, Ask::post(format!("/channels/{channel}/events"), body)).await?;
        let results = serde_json::from_str::<SubmissionAnswer>(&answer).map_err(nonsense)?.results;
        if results.len() != count {
            let what = format!("{} outcomes for {count} events", results.len());
            return Err(PeerError::Nonsense(server.clone(), what));
        }
        Ok(results)
    }

    /// Does what follows from the host's word on each event. Answers why some of them wait, if they do.
    async fn settle(
        &self,
        server: &ServerName,
        work: &mut LaneWork,
        channel: &ChannelId,
        rows: Vec<PendingRow>,
        outcomes: Vec<Outcome>,
    ) -> Result<Option<PeerError>, Error> {
        let mut held = None;
        for (row, outcome) in rows.into_iter().zip(outcomes) {
            match outcome {
                Outcome { entry: Some(_), .. } => {
                    // What comes through at the host's pace does not wait longer and longer.
                    work.waits.end(row.channel);
                    if is_leave(&row.event)? {
                        let event = row.event_id.clone();
                        self.domain.writer.channel(channel, move |work| work.end_declined(&event)).await?;
                    }
                    work.taken.insert(row.event_id, Instant::now());
                }
                Outcome { error: Some(error), .. } => {
                    let passes = PASSING_CODES.contains(&error.code.as_str());
                    let why = PeerError::of_outcome(server, error);
                    if passes {
                        held = Some(why);
                    } else {
                        self.give_up(channel, &row, why).await?;
                    }
                }
                Outcome { .. } => {
                    let what = "an outcome without entry and error".to_owned();
                    held = Some(PeerError::Nonsense(server.clone(), what));
                }
            }
        }
        Ok(held)
    }

    /// The host will never take the event: whoever waits is told, and it is sent no more.
    async fn give_up(&self, channel: &ChannelId, row: &PendingRow, why: PeerError) -> Result<(), Error> {
        tracing::info!(event = row.event_id, %why, "an event was refused by its host");
        let (event, fate) = (row.event_id.clone(), Fate::Refused(why.clone()));
        self.domain.writer.channel(channel, move |work| work.drop_pending(&event, fate)).await?;
        self.domain.arrivals.refused(&row.event_id, why);
        Ok(())
    }

    /// Tells the server what it has to be told. An errand that it can't be run now is put off by itself: no other waits for it, and no
    /// channel.
    pub(super) async fn run_errands(&self, server: &ServerName, work: &mut LaneWork) -> Result<bool, Error> {
        let (name, most) = (server.as_str().to_owned(), ROUND_MAX + work.errand_waits.held());
        let mut rows = self.domain.reads.read(move |conn| peers::errands_for(conn, &name, most)).await?;
        rows.retain(|row| !work.errand_waits.holds(row.num));
        let some = !rows.is_empty();
        for row in rows {
            if self.domain.clock.now() - row.created_ts < ERRAND_MS_MAX {
                if let Some(error) = self.run_errand(server, &row).await? {
                    if matches!(error, PeerError::Unreachable(..)) {
                        return Err(error.into());
                    }
                    let pause = work.errand_waits.hold(row.num, Some(&error));
                    tracing::info!(%server, path = row.path, %error, ?pause, "an errand waits");
                    continue;
                }
            } else {
                // Not what it says: members report to each other's servers so.
                tracing::warn!(%server, path = row.path, "an errand was given up after 7 days");
            }
            let num = row.num;
            work.errand_waits.end(num);
            self.domain
                .writer
                .other(server.as_str(), move |work| Ok(peers::delete_errand(work.conn, num)?))
                .await?;
        }
        Ok(some)
    }

    /// Tells the server what it is to be told, if that still stands. What it answers is an error that passes, if any.
    async fn run_errand(&self, server: &ServerName, row: &ErrandRow) -> Result<Option<PeerError>, Error> {
        let body = match row.path.as_str() {
            INVITES => self.invitation(server, row).await?,
            _ => Some(row.body.clone()),
        };
        if let Some(body) = body {
            match self.outbound.ask(server, Ask::post(row.path.clone(), body)).await {
                Err(error) if error.is_passing() => return Ok(Some(error)),
                Err(error) => tracing::warn!(%server, %error, path = row.path, "an errand was refused"),
                Ok(_) => {}
            }
        }
        Ok(None)
    }

    /// What is said of an invitation, if it still stands.
    async fn invitation(&self, server: &ServerName, row: &ErrandRow) -> Result<Option<String>, Error> {
        let invitation = match self.domain.invitation(&row.body).await {
            // It never will be read, and everything else for the server waits behind it.
            Err(Error::Internal(error @ storage::Error::Damaged(_))) => {
                tracing::error!(%server, %error, path = row.path, "an errand was given up");
                return Ok(None);
            }
            found => found?,
        };
        Ok(invitation.and_then(|invitation| serde_json::to_string(&invitation).ok()))
    }
}

/// What the host is sent of an event that waits. One that can't be read is no fault of the host's, and holds up no other.
fn sendable(row: PendingRow) -> Option<(PendingRow, WireEvent)> {
    match outgoing(&row).and_then(|event| WireEvent::of(&event).ok()) {
        Some(event) => Some((row, event)),
        None => {
            tracing::error!(
                event = row.event_id,
                host = row.host,
                "an event that waits is damaged, and not sent"
            );
            None
        }
    }
}

fn outgoing(row: &PendingRow) -> Option<OutgoingEvent> {
    Some(OutgoingEvent {
        id: row.event_id.parse().ok()?,
        nonce: row.nonce.clone(),
        event: row.event.clone(),
        signature: Signature(row.signature.as_slice().try_into().ok()?),
        body: row.body.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_is_damaged_is_passed_over() {
        let row = |num: u8| PendingRow {
            num: num.into(),
            event_id: format!("${}", "A".repeat(43)),
            channel: 1,
            host: "a.test".to_owned(),
            sender: 1,
            nonce: "n".to_owned(),
            event: "{}".to_owned(),
            signature: vec![num; 64],
            body: None,
            created_ts: 1,
        };
        let short = PendingRow { signature: vec![1; 63], ..row(1) };
        let nameless = PendingRow { event_id: "$".to_owned(), ..row(2) };
        let cut = PendingRow { event: "{".to_owned(), ..row(3) };
        let rows = vec![row(0), short, nameless, cut, row(4)];
        let (kept, events): (Vec<_>, Vec<_>) = rows.into_iter().filter_map(sendable).unzip();
        assert_eq!(kept.iter().map(|row| row.num).collect::<Vec<_>>(), [0, 4]);
        assert_eq!(events.iter().map(|event| event.signature.0[0]).collect::<Vec<_>>(), [0, 4]);
    }
}
