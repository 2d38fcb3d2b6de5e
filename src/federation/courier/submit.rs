//! What people here want of hosts elsewhere, and what their servers have to be told.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::{Courier, LaneWork, ROUND_MAX};
use crate::domain::Error;
use crate::domain::peers::{Ask, PASSING_CODES, PeerError, Peers};
use crate::domain::pending::Fate;
use crate::domain::remote::wire::{Outcome, Submission, SubmissionAnswer, WireEvent};
use crate::domain::writer::OutgoingEvent;
use crate::protocol::ids::{ChannelId, ServerName};
use crate::protocol::limits::SUBMIT_EVENTS_MAX;
use crate::protocol::sign::Signature;
use crate::storage::pending::{self, PendingRow};
use crate::storage::{channels, peers};

/// When an event that the host took, and that did not come back, is sent again: it may have been lost.
const TAKEN_PAUSE: Duration = Duration::from_secs(60);
/// An errand that could not be done for so long is given up, in milliseconds: 7 days.
const ERRAND_MS_MAX: i64 = 7 * 24 * 3_600_000;

impl Courier {
    /// Hands the host events of people here, in the order in which they were made.
    pub(super) async fn submit(&self, server: &ServerName, work: &mut LaneWork) -> Result<bool, Error> {
        let name = server.as_str().to_owned();
        let rows = self.domain.reads.read(move |conn| pending::for_host(conn, &name, ROUND_MAX)).await?;
        let waiting: HashSet<&str> = rows.iter().map(|row| row.event_id.as_str()).collect();
        work.taken.retain(|event, when| waiting.contains(event.as_str()) && when.elapsed() < TAKEN_PAUSE);
        let mut rows: Vec<PendingRow> =
            rows.into_iter().filter(|row| !work.taken.contains_key(&row.event_id)).collect();
        let Some(channel) = rows.first().map(|row| row.channel) else { return Ok(false) };
        rows.retain(|row| row.channel == channel);
        rows.truncate(SUBMIT_EVENTS_MAX);
        let row = self.domain.reads.read(move |conn| channels::by_num(conn, channel)).await?;
        let Some(id) = row.and_then(|row| row.id.parse::<ChannelId>().ok()) else { return Ok(false) };
        let nonsense = |error: serde_json::Error| PeerError::Nonsense(server.clone(), error.to_string());
        let events: Vec<WireEvent> = rows
            .iter()
            .filter_map(outgoing)
            .map(|event| WireEvent::of(&event))
            .collect::<Result<_, _>>()
            .map_err(nonsense)?;
        let body = serde_json::to_string(&Submission { events }).map_err(nonsense)?;
        let answer = self.outbound.ask(server, Ask::post(format!("/channels/{id}/events"), body)).await;
        let results = match answer {
            Ok(answer) => serde_json::from_str::<SubmissionAnswer>(&answer).map_err(nonsense)?.results,
            // What makes no sense is no refusal: people were told that it waits.
            Err(error) if error.is_passing() || matches!(error, PeerError::Nonsense(..)) => {
                return Err(error.into());
            }
            // The channel as a whole is refused: so is each event.
            Err(error) => {
                for row in &rows {
                    self.give_up(&id, row, error.clone()).await?;
                }
                return Ok(true);
            }
        };
        if results.len() != rows.len() {
            let what = format!("{} outcomes for {} events", results.len(), rows.len());
            return Err(PeerError::Nonsense(server.clone(), what).into());
        }
        for (row, result) in rows.iter().zip(results) {
            match result {
                Outcome { entry: Some(_), .. } => {
                    work.taken.insert(row.event_id.clone(), Instant::now());
                }
                Outcome { error: Some(error), .. } if !PASSING_CODES.contains(&error.code.as_str()) => {
                    let why = PeerError::of_outcome(server, error);
                    self.give_up(&id, row, why).await?;
                }
                Outcome { .. } => {
                    let why = "it could not take an event just now".to_owned();
                    return Err(PeerError::Unreachable(server.clone(), why).into());
                }
            }
        }
        Ok(true)
    }

    /// The host will never take the event: whoever waits is told, and it is sent no more.
    async fn give_up(&self, channel: &ChannelId, row: &PendingRow, why: PeerError) -> Result<(), Error> {
        tracing::info!(event = row.event_id, %why, "an event was refused by its host");
        let (event, fate) = (row.event_id.clone(), Fate::Refused(why.clone()));
        self.domain.writer.channel(channel, move |work| work.drop_pending(&event, fate)).await?;
        self.domain.arrivals.refused(&row.event_id, why);
        Ok(())
    }

    pub(super) async fn run_errands(&self, server: &ServerName) -> Result<bool, Error> {
        let name = server.as_str().to_owned();
        let rows = self.domain.reads.read(move |conn| peers::errands_for(conn, &name, ROUND_MAX)).await?;
        let some = !rows.is_empty();
        for row in rows {
            let fresh = self.domain.clock.now() - row.created_ts < ERRAND_MS_MAX;
            let invitation = self.domain.invitation(&row.body).await?.filter(|_| fresh);
            if let Some(body) = invitation.and_then(|invitation| serde_json::to_string(&invitation).ok()) {
                match self.outbound.ask(server, Ask::post(row.path.clone(), body)).await {
                    Err(error) if error.is_passing() => return Err(error.into()),
                    Err(error) => tracing::warn!(%server, %error, path = row.path, "an errand was refused"),
                    Ok(_) => {}
                }
            }
            let num = row.num;
            self.domain
                .writer
                .other(server.as_str(), move |work| Ok(peers::delete_errand(work.conn, num)?))
                .await?;
        }
        Ok(some)
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
