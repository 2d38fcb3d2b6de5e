//! What was taken back while it waited for its channel's host, and came back in the log all the same: its host had it already,
//! and only the answer, or the log, was still on its way. It is deleted, as its sender was told.

use super::content::ReasonContent;
use super::stored::damaged;
use super::writer::{Draft, Work};
use super::{Domain, Error, Person, Result};
use crate::protocol::ids::{ChannelId, EventId};
use crate::storage::regrets::{self, RegretRow};
use crate::storage::{Conn, channels, users};

/// All that is needed to delete one.
struct Regret {
    channel: ChannelId,
    event: EventId,
    sender: Person,
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
        if events.is_empty() {
            return;
        }
        self.files.doomed.notify_one();
        match self.reads.read(move |conn| regrets::among(conn, &events)).await {
            Ok(regretted) => {
                for event in regretted {
                    self.regret(event).await;
                }
            }
            Err(error) => tracing::warn!(%error, "what was taken back could not be looked for"),
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
            // It is deleted already, or its sender may do nothing there any more.
            Ok(())
            | Err(Error::Refused(_) | Error::NotFound(_) | Error::Forbidden(_) | Error::Conflict(_)) => {
                self.writer.channel(&channel, move |work| Ok(regrets::forget(work.conn, &event)?)).await
            }
            Err(passing) => Err(passing),
        }
    }
}

fn of_row(conn: &mut Conn, row: RegretRow) -> Result<Option<Regret>> {
    let (channel, user) = (channels::by_num(conn, row.channel)?, users::by_num(conn, row.sender)?);
    let (Some(channel), Some(user)) = (channel, user) else { return Ok(None) };
    Ok(Some(Regret {
        channel: channel.id.parse().map_err(|error| damaged("channel", error))?,
        event: row.event_id.parse().map_err(|error| damaged("event id", error))?,
        sender: Person { num: user.num, id: user.id.parse().map_err(|error| damaged("user id", error))? },
    }))
}

fn delete(work: &mut Work<'_>, regret: Regret) -> Result<()> {
    let Some(num) = work.lane.num_of(work.conn, &regret.channel)? else { return Ok(()) };
    work.append(num, &regret.sender, Draft::redact(regret.event, ReasonContent::default())).map(drop)
}
