//! What was taken back while it waited for its channel's host, and came back in the log all the same: its host had it already,
//! and only the answer, or the log, was still on its way. It is deleted, as its sender was told.

use super::content::ReasonContent;
use super::stored::damaged;
use super::writer::{Draft, Work};
use super::{Domain, Error, Person, Result};
use crate::protocol::event::{EventType, Rel, Relates};
use crate::protocol::ids::{ChannelId, EventId};
use crate::storage::regrets::{self, RegretRow};
use crate::storage::{Conn, channels, entries, users};

/// All that is needed to delete one.
struct Regret {
    channel: ChannelId,
    event: EventId,
    sender: Person,
    is_reaction: bool,
}

impl Domain {
    /// Deletes all that were taken back and stand in a log: at the start there may be some that came just before the end.
    pub async fn regret_all(&self) -> Result<()> {
        for row in self.reads.read(regrets::arrived).await? {
            self.regret(row.event_id).await;
        }
        Ok(())
    }

    /// Events of people here have come that did not wait here: they were taken back, or are of before this server was put back
    /// to an earlier state. Then their files may be in the store, and not known any more.
    pub(super) async fn have_returned(&self, events: Vec<String>) {
        if !events.is_empty() {
            self.files.doomed.notify_one();
        }
        for event in events {
            self.regret(event).await;
        }
    }

    /// Deletes an event that stands in the log if it was taken back.
    async fn regret(&self, event: String) {
        let id = event.clone();
        if let Err(error) = self.try_to_regret(event).await {
            tracing::warn!(%error, event = id, "what was taken back could not be deleted; this is tried again within an hour");
        }
    }

    async fn try_to_regret(&self, event: String) -> Result<()> {
        let id = event.clone();
        let known = self.reads.read(move |conn| match regrets::get(conn, &id)? {
            Some(row) => of_row(conn, row),
            None => Ok(None),
        });
        let Some(regret) = known.await? else { return Ok(()) };
        let channel = regret.channel.clone();
        let deleted = self.writer.channel(&channel, move |work| delete(work, regret)).await;
        match deleted {
            Err(Error::Elsewhere(out)) => {
                let host = out.host.clone();
                let keep = move |work: &mut Work<'_>| {
                    work.keep_pending(&out)?;
                    Ok(regrets::forget(work.conn, &event)?)
                };
                self.writer.channel(&channel, keep).await?;
                self.peers.wake(&host);
                Ok(())
            }
            Err(error @ (Error::Internal(_) | Error::Busy)) => Err(error),
            // It is deleted already, or its sender may do nothing there any more.
            Ok(()) | Err(_) => {
                self.writer.channel(&channel, move |work| Ok(regrets::forget(work.conn, &event)?)).await
            }
        }
    }
}

fn of_row(conn: &mut Conn, row: RegretRow) -> Result<Option<Regret>> {
    let (channel, user) = (channels::by_num(conn, row.channel)?, users::by_num(conn, row.sender)?);
    let (Some(channel), Some(user)) = (channel, user) else { return Ok(None) };
    let Some(entry) = entries::by_event(conn, row.channel, &row.event_id)? else { return Ok(None) };
    Ok(Some(Regret {
        channel: channel.id.parse().map_err(|error| damaged("channel", error))?,
        event: row.event_id.parse().map_err(|error| damaged("event id", error))?,
        sender: Person { num: user.num, id: user.id.parse().map_err(|error| damaged("user id", error))? },
        is_reaction: entry.kind == EventType::Reaction.as_str(),
    }))
}

fn delete(work: &mut Work<'_>, regret: Regret) -> Result<()> {
    let Regret { channel, event, sender, is_reaction } = regret;
    let Some(num) = work.lane.num_of(work.conn, &channel)? else { return Ok(()) };
    let draft = match is_reaction {
        true => Draft::new(EventType::Redact).relates(Relates { rel: Rel::Redact, to: event }),
        false => Draft::redact(event, ReasonContent { reason: None, administrator: None }),
    };
    work.append(num, &sender, draft).map(drop)
}
