//! How people of this server change a channel, wherever it is hosted.

use std::time::Duration;

use super::wire::{Outcome, Submission, SubmissionAnswer, WireEvent};
use crate::domain::peers::{Arrival, Ask, PeerError};
use crate::domain::writer::{Appended, Outgoing, Settled, Work};
use crate::domain::{Domain, Error, Result};
use crate::protocol::Seq;
use crate::protocol::ids::{ChannelId, EventId, ServerName};
use crate::protocol::log::Entry;

/// How many events one change may need a host for.
const EVENTS_PER_CHANGE_MAX: usize = 16;
/// How long something waits for a host elsewhere before it is answered as pending.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// How long a change waits until what the host took has come back. It comes later all the same.
const ARRIVAL_DEADLINE: Duration = Duration::from_secs(10);

/// What became of a change that may have to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done<T> {
    Now(T),
    /// It is kept, and is sent until the channel's host has answered.
    Waits,
}

impl Domain {
    /// Runs `work` on a channel's log. Where the channel is hosted elsewhere its events go to the host, one after
    /// the other, and `work` runs again once each has come back: so it ends with the log as it then is.
    ///
    /// # Errors
    /// What `work` answers; [`Error::Peer`] when the host refuses or is not there, in which case nothing more
    /// was changed.
    pub(in crate::domain) async fn change<T, F>(&self, channel: &ChannelId, work: F) -> Result<T>
    where
        F: FnOnce(&mut Work<'_>) -> Result<T> + Clone + Send + 'static,
        T: Send + 'static,
    {
        let mut settled: Vec<Settled> = Vec::new();
        for _ in 0..EVENTS_PER_CHANGE_MAX {
            let (again, known) = (work.clone(), settled.clone());
            let unit = move |work: &mut Work<'_>| {
                work.settle(known);
                again(work)
            };
            match self.writer.channel(channel, unit).await {
                Err(Error::Elsewhere(out)) => {
                    let appended = self.deliver(&out).await?;
                    settled.push(Settled { draft: out.draft, appended });
                }
                outcome => return outcome,
            }
        }
        Err(Error::Busy)
    }

    /// As [`Domain::change`], for what people expect to wait as a message does: its events are kept before they are
    /// sent, and sent until the host has answered.
    ///
    /// # Errors
    /// As [`Domain::change`], but none when the host is not there; `peer_blocked`, `too_much_waiting`.
    pub(in crate::domain) async fn change_in_time<T, F>(
        &self,
        channel: &ChannelId,
        work: F,
    ) -> Result<Done<T>>
    where
        F: FnOnce(&mut Work<'_>) -> Result<T> + Clone + Send + 'static,
        T: Send + 'static,
    {
        let mut settled: Vec<Settled> = Vec::new();
        for _ in 0..EVENTS_PER_CHANGE_MAX {
            let (again, known) = (work.clone(), settled.clone());
            let unit = move |work: &mut Work<'_>| {
                work.settle(known);
                again(work)
            };
            let out = match self.writer.channel(channel, unit).await {
                Err(Error::Elsewhere(out)) => *out,
                outcome => return outcome.map(Done::Now),
            };
            self.may_talk(&out.host)?;
            let last = out.events.last().map(|event| event.id.clone()).ok_or(Error::Busy)?;
            let arrives = self.expect(&last);
            let (host, draft) = (out.host.clone(), out.draft.clone());
            self.writer.channel(channel, move |work| work.keep_pending(&out)).await?;
            self.peers.wake(&host);
            match self.arrival(arrives, PATIENCE).await? {
                Some(seq) => {
                    let ts = self.clock.now();
                    settled.push(Settled { draft, appended: Appended { seq, id: last, ts } });
                }
                None => {
                    self.tell_waiting(channel, last).await;
                    return Ok(Done::Waits);
                }
            }
        }
        Err(Error::Busy)
    }

    /// Refuses what would wait for ever: the operator lets nobody talk to the host.
    ///
    /// # Errors
    /// `peer_blocked`, `federation_disabled`
    pub(in crate::domain) fn may_talk(&self, host: &ServerName) -> Result<()> {
        match self.config.federation.enabled {
            _ if self.peers.admits(host) => Ok(()),
            true => Err(Error::Peer(PeerError::Blocked(host.clone()))),
            false => Err(Error::Peer(PeerError::Disabled)),
        }
    }

    /// Hands events to their host and waits until the last of them has come back.
    pub(in crate::domain) async fn deliver(&self, out: &Outgoing) -> Result<Appended> {
        let last = out.events.last().map(|event| event.id.clone()).ok_or(Error::Busy)?;
        let arrives = self.expect(&last);
        let entry = self.submit(out, "events").await?;
        let came = tokio::time::timeout(ARRIVAL_DEADLINE, arrives).await;
        if !matches!(came, Ok(Ok(Ok(_)))) {
            let slow = "it took the change, which has not come back yet".to_owned();
            return Err(Error::Peer(PeerError::Unreachable(out.host.clone(), slow)));
        }
        Ok(Appended { seq: entry.seq, id: last, ts: entry.host_ts })
    }

    /// Hands events to their host; answers the place of the last.
    pub(in crate::domain) async fn submit(&self, out: &Outgoing, endpoint: &str) -> Result<Entry> {
        let nonsense = |error: serde_json::Error| PeerError::Nonsense(out.host.clone(), error.to_string());
        let events = out.events.iter().map(WireEvent::of).collect::<std::result::Result<_, _>>();
        let body =
            events.and_then(|events| serde_json::to_string(&Submission { events })).map_err(nonsense)?;
        let path = format!("/channels/{}/{endpoint}", out.channel);
        let answer = self.peers.ask(&out.host, Ask::post(path, body)).await?;
        let answer: SubmissionAnswer = serde_json::from_str(&answer).map_err(nonsense)?;
        let last = answer.results.into_iter().next_back();
        match last {
            Some(Outcome { entry: Some(entry), .. }) => Ok(entry),
            Some(Outcome { error: Some(error), .. }) => {
                Err(Error::Peer(PeerError::of_outcome(&out.host, error)))
            }
            _ => Err(Error::Peer(PeerError::Nonsense(out.host.clone(), "no outcome".to_owned()))),
        }
    }

    /// Where an event came to stand: none while it waits.
    ///
    /// # Errors
    /// The host's refusal.
    pub(in crate::domain) async fn arrival(
        &self,
        arrives: tokio::sync::oneshot::Receiver<Arrival>,
        patience: Duration,
    ) -> Result<Option<Seq>> {
        match tokio::time::timeout(patience, arrives).await {
            Ok(Ok(Ok(seq))) => Ok(Some(seq)),
            Ok(Ok(Err(refused))) => Err(Error::Peer(refused)),
            Ok(Err(_)) | Err(_) => Ok(None),
        }
    }

    /// Resolves once the event has come back in the log (its seq), or its host has refused it.
    pub(in crate::domain) fn expect(&self, event: &EventId) -> tokio::sync::oneshot::Receiver<Arrival> {
        self.arrivals.expect(event.as_str())
    }
}
